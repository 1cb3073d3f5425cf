/* map.h - byte string to number, for interning and look-up tables.
 *
 * Open addressing over XXH3 with a seed drawn once per process, so that evidence cannot choose its
 * collisions. Keys are copied into the map. Iteration follows insertion order: output never depends
 * on the seed. Thread rule: one owner. */
#ifndef SPOOR_UTIL_MAP_H
#define SPOOR_UTIL_MAP_H

#include "util/arena.h"
#include "util/str.h"

struct map_entry {
	str key;
	uint64_t hash;
	uint64_t value;
};

typedef struct map {
	arena keys;
	struct map_entry *entries; /* insertion order, [0, len) */
	uint32_t *slots;           /* index + 1 into entries, 0 free */
	uint32_t len, cap, slot_mask;
	uint32_t max; /* ceiling of len */
} map;

/* max: ceiling of entries, at most 2^30. max_key_bytes: ceiling of all keys together. */
void map_init(map *m, uint32_t max, size_t max_key_bytes);
void map_done(map *m);

/* The entry, or NULL. Valid until the next map_put(). */
struct map_entry *map_get(const map *m, str key);

/* The entry of `key`, made with `value` if it was not there (*ret_new says). NULL past a ceiling or
 * without memory. Valid until the next map_put(). */
struct map_entry *map_put(map *m, str key, uint64_t value, bool *ret_new);

/* Seeded 64-bit hash, the same within a process only: never written out. */
uint64_t hash_bytes(const void *p, size_t n);
/* Its seed, for a table that hashes by itself. Never 0. */
uint64_t hash_seed(void);

#endif
