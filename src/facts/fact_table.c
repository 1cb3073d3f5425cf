#include <stdlib.h>

#include "facts/facts_priv.h"
#include "util/limits.h"
#include "util/map.h"
#include "util/utf.h"
#include "util/vec.h"

/* A fact at rest. The key is its identity and its text: kind, then for each attribute that is set, in
 * order, its number, its length and its bytes. */
struct entry {
	uint64_t hash;
	const uint8_t *key;
	uint32_t key_len;
	uint32_t nrefs;
	struct fact_span span;
	struct event_ref refs[FACT_REFS];
};

#define VARIES 4u /* provider, channel, computer, event id */
#define SITE_KEY_MAX 512u

/* Everything about one (schema, provider, channel, id, host) that need not be worked out again. */
struct site {
	struct fact_plan *plans;
	uint32_t nplans;
	uint32_t coverage; /* entry of the day [day_from, day_to), if of this generation */
	uint64_t generation;
	int64_t day_from, day_to;
	bool recovered; /* the coverage entry is one of recovered records */
	str host, channel;
};

/* What a schema needs per event: which of the four values change, and the last site seen. */
struct binding {
	const struct schema *schema;
	int32_t varies[VARIES]; /* columns that are not constant */
	uint32_t nvaries;
	struct site *last;
	value last_value[VARIES]; /* copies: pointers into last_bytes */
	uint8_t last_bytes[SITE_KEY_MAX];
};

struct fact_table {
	VEC(struct entry) entries;
	uint32_t *slots; /* entry + 1, 0 free */
	uint32_t slot_mask;
	arena keys;
	uint64_t generation; /* changes when entries move away */
	uint32_t *order;
	uint32_t norder;

	VEC(struct binding) bindings; /* by schema id */
	map sites;
	arena plans;
	struct site nowhere; /* for an event whose site cannot be kept */
	arena nowhere_mem;

	struct fact_draft draft;
	buf key;
	struct fact view;
};

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
	buf_done(&t->draft.text);
	buf_done(&t->key);
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
static void key_attr(buf *key, unsigned attr, str s)
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

static uint32_t *find_slot(const struct fact_table *t, uint64_t hash, bytes key)
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
static struct entry *intern(struct fact_table *t)
{
	bytes key = str_bytes(buf_view(&t->key));
	uint64_t hash;
	uint32_t *slot;
	uint8_t *copy;
	struct entry *en;

	if (t->key.failed)
		return NULL;
	hash = hash_bytes(key.ptr, key.len);
	slot = find_slot(t, hash, key);
	if (*slot)
		return &t->entries.at[*slot - 1];
	if (t->entries.len * 2 >= t->slot_mask) {
		if (!grow_slots(t))
			return NULL;
		slot = find_slot(t, hash, key);
	}
	copy = arena_alloc(&t->keys, key.len);
	en = copy ? VEC_PUSH(&t->entries, LIMIT_FACTS) : NULL;
	if (!en)
		return NULL;
	memcpy(copy, key.ptr, key.len);
	*en = (struct entry){ .hash = hash,
			      .key = copy,
			      .key_len = (uint32_t)key.len,
			      .span = { TIME_NONE, TIME_NONE, 0, 0 } };
	*slot = (uint32_t)t->entries.len;
	t->norder = 0;
	return en;
}

static int no_room(const struct fact_table *t, err *e)
{
	return err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "no room for another fact behind %zu", t->entries.len);
}

int fact_table_merge(struct fact_table *t, const struct fact *f, err *e)
{
	struct entry *en;

	if ((unsigned)f->kind >= FACT_KINDS)
		return err_set(e, ERR_ARG, ERR_NO_OFFSET, "no fact kind %d", (int)f->kind);
	buf_clear(&t->key);
	buf_byte(&t->key, (char)f->kind);
	for (unsigned i = 0; i < FA_COUNT; i++)
		if (f->attr[i].len)
			key_attr(&t->key, i, f->attr[i]);
	en = intern(t);
	if (!en)
		return no_room(t, e);
	fact_span_add(&en->span, f->first_ns, f->last_ns, f->count, f->bytes);
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
				 .nrefs = en->nrefs };
	for (unsigned k = 0; k < FA_COUNT; k++)
		t->view.attr[k] = (str){ "", 0 };
	while (key_next(en, &at, &attr, &s))
		t->view.attr[attr] = s;
	memcpy(t->view.refs, en->refs, sizeof en->refs);
	return &t->view;
}

/* --- events ---------------------------------------------------------------------------------- */

/* Put together the key of the draft and count the event for it. */
static int draft_merge(struct fact_table *t, enum fact_kind kind, const event *ev, err *e)
{
	struct fact_draft *d = &t->draft;
	struct entry *en;

	buf_clear(&t->key);
	buf_byte(&t->key, (char)kind);
	for (unsigned i = 0; i < FA_COUNT; i++)
		if (d->len[i])
			key_attr(&t->key, i, (str){ d->text.ptr + d->from[i], d->len[i] });
	en = d->text.failed ? NULL : intern(t);
	if (!en)
		return no_room(t, e);
	fact_span_add(&en->span, ev->time_ns, ev->time_ns, 1, d->bytes);
	fact_refs_add(en->refs, &en->nrefs, &ev->ref);
	return 0;
}

static void draft_start(struct fact_table *t, const struct site *s, const event *ev)
{
	fact_draft_clear(&t->draft);
	fact_draft_put(&t->draft, FA_HOST, s->host);
	if (ev->flags & EVENT_RECOVERED)
		fact_draft_put(&t->draft, FA_ORIGIN, STR("recovered"));
}

/* The coverage entry of the event's day. */
static int coverage_find(struct fact_table *t, struct site *s, const event *ev, err *e)
{
	const int64_t DAY = 86400 * NS_PER_S;
	char day[24];

	draft_start(t, s, ev);
	fact_draft_put(&t->draft, FA_CHANNEL, s->channel);
	fact_draft_put(&t->draft, FA_DAY, fact_day(ev->time_ns, day));
	if (draft_merge(t, FACT_COVERAGE, ev, e) < 0)
		return -1;
	s->generation = 0;
	if (ev->time_ns != TIME_NONE && ev->time_ns > INT64_MIN + DAY && ev->time_ns < INT64_MAX - DAY) {
		bytes key = str_bytes(buf_view(&t->key));

		s->coverage = *find_slot(t, hash_bytes(key.ptr, key.len), key) - 1;
		s->day_from = ev->time_ns - ev->time_ns % DAY - (ev->time_ns % DAY < 0 ? DAY : 0);
		s->day_to = s->day_from + DAY;
		s->recovered = ev->flags & EVENT_RECOVERED;
		s->generation = t->generation;
	}
	return 0;
}

static int coverage_count(struct fact_table *t, struct site *s, const event *ev, err *e)
{
	struct entry *en;
	const struct event_ref *last;

	if (s->generation != t->generation || ev->time_ns < s->day_from || ev->time_ns >= s->day_to ||
	    s->recovered != !!(ev->flags & EVENT_RECOVERED))
		return coverage_find(t, s, ev, e);
	en = &t->entries.at[s->coverage];
	en->span.count++;
	if (ev->time_ns < en->span.first_ns)
		en->span.first_ns = ev->time_ns;
	if (ev->time_ns > en->span.last_ns)
		en->span.last_ns = ev->time_ns;
	last = &en->refs[FACT_REFS - 1];
	if (en->nrefs < FACT_REFS || ev->ref.item < last->item ||
	    (ev->ref.item == last->item && ev->ref.offset < last->offset))
		fact_refs_add(en->refs, &en->nrefs, &ev->ref);
	return 0;
}

static str wk_text(const event *ev, enum well_known wk, arena *mem)
{
	value v = event_wk(ev, wk);
	str s;

	if (v.len > LIMIT_FACT_VALUE)
		v.len = LIMIT_FACT_VALUE;
	s = value_str(v, mem);
	s = s.ptr ? str_trim(s) : STR("");
	return arena_str(mem, s);
}

/* Work out names and plans of the event's site. */
static bool site_fill(struct site *s, const event *ev, arena *mem)
{
	uint64_t id = UINT64_MAX;
	str provider = wk_text(ev, WK_PROVIDER, mem);
	const struct fact_rule *r;
	uint32_t n = 0;

	*s = (struct site){ .channel = wk_text(ev, WK_CHANNEL, mem), .host = wk_text(ev, WK_COMPUTER, mem) };
	if (!provider.ptr || !s->channel.ptr || !s->host.ptr)
		return false;
	(void)value_u64(event_wk(ev, WK_EVENT_ID), &id);
	for (size_t i = 0; (r = fact_rule_at(i)) != NULL; i++)
		n += fact_rule_matches(r, provider, s->channel, id);
	s->plans = arena_array(mem, n + 1, sizeof *s->plans);
	if (!s->plans)
		return false;
	for (size_t i = 0; (r = fact_rule_at(i)) != NULL; i++)
		if (fact_rule_matches(r, provider, s->channel, id) &&
		    !fact_plan_bind(&s->plans[s->nplans++], r, ev->schema, mem))
			return false;
	return true;
}

static void forget_sites(struct fact_table *t)
{
	map_done(&t->sites);
	map_init(&t->sites, LIMIT_FACT_SITES, LIMIT_FACT_SITE_BYTES);
	arena_clear(&t->plans);
	for (size_t i = 0; i < t->bindings.len; i++)
		t->bindings.at[i].last = NULL;
}

/* The site under the key in t->key, made if need be; NULL if it cannot be kept. */
static struct site *site_keep(struct fact_table *t, const event *ev)
{
	struct map_entry *m = map_get(&t->sites, buf_view(&t->key));
	struct site *s;

	if (m)
		return (struct site *)(uintptr_t)m->value;
	s = arena_alloc(&t->plans, sizeof *s);
	if (!s || !site_fill(s, ev, &t->plans))
		return NULL;
	m = map_put(&t->sites, buf_view(&t->key), (uintptr_t)s, NULL);
	return m ? s : NULL;
}

/* Remember the changing values of the event beside the site, if they fit. */
static void binding_remember(struct binding *b, struct site *s, const value v[VARIES])
{
	size_t at = 0;

	b->last = NULL;
	for (uint32_t i = 0; i < b->nvaries; i++) {
		if (v[i].len > SITE_KEY_MAX - at)
			return;
		if (v[i].len)
			memcpy(b->last_bytes + at, v[i].ptr, v[i].len);
		b->last_value[i] = v[i];
		b->last_value[i].ptr = NULL; /* the bytes follow one another in last_bytes */
		at += v[i].len;
	}
	b->last = s;
}

static bool binding_hit(const struct binding *b, const value v[VARIES])
{
	size_t at = 0;

	if (!b->last)
		return false;
	for (uint32_t i = 0; i < b->nvaries; i++) {
		if (v[i].len != b->last_value[i].len || v[i].type != b->last_value[i].type ||
		    (v[i].len && memcmp(v[i].ptr, b->last_bytes + at, v[i].len) != 0))
			return false;
		at += v[i].len;
	}
	return true;
}

static struct site *site_of(struct fact_table *t, struct binding *b, const event *ev)
{
	value v[VARIES];
	struct site *s;

	for (uint32_t i = 0; i < b->nvaries; i++)
		v[i] = event_value(ev, b->varies[i]);
	if (binding_hit(b, v))
		return b->last;
	buf_clear(&t->key);
	buf_add(&t->key, &b->schema, sizeof b->schema);
	for (uint32_t i = 0; i < b->nvaries; i++) {
		buf_byte(&t->key, (char)v[i].type);
		buf_add(&t->key, &v[i].len, sizeof v[i].len);
		buf_add(&t->key, v[i].ptr, v[i].len < SITE_KEY_MAX ? v[i].len : 0);
		if (v[i].len >= SITE_KEY_MAX)
			goto nowhere; /* nobody has such a name: not worth keeping */
	}
	s = site_keep(t, ev);
	if (!s) {
		forget_sites(t);
		s = site_keep(t, ev);
	}
	if (s) {
		binding_remember(b, s, v);
		return s;
	}
nowhere:
	arena_clear(&t->nowhere_mem);
	return site_fill(&t->nowhere, ev, &t->nowhere_mem) ? &t->nowhere : NULL;
}

static struct binding *binding_of(struct fact_table *t, const struct schema *s)
{
	static const enum well_known WHICH[VARIES] = { WK_PROVIDER, WK_CHANNEL, WK_COMPUTER, WK_EVENT_ID };
	struct binding *b;

	while (s->id >= t->bindings.len)
		if (!VEC_PUSH(&t->bindings, LIMIT_SCHEMAS))
			return NULL;
	b = &t->bindings.at[s->id];
	if (b->schema == s)
		return b;
	if (b->schema)
		forget_sites(t); /* another set of schemas: addresses may come again */
	b->schema = s;
	b->last = NULL;
	b->nvaries = 0;
	for (uint32_t i = 0; i < VARIES; i++) {
		int32_t col = s->wk[WHICH[i]];

		if (col >= 0 && s->columns[col].slot >= 0)
			b->varies[b->nvaries++] = col;
	}
	return b;
}

int fact_table_observe(struct fact_table *t, const event *ev, err *e)
{
	struct binding *b;
	struct site *s;

	if (ev->schema->family != FAMILY_WINDOWS)
		return 0;
	b = binding_of(t, ev->schema);
	s = b ? site_of(t, b, ev) : NULL;
	if (!s)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory to bind schema %u", ev->schema->id);
	if (coverage_count(t, s, ev, e) < 0)
		return -1;
	for (uint32_t i = 0; i < s->nplans; i++) {
		draft_start(t, s, ev);
		if (!fact_plan_run(&s->plans[i], ev, &t->draft))
			continue;
		if (draft_merge(t, s->plans[i].rule->kind, ev, e) < 0)
			return -1;
	}
	return 0;
}
