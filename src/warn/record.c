#include "warn/record.h"

#include "util/limits.h"

void record_clear(struct record *r)
{
	struct record kept = *r;

	memset(r, 0, sizeof *r);
#define KEEP(v) (r->v = kept.v, r->v.len = 0)
	KEEP(product);
	KEEP(version);
	KEEP(change);
	KEEP(cpe);
	KEEP(match);
	KEEP(node);
	KEEP(config);
#undef KEEP
	r->updated_ns = r->published_ns = TIME_NONE;
}

void record_done(struct record *r)
{
	VEC_DONE(&r->product);
	VEC_DONE(&r->version);
	VEC_DONE(&r->change);
	VEC_DONE(&r->cpe);
	VEC_DONE(&r->match);
	VEC_DONE(&r->node);
	VEC_DONE(&r->config);
}

bool record_is_cve(str s)
{
	if (s.len < 13 || s.len > 24 || !str_starts(s, STR("CVE-")) || s.ptr[8] != '-')
		return false;
	for (size_t i = 4; i < s.len; i++)
		if (i != 8 && (s.ptr[i] < '0' || s.ptr[i] > '9'))
			return false;
	return true;
}

int64_t record_time(str s)
{
	enum time_basis basis;
	int64_t ns;

	if (s.len == 10) { /* a day */
		char text[32];

		memcpy(text, s.ptr, 10);
		memcpy(text + 10, "T00:00:00Z", 10);
		return time_parse_iso((str){ text, 20 }, &ns, &basis) ? ns : TIME_NONE;
	}
	return time_parse_iso(s, &ns, &basis) ? ns : TIME_NONE;
}

void record_ref(struct record *r, str url)
{
	if (r->nrefs < REC_REFS && url.len > 8 && url.len < 2048 &&
	    (str_starts(url, STR("https://")) || str_starts(url, STR("http://"))))
		r->ref[r->nrefs++] = url;
}

void record_score(struct record *r, uint8_t version, uint32_t milli, str vector, bool primary)
{
	if (milli > 10000 || r->nscores == REC_SCORES) {
		r->odd++;
		return;
	}
	r->score[r->nscores++] = (struct rec_score){ milli, version, vector, primary };
}

void record_words(struct rec_version *v, str text)
{
	struct ver_set set;

	v->text = text;
	v->span = (struct ver_span){ .lo = text, .lo_end = END_IN, .single = true };
	/* one version, or a branch, needs no words */
	if (!ver_text_parse(text, &set) || set.n != 1 || set.nexcept || !set.span[0].single)
		v->words = text;
	else
		v->span = set.span[0];
}

enum rec_source record_kind(const struct jtree *t, uint32_t root)
{
	uint32_t document;

	if (jt_is(t, jt_get(t, root, "cveMetadata"), J_OBJECT))
		return SOURCE_CVE;
	if (jt_is(t, jt_get(t, jt_get(t, root, "cve"), "id"), J_STRING))
		return SOURCE_NVD;
	if (jt_is(t, jt_get(t, root, "cveID"), J_STRING))
		return SOURCE_KEV;
	document = jt_get(t, root, "document");
	if (jt_is(t, jt_get(t, document, "csaf_version"), J_STRING))
		return SOURCE_CSAF;
	return SOURCES;
}

bool record_kev(struct record *r, struct jtree *t, uint32_t root)
{
	struct rec_product *p;

	record_clear(r);
	r->source = SOURCE_KEV;
	r->id = r->issue = jt_str(t, root, "cveID");
	r->title = jt_str(t, root, "vulnerabilityName");
	r->summary = jt_str(t, root, "shortDescription");
	r->action = jt_str(t, root, "requiredAction");
	r->published_ns = r->updated_ns = record_time(jt_str(t, root, "dateAdded"));
	r->ransomware = str_eq_ascii_nocase(jt_str(t, root, "knownRansomwareCampaignUse"), STR("known"));
	p = VEC_PUSH(&r->product, LIMIT_WARN_PARTS);
	if (p) {
		p->vendor = jt_str(t, root, "vendorProject");
		p->product = jt_str(t, root, "product");
		p->otherwise = REC_UNSAID;
	}
	r->failed |= !p;
	return record_is_cve(r->id);
}
