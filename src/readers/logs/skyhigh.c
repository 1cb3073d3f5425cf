/* skyhigh.c - access.log of Skyhigh's Secure Web Gateway, McAfee Web Gateway before. A line of names tells
 * the columns, else their usual order is assumed. Nothing in the log escapes quotes: where one ends is
 * seen from what its neighbours must be. Source: Skyhigh Security, Secure Web Gateway product guide,
 * "Access log". */
#include "readers/logs/access.h"
#include "readers/readers.h"
#include "readers/text/textlog.h"

enum { NAMED_MAX = 48 };

static const char USUAL[] = "#time_stamp \"auth_user\" src_ip status_code \"req_line\" \"categories\" "
			    "\"rep_level\" \"media_type\" bytes_to_client bytes_from_client \"user_agent\" "
			    "\"virus_name\" \"block_res\" \"application_name\"";
/* Of old versions. */
static const char OLD[] = "#time_stamp \"auth_user\" src_ip status_code \"req_line\" \"categories\" "
			  "\"rep_level\" \"media_type\" bytes_to_client \"user_agent\" \"virus_name\" "
			  "\"block_res\" \"application_name\"";

/* Parts of the request, under the names that rules have for them: columns behind those of the log. */
enum { P_METHOD, P_URL, P_VERSION, P_HOST, P_STEM, P_QUERY, P_EXTENSION, PARTS };
static const char *const PART_NAMES[PARTS] = { "cs-method",  "c-uri",       "cs-version",     "cs-host",
					       "c-uri-stem", "c-uri-query", "c-uri-extension" };

/* --- fields --------------------------------------------------------------------------------- */

enum kind { BARE, QUOTED, BRACKET };

struct field {
	str text;
	enum kind kind;
	bool open; /* its quote or bracket does not close */
};

static str skip(str s, size_t n)
{
	return (str){ s.ptr + n, s.len - n };
}

/* Where a field that begins with a quote or a bracket ends: on `close` before a space or the end. SIZE_MAX:
 * it stays open. */
static size_t closing(str s, char close)
{
	for (size_t i = 1; i < s.len; i++) {
		const char *p = memchr(s.ptr + i, close, s.len - i);

		if (!p)
			break;
		i = (size_t)(p - s.ptr);
		if (i + 1 == s.len || s.ptr[i + 1] == ' ')
			return i;
	}
	return SIZE_MAX;
}

/* The first field of *rest. False: there is none. */
static bool first_field(str *rest, struct field *ret)
{
	str s = *rest;
	size_t end;

	while (s.len && s.ptr[0] == ' ')
		s = skip(s, 1);
	if (!s.len)
		return false;
	ret->open = false;
	ret->kind = s.ptr[0] == '"' ? QUOTED : s.ptr[0] == '[' ? BRACKET : BARE;
	if (ret->kind == BARE) {
		ret->text = str_cut(s, ' ', rest);
		return true;
	}
	end = closing(s, ret->kind == QUOTED ? '"' : ']');
	ret->open = end == SIZE_MAX;
	if (ret->open) {
		ret->text = skip(s, 1);
		*rest = (str){ 0 };
		return true;
	}
	ret->text = (str){ s.ptr + 1, end - 1 };
	*rest = skip(s, end + 1);
	return true;
}

/* The last field of *rest. */
static bool last_field(str *rest, struct field *ret)
{
	str s = str_trim(*rest);
	size_t i = s.len;

	if (!s.len)
		return false;
	ret->open = false;
	ret->kind = s.len > 1 && s.ptr[s.len - 1] == '"' ? QUOTED : BARE;
	if (ret->kind == QUOTED) {
		for (i--; i > 0 && (s.ptr[i - 1] != '"' || (i > 1 && s.ptr[i - 2] != ' ')); i--)
			;
		if (!i)
			return false;
		ret->text = (str){ s.ptr + i, s.len - 1 - i };
		*rest = (str){ s.ptr, i - 1 };
		return true;
	}
	while (i > 0 && s.ptr[i - 1] != ' ')
		i--;
	ret->text = skip(s, i);
	*rest = (str){ s.ptr, i };
	return true;
}

/* --- columns -------------------------------------------------------------------------------- */

enum what { ANY, TIME, ADDRESS, NUMBER, REQUEST, AGENT };

static const struct {
	const char *name;
	enum what what;
} KNOWN[] = { { "time_stamp", TIME },  { "src_ip", ADDRESS },         { "status_code", NUMBER },
	      { "req_line", REQUEST }, { "bytes_to_client", NUMBER }, { "bytes_from_client", NUMBER },
	      { "user_agent", AGENT } };

struct layout {
	const struct schema *said;
	bool usual; /* nobody said it */
	size_t n, time, request, agent;
	str names[NAMED_MAX];
	enum kind kinds[NAMED_MAX];
	enum what what[NAMED_MAX];
};

static enum what what_of(str name)
{
	for (size_t i = 0; i < COUNT(KNOWN); i++)
		if (str_is(name, KNOWN[i].name))
			return KNOWN[i].what;
	return ANY;
}

/* "#time_stamp "auth_user" ...": the names stand in quotes where their values do. False: it names no
 * fields. */
static bool layout_read(str header, struct layout *ret)
{
	struct layout l = { .time = SIZE_MAX, .request = SIZE_MAX, .agent = SIZE_MAX };
	str rest = skip(header, header.len > 0 && header.ptr[0] == '#');
	struct field f;

	while (first_field(&rest, &f)) {
		if (l.n == NAMED_MAX || !f.text.len)
			return false;
		l.names[l.n] = f.text;
		l.kinds[l.n] = f.kind;
		l.what[l.n] = what_of(f.text);
		if (l.what[l.n] == TIME) {
			l.time = l.n;
			l.kinds[l.n] = BRACKET;
		}
		if (l.what[l.n] == REQUEST)
			l.request = l.n;
		if (l.what[l.n] == AGENT)
			l.agent = l.n;
		l.n++;
	}
	if (l.time == SIZE_MAX || l.request == SIZE_MAX)
		return false;
	*ret = l;
	return true;
}

static bool is_time(str s, struct logtime *ret)
{
	return logtime_whole(s, LOGTIME_CLF, ret) || logtime_whole(s, LOGTIME_ISO, ret);
}

static bool is_number(str s)
{
	size_t n = 0;

	while (n < s.len && (unsigned char)(s.ptr[n] - '0') <= 9)
		n++;
	return n == s.len || str_eq(s, STR("-"));
}

static bool is_request(str s)
{
	struct access_request r;

	return !s.len || (access_request(s, &r) && r.version.len > 0);
}

/* May column i hold this? as_named: in quotes where its name is. */
static bool field_fits(const struct layout *l, size_t i, const struct field *f, bool as_named)
{
	struct logtime lt;

	if (as_named && f->kind != l->kinds[i])
		return false;
	switch (l->what[i]) {
	case TIME:
		return is_time(f->text, &lt);
	case NUMBER:
		return is_number(f->text);
	case ADDRESS:
		return access_is_addresses(f->text);
	default:
		return true;
	}
}

/* --- rows ----------------------------------------------------------------------------------- */

/* Fields of a line, as many as there are columns; more: n + 1. */
static size_t split(str line, const struct layout *l, struct field row[NAMED_MAX])
{
	struct field f;
	size_t n = 0;

	while (first_field(&line, &f)) {
		if (n == l->n)
			return n + 1;
		row[n++] = f;
	}
	return n;
}

/* The line as it would be if column k had quotes in it: those before it from the left, those behind it from
 * the right. */
static bool split_around(str line, const struct layout *l, size_t k, struct field row[NAMED_MAX])
{
	for (size_t i = 0; i < k; i++)
		if (!first_field(&line, &row[i]))
			return false;
	for (size_t i = l->n; i-- > k + 1;)
		if (!last_field(&line, &row[i]))
			return false;
	line = str_trim(line);
	if (line.len < 2 || line.ptr[0] != '"' || line.ptr[line.len - 1] != '"')
		return false;
	row[k] = (struct field){ { line.ptr + 1, line.len - 2 }, QUOTED, false };
	for (size_t i = 0; i < l->n; i++)
		if (i != k &&
		    (!field_fits(l, i, &row[i], true) || (i == l->request && !is_request(row[i].text))))
			return false;
	return true;
}

/* As many fields as columns. Of the usual ones those behind the agent may be missing, of a line that is
 * cut all behind the client. Answers how many there are, 0: it does not fit. */
static size_t row_plain(str line, bool cut, const struct layout *l, struct field row[NAMED_MAX])
{
	enum { CUT_MIN = 3 };
	size_t n = split(line, l, row);
	bool enough =
		n == l->n || (l->usual && n < l->n && n > l->agent) || (cut && n < l->n && n >= CUT_MIN);

	if (!enough || (row[n - 1].open && !cut))
		return 0;
	for (size_t i = 0; i + cut < n; i++) /* the last of a cut line is not whole */
		if (!field_fits(l, i, &row[i], l->usual))
			return 0;
	return n;
}

/* More fields than columns: the agent has quotes, else another column. */
static bool row_torn(str line, const struct layout *l, bool agent, struct field row[NAMED_MAX])
{
	if (agent)
		return l->agent != SIZE_MAX && split_around(line, l, l->agent, row);
	for (size_t k = l->n; k-- > 0;)
		if (l->kinds[k] == QUOTED && k != l->agent && split_around(line, l, k, row))
			return true;
	return false;
}

/* --- lines ---------------------------------------------------------------------------------- */

struct skyhigh {
	struct layout said, usual, old;
	buf header;
	bool headed;
};

static bool usual_layouts(struct layout *usual, struct layout *old)
{
	bool ok = layout_read(str_of(USUAL), usual) && layout_read(str_of(OLD), old);

	usual->usual = old->usual = true;
	return ok;
}

/* Did an agent that ends with a quote and a space take the next field's quote, so that their number is
 * right all the same? Read from both ends it is another one then. */
static bool is_shifted(str line, const struct layout *l, struct field row[NAMED_MAX], size_t n)
{
	struct field other[NAMED_MAX];
	bool quotes = false;

	for (size_t i = 0; i < n; i++)
		quotes |= row[i].kind == QUOTED && memchr(row[i].text.ptr, '"', row[i].text.len);
	if (!quotes || n < l->n || l->agent == SIZE_MAX || !split_around(line, l, l->agent, other) ||
	    str_eq(other[l->agent].text, row[l->agent].text))
		return false;
	memcpy(row, other, n * sizeof *row);
	return true;
}

/* How the line is to be read. NULL: in no way. */
static struct layout *row_of(str line, bool cut, struct layout *const *from, size_t nfrom,
			     struct field row[NAMED_MAX], size_t *ret_n, bool *ret_torn)
{
	for (size_t i = 0; i < nfrom; i++) {
		*ret_n = row_plain(line, cut, from[i], row);
		*ret_torn = *ret_n && is_shifted(line, from[i], row, *ret_n);
		if (*ret_n)
			return from[i];
	}
	*ret_torn = true;
	for (size_t i = 0; i < 2 * nfrom; i++) {
		struct layout *l = from[i % nfrom];

		*ret_n = l->n;
		if (row_torn(line, l, i < nfrom, row))
			return l;
	}
	return NULL;
}

static bool columns(struct text *t, struct layout *l)
{
	str names[NAMED_MAX + PARTS];

	if (l->said) {
		text_columns_again(t, l->said);
		return true;
	}
	for (size_t i = 0; i < l->n; i++)
		names[i] = l->names[i];
	for (size_t i = 0; i < PARTS; i++)
		names[l->n + i] = str_of(PART_NAMES[i]);
	if (!text_columns(t, STR("skyhigh.proxy"), names, l->n + PARTS))
		return false;
	l->said = t->schema;
	return true;
}

static void put_parts(value *v, str request)
{
	struct access_request r;
	struct access_url u;

	if (!access_request(request, &r))
		return;
	access_url(r.target, &u);
	v[P_METHOD] = split_value(r.method);
	v[P_URL] = split_value(r.target);
	v[P_VERSION] = split_value(r.version);
	v[P_HOST] = split_value(u.host);
	v[P_STEM] = split_value(u.stem);
	v[P_QUERY] = split_value(u.query);
	v[P_EXTENSION] = split_value(u.extension);
}

static enum text_line header(struct text *t, struct skyhigh *s)
{
	struct layout l;

	if (s->headed && str_eq(buf_view(&s->header), t->line))
		return TEXT_NOTHING;
	t->why = "a comment that names no fields";
	if (!layout_read(t->line, &l))
		return TEXT_BAD;
	t->why = "no memory for its names";
	s->headed = false;
	buf_clear(&s->header);
	buf_str(&s->header, t->line);
	if (s->header.failed)
		return TEXT_BAD;
	t->why = NULL;
	s->headed = layout_read(buf_view(&s->header), &s->said);
	return TEXT_NOTHING;
}

static enum text_line skyhigh_line(struct text *t)
{
	struct skyhigh *s = t->state;
	struct layout *const from[] = { s->headed ? &s->said : &s->usual, &s->old };
	struct field row[NAMED_MAX];
	struct layout *l;
	struct logtime lt;
	size_t n;

	if (t->line.ptr[0] == '#')
		return header(t, s);
	l = row_of(t->line, t->partial, from, s->headed ? 1 : 2, row, &n, &t->repaired);
	t->why = s->headed ? "its fields are not those of the header" : "no line of this log";
	if (!l || l->time >= n || !is_time(row[l->time].text, &lt))
		return TEXT_BAD;
	t->why = NULL;
	if (!columns(t, l))
		return TEXT_BAD;
	if (!s->headed)
		t->assumed = "no header: the fields are taken for those that are logged by default";
	memset(t->values, 0, (l->n + PARTS) * sizeof *t->values);
	for (size_t i = 0; i < n; i++)
		t->values[i] = split_value(row[i].text);
	if (l->request < n)
		put_parts(t->values + l->n, row[l->request].text);
	text_time(t, &lt);
	return TEXT_EVENT;
}

static int skyhigh_open(struct text *t, err *e)
{
	struct skyhigh *s = t->state;

	if (!usual_layouts(&s->usual, &s->old))
		return err_set(e, ERR_ARG, ERR_NO_OFFSET, "the usual fields cannot be read");
	return 0;
}

static void skyhigh_close(void *state)
{
	buf_done(&((struct skyhigh *)state)->header);
}

/* --- probing -------------------------------------------------------------------------------- */

static bool begins(str line)
{
	struct field f;
	struct logtime lt;

	return line.ptr[0] == '#' || (first_field(&line, &f) && f.kind == BRACKET && is_time(f.text, &lt));
}

static bool fits(str line)
{
	struct layout usual, old, *const from[] = { &usual, &old };
	struct field row[NAMED_MAX];
	bool torn;
	size_t n;

	return begins(line) && usual_layouts(&usual, &old) &&
	       row_of(line, false, from, COUNT(from), row, &n, &torn) != NULL;
}

static int skyhigh_claim(const struct text_head *h)
{
	enum { SURE = 90, SHARE_MIN = 80 };
	struct layout l;

	for (size_t i = 0; i < h->nlines; i++)
		if (h->lines[i].ptr[0] == '#' && layout_read(h->lines[i], &l))
			return text_fits(h, begins, SHARE_MIN) ? SURE : 0;
	return text_fits(h, fits, SHARE_MIN) ? SURE : 0;
}

/* One header for all lines, before the first of them, or none. */
static bool skyhigh_can_cut(const struct text_head *h)
{
	for (size_t i = 1; i < h->nlines; i++)
		if (h->lines[i].ptr[0] == '#' && !str_eq(h->lines[i], h->lines[0]))
			return false;
	return true;
}

static const struct text_format SKYHIGH = {
	.mark = '#',
	.can_cut = skyhigh_can_cut,
	.line_keywords = true,
	.claim = skyhigh_claim,
	.claim_most = 90,
	.line = skyhigh_line,
	.state_bytes = sizeof(struct skyhigh),
	.open = skyhigh_open,
	.close = skyhigh_close,
};

const struct reader_ops reader_skyhigh =
	TEXT_READER_PIECES("skyhigh", "Skyhigh's and McAfee's web gateway: access.log", &SKYHIGH);
