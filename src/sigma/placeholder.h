/* placeholder.h - values for %name% in rules that use the modifier "expand".
 *
 * A value file is YAML: a map of names to a value or a list of values, at its top or under "vars" (as
 * processing pipelines of pySigma have it; what stands beside "vars" is theirs and left alone). Values are
 * Sigma strings: wildcards and escapes as in rules. A name that is given twice is refused.
 * Thread rule: filled by one thread, then immutable. */
#ifndef SPOOR_SIGMA_PLACEHOLDER_H
#define SPOOR_SIGMA_PLACEHOLDER_H

#include "util/arena.h"
#include "util/err.h"
#include "util/map.h"
#include "util/vec.h"

struct placeholder {
	uint32_t first, n; /* placeholders.values[first, first + n) */
	str file;
};

struct placeholders {
	arena mem;
	map names; /* name to index of `lists` */
	VEC(struct placeholder) lists;
	VEC(str) values;
};

void placeholders_init(struct placeholders *p);
void placeholders_done(struct placeholders *p);

/* Add what a file says. The message of an error begins with path and line. */
int placeholders_add(struct placeholders *p, str path, str text, err *e);

/* The values of a name; NULL if it has none. */
const str *placeholders_get(const struct placeholders *p, str name, size_t *ret_n);

#endif
