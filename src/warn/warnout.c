/* Warnings as a table for people, as CSV and as JSON, and what each party is told. */
#include "util/csv.h"
#include "util/json.h"
#include "util/sha256.h"
#include "util/utf.h"
#include "warn/warn_priv.h"

static const struct stock_row *row_of(const struct warn *w, const struct warn_hit *h)
{
	return &w->stock->row.at[h->row];
}

static const char *score_version(const struct rec_score *s)
{
	switch (s->version) {
	case 20:
		return "2.0";
	case 30:
		return "3.0";
	case 31:
		return "3.1";
	case 40:
		return "4.0";
	default:
		return "";
	}
}

static void milli_text(buf *b, uint32_t milli)
{
	buf_printf(b, "%u.%u", milli / 1000, milli / 100 % 10);
}

static void micro_text(buf *b, uint32_t micro)
{
	buf_printf(b, "%u.%05u", micro / 1000000, micro % 1000000 / 10);
}

static void day_text(buf *b, int64_t ns)
{
	size_t at = b->len;

	buf_time(b, ns);
	if (b->len > at + 10)
		b->len = at + 10;
}

/* --- a table on a terminal ----------------------------------------------------------------------------------------------------- */

/* Text of feeds and inventories for a terminal: nothing in it steers. */
static void safe(buf *b, str s)
{
	for (size_t i = 0; i < s.len;) {
		str rest = { s.ptr + i, s.len - i };
		size_t n = 1;
		uint32_t c;

		if (utf8_valid_prefix((str){ rest.ptr, rest.len < 4 ? rest.len : 4 }) == 0) {
			buf_printf(b, "\\x%02x", (unsigned char)s.ptr[i++]);
			continue;
		}
		c = utf8_next(rest, &n);
		if (c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x200E || c == 0x200F ||
		    (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069))
			buf_printf(b, "\\u%04x", c);
		else
			buf_add(b, rest.ptr, n);
		i += n ? n : 1;
	}
}

static void head_line(const struct warn *w, const struct warn_vuln *v, enum warn_language l, buf *b)
{
	bool zh = l == WARN_ZH;

	(void)w;
	buf_printf(b, "%3u  ", v->priority);
	safe(b, v->id);
	for (size_t i = 0; i < v->naliases; i++) {
		buf_z(b, i ? ", " : " (");
		safe(b, v->alias[i]);
	}
	if (v->naliases)
		buf_byte(b, ')');
	if (v->title.len) {
		buf_z(b, "  ");
		safe(b, v->title);
	}
	buf_z(b, "\n     ");
	if (v->score.version) {
		buf_printf(b, "CVSS %s: ", score_version(&v->score));
		milli_text(b, v->score.milli);
	} else {
		buf_z(b, zh ? "没有 CVSS 评分" : "no CVSS score");
	}
	if (v->has_epss) {
		buf_z(b, zh ? "，EPSS " : ", EPSS ");
		micro_text(b, v->epss_micro);
	}
	if (v->exploited) {
		buf_z(b, zh ? "，已知被利用" : ", known to be exploited since ");
		if (!zh)
			day_text(b, v->kev.added_ns);
	}
	buf_byte(b, '\n');
}

static void hit_line(const struct warn *w, const struct warn_hit *h, enum warn_language l, buf *b)
{
	const struct stock_row *r = row_of(w, h);
	buf why = { 0 };

	buf_printf(b, "     %-12s ", warn_verdict_word(h->affected, l));
	safe(b, r->party.len ? r->party : STR("-"));
	buf_z(b, "  ");
	safe(b, r->host.len ? r->host : STR("-"));
	buf_z(b, "  ");
	safe(b, r->vendor);
	buf_byte(b, ' ');
	safe(b, r->product);
	buf_byte(b, ' ');
	safe(b, r->version);
	buf_printf(b, "  [%s", warn_grade_word(h->grade, l));
	if (r->exposure != EXPOSURE_UNKNOWN) {
		buf_z(b, ", ");
		warn_exposure_words(r->exposure, l, b);
	}
	buf_z(b, "]  ");
	warn_why_words(w, h, l, &why);
	safe(b, buf_view(&why));
	buf_byte(b, '\n');
	buf_done(&why);
}

void warn_write_table(const struct warn *w, enum warn_language l, buf *out)
{
	for (size_t i = 0; i < w->vuln.len; i++) {
		const struct warn_vuln *v = &w->vuln.at[i];

		if (i)
			buf_byte(out, '\n');
		head_line(w, v, l, out);
		for (size_t k = 0; k < v->nhits; k++)
			hit_line(w, &w->hit.at[v->hit + k], l, out);
	}
	if (w->vuln.len == 0)
		buf_z(out, l == WARN_ZH ? "没有需要预警的单位。\n" : "Nobody has to be warned.\n");
}

/* --- CSV ---------------------------------------------------------------------------------------------------------------------------- */

static void cell(buf *out, str s)
{
	if (out->len && out->ptr[out->len - 1] != '\n')
		buf_byte(out, ',');
	csv_cell(out, s);
}

static void made_cell(buf *out, buf *made)
{
	cell(out, buf_view(made));
	buf_clear(made);
}

static void csv_head(buf *out, bool with_party)
{
	buf_z(out,
	      with_party
		      ? "priority,id,other_ids,title,verdict,match,party,contact,host,vendor,product,version,exposure,"
		      : "priority,id,other_ids,title,verdict,match,host,vendor,product,version,exposure,");
	buf_z(out, "cvss,cvss_version,epss,exploited,reason,urgency" CSV_LINE_END);
}

static void csv_vuln(const struct warn_vuln *v, const struct warn_hit *h, enum warn_language l, buf *out,
		     buf *t)
{
	buf_printf(t, "%u", h->priority);
	cell(out, buf_view(t));
	buf_clear(t);
	cell(out, v->id);
	for (size_t i = 0; i < v->naliases; i++) {
		if (i)
			buf_byte(t, ' ');
		buf_str(t, v->alias[i]);
	}
	made_cell(out, t);
	cell(out, v->title);
	cell(out, str_of(warn_verdict_word(h->affected, l)));
	cell(out, str_of(warn_grade_word(h->grade, l)));
}

static void csv_row(const struct warn *w, const struct warn_hit *h, enum warn_language l, bool with_party,
		    buf *out, buf *t)
{
	const struct warn_vuln *v = &w->vuln.at[h->vuln];
	const struct stock_row *r = row_of(w, h);

	csv_vuln(v, h, l, out, t);
	if (with_party) {
		cell(out, r->party);
		cell(out, r->contact);
	}
	cell(out, r->host);
	cell(out, r->vendor);
	cell(out, r->product);
	cell(out, r->version);
	warn_exposure_words(r->exposure, l, t);
	made_cell(out, t);
	if (v->score.version)
		milli_text(t, v->score.milli);
	made_cell(out, t);
	cell(out, str_of(score_version(&v->score)));
	if (v->has_epss)
		micro_text(t, v->epss_micro);
	made_cell(out, t);
	if (v->exploited)
		day_text(t, v->kev.added_ns);
	made_cell(out, t);
	warn_why_words(w, h, l, t);
	made_cell(out, t);
	warn_priority_words(w, v, h, l, t);
	made_cell(out, t);
	buf_z(out, CSV_LINE_END);
}

void warn_write_csv(const struct warn *w, enum warn_language l, buf *out)
{
	buf t = { 0 };

	csv_head(out, true);
	for (size_t i = 0; i < w->hit.len; i++)
		csv_row(w, &w->hit.at[i], l, true, out, &t);
	out->failed |= t.failed;
	buf_done(&t);
}

/* --- JSON ------------------------------------------------------------------------------------------------------------------------------ */

static void made_member(buf *out, const char *key, buf *made)
{
	json_member_str(out, key, buf_view(made));
	buf_clear(made);
}

static void put_strings(buf *out, const char *key, const str *at, size_t n)
{
	json_key(out, key);
	buf_byte(out, '[');
	for (size_t i = 0; i < n; i++) {
		json_sep(out);
		json_str(out, at[i]);
	}
	buf_byte(out, ']');
}

/* priority: of the rows that the reader sees; that of others would tell what they have. */
static void json_vuln(const struct warn_vuln *v, unsigned priority, buf *out)
{
	json_member_u64(out, "priority", priority);
	json_member_str(out, "id", v->id);
	put_strings(out, "other_ids", v->alias, v->naliases);
	json_member_str(out, "title", v->title);
	json_member_str(out, "summary", v->summary);
	json_member_time(out, "published", v->published_ns);
	json_member_time(out, "updated", v->updated_ns);
	if (v->score.version) {
		json_key(out, "cvss");
		buf_z(out, "{\"score\":");
		milli_text(out, v->score.milli);
		json_member_str(out, "version", str_of(score_version(&v->score)));
		json_member_str(out, "vector", v->score.vector);
		buf_byte(out, '}');
	}
	if (v->has_epss) {
		json_key(out, "epss");
		buf_z(out, "{\"score\":");
		micro_text(out, v->epss_micro);
		json_key(out, "percentile");
		micro_text(out, v->percentile_micro);
		buf_byte(out, '}');
	}
	if (v->exploited) {
		json_key(out, "exploited");
		buf_byte(out, '{');
		json_member_time(out, "since", v->kev.added_ns);
		json_member_bool(out, "ransomware", v->kev.ransomware);
		json_member_str(out, "action", v->kev.action);
		buf_byte(out, '}');
	}
}

static void json_hit(const struct warn *w, const struct warn_hit *h, enum warn_language l, bool with_party,
		     buf *out, buf *t)
{
	static const char *const ANSWERS[] = { "not_affected", "affected", "undecided" }, *const MATCHES[] = {
		"product", "name", "exact"
	};
	const struct stock_row *r = row_of(w, h);

	json_sep(out);
	buf_byte(out, '{');
	json_member_str(out, "verdict", str_of(ANSWERS[h->affected]));
	json_member_str(out, "match", str_of(MATCHES[h->grade]));
	json_member_u64(out, "priority", h->priority);
	if (with_party)
		json_member_str(out, "party", r->party);
	json_member_str(out, "host", r->host);
	json_member_str(out, "vendor", r->vendor);
	json_member_str(out, "product", r->product);
	json_member_str(out, "version", r->version);
	warn_exposure_words(r->exposure, WARN_EN, t);
	made_member(out, "exposure", t);
	json_member_bool(out, "disputed", h->disputed);
	warn_why_words(w, h, l, t);
	made_member(out, "reason", t);
	warn_priority_words(w, &w->vuln.at[h->vuln], h, l, t);
	made_member(out, "urgency", t);
	buf_byte(out, '}');
}

static void json_warnings(const struct warn *w, enum warn_language l, buf *out, buf *t)
{
	json_key(out, "warnings");
	buf_byte(out, '[');
	for (size_t i = 0; i < w->vuln.len; i++) {
		const struct warn_vuln *v = &w->vuln.at[i];

		json_sep(out);
		buf_byte(out, '{');
		json_vuln(v, v->priority, out);
		json_key(out, "rows");
		buf_byte(out, '[');
		for (size_t k = 0; k < v->nhits; k++)
			json_hit(w, &w->hit.at[v->hit + k], l, true, out, t);
		buf_z(out, "]}");
	}
	buf_byte(out, ']');
}

static void json_parties(const struct warn *w, buf *out)
{
	json_key(out, "parties");
	buf_byte(out, '[');
	for (size_t i = 0; i < w->party.len; i++) {
		json_sep(out);
		buf_byte(out, '{');
		json_member_str(out, "party", w->party.at[i].name);
		json_member_str(out, "contact", w->party.at[i].contact);
		json_member_u64(out, "rows", w->party.at[i].n);
		buf_byte(out, '}');
	}
	buf_byte(out, ']');
}

void warn_write_json(const struct warn *w, enum warn_language l, buf *out)
{
	buf t = { 0 };

	buf_byte(out, '{');
	json_member_u64(out, "records", w->n.records);
	json_member_u64(out, "affected", w->n.affected);
	json_member_u64(out, "undecided", w->n.undecided);
	json_key(out, "said");
	buf_byte(out, '[');
	for (size_t i = 0; warn_said(w, i); i++) {
		json_sep(out);
		json_str(out, str_of(warn_said(w, i)));
	}
	buf_byte(out, ']');
	json_warnings(w, l, out, &t);
	json_parties(w, out);
	buf_z(out, "}\n");
	out->failed |= t.failed;
	buf_done(&t);
}

/* --- notices ------------------------------------------------------------------------------------------------------------------------------ */

/* A name for a file that no party can choose: what is plain of its own, and eight digits of its hash. */
static void file_name(buf *to, str party)
{
	enum { PLAIN_MAX = 40, DIGITS = 8 };
	struct sha256 *h = sha256_new(NULL);
	uint8_t digest[SHA256_LEN] = { 0 };
	char hex[SHA256_HEX_LEN + 1];

	if (!h || sha256_add(h, str_bytes(party), NULL) < 0 || sha256_end(h, digest, NULL) < 0)
		to->failed = true;
	sha256_free(h);
	sha256_hex(digest, hex);
	for (size_t i = 0; i < party.len && i < PLAIN_MAX; i++) {
		char c = party.ptr[i];

		c = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
		buf_byte(to, (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ? c : '_');
	}
	buf_z(to, party.len ? "-" : "no_party-");
	buf_add(to, hex, DIGITS);
}

static void notice_csv(const struct warn *w, const struct warn_party *p, enum warn_language l, buf *out,
		       buf *t)
{
	csv_head(out, false);
	for (size_t i = 0; i < p->n; i++)
		csv_row(w, &w->hit.at[w->by_party.at[p->first + i]], l, false, out, t);
}

/* The highest priority of the rows of one vulnerability, from by_party[i] on. */
static unsigned own_priority(const struct warn *w, const struct warn_party *p, size_t i)
{
	uint32_t vuln = w->hit.at[w->by_party.at[p->first + i]].vuln;
	unsigned max = 0;

	for (; i < p->n; i++) {
		const struct warn_hit *h = &w->hit.at[w->by_party.at[p->first + i]];

		if (h->vuln != vuln)
			break;
		if (h->priority > max)
			max = h->priority;
	}
	return max;
}

static void notice_json(const struct warn *w, const struct warn_party *p, enum warn_language l, buf *out,
			buf *t)
{
	uint32_t last = UINT32_MAX;

	buf_byte(out, '{');
	json_member_str(out, "party", p->name);
	json_member_str(out, "contact", p->contact);
	json_key(out, "warnings");
	buf_byte(out, '[');
	for (size_t i = 0; i < p->n; i++) {
		const struct warn_hit *h = &w->hit.at[w->by_party.at[p->first + i]];

		if (h->vuln != last) {
			if (last != UINT32_MAX)
				buf_z(out, "]}");
			json_sep(out);
			buf_byte(out, '{');
			json_vuln(&w->vuln.at[h->vuln], own_priority(w, p, i), out);
			json_key(out, "rows");
			buf_byte(out, '[');
			last = h->vuln;
		}
		json_hit(w, h, l, false, out, t);
	}
	if (last != UINT32_MAX)
		buf_z(out, "]}");
	buf_z(out, "]}\n");
}

void warn_write_notice(const struct warn *w, size_t party, enum warn_language l, bool as_csv, buf *name,
		       buf *out)
{
	const struct warn_party *p = &w->party.at[party];
	buf t = { 0 };

	file_name(name, p->name);
	if (as_csv)
		notice_csv(w, p, l, out, &t);
	else
		notice_json(w, p, l, out, &t);
	out->failed |= t.failed || name->failed;
	buf_done(&t);
}
