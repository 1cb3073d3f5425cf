/* gapsay.h - tells people on stderr, file by file, what could not be read.
 *
 * Gaps arrive before the item that they belong to; the first few of each item are kept until its path is
 * known, the rest is counted. An assumption is said for the first file that it was made for. Thread rule: one owner. */
#ifndef SPOOR_CLI_GAPSAY_H
#define SPOOR_CLI_GAPSAY_H

#include "cli/command.h"
#include "event/gap.h"

enum { GAPSAY_KEPT = 5, GAPSAY_ITEMS = 50, GAPSAY_ASSUMED = 8 };

struct gapsay {
	const struct cli *cli;
	struct gap kept[GAPSAY_KEPT];
	uint64_t gaps;        /* of the item under way */
	uint64_t items;       /* items with gaps so far */
	uint64_t silent_gaps; /* of items past GAPSAY_ITEMS */
	/* What was assumed is the same for hundreds of logs: said once, then counted. */
	struct gap assumed[GAPSAY_ASSUMED];
	uint64_t again[GAPSAY_ASSUMED]; /* further files */
	unsigned nassumed;
};

void gapsay_init(struct gapsay *s, const struct cli *cli);
void gapsay_gap(struct gapsay *s, const struct gap *g);
void gapsay_item(struct gapsay *s, str path);
/* What was not said line by line, as a sum. */
void gapsay_end(struct gapsay *s);

#endif
