#include "sigma/fold.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "util/utf.h"

#include "fold_table.h"

uint32_t fold_cp(uint32_t cp)
{
	uint32_t page = cp >> 8;

	if (cp < 0x80)
		return cp - 'A' < 26u ? cp + 32 : cp;
	if (page >= COUNT(fold_page) || fold_page[page] == 0)
		return cp;
	return fold_cp_of[fold_page[page] - 1][cp & 255];
}

bool fold_is_word(uint32_t cp)
{
	size_t lo = 0, hi = COUNT(word_range);

	if (cp < 0x80)
		return cp - '0' < 10u || (cp | 32) - 'a' < 26u || cp == '_';
	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (cp > word_range[mid].last)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < COUNT(word_range) && cp >= word_range[lo].first;
}

/* Lower ASCII bytes of s into out while they last; answers how many. */
static size_t fold_ascii(str s, char *out)
{
	size_t i = 0;

#ifdef __SSE2__
	for (; i + 16 <= s.len; i += 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)(const void *)(s.ptr + i));
		__m128i upper;

		if (_mm_movemask_epi8(v))
			break;
		upper = _mm_and_si128(_mm_cmpgt_epi8(v, _mm_set1_epi8('A' - 1)),
				      _mm_cmplt_epi8(v, _mm_set1_epi8('Z' + 1)));
		v = _mm_or_si128(v, _mm_and_si128(upper, _mm_set1_epi8(32)));
		_mm_storeu_si128((__m128i *)(void *)(out + i), v);
	}
#endif
	for (; i < s.len && (unsigned char)s.ptr[i] < 0x80; i++)
		out[i] = (char)((unsigned)s.ptr[i] - 'A' < 26u ? s.ptr[i] + 32 : s.ptr[i]);
	return i;
}

void fold_utf8(str s, buf *out)
{
	while (s.len) {
		size_t n, valid;

		if (!buf_reserve(out, s.len))
			return;
		n = fold_ascii(s, out->ptr + out->len);
		out->len += n;
		s = (str){ s.ptr + n, s.len - n };
		for (n = 0; n < s.len && (unsigned char)s.ptr[n] >= 0x80; n++)
			;
		valid = utf8_valid_prefix((str){ s.ptr, n });
		for (size_t i = 0, len; i < valid; i += len)
			buf_utf8_cp(out, fold_cp(utf8_next((str){ s.ptr + i, valid - i }, &len)));
		if (valid < n) { /* lower-case hexadecimal: the result is folded text */
			buf_printf(out, "\\x%02x", (unsigned char)s.ptr[valid]);
			valid++;
		}
		s = (str){ s.ptr + valid, s.len - valid };
	}
}

void fold_none_utf8(str s, buf *out)
{
	if (utf8_valid_prefix(s) == s.len)
		buf_str(out, s);
	else
		buf_utf8_or_escape(out, s);
}

/* The same for UTF-16: `units` code units from p into out; answers how many were ASCII. */
static size_t fold_ascii16(const uint8_t *p, size_t units, char *out)
{
	size_t i = 0;

#ifdef __SSE2__
	for (; i + 16 <= units; i += 16) {
		__m128i a = _mm_loadu_si128((const __m128i *)(const void *)(p + 2 * i));
		__m128i b = _mm_loadu_si128((const __m128i *)(const void *)(p + 2 * i + 16));
		__m128i high = _mm_and_si128(_mm_or_si128(a, b), _mm_set1_epi16((short)0xFF80));
		__m128i v, upper;

		if (_mm_movemask_epi8(_mm_cmpeq_epi16(high, _mm_setzero_si128())) != 0xFFFF)
			break;
		v = _mm_packus_epi16(a, b);
		upper = _mm_and_si128(_mm_cmpgt_epi8(v, _mm_set1_epi8('A' - 1)),
				      _mm_cmplt_epi8(v, _mm_set1_epi8('Z' + 1)));
		v = _mm_or_si128(v, _mm_and_si128(upper, _mm_set1_epi8(32)));
		_mm_storeu_si128((__m128i *)(void *)(out + i), v);
	}
#endif
	for (; i < units; i++) {
		uint32_t u = load_le16(p + 2 * i);

		if (u >= 0x80)
			break;
		out[i] = (char)(u - 'A' < 26u ? u + 32 : u);
	}
	return i;
}

void fold_utf16le(bytes b, buf *out)
{
	size_t units = b.len / 2, i = 0;

	if (!buf_reserve(out, units))
		return;
	while (i < units) {
		uint32_t u;

		if (!buf_reserve(out, units - i))
			return;
		u = (uint32_t)fold_ascii16(b.ptr + 2 * i, units - i, out->ptr + out->len);
		out->len += u;
		i += u;
		for (; i < units && (u = load_le16(b.ptr + 2 * i)) >= 0x80; i++) {
			if (u >= 0xD800 && u < 0xDC00 && i + 1 < units) {
				uint32_t low = load_le16(b.ptr + 2 * i + 2);

				if (low >= 0xDC00 && low < 0xE000) {
					u = 0x10000 + ((u - 0xD800) << 10) + (low - 0xDC00);
					i++;
				}
			}
			buf_utf8_cp(out, fold_cp(u));
		}
	}
}
