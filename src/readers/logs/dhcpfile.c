/* dhcpfile.c - files of DHCP servers: the audit log of Windows (DhcpSrvLog-Mon.log, DhcpV6SrvLog-Mon.log) and the leases
 * of ISC dhcpd (dhcpd.leases). Source: Microsoft, "Analyze DHCP server log files"; dhcpd.leases(5). */
#include "readers/readers.h"
#include "readers/text/textkeys.h"

/* --- Windows -------------------------------------------------------------------------------- */

static const char *const V4[] = { "ID",
				  "Date",
				  "Time",
				  "Description",
				  "IP Address",
				  "Host Name",
				  "MAC Address",
				  "User Name",
				  "TransactionID",
				  "QResult",
				  "Probationtime",
				  "CorrelationID",
				  "Dhcid",
				  "VendorClass(Hex)",
				  "VendorClass(ASCII)",
				  "UserClass(Hex)",
				  "UserClass(ASCII)",
				  "RelayAgentInformation",
				  "DnsRegError" };
static const char *const V6[] = { "ID",          "Date",         "Time",
				  "Description", "IPv6 Address", "Host Name",
				  "Error Code",  "Duid Length",  "Duid Bytes(Hex)",
				  "User Name",   "Dhcid",        "Subnet Prefix" };

struct windhcp {
	bool v6, header; /* what the text at the top said; the line with the names was there */
	size_t columns;  /* that were said; 0: none yet */
};

static size_t digits(str s)
{
	size_t n = 0;

	while (n < s.len && (unsigned char)(s.ptr[n] - '0') <= 9)
		n++;
	return n;
}

/* "10,04/18/24,08:31:12,": in every language. */
static bool row_time(str line, struct logtime *ret)
{
	size_t n = digits(line), len;
	str s;

	if (!n || n > 5 || n + 1 >= line.len || line.ptr[n] != ',')
		return false;
	s = (str){ line.ptr + n + 1, line.len - n - 1 };
	len = logtime_read(s, LOGTIME_US, ret);
	return len >= 15 && len < s.len && s.ptr[len] == ',';
}

static bool is_row(str line)
{
	struct logtime lt;

	return row_time(line, &lt);
}

static bool say_columns(struct text *t, struct windhcp *w)
{
	const char *const *names = w->v6 ? V6 : V4;
	size_t n = w->v6 ? COUNT(V6) : COUNT(V4);
	str s[COUNT(V4)];

	for (size_t i = 0; i < n; i++)
		s[i] = str_of(names[i]);
	if (!text_columns(t, STR("windows.dhcp"), s, n))
		return false;
	w->columns = n;
	return true;
}

/* The legend and the names, which stand at the top and again where the service was started. */
static bool is_legend(struct windhcp *w, str line)
{
	size_t n = digits(line);

	if (str_starts(line, STR("ID,"))) {
		w->header = true;
		w->v6 = str_find(line, STR("IPv6")) != SIZE_MAX;
		return true;
	}
	w->v6 |= str_find(line, STR("DHCPv6")) != SIZE_MAX;
	return !w->header || line.ptr[0] == '\t' || (n && n < line.len && line.ptr[n] == '\t') ||
	       str_starts(line, STR("QResult:")) || str_starts(line, STR("Event ID"));
}

static enum text_line windhcp_line(struct text *t)
{
	struct windhcp *w = t->state;
	struct logtime lt;
	size_t n;

	if (!row_time(t->line, &lt)) {
		t->why = "no row of a DHCP server";
		return is_legend(w, t->line) ? TEXT_NOTHING : TEXT_BAD;
	}
	w->header = true;
	if (w->columns != (w->v6 ? COUNT(V6) : COUNT(V4)) && !say_columns(t, w))
		return TEXT_BAD;
	n = split_csv(t->line, ',', t->values, w->columns, &t->mem);
	if (n == SIZE_MAX) {
		t->why = "no memory for its texts";
		return TEXT_BAD;
	}
	for (size_t i = n; i < w->columns; i++)
		t->values[i] = (value){ 0 };
	t->repaired = n > w->columns;
	text_time(t, &lt);
	return TEXT_EVENT;
}

static int windhcp_claim(const struct text_head *h)
{
	enum { SURE = 93, ROWS_ONLY = 88, SHARE_MIN = 80 };
	bool named = false;
	size_t from = 0, rows = 0;

	for (size_t i = 0; i < h->nlines; i++) {
		named |= str_find(h->lines[i], STR("DHCP")) != SIZE_MAX;
		if (str_starts(h->lines[i], STR("ID,Date,Time,Description,IP")))
			return SURE;
	}
	while (from < h->nlines && !is_row(h->lines[from]))
		from++;
	for (size_t i = from; i < h->nlines; i++)
		rows += is_row(h->lines[i]);
	if (!rows || rows * 100 < (h->nlines - from) * SHARE_MIN)
		return 0;
	return named ? SURE : from == 0 ? ROWS_ONLY : 0;
}

static const struct text_format WINDHCP = {
	.claim = windhcp_claim,
	.line = windhcp_line,
	.state_bytes = sizeof(struct windhcp),
};

const struct reader_ops reader_windhcp =
	TEXT_READER_PIECES("windhcp", "Audit logs of the DHCP server of Windows", &WINDHCP);

/* --- ISC leases ----------------------------------------------------------------------------- */

struct leases {
	struct text_keys keys;
	const struct text_keys *said;
};

/* The next statement up to its ";", quotes minded, without spaces around it and a comment before it. */
static str statement(str *rest)
{
	size_t n = 0;
	bool quoted = false;
	str s;

	for (*rest = str_trim(*rest); rest->len && rest->ptr[0] == '#'; *rest = str_trim(*rest))
		str_cut(*rest, '\n', rest);
	for (; n < rest->len && (quoted || rest->ptr[n] != ';'); n++) {
		if (rest->ptr[n] == '\\' && quoted)
			n++;
		else if (rest->ptr[n] == '"')
			quoted = !quoted;
	}
	n = n < rest->len ? n : rest->len;
	s = str_trim((str){ rest->ptr, n });
	n += n < rest->len;
	*rest = (str){ rest->ptr + n, rest->len - n };
	return s;
}

/* How many words the name of a statement has. */
static str name_cut(str s, str *ret_value)
{
	static const char *const LONG[] = { "next binding state", "rewind binding state", "binding state",
					    "hardware ethernet" };
	str rest;

	for (size_t i = 0; i < COUNT(LONG); i++) {
		str name = str_of(LONG[i]);

		if (str_starts(s, name) && s.len > name.len && s.ptr[name.len] == ' ') {
			*ret_value = str_trim((str){ s.ptr + name.len, s.len - name.len });
			return name;
		}
	}
	if (str_starts(s, STR("set "))) {
		s = str_trim(str_cut((str){ s.ptr + 4, s.len - 4 }, '=', &rest));
		*ret_value = str_trim(rest);
		return s;
	}
	s = str_cut(s, ' ', &rest);
	*ret_value = str_trim(rest);
	return s;
}

static str unquoted(str s)
{
	if (s.len >= 2 && s.ptr[0] == '"' && s.ptr[s.len - 1] == '"')
		return (str){ s.ptr + 1, s.len - 2 };
	return s;
}

/* "4 2024/04/18 00:31:12", "epoch 1713400272; # ...", in UTC; "never". */
static bool lease_time(str s, int64_t *ret_ns)
{
	struct logtime lt;
	str rest, first = str_cut(s, ' ', &rest);
	enum logtime_form form = str_eq(first, STR("epoch")) ? LOGTIME_EPOCH : LOGTIME_ISO;

	if (!logtime_read(rest, form, &lt))
		return false;
	*ret_ns = lt.ns;
	return true;
}

static void put_statement(struct text *t, struct text_keys *k, str s)
{
	static const char *const TIMES[] = { "starts", "ends", "tstp", "tsfp", "atsfp", "cltt" };
	str text, name = name_cut(s, &text);
	char iso[TIME_TEXT_MAX];
	int64_t ns;

	text = unquoted(text);
	for (size_t i = 0; i < COUNT(TIMES); i++) {
		if (!str_eq(name, str_of(TIMES[i])) || !lease_time(text, &ns))
			continue;
		text = arena_str(&t->mem, (str){ iso, time_text(ns, iso) });
		if (i == 0)
			t->time_ns = ns;
	}
	text_keys_put_text(k, name, text);
}

static bool leases_starts(str line)
{
	return line.len && line.ptr[0] != ' ' && line.ptr[0] != '\t' && line.ptr[0] != '}';
}

static enum text_line lease(struct text *t, struct leases *l)
{
	struct text_keys *k = &l->keys;
	size_t open = str_find(t->line, STR("{")), close;
	str rest, address;

	t->why = "a lease without its braces";
	if (open == SIZE_MAX)
		return TEXT_BAD;
	address = str_trim((str){ t->line.ptr + 5, open - 5 });
	rest = (str){ t->line.ptr + open + 1, t->line.len - open - 1 };
	close = rest.len;
	while (close && rest.ptr[close - 1] != '}')
		close--;
	t->repaired = close == 0;
	rest.len = close ? close - 1 : rest.len;
	text_keys_begin(k);
	text_keys_put_str(k, "ip", address);
	while (rest.len) {
		str s = statement(&rest);

		if (s.len)
			put_statement(t, k, s);
	}
	return text_keys_say(t, k, "isc.lease", &l->said) ? TEXT_EVENT : TEXT_BAD;
}

static enum text_line leases_line(struct text *t)
{
	static const char *const OTHERS[] = { "#",
					      "authoring-byte-order",
					      "server-duid",
					      "failover peer",
					      "host ",
					      "group ",
					      "class ",
					      "subclass ",
					      "default-duid",
					      "shared-network " };

	if (str_starts(t->line, STR("lease ")))
		return lease(t, t->state);
	for (size_t i = 0; i < COUNT(OTHERS); i++)
		if (str_starts(t->line, str_of(OTHERS[i])))
			return TEXT_NOTHING;
	t->why = "no lease of an IPv4 address";
	return TEXT_BAD;
}

static int leases_open(struct text *t, err *e)
{
	(void)e;
	text_keys_init(&((struct leases *)t->state)->keys);
	return 0;
}

static void leases_close(void *state)
{
	text_keys_done(&((struct leases *)state)->keys);
}

static int leases_claim(const struct text_head *h)
{
	enum { SURE = 93 };
	bool begun = false;

	for (size_t i = 0; i < h->nlines; i++) {
		if (str_starts(h->lines[i], STR("lease ")) && str_ends(h->lines[i], STR("{")))
			begun = true;
		else if (begun && (str_starts(h->lines[i], STR("  starts ")) ||
				   str_starts(h->lines[i], STR("  binding state "))))
			return SURE;
	}
	return 0;
}

static const struct text_format LEASES = {
	.dataset = "isc.lease",
	.framing = FRAME_STARTS,
	.claim = leases_claim,
	.line = leases_line,
	.starts = leases_starts,
	.state_bytes = sizeof(struct leases),
	.open = leases_open,
	.close = leases_close,
};

const struct reader_ops reader_leases = TEXT_READER("leases", "Leases of ISC dhcpd", &LEASES);
