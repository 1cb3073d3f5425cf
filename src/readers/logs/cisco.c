/* cisco.c - Cisco ASA, FTD, PIX and IOS/NX-OS: "%ASA-6-302013: Built ...". Source: Cisco Secure Firewall ASA
 * Series Syslog Messages; Cisco Secure Firewall Threat Defense Syslog Messages. */
#include <stdlib.h>

#include "readers/logs/device.h"

/* Which end of a connection the message names first. The first is the one at the less trusted interface, not
 * the one that began: that is the second of an outbound connection. */
enum row_kind { ROW_PLAIN, ROW_BUILT, ROW_TORN };

/* Fields src and dst are endpoints ("if:ip/port (mapped/port)(user)"), nat is one that src is translated to. */
struct row {
	unsigned id;
	enum row_kind kind;
	const char *action, *outcome;
	const char *pattern;
};

#define ICMP_ADDRESSES "faddr {faddr}/{} gaddr {gaddr}/{} laddr {laddr}/{}"

static const struct row ROWS[] = {
	/* by id; of several with one id the first that fits */
	{ 106001, ROW_PLAIN, "denied", "failure",
	  "{direction} {protocol} connection denied from {src} to {dst} flags {tcp_flags} on interface {src_interface}" },
	{ 106006, ROW_PLAIN, "denied", "failure",
	  "Deny {direction} {protocol} from {src} to {dst} on interface {src_interface}" },
	{ 106007, ROW_PLAIN, "denied", "failure",
	  "Deny {direction} {protocol} from {src} to {dst} due to {reason}" },
	{ 106010, ROW_PLAIN, "denied", "failure", "Deny {direction} {protocol:word} src {src} dst {dst}" },
	{ 106014, ROW_PLAIN, "denied", "failure",
	  "Deny {direction} {protocol} src {src} dst {dst} (type {icmp_type}, code {icmp_code})" },
	{ 106015, ROW_PLAIN, "denied", "failure",
	  "Deny {protocol} (no connection) from {src} to {dst} flags {tcp_flags} on interface {src_interface}" },
	{ 106016, ROW_PLAIN, "denied", "failure",
	  "Deny IP spoof from ({src}) to {dst} on interface {src_interface}" },
	{ 106021, ROW_PLAIN, "denied", "failure",
	  "Deny {protocol} reverse path check from {src} to {dst} on interface {src_interface}" },
	{ 106023, ROW_PLAIN, "denied", "failure",
	  "Deny {protocol} src {src} dst {dst} (type {icmp_type}, code {icmp_code}) by access-group \"{acl}\" {}" },
	{ 106023, ROW_PLAIN, "denied", "failure",
	  "Deny {protocol} src {src} dst {dst} by access-group \"{acl}\"{}" },
	{ 106100, ROW_PLAIN, "denied", "failure",
	  "access-list {acl} denied {protocol} {src} -> {dst} hit-cnt {hits:digits}{}" },
	{ 106100, ROW_PLAIN, "permitted", "success",
	  "access-list {acl} permitted {protocol} {src} -> {dst} hit-cnt {hits:digits}{}" },
	{ 106100, ROW_PLAIN, "permitted", "success",
	  "access-list {acl} est-allowed {protocol} {src} -> {dst} hit-cnt {hits:digits}{}" },
	{ 111008, ROW_PLAIN, "command", "success", "User '{user}' executed the '{command}' command." },
	{ 111009, ROW_PLAIN, "command", "success", "User '{user}' executed cmd: {command}" },
	{ 111010, ROW_PLAIN, "command", "success",
	  "User '{user}', running '{application}' from IP {src}, executed '{command}'" },
	{ 113004, ROW_PLAIN, "authentication", "success",
	  "AAA user {aaa_type} Successful : server = {server} : user = {user}" },
	{ 113005, ROW_PLAIN, "authentication", "failure",
	  "AAA user authentication Rejected : reason = {reason} : server = {server} : user = {user} : user IP = {src}" },
	{ 113005, ROW_PLAIN, "authentication", "failure",
	  "AAA user authentication Rejected : reason = {reason} : server = {server} : user = {user}" },
	{ 113008, ROW_PLAIN, "authentication", "success", "AAA transaction status ACCEPT : user = {user}" },
	{ 113012, ROW_PLAIN, "authentication", "success",
	  "AAA user authentication Successful : local database : user = {user}" },
	{ 113015, ROW_PLAIN, "authentication", "failure",
	  "AAA user authentication Rejected : reason = {reason} : local database : user = {user} : user IP = {src}" },
	{ 113015, ROW_PLAIN, "authentication", "failure",
	  "AAA user authentication Rejected : reason = {reason} : local database : user = {user}" },
	{ 113019, ROW_PLAIN, "vpn-disconnect", NULL,
	  "Group = {group}, Username = {user}, IP = {src}, Session disconnected. Session Type: {session_type}, Duration: {duration}, Bytes xmt: {bytes_xmt:digits}, Bytes rcv: {bytes_rcv:digits}, Reason: {reason}" },
	{ 113039, ROW_PLAIN, "vpn-connect", "success",
	  "Group <{group}> User <{user}> IP <{src}> AnyConnect parent session started." },
	{ 302010, ROW_PLAIN, NULL, NULL, "{connections:digits} in use, {connections_most:digits} most used" },
	{ 302013, ROW_BUILT, "built", "success",
	  "Built {direction} {protocol} connection {connection_id} for {src} to {dst}" },
	{ 302014, ROW_TORN, "teardown", NULL,
	  "Teardown {protocol} connection {connection_id} for {src} to {dst} duration {duration:word} bytes {bytes:digits}||| {reason}" },
	{ 302015, ROW_BUILT, "built", "success",
	  "Built {direction} {protocol} connection {connection_id} for {src} to {dst}" },
	{ 302016, ROW_TORN, "teardown", NULL,
	  "Teardown {protocol} connection {connection_id} for {src} to {dst} duration {duration:word} bytes {bytes:digits}||| {reason}" },
	{ 302017, ROW_BUILT, "built", "success",
	  "Built {direction} {protocol} connection {connection_id} from {src} to {dst}" },
	{ 302018, ROW_TORN, "teardown", NULL,
	  "Teardown {protocol} connection {connection_id} from {src} to {dst} duration {duration:word} bytes {bytes:digits}||| {reason}" },
	{ 302020, ROW_BUILT, "built", "success",
	  "Built {direction} {protocol} connection for " ICMP_ADDRESSES
	  "||| type {icmp_type} code {icmp_code}" },
	{ 302021, ROW_TORN, "teardown", NULL,
	  "Teardown {protocol} connection for " ICMP_ADDRESSES "||| type {icmp_type} code {icmp_code}" },
	{ 302303, ROW_BUILT, "built", "success",
	  "Built {protocol} state-bypass connection {connection_id} from {src} to {dst}" },
	{ 302304, ROW_TORN, "teardown", NULL,
	  "Teardown {protocol} state-bypass connection {connection_id} from {src} to {dst} duration {duration:word} bytes {bytes:digits}||| {reason}" },
	{ 304001, ROW_PLAIN, "url", "success", "{src} Accessed URL {dst}:{url}" },
	{ 305006, ROW_PLAIN, "nat-failed", "failure",
	  "{nat_type} translation creation failed for {protocol} src {src} dst {dst}" },
	{ 305009, ROW_PLAIN, "nat-built", "success", "Built {nat_type} translation from {src} to {nat}" },
	{ 305010, ROW_PLAIN, "nat-teardown", NULL,
	  "Teardown {nat_type} translation from {src} to {nat} duration {duration:word}" },
	{ 305011, ROW_PLAIN, "nat-built", "success",
	  "Built {nat_type} {protocol} translation from {src} to {nat}" },
	{ 305012, ROW_PLAIN, "nat-teardown", NULL,
	  "Teardown {nat_type} {protocol} translation from {src} to {nat} duration {duration:word}" },
	{ 313001, ROW_PLAIN, "denied", "failure",
	  "Denied {protocol} type={icmp_type}, code={icmp_code} from {src} on interface {src_interface}" },
	{ 313004, ROW_PLAIN, "denied", "failure",
	  "Denied {protocol} type={icmp_type}, from laddr {src} on interface {src_interface} to {dst}: {reason}" },
	{ 500004, ROW_PLAIN, "denied", "failure",
	  "Invalid transport field for protocol={protocol}, from {src} to {dst}" },
	{ 605004, ROW_PLAIN, "login", "failure", "Login denied from {src} to {dst} for user \"{user}\"" },
	{ 605005, ROW_PLAIN, "login", "success", "Login permitted from {src} to {dst} for user \"{user}\"" },
	{ 611101, ROW_PLAIN, "login", "success",
	  "User authentication succeeded: IP address: {src}, Uname: {user}" },
	{ 611102, ROW_PLAIN, "login", "failure",
	  "User authentication failed: IP address: {src}, Uname: {user}" },
	{ 710002, ROW_PLAIN, "permitted", "success", "{protocol} access permitted from {src} to {dst}" },
	{ 710003, ROW_PLAIN, "denied", "failure", "{protocol} access denied by ACL from {src} to {dst}" },
	{ 710005, ROW_PLAIN, "denied", "failure", "{protocol} request discarded from {src} to {dst}" },
	{ 713228, ROW_PLAIN, "vpn-address", "success",
	  "Group = {group}, Username = {user}, IP = {src}, Assigned private IP address {assigned_ip} to remote user" },
	{ 716001, ROW_PLAIN, "vpn-connect", "success",
	  "Group <{group}> User <{user}> IP <{src}> WebVPN session started." },
	{ 716002, ROW_PLAIN, "vpn-disconnect", NULL,
	  "Group <{group}> User <{user}> IP <{src}> WebVPN session terminated: {reason}" },
	{ 716038, ROW_PLAIN, "authentication", "success",
	  "Group <{group}> User <{user}> IP <{src}> Authentication: successful, Session Type: {session_type}" },
	{ 716039, ROW_PLAIN, "authentication", "failure",
	  "Group <{group}> User <{user}> IP <{src}> Authentication: rejected, Session Type: {session_type}" },
	{ 722022, ROW_PLAIN, "vpn-connect", "success",
	  "Group <{group}> User <{user}> IP <{src}> {protocol} SVC connection established {}" },
	{ 722023, ROW_PLAIN, "vpn-disconnect", NULL,
	  "Group <{group}> User <{user}> IP <{src}> {protocol} SVC connection terminated {}" },
	{ 722037, ROW_PLAIN, "vpn-disconnect", NULL,
	  "Group <{group}> User <{user}> IP <{src}> SVC closing connection: {reason}" },
	{ 722051, ROW_PLAIN, "vpn-address", "success",
	  "Group <{group}> User <{user}> IP <{src}> IPv4 Address <{assigned_ip}> IPv6 address <{assigned_ip6}> assigned to session" },
	{ 722051, ROW_PLAIN, "vpn-address", "success",
	  "Group <{group}> User <{user}> IP <{src}> Address <{assigned_ip}> assigned to session" },
	{ 733100, ROW_PLAIN, "threat", NULL, "[{threat}] drop {rate}" },
	{ 734001, ROW_PLAIN, "vpn-policy", "success",
	  "DAP: User {user}, Addr {src}, Connection {session_type}: {reason}" },
	{ 746012, ROW_PLAIN, "user-mapped", "success",
	  "user-identity: Add IP-User mapping {src} - {user} Succeeded - {reason}" },
	{ 746013, ROW_PLAIN, "user-unmapped", "success",
	  "user-identity: Delete IP-User mapping {src} - {user} Succeeded - {reason}" },
};

/* Teardowns do not say who began: connections that were seen being built do. */
enum { CONNECTIONS = 1 << 14 };
struct connection {
	uint64_t id;
	bool outbound;
};

struct cisco {
	struct linepat_set *patterns;
	struct connection connections[CONNECTIONS];
};

struct cisco *cisco_new(void)
{
	struct text_pattern patterns[COUNT(ROWS) + 1] = { 0 };
	struct cisco *c = calloc(1, sizeof *c);

	for (size_t i = 0; i < COUNT(ROWS); i++)
		patterns[i].pattern = ROWS[i].pattern;
	if (!c || !(c->patterns = linepat_set_new(patterns))) {
		free(c);
		return NULL;
	}
	return c;
}

void cisco_free(struct cisco *c)
{
	if (c)
		free(c->patterns);
	free(c);
}

/* --- endpoints ------------------------------------------------------------------------------ */

struct endpoint {
	str interface, ip, port, mapped_ip, mapped_port, user;
};

static const struct side {
	str interface, ip, port, mapped_ip, mapped_port, user;
} SRC = { STR("src_interface"), STR("src_ip"),          STR("src_port"),
	  STR("src_mapped_ip"), STR("src_mapped_port"), STR("src_user") },
  DST = { STR("dst_interface"), STR("dst_ip"),          STR("dst_port"),
	  STR("dst_mapped_ip"), STR("dst_mapped_port"), STR("dst_user") };

static bool is_hex_group(str s)
{
	if (s.len > 4)
		return false;
	for (size_t i = 0; i < s.len; i++)
		if (!memchr("0123456789abcdefABCDEF", s.ptr[i], 22))
			return false;
	return true;
}

/* "outside:198.51.100.23/51002", "10.1.1.1/80", "2001:db8::1/443", "10.1.1.1" */
static void bare(str s, struct endpoint *e)
{
	str rest, head = str_cut(s, ':', &rest);

	if (rest.len && !is_hex_group(head)) {
		e->interface = head;
		s = rest;
	}
	e->ip = str_cut(s, '/', &e->port);
}

/* "inside/10.1.1.1(1234)": the address stands behind the slash. Answers how many bytes of s it is, 0 for none. */
static size_t slashed(str s, size_t word, struct endpoint *e)
{
	str ip, head = str_cut((str){ s.ptr, word }, '/', &ip), port;

	if (!ip.len || memchr(head.ptr, ':', head.len) ||
	    !(memchr(ip.ptr, '.', ip.len) || memchr(ip.ptr, ':', ip.len)))
		return 0;
	e->interface = head;
	e->ip = ip;
	if (word == s.len || s.ptr[word] != '(')
		return word;
	port = str_cut((str){ s.ptr + word + 1, s.len - word - 1 }, ')', &ip);
	e->port = port;
	return word + 1 + port.len + (word + 1 + port.len < s.len);
}

/* What stands in parentheses behind it: a translated address has a slash, a user has none. */
static void in_parentheses(str s, struct endpoint *e)
{
	while (s.len) {
		str rest, one;

		str_cut(s, '(', &rest);
		one = str_cut(rest, ')', &s);
		if (one.len && memchr(one.ptr, '/', one.len))
			e->mapped_ip = str_cut(one, '/', &e->mapped_port);
		else if (one.len)
			e->user = one;
	}
}

static struct endpoint endpoint_read(str s)
{
	struct endpoint e = { 0 };
	size_t n = 0, used;

	if (!s.len) /* the message does not name this end */
		return e;
	if (s.len >= 2 && s.ptr[0] == '<')
		s = (str){ s.ptr + 1, s.len - 2 };
	while (n < s.len && s.ptr[n] != ' ' && s.ptr[n] != '(')
		n++;
	used = slashed(s, n, &e);
	if (!used)
		bare((str){ s.ptr, n }, &e);
	n = u64_max(n, used);
	in_parentheses((str){ s.ptr + n, s.len - n }, &e);
	return e;
}

static void put_part(struct text_keys *k, str name, str s)
{
	if (s.len)
		text_keys_put(k, name, value_utf8(s));
}

static void put_endpoint(struct text_keys *k, const struct side *side, const struct endpoint *e)
{
	put_part(k, side->interface, e->interface);
	put_part(k, side->ip, e->ip);
	put_part(k, side->port, e->port);
	put_part(k, side->mapped_ip, e->mapped_ip);
	put_part(k, side->mapped_port, e->mapped_port);
	put_part(k, side->user, e->user);
}

/* --- fields --------------------------------------------------------------------------------- */

struct fields {
	struct endpoint src, dst;
	str faddr, gaddr, laddr;
	str direction, connection_id, duration;
};

/* "0:01:10", "1d 2h:05m:12s": seconds. False if it is no duration. */
static bool seconds_of(str s, uint64_t *ret)
{
	static const struct {
		char unit;
		uint64_t seconds;
	} UNITS[] = { { 'd', 86400 }, { 'h', 3600 }, { 'm', 60 }, { 's', 1 } };
	uint64_t sum = 0, n = 0;
	bool units = false, digits = false;

	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];

		if ((unsigned char)(c - '0') <= 9) {
			n = n * 10 + (uint64_t)(c - '0');
			digits = true;
			if (n > UINT32_MAX)
				return false;
			continue;
		}
		for (size_t u = 0; u < COUNT(UNITS); u++) {
			if (c == UNITS[u].unit) {
				sum += n * UNITS[u].seconds;
				n = 0;
				units = true;
			}
		}
		if (c == ':' && !units) {
			sum = (sum + n) * 60;
			n = 0;
			if (sum > UINT32_MAX)
				return false;
		}
	}
	*ret = sum + n;
	return digits;
}

/* Names that are no columns by themselves. */
static str *special(struct fields *f, str name)
{
	const struct {
		const char *name;
		str *to;
	} NAMES[] = { { "faddr", &f->faddr },       { "gaddr", &f->gaddr },
		      { "laddr", &f->laddr },       { "direction", &f->direction },
		      { "duration", &f->duration }, { "connection_id", &f->connection_id } };

	for (size_t i = 0; i < COUNT(NAMES); i++)
		if (str_is(name, NAMES[i].name))
			return NAMES[i].to;
	return NULL;
}

static void take(struct text_keys *k, struct fields *f, str name, str s)
{
	struct endpoint nat;
	str *to = special(f, name);

	if (to)
		*to = s;
	if (str_eq(name, STR("src"))) {
		f->src = endpoint_read(s);
	} else if (str_eq(name, STR("dst"))) {
		f->dst = endpoint_read(s);
	} else if (str_eq(name, STR("nat"))) {
		nat = endpoint_read(s);
		f->src.mapped_ip = nat.ip;
		f->src.mapped_port = nat.port;
		f->dst.interface = nat.interface;
	} else if (s.len && !(to && to != &f->direction && to != &f->duration && to != &f->connection_id)) {
		text_keys_put(k, name, value_utf8(s));
	}
}

static struct connection *connection_of(struct cisco *c, str id)
{
	uint64_t n;

	return str_to_u64(id, &n) && n ? &c->connections[n % CONNECTIONS] : NULL;
}

static bool is_service(str port)
{
	uint64_t n;

	return str_to_u64(port, &n) && n < 1024;
}

/* Did the second end begin? Of a teardown without its building, the end with the service port is the server. */
static bool second_began(struct cisco *c, struct text_keys *k, const struct row *row, const struct fields *f)
{
	struct connection *known = connection_of(c, f->connection_id);
	bool outbound = str_eq_ascii_nocase(f->direction, STR("outbound"));
	uint64_t id = 0;

	str_to_u64(f->connection_id, &id);
	if (row->kind == ROW_BUILT) {
		if (known)
			*known = (struct connection){ id, outbound };
		return outbound;
	}
	if (row->kind != ROW_TORN)
		return false;
	if (known && known->id == id)
		outbound = known->outbound;
	else
		outbound = is_service(f->src.port) && !is_service(f->dst.port);
	text_keys_put_str(k, "direction", outbound ? STR("outbound") : STR("inbound"));
	text_keys_put_str(k, "direction_by", known && known->id == id ? STR("built") : STR("ports"));
	return outbound;
}

static void put_ends(struct cisco *c, struct text_keys *k, const struct row *row, struct fields *f)
{
	bool swap;

	if (f->faddr.len) { /* ICMP: foreign, global (translated) and local */
		f->src.ip = f->faddr;
		f->dst.ip = f->laddr;
		f->dst.mapped_ip = f->gaddr;
	}
	swap = second_began(c, k, row, f);
	put_endpoint(k, &SRC, swap ? &f->dst : &f->src);
	put_endpoint(k, &DST, swap ? &f->src : &f->dst);
}

static void put_row(struct text *t, struct cisco *c, struct text_keys *k, size_t i,
		    const struct linepat_hit *hit)
{
	const struct row *row = &ROWS[i];
	struct fields f = { 0 };
	uint64_t seconds;
	size_t n;
	const str *names = linepat_set_names(c->patterns, i, &n);

	text_keys_put_str(k, "action", str_of(row->action));
	text_keys_put_str(k, "outcome", str_of(row->outcome));
	device_blocked(k, str_of(row->action));
	for (size_t m = 0; m < n; m++)
		take(k, &f, names[m], hit->values[m]);
	put_ends(c, k, row, &f);
	if (seconds_of(f.duration, &seconds))
		text_keys_put(k, STR("duration_seconds"),
			      value_utf8(arena_printf(&t->mem, "%llu", (unsigned long long)seconds)));
}

/* Rows are in order of their ids. */
static size_t first_row(uint64_t id)
{
	size_t lo = 0, hi = COUNT(ROWS);

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (ROWS[mid].id < id)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* FTD: "SrcIP: 10.1.1.1, DstIP: ..., URL: ..." */
static void put_named(struct text_keys *k, str s)
{
	while (s.len) {
		size_t end = str_find(s, STR(", "));
		str one = { s.ptr, end == SIZE_MAX ? s.len : end }, text, name = str_cut(one, ':', &text);

		s = end == SIZE_MAX ? (str){ s.ptr, 0 } : (str){ s.ptr + end + 2, s.len - end - 2 };
		text = str_trim(text);
		if (text.len)
			text_keys_put(k, str_trim(name), value_utf8(text));
	}
}

/* --- lines ---------------------------------------------------------------------------------- */

struct mark {
	str facility, severity, mnemonic, text;
};

/* "%ASA-6-302013: text", "%SYS-SP-5-CONFIG_I: text": the severity is the one digit between two hyphens. */
static bool mark_read(str s, struct mark *ret)
{
	size_t end = str_find((str){ s.ptr, s.len < 128 ? s.len : 128 }, STR(":"));

	if (s.len < 2 || s.ptr[0] != '%' || end == SIZE_MAX)
		return false;
	for (size_t i = 1; i + 2 < end; i++) {
		char c = s.ptr[i];

		if (c == '-' && (unsigned char)(s.ptr[i + 1] - '0') <= 7 && s.ptr[i + 2] == '-') {
			*ret = (struct mark){ { s.ptr + 1, i - 1 },
					      { s.ptr + i + 1, 1 },
					      { s.ptr + i + 3, end - i - 3 },
					      str_trim((str){ s.ptr + end + 1, s.len - end - 1 }) };
			return ret->facility.len && ret->mnemonic.len;
		}
		if (c != '-' && c != '_' && !(c >= 'A' && c <= 'Z') && !(c >= 'a' && c <= 'z') &&
		    (unsigned char)(c - '0') > 9)
			return false;
	}
	return false;
}

static bool cisco_is(str message, const struct syslog_head *head)
{
	struct mark m;

	(void)head;
	return mark_read(message, &m);
}

static const char *dataset_of(str facility)
{
	static const struct {
		const char *facility, *dataset;
	} SETS[] = { { "ASA", "cisco.asa" },
		     { "PIX", "cisco.asa" },
		     { "FWSM", "cisco.asa" },
		     { "FTD", "cisco.ftd" } };

	str class;

	facility = str_cut(facility, '-', &class); /* "ASA-session": EMBLEM names the class of the message */
	for (size_t i = 0; i < COUNT(SETS); i++)
		if (str_is(facility, SETS[i].facility))
			return SETS[i].dataset;
	return "cisco.ios";
}

/* IOS: "%PARSER-5-CFGLOG_LOGGEDCMD: User:admin  logged command:no logging on" */
static bool put_logged_command(struct text_keys *k, const struct mark *m)
{
	struct linepat_hit hit;

	if (!str_eq(m->mnemonic, STR("CFGLOG_LOGGEDCMD")) ||
	    !linepat_match("User:{user:word} logged command:{command:rest}", m->text, &hit))
		return false;
	text_keys_put_str(k, "action", STR("command"));
	text_keys_put_str(k, "user", hit.values[0]);
	text_keys_put_str(k, "command", hit.values[1]);
	return true;
}

static struct text_keys *cisco_line(struct text *t, struct device *d, str message)
{
	struct linepat_hit hit;
	struct text_keys *k;
	struct mark m;
	uint64_t id = 0;

	mark_read(message, &m);
	d->dataset = dataset_of(m.facility);
	str_to_u64(m.mnemonic, &id);
	k = device_begin(d, id >= 430001 && id <= 430005 ? DEVICE_FTD : DEVICE_CISCO);
	text_keys_put_str(k, "facility", m.facility);
	text_keys_put_str(k, "severity", m.severity);
	text_keys_put_str(k, "message_id", m.mnemonic);
	text_keys_put_str(k, "message", m.text);
	if (k == &d->sets[DEVICE_FTD]) {
		put_named(k, m.text);
		device_blocked(k, text_keys_get(k, "AccessControlRuleAction"));
	}
	for (size_t i = first_row(id); i < COUNT(ROWS) && ROWS[i].id == id; i++) {
		if (linepat_set_fits(d->cisco->patterns, i, m.text, &hit)) {
			put_row(t, d->cisco, k, i, &hit);
			break;
		}
	}
	if (put_logged_command(k, &m) || str_eq(text_keys_get(k, "action"), STR("command")))
		d->dataset = "cisco.aaa"; /* what rules look for in commands is in other messages by chance */
	return k;
}

const struct device_kind cisco_kind = { .dataset = "cisco.asa", .is = cisco_is, .line = cisco_line };
