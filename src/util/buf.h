/* buf.h - a growing byte string, for building output.
 *
 * A failed growth (no memory, or the ceiling) sets `failed` and every later append does nothing, so
 * that a writer checks once at its end. buf_clear() keeps the memory. Thread rule: one owner. */
#ifndef SPOOR_UTIL_BUF_H
#define SPOOR_UTIL_BUF_H

#include "util/str.h"

typedef struct buf {
	char *ptr;
	size_t len, cap;
	size_t max; /* ceiling of len; 0 stands for SIZE_MAX */
	bool failed;
} buf;

void buf_done(buf *b);

static inline void buf_clear(buf *b)
{
	b->len = 0;
	b->failed = false;
}

/* Make room for `more` bytes behind len; false (and failed set) if that cannot be. */
bool buf_grow(buf *b, size_t more);

static inline bool buf_reserve(buf *b, size_t more)
{
	return (!b->failed && b->cap - b->len >= more) || buf_grow(b, more);
}

static inline void buf_add(buf *b, const void *p, size_t n)
{
	if (buf_reserve(b, n) && n) {
		memcpy(b->ptr + b->len, p, n);
		b->len += n;
	}
}

static inline void buf_str(buf *b, str s)
{
	buf_add(b, s.ptr, s.len);
}

static inline void buf_z(buf *b, const char *z)
{
	buf_add(b, z, strlen(z));
}

static inline void buf_byte(buf *b, char c)
{
	if (buf_reserve(b, 1))
		b->ptr[b->len++] = c;
}

void buf_u64(buf *b, uint64_t v);
void buf_i64(buf *b, int64_t v);
void buf_printf(buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static inline str buf_view(const buf *b)
{
	return (str){ b->ptr, b->len };
}

#endif
