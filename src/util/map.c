#include "util/map.h"

#include <stdlib.h>
#include <sys/random.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

uint64_t hash_seed(void)
{
	static uint64_t seed; /* written once with the same kind of value: a race only wastes a draw */
	uint64_t s = __atomic_load_n(&seed, __ATOMIC_RELAXED);

	if (s == 0) {
		if (getrandom(&s, sizeof s, GRND_NONBLOCK) != (ssize_t)sizeof s)
			s = (uint64_t)(uintptr_t)&s * 0x9E3779B97F4A7C15u;
		s |= 1;
		uint64_t none = 0;

		if (!__atomic_compare_exchange_n(&seed, &none, s, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
			s = none;
	}
	return s;
}

uint64_t hash_bytes(const void *p, size_t n)
{
	return XXH3_64bits_withSeed(p, n, hash_seed());
}

void map_init(map *m, uint32_t max, size_t max_key_bytes)
{
	*m = (map){ .max = max };
	arena_init(&m->keys, max_key_bytes);
}

void map_done(map *m)
{
	if (!m)
		return;
	arena_done(&m->keys);
	free(m->entries);
	free(m->slots);
	*m = (map){ 0 };
}

static uint32_t slot_of(const map *m, str key, uint64_t hash)
{
	uint32_t i = (uint32_t)hash & m->slot_mask;

	while (m->slots[i]) {
		const struct map_entry *e = &m->entries[m->slots[i] - 1];

		if (e->hash == hash && str_eq(e->key, key))
			break;
		i = (i + 1) & m->slot_mask;
	}
	return i;
}

static bool rehash(map *m, uint32_t cap)
{
	uint32_t nslots = cap * 2;
	uint32_t *slots = calloc(nslots, sizeof *slots);
	struct map_entry *entries = slots ? realloc(m->entries, cap * sizeof *entries) : NULL;

	if (!entries) {
		free(slots);
		return false;
	}
	free(m->slots);
	m->slots = slots;
	m->entries = entries;
	m->cap = cap;
	m->slot_mask = nslots - 1;
	for (uint32_t k = 0; k < m->len; k++)
		m->slots[slot_of(m, entries[k].key, entries[k].hash)] = k + 1;
	return true;
}

struct map_entry *map_get(const map *m, str key)
{
	uint32_t i;

	if (m->len == 0)
		return NULL;
	i = m->slots[slot_of(m, key, hash_bytes(key.ptr, key.len))];
	return i ? &m->entries[i - 1] : NULL;
}

struct map_entry *map_put(map *m, str key, uint64_t value, bool *ret_new)
{
	uint64_t hash = hash_bytes(key.ptr, key.len);
	uint32_t i;
	str copy;

	if (m->cap == 0 && !rehash(m, 16))
		return NULL;
	i = slot_of(m, key, hash);
	if (m->slots[i]) {
		if (ret_new)
			*ret_new = false;
		return &m->entries[m->slots[i] - 1];
	}
	if (m->len >= m->max)
		return NULL;
	if (m->len == m->cap) {
		if (!rehash(m, m->cap * 2))
			return NULL;
		i = slot_of(m, key, hash);
	}
	copy = arena_str(&m->keys, key);
	if (!copy.ptr)
		return NULL;
	m->entries[m->len] = (struct map_entry){ copy, hash, value };
	m->slots[i] = ++m->len;
	if (ret_new)
		*ret_new = true;
	return &m->entries[m->len - 1];
}
