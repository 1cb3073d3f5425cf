/* matrix.h - host x source x days: what the evidence holds of each host, and what it should hold and does not.
 * Plain data; part of the story. Thread rule: immutable once the story is built. */
#ifndef SPOOR_STORY_MATRIX_H
#define SPOOR_STORY_MATRIX_H

#include "story/sources.h"

/* Days without a break, since 1970 in UTC. */
struct matrix_run {
	int32_t from, to;
};

struct matrix_cell {
	uint32_t host; /* STORY_NOBODY: neither events nor files say whose the log is */
	uint32_t source;
	bool missing; /* expected of the host's role; nothing is there */
	uint64_t events;
	int64_t first_ns, last_ns;
	const struct matrix_run *runs;
	uint32_t nruns;
	uint32_t days;      /* with events */
	uint64_t lost;      /* record ids between the first and the last that were read nowhere */
	int64_t cleared_ns; /* a log of the source was cleared then, the last time; TIME_NONE: not known to be */
};

struct story_matrix {
	int32_t first_day, last_day;     /* of all logs together */
	const struct matrix_cell *cells; /* by host, then source */
	uint32_t ncells;
	uint64_t used; /* sources that any host has or lacks, a bit each */
};

#endif
