/* correlation.h - Sigma correlations as they are written: type, rules, grouping, time, condition.
 *
 * What a document says, checked by itself; the rules that it names are looked up elsewhere. What cannot
 * be carried out exactly is refused with its line. Meaning: docs/sigma.md.
 * Thread rule: pure functions. */
#ifndef SPOOR_SIGMA_CORRELATION_H
#define SPOOR_SIGMA_CORRELATION_H

#include "sigma/doc.h"
#include "util/number.h"

enum corr_type {
	CORR_EVENT_COUNT,
	CORR_VALUE_COUNT,
	CORR_TEMPORAL,
	CORR_TEMPORAL_ORDERED,
	CORR_VALUE_SUM,
	CORR_VALUE_AVG,
	CORR_VALUE_PERCENTILE,
	CORR_VALUE_MEDIAN,
	CORR_TYPES
};

enum corr_op { CORR_GT, CORR_GTE, CORR_LT, CORR_LTE, CORR_EQ, CORR_NEQ, CORR_OPS };

/* Numbers of correlations are thousand-millionths, so that sums are exact in any order. */
#define CORR_ONE 1000000000

struct corr_bound {
	enum corr_op op;
	int128 value; /* in CORR_ONE */
};

struct corr_alias {
	str alias, rule, field; /* in events of this rule the alias is that field */
};

/* What is asked of the matches of one group. */
struct corr_terms {
	enum corr_type type;
	int64_t span_ns; /* INT64_MAX: longer than any evidence */
	uint32_t nrules;
	uint32_t nbounds; /* all must hold; at least one */
	struct corr_bound bounds[CORR_OPS];
	double percentile;
};

struct sigma_correlation { /* strings live in the arena */
	struct corr_terms terms;
	uint32_t line;
	struct doc_names rules;    /* ids or names, as written */
	struct doc_names group_by; /* fields or aliases; may be empty */
	struct doc_names fields;   /* condition's `field`; empty unless the type is about values */
	const struct corr_alias *aliases;
	uint32_t naliases;
	bool generate;
};

/* "event_count" and so on. */
const char *corr_type_name(enum corr_type type);

/* Does the type look at values of fields? Does it do sums with them? */
bool corr_type_has_values(enum corr_type type);
bool corr_type_has_numbers(enum corr_type type);

/* Parse a document of kind SIGMA_CORRELATION. */
int sigma_correlation_parse(const struct ynode *doc, arena *mem, struct sigma_correlation *ret, err *e);

/* A number in CORR_ONE; false beyond 10^20. Nine decimals count. */
bool corr_fixed(const struct number *n, int128 *ret);

/* Do all bounds hold for sum / n? (n is 1 for everything but averages.) */
bool corr_holds(const struct corr_terms *c, int128 sum, uint64_t n);

#endif
