/* unbound.c - Unbound's queries and replies: "[1713406453] unbound[812:0] info: 10.0.0.1 www.example. A IN", or through syslog
 * "unbound: [812:0] info: ...". Source: unbound.conf(5), log-queries, log-replies, log-tag-queryreply. */
#include "readers/logs/device.h"

struct unbound_head {
	bool has_time;
	struct logtime time;
	str pid, level, text;
};

static bool is_level(str s)
{
	static const char *const LEVELS[] = { "info",        "notice", "warning", "error",
					      "fatal error", "query",  "reply",   "debug" };

	for (size_t i = 0; i < COUNT(LEVELS); i++)
		if (str_eq(s, str_of(LEVELS[i])))
			return true;
	return false;
}

/* "[812:0] info: text" */
static bool level_of(str s, struct unbound_head *ret)
{
	str rest;

	if (!s.len || s.ptr[0] != '[')
		return false;
	ret->pid = str_cut((str){ s.ptr + 1, s.len - 1 }, ']', &rest);
	ret->pid = str_cut(ret->pid, ':', &s);
	ret->level = str_trim(str_cut(rest, ':', &ret->text));
	ret->text = str_trim(ret->text);
	return is_level(ret->level);
}

static bool head_of(str message, const struct syslog_head *head, struct unbound_head *ret)
{
	str s = message, tag = head->app, pid, rest;

	*ret = (struct unbound_head){ 0 };
	if (s.len && s.ptr[0] == '[' && !tag.len) { /* a file of its own */
		str time = str_cut((str){ s.ptr + 1, s.len - 1 }, ']', &rest);

		ret->has_time = logtime_whole(time, LOGTIME_EPOCH, &ret->time);
		rest = str_trim(rest);
		return ret->has_time && str_starts(rest, STR("unbound[")) &&
		       level_of((str){ rest.ptr + 7, rest.len - 7 }, ret);
	}
	(void)syslog_tag(&s, &tag, &pid);
	if (!str_eq(tag, STR("unbound")))
		return false;
	return level_of(s, ret);
}

static bool unbound_is(str message, const struct syslog_head *head)
{
	struct unbound_head h;

	return head_of(message, head, &h);
}

static bool is_address(str s)
{
	size_t n = 0;

	while (n < s.len && memchr("0123456789abcdefABCDEF.:@", s.ptr[n], 25))
		n++;
	return n == s.len && n > 1 && (memchr(s.ptr, '.', n) || memchr(s.ptr, ':', n));
}

/* "10.0.0.1 www.example. A IN", of a reply with " NOERROR 0.000031 1 67" behind it. */
static bool put_query(struct text_keys *k, str s)
{
	str ip = str_cut(s, ' ', &s), port, name = str_cut(s, ' ', &s), type = str_cut(s, ' ', &s),
	    class = str_cut(s, ' ', &s), code = str_cut(s, ' ', &s);

	ip = str_cut(ip, '@', &port);
	if (!is_address(ip) || name.len < 2 || name.ptr[name.len - 1] != '.' || !type.len || !class.len)
		return false;
	text_keys_put_str(k, "client_ip", ip);
	text_keys_put_str(k, "client_port", port);
	text_keys_put_str(k, "query", (str){ name.ptr, name.len - 1 });
	text_keys_put_str(k, "query_type", type);
	text_keys_put_str(k, "query_class", class);
	text_keys_put_str(k, "response_code", code);
	text_keys_put_str(k, "seconds", str_cut(s, ' ', &s));
	text_keys_put_str(k, "cached", str_cut(s, ' ', &s));
	text_keys_put_str(k, "bytes", str_cut(s, ' ', &s));
	text_keys_put_str(k, "action", code.len ? STR("reply") : STR("query"));
	return true;
}

static struct text_keys *unbound_line(struct text *t, struct device *d, str message)
{
	struct text_keys *k = device_begin(d, DEVICE_SERVICE);
	struct unbound_head h;

	(void)t;
	head_of(message, &d->head, &h);
	text_keys_put_str(k, "pid", h.pid);
	text_keys_put_str(k, "level", h.level);
	text_keys_put_str(k, "message", h.text);
	d->dataset = put_query(k, h.text) ? "unbound.query" : "unbound.log";
	d->has_time = h.has_time;
	d->time = h.time;
	return k;
}

const struct device_kind unbound_kind = { .dataset = "unbound.query",
					  .is = unbound_is,
					  .line = unbound_line };
