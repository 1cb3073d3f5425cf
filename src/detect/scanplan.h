/* scanplan.h - what can be prepared of a rule set before any event is seen.
 *
 * Variants that apply to the same events form a group. Per variant a trigger is chosen where there is
 * one: a set of atoms (a predicate of a field) of which at least one holds in every event that the rule
 * matches; the rarest such set, judged by the length of literals and by how many rules ask for them.
 * Per group and field all literals of triggers make one database, all expressions on ASCII text another;
 * the rest (networks, numbers, very short texts) is asked one by one, once per value that is not remembered.
 * A plan depends on rules alone, so it is made once, kept between runs and shared by all workers.
 * Everything in it is numbers and bytes. Thread rule: immutable once made. */
#ifndef SPOOR_DETECT_SCANPLAN_H
#define SPOOR_DETECT_SCANPLAN_H

#include "sigma/logsource.h"
#include "sigma/rule.h"
#include "util/err.h"
#include "util/vec.h"

struct ruleset;

typedef VEC(uint32_t) plan_numbers;

struct plan_atom { /* a question that a scan answers */
	uint32_t field, pred;
};

#define PLAN_ANY_EVENT UINT32_MAX

struct plan_events { /* event ids event_ids[first, first + n); or n is PLAN_ANY_EVENT */
	uint32_t first, n;
};

struct plan_field {       /* a field of one group that is scanned */
	uint32_t field;   /* field id in the pool */
	uint32_t literal; /* its patterns are literals [literal, literal + nliterals); the atoms of pattern
			   * i are hits[literal_hits[i], literal_hits[i + 1]) */
	uint32_t nliterals;
	uint32_t regex; /* its expressions: atoms regexes[regex, regex + nregexes) */
	uint32_t nregexes;
	uint32_t direct; /* what no database can hold: atoms directs[direct, direct + ndirects) */
	uint32_t ndirects;
	uint32_t literal_db, regex_db; /* number + 1 of a database; 0: ask one by one */
	uint32_t text_only; /* no pattern can lie in the text of a number, time, id or binary */
	struct plan_events events; /* that the rules behind it can match */
};

struct plan_group {
	struct logsource_where where;
	uint32_t variant, nvariants; /* members[variant, variant + nvariants), ascending */
	uint32_t always, nalways;    /* those without a trigger: alwayses[always, always + nalways), numbered
				      * within the group */
	uint32_t field, nfields;     /* fields[field, field + nfields) */
	uint32_t atom, natoms;       /* atoms[atom, atom + natoms) */
};

struct plan_db { /* a serialized Vectorscan database */
	uint64_t at, len; /* in db_bytes */
};

struct plan {
	VEC(struct plan_group) groups;
	plan_numbers members; /* of groups: variants */
	VEC(struct plan_field) fields;
	VEC(struct plan_atom) atoms;
	plan_numbers atom_table; /* hash table of atoms by group, field and predicate: number + 1 */
	plan_numbers literal_hits, hits, regexes, directs; /* atoms are numbered within their group */
	plan_numbers alwayses;
	plan_numbers fired_first, fired; /* atom i (of all) triggers the members fired[fired_first[i],
					  * fired_first[i + 1]) of its group */
	plan_numbers event_ids;
	VEC(struct plan_db) dbs;
	buf db_bytes;
};

#define PLAN_NONE UINT32_MAX

/* The atom of a group that asks this, numbered within the group, or PLAN_NONE. */
uint32_t plan_find_atom(const struct plan *p, uint32_t group, uint32_t field, uint32_t pred);

/* Can whatever has these events have one of this id? */
static inline bool plan_has_event(const struct plan *p, const struct plan_events *e, uint64_t id)
{
	for (uint32_t i = 0; e->n != PLAN_ANY_EVENT && i < e->n; i++)
		if (p->event_ids.at[e->first + i] == id)
			return true;
	return e->n == PLAN_ANY_EVENT;
}

/* Make the plan of a compiled set; fills in the plan's part of each variant. */
int plan_make(struct ruleset *rs, err *e);
void plan_done(struct plan *p);

#endif
