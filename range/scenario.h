/* scenario.h - what happens in a range: an organisation, a plan over it, and hooks for its routine.
 *
 * A scenario draws its parameters from the seed inside stated ranges, builds hosts, and puts what will be done on the
 * agenda. Log observables only: implants are names, sizes and made-up hashes; bodies of requests and pages do not exist.
 * Thread rule: the world's owner. */
#ifndef SPOOR_RANGE_SCENARIO_H
#define SPOOR_RANGE_SCENARIO_H

#include "world.h"

struct scenario {
	const char *name, *letter, *about;
	uint32_t hosts, days;           /* unless asked otherwise */
	int64_t year, month, day;       /* the window begins */
	void (*build)(struct world *w); /* organisations and hosts */
	void (*plan)(struct world *w);  /* agenda */
};

const struct scenario *scenario_find(const char *name);
/* All of them, for the usage text. */
const struct scenario *scenario_at(size_t i);

/* Everything below `dir`. */
int scenario_run(const struct scenario *s, uint64_t seed, const struct range_size *size,
		 const struct bundle *bundle, const char *dir, err *e);

/* --- hooks of the routine ----------------------------------------------------------------------- */

/* An agent of a desk asks its vendor's server. */
void scenario_poll(struct world *w, uint32_t host, int64_t t);
/* A desk asks for operating system updates. */
void scenario_patch(struct world *w, uint32_t host, int64_t t);

/* --- parts ---------------------------------------------------------------------------------------- */

void build_a(struct world *w);
void plan_a(struct world *w);        /* decoys of the update world and the intrusion */
void plan_a_decoys(struct world *w); /* decoys only */
void a_poll(struct world *w, uint32_t host, int64_t t);

void build_b(struct world *w);
void plan_b(struct world *w);
void plan_b_decoys(struct world *w);

void plan_commodity(struct world *w);
void plan_poison(struct world *w);

/* Servers of an organisation: how many of each role. */
struct roster {
	enum role role;
	uint8_t count;
};
void build_servers(struct world *w, uint32_t org, const struct roster *list, size_t n);
/* Desks with their people; percent of desks with Sysmon, with process audit, on Wi-Fi. */
void build_desks(struct world *w, uint32_t org, uint32_t n, unsigned sysmon, unsigned audits, unsigned wifi);
void build_admins(struct world *w, uint32_t org, uint32_t n);

/* A campaign of benign work that looks like an attack. Answers its name for steps. */
const char *decoy_begin(struct world *w, const char *kind, int64_t from, int64_t to, uint32_t hosts);

/* Days since the window's start of `percent` of it, at least `least`. */
int64_t part_of_window(const struct world *w, unsigned percent, int64_t least);
/* The first working day at or after day n. */
int64_t working_day(const struct world *w, uint32_t org, int64_t n);

/* Some time between `from` and `to` minutes. */
int64_t within(struct rng *r, int64_t from, int64_t to);

/* Pick one of a table. */
#define PICK(r, table) ((table)[rng_below((r), COUNT(table))])

#endif
