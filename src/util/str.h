/* str.h - views on text and on raw bytes, and the only gateway to raw input.
 *
 * A view owns nothing; whoever hands one out says how long it lives. Text is UTF-8 and need not be
 * NUL-terminated. Parsers reach evidence bytes through bytes_sub() and the load_* functions only:
 * no casts, no pointer arithmetic of their own. Thread rule: pure functions. */
#ifndef SPOOR_UTIL_STR_H
#define SPOOR_UTIL_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct bytes {
	const uint8_t *ptr;
	size_t len;
} bytes;

typedef struct str {
	const char *ptr;
	size_t len;
} str;

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A view on a string literal, usable in constant initialisers. */
#define STR(literal) ((str){ .ptr = "" literal, .len = sizeof(literal) - 1 })

/* printf("%.*s", STR_ARG(s)); s.len must fit an int, which every bounded string of ours does. */
#define STR_ARG(s) (int)(s).len, (s).ptr

static inline str str_of(const char *z)
{
	return (str){ .ptr = z, .len = z ? strlen(z) : 0 };
}

static inline bytes str_bytes(str s)
{
	return (bytes){ .ptr = (const uint8_t *)s.ptr, .len = s.len };
}

static inline str bytes_str(bytes b)
{
	return (str){ .ptr = (const char *)b.ptr, .len = b.len };
}

static inline bool str_eq(str a, str b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

/* Byte order, shorter first on a tie: a total order that no locale changes. */
int str_cmp(str a, str b);

/* ASCII letters fold, every other byte must be equal. */
bool str_eq_ascii_nocase(str a, str b);

static inline bool str_starts(str s, str prefix)
{
	return s.len >= prefix.len && (prefix.len == 0 || memcmp(s.ptr, prefix.ptr, prefix.len) == 0);
}

/* Digits alone, at least one. */
static inline bool str_is_digits(str s)
{
	size_t n = 0;

	while (n < s.len && (unsigned char)(s.ptr[n] - '0') <= 9)
		n++;
	return n == s.len && n > 0;
}

/* str_eq(s, str_of(z)) that stops at the first byte that differs: for looking through tables. */
static inline bool str_is(str s, const char *z)
{
	size_t i = 0;

	while (i < s.len && z[i] && z[i] == s.ptr[i])
		i++;
	return i == s.len && z[i] == '\0';
}

bool str_ends(str s, str suffix);

/* Position of the first `needle` in `hay`, or SIZE_MAX. An empty needle is found at 0. */
size_t str_find(str hay, str needle);

/* The part of `s` before the first `sep`, and the rest behind it in *rest (empty if none). */
str str_cut(str s, char sep, str *rest);

/* Without leading and trailing ASCII space, tab, CR, LF. */
str str_trim(str s);

/* The last component of a path written with either slash. */
str str_basename(str path);

/* Decimal text to a number. False (and *ret untouched) on anything else or on overflow. */
bool str_to_u64(str s, uint64_t *ret);

/* The gateway: a view of len bytes at off inside b. False (and *ret untouched) unless all lie
 * inside; cannot overflow. */
static inline bool bytes_sub(bytes b, uint64_t off, uint64_t len, bytes *ret)
{
	if (off > b.len || len > b.len - off)
		return false;
	ret->ptr = off ? b.ptr + off : b.ptr; /* NULL + 0 is undefined in C */
	ret->len = (size_t)len;
	return true;
}

/* Little-endian loads. The caller has proved with bytes_sub() that the bytes are there. */
static inline uint16_t load_le16(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t load_le32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof v);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	v = __builtin_bswap32(v);
#endif
	return v;
}

static inline uint64_t load_le64(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof v);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	v = __builtin_bswap64(v);
#endif
	return v;
}

/* Checked loads for places that are not hot: false if the bytes are not all inside. */
static inline bool bytes_le16(bytes b, uint64_t off, uint16_t *ret)
{
	bytes s;

	if (!bytes_sub(b, off, 2, &s))
		return false;
	*ret = load_le16(s.ptr);
	return true;
}

static inline bool bytes_le32(bytes b, uint64_t off, uint32_t *ret)
{
	bytes s;

	if (!bytes_sub(b, off, 4, &s))
		return false;
	*ret = load_le32(s.ptr);
	return true;
}

static inline bool bytes_le64(bytes b, uint64_t off, uint64_t *ret)
{
	bytes s;

	if (!bytes_sub(b, off, 8, &s))
		return false;
	*ret = load_le64(s.ptr);
	return true;
}

static inline uint64_t u64_min(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static inline uint64_t u64_max(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

#endif
