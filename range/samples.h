/* samples.h - small EVTX files with known values, for the tests of readers. */
#ifndef SPOOR_RANGE_SAMPLES_H
#define SPOOR_RANGE_SAMPLES_H

#include "util/err.h"

/* Write types.evtx (every value type), small.evtx (a few records of four shapes), chunks.evtx (several
 * chunks of real shapes) into the existing directory `dir`. The same bytes on every run. */
int samples_write(const char *dir, err *e);

#endif
