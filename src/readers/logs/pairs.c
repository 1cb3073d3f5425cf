/* pairs.c - devices that write key=value pairs: FortiGate, Huawei USG, Linux netfilter (iptables, nftables, ufw), and
 * firewalls of other makers that name the two ends. Source: FortiOS Log Message Reference; Huawei USG6000 Log
 * Reference; Linux net/netfilter/nf_log_syslog.c. */
#include "readers/logs/device.h"

static void put_pairs(struct text *t, struct text_keys *k, str s, char by)
{
	struct split_pair p;

	while (split_pair_next(&s, by, &p, &t->mem))
		text_keys_put(k, str_trim(p.key), p.value);
}

/* --- FortiGate ------------------------------------------------------------------------------ */

static bool fortigate_is(str message, const struct syslog_head *head)
{
	static const char *const BEGINS[] = {
		"date=", "timestamp=", "logver=", "itime=", "eventtime=", "id="
	};

	(void)head;
	for (size_t i = 0; i < COUNT(BEGINS); i++)
		if (str_starts(message, str_of(BEGINS[i])))
			return str_find(message, STR(" logid=")) != SIZE_MAX ||
			       str_find(message, STR(" log_id=")) != SIZE_MAX ||
			       (str_find(message, STR(" devid=")) != SIZE_MAX &&
				str_find(message, STR(" type=")) != SIZE_MAX);
	return false;
}

static enum device_set set_of(str message)
{
	static const struct {
		const char *pair;
		enum device_set set;
	} SETS[] = { { " type=\"traffic\"", DEVICE_FORTI_TRAFFIC },
		     { " type=traffic", DEVICE_FORTI_TRAFFIC },
		     { " type=\"utm\"", DEVICE_FORTI_UTM },
		     { " type=utm", DEVICE_FORTI_UTM } };

	for (size_t i = 0; i < COUNT(SETS); i++)
		if (str_find(message, str_of(SETS[i].pair)) != SIZE_MAX)
			return SETS[i].set;
	return DEVICE_FORTI_OTHER;
}

static void date_and_time(struct text *t, struct device *d, const struct text_keys *k)
{
	str date = text_keys_get(k, "date"), time = text_keys_get(k, "time"), tz = text_keys_get(k, "tz");

	if (date.len && time.len)
		d->has_time = logtime_whole(arena_printf(&t->mem, "%.*s %.*s%s%.*s", STR_ARG(date),
							 STR_ARG(time), tz.len ? " " : "", STR_ARG(tz)),
					    LOGTIME_ISO, &d->time);
}

static struct text_keys *fortigate_line(struct text *t, struct device *d, str message)
{
	struct text_keys *k = device_begin(d, set_of(message));

	put_pairs(t, k, message, ' ');
	/* what the device counts in; date and time are shown in its zone, which tz= tells */
	d->has_time = logtime_whole(text_keys_get(k, "eventtime"), LOGTIME_EPOCH, &d->time);
	if (!d->has_time)
		date_and_time(t, d, k);
	d->host = text_keys_get(k, "devname");
	device_blocked(k, text_keys_get(k, "action"));
	return k;
}

/* --- Huawei --------------------------------------------------------------------------------- */

/* "%%01SECLOG/6/SESSION_TEARDOWN(l): IPVer=4,Protocol=tcp,...", "%%01BGP/3/BGP_AUTH_FAILED(l)[7]:text" */
struct huawei_mark {
	str module, severity, mnemonic, text;
};

static bool huawei_mark_read(str s, struct huawei_mark *ret)
{
	str rest, tail;

	if (!str_starts(s, STR("%%")) || s.len < 5)
		return false;
	ret->module = str_cut((str){ s.ptr + 4, s.len - 4 }, '/', &rest);
	ret->severity = str_cut(rest, '/', &rest);
	tail = rest;
	ret->mnemonic = str_cut(rest, ':', &ret->text);
	ret->mnemonic = str_cut(ret->mnemonic, '(', &tail);
	ret->mnemonic = str_cut(ret->mnemonic, '[', &tail);
	ret->text = str_trim(ret->text);
	return ret->module.len && ret->module.len <= 32 && ret->severity.len == 1 &&
	       (unsigned char)(ret->severity.ptr[0] - '0') <= 7 && ret->mnemonic.len &&
	       ret->mnemonic.len <= 80 && !memchr(ret->mnemonic.ptr, ' ', ret->mnemonic.len);
}

static bool huawei_is(str message, const struct syslog_head *head)
{
	struct huawei_mark m;

	(void)head;
	return huawei_mark_read(message, &m);
}

/* Pairs stand behind the text ("The user logged in. (User=a, IP=b)") or are all of it. */
static str pairs_of(str s)
{
	size_t open = str_find(s, STR("(")), eq = str_find(s, STR("="));

	if (eq == SIZE_MAX)
		return (str){ s.ptr, 0 };
	s.len -= s.ptr[s.len - 1] == '.';
	if (open > eq)
		return s;
	s = (str){ s.ptr + open + 1, s.len - open - 1 };
	s.len -= s.len && s.ptr[s.len - 1] == ')';
	return s;
}

static struct text_keys *huawei_line(struct text *t, struct device *d, str message)
{
	struct text_keys *k = device_begin(d, DEVICE_HUAWEI);
	struct huawei_mark m;

	huawei_mark_read(message, &m);
	text_keys_put_str(k, "module", m.module);
	text_keys_put_str(k, "severity", m.severity);
	text_keys_put_str(k, "mnemonic", m.mnemonic);
	text_keys_put_str(k, "message", m.text);
	put_pairs(t, k, pairs_of(m.text), ',');
	if (str_eq(m.module, STR("POLICY"))) /* "POLICYDENY": no pair says what was done */
		text_keys_put_str(k, "action",
				  str_ends(m.mnemonic, STR("DENY"))     ? STR("deny")
				  : str_ends(m.mnemonic, STR("PERMIT")) ? STR("permit")
									: STR(""));
	device_blocked(k, text_keys_get(k, text_keys_get(k, "Action").len ? "Action" : "action"));
	return k;
}

/* --- netfilter ------------------------------------------------------------------------------ */

static bool netfilter_is(str message, const struct syslog_head *head)
{
	static const char *const PARTS[] = { "IN=", " OUT=", " SRC=", " DST=", " PROTO=" };

	(void)head;
	for (size_t i = 0; i < COUNT(PARTS); i++)
		if (str_find(message, str_of(PARTS[i])) == SIZE_MAX)
			return false;
	return true;
}

/* "[12345.678] ": since the system started. */
static str without_seconds(str s)
{
	size_t n = 1;

	while (n < s.len && memchr("0123456789. ", s.ptr[n], 12))
		n++;
	if (n < 2 || n >= s.len || s.ptr[0] != '[' || s.ptr[n] != ']')
		return s;
	return str_trim((str){ s.ptr + n + 1, s.len - n - 1 });
}

/* The rule's own text stands before IN=: "[UFW BLOCK] ", "DROP: ". What it decided is its author's wording. */
static void put_prefix(struct text_keys *k, str s)
{
	static const struct {
		const char *part, *action;
	} WORDS[] = {
		{ "BLOCK", "block" }, { "DROP", "drop" },   { "REJECT", "reject" }, { "DENY", "deny" },
		{ "DENIED", "deny" }, { "ALLOW", "allow" }, { "ACCEPT", "accept" }, { "AUDIT", "audit" }
	};
	str tag, pid;

	if (syslog_tag(&s, &tag, &pid) && !str_eq(tag, STR("kernel")) && s.len == 0)
		s = tag; /* no daemon's name: "DROP: IN=" */
	s = without_seconds(str_trim(s));
	text_keys_put_str(k, "prefix", s);
	for (size_t i = 0; i < COUNT(WORDS); i++) {
		if (str_find(s, str_of(WORDS[i].part)) != SIZE_MAX) {
			text_keys_put_str(k, "action", str_of(WORDS[i].action));
			return;
		}
	}
}

/* Words without "=" are the flags. */
static void put_flags(struct text *t, struct text_keys *k, str s)
{
	buf b = { 0 };

	while (s.len) {
		str one = str_cut(s, ' ', &s);

		if (!one.len || memchr(one.ptr, '=', one.len))
			continue;
		if (b.len)
			buf_byte(&b, ' ');
		buf_str(&b, one);
	}
	if (b.len)
		text_keys_put(k, STR("flags"), value_utf8(arena_str(&t->mem, buf_view(&b))));
	buf_done(&b);
}

/* MAC= is destination, source and type in one. */
static void put_macs(struct text_keys *k, str mac)
{
	enum { MAC = 17 };

	if (mac.len < 2 * MAC + 1)
		return;
	text_keys_put_str(k, "mac_dst", (str){ mac.ptr, MAC });
	text_keys_put_str(k, "mac_src", (str){ mac.ptr + MAC + 1, MAC });
}

static struct text_keys *netfilter_line(struct text *t, struct device *d, str message)
{
	struct text_keys *k = device_begin(d, DEVICE_NETFILTER);
	size_t at = str_find(message, STR("IN="));
	str fields = { message.ptr + at, message.len - at };

	put_prefix(k, (str){ message.ptr, at });
	put_pairs(t, k, fields, ' ');
	put_flags(t, k, fields);
	put_macs(k, text_keys_get(k, "MAC"));
	device_blocked(k, text_keys_get(k, "action"));
	return k;
}

/* --- others --------------------------------------------------------------------------------- */

static bool has_key(str s, const char *const *names, char by)
{
	for (; *names; names++) {
		str name = str_of(*names);

		for (size_t from = 0; from < s.len;) {
			size_t at = str_find((str){ s.ptr + from, s.len - from }, name);

			if (at == SIZE_MAX)
				break;
			at += from;
			if ((at == 0 || s.ptr[at - 1] == ' ' || s.ptr[at - 1] == by) &&
			    at + name.len < s.len && s.ptr[at + name.len] == '=')
				return true;
			from = at + 1;
		}
	}
	return false;
}

/* A line that names both ends of something is of a firewall, whoever made it. */
static bool pairs_is(str message, const struct syslog_head *head)
{
	static const char *const SRC[] = { "src",       "srcip", "src_ip",   "source", "sourceip",
					   "source_ip", "SrcIP", "SourceIP", NULL };
	static const char *const DST[] = { "dst",         "dstip",   "dst_ip",        "dest",
					   "destination", "dest_ip", "destip",        "destination_ip",
					   "DstIP",       "DestIP",  "DestinationIP", NULL };

	(void)head;
	return has_key(message, SRC, ',') && has_key(message, DST, ',');
}

/* SonicWall: src=10.0.0.1:51831:X0 is address, port and interface. */
static void put_end(struct text_keys *k, const char *name, const char *ip, const char *port,
		    const char *interface)
{
	str rest, tail, whole = text_keys_get(k, name), first = str_cut(whole, ':', &rest),
			second = str_cut(rest, ':', &tail);

	if (!tail.len || !memchr(first.ptr, '.', first.len))
		return;
	text_keys_put_str(k, ip, first);
	text_keys_put_str(k, port, second);
	text_keys_put_str(k, interface, str_cut(tail, ':', &rest));
}

/* What stands under the first of these names that the line has. */
static str first_of(const struct text_keys *k, const char *const *names, size_t n)
{
	str s = { 0 };

	for (size_t i = 0; i < n && !s.len; i++)
		s = text_keys_get(k, names[i]);
	return s;
}

static struct text_keys *pairs_line(struct text *t, struct device *d, str message)
{
	static const char *const TIMES[] = { "time", "timestamp", "date", "devtime" };
	static const char *const HOSTS[] = {
		"devname", "device_name", "dvchost", "device", "fw", "hostname"
	};
	static const char *const ACTIONS[] = { "action", "Action", "fw_action", "log_subtype" };
	struct text_keys *k = device_begin(d, DEVICE_PAIRS);
	str tag = { 0 }, pid = { 0 };
	bool commas = str_find(message, STR(", ")) == SIZE_MAX && str_find(message, STR(" ")) == SIZE_MAX;

	if (syslog_tag(&message, &tag, &pid)) {
		text_keys_put_str(k, "program", tag);
		text_keys_put_str(k, "pid", pid);
	}
	put_pairs(t, k, message, commas ? ',' : ' ');
	put_end(k, "src", "src_ip", "src_port", "src_interface");
	put_end(k, "dst", "dst_ip", "dst_port", "dst_interface");
	date_and_time(t, d, k);
	for (size_t i = 0; i < COUNT(TIMES) && !d->has_time; i++) {
		str s = text_keys_get(k, TIMES[i]);

		d->has_time =
			logtime_whole(s, LOGTIME_ISO, &d->time) || logtime_whole(s, LOGTIME_EPOCH, &d->time);
	}
	d->host = first_of(k, HOSTS, COUNT(HOSTS));
	device_blocked(k, first_of(k, ACTIONS, COUNT(ACTIONS)));
	return k;
}

const struct device_kind fortigate_kind = { .dataset = "fortinet.fortigate",
					    .is = fortigate_is,
					    .line = fortigate_line };
const struct device_kind huawei_kind = { .dataset = "huawei.usg", .is = huawei_is, .line = huawei_line };
const struct device_kind netfilter_kind = { .dataset = "iptables.log",
					    .is = netfilter_is,
					    .line = netfilter_line };
const struct device_kind pairs_kind = {
	.dataset = "firewall.log", .weak = true, .is = pairs_is, .line = pairs_line
};
