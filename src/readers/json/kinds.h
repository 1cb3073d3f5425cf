/* kinds.h - which kind of log an object is of, by data/json_kinds.tsv. Thread rule: constant tables. */
#ifndef SPOOR_READERS_JSON_KINDS_H
#define SPOOR_READERS_JSON_KINDS_H

#include "readers/json/names.h"

enum { KIND_TIMES_MAX = 6 };

struct kind {
	str prefix; /* of the dataset ... */
	str tagged; /* ... and the member whose text follows, or empty */
	str split;  /* member whose text divides the dataset into groups of events, or empty */
	str times[KIND_TIMES_MAX];
	uint8_t ntimes;
	uint16_t cond, nconds;
	bool utc; /* a time without a zone is UTC by definition */
};

/* The first row that fits; NULL: none. */
const struct kind *kind_of(const struct leaf_names *names);

/* Its dataset; ptr NULL without memory. */
str kind_dataset(const struct kind *k, const struct leaf_names *names, arena *mem);

/* Is the dataset told by the document, whose fields are ECS fields then? */
bool kind_is_ecs(const struct kind *k);

/* What else is to be read out of a member. */
enum kind_part { PART_NONE, PART_REQUEST, PART_URI, PART_BYTES };
enum kind_part kind_part(str dataset, str dotted);

/* Does a kind depend on the text of this member? `name` is the member's own, or the last part of it. */
bool kind_tags(str name, str text);

#endif
