/* Records of NVD's API 2.0. */
#include "util/limits.h"
#include "warn/record.h"

static void take_match(struct record *r, struct jtree *t, uint32_t entry)
{
	static const struct {
		const char *name;
		bool low;
		enum ver_end end;
	} ENDS[] = { { "versionStartIncluding", true, END_IN },
		     { "versionStartExcluding", true, END_OUT },
		     { "versionEndIncluding", false, END_IN },
		     { "versionEndExcluding", false, END_OUT } };
	struct rec_match *m = VEC_PUSH(&r->match, LIMIT_WARN_PARTS);

	if (!m) {
		r->failed = true;
		return;
	}
	m->criteria = jt_str(t, entry, "criteria");
	m->vulnerable = jt_is_true(t, jt_get(t, entry, "vulnerable"));
	for (size_t i = 0; i < COUNT(ENDS); i++) {
		uint32_t at = jt_get(t, entry, ENDS[i].name);

		if (at == J_NONE || jt_is(t, at, J_NULL))
			continue;
		r->odd += !jt_is(t, at, J_STRING);
		m->spanned = true;
		if (ENDS[i].low) {
			m->span.lo = jt_text(t, at);
			m->span.lo_end = ENDS[i].end;
		} else {
			m->span.hi = jt_text(t, at);
			m->span.hi_end = ENDS[i].end;
		}
	}
}

static bool is_and(struct jtree *t, uint32_t i)
{
	return str_eq_ascii_nocase(jt_str(t, i, "operator"), STR("AND"));
}

static void take_node(struct record *r, struct jtree *t, uint32_t entry)
{
	struct rec_node n = { .match = (uint32_t)r->match.len,
			      .all = is_and(t, entry),
			      .negate = jt_is_true(t, jt_get(t, entry, "negate")) };
	uint32_t list = jt_get(t, entry, "cpeMatch");
	struct rec_node *to;

	for (uint32_t i = jt_first(t, list); i != J_NONE; i = jt_next(t, list, i))
		take_match(r, t, i);
	n.nmatches = (uint32_t)r->match.len - n.match;
	to = VEC_PUSH(&r->node, LIMIT_WARN_PARTS);
	if (to)
		*to = n;
	r->failed |= !to;
}

void record_configs(struct record *r, struct jtree *t, uint32_t configurations)
{
	for (uint32_t c = jt_first(t, configurations); c != J_NONE; c = jt_next(t, configurations, c)) {
		struct rec_config x = { .node = (uint32_t)r->node.len,
					.all = is_and(t, c),
					.negate = jt_is_true(t, jt_get(t, c, "negate")) };
		uint32_t nodes = jt_get(t, c, "nodes");
		struct rec_config *to;

		for (uint32_t i = jt_first(t, nodes); i != J_NONE; i = jt_next(t, nodes, i))
			take_node(r, t, i);
		x.nnodes = (uint32_t)r->node.len - x.node;
		to = VEC_PUSH(&r->config, LIMIT_WARN_PARTS);
		if (to)
			*to = x;
		r->failed |= !to;
	}
}

static void take_scores(struct record *r, struct jtree *t, uint32_t metrics)
{
	static const struct {
		const char *name;
		uint8_t version;
	} SCORES[] = { { "cvssMetricV40", 40 },
		       { "cvssMetricV31", 31 },
		       { "cvssMetricV30", 30 },
		       { "cvssMetricV2", 20 } };

	for (size_t k = 0; k < COUNT(SCORES); k++) {
		uint32_t list = jt_get(t, metrics, SCORES[k].name), milli;

		for (uint32_t i = jt_first(t, list); i != J_NONE; i = jt_next(t, list, i)) {
			uint32_t data = jt_get(t, i, "cvssData");

			if (jt_milli(t, jt_get(t, data, "baseScore"), &milli))
				record_score(r, SCORES[k].version, milli, jt_str(t, data, "vectorString"),
					     str_is(jt_str(t, i, "type"), "Primary"));
			else
				r->odd++;
		}
	}
}

bool record_nvd(struct record *r, struct jtree *t, uint32_t root)
{
	uint32_t cve = jt_get(t, root, "cve"), texts = jt_get(t, cve, "descriptions"),
		 refs = jt_get(t, cve, "references");

	record_clear(r);
	r->source = SOURCE_NVD;
	r->id = r->issue = jt_str(t, cve, "id");
	r->rejected = str_eq_ascii_nocase(jt_str(t, cve, "vulnStatus"), STR("Rejected"));
	r->updated_ns = record_time(jt_str(t, cve, "lastModified"));
	r->published_ns = record_time(jt_str(t, cve, "published"));
	if (!record_is_cve(r->id))
		return false;
	for (uint32_t i = jt_first(t, texts); i != J_NONE; i = jt_next(t, texts, i))
		if (str_is(jt_str(t, i, "lang"), "en") && r->summary.len == 0)
			r->summary = jt_str(t, i, "value");
	for (uint32_t i = jt_first(t, refs); i != J_NONE; i = jt_next(t, refs, i))
		record_ref(r, jt_str(t, i, "url"));
	take_scores(r, t, jt_get(t, cve, "metrics"));
	record_configs(r, t, jt_get(t, cve, "configurations"));
	return true;
}
