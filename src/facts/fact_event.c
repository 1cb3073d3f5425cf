/* fact_event.c - events to facts: who recorded it, which rules speak of it, which fact it adds to. */
#include <stdlib.h>

#include "facts/factstore.h"

static const int64_t DAY_NS = 86400 * NS_PER_S;

/* Put together the key of the draft and count the event for it. */
static int draft_merge(struct fact_table *t, enum fact_kind kind, const event *ev, uint32_t *ret_entry,
		       err *e)
{
	struct fact_draft *d = &t->draft;
	struct fact_span one = { ev->time_ns, ev->time_ns, 1, d->bytes,
				 d->len[FA_DAY] ? fact_hour_bit(ev->time_ns) : 0 };
	struct fact_making making;
	struct fact_key key;
	uint32_t entry;

	making = fact_key_start(&t->secrets, kind);
	for (unsigned i = 0; i < FA_COUNT; i++) {
		uint32_t id = FACT_TEXT_NONE;

		if (d->len[i])
			id = fact_value_id(t, (str){ d->text.ptr + d->from[i], d->len[i] });
		if (id == FACT_TEXT_FULL)
			return fact_no_room(t, e);
		fact_key_put(&making, &key, &t->secrets, i, id);
	}
	fact_key_end(&key, &making, kind);
	entry = d->text.failed ? FACT_NO_ENTRY : fact_intern(t, &key);
	if (entry == FACT_NO_ENTRY)
		return fact_no_room(t, e);
	if (d->first_ns != TIME_NONE || d->last_ns != TIME_NONE) {
		one.first_ns = d->first_ns;
		one.last_ns = d->last_ns;
	}
	fact_entry_add(t, entry, &one, &ev->ref);
	*ret_entry = entry;
	return 0;
}

static void draft_start(struct fact_table *t, const struct site *s, const event *ev, bool host)
{
	fact_draft_clear(&t->draft);
	t->draft.host = s->host;
	if (host)
		fact_draft_put(&t->draft, FA_HOST, s->host);
	if (ev->flags & EVENT_RECOVERED)
		fact_draft_put(&t->draft, FA_ORIGIN, STR("recovered"));
}

/* The coverage entry of the event's day. */
static int coverage_find(struct fact_table *t, struct site *s, const event *ev, err *e)
{
	uint32_t entry;

	draft_start(t, s, ev, true);
	fact_draft_put(&t->draft, FA_CHANNEL, s->channel);
	fact_draft_put(&t->draft, FA_DAY, fact_day(ev->time_ns, s->day));
	if (draft_merge(t, FACT_COVERAGE, ev, &entry, e) < 0)
		return -1;
	s->generation = 0;
	if (ev->time_ns != TIME_NONE && ev->time_ns > INT64_MIN + DAY_NS &&
	    ev->time_ns < INT64_MAX - DAY_NS) {
		s->coverage = entry;
		s->day_from = ev->time_ns - ev->time_ns % DAY_NS - (ev->time_ns % DAY_NS < 0 ? DAY_NS : 0);
		s->day_to = s->day_from + DAY_NS;
		s->recovered = ev->flags & EVENT_RECOVERED;
		s->generation = t->generation;
		s->when = (uint32_t)(s->day_from / DAY_NS) << 1 | s->recovered;
		s->day_text = fact_value_id(t, str_of(s->day)); /* it is there */
	}
	return 0;
}

bool fact_same_day(const struct fact_table *t, const struct site *s, const event *ev)
{
	return s->generation == t->generation && ev->time_ns >= s->day_from && ev->time_ns < s->day_to &&
	       s->recovered == !!(ev->flags & EVENT_RECOVERED);
}

uint32_t fact_hour_of(const struct site *s, const event *ev)
{
	return UINT32_C(1) << (uint64_t)(ev->time_ns - s->day_from) / (uint64_t)(3600 * NS_PER_S);
}

static int coverage_count(struct fact_table *t, struct site *s, const event *ev, err *e)
{
	if (!fact_same_day(t, s, ev))
		return coverage_find(t, s, ev, e);
	fact_entry_tick(t, s->coverage,
			&(struct fact_tick){ s->coverage, fact_hour_of(s, ev), ev->time_ns, 0, ev->ref });
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

struct wanted {
	const struct schema *schema;
	str provider, channel;
	uint64_t id;
};

static bool wants(const struct fact_rule *r, const struct wanted *w)
{
	return w->schema->family == FAMILY_FLAT ? fact_rule_covers(r, w->schema->dataset)
						: fact_rule_matches(r, w->provider, w->channel, w->id);
}

/* Bind the rules that speak of such events. False without memory. */
static bool plans_bind(const struct wanted *w, arena *mem, const struct fact_plan **ret, uint32_t *ret_n)
{
	const struct fact_rule *r;
	struct fact_plan *plans;
	uint32_t n = 0;

	for (size_t i = 0; (r = fact_rule_at(i)) != NULL; i++)
		n += wants(r, w);
	plans = arena_array(mem, n + 1, sizeof *plans);
	if (!plans)
		return false;
	n = 0;
	for (size_t i = 0; (r = fact_rule_at(i)) != NULL; i++) {
		if (!wants(r, w))
			continue;
		if (!fact_plan_bind(&plans[n++], r, w->schema, mem))
			return false;
	}
	*ret = plans;
	*ret_n = n;
	return true;
}

/* Work out names and plans of the event's site. Those of a flat log are the same for all its hosts. */
static bool site_fill(struct fact_table *t, struct binding *b, struct site *s, const event *ev, arena *mem)
{
	bool flat = ev->schema->family == FAMILY_FLAT;
	struct wanted w = { ev->schema, { 0 }, { 0 }, UINT64_MAX };

	w.provider = wk_text(ev, WK_PROVIDER, mem);
	w.channel = flat ? arena_str(mem, ev->schema->dataset) : wk_text(ev, WK_CHANNEL, mem);
	*s = (struct site){ .channel = w.channel,
			    .host = wk_text(ev, WK_COMPUTER, mem),
			    .number = ++t->sites_seen };
	if (!w.provider.ptr || !s->channel.ptr || !s->host.ptr)
		return false;
	if (flat && fact_absent(s->host))
		s->host = (str){ "", 0 };
	(void)value_u64(event_wk(ev, WK_EVENT_ID), &w.id);
	if (flat && b->plans) {
		s->plans = b->plans;
		s->nplans = b->nplans;
		return true;
	}
	if (!plans_bind(&w, mem, &s->plans, &s->nplans))
		return false;
	if (flat && mem == &t->plans) {
		b->lines = fact_lines_bind(t, ev->schema, s->plans, s->nplans);
		if (!b->lines)
			return false;
		b->plans = s->plans;
		b->nplans = s->nplans;
	}
	return true;
}

static void forget_sites(struct fact_table *t)
{
	map_done(&t->sites);
	map_init(&t->sites, LIMIT_FACT_SITES, LIMIT_FACT_SITE_BYTES);
	arena_clear(&t->plans);
	for (size_t i = 0; i < t->bindings.len; i++) {
		t->bindings.at[i].last = NULL;
		t->bindings.at[i].plans = NULL;
	}
}

/* The site under the key in t->key, made if need be; NULL if it cannot be kept. */
static struct site *site_keep(struct fact_table *t, struct binding *b, const event *ev)
{
	struct map_entry *m = map_get(&t->sites, buf_view(&t->site_key));
	struct site *s;

	if (m)
		return (struct site *)(uintptr_t)m->value;
	s = arena_alloc(&t->plans, sizeof *s);
	if (!s || !site_fill(t, b, s, ev, &t->plans))
		return NULL;
	m = map_put(&t->sites, buf_view(&t->site_key), (uintptr_t)s, NULL);
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
	buf_clear(&t->site_key);
	buf_add(&t->site_key, &b->schema, sizeof b->schema);
	for (uint32_t i = 0; i < b->nvaries; i++) {
		buf_byte(&t->site_key, (char)v[i].type);
		buf_add(&t->site_key, &v[i].len, sizeof v[i].len);
		buf_add(&t->site_key, v[i].ptr, v[i].len < SITE_KEY_MAX ? v[i].len : 0);
		if (v[i].len >= SITE_KEY_MAX)
			goto nowhere; /* nobody has such a name: not worth keeping */
	}
	s = site_keep(t, b, ev);
	if (!s) {
		forget_sites(t);
		s = site_keep(t, b, ev);
	}
	if (s) {
		binding_remember(b, s, v);
		return s;
	}
nowhere:
	arena_clear(&t->nowhere_mem);
	return site_fill(t, b, &t->nowhere, ev, &t->nowhere_mem) ? &t->nowhere : NULL;
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
	b->plans = NULL;
	b->nvaries = 0;
	for (uint32_t i = 0; i < VARIES; i++) {
		int32_t col = s->wk[WHICH[i]];

		if (col >= 0 && s->columns[col].slot >= 0)
			b->varies[b->nvaries++] = col;
	}
	return b;
}

/* --- facts of one event ------------------------------------------------------------------------ */

int fact_plan_make(struct fact_table *t, const struct site *s, const struct fact_plan *p, const event *ev,
		   err *e)
{
	uint32_t entry;

	draft_start(t, s, ev, p->rule->datasets == NULL);
	t->draft.day = fact_same_day(t, s, ev) ? str_of(s->day) : (str){ 0 };
	switch (fact_plan_run(p, ev, &t->draft)) {
	case RUN_FACT:
		return draft_merge(t, p->rule->kind, ev, &entry, e);
	case RUN_NONE:
		return 0;
	default:
		return fact_no_room(t, e);
	}
}

int fact_table_observe(struct fact_table *t, const event *ev, err *e)
{
	struct binding *b = binding_of(t, ev->schema);
	struct site *s = b ? site_of(t, b, ev) : NULL;

	if (!s)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory to bind schema %u", ev->schema->id);
	if (coverage_count(t, s, ev, e) < 0)
		return -1;
	if (ev->schema->family == FAMILY_FLAT)
		return fact_lines_observe(t, b, s, ev, e);
	for (uint32_t i = 0; i < s->nplans; i++)
		if (fact_plan_holds(&s->plans[i], ev, &t->draft) &&
		    fact_plan_make(t, s, &s->plans[i], ev, e) < 0)
			return -1;
	return 0;
}
