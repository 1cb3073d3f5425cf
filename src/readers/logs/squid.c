/* squid.c - Squid's access log: its own form, and a web server's common and combined form with Squid's result
 * behind it. Times are those of completion. Bytes are those to the client: of a tunnel, what was uploaded is
 * not in this log. Source: squid-cache.org, logformat "squid", "common", "combined", "Squid result codes". */
#include "readers/logs/access.h"
#include "readers/readers.h"
#include "readers/text/escape.h"
#include "readers/text/textlog.h"

/* Columns of its own form: those of the log, then parts of them under the names that rules have for them. */
enum {
	C_TIME,
	C_ELAPSED,
	C_CLIENT,
	C_RESULT,
	C_BYTES,
	C_METHOD,
	C_URL,
	C_USER,
	C_HIERARCHY,
	C_TYPE,
	C_LOGGED,
	C_ACTION = C_LOGGED,
	C_STATUS,
	C_PEER,
	C_HOST,
	C_STEM,
	C_QUERY,
	C_EXTENSION,
	C_MORE,
	COLUMNS
};

static const char *const NAMES[COLUMNS] = {
	"time",  "time-taken",  "c-ip",        "s-result",     "sc-bytes",        "cs-method",
	"c-uri", "cs-username", "s-hierarchy", "cs-mime-type", "s-action",        "sc-status",
	"r-ip",  "cs-host",     "c-uri-stem",  "c-uri-query",  "c-uri-extension", "more",
};

/* Columns of a web server's form. */
enum {
	W_TIME,
	W_CLIENT,
	W_IDENT,
	W_USER,
	W_METHOD,
	W_URL,
	W_VERSION,
	W_REQUEST, /* where it is no request line */
	W_STATUS,
	W_BYTES,
	W_REFERER,
	W_AGENT,
	W_ACTION,
	W_HIERARCHY,
	W_HOST,
	W_STEM,
	W_QUERY,
	W_EXTENSION,
	W_MORE,
	W_COLUMNS
};

static const char *const W_NAMES[W_COLUMNS] = {
	"time",       "c-ip",          "cs-ident",        "cs-username", "cs-method",
	"c-uri",      "cs-version",    "cs-request",      "sc-status",   "sc-bytes",
	"cs-referer", "cs-user-agent", "s-action",        "s-hierarchy", "cs-host",
	"c-uri-stem", "c-uri-query",   "c-uri-extension", "more",
};

/* Said once for each form: their lines may take turns where the configuration was changed. */
struct squid {
	const struct schema *own, *web;
};

static str text_of(value v)
{
	return v.type == VALUE_ABSENT ? (str){ 0 } : (str){ (const char *)v.ptr, v.len };
}

/* "a/b" */
static bool halves(value v, str *ret_first, str *ret_second)
{
	*ret_first = str_cut(text_of(v), '/', ret_second);
	return ret_first->len > 0 && ret_second->len > 0;
}

static bool all_digits(str s)
{
	size_t from = s.len && s.ptr[0] == '-', n = from;

	while (n < s.len && (unsigned char)(s.ptr[n] - '0') <= 9)
		n++;
	return n == s.len && n > from;
}

/* --- its own form --------------------------------------------------------------------------- */

static void put_url(value *v)
{
	struct access_url u;

	access_url(text_of(v[C_URL]), &u);
	v[C_HOST] = split_value(u.host);
	v[C_STEM] = split_value(u.stem);
	v[C_QUERY] = split_value(u.query);
	v[C_EXTENSION] = split_value(u.extension);
}

/* The ten fields, and where they end. False if the line is none of this log. */
static bool split(str line, value *v, struct logtime *lt)
{
	str action, status, by, peer;
	size_t n = split_spaces(line, v, C_LOGGED);

	if (n < C_LOGGED || !logtime_whole(text_of(v[C_TIME]), LOGTIME_EPOCH, lt) ||
	    !all_digits(text_of(v[C_ELAPSED])) || !halves(v[C_RESULT], &action, &status) ||
	    !all_digits(status) || !all_digits(text_of(v[C_BYTES])) || !halves(v[C_HIERARCHY], &by, &peer))
		return false;
	v[C_ACTION] = split_value(action);
	v[C_STATUS] = split_value(status);
	v[C_PEER] = split_value(peer);
	put_url(v);
	v[C_MORE] = (value){ 0 };
	if (n > C_LOGGED) { /* fields that somebody has added */
		str rest = line;

		for (size_t i = 0; i < C_LOGGED; i++) {
			while (rest.len && rest.ptr[0] == ' ')
				rest = (str){ rest.ptr + 1, rest.len - 1 };
			str_cut(rest, ' ', &rest);
		}
		v[C_MORE] = split_value(str_trim(rest));
	}
	return true;
}

/* --- a web server's form -------------------------------------------------------------------- */

static bool is_code(str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!(s.ptr[i] >= 'A' && s.ptr[i] <= 'Z') && (unsigned char)(s.ptr[i] - '0') > 9 &&
		    s.ptr[i] != '_')
			return false;
	return s.len > 0;
}

/* "TCP_MISS:HIER_DIRECT" */
static bool is_result(const struct access_extra *x)
{
	str by, action = str_cut(x->text, ':', &by);

	return !x->quoted && is_code(action) && is_code(by) &&
	       (str_starts(action, STR("TCP_")) || str_starts(action, STR("UDP_")) ||
		str_starts(action, STR("TAG_")) || str_starts(action, STR("NONE_")) ||
		str_eq(action, STR("NONE")));
}

/* Which of the fields behind the known ones is the result: the last that can be, as Squid writes it behind
 * all that the client chose. A fake one makes two. ACCESS_EXTRA_MAX: none. */
static size_t result_at(const struct access_line *a)
{
	size_t i = a->nextra < ACCESS_EXTRA_MAX ? a->nextra : ACCESS_EXTRA_MAX;

	while (i-- > 0)
		if (is_result(&a->extra[i]))
			return i;
	return ACCESS_EXTRA_MAX;
}

/* A line that is cut may have lost its result. */
static bool web_split(str line, bool cut, struct access_line *a, size_t *ret_at)
{
	if (!access_split(line, a) || a->vhost.ptr)
		return false;
	*ret_at = result_at(a);
	return cut || *ret_at < ACCESS_EXTRA_MAX;
}

/* A text that the client chose, without what Squid did to it. */
static value plain(struct text *t, const struct access_line *a, str s)
{
	return split_value(a->plain ? s : escape_plain(s, ESCAPE_C, &t->mem));
}

static void web_request(struct text *t, const struct access_line *a, value *v)
{
	struct access_request r;
	struct access_url u;
	str request = text_of(plain(t, a, a->request));

	if (!access_request(request, &r)) {
		v[W_REQUEST] = split_value(request);
		return;
	}
	access_url(r.target, &u);
	v[W_METHOD] = split_value(r.method);
	v[W_URL] = split_value(r.target);
	v[W_VERSION] = split_value(r.version);
	v[W_HOST] = split_value(u.host);
	v[W_STEM] = split_value(u.stem);
	v[W_QUERY] = split_value(u.query);
	v[W_EXTENSION] = split_value(u.extension);
}

/* The result, and what somebody has added behind it. */
static void web_result(struct text *t, const struct access_line *a, size_t at, value *v)
{
	const char *end = t->line.ptr + t->line.len, *from = end;
	str by, action = { 0 };

	if (at < ACCESS_EXTRA_MAX) {
		action = str_cut(a->extra[at].text, ':', &by);
		v[W_ACTION] = split_value(action);
		v[W_HIERARCHY] = split_value(by);
		from = by.ptr + by.len;
	}
	t->repaired = at > 0 && a->nextra > 0;
	if (t->repaired) /* fields that nobody has named, or a quote in the agent that was not escaped */
		from = a->extra[0].text.ptr;
	v[W_MORE] = split_value(str_trim((str){ from, (size_t)(end - from) }));
}

static enum text_line web_line(struct text *t, const struct access_line *a, size_t at)
{
	value v[W_COLUMNS] = { 0 };
	struct logtime lt;

	if (!logtime_whole(a->time, LOGTIME_CLF, &lt)) {
		t->why = "no such time";
		return TEXT_BAD;
	}
	v[W_TIME] = split_value(a->time);
	v[W_CLIENT] = split_value(a->client);
	v[W_IDENT] = plain(t, a, a->ident);
	v[W_USER] = plain(t, a, a->user);
	web_request(t, a, v);
	v[W_STATUS] = split_value(a->status);
	v[W_BYTES] = split_value(a->bytes);
	v[W_REFERER] = plain(t, a, a->referer);
	v[W_AGENT] = plain(t, a, a->agent);
	web_result(t, a, at, v);
	memcpy(t->values, v, sizeof v);
	text_time(t, &lt);
	return TEXT_EVENT;
}

/* --- lines ---------------------------------------------------------------------------------- */

static bool columns(struct text *t, const struct schema **said, const char *const *list, size_t n)
{
	str names[W_COLUMNS];

	if (*said) {
		text_columns_again(t, *said);
		return true;
	}
	for (size_t i = 0; i < n; i++)
		names[i] = str_of(list[i]);
	if (!text_columns(t, STR("squid.access"), names, n))
		return false;
	*said = t->schema;
	return true;
}
_Static_assert((int)COLUMNS <= (int)W_COLUMNS, "names of both forms have room");

static enum text_line squid_line(struct text *t)
{
	struct squid *q = t->state;
	struct access_line a;
	value v[COLUMNS];
	struct logtime lt;
	size_t at;

	if (split(t->line, v, &lt)) {
		if (!columns(t, &q->own, NAMES, COLUMNS))
			return TEXT_BAD;
		memcpy(t->values, v, sizeof v);
		text_time(t, &lt);
		return TEXT_EVENT;
	}
	if (!web_split(t->line, t->partial, &a, &at) || !columns(t, &q->web, W_NAMES, W_COLUMNS))
		return TEXT_BAD;
	return web_line(t, &a, at);
}

static bool fits_web(str line)
{
	struct access_line a;
	size_t at;

	return web_split(line, false, &a, &at) && at == 0;
}

static bool fits(str line)
{
	value v[COLUMNS];
	struct logtime lt;

	return split(line, v, &lt) || fits_web(line);
}

/* A web server's log is what any line of the second form could be of. */
enum { SURE = 88, SURER = 89, SHARE_MIN = 80 };

static int squid_claim(const struct text_head *h)
{
	if (text_fits(h, fits_web, SHARE_MIN))
		return SURER;
	return text_fits(h, fits, SHARE_MIN) ? SURE : 0;
}

static const struct text_format SQUID = {
	.line_keywords = true,
	.claim = squid_claim,
	.claim_most = SURER,
	.line = squid_line,
	.state_bytes = sizeof(struct squid),
};

const struct reader_ops reader_squid = TEXT_READER_PIECES("squid", "Squid's access log", &SQUID);
