#include <stdlib.h>

#include "facts/factstore.h"
#include "util/limits.h"
#include "util/utf.h"

int fact_table_new(struct fact_table **ret, err *e)
{
	struct fact_table *t = calloc(1, sizeof *t);

	if (t) {
		t->slot_mask = 4095;
		t->slots = calloc(t->slot_mask + 1, sizeof *t->slots);
	}
	if (!t || !t->slots) {
		free(t);
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for facts");
	}
	t->generation = 1;
	arena_init(&t->keys, LIMIT_FACT_BYTES);
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
	VEC_DONE(&t->entries);
	VEC_DONE(&t->bindings);
	free(t->slots);
	free(t->order);
	arena_done(&t->keys);
	arena_done(&t->plans);
	arena_done(&t->nowhere_mem);
	map_done(&t->sites);
	fact_draft_done(&t->draft);
	free(t->cache);
	buf_done(&t->key);
	buf_done(&t->cache_key);
	buf_done(&t->line_key);
	free(t);
}

void fact_table_clear(struct fact_table *t)
{
	t->entries.len = 0;
	memset(t->slots, 0, (t->slot_mask + 1) * sizeof *t->slots);
	arena_clear(&t->keys);
	t->generation++;
	t->norder = 0;
}

bool fact_table_full(const struct fact_table *t)
{
	return t->entries.len >= LIMIT_FACTS_SOFT || t->keys.used_bytes >= LIMIT_FACT_BYTES_SOFT;
}

size_t fact_table_len(const struct fact_table *t)
{
	return t->entries.len;
}

/* --- keys ------------------------------------------------------------------------------------ */

/* An attribute that is too long ends, at a character's border, with an ellipsis. */
void fact_key_attr(buf *key, unsigned attr, str s)
{
	static const char ELLIPSIS[] = "\xE2\x80\xA6";
	uint32_t len;
	size_t cut = 0;

	if (s.len > LIMIT_FACT_VALUE) {
		s.len = LIMIT_FACT_VALUE - 3;
		while (cut < 3 && s.len && ((unsigned char)s.ptr[s.len] & 0xC0) == 0x80) {
			s.len--;
			cut++;
		}
		cut = 3;
	}
	len = (uint32_t)(s.len + cut);
	buf_byte(key, (char)attr);
	buf_add(key, &len, sizeof len);
	buf_str(key, s);
	buf_add(key, ELLIPSIS, cut);
}

/* Next attribute of a key; false at its end. */
static bool key_next(const struct entry *en, size_t *at, unsigned *ret_attr, str *ret)
{
	uint32_t len;

	if (*at >= en->key_len)
		return false;
	*ret_attr = en->key[*at];
	memcpy(&len, en->key + *at + 1, sizeof len);
	*ret = (str){ (const char *)en->key + *at + 5, len };
	*at += 5 + len;
	return true;
}

static int entry_cmp(const void *pa, const void *pb, void *ctx)
{
	const struct fact_table *t = ctx;
	const struct entry *a = &t->entries.at[*(const uint32_t *)pa];
	const struct entry *b = &t->entries.at[*(const uint32_t *)pb];
	size_t ia = 1, ib = 1;

	if (a->key[0] != b->key[0])
		return a->key[0] < b->key[0] ? -1 : 1;
	for (;;) {
		unsigned attr_a = FA_COUNT, attr_b = FA_COUNT;
		str sa = { 0 }, sb = { 0 };
		bool more_a = key_next(a, &ia, &attr_a, &sa), more_b = key_next(b, &ib, &attr_b, &sb);
		int c;

		if (!more_a && !more_b)
			return 0;
		if (attr_a != attr_b) /* one of them is empty here, and empty comes first */
			return attr_a < attr_b ? 1 : -1;
		c = str_cmp(sa, sb);
		if (c)
			return c;
	}
}

uint32_t *fact_slot(const struct fact_table *t, uint64_t hash, bytes key)
{
	uint32_t i = (uint32_t)hash & t->slot_mask;

	while (t->slots[i]) {
		const struct entry *en = &t->entries.at[t->slots[i] - 1];

		if (en->hash == hash && en->key_len == key.len && memcmp(en->key, key.ptr, key.len) == 0)
			break;
		i = (i + 1) & t->slot_mask;
	}
	return &t->slots[i];
}

static bool grow_slots(struct fact_table *t)
{
	uint32_t mask = t->slot_mask * 2 + 1;
	uint32_t *slots = calloc((size_t)mask + 1, sizeof *slots);

	if (!slots)
		return false;
	for (uint32_t k = 0; k < t->entries.len; k++) {
		uint32_t i = (uint32_t)t->entries.at[k].hash & mask;

		while (slots[i])
			i = (i + 1) & mask;
		slots[i] = k + 1;
	}
	free(t->slots);
	t->slots = slots;
	t->slot_mask = mask;
	return true;
}

/* The entry with the key in t->key, made if it was not there. NULL past the hard ceiling. */
struct entry *fact_intern(struct fact_table *t)
{
	bytes key = str_bytes(buf_view(&t->key));
	uint64_t hash;
	uint32_t *slot;
	uint8_t *copy;
	struct entry *en;

	if (t->key.failed)
		return NULL;
	hash = hash_bytes(key.ptr, key.len);
	slot = fact_slot(t, hash, key);
	if (*slot)
		return &t->entries.at[*slot - 1];
	if (t->entries.len * 2 >= t->slot_mask) {
		if (!grow_slots(t))
			return NULL;
		slot = fact_slot(t, hash, key);
	}
	copy = arena_alloc(&t->keys, key.len);
	en = copy ? VEC_PUSH(&t->entries, LIMIT_FACTS) : NULL;
	if (!en)
		return NULL;
	memcpy(copy, key.ptr, key.len);
	*en = (struct entry){ .hash = hash,
			      .key = copy,
			      .key_len = (uint32_t)key.len,
			      .span = { TIME_NONE, TIME_NONE, 0, 0, 0 } };
	*slot = (uint32_t)t->entries.len;
	t->norder = 0;
	return en;
}

int fact_no_room(const struct fact_table *t, err *e)
{
	return err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "no room for another fact behind %zu", t->entries.len);
}

int fact_table_merge(struct fact_table *t, const struct fact *f, err *e)
{
	const struct fact_span span = { f->first_ns, f->last_ns, f->count, f->bytes, f->hours };
	struct entry *en;

	if ((unsigned)f->kind >= FACT_KINDS)
		return err_set(e, ERR_ARG, ERR_NO_OFFSET, "no fact kind %d", (int)f->kind);
	buf_clear(&t->key);
	buf_byte(&t->key, (char)f->kind);
	for (unsigned i = 0; i < FA_COUNT; i++)
		if (f->attr[i].len)
			fact_key_attr(&t->key, i, f->attr[i]);
	en = fact_intern(t);
	if (!en)
		return fact_no_room(t, e);
	fact_span_add(&en->span, &span);
	for (uint32_t i = 0; i < f->nrefs && i < FACT_REFS; i++)
		fact_refs_add(en->refs, &en->nrefs, &f->refs[i]);
	return 0;
}

/* --- reading back ---------------------------------------------------------------------------- */

int fact_table_sort(struct fact_table *t, err *e)
{
	uint32_t *order = realloc(t->order, (t->entries.len + 1) * sizeof *order);

	if (!order)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory to sort %zu facts", t->entries.len);
	t->order = order;
	for (uint32_t i = 0; i < t->entries.len; i++)
		order[i] = i;
	if (t->entries.len)
		qsort_r(order, t->entries.len, sizeof *order, entry_cmp, t);
	t->norder = (uint32_t)t->entries.len;
	return 0;
}

const struct fact *fact_table_at(struct fact_table *t, size_t i)
{
	const struct entry *en;
	size_t at = 1;
	unsigned attr;
	str s;

	if (i >= t->norder)
		return NULL;
	en = &t->entries.at[t->order[i]];
	t->view = (struct fact){ .kind = (enum fact_kind)en->key[0],
				 .first_ns = en->span.first_ns,
				 .last_ns = en->span.last_ns,
				 .count = en->span.count,
				 .bytes = en->span.bytes,
				 .hours = en->span.hours,
				 .nrefs = en->nrefs };
	for (unsigned k = 0; k < FA_COUNT; k++)
		t->view.attr[k] = (str){ "", 0 };
	while (key_next(en, &at, &attr, &s))
		t->view.attr[attr] = s;
	memcpy(t->view.refs, en->refs, sizeof en->refs);
	return &t->view;
}
