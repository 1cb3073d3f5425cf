#include <stdlib.h>

#include "facts/factstore.h"
#include "util/utf.h"

enum { SLOTS_MIN = 4096, ENTRIES_MIN = 1024, LINE_OF_CACHE = 64 };
_Static_assert(sizeof(struct fact_hot) == LINE_OF_CACHE, "a repeat touches one line of the cache");

static void secrets_init(struct fact_secrets *x)
{
	for (size_t i = 0; i < COUNT(x->of); i++)
		x->of[i] = hash_bytes(&i, sizeof i) | 1;
}

int fact_table_new(struct fact_table **ret, err *e)
{
	struct fact_table *t = calloc(1, sizeof *t);

	if (t) {
		t->slot_mask = SLOTS_MIN - 1;
		t->slots = calloc(SLOTS_MIN, sizeof *t->slots);
	}
	if (!t || !t->slots || !fact_texts_init(&t->texts)) {
		if (t)
			free(t->slots);
		free(t);
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for facts");
	}
	t->generation = t->texts_generation = 1;
	secrets_init(&t->secrets);
	arena_init(&t->plans, LIMIT_FACT_PLAN_BYTES);
	arena_init(&t->nowhere_mem, LIMIT_FACT_PLAN_BYTES);
	map_init(&t->sites, LIMIT_FACT_SITES, LIMIT_FACT_SITE_BYTES);
	*ret = t;
	return 0;
}

void fact_table_free(struct fact_table *t)
{
	if (!t)
		return;
	free(t->hot);
	free(t->cold);
	fact_texts_done(&t->texts);
	VEC_DONE(&t->keys);
	VEC_DONE(&t->bindings);
	free(t->slots);
	free(t->order);
	arena_done(&t->plans);
	arena_done(&t->nowhere_mem);
	map_done(&t->sites);
	fact_draft_done(&t->draft);
	free(t->terms);
	free(t->near);
	free(t->memo);
	buf_done(&t->site_key);
	free(t);
}

void fact_table_clear(struct fact_table *t)
{
	t->nentries = 0;
	t->waiting.answered = t->waiting.nasked;
	t->waiting.counted = t->waiting.nticks;
	memset(t->slots, 0, (t->slot_mask + 1) * sizeof *t->slots);
	t->keys.len = 0;
	t->generation++;
	if (t->texts.at.len >= LIMIT_FACT_TEXTS_SOFT / 4 ||
	    t->texts.bytes.used_bytes >= LIMIT_FACT_BYTES_SOFT / 4) {
		fact_texts_clear(&t->texts);
		t->texts_generation++;
	}
	t->norder = 0;
}

bool fact_table_full(const struct fact_table *t)
{
	return t->nentries + FACT_ASKED >= LIMIT_FACTS_SOFT ||
	       t->texts.bytes.used_bytes >= LIMIT_FACT_BYTES_SOFT || t->texts.at.len >= LIMIT_FACT_TEXTS_SOFT;
}

size_t fact_table_len(struct fact_table *t)
{
	(void)fact_waiting_end(t, NULL); /* if that fails, so does sort */
	return t->nentries;
}

/* --- texts and keys -------------------------------------------------------------------------- */

static uint32_t cut_value_id(struct fact_table *t, str s)
{
	static const char ELLIPSIS[] = "\xE2\x80\xA6";
	char cut[LIMIT_FACT_VALUE];
	size_t dropped = 0;

	s.len = sizeof cut - (sizeof ELLIPSIS - 1);
	while (dropped < 3 && s.len && ((unsigned char)s.ptr[s.len] & 0xC0) == 0x80) {
		s.len--;
		dropped++;
	}
	memcpy(cut, s.ptr, s.len);
	memcpy(cut + s.len, ELLIPSIS, sizeof ELLIPSIS - 1);
	return fact_texts_id(&t->texts, (str){ cut, s.len + sizeof ELLIPSIS - 1 });
}

uint32_t fact_value_id(struct fact_table *t, str s)
{
	return s.len > LIMIT_FACT_VALUE ? cut_value_id(t, s) : fact_texts_id(&t->texts, s);
}

/* Equal but for the entry. */
static bool same_key(const uint32_t *have, const struct fact_key *k)
{
	return fact_same_bytes((const char *)(have + KEY_KIND), (const char *)(k->words + KEY_KIND),
			       (k->n - KEY_KIND) * sizeof *have);
}

static struct fact_slot *slot_of(const struct fact_table *t, const struct fact_key *k)
{
	uint32_t i = k->hash & t->slot_mask;

	while (t->slots[i].key &&
	       (t->slots[i].hash != k->hash || !same_key(t->keys.at + t->slots[i].key - 1, k)))
		i = (i + 1) & t->slot_mask;
	return &t->slots[i];
}

static bool grow_slots(struct fact_table *t)
{
	uint32_t mask = t->slot_mask * 2 + 1;
	struct fact_slot *slots = calloc((size_t)mask + 1, sizeof *slots);

	if (!slots)
		return false;
	for (uint32_t k = 0; k <= t->slot_mask; k++) {
		uint32_t i = t->slots[k].hash & mask;

		while (t->slots[k].key && slots[i].key)
			i = (i + 1) & mask;
		if (t->slots[k].key)
			slots[i] = t->slots[k];
	}
	free(t->slots);
	t->slots = slots;
	t->slot_mask = mask;
	return true;
}

static void *resized(void *old, size_t n, size_t size, size_t had)
{
	void *to = aligned_alloc(LINE_OF_CACHE, n * size); /* n is a multiple of LINE_OF_CACHE */

	if (to && had)
		memcpy(to, old, had * size);
	return to;
}

static bool grow_entries(struct fact_table *t)
{
	uint32_t cap = t->cap ? t->cap * 2 : ENTRIES_MIN;
	struct fact_hot *hot = resized(t->hot, cap, sizeof *hot, t->nentries);
	struct fact_cold *cold = resized(t->cold, cap, sizeof *cold, t->nentries);

	if (!hot || !cold) {
		free(hot);
		free(cold);
		return false;
	}
	free(t->hot);
	free(t->cold);
	t->hot = hot;
	t->cold = cold;
	t->cap = cap;
	return true;
}

/* Keep the key. SIZE_MAX past the ceiling. */
static size_t keep_key(struct fact_table *t, struct fact_key *k)
{
	size_t at = t->keys.len;

	while (t->keys.cap - at < k->n)
		if (!vec_grow((void **)&t->keys.at, t->keys.cap, &t->keys.cap, sizeof *t->keys.at,
			      (size_t)LIMIT_FACTS * KEY_MAX))
			return SIZE_MAX;
	k->words[KEY_ENTRY] = t->nentries;
	memcpy(t->keys.at + at, k->words, k->n * sizeof *k->words);
	t->keys.len += k->n;
	return at;
}

uint32_t fact_intern(struct fact_table *t, struct fact_key *k)
{
	static const struct event_ref ABOVE_ALL = { UINT32_MAX, UINT64_MAX, UINT64_MAX };
	struct fact_slot *slot = slot_of(t, k);
	size_t at;

	if (slot->key)
		return t->keys.at[slot->key - 1 + KEY_ENTRY];
	if (t->nentries >= LIMIT_FACTS)
		return FACT_NO_ENTRY;
	if (t->nentries * 2 >= t->slot_mask) {
		if (!grow_slots(t))
			return FACT_NO_ENTRY;
		slot = slot_of(t, k);
	}
	if (t->nentries == t->cap && !grow_entries(t))
		return FACT_NO_ENTRY;
	at = keep_key(t, k);
	if (at == SIZE_MAX)
		return FACT_NO_ENTRY;
	*slot = (struct fact_slot){ k->hash, (uint32_t)at + 1 };
	t->hot[t->nentries] = (struct fact_hot){ { TIME_NONE, TIME_NONE, 0, 0, 0 }, ABOVE_ALL };
	t->cold[t->nentries].nrefs = 0;
	t->cold[t->nentries].key = (uint32_t)at;
	t->norder = 0;
	return t->nentries++;
}

int fact_no_room(const struct fact_table *t, err *e)
{
	return err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "no room for another fact behind %u", t->nentries);
}

/* --- counting -------------------------------------------------------------------------------- */

static void add_ref(struct fact_table *t, uint32_t entry, const struct event_ref *ref)
{
	struct fact_cold *c = &t->cold[entry];

	fact_refs_add(c->refs, &c->nrefs, ref);
	if (c->nrefs == FACT_REFS)
		t->hot[entry].limit = c->refs[FACT_REFS - 1];
}

/* Is it one of the smallest? */
static bool within(const struct event_ref *ref, const struct event_ref *limit)
{
	return ref->item < limit->item || (ref->item == limit->item && ref->offset <= limit->offset);
}

void fact_entry_add(struct fact_table *t, uint32_t entry, const struct fact_span *span,
		    const struct event_ref *ref)
{
	struct fact_hot *h = &t->hot[entry];

	fact_span_add(&h->span, span);
	if (within(ref, &h->limit))
		add_ref(t, entry, ref);
}

void fact_entry_tick(struct fact_table *t, uint32_t entry, const struct fact_tick *w)
{
	struct fact_hot *h = &t->hot[entry];

	fact_span_tick(&h->span, w->time_ns, w->bytes, w->hours);
	if (within(&w->ref, &h->limit))
		add_ref(t, entry, &w->ref);
}

/* What is hot of a waiting entry has come: let the rest come if it will be touched. */
static void hot_has_come(const struct fact_table *t, const struct fact_tick *w)
{
	const struct fact_cold *c = &t->cold[w->entry];

	if (!within(&w->ref, &t->hot[w->entry].limit))
		return;
	__builtin_prefetch(c, 1);
	__builtin_prefetch(&c->refs[FACT_REFS - 1], 1);
}

static void count_one(struct fact_table *t)
{
	const struct fact_tick *w = &t->waiting.ticks[t->waiting.counted++ % FACT_TICKS];

	fact_entry_tick(t, w->entry, w);
}

void fact_count_soon(struct fact_table *t, const struct fact_tick *tick)
{
	struct fact_waiting *w = &t->waiting;

	__builtin_prefetch(&t->hot[tick->entry], 1);
	if (w->nticks - w->counted == FACT_TICKS)
		count_one(t);
	if (w->nticks - w->counted >= FACT_TICKS / 2)
		hot_has_come(t, &w->ticks[(w->nticks - FACT_TICKS / 2) % FACT_TICKS]);
	w->ticks[w->nticks++ % FACT_TICKS] = *tick;
}

/* The slot of an asked key has come: let the key come that lies there. */
static void slot_has_come(const struct fact_table *t, const struct fact_key *k)
{
	const struct fact_slot *slot = &t->slots[k->hash & t->slot_mask];

	if (slot->key) {
		__builtin_prefetch(t->keys.at + slot->key - 1);
		__builtin_prefetch(t->keys.at + slot->key - 1 + KEY_IDS + 8);
	}
}

static bool answer_one(struct fact_table *t)
{
	struct fact_asked *a = &t->waiting.asked[t->waiting.answered % FACT_ASKED];

	a->tick.entry = fact_intern(t, &a->key);
	if (a->tick.entry == FACT_NO_ENTRY)
		return false;
	t->waiting.answered++;
	if (a->learn)
		*a->learn = a->tick.entry;
	fact_count_soon(t, &a->tick);
	return true;
}

int fact_ask_soon(struct fact_table *t, err *e)
{
	struct fact_waiting *w = &t->waiting;

	__builtin_prefetch(&t->slots[fact_next_asked(t)->key.hash & t->slot_mask]);
	w->nasked++;
	if (w->nasked - w->answered > FACT_ASKED / 2)
		slot_has_come(t, &w->asked[(w->nasked - FACT_ASKED / 2) % FACT_ASKED].key);
	if (w->nasked - w->answered < FACT_ASKED || answer_one(t))
		return 0;
	w->nasked--;
	return fact_no_room(t, e);
}

void fact_unlearn(struct fact_table *t, const uint32_t *learn)
{
	for (int i = 0; i < FACT_ASKED; i++)
		if (!learn || t->waiting.asked[i].learn == learn)
			t->waiting.asked[i].learn = NULL;
}

int fact_waiting_end(struct fact_table *t, err *e)
{
	while (t->waiting.answered != t->waiting.nasked)
		if (!answer_one(t))
			return fact_no_room(t, e);
	while (t->waiting.counted != t->waiting.nticks)
		count_one(t);
	return 0;
}

int fact_table_merge(struct fact_table *t, const struct fact *f, err *e)
{
	const struct fact_span span = { f->first_ns, f->last_ns, f->count, f->bytes, f->hours };
	struct fact_making making;
	struct fact_key key;
	uint32_t entry;

	if ((unsigned)f->kind >= FACT_KINDS)
		return err_set(e, ERR_ARG, ERR_NO_OFFSET, "no fact kind %d", (int)f->kind);
	making = fact_key_start(&t->secrets, f->kind);
	for (unsigned i = 0; i < FA_COUNT; i++) {
		uint32_t id = f->attr[i].len ? fact_value_id(t, f->attr[i]) : FACT_TEXT_NONE;

		if (id == FACT_TEXT_FULL)
			return fact_no_room(t, e);
		fact_key_put(&making, &key, &t->secrets, i, id);
	}
	fact_key_end(&key, &making, f->kind);
	entry = fact_intern(t, &key);
	if (entry == FACT_NO_ENTRY)
		return fact_no_room(t, e);
	fact_span_add(&t->hot[entry].span, &span);
	for (uint32_t i = 0; i < f->nrefs && i < FACT_REFS; i++)
		add_ref(t, entry, &f->refs[i]);
	return 0;
}

const struct fact *fact_table_at(struct fact_table *t, size_t i)
{
	const struct fact_cold *c;
	const struct fact_span *span;
	const uint32_t *key, *id;
	uint64_t attrs;

	if (i >= t->norder)
		return NULL;
	c = &t->cold[t->order[i]];
	span = &t->hot[t->order[i]].span;
	key = t->keys.at + c->key;
	id = key + KEY_IDS;
	attrs = key[KEY_ATTRS] | (uint64_t)key[KEY_ATTRS + 1] << 32;
	t->view = (struct fact){ .kind = (enum fact_kind)key[KEY_KIND],
				 .first_ns = span->first_ns,
				 .last_ns = span->last_ns,
				 .count = span->count,
				 .bytes = span->bytes,
				 .hours = span->hours,
				 .nrefs = c->nrefs };
	for (unsigned k = 0; k < FA_COUNT; k++)
		t->view.attr[k] = fact_text_of(&t->texts, attrs >> k & 1 ? *id++ : FACT_TEXT_NONE);
	memcpy(t->view.refs, c->refs, c->nrefs * sizeof *c->refs);
	return &t->view;
}
