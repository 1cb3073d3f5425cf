/* told.h - what a case tells others, before any format: indicators, hosts, techniques.
 *
 * Only what the reconstruction holds to belong to an incident is told. Addresses and names of the organisation itself are
 * never indicators. Wording is "suspected"; nobody is named as culprit. Thread rule: as the story; what is filled lives as
 * long as the story that it came from. */
#ifndef SPOOR_SHARE_TOLD_H
#define SPOOR_SHARE_TOLD_H

#include "story/incident.h"
#include "util/arena.h"
#include "util/vec.h"

enum told_type { TOLD_IPV4, TOLD_IPV6, TOLD_DOMAIN, TOLD_SHA256, TOLD_PATH, TOLD_TYPES };

/* What an indicator was used for. */
enum told_role {
	TOLD_RELAY,
	TOLD_CONTROL,
	TOLD_EXFILTRATION,
	TOLD_IMPLANT,
	TOLD_PAGE,
	TOLD_PACKAGE,
	TOLD_ROLES
};

struct told_indicator {
	enum told_type type;
	enum told_role role;
	str value;
	str name; /* what goes with it: the domain of an address, the path of a hash; empty: nothing */
	unsigned confidence; /* 0..100 */
	int64_t first_ns, last_ns;
	uint32_t incident;
	uint32_t hosts; /* of the case that dealt with it, where that was counted; 0: not */
	struct story_refs refs;
};

struct told_host {
	str name;
	const struct incident_host *verdict;
};

struct told_technique {
	const char *id, *name,
		*tactic; /* "T1505.003", its name in ATT&CK, tactic in lower case with hyphens */
	uint64_t count;  /* signs */
	int64_t first_ns;
	struct story_refs refs;
};

struct told {
	const struct story *st;
	const bool
		*mine; /* by number of host: those of the party that is told; NULL: everybody's. Borrowed */
	uint32_t by_class[CLASSES];           /* hosts */
	char key[65];                         /* of the evidence: hex, the same for the same evidence */
	int64_t made_ns;                      /* when the case was made */
	int64_t first_ns, last_ns;            /* of what is told; TIME_NONE: nothing */
	VEC(struct told_indicator) indicator; /* by type, value */
	VEC(struct told_host) host;           /* confirmed, likely and exposed ones */
	VEC(struct told_technique) technique; /* by id */
	arena mem;
	bool failed;
};

/* Fill *ret from a story. -1: no memory. told_done() in any case.
 * told_build_party() tells nothing but what concerns the hosts of one party: mine[number of host], which must live as long as
 * *ret. Hosts, signs, techniques, times and counts of others are left out; of what came from outside that stays which a sign of
 * these hosts names. */
int told_build(struct told *ret, const struct story *st, err *e);
int told_build_party(struct told *ret, const struct story *st, const bool *mine, err *e);
/* Is the sign of an incident, and may it be told? To a party never one whose words name a host of another. */
bool told_sign(const struct told *t, const struct story_clue *c);
void told_done(struct told *t);

/* The technique that a sign is consistent with; NULL: none is known. */
const struct told_technique *told_technique_of(const struct told *t, const struct story_clue *c);

const char *told_type_name(enum told_type t); /* "ipv4-addr", "ipv6-addr", "domain-name", "sha256", "path" */
const char *told_role_name(enum told_role r); /* "relay", "control server", ... */

#endif
