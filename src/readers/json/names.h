/* names.h - a signature taken apart: the place of each leaf. Thread rule: pure. */
#ifndef SPOOR_READERS_JSON_NAMES_H
#define SPOOR_READERS_JSON_NAMES_H

#include "util/map.h"

struct leaf_name {
	const str *parts; /* names from the outside in, unescaped */
	uint32_t nparts;
	str dotted; /* the same, joined by "." */
	str last;   /* the last of them */
	str tag;    /* its text, where that is part of the signature (kinds.h), else empty */
};

struct leaf_names {
	struct leaf_name *at;
	uint32_t n;
};

/* Take `sig` apart; a cut one as far as it goes. Envelopes (_source, result, ...) are taken off. False
 * without memory. */
bool leaf_names_parse(struct leaf_names *ret, str sig, arena *mem);

/* -1 if no leaf is called so. */
int32_t leaf_names_find(const struct leaf_names *names, str dotted);

/* Any leaf whose dotted name starts so? */
bool leaf_names_below(const struct leaf_names *names, str prefix);

/* Is a member called so at the root? */
bool leaf_names_root(const struct leaf_names *names, str name);

#endif
