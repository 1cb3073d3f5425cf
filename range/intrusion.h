/* intrusion.h - one intrusion as a table of what follows what: log observables only.
 *
 * Nothing here is attack content: command lines are the inert words that a log would hold, pages and
 * programs exist as names and hashes. Thread rule: the world's owner. */
#ifndef SPOOR_RANGE_INTRUSION_H
#define SPOOR_RANGE_INTRUSION_H

#include "world.h"

enum hop_method { HOP_SERVICE, HOP_TASK, HOP_WMI, HOP_DESKTOP };

#define HOPS_MAX 32

struct hop {
	uint32_t from, to;
	enum hop_method method;
	int64_t after; /* since the intrusion began */
};

struct intrusion {
	uint32_t entry;
	int64_t start;
	const char *relay, *control, *control_name; /* outside addresses */
	const char *page, *implant, *service, *task;
	uint32_t account; /* person whose credentials are used */
	struct hop hops[HOPS_MAX];
	uint32_t nhops;
	uint32_t collect_on; /* where data is packed */
	uint32_t clear_on;   /* whose log is cleared at the end */
};

/* Draw an intrusion through the mail server from the world's seed. */
void intrusion_plan(struct world *w, struct intrusion *ret);
/* Write its events, each group as a truth step. */
void intrusion_play(struct world *w, const struct intrusion *in);

#endif
