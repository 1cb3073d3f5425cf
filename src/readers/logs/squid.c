/* squid.c - Squid's own access log. Times are those of completion. Bytes are those to the client: of a tunnel, what
 * was uploaded is not in this log. Source: squid-cache.org, logformat "squid". */
#include "readers/readers.h"
#include "readers/text/textlog.h"

/* Columns: those of the log, then parts of them under the names that rules have for them. */
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

static str text_of(value v)
{
	return v.type == VALUE_ABSENT ? (str){ 0 } : (str){ (const char *)v.ptr, v.len };
}

static value value_of(str s)
{
	return s.len && !str_eq(s, STR("-")) ? value_utf8(s) : (value){ 0 };
}

/* "a/b" */
static bool halves(value v, str *ret_first, str *ret_second)
{
	*ret_first = str_cut(text_of(v), '/', ret_second);
	return ret_first->len > 0 && ret_second->len > 0;
}

static str extension(str stem)
{
	str name = str_basename(stem);

	for (size_t i = name.len; i-- > 0;)
		if (name.ptr[i] == '.')
			return (str){ name.ptr + i + 1, name.len - i - 1 };
	return (str){ 0 };
}

static bool all_digits(str s)
{
	size_t from = s.len && s.ptr[0] == '-', n = from;

	while (n < s.len && (unsigned char)(s.ptr[n] - '0') <= 9)
		n++;
	return n == s.len && n > from;
}

/* "host:port" of CONNECT, else of a URL. */
static void put_url(value *v)
{
	str url = text_of(v[C_URL]), host = { 0 }, rest = { 0 }, query = { 0 };
	size_t scheme = str_find(url, STR("://"));

	if (scheme != SIZE_MAX) {
		host = (str){ url.ptr + scheme + 3, url.len - scheme - 3 };
		rest = host;
		while (rest.len && rest.ptr[0] != '/' && rest.ptr[0] != '?')
			rest = (str){ rest.ptr + 1, rest.len - 1 };
		host.len = (size_t)(rest.ptr - host.ptr);
		rest = str_cut(rest, '?', &query);
	} else {
		host = url;
	}
	v[C_HOST] = value_of(host);
	v[C_STEM] = value_of(rest);
	v[C_QUERY] = value_of(query);
	v[C_EXTENSION] = value_of(extension(rest));
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
	v[C_ACTION] = value_of(action);
	v[C_STATUS] = value_of(status);
	v[C_PEER] = value_of(peer);
	put_url(v);
	v[C_MORE] = (value){ 0 };
	if (n > C_LOGGED) { /* fields that somebody has added */
		str rest = line;

		for (size_t i = 0; i < C_LOGGED; i++) {
			while (rest.len && rest.ptr[0] == ' ')
				rest = (str){ rest.ptr + 1, rest.len - 1 };
			str_cut(rest, ' ', &rest);
		}
		v[C_MORE] = value_of(str_trim(rest));
	}
	return true;
}

static enum text_line squid_line(struct text *t)
{
	value v[COLUMNS];
	str names[COLUMNS];
	struct logtime lt;

	if (!split(t->line, v, &lt))
		return TEXT_BAD;
	for (size_t i = 0; !t->schema && i < COLUMNS; i++)
		names[i] = str_of(NAMES[i]);
	if (!t->schema && !text_columns(t, STR("squid.access"), names, COLUMNS))
		return TEXT_BAD;
	memcpy(t->values, v, sizeof v);
	text_time(t, &lt);
	return TEXT_EVENT;
}

static bool fits(str line)
{
	value v[COLUMNS];
	struct logtime lt;

	return split(line, v, &lt);
}

static int squid_claim(const struct text_head *h)
{
	enum { SURE = 88, SHARE_MIN = 80 };

	return text_fits(h, fits, SHARE_MIN) ? SURE : 0;
}

static const struct text_format SQUID = {
	.line_keywords = true,
	.claim = squid_claim,
	.claim_most = 88,
	.line = squid_line,
};

const struct reader_ops reader_squid = TEXT_READER_PIECES("squid", "Squid's access log", &SQUID);
