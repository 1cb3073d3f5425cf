/* background.h - an ordinary working day: most of what any log holds. */
#ifndef SPOOR_RANGE_BACKGROUND_H
#define SPOOR_RANGE_BACKGROUND_H

#include "world.h"

/* Fill all days of all hosts, administrators' work included. */
void background_fill(struct world *w);

#endif
