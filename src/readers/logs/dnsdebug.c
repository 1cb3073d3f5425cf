/* dnsdebug.c - the debug log of the DNS server of Windows: a line per packet, with its details indented below it where
 * they are logged. The order of day and month is that of the server's locale: it is learned from the file. Source:
 * Microsoft, "DNS Logging and Diagnostics"; the legend at the top of the file. */
#include "readers/readers.h"
#include "readers/text/textlog.h"

static const char *const NAMES[] = { "thread_id",  "context",  "packet_id", "protocol",  "direction", "ip",
				     "xid",        "response", "opcode",    "flags_hex", "flags",     "rcode",
				     "query_type", "query",    "client_ip", "server_ip", "answers" };
enum dns_column {
	THREAD,
	CONTEXT,
	PACKET,
	PROTOCOL,
	DIRECTION,
	IP,
	XID,
	RESPONSE,
	OPCODE,
	FLAGS_HEX,
	FLAGS,
	RCODE,
	QTYPE,
	QNAME,
	CLIENT,
	SERVER,
	ANSWERS,
	COLUMNS
};

struct dnsdebug {
	enum logtime_form form;
	bool said;
};

/* --- times ---------------------------------------------------------------------------------- */

/* What order the date that begins a line shows: NONE where it shows none. */
static enum logtime_form form_of(str line)
{
	unsigned n[3] = { 0 }, parts = 0;
	size_t i = 0;
	char by = 0;

	for (; i < line.len && parts < 3; i++) {
		char c = line.ptr[i];

		if ((unsigned char)(c - '0') <= 9 && n[parts] < 10000)
			n[parts] = n[parts] * 10 + (unsigned)(c - '0');
		else if (parts < 2 && (c == '/' || c == '.' || c == '-') && i) {
			by = c;
			parts++;
		} else {
			break;
		}
	}
	if (parts < 2 || i >= line.len || line.ptr[i] != ' ')
		return LOGTIME_NONE;
	if (n[0] > 31)
		return LOGTIME_ISO;
	if (n[0] > 12 || by == '.')
		return LOGTIME_EU;
	return n[1] > 12 ? LOGTIME_US : LOGTIME_NONE;
}

static bool has_half(str line)
{
	return str_find(line, STR(" AM ")) != SIZE_MAX || str_find(line, STR(" PM ")) != SIZE_MAX;
}

/* The form that the head shows, else one by its looks, which is told. */
static void learn_form(struct text *t, struct dnsdebug *d)
{
	str rest = bytes_str(t->env.head);

	while (rest.len && d->form == LOGTIME_NONE)
		d->form = form_of(str_cut(rest, '\n', &rest));
}

static void guess_form(struct text *t, struct dnsdebug *d)
{
	d->form = form_of(t->line);
	if (d->form != LOGTIME_NONE)
		return;
	d->form = LOGTIME_US;
	if (!has_half(t->line))
		t->assumed = "dates are taken for month/day/year: none of them shows its order";
}

static size_t any_time(str line, struct logtime *lt)
{
	static const enum logtime_form FORMS[] = { LOGTIME_US, LOGTIME_EU, LOGTIME_ISO };
	size_t n = 0;

	for (size_t i = 0; i < COUNT(FORMS) && !n; i++)
		n = logtime_read(line, FORMS[i], lt);
	return n;
}

/* --- names ---------------------------------------------------------------------------------- */

/* "(8)cdn-sync(7)example(3)net(0)" to "cdn-sync.example.net"; the root is ".". Anything else stays as it is. */
static str name_plain(str s, arena *mem)
{
	char *to = arena_alloc(mem, s.len + 1);
	size_t n = 0, i = 0;

	if (!to || s.len < 3 || s.ptr[0] != '(')
		return s;
	while (i < s.len && s.ptr[i] == '(') {
		uint64_t len;
		size_t end = str_find((str){ s.ptr + i, s.len - i }, STR(")"));

		if (end == SIZE_MAX || !str_to_u64((str){ s.ptr + i + 1, end - 1 }, &len) || len > 63 ||
		    len > s.len - i - end - 1)
			return s;
		i += end + 1;
		if (!len)
			return i == s.len ? (str){ n ? to : ".", n ? n : 1 } : s;
		if (n)
			to[n++] = '.';
		memcpy(to + n, s.ptr + i, (size_t)len);
		n += (size_t)len;
		i += (size_t)len;
	}
	return s;
}

/* --- packets -------------------------------------------------------------------------------- */

static str next_word(str *s)
{
	str w = { s->ptr, 0 };

	while (s->len && w.len == 0)
		w = str_cut(*s, ' ', s);
	return w;
}

static void put(struct text *t, enum dns_column c, str s)
{
	t->values[c] = s.len ? value_utf8(s) : (value){ 0 };
}

static bool is_one_of(str s, const char *a, const char *b)
{
	return str_eq(s, str_of(a)) || str_eq(s, str_of(b));
}

/* "[0001   D   NOERROR]", "[8085 A DR NXDOMAIN]": the flags are letters at places of their own */
static bool put_flags(struct text *t, str *rest)
{
	size_t open = str_find(*rest, STR("[")), close = str_find(*rest, STR("]"));
	str in, last = { 0 }, w;

	if (open == SIZE_MAX || close == SIZE_MAX || close < open)
		return false;
	in = (str){ rest->ptr + open + 1, close - open - 1 };
	*rest = (str){ rest->ptr + close + 1, rest->len - close - 1 };
	put(t, FLAGS_HEX, next_word(&in));
	for (str at = in; (w = next_word(&at)).len;)
		last = w;
	put(t, RCODE, last);
	if (last.len)
		put(t, FLAGS, str_trim((str){ in.ptr, (size_t)(last.ptr - in.ptr) }));
	return true;
}

/* Who asked whom: a packet is a question or an answer, and comes or goes. */
static void put_ends(struct text *t, bool received, bool response)
{
	t->values[received != response ? CLIENT : SERVER] = t->values[IP];
}

static bool put_packet(struct text *t, str rest)
{
	str w, direction, head;
	bool response;
	size_t open = str_find(rest, STR("["));

	put(t, PACKET, next_word(&rest));
	w = next_word(&rest);
	direction = next_word(&rest);
	if (!is_one_of(w, "UDP", "TCP") || !is_one_of(direction, "Rcv", "Snd") || open == SIZE_MAX)
		return false;
	put(t, PROTOCOL, w);
	put(t, DIRECTION, direction);
	put(t, IP, next_word(&rest));
	put(t, XID, next_word(&rest));
	head = (str){ rest.ptr, str_find(rest, STR("[")) };
	if (head.len == SIZE_MAX || !put_flags(t, &rest))
		return false;
	w = next_word(&head);
	response = str_eq(w, STR("R"));
	put(t, RESPONSE, response ? w : (str){ 0 });
	put(t, OPCODE, response ? next_word(&head) : w);
	put(t, QTYPE, next_word(&rest));
	put(t, QNAME, name_plain(str_trim(rest), &t->mem));
	put_ends(t, direction.ptr[0] == 'R', response);
	return t->values[QTYPE].type != VALUE_ABSENT;
}

/* Details: the DATA of each record of the answer. */
static void put_answers(struct text *t, str details)
{
	enum { ANSWERS_MAX = 64 };
	size_t at = str_find(details, STR("ANSWER SECTION:")), n = 0, len = 0;
	char *to = arena_alloc(&t->mem, details.len + 1);
	value v;

	if (at == SIZE_MAX || !to)
		return;
	details = (str){ details.ptr + at, details.len - at };
	while (details.len && n < ANSWERS_MAX) {
		str line = str_trim(str_cut(details, '\n', &details)), data;

		if (str_starts(line, STR("AUTHORITY SECTION:")))
			break;
		if (!str_starts(line, STR("DATA ")))
			continue;
		data = str_trim((str){ line.ptr + 5, line.len - 5 });
		data = name_plain(data, &t->mem);
		if (n++)
			to[len++] = '\0';
		memcpy(to + len, data.ptr, data.len);
		len += data.len;
	}
	v = value_utf8((str){ to, len });
	v.flags = n > 1 ? VALUE_F_ARRAY : 0;
	t->values[ANSWERS] = n ? v : (value){ 0 };
}

/* --- lines ---------------------------------------------------------------------------------- */

/* Details are indented, but for "UDP response info at 000002C53117D990". */
static bool starts(str line)
{
	return line.len && line.ptr[0] != ' ' && line.ptr[0] != '\t' && !str_starts(line, STR("UDP ")) &&
	       !str_starts(line, STR("TCP "));
}

static bool is_legend(str line)
{
	static const char *const BEGINS[] = { "DNS Server log file creation", "Log file wrap at",
					      "Message logging key", "DNS Server log" };

	for (size_t i = 0; i < COUNT(BEGINS); i++)
		if (str_starts(line, str_of(BEGINS[i])))
			return true;
	return false;
}

static bool say_columns(struct text *t, struct dnsdebug *d)
{
	str names[COLUMNS];

	for (size_t i = 0; i < COLUMNS; i++)
		names[i] = str_of(NAMES[i]);
	d->said = d->said || text_columns(t, STR("windows.dns_debug"), names, COLUMNS);
	return d->said;
}

static enum text_line dnsdebug_line(struct text *t)
{
	struct dnsdebug *d = t->state;
	str details, line = str_cut(t->line, '\n', &details);
	struct logtime lt;
	size_t n;

	t->why = "no line of the debug log";
	if (!starts(line) || is_legend(line))
		return is_legend(line) || !d->said ? TEXT_NOTHING : TEXT_BAD;
	if (d->form == LOGTIME_NONE && any_time(line, &lt))
		guess_form(t, d);
	n = logtime_read(line, d->form, &lt);
	if (!n || !say_columns(t, d))
		return TEXT_BAD;
	line = str_trim((str){ line.ptr + n, line.len - n });
	memset(t->values, 0, COLUMNS * sizeof *t->values);
	put(t, THREAD, next_word(&line));
	put(t, CONTEXT, next_word(&line));
	if (str_eq((str){ (const char *)t->values[CONTEXT].ptr, t->values[CONTEXT].len }, STR("PACKET"))) {
		if (!put_packet(t, line))
			return TEXT_BAD;
		put_answers(t, details);
	} else if (t->values[CONTEXT].type == VALUE_ABSENT) {
		return TEXT_BAD;
	}
	text_time(t, &lt);
	return TEXT_EVENT;
}

static int dnsdebug_open(struct text *t, err *e)
{
	(void)e;
	learn_form(t, t->state);
	return 0;
}

static bool is_packet(str line)
{
	struct logtime lt;
	size_t n = any_time(line, &lt);
	str rest = { line.ptr + n, line.len - n }, w;

	if (!n)
		return false;
	next_word(&rest);
	w = next_word(&rest);
	return str_eq(w, STR("PACKET"));
}

static int dnsdebug_claim(const struct text_head *h)
{
	enum { SURE = 93, SHARE_MIN = 50 };
	size_t packets = 0, lines = 0;

	for (size_t i = 0; i < h->nlines; i++) {
		if (i < 3 && str_starts(h->lines[i], STR("DNS Server log file creation")))
			return SURE;
		lines += starts(h->lines[i]);
		packets += is_packet(h->lines[i]);
	}
	return packets && packets * 100 >= lines * SHARE_MIN ? SURE : 0;
}

static const struct text_format DNSDEBUG = {
	.dataset = "windows.dns_debug",
	.framing = FRAME_STARTS,
	.claim = dnsdebug_claim,
	.line = dnsdebug_line,
	.starts = starts,
	.state_bytes = sizeof(struct dnsdebug),
	.open = dnsdebug_open,
};

const struct reader_ops reader_dnsdebug =
	TEXT_READER("dnsdebug", "Debug logs of the DNS server of Windows", &DNSDEBUG);
