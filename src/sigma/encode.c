#include "sigma/encode.h"

#include "util/utf.h"

static const char DIGITS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* The 6-bit digit number k of data, zero bits beyond its end. */
static char digit_at(str data, size_t before, size_t k)
{
	unsigned bits = 0;

	for (size_t b = 0; b < 6; b++) {
		size_t bit = k * 6 + b;
		size_t byte = bit / 8;
		unsigned v = byte >= before && byte - before < data.len
				     ? (unsigned char)data.ptr[byte - before]
				     : 0;

		bits = bits << 1 | (v >> (7 - bit % 8) & 1);
	}
	return DIGITS[bits];
}

void encode_base64_offset(str data, unsigned before, buf *out)
{
	size_t first = (before * 8u + 5) / 6, end = (before + data.len) * 8 / 6;

	for (size_t k = first; k < end; k++)
		buf_byte(out, digit_at(data, before, k));
}

static void put16(buf *out, uint32_t u, bool big_endian)
{
	buf_byte(out, (char)(big_endian ? u >> 8 : u & 255));
	buf_byte(out, (char)(big_endian ? u & 255 : u >> 8));
}

void encode_utf16(str text, bool big_endian, buf *out)
{
	for (size_t i = 0, len; i < text.len; i += len) {
		uint32_t c = utf8_next((str){ text.ptr + i, text.len - i }, &len);

		if (c >= 0x10000) {
			put16(out, 0xD800 + ((c - 0x10000) >> 10), big_endian);
			c = 0xDC00 + ((c - 0x10000) & 0x3FF);
		}
		put16(out, c, big_endian);
	}
}
