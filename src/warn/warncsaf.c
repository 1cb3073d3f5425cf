/* Drafts of CSAF 2.0, profile csaf_security_advisory (4.4), by a coordinator. Products are those that the record names and that
 * somebody has, with the record's versions: nothing of the inventories gets out. */
#include "util/json.h"
#include "warn/warn_priv.h"

static void z_member(buf *b, const char *key, const char *text)
{
	json_member_str(b, key, str_of(text));
}

/* CSAF wants a time: that of the record, else the beginning of time. */
static int64_t release_time(const struct warn_vuln *v)
{
	return v->updated_ns != TIME_NONE     ? v->updated_ns
	       : v->published_ns != TIME_NONE ? v->published_ns
					      : 0;
}

static bool is_plain_url(str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] <= 0x20 || s.ptr[i] >= 0x7F || strchr("\"<>\\^`{|}[]", s.ptr[i]))
			return false;
	return true;
}

static void put_note(buf *b, const char *category, const char *title, str text)
{
	json_sep(b);
	buf_byte(b, '{');
	z_member(b, "category", category);
	json_member_str(b, "text", text);
	z_member(b, "title", title);
	buf_byte(b, '}');
}

static void put_distribution(buf *b, enum tlp tlp)
{
	static const char *const LABELS[TLPS] = { "WHITE", "GREEN", "AMBER", "RED", "RED" };

	json_key(b, "distribution");
	buf_byte(b, '{');
	z_member(b, "text", tlp_name(tlp));
	json_key(b, "tlp");
	buf_printf(b, "{\"label\":\"%s\",\"url\":\"https://www.first.org/tlp/\"}}", LABELS[tlp]);
}

static void put_publisher(buf *b, const struct warn_publisher *p)
{
	buf space = { 0 };

	buf_z(&space, "https://");
	buf_str(&space, share_contact_domain(p->contact));
	json_key(b, "publisher");
	buf_byte(b, '{');
	z_member(b, "category", "coordinator");
	json_member_str(b, "contact_details", p->contact);
	json_member_str(b, "name", p->name.len ? p->name : STR("CSIRT"));
	json_member_str(b, "namespace", buf_view(&space));
	buf_byte(b, '}');
	b->failed |= space.failed;
	buf_done(&space);
}

static void put_tracking(buf *b, const struct warn_vuln *v, const struct warn_publisher *p)
{
	buf id = { 0 };

	buf_z(&id, "spoor-warning-");
	buf_str(&id, v->id);
	json_key(b, "tracking");
	buf_byte(b, '{');
	share_time_member(b, "current_release_date", release_time(v));
	share_time_member(b, "initial_release_date", release_time(v));
	json_member_str(b, "id", str_trim(buf_view(&id)));
	json_key(b, "generator");
	buf_z(b, "{\"engine\":{\"name\":\"spoor\"");
	z_member(b, "version", p->version);
	buf_z(b, "}}");
	json_key(b, "revision_history");
	buf_z(b, "[{");
	share_time_member(b, "date", release_time(v));
	z_member(b, "number", "1");
	z_member(b, "summary", "Drafted from public records.");
	buf_z(b, "}]");
	z_member(b, "status", "draft");
	z_member(b, "version", "1");
	buf_byte(b, '}');
	b->failed |= id.failed;
	buf_done(&id);
}

static void put_reference(buf *b, str url, const char *summary)
{
	if (!is_plain_url(url))
		return;
	json_sep(b);
	buf_byte(b, '{');
	z_member(b, "category", "external");
	z_member(b, "summary", summary);
	json_member_str(b, "url", url);
	buf_byte(b, '}');
}

static void put_references(buf *b, const struct warn_vuln *v)
{
	buf url = { 0 };

	json_key(b, "references");
	buf_byte(b, '[');
	if (record_is_cve(v->id)) {
		buf_z(&url, "https://www.cve.org/CVERecord?id=");
		buf_str(&url, v->id);
		put_reference(b, buf_view(&url), "Record of the vulnerability");
	}
	for (int s = 0; s < SOURCES; s++)
		for (size_t i = 0; v->info[s] && i < v->info[s]->nrefs; i++)
			put_reference(b, v->info[s]->ref[i], "Reference of the record");
	buf_byte(b, ']');
	b->failed |= url.failed;
	buf_done(&url);
}

static str title_of(const struct warn_vuln *v)
{
	return v->title.len ? v->title : v->id;
}

/* What is known of its urgency, in a sentence. */
static void urgency_text(buf *t, const struct warn_vuln *v)
{
	if (v->score.version)
		buf_printf(t, "CVSS %u.%u base score %u.%u. ", v->score.version / 10u, v->score.version % 10u,
			   v->score.milli / 1000, v->score.milli / 100 % 10);
	if (v->exploited)
		buf_z(t, v->kev.ransomware ? "Known to be exploited, also by ransomware. "
					   : "Known to be exploited. ");
	if (v->has_epss)
		buf_printf(t, "EPSS %u.%u %%.", v->epss_micro / 10000, v->epss_micro / 1000 % 10);
}

static void put_document(buf *b, const struct warn_vuln *v, const struct warn_publisher *p)
{
	buf t = { 0 };

	json_key(b, "document");
	buf_byte(b, '{');
	z_member(b, "category", "csaf_security_advisory");
	z_member(b, "csaf_version", "2.0");
	put_distribution(b, p->tlp);
	z_member(b, "lang", "en");
	json_key(b, "notes");
	buf_byte(b, '[');
	put_note(b, "summary", "What it is", v->summary.len ? v->summary : title_of(v));
	urgency_text(&t, v);
	if (t.len)
		put_note(b, "general", "How urgent it is", str_trim(buf_view(&t)));
	buf_byte(b, ']');
	put_publisher(b, p);
	put_references(b, v);
	json_member_str(b, "title", title_of(v));
	put_tracking(b, v, p);
	buf_byte(b, '}');
	b->failed |= t.failed;
	buf_done(&t);
}

/* --- products -------------------------------------------------------------------------------------------------------------------- */

/* A product with its versions, once for all rows that have it. */
struct advised {
	uint32_t about, text;
	uint8_t why;
	bool affected;
};

typedef VEC(struct advised) advised_list;

static void advise(advised_list *to, const struct warn_hit *h, buf *b)
{
	/* in the order of hits; few per vulnerability */
	for (size_t i = 0; i < to->len; i++) {
		struct advised *x = &to->at[i];

		if (x->about == h->about && x->text == h->text) {
			if (h->affected == TRI_YES && !x->affected)
				*x = (struct advised){ h->about, h->text, h->why, true };
			return;
		}
	}
	enum { ADVISED_MAX = 2000 };
	struct advised *x = VEC_PUSH(to, ADVISED_MAX);

	if (x)
		*x = (struct advised){ h->about, h->text, h->why, h->affected == TRI_YES };
	b->failed |= !x && to->len < ADVISED_MAX;
}

static void product_name(const struct warn *w, const struct advised *x, buf *t)
{
	str text = warn_text(w, x->text);

	buf_str(t, warn_text(w, x->about));
	if (x->why == WHY_ALL)
		buf_z(t, ", all versions");
	else if (x->why == WHY_DEFAULT)
		buf_z(t, ", versions that the record does not list");
	else if (text.len && x->why != WHY_PLATFORM && x->why != WHY_ATTRIBUTE) {
		buf_z(t, ": ");
		buf_str(t, text);
	}
}

static void put_products(const struct warn *w, const advised_list *list, buf *b)
{
	buf t = { 0 };

	json_key(b, "product_tree");
	buf_z(b, "{\"full_product_names\":[");
	for (size_t i = 0; i < list->len; i++) {
		json_sep(b);
		buf_byte(b, '{');
		product_name(w, &list->at[i], &t);
		json_member_str(b, "name", t.len ? buf_view(&t) : STR("?"));
		buf_clear(&t);
		json_key(b, "product_id");
		buf_printf(b, "\"product-%zu\"}", i + 1);
	}
	buf_z(b, "]}");
	b->failed |= t.failed;
	buf_done(&t);
}

static void put_ids(const advised_list *list, const char *key, bool affected, buf *b)
{
	size_t n = 0;

	for (size_t i = 0; i < list->len; i++)
		n += list->at[i].affected == affected;
	if (n == 0)
		return;
	json_key(b, key);
	buf_byte(b, '[');
	for (size_t i = 0; i < list->len; i++)
		if (list->at[i].affected == affected) {
			json_sep(b);
			buf_printf(b, "\"product-%zu\"", i + 1);
		}
	buf_byte(b, ']');
}

/* CSAF 2.0 knows CVSS 2 and 3 with their vectors; the severity must be that of the score. */
static void put_score(const struct warn_vuln *v, const advised_list *list, buf *b)
{
	static const char *const V3 = "CVSS:3.";
	uint32_t m = v->score.milli;
	bool any = false;

	for (size_t i = 0; i < list->len; i++)
		any |= list->at[i].affected;
	if (!any || v->score.version < 30 || v->score.version > 31 ||
	    !str_starts(v->score.vector, str_of(V3)) || v->score.vector.len < 40 ||
	    !is_plain_url(v->score.vector))
		return;
	json_key(b, "scores");
	buf_z(b, "[{\"cvss_v3\":{");
	z_member(b, "version", v->score.version == 30 ? "3.0" : "3.1");
	json_member_str(b, "vectorString", v->score.vector);
	json_key(b, "baseScore");
	buf_printf(b, "%u.%u", m / 1000, m / 100 % 10);
	z_member(b, "baseSeverity",
		 m >= 9000   ? "CRITICAL"
		 : m >= 7000 ? "HIGH"
		 : m >= 4000 ? "MEDIUM"
		 : m > 0     ? "LOW"
			     : "NONE");
	buf_byte(b, '}');
	put_ids(list, "products", true, b);
	buf_z(b, "}]");
}

static void put_identifiers(const struct warn_vuln *v, buf *b)
{
	bool cve = record_is_cve(v->id);

	if (cve)
		json_member_str(b, "cve", v->id);
	if (cve && v->naliases == 0)
		return;
	json_key(b, "ids");
	buf_byte(b, '[');
	for (size_t i = 0; i < v->naliases + !cve; i++) {
		str id = i < v->naliases ? v->alias[i] : v->id, rest, scheme = str_cut(id, '-', &rest);

		json_sep(b);
		buf_byte(b, '{');
		json_member_str(b, "system_name", scheme.len ? scheme : STR("record"));
		json_member_str(b, "text", id);
		buf_byte(b, '}');
	}
	buf_byte(b, ']');
}

static void put_remediation(const struct warn_vuln *v, const advised_list *list, buf *b)
{
	json_key(b, "remediations");
	buf_z(b, "[{");
	z_member(b, "category", "mitigation");
	json_member_str(
		b, "details",
		v->kev.action.len
			? v->kev.action
			: STR("Install the version that the maker names as fixed; see the references."));
	json_key(b, "product_ids");
	buf_byte(b, '[');
	for (size_t i = 0; i < list->len; i++) {
		json_sep(b);
		buf_printf(b, "\"product-%zu\"", i + 1);
	}
	buf_z(b, "]}]");
}

static void put_vulnerability(const struct warn_vuln *v, const advised_list *list, buf *b)
{
	json_key(b, "vulnerabilities");
	buf_z(b, "[{");
	put_identifiers(v, b);
	json_key(b, "notes");
	buf_byte(b, '[');
	put_note(b, "description", "What it is", v->summary.len ? v->summary : title_of(v));
	buf_byte(b, ']');
	json_key(b, "product_status");
	buf_byte(b, '{');
	put_ids(list, "known_affected", true, b);
	put_ids(list, "under_investigation", false, b);
	buf_byte(b, '}');
	put_remediation(v, list, b);
	put_score(v, list, b);
	json_member_str(b, "title", title_of(v));
	buf_z(b, "}]");
}

static void csaf_file_name(str id, buf *to)
{
	buf_z(to, "spoor-warning-");
	for (size_t i = 0; i < id.len && i < 100; i++) {
		char c = id.ptr[i];

		c = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
		buf_byte(to,
			 (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '-' ? c : '_');
	}
	buf_z(to, ".json");
}

void warn_write_csaf(const struct warn *w, size_t i, const struct warn_publisher *p, buf *name, buf *out)
{
	const struct warn_vuln *v = &w->vuln.at[i];
	advised_list list = { 0 };

	csaf_file_name(v->id, name);
	for (size_t k = 0; k < v->nhits; k++)
		if (w->hit.at[v->hit + k].affected != TRI_NO)
			advise(&list, &w->hit.at[v->hit + k], out);
	buf_byte(out, '{');
	put_document(out, v, p);
	put_products(w, &list, out);
	put_vulnerability(v, &list, out);
	buf_z(out, "}\n");
	out->failed |= name->failed;
	VEC_DONE(&list);
}
