#include "desk/deskcsv.h"

#include "readers/text/split.h"
#include "util/limits.h"
#include "util/map.h"
#include "util/utf.h"

/* The next line with something in it, without its end. */
static bool line_next(struct deskcsv *c, str *ret)
{
	while (c->rest.len) {
		str line = str_cut(c->rest, '\n', &c->rest);

		c->line++;
		if (line.len && line.ptr[line.len - 1] == '\r')
			line.len--;
		*ret = line;
		if (str_trim(line).len)
			return true;
	}
	return false;
}

static int row_split(struct deskcsv *c, str line, str *to, size_t *ret_n, arena *mem, err *e)
{
	value v[DESKCSV_COLUMNS];
	size_t quotes = 0, n;

	for (size_t i = 0; i < line.len; i++)
		quotes += line.ptr[i] == '"';
	if (quotes % 2)
		return err_set(e, ERR_CORRUPT, ERR_NO_OFFSET,
			       "line %zu: a quote is not closed (a cell is one line here)", c->line);
	if (utf8_valid_prefix(line) != line.len || memchr(line.ptr, 0, line.len))
		return err_set(e, ERR_CORRUPT, ERR_NO_OFFSET,
			       "line %zu: not UTF-8 (save the table as \"CSV UTF-8\")", c->line);
	n = split_csv(line, c->by, v, DESKCSV_COLUMNS, mem);
	if (n == SIZE_MAX)
		return err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "line %zu: too long", c->line);
	if (n > DESKCSV_COLUMNS)
		return err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "line %zu: more than %d cells", c->line,
			       DESKCSV_COLUMNS);
	for (size_t i = 0; i < n; i++)
		to[i] = v[i].ptr ? str_trim((str){ (const char *)v[i].ptr, v[i].len }) : STR("");
	*ret_n = n;
	return 0;
}

static char separator(str head)
{
	static const char BY[] = ",;\t";
	size_t best = 0, most = 0;

	for (size_t k = 0; k < 3; k++) {
		size_t n = 0;

		for (size_t i = 0; i < head.len; i++)
			n += head.ptr[i] == BY[k];
		if (n > most) {
			most = n;
			best = k;
		}
	}
	return BY[best];
}

int deskcsv_open(struct deskcsv *c, str text, err *e)
{
	str line;

	*c = (struct deskcsv){ .rest = text };
	arena_init(&c->mem, LIMIT_LINE_BYTES);
	arena_init(&c->row, LIMIT_LINE_BYTES);
	if (str_starts(c->rest, STR("\xef\xbb\xbf")))
		c->rest = (str){ text.ptr + 3, text.len - 3 };
	if (!line_next(c, &line))
		return err_set(e, ERR_CORRUPT, ERR_NO_OFFSET, "the table is empty");
	c->by = separator(line);
	if (row_split(c, line, c->head, &c->n, &c->mem, e) < 0)
		return -1;
	for (size_t i = 0; i < c->n; i++)
		for (size_t k = 0; k < i; k++)
			if (c->head[i].len && str_eq(c->head[i], c->head[k]))
				return err_set(e, ERR_CORRUPT, ERR_NO_OFFSET,
					       "line %zu: the column \"%.*s\" is there twice", c->line,
					       (int)u64_min(c->head[i].len, 60), c->head[i].ptr);
	return 0;
}

int deskcsv_next(struct deskcsv *c, err *e)
{
	size_t n;
	str line;

	if (!line_next(c, &line))
		return 0;
	arena_clear(&c->row);
	if (row_split(c, line, c->cell, &n, &c->row, e) < 0)
		return -1;
	if (n != c->n)
		return err_set(e, ERR_CORRUPT, ERR_NO_OFFSET, "line %zu: %zu cells, the head has %zu",
			       c->line, n, c->n);
	return 1;
}

void deskcsv_done(struct deskcsv *c)
{
	arena_done(&c->mem);
	arena_done(&c->row);
}

size_t deskcsv_column(const struct deskcsv *c, const char *name)
{
	for (size_t i = 0; i < c->n; i++)
		if (str_is(c->head[i], name))
			return i;
	return SIZE_MAX;
}

str deskcsv_cell(const struct deskcsv *c, const char *name)
{
	size_t i = deskcsv_column(c, name);

	return i == SIZE_MAX ? STR("") : c->cell[i];
}

/* --- rows of a registry ------------------------------------------------------------------------ */

static int row_put(struct desk *d, const struct record_type *t, struct deskcsv *c, const char *what,
		   map *seen, arena *mem, struct import_counts *n, err *e)
{
	struct record r = { .type = t };
	enum record_done done;
	buf id = { 0 };
	bool is_new = false;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < c->n; i++)
		if (c->cell[i].len)
			rc = record_set(&r, c->head[i], c->cell[i], mem, e);
	if (rc == 0)
		rc = record_put(d, &r, what, &id, &done, e);
	if (rc == 0 && !map_put(seen, buf_view(&id), c->line, &is_new))
		rc = err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "more than %u rows", LIMIT_DESK_ROWS);
	if (rc == 0 && !is_new)
		rc = err_set(e, ERR_ARG, ERR_NO_OFFSET,
			     "the same %s as line %llu (give each a ref of its own if both are meant)",
			     t->name, (unsigned long long)map_get(seen, buf_view(&id))->value);
	if (rc == 0) {
		n->rows++;
		n->added += done == RECORD_ADDED;
		n->changed += done == RECORD_CHANGED;
	}
	buf_done(&id);
	if (rc < 0 && e->code == ERR_ARG) /* what the file says, not the command line */
		e->code = ERR_CORRUPT;
	return rc < 0 ? err_prefix(e, "line %zu", c->line) : 0;
}

int record_import(struct desk *d, const struct record_type *t, str text, const char *what,
		  struct import_counts *ret, err *e)
{
	struct import_counts n = { 0 };
	struct deskcsv c;
	arena mem;
	map seen;
	int rc;

	arena_init(&mem, LIMIT_LINE_BYTES * 2);
	map_init(&seen, LIMIT_DESK_ROWS, LIMIT_DESK_BYTES);
	rc = deskcsv_open(&c, text, e);
	while (rc == 0 && (rc = deskcsv_next(&c, e)) == 1) {
		arena_clear(&mem);
		rc = row_put(d, t, &c, what, &seen, &mem, &n, e);
		if (rc < 0)
			break;
		rc = 0;
	}
	if (rc == 0)
		*ret = n;
	deskcsv_done(&c);
	arena_done(&mem);
	map_done(&seen);
	return rc;
}
