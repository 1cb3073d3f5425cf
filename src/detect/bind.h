/* bind.h - rules bound to one kind of event (a class): a schema, a channel, a provider, an event id.
 *
 * A class knows which groups of rules apply to its events, which of their fields it has and which of those
 * are to be scanned. A rule is looked at closer only when its trigger fires for the first time in a class
 * (or at every event, if it has none): then it is evaluated in part. What the four decide (absent fields,
 * constant columns) is decided once, three-valued, exactly; what is left is a small program over atoms, an
 * atom being one predicate of one field. So a class costs little, however many rules there are.
 * Thread rule: classes belong to one detector. */
#ifndef SPOOR_DETECT_BIND_H
#define SPOOR_DETECT_BIND_H

#include "detect/memo.h"
#include "detect/naive.h"

struct bound_field {
	uint32_t field; /* field id in the pool */
	const uint32_t *columns; /* FIELD_ANY: those that are not constant */
	uint32_t ncolumns;
	bool constant; /* same values in every event of the class */
};

struct bound_scan { /* a field of a group to scan */
	const struct plan_field *plan;
	uint32_t number;          /* of the plan_field */
	uint32_t atom;            /* the group's first one in the plan */
	uint32_t bit;             /* the group's first one in the class */
	const uint32_t *columns;
	uint32_t ncolumns;
	const struct memo_entry **last; /* per column: what was found there last, or NULL */
};

struct bound_group {
	uint32_t number;
	uint32_t bit, nbits; /* of its members in the class */
};

#define BOUND_SCANNED 4u /* an operator besides enum node_op */

struct bound_node {
	uint32_t op;
	uint32_t first; /* AND, OR: kids[first, first + n); NOT: node; LEAF: atom of the detector; SCANNED: atom of the plan */
	uint32_t n;     /* LEAF: index into bound_class.fields */
};

struct bound_program { /* what is left of a rule; the last node is the root */
	uint32_t nnodes;
	bool constant, value; /* nothing is left: this is the answer */
	const struct bound_node *nodes;
	const uint32_t *kids;
};

struct bound_class {
	const struct bound_field *fields;
	const uint32_t *field_slots; /* hash table by field id: number + 1 */
	uint32_t field_mask, nfields;
	const struct bound_group *groups;
	uint32_t ngroups;
	const struct bound_scan *scans; /* [0, nscans) of every event, [nscans, nscans + nconstants) of what is */
	uint32_t nscans, nconstants;    /*   constant: of one event for all */
	uint64_t *always;               /* bit per member: evaluate it at every event */
	const struct bound_program **programs; /* by bit; NULL: not looked at yet */
	uint32_t nbits;
};

/* Atoms that a detector asks one by one, of all classes. */
struct bound_atom {
	uint32_t field, pred; /* ids in the pool */
};

struct bound_atoms {
	map ids; /* field, predicate to number */
	VEC(struct bound_atom) list;
};

/* Number of an atom, made if it is new; UINT32_MAX without memory. */
uint32_t bound_atom_put(struct bound_atoms *a, uint32_t field, uint32_t pred);
/* The same; UINT32_MAX if nobody has asked it. */
uint32_t bound_atom_get(const struct bound_atoms *a, uint32_t field, uint32_t pred);

/* The class's field of this id, or NULL: its events do not have it. */
const struct bound_field *bound_field_of(const struct bound_class *c, uint32_t field);

struct binder;

int binder_new(struct binder **ret, const struct ruleset *rs, err *e);
void binder_free(struct binder *b);

/* Bind the class of this event into mem. ERR_LIMIT when mem is full. */
int binder_bind(struct binder *b, const struct naive *naive, const event *ev, arena *mem,
		struct bound_class **ret, err *e);

/* The program of a variant, a member of group `group` (index) of the class, made into mem on first sight.
 * ev: any event of the class. NULL when mem is full. */
const struct bound_program *binder_program(struct binder *b, struct naive *naive, const struct bound_class *c,
					   const event *ev, const struct variant *v, struct bound_atoms *atoms,
					   arena *mem);

#endif
