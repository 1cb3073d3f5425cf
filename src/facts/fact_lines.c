/* fact_lines.c - lines of flat logs that were there before: which facts they add to, without texts. */
#include <stdlib.h>

#include "facts/factstore.h"

enum { KEY_COLS_MAX = 96, LIMITS_MAX = 32 };
/* Where few of LOOK lines were known, looking lines up costs more than it saves: not for the next SKIP. */
enum { LOOK = 1024, LOOK_HITS = LOOK / 3, SKIP = 16 * LOOK };

/* --- binding --------------------------------------------------------------------------------- */

struct gather {
	struct fact_key_col key[KEY_COLS_MAX];
	struct fact_limit limits[LIMITS_MAX];
	uint32_t nkey, nlimits;
	bool full;
};

static const struct fact_key_col *key_find(const struct gather *g, int32_t col)
{
	for (uint32_t i = 0; i < g->nkey; i++)
		if (g->key[i].col == col)
			return &g->key[i];
	return NULL;
}

static void key_add(struct gather *g, int32_t col, bool presence)
{
	for (uint32_t i = 0; i < g->nkey; i++)
		if (g->key[i].col == col) {
			g->key[i].presence &= presence;
			return;
		}
	if (g->nkey == KEY_COLS_MAX)
		g->full = true;
	else
		g->key[g->nkey++] = (struct fact_key_col){ col, presence };
}

static bool key_has(const struct gather *g, struct fact_key_col want)
{
	const struct fact_key_col *have = key_find(g, want.col);

	return have && (want.presence || !have->presence);
}

/* Does the rule tell replies apart by their size? That differs where nothing else does. */
static bool wants_size(const struct fact_plan *p)
{
	const struct fact_op *ops = fact_rule_ops(p->rule);

	for (uint32_t i = 0; i < p->rule->nops; i++)
		if (ops[i].attr == FA_SIZE)
			return true;
	return false;
}

static void gather_columns(struct gather *g, const struct fact_plan *p)
{
	const struct fact_condition *conds = fact_rule_conditions(p->rule);

	if (!p->timed && !wants_size(p))
		for (uint32_t i = 0; i < p->nkey; i++)
			key_add(g, p->key[i].col, p->key[i].presence);
	for (uint32_t i = 0; i < p->rule->nconditions; i++)
		for (uint32_t c = 0; !fact_condition_is_limit(&conds[i]) && c < p->cond[i].n; c++)
			key_add(g, p->cols[p->cond[i].at + c].col, false);
}

/* Is the side of the limit known from the key, or from a limit that is there already? */
static bool limit_known(const struct gather *g, const struct fact_plan *plans, const struct fact_plan *p,
			uint32_t i)
{
	const struct fact_condition *c = &fact_rule_conditions(p->rule)[i];
	uint32_t exact = 0;

	for (uint32_t k = 0; k < p->cond[i].n; k++)
		exact += key_has(g, (struct fact_key_col){ p->cols[p->cond[i].at + k].col, false });
	if (exact == p->cond[i].n)
		return true;
	for (uint32_t k = 0; k < g->nlimits; k++) {
		const struct fact_condition *o =
			&fact_rule_conditions(plans[g->limits[k].plan].rule)[g->limits[k].condition];

		if (o->op == c->op && o->number == c->number && o->negate == c->negate &&
		    str_eq(o->field, c->field))
			return true;
	}
	return false;
}

static void gather_limits(struct gather *g, const struct fact_plan *plans, uint32_t at)
{
	const struct fact_plan *p = &plans[at];
	const struct fact_condition *conds = fact_rule_conditions(p->rule);

	for (uint32_t i = 0; i < p->rule->nconditions; i++) {
		if (!fact_condition_is_limit(&conds[i]) || limit_known(g, plans, p, i))
			continue;
		if (g->nlimits == LIMITS_MAX)
			g->full = true;
		else
			g->limits[g->nlimits++] = (struct fact_limit){ at, i };
	}
}

/* False without memory. */
static bool rest_bind(struct fact_rest *r, const struct gather *g, const struct fact_plan *p, arena *mem)
{
	struct fact_key_col *cols = arena_array(mem, p->nkey + 1, sizeof *cols);

	if (!cols)
		return false;
	*r = (struct fact_rest){ .alone = p->timed, .cols = cols };
	for (uint32_t k = 0; k < p->nkey && !p->timed; k++)
		if (!key_has(g, p->key[k]))
			cols[r->n++] = p->key[k];
	r->alone |= r->n > 0;
	r->whole = !r->alone && p->nkey >= g->nkey;
	return true;
}

bool fact_lines_bind(struct fact_lines *l, const struct fact_plan *plans, uint32_t nplans, arena *mem)
{
	struct gather g = { .full = nplans > CACHE_FACTS_MAX || nplans < 2 };
	struct fact_key_col *key;
	struct fact_limit *limits;
	struct fact_rest *rest;

	for (uint32_t i = 0; i < nplans; i++)
		gather_columns(&g, &plans[i]);
	for (uint32_t i = 0; i < nplans; i++)
		gather_limits(&g, plans, i);
	key = arena_array(mem, g.nkey + 1, sizeof *key);
	limits = arena_array(mem, g.nlimits + 1, sizeof *limits);
	rest = arena_array(mem, nplans + 1, sizeof *rest);
	if (!key || !limits || !rest)
		return false;
	memcpy(key, g.key, g.nkey * sizeof *key);
	memcpy(limits, g.limits, g.nlimits * sizeof *limits);
	for (uint32_t i = 0; i < nplans; i++)
		if (!rest_bind(&rest[i], &g, &plans[i], mem))
			return false;
	*l = (struct fact_lines){ .usable = !g.full,
				  .key = key,
				  .limits = limits,
				  .rest = rest,
				  .nkey = g.nkey,
				  .nlimits = g.nlimits };
	return true;
}

/* --- keys ------------------------------------------------------------------------------------ */

static bool is_there(value v)
{
	return v.type == VALUE_UTF8 ? !fact_absent(str_trim((str){ (const char *)v.ptr, v.len })) : v.len > 0;
}

/* A column's part of a key: short plain texts behind one byte. NULL without room. */
static uint8_t *key_value(uint8_t *to, const uint8_t *end, value v, bool presence)
{
	if (v.len + 7 > (size_t)(end - to))
		return NULL;
	if (presence) {
		*to++ = is_there(v);
		return to;
	}
	if (v.type == VALUE_UTF8 && v.flags == 0 && v.len < 255) {
		*to++ = (uint8_t)v.len;
	} else {
		to[0] = 255;
		to[1] = v.type;
		to[2] = v.flags;
		memcpy(to + 3, &v.len, sizeof v.len);
		to += 7;
	}
	if (v.len)
		memcpy(to, v.ptr, v.len);
	return to + v.len;
}

/* The bytes of some columns behind what else decides a fact: whose rules, where, which day. False: too many to
 * keep. */
static bool key_make(buf *key, const struct site *s, uint32_t id, uint32_t bits,
		     const struct fact_key_col *cols, uint32_t ncols, const event *ev)
{
	uint8_t *to;
	const uint8_t *end;

	buf_clear(key);
	if (!buf_reserve(key, CACHE_KEY_MAX))
		return false;
	to = (uint8_t *)key->ptr;
	end = to + CACHE_KEY_MAX;
	memcpy(to, &id, sizeof id);
	memcpy(to + 4, &s->id, sizeof s->id);
	memcpy(to + 8, &s->day_from, sizeof s->day_from);
	memcpy(to + 16, &bits, sizeof bits);
	to[20] = s->recovered;
	to += 21;
	for (uint32_t i = 0; i < ncols && to; i++)
		to = key_value(to, end, event_value(ev, cols[i].col), cols[i].presence);
	if (!to)
		return false;
	key->len = (size_t)(to - (uint8_t *)key->ptr);
	return true;
}

/* --- what is remembered ---------------------------------------------------------------------- */

static struct cached cache_head(const struct fact_cache *c, const struct cache_slot *slot)
{
	struct cached head;

	memcpy(&head, c->bytes + slot->at - 1, sizeof head);
	return head;
}

static const uint8_t *cache_key(const struct fact_cache *c, const struct cache_slot *slot)
{
	return c->bytes + slot->at - 1 + sizeof(struct cached);
}

/* The slot of a key: of what is known of it, else a free one. */
static struct cache_slot *cache_find(struct fact_cache *c, const buf *key, uint64_t hash)
{
	uint32_t i = (uint32_t)hash % CACHE_SLOTS;

	for (; c->slots[i].at; i = (i + 1) % CACHE_SLOTS) {
		const struct cache_slot *one = &c->slots[i];

		if (one->hash == (uint32_t)(hash >> 32) && cache_head(c, one).len == key->len &&
		    memcmp(cache_key(c, one), key->ptr, key->len) == 0)
			break;
	}
	return &c->slots[i];
}

/* Have a cache that knows this generation and has room for one more. */
static bool cache_ready(struct fact_table *t)
{
	enum { ROOM = sizeof(struct cached) + CACHE_KEY_MAX + CACHE_FACTS_MAX * sizeof(struct line_fact) };
	struct fact_cache *c = t->cache;

	if (!c) /* most of it is never touched */
		c = t->cache = calloc(1, sizeof *c);
	if (!c)
		return false;
	if (c->generation != t->generation || c->n == CACHE_MAX || CACHE_BYTES - c->used_bytes < ROOM) {
		if (c->n)
			memset(c->slots, 0, sizeof c->slots);
		c->n = c->used_bytes = 0;
		c->emptied++;
		c->generation = t->generation;
	}
	return true;
}

static void cache_bytes(struct fact_cache *c, const void *p, size_t n)
{
	if (n)
		memcpy(c->bytes + c->used_bytes, p, n);
	c->used_bytes += (uint32_t)n;
}

/* Remember an entry, or n facts of a line. */
static void cache_put(struct fact_table *t, const buf *key, uint64_t hash, uint32_t entry,
		      const struct line_fact *facts, uint32_t n)
{
	struct fact_cache *c = t->cache;
	struct cache_slot *slot = cache_find(c, key, hash);

	*slot = (struct cache_slot){ (uint32_t)(hash >> 32), c->used_bytes + 1 };
	cache_bytes(c, &(struct cached){ (uint32_t)key->len, facts ? n : entry }, sizeof(struct cached));
	cache_bytes(c, key->ptr, key->len);
	cache_bytes(c, facts, n * sizeof *facts);
	c->n++;
}

/* --- facts of one line ----------------------------------------------------------------------- */

static void count_again(struct fact_table *t, const struct site *s, const struct fact_plan *p,
			const event *ev, uint32_t entry)
{
	fact_entry_count(&t->entries.at[entry], ev,
			 &(struct fact_span){ ev->time_ns, ev->time_ns, 1, fact_plan_bytes(p, ev),
					      p->daily ? fact_hour_of(s, ev) : 0 });
}

/* As fact_plan_make(), but bytes that came before need no texts. */
static int plan_observe(struct fact_table *t, const struct site *s, const struct fact_plan *p,
			const event *ev, uint32_t *ret_entry, err *e)
{
	const struct cache_slot *slot;
	uint64_t hash;

	if (p->timed || !fact_same_day(t, s, ev) || !cache_ready(t) ||
	    !key_make(&t->cache_key, s, p->id, 0, p->key, p->nkey, ev))
		return fact_plan_make(t, s, p, ev, ret_entry, e);
	hash = hash_bytes(t->cache_key.ptr, t->cache_key.len);
	slot = cache_find(t->cache, &t->cache_key, hash);
	if (!slot->at) {
		if (fact_plan_make(t, s, p, ev, ret_entry, e) < 0)
			return -1;
		cache_put(t, &t->cache_key, hash, *ret_entry, NULL, 0);
		return 0;
	}
	*ret_entry = cache_head(t->cache, slot).entry;
	if (*ret_entry != FACT_NO_ENTRY)
		count_again(t, s, p, ev, *ret_entry);
	return 0;
}

/* What the plan needs beyond the key of the line, if it is short; else nrest is 0. */
static void rest_make(struct line_fact *f, const struct fact_rest *r, const event *ev)
{
	uint8_t key[LINE_REST_MAX + 7], *to = key; /* key_value() wants room for its longest head */

	f->nrest = 0;
	for (uint32_t i = 0; i < r->n && to; i++)
		to = key_value(to, key + sizeof key, event_value(ev, r->cols[i].col), r->cols[i].presence);
	if (!to || to - key > LINE_REST_MAX)
		return;
	f->nrest = (uint8_t)(to - key);
	memcpy(f->rest, key, f->nrest);
}

/* Every rule by itself; which facts came of it, unless `facts` is NULL. */
static int rules_observe(struct fact_table *t, const struct site *s, const struct fact_lines *l,
			 const event *ev, struct line_fact *facts, uint32_t *ret_n, err *e)
{
	uint32_t entry, n = 0;

	for (uint32_t i = 0; i < s->nplans; i++) {
		const struct fact_plan *p = &s->plans[i];

		if (!fact_plan_holds(p, ev, &t->draft))
			continue;
		if (facts && l->rest[i].whole ? fact_plan_make(t, s, p, ev, &entry, e) < 0
					      : plan_observe(t, s, p, ev, &entry, e) < 0)
			return -1;
		if (!facts || (entry == FACT_NO_ENTRY && !l->rest[i].alone))
			continue;
		facts[n] = (struct line_fact){ .plan = i, .entry = entry };
		if (l->rest[i].alone)
			rest_make(&facts[n], &l->rest[i], ev);
		n++;
	}
	*ret_n = n;
	return 0;
}

/* A fact of a rule that needs more than the line: the same as last time, or it looks for itself. *f is a copy of what
 * lies at f_at in the cache, which the rule may empty. */
static int rest_again(struct fact_table *t, const struct site *s, const struct fact_rest *r, const event *ev,
		      size_t f_at, const struct line_fact *f, err *e)
{
	const struct fact_plan *p = &s->plans[f->plan];
	struct line_fact now = { .plan = f->plan };
	uint64_t emptied = t->cache->emptied;

	rest_make(&now, r, ev);
	if (now.nrest && now.nrest == f->nrest && memcmp(now.rest, f->rest, now.nrest) == 0) {
		if (f->entry != FACT_NO_ENTRY)
			count_again(t, s, p, ev, f->entry);
		return 0;
	}
	if (plan_observe(t, s, p, ev, &now.entry, e) < 0)
		return -1;
	if (t->cache->emptied == emptied)
		memcpy(t->cache->bytes + f_at, &now, sizeof now);
	return 0;
}

/* A line that came before. */
static int line_again(struct fact_table *t, const struct site *s, const struct fact_lines *l, const event *ev,
		      const struct cache_slot *slot, err *e)
{
	struct line_fact
		facts[CACHE_FACTS_MAX]; /* a copy: rules that look for themselves may empty the cache */
	struct cached head = cache_head(t->cache, slot);
	size_t at = (size_t)(cache_key(t->cache, slot) + head.len - t->cache->bytes);
	uint32_t n = head.entry;

	memcpy(facts, t->cache->bytes + at, n * sizeof *facts);
	for (uint32_t i = 0; i < n; i++)
		if (facts[i].entry != FACT_NO_ENTRY) {
			__builtin_prefetch(&t->entries.at[facts[i].entry].refs[FACT_REFS - 1], 1);
			__builtin_prefetch(&t->entries.at[facts[i].entry].nrefs, 1);
		}
	for (uint32_t i = 0; i < n; i++) {
		const struct fact_rest *r = &l->rest[facts[i].plan];

		if (!r->alone)
			count_again(t, s, &s->plans[facts[i].plan], ev, facts[i].entry);
		else if (rest_again(t, s, r, ev, at + i * sizeof *facts, &facts[i], e) < 0)
			return -1;
	}
	return 0;
}

static uint32_t limit_bits(const struct fact_lines *l, const struct fact_plan *plans, const event *ev)
{
	uint32_t bits = 0;

	for (uint32_t i = 0; i < l->nlimits; i++)
		bits |= (uint32_t)fact_plan_limit(&plans[l->limits[i].plan], l->limits[i].condition, ev) << i;
	return bits;
}

/* Is it worth looking the line up? */
static bool worth_it(struct binding *b)
{
	if (b->skip) {
		b->skip--;
		return false;
	}
	if (++b->seen == LOOK) {
		b->skip = b->hits < LOOK_HITS ? SKIP : 0;
		b->seen = b->hits = 0;
	}
	return true;
}

int fact_lines_observe(struct fact_table *t, struct binding *b, const struct site *s, const event *ev, err *e)
{
	const struct fact_lines *l = &b->lines;
	struct line_fact facts[CACHE_FACTS_MAX];
	const struct cache_slot *slot;
	uint64_t hash;
	uint32_t n;

	if (s->nplans == 0)
		return 0;
	if (s->plans != b->plans || !l->usable || !worth_it(b) || !fact_same_day(t, s, ev) ||
	    !cache_ready(t) ||
	    !key_make(&t->line_key, s, l->id, limit_bits(l, s->plans, ev), l->key, l->nkey, ev))
		return rules_observe(t, s, l, ev, NULL, &n, e);
	hash = hash_bytes(t->line_key.ptr, t->line_key.len);
	slot = cache_find(t->cache, &t->line_key, hash);
	if (slot->at) {
		b->hits++;
		return line_again(t, s, l, ev, slot, e);
	}
	if (rules_observe(t, s, l, ev, facts, &n, e) < 0)
		return -1;
	if (cache_ready(t))
		cache_put(t, &t->line_key, hash, 0, facts, n);
	return 0;
}
