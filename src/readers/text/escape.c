#include "readers/text/escape.h"

#include <stdio.h>

#include "util/utf.h"

int escape_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10 : -1;
}

bool escape_unhex(str s, char *to)
{
	if (s.len % 2)
		return false;
	for (size_t i = 0; i < s.len; i += 2) {
		int hi = escape_digit(s.ptr[i]), lo = escape_digit(s.ptr[i + 1]);

		if (hi < 0 || lo < 0)
			return false;
		to[i / 2] = (char)(hi << 4 | lo);
	}
	return true;
}

/* The byte that the escape at s stands for, and how long the escape is; 1: it is none. */
static size_t escape_at(str s, enum escape_kind kind, char *ret)
{
	static const char LETTERS[] = "\"nrtbv", BYTES[] = "\"\n\r\t\b\v";
	const char *letter;

	*ret = s.ptr[0];
	if (s.ptr[0] != '\\' || s.len < 2)
		return 1;
	if (s.ptr[1] == '\\')
		return 2;
	if (s.ptr[1] == 'x' && s.len >= 4 && escape_unhex((str){ s.ptr + 2, 2 }, ret))
		return 4;
	letter = kind == ESCAPE_C && s.ptr[1] ? strchr(LETTERS, s.ptr[1]) : NULL;
	if (!letter)
		return 1;
	*ret = BYTES[letter - LETTERS];
	return 2;
}

/* Is this byte or character shown as \xNN? Controls but for those that JSON has a letter for. */
static bool shown_in_hex(str s, size_t *ret_len)
{
	uint8_t c = (uint8_t)s.ptr[0];
	uint32_t cp;

	*ret_len = 1;
	if (c < 0x80)
		return (c < 0x20 && !memchr("\b\f\n\r\t", c, 5)) || c == 0x7F;
	cp = utf8_valid_prefix(s.len < 4 ? s : (str){ s.ptr, 4 }) ? utf8_next(s, ret_len) : 0;
	return cp < 0xA0;
}

str escape_shown(str s, arena *mem)
{
	char *to = arena_alloc(mem, 4 * s.len + 1);
	size_t len = 0, one;

	if (!to)
		return s;
	for (size_t i = 0; i < s.len; i += one) {
		bool hex = shown_in_hex((str){ s.ptr + i, s.len - i }, &one);

		for (size_t k = 0; hex && k < one; k++)
			len += (size_t)snprintf(to + len, 5, "\\x%02x", (uint8_t)s.ptr[i + k]);
		if (!hex) {
			memcpy(to + len, s.ptr + i, one);
			len += one;
		}
	}
	return (str){ to, len };
}

str escape_plain(str s, enum escape_kind kind, arena *mem)
{
	size_t n = 0;
	char *raw;

	if (!s.len || !memchr(s.ptr, '\\', s.len))
		return s;
	raw = arena_alloc(mem, s.len);
	if (!raw)
		return s;
	for (size_t i = 0; i < s.len;)
		i += escape_at((str){ s.ptr + i, s.len - i }, kind, &raw[n++]);
	return escape_shown((str){ raw, n }, mem);
}
