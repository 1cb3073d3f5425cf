/* finding_out.h - findings as people and programs want them: table, CSV, JSON lines, ECS, Timesketch.
 * A constant table of formats. Thread rule: pure functions over a buf. */
#ifndef SPOOR_CLI_FINDING_OUT_H
#define SPOOR_CLI_FINDING_OUT_H

#include "cli/items.h"
#include "cli/term.h"
#include "detect/finding.h"

struct finding_writer {
	const char *name;
	void (*head)(buf *b, const struct term *t); /* NULL: none */
	void (*row)(buf *b, const struct term *t, const struct finding *f, const struct items *items);
};

extern const struct finding_writer FINDING_WRITERS[];
extern const size_t FINDING_WRITERS_LEN;

enum term_style finding_level_style(enum finding_level level);

#endif
