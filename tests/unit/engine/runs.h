/* runs.h - run the engine over a made-up directory and write down everything that comes out, as text.
 * Thread rule: tests run in one thread. */
#ifndef SPOOR_TESTS_ENGINE_RUNS_H
#define SPOOR_TESTS_ENGINE_RUNS_H

#include "unit.h"

#include "engine/engine.h"
#include "util/buf.h"

struct place { /* a directory of evidence that vanishes */
	char dir[64];
};

void place_make(struct place *p);
void place_remove(struct place *p);
void place_put(const struct place *p, const char *name, str content);

/* One 64-byte record. */
void record_add(buf *b, const char *text);
/* "FAKE" or "FAKP", then n events with ids from `first`. */
void records_add(buf *b, const char *magic, unsigned first, unsigned n);

struct ran {
	int rc;
	err e;
	struct engine_totals totals;
	buf log;    /* a line per finding, gap, item and fact, in order */
	buf output; /* bulk output */
};

/* o->paths is filled in here; with o->output set, output is collected. */
void ran_make(struct ran *r, const struct place *p, struct engine_options o);
void ran_done(struct ran *r);

/* How often `needle` is in the log. */
unsigned ran_count(const struct ran *r, const char *needle);

#endif
