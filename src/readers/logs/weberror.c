/* weberror.c - error logs of Apache and nginx. Sources: httpd.apache.org core ErrorLogFormat (2.2 and 2.4 by
 * default), src/core/ngx_log.c and src/http/ngx_http_request.c of nginx. */
#include "readers/readers.h"
#include "readers/text/linepat.h"

static const struct text_format APACHE_ERROR = {
	.dataset = "apache.error",
	.line_keywords = true,
	.patterns =
		(const struct text_pattern[]){
			{ "[{time:ctime}] [{module:word}:{level:word}] [pid {pid:digits}:tid {tid:digits}] [client {client}] "
			  "{message:rest}",
			  NULL },
			{ "[{time:ctime}] [{module:word}:{level:word}] [pid {pid:digits}] [client {client}] {message:rest}",
			  NULL },
			{ "[{time:ctime}] [{module:word}:{level:word}] [pid {pid:digits}:tid {tid:digits}] {message:rest}",
			  NULL },
			{ "[{time:ctime}] [{module:word}:{level:word}] [pid {pid:digits}] {message:rest}",
			  NULL },
			{ "[{time:ctime}] [{level:word}] [client {client}] {message:rest}", NULL },
			{ "[{time:ctime}] [{level:word}] {message:rest}", NULL },
			{ 0 },
		},
};

const struct reader_ops reader_apache_error =
	TEXT_READER_PIECES("apache_error", "Apache's error log", &APACHE_ERROR);

/* --- nginx ---------------------------------------------------------------------------------- */

enum { N_TIME, N_LEVEL, N_PID, N_TID, N_CONNECTION, N_MESSAGE, N_CONTEXT, N_COLUMNS = 13 };

/* Behind the message, in this order, those in quotes after the first two. */
static const char *const NGINX_NAMES[N_COLUMNS] = { "time",     "level",  "pid",     "tid",     "connection",
						    "message",  "client", "server",  "request", "subrequest",
						    "upstream", "host",   "referrer" };

/* ", name: value" at the start of *s. Values are in quotes but for the first two. */
static bool context_next(str *s, const char *name, bool quoted, str *ret)
{
	str rest, mark = str_of(name);
	size_t n = 2 + mark.len;

	if (s->len < n + 2 || !str_starts(*s, STR(", ")) ||
	    !str_starts((str){ s->ptr + 2, s->len - 2 }, mark) || s->ptr[n] != ':' || s->ptr[n + 1] != ' ')
		return false;
	rest = (str){ s->ptr + n + 2, s->len - n - 2 };
	if (quoted && (!rest.len || rest.ptr[0] != '"'))
		return false;
	rest = (str){ rest.ptr + quoted, rest.len - quoted };
	for (n = 0; n < rest.len; n++) {
		str behind = { rest.ptr + n + quoted, rest.len - n - quoted };

		if (quoted && rest.ptr[n] != '"')
			continue;
		if (!quoted && (rest.ptr[n] == ' ' || rest.ptr[n] == '"'))
			return false;
		if (!behind.len || str_starts(behind, STR(", ")))
			break;
	}
	*ret = (str){ rest.ptr, n };
	n += n < rest.len && quoted;
	*s = (str){ rest.ptr + n, rest.len - n };
	return true;
}

/* All of the context from here to the end of the line; what clients send could look like the half of it. */
static bool context_at(str s, str values[N_COLUMNS])
{
	str found[N_COLUMNS] = { 0 };

	if (!context_next(&s, "client", false, &found[N_CONTEXT]) ||
	    !context_next(&s, "server", false, &found[N_CONTEXT + 1]))
		return false;
	for (size_t i = N_CONTEXT + 2; i < N_COLUMNS; i++)
		(void)context_next(&s, NGINX_NAMES[i], true, &found[i]);
	if (s.len)
		return false;
	for (size_t i = N_CONTEXT; i < N_COLUMNS; i++)
		values[i] = found[i];
	return true;
}

/* False where two places could be it: a client has written one of them, and neither is believed. */
static bool take_context(str values[N_COLUMNS])
{
	str message = values[N_MESSAGE], mark = STR(", client: ");
	size_t found = SIZE_MAX;

	for (size_t at = 0; at < message.len; at++) {
		str rest = { message.ptr + at, message.len - at };
		size_t next = str_find(rest, mark);

		if (next == SIZE_MAX)
			break;
		at += next;
		if (!context_at((str){ message.ptr + at, message.len - at }, values))
			continue;
		if (found != SIZE_MAX) {
			for (size_t i = N_CONTEXT; i < N_COLUMNS; i++)
				values[i] = (str){ 0 };
			return false;
		}
		found = at;
	}
	if (found != SIZE_MAX)
		values[N_MESSAGE].len = found;
	return true;
}

static bool nginx_split(str line, str values[N_COLUMNS], struct linepat_hit *hit, bool *ret_clear)
{
	if (!linepat_match("{time:iso} [{level:word}] {pid:digits}#{tid:digits}: {message:rest}", line, hit))
		return false;
	for (size_t i = 0; i < N_COLUMNS; i++)
		values[i] = (str){ 0 };
	for (size_t i = N_TIME; i <= N_TID; i++)
		values[i] = hit->values[i];
	values[N_MESSAGE] = hit->values[4];
	if (values[N_MESSAGE].len && values[N_MESSAGE].ptr[0] == '*') {
		str rest, number = str_cut(values[N_MESSAGE], ' ', &rest);

		values[N_CONNECTION] = (str){ number.ptr + 1, number.len - 1 };
		values[N_MESSAGE] = rest;
	}
	*ret_clear = take_context(values);
	return true;
}

static enum text_line nginx_line(struct text *t)
{
	str values[N_COLUMNS], names[N_COLUMNS];
	struct linepat_hit hit;
	bool clear;

	if (!nginx_split(t->line, values, &hit, &clear))
		return TEXT_BAD;
	for (size_t i = 0; !t->schema && i < N_COLUMNS; i++)
		names[i] = str_of(NGINX_NAMES[i]);
	if (!t->schema && !text_columns(t, STR("nginx.error"), names, N_COLUMNS))
		return TEXT_BAD;
	for (size_t i = 0; i < N_COLUMNS; i++)
		t->values[i] = values[i].len ? value_utf8(values[i]) : (value){ 0 };
	t->repaired = !clear;
	text_time(t, &hit.time);
	return TEXT_EVENT;
}

static bool nginx_fits(str line)
{
	struct linepat_hit hit;
	str values[N_COLUMNS];
	bool clear;

	return nginx_split(line, values, &hit, &clear);
}

static int nginx_claim(const struct text_head *h)
{
	enum { SURE = 86, SHARE_MIN = 80 };

	return text_fits(h, nginx_fits, SHARE_MIN) ? SURE : 0;
}

static const struct text_format NGINX_ERROR = {
	.line_keywords = true,
	.claim = nginx_claim,
	.claim_most = 86,
	.line = nginx_line,
};

const struct reader_ops reader_nginx_error =
	TEXT_READER_PIECES("nginx_error", "nginx's error log", &NGINX_ERROR);
