/* coverage.h - which rules can ever match events of these kinds, and why the others cannot.
 *
 * Each rule is evaluated on each kind of events with three values: what a kind's name and its fields
 * decide is true or false, everything else is open. A rule that is false for every kind can match none of
 * its events; the other way round nothing is promised. Thread rule: pure functions. */
#ifndef SPOOR_DETECT_COVERAGE_H
#define SPOOR_DETECT_COVERAGE_H

#include "detect/census.h"
#include "detect/detect.h"

enum coverage_state { /* the furthest that a rule came with any kind of events */
	COVERAGE_REJECTED,  /* it cannot be executed */
	COVERAGE_NO_RULE,   /* a correlation, a filter, or no rule: it looks at no event itself */
	COVERAGE_NO_READER, /* nothing that is read here is its log source */
	COVERAGE_NO_LOG,    /* its log source is not in the evidence */
	COVERAGE_NO_EVENT,  /* it is, but without events of the ids or providers that the rule wants */
	COVERAGE_NO_FIELD,  /* they are there, but never with the fields that it needs */
	COVERAGE_CAN,       /* it can match */
	COVERAGE_STATES
};

const char *coverage_state_name(enum coverage_state s);

struct coverage { /* of one document of a set */
	enum coverage_state state;
	uint64_t events; /* of its log source: that its gates let through */
	str missing;     /* COVERAGE_NO_FIELD: some fields that are not there, separated by blanks */
};

struct coverage_gate { /* events that rules of one log source read */
	str where;
	uint64_t events;
	bool known;          /* a reader's log is it; else only where the user says so */
	uint32_t rules, can; /* those that read it, those of them that can match there */
};

struct coverage_table {
	struct coverage *rules; /* ruleset_len() of them */
	struct coverage_gate *gates;
	uint32_t ngates;
	uint64_t by_state[COVERAGE_STATES];
	bool incomplete; /* some kinds of events are not told apart: rules are given the benefit of doubt */
};

/* The census must be sorted. Everything lies in mem. */
int coverage_make(struct coverage_table *ret, const struct ruleset *rs, const struct census *c, arena *mem,
		  err *e);

#endif
