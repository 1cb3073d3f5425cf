/* facttexts.h - every text of a table of facts once, by number: facts compare and hash as a few numbers.
 *
 * Thread rule: one owner, as facts.h. */
#ifndef SPOOR_FACTS_FACTTEXTS_H
#define SPOOR_FACTS_FACTTEXTS_H

#include "util/arena.h"
#include "util/str.h"
#include "util/vec.h"

#define FACT_TEXT_NONE 0u         /* the empty text */
#define FACT_TEXT_FULL UINT32_MAX /* no room for another */

struct fact_text {
	const char *ptr;
	uint32_t len, hash;
};
struct fact_text_slot {
	const char *ptr;
	uint32_t id; /* FACT_TEXT_NONE: free */
	uint16_t len, tag;
};
struct fact_texts {
	VEC(struct fact_text) at; /* [0] is the empty one */
	struct fact_text_slot *slots;
	uint32_t slot_mask;
	arena bytes;
	uint64_t seed;
};

/* False without memory. */
bool fact_texts_init(struct fact_texts *x);
void fact_texts_done(struct fact_texts *x);
/* Forget all but the empty text. */
void fact_texts_clear(struct fact_texts *x);

/* Number of a text, which is copied; FACT_TEXT_FULL past LIMIT_FACT_TEXTS or LIMIT_FACT_BYTES, or if it is longer than
 * LIMIT_FACT_VALUE. */
uint32_t fact_texts_id(struct fact_texts *x, str s);
/* In steps, for texts that are not to be kept all: its hash; its number if it is there, else FACT_TEXT_NONE, which the
 * empty text has anyhow; the number of one that is not there. */
uint32_t fact_texts_hash(const struct fact_texts *x, str s);
uint32_t fact_texts_find(const struct fact_texts *x, str s, uint32_t hash);
uint32_t fact_texts_add(struct fact_texts *x, str s, uint32_t hash);

/* Let what fact_texts_find() will read come from memory: first where it looks, later the bytes it compares. */
static inline void fact_texts_come(const struct fact_texts *x, uint32_t hash)
{
	__builtin_prefetch(&x->slots[hash & x->slot_mask]);
}
static inline void fact_texts_bytes_come(const struct fact_texts *x, uint32_t hash)
{
	__builtin_prefetch(x->slots[hash & x->slot_mask].ptr);
}

/* Hash of numbers of texts. */
uint32_t fact_words_hash(const struct fact_texts *x, const uint32_t *words, uint32_t n);

/* Are n bytes the same? In line and without a branch per byte, as most texts are short. */
static inline bool fact_same_bytes(const char *pa, const char *pb, size_t n)
{
	const uint8_t *a = (const uint8_t *)pa, *b = (const uint8_t *)pb;
	uint64_t diff = 0;

	if (n >= 8) {
		for (size_t i = 0; i < n - 8; i += 8)
			diff |= load_le64(a + i) ^ load_le64(b + i);
		return (diff | (load_le64(a + n - 8) ^ load_le64(b + n - 8))) == 0;
	}
	if (n >= 4)
		return ((load_le32(a) ^ load_le32(b)) | (load_le32(a + n - 4) ^ load_le32(b + n - 4))) == 0;
	return n == 0 || (a[0] == b[0] && a[n / 2] == b[n / 2] && a[n - 1] == b[n - 1]);
}

/* Valid until clear. */
static inline str fact_text_of(const struct fact_texts *x, uint32_t id)
{
	return (str){ x->at.at[id].ptr, x->at.at[id].len };
}

#endif
