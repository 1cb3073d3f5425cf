/* wire_emit.h - a worker's results on their way to the coordinator.
 *
 * Each result is packed at once into the batch being gathered, so nothing of the reader's bytes is kept.
 * A batch leaves when it is large enough or when the driver says so; both depend on content only, so
 * what arrives before a worker dies is the same each time. Thread rule: one owner. */
#ifndef SPOOR_ENGINE_WIRE_EMIT_H
#define SPOOR_ENGINE_WIRE_EMIT_H

#include "detect/census.h"
#include "detect/finding.h"
#include "engine/wire.h"
#include "event/gap.h"
#include "facts/fact.h"
#include "readers/reader.h"

struct emit {
	int fd;
	uint32_t task, member;
	buf body;  /* packed elements */
	buf frame; /* scratch */

	/* Of the current item or piece. */
	uint64_t offset, events, recovered;
	int64_t first_ns, last_ns;
	uint32_t gaps;
	uint64_t rest_gaps, rest_lost; /* told as one at the end */
};

void emit_init(struct emit *em, int fd);
void emit_done(struct emit *em);

/* Results that follow belong to this member (0: the file itself); counters start at 0. */
void emit_begin(struct emit *em, uint32_t task, uint32_t member);

/* Count an event for the batch's header. */
static inline void emit_count(struct emit *em, const event *ev)
{
	em->events++;
	em->recovered += ev->flags & EVENT_RECOVERED;
	if (ev->time_ns == TIME_NONE)
		return;
	if (em->first_ns == TIME_NONE || ev->time_ns < em->first_ns)
		em->first_ns = ev->time_ns;
	if (em->last_ns == TIME_NONE || ev->time_ns > em->last_ns)
		em->last_ns = ev->time_ns;
}

int emit_finding(struct emit *em, const struct finding *f, err *e);
int emit_gap(struct emit *em, const struct gap *g, err *e);
int emit_fact(struct emit *em, const struct fact *f, err *e);
int emit_kind(struct emit *em, const struct census_kind *k, err *e);
int emit_run(struct emit *em, const struct record_run *r, err *e);

/* Send the batch, even an empty one: it tells how far reading has come. */
int emit_flush(struct emit *em, err *e);

/* Last results of the item: gaps that were summed up. */
int emit_finish(struct emit *em, err *e);

#endif
