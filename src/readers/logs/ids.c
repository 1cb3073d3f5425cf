/* ids.c - alerts of Suricata (fast.log) and Snort (alert_fast), a line each:
 *	04/18/2024-10:14:02.123456  [**] [1:2009187:4] TEXT [**] [Classification: X] [Priority: 3] {TCP} a:80 -> b:56068
 * Suricata writes the whole year; Snort 2 none or MM/DD/YY, Snort 3 none or YY/MM/DD. Source: Suricata alert-fastlog.c;
 * Snort 2 and 3, ts_print(). */
#include "readers/readers.h"
#include "readers/text/textlog.h"

static const char *const NAMES[] = { "generator_id", "signature_id",   "revision", "signature",
				     "action",       "classification", "priority", "protocol",
				     "src_ip",       "src_port",       "dst_ip",   "dst_port" };
enum ids_column {
	GID,
	SID,
	REV,
	SIGNATURE,
	ACTION,
	CLASSIFICATION,
	PRIORITY,
	PROTOCOL,
	SRC_IP,
	SRC_PORT,
	DST_IP,
	DST_PORT,
	COLUMNS
};

struct date {
	unsigned part[3];
	unsigned n; /* parts: two without a year */
	unsigned digits;
	int64_t clock_ns; /* of the day */
	size_t len;
};

struct ids {
	bool year_first, known; /* order of two-digit dates */
	const char *said;
};

/* --- times ---------------------------------------------------------------------------------- */

static bool number(str s, size_t *at, unsigned *ret, unsigned *ret_digits)
{
	unsigned v = 0, n = 0;

	while (*at < s.len && (unsigned char)(s.ptr[*at] - '0') <= 9 && n < 4) {
		v = v * 10 + (unsigned)(s.ptr[(*at)++] - '0');
		n++;
	}
	*ret = v;
	*ret_digits = n;
	return n > 0;
}

/* "04/18/2024-10:14:02.123456 ", "04/18-10:14:02.123456 " */
static bool date_read(str s, struct date *ret)
{
	struct date d = { 0 };
	size_t at = 0;
	int64_t unit = NS_PER_S;

	while (d.n < 3 && number(s, &at, &d.part[d.n], &d.digits)) {
		d.n++;
		if (at >= s.len || s.ptr[at] != '/')
			break;
		at++;
	}
	if (d.n < 2 || s.len < at + 9 || s.ptr[at] != '-' || !logtime_clock(s.ptr + at + 1, &d.clock_ns))
		return false;
	at += 9;
	if (at < s.len && s.ptr[at] == '.') {
		for (at++; at < s.len && (unsigned char)(s.ptr[at] - '0') <= 9; at++) {
			unit /= 10;
			d.clock_ns += unit * (s.ptr[at] - '0');
		}
	}
	d.len = at;
	*ret = d;
	return at < s.len && s.ptr[at] == ' ';
}

/* Does a date of two-digit parts show where its year is? */
static void learn_order(struct ids *i, str line)
{
	struct date d;

	if (i->known || !date_read(line, &d) || d.n < 3 || d.digits == 4)
		return;
	i->known = d.part[0] > 12 || d.part[1] > 12 || d.part[2] > 31;
	i->year_first = d.part[0] > 12;
}

static void learn_head(struct text *t, struct ids *i)
{
	str rest = bytes_str(t->env.head);

	while (rest.len && !i->known)
		learn_order(i, str_cut(rest, '\n', &rest));
}

static bool set_time(struct text *t, struct ids *i, const struct date *d)
{
	struct logtime lt = { .basis = TIME_LOCAL_ASSUMED,
			      .month = (uint8_t)d->part[0],
			      .day = (uint8_t)d->part[1],
			      .day_ns = d->clock_ns };
	unsigned year = d->part[2], month = d->part[0], day = d->part[1];
	int64_t midnight;

	if (d->n == 2) {
		if (month < 1 || month > 12 || day < 1 || day > 31)
			return false;
		text_time(t, &lt);
		return true;
	}
	if (d->digits != 4 && !i->known)
		t->assumed = "dates are taken for month/day/year: none of them shows its order";
	if (d->digits != 4 && i->year_first) {
		year = d->part[0];
		month = d->part[1];
		day = d->part[2];
	}
	if (d->digits != 4)
		year += 2000;
	if (!time_from_civil(year, month, day, 0, 0, 0, 0, &midnight))
		return false;
	text_time_local(t, midnight + d->clock_ns);
	return true;
}

/* --- the alert ------------------------------------------------------------------------------ */

static str skip(str s, size_t n)
{
	s = (str){ s.ptr + n, s.len - n };
	while (s.len && s.ptr[0] == ' ')
		s = (str){ s.ptr + 1, s.len - 1 };
	return s;
}

static void put(struct text *t, enum ids_column c, str s)
{
	t->values[c] = s.len ? value_utf8(s) : (value){ 0 };
}

/* "[1:2009187:4]" */
static bool put_ids(struct text *t, str *rest)
{
	str in, gid, sid;
	uint64_t n;

	if (!rest->len || rest->ptr[0] != '[')
		return false;
	in = str_cut((str){ rest->ptr + 1, rest->len - 1 }, ']', rest);
	gid = str_cut(in, ':', &in);
	sid = str_cut(in, ':', &in);
	if (!str_to_u64(gid, &n) || !str_to_u64(sid, &n) || !str_to_u64(in, &n))
		return false;
	put(t, GID, gid);
	put(t, SID, sid);
	put(t, REV, in);
	*rest = skip(*rest, 0);
	return true;
}

/* A port stands behind the address where the protocol has one, and always in what Suricata writes; a whole IPv6
 * address by itself has seven colons and no two of them side by side. */
static void put_end(struct text *t, enum ids_column ip, str s, bool with_port)
{
	size_t colons = 0, last = 0;
	bool whole;

	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] == ':') {
			colons++;
			last = i;
		}
	}
	whole = colons == 7 && str_find(s, STR("::")) == SIZE_MAX;
	if (colons == 1 || colons == 8 || (colons && with_port && !whole)) {
		put(t, ip, (str){ s.ptr, last });
		put(t, ip + 1, (str){ s.ptr + last + 1, s.len - last - 1 });
	} else {
		put(t, ip, s);
	}
}

static bool has_port(const struct text *t, const struct ids *i)
{
	str protocol = { (const char *)t->values[PROTOCOL].ptr, t->values[PROTOCOL].len };

	return str_eq(protocol, STR("TCP")) || str_eq(protocol, STR("UDP")) ||
	       strcmp(i->said, "suricata.fast") == 0;
}

/* "[Classification: X] [Priority: 3] {TCP} a -> b"; each of the brackets may be missing. */
static bool put_tail(struct text *t, const struct ids *i, str s)
{
	static const struct {
		const char *begin;
		enum ids_column column;
	} MARKS[] = { { "[Classification: ", CLASSIFICATION },
		      { "[Priority: ", PRIORITY },
		      { "[AppID: ", COLUMNS } };
	str src;
	size_t arrow;

	for (size_t m = 0; m < COUNT(MARKS); m++) {
		str begin = str_of(MARKS[m].begin), in;

		if (!str_starts(s, begin))
			continue;
		in = str_cut((str){ s.ptr + begin.len, s.len - begin.len }, ']', &s);
		if (MARKS[m].column != COLUMNS)
			put(t, MARKS[m].column, in);
		s = skip(s, 0);
	}
	if (!s.len || s.ptr[0] != '{')
		return false;
	put(t, PROTOCOL, str_cut((str){ s.ptr + 1, s.len - 1 }, '}', &s));
	s = str_trim(s);
	arrow = str_find(s, STR(" -> "));
	if (arrow == SIZE_MAX)
		return false;
	src = (str){ s.ptr, arrow };
	s = skip(s, arrow + 4);
	put_end(t, SRC_IP, src, has_port(t, i));
	put_end(t, DST_IP, s, has_port(t, i));
	return src.len && s.len && !memchr(s.ptr, ' ', s.len);
}

/* The text may hold anything, "[**]" too: it ends before the last one. */
static bool put_signature(struct text *t, str *rest)
{
	str s = *rest, mark = STR("[**]");
	size_t end = SIZE_MAX;

	for (size_t i = 0; i + mark.len <= s.len; i++)
		if (str_starts((str){ s.ptr + i, s.len - i }, mark))
			end = i;
	if (end == SIZE_MAX)
		return false;
	*rest = skip(s, end + mark.len);
	s = str_trim((str){ s.ptr, end });
	if (s.len >= 2 && s.ptr[0] == '"' && s.ptr[s.len - 1] == '"')
		s = (str){ s.ptr + 1, s.len - 2 };
	put(t, SIGNATURE, s);
	return true;
}

/* "[Drop] " and the like before the ids, or behind the first mark. */
static str put_action(struct text *t, str s)
{
	static const char *const WORDS[] = { "[Drop]", "[wDrop]", "[Reject]", "[drop]", "[reject]" };

	for (size_t i = 0; i < COUNT(WORDS); i++) {
		str w = str_of(WORDS[i]);

		if (str_starts(s, w)) {
			put(t, ACTION, (str){ w.ptr + 1, w.len - 2 });
			return skip(s, w.len);
		}
	}
	return s;
}

/* --- lines ---------------------------------------------------------------------------------- */

/* Who wrote it: the year tells Suricata, a quoted text or its absence Snort; else the file's name. */
static const char *dataset_of(const struct text *t, const struct date *d)
{
	str name = str_basename(t->env.path);

	if (d->n == 3 && d->digits == 4)
		return "suricata.fast";
	if (d->n == 3 && (str_find(name, STR("suricata")) != SIZE_MAX || str_starts(name, STR("fast."))))
		return "suricata.fast";
	return "snort.fast";
}

static bool say(struct text *t, struct ids *i, const char *dataset)
{
	str names[COLUMNS];

	if (i->said && strcmp(i->said, dataset) == 0)
		return true;
	for (size_t k = 0; k < COLUMNS; k++)
		names[k] = str_of(NAMES[k]);
	i->said = text_columns(t, str_of(dataset), names, COLUMNS) ? dataset : NULL;
	return i->said != NULL;
}

static enum text_line ids_line(struct text *t)
{
	struct ids *i = t->state;
	struct date d;
	str rest;

	t->why = "no alert";
	if (!date_read(t->line, &d) || !say(t, i, dataset_of(t, &d)))
		return TEXT_BAD;
	memset(t->values, 0, COLUMNS * sizeof *t->values);
	rest = put_action(t, skip(t->line, d.len));
	if (!str_starts(rest, STR("[**]")))
		return TEXT_BAD;
	rest = put_action(t, skip(rest, 4));
	if (!put_ids(t, &rest) || !put_signature(t, &rest) || !put_tail(t, i, rest))
		return TEXT_BAD;
	if (set_time(t, i, &d))
		return TEXT_EVENT;
	t->why = "no such day";
	return TEXT_BAD;
}

static int ids_open(struct text *t, err *e)
{
	(void)e;
	learn_head(t, t->state);
	return 0;
}

static bool is_alert(str line)
{
	struct date d;

	return date_read(line, &d) && str_find(line, STR("[**]")) != SIZE_MAX &&
	       str_find(line, STR(" -> ")) != SIZE_MAX;
}

static int ids_claim(const struct text_head *h)
{
	enum { SURE = 92, SHARE_MIN = 80 };

	return text_fits(h, is_alert, SHARE_MIN) ? SURE : 0;
}

static const struct text_format IDS = {
	.claim = ids_claim,
	.line = ids_line,
	.state_bytes = sizeof(struct ids),
	.open = ids_open,
};

const struct reader_ops reader_ids =
	TEXT_READER_PIECES("ids", "Alerts of Suricata and Snort, a line each", &IDS);
