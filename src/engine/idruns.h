/* idruns.h - which record ids are in no evidence at all.
 *
 * Readers report runs of ids per channel and computer. All runs of one channel of one computer are looked
 * at together, over all files and pieces: an id that another file holds is not missing, whatever the
 * order in a wrapped log. Ids that start again later in time (a cleared or rebuilt log) open a new epoch;
 * missing ids are told inside an epoch only, never before its first id. Thread rule: one owner. */
#ifndef SPOOR_ENGINE_IDRUNS_H
#define SPOOR_ENGINE_IDRUNS_H

#include "event/gap.h"
#include "util/err.h"
#include "util/map.h"
#include "util/vec.h"

struct idrun {
	uint64_t first, last;
	int64_t first_ns, last_ns;
	uint32_t item;
};

struct idruns_log { /* one channel of one computer */
	VEC(struct idrun) runs;
	str computer, channel; /* of map keys' lifetime */
};

struct idruns {
	map index; /* computer NUL channel -> index + 1 into logs */
	VEC(struct idruns_log) logs;
	size_t total;
	uint64_t dropped; /* runs past LIMIT_RUNS */
};

void idruns_init(struct idruns *r);
void idruns_done(struct idruns *r);

/* Items in ascending order. */
int idruns_add(struct idruns *r, str computer, str channel, const struct idrun *run, err *e);

/* Every gap, by computer, channel, time and id. */
int idruns_gaps(struct idruns *r, int (*fn)(void *ctx, const struct gap *g, err *e), void *ctx, err *e);

#endif
