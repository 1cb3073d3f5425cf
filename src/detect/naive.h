/* naive.h - the reference evaluator: walks a rule's tree, looks every field up by name, matches by
 * elements. Slow on purpose; the fast one must give the same answers.
 * Thread rule: one naive per thread. */
#ifndef SPOOR_DETECT_NAIVE_H
#define SPOOR_DETECT_NAIVE_H

#include "detect/ruleset.h"

struct naive {
	const struct ruleset *rs;
	struct regex_scratch *regex;
	bool quick; /* match by segments, not by elements: for the fast evaluator's own questions */
	buf text, other;
	uint64_t limited; /* expressions that hit their limit */
	const struct logsource_triple *declared; /* log source of flat events by the user's word, or NULL */
};

int naive_init(struct naive *n, const struct ruleset *rs, err *e);
void naive_done(struct naive *n);

/* Does the event satisfy the node? */
bool naive_node(struct naive *n, const struct variant *v, const event *ev, uint32_t node);

/* Does the event satisfy predicate `pred` of field `field` (the event's name)? *ret_col, *ret_value
 * (both NULL allowed): the first value that does; -1 where none is needed. */
bool naive_leaf(struct naive *n, const event *ev, uint32_t field, uint32_t pred, int32_t *ret_col,
		value *ret_value);

/* Does a value of one column satisfy a predicate on values? */
bool naive_column(struct naive *n, const event *ev, uint32_t col, uint32_t pred);

#endif
