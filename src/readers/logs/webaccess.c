/* webaccess.c - access logs of web servers as text: Apache, nginx, Tomcat and whatever else writes the common
 * or the combined form. The line does not say who wrote it: signs in the first lines do, else it is
 * "web.access". Fields behind the known ones get names where all first lines agree on what they are.
 * Sources: httpd.apache.org mod_log_config, nginx.org ngx_http_log_module, Tomcat AccessLogValve. */
#include "readers/logs/access.h"
#include "readers/readers.h"
#include "readers/text/escape.h"
#include "readers/text/textlog.h"

/* Columns, in their order. */
enum {
	C_CLIENT,
	C_IDENT,
	C_USER,
	C_METHOD,
	C_URI,
	C_STEM,
	C_QUERY,
	C_VERSION,
	C_REQUEST, /* where it is no request line */
	C_STATUS,
	C_BYTES,
	C_REFERER,
	C_AGENT,
	C_HOST,
	C_PORT,
	C_EXTRA
};

static const char *const NAMES[C_EXTRA] = {
	"c-ip",        "cs-ident",     "cs-username",   "cs-method",  "cs-uri",
	"cs-uri-stem", "cs-uri-query", "cs-version",    "cs-request", "sc-status",
	"sc-bytes",    "cs-referer",   "cs-user-agent", "cs-host",    "s-port",
};

struct webaccess {
	char dataset[24];
	size_t nextra;
	const char *extra[ACCESS_EXTRA_MAX];
	char day_text[11], zone_text[5]; /* of day_ns */
	int64_t day_ns;
};

/* --- whose it is ---------------------------------------------------------------------------- */

enum server { APACHE, NGINX, TOMCAT, SERVERS };

static bool has_escape(str s, const char *escape)
{
	return str_find(s, str_of(escape)) != SIZE_MAX;
}

/* \xNN with letters of one case: nginx writes capitals, Apache does not. */
static bool has_hex(str s, bool capitals)
{
	for (size_t i = 0; i + 4 <= s.len; i++) {
		if (s.ptr[i] != '\\' || s.ptr[i + 1] != 'x')
			continue;
		for (size_t k = i + 2; k < i + 4; k++)
			if (capitals ? s.ptr[k] >= 'A' && s.ptr[k] <= 'F'
				     : s.ptr[k] >= 'a' && s.ptr[k] <= 'f')
				return true;
	}
	return false;
}

static bool status_is(const struct access_line *a, const char *status)
{
	return str_eq(a->status, str_of(status));
}

static bool is_zero(str s)
{
	return s.len == 1 && s.ptr[0] == '0';
}

static bool is_dash(str s)
{
	return s.len == 1 && s.ptr[0] == '-';
}

/* Java writes IPv6 addresses without "::". */
static bool is_long_v6(str s)
{
	size_t colons = 0;

	for (size_t i = 0; i < s.len; i++)
		colons += s.ptr[i] == ':';
	return colons == 7 && !has_escape(s, "::");
}

/* Signs of one line. */
static void weigh(str line, const struct access_line *a, unsigned votes[SERVERS])
{
	votes[APACHE] += a->vhost.ptr != NULL;
	votes[APACHE] += has_escape(line, "\\\"") || has_hex(line, false);
	votes[APACHE] += is_dash(a->request) && (status_is(a, "408") || status_is(a, "400"));
	votes[APACHE] += is_dash(a->bytes) && a->agent.ptr;
	votes[NGINX] += has_hex(line, true);
	votes[NGINX] += a->request.len == 0 || status_is(a, "499") || status_is(a, "444");
	votes[NGINX] += is_zero(a->bytes) && status_is(a, "304");
	votes[TOMCAT] += is_long_v6(a->client);
	votes[TOMCAT] += has_escape(a->request, ";jsessionid=");
}

/* Where no line says it, the file's name may. */
static enum server by_path(str path)
{
	static const struct {
		const char *part;
		enum server server;
	} PARTS[] = {
		{ "localhost_access_log", TOMCAT },
		{ "tomcat", TOMCAT },
		{ "nginx", NGINX },
		{ "apache", APACHE },
		{ "httpd", APACHE },
	};

	for (size_t i = 0; i < COUNT(PARTS); i++)
		if (str_find(path, str_of(PARTS[i].part)) != SIZE_MAX)
			return PARTS[i].server;
	return SERVERS;
}

static enum server judge(const unsigned votes[SERVERS], str path)
{
	enum server best = SERVERS;

	for (enum server s = APACHE; s < SERVERS; s++)
		if (votes[s] && (best == SERVERS || votes[s] > votes[best]))
			best = s;
	for (enum server s = APACHE; s < SERVERS; s++)
		if (best < SERVERS && s != best && votes[s] == votes[best])
			return by_path(path); /* they contradict each other */
	return best == SERVERS ? by_path(path) : best;
}

/* --- fields that somebody has added --------------------------------------------------------- */

static bool is_forwarded(const struct access_line *a, size_t i)
{
	return a->extra[i].quoted && (is_dash(a->extra[i].text) || access_is_addresses(a->extra[i].text));
}

/* Seconds with a point. */
static bool is_seconds(const struct access_line *a, size_t i)
{
	str s = a->extra[i].text;
	bool point = false;

	for (size_t k = 0; k < s.len; k++) {
		if (s.ptr[k] == '.' && k && !point)
			point = true;
		else if ((unsigned char)(s.ptr[k] - '0') > 9)
			return false;
	}
	return point;
}

/* mod_logio's pair: all bytes of the request, which are more than its line, and of the reply, which are more
 * than its body. */
static bool is_in(const struct access_line *a, size_t i)
{
	uint64_t in;

	return a->nextra == 2 && i == 0 && str_to_u64(a->extra[0].text, &in) && in > a->request.len;
}

static bool is_out(const struct access_line *a, size_t i)
{
	uint64_t out, body = 0;

	(void)str_to_u64(a->bytes, &body);
	return a->nextra == 2 && i == 1 && is_in(a, 0) && str_to_u64(a->extra[1].text, &out) && out > body;
}

static const struct {
	const char *name;
	bool (*is)(const struct access_line *a, size_t i);
} EXTRAS[] = {
	{ "x-forwarded-for", is_forwarded },
	{ "time-taken", is_seconds },
	{ "cs-bytes", is_in },
	{ "sc-bytes-all", is_out },
};

static const char *const OTHERS[ACCESS_EXTRA_MAX] = { "extra1", "extra2", "extra3", "extra4",
						      "extra5", "extra6", "extra7", "extra8" };

/* --- the first lines ------------------------------------------------------------------------ */

struct survey {
	unsigned votes[SERVERS];
	size_t nextra;
	unsigned fits[ACCESS_EXTRA_MAX][COUNT(EXTRAS)], seen[ACCESS_EXTRA_MAX];
};

static void look(struct survey *s, str line)
{
	struct access_line a;

	if (!access_split(line, &a))
		return;
	weigh(line, &a, s->votes);
	for (size_t i = 0; i < a.nextra && i < ACCESS_EXTRA_MAX; i++) {
		s->seen[i]++;
		for (size_t k = 0; k < COUNT(EXTRAS); k++)
			s->fits[i][k] += EXTRAS[k].is(&a, i);
	}
	if (a.nextra > s->nextra)
		s->nextra = a.nextra < ACCESS_EXTRA_MAX ? a.nextra : ACCESS_EXTRA_MAX;
}

/* A name goes to the first field that is it in every line. */
static void name_extras(struct webaccess *w, const struct survey *s)
{
	bool taken[COUNT(EXTRAS)] = { false };

	w->nextra = s->nextra;
	for (size_t i = 0; i < s->nextra; i++) {
		w->extra[i] = OTHERS[i];
		for (size_t k = 0; k < COUNT(EXTRAS); k++) {
			if (taken[k] || s->fits[i][k] < s->seen[i])
				continue;
			w->extra[i] = EXTRAS[k].name;
			taken[k] = true;
			break;
		}
	}
}

static int webaccess_open(struct text *t, err *e)
{
	static const char *const DATASETS[SERVERS + 1] = { "apache.access", "nginx.access", "tomcat.access",
							   "web.access" };
	struct webaccess *w = t->state;
	struct text_head_store *store;
	struct text_head head;
	struct survey s = { 0 };

	if (!text_head_init(&head, &store, t->env.head, t->env.path))
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a line reader");
	for (size_t i = 0; i < head.nlines; i++)
		look(&s, head.lines[i]);
	text_head_done(store);
	name_extras(w, &s);
	snprintf(w->dataset, sizeof w->dataset, "%s", DATASETS[judge(s.votes, t->env.path)]);
	return 0;
}

static bool columns(struct text *t, const struct webaccess *w)
{
	str names[C_EXTRA + ACCESS_EXTRA_MAX];

	for (size_t i = 0; i < C_EXTRA; i++)
		names[i] = str_of(NAMES[i]);
	for (size_t i = 0; i < w->nextra; i++)
		names[C_EXTRA + i] = str_of(w->extra[i]);
	return text_columns(t, str_of(w->dataset), names, C_EXTRA + w->nextra);
}

/* --- times ---------------------------------------------------------------------------------- */

/* Lines in a row share day and zone. */
static bool set_time(struct text *t, struct webaccess *w, str s)
{
	struct logtime lt;
	int64_t clock;

	t->basis = TIME_OFFSET_EXPLICIT;
	if (memcmp(s.ptr, w->day_text, sizeof w->day_text) == 0 &&
	    memcmp(s.ptr + 21, w->zone_text, sizeof w->zone_text) == 0 && logtime_clock(s.ptr + 12, &clock)) {
		t->time_ns = w->day_ns + clock;
		return true;
	}
	if (!logtime_whole(s, LOGTIME_CLF, &lt))
		return false;
	text_time(t, &lt);
	if (logtime_clock(s.ptr + 12, &clock)) {
		w->day_ns = t->time_ns - clock;
		memcpy(w->day_text, s.ptr, sizeof w->day_text);
		memcpy(w->zone_text, s.ptr + 21, sizeof w->zone_text);
	}
	return true;
}

/* --- lines ---------------------------------------------------------------------------------- */

static void put(struct text *t, size_t column, str s)
{
	t->values[column] = split_value(s);
}

/* A text of the line that the client chose, without what the server did to it. */
static str plain(struct text *t, const struct access_line *a, str s)
{
	return a->plain ? s : escape_plain(s, ESCAPE_C, &t->mem);
}

static void put_request(struct text *t, const struct access_line *a)
{
	struct access_request r;
	str request = plain(t, a, a->request);
	bool fits = access_request(request, &r);

	if (!fits)
		r = (struct access_request){ 0 };
	put(t, C_METHOD, r.method);
	put(t, C_URI, r.target);
	put(t, C_STEM, r.stem);
	put(t, C_QUERY, r.query);
	put(t, C_VERSION, r.version);
	put(t, C_HOST, r.host);
	put(t, C_REQUEST, fits ? (str){ 0 } : request);
}

/* "name:port" */
static void put_vhost(struct text *t, str vhost)
{
	str port, name = str_cut(vhost, ':', &port);

	if (!vhost.len)
		return;
	put(t, C_HOST, name);
	put(t, C_PORT, port);
}

static enum text_line webaccess_line(struct text *t)
{
	struct webaccess *w = t->state;
	struct access_line a;

	if (!access_split(t->line, &a)) {
		t->why = "no line of an access log";
		return TEXT_BAD;
	}
	if (!t->schema && !columns(t, w))
		return TEXT_BAD;
	if (!set_time(t, w, a.time)) {
		t->why = "no such time";
		return TEXT_BAD;
	}
	put(t, C_CLIENT, a.client);
	put(t, C_IDENT, a.ident);
	put(t, C_USER, plain(t, &a, a.user));
	put(t, C_PORT, (str){ 0 });
	put_request(t, &a);
	put(t, C_STATUS, a.status);
	put(t, C_BYTES, a.bytes);
	put(t, C_REFERER, plain(t, &a, a.referer));
	put(t, C_AGENT, plain(t, &a, a.agent));
	put_vhost(t, a.vhost);
	for (size_t i = 0; i < w->nextra; i++)
		put(t, C_EXTRA + i, i < a.nextra ? a.extra[i].text : (str){ 0 });
	t->repaired = a.open || a.nextra > w->nextra;
	return TEXT_EVENT;
}

static bool fits(str line)
{
	struct access_line a;

	return access_split(line, &a);
}

static int webaccess_claim(const struct text_head *h)
{
	enum { SURE = 88, SHARE_MIN = 80 };

	return text_fits(h, fits, SHARE_MIN) ? SURE : 0;
}

static const struct text_format WEBACCESS = {
	.line_keywords = true,
	.claim = webaccess_claim,
	.line = webaccess_line,
	.state_bytes = sizeof(struct webaccess),
	.open = webaccess_open,
};

const struct reader_ops reader_webaccess = TEXT_READER_PIECES(
	"webaccess", "Access logs: Apache, nginx, Tomcat, common and combined form", &WEBACCESS);
