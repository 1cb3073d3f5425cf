#include "facts/facttexts.h"

#include <stdlib.h>

#include "util/limits.h"
#include "util/map.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

enum { SLOTS_MIN = 4096 };
_Static_assert(LIMIT_FACT_VALUE <= UINT16_MAX, "a slot holds a text's length");

static uint16_t tag_of(uint32_t hash)
{
	return (uint16_t)(hash >> 16);
}

static void slot_set(struct fact_text_slot *slots, uint32_t mask, const struct fact_text *text, uint32_t id)
{
	uint32_t i = text->hash & mask;

	while (slots[i].id)
		i = (i + 1) & mask;
	slots[i] = (struct fact_text_slot){ text->ptr, id, (uint16_t)text->len, tag_of(text->hash) };
}

bool fact_texts_init(struct fact_texts *x)
{
	struct fact_text *none;

	*x = (struct fact_texts){ .slot_mask = SLOTS_MIN - 1, .seed = hash_seed() };
	arena_init(&x->bytes, LIMIT_FACT_BYTES);
	x->slots = calloc(SLOTS_MIN, sizeof *x->slots);
	none = x->slots ? VEC_PUSH(&x->at, LIMIT_FACT_TEXTS) : NULL;
	if (!none) {
		fact_texts_done(x);
		return false;
	}
	none->ptr = "";
	return true;
}

void fact_texts_done(struct fact_texts *x)
{
	VEC_DONE(&x->at);
	free(x->slots);
	x->slots = NULL;
	arena_done(&x->bytes);
}

void fact_texts_clear(struct fact_texts *x)
{
	x->at.len = 1;
	memset(x->slots, 0, (x->slot_mask + 1) * sizeof *x->slots);
	arena_clear(&x->bytes);
}

static bool grow(struct fact_texts *x)
{
	uint32_t mask = x->slot_mask * 2 + 1;
	struct fact_text_slot *slots = calloc((size_t)mask + 1, sizeof *slots);

	if (!slots)
		return false;
	for (uint32_t k = 1; k < x->at.len; k++)
		slot_set(slots, mask, &x->at.at[k], k);
	free(x->slots);
	x->slots = slots;
	x->slot_mask = mask;
	return true;
}

uint32_t fact_texts_add(struct fact_texts *x, str s, uint32_t hash)
{
	uint32_t id = (uint32_t)x->at.len;
	struct fact_text *one;
	char *copy;

	if (s.len > LIMIT_FACT_VALUE || (x->at.len * 2 >= x->slot_mask && !grow(x)))
		return FACT_TEXT_FULL;
	copy = arena_alloc(&x->bytes, s.len);
	one = copy ? VEC_PUSH(&x->at, LIMIT_FACT_TEXTS) : NULL;
	if (!one)
		return FACT_TEXT_FULL;
	memcpy(copy, s.ptr, s.len);
	*one = (struct fact_text){ copy, (uint32_t)s.len, hash };
	slot_set(x->slots, x->slot_mask, one, id);
	return id;
}

__attribute__((flatten)) uint32_t fact_texts_hash(const struct fact_texts *x, str s)
{
	return (uint32_t)XXH3_64bits_withSeed(s.ptr, s.len, x->seed);
}

uint32_t fact_texts_find(const struct fact_texts *x, str s, uint32_t hash)
{
	uint32_t i = hash & x->slot_mask;

	for (; x->slots[i].id; i = (i + 1) & x->slot_mask) {
		const struct fact_text_slot *one = &x->slots[i];

		if (one->tag == tag_of(hash) && one->len == s.len && fact_same_bytes(one->ptr, s.ptr, s.len))
			break;
	}
	return x->slots[i].id;
}

uint32_t fact_texts_id(struct fact_texts *x, str s)
{
	uint32_t hash, id;

	if (s.len == 0)
		return FACT_TEXT_NONE;
	hash = fact_texts_hash(x, s);
	id = fact_texts_find(x, s, hash);
	return id ? id : fact_texts_add(x, s, hash);
}
