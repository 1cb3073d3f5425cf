/* detector.h - a detector's state, as the parts of this folder see it. Thread rule: one thread. */
#ifndef SPOOR_DETECT_DETECTOR_H
#define SPOOR_DETECT_DETECTOR_H

#include "detect/bind.h"
#include "detect/memo.h"
#include "detect/scan.h"
#include "event/gap.h"

struct span { /* one value's text in detector.text */
	size_t from, len;
};

struct field_text {     /* the texts of one field in the current event */
	uint32_t epoch; /* another one: not made yet */
	uint32_t first, n;
	size_t from, to;
};

struct schema_slot { /* what is known of one schema of the current set */
	const struct schema *schema;
	uint32_t kind; /* number of its content: equal schemas of several sets are one kind */
	str key;       /* of the class of its last event */
	struct bound_class *bound;
};

struct class_slot {
	struct bound_class *bound;
};

struct logsource_words { /* a declared log source, owned */
	arena mem;
	struct logsource_triple triple;
};

struct useful_columns { /* of the last schema with a finding: what people want to see besides */
	const struct schema *schema;
	int32_t at[48];
	size_t n;
};

struct detector {
	const struct ruleset *rs;
	struct binder *binder;
	struct scan_set *scans;
	struct naive naive;
	struct logsource_words declared;
	bool use_naive;

	arena class_mem;
	map kinds;     /* content of a schema to its number */
	map class_ids; /* kind, event id, channel, provider to index of classes */
	VEC(struct class_slot) classes;
	VEC(struct schema_slot) slots; /* by schema id */
	struct memo memo;
	buf key;

	struct bound_atoms atoms;

	/* of the current event */
	const struct bound_class *current;
	uint32_t epoch;
	uint32_t *found; /* per atom of the plan: epoch in which a scan found it */
	uint32_t *seen;  /* per atom of `atoms`: epoch in which truth is known */
	uint8_t *truth;
	struct {
		struct field_text kind[2]; /* as it is, folded */
	} * texts;                         /* per field of the class */
	uint64_t *candidates;
	size_t natoms, nfields, nwords; /* room of the above */
	VEC(uint32_t) matched;          /* variants */
	buf text;
	buf scan_text[2]; /* of the value that is scanned: as it is, folded */
	VEC(struct span) spans;
	VEC(uint32_t) hits;
	bool failed;

	struct useful_columns useful;
	arena finding_mem;
	buf shown;
	bool has_gap;
	struct gap gap;
	uint64_t evaluated; /* rules whose program ran: for measurements */
};

/* Does a leaf of a variant hold in the current event? By what the fast evaluator knows, else by the naive
 * one. */
bool detector_leaf_holds(struct detector *d, const event *ev, const struct variant *v, uint32_t field,
			 uint32_t pred);

/* The first value of the current event that satisfies a leaf. False if it does not hold, or holds without
 * a value. */
bool detector_leaf_value(struct detector *d, const event *ev, const struct variant *v, uint32_t field,
			 uint32_t pred, int32_t *ret_col, value *ret_value);

/* Hand one match to the sink, with the fields that made it. */
int detector_emit(struct detector *d, const struct variant *v, const event *ev, finding_sink sink, void *ctx,
		  err *e);

#endif
