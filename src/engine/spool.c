#include "engine/spool.h"

#include <stdlib.h>
#include <unistd.h>

#include "util/limits.h"
#include "util/tempfile.h"

enum { EXTENT_MIN = 64 * 1024 };

void spool_file_init(struct spool_file *f)
{
	*f = (struct spool_file){ .fd = -1 };
}

void spool_file_done(struct spool_file *f)
{
	if (f->fd >= 0)
		close(f->fd);
	f->fd = -1;
}

static int to_disk(struct spool_file *f, struct spool *s, err *e)
{
	struct spool_extent *x;

	if (f->fd < 0)
		f->fd = tempfile_open(e);
	if (f->fd < 0 || tempfile_write(f->fd, f->end, str_bytes(buf_view(&s->mem)), e) < 0)
		return -1;
	x = VEC_PUSH(&s->extents, SIZE_MAX / sizeof *x);
	if (!x)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for waiting results");
	*x = (struct spool_extent){ f->end, s->mem.len };
	f->end += s->mem.len;
	f->in_memory -= s->mem.len;
	buf_done(&s->mem);
	return 0;
}

int spool_add(struct spool_file *f, struct spool *s, bytes frame, err *e)
{
	uint8_t len[4];
	size_t before = s->mem.len;

	for (int i = 0; i < 4; i++)
		len[i] = (uint8_t)(frame.len >> (8 * i));
	buf_add(&s->mem, len, sizeof len);
	buf_add(&s->mem, frame.ptr, frame.len);
	if (s->mem.failed)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for waiting results");
	f->in_memory += s->mem.len - before;
	return f->in_memory > LIMIT_SPOOL_BYTES && s->mem.len >= EXTENT_MIN ? to_disk(f, s, e) : 0;
}

static int frames_each(bytes b, int (*fn)(void *ctx, bytes frame, err *e), void *ctx, err *e)
{
	bytes frame;
	uint32_t len;

	for (uint64_t at = 0; bytes_le32(b, at, &len) && bytes_sub(b, at + 4, len, &frame); at += 4 + len)
		if (fn(ctx, frame, e) < 0)
			return -1;
	return 0;
}

int spool_each(struct spool_file *f, const struct spool *s, int (*fn)(void *ctx, bytes frame, err *e),
	       void *ctx, err *e)
{
	for (size_t i = 0; i < s->extents.len; i++) {
		const struct spool_extent *x = &s->extents.at[i];
		uint8_t *mem = malloc(x->len);
		int rc;

		if (!mem)
			return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for waiting results");
		rc = tempfile_read(f->fd, x->off, mem, x->len, e);
		if (rc == 0)
			rc = frames_each((bytes){ mem, x->len }, fn, ctx, e);
		free(mem);
		if (rc < 0)
			return -1;
	}
	return frames_each(str_bytes(buf_view(&s->mem)), fn, ctx, e);
}

void spool_clear(struct spool_file *f, struct spool *s)
{
	for (size_t i = 0; i < s->extents.len; i++)
		tempfile_release(f->fd, s->extents.at[i].off, s->extents.at[i].len);
	VEC_DONE(&s->extents);
	f->in_memory -= s->mem.len;
	buf_done(&s->mem);
}
