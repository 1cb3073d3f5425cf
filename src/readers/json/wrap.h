/* wrap.h - objects that only carry a list of events: {"Records":[...]}, as programs answer.
 *
 * Which members may hold such a list, and what may stand before it, is in data/json_kinds.tsv. The list is
 * read as if it stood alone, element by element, however long it is. Thread rule: pure functions. */
#ifndef SPOOR_READERS_JSON_WRAP_H
#define SPOOR_READERS_JSON_WRAP_H

#include "readers/json/names.h"

enum wrap_result {
	WRAP_NONE,
	WRAP_MORE,  /* the text ends before that is clear */
	WRAP_FOUND, /* *ret_len: bytes up to the list's first element; *ret_depth: objects to be closed */
};

/* Does the text start with such an object? */
enum wrap_result wrap_open(bytes text, size_t *ret_len, uint32_t *ret_depth);

/* Could an object of this structure be one? */
bool wrap_possible(const struct leaf_names *names);

#endif
