#include "warn/tablein.h"

/* Cells of a line with this separator, by its plain number. */
static size_t count_of(str line, char by)
{
	size_t n = 0;

	for (size_t i = 0; i < line.len; i++)
		n += line.ptr[i] == by;
	return n;
}

static str first_line(str s)
{
	str rest;

	return str_cut(s, '\n', &rest);
}

void tablein_open(struct tablein *t, str text)
{
	static const char BY[] = ",;\t";
	size_t best = 0;
	str line;

	memset(t, 0, sizeof *t);
	if (str_starts(text, STR("\xEF\xBB\xBF")))
		text = (str){ text.ptr + 3, text.len - 3 };
	t->next_line = 1;
	t->by = ',';
	while (text.len && (text.ptr[0] == '#' || str_trim(first_line(text)).len == 0)) {
		str_cut(text, '\n', &text);
		t->next_line++;
	}
	t->rest = text;
	line = first_line(text);
	for (const char *by = BY; *by; by++)
		if (count_of(line, *by) > best) {
			best = count_of(line, *by);
			t->by = *by;
		}
}

/* A quoted cell: its text, with two quotes for one resolved. -1: it never ends. */
static int quoted(struct tablein *t, arena *mem, str *ret)
{
	str s = t->rest;
	size_t i, n = 0;
	bool doubled = false;

	for (i = 1; i < s.len; i++) {
		if (s.ptr[i] == '\n')
			t->next_line++;
		if (s.ptr[i] != '"')
			continue;
		if (i + 1 == s.len || s.ptr[i + 1] != '"')
			break;
		doubled = true;
		i++;
	}
	if (i >= s.len)
		return -1;
	*ret = (str){ s.ptr + 1, i - 1 };
	if (doubled) {
		char *to = arena_alloc(mem, i);

		if (!to)
			return -1;
		for (size_t k = 1; k < i; k++) {
			to[n++] = s.ptr[k];
			k += s.ptr[k] == '"';
		}
		*ret = (str){ to, n };
	}
	t->rest = (str){ s.ptr + i + 1, s.len - i - 1 };
	return 0;
}

/* One cell; *ret_last: the row ends behind it. */
static int cell(struct tablein *t, arena *mem, str *ret, bool *ret_last)
{
	size_t i = 0;
	str s;

	while (t->rest.len && t->rest.ptr[0] == ' ')
		t->rest = (str){ t->rest.ptr + 1, t->rest.len - 1 };
	*ret = (str){ t->rest.ptr, 0 };
	if (t->rest.len && t->rest.ptr[0] == '"' && quoted(t, mem, ret) < 0)
		return -1;
	s = t->rest;
	while (i < s.len && s.ptr[i] != t->by && s.ptr[i] != '\n')
		i++;
	if (ret->len == 0)
		*ret = (str){ s.ptr, i };
	*ret = str_trim(*ret);
	*ret_last = i == s.len || s.ptr[i] == '\n';
	t->next_line += i < s.len && s.ptr[i] == '\n';
	t->rest = i < s.len ? (str){ s.ptr + i + 1, s.len - i - 1 } : (str){ 0 };
	return 0;
}

static int one_row(struct tablein *t, arena *mem, err *e)
{
	bool last = false;

	t->n = 0;
	t->line = t->next_line;
	while (!last) {
		if (t->n == TABLE_COLUMNS)
			return err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "line %llu: more than %d cells",
				       (unsigned long long)t->line, TABLE_COLUMNS);
		if (cell(t, mem, &t->cell[t->n], &last) < 0)
			return err_set(e, ERR_CORRUPT, ERR_NO_OFFSET, "line %llu: a quote is not closed",
				       (unsigned long long)t->line);
		t->n++;
	}
	return 0;
}

int tablein_row(struct tablein *t, arena *mem, err *e)
{
	while (t->rest.len) {
		if (one_row(t, mem, e) < 0)
			return -1;
		for (size_t i = 0; i < t->n; i++)
			if (t->cell[i].len)
				return 1;
	}
	return 0;
}

str tablein_plain(str s, char *to)
{
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];

		if (c != ' ' && c != '_' && c != '-' && c != '.')
			to[n++] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
	}
	return (str){ to, n };
}
