/* zscaler.c - the web log of Zscaler's Nanolog Streaming Service (NSS) as its feed for Splunk writes it: a
 * time, then key=value pairs, all apart by tabs, with or without a syslog header. Columns are the keys,
 * then parts of the URL under the names that rules have for them. The time is that of the feed's zone,
 * which is not written. Source: help.zscaler.com, "NSS Feed Output Format: Web Logs". */
#include "readers/logs/access.h"
#include "readers/readers.h"
#include "readers/text/sysloghead.h"
#include "readers/text/textkeys.h"

enum { PAIRS_MAX = 96 }; /* of a line; the feed has some 40 */

/* What stands before the pairs, and those. */
struct record {
	str stamp, host, pairs; /* host: of the syslog header, empty without one */
	struct logtime time;
};

static bool time_first(str s, struct record *r)
{
	r->stamp = str_cut(s, '\t', &r->pairs);
	return r->pairs.len && (logtime_whole(r->stamp, LOGTIME_ISO, &r->time) ||
				logtime_whole(r->stamp, LOGTIME_CTIME, &r->time));
}

static bool record_read(str line, struct record *r)
{
	struct syslog_head h;

	*r = (struct record){ 0 };
	if (time_first(line, r))
		return true;
	if (!syslog_head_read(line, &h) || !time_first(h.message, r))
		return false;
	r->host = h.host;
	return true;
}

/* "key=value" */
static bool pair(str s, str *ret_key, str *ret_text)
{
	enum { KEY_MAX = 48 };

	*ret_key = str_cut(s, '=', ret_text);
	if (!ret_key->len || ret_key->len > KEY_MAX || ret_key->len == s.len)
		return false;
	for (size_t i = 0; i < ret_key->len; i++) {
		char c = ret_key->ptr[i];

		if (!((c | 0x20) >= 'a' && (c | 0x20) <= 'z') && (unsigned char)(c - '0') > 9 && c != '_')
			return false;
	}
	return true;
}

/* The next pair. A tab that somebody got into a value does not end it, unless what follows looks like a pair:
 * *ret_torn is set then. */
static bool pair_next(str *rest, str *ret_key, str *ret_text, bool *ret_torn)
{
	str key, text, s = str_cut(*rest, '\t', rest);

	if (!pair(s, ret_key, ret_text))
		return false;
	while (rest->len) {
		str behind, next = str_cut(*rest, '\t', &behind);

		if (pair(next, &key, &text))
			break;
		if (next.len) {
			ret_text->len = (size_t)(next.ptr + next.len - ret_text->ptr);
			*ret_torn = true;
		}
		*rest = behind;
	}
	return true;
}

static bool is_nothing(str s)
{
	return !s.len || str_eq(s, STR("None")) || str_eq(s, STR("N/A")) || str_eq(s, STR("NA"));
}

struct pairs {
	size_t n, chosen; /* from here on what a client chose may stand: it sends tabs in these, too */
	struct {
		str key, text;
	} at[PAIRS_MAX];
};

static bool same(const struct pairs *p, size_t i, size_t k)
{
	return str_eq(p->at[i].key, p->at[k].key);
}

static bool has_doubles(const struct pairs *p)
{
	for (size_t i = 1; i < p->n; i++)
		for (size_t k = 0; k < i; k++)
			if (same(p, i, k))
				return true;
	return false;
}

/* Of two pairs with one key the service wrote the first if that stands before all that a client chose, else
 * the last. */
static bool is_real(const struct pairs *p, size_t i)
{
	for (size_t k = 0; k < i && k < p->chosen; k++)
		if (same(p, i, k))
			return false;
	for (size_t k = i + 1; i >= p->chosen && k < p->n; k++)
		if (same(p, i, k))
			return false;
	return true;
}

static bool pairs_read(str rest, struct pairs *p, bool *ret_torn)
{
	p->n = 0;
	p->chosen = SIZE_MAX;
	while (rest.len && p->n < PAIRS_MAX) {
		if (!pair_next(&rest, &p->at[p->n].key, &p->at[p->n].text, ret_torn))
			return false;
		if (p->chosen == SIZE_MAX &&
		    (str_eq(p->at[p->n].key, STR("useragent")) || str_eq(p->at[p->n].key, STR("refererURL"))))
			p->chosen = p->n;
		p->n++;
	}
	*ret_torn |= rest.len > 0;
	return p->n > 0;
}

static bool is_there(const struct text_keys *k, str key)
{
	const struct map_entry *m = map_get(&k->known, key);

	return m && k->values[m->value].type != VALUE_ABSENT;
}

/* Pairs without the key in which the line is cut. */
static str whole_pairs(str s)
{
	size_t i = s.len;

	while (i > 0 && s.ptr[i - 1] != '\t')
		i--;
	if (i > 0 && !memchr(s.ptr + i, '=', s.len - i))
		s.len = i - 1;
	return s;
}

/* The pairs to k; those that are not real to its column "more". False: what stands first is no pair. */
static bool put_pairs(struct text *t, struct text_keys *k, str rest)
{
	struct pairs p;
	bool doubles;

	if (!pairs_read(t->partial ? whole_pairs(rest) : rest, &p, &t->repaired))
		return false;
	doubles = has_doubles(&p);
	t->repaired |= doubles;
	for (size_t i = 0; i < p.n; i++)
		if (!is_nothing(p.at[i].text) && (!doubles || is_real(&p, i)))
			text_keys_put(k, p.at[i].key, value_utf8(p.at[i].text));
	for (size_t i = 0; doubles && i < p.n; i++)
		if (!is_real(&p, i) && is_there(k, p.at[i].key))
			text_keys_put(k, p.at[i].key, value_utf8(p.at[i].text));
	return true;
}

/* The port of "host:port" or "[v6]:port"; empty without one. */
static str port_of(str host)
{
	size_t i = host.len;

	while (i > 0 && (unsigned char)(host.ptr[i - 1] - '0') <= 9)
		i--;
	if (i < 2 || host.ptr[i - 1] != ':' ||
	    (host.ptr[i - 2] != ']' && memchr(host.ptr, ':', host.len) != host.ptr + i - 1))
		return (str){ 0 };
	return (str){ host.ptr + i, host.len - i };
}

/* The URL has no scheme, and a port only where it is not the protocol's own. */
static void put_url(struct text_keys *k)
{
	str protocol = text_keys_get(k, "protocol"), port;
	struct access_url u;

	access_url(text_keys_get(k, "url"), &u);
	text_keys_put_str(k, "cs-host", u.host);
	text_keys_put_str(k, "c-uri-stem", u.stem);
	text_keys_put_str(k, "c-uri-query", u.query);
	text_keys_put_str(k, "c-uri-extension", u.extension);
	port = port_of(u.host);
	if (!port.len && str_eq_ascii_nocase(protocol, STR("https")))
		port = STR("443");
	else if (!port.len && str_eq_ascii_nocase(protocol, STR("http")))
		port = STR("80");
	text_keys_put_str(k, "r-port", port);
}

static enum text_line zscaler_line(struct text *t)
{
	struct text_keyed *z = t->state;
	struct text_keys *k = &z->keys;
	struct record r;

	t->why = "no time and a tab at its beginning";
	if (!record_read(t->line, &r))
		return TEXT_BAD;
	text_keys_begin(k);
	text_keys_put_str(k, "time", r.stamp);
	text_keys_put_str(k, "syslog-host", r.host);
	t->why = "no pairs behind its time";
	if (!put_pairs(t, k, r.pairs))
		return TEXT_BAD;
	t->why = "neither a client nor a URL";
	if (!text_keys_get(k, "ClientIP").len && !text_keys_get(k, "url").len && !t->partial)
		return TEXT_BAD;
	t->why = NULL;
	put_url(k);
	text_time(t, &r.time);
	return text_keys_say(t, k, "zscaler.web", &z->said) ? TEXT_EVENT : TEXT_BAD;
}

/* The service has other logs in this form. */
static bool fits(str line)
{
	struct record r;
	str key, text;

	return record_read(line, &r) && pair(r.pairs, &key, &text) &&
	       (str_find(r.pairs, STR("\tvendor=Zscaler")) != SIZE_MAX ||
		str_find(r.pairs, STR("\tproduct=NSS")) != SIZE_MAX) &&
	       str_find(r.pairs, STR("\turl=")) != SIZE_MAX;
}

static int zscaler_claim(const struct text_head *h)
{
	enum { SURE = 93, SHARE_MIN = 80 };

	return text_fits(h, fits, SHARE_MIN) ? SURE : 0;
}

static const struct text_format ZSCALER = {
	.line_keywords = true,
	.claim = zscaler_claim,
	.claim_most = 93,
	.line = zscaler_line,
	.state_bytes = sizeof(struct text_keyed),
	.open = text_keyed_open,
	.close = text_keyed_close,
};

const struct reader_ops reader_zscaler =
	TEXT_READER_PIECES("zscaler", "Zscaler's web log (NSS, tabs and key=value)", &ZSCALER);
