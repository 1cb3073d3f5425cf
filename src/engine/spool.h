/* spool.h - results of tasks that finished before their turn to be merged.
 *
 * Frames of one task in order; in memory up to LIMIT_SPOOL_BYTES for all tasks together, then in one
 * unlinked temporary file. Thread rule: one owner. */
#ifndef SPOOR_ENGINE_SPOOL_H
#define SPOOR_ENGINE_SPOOL_H

#include "util/buf.h"
#include "util/err.h"
#include "util/vec.h"

struct spool_file { /* shared by all spools of a run */
	int fd;
	uint64_t end;
	size_t in_memory;
};

struct spool_extent {
	uint64_t off;
	size_t len;
};

struct spool {
	VEC(struct spool_extent) extents; /* older than what is in memory */
	buf mem;
};

void spool_file_init(struct spool_file *f);
void spool_file_done(struct spool_file *f);

int spool_add(struct spool_file *f, struct spool *s, bytes frame, err *e);
/* Each frame in order; fn answers -1 to stop. */
int spool_each(struct spool_file *f, const struct spool *s, int (*fn)(void *ctx, bytes frame, err *e),
	       void *ctx, err *e);
/* Forget all frames and give their space back. */
void spool_clear(struct spool_file *f, struct spool *s);

#endif
