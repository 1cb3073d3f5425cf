/* targets.h - the addresses and names that a notice is about, as text that is kept with it: a later contact is told of them
 * without the case. Thread rule: one owner. */
#ifndef SPOOR_DESK_TARGETS_H
#define SPOOR_DESK_TARGETS_H

#include "desk/contacts.h"
#include "share/told.h"

struct target {
	struct told_indicator x;
	str asn, country; /* for whom to write to: contact_way; empty: not known */
};

struct targets {
	str key; /* told.key */
	int64_t made_ns;
	VEC(struct target) at;
};
void targets_done(struct targets *t);

/* As JSON. Of `t` only those whose number is in pick (NULL: all). */
void targets_write(buf *b, const struct targets *t, const uint32_t *pick, size_t n);
/* Texts in mem. ERR_CORRUPT. */
int targets_read(struct targets *ret, str text, arena *mem, err *e);
/* A told table of them, for writers of formats; told_done() in any case. */
int targets_told(struct told *ret, const struct targets *t, const uint32_t *pick, size_t n,
		 const struct story *empty, err *e);

#endif
