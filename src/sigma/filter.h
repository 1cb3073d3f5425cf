/* filter.h - Sigma filters: what is accepted everywhere and must not be found by the rules named.
 *
 * Both ways of writing one mean the same, that events of its selections are left out: the
 * specification's `condition: selection` and pySigma's `condition: not selection`. A condition that
 * mixes the two could mean either and is refused. Thread rule: as rule.h. */
#ifndef SPOOR_SIGMA_FILTER_H
#define SPOOR_SIGMA_FILTER_H

#include "sigma/doc.h"
#include "sigma/rule.h"

struct sigma_filter { /* strings live in the pool */
	uint32_t line;
	bool any;               /* every rule of the log source */
	struct doc_names rules; /* else these ids or names */
	str product, category, service;
	uint32_t root; /* node: what a rule must satisfy besides its own condition */
};

/* Compile a document of kind SIGMA_FILTER. head: of sigma_rule_head(). */
int sigma_filter_compile(struct sigma_pool *p, const struct ynode *doc, const struct sigma_rule *head,
			 struct sigma_filter *ret, err *e);

/* Does the filter apply to rules of this log source? What it does not name may be anything. */
bool sigma_filter_covers(const struct sigma_filter *f, str product, str category, str service);

#endif
