/* ruleset.h - compiled rules, as the parts of this folder see them. Thread rule: immutable. */
#ifndef SPOOR_DETECT_RULESET_H
#define SPOOR_DETECT_RULESET_H

#include "detect/detect.h"
#include "detect/scanplan.h"
#include "detect/values.h"
#include "sigma/correlation.h"
#include "sigma/filter.h"
#include "sigma/logsource.h"
#include "sigma/rule.h"

struct compiled_rule {
	uint32_t info;             /* index of its rule_info */
	str id;                    /* never empty */
	uint32_t root;             /* node of its condition */
	bool hidden;               /* its matches serve correlations only and are no findings of their own */
	uint32_t first_key, nkeys; /* rule_keys: field ids whose values correlations want */
};

#define REF_CORRELATION UINT32_C(0x80000000)

/* A correlation, and what its references lead to. */
struct correlation {
	uint32_t info;
	str id; /* never empty */
	struct corr_terms terms;
	bool linked;     /* carried out; else all below is void */
	bool hidden;     /* as in compiled_rule */
	uint32_t height; /* above the tallest correlation that it refers to; 0: rules only */
	uint32_t
		first_ref; /* corr_refs, terms.nrules of them: index of a compiled_rule, or REF_CORRELATION and
			     * index of a correlation */
	uint32_t ngroup, nfields; /* names of group-by, and of the condition's fields */
	uint32_t first_name; /* corr_names: these names, then per reference the fields that they mean there */
};

/* What was parsed and waits for its rules. */
struct filter_draft {
	uint32_t info;
	struct sigma_filter def;
};

struct correlation_draft { /* of the correlation of the same number */
	struct sigma_correlation def;
	bool has_level;
	uint32_t *refs; /* by name in def.rules, as in corr_refs */
};

#define VARIANT_RENAMES 12

/* One way in which a rule applies to events. */
struct variant {
	uint32_t rule; /* index of compiled_rule; variants are sorted by it */
	uint32_t root; /* its condition, and the gate's further conditions */
	struct logsource_where where;
	uint32_t nrenames;
	struct {
		uint32_t from, to; /* field ids */
	} renames[VARIANT_RENAMES];

	/* by plan_make() */
	uint32_t group;
	struct plan_events events; /* that it can match, where its condition says so */
};

struct ruleset {
	struct sigma_pool pool;
	VEC(struct rule_info) infos;
	VEC(struct compiled_rule) rules;
	VEC(struct variant) variants;
	VEC(struct correlation) correlations;
	VEC(uint32_t) corr_refs;
	VEC(str) corr_names;
	VEC(uint32_t) rule_keys;
	VEC(struct filter_draft) filters; /* while the set is compiled */
	VEC(struct correlation_draft) drafts;
	struct placeholders placeholders;
	bool extended; /* profile */
	map ids; /* rule id to index of its rule_info */
	struct plan plan;
	bool thawed; /* arrays and strings lie in an image */
};

static inline const uint32_t *correlation_refs(const struct ruleset *rs, const struct correlation *c)
{
	return rs->corr_refs.at + c->first_ref;
}

/* Names of group-by, then of the condition's fields; NULL: there are none. */
static inline const str *correlation_names(const struct ruleset *rs, const struct correlation *c)
{
	return c->ngroup + c->nfields ? rs->corr_names.at + c->first_name : NULL;
}

/* The same as fields of what reference `ref` leads to. */
static inline const str *correlation_keys(const struct ruleset *rs, const struct correlation *c, uint32_t ref)
{
	const str *names = correlation_names(rs, c);

	return names ? names + ((size_t)ref + 1) * (c->ngroup + c->nfields) : NULL;
}

/* Is it a reading of the profile "extended"? Its root names the event's fields. */
static inline bool variant_is_extended(const struct variant *v)
{
	const struct logsource_gate *gate = logsource_gate_at(v->where.gate);

	return gate && gate->extended;
}

/* The event's field that a rule's field is read from under a variant. */
static inline uint32_t variant_field(const struct variant *v, uint32_t field)
{
	for (uint32_t i = 0; i < v->nrenames; i++)
		if (v->renames[i].from == field)
			return v->renames[i].to;
	return field;
}

/* What an event calls a field of a rule. */
struct field_names {
	bool any;          /* FIELD_ANY: every field */
	str name, dataset; /* the rule's name; the dataset may have others for it */
};

static inline struct field_names field_names_of(const struct ruleset *rs, const struct schema *s,
						uint32_t field)
{
	return (struct field_names){ field == FIELD_ANY, sigma_field_name(&rs->pool, field), s->dataset };
}

/* Does the column carry it? Structure is no field. */
static inline bool field_has_column(const struct field_names *n, const struct column *col)
{
	if (n->any)
		return column_is_field(col) || column_is_line(col);
	return column_is_field(col) && (str_eq(col->name, n->name) ||
					(n->dataset.len && logsource_reads(n->dataset, n->name, col->name)));
}

/* What decides to which groups of variants an event belongs. Strings are borrowed. */
struct event_place {
	bool windows;
	str channel, event_id; /* windows: text */
	struct logsource_services services;
	struct logsource_triple sources[LOGSOURCE_TRIPLES_MAX]; /* flat: what its log is */
	size_t nsources;
};

/* The place of an event; texts go to mem. declared: the log source of flat events as the user says, or
 * NULL. False if the text is too long for mem. */
bool event_place_of(struct event_place *ret, const event *ev, const struct logsource_triple *declared,
		    arena *mem);

bool group_applies(const struct plan_group *g, const struct event_place *place);

#endif
