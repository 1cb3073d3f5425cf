#include "util/csv.h"

#include "util/utf.h"

static bool is_one_of(char c, const char *set)
{
	return c && strchr(set, c);
}

void csv_cell(buf *b, str s)
{
	bool formula = s.len && is_one_of(s.ptr[0], "=+-@\t\r");
	bool quote = formula;

	for (size_t i = 0; !quote && i < s.len; i++)
		quote = is_one_of(s.ptr[i], ",\"\r\n");
	if (!quote) {
		buf_utf8_or_escape(b, s);
		return;
	}
	buf_byte(b, '"');
	if (formula)
		buf_byte(b, '\'');
	while (s.len) {
		str rest, part = str_cut(s, '"', &rest);

		buf_utf8_or_escape(b, part);
		if (part.len < s.len)
			buf_z(b, "\"\"");
		s = rest;
	}
	buf_byte(b, '"');
}
