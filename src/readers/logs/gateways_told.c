/* gateways_told.c - firewalls that tell a session in structured data or in words: Juniper SRX ("RT_FLOW_SESSION_CLOSE [junos@...
 * source-address="10.0.0.1" ...]", or as a sentence) and Sangfor ("日志类型:..., 源IP:10.0.0.1, ..."). Sources: Juniper System
 * Log Explorer, RT_FLOW; Sangfor NGAF, syslog settings. */
#include "readers/logs/device.h"
#include "readers/text/escape.h"

/* --- Juniper -------------------------------------------------------------------------------- */

static const char RT_FLOW[] = "RT_FLOW_";

/* "RT_FLOW_SESSION_CREATE": of RFC 5424's header, or before a colon. Empty if there is none. */
static str junos_event(str message, const struct syslog_head *head, str *ret_text)
{
	str rest, tag = { 0 }, pid;

	*ret_text = message;
	if (str_starts(head->msgid, str_of(RT_FLOW)))
		return head->msgid;
	if (syslog_tag(&message, &tag, &pid) && str_starts(tag, str_of(RT_FLOW))) {
		*ret_text = message;
		return tag;
	}
	tag = str_cut(message, ':', &rest);
	if (!str_starts(tag, str_of(RT_FLOW)) || tag.len == message.len || memchr(tag.ptr, ' ', tag.len))
		return (str){ message.ptr, 0 };
	*ret_text = str_trim(rest);
	return tag;
}

static bool junos_is(str message, const struct syslog_head *head)
{
	str text;

	return junos_event(message, head, &text).len > 0;
}

/* "10.0.0.1/51831" */
static void put_end(struct text_keys *k, str s, const char *address, const char *port)
{
	str rest, ip = str_cut(s, '/', &rest);

	text_keys_put_str(k, address, ip);
	text_keys_put_str(k, port, rest);
}

/* "session closed TCP FIN: 10.0.0.1/51831->203.0.113.9/443 junos-https 192.0.2.1/2060->203.0.113.9/443 ...": the ends, then how
 * they are translated. */
static void put_told(struct text_keys *k, str s)
{
	static const char *const NAMES[][4] = {
		{ "source-address", "source-port", "destination-address", "destination-port" },
		{ "nat-source-address", "nat-source-port", "nat-destination-address",
		  "nat-destination-port" },
	};
	size_t n = 0;

	while (s.len && n < COUNT(NAMES)) {
		str to, word = str_cut(s, ' ', &s);
		size_t at = str_find(word, STR("->"));

		if (at == SIZE_MAX)
			continue;
		to = (str){ word.ptr + at + 2, word.len - at - 2 };
		put_end(k, (str){ word.ptr, at }, NAMES[n][0], NAMES[n][1]);
		put_end(k, to, NAMES[n][2], NAMES[n][3]);
		n++;
	}
}

static const char *junos_action(str what)
{
	return str_ends(what, STR("_DENY"))     ? "deny"
	       : str_ends(what, STR("_CREATE")) ? "create"
	       : str_ends(what, STR("_CLOSE"))  ? "close"
						: "";
}

static struct text_keys *junos_line(struct text *t, struct device *d, str message)
{
	struct text_keys *k = device_begin(d, DEVICE_JUNOS);
	str text, what = junos_event(message, &d->head, &text), data = d->head.data, id, name, said;
	bool any = false;

	text_keys_put_str(k, "event", what);
	text_keys_put_str(k, "action", str_of(junos_action(what)));
	text_keys_put_str(k, "message", text);
	if (!data.len && text.len && text.ptr[0] == '[')
		data = text;
	for (; syslog_param(&data, &id, &name, &said); any = true)
		if (said.len && !str_eq(said, STR("N/A"))) /* it has no such thing */
			text_keys_put_text(k, name, escape_plain(said, ESCAPE_C, &t->mem));
	if (!any)
		put_told(k, text);
	device_blocked(k, text_keys_get(k, "action"));
	return k;
}

/* --- Sangfor -------------------------------------------------------------------------------- */

static const char KIND_OF_LOG[] = "\xE6\x97\xA5\xE5\xBF\x97\xE7\xB1\xBB\xE5\x9E\x8B"; /* 日志类型 */
static const char WIDE_COLON[] = "\xEF\xBC\x9A", WIDE_COMMA[] = "\xEF\xBC\x8C";

static str sangfor_text(str message)
{
	str tag, pid;

	if (!str_starts(message, str_of(KIND_OF_LOG)))
		(void)syslog_tag(&message, &tag, &pid);
	return str_starts(message, str_of(KIND_OF_LOG)) ? message : (str){ message.ptr, 0 };
}

static bool sangfor_is(str message, const struct syslog_head *head)
{
	(void)head;
	return sangfor_text(message).len > 0;
}

/* To the next of two marks, which is left out with the space behind it. */
static str cut_at(str *s, str one, str other)
{
	size_t a = str_find(*s, one), b = str_find(*s, other), n = a < b ? a : b;
	str first = { s->ptr, n < s->len ? n : s->len };

	if (n >= s->len) {
		s->len = 0;
		return first;
	}
	n += a < b ? one.len : other.len;
	*s = str_trim((str){ s->ptr + n, s->len - n });
	return first;
}

/* What the firewall did, in the words of others. */
static const char *sangfor_action(str s)
{
	static const struct {
		const char *said, *action;
	} WORDS[] = { { "\xE5\x85\x81\xE8\xAE\xB8", "allow" },  /* 允许 */
		      { "\xE6\x94\xBE\xE8\xA1\x8C", "allow" },  /* 放行 */
		      { "\xE6\x8B\x92\xE7\xBB\x9D", "deny" },   /* 拒绝 */
		      { "\xE9\x98\xBB\xE6\x96\xAD", "block" },  /* 阻断 */
		      { "\xE6\x8B\xA6\xE6\x88\xAA", "block" },  /* 拦截 */
		      { "\xE4\xB8\xA2\xE5\xBC\x83", "drop" } }; /* 丢弃 */

	for (size_t i = 0; i < COUNT(WORDS); i++)
		if (str_eq(s, str_of(WORDS[i].said)))
			return WORDS[i].action;
	return "";
}

static struct text_keys *sangfor_line(struct text *t, struct device *d, str message)
{
	static const char ACTION[] = "\xE7\xB3\xBB\xE7\xBB\x9F\xE5\x8A\xA8\xE4\xBD\x9C"; /* 系统动作 */
	struct text_keys *k = device_begin(d, DEVICE_SANGFOR);
	str s = sangfor_text(message);

	(void)t;
	s = str_trim(s);
	s.len -= str_ends(s, STR(","));
	while (s.len) {
		str said = cut_at(&s, STR(", "), str_of(WIDE_COMMA)),
		    name = cut_at(&said, STR(":"), str_of(WIDE_COLON));

		text_keys_put_text(k, str_trim(name), str_trim(said));
	}
	text_keys_put_str(k, "action", str_of(sangfor_action(text_keys_get(k, ACTION))));
	device_blocked(k, text_keys_get(k, "action"));
	return k;
}

const struct device_kind junos_kind = { .dataset = "juniper.srx", .is = junos_is, .line = junos_line };
const struct device_kind sangfor_kind = { .dataset = "sangfor.af", .is = sangfor_is, .line = sangfor_line };
