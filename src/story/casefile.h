/* casefile.h - case.yaml: what the analyst knows and the evidence does not say.
 *
 * Strict: a key that nobody knows is an error with its place and the nearest one that is known. docs/case-yaml.md
 * describes it, docs/case-yaml.schema.json too. Thread rule: immutable once read. */
#ifndef SPOOR_STORY_CASEFILE_H
#define SPOOR_STORY_CASEFILE_H

#include "story/hostrole.h"
#include "util/arena.h"
#include "util/cidr.h"
#include "util/err.h"

#define CASE_YAML "case.yaml"

struct case_names {
	const str *at;
	uint32_t n;
};

struct case_networks {
	const struct cidr *at;
	uint32_t n;
};

struct case_zone {
	str paths; /* as for --tz: text or pattern; empty: all */
	str zone;  /* as written: a name or an offset */
	uint32_t line;
};

struct case_host {
	str name, owner, note;
	enum host_role role; /* HOST_ROLES: not said */
	struct case_names aliases;
	struct case_networks addresses;
	int64_t reimaged_ns, notified_ns; /* TIME_NONE: not said */
};

struct case_party {
	str name, kind, contact; /* kind: "organisation", "subsidiary"... free text */
	struct case_names domains;
	struct case_networks prefixes;
};

enum case_indicator_type {
	INDICATOR_IP,
	INDICATOR_DOMAIN,
	INDICATOR_HASH,
	INDICATOR_PATH,
	INDICATOR_ACCOUNT
};

struct case_indicator {
	enum case_indicator_type type;
	str value, kind, note; /* kind: what it is thought to be, free text */
	uint32_t line;
};

struct case_file {
	str title;
	struct case_networks prefixes; /* public addresses of our own */
	struct case_networks nat, vpn; /* pools */
	struct case_networks balancers, proxies;
	const struct case_zone *zones;
	uint32_t nzones;
	const struct case_host *hosts;
	uint32_t nhosts;
	const struct case_party *parties;
	uint32_t nparties;
	const struct case_indicator *indicators;
	uint32_t nindicators;
	uint32_t signals_off; /* bit s: signal s of signals.h is not to be used */
	arena mem;
};

/* text is copied. ERR_CORRUPT: e says "line:column: what". */
int case_file_parse(struct case_file **ret, str text, err *e);
void case_file_free(struct case_file *c);

/* ADDRESS_SHARED, ADDRESS_POOL (identity.h) of what is declared. */
unsigned case_file_address_flags(const struct case_file *c, str ip);
bool case_file_is_own(const struct case_file *c, str ip);
const char *case_indicator_type_name(enum case_indicator_type type);

/* The party whose domain a name belongs to, or whose prefix the address; NULL: none. */
const struct case_party *case_file_party(const struct case_file *c, str name, str ip);

#endif
