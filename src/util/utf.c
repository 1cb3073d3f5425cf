#include "util/utf.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

static char *put_cp(char *p, uint32_t cp)
{
	if (cp < 0x80) {
		*p++ = (char)cp;
	} else if (cp < 0x800) {
		*p++ = (char)(0xC0 | cp >> 6);
		*p++ = (char)(0x80 | (cp & 0x3F));
	} else if (cp < 0x10000) {
		*p++ = (char)(0xE0 | cp >> 12);
		*p++ = (char)(0x80 | (cp >> 6 & 0x3F));
		*p++ = (char)(0x80 | (cp & 0x3F));
	} else {
		*p++ = (char)(0xF0 | cp >> 18);
		*p++ = (char)(0x80 | (cp >> 12 & 0x3F));
		*p++ = (char)(0x80 | (cp >> 6 & 0x3F));
		*p++ = (char)(0x80 | (cp & 0x3F));
	}
	return p;
}

/* Copy ASCII units of p into out while they last, sixteen at a time; answers how many. */
static size_t copy_ascii16(const uint8_t *p, size_t units, char *out)
{
	size_t i = 0;

#ifdef __SSE2__
	for (; i + 16 <= units; i += 16) {
		__m128i a = _mm_loadu_si128((const __m128i *)(const void *)(p + 2 * i));
		__m128i b = _mm_loadu_si128((const __m128i *)(const void *)(p + 2 * i + 16));
		__m128i high = _mm_and_si128(_mm_or_si128(a, b), _mm_set1_epi16((short)0xFF80));

		if (_mm_movemask_epi8(_mm_cmpeq_epi16(high, _mm_setzero_si128())) != 0xFFFF)
			break;
		_mm_storeu_si128((__m128i *)(void *)(out + i), _mm_packus_epi16(a, b));
	}
#endif
	return i;
}

size_t utf16le_to_utf8(bytes src, char *out, size_t *ret_bad)
{
	size_t n = src.len / 2, bad = 0, ascii = copy_ascii16(src.ptr, n, out);
	char *p = out + ascii;

	for (size_t i = ascii; i < n; i++) {
		uint32_t u = load_le16(src.ptr + 2 * i);

		if (u >= 0xD800 && u < 0xE000) {
			uint32_t lo = i + 1 < n ? load_le16(src.ptr + 2 * i + 2) : 0;

			if (u < 0xDC00 && lo >= 0xDC00 && lo < 0xE000) {
				u = 0x10000 + ((u - 0xD800) << 10) + (lo - 0xDC00);
				i++;
			} else {
				u = 0xFFFD;
				bad++;
			}
		}
		p = put_cp(p, u);
	}
	if (ret_bad)
		*ret_bad = bad;
	return (size_t)(p - out);
}

void buf_utf16le(buf *b, bytes src)
{
	if (src.len >= 2 && buf_reserve(b, UTF8_OF_UTF16_MAX(src.len / 2)))
		b->len += utf16le_to_utf8(src, b->ptr + b->len, NULL);
}

/* Length of the well-formed sequence at s, 0 if there is none. */
static size_t seq_len(const unsigned char *s, size_t left)
{
	unsigned char c = s[0];

	if (c < 0x80)
		return 1;
	if (c < 0xC2 || c > 0xF4)
		return 0;
	if (c < 0xE0)
		return left >= 2 && (s[1] & 0xC0) == 0x80 ? 2 : 0;
	if (c < 0xF0) {
		if (left < 3 || (s[1] & 0xC0) != 0x80 || (s[2] & 0xC0) != 0x80 ||
		    (c == 0xE0 && s[1] < 0xA0) || (c == 0xED && s[1] > 0x9F))
			return 0;
		return 3;
	}
	if (left < 4 || (s[1] & 0xC0) != 0x80 || (s[2] & 0xC0) != 0x80 || (s[3] & 0xC0) != 0x80 ||
	    (c == 0xF0 && s[1] < 0x90) || (c == 0xF4 && s[1] > 0x8F))
		return 0;
	return 4;
}

size_t utf8_valid_prefix(str s)
{
	const unsigned char *p = (const unsigned char *)s.ptr;
	size_t i = 0;

	while (i < s.len) {
		uint64_t w;
		size_t n;

		if (s.len - i >= 8) {
			memcpy(&w, p + i, 8);
			if ((w & 0x8080808080808080u) == 0) {
				i += 8;
				continue;
			}
		}
		n = seq_len(p + i, s.len - i);
		if (n == 0)
			return i;
		i += n;
	}
	return s.len;
}

void buf_utf8_or_escape(buf *b, str s)
{
	while (s.len) {
		size_t n = utf8_valid_prefix(s);

		buf_add(b, s.ptr, n);
		if (n < s.len) {
			buf_printf(b, "\\x%02x", (unsigned char)s.ptr[n]);
			n++;
		}
		s = (str){ s.ptr + n, s.len - n };
	}
}

uint32_t utf8_next(str s, size_t *ret_len)
{
	const unsigned char *p = (const unsigned char *)s.ptr;
	size_t n = s.len ? seq_len(p, s.len) : 0;

	*ret_len = n;
	switch (n) {
	case 1:
		return p[0];
	case 2:
		return (uint32_t)(p[0] & 0x1F) << 6 | (p[1] & 0x3F);
	case 3:
		return (uint32_t)(p[0] & 0x0F) << 12 | (uint32_t)(p[1] & 0x3F) << 6 | (p[2] & 0x3F);
	case 4:
		return (uint32_t)(p[0] & 0x07) << 18 | (uint32_t)(p[1] & 0x3F) << 12 |
		       (uint32_t)(p[2] & 0x3F) << 6 | (p[3] & 0x3F);
	default:
		*ret_len = s.len ? 1 : 0;
		return 0xFFFD;
	}
}

void buf_utf8_cp(buf *b, uint32_t cp)
{
	char tmp[4];

	if (cp > 0x10FFFF || (cp >= 0xD800 && cp < 0xE000))
		cp = 0xFFFD;
	buf_add(b, tmp, (size_t)(put_cp(tmp, cp) - tmp));
}
