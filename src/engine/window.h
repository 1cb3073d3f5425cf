/* window.h - the moving view of content that a reader works on.
 *
 * Reads whole blocks, so what a reader sees depends on content only, never on short reads. May hash all
 * that passes. Thread rule: one owner. */
#ifndef SPOOR_ENGINE_WINDOW_H
#define SPOOR_ENGINE_WINDOW_H

#include "util/err.h"
#include "util/sha256.h"
#include "util/str.h"

/* Where content comes from. */
struct window_source {
	/* Up to cap bytes in order; 0 at the end. */
	int64_t (*read)(void *ctx, uint8_t *to, size_t cap, err *e);
	/* Optional: continue at `offset` after a failed read. False if that cannot be. */
	bool (*resume)(void *ctx, uint64_t offset);
	void *ctx;
};

struct window {
	struct window_source src;
	uint8_t *mem;
	size_t cap;
	size_t start, len;   /* valid: mem[start, start + len) */
	uint64_t offset;     /* content offset of the first valid byte */
	bool end;            /* the content ends behind the valid bytes */
	struct sha256 *hash; /* of all bytes read, NULL: none */
	uint64_t stop;       /* read no further than this unless asked for more */
	uint32_t align;      /* let windows end at align_first + k * align, 0: anywhere */
	uint64_t align_first;
};

/* Forget everything but the memory, begin at content offset `begin`. */
void window_begin(struct window *w, const struct window_source *src, uint64_t begin);
void window_done(struct window *w);

/* Move on: drop bytes before `from`, hold at least `len` bytes from there unless the content ends.
 * -1: *e; ERR_IO with the offset where reading failed, ERR_LIMIT if len is too large. What is held
 * stays valid in either case. */
int window_fill(struct window *w, uint64_t from, size_t len, err *e);

/* Read to the end of the content, for its hash and its length. */
int window_drain(struct window *w, err *e);

static inline bytes window_bytes(const struct window *w)
{
	return (bytes){ w->mem + w->start, w->len };
}

static inline uint64_t window_end(const struct window *w)
{
	return w->offset + w->len;
}

#endif
