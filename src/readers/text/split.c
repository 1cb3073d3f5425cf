#include "readers/text/split.h"

#include "readers/text/marks.h"

static inline void put(value *out, size_t max, size_t i, const char *p, size_t n)
{
	if (i >= max)
		return;
	out[i] = (value){ (const uint8_t *)p, (uint32_t)n, VALUE_UTF8, 0, 0 };
	if (n == 0 || (n == 1 && *p == '-'))
		out[i] = (value){ 0 };
}

/* --- bare fields ---------------------------------------------------------------------------- */

size_t split_spaces(str line, value *out, size_t max)
{
	const char *from = line.ptr, *end = line.ptr + line.len;
	size_t n = 0;

	for (size_t at = 0; at < line.len; at += MARKS_BLOCK) {
		for (uint64_t m = marks_at(line, at, ' ', '\t'); m; m &= m - 1) {
			const char *p = line.ptr + at + __builtin_ctzll(m);

			if (p > from)
				put(out, max, n++, from, (size_t)(p - from));
			from = p + 1;
		}
	}
	if (end > from)
		put(out, max, n++, from, (size_t)(end - from));
	return n;
}

size_t split_char(str line, char by, value *out, size_t max)
{
	size_t from = 0, n = 0;

	for (size_t at = 0; at < line.len; at += MARKS_BLOCK) {
		for (uint64_t m = marks_at(line, at, by, by); m; m &= m - 1) {
			size_t end = at + (size_t)__builtin_ctzll(m);

			put(out, max, n++, line.ptr + from, end - from);
			from = end + 1;
		}
	}
	put(out, max, n++, line.ptr + from, line.len - from);
	return n;
}

/* --- quoted fields -------------------------------------------------------------------------- */

static bool is_space(char c)
{
	return c == ' ' || c == '\t';
}

/* Where a field that begins with a quote ends: the quote before a space or the end; else it is bare. */
static size_t quoted_end(str line, size_t from)
{
	for (size_t i = from + 1; i < line.len; i++) {
		const char *p = memchr(line.ptr + i, '"', line.len - i);

		if (!p)
			break;
		i = (size_t)(p - line.ptr);
		if (i + 1 == line.len || is_space(line.ptr[i + 1]))
			return i;
	}
	return SIZE_MAX;
}

size_t split_quoted(str line, value *out, size_t max)
{
	size_t i = 0, n = 0, end;
	bool hopeless = false; /* a quote stayed open: none behind it closes either */

	while (i < line.len) {
		if (is_space(line.ptr[i])) {
			i++;
			continue;
		}
		end = line.ptr[i] == '"' && !hopeless ? quoted_end(line, i) : SIZE_MAX;
		hopeless |= line.ptr[i] == '"' && end == SIZE_MAX;
		if (end != SIZE_MAX) {
			put(out, max, n++, line.ptr + i + 1, end - i - 1);
			i = end + 1;
			continue;
		}
		for (end = i; end < line.len && !is_space(line.ptr[end]); end++)
			;
		put(out, max, n++, line.ptr + i, end - i);
		i = end;
	}
	return n;
}

/* The field behind the quote at `from`, and where it ends: on its closing quote, or the end of the line. */
static bool csv_field(str line, size_t from, size_t *ret_end, str *ret, arena *mem)
{
	size_t i = from + 1, doubled = 0;
	char *to;

	for (; i < line.len; i++) {
		if (line.ptr[i] != '"')
			continue;
		if (i + 1 >= line.len || line.ptr[i + 1] != '"')
			break;
		doubled++;
		i++;
	}
	*ret_end = i;
	*ret = (str){ line.ptr + from + 1, (i < line.len ? i : line.len) - from - 1 };
	if (!doubled)
		return true;
	to = arena_alloc(mem, ret->len - doubled + 1);
	if (!to)
		return false;
	for (size_t k = 0, n = 0; k < ret->len; k++) {
		to[n++] = ret->ptr[k];
		k += ret->ptr[k] == '"';
	}
	*ret = (str){ to, ret->len - doubled };
	return true;
}

static void put_csv(value *out, size_t max, size_t i, str s)
{
	if (i < max)
		out[i] = s.len ? value_utf8(s) : (value){ 0 };
}

static size_t csv_with_quotes(str line, char by, value *out, size_t max, arena *mem)
{
	size_t i = 0, n = 0, end;
	const char *p;
	str s;

	for (;;) {
		bool quoted = i < line.len && line.ptr[i] == '"';

		end = i;
		if (quoted && !csv_field(line, i, &end, &s, mem))
			return SIZE_MAX;
		p = end < line.len ? memchr(line.ptr + end, by, line.len - end) : NULL;
		end = p ? (size_t)(p - line.ptr) : line.len;
		if (!quoted)
			s = (str){ line.ptr + i, end - i };
		put_csv(out, max, n++, s);
		if (!p)
			return n;
		i = end + 1;
	}
}

static size_t csv_bare(str line, char by, value *out, size_t max)
{
	size_t from = 0, n = 0;

	for (size_t at = 0; at < line.len; at += MARKS_BLOCK) {
		for (uint64_t m = marks_at(line, at, by, by); m; m &= m - 1) {
			size_t end = at + (size_t)__builtin_ctzll(m);

			put_csv(out, max, n++, (str){ line.ptr + from, end - from });
			from = end + 1;
		}
	}
	put_csv(out, max, n++, (str){ line.ptr + from, line.len - from });
	return n;
}

size_t split_csv(str line, char by, value *out, size_t max, arena *mem)
{
	return memchr(line.ptr, '"', line.len) ? csv_with_quotes(line, by, out, max, mem)
					       : csv_bare(line, by, out, max);
}

/* --- pairs ---------------------------------------------------------------------------------- */

/* Text between quotes without its escapes; *ret_end on the closing quote or the end. */
static bool pair_quoted(str s, size_t *ret_end, str *ret, arena *mem)
{
	size_t i = 1, escapes = 0, n = 0;
	char *to;

	for (; i < s.len && s.ptr[i] != '"'; i++) {
		if (s.ptr[i] == '\\' && i + 1 < s.len && (s.ptr[i + 1] == '"' || s.ptr[i + 1] == '\\')) {
			escapes++;
			i++;
		}
	}
	*ret_end = i;
	*ret = (str){ s.ptr + 1, (i < s.len ? i : s.len) - 1 };
	if (!escapes)
		return true;
	to = arena_alloc(mem, ret->len + 1);
	if (!to)
		return false;
	for (size_t k = 0; k < ret->len; k++) {
		if (ret->ptr[k] == '\\' && k + 1 < ret->len &&
		    (ret->ptr[k + 1] == '"' || ret->ptr[k + 1] == '\\'))
			k++;
		to[n++] = ret->ptr[k];
	}
	*ret = (str){ to, n };
	return true;
}

bool split_pair_next(str *rest, char by, struct split_pair *ret, arena *mem)
{
	while (rest->len) {
		size_t end = 0, eq = SIZE_MAX;
		str s = *rest, text;

		while (end < s.len && s.ptr[end] != by && s.ptr[end] != '=')
			end++;
		if (end < s.len && s.ptr[end] == '=')
			eq = end;
		if (eq == SIZE_MAX || eq == 0) { /* no pair */
			end += end < s.len;
			*rest = (str){ s.ptr + end, s.len - end };
			continue;
		}
		ret->key = (str){ s.ptr, eq };
		s = (str){ s.ptr + eq + 1, s.len - eq - 1 };
		if (s.len && s.ptr[0] == '"') {
			if (!pair_quoted(s, &end, &text, mem))
				return false;
			end += end < s.len;
		} else {
			for (end = 0; end < s.len && s.ptr[end] != by; end++)
				;
			text = (str){ s.ptr, end };
		}
		ret->value = text.len ? value_utf8(text) : (value){ 0 };
		*rest = (str){ s.ptr + end, s.len - end };
		while (rest->len && (rest->ptr[0] == by || rest->ptr[0] == ' '))
			*rest = (str){ rest->ptr + 1, rest->len - 1 };
		return true;
	}
	return false;
}
