/* marks.h - where bytes stand in a text, 64 at a time. Thread rule: pure functions. */
#ifndef SPOOR_READERS_MARKS_H
#define SPOOR_READERS_MARKS_H

#include "util/str.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

enum { MARKS_BLOCK = 64 };

#if defined(__SSE2__)
static inline uint64_t marks_16(const uint8_t *p, __m128i a, __m128i b)
{
	__m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);

	return (uint32_t)_mm_movemask_epi8(_mm_or_si128(_mm_cmpeq_epi8(v, a), _mm_cmpeq_epi8(v, b)));
}

/* A bit for each of 64 bytes that is `x` or `y`. */
static inline uint64_t marks(const uint8_t *p, char x, char y)
{
	__m128i a = _mm_set1_epi8(x), b = _mm_set1_epi8(y);

	return marks_16(p, a, b) | marks_16(p + 16, a, b) << 16 | marks_16(p + 32, a, b) << 32 |
	       marks_16(p + 48, a, b) << 48;
}

/* Where the first `x` of a text stands, which is likely among its first 16 bytes; its length if it is nowhere. */
static inline size_t marks_near(str s, char x)
{
	const char *p;

	if (s.len >= 16) {
		uint64_t m = marks_16((const uint8_t *)s.ptr, _mm_set1_epi8(x), _mm_set1_epi8(x));

		if (m)
			return (size_t)__builtin_ctzll(m);
	}
	p = s.len ? memchr(s.ptr, x, s.len) : NULL;
	return p ? (size_t)(p - s.ptr) : s.len;
}
#else
static inline size_t marks_near(str s, char x)
{
	const char *p = s.len ? memchr(s.ptr, x, s.len) : NULL;

	return p ? (size_t)(p - s.ptr) : s.len;
}

static inline uint64_t marks(const uint8_t *p, char x, char y)
{
	uint64_t m = 0;

	for (unsigned i = 0; i < MARKS_BLOCK; i++)
		m |= (uint64_t)(p[i] == (uint8_t)x || p[i] == (uint8_t)y) << i;
	return m;
}
#endif

/* The marks of line[at..], which may end within the block; behind its end none is set. */
static inline uint64_t marks_at(str line, size_t at, char x, char y)
{
	const uint8_t *p = (const uint8_t *)line.ptr;
	uint8_t tail[MARKS_BLOCK] = { 0 };
	size_t n = line.len - at;

	if (n >= MARKS_BLOCK)
		return marks(p + at, x, y);
	if (line.len >= MARKS_BLOCK) /* the last block of the line, without what was seen before */
		return marks(p + line.len - MARKS_BLOCK, x, y) >> (MARKS_BLOCK - n);
	memcpy(tail, p + at, n);
	return marks(tail, x, y) & ((UINT64_C(1) << n) - 1);
}

#endif
