/* scope.h - indicators in, hosts out: where facts of the case hold them, and what the story says of these hosts.
 *
 * Values match as a whole, without regard to the case of ASCII letters; domains also what lies below them.
 * Thread rule: one thread. */
#ifndef SPOOR_STORY_SCOPE_H
#define SPOOR_STORY_SCOPE_H

#include "story/incident.h"
#include "util/map.h"
#include "util/vec.h"

enum scope_type { SCOPE_IP, SCOPE_DOMAIN, SCOPE_HASH, SCOPE_PATH, SCOPE_FILE, SCOPE_TYPES };

struct scope_indicator {
	enum scope_type type;
	str value; /* lower case */
};

/* Facts of one indicator on one host. */
struct scope_match {
	uint32_t host; /* STORY_NOBODY: `where` is an address or a name that belongs to no known host */
	str where;
	uint32_t indicator; /* index */
	uint64_t facts, count;
	uint64_t kinds; /* bit per enum fact_kind */
	int64_t first_ns, last_ns;
	struct story_refs refs;
	uint64_t serial; /* of the last fact: one that matches twice counts once */
};

struct scope {
	VEC(struct scope_match) match; /* after scope_find(): by class of the host, host, indicator */
	uint32_t hosts;                /* different ones, unknown places too */
	uint64_t dropped;              /* behind LIMIT_SCOPE_MATCHES */
	arena mem;
};

/* "ip", "domain", ... */
const char *scope_type_name(enum scope_type type);

/* in[0..n): what to look for; equal ones once. Strings of *ret live as long as it. */
int scope_find(struct scope *ret, struct store *s, const struct story *st, const struct scope_indicator *in,
	       size_t n, err *e);
void scope_done(struct scope *s);

/* The verdict on a host: CLASS_UNKNOWN and -1 for STORY_NOBODY or without one. */
enum host_class scope_class(const struct story *st, uint32_t host, double *ret_probability);

#endif
