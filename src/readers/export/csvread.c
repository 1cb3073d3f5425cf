/* csvread.c - tables with a header: inventories, exports of directories, of other tools, of audit trails, of Windows
 * events, and any other. Which one it is stands in data/csv_kinds.tsv; docs/exports.md tells what becomes of each. */
#include <stdlib.h>

#include "readers/export/csvwin.h"
#include "readers/export/inventory.h"
#include "readers/readers.h"

enum { ASSUMED_MAX = 160 };

struct table {
	struct csv_head head;
	struct csvwin win;
	struct inventory *inventory;
	value *cells; /* of a row whose values are not those of its columns */
	str *names;   /* of the columns that were said */
	bool headed;  /* the header was read */
	size_t lines; /* that are not blank, so far */
	str dataset;  /* as which the columns were said */
	char assumed[ASSUMED_MAX];
};

static enum csv_how how_of(const struct table *b)
{
	return b->head.kind ? b->head.kind->how : CSV_ROWS;
}

static bool is_windows(enum csv_how how)
{
	return how == CSV_EVTXECMD || how == CSV_WINEVENT || how == CSV_SPLUNK;
}

static enum text_line bad(struct text *t, const char *why)
{
	if (!t->why)
		t->why = why;
	return TEXT_BAD;
}

/* --- header --------------------------------------------------------------------------------- */

static bool say_columns(struct text *t, struct table *b, str dataset)
{
	uint32_t n = b->head.n;

	b->dataset = dataset;
	if (how_of(b) == CSV_INVENTORY) {
		inventory_head(b->inventory, &b->head);
		return text_columns(t, dataset, b->inventory->names, b->inventory->n);
	}
	for (uint32_t i = 0; i < n; i++) {
		str name = b->head.names[i];

		b->names[i] = b->head.kind ? csv_column_name(b->head.kind, b->head.plain[i], name) : name;
		for (uint32_t k = 0; k < i && k < 64; k++) /* a second one keeps its own name */
			if (str_eq(b->names[k], b->names[i]))
				b->names[i] = name;
		if (!b->names[i].len)
			b->names[i] = STR("column");
	}
	if (how_of(b) == CSV_EVENTVIEWER)
		b->names[n++] = STR("Message");
	return text_columns(t, dataset, b->names, n);
}

/* What had to be assumed to read this table at all. */
static void tell_assumed(struct text *t, struct table *b)
{
	const struct csvtime_order *o = &b->head.order;
	const char *order =
		b->head.time >= 0 && o->open && !o->day_first && !o->month_first
			? "; of 3/4/2024 the month was taken to be first, of 3-4-2024 and 3.4.2024 the day"
			: "";

	if (!b->head.kind)
		snprintf(b->assumed, sizeof b->assumed, "a table that we do not know, by its first line%s%s",
			 b->head.time >= 0 ? "" : ", without a time", order);
	else
		snprintf(b->assumed, sizeof b->assumed, "%s", *order ? order + 2 : "");
	t->assumed = b->assumed[0] ? b->assumed : NULL;
}

static bool reserve(struct table *b)
{
	if (!b->cells)
		b->cells = calloc(LIMIT_CSV_COLUMNS + 1, sizeof *b->cells);
	if (!b->names)
		b->names = calloc(LIMIT_CSV_COLUMNS + 1, sizeof *b->names);
	if (!b->inventory)
		b->inventory = calloc(1, sizeof *b->inventory);
	return b->cells && b->names && b->inventory;
}

static bool take_header(struct text *t, struct table *b)
{
	b->headed = true;
	t->separator = b->head.by;
	return say_columns(t, b, b->head.kind ? b->head.kind->dataset : STR("csv.table"));
}

static int csv_open(struct text *t, err *e)
{
	struct table *b = t->state;
	struct text_head_store *store = NULL;
	struct text_head head;

	if (!reserve(b))
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a table");
	if (csvwin_open(&b->win, t->env.schemas, e) < 0)
		return -1;
	if (!t->env.head.len)
		return 0;
	if (!text_head_init_as(&head, &store, t->env.head, t->env.path, t->env.coding))
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a table");
	if (csv_head_find(&b->head, &head)) {
		t->separator = b->head.by;
		tell_assumed(t, b);
	}
	text_head_done(store);
	return 0;
}

static void csv_close(void *state)
{
	struct table *b = state;

	csv_head_done(&b->head);
	csvwin_done(&b->win);
	free(b->inventory);
	free(b->cells);
	free(b->names);
}

/* --- rows ----------------------------------------------------------------------------------- */

static str text_at(const value *cells, int32_t i)
{
	value v = i >= 0 ? cells[i] : (value){ 0 };

	return (str){ (const char *)v.ptr, v.type == VALUE_ABSENT ? 0 : v.len };
}

/* False: a time that cannot be read. A row may have none. */
static bool set_time(struct text *t, const struct table *b, const value *cells)
{
	const struct csv_head *h = &b->head;
	str s = str_trim(text_at(cells, h->time));
	struct logtime lt;

	if (how_of(b) == CSV_STATE || how_of(b) == CSV_INVENTORY || !s.len)
		return true;
	if (h->clock >= 0)
		s = arena_printf(&t->mem, "%.*s %.*s", STR_ARG(s), STR_ARG(text_at(cells, h->clock)));
	if (!csvtime_read(s, &h->order, &lt))
		return false;
	if (lt.basis == TIME_LOCAL_ASSUMED && h->utc)
		lt.basis = TIME_UTC_EXPLICIT;
	if (lt.basis == TIME_LOCAL_ASSUMED && h->kind && h->kind->utc)
		lt.basis = TIME_UTC_BY_SPEC;
	text_time(t, &lt);
	return true;
}

/* csvde writes bytes as X'0105...', and an identifier of an account is told as such. */
static void read_sid(struct text *t, value *v)
{
	str s = { (const char *)v->ptr, v->len };
	size_t n = s.len > 3 ? (s.len - 3) / 2 : 0;
	uint8_t *to;

	if (v->type != VALUE_UTF8 || n < 8 || n > 68 || s.ptr[0] != 'X' || s.ptr[1] != '\'' ||
	    !(to = arena_alloc(&t->mem, n)))
		return;
	for (size_t i = 0; i < 2 * n; i++) {
		const char *p = memchr("0123456789abcdef", s.ptr[2 + i] | 0x20, 16);

		if (!p)
			return;
		to[i / 2] =
			(uint8_t)(to[i / 2] << 4 | (p - (const char *)memchr("0123456789abcdef", '0', 16)));
	}
	if (to[0] == 1 && 8u + 4u * to[1] == n)
		*v = (value){ to, (uint32_t)n, VALUE_SID, 0, 0 };
}

/* A row of csvde is of the class that it says. */
static str dataset_of(const struct table *b, const value *cells)
{
	str class = { 0 };

	if (how_of(b) != CSV_STATE || !str_eq(b->head.kind->dataset, STR("ad.object")))
		return b->dataset;
	for (uint32_t i = 0; i < b->head.n; i++)
		if (str_eq(b->head.plain[i], STR("objectclass")))
			class = text_at(cells, (int32_t)i);
	class = str_trim(class);
	return str_eq_ascii_nocase(class, STR("computer")) ? STR("ad.computer")
	       : str_eq_ascii_nocase(class, STR("user"))   ? STR("ad.user")
							   : STR("ad.object");
}

static enum text_line give_row(struct text *t, struct table *b, size_t n)
{
	str dataset = dataset_of(b, b->cells);

	if (!str_eq(dataset, b->dataset) && !say_columns(t, b, dataset))
		return TEXT_BAD;
	if (!t->schema)
		return bad(t, "its columns were refused");
	memcpy(t->values, b->cells, n * sizeof *t->values);
	for (uint32_t i = 0; how_of(b) == CSV_STATE && i < b->head.n; i++)
		if (str_eq(b->head.plain[i], STR("objectsid")))
			read_sid(t, &t->values[i]);
	return TEXT_EVENT;
}

/* The cells of a row; SIZE_MAX: t->why says what is wrong with it. */
static size_t cut_row(struct text *t, struct table *b)
{
	size_t want = b->head.n + (how_of(b) == CSV_EVENTVIEWER);
	size_t n = split_csv(t->line, b->head.by, b->cells, want, &t->mem);

	if (n == SIZE_MAX) {
		t->why = "no memory for its texts";
		return SIZE_MAX;
	}
	for (uint32_t i = b->head.spare; i && n > want && t->line.ptr[t->line.len - 1] == b->head.by;
	     i--, n--)
		t->line.len--; /* empty cells behind the last */
	if (n > want || (n < b->head.n && !t->partial)) {
		t->why = n < b->head.n ? "fewer cells than the header names"
				       : "more cells than the header names";
		return SIZE_MAX;
	}
	for (size_t i = n; i < want; i++)
		b->cells[i] = (value){ 0 };
	return want;
}

static enum text_line row(struct text *t, struct table *b)
{
	enum csv_how how = how_of(b);
	size_t n = cut_row(t, b);

	if (n == SIZE_MAX)
		return TEXT_BAD;
	if (!set_time(t, b, b->cells))
		return bad(t, "no time where the header says one");
	if (how == CSV_INVENTORY)
		return t->schema && inventory_row(t, b->inventory, &b->head, b->cells) ? TEXT_EVENT
										       : bad(t, "no asset");
	if (is_windows(how)) {
		t->given = csvwin_row(t, &b->win, &b->head, b->cells);
		if (t->given)
			return TEXT_EVENT;
		if (t->refused)
			return TEXT_BAD;
	}
	return give_row(t, b, n);
}

static enum text_line csv_line(struct text *t)
{
	struct table *b = t->state;
	size_t number = b->lines++;

	/* behind the header only what can be no row: nobody shall hide one by its first letters */
	if (csv_is_mark(t->line) && (!b->headed || !memchr(t->line.ptr, b->head.by, t->line.len)))
		return TEXT_NOTHING;
	if (!b->headed) {
		struct text_head one = { .lines = { t->line }, .nlines = 1 };

		if (b->head.n && number < b->head.line)
			return TEXT_NOTHING; /* a title */
		if (!b->head.n && !csv_head_find(&b->head, &one))
			return bad(t, "before any header");
		return take_header(t, b) ? TEXT_NOTHING : TEXT_BAD;
	}
	if (str_eq(t->line, buf_view(&b->head.text)))
		return TEXT_NOTHING; /* joined files */
	return row(t, b);
}

static int csv_claim(const struct text_head *h)
{
	enum { SURE = 92, TABLE = 50, TIMELESS = 40 };
	struct csv_head found;
	int score;

	if (!csv_head_find(&found, h))
		return 0;
	score = found.kind ? SURE : found.time >= 0 ? TABLE : TIMELESS;
	csv_head_done(&found);
	return score;
}

static const struct text_format CSV = {
	.framing = FRAME_CSV,
	.claim = csv_claim,
	.line = csv_line,
	.open = csv_open,
	.state_bytes = sizeof(struct table),
	.close = csv_close,
};

const struct reader_ops reader_tables = TEXT_READER(
	"csv", "Tables: inventories, directories, audit trails, alerts and Windows events as CSV", &CSV);
