#include "readers/winjson/wintext.h"

#include "readers/winjson/winxml.h"

/* A name that needs no escapes, so that it can stand in the signature as it is. */
static bool is_plain_name(str s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((uint8_t)s.ptr[i] <= ' ' || s.ptr[i] == '"' || s.ptr[i] == '\\')
			return false;
	return s.len > 0 && s.len <= 64;
}

/* Splunk's classic form: a date, then key=value lines up to Message=, which takes the rest. */
static bool inner_pairs(struct flat *f, str text)
{
	const char *end = text.ptr + text.len;
	str line, key, v;
	bool any = false;

	while (text.len) {
		bool message = str_starts(text, STR("Message="));

		line = str_cut(text, '\n', &text);
		key = str_cut(line, '=', &v);
		if (key.len == line.len || !is_plain_name(key))
			continue;
		if (message) {
			v.len = (size_t)(end - v.ptr);
			text.len = 0;
		}
		any = true;
		if (!flat_leaf(f, key, value_utf8(str_trim(v))))
			return false;
	}
	return any;
}

bool wintext_flat(struct flat *f)
{
	str text = f->inner_text;

	if (text.ptr[0] == '<')
		return winxml_flat(f, text);
	return f->inner == INNER_RAW && str_find(text, STR("LogName=")) != SIZE_MAX && inner_pairs(f, text);
}
