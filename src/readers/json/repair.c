#include "readers/json/repair.h"

#include "util/utf.h"

static size_t character_len(bytes line, size_t i)
{
	size_t n = 0;

	if (line.ptr[i] < 0x80)
		return 1;
	utf8_next((str){ (const char *)line.ptr + i, line.len - i }, &n);
	return n > 1 ? n : 0;
}

void json_repair(buf *out, bytes line)
{
	bool in_string = false, escaped = false;

	for (size_t i = 0, n; i < line.len; i += n ? n : 1) {
		uint8_t c = line.ptr[i];

		n = character_len(line, i);
		if (!in_string) {
			in_string = c == '"';
			if (n == 0 || (c < 0x20 && c != '\t'))
				buf_byte(out, ' ');
			else
				buf_add(out, line.ptr + i, n);
			continue;
		}
		if (n == 0)
			buf_printf(out, "%sx%02x", escaped ? "\\" : "\\\\", c);
		else if (c < 0x20)
			buf_printf(out, "\\u%04x", c);
		else
			buf_add(out, line.ptr + i, n);
		if (!escaped && c == '"')
			in_string = false;
		escaped = !escaped && c == '\\';
	}
}
