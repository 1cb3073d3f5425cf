/* vpn.c - gateways that let people in from outside: OpenVPN's server, Ivanti Connect Secure (Pulse), Citrix ADC Gateway
 * (NetScaler). Sources: openvpn(8) and its multi.c; Ivanti, syslog messages of Connect Secure; Citrix ADC syslog
 * message reference. */
#include "readers/logs/device.h"

/* Texts and what they say happened; a name in the pattern is a field. */
struct told {
	const char *pattern, *action, *outcome;
};

static bool put_told(struct text_keys *k, const struct told *rows, size_t n, str s)
{
	struct linepat_hit hit;

	for (size_t i = 0; i < n; i++) {
		str names[LINEPAT_FIELDS];
		size_t fields;

		if (!linepat_match(rows[i].pattern, s, &hit))
			continue;
		fields = linepat_names(rows[i].pattern, names);
		for (size_t f = 0; f < fields; f++)
			text_keys_put_text(k, names[f], hit.values[f]);
		text_keys_put_str(k, "action", str_of(rows[i].action));
		text_keys_put_str(k, "outcome", str_of(rows[i].outcome));
		return true;
	}
	return false;
}

/* --- OpenVPN -------------------------------------------------------------------------------- */

#define CLIENT "{src_ip}:{src_port:digits}"

static const struct told OPENVPN[] = {
	{ CLIENT " [{user}] Peer Connection Initiated with {peer:rest}", "vpn-connect", "success" },
	{ "{user}/" CLIENT " MULTI: Learn: {assigned_ip} -> {peer:rest}", "vpn-address", "success" },
	{ "{user}/" CLIENT " MULTI_sva: pool returned IPv4={assigned_ip}, {pool:rest}", "vpn-address",
	  "success" },
	{ "{user}/" CLIENT " {signal}[{reason}] received, client-instance {ends:word}", "vpn-disconnect",
	  "" },
	{ CLIENT " TLS Auth Error: {reason:rest}", "authentication", "failure" },
	{ CLIENT " VERIFY ERROR: {reason:rest}", "authentication", "failure" },
};

/* "[name/]10.0.0.1:51831 ": of which client a line is. *ret_rest: behind it. */
static bool is_client(str s, str *ret_rest)
{
	size_t n = 0, slash;
	str word = str_cut(s, ' ', ret_rest);

	for (slash = word.len; slash && word.ptr[slash - 1] != '/';)
		slash--;
	word = (str){ word.ptr + slash, word.len - slash };
	while (n < word.len && memchr("0123456789.:", word.ptr[n], 12))
		n++;
	return n == word.len && n > 8 && word.ptr[0] != '.' && memchr(word.ptr, '.', n) &&
	       memchr(word.ptr, ':', n);
}

/* All behind the time: what looks like a host's name there is whom the line is about. */
static str openvpn_text(str message, const struct syslog_head *head)
{
	static const char *const SAID[] = {
		"MULTI",           "TLS",           "VERIFY ",       "peer info:",
		"Control Channel", "Outgoing Data", "Incoming Data", "Data Channel",
		"SENT CONTROL",    "PUSH: ",        "SIG",           "Connection reset",
	};
	str tag = head->app, pid, all = message, rest;

	if (!tag.len)
		(void)syslog_tag(&all, &tag, &pid);
	if (str_starts(tag, STR("openvpn")) || str_starts(tag, STR("ovpn")))
		return all;
	all = message;
	if (head->host.len && head->host.ptr < message.ptr)
		all = (str){ head->host.ptr, (size_t)(message.ptr + message.len - head->host.ptr) };
	if (!is_client(all, &rest))
		return (str){ all.ptr, 0 };
	if (str_starts(rest, STR("[")) && str_find(rest, STR("] Peer Connection Initiated")) != SIZE_MAX)
		return all;
	for (size_t i = 0; i < COUNT(SAID); i++)
		if (str_starts(rest, str_of(SAID[i])))
			return all;
	return (str){ all.ptr, 0 };
}

static bool openvpn_is(str message, const struct syslog_head *head)
{
	return openvpn_text(message, head).len > 0;
}

static struct text_keys *openvpn_line(struct text *t, struct device *d, str message)
{
	struct text_keys *k = device_begin(d, DEVICE_VPN);
	str s = openvpn_text(message, &d->head);

	(void)t;
	if (s.ptr == d->head.host.ptr)
		d->head.host = (str){ 0 };
	text_keys_put_str(k, "message", s);
	put_told(k, OPENVPN, COUNT(OPENVPN), s);
	return k;
}

/* --- Ivanti Connect Secure ------------------------------------------------------------------- */

/* The second where a relay has taken the time for its own. */
static const struct told IVANTI_HEADS[] = {
	{ "{} - {node} - [{src_ip}] {user}({realm})[{roles}] - {message:rest}", "", "" },
	{ "- {node} - [{src_ip}] {user}({realm})[{roles}] - {message:rest}", "", "" },
};

static const struct told IVANTI[] = {
	{ "Login succeeded {detail:rest}", "vpn-connect", "success" },
	{ "Login failed {detail:rest}", "authentication", "failure" },
	{ "Primary authentication successful {detail:rest}", "authentication", "success" },
	{ "Primary authentication failed {detail:rest}", "authentication", "failure" },
	{ "VPN Tunneling: Session started for user with IPv4 address {assigned_ip}, hostname {hostname:rest}",
	  "vpn-address", "success" },
	{ "VPN Tunneling: Session started for user with IP{} address {assigned_ip:rest}", "vpn-address",
	  "success" },
	{ "VPN Tunneling: Session ended for user with IP{} address {assigned_ip:rest}", "vpn-disconnect",
	  "" },
	{ "Logout from {detail:rest}", "vpn-disconnect", "" },
};

static bool ivanti_is(str message, const struct syslog_head *head)
{
	struct linepat_hit hit;

	(void)head;
	return str_find(message, STR("- [")) != SIZE_MAX &&
	       (linepat_match(IVANTI_HEADS[0].pattern, message, &hit) ||
		linepat_match(IVANTI_HEADS[1].pattern, message, &hit));
}

static struct text_keys *ivanti_line(struct text *t, struct device *d, str message)
{
	struct text_keys *k = device_begin(d, DEVICE_VPN);

	(void)t;
	put_told(k, IVANTI_HEADS, COUNT(IVANTI_HEADS), message);
	put_told(k, IVANTI, COUNT(IVANTI), text_keys_get(k, "message"));
	return k;
}

/* --- Citrix ADC ------------------------------------------------------------------------------ */

/* "04/18/2024:10:14:13 GMT ns01 0-PPE-0 : default SSLVPN LOGIN 1234 0 : Context ..." */
static bool citrix_head(str s, str *ret_feature, str *ret_event, str *ret_text)
{
	size_t at = str_find(s, STR("-PPE-"));
	str words, rest, last = { 0 };

	if (at == SIZE_MAX || at > 80)
		return false;
	s = (str){ s.ptr + at, s.len - at };
	at = str_find(s, STR(" : "));
	if (at == SIZE_MAX)
		return false;
	words = (str){ s.ptr + at + 3, s.len - at - 3 };
	at = str_find(words, STR(" : "));
	if (at == SIZE_MAX)
		return false;
	*ret_text = (str){ words.ptr + at + 3, words.len - at - 3 };
	words.len = at;
	for (*ret_feature = last; words.len; words = rest) { /* "[partition] FEATURE EVENT number number" */
		str word = str_cut(words, ' ', &rest);

		if (!word.len || (unsigned char)(word.ptr[0] - '0') <= 9)
			break;
		*ret_feature = last;
		last = word;
	}
	*ret_event = last;
	return ret_feature->len > 0;
}

static bool citrix_is(str message, const struct syslog_head *head)
{
	str feature, what, text;

	(void)head;
	return citrix_head(message, &feature, &what, &text);
}

/* "Context a@1.2.3.4 - SessionId: 12 - User a - Client_ip 1.2.3.4 - ..." */
static void put_parts(struct text_keys *k, str s)
{
	while (s.len) {
		size_t at = str_find(s, STR(" - "));
		str one = { s.ptr, at == SIZE_MAX ? s.len : at }, said, name = str_cut(one, ' ', &said);

		s = at == SIZE_MAX ? (str){ 0 } : (str){ s.ptr + at + 3, s.len - at - 3 };
		said = str_trim(said);
		if (said.len > 1 && said.ptr[0] == '"' && said.ptr[said.len - 1] == '"')
			said = (str){ said.ptr + 1, said.len - 2 };
		name.len -= name.len && name.ptr[name.len - 1] == ':';
		text_keys_put_text(k, name, said);
	}
}

static void citrix_action(struct text_keys *k, str what)
{
	static const struct {
		const char *event, *action, *outcome;
	} ROWS[] = { { "LOGIN", "vpn-connect", "success" },
		     { "LOGIN_FAILED", "authentication", "failure" },
		     { "LOGOUT", "vpn-disconnect", "" },
		     { "ICASTART", "ica-start", "success" } };

	for (size_t i = 0; i < COUNT(ROWS); i++)
		if (str_eq(what, str_of(ROWS[i].event))) {
			text_keys_put_str(k, "action", str_of(ROWS[i].action));
			text_keys_put_str(k, "outcome", str_of(ROWS[i].outcome));
		}
}

static struct text_keys *citrix_line(struct text *t, struct device *d, str message)
{
	struct text_keys *k = device_begin(d, DEVICE_CITRIX);
	str feature = { 0 }, what = { 0 }, text = message;

	(void)t;
	citrix_head(message, &feature, &what, &text);
	text_keys_put_str(k, "feature", feature);
	text_keys_put_str(k, "event", what);
	text_keys_put_str(k, "message", text);
	put_parts(k, text);
	citrix_action(k, what);
	return k;
}

const struct device_kind openvpn_kind = { .dataset = "openvpn.server",
					  .is = openvpn_is,
					  .line = openvpn_line };
const struct device_kind ivanti_kind = { .dataset = "ivanti.connect_secure",
					 .is = ivanti_is,
					 .line = ivanti_line };
const struct device_kind citrix_kind = { .dataset = "citrix.adc", .is = citrix_is, .line = citrix_line };
