#include "engine/cut.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "readers/text/textlog.h"
#include "util/limits.h"

enum { BLOCK = 1 << 20 };

static bool head_agrees(const struct text_format *f, const struct cut_look *look)
{
	struct text_head h;
	struct text_head_store *store;
	bool ok = text_head_init(&h, &store, look->head, look->path);

	ok = ok && !coding_is_wide(&h.coding) && !lines_lone_cr(&h.coding, look->head) &&
	     (!f->can_cut || f->can_cut(&h));
	text_head_done(store);
	return ok;
}

/* What may stand before a line: NULs of lost blocks, the byte order marks of files put one behind another. */
static str without_leading(str line)
{
	static const str MARK = { "\xEF\xBB\xBF", 3 };

	for (;;) {
		size_t n = 0;

		while (line.len - n >= 8 && load_le64((const uint8_t *)line.ptr + n) == 0)
			n += 8;
		while (n < line.len && line.ptr[n] == '\0')
			n++;
		line = (str){ line.ptr + n, line.len - n };
		if (!str_starts(line, MARK))
			return line;
		line = (str){ line.ptr + MARK.len, line.len - MARK.len };
	}
}

static bool agrees(const struct text_format *f, const struct cut_look *look, str line)
{
	if (line.ptr[0] == '\0' || line.ptr[0] == '\xEF')
		line = without_leading(line);
	if (!line.len || line.ptr[0] != f->mark)
		return true;
	if (f->mark_free && str_starts(line, str_of(f->mark_free)))
		return true;
	return memmem(look->head.ptr, look->head.len, line.ptr, line.len) != NULL;
}

/* Lines of a block that begins with one; *ret_used: bytes of whole lines. False: a mark that the head does not
 * have. */
static bool block_agrees(const struct text_format *f, const struct cut_look *look, str block, bool last,
			 size_t *ret_used)
{
	size_t at = 0;

	while (at < block.len) {
		const char *end = memchr(block.ptr + at, '\n', block.len - at);
		size_t n = end ? (size_t)(end + 1 - block.ptr) - at : block.len - at;

		if (!end && !last)
			break;
		if (!agrees(f, look, (str){ block.ptr + at, n }))
			return false;
		at += n;
	}
	*ret_used = at;
	return true;
}

/* Fill mem behind its first `have` bytes from content at `at`. -1: cannot be read. */
static int64_t fill(const struct cut_look *look, char *mem, size_t have, uint64_t at)
{
	while (have < BLOCK && at < look->size) {
		ssize_t n = pread(look->fd, mem + have, BLOCK - have, (off_t)at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -1 : (int64_t)have;
		have += (size_t)n;
		at += (uint64_t)n;
	}
	return (int64_t)have;
}

static int look_through(const struct text_format *f, const struct cut_look *look, char *mem, bool *ret,
			err *e)
{
	uint64_t at = 0; /* content offset of mem[have] */
	size_t have = 0, used = 0;

	for (;;) {
		int64_t n = fill(look, mem, have, at);
		bool last;

		if (n < 0)
			return 0; /* whoever reads the content tells it */
		at += (uint64_t)n - have;
		last = at >= look->size || (size_t)n < BLOCK;
		if (!block_agrees(f, look, (str){ mem, (size_t)n }, last, &used))
			return 0;
		if (last)
			break;
		if (!used) /* a line longer than the block: no header */
			used = (size_t)n;
		have = (size_t)n - used;
		memmove(mem, mem + used, have);
		if (look->looked(look->ctx, at, e) < 0)
			return -1;
	}
	*ret = true;
	return 0;
}

int cut_possible(const struct reader_ops *ops, const struct cut_look *look, bool *ret, err *e)
{
	const struct text_format *f = ops->text;
	char *mem;
	int rc;

	*ret = ops->piece_align && look->size > LIMIT_PIECE_BYTES;
	if (!*ret || !f || !f->mark)
		return 0;
	*ret = false;
	mem = head_agrees(f, look) ? malloc(BLOCK) : NULL;
	rc = mem ? look_through(f, look, mem, ret, e) : 0;
	free(mem);
	return rc;
}
