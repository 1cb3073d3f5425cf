/* names.h - a signature taken apart: the place of each leaf. Thread rule: pure. */
#ifndef SPOOR_READERS_WINJSON_NAMES_H
#define SPOOR_READERS_WINJSON_NAMES_H

#include "readers/winjson/shape.h"

struct leaf_name {
	const str *parts; /* names from the outside in, unescaped */
	uint32_t nparts;
	str dotted; /* the same, joined by "." */
	str last;   /* the last of them */
};

struct leaf_names {
	struct leaf_name *at;
	uint32_t n;
	str tag; /* element name of winlog.user_data, empty if not told */
};

/* Take `sig` apart; a cut one as far as it goes. Envelopes (_source, result, ...) are taken off. False
 * without memory. */
bool leaf_names_parse(struct leaf_names *ret, str sig, arena *mem);

/* -1 if no leaf is called so. */
int32_t leaf_names_find(const struct leaf_names *names, str dotted);

enum shape leaf_names_shape(const struct leaf_names *names);

/* The name as Windows writes it: found without regard to case among the known field names, else with
 * an upper-case first letter. */
str field_name_restore(str name, arena *mem);

#endif
