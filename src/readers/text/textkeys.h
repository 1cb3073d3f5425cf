/* textkeys.h - columns that are learned from the lines: for logs whose lines name their fields (key=value) or have
 * fields of their own each. A column stays once it was seen; what a line does not have is absent. What finds no
 * column any more (too many names, names that are no names, a name twice) stands as text in the column
 * "more", so that nothing is lost and no line can take another's place. Thread rule: one owner. */
#ifndef SPOOR_READERS_TEXTKEYS_H
#define SPOOR_READERS_TEXTKEYS_H

#include "readers/text/textlog.h"
#include "util/limits.h"
#include "util/map.h"

struct text_keys {
	map known; /* name -> column */
	str names[LIMIT_TEXT_KEYS];
	value values[LIMIT_TEXT_KEYS];
	uint32_t n, said;    /* columns; so many when they were last said */
	const char *dataset; /* as which they were said */
	/* Lines are like each other: which column came behind each, and first, the last time. */
	uint32_t follows[LIMIT_TEXT_KEYS + 1], at;
	buf more;
};

void text_keys_init(struct text_keys *k);
void text_keys_done(struct text_keys *k);

/* Before the fields of a record. */
void text_keys_begin(struct text_keys *k);

/* A field of the record; an absent or empty value makes no column. The value must live as long as the record. */
void text_keys_put(struct text_keys *k, str name, value v);
static inline void text_keys_put_text(struct text_keys *k, str name, str s)
{
	text_keys_put(k, name, s.len ? value_utf8(s) : (value){ 0 });
}
static inline void text_keys_put_str(struct text_keys *k, const char *name, str s)
{
	text_keys_put_text(k, str_of(name), s);
}

/* What was put, empty if nothing. */
str text_keys_get(const struct text_keys *k, const char *name);

/* The record is complete: say its columns if they are others than *said, which several text_keys of one
 * reader share, and hand over the values. False: t->why is set. */
bool text_keys_say(struct text *t, struct text_keys *k, const char *dataset, const struct text_keys **said);

/* A format with one set of columns: its state, or what its state begins with, and its open() and close(). */
struct text_keyed {
	struct text_keys keys;
	const struct text_keys *said;
};
int text_keyed_open(struct text *t, err *e);
void text_keyed_close(void *state);

#endif
