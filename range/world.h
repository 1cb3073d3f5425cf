/* world.h - the synthetic organisation, and the log of everything that happens in it.
 *
 * The world knows hosts, people and time; acts (acts.h) turn what they do into Windows events; writers
 * (write.h) turn the log into files. Nobody here knows a file format. All text lives in one arena.
 * After a failure `failed` is set, everything else does nothing, and the caller sees it at the end.
 * Thread rule: one owner. */
#ifndef SPOOR_RANGE_WORLD_H
#define SPOOR_RANGE_WORLD_H

#include "defs.h"
#include "rng.h"
#include "util/times.h"
#include "util/vec.h"

#define LIMIT_WORLD_BYTES ((size_t)1 << 30) /* texts of a whole scenario; the demo takes about 60 MB */
#define LIMIT_WORLD_RECORDS (8u << 20)
#define LIMIT_WORLD_HOSTS 4096u

#define MS INT64_C(1000000)
#define MINUTE (60 * NS_PER_S)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

enum role { ROLE_DC, ROLE_MAIL, ROLE_FILES, ROLE_APP, ROLE_ADMIN, ROLE_DESK };
enum shape { SHAPE_EVTX, SHAPE_JSON, SHAPE_ZIP }; /* how a host's logs were collected */

struct person {
	const char *user, *sid;
	bool admin;
};

/* Somebody at work on a host: what events call the subject. */
struct session {
	const char *user, *domain, *sid;
	uint64_t id;
	uint32_t type; /* logon type */
	bool admin;
};

struct process {
	uint32_t pid;
	const char *guid, *image, *command;
	struct session who;
};

struct host {
	const char *name, *fqdn, *ip;
	enum role role;
	enum shape shape;
	bool sysmon, audits_commands;
	uint32_t owner; /* person at this desk */
	uint32_t next_pid;
	uint64_t next_logon;
	struct session local;
	struct process services, explorer;
	bool reached; /* by the intruder */
	struct rng rng;
};

/* One event before any format: texts for the fields of its definition. */
struct rec {
	int64_t time;
	uint64_t id; /* record id, given when the log is sorted */
	uint32_t host, order;
	uint16_t def, mark; /* mark: index of a truth step + 1; 0 is background */
	uint32_t pid, tid;
	const char *sid; /* Security@UserID, or NULL */
	const char **values;
};

struct step { /* of the truth: one thing that the intruder did */
	const char *phase, *what;
	uint32_t host, from; /* from: host it came from, or UINT32_MAX */
	int64_t time;
};

struct world {
	uint64_t seed;
	arena mem;
	struct defs defs;
	const char *domain, *dns, *domain_sid;
	VEC(struct host) hosts;
	VEC(struct person) people;
	VEC(struct rec) log;
	VEC(struct step) steps;
	int64_t from, days; /* first midnight UTC, and how many days are logged */
	int64_t utc_offset; /* of the organisation's clock, ns */
	uint16_t mark;      /* given to records from now on */
	bool failed;
};

struct world_size {
	uint32_t desks; /* workstations; servers are fixed: one of each role */
	uint32_t days;
};

/* Build organisation, people and hosts from the seed. */
int world_init(struct world *w, uint64_t seed, const struct world_size *size, err *e);
void world_done(struct world *w);

/* The host of a role (the first), or of a desk number. */
uint32_t world_find(const struct world *w, enum role role);

/* User name of person i, "" if there is none. */
const char *world_user(const struct world *w, uint32_t i);

/* "C:\\x\\y" -> "x\\y", as a share names it. */
const char *path_below_drive(const char *path);

/* A new event. NULL after a failure; rec_set() takes that. Texts not set have the type's zero ("-"). */
struct rec *world_log(struct world *w, uint32_t host, enum def_id def, int64_t time);
void rec_set(struct world *w, struct rec *r, const char *field, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* Text in the world's arena; "" after a failure. */
const char *world_text(struct world *w, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Begin a truth step: records from here on belong to it, until world_calm(). */
void world_step(struct world *w, const char *phase, const char *what, uint32_t host, uint32_t from,
		int64_t time);
void world_calm(struct world *w);

/* Random lower-case name of n syllables. */
const char *world_word(struct world *w, struct rng *r, int syllables);
/* "SHA256=..." that depends on the content's name only. */
const char *world_hash(struct world *w, const char *content);

#endif
