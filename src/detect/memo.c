#include "detect/memo.h"

#include <stdlib.h>

#include "util/limits.h"
#include "util/map.h"

bool memo_init(struct memo *m)
{
	*m = (struct memo){ .generation = 1 };
	arena_init(&m->mem, LIMIT_DETECT_MEMO);
	m->entries = calloc(MEMO_SETS * MEMO_WAYS, sizeof *m->entries);
	return m->entries != NULL;
}

void memo_done(struct memo *m)
{
	free(m->entries);
	arena_done(&m->mem);
}

static struct memo_entry *set_of(struct memo *m, uint64_t hash)
{
	return &m->entries[(hash % MEMO_SETS) * MEMO_WAYS];
}

const struct memo_entry *memo_get(struct memo *m, uint32_t field, value v, uint64_t *ret_hash)
{
	uint64_t hash = hash_bytes(v.ptr, v.len) + field * UINT64_C(0x9E3779B97F4A7C15);
	struct memo_entry *set = set_of(m, hash);

	*ret_hash = hash;
	for (size_t i = 0; i < MEMO_WAYS; i++)
		if (set[i].hash == hash && memo_is_entry(m, &set[i], field, v))
			return &set[i];
	return NULL;
}

const struct memo_entry *memo_put(struct memo *m, uint32_t field, value v, uint64_t hash, const uint32_t *atoms,
				  uint32_t n)
{
	struct memo_entry *set = set_of(m, hash);
	uint8_t *copy = arena_alloc(&m->mem, v.len + 1u);
	uint32_t *list = n ? arena_array(&m->mem, n, sizeof *list) : NULL;

	if (!copy || (n && !list) || n >> 24) {
		arena_clear(&m->mem);
		m->generation++;
		return NULL;
	}
	if (v.len)
		memcpy(copy, v.ptr, v.len);
	if (n)
		memcpy(list, atoms, n * sizeof *list);
	set[1] = set[0];
	set[0] = (struct memo_entry){ .hash = hash,
				      .generation = m->generation,
				      .field = field,
				      .len = v.len,
				      .natoms = n & 0xFFFFFFu,
				      .type = v.type,
				      .bytes = copy,
				      .atoms = list };
	return set;
}
