#include "readers/logs/device.h"

#include "readers/logs/syslog.h"
#include "readers/readers.h"

static const struct device_kind
	*const
		KINDS[] = {
			&cisco_kind,     &panos_kind,   &cef_kind,        &leef_kind,      &fortigate_kind,
			&h3c_kind,       &huawei_kind,  &checkpoint_kind, &filterlog_kind, &junos_kind,
			&sangfor_kind,   &openvpn_kind, &ivanti_kind,     &citrix_kind,    &haproxy_kind,
			&dhcpd_kind,     &kea_kind,     &dnsmasq_kind,    &unbound_kind,   &bind_kind,
			&netfilter_kind, &pairs_kind, /* what names its fields but not its maker */
		};

/* --- the header ----------------------------------------------------------------------------- */

static void skip(str *s, size_t n)
{
	*s = (str){ s->ptr + n, s->len - n };
}

/* "000123: ": Cisco's sequence number, with or without the colon and space before it. */
static void skip_sequence(str *s)
{
	size_t n = 0;

	while (s->len && (s->ptr[0] == ':' || s->ptr[0] == ' '))
		skip(s, 1);
	while (n < s->len && (unsigned char)(s->ptr[n] - '0') <= 9)
		n++;
	if (n && s->len - n >= 2 && s->ptr[n] == ':' && s->ptr[n + 1] == ' ')
		skip(s, n + 2);
}

/* "CEST: %ASA-...": Cisco's EMBLEM form names the zone there. Which one that is cannot be told from three letters. */
static bool is_zone(str s)
{
	static const char *const ZONES[] = { "UTC", "GMT", "WET",  "WEST", "CET",  "CEST", "EET", "EEST",
					     "MSK", "BST", "IST",  "EST",  "EDT",  "CST",  "CDT", "MST",
					     "MDT", "PST", "PDT",  "AKST", "AKDT", "HST",  "JST", "KST",
					     "SGT", "HKT", "AEST", "AEDT", "NZST", "NZDT" };

	for (size_t i = 0; i < COUNT(ZONES); i++)
		if (str_eq(s, str_of(ZONES[i])))
			return true;
	return false;
}

/* "asa01: %ASA-...": a name that ends with a colon is a host only where devices write so. */
static void host_before_mark(struct syslog_head *h)
{
	str rest, host = str_cut(h->message, ':', &rest);

	if (!str_starts(rest, STR(" %")) || !host.len || host.len >= 64 || memchr(host.ptr, ' ', host.len) ||
	    host.ptr[0] == '%')
		return;
	if (!is_zone(host))
		h->host = host;
	h->message = (str){ rest.ptr + 1, rest.len - 1 };
}

/* Everything before the message, also that of relays. BIND and OpenVPN begin with times of their own. */
static void read_head(str line, struct syslog_head *h)
{
	enum { RELAYS_MAX = 3 };
	struct logtime lt;
	size_t n;

	if (!syslog_head_read(line, h)) {
		*h = (struct syslog_head){ .message = line };
		n = logtime_read(line, LOGTIME_DAYMON, &lt);
		if (!n)
			n = logtime_read(line, LOGTIME_CTIME, &lt);
		if (n && n < line.len && line.ptr[n] == ' ') {
			h->has_time = true;
			h->time = lt;
			skip(&h->message, n + 1);
		}
	}
	for (unsigned i = 0; i < RELAYS_MAX; i++) {
		skip_sequence(&h->message);
		if (!syslog_head_inner(h))
			break;
	}
	skip_sequence(&h->message);
	host_before_mark(h);
}

static const struct device_kind *kind_of(const struct syslog_head *h)
{
	for (size_t i = 0; i < COUNT(KINDS); i++)
		if (KINDS[i]->is(h->message, h))
			return KINDS[i];
	return NULL;
}

/* --- lines ---------------------------------------------------------------------------------- */

struct text_keys *device_begin(struct device *d, enum device_set set)
{
	struct text_keys *k = &d->sets[set];

	text_keys_begin(k);
	if (!k->n) { /* whose event it is: always the first column */
		text_keys_put_str(k, "device_host", STR("?"));
		text_keys_begin(k);
	}
	return k;
}

/* What devices call it when they let something through, and when they do not. */
#define PASSED(word)                                                                                         \
	{                                                                                                    \
		"" word, sizeof(word) - 1, false                                                             \
	}
#define STOPPED(word)                                                                                        \
	{                                                                                                    \
		"" word, sizeof(word) - 1, true                                                              \
	}
static const struct {
	const char *word;
	uint8_t len;
	bool stopped;
} ACTIONS[] = {
	PASSED("allow"),         PASSED("allowed"),       PASSED("accept"),     PASSED("accepted"),
	PASSED("permit"),        PASSED("permitted"),     PASSED("pass"),       PASSED("passed"),
	PASSED("forward"),       PASSED("built"),         PASSED("alert"),      PASSED("close"),
	PASSED("client-rst"),    PASSED("server-rst"),    PASSED("timeout"),    PASSED("ip-conn"),
	PASSED("start"),         STOPPED("deny"),         STOPPED("denied"),    STOPPED("drop"),
	STOPPED("dropped"),      STOPPED("block"),        STOPPED("blocked"),   STOPPED("reject"),
	STOPPED("rejected"),     STOPPED("reset"),        STOPPED("discard"),   STOPPED("reset-both"),
	STOPPED("reset-client"), STOPPED("reset-server"), STOPPED("drop-icmp"), STOPPED("block-url"),
	STOPPED("sinkhole"),
};

void device_blocked(struct text_keys *k, str action)
{
	for (size_t i = 0; i < COUNT(ACTIONS); i++) {
		if (action.len != ACTIONS[i].len || (action.ptr[0] | 0x20) != ACTIONS[i].word[0] ||
		    !str_eq_ascii_nocase(action, (str){ ACTIONS[i].word, ACTIONS[i].len }))
			continue;
		text_keys_put_str(k, "blocked", ACTIONS[i].stopped ? STR("true") : STR("false"));
		return;
	}
}

/* The device's own time, unless only a relay says its zone. */
static void set_time(struct text *t, const struct device *d)
{
	bool zone = d->head.has_time && d->head.time.basis != TIME_LOCAL_ASSUMED;

	if (d->has_time && (d->time.basis != TIME_LOCAL_ASSUMED || !zone))
		text_time(t, &d->time);
	else if (d->head.has_time)
		text_time(t, &d->head.time);
}

static enum text_line finish(struct text *t, struct device *d, struct text_keys *k)
{
	text_keys_put_str(k, "device_host",
			  d->host.len        ? d->host
			  : d->head.host.len ? d->head.host
					     : t->env.host);
	if (d->head.has_pri)
		text_keys_put(k, STR("syslog_priority"),
			      value_utf8(arena_printf(&t->mem, "%u", d->head.pri)));
	set_time(t, d);
	return text_keys_say(t, k, d->dataset, &d->said) ? TEXT_EVENT : TEXT_BAD;
}

/* TEXT_NOTHING if no kind knows it. */
static enum text_line device_line(struct text *t, struct device *d)
{
	const struct device_kind *kind;

	d->host = (str){ 0 };
	d->has_time = false;
	read_head(t->line, &d->head);
	kind = kind_of(&d->head);
	if (!kind)
		return TEXT_NOTHING;
	d->dataset = kind->dataset;
	return finish(t, d, kind->line(t, d, d->head.message));
}

static enum text_line line(struct text *t)
{
	struct device *d = t->state;
	enum text_line got = device_line(t, d);

	if (got != TEXT_NOTHING)
		return got;
	got = syslog_record(t, d->syslog, d->said != NULL); /* of somebody else */
	d->said = NULL;
	return got;
}

static int device_open(struct text *t, err *e)
{
	struct device *d = t->state;

	for (size_t i = 0; i < DEVICE_SETS; i++)
		text_keys_init(&d->sets[i]);
	d->cisco = cisco_new();
	d->syslog = syslog_new();
	return d->cisco && d->syslog ? 0 : err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a line reader");
}

static void device_close(void *state)
{
	struct device *d = state;

	for (size_t i = 0; i < DEVICE_SETS; i++)
		text_keys_done(&d->sets[i]);
	cisco_free(d->cisco);
	syslog_free(d->syslog);
}

/* Files that syslog wrote hold lines of any machine: one in ten of a device makes it worth to look at each. */
static int claim(const struct text_head *h)
{
	enum { SURE = 92, WEAK = 40, SHARE_MIN = 80, STRONG_MIN = 10 };
	size_t strong = 0, known = 0, others = 0;

	for (size_t i = 0; i < h->nlines && !text_misfits(h, i - known - others, SHARE_MIN); i++) {
		const struct device_kind *kind;
		struct syslog_head head;

		read_head(h->lines[i], &head);
		kind = kind_of(&head);
		known += kind != NULL;
		strong += kind && !kind->weak;
		others += !kind && syslog_fits(h->lines[i]);
	}
	if (!h->nlines || text_misfits(h, h->nlines - known - others, SHARE_MIN))
		return 0;
	if (strong * 100 >= h->nlines * STRONG_MIN)
		return SURE;
	return known * 100 >= h->nlines * SHARE_MIN ? WEAK : 0;
}

static const struct text_format DEVICE = {
	.line_keywords = true,
	.claim = claim,
	.line = line,
	.state_bytes = sizeof(struct device),
	.open = device_open,
	.close = device_close,
};

/* Cut in pieces although a connection's building tells who began: a teardown in a later piece is judged by its ports,
 * and says so, as one whose building is not in the log. */
const struct reader_ops reader_device = TEXT_READER_PIECES(
	"device",
	"Firewalls, VPN, DHCP and DNS servers: Cisco, PAN-OS, FortiGate, Huawei, H3C, Check Point, pfSense, "
	"Juniper, Sangfor, OpenVPN, Ivanti, Citrix, HAProxy, CEF, LEEF, netfilter, dhcpd, Kea, dnsmasq, Unbound, "
	"BIND",
	&DEVICE);
