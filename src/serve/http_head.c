#include "serve/http_head.h"

#include <stdio.h>

#include "util/limits.h"

static bool is_token(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c && strchr("!#$%&'*+-.^_`|~", c));
}

static bool all_token(str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!is_token((unsigned char)s.ptr[i]))
			return false;
	return s.len > 0;
}

/* Bytes that no line may hold: controls but for the tab. Bytes above 127 stand in cookies of neighbours. */
static bool has_control(str s)
{
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.ptr[i];

		if ((c < 0x20 && c != '\t') || c == 0x7f)
			return true;
	}
	return false;
}

static str trim_blanks(str s)
{
	while (s.len && (s.ptr[0] == ' ' || s.ptr[0] == '\t')) {
		s.ptr++;
		s.len--;
	}
	while (s.len && (s.ptr[s.len - 1] == ' ' || s.ptr[s.len - 1] == '\t'))
		s.len--;
	return s;
}

/* --- request line -------------------------------------------------------------------------- */

static bool is_path(str s)
{
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.ptr[i];

		if (c <= 0x20 || c >= 0x7f || c == '#' || c == '\\')
			return false;
	}
	return s.len > 0 && s.ptr[0] == '/';
}

static int request_line(str line, struct http_head *h)
{
	enum { METHOD_MAX = 16 };
	str target, version;

	h->method = str_cut(line, ' ', &target);
	target = str_cut(target, ' ', &version);
	if (!all_token(h->method) || h->method.len > METHOD_MAX || !is_path(target))
		return 400;
	if (!str_eq(version, STR("HTTP/1.1")))
		return version.len == 8 && str_starts(version, STR("HTTP/")) ? 505 : 400;
	h->path = str_cut(target, '?', &h->query);
	return 0;
}

/* --- header fields ------------------------------------------------------------------------- */

struct seen { /* fields that are judged here and used nowhere else */
	str length, coding, expect;
	unsigned fields;
	bool host_twice;
};

/* The place of a field that we look at; NULL: nobody does. */
static str *place_of(str name, struct http_head *h, struct seen *s)
{
	const struct {
		str name;
		str *to;
	} known[] = {
		{ STR("host"), &h->host },
		{ STR("origin"), &h->origin },
		{ STR("sec-fetch-site"), &h->fetch_site },
		{ STR("cookie"), &h->cookie },
		{ STR("content-type"), &h->content_type },
		{ STR("accept-encoding"), &h->accept_encoding },
		{ STR("if-none-match"), &h->if_none_match },
		{ STR("x-spoor-token"), &h->token },
		{ STR("content-length"), &s->length },
		{ STR("transfer-encoding"), &s->coding },
		{ STR("expect"), &s->expect },
	};

	for (size_t i = 0; i < COUNT(known); i++)
		if (str_eq_ascii_nocase(name, known[i].name))
			return known[i].to;
	return NULL;
}

static int field_line(str line, struct http_head *h, struct seen *s)
{
	str value, name = str_cut(line, ':', &value), *to;

	if (name.len == line.len || !all_token(name)) /* no colon; a folded line begins with a blank */
		return 400;
	if (s->fields++ >= LIMIT_SERVE_FIELDS)
		return 431;
	to = place_of(name, h, s);
	if (!to)
		return 0;
	if (to->ptr && to != &h->host)
		return 400;
	s->host_twice |= to->ptr != NULL;
	*to = trim_blanks(value);
	return 0;
}

/* What the fields say together. */
static int judge(struct http_head *h, const struct seen *s)
{
	bool post = str_eq(h->method, STR("POST"));

	if (!h->host.ptr || s->host_twice)
		return 421;
	if (s->coding.ptr)
		return s->length.ptr ? 400 : 411;
	if (s->expect.ptr)
		return 417;
	if (s->length.ptr) {
		for (size_t i = 0; i < s->length.len; i++)
			if (s->length.ptr[i] < '0' || s->length.ptr[i] > '9')
				return 400;
		if (!str_to_u64(s->length, &h->body_len))
			return 400;
		if (h->body_len > LIMIT_SERVE_BODY)
			return 413;
		if (h->body_len && !post)
			return 400;
	} else if (post) {
		return 411;
	}
	return 0;
}

/* The next line without its end; *ret_rest starts behind it. MORE: it is not complete. */
static int next_line(str s, str *ret, str *ret_rest)
{
	size_t n = 0;

	while (n < s.len && s.ptr[n] != '\r' && s.ptr[n] != '\n')
		n++;
	*ret = (str){ s.ptr, n };
	if (has_control(*ret))
		return 400;
	if (n == s.len || (s.ptr[n] == '\r' && n + 1 == s.len))
		return HTTP_HEAD_MORE;
	if (s.ptr[n] != '\r' || s.ptr[n + 1] != '\n')
		return 400;
	*ret_rest = (str){ s.ptr + n + 2, s.len - n - 2 };
	return 0;
}

int http_head_parse(bytes sent, struct http_head *ret)
{
	struct http_head h = { 0 };
	struct seen seen = { 0 };
	str all = bytes_str(sent), line, rest = all;
	int rc;

	if (all.len > LIMIT_SERVE_HEAD)
		all.len = rest.len = LIMIT_SERVE_HEAD;
	for (bool first = true;; first = false) {
		rc = next_line(rest, &line, &rest);
		if (rc == HTTP_HEAD_MORE && all.len == LIMIT_SERVE_HEAD)
			return 431;
		if (rc)
			return rc;
		if (!first && line.len == 0)
			break;
		rc = first ? request_line(line, &h) : field_line(line, &h, &seen);
		if (rc)
			return rc;
	}
	h.len = (size_t)(rest.ptr - all.ptr);
	rc = judge(&h, &seen);
	if (rc == 0)
		*ret = h;
	return rc;
}

/* --- values -------------------------------------------------------------------------------- */

bool http_host_ours(str host, uint16_t port)
{
	static const char *const NAMES[] = { "127.0.0.1", "localhost", "[::1]" };
	char ours[32];

	for (size_t i = 0; i < COUNT(NAMES); i++) {
		int n = snprintf(ours, sizeof ours, "%s:%u", NAMES[i], port);

		if (str_eq(host, (str){ ours, (size_t)n }))
			return true;
	}
	return false;
}

str http_cookie(str header, str name)
{
	str found = { 0 };

	while (header.len) {
		str pair = trim_blanks(str_cut(header, ';', &header)), value;
		str key = str_cut(pair, '=', &value);

		if (!str_eq(key, name) || key.len == pair.len)
			continue;
		if (found.ptr)
			return (str){ 0 };
		found = value;
	}
	return found;
}

static int hex_of(char c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
				      : -1;
}

static bool decode(str s, buf *out)
{
	for (size_t i = 0; i < s.len; i++) {
		int high, low;

		if (s.ptr[i] != '%') {
			buf_byte(out, s.ptr[i] == '+' ? ' ' : s.ptr[i]);
			continue;
		}
		if (s.len - i < 3)
			return false;
		high = hex_of(s.ptr[i + 1]);
		low = hex_of(s.ptr[i + 2]);
		if (high < 0 || low < 0 || high + low == 0)
			return false;
		buf_byte(out, (char)(high << 4 | low));
		i += 2;
	}
	return !out->failed;
}

int http_query(str query, const char *name, buf *out)
{
	int found = 0;

	while (query.len) {
		str value, key = str_cut(str_cut(query, '&', &query), '=', &value);

		if (!str_is(key, name))
			continue;
		if (found++ || !decode(value, out))
			return -1;
	}
	return found;
}

/* "q=0", "q=0.000" */
static bool is_refused(str params)
{
	if (!str_starts(params, STR("q=0")))
		return false;
	for (size_t i = 3; i < params.len; i++)
		if (params.ptr[i] != '.' && params.ptr[i] != '0')
			return false;
	return true;
}

bool http_takes_gzip(str list)
{
	while (list.len) {
		str params, one = str_cut(list, ',', &list);
		str coding = trim_blanks(str_cut(one, ';', &params));

		if (str_eq_ascii_nocase(coding, STR("gzip")))
			return !is_refused(trim_blanks(params));
	}
	return false;
}
