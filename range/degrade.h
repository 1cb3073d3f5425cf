/* degrade.h - what the field does to evidence: named bundles of degradations.
 *
 * Degradations are filters between what happened and what can be read: clocks, shapes and languages of hosts,
 * intervals that a log lost, files that were compressed, cut or copied. What was lost is a gap of the truth.
 * Thread rule: the world's owner. */
#ifndef SPOOR_RANGE_DEGRADE_H
#define SPOOR_RANGE_DEGRADE_H

#include "world.h"

enum degradation {
	DEG_MISSING,    /* sources that were never collected */
	DEG_RETENTION,  /* logs that reach back only so far */
	DEG_CLOCK,      /* clocks that are off, drift, or are in a wrong zone */
	DEG_TZ,         /* local times without a zone; the inventory does not help */
	DEG_NAT,        /* groups behind one address; a balancer that hides clients */
	DEG_DHCP,       /* short leases */
	DEG_LOCALE,     /* systems in other languages */
	DEG_ROTATION,   /* compressed, copied and missing files, heads in mid-file */
	DEG_TRUNCATE,   /* cut files, NUL tails, wrong checksums */
	DEG_SHAPE,      /* EVTX first, Winlogbeat later */
	DEG_DUPLICATE,  /* the same evidence twice */
	DEG_SAMPLING,   /* flows 1:n */
	DEG_ANONYMISED, /* user names replaced */
	DEG_POISON,     /* rows that clients chose */
	DEG_COUNT
};
extern const char *const DEG_NAMES[DEG_COUNT];

struct bundle {
	const char *name;
	uint8_t level[DEG_COUNT];
	uint8_t absent;    /* whole sources that nobody has */
	uint8_t uncovered; /* percent of desks without their own logs, more than the organisation has anyway */
};

const struct bundle *bundle_find(const char *name);

/* Before anything happens: hosts as the bundle has them. */
void degrade_hosts(struct world *w);
/* How a file ends up: sinks.plan. */
enum finish degrade_plan(void *ctx, const struct sink *s, int64_t t, const char *path,
			 char shown[SINK_PATH_MAX]);
/* When all files are written: compress, pack, cut, copy. */
int degrade_files(struct world *w, err *e);

#endif
