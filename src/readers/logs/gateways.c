/* gateways.c - firewalls with a form of their own: H3C Comware ("%%10SESSION/6/SESSION_IPV4_FLOW: Protocol(1001)=TCP;..."), Check
 * Point's Log Exporter (syslog and generic), pfSense and OPNsense (filterlog). Sources: H3C Comware 7 log messages
 * reference; Check Point Log Exporter (sk122323); docs.netgate.com, raw filter log format. */
#include "readers/logs/device.h"
#include "readers/text/escape.h"

/* --- H3C ------------------------------------------------------------------------------------ */

/* Each name has its number behind it: "SrcIPAddr(1003)=10.0.0.1;". */
static bool h3c_is(str message, const struct syslog_head *head)
{
	str rest;

	(void)head;
	if (!str_starts(message, STR("%%10")) && !str_starts(message, STR("%10")))
		return false;
	str_cut(message, ':', &rest);
	str_cut(rest, '(', &rest);
	return str_is_digits(str_cut(rest, ')', &rest)) && rest.len && rest.ptr[0] == '=';
}

/* "(8)Session created": the number says the same. */
static str without_number(str s)
{
	str rest;

	if (s.len > 2 && s.ptr[0] == '(' &&
	    str_is_digits(str_cut((str){ s.ptr + 1, s.len - 1 }, ')', &rest)) && rest.len)
		return rest;
	return s;
}

static struct text_keys *h3c_line(struct text *t, struct device *d, str message)
{
	struct text_keys *k = device_begin(d, DEVICE_H3C);
	str text, mark = str_cut(message, ':', &text);

	(void)t;
	text = str_trim(text);
	str_cut(mark, '/', &mark);
	text_keys_put_str(k, "severity", str_cut(mark, '/', &mark));
	text_keys_put_str(k, "mnemonic", mark);
	text_keys_put_str(k, "message", text);
	while (text.len) {
		str says, name = str_cut(str_cut(text, ';', &text), '=', &says);

		text_keys_put_text(k, str_trim(str_cut(name, '(', &name)), without_number(says));
	}
	device_blocked(k, text_keys_get(k, "Event"));
	return k;
}

/* --- Check Point ---------------------------------------------------------------------------- */

/* `action:"Accept"; src:"10.0.0.1"; ...]` of the syslog form, which RFC 5424 would call structured data; else empty. */
static str checkpoint_data(str message, const struct syslog_head *head)
{
	str s = head->data.len ? head->data : message;

	if (!s.len || s.ptr[0] != '[' || !str_eq(head->app, STR("CheckPoint")))
		return (str){ s.ptr, 0 };
	return (str){ s.ptr + 1, s.len - 1 };
}

/* "time=1713406453|hostname=gw|product=VPN-1 & FireWall-1|action=Accept|..." */
static bool is_generic(str message)
{
	enum { FIRST_MAX = 64 };

	return message.len && memchr(message.ptr, '|', message.len < FIRST_MAX ? message.len : FIRST_MAX) &&
	       str_find(message, STR("|product=")) != SIZE_MAX &&
	       (str_find(message, STR("loguid=")) != SIZE_MAX ||
		str_find(message, STR("|origin=")) != SIZE_MAX);
}

static bool checkpoint_is(str message, const struct syslog_head *head)
{
	return checkpoint_data(message, head).len || is_generic(message);
}

/* A quote in a value has a backslash before it. */
static void put_quoted(struct text *t, struct text_keys *k, str s)
{
	while (s.len) {
		str name = str_trim(str_cut(s, ':', &s));
		size_t n = 1;

		if (!s.len || s.ptr[0] != '"')
			return;
		while (n < s.len && s.ptr[n] != '"')
			n += s.ptr[n] == '\\' ? 2 : 1;
		n = n > s.len ? s.len : n;
		text_keys_put_text(k, name, escape_plain((str){ s.ptr + 1, n - 1 }, ESCAPE_C, &t->mem));
		str_cut((str){ s.ptr + n, s.len - n }, ';', &s);
	}
}

static struct text_keys *checkpoint_line(struct text *t, struct device *d, str message)
{
	struct text_keys *k = device_begin(d, DEVICE_CHECKPOINT);
	str data = checkpoint_data(message, &d->head);

	put_quoted(t, k, data);
	while (!data.len && message.len) {
		str says, name = str_cut(str_cut(message, '|', &message), '=', &says);

		text_keys_put_text(k, str_trim(name), says);
	}
	d->has_time = logtime_whole(text_keys_get(k, "time"), LOGTIME_EPOCH, &d->time);
	d->host = text_keys_get(k, "hostname");
	device_blocked(k, text_keys_get(k, "action"));
	return k;
}

/* --- pfSense -------------------------------------------------------------------------------- */

enum { COMMON = 9, PACKET_MAX = 11, PORTS = 3 };

/* "5,,,1000000103,em0,match,block,in,4,...": what filterlog logs, without the name before it. Empty if it is none. */
static str filterlog_text(str message, const struct syslog_head *head)
{
	str s = message, tag = head->app, pid, rest;
	size_t commas = 0;

	(void)syslog_tag(&s, &tag, &pid);
	if (!str_eq(tag, STR("filterlog")))
		return (str){ s.ptr, 0 };
	for (size_t i = 0; i < s.len; i++)
		commas += s.ptr[i] == ',';
	return commas >= COMMON && str_is_digits(str_cut(s, ',', &rest)) ? s : (str){ s.ptr, 0 };
}

static bool filterlog_is(str message, const struct syslog_head *head)
{
	return filterlog_text(message, head).len > 0;
}

/* The next of the comma-separated fields, so many of them, to these names; NULL: not told. */
static void put_fields(struct text_keys *k, str *s, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n && s->len; i++) {
		str one = str_cut(*s, ',', s);

		if (names[i])
			text_keys_put_str(k, names[i], one);
	}
}

static struct text_keys *filterlog_line(struct text *t, struct device *d, str message)
{
	static const char *const NAMES[COMMON] = { "rule",    "sub_rule",  "anchor",
						   "tracker", "interface", "reason",
						   "action",  "direction", "ip_version" };
	static const char *const V4[PACKET_MAX] = { "tos", "ecn",      "ttl",    "id",     "offset", "flags",
						    NULL,  "protocol", "length", "src_ip", "dst_ip" };
	static const char *const V6[] = { "class", "flow_label", "hop_limit", "protocol",
					  NULL,    "length",     "src_ip",    "dst_ip" };
	static const char *const ENDS[PORTS] = { "src_port", "dst_port", "data_length" };
	static const char *const TCP[] = { "tcp_flags", "sequence", "acknowledged",
					   "window",    "urgent",   "options" };
	struct text_keys *k = device_begin(d, DEVICE_FILTERLOG);
	str s = filterlog_text(message, &d->head), protocol;

	(void)t;
	put_fields(k, &s, NAMES, COMMON);
	if (str_eq(text_keys_get(k, "ip_version"), STR("6")))
		put_fields(k, &s, V6, COUNT(V6));
	else
		put_fields(k, &s, V4, COUNT(V4));
	protocol = text_keys_get(k, "protocol");
	if (str_eq_ascii_nocase(protocol, STR("tcp")) || str_eq_ascii_nocase(protocol, STR("udp")))
		put_fields(k, &s, ENDS, COUNT(ENDS));
	if (str_eq_ascii_nocase(protocol, STR("tcp")))
		put_fields(k, &s, TCP, COUNT(TCP));
	text_keys_put_str(k, "more", s);
	device_blocked(k, text_keys_get(k, "action"));
	return k;
}

const struct device_kind h3c_kind = { .dataset = "h3c.comware", .is = h3c_is, .line = h3c_line };
const struct device_kind checkpoint_kind = { .dataset = "checkpoint.firewall",
					     .is = checkpoint_is,
					     .line = checkpoint_line };
const struct device_kind filterlog_kind = { .dataset = "pfsense.filterlog",
					    .is = filterlog_is,
					    .line = filterlog_line };
