/* corr_window.h - the sliding window of one group of one correlation.
 *
 * Matches come in the order of their times. The window of the first match is complete when the next
 * match is too late for it: then its verdict is asked and it leaves. Each match costs constant or
 * logarithmic time. What the types count: docs/sigma.md. Thread rule: one owner. */
#ifndef SPOOR_DETECT_CORR_WINDOW_H
#define SPOOR_DETECT_CORR_WINDOW_H

#include "detect/ranks.h"
#include "sigma/correlation.h"
#include "util/limits.h"
#include "util/map.h"

#define HIT_LAST 1u  /* the last match of its event: stands for the event */
#define HIT_VALUE 2u /* has a value (or number) */

/* One match. Those of one event stand together, in the order of the correlation's rules. */
struct corr_hit {
	int64_t time_ns;
	uint64_t a, b;       /* an event: offset and record; else range in the log: first and number */
	uint32_t item, host; /* of an event; host: number of its name */
	uint32_t src;        /* 0: an event; else number + 1 of the correlation that gave it */
	uint16_t ref;        /* which of the correlation's rules */
	uint16_t flags;
	uint32_t value; /* number of the value within the window */
	int128 number;
};

struct corr_window {
	const struct corr_terms *terms;
	VEC(struct corr_hit) hits;
	size_t head; /* [head, len) are inside */

	uint64_t events;                               /* marked HIT_LAST */
	uint32_t seen[LIMIT_CORRELATION_RULES], nseen; /* matches per rule; rules with any */
	map values;
	VEC(uint32_t) value_counts; /* by number of the value */
	uint32_t distinct;
	int128 sum;
	uint64_t numbers;
	struct ranks ranks;
	int64_t latest[LIMIT_CORRELATION_ORDERED + 1]; /* [k]: latest begin of a chain of k rules so far */
	size_t batch; /* matches from here are at one time and not in `latest` yet */
};

void corr_window_init(struct corr_window *w);
void corr_window_done(struct corr_window *w);
/* Empty, for another group. */
void corr_window_begin(struct corr_window *w, const struct corr_terms *terms);

static inline size_t corr_window_len(const struct corr_window *w)
{
	return w->hits.len - w->head;
}

static inline const struct corr_hit *corr_window_first(const struct corr_window *w)
{
	return corr_window_len(w) ? &w->hits.at[w->head] : NULL;
}

static inline const struct corr_hit *corr_window_last(const struct corr_window *w)
{
	return corr_window_len(w) ? &w->hits.at[w->hits.len - 1] : NULL;
}

/* Is this time too late for the window of the first match? */
bool corr_window_is_over(const struct corr_window *w, int64_t time_ns);

/* Add a match, not earlier than the last; value: its text where the type counts values. The match loses
 * HIT_VALUE where there is no room for another value: *ret_full. ERR_OOM without memory. */
int corr_window_add(struct corr_window *w, const struct corr_hit *hit, str value, bool *ret_full, err *e);

/* Does the window of the first match satisfy the condition? *ret_sum / *ret_n is what it was asked
 * about, in CORR_ONE. */
bool corr_window_holds(struct corr_window *w, int128 *ret_sum, uint64_t *ret_n);

/* May an alert be anchored at this match? */
bool corr_window_anchors(const struct corr_window *w, const struct corr_hit *hit);

/* The first match leaves. */
void corr_window_drop(struct corr_window *w);

#endif
