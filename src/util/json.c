#include "util/json.h"

#include "util/times.h"
#include "util/utf.h"

/* Bytes that may stand in a JSON string as they are: printable ASCII but quote and backslash. */
static bool plain(unsigned char c)
{
	return c >= 0x20 && c < 0x7F && c != '"' && c != '\\';
}

/* Characters that JSON allows but a terminal or an editor would obey: C1 controls (0x9B starts a control
 * sequence), line separators, marks that turn the direction of writing. Escaped, they mean the same. */
static bool obeyed(uint32_t cp)
{
	return (cp >= 0x80 && cp < 0xA0) || cp == 0x61C || cp == 0x200E || cp == 0x200F ||
	       (cp >= 0x2028 && cp <= 0x202E) || (cp >= 0x2066 && cp <= 0x2069);
}

static void escape_one(buf *b, unsigned char c)
{
	static const char SHORT[][2] = { { '"', '"' },  { '\\', '\\' }, { '\b', 'b' }, { '\f', 'f' },
					 { '\n', 'n' }, { '\r', 'r' },  { '\t', 't' } };

	for (size_t i = 0; i < COUNT(SHORT); i++) {
		if ((unsigned char)SHORT[i][0] == c) {
			buf_byte(b, '\\');
			buf_byte(b, SHORT[i][1]);
			return;
		}
	}
	if (c < 0x20 || c == 0x7F)
		buf_printf(b, "\\u%04x", c);
	else
		buf_printf(b, "\\\\x%02x", c); /* a byte that is no UTF-8 */
}

void json_escape(buf *b, str s)
{
	size_t i = 0;

	while (i < s.len) {
		size_t start = i, n = 0;
		uint32_t cp;

		while (i < s.len && plain((unsigned char)s.ptr[i]))
			i++;
		buf_add(b, s.ptr + start, i - start);
		if (i == s.len)
			break;
		if ((unsigned char)s.ptr[i] < 0x80) {
			escape_one(b, (unsigned char)s.ptr[i++]);
			continue;
		}
		cp = utf8_next((str){ s.ptr + i, s.len - i }, &n);
		if (n == 1)
			escape_one(b, (unsigned char)s.ptr[i]);
		else if (obeyed(cp))
			buf_printf(b, "\\u%04x", (unsigned)cp);
		else
			buf_add(b, s.ptr + i, n);
		i += n;
	}
}

void json_str(buf *b, str s)
{
	buf_byte(b, '"');
	json_escape(b, s);
	buf_byte(b, '"');
}

void json_sep(buf *b)
{
	char last = b->len ? b->ptr[b->len - 1] : '[';

	if (last != '[' && last != '{' && last != ':' && last != '\n')
		buf_byte(b, ',');
}

void json_key(buf *b, const char *key)
{
	json_sep(b);
	json_str(b, str_of(key));
	buf_byte(b, ':');
}

void json_member_str(buf *b, const char *key, str value)
{
	json_key(b, key);
	json_str(b, value);
}

void json_member_u64(buf *b, const char *key, uint64_t value)
{
	json_key(b, key);
	buf_u64(b, value);
}

void json_member_i64(buf *b, const char *key, int64_t value)
{
	json_key(b, key);
	buf_i64(b, value);
}

void json_member_bool(buf *b, const char *key, bool value)
{
	json_key(b, key);
	buf_z(b, value ? "true" : "false");
}

void json_member_time(buf *b, const char *key, int64_t ns)
{
	json_key(b, key);
	if (ns == TIME_NONE) {
		buf_z(b, "null");
		return;
	}
	buf_byte(b, '"');
	buf_time(b, ns);
	buf_byte(b, '"');
}

bool json_text_is_number(str s)
{
	const char *p = s.ptr, *end = s.ptr + s.len;

	if (p < end && *p == '-')
		p++;
	if (p == end || *p < '0' || *p > '9')
		return false;
	if (*p++ != '0')
		while (p < end && *p >= '0' && *p <= '9')
			p++;
	if (p < end && *p == '.') {
		const char *from = ++p;

		while (p < end && *p >= '0' && *p <= '9')
			p++;
		if (p == from)
			return false;
	}
	if (p < end && (*p | 0x20) == 'e') {
		const char *from;

		p++;
		if (p < end && (*p == '+' || *p == '-'))
			p++;
		from = p;
		while (p < end && *p >= '0' && *p <= '9')
			p++;
		if (p == from)
			return false;
	}
	return p == end;
}
