/* fact_tape.h - facts as they were read from a case, in their order, on scratch space: to read them again asks nobody.
 *
 * The story reads some kinds of facts many times. What cannot be written down (no space) is only read from the case
 * again. Thread rule: one owner, that of the case. */
#ifndef SPOOR_STORE_FACT_TAPE_H
#define SPOOR_STORE_FACT_TAPE_H

#include "facts/fact.h"
#include "util/err.h"

struct fact_tape;

/* NULL without memory. */
struct fact_tape *fact_tape_new(void);
void fact_tape_free(struct fact_tape *t);

/* Begin to write a kind down. False: another is being written, or there is no space. */
bool fact_tape_start(struct fact_tape *t, enum fact_kind kind);
void fact_tape_add(struct fact_tape *t, const struct fact *f);
/* whole: that were all facts of the kind; else what was written is forgotten. */
void fact_tape_end(struct fact_tape *t, bool whole);
/* Forget all: the case changes. */
void fact_tape_forget(struct fact_tape *t);

bool fact_tape_has(const struct fact_tape *t, enum fact_kind kind);
/* As store_each_fact(), of a kind that is there. */
int fact_tape_each(struct fact_tape *t, enum fact_kind kind, int (*fn)(void *, const struct fact *, err *),
		   void *ctx, err *e);

#endif
