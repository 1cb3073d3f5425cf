/* bind.h - rules bound to one kind of event: a schema, a channel, a provider, an event id.
 *
 * Binding is partial evaluation: what these four decide (absent fields, constant columns, gates) is
 * decided once, three-valued, exactly; what is left of each rule is a small program over atoms, an
 * atom being one predicate of one field. Rules that became false are gone; rules that became true
 * match every event of the class. For the rest a trigger is chosen where there is one: a set of atoms
 * of which one must hold, found by one scan per field. Making the databases of a scan costs as much as
 * some hundred events evaluated without: a class gets them when it has proved to be frequent.
 * Thread rule: classes belong to one detector. */
#ifndef SPOOR_DETECT_BIND_H
#define SPOOR_DETECT_BIND_H

#include "detect/naive.h"
#include "detect/scan.h"

struct atom {
	uint32_t field; /* index into bound_class.fields */
	uint32_t pred;
	uint32_t first_rule, nrules; /* rules that it triggers: bound_class.triggered */
	bool scanned;                /* known after the scans: it holds if and only if it was seen */
};

struct bound_field {
	uint32_t field; /* field id in the pool */
	const uint32_t *columns;
	uint32_t ncolumns;
	const struct scan_db *db;       /* literals over the folded text; NULL: none */
	const struct scan_db *regex_db; /* expressions over ASCII text as it is */
	const uint32_t *hit_first;      /* per pattern of db: its atoms are hit_atoms[hit_first[i], */
	const uint32_t *hit_atoms;      /*   hit_first[i + 1]) */
	const uint32_t *regex_atom;     /* per pattern of regex_db: its atom */
	uint32_t nregexes;
	bool text_only; /* no pattern can lie in the text of a number, time, id or binary */
	uint32_t memo;  /* index + 1 of its memo; 0: none */
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
	const uint32_t *triggered;      /* rules, per atom */
	const uint32_t *scans;          /* fields that have a database */
	const uint64_t *always;         /* bit per rule: no trigger, evaluate it */
	const uint32_t *by_key;         /* atoms sorted by field id, predicate */
	uint32_t nfields, natoms, nnodes, nrules, nscans, nalways;
	bool scanning; /* databases were made; until then every rule is evaluated */
	uint64_t events;
};

struct binder;

int binder_new(struct binder **ret, const struct ruleset *rs, struct scan_cache *scans, err *e);
void binder_free(struct binder *b);

/* Bind the class of this event into mem, with databases or without. ERR_LIMIT when mem is full. */
int binder_bind(struct binder *b, struct naive *naive, const event *ev, bool scanning, arena *mem,
		struct bound_class **ret, err *e);

/* Atom of (field id, predicate) in a class; UINT32_MAX: decided when it was bound. */
uint32_t bound_atom(const struct bound_class *c, uint32_t field, uint32_t pred);

#endif
