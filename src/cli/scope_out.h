/* scope_out.h - hosts in scope as people and programs want them: table, CSV, JSON. Thread rule: pure functions over a
 * buf. */
#ifndef SPOOR_CLI_SCOPE_OUT_H
#define SPOOR_CLI_SCOPE_OUT_H

#include "cli/term.h"
#include "story/scope.h"

struct scope_view {
	const struct story *st;
	const struct scope *scope;
	const struct scope_indicator *in;
	size_t n;
	uint64_t passed; /* entries that were no indicators */
};

/* In the order table, csv, json. */
extern void (*const SCOPE_WRITERS[])(buf *b, const struct term *t, const struct scope_view *v);

#endif
