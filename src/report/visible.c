#include "report/visible.h"

#include <stdio.h>

#include "util/utf.h"

/* Characters that are not seen, or that change how others are seen. */
static bool hides(uint32_t c)
{
	return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0xAD || c == 0x61C || c == 0x180E ||
	       (c >= 0x200B && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) ||
	       (c >= 0xFE00 && c <= 0xFE0F) || c == 0xFEFF || (c >= 0xFFF9 && c <= 0xFFFB) ||
	       (c >= 0xE0000 && c <= 0xE0FFF);
}

static size_t escape_of(uint32_t c, char out[16])
{
	switch (c) {
	case '\n':
		return (size_t)snprintf(out, 16, "\\n");
	case '\r':
		return (size_t)snprintf(out, 16, "\\r");
	case '\t':
		return (size_t)snprintf(out, 16, "\\t");
	default:
		return (size_t)snprintf(out, 16, c < 0x80 ? "\\x%02x" : "\\u%04x", c);
	}
}

/* The next thing to show: a code point and its bytes, or a byte that is no UTF-8. */
static bool next(str *s, uint32_t *cp, str *raw, bool *ill)
{
	size_t len = 0;

	if (s->len == 0)
		return false;
	if ((unsigned char)s->ptr[0] < 0x80) {
		*cp = (unsigned char)s->ptr[0];
		len = 1;
		*ill = false;
	} else {
		str head = { s->ptr, s->len < 4 ? s->len : 4 };

		*ill = utf8_valid_prefix(head) == 0;
		*cp = *ill ? (unsigned char)s->ptr[0] : utf8_next(*s, &len);
		if (*ill || len == 0)
			len = 1;
	}
	*raw = (str){ s->ptr, len };
	*s = (str){ s->ptr + len, s->len - len };
	return true;
}

void visible_text(buf *out, str s)
{
	uint32_t c;
	bool ill;
	str raw;
	char esc[16];

	while (next(&s, &c, &raw, &ill)) {
		if (ill)
			buf_printf(out, "\\x%02x", c);
		else if (hides(c))
			buf_add(out, esc, escape_of(c, esc));
		else
			buf_str(out, raw);
	}
}

static void html_escape(buf *out, str esc, bool attribute)
{
	if (!attribute)
		buf_z(out, "<span class=\"esc\">");
	buf_str(out, esc);
	if (!attribute)
		buf_z(out, "</span>");
}

void visible_html(buf *out, str s, bool attribute)
{
	uint32_t c;
	bool ill;
	str raw;
	char esc[16];

	while (next(&s, &c, &raw, &ill)) {
		if (ill)
			html_escape(out, (str){ esc, (size_t)snprintf(esc, sizeof esc, "\\x%02x", c) },
				    attribute);
		else if (hides(c))
			html_escape(out, (str){ esc, escape_of(c, esc) }, attribute);
		else if (c == '<')
			buf_z(out, "&lt;");
		else if (c == '>')
			buf_z(out, "&gt;");
		else if (c == '&')
			buf_z(out, "&amp;");
		else if (c == '"')
			buf_z(out, "&quot;");
		else if (c == '\'')
			buf_z(out, "&#39;");
		else
			buf_str(out, raw);
	}
}

static bool wide(uint32_t c)
{
	return (c >= 0x1100 && c <= 0x115F) || (c >= 0x2E80 && c <= 0xA4CF) || (c >= 0xAC00 && c <= 0xD7A3) ||
	       (c >= 0xF900 && c <= 0xFAFF) || (c >= 0xFE30 && c <= 0xFE4F) || (c >= 0xFF00 && c <= 0xFF60) ||
	       (c >= 0xFFE0 && c <= 0xFFE6) || (c >= 0x1F300 && c <= 0x1FAFF) ||
	       (c >= 0x20000 && c <= 0x3FFFD);
}

size_t visible_width(str s)
{
	size_t width = 0;
	uint32_t c;
	bool ill;
	str raw;
	char esc[16];

	while (next(&s, &c, &raw, &ill))
		width += ill        ? 4
			 : hides(c) ? escape_of(c, esc)
			 : wide(c)  ? 2
				    : (size_t) !(c >= 0x300 && c < 0x370);
	return width;
}
