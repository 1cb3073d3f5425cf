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

/* Up to 20 bytes. */
static inline char *put_u64(char *p, uint64_t v)
{
	char tmp[24];
	unsigned i = sizeof tmp;

	while (v >= 100) {
		i -= 2;
		memcpy(tmp + i, DIGITS[v % 100], 2);
		v /= 100;
	}
	if (v >= 10) {
		i -= 2;
		memcpy(tmp + i, DIGITS[v], 2);
	} else {
		tmp[--i] = (char)('0' + v);
	}
	memcpy(p, tmp + i, sizeof tmp - i);
	return p + sizeof tmp - i;
}

static inline char *put_u32(char *p, uint32_t v)
{
	if (v < 10) {
		*p = (char)('0' + v);
		return p + 1;
	}
	if (v < 100)
		return put_2(p, v);
	if (v < 10000) {
		if (v < 1000) {
			*p = (char)('0' + v / 100);
			return put_2(p + 1, v % 100);
		}
		return put_2(put_2(p, v / 100), v % 100);
	}
	return put_u64(p, v);
}

static char *put_i64(char *p, int64_t v)
{
	if (v >= 0)
		return put_u64(p, (uint64_t)v);
	*p++ = '-';
	return put_u64(p, 0 - (uint64_t)v);
}

/* "0x1f": up to 20 bytes. */
static char *put_hex(char *p, uint64_t v)
{
	unsigned digits = v ? (67u - (unsigned)__builtin_clzll(v)) / 4 : 1;

	memcpy(p, "\"0x", 3);
	p += 3;
	for (unsigned i = digits; i-- > 0; v >>= 4)
		p[i] = HEX_LOWER[v & 15][1];
	p[digits] = '"';
	return p + digits + 1;
}

/* Twice the bytes and two quotes. */
static char *put_binary(char *p, const uint8_t *b, size_t n)
{
	*p++ = '"';
	for (size_t i = 0; i < n; i++, p += 2)
		memcpy(p, HEX_UPPER[b[i]], 2);
	*p++ = '"';
	return p;
}

static char *put_guid(char *p, const uint8_t *g)
{
	static const uint8_t ORDER[16] = { 3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15 };

	*p++ = '"';
	for (unsigned i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*p++ = '-';
		memcpy(p, HEX_UPPER[g[ORDER[i]]], 2);
		p += 2;
	}
	*p++ = '"';
	return p;
}

/* "2024-04-18T02:13:58.112904Z": 29 bytes. Days count from 1601, which begins a cycle of 400 years. */
static char *put_filetime(char *p, uint64_t ticks)
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

/* One code point inside a JSON string: up to 6 bytes. */
static char *put_cp(char *p, uint32_t c)
{
	static const char SHORT[32] = { ['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't' };

	if (c < 0x20) {
		*p++ = '\\';
		if (SHORT[c]) {
			*p++ = SHORT[c];
			return p;
		}
		memcpy(p, "u00", 3);
		memcpy(p + 3, HEX_LOWER[c], 2);
		return p + 5;
	}
	if (c < 0x80) {
		if (c == '"' || c == '\\')
			*p++ = '\\';
		*p++ = (char)c;
	} else if (c < 0x800) {
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

/* Units [i, stop) of n one by one; a pair may end one behind stop. */
static char *put_units(char *p, const uint8_t *s, size_t *i, size_t stop, size_t n)
{
	while (*i < stop) {
		uint32_t u = load_le16(s + 2 * (*i)++);

		if (u >= 0xD800 && u < 0xE000) {
			uint32_t lo = *i < n ? load_le16(s + 2 * *i) : 0;

			if (u < 0xDC00 && lo >= 0xDC00 && lo < 0xE000) {
				u = 0x10000 + ((u - 0xD800) << 10) + (lo - 0xDC00);
				++*i;
			} else {
				u = 0xFFFD;
			}
		}
		p = put_cp(p, u);
	}
	return p;
}

#if defined(__AVX2__)
/* Eight ASCII characters in the low half of v with a backslash before those of mask: writes 16 bytes. */
static inline char *put_8(char *p, __m128i v, unsigned mask, unsigned n)
{
	__m128i src = _mm_insert_epi8(v, '\\', 8);
	__m128i order = _mm_loadu_si128((const __m128i *)(const void *)ESCAPE_SHUFFLE[mask]);

	_mm_storeu_si128((__m128i *)(void *)p, _mm_shuffle_epi8(src, order));
	return p + n + (unsigned)__builtin_popcount(mask);
}

/* Eight units at s: false if one of them needs more than a backslash. Only those of `keep` count. */
static inline bool ascii_8(const uint8_t *s, __m128i *ret, unsigned *ret_mask, unsigned keep_shift,
			   unsigned keep_mask)
{
	__m128i u = _mm_loadu_si128((const __m128i *)(const void *)s);
	__m128i v = _mm_packus_epi16(u, u);
	__m128i wide = _mm_cmpgt_epi16(_mm_and_si128(u, _mm_set1_epi16((short)0xFF80)),
				       _mm_setzero_si128());
	__m128i neg = _mm_srai_epi16(u, 15);
	unsigned bad = (unsigned)_mm_movemask_epi8(_mm_packs_epi16(_mm_or_si128(wide, neg),
								  _mm_setzero_si128()));
	unsigned ctl, esc;

	ctl = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_max_epu8(v, _mm_set1_epi8(0x1F)),
							 _mm_set1_epi8(0x1F)));
	esc = (unsigned)_mm_movemask_epi8(_mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8('"')),
						       _mm_cmpeq_epi8(v, _mm_set1_epi8('\\'))));
	if ((((bad | ctl) >> keep_shift) & keep_mask) != 0)
		return false;
	*ret = v;
	*ret_mask = (esc >> keep_shift) & keep_mask;
	return true;
}
#endif

/* A JSON string of n units: up to 6 bytes each, two quotes, and 16 bytes of slack. */
static char *put_utf16(char *p, const uint8_t *s, size_t n)
{
	size_t i = 0;

	*p++ = '"';
#if defined(__AVX2__)
	__m128i v;
	unsigned mask;

	while (n - i >= 8) {
		if (ascii_8(s + 2 * i, &v, &mask, 0, 0xFF)) {
			p = put_8(p, v, mask, 8);
			i += 8;
		} else {
			p = put_units(p, s, &i, i + 8, n);
			if (i > n)
				break;
		}
	}
	if (i < n) {
		/* the last units, loaded so that the vector ends with the string */
		unsigned left = (unsigned)(n - i), shift = 8 - left;

		if (ascii_8(s + 2 * n - 16, &v, &mask, shift, (1u << left) - 1))
			p = put_8(p, _mm_srl_epi64(v, _mm_cvtsi32_si128((int)shift * 8)), mask, left);
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

/* A JSON string of v.len bytes of Windows-1252: up to 6 bytes each and two quotes. */
static char *put_ansi(char *p, value v)
{
	for (uint32_t i = 0; i < v.len; i++)
		if (v.ptr[i] >= 0x80)
			return put_text(p, v);
	*p++ = '"';
	for (uint32_t i = 0; i < v.len; i++)
		p = put_cp(p, v.ptr[i]);
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

/* Any value: see evtx_render_json() for the room. */
static inline char *put_value(char *p, value v)
{
	uint64_t bits = 0;
	int64_t i;

	if (__builtin_expect(v.flags & VALUE_F_ARRAY, 0))
		return put_array(p, v);
	switch ((enum value_type)v.type) {
	case VALUE_UTF16:
		return put_utf16(p, v.ptr, v.len / 2);
	case VALUE_UINT:
		return put_uint(p, v);
	case VALUE_ABSENT:
	case VALUE_TYPES:
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
	case VALUE_BINARY:
		break;
	}
	return put_binary(p, v.ptr, v.len);
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

/* {"a":1,"b":2 without the closing brace; answers p unchanged if every attribute is absent. */
static char *put_attributes(char *p, const struct evtx_element *el, const value *values)
{
	char *start = p;
	bool any = false;

	p = put_str(p, STR("\"#attributes\":{"));
	for (uint32_t i = 0; i < el->nattrs; i++) {
		if (!part_present(&el->attrs[i].value, values))
			continue;
		if (any)
			*p++ = ',';
		p = put_str(p, el->attrs[i].key);
		p = put_part(p, &el->attrs[i].value, values);
		any = true;
	}
	if (!any)
		return start;
	*p++ = '}';
	return p;
}

/* Nothing to show as the text of an element. */
static bool empty_text(value v)
{
	return v.type == VALUE_ABSENT || (v.len == 0 && (value_is_text(v) || v.type == VALUE_BINARY));
}

static char *put_element(char *p, const struct evtx_element *el, const value *values)
{
	char *start = p, *behind;

	*p++ = '{';
	behind = put_attributes(p, el, values);
	if (behind == p) {
		if (el->has_text && !(el->text.is_slot && empty_text(values[el->text.slot])))
			return put_part(start, &el->text, values);
		memcpy(start, "null", 4);
		return start + 4;
	}
	p = behind;
	if (el->has_text && !(el->text.is_slot && empty_text(values[el->text.slot]))) {
		p = put_str(p, STR(",\"#text\":"));
		p = put_part(p, &el->text, values);
	}
	*p++ = '}';
	return p;
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

size_t EVTX_JSON_FN(char *to, const struct evtx_layout *lay, const value *values)
{
	const struct evtx_op *op = lay->ops, *end = op + lay->nops;
	char *p = to, *behind;

	for (; op < end; op++) {
		p = put_lit(p, op->lit, op->lit_len);
		switch ((enum evtx_action)op->action) {
		case ACT_VALUE:
			p = put_value(p, values[op->slot]);
			break;
		case ACT_TEXT:
			p = put_element_text(p, values[op->slot], op->arg);
			break;
		case ACT_TEXT_MEMBER:
			if (!empty_text(values[op->slot])) {
				p = put_str(p, STR("\"#text\":"));
				p = put_value(p, values[op->slot]);
				*p++ = ',';
			}
			break;
		case ACT_ELEMENT:
			p = put_element(p, op->arg, values);
			break;
		case ACT_ATTRIBUTES:
			behind = put_attributes(p, op->arg, values);
			if (behind != p) {
				p = behind;
				*p++ = ',';
			}
			break;
		case ACT_LIST:
			p = put_list(p, op->arg, values);
			break;
		case ACT_NONE:
			break;
		}
	}
	return (size_t)(p - to);
}
