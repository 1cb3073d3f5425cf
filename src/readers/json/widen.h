/* widen.h - one schema for many sets of columns. Thread rule: as the schema set. */
#ifndef SPOOR_READERS_JSON_WIDEN_H
#define SPOOR_READERS_JSON_WIDEN_H

#include "readers/json/plans.h"

/* A schema of the group that has all columns of proto, which are sorted by path, each once; it may have
 * more. The group is named by proto's dataset and `split`. NULL (*e) at a ceiling. */
const struct schema *widen(struct json_plans *p, const struct schema *proto, str split, arena *tmp, err *e);

#endif
