/* The native JSON writer. Compiled twice (EVTX_JSON_FN): see evtx_priv.h. Room is checked once per
 * record by the caller, so nothing here checks it again: each put_ function states what it needs. */
#if defined(__AVX2__)
#include <immintrin.h>
#endif

#include "evtx_tables.h"
#include "readers/evtx/evtx_priv.h"
#include "util/buf.h"
#include "util/utf.h"

/* Copy of a literal: at most EVTX_LIT_PAD bytes more than n are read and written. */
static inline char *put_lit(char *p, const char *lit, size_t n)
{
	memcpy(p, lit, EVTX_LIT_PAD);
	if (__builtin_expect(n > EVTX_LIT_PAD, 0))
		memcpy(p + EVTX_LIT_PAD, lit + EVTX_LIT_PAD, n - EVTX_LIT_PAD);
	return p + n;
}

static inline char *put_str(char *p, str s)
{
	memcpy(p, s.ptr, s.len);
	return p + s.len;
}

static inline char *put_2(char *p, unsigned v)
{
	memcpy(p, DIGITS[v], 2);
	return p + 2;
}

/* Decimal digits of v, 1..20. */
static inline unsigned count_digits(uint64_t v)
{
	static const uint64_t POWER[20] = { 0,
					    UINT64_C(10),
					    UINT64_C(100),
					    UINT64_C(1000),
					    UINT64_C(10000),
					    UINT64_C(100000),
					    UINT64_C(1000000),
					    UINT64_C(10000000),
					    UINT64_C(100000000),
					    UINT64_C(1000000000),
					    UINT64_C(10000000000),
					    UINT64_C(100000000000),
					    UINT64_C(1000000000000),
					    UINT64_C(10000000000000),
					    UINT64_C(100000000000000),
					    UINT64_C(1000000000000000),
					    UINT64_C(10000000000000000),
					    UINT64_C(100000000000000000),
					    UINT64_C(1000000000000000000),
					    UINT64_C(10000000000000000000) };
	unsigned guess = (64u - (unsigned)__builtin_clzll(v | 1)) * 1233 >> 12;

	return guess + (guess == 0 || v >= POWER[guess]);
}

/* Up to 20 bytes. */
static char *put_u64(char *p, uint64_t v)
{
	unsigned n = count_digits(v);
	char *end = p + n, *q = end;

	while (v >= 100) {
		q -= 2;
		memcpy(q, DIGITS[v % 100], 2);
		v /= 100;
	}
	if (v >= 10)
		memcpy(q - 2, DIGITS[v], 2);
	else
		q[-1] = (char)('0' + v);
	return end;
}

/* The same; most numbers have one digit. */
static inline char *put_u32(char *p, uint32_t v)
{
	if (v >= 10)
		return put_u64(p, v);
	*p = (char)('0' + v);
	return p + 1;
}

static char *put_i64(char *p, int64_t v)
{
	if (v >= 0)
		return put_u64(p, (uint64_t)v);
	*p++ = '-';
	return put_u64(p, 0 - (uint64_t)v);
}

/* "0x1f" with quotes: up to 20 bytes. */
static char *put_hex(char *p, uint64_t v)
{
	unsigned digits = v ? (67u - (unsigned)__builtin_clzll(v)) / 4 : 1;
	char *q;

	memcpy(p, "\"0x", 3);
	p += 3 + digits;
	for (q = p; digits >= 2; digits -= 2, v >>= 8) {
		q -= 2;
		memcpy(q, HEX_LOWER[v & 0xFF], 2);
	}
	if (digits)
		q[-1] = HEX_LOWER[v & 15][1];
	*p = '"';
	return p + 1;
}

#if defined(__AVX2__)
/* 32 upper-case hex digits of 16 bytes. */
static inline void put_hex_16(char *p, __m128i b)
{
	const __m128i digits =
		_mm_setr_epi8('0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F');
	const __m128i nibble = _mm_set1_epi8(15);
	__m128i hi = _mm_shuffle_epi8(digits, _mm_and_si128(_mm_srli_epi16(b, 4), nibble));
	__m128i lo = _mm_shuffle_epi8(digits, _mm_and_si128(b, nibble));

	_mm_storeu_si128((__m128i *)(void *)p, _mm_unpacklo_epi8(hi, lo));
	_mm_storeu_si128((__m128i *)(void *)(p + 16), _mm_unpackhi_epi8(hi, lo));
}
#endif

/* Twice the bytes and two quotes. */
static char *put_binary(char *p, const uint8_t *b, size_t n)
{
	*p++ = '"';
#if defined(__AVX2__)
	for (; n >= 16; n -= 16, b += 16, p += 32)
		put_hex_16(p, _mm_loadu_si128((const __m128i *)(const void *)b));
#endif
	for (size_t i = 0; i < n; i++, p += 2)
		memcpy(p, HEX_UPPER[b[i]], 2);
	*p++ = '"';
	return p;
}

/* 38 bytes, and 8 of slack. */
static char *put_guid(char *p, const uint8_t *g)
{
	static const uint8_t ORDER[16] = { 3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15 };
	static const uint8_t GROUP[] = { 8, 4, 4, 4, 12 };
	char hex[48];
	const char *from = hex;

#if defined(__AVX2__)
	put_hex_16(hex, _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(const void *)g),
					 _mm_loadu_si128((const __m128i *)(const void *)ORDER)));
#else
	for (unsigned i = 0; i < 16; i++)
		memcpy(hex + 2 * i, HEX_UPPER[g[ORDER[i]]], 2);
#endif
	*p++ = '"';
	for (unsigned i = 0; i < sizeof GROUP; i++) {
		memcpy(p, from, 12);
		p += GROUP[i];
		from += GROUP[i];
		*p++ = '-';
	}
	p[-1] = '"';
	return p;
}

/* "2024-04-18T02:13:58.112904Z": 29 bytes. Days count from 1601, which begins a cycle of 400 years. */
static __attribute__((noinline)) char *put_filetime(char *p, uint64_t ticks)
{
	uint64_t us = ticks / 10, secs = us / 1000000;
	uint32_t frac = (uint32_t)(us - secs * 1000000);
	uint32_t days = (uint32_t)(secs / 86400), sod = (uint32_t)(secs - (uint64_t)days * 86400);
	/* shift to 1600-03-01, so that leap days end their year */
	uint32_t z = days + 306, era = z / 146097, doe = z - era * 146097;
	uint32_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	uint32_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	uint32_t mp = (5 * doy + 2) / 153, day = doy - (153 * mp + 2) / 5 + 1;
	uint32_t month = mp < 10 ? mp + 3 : mp - 9;
	uint32_t year = 1600 + era * 400 + yoe + (month <= 2);

	*p++ = '"';
	p = year < 10000 ? put_2(put_2(p, year / 100), year % 100) : put_u64(p, year);
	*p++ = '-';
	p = put_2(p, month);
	*p++ = '-';
	p = put_2(p, day);
	*p++ = 'T';
	p = put_2(p, sod / 3600);
	*p++ = ':';
	p = put_2(p, sod / 60 % 60);
	*p++ = ':';
	p = put_2(p, sod % 60);
	*p++ = '.';
	p = put_2(p, frac / 10000);
	p = put_2(p, frac / 100 % 100);
	p = put_2(p, frac % 100);
	*p++ = 'Z';
	*p++ = '"';
	return p;
}

static char *put_sid(char *p, const uint8_t *b, size_t n)
{
	uint64_t authority = 0;

	if (n < 8 || n < 8u + 4u * b[1])
		return put_binary(p, b, n);
	for (unsigned i = 2; i < 8; i++)
		authority = authority << 8 | b[i];
	memcpy(p, "\"S-", 3);
	p = put_u32(p + 3, b[0]);
	*p++ = '-';
	p = put_u64(p, authority);
	for (unsigned i = 0; i < b[1]; i++) {
		*p++ = '-';
		p = put_u32(p, load_le32(b + 8 + 4u * i));
	}
	*p++ = '"';
	return p;
}

/* One code point inside a JSON string: up to 6 bytes, and 8 of slack. */
static char *put_cp(char *p, uint32_t c)
{
	if (c < 0x80) {
		memcpy(p, ESCAPED[c].text, 8);
		return p + ESCAPED[c].len;
	}
	if (c < 0x800) {
		*p++ = (char)(0xC0 | c >> 6);
		*p++ = (char)(0x80 | (c & 0x3F));
	} else if (c < 0x10000) {
		*p++ = (char)(0xE0 | c >> 12);
		*p++ = (char)(0x80 | (c >> 6 & 0x3F));
		*p++ = (char)(0x80 | (c & 0x3F));
	} else {
		*p++ = (char)(0xF0 | c >> 18);
		*p++ = (char)(0x80 | (c >> 12 & 0x3F));
		*p++ = (char)(0x80 | (c >> 6 & 0x3F));
		*p++ = (char)(0x80 | (c & 0x3F));
	}
	return p;
}

/* Units [i, stop) of n one by one; a pair may end one behind stop. Up to 8 bytes of slack. */
static char *put_units(char *p, const uint8_t *s, size_t *i, size_t stop, size_t n)
{
	size_t k = *i;

	while (k < stop) {
		uint32_t u = load_le16(s + 2 * k++);

		if (u < 0x80) {
			memcpy(p, ESCAPED[u].text, 8);
			p += ESCAPED[u].len;
			continue;
		}
		if (u >= 0xD800 && u < 0xE000) {
			uint32_t lo = k < n ? load_le16(s + 2 * k) : 0;

			if (u < 0xDC00 && lo >= 0xDC00 && lo < 0xE000) {
				u = 0x10000 + ((u - 0xD800) << 10) + (lo - 0xDC00);
				k++;
			} else {
				u = 0xFFFD;
			}
		}
		p = put_cp(p, u);
	}
	*i = k;
	return p;
}

#if defined(__AVX2__)
/* The low n of eight ASCII characters in v with a backslash before those of mask: writes 16 bytes. */
static inline char *put_8(char *p, __m128i v, unsigned mask, unsigned n)
{
	__m128i src = _mm_insert_epi8(v, '\\', 8);
	__m128i order = _mm_loadu_si128((const __m128i *)(const void *)ESCAPE_SHUFFLE[mask]);

	_mm_storeu_si128((__m128i *)(void *)p, _mm_shuffle_epi8(src, order));
	return p + n + (unsigned)__builtin_popcount(mask);
}

/* *ret_esc marks quotes and backslashes, *ret_bad what needs more than a backslash. */
static inline void classify(__m128i v, unsigned *ret_esc, unsigned *ret_bad)
{
	__m128i control = _mm_cmpeq_epi8(_mm_max_epu8(v, _mm_set1_epi8(0x1F)), _mm_set1_epi8(0x1F));
	__m128i escape =
		_mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8('"')), _mm_cmpeq_epi8(v, _mm_set1_epi8('\\')));

	*ret_esc = (unsigned)_mm_movemask_epi8(escape);
	*ret_bad = (unsigned)_mm_movemask_epi8(_mm_or_si128(control, v));
}

/* Sixteen units at s packed to bytes, classified. */
static inline __m128i pack_16(const uint8_t *s, unsigned *ret_esc, unsigned *ret_bad)
{
	__m256i u = _mm256_loadu_si256((const __m256i *)(const void *)s);
	__m128i lo = _mm256_castsi256_si128(u), hi = _mm256_extracti128_si256(u, 1);
	__m128i v = _mm_packus_epi16(lo, hi); /* 0x80..0x7FFF saturate to >= 0x80, 0x8000.. to 0 */

	classify(v, ret_esc, ret_bad);
	return v;
}

/* The low n <= 16 characters of v. */
static inline char *put_16(char *p, __m128i v, unsigned esc, unsigned n)
{
	if (esc == 0) {
		_mm_storeu_si128((__m128i *)(void *)p, v);
		return p + n;
	}
	p = put_8(p, v, esc & 0xFF, n < 8 ? n : 8);
	return n <= 8 ? p : put_8(p, _mm_srli_si128(v, 8), esc >> 8, n - 8);
}

/* v moved down by n bytes. */
static inline __m128i shift_down(__m128i v, unsigned n)
{
	static const uint8_t ORDER[32] = { 0,    1,    2,    3,    4,    5,    6,    7,    8,    9,    10,
					   11,   12,   13,   14,   15,   0x80, 0x80, 0x80, 0x80, 0x80, 0x80,
					   0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80 };

	return _mm_shuffle_epi8(v, _mm_loadu_si128((const __m128i *)(const void *)(ORDER + n)));
}
#endif

/* A JSON string of n units: up to 6 bytes each, two quotes, and 32 bytes of slack. */
static __attribute__((noinline)) char *put_utf16(char *p, const uint8_t *s, size_t n)
{
	size_t i = 0;

	*p++ = '"';
#if defined(__AVX2__)
	unsigned esc, bad;
	__m128i v;

	while (n - i >= 16) {
		v = pack_16(s + 2 * i, &esc, &bad);
		if (__builtin_expect(bad == 0, 1)) {
			p = put_16(p, v, esc, 16);
			i += 16;
		} else {
			p = put_units(p, s, &i, i + 16, n);
		}
	}
	if (i < n) {
		/* the last units, loaded so that the vector ends with the string */
		unsigned left = (unsigned)(n - i), shift = 16 - left;

		v = pack_16(s + 2 * n - 32, &esc, &bad);
		if (__builtin_expect(bad >> shift == 0, 1))
			p = put_16(p, shift_down(v, shift), esc >> shift, left);
		else
			p = put_units(p, s, &i, n, n);
	}
#else
	while (i < n) {
		uint32_t u = load_le16(s + 2 * i);

		if (u < 0x80 && u >= 0x20 && u != '"' && u != '\\') {
			*p++ = (char)u;
			i++;
		} else {
			p = put_units(p, s, &i, i + 1, n);
		}
	}
#endif
	*p++ = '"';
	return p;
}

static char *put_text(char *p, value v);

/* A JSON string of v.len bytes of Windows-1252: up to 6 bytes each, two quotes, 32 bytes of slack. */
static char *put_ansi(char *p, value v)
{
	for (uint32_t i = 0; i < v.len; i++)
		if (v.ptr[i] >= 0x80)
			return put_text(p, v);
	*p++ = '"';
#if defined(__AVX2__)
	while (v.len) {
		unsigned n = v.len < 16 ? v.len : 16, esc, bad;
		__m128i b =
			n == 16 ? _mm_loadu_si128((const __m128i *)(const void *)v.ptr)
				: shift_down(_mm_loadu_si128((const __m128i *)(const void *)(v.ptr + n - 16)),
					     16 - n);

		classify(b, &esc, &bad);
		if ((bad & ((1u << n) - 1)) == 0)
			p = put_16(p, b, esc & ((1u << n) - 1), n);
		else
			for (unsigned i = 0; i < n; i++)
				p = put_cp(p, v.ptr[i]);
		v.ptr += n;
		v.len -= n;
	}
#else
	for (uint32_t i = 0; i < v.len; i++)
		p = put_cp(p, v.ptr[i]);
#endif
	*p++ = '"';
	return p;
}

/* UTF-8 or Windows-1252 text through the general writer: up to 6 bytes for each. */
static char *put_text(char *p, value v)
{
	buf b = { 0 };
	size_t n;
	str s;

	value_text(v, &b);
	s = buf_view(&b);
	*p++ = '"';
	while (s.len) {
		uint32_t c = utf8_next(s, &n);

		p = put_cp(p, c);
		s = (str){ s.ptr + n, s.len - n };
	}
	*p++ = '"';
	buf_done(&b);
	return p;
}

/* Up to 42 bytes: as text, as the peer has it, which also suits what is no number. */
static char *put_float(char *p, value v)
{
	buf b = { 0 };
	str s;

	value_text(v, &b);
	s = buf_view(&b);
	*p++ = '"';
	p = put_str(p, (str){ s.ptr, s.len < 40 ? s.len : 40 });
	*p++ = '"';
	buf_done(&b);
	return p;
}

static char *put_uint(char *p, value v)
{
	switch (v.len) {
	case 1:
		return put_u32(p, v.ptr[0]);
	case 2:
		return put_u32(p, load_le16(v.ptr));
	case 4:
		return put_u32(p, load_le32(v.ptr));
	case 8:
		return put_u64(p, load_le64(v.ptr));
	default:
		return put_binary(p, v.ptr, v.len);
	}
}

static char *put_array(char *p, value v);

/* The types that are not on every line of every log. */
static __attribute__((noinline)) char *put_other(char *p, value v)
{
	uint64_t bits = 0;
	int64_t i;

	if (v.flags & VALUE_F_ARRAY)
		return put_array(p, v);
	switch ((enum value_type)v.type) {
	case VALUE_GUID:
		if (v.len == 16)
			return put_guid(p, v.ptr);
		break;
	case VALUE_SID:
		return put_sid(p, v.ptr, v.len);
	case VALUE_INT:
		if (value_i64(v, &i))
			return put_i64(p, i);
		break;
	case VALUE_BOOL:
		for (uint32_t k = 0; k < v.len; k++)
			bits |= v.ptr[k];
		return put_str(p, bits ? STR("true") : STR("false"));
	case VALUE_SYSTEMTIME:
		if (value_time(v, &i))
			return put_filetime(p, (uint64_t)(i / 100 + INT64_C(116444736000000000)));
		break;
	case VALUE_FLOAT:
		return put_float(p, v);
	case VALUE_ANSI:
		return put_ansi(p, v);
	case VALUE_UTF8:
		return put_text(p, v);
	case VALUE_NUMBER:
	case VALUE_TRUE_FALSE:
		return put_str(p, (str){ (const char *)v.ptr, v.len });
	case VALUE_ABSENT:
	case VALUE_UTF16:
	case VALUE_UINT:
	case VALUE_HEX:
	case VALUE_FILETIME:
	case VALUE_BINARY:
	case VALUE_TYPES:
		break;
	}
	return put_binary(p, v.ptr, v.len);
}

/* Any value: see evtx_render_json() for the room. */
static inline char *put_value(char *p, value v)
{
	if (__builtin_expect(v.flags & VALUE_F_ARRAY, 0))
		return put_array(p, v);
	switch ((enum value_type)v.type) {
	case VALUE_UTF16:
		return put_utf16(p, v.ptr, v.len / 2);
	case VALUE_UINT:
		if (v.len == 4)
			return put_u32(p, load_le32(v.ptr));
		return put_uint(p, v);
	case VALUE_ABSENT:
		memcpy(p, "null", 4);
		return p + 4;
	case VALUE_HEX:
		if (v.len == 8)
			return put_hex(p, load_le64(v.ptr));
		if (v.len == 4)
			return put_hex(p, load_le32(v.ptr));
		break;
	case VALUE_FILETIME:
		if (v.len == 8)
			return put_filetime(p, load_le64(v.ptr));
		break;
	default:
		break;
	}
	return put_other(p, v);
}

/* Elements of an array, comma-separated; *n counts them. */
static char *put_items(char *p, value v, unsigned *n)
{
	size_t pos = 0;
	value one;

	while (value_next(v, &pos, &one)) {
		if ((*n)++)
			*p++ = ',';
		p = put_value(p, one);
	}
	return p;
}

static char *put_array(char *p, value v)
{
	unsigned n = 0;

	*p++ = '[';
	p = put_items(p, v, &n);
	*p++ = ']';
	return p;
}

static char *put_part(char *p, const struct evtx_part *part, const value *values)
{
	return part->is_slot ? put_value(p, values[part->slot]) : put_str(p, part->lit);
}

static bool part_present(const struct evtx_part *part, const value *values)
{
	return !part->is_slot || values[part->slot].type != VALUE_ABSENT;
}

/* Nothing to show as the text of an element. */
static bool empty_text(value v)
{
	return v.type == VALUE_ABSENT || (v.len == 0 && (value_is_text(v) || v.type == VALUE_BINARY));
}

/* Not just one value behind a key: nothing, or an array that repeats its element. */
static inline bool is_odd_text(value v)
{
	return v.type == VALUE_ABSENT || v.len == 0 || (v.flags & VALUE_F_ARRAY);
}

/* All values of unnamed Data elements: {"#text":x} or {"#text":[x,y]}. What is absent shows as "". */
static char *put_list(char *p, const struct evtx_list *list, const value *values)
{
	static const char HEAD[] = "{\"#text\":[";
	char *first = p + sizeof HEAD - 1;
	unsigned n = 0;

	memcpy(p, HEAD, sizeof HEAD - 1);
	p = first;
	for (uint32_t i = 0; i < list->nparts; i++) {
		const struct evtx_part *part = &list->parts[i];

		if (part->is_slot && (values[part->slot].flags & VALUE_F_ARRAY)) {
			p = put_items(p, values[part->slot], &n);
			continue;
		}
		if (n++)
			*p++ = ',';
		p = part_present(part, values) ? put_part(p, part, values) : put_str(p, STR("\"\""));
	}
	if (n == 0)
		p = put_str(p, STR("\"\""));
	if (n <= 1) {
		memmove(first - 1, first, (size_t)(p - first));
		p[-1] = '}';
		return p;
	}
	*p++ = ']';
	*p++ = '}';
	return p;
}

/* The text of an element that is no Data. */
static char *put_element_text(char *p, value v, const struct evtx_repeat *repeat)
{
	uint32_t number = repeat->next;
	size_t pos = 0;
	value one;

	if (empty_text(v) || (v.flags & VALUE_F_ARRAY && v.len == 0)) {
		memcpy(p, "null", 4);
		return p + 4;
	}
	if (!(v.flags & VALUE_F_ARRAY))
		return put_value(p, v);
	while (value_next(v, &pos, &one)) {
		p = put_value(p, one);
		if (pos >= v.len)
			break;
		p = put_str(p, STR(",\""));
		p = put_str(p, repeat->key);
		*p++ = '_';
		p = put_u32(p, number++);
		p = put_str(p, STR("\":"));
	}
	return p;
}

/* The end of an element with attributes; any: one was present. */
static char *put_end(char *p, const struct evtx_op *op, const value *values, bool any)
{
	const str *text = op->arg;
	value v = { 0 };

	if (op->action == ACT_END_TEXT)
		v = values[op->slot];
	if (op->action == ACT_END_LITERAL || (op->action == ACT_END_TEXT && !empty_text(v))) {
		if (any)
			p = put_str(p, STR("},\"#text\":"));
		p = op->action == ACT_END_LITERAL ? put_str(p, *text) : put_value(p, v);
		if (any)
			*p++ = '}';
		return p;
	}
	memcpy(p, any ? "}}  " : "null", 4);
	return p + (any ? 2 : 4);
}

/* All that is not one value behind a literal. Kept out of the loop below, which then fits into
 * registers. */
static __attribute__((noinline)) char *put_rare(char *p, const struct evtx_op *op, const value *values,
						bool any)
{
	switch ((enum evtx_action)op->action) {
	case ACT_TEXT:
		return put_element_text(p, values[op->slot], op->arg);
	case ACT_TEXT_MEMBER:
		if (empty_text(values[op->slot]))
			return p;
		p = put_str(p, STR("\"#text\":"));
		p = put_value(p, values[op->slot]);
		*p++ = ',';
		return p;
	case ACT_END_EMPTY:
	case ACT_END_TEXT:
	case ACT_END_LITERAL:
		return put_end(p, op, values, any);
	case ACT_MEMBERS:
		return put_str(p, any ? STR("},") : STR("{"));
	case ACT_LIST:
		return put_list(p, op->arg, values);
	case ACT_VALUE:
		return put_str(p, STR("\"\""));
	case ACT_NONE:
	case ACT_ATTRIBUTE:
		break;
	}
	return p;
}

size_t EVTX_JSON_FN(char *to, const struct evtx_layout *lay, const value *values)
{
	const struct evtx_op *op = lay->ops, *end = op + lay->nops;
	bool any = false; /* an attribute of the current element was present */
	char *p = to;

	for (; op < end; op++) {
		const struct evtx_attr *attr = op->arg;
		uint32_t slot = op->slot;

		p = put_lit(p, op->lit, op->lit_len);
		if (op->action == ACT_ATTRIBUTE) {
			str lead = any ? attr->later : attr->first;

			slot = attr->value.slot;
			if (attr->value.is_slot && values[slot].type == VALUE_ABSENT)
				continue;
			p = put_lit(p, lead.ptr, lead.len);
			any = true;
			if (!attr->value.is_slot) {
				p = put_str(p, attr->value.lit);
				continue;
			}
		} else if (op->action == ACT_VALUE ? values[slot].type == VALUE_ABSENT
						   : op->action != ACT_TEXT || is_odd_text(values[slot])) {
			p = put_rare(p, op, values, any);
			any = false;
			continue;
		}
		p = put_value(p, values[slot]);
	}
	return (size_t)(p - to);
}
