/* facttexts.h - every text of a table of facts once, by number: facts compare and hash as a few numbers.
 *
 * Thread rule: one owner, as facts.h. */
#ifndef SPOOR_FACTS_FACTTEXTS_H
#define SPOOR_FACTS_FACTTEXTS_H

#include "util/arena.h"
#include "util/str.h"
#include "util/vec.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

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

#if defined(__SSE2__)
static inline bool fact_same_16(const uint8_t *a, const uint8_t *b)
{
	return _mm_movemask_epi8(_mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)(const void *)a),
						_mm_loadu_si128((const __m128i *)(const void *)b))) == 0xFFFF;
}
#else
static inline bool fact_same_16(const uint8_t *a, const uint8_t *b)
{
	return ((load_le64(a) ^ load_le64(b)) | (load_le64(a + 8) ^ load_le64(b + 8))) == 0;
}
#endif

/* Are n bytes the same? In line and without a branch per byte, as most texts are short. */
static inline bool fact_same_bytes(const char *pa, const char *pb, size_t n)
{
	const uint8_t *a = (const uint8_t *)pa, *b = (const uint8_t *)pb;

	if (n > 16) {
		size_t i = 0;

		for (; i + 16 < n; i += 16)
			if (!fact_same_16(a + i, b + i))
				return false;
		return fact_same_16(a + n - 16, b + n - 16);
	}
	if (n >= 8)
		return ((load_le64(a) ^ load_le64(b)) | (load_le64(a + n - 8) ^ load_le64(b + n - 8))) == 0;
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
