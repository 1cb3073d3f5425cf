#include "engine/window.h"

#include <stdlib.h>

#include "util/limits.h"

enum { BLOCK = 256 * 1024 }; /* fits the second-level cache together with what is rendered from it */

void window_begin(struct window *w, const struct window_source *src, uint64_t begin)
{
	*w = (struct window){
		.src = *src,
		.mem = w->mem,
		.cap = w->cap,
		.offset = begin,
		.stop = UINT64_MAX,
	};
}

void window_done(struct window *w)
{
	free(w->mem);
	*w = (struct window){ 0 };
}

static int grow(struct window *w, size_t need, err *e)
{
	size_t cap = w->cap ? w->cap : BLOCK;
	uint8_t *mem;

	while (cap < need)
		cap *= 2;
	mem = realloc(w->mem, cap);
	if (!mem)
		return err_set(e, ERR_OOM, w->offset, "no memory for a window of %zu bytes", cap);
	w->mem = mem;
	w->cap = cap;
	return 0;
}

/* One read behind the valid bytes; sets `end` at the end of the content. */
static int pull(struct window *w, size_t most, err *e)
{
	uint8_t *to = w->mem + w->start + w->len;
	int64_t n = w->src.read(w->src.ctx, to, most, e);

	if (n < 0) {
		if (e && e->offset == ERR_NO_OFFSET)
			e->offset = window_end(w);
		return -1;
	}
	if (n == 0)
		w->end = true;
	if (n && w->hash && sha256_add(w->hash, (bytes){ to, (size_t)n }, e) < 0)
		return -1;
	w->len += (size_t)n;
	return 0;
}

/* Let go of what lies before `from`; true if that reached it. */
static bool drop(struct window *w, uint64_t from)
{
	uint64_t n = from > w->offset ? from - w->offset : 0;

	if (n > w->len)
		n = w->len;
	w->offset += n;
	w->start += (size_t)n;
	w->len -= (size_t)n;
	if (!w->len)
		w->start = 0;
	return w->offset >= from;
}

/* How many bytes to hold from w->offset on: a block, ending where the format likes it, not beyond the
 * piece, and what the reader asked for in any case. */
static size_t target(const struct window *w, size_t need)
{
	uint64_t end = w->offset + BLOCK;

	if (w->align && end > w->align_first)
		end -= (end - w->align_first) % w->align;
	if (end > w->stop)
		end = w->stop;
	return end > w->offset + need ? (size_t)(end - w->offset) : need;
}

int window_fill(struct window *w, uint64_t from, size_t len, err *e)
{
	size_t want;

	if (len > LIMIT_WINDOW)
		return err_set(e, ERR_LIMIT, from, "%zu bytes needed at once", len);
	if (!w->mem && grow(w, BLOCK, e) < 0)
		return -1;
	while (!drop(w, from) && !w->end)
		if (pull(w, w->cap, e) < 0)
			return -1;
	if (w->end)
		return 0;
	want = target(w, len);
	if (w->start + want > w->cap && w->start) {
		memmove(w->mem, w->mem + w->start, w->len);
		w->start = 0;
	}
	if (want > w->cap && grow(w, want, e) < 0)
		return -1;
	while (w->len < want && !w->end)
		if (pull(w, want - w->len, e) < 0)
			return -1;
	return 0;
}

int window_drain(struct window *w, err *e)
{
	while (!w->end) {
		drop(w, UINT64_MAX);
		if (pull(w, w->cap, e) < 0)
			return -1;
	}
	return 0;
}
