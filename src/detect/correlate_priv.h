/* correlate_priv.h - the correlator's state, shared by collecting (correlate.c) and evaluating
 * (corr_group.c). Thread rule: one owner. */
#ifndef SPOOR_DETECT_CORRELATE_PRIV_H
#define SPOOR_DETECT_CORRELATE_PRIV_H

#include "detect/corr_refs.h"
#include "detect/correlate.h"
#include "detect/ruleset.h"
#include "util/sorter.h"

/* What was not carried out to the end; each is told as a gap at the end. */
enum shortfall {
	SHORT_TIME,
	SHORT_LONG_VALUE,
	SHORT_LARGE_NUMBER,
	SHORT_HOSTS,
	SHORT_WINDOW,
	SHORT_VALUES,
	SHORT_REFS,
	SHORTFALLS
};

struct tally {
	uint64_t n;
	uint32_t item;
	uint64_t offset;
	str rule_id;
};

/* A correlation that wants the matches of a rule, or the alerts of another correlation. */
struct use {
	uint32_t target; /* as in correlation.refs */
	uint32_t correlation;
	uint16_t ref;
};

struct same_item { /* an item whose content an earlier one has */
	uint32_t item, as;
};

struct correlator {
	const struct ruleset *rs;
	VEC(struct use) uses;                                /* by target */
	map rules;                                           /* id to number, of rules with uses */
	struct sorter *storeys[LIMIT_CORRELATION_DEPTH + 1]; /* matches, by height of their correlations */
	map hosts;
	map contents; /* SHA-256 to first item */
	VEC(struct same_item) same;
	uint32_t last_item; /* with matches; UINT32_MAX: none */
	size_t window_max;
	struct tally tallies[SHORTFALLS];
	buf key, payload, value, folded;

	/* While alerts are looked for. */
	const struct correlate_sink *sink;
	struct corr_log log;
	struct corr_refs refs;
	struct corr_window window;
	struct group *group;
};

/* The fields of a match, or what an alert was grouped by. */
struct fields {
	const struct finding_detail *at;
	uint32_t n;
};

/* A record's payload: this, then the name of the host, the value, and the group's values as they read.
 * It never leaves this process. */
struct record {
	struct corr_hit hit;
	uint32_t group_len; /* bytes of the key that name correlation and group */
	uint32_t host_len, value_len, nshown;
};

int corr_no_memory(err *e);
void corr_tally(struct correlator *c, enum shortfall what, uint64_t n, str rule_id, uint32_t item,
		uint64_t offset);

/* Uses of a rule or correlation: from this index on, while their target is the same. */
size_t corr_first_use(const struct correlator *c, uint32_t target);
bool corr_is_used(const struct correlator *c, uint32_t target);

/* The first item of the same content. */
uint32_t corr_item_as(const struct correlator *c, uint32_t item);

/* Sort a match under one of the correlations that want it. order: what tells apart matches of one time.
 * A match without one of the group's fields takes no part. */
int corr_put(struct correlator *c, const struct use *u, struct corr_hit hit, const uint64_t order[2],
	     str host, const struct fields *fields, err *e);

/* Evaluate all correlations of one height. Their alerts go to higher ones. */
int corr_storey_run(struct correlator *c, struct sorter *s, err *e);

#endif
