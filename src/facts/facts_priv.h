/* facts_priv.h - how the rows of data/facts_windows.tsv look when compiled, and how they are run. */
#ifndef SPOOR_FACTS_FACTS_PRIV_H
#define SPOOR_FACTS_FACTS_PRIV_H

#include "facts/facts.h"
#include "util/buf.h"

#define FA_BYTES FA_COUNT /* pseudo attribute of a row: adds to fact.bytes */

enum fact_fn {
	FN_TEXT,
	FN_LITERAL,
	FN_IP,
	FN_PID,
	FN_ID,
	FN_HOST,
	FN_ACCOUNT,
	FN_TASK,
	FN_DATA,
	FN_SECONDS,
	FN_CMDLET,
	FN_PARAMETERS,
	FN_DAY,
	FN_CHANNEL,
	FN_USER,
};

enum fact_join { JOIN_FIRST, JOIN_AND, JOIN_OR };

struct fact_op {
	int attr; /* enum fact_attr or FA_BYTES */
	enum fact_fn fn;
	enum fact_join join;
	const char *a, *b; /* field names, or the literal */
};

struct fact_condition {
	const char *field;
	char op; /* = ~ * & as in the table */
	bool negate;
	uint32_t mask;
	const char *values; /* comma-separated */
};

struct fact_rule {
	const char *provider, *channel;
	uint32_t event_id;
	enum fact_kind kind;
	uint32_t op, nops, condition, nconditions;
};

/* Rule i of the table, NULL behind the last. */
const struct fact_rule *fact_rule_at(size_t i);
const struct fact_op *fact_rule_ops(const struct fact_rule *r);
const struct fact_condition *fact_rule_conditions(const struct fact_rule *r);

/* Does the rule speak of events with this provider (empty: not named), channel and id? */
bool fact_rule_matches(const struct fact_rule *r, str provider, str channel, uint64_t event_id);

/* A rule bound to a schema: where its fields lie, -1 where the schema has none. */
struct fact_plan {
	const struct fact_rule *rule;
	int32_t *op_a, *op_b, *cond; /* columns, per op and condition */
};

/* Bind into memory of `mem`. False without memory. */
bool fact_plan_bind(struct fact_plan *p, const struct fact_rule *r, const struct schema *s, arena *mem);

/* Text of the attributes while a fact is being made: offsets into `text`, which grows. */
struct fact_draft {
	buf text;
	size_t from[FA_COUNT], len[FA_COUNT];
	uint64_t bytes;
};

/* Run a bound rule on an event. False if its conditions do not hold. */
bool fact_plan_run(const struct fact_plan *p, const event *ev, struct fact_draft *d);

/* Start a draft; then attributes that every fact has. */
void fact_draft_clear(struct fact_draft *d);
void fact_draft_put(struct fact_draft *d, enum fact_attr attr, str s);

struct fact_span {
	int64_t first_ns, last_ns;
	uint64_t count, bytes;
};

/* Widen by another span; counters stop at their maximum. */
void fact_span_add(struct fact_span *s, int64_t first_ns, int64_t last_ns, uint64_t count, uint64_t nbytes);
int fact_ref_cmp(const struct event_ref *a, const struct event_ref *b);
/* Keep the FACT_REFS smallest, ordered, without doubles. */
void fact_refs_add(struct event_ref *refs, uint32_t *nrefs, const struct event_ref *r);

/* "2024-04-18" of a time, empty for TIME_NONE. out has room for 24 bytes. */
str fact_day(int64_t ns, char out[24]);

/* The value normalisers, for the tests: each appends to `out` from `text`. Absent gives nothing. */
void fact_text_ip(str s, buf *out);
void fact_text_task(str xml, buf *out);

#endif
