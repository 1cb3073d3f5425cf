#include "readers/export/csvhead.h"

#include <stdlib.h>

enum { LOOK = 6, NAME_MAX_BYTES = 96, ROWS_MAX = TEXT_SAMPLE };

static const char SEPARATORS[] = ",;\t|";

void csv_head_done(struct csv_head *h)
{
	buf_done(&h->text);
	buf_done(&h->folded);
	free(h->names);
	free(h->plain);
	*h = (struct csv_head){ 0 };
}

bool csv_is_mark(str line)
{
	return str_starts(line, STR("#TYPE ")) || (str_starts(line, STR("sep=")) && line.len == 5);
}

/* --- names ---------------------------------------------------------------------------------- */

static str bare(str s)
{
	s = str_trim(s);
	if (s.len >= 2 && s.ptr[0] == '"' && s.ptr[s.len - 1] == '"')
		s = str_trim((str){ s.ptr + 1, s.len - 2 });
	return s;
}

/* Could it be the name of a column? */
static bool is_name(str s)
{
	char c = s.len ? s.ptr[0] : '0';

	return s.len <= NAME_MAX_BYTES && ((unsigned char)c >= 0x80 || (c >= 'A' && c <= 'Z') ||
					   (c >= 'a' && c <= 'z') || c == '_' || c == '@' || c == '#');
}

static bool reserve(struct csv_head *h)
{
	if (!h->names)
		h->names = calloc(LIMIT_CSV_COLUMNS + 1, sizeof *h->names);
	if (!h->plain)
		h->plain = calloc(LIMIT_CSV_COLUMNS + 1, sizeof *h->plain);
	return h->names && h->plain;
}

/* The cells of a header with this separator; false if it cannot be one. Names hold no doubled quotes, so that no
 * memory is needed. */
static bool cut_names(struct csv_head *h, str line, char by)
{
	str rest = line;
	size_t named = 0;

	if (!memchr(line.ptr, by, line.len) || !reserve(h))
		return false;
	buf_clear(&h->text);
	buf_str(&h->text, line);
	h->n = 0;
	h->by = by;
	for (rest = buf_view(&h->text);; h->n++) {
		bool end = !rest.len || !memchr(rest.ptr, by, rest.len);
		str cell = rest;

		/* a quoted name may hold the separator */
		if (rest.len && rest.ptr[0] == '"') {
			const char *p = memchr(rest.ptr + 1, '"', rest.len - 1);
			size_t used = p ? (size_t)(p - rest.ptr) + 1 : rest.len;

			end = used >= rest.len;
			cell.len = used;
			rest = end ? (str){ rest.ptr, 0 } : (str){ rest.ptr + used, rest.len - used };
			if (!end && rest.ptr[0] != by)
				return false;
			rest = end ? rest : (str){ rest.ptr + 1, rest.len - 1 };
		} else {
			cell = str_cut(rest, by, &rest);
		}
		if (h->n == LIMIT_CSV_COLUMNS || h->text.failed)
			return false;
		h->names[h->n] = bare(cell);
		named += is_name(h->names[h->n]);
		if (h->names[h->n].len && !is_name(h->names[h->n]))
			return false;
		if (end) {
			h->n++;
			break;
		}
	}
	h->spare = 0;
	for (; h->n && !h->names[h->n - 1].len; h->n--)
		h->spare++;
	return h->n > 1 && named * 4 >= (size_t)h->n * 3;
}

static bool fold_names(struct csv_head *h)
{
	size_t at = 0;

	buf_clear(&h->folded);
	for (uint32_t i = 0; i < h->n; i++)
		csv_plain_name(&h->folded, h->names[i]);
	if (h->folded.failed)
		return false;
	for (uint32_t i = 0; i < h->n; i++) { /* the same again, now that it lies still */
		buf one = { 0 };

		csv_plain_name(&one, h->names[i]);
		h->plain[i] = (str){ h->folded.ptr ? h->folded.ptr + at : "", one.len };
		at += one.len;
		buf_done(&one);
	}
	return true;
}

/* --- times ---------------------------------------------------------------------------------- */

static int32_t column_of(const struct csv_head *h, str name)
{
	for (uint32_t i = 0; i < h->n; i++)
		if (str_eq(h->kind ? csv_column_name(h->kind, h->plain[i], h->names[i]) : h->names[i], name))
			return (int32_t)i;
	return -1;
}

/* "TimeGenerated [UTC]" */
static bool says_utc(str name)
{
	return str_find(name, STR("UTC")) != SIZE_MAX || str_find(name, STR("GMT")) != SIZE_MAX;
}

/* The name of a known column, with or without what stands in brackets behind it. */
static int32_t time_of_kind(const struct csv_head *h)
{
	for (unsigned k = 0; k < h->kind->ntimes; k++) {
		int32_t i = column_of(h, h->kind->times[k]);

		if (i >= 0)
			return i;
	}
	for (unsigned k = 0; k < h->kind->ntimes; k++)
		for (uint32_t i = 0; i < h->n; i++)
			if (str_starts(h->names[i], h->kind->times[k]))
				return (int32_t)i;
	return -1;
}

static bool sounds_like_time(str plain)
{
	static const char *const SOUNDS[] = { "time",  "date", "datum", "zeit", "fecha",
					      "heure", "时间", "日期",  "时刻", "дата" };

	for (size_t i = 0; i < COUNT(SOUNDS); i++)
		if (str_find(plain, str_of(SOUNDS[i])) != SIZE_MAX)
			return true;
	return str_eq(plain, STR("ts")) || str_eq(plain, STR("when")) || str_eq(plain, STR("created"));
}

/* --- rows ----------------------------------------------------------------------------------- */

/* The cells of the rows below the header, one after another: a row goes on in the next line while a quote is open. */
struct sample {
	unsigned rows, fit, timed;
	unsigned marked; /* with the separator behind their last cell, where the header has none */
	struct csvtime_order order;
};

/* Cell number `at` of a row, "" if there is none; answers how many there are. *open: a quote is open where the line
 * begins, and where it ends. */
static size_t row_cell(str line, char by, int32_t at, str *ret, bool *open)
{
	size_t n = 0, from = 0;
	bool quoted = *open, start = !quoted;

	*ret = (str){ "", 0 };
	for (size_t i = 0; i <= line.len; i++) {
		if (i < line.len && line.ptr[i] == '"' && (start || quoted)) {
			start = quoted; /* "" closes and opens again */
			quoted = !quoted;
			continue;
		}
		if (i < line.len && (quoted || line.ptr[i] != by)) {
			start = false;
			continue;
		}
		if ((int32_t)n == at)
			*ret = bare((str){ line.ptr + from, i - from });
		n++;
		from = i + 1;
		start = true;
	}
	*open = quoted;
	return n;
}

/* Rows that go on in the next lines are not counted: which lines they are takes the reader to tell. */
static struct sample sample_rows(const struct csv_head *h, const struct text_head *head, int32_t time)
{
	struct sample s = { 0 };
	bool open = false;
	str cell;

	for (size_t i = h->line + 1; i < head->nlines && s.rows < ROWS_MAX; i++) {
		str line = head->lines[i];
		bool inside = open;
		size_t n;

		if (!inside && ((csv_is_mark(line) && !memchr(line.ptr, h->by, line.len)) ||
				str_eq(line, buf_view(&h->text))))
			continue;
		n = row_cell(line, h->by, time, &cell, &open);
		if (inside || open)
			continue;
		s.rows++;
		s.marked += n == h->n + 1 && line.ptr[line.len - 1] == h->by;
		s.fit += n == h->n || n == h->n + h->spare ||
			 (n == h->n + 1 && line.ptr[line.len - 1] == h->by);
		if (cell.len)
			s.timed += csvtime_learn(&s.order, cell);
	}
	s.fit -= !h->spare && s.marked * 5 < s.rows * 4 ? s.marked : 0;
	return s;
}

static void take_sample(struct csv_head *h, const struct text_head *head)
{
	struct sample s = sample_rows(h, head, h->time);

	h->order = s.order;
	h->rows = s.rows;
	h->fit = s.rows ? s.fit * 100 / s.rows : 0;
	h->timed = s.rows ? s.timed * 100 / s.rows : 0;
	if (!h->spare && s.rows && s.marked * 5 >= s.rows * 4)
		h->spare = 1;
}

/* --- finding -------------------------------------------------------------------------------- */

static bool as_known(struct csv_head *h, str line, char by)
{
	if (!cut_names(h, line, by) || !fold_names(h))
		return false;
	h->kind = csv_kind_of(h->plain, h->n);
	if (!h->kind)
		return false;
	h->clock = -1;
	h->time = time_of_kind(h);
	h->utc = h->time >= 0 && says_utc(h->names[h->time]);
	return true;
}

static int32_t named_so(const struct csv_head *h, const char *const *list, size_t n)
{
	for (size_t k = 0; k < n; k++)
		for (uint32_t i = 0; i < h->n; i++)
			if (str_eq(h->plain[i], str_of(list[k])))
				return (int32_t)i;
	return -1;
}

/* The column whose cells are times, best those that most rows have. */
static void find_time(struct csv_head *h, const struct text_head *head)
{
	static const char *const DATES[] = { "date", "日期", "datum", "fecha", "дата" };
	static const char *const CLOCKS[] = { "time", "时间", "zeit", "uhrzeit", "hora", "время" };
	int32_t date = named_so(h, DATES, COUNT(DATES)), clock = named_so(h, CLOCKS, COUNT(CLOCKS));
	unsigned best = 0;

	h->time = h->clock = -1;
	for (uint32_t i = 0; i < h->n; i++) {
		struct sample s;

		if (!sounds_like_time(h->plain[i]))
			continue;
		s = sample_rows(h, head, (int32_t)i);
		if (s.timed > best && s.timed * 5 >= s.rows * 4) {
			best = s.timed;
			h->time = (int32_t)i;
		}
	}
	if (h->time >= 0 && h->time == date && clock >= 0)
		h->clock = clock;
	h->utc = h->time >= 0 && says_utc(h->names[h->time]);
}

static bool unique(const struct csv_head *h)
{
	for (uint32_t i = 0; i < h->n && i < 64; i++)
		for (uint32_t k = 0; k < i; k++)
			if (str_eq(h->names[i], h->names[k]))
				return false;
	return true;
}

/* A header of no known kind: every cell a name, none twice, and rows below that have as many cells. */
static bool as_table(struct csv_head *h, const struct text_head *head, size_t line, char by)
{
	enum { FIT = 80, COLUMNS_MIN = 3, ROWS_MIN = 2 };
	struct csvtime_order none = { 0 };
	struct logtime lt;

	if (!cut_names(h, head->lines[line], by) || !fold_names(h) || !unique(h))
		return false;
	for (uint32_t i = 0; i < h->n; i++)
		if (!h->names[i].len || csvtime_read(h->names[i], &none, &lt))
			return false;
	h->kind = NULL;
	h->line = line;
	find_time(h, head);
	take_sample(h, head);
	return h->fit >= FIT && (h->time >= 0 ? h->rows >= 1 : h->n >= COLUMNS_MIN && h->rows >= ROWS_MIN);
}

bool csv_head_known(struct csv_head *h, str line)
{
	struct csv_head other = { .by = h->by };
	bool known = as_known(&other, line, h->by);

	if (!known) {
		csv_head_done(&other);
		return false;
	}
	other.order = h->order;
	other.line = h->line;
	csv_head_done(h);
	*h = other;
	return true;
}

bool csv_head_find(struct csv_head *ret, const struct text_head *head)
{
	size_t first = 0;
	char only[2] = { 0 };
	const char *marks = SEPARATORS;

	*ret = (struct csv_head){ 0 };
	while (first < head->nlines && csv_is_mark(head->lines[first])) {
		if (head->lines[first].ptr[0] == 's') {
			only[0] = head->lines[first].ptr[4];
			marks = only;
		}
		first++;
	}
	for (size_t i = first; i < head->nlines && i < first + LOOK; i++) {
		for (const char *by = marks; *by; by++) {
			if (!as_known(ret, head->lines[i], *by))
				continue;
			ret->line = i;
			take_sample(ret, head);
			return true;
		}
	}
	for (const char *by = marks; first < head->nlines && *by; by++)
		if (as_table(ret, head, first, *by))
			return true;
	csv_head_done(ret);
	return false;
}
