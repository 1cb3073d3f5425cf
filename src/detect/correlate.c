#include <stdlib.h>

#include "detect/correlate_priv.h"
#include "sigma/fold.h"

int corr_no_memory(err *e)
{
	return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for correlations");
}

void corr_tally(struct correlator *c, enum shortfall what, uint64_t n, str rule_id, uint32_t item,
		uint64_t offset)
{
	struct tally *t = &c->tallies[what];

	if (t->n == 0) { /* ids of rules live as long as the set */
		t->rule_id = rule_id;
		t->item = item;
		t->offset = offset;
	}
	t->n += n;
}

/* --- life ----------------------------------------------------------------------------------- */

static int cmp_use(const void *pa, const void *pb)
{
	const struct use *a = pa, *b = pb;

	if (a->target != b->target)
		return a->target < b->target ? -1 : 1;
	if (a->correlation != b->correlation)
		return a->correlation < b->correlation ? -1 : 1;
	return (a->ref > b->ref) - (a->ref < b->ref);
}

static bool note_use(struct correlator *c, uint32_t target, uint32_t correlation, uint32_t ref)
{
	struct use *u = VEC_PUSH(&c->uses, UINT32_MAX);
	bool unused;

	if (u)
		*u = (struct use){ target, correlation, (uint16_t)ref };
	return u &&
	       (target & REF_CORRELATION || map_put(&c->rules, c->rs->rules.at[target].id, target, &unused));
}

/* Who wants what, and a sorter for each storey that is in use. */
static int find_uses(struct correlator *c, err *e)
{
	bool storeys[COUNT(c->storeys)] = { 0 };
	size_t n = 0;

	for (uint32_t i = 0; i < c->rs->correlations.len; i++) {
		const struct correlation *of = &c->rs->correlations.at[i];

		if (!of->linked)
			continue;
		n += !storeys[of->height];
		storeys[of->height] = true;
		for (uint32_t k = 0; k < of->terms.nrules; k++)
			if (!note_use(c, correlation_refs(c->rs, of)[k], i, k))
				return corr_no_memory(e);
	}
	if (c->uses.len)
		qsort(c->uses.at, c->uses.len, sizeof c->uses.at[0], cmp_use);
	for (size_t i = 0; i < COUNT(storeys); i++)
		if (storeys[i] && sorter_new(&c->storeys[i], LIMIT_CORRELATION_SORT / n, e) < 0)
			return -1;
	return 0;
}

int correlator_new(struct correlator **ret, const struct ruleset *rs, err *e)
{
	struct correlator *c = calloc(1, sizeof *c);

	if (!c)
		return corr_no_memory(e);
	c->rs = rs;
	c->last_item = UINT32_MAX;
	c->window_max = LIMIT_CORRELATION_WINDOW;
	map_init(&c->rules, LIMIT_RULE_FILES, LIMIT_SIGMA_BYTES);
	map_init(&c->hosts, LIMIT_STORY_HOSTS, LIMIT_CORRELATION_NAMES);
	map_init(&c->contents, LIMIT_ITEM_NAMES, (size_t)LIMIT_ITEM_NAMES * SHA256_LEN);
	corr_log_init(&c->log);
	corr_refs_init(&c->refs);
	corr_window_init(&c->window);
	if (find_uses(c, e) < 0) {
		correlator_free(c);
		return -1;
	}
	*ret = c;
	if (c->uses.len == 0) {
		correlator_free(c);
		*ret = NULL;
	}
	return 0;
}

void correlator_free(struct correlator *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < COUNT(c->storeys); i++)
		sorter_free(c->storeys[i]);
	corr_window_done(&c->window);
	corr_refs_done(&c->refs);
	corr_log_done(&c->log);
	VEC_DONE(&c->uses);
	VEC_DONE(&c->same);
	map_done(&c->rules);
	map_done(&c->hosts);
	map_done(&c->contents);
	buf_done(&c->key);
	buf_done(&c->payload);
	buf_done(&c->value);
	buf_done(&c->folded);
	free(c);
}

void correlator_set_limits(struct correlator *c, size_t window, uint32_t refs)
{
	c->window_max = window;
	c->refs.max = refs;
}

/* --- collecting ----------------------------------------------------------------------------- */

static const str *field_of(const struct fields *f, str name)
{
	for (uint32_t i = 0; i < f->n; i++)
		if (str_eq(f->at[i].name, name))
			return &f->at[i].value;
	return NULL;
}

/* The value that the condition is about; none is no fault. */
static void put_value(struct correlator *c, const struct correlation *of, const str *names,
		      const struct fields *fields, struct corr_hit *hit)
{
	struct number number;

	buf_clear(&c->value);
	for (uint32_t i = 0; i < of->nfields; i++) {
		const str *v = field_of(fields, names[i]);

		if (!v)
			return;
		if (corr_type_has_numbers(of->terms.type)) {
			if (!number_parse(*v, false, &number))
				return;
			if (!corr_fixed(&number, &hit->number)) {
				corr_tally(c, SHORT_LARGE_NUMBER, 1, of->id, hit->item, hit->a);
				return;
			}
		} else {
			buf_clear(&c->folded);
			fold_utf8(*v, &c->folded);
			sorter_key_str(&c->value, buf_view(&c->folded));
			c->value.failed |= c->folded.failed;
		}
	}
	hit->flags |= of->nfields ? HIT_VALUE : 0;
}

static void put_text(buf *b, str s)
{
	uint32_t len = (uint32_t)s.len;

	buf_add(b, &len, sizeof len);
	buf_str(b, s);
}

int corr_put(struct correlator *c, const struct use *u, struct corr_hit hit, const uint64_t order[2],
	     str host, const struct fields *fields, err *e)
{
	const struct correlation *of = &c->rs->correlations.at[u->correlation];
	const str *names = correlation_keys(c->rs, of, u->ref);
	struct record r;

	buf_clear(&c->key);
	sorter_key_u64(&c->key, u->correlation);
	for (uint32_t i = 0; i < of->ngroup; i++) {
		const str *v = field_of(fields, names[i]);

		if (!v)
			return 0;
		buf_clear(&c->folded);
		fold_utf8(*v, &c->folded);
		sorter_key_str(&c->key, buf_view(&c->folded));
		c->key.failed |= c->folded.failed;
	}
	memset(&r, 0, sizeof r);
	r.group_len = (uint32_t)c->key.len;
	hit.ref = u->ref;
	put_value(c, of, of->nfields ? names + of->ngroup : NULL, fields, &hit);
	r.hit = hit;
	r.host_len = (uint32_t)host.len;
	r.value_len = (uint32_t)c->value.len;
	r.nshown = of->ngroup;
	sorter_key_i64(&c->key, hit.time_ns);
	sorter_key_u64(&c->key, hit.src);
	sorter_key_u64(&c->key, order[0]);
	sorter_key_u64(&c->key, order[1]);
	sorter_key_u64(&c->key, hit.item);
	sorter_key_u64(&c->key, hit.ref);
	buf_clear(&c->payload);
	buf_add(&c->payload, &r, sizeof r);
	buf_str(&c->payload, host);
	buf_str(&c->payload, buf_view(&c->value));
	for (uint32_t i = 0; i < of->ngroup; i++)
		put_text(&c->payload, *field_of(fields, names[i]));
	if (c->key.failed || c->payload.failed || c->value.failed)
		return corr_no_memory(e);
	return sorter_add(c->storeys[of->height], str_bytes(buf_view(&c->key)),
			  str_bytes(buf_view(&c->payload)), e);
}

size_t corr_first_use(const struct correlator *c, uint32_t target)
{
	size_t lo = 0, hi = c->uses.len;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (c->uses.at[mid].target < target)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

bool corr_is_used(const struct correlator *c, uint32_t target)
{
	size_t i = corr_first_use(c, target);

	return i < c->uses.len && c->uses.at[i].target == target;
}

static bool has_long_key(const struct finding *f)
{
	for (uint32_t i = 0; i < f->nkeys; i++)
		if (f->keys[i].value.len > LIMIT_FINDING_KEY)
			return true;
	return false;
}

int correlator_add(struct correlator *c, const struct finding *f, bool *ret_shown, err *e)
{
	const struct map_entry *entry = map_get(&c->rules, f->rule_id);
	const struct fields fields = { f->keys, f->nkeys };
	struct corr_hit hit = { .time_ns = f->time_ns };
	const struct compiled_rule *rule;
	uint64_t order[2];

	*ret_shown = true;
	/* what was carved may be an older copy of what is there */
	if (!entry || !f->nrefs || f->flags & EVENT_RECOVERED)
		return 0;
	rule = &c->rs->rules.at[entry->value];
	c->last_item = hit.item = f->refs[0].item;
	hit.a = order[0] = f->refs[0].offset;
	hit.b = order[1] = f->refs[0].record;
	if (f->time_ns == TIME_NONE || has_long_key(f)) {
		corr_tally(c, f->time_ns == TIME_NONE ? SHORT_TIME : SHORT_LONG_VALUE, 1, rule->id, hit.item,
			   hit.a);
		return 0;
	}
	*ret_shown = !rule->hidden;
	for (size_t i = corr_first_use(c, (uint32_t)entry->value);
	     i < c->uses.len && c->uses.at[i].target == entry->value; i++)
		if (corr_put(c, &c->uses.at[i], hit, order, f->host, &fields, e) < 0)
			return -1;
	return 0;
}

int correlator_item(struct correlator *c, uint32_t item, const uint8_t sha256[SHA256_LEN], err *e)
{
	struct map_entry *entry;
	struct same_item *same;
	bool is_new;

	if (!sha256 || item != c->last_item)
		return 0;
	entry = map_put(&c->contents, (str){ (const char *)sha256, SHA256_LEN }, item, &is_new);
	if (!entry)
		return corr_no_memory(e);
	if (is_new)
		return 0;
	same = VEC_PUSH(&c->same, LIMIT_ITEM_NAMES);
	if (!same)
		return corr_no_memory(e);
	*same = (struct same_item){ item, (uint32_t)entry->value };
	return 0;
}

uint32_t corr_item_as(const struct correlator *c, uint32_t item)
{
	size_t lo = 0, hi = c->same.len;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (c->same.at[mid].item < item)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < c->same.len && c->same.at[lo].item == item ? c->same.at[lo].as : item;
}

/* --- the end -------------------------------------------------------------------------------- */

static int gaps_tell(struct correlator *c, err *e)
{
	static const struct {
		enum gap_kind kind;
		const char *text;
	} SAY[SHORTFALLS] = {
		[SHORT_TIME] = { GAP_UNSUPPORTED, "matches have no time and are in no correlation" },
		[SHORT_LONG_VALUE] = { GAP_LIMIT, "matches have values too long for a correlation" },
		[SHORT_LARGE_NUMBER] = { GAP_LIMIT, "values are too large for the sums of a correlation" },
		[SHORT_HOSTS] = { GAP_LIMIT, "matches are of hosts too many to be named" },
		[SHORT_WINDOW] = { GAP_LIMIT,
				   "matches were too many for their timespan, judged by those before" },
		[SHORT_VALUES] = { GAP_LIMIT, "values were too many to be told apart in their timespan" },
		[SHORT_REFS] = { GAP_LIMIT, "events are not named by their finding" },
	};

	for (int i = 0; i < SHORTFALLS; i++) {
		const struct tally *t = &c->tallies[i];
		struct gap g;

		if (!t->n)
			continue;
		gap_set(&g, SAY[i].kind, t->offset, t->offset, "%llu %s; the first: %.*s",
			(unsigned long long)t->n, SAY[i].text, (int)u64_min(t->rule_id.len, 60),
			t->rule_id.ptr);
		g.item = t->item;
		g.lost = t->n;
		if (c->sink->gap && c->sink->gap(c->sink->ctx, &g, e) < 0)
			return -1;
	}
	return 0;
}

int correlator_finish(struct correlator *c, const struct correlate_sink *sink, err *e)
{
	bool unused;

	c->sink = sink;
	if (!map_put(&c->hosts, STR(""), 0, &unused)) /* number 0: none, or not known */
		return corr_no_memory(e);
	for (size_t i = 0; i < COUNT(c->storeys); i++) {
		if (c->storeys[i] && corr_storey_run(c, c->storeys[i], e) < 0)
			return -1;
		sorter_free(c->storeys[i]);
		c->storeys[i] = NULL;
	}
	return gaps_tell(c, e);
}
