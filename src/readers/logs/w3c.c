/* w3c.c - logs with "#Fields:": W3C extended (IIS and its services, HTTP.sys, proxies, Windows Firewall) and
 * the CSV logs of Exchange, which have the same header with commas. The header may come again anywhere with
 * other fields. Source: w3.org/TR/WD-logfile.html; formats seen in the field. */
#include <stdlib.h>

#include "readers/logs/w3c_kind.h"
#include "readers/readers.h"
#include "readers/text/textlog.h"
#include "util/limits.h"

enum layout { LAYOUT_SPACES, LAYOUT_QUOTED, LAYOUT_TABS, LAYOUT_CSV };

struct w3c {
	buf software, log_type, fields; /* values of the last directives */
	str *names;                     /* of the fields, views on `fields` */
	size_t nnames;
	bool stale;          /* the header changed: columns are to be said anew */
	const char *useless; /* why they cannot be, until it changes again ... */
	bool limited;        /* ... by a limit */
	bool time_utc;       /* #Time Format says so */
	enum layout layout;
	bool local;
	char dataset[W3C_DATASET_MAX];

	/* Which columns tell the time; -1: none. */
	int32_t date, time, datetime;
	struct logtime_day day;
	int64_t header_day_ns, last_clock_ns; /* without a date column: #Date, and the time before */
};

static void w3c_close(void *state)
{
	struct w3c *w = state;

	buf_done(&w->software);
	buf_done(&w->log_type);
	buf_done(&w->fields);
	free(w->names);
}

static int w3c_open(struct text *t, err *e)
{
	struct w3c *w = t->state;

	(void)e;
	w->header_day_ns = TIME_NONE;
	return 0;
}

/* --- header --------------------------------------------------------------------------------- */

static size_t name_end(const struct w3c *w, str s)
{
	size_t n = 0;

	while (n < s.len && (w->layout == LAYOUT_CSV ? s.ptr[n] != ',' : s.ptr[n] != ' ' && s.ptr[n] != '\t'))
		n++;
	return n;
}

/* Views on w->fields; the layout is that of the header itself. */
static bool names_read(struct w3c *w)
{
	str rest = buf_view(&w->fields);
	size_t n = 0;

	if (!rest.len)
		rest = STR("");
	w->layout = memchr(rest.ptr, ',', rest.len)    ? LAYOUT_CSV
		    : memchr(rest.ptr, '\t', rest.len) ? LAYOUT_TABS
						       : LAYOUT_SPACES;
	if (!w->names)
		w->names = calloc(LIMIT_COLUMNS, sizeof *w->names);
	for (w->nnames = 0; w->names && rest.len; rest = (str){ rest.ptr + n, rest.len - n }) {
		str name;

		n = name_end(w, rest);
		name = str_trim((str){ rest.ptr, n });
		n += n < rest.len;
		if (!name.len && w->layout != LAYOUT_CSV)
			continue;
		if (w->nnames == LIMIT_COLUMNS - 1)
			return false;
		w->names[w->nnames++] = name;
	}
	return w->nnames > 0;
}

static bool keep(buf *to, str s)
{
	if (str_eq(buf_view(to), s))
		return false;
	buf_clear(to);
	buf_str(to, s);
	return true;
}

static void directive(struct text *t, struct w3c *w)
{
	str said, name = str_cut(t->line, ':', &said);
	bool changed = false;
	struct logtime lt;

	said = str_trim(said);
	if (str_eq(name, STR("#Fields"))) {
		changed = keep(&w->fields, said);
		t->framing = said.len && memchr(said.ptr, ',', said.len) ? FRAME_CSV : FRAME_LINE;
	} else if (str_eq(name, STR("#Software"))) {
		changed = keep(&w->software, said);
	} else if (str_eq(name, STR("#Log-type"))) {
		changed = keep(&w->log_type, said);
	}
	if (str_eq(name, STR("#Time Format"))) {
		w->time_utc = !str_eq_ascii_nocase(said, STR("Local"));
		changed = true;
	}
	if (str_eq(name, STR("#Date")) && logtime_read(said, LOGTIME_ISO, &lt)) {
		w->header_day_ns = lt.ns - lt.ns % (86400 * NS_PER_S);
		w->last_clock_ns = 0;
	}
	if (changed) {
		w->stale = true;
		w->useless = NULL;
	}
}

static int32_t column(const struct w3c *w, const char *const *names)
{
	for (; *names; names++)
		for (size_t i = 0; i < w->nnames; i++)
			if (str_eq_ascii_nocase(w->names[i], str_of(*names)))
				return (int32_t)i;
	return -1;
}

static void find_times(struct w3c *w)
{
	static const char *const DATE[] = { "date", NULL }, *const TIME[] = { "time", NULL },
				 *const BOTH[] = { "DateTime", "date-time", "TimeStamp", "#date-time", NULL };

	w->datetime = column(w, BOTH);
	w->date = column(w, DATE);
	w->time = column(w, TIME);
	if (w->datetime < 0 && w->time < 0 && w->layout == LAYOUT_CSV)
		w->datetime = 0;
}

/* Fields at spaces, with their places even where they are "-". */
static size_t fields_of(str line, str *out, size_t max)
{
	size_t n = 0, i = 0;

	while (i < line.len) {
		size_t from = i;

		while (i < line.len && line.ptr[i] != ' ' && line.ptr[i] != '\t')
			i++;
		if (i > from && n < max)
			out[n] = (str){ line.ptr + from, i - from };
		n += i > from;
		i++;
	}
	return n < max ? n : max;
}

/* A piece of a log that was cut by whoever copied it: its fields may be those that IIS writes by itself. */
static void infer(struct text *t, struct w3c *w)
{
	enum { FIELDS_MAX = 32 };
	str f[FIELDS_MAX];
	const char *fields = w3c_infer(f, fields_of(t->line, f, FIELDS_MAX));

	if (!fields)
		return;
	buf_z(&w->fields, fields);
	t->assumed = "no header: the fields are taken for those that IIS logs by default";
}

/* The header is complete where the first line behind it stands. */
static bool header_end(struct text *t, struct w3c *w)
{
	struct w3c_header h = { buf_view(&w->software), buf_view(&w->log_type), NULL, 0, t->env.path };
	char made[W3C_DATASET_MAX];
	struct w3c_kind kind;

	if (!w->fields.len)
		infer(t, w);
	if (!names_read(w)) {
		t->why = w->fields.len ? "more fields in the header than any log has" : "before any #Fields";
		return false;
	}
	h.names = w->names;
	h.nnames = w->nnames;
	kind = w3c_kind_of(&h, made);
	snprintf(w->dataset, sizeof w->dataset, "%s", kind.dataset);
	if (w->layout == LAYOUT_SPACES && kind.quoted)
		w->layout = LAYOUT_QUOTED;
	w->local = kind.local && !w->time_utc;
	find_times(w);
	if (!text_columns(t, str_of(w->dataset), w->names, w->nnames))
		return false;
	w->stale = false;
	return true;
}

/* --- times ---------------------------------------------------------------------------------- */

static str text_at(const struct text *t, int32_t col)
{
	value v = col >= 0 ? t->values[col] : (value){ 0 };

	return (str){ (const char *)v.ptr, v.type == VALUE_UTF8 ? v.len : 0 };
}

/* "hh:mm:ss", with a fraction in some proxies. */
static bool clock_of(str s, int64_t *ret_ns)
{
	int64_t unit = NS_PER_S;

	if (s.len < 8 || !logtime_clock(s.ptr, ret_ns))
		return false;
	if (s.len == 8)
		return true;
	if (s.ptr[8] != '.')
		return false;
	for (size_t i = 9; i < s.len; i++) {
		unsigned d = (unsigned char)s.ptr[i] - '0';

		if (d > 9)
			return false;
		unit /= 10;
		*ret_ns += d * unit;
	}
	return true;
}

/* The day of a line that tells only the time: it was written after the line before. */
static bool day_of_header(struct w3c *w, int64_t clock_ns, int64_t *ret_ns)
{
	const int64_t half = 12 * 3600 * NS_PER_S;

	if (w->header_day_ns == TIME_NONE)
		return false;
	if (w->last_clock_ns - clock_ns > half)
		w->header_day_ns += 2 * half;
	w->last_clock_ns = clock_ns;
	*ret_ns = w->header_day_ns;
	return true;
}

/* "2023-05-17T18:41:07.318Z" */
static bool exact_time(struct text *t, struct w3c *w, str s)
{
	int64_t day, clock;

	if (s.len != 24 || s.ptr[10] != 'T' || s.ptr[19] != '.' || s.ptr[23] != 'Z' ||
	    !logtime_day(&w->day, s.ptr, &day) || !clock_of((str){ s.ptr + 11, 12 }, &clock))
		return false;
	t->time_ns = day + clock;
	t->basis = TIME_UTC_EXPLICIT;
	return true;
}

static bool set_time(struct text *t, struct w3c *w)
{
	int64_t day, clock;
	struct logtime lt;
	str s;

	if (w->datetime >= 0) {
		s = text_at(t, w->datetime);
		if (exact_time(t, w, s))
			return true;
		if (!logtime_whole(s, LOGTIME_ISO, &lt))
			return false;
		text_time(t, &lt);
		return true;
	}
	if (w->time < 0)
		return true; /* a log without times */
	if (!clock_of(text_at(t, w->time), &clock))
		return false;
	s = text_at(t, w->date);
	if (w->date < 0) {
		if (!day_of_header(w, clock, &day))
			return true;
	} else if (s.len != 10 || !logtime_day(&w->day, s.ptr, &day)) {
		return false;
	}
	if (w->local)
		text_time_local(t, day + clock);
	else
		t->time_ns = day + clock;
	return true;
}

/* --- lines that have not as many fields as the header --------------------------------------- */

/* How well line `f` of n fields fits if column k took the surplus: 0 if a field contradicts its column, else
 * the more fields are what only their column holds the better. */
static unsigned fit_if(const struct w3c *w, const str *f, size_t n, size_t k)
{
	size_t more = n - w->nnames;
	unsigned sum = 1;

	for (size_t i = 0; i < w->nnames; i++) {
		enum w3c_fit fit = i == k ? W3C_FIT_ANY : w3c_fit(w->names[i], f[i < k ? i : i + more]);

		if (fit == W3C_FIT_NOT)
			return 0;
		sum += fit == W3C_FIT_SURE;
	}
	return sum;
}

static value field_value(str s, uint8_t flags)
{
	value v = value_utf8(s);

	v.flags = flags;
	return str_eq(s, STR("-")) ? (value){ 0 } : v;
}

/* Spaces that nobody escaped: give the surplus to the column where all others fit best, which is marked as
 * repaired. */
static bool take_surplus(struct text *t, const struct w3c *w, size_t n)
{
	enum { SURPLUS_MAX = 1024, COLUMNS_MAX = 64 }; /* every column is tried: web servers have 30 */
	size_t best = SIZE_MAX, more = n - w->nnames;
	unsigned best_rank = 0, best_fit = 0;
	str *f;

	if (more > SURPLUS_MAX || w->nnames > COLUMNS_MAX)
		return false;
	f = arena_array(&t->mem, n, sizeof *f);
	if (!f || fields_of(t->line, f, n) != n)
		return false;
	for (size_t k = 0; k < w->nnames; k++) {
		unsigned rank = w3c_spaciousness(w->names[k]);

		unsigned fit = rank ? fit_if(w, f, n, k) : 0;

		if (fit > best_fit || (fit && fit == best_fit && rank > best_rank)) {
			best = k;
			best_rank = rank;
			best_fit = fit;
		}
	}
	if (best == SIZE_MAX)
		return false;
	for (size_t i = 0; i < w->nnames; i++)
		t->values[i] = field_value(f[i < best ? i : i + more], 0);
	f[best].len = (size_t)(f[best + more].ptr - f[best].ptr) + f[best + more].len;
	t->values[best] = field_value(f[best], VALUE_F_REPAIRED);
	return true;
}

static bool adjust(struct text *t, struct w3c *w, size_t n)
{
	for (size_t i = n; i < w->nnames; i++)
		t->values[i] = (value){ 0 };
	if (w->layout == LAYOUT_CSV) { /* versions add cells at the end before their header does */
		t->repaired = n > w->nnames;
		return true;
	}
	if (n > w->nnames)
		return w->layout == LAYOUT_SPACES && take_surplus(t, w, n);
	return t->partial;
}

/* --- lines ---------------------------------------------------------------------------------- */

static size_t split(struct text *t, const struct w3c *w)
{
	switch (w->layout) {
	case LAYOUT_CSV:
		return split_csv(t->line, ',', t->values, w->nnames, &t->mem);
	case LAYOUT_TABS:
		return split_char(t->line, '\t', t->values, w->nnames);
	case LAYOUT_QUOTED:
		if (memchr(t->line.ptr, '"', t->line.len))
			return split_quoted(t->line, t->values, w->nnames);
		return split_spaces(t->line, t->values, w->nnames);
	default:
		return split_spaces(t->line, t->values, w->nnames);
	}
}

static enum text_line bad(struct text *t, const char *why)
{
	if (!t->why)
		t->why = why;
	return TEXT_BAD;
}

static enum text_line w3c_line(struct text *t)
{
	struct w3c *w = t->state;
	size_t n;

	if (t->line.ptr[0] == '#') {
		directive(t, w);
		return TEXT_NOTHING;
	}
	if ((w->stale || !t->schema) && !w->useless && !header_end(t, w)) {
		w->useless = w->fields.len ? t->why : NULL;
		w->limited = t->refused;
	}
	if (!w->fields.len)
		return bad(t, NULL);
	if (w->useless) {
		t->refused = w->limited;
		return bad(t, w->useless);
	}
	n = split(t, w);
	if (n == SIZE_MAX)
		return bad(t, "no memory for its texts");
	if (n != w->nnames && !adjust(t, w, n))
		return bad(t, n < w->nnames ? "fewer fields than the header names"
					    : "more fields than the header names");
	if (set_time(t, w))
		return TEXT_EVENT;
	if (str_eq(text_at(t, 0), w->names[0])) /* the names once more, as a row */
		return TEXT_NOTHING;
	return bad(t, "no time where the header says one");
}

/* --- probing -------------------------------------------------------------------------------- */

static bool is_row(str line)
{
	enum { FIELDS_MAX = 32 };
	str f[FIELDS_MAX];

	return w3c_infer(f, fields_of(line, f, FIELDS_MAX)) != NULL;
}

static int w3c_claim(const struct text_head *h)
{
	enum { SURE = 90, HEADER_ONLY = 50, INFERRED = 60, SHARE_MIN = 80 };
	bool header = false;

	for (size_t i = 0; i < h->nlines; i++) {
		if (str_starts(h->lines[i], STR("#Fields:")))
			return SURE;
		header |= str_starts(h->lines[i], STR("#Software: "));
	}
	if (header)
		return HEADER_ONLY;
	return text_fits(h, is_row, SHARE_MIN) ? INFERRED : 0;
}

/* Lines that tell their day themselves, and end where they end. */
static bool w3c_can_cut(const struct text_head *h)
{
	for (size_t i = 0; i < h->nlines; i++)
		if (str_starts(h->lines[i], STR("#Fields:")))
			return str_find(h->lines[i], STR(" date ")) != SIZE_MAX &&
			       !memchr(h->lines[i].ptr, ',', h->lines[i].len);
	return false;
}

static const struct text_format W3C = {
	.mark = '#',
	.mark_free = "#Date:",
	.can_cut = w3c_can_cut,
	.claim = w3c_claim,
	.line = w3c_line,
	.state_bytes = sizeof(struct w3c),
	.open = w3c_open,
	.close = w3c_close,
};

const struct reader_ops reader_w3c = TEXT_READER_PIECES(
	"w3c", "Logs with #Fields: IIS, HTTP.sys, Exchange, Blue Coat, TMG, Windows Firewall", &W3C);
