/* fact_order.c - the fixed order of a table's facts. Texts are put in order once, then facts compare as numbers. */
#include <stdlib.h>

#include "facts/factstore.h"

enum { RANK_BITS = 23, ATTR_BITS = 6 };
_Static_assert(LIMIT_FACT_TEXTS < UINT32_C(1) << RANK_BITS, "the rank of every text fits");

/* Something to sort: what decides most comparisons, and what it is. */
struct sorted {
	uint64_t head;
	uint32_t id;
};

struct order {
	const struct fact_table *t;
	const uint32_t *rank; /* of each text among those that facts have */
};

static uint64_t text_head(str s)
{
	uint64_t head = 0;

	for (size_t i = 0; i < sizeof head; i++)
		head = head << 8 | (i < s.len ? (unsigned char)s.ptr[i] : 0);
	return head;
}

static int text_cmp(const void *pa, const void *pb, void *ctx)
{
	const struct fact_texts *x = ctx;
	const struct sorted *a = pa, *b = pb;

	if (a->head != b->head)
		return a->head < b->head ? -1 : 1;
	return str_cmp(fact_text_of(x, a->id), fact_text_of(x, b->id));
}

/* Ranks of the texts that facts have, from 1. NULL without memory. */
static uint32_t *ranks(struct fact_table *t)
{
	size_t most = t->keys.len < t->texts.at.len ? t->keys.len : t->texts.at.len;
	uint32_t *rank = calloc(t->texts.at.len, sizeof *rank), n = 0;
	struct sorted *used = malloc((most + 1) * sizeof *used);

	if (!rank || !used) {
		free(rank);
		free(used);
		return NULL;
	}
	for (size_t i = 0; i < t->nentries; i++) {
		size_t at = t->cold[i].key + KEY_IDS,
		       end = i + 1 < t->nentries ? t->cold[i + 1].key : t->keys.len;

		for (; at < end; at++) {
			uint32_t id = t->keys.at[at];

			if (!rank[id])
				used[n++] = (struct sorted){ text_head(fact_text_of(&t->texts, id)), id };
			rank[id] = 1;
		}
	}
	qsort_r(used, n, sizeof *used, text_cmp, &t->texts);
	for (uint32_t i = 0; i < n; i++)
		rank[used[i].id] = i + 1;
	free(used);
	return rank;
}

/* Walks the attributes of a key. */
struct walk {
	uint64_t attrs;
	const uint32_t *id;
};

static struct walk walk_of(const struct fact_table *t, uint32_t entry)
{
	const uint32_t *key = t->keys.at + t->cold[entry].key;

	return (struct walk){ key[KEY_ATTRS] | (uint64_t)key[KEY_ATTRS + 1] << 32, key + KEY_IDS };
}

/* Number of the next attribute; behind the last FA_COUNT. */
static unsigned walk_attr(const struct walk *w)
{
	return w->attrs ? (unsigned)__builtin_ctzll(w->attrs) : FA_COUNT;
}

static void walk_on(struct walk *w)
{
	w->attrs &= w->attrs - 1;
	w->id++;
}

/* Kind and the first two attributes: where one fact has an attribute that the other has not, it comes later. */
static uint64_t fact_head(const struct order *o, uint32_t entry)
{
	uint64_t head = o->t->keys.at[o->t->cold[entry].key + KEY_KIND];
	struct walk w = walk_of(o->t, entry);

	for (int i = 0; i < 2; i++) {
		head = head << ATTR_BITS | (63 - walk_attr(&w));
		head = head << RANK_BITS | (w.attrs ? o->rank[*w.id] : 0);
		if (w.attrs)
			walk_on(&w);
	}
	return head;
}

static int entry_cmp(const void *pa, const void *pb, void *ctx)
{
	const struct order *o = ctx;
	const struct sorted *a = pa, *b = pb;
	struct walk wa, wb;

	if (a->head != b->head)
		return a->head < b->head ? -1 : 1;
	wa = walk_of(o->t, a->id);
	wb = walk_of(o->t, b->id);
	while (wa.attrs || wb.attrs) {
		unsigned attr_a = walk_attr(&wa), attr_b = walk_attr(&wb);

		if (attr_a != attr_b) /* one of them is empty here, and empty comes first */
			return attr_a < attr_b ? 1 : -1;
		if (*wa.id != *wb.id)
			return o->rank[*wa.id] < o->rank[*wb.id] ? -1 : 1;
		walk_on(&wa);
		walk_on(&wb);
	}
	return 0;
}

int fact_table_sort(struct fact_table *t, err *e)
{
	uint32_t *order, *rank;
	struct sorted *all;
	struct order o = { t, NULL };

	if (fact_waiting_end(t, e) < 0)
		return -1;
	order = realloc(t->order, (t->nentries + 1) * sizeof *order);
	all = malloc((t->nentries + 1) * sizeof *all);
	o.rank = rank = ranks(t);
	if (order)
		t->order = order;
	if (!order || !rank || !all) {
		free(rank);
		free(all);
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory to sort %u facts", t->nentries);
	}
	for (uint32_t i = 0; i < t->nentries; i++)
		all[i] = (struct sorted){ fact_head(&o, i), i };
	qsort_r(all, t->nentries, sizeof *all, entry_cmp, &o);
	for (uint32_t i = 0; i < t->nentries; i++)
		order[i] = all[i].id;
	t->norder = t->nentries;
	free(rank);
	free(all);
	return 0;
}
