/* redact_priv.h - the names that are looked for. Thread rule: as redact.h. */
#ifndef SPOOR_REPORT_REDACT_PRIV_H
#define SPOOR_REPORT_REDACT_PRIV_H

#include "report/redact.h"
#include "util/map.h"
#include "util/vec.h"

enum redact_kind {
	REDACT_HOST,
	REDACT_USER,
	REDACT_DOMAIN,
	REDACT_IP,
	REDACT_MAC,
	REDACT_SID,
	REDACT_PARTY,
	REDACT_CODED,
	REDACT_KINDS
};

struct redact_name {
	enum redact_kind kind;
	str name;      /* as it was first written */
	str canonical; /* lower case: what the pseudonym is made of */
	str pseudonym;
};

struct redactor {
	bytes key;
	const struct story *st;
	map names;   /* what is looked for, lower case -> index in `name` */
	map made;    /* kind and canonical -> index in `name` */
	map keep;    /* lower case: what belongs to the intruders */
	map own_ips; /* of hosts, written as logged */
	VEC(struct redact_name) name;
	uint16_t longest
		[65536]; /* by the first two bytes, lower case: the longest name that begins so; 0: none */
	arena mem;
	buf lower, decoded;
	unsigned depth; /* texts inside of texts */
	bool failed;
};

/* Look for `name` from now on; canonical: what it stands for, NULL: itself. Too short or everybody's: not. */
void redact_add(struct redactor *r, enum redact_kind kind, str name, const str *canonical);
/* Not the victim's. */
void redact_keep(struct redactor *r, str name);
/* One that knows no names yet; st may be NULL. NULL without memory. */
struct redactor *redact_bare(bytes key, const struct story *st);
/* The names of the story and of the facts. */
int redact_learn(struct redactor *r, struct store *s, err *e);
/* Names that every system has: SYSTEM, root. */
bool redact_is_common(str name);
str redact_lower(struct redactor *r, str s); /* valid until the next call */

#endif
