/* facts.h - event to typed facts, bound once per schema, aggregated in a bounded table.
 *
 * Which event gives which fact stands in data/facts_windows.tsv. Every Windows event counts for the
 * coverage of its host, channel and day; only events that the table names cost more than that.
 * All events shown to one table come from one schema set, which outlives the table.
 * Thread rule: one table per thread. */
#ifndef SPOOR_FACTS_FACTS_H
#define SPOOR_FACTS_FACTS_H

#include "facts/fact.h"

struct fact_table;

int fact_table_new(struct fact_table **ret, err *e);
void fact_table_free(struct fact_table *t);

/* Extract the facts of one event and merge them into the table. ERR_LIMIT past LIMIT_FACTS: the
 * caller has ignored fact_table_full(). */
int fact_table_observe(struct fact_table *t, const event *ev, err *e);

/* Merge one fact (a coordinator merging workers' tables). Strings are copied; one longer than
 * LIMIT_FACT_VALUE is cut and ends with an ellipsis. */
int fact_table_merge(struct fact_table *t, const struct fact *f, err *e);

/* True when the table has reached its soft ceiling: hand the facts on, then clear it. */
bool fact_table_full(const struct fact_table *t);

/* Facts in a fixed order (kind, then attributes), whatever the order of arrival. */
size_t fact_table_len(struct fact_table *t);
int fact_table_sort(struct fact_table *t, err *e);
/* After sort; valid until the next call with the same table. */
const struct fact *fact_table_at(struct fact_table *t, size_t i);
void fact_table_clear(struct fact_table *t);

/* Number of rules compiled from the table in data/, one per event id. */
size_t fact_rules_len(void);

/* Merge b into a: same kind and attributes. Commutative, associative; refs stay the FACT_REFS
 * smallest by (item, offset), without doubles. */
void fact_combine(struct fact *a, const struct fact *b);
/* Total order by kind and attributes; 0 means the same fact. */
int fact_cmp(const struct fact *a, const struct fact *b);

#endif
