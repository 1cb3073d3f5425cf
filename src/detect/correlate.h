/* correlate.h - correlations, carried out over the matches of all evidence.
 *
 * Workers read files in any order, so this runs in the coordinator: matches of rules that correlations
 * refer to are sorted by correlation, group and time, on disk where they are many, and each group passes
 * through a sliding window once. The result does not depend on the order of matches. What a correlation
 * means, and what one finding of it is: docs/sigma.md. Thread rule: one owner. */
#ifndef SPOOR_DETECT_CORRELATE_H
#define SPOOR_DETECT_CORRELATE_H

#include "detect/detect.h"
#include "util/sha256.h"

struct correlator;

/* For a compiled set, which must outlive it. *ret is NULL if no correlation in it can be carried out. */
int correlator_new(struct correlator **ret, const struct ruleset *rs, err *e);
void correlator_free(struct correlator *c);

/* A match. *ret_shown: is it a finding of its own too? */
int correlator_add(struct correlator *c, const struct finding *f, bool *ret_shown, err *e);

/* After the matches of an item, items in rising order: what is in it. Matches in equal content are the
 * same events. sha256 may be NULL: not known. */
int correlator_item(struct correlator *c, uint32_t item, const uint8_t sha256[SHA256_LEN], err *e);

/* One event whose window satisfies the condition. A finding joins all that overlap. */
struct correlate_alert {
	str rule_id;
	uint64_t number;                    /* from 0, per correlation */
	const struct finding_detail *group; /* field and value, in the order of group-by */
	uint32_t ngroup;
	str of;                  /* the anchor is an alert of this correlation; empty: an event */
	struct event_ref anchor; /* of an alert: its number as `item` */
	int64_t last_ns;         /* of the last event in the window */
};

struct correlate_sink {
	void *ctx;
	int (*finding)(void *ctx, const struct finding *f, err *e);
	int (*gap)(void *ctx, const struct gap *g, err *e);
	int (*alert)(void *ctx, const struct correlate_alert *a, err *e); /* may be NULL */
};

/* After all matches, once: findings by correlation, group and time; then gaps. */
int correlator_finish(struct correlator *c, const struct correlate_sink *sink, err *e);

/* Lower ceilings than limits.h has, for tests. */
void correlator_set_limits(struct correlator *c, size_t window, uint32_t refs);

#endif
