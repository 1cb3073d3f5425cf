/* score.h - how well a case tells what a truth knows: docs/range.md defines what is read and measured.
 *
 * Reads CASE/case.json and the truth with its events beside it; writes nothing. What a case does not say counts as not
 * found. Thread rule: one owner. */
#ifndef SPOOR_RANGE_SCORE_H
#define SPOOR_RANGE_SCORE_H

#include <stdio.h>

#include "util/buf.h"
#include "util/err.h"

/* The score of a case folder (or case.json itself) as a table, or one JSON object. */
int score_case(const char *case_path, const char *truth_path, bool as_json, FILE *out, err *e);

#endif
