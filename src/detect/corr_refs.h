/* corr_refs.h - which events made a correlation fire.
 *
 * A finding names each of them, also those below correlations that it is made of. What these saw lies in
 * a log on disk; an alert keeps a range of it. Thread rule: one owner. */
#ifndef SPOOR_DETECT_CORR_REFS_H
#define SPOOR_DETECT_CORR_REFS_H

#include "detect/corr_window.h"
#include "event/event.h"
#include "util/err.h"

/* --- the log: matches of correlations that others refer to ---------------------------------- */

struct corr_log {
	int fd;                /* -1: nothing was written yet */
	uint64_t len, written; /* entries */
	buf pending;
};

void corr_log_init(struct corr_log *log);
void corr_log_done(struct corr_log *log);
int corr_log_add(struct corr_log *log, const struct corr_hit *hit, err *e);

/* --- the events of one finding -------------------------------------------------------------- */

struct corr_event {
	int64_t time_ns;
	uint64_t offset, record;
	uint32_t item, host;
};

struct corr_range {
	uint64_t first, n; /* entries of the log */
};

struct corr_refs {
	VEC(struct corr_event) events;
	VEC(struct corr_range) ranges;
	uint32_t max;      /* events kept, the earliest */
	uint64_t left_out; /* others, as far as they were counted one by one */
};

void corr_refs_init(struct corr_refs *r);
void corr_refs_done(struct corr_refs *r);
void corr_refs_clear(struct corr_refs *r);

/* Add what a match stands for. */
int corr_refs_add(struct corr_refs *r, const struct corr_hit *hit, err *e);

/* Look ranges up in the log; then events are sorted by time and place, each once. */
int corr_refs_finish(struct corr_refs *r, struct corr_log *log, err *e);

#endif
