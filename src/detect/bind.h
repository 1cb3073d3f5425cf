/* bind.h - rules bound to one kind of event: a schema, a channel, a provider, an event id.
 *
 * Binding is partial evaluation: what these four decide (absent fields, constant columns, gates) is
 * decided once, three-valued, exactly; what is left of each rule is a small program over atoms, an
 * atom being one predicate of one field. Rules that became false are gone; rules that became true
 * match every event of the class. The others wait for their trigger (scanplan.h), unless they have none.
 * Thread rule: classes belong to one detector. */
#ifndef SPOOR_DETECT_BIND_H
#define SPOOR_DETECT_BIND_H

#include "detect/memo.h"
#include "detect/naive.h"

#define ATOM_NONE UINT32_MAX

struct atom {
	uint32_t field; /* index into bound_class.fields */
	uint32_t pred;
	bool scanned; /* known after the scans: it holds if and only if it was seen */
};

struct bound_field {
	uint32_t field; /* field id in the pool */
	const uint32_t *columns;
	uint32_t ncolumns;
};

/* What an atom of a plan's group means to the class: one of its own, and a trigger of rules. */
struct bound_hit {
	uint32_t group_atom;
	uint32_t atom; /* of the class */
	uint32_t rule, nrules; /* rules that it triggers: bound_class.triggered[rule, rule + nrules) */
};

/* The atoms of a group that mean something to the class: a hash table. */
struct bound_hits {
	const struct bound_hit *hits;
	const uint32_t *slots; /* number + 1 of a hit, by bound_slot() */
	uint32_t mask;
};

static inline uint32_t bound_slot(uint32_t group_atom, uint32_t mask)
{
	return group_atom * 0x9E3779B1u >> 7 & mask;
}

/* The hit of an atom of the group, or NULL. */
static inline const struct bound_hit *bound_hit_of(const struct bound_hits *h, uint32_t group_atom)
{
	for (uint32_t at = bound_slot(group_atom, h->mask); h->slots[at]; at = (at + 1) & h->mask)
		if (h->hits[h->slots[at] - 1].group_atom == group_atom)
			return &h->hits[h->slots[at] - 1];
	return NULL;
}

struct bound_scan { /* a field to scan */
	const struct plan_field *plan;
	uint32_t number; /* of the plan_field */
	uint32_t field;  /* index into bound_class.fields */
	const struct bound_hits *hits;
	const struct plan_atom *atoms;  /* of the group */
	const struct memo_entry **last; /* per column of the field: what was found there last, or NULL */
};

struct bound_node {
	uint8_t op;
	uint32_t first; /* AND, OR: kids[first, first + n); NOT: node; LEAF: atom */
	uint32_t n;
};

#define BOUND_TRUE UINT32_MAX /* root of a rule that matches every event of the class */

struct bound_rule {
	uint32_t variant;
	uint32_t root; /* node, or BOUND_TRUE */
};

struct bound_class {
	const struct bound_field *fields;
	struct atom *atoms;
	const struct bound_node *nodes;
	const uint32_t *kids;
	const struct bound_rule *rules; /* in the order of the set */
	const uint32_t *triggered;      /* rules, see bound_hit */
	const struct bound_scan *scans;
	const uint64_t *always;   /* bit per rule: no trigger, evaluate it */
	const uint32_t *by_key;   /* hash table of atoms by field id and predicate: number + 1 */
	uint32_t key_mask;
	uint32_t nfields, natoms, nnodes, nrules, nscans, nalways;
};

struct binder;

int binder_new(struct binder **ret, const struct ruleset *rs, err *e);
void binder_free(struct binder *b);

/* Bind the class of this event into mem. ERR_LIMIT when mem is full. */
int binder_bind(struct binder *b, struct naive *naive, const event *ev, arena *mem, struct bound_class **ret,
		err *e);

/* Atom of (field id, predicate) in a class; ATOM_NONE: decided when it was bound. */
uint32_t bound_atom(const struct bound_class *c, uint32_t field, uint32_t pred);

#endif
