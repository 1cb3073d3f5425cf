/* Records of the CVE List, JSON 5: the container of the one who assigned the number and those of others (ADP). What a product's
 * versions mean is told by the schema of CVE: version, lessThan, lessThanOrEqual, versionType, changes, defaultStatus. */
#include "util/limits.h"
#include "warn/record.h"

static enum rec_status status_of(str s, enum rec_status absent)
{
	if (str_is(s, "affected"))
		return REC_AFFECTED;
	if (str_is(s, "unaffected"))
		return REC_UNAFFECTED;
	return str_is(s, "unknown") ? REC_UNKNOWN : absent;
}

static void take_changes(struct record *r, struct jtree *t, uint32_t list, struct rec_version *v)
{
	v->change = (uint32_t)r->change.len;
	for (uint32_t i = jt_first(t, list); i != J_NONE; i = jt_next(t, list, i)) {
		struct rec_change *c = VEC_PUSH(&r->change, LIMIT_WARN_PARTS);

		if (!c) {
			r->failed = true;
			return;
		}
		c->at = jt_str(t, i, "at");
		c->status = status_of(jt_str(t, i, "status"), REC_UNKNOWN);
	}
	v->nchanges = (uint32_t)r->change.len - v->change;
}

/* A text for people: "1.0 <= x < 2.0" is what lessThan means, written as ">= 1.0, < 2.0". */
static str range_text(struct jtree *t, str from, const char *sign, str to)
{
	str s;

	if (ver_is_open(from) || ver_is_zero(from))
		s = arena_printf(&t->mem, "%s %.*s", sign, STR_ARG(to));
	else
		s = arena_printf(&t->mem, ">= %.*s, %s %.*s", STR_ARG(from), sign, STR_ARG(to));
	return s.ptr ? s : to;
}

static bool take_end(struct jtree *t, uint32_t entry, const char *name, const char *sign, enum ver_end end,
		     struct rec_version *v)
{
	uint32_t i = jt_get(t, entry, name);
	str from = v->text, to = jt_text(t, i);

	if (i == J_NONE || to.len > LIMIT_RANGE_TEXT || from.len > LIMIT_RANGE_TEXT)
		return false;
	v->span = (struct ver_span){ .lo = from, .lo_end = END_IN, .hi = to, .hi_end = end };
	if (ver_is_open(to))
		v->text = range_text(t, STR(""), ">=", from);
	else
		v->text = range_text(t, from, sign, to);
	return true;
}

static void take_version(struct record *r, struct jtree *t, uint32_t entry)
{
	struct rec_version *v;
	uint32_t text = jt_get(t, entry, "version");

	if (!jt_is(t, text, J_STRING)) {
		r->odd++;
		return;
	}
	v = VEC_PUSH(&r->version, LIMIT_WARN_PARTS);
	if (!v) {
		r->failed = true;
		return;
	}
	v->text = jt_text(t, text);
	v->status = status_of(jt_str(t, entry, "status"), REC_UNKNOWN);
	v->foreign = !ver_scheme_named(jt_str(t, entry, "versionType"), &v->scheme);
	if (!take_end(t, entry, "lessThan", "<", END_OUT, v) &&
	    !take_end(t, entry, "lessThanOrEqual", "<=", END_IN, v))
		record_words(v, v->text);
	take_changes(r, t, jt_get(t, entry, "changes"), v);
}

static void take_product(struct record *r, struct jtree *t, uint32_t affected, uint8_t container)
{
	struct rec_product *p = VEC_PUSH(&r->product, LIMIT_WARN_PARTS);
	uint32_t cpes = jt_get(t, affected, "cpes"), versions = jt_get(t, affected, "versions");
	str package;

	if (!p) {
		r->failed = true;
		return;
	}
	p->container = container;
	p->vendor = jt_str(t, affected, "vendor");
	p->product = jt_str(t, affected, "product");
	p->purl = jt_str(t, affected, "packageURL");
	package = jt_str(t, affected, "packageName");
	if (p->product.len == 0)
		p->product = package;
	p->otherwise = status_of(jt_str(t, affected, "defaultStatus"), REC_UNSAID);
	p->cpe = (uint32_t)r->cpe.len;
	for (uint32_t i = jt_first(t, cpes); i != J_NONE; i = jt_next(t, cpes, i)) {
		str *s = VEC_PUSH(&r->cpe, LIMIT_WARN_PARTS);

		if (s)
			*s = jt_text(t, i);
		r->failed |= !s;
	}
	p->ncpes = (uint32_t)r->cpe.len - p->cpe;
	p->version = (uint32_t)r->version.len;
	for (uint32_t i = jt_first(t, versions); i != J_NONE; i = jt_next(t, versions, i))
		take_version(r, t, i);
	p->nversions = (uint32_t)r->version.len - p->version;
}

static void take_scores(struct record *r, struct jtree *t, uint32_t metrics, bool primary)
{
	static const struct {
		const char *name;
		uint8_t version;
	} SCORES[] = { { "cvssV4_0", 40 }, { "cvssV3_1", 31 }, { "cvssV3_0", 30 }, { "cvssV2_0", 20 } };

	for (uint32_t i = jt_first(t, metrics); i != J_NONE; i = jt_next(t, metrics, i))
		for (size_t k = 0; k < COUNT(SCORES); k++) {
			uint32_t score = jt_get(t, i, SCORES[k].name), milli;

			if (score == J_NONE)
				continue;
			if (jt_milli(t, jt_get(t, score, "baseScore"), &milli))
				record_score(r, SCORES[k].version, milli, jt_str(t, score, "vectorString"),
					     primary);
			else
				r->odd++;
		}
}

/* The English text, else the first. */
static str description(struct jtree *t, uint32_t list)
{
	str first = { 0 };

	for (uint32_t i = jt_first(t, list); i != J_NONE; i = jt_next(t, list, i)) {
		str lang = jt_str(t, i, "lang"), text = jt_str(t, i, "value");

		if (lang.len >= 2 && str_eq_ascii_nocase((str){ lang.ptr, 2 }, STR("en")))
			return text;
		if (first.len == 0)
			first = text;
	}
	return first;
}

static void take_container(struct record *r, struct jtree *t, uint32_t c, uint8_t number)
{
	uint32_t affected = jt_get(t, c, "affected"), refs = jt_get(t, c, "references");

	if (r->title.len == 0)
		r->title = jt_str(t, c, "title");
	if (r->summary.len == 0)
		r->summary = description(t, jt_get(t, c, "descriptions"));
	for (uint32_t i = jt_first(t, affected); i != J_NONE; i = jt_next(t, affected, i))
		take_product(r, t, i, number);
	record_configs(r, t, jt_get(t, c, "cpeApplicability"));
	take_scores(r, t, jt_get(t, c, "metrics"), number == 0);
	for (uint32_t i = jt_first(t, refs); i != J_NONE; i = jt_next(t, refs, i))
		record_ref(r, jt_str(t, i, "url"));
}

bool record_cve(struct record *r, struct jtree *t, uint32_t root)
{
	uint32_t meta = jt_get(t, root, "cveMetadata"), containers = jt_get(t, root, "containers"),
		 adp = jt_get(t, containers, "adp");
	uint8_t number = 1;

	record_clear(r);
	r->source = SOURCE_CVE;
	r->id = r->issue = jt_str(t, meta, "cveId");
	r->rejected = str_is(jt_str(t, meta, "state"), "REJECTED");
	r->updated_ns = record_time(jt_str(t, meta, "dateUpdated"));
	r->published_ns = record_time(jt_str(t, meta, "datePublished"));
	if (!record_is_cve(r->id))
		return false;
	if (r->rejected)
		return true;
	take_container(r, t, jt_get(t, containers, "cna"), 0);
	for (uint32_t i = jt_first(t, adp); i != J_NONE; i = jt_next(t, adp, i)) {
		take_container(r, t, i, number);
		number = number < UINT8_MAX ? (uint8_t)(number + 1) : number;
	}
	return true;
}
