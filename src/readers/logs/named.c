/* named.c - BIND's queries and query-errors, from its own files ("18-Apr-2024 10:14:11.201 queries: info: client ...") or
 * through syslog. Source: BIND 9 Administrator Reference Manual, logging; lib/ns/query.c. */
#include "readers/logs/device.h"

struct bind_head {
	str category, level, text;
};

static bool is_level(str s)
{
	static const char *const LEVELS[] = { "info", "notice", "warning", "error", "critical" };

	for (size_t i = 0; i < COUNT(LEVELS); i++)
		if (str_eq(s, str_of(LEVELS[i])))
			return true;
	return str_starts(s, STR("debug "));
}

/* "queries: info: text"; either may be left out. */
static struct bind_head head_of(str s)
{
	struct bind_head h = { .text = s };
	size_t at;

	for (int i = 0; i < 2; i++) {
		str one;

		at = str_find(h.text, STR(": "));
		if (at == SIZE_MAX || at > 32)
			break;
		one = (str){ h.text.ptr, at };
		if (is_level(one))
			h.level = one;
		else if (i == 0 && !memchr(one.ptr, ' ', at))
			h.category = one;
		else
			break;
		h.text = (str){ h.text.ptr + at + 2, h.text.len - at - 2 };
		if (h.level.len)
			break;
	}
	return h;
}

static bool bind_is(str message, const struct syslog_head *head)
{
	struct bind_head h;
	str tag = head->app, pid;

	(void)syslog_tag(&message, &tag, &pid);
	h = head_of(message);
	if (str_starts(h.text, STR("client ")) && memchr(h.text.ptr, '#', h.text.len))
		return true;
	if (str_eq(tag, STR("named")))
		return true;
	h = head_of(head->message);
	return h.category.len && h.level.len;
}

static str next_word(str *s)
{
	str w = { s->ptr, 0 };

	while (s->len && w.len == 0)
		w = str_cut(*s, ' ', s);
	return w;
}

/* "client @0x7f12 10.7.12.41#51234 (name): view internal: " to its fields; s is moved behind it. */
static void put_client(struct text_keys *k, str *s)
{
	static const char *const MARKS[] = { "query: ", "query failed ",  "query (",      "update ",
					     "rpz ",    "zone transfer ", "transfer of ", "error ",
					     "bad ",    "request ",       "received " };
	str port, w, ip;
	size_t best = SIZE_MAX;

	next_word(s); /* client */
	w = next_word(s);
	if (w.len && w.ptr[0] == '@')
		w = next_word(s);
	ip = str_cut(w, '#', &port);
	while (port.len && port.ptr[port.len - 1] == ':')
		port.len--;
	text_keys_put_str(k, "client_ip", ip);
	text_keys_put_str(k, "client_port", port);
	for (size_t i = 0; i < COUNT(MARKS); i++)
		best = (size_t)u64_min(best, str_find(*s, str_of(MARKS[i])));
	if (best == SIZE_MAX)
		return;
	w = (str){ s->ptr, best };
	*s = (str){ s->ptr + best, s->len - best };
	best = str_find(w, STR("view "));
	if (best != SIZE_MAX)
		text_keys_put_str(k, "view",
				  str_cut((str){ w.ptr + best + 5, w.len - best - 5 }, ':', &port));
}

/* "query: www.example.net IN A +E(0)K (10.30.0.2)" */
static void put_query(struct text_keys *k, str s)
{
	str w;

	next_word(&s);
	text_keys_put_str(k, "query", next_word(&s));
	text_keys_put_str(k, "query_class", next_word(&s));
	text_keys_put_str(k, "query_type", next_word(&s));
	text_keys_put_str(k, "flags", next_word(&s));
	w = next_word(&s);
	if (w.len > 2 && w.ptr[0] == '(')
		text_keys_put_str(k, "server_ip", str_cut((str){ w.ptr + 1, w.len - 1 }, ')', &s));
}

/* "www.example.net/IN/A", with quotes in some versions */
static void put_question(struct text_keys *k, str s)
{
	str rest;

	while (s.len && (s.ptr[0] == '\'' || s.ptr[0] == '('))
		s = (str){ s.ptr + 1, s.len - 1 };
	while (s.len && (s.ptr[s.len - 1] == '\'' || s.ptr[s.len - 1] == ')' || s.ptr[s.len - 1] == ':'))
		s.len--;
	text_keys_put_str(k, "query", str_cut(s, '/', &rest));
	s = str_cut(rest, '/', &rest);
	if (rest.len) {
		text_keys_put_str(k, "query_class", s);
		s = rest;
	}
	text_keys_put_str(k, "query_type", s);
}

/* "query failed (SERVFAIL) for www.example.net/IN/A at ../query.c:7094" */
static void put_failed(struct text_keys *k, str s)
{
	size_t at = str_find(s, STR(" for "));
	str rest;

	str_cut(s, '(', &rest);
	text_keys_put_str(k, "response_code", str_cut(rest, ')', &rest));
	if (at == SIZE_MAX)
		return;
	s = (str){ s.ptr + at + 5, s.len - at - 5 };
	put_question(k, next_word(&s));
}

/* "rpz QNAME NXDOMAIN rewrite bad.example/A/IN via bad.example.rpz" */
static void put_rpz(struct text_keys *k, str s)
{
	str name, rest;

	next_word(&s);
	text_keys_put_str(k, "rpz_trigger", next_word(&s));
	text_keys_put_str(k, "rpz_action", next_word(&s));
	next_word(&s);
	name = str_cut(next_word(&s), '/', &rest);
	text_keys_put_str(k, "query", name);
	text_keys_put_str(k, "query_type", str_cut(rest, '/', &rest));
}

/* "query (cache) 'x.example/A/IN' denied" */
static void put_denied(struct text_keys *k, str s)
{
	str rest, name, type;

	str_cut(s, '\'', &rest);
	name = str_cut(str_cut(rest, '\'', &rest), '/', &type);
	text_keys_put_str(k, "query", name);
	text_keys_put_str(k, "query_type", str_cut(type, '/', &rest));
	text_keys_put_str(k, "response_code", STR("REFUSED"));
}

static const char *put_event(struct text_keys *k, str s)
{
	static const struct {
		const char *begin, *action, *dataset;
		void (*put)(struct text_keys *k, str s);
	} FORMS[] = {
		{ "query: ", "query", "bind.query", put_query },
		{ "query failed ", "query-failed", "bind.query_errors", put_failed },
		{ "query (", "query-denied", "bind.query_errors", put_denied },
		{ "rpz ", "rpz-rewrite", "bind.query_errors", put_rpz },
	};

	for (size_t i = 0; i < COUNT(FORMS); i++) {
		if (!str_starts(s, str_of(FORMS[i].begin)))
			continue;
		text_keys_put_str(k, "action", str_of(FORMS[i].action));
		FORMS[i].put(k, s);
		return FORMS[i].dataset;
	}
	return "bind.log";
}

static struct text_keys *bind_line(struct text *t, struct device *d, str message)
{
	struct text_keys *k = device_begin(d, DEVICE_SERVICE);
	str tag, pid;
	struct bind_head h = head_of(message);

	(void)t;
	if (!h.level.len && syslog_tag(&message, &tag, &pid))
		h = head_of(message);
	text_keys_put_str(k, "category", h.category);
	text_keys_put_str(k, "level", h.level);
	text_keys_put_str(k, "message", h.text);
	d->dataset = "bind.log";
	if (str_starts(h.text, STR("client "))) {
		put_client(k, &h.text);
		d->dataset = put_event(k, h.text);
	}
	return k;
}

const struct device_kind bind_kind = { .dataset = "bind.query", .is = bind_is, .line = bind_line };
