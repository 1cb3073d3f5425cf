/* truth.h - what really happened: truth.json, for scoring. docs/truth.schema.json describes it. */
#ifndef SPOOR_RANGE_TRUTH_H
#define SPOOR_RANGE_TRUTH_H

#include "world.h"

int truth_write(struct world *w, const char *dir, err *e);

#endif
