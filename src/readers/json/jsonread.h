/* jsonread.h - the reader of all JSON: lines, arrays, concatenated, pretty-printed and wrapped objects.
 *
 * What an object becomes is the dialects' (dialect.h); they are asked in order, the last takes what is left.
 * Thread rule: one owner. */
#ifndef SPOOR_READERS_JSONREAD_H
#define SPOOR_READERS_JSONREAD_H

#include "readers/json/dialect.h"
#include "readers/reader.h"

/* The functions of a reader's entry in READERS. dialects: NULL-terminated, constant. */
int json_open(void **ret, const struct reader_env *env, const struct json_dialect *const *dialects, err *e);
enum reader_step json_next(void *self, struct reader_input *in, event *ret_ev, struct gap *ret_gap, err *e);
void json_close(void *self);

/* What the first objects of a content are. */
struct json_verdict {
	unsigned first; /* objects that the first dialect claims */
	unsigned known; /* others of a kind that the table knows */
	unsigned other; /* JSON of no known kind */
	unsigned junk;  /* lines between that are no JSON */
};

struct json_verdict json_judge(bytes head, const struct json_dialect *const *dialects);

#endif
