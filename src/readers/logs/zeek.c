/* zeek.c - Zeek's own logs: a header with "#separator", "#fields" and "#types", then a line per event. The
 * header may come again anywhere (joined files, changed scripts). Fields, datasets and values are those of
 * the same log as JSON. Source: docs.zeek.org, log writer "Ascii". */
#include <stdlib.h>

#include "readers/readers.h"
#include "readers/text/escape.h"
#include "readers/text/textlog.h"
#include "util/json.h"
#include "util/limits.h"

enum field_type { FIELD_TEXT, FIELD_NUMBER, FIELD_BOOL };

struct zeek_field {
	uint8_t type; /* enum field_type, of an element where it is a list */
	bool list;    /* set or vector */
};

enum { MARK_MAX = 16, DATASET_MAX = 80 };

struct zeek {
	buf fields, types, path; /* values of the last directives */
	str *names;              /* views on `fields` */
	struct zeek_field *of;   /* by column */
	size_t nnames;
	char separator, set_separator;
	char unset[MARK_MAX], empty[MARK_MAX];
	char dataset[DATASET_MAX];
	int32_t time; /* column of the event time, or -1 */
	bool stale;   /* the header changed: columns are to be said anew */
};

static int zeek_open(struct text *t, err *e)
{
	struct zeek *z = t->state;

	(void)e;
	z->separator = '\t';
	z->set_separator = ',';
	z->unset[0] = '-';
	memcpy(z->empty, "(empty)", 8);
	return 0;
}

static void zeek_close(void *state)
{
	struct zeek *z = state;

	buf_done(&z->fields);
	buf_done(&z->types);
	buf_done(&z->path);
	free(z->names);
	free(z->of);
}

/* --- escapes -------------------------------------------------------------------------------- */

/* "\x09" is one byte, any other text the separator itself. False if it is no single byte. */
static bool separator_of(str said, char *ret)
{
	if (said.len == 4 && str_starts(said, STR("\\x")))
		return escape_unhex((str){ said.ptr + 2, 2 }, ret);
	*ret = said.len ? said.ptr[0] : '\0';
	return said.len == 1;
}

/* What the escapes stand for, as text. */
static str plain(struct text *t, str s)
{
	return escape_plain(s, ESCAPE_HEX, &t->mem);
}

/* --- header --------------------------------------------------------------------------------- */

static void set_mark(char to[MARK_MAX], str s)
{
	if (s.len < MARK_MAX) {
		memset(to, 0, MARK_MAX);
		if (s.len)
			memcpy(to, s.ptr, s.len);
	}
}

static void keep(struct zeek *z, buf *to, str s)
{
	if (str_eq(buf_view(to), s))
		return;
	buf_clear(to);
	buf_str(to, s);
	z->stale = true;
}

static void directive(struct zeek *z, str line)
{
	str said, name = str_cut(line, str_starts(line, STR("#separator ")) ? ' ' : z->separator, &said);
	char one;

	if (str_eq(name, STR("#separator")) && separator_of(said, &one))
		z->separator = one;
	else if (str_eq(name, STR("#set_separator")) && separator_of(said, &one))
		z->set_separator = one;
	else if (str_eq(name, STR("#unset_field")))
		set_mark(z->unset, said);
	else if (str_eq(name, STR("#empty_field")))
		set_mark(z->empty, said);
	else if (str_eq(name, STR("#path")))
		keep(z, &z->path, said);
	else if (str_eq(name, STR("#fields")))
		keep(z, &z->fields, said);
	else if (str_eq(name, STR("#types")))
		keep(z, &z->types, said);
}

static struct zeek_field field_of(str type)
{
	static const char *const NUMBERS[] = { "count", "int", "port", "double", "interval", "time" };
	struct zeek_field f = { .type = FIELD_TEXT };
	str inner;

	str_cut(type, '[', &inner);
	if (inner.len) {
		f.list = true;
		type = str_cut(inner, ']', &inner);
	}
	for (size_t i = 0; i < COUNT(NUMBERS); i++)
		if (str_eq(type, str_of(NUMBERS[i])))
			f.type = FIELD_NUMBER;
	if (str_eq(type, STR("bool")))
		f.type = FIELD_BOOL;
	return f;
}

static void find_time(struct zeek *z)
{
	z->time = -1;
	for (size_t i = 0; i < z->nnames && z->time < 0; i++)
		if (str_eq(z->names[i], STR("ts")))
			z->time = (int32_t)i;
}

static bool can_be_dataset(str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!(s.ptr[i] >= 'a' && s.ptr[i] <= 'z') && !(s.ptr[i] >= '0' && s.ptr[i] <= '9') &&
		    s.ptr[i] != '_' && s.ptr[i] != '-')
			return false;
	return s.len > 0 && s.len <= 64;
}

/* The header is complete where the first line behind it stands. */
static bool header_end(struct text *t, struct zeek *z)
{
	str fields = buf_view(&z->fields), types = buf_view(&z->types), path = buf_view(&z->path);

	if (!z->names)
		z->names = calloc(LIMIT_COLUMNS, sizeof *z->names);
	if (!z->of)
		z->of = calloc(LIMIT_COLUMNS, sizeof *z->of);
	for (z->nnames = 0; z->names && z->of && fields.len; z->nnames++) {
		if (z->nnames == LIMIT_COLUMNS - 1) {
			t->why = "more fields in the header than any log has";
			return false;
		}
		z->names[z->nnames] = str_cut(fields, z->separator, &fields);
		z->of[z->nnames] = field_of(str_cut(types, z->separator, &types));
	}
	if (!z->nnames) {
		t->why = "before any #fields";
		return false;
	}
	snprintf(z->dataset, sizeof z->dataset, "zeek.%.*s", can_be_dataset(path) ? (int)path.len : 5,
		 can_be_dataset(path) ? path.ptr : "other");
	find_time(z);
	if (!text_columns(t, str_of(z->dataset), z->names, z->nnames))
		return false;
	z->stale = false;
	return true;
}

/* --- values --------------------------------------------------------------------------------- */

static value element(struct text *t, uint8_t type, str s)
{
	bool yes = str_eq(s, STR("T")), number = type == FIELD_NUMBER && json_text_is_number(s);
	value v;

	if (type == FIELD_BOOL && (yes || str_eq(s, STR("F")))) {
		v = value_utf8(yes ? STR("true") : STR("false"));
		v.type = VALUE_TRUE_FALSE;
		return v;
	}
	v = value_utf8(number ? s : plain(t, s));
	if (number)
		v.type = VALUE_NUMBER;
	return v;
}

static bool is_mark(const char mark[MARK_MAX], str s)
{
	return str_is(s, mark);
}

/* Elements as NUL-separated texts; a NUL inside of one was shown as \x00. */
static value list(struct text *t, const struct zeek *z, uint8_t type, str s)
{
	char *to = arena_alloc(&t->mem, 8 * s.len + 2);
	value one = { 0 }, v;
	size_t len = 0, n = 0;
	uint8_t common = VALUE_ABSENT;

	while (to && s.len) {
		str part = str_cut(s, z->set_separator, &s);

		if (is_mark(z->unset, part))
			continue;
		one = element(t, type, is_mark(z->empty, part) ? STR("") : part);
		common = n == 0 || common == one.type ? one.type : VALUE_UTF8;
		if (n++)
			to[len++] = '\0';
		if (one.len)
			memcpy(to + len, one.ptr, one.len);
		len += one.len;
	}
	if (n < 2)
		return one;
	if (one.len == 0)
		to[len++] = '\0';
	v = value_utf8((str){ to, len });
	v.type = common;
	v.flags = VALUE_F_ARRAY;
	return v;
}

static value typed(struct text *t, const struct zeek *z, struct zeek_field f, value v)
{
	str s = { (const char *)v.ptr, v.len };

	if (v.type == VALUE_ABSENT || is_mark(z->unset, s))
		return (value){ 0 };
	if (is_mark(z->empty, s))
		return f.list ? (value){ 0 } : value_utf8(STR(""));
	return f.list ? list(t, z, f.type, s) : element(t, f.type, s);
}

static bool set_time(struct text *t, const struct zeek *z)
{
	value v = z->time >= 0 ? t->values[z->time] : (value){ 0 };
	struct logtime lt;

	if (v.type == VALUE_ABSENT)
		return true; /* a log without times */
	if (logtime_whole((str){ (const char *)v.ptr, v.len }, LOGTIME_EPOCH, &lt))
		t->time_ns = lt.ns;
	else if (!json_text_is_number(
			 (str){ (const char *)v.ptr, v.len })) /* else one of no use: -2.15e+09 */
		return false;
	t->basis = TIME_UTC_BY_SPEC;
	return true;
}

static enum text_line bad(struct text *t, const char *why)
{
	t->why = why;
	return TEXT_BAD;
}

static enum text_line zeek_line(struct text *t)
{
	struct zeek *z = t->state;
	size_t n;

	if (t->line.ptr[0] == '#') {
		directive(z, t->line);
		return TEXT_NOTHING;
	}
	if ((z->stale || !t->schema) && !header_end(t, z))
		return TEXT_BAD;
	n = split_char(t->line, z->separator, t->values, z->nnames);
	if (n > z->nnames || (n < z->nnames && !t->partial))
		return bad(t, n < z->nnames ? "fewer fields than the header names"
					    : "more fields than the header names");
	for (size_t i = n; i < z->nnames; i++)
		t->values[i] = (value){ 0 };
	if (!set_time(t, z))
		return bad(t, "no time where the header says one");
	for (size_t i = 0; i < n; i++)
		t->values[i] = typed(t, z, z->of[i], t->values[i]);
	return TEXT_EVENT;
}

/* --- probing -------------------------------------------------------------------------------- */

static int zeek_claim(const struct text_head *h)
{
	enum { SURE = 95, HEADER_ONLY = 60 };
	bool header = false;

	for (size_t i = 0; i < h->nlines; i++) {
		header |= str_starts(h->lines[i], STR("#separator ")) ||
			  str_starts(h->lines[i], STR("#set_separator"));
		if (header && str_starts(h->lines[i], STR("#fields")))
			return SURE;
	}
	return header ? HEADER_ONLY : 0;
}

static const struct text_format ZEEK = {
	.mark = '#',
	.mark_free = "#close",
	.claim = zeek_claim,
	.line = zeek_line,
	.state_bytes = sizeof(struct zeek),
	.open = zeek_open,
	.close = zeek_close,
};

const struct reader_ops reader_zeek = TEXT_READER_PIECES("zeek", "Zeek's logs with a header", &ZEEK);
