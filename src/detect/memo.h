/* memo.h - values that were scanned before, with the atoms that they satisfy.
 *
 * Logs repeat themselves: image paths, users, even whole command lines. A memo is direct-mapped: a
 * newer value replaces an older one. All memos share one arena; when it is full they all begin anew.
 * Thread rule: one owner. */
#ifndef SPOOR_DETECT_MEMO_H
#define SPOOR_DETECT_MEMO_H

#include "event/value.h"
#include "util/vec.h"

#define MEMO_SLOTS 256u
#define MEMO_VALUE_MAX 768u /* longer values seldom come twice */

struct memo_entry {
	uint64_t hash;
	uint32_t generation; /* of the set; another one: empty */
	uint32_t len;
	uint8_t type;
	uint32_t natoms;
	const uint8_t *bytes;
	const uint32_t *atoms;
};

struct memo_table {
	struct memo_entry *slots; /* MEMO_SLOTS */
};

struct memo_set {
	arena mem;
	uint32_t generation;
	VEC(struct memo_table) tables;
};

void memo_set_init(struct memo_set *s);
void memo_set_done(struct memo_set *s);

/* A new memo; its number + 1, or 0 without memory. */
uint32_t memo_new(struct memo_set *s);

/* The entry of v, or NULL. *ret_hash is for memo_put(). */
const struct memo_entry *memo_get(const struct memo_set *s, uint32_t memo, value v, uint64_t *ret_hash);
void memo_put(struct memo_set *s, uint32_t memo, value v, uint64_t hash, const uint32_t *atoms, uint32_t n);

#endif
