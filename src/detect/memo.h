/* memo.h - values that were scanned before, with the atoms that they satisfy.
 *
 * Logs repeat themselves: image paths, users, even whole command lines. A value is remembered per field
 * of the plan, for all classes together. A memo is two-way associative: a newer value replaces an older
 * one. The memory of values has a ceiling; when it is reached the memo begins anew.
 * Thread rule: one owner. */
#ifndef SPOOR_DETECT_MEMO_H
#define SPOOR_DETECT_MEMO_H

#include "event/value.h"
#include "util/vec.h"

#define MEMO_SETS 16384u
#define MEMO_WAYS 2u
#define MEMO_VALUE_MAX 2048u /* longer values seldom come twice */

struct memo_entry {
	uint64_t hash;
	uint32_t generation; /* of the memo; another one: empty */
	uint32_t field;
	uint32_t len;
	uint32_t natoms : 24, type : 8;
	const uint8_t *bytes;
	const uint32_t *atoms; /* of the group */
};

struct memo {
	arena mem;
	uint32_t generation;
	struct memo_entry *entries; /* MEMO_SETS * MEMO_WAYS, the newer of a set first */
};

bool memo_init(struct memo *m);
void memo_done(struct memo *m);

/* The entry of v in a field, or NULL. *ret_hash is for memo_put(). */
const struct memo_entry *memo_get(struct memo *m, uint32_t field, value v, uint64_t *ret_hash);
/* Answers the new entry, or NULL where nothing is remembered. Entries stay where they are; what one holds
 * may become another value. */
const struct memo_entry *memo_put(struct memo *m, uint32_t field, value v, uint64_t hash, const uint32_t *atoms,
				  uint32_t n);

/* Does an entry hold this value still? */
static inline bool memo_is_entry(const struct memo *m, const struct memo_entry *e, uint32_t field, value v)
{
	return e->len == v.len && e->field == field && e->generation == m->generation && e->type == v.type &&
	       memcmp(e->bytes, v.ptr, v.len) == 0;
}

#endif
