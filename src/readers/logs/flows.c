/* flows.c - tables with a line of names at their top: flows (nfdump's three kinds of CSV and its columns, SiLK, Argus,
 * others), leases of Kea, exports of PAN-OS. Source: nfdump 1.6 and 1.7 (output_csv.c, output_fmt.c); SiLK rwcut(1); Kea
 * Administrator Reference Manual, memfile; PAN-OS log export. */
#include <stdlib.h>

#include "readers/readers.h"
#include "readers/text/textlog.h"
#include "util/limits.h"

enum { NAMES_MAX = 256 };

/* What a header with these names is. */
static const struct table_kind {
	const char *dataset;
	char by;
	const char *names; /* all must be there */
	const char *time;  /* columns of the time, the first that is there */
	bool utc;
} KINDS[] = {
	{ "kea.lease", ',', "address,valid_lifetime,expire,subnet_id", "expire", true },
	{ "panw.panos", ',', "Receive Time,Type,Generate Time", "Generate Time,Receive Time", false },
	{ "netflow.log", ',', "ts,te,td,sa,da", "ts", false },
	{ "netflow.log", ',', "firstSeen,srcAddr,dstAddr", "firstSeen", false },
	{ "netflow.log", '|', "sIP,dIP", "sTime", true },
	{ "netflow.log", ',', "StartTime,SrcAddr,DstAddr", "StartTime", false },
	{ "netflow.log", ',', "src_ip,dst_ip,bytes", "start,start_time,first,first_seen,timestamp,ts,time",
	  false },
	{ "netflow.log", ',', "srcaddr,dstaddr,bytes", "start,first,time", false },
};

struct table {
	buf header; /* the names as they stand there; names[] are views on it */
	str names[NAMES_MAX + 1];
	size_t n;
	const struct table_kind *kind; /* NULL before the header */
	int32_t time, lifetime;
	bool columns; /* nfdump's own, apart by spaces */
	bool ended;   /* in the summary behind the flows */
};

/* --- header --------------------------------------------------------------------------------- */

static size_t header_cut(str line, char by, str *names)
{
	size_t n = 0;

	while (line.len && n < NAMES_MAX) {
		str name = str_trim(str_cut(line, by, &line));

		if (name.len >= 2 && name.ptr[0] == '"' && name.ptr[name.len - 1] == '"')
			name = (str){ name.ptr + 1, name.len - 2 };
		names[n++] = name;
	}
	while (n && !names[n - 1].len)
		n--;
	return n;
}

static int32_t find(const str *names, size_t n, str name)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(names[i], name))
			return (int32_t)i;
	return -1;
}

static bool has_all(const str *names, size_t n, const char *wanted)
{
	str rest = str_of(wanted);

	while (rest.len)
		if (find(names, n, str_cut(rest, ',', &rest)) < 0)
			return false;
	return true;
}

/* The kind of a line if it is a header; its names to names[0..*n). */
static const struct table_kind *kind_of(str line, str *names, size_t *n)
{
	for (size_t i = 0; i < COUNT(KINDS); i++) {
		if (!memchr(line.ptr, KINDS[i].by, line.len))
			continue;
		*n = header_cut(line, KINDS[i].by, names);
		if (has_all(names, *n, KINDS[i].names))
			return &KINDS[i];
	}
	return NULL;
}

static bool set_header(struct text *t, struct table *b)
{
	str rest;

	buf_clear(&b->header);
	buf_str(&b->header, t->line);
	b->kind = kind_of(buf_view(&b->header), b->names, &b->n);
	b->columns = false;
	b->time = -1;
	rest = str_of(b->kind->time);
	while (b->time < 0 && rest.len)
		b->time = find(b->names, b->n, str_cut(rest, ',', &rest));
	b->lifetime = find(b->names, b->n, STR("valid_lifetime"));
	if (b->lifetime >= 0)
		b->names[b->n] = STR("expires"); /* ours: the time it runs out, as a time */
	t->separator = b->kind->by;
	return text_columns(t, str_of(b->kind->dataset), b->names, b->n + (b->lifetime >= 0));
}

/* --- rows ----------------------------------------------------------------------------------- */

static str text_at(const struct text *t, int32_t i)
{
	value v = i >= 0 ? t->values[i] : (value){ 0 };

	return (str){ (const char *)v.ptr, v.type == VALUE_ABSENT ? 0 : v.len };
}

static bool set_time(struct text *t, const struct table *b)
{
	str s = text_at(t, b->time);
	struct logtime lt;

	if (b->time < 0)
		return true;
	if (!logtime_whole(s, LOGTIME_ISO, &lt) && !logtime_whole(s, LOGTIME_EPOCH, &lt) &&
	    !logtime_whole(s, LOGTIME_US, &lt))
		return false;
	if (b->kind->utc && lt.basis == TIME_LOCAL_ASSUMED)
		lt.basis = TIME_UTC_BY_SPEC;
	text_time(t, &lt);
	return true;
}

/* Kea tells when a lease runs out: it was given its lifetime before that. */
static void lease_times(struct text *t, const struct table *b)
{
	char iso[TIME_TEXT_MAX];
	uint64_t seconds;
	int64_t end = t->time_ns, length;

	if (b->lifetime < 0)
		return;
	t->values[b->n] = value_utf8(arena_str(&t->mem, (str){ iso, time_text(end, iso) }));
	if (str_to_u64(text_at(t, b->lifetime), &seconds) && seconds < UINT32_MAX) {
		length = (int64_t)seconds * NS_PER_S;
		if (length <= end)
			t->time_ns = end - length;
	}
}

static enum text_line bad(struct text *t, const char *why)
{
	if (!t->why)
		t->why = why;
	return TEXT_BAD;
}

static enum text_line row(struct text *t, const struct table *b)
{
	size_t n = b->kind->by == ',' ? split_csv(t->line, ',', t->values, b->n, &t->mem)
				      : split_char(t->line, b->kind->by, t->values, b->n);

	if (n == SIZE_MAX)
		return bad(t, "no memory for its texts");
	if (n > b->n && t->line.ptr[t->line.len - 1] == b->kind->by)
		n--; /* a mark behind the last */
	if (n > b->n || (n < b->n && !t->partial))
		return bad(t, n < b->n ? "fewer fields than the header names"
				       : "more fields than the header names");
	for (size_t i = 0; i < b->n; i++) {
		str s = i < n ? str_trim(text_at(t, (int32_t)i)) : (str){ 0 };

		t->values[i] = s.len ? value_utf8(s) : (value){ 0 };
	}
	if (!set_time(t, b))
		return bad(t, "no time where the header says one");
	lease_times(t, b);
	return TEXT_EVENT;
}

/* --- nfdump's columns ----------------------------------------------------------------------- */

/* "Date first seen          Duration Proto      Src IP Addr:Port          Dst IP Addr:Port   Packets    Bytes Flows" */
static const char *const FIRST[] = { "Date first seen", "Duration",    "Proto",   "Src IP Addr",
				     "Src Port",        "Dst IP Addr", "Dst Port" };
static const struct table_kind COLUMNS = { "netflow.log", ' ', "", "", false };

static bool is_columns_header(str line)
{
	return str_starts(line, STR("Date first seen")) && str_find(line, STR(" Proto ")) != SIZE_MAX &&
	       str_find(line, STR("Src IP Addr:Port")) != SIZE_MAX &&
	       str_find(line, STR("Dst IP Addr:Port")) != SIZE_MAX;
}

static bool set_columns(struct text *t, struct table *b)
{
	str rest;
	size_t at;

	buf_clear(&b->header);
	buf_str(&b->header, t->line);
	rest = buf_view(&b->header);
	at = str_find(rest, STR("Dst IP Addr:Port")) + 16;
	rest = (str){ rest.ptr + at, rest.len - at };
	for (b->n = 0; b->n < COUNT(FIRST); b->n++)
		b->names[b->n] = str_of(FIRST[b->n]);
	while (rest.len && b->n < NAMES_MAX) {
		str name = str_cut(rest, ' ', &rest);

		if (name.len)
			b->names[b->n++] = name;
	}
	b->kind = &COLUMNS;
	b->columns = true;
	b->lifetime = -1;
	return text_columns(t, STR("netflow.log"), b->names, b->n);
}

static str next_word(str *s)
{
	str w = { s->ptr, 0 };

	while (s->len && w.len == 0)
		w = str_cut(*s, ' ', s);
	return w;
}

/* "19.5" of "19.5 M" to a whole number; units are of 1000. */
static str scaled(struct text *t, str s, char unit)
{
	uint64_t whole, tenths = 0,
			factor = unit == 'K'   ? 1000u
				 : unit == 'M' ? 1000000u
				 : unit == 'G' ? 1000000000u
					       : UINT64_C(1000000000000);
	str fraction, head = str_cut(s, '.', &fraction);

	if (!str_to_u64(head, &whole) || whole > 1000000 || fraction.len > 1 ||
	    (fraction.len && !str_to_u64(fraction, &tenths)))
		return s;
	return arena_printf(&t->mem, "%llu", (unsigned long long)(whole * factor + tenths * (factor / 10)));
}

/* "10.7.12.41:51831", "2001:db8::1.443" */
static bool end_cut(str s, value *ip, value *port)
{
	const char *first = s.len ? memchr(s.ptr, ':', s.len) : NULL, *at = NULL;
	char by = first && memchr(first + 1, ':', (size_t)(s.ptr + s.len - first - 1)) ? '.' : ':';

	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] == by)
			at = s.ptr + i;
	if (!at || at == s.ptr)
		return false;
	*ip = value_utf8((str){ s.ptr, (size_t)(at - s.ptr) });
	*port = value_utf8((str){ at + 1, (size_t)(s.ptr + s.len - at - 1) });
	return port->len > 0;
}

static enum text_line columns_row(struct text *t, const struct table *b)
{
	str rest = t->line, word = { 0 };
	size_t n = logtime_read(rest, LOGTIME_ISO, &(struct logtime){ 0 }), i = COUNT(FIRST);
	struct logtime lt;

	if (!n || !logtime_read(rest, LOGTIME_ISO, &lt))
		return bad(t, "no time where the header says one");
	memset(t->values, 0, b->n * sizeof *t->values);
	t->values[0] = value_utf8((str){ rest.ptr, n });
	rest = (str){ rest.ptr + n, rest.len - n };
	t->values[1] = value_utf8(next_word(&rest));
	t->values[2] = value_utf8(next_word(&rest));
	word = next_word(&rest);
	if (!end_cut(word, &t->values[3], &t->values[4]) || !str_eq(next_word(&rest), STR("->")))
		return bad(t, "no two ends of a flow");
	if (!end_cut(next_word(&rest), &t->values[5], &t->values[6]))
		return bad(t, "no two ends of a flow");
	for (word = next_word(&rest); word.len; word = next_word(&rest)) {
		bool unit = word.len == 1 && memchr("KMGT", word.ptr[0], 4) && i > COUNT(FIRST);

		if (unit)
			t->values[i - 1] = value_utf8(
				scaled(t, (str){ (const char *)t->values[i - 1].ptr, t->values[i - 1].len },
				       word.ptr[0]));
		else if (i < b->n)
			t->values[i++] = value_utf8(word);
		else
			return bad(t, "more fields than the header names");
	}
	if (i < b->n && !t->partial)
		return bad(t, "fewer fields than the header names");
	text_time(t, &lt);
	return TEXT_EVENT;
}

/* --- lines ---------------------------------------------------------------------------------- */

/* What nfdump writes behind the flows. */
static bool is_summary(str line)
{
	static const char *const BEGINS[] = { "Summary", "Time window",      "Total flows",
					      "Sys:",    "No matched flows", "Wall:" };

	for (size_t i = 0; i < COUNT(BEGINS); i++)
		if (str_starts(line, str_of(BEGINS[i])))
			return true;
	return false;
}

static enum text_line flows_line(struct text *t)
{
	struct table *b = t->state;
	str names[NAMES_MAX];
	size_t n;

	if (is_columns_header(t->line)) {
		b->ended = false;
		return set_columns(t, b) ? TEXT_NOTHING : TEXT_BAD;
	}
	if ((!b->kind || b->ended || str_eq(t->line, buf_view(&b->header))) && kind_of(t->line, names, &n)) {
		b->ended = false;
		return set_header(t, b) ? TEXT_NOTHING : TEXT_BAD;
	}
	b->ended |= is_summary(t->line);
	if (b->ended)
		return TEXT_NOTHING;
	if (!b->kind || !t->schema)
		return bad(t, "before any header");
	return b->columns ? columns_row(t, b) : row(t, b);
}

static void flows_close(void *state)
{
	buf_done(&((struct table *)state)->header);
}

static int flows_claim(const struct text_head *h)
{
	enum { SURE = 91, LOOK = 5 };
	str names[NAMES_MAX];
	size_t n;

	for (size_t i = 0; i < h->nlines && i < LOOK; i++)
		if (is_columns_header(h->lines[i]) || kind_of(h->lines[i], names, &n))
			return SURE;
	return 0;
}

static const struct text_format FLOWS = {
	.framing = FRAME_LINE,
	.claim = flows_claim,
	.line = flows_line,
	.state_bytes = sizeof(struct table),
	.close = flows_close,
};

const struct reader_ops reader_flows = TEXT_READER(
	"flows", "Flows as nfdump, SiLK and Argus print them; leases of Kea; exports of PAN-OS", &FLOWS);
