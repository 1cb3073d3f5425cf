#include "detect/memo.h"

#include <stdlib.h>

#include "util/limits.h"
#include "util/map.h"

void memo_set_init(struct memo_set *s)
{
	*s = (struct memo_set){ .generation = 1 };
	arena_init(&s->mem, LIMIT_DETECT_MEMO);
}

void memo_set_done(struct memo_set *s)
{
	for (size_t i = 0; i < s->tables.len; i++)
		free(s->tables.at[i].slots);
	VEC_DONE(&s->tables);
	arena_done(&s->mem);
}

uint32_t memo_new(struct memo_set *s)
{
	struct memo_entry *table;
	struct memo_table *at;

	if (s->tables.len >= LIMIT_DETECT_MEMOS)
		return 0;
	table = calloc(MEMO_SLOTS, sizeof *table);
	at = table ? VEC_PUSH(&s->tables, LIMIT_DETECT_MEMOS) : NULL;
	if (!at) {
		free(table);
		return 0;
	}
	at->slots = table;
	return (uint32_t)s->tables.len;
}

const struct memo_entry *memo_get(const struct memo_set *s, uint32_t memo, value v, uint64_t *ret_hash)
{
	const struct memo_entry *entry;
	uint64_t hash = hash_bytes(v.ptr, v.len);

	*ret_hash = hash;
	entry = &s->tables.at[memo - 1].slots[hash % MEMO_SLOTS];
	return entry->generation == s->generation && entry->hash == hash && entry->len == v.len &&
			       entry->type == v.type && memcmp(entry->bytes, v.ptr, v.len) == 0
		       ? entry
		       : NULL;
}

void memo_put(struct memo_set *s, uint32_t memo, value v, uint64_t hash, const uint32_t *atoms, uint32_t n)
{
	struct memo_entry *entry = &s->tables.at[memo - 1].slots[hash % MEMO_SLOTS];
	uint8_t *copy = arena_alloc(&s->mem, v.len + 1u);
	uint32_t *list = arena_array(&s->mem, n + 1u, sizeof *list);

	if (!copy || !list) {
		arena_clear(&s->mem);
		s->generation++;
		return;
	}
	memcpy(copy, v.ptr, v.len);
	if (n)
		memcpy(list, atoms, n * sizeof *list);
	*entry = (struct memo_entry){ hash, s->generation, v.len, v.type, n, copy, list };
}
