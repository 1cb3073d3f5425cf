/* trail.h - who changed what in a registry: a table that is only added to, each entry bound to the one before by a hash.
 *
 * It shows changes that were made past the program, entries that were taken out or altered; not that the end was cut off:
 * note the last hash elsewhere for that. Thread rule: as the registry. */
#ifndef SPOOR_DESK_TRAIL_H
#define SPOOR_DESK_TRAIL_H

#include "desk/deskdb.h"
#include "util/sha256.h"

/* A change of one row: trail_before(), the change, trail_after(), all in one transaction. Nothing is written down if the row
 * is what it was. The row is named by its column "id". */
struct trail_change {
	struct desk *d;
	const char *what, *table;
	str id; /* must live until trail_after() */
	buf before;
};
int trail_before(struct trail_change *c, struct desk *d, const char *what, const char *table, str id, err *e);
/* Ends the change in any case; *ret_changed (NULL allowed): is it another row now? */
int trail_after(struct trail_change *c, bool *ret_changed, err *e);
/* Something that is no change of one row. before, after: JSON or empty. */
int trail_add(struct desk *d, const char *what, str object, str before, str after, err *e);

struct trail_entry {
	int64_t n;
	str time, who, what, object, before, after, hash;
};
/* In order; strings are valid during the call. */
int trail_each(struct desk *d, int (*fn)(void *ctx, const struct trail_entry *x, err *e), void *ctx, err *e);
/* Is each entry bound to the one before? Also asks SQLite whether the file is sound. ERR_CORRUPT names the entry. */
int trail_verify(struct desk *d, uint64_t *ret_entries, char ret_hash[SHA256_HEX_LEN + 1], err *e);

#endif
