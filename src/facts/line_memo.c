/* line_memo.c - lines of flat logs that came before, as a whole: which facts came of them. */
#include <stdlib.h>

#include "facts/lines_priv.h"

/* Forgotten together when there is no more room. */
enum { LINES = 65536, LINE_SLOTS = 2 * LINES, LINE_BYTES = 10 << 20, KEY_BYTES_MAX = 1024, ALIGNED = 8 };
struct memo_slot {
	uint32_t hash;
	uint32_t at; /* of the struct known in line_memo.bytes, + 1; 0 free */
};
struct known { /* before the key and, at the next multiple of 8, its facts */
	uint32_t key_len, nfacts;
};
struct line_memo {
	uint64_t generation; /* of the table whose entries it knows */
	uint32_t nlines, used;
	struct memo_slot slots[LINE_SLOTS];
	_Alignas(ALIGNED) uint8_t bytes[LINE_BYTES];
	uint32_t hash, key_len; /* of the line that was looked for last */
	uint8_t key[KEY_BYTES_MAX];
};
_Static_assert(sizeof(struct known) % ALIGNED == 0 && sizeof(struct line_fact) % ALIGNED == 0,
	       "facts are aligned");
enum { KNOWN_MAX = sizeof(struct known) + KEY_BYTES_MAX + LINE_RULES_MAX * sizeof(struct line_fact) };

/* Have a memory of this generation, with room for one more line. */
static bool memo_ready(struct fact_table *t)
{
	struct line_memo *m = t->memo;

	if (!m) /* most of it is never touched */
		m = t->memo = calloc(1, sizeof *m);
	if (!m)
		return false;
	if (m->generation != t->generation || m->nlines == LINES || LINE_BYTES - m->used < KNOWN_MAX) {
		if (m->nlines)
			memset(m->slots, 0, sizeof m->slots);
		m->nlines = m->used = 0;
		m->generation = t->generation;
		fact_unlearn(t, NULL);
	}
	return true;
}

/* --- keys ------------------------------------------------------------------------------------ */

/* Bytes that do not overlap, in line and with few branches as most are few. */
static inline void copy_text(char *to, const char *from, uint32_t len)
{
	if (len >= 16) {
		for (uint32_t i = 0; i < len - 16; i += 16)
			memcpy(to + i, from + i, 16);
		memcpy(to + len - 16, from + len - 16, 16);
	} else if (len >= 8) {
		memcpy(to, from, 8);
		memcpy(to + len - 8, from + len - 8, 8);
	} else if (len >= 4) {
		memcpy(to, from, 4);
		memcpy(to + len - 4, from + len - 4, 4);
	} else if (len) {
		to[0] = from[0];
		to[len / 2] = from[len / 2];
		to[len - 1] = from[len - 1];
	}
}

/* A text behind its length. NULL without room. */
static inline char *put_text(char *to, const char *end, str s)
{
	uint32_t len = (uint32_t)s.len;

	if (s.len > UINT16_MAX || (size_t)(end - to) < s.len + 3)
		return NULL;
	if (len < 255) {
		*to++ = (char)len;
	} else {
		*to++ = (char)255;
		memcpy(to, &len, 2);
		to += 2;
	}
	copy_text(to, s.ptr, len);
	return to + len;
}

/* The texts of some inputs. NULL without room. */
static char *put_inputs(struct fact_table *t, const struct fact_lines *l, const uint16_t *which, uint32_t n,
			const event *ev, char *to, const char *end)
{
	for (uint32_t i = 0; i < n && to; i++) {
		struct input *in = &l->inputs[which[i]];
		str text = line_input_says(t, l, in, ev);

		to = put_text(to, end, in->presence ? (str){ "+", text.len > 0 } : text);
	}
	return to;
}

/* False if its inputs are too long to remember. */
static bool key_make(struct fact_table *t, const struct site *s, const struct fact_lines *l, const event *ev)
{
	const uint32_t head[] = { l->number, s->number, s->when };
	struct line_memo *m = t->memo;
	char *key = (char *)m->key,
	     *end = put_inputs(t, l, l->key, l->nkey, ev, key + sizeof head, key + KEY_BYTES_MAX);

	memcpy(key, head, sizeof head);
	if (!end)
		return false;
	m->key_len = (uint32_t)(end - key);
	m->hash = fact_texts_hash(&t->texts, (str){ key, m->key_len });
	return true;
}

/* Some inputs that were long enough in this line. */
static void choose_sample(struct fact_lines *l, const event *ev)
{
	for (uint32_t i = 0; i < l->nkey_slots && l->nsample < LINE_SAMPLE; i++)
		if (ev->values[l->key_slots[i]].len >= 4)
			l->sample[l->nsample++] = l->key_slots[i];
}

/* A bit that a line with the same key has too and that is cheap: of the ends of some inputs. */
static bool in_sample(struct fact_lines *l, const event *ev)
{
	uint32_t sum = 0;

	if (!l->nsample)
		choose_sample(l, ev);
	for (uint32_t i = 0; i < l->nsample; i++) {
		const value *v = &ev->values[l->sample[i]];

		if (v->len >= 4)
			sum += load_le32(v->ptr + v->len - 4);
	}
	return sum * 0x9E3779B1u >> 26 == 0;
}

/* --- lines ----------------------------------------------------------------------------------- */

static const struct known *known_at(const struct line_memo *m, const struct memo_slot *slot)
{
	return (const struct known *)(m->bytes + slot->at - 1);
}

static struct line_fact *facts_of(struct line_memo *m, const struct memo_slot *slot)
{
	size_t at = slot->at - 1 + sizeof(struct known) + known_at(m, slot)->key_len;

	return (struct line_fact *)(m->bytes + (at + ALIGNED - 1) / ALIGNED * ALIGNED);
}

/* The slot of the key: of what is known of it, else a free one. */
static struct memo_slot *slot_find(struct line_memo *m)
{
	uint32_t i = m->hash % LINE_SLOTS;

	for (; m->slots[i].at; i = (i + 1) % LINE_SLOTS) {
		const struct memo_slot *one = &m->slots[i];

		if (one->hash == m->hash && known_at(m, one)->key_len == m->key_len &&
		    fact_same_bytes((const char *)(known_at(m, one) + 1), (const char *)m->key, m->key_len))
			break;
	}
	return &m->slots[i];
}

/* Is it worth looking all lines up? Where it was not, that is judged by the sample; where it was, only when as many were
 * seen as fit, as what comes again after a long time was not there at first. */
static void learn(struct fact_lines *l, bool known)
{
	enum { AT_FIRST = 8192, LOOK = 64 };

	if (!l->enough)
		l->enough = AT_FIRST;
	l->known += known;
	if (++l->seen < l->enough)
		return;
	l->seldom = l->known < (l->seldom ? l->seen / 4 * 3
					  : l->seen / 2); /* what is in a sample may be unlike the rest */
	l->enough = l->seldom ? LOOK : LINES;
	l->seen = l->known = 0;
}

enum memo_line line_memo_find(struct fact_table *t, const struct site *s, struct fact_lines *l,
			      const event *ev, struct line_fact **ret, uint32_t *ret_n)
{
	const struct memo_slot *slot;

	if ((l->seldom && !in_sample(l, ev)) || !memo_ready(t) || !key_make(t, s, l, ev))
		return MEMO_NOT;
	slot = slot_find(t->memo);
	learn(l, slot->at != 0);
	if (!slot->at)
		return MEMO_NEW;
	*ret = facts_of(t->memo, slot);
	*ret_n = known_at(t->memo, slot)->nfacts;
	return MEMO_KNOWN;
}

struct line_fact *line_memo_add(struct fact_table *t, uint32_t nfacts)
{
	struct line_memo *m = t->memo;
	struct memo_slot *slot = slot_find(m);
	const struct known head = { m->key_len, nfacts };
	struct line_fact *facts;

	*slot = (struct memo_slot){ m->hash, m->used + 1 };
	memcpy(m->bytes + m->used, &head, sizeof head);
	memcpy(m->bytes + m->used + sizeof head, m->key, m->key_len);
	facts = facts_of(m, slot);
	m->used = (uint32_t)((uint8_t *)(facts + nfacts) - m->bytes);
	m->nlines++;
	return facts;
}

void line_rest(struct fact_table *t, const struct fact_lines *l, const struct line_rule *r, const event *ev,
	       struct line_fact *ret)
{
	char *to = ret->rest;

	if (r->nrest == REST_UNKNOWN || r->plan->timed)
		to = NULL;
	else
		to = put_inputs(t, l, r->rest, r->nrest, ev, to, to + sizeof ret->rest);
	ret->nrest = to ? (uint8_t)(to - ret->rest) : LINE_REST_NOT;
}
