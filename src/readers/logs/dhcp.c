/* dhcp.c - what DHCP servers write through syslog: ISC dhcpd, Kea, dnsmasq (which serves names too). Source: ISC DHCP
 * 4.4 server/dhcp.c; Kea Messages Manual; dnsmasq(8), log-dhcp and log-queries. */
#include "readers/logs/device.h"

static str next_word(str *s)
{
	str w = { s->ptr, 0 };

	while (s->len && w.len == 0)
		w = str_cut(*s, ' ', s);
	return w;
}

static bool is_mac(str s)
{
	unsigned colons = 0;

	for (size_t i = 0; i < s.len; i++) {
		if (!memchr("0123456789abcdefABCDEF:", s.ptr[i], 23))
			return false;
		colons += s.ptr[i] == ':';
	}
	return colons == 5 && s.len >= 11 && s.len <= 17;
}

static bool is_ip(str s)
{
	unsigned dots = 0, colons = 0;

	for (size_t i = 0; i < s.len; i++) {
		if (!memchr("0123456789abcdefABCDEF:.", s.ptr[i], 24))
			return false;
		dots += s.ptr[i] == '.';
		colons += s.ptr[i] == ':';
	}
	return (dots == 3 || colons >= 2) && !is_mac(s);
}

static str without(str s, char begin, char end)
{
	if (s.len && s.ptr[0] == begin)
		s = (str){ s.ptr + 1, s.len - 1 };
	while (s.len && (s.ptr[s.len - 1] == end || s.ptr[s.len - 1] == ':' || s.ptr[s.len - 1] == ','))
		s.len--;
	return s;
}

static void put_once(struct text_keys *k, const char *name, str s)
{
	if (!text_keys_get(k, name).len)
		text_keys_put_str(k, name, s);
}

/* --- ISC dhcpd ------------------------------------------------------------------------------ */

static bool dhcpd_is(str message, const struct syslog_head *head)
{
	str tag = head->app, pid;

	(void)syslog_tag(&message, &tag, &pid);
	return str_starts(tag, STR("dhcpd")) && str_starts(message, STR("DHCP"));
}

/* "DHCPACK on 10.7.12.41 to 00:11:22:aa:bb:01 (ws-0147) via eth1: why": what a word is, it shows itself. */
static void dhcpd_word(struct text_keys *k, str before, str w)
{
	bool bracketed = w.len && w.ptr[0] == '(';
	str s = without(w, '(', ')');

	if (str_eq(before, STR("via")))
		put_once(k, "interface", s);
	else if (is_mac(s))
		put_once(k, "mac", s);
	else if (is_ip(s))
		put_once(k, bracketed && text_keys_get(k, "ip").len ? "server_ip" : "ip", s);
	else if (bracketed && text_keys_get(k, "mac").len && s.len)
		put_once(k, "hostname", s);
}

static struct text_keys *dhcpd_line(struct text *t, struct device *d, str message)
{
	struct text_keys *k = device_begin(d, DEVICE_SERVICE);
	str tag, pid, rest, before = { 0 }, w = { 0 };

	(void)t;
	(void)syslog_tag(&message, &tag, &pid);
	rest = message;
	text_keys_put_str(k, "action", without(next_word(&rest), '(', ':'));
	text_keys_put_str(k, "message", message);
	while (rest.len && !(w.len && w.ptr[w.len - 1] == ':' && str_eq(before, STR("via")))) {
		before = w;
		w = next_word(&rest);
		dhcpd_word(k, before, w);
	}
	text_keys_put_str(k, "reason", str_trim(rest));
	return k;
}

/* --- Kea ------------------------------------------------------------------------------------ */

/* "2024-04-18 10:14:13.123 INFO  [kea-dhcp4.leases/1234.1402] DHCP4_LEASE_ALLOC [hwtype=1 00:..], cid=[..], tid=0x1: lease
 * 10.7.12.41 has been allocated for 3600 seconds"; the level was taken for a host. */
static bool kea_is(str message, const struct syslog_head *head)
{
	(void)head;
	return str_starts(message, STR("[kea-")) || str_starts(message, STR("INFO  [kea-"));
}

/* The first word behind `mark`, up to one of `ends`. */
static str behind(str s, const char *mark, const char *ends)
{
	size_t at = str_find(s, str_of(mark)), n = 0;

	if (at == SIZE_MAX)
		return (str){ 0 };
	at += strlen(mark);
	s = (str){ s.ptr + at, s.len - at };
	while (n < s.len && !strchr(ends, s.ptr[n]))
		n++;
	return (str){ s.ptr, n };
}

static void kea_lease(struct text_keys *k, str s)
{
	str ip = behind(s, "lease ", " ,:"), mac = behind(s, "hwtype=1 ", "],");

	if (is_ip(ip))
		text_keys_put_str(k, "ip", ip);
	text_keys_put_str(k, "mac", mac);
	text_keys_put_str(k, "client_id", behind(s, "cid=[", "]"));
	text_keys_put_str(k, "duid", behind(s, "duid=[", "]"));
	text_keys_put_str(k, "transaction_id", behind(s, "tid=", ": ,"));
	text_keys_put_str(k, "lease_seconds", behind(s, "allocated for ", " "));
}

static struct text_keys *kea_line(struct text *t, struct device *d, str message)
{
	struct text_keys *k = device_begin(d, DEVICE_SERVICE);
	str logger, rest, level = str_trim(str_cut(message, '[', &rest));

	logger = str_cut(rest, ']', &rest);
	text_keys_put_str(k, "level", level.len ? level : d->head.host);
	if (!level.len)
		d->head.host = t->env.host;
	text_keys_put_str(k, "program", str_cut(logger, '/', &logger));
	rest = str_trim(rest);
	text_keys_put_str(k, "message", rest);
	text_keys_put_str(k, "action", next_word(&rest));
	kea_lease(k, rest);
	return k;
}

/* --- dnsmasq -------------------------------------------------------------------------------- */

static bool dnsmasq_is(str message, const struct syslog_head *head)
{
	str tag = head->app, pid;

	(void)syslog_tag(&message, &tag, &pid);
	return str_starts(tag, STR("dnsmasq"));
}

/* "DHCPACK(eth0) 10.0.0.5 00:11:22:33:44:55 ws-1" */
static void dnsmasq_dhcp(struct text_keys *k, str s)
{
	str head = next_word(&s), rest;

	text_keys_put_str(k, "action", str_cut(head, '(', &rest));
	text_keys_put_str(k, "interface", without(rest, '(', ')'));
	while (s.len) {
		str w = next_word(&s);

		if (is_mac(w))
			put_once(k, "mac", w);
		else if (is_ip(w))
			put_once(k, "ip", w);
		else
			put_once(k, "hostname", w);
	}
}

/* "query[A] example.net from 10.0.0.5", "reply example.net is 192.0.2.1", with "12 10.0.0.5/53211 " before it where
 * log-queries=extra. */
static void dnsmasq_dns(struct text_keys *k, str s)
{
	str what = next_word(&s), client, name, verb, rest;
	uint64_t serial;

	if (str_to_u64(what, &serial)) {
		client = next_word(&s);
		text_keys_put_str(k, "client_ip", str_cut(client, '/', &rest));
		text_keys_put_str(k, "client_port", rest);
		what = next_word(&s);
	}
	name = next_word(&s);
	verb = next_word(&s);
	text_keys_put_str(k, "action", str_cut(what, '[', &rest));
	text_keys_put_str(k, "query_type", without(rest, '[', ']'));
	text_keys_put_str(k, "query", name);
	if (str_eq(verb, STR("from")))
		put_once(k, "client_ip", str_trim(s));
	else if (str_eq(verb, STR("to")))
		text_keys_put_str(k, "server_ip", str_trim(s));
	else if (str_eq(verb, STR("is")))
		text_keys_put_str(k, "answer", str_trim(s));
}

static struct text_keys *dnsmasq_line(struct text *t, struct device *d, str message)
{
	struct text_keys *k = device_begin(d, DEVICE_SERVICE);
	str tag = d->head.app, pid;

	(void)t;
	(void)syslog_tag(&message, &tag, &pid);
	text_keys_put_str(k, "message", message);
	if (str_starts(message, STR("DHCP"))) {
		d->dataset = "dnsmasq.dhcp";
		dnsmasq_dhcp(k, message);
	} else if (str_eq(tag, STR("dnsmasq"))) {
		dnsmasq_dns(k, message);
	}
	return k;
}

const struct device_kind dhcpd_kind = { .dataset = "isc.dhcpd", .is = dhcpd_is, .line = dhcpd_line };
const struct device_kind kea_kind = { .dataset = "kea.log", .is = kea_is, .line = kea_line };
const struct device_kind dnsmasq_kind = { .dataset = "dnsmasq.query",
					  .is = dnsmasq_is,
					  .line = dnsmasq_line };
