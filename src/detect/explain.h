/* explain.h - why a rule matches an event, or why not: every test of it with what the event holds.
 *
 * Everything is evaluated, also what the answer does not depend on. By the reference evaluator, on its
 * own; the answer is the one that a detector gives. Thread rule: as naive.h. */
#ifndef SPOOR_DETECT_EXPLAIN_H
#define SPOOR_DETECT_EXPLAIN_H

#include "detect/detect.h"
#include "sigma/rule.h"

#define EXPLAIN_HELD 8u /* values of a field that are shown */

struct explained { /* a part of the condition */
	enum node_op op;
	bool holds;
	str name;       /* of a selection; or the test that stands here; else empty */
	bool converted; /* stands for one test of the rule, asked of other fields: see convert.h */
	struct explained *kids;
	uint32_t nkids;

	/* NODE_LEAF */
	str field;       /* as the rule calls it; empty: any value of the event */
	str event_field; /* as it is read from the event */
	str test;        /* "ends with '\cmd.exe'" */
	bool present;
	str held[EXPLAIN_HELD]; /* what the event has there */
	uint32_t nheld, more;   /* and how many more values */
	str hit_field, hit;     /* the value that fulfils the test, where one is needed */
};

struct explained_reading { /* one way in which the rule applies to events */
	str where;   /* "process_creation as security 4688" */
	str profile; /* "strict" or "extended" */
	bool applies;
	str why_not; /* else */
	bool holds;  /* applies, and the condition is fulfilled */
	struct explained condition;
};

struct explanation {
	const struct rule_info *info;
	bool matches;
	str profile; /* of the reading that matches: the first */
	struct explained_reading *readings;
	uint32_t nreadings; /* none: the rule applies to nothing that is read here */
	uint64_t limited;   /* expressions that could not be decided */
};

/* Explain document `index` of the set, one with status RULE_OK. declared: what the user says that a flat
 * event's log is, or NULL. Everything lies in mem. */
int explain_rule(struct explanation *ret, const struct ruleset *rs, size_t index, const event *ev,
		 const struct logsource_triple *declared, arena *mem, err *e);

#endif
