/* flatkind.h - every log that is no Windows event, as a dialect of the JSON reader.
 *
 * Nested members become dotted names; what an array or several objects of an array hold under one name is
 * one field with several values. data/json_kinds.tsv says which kind of log it is (kinds.h).
 *
 * Schemas: optional members make thousands of member sets. A dataset therefore has a few wide schemas whose
 * columns are those of many sets; what an event does not have is absent in it. Thread rule: a constant. */
#ifndef SPOOR_READERS_JSON_FLATKIND_H
#define SPOOR_READERS_JSON_FLATKIND_H

#include "readers/json/dialect.h"

/* Values without a column of their own: "name=value" texts. */
#define JSON_MORE "json.more"

extern const struct json_dialect flat_dialect;

#endif
