/* score_out.h - what the scorer measured, and how it is shown. Thread rule: pure functions. */
#ifndef SPOOR_RANGE_SCORE_OUT_H
#define SPOOR_RANGE_SCORE_OUT_H

#include <stdio.h>

#include "util/err.h"
#include "util/str.h"

struct metric {
	const char *group, *name; /* those of a group stand together */
	double value;
	bool known; /* false: cannot be measured here */
};

void metrics_table(const struct metric *at, size_t n, double composite, bool incident, FILE *out);
int metrics_json(const struct metric *at, size_t n, double composite, bool incident, FILE *out, err *e);

#endif
