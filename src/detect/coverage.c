#include "detect/coverage.h"

#include <stdlib.h>

#include "detect/ruleset.h"
#include "sigma/fold.h"
#include "sigma/show.h"
#include "util/limits.h"

enum { MISSING_SHOWN = 8 };

enum truth { IS_FALSE, IS_TRUE, IS_OPEN };

struct judge {
	const struct ruleset *rs;
	const struct variant *variant;
	struct coverage_table *table;
	arena *mem;

	/* of the kind under way */
	const struct census_kind *kind;
	uint8_t *there;    /* per field of the pool: it is or may be there */
	bool fields;      /* judge by fields too, not only by the kind's name */
	uint8_t *admitted; /* per rule: counted in this kind */
	uint8_t *came;     /* per variant: how far it came, a coverage_state */
};

const char *coverage_state_name(enum coverage_state s)
{
	static const char *const NAMES[COVERAGE_STATES] = {
		[COVERAGE_REJECTED] = "rejected",   [COVERAGE_NO_RULE] = "not for events",
		[COVERAGE_NO_READER] = "no reader", [COVERAGE_NO_LOG] = "no such log",
		[COVERAGE_NO_EVENT] = "no such event", [COVERAGE_NO_FIELD] = "no such field",
		[COVERAGE_CAN] = "can match",
	};

	return NAMES[s];
}

/* --- fields --------------------------------------------------------------------------------- */

static int cmp_name(const void *key, const void *at)
{
	return str_cmp(*(const str *)key, *(const str *)at);
}

static bool has_field(const struct census_kind *k, str name)
{
	return k->nfields && bsearch(&name, k->fields, k->nfields, sizeof *k->fields, cmp_name);
}

/* Does the kind have a field that its log source calls so? */
static bool has_alias(const struct census_kind *k, str name)
{
	for (uint32_t i = 0; !k->windows && i < k->nfields; i++)
		if (logsource_reads(k->source, name, k->fields[i]))
			return true;
	return false;
}

/* Which fields of rules do events of this kind have? */
static void find_fields(struct judge *j)
{
	const struct census_kind *k = j->kind;

	for (uint32_t i = 0; i < j->rs->pool.field_ids.len; i++) {
		str name = sigma_field_name(&j->rs->pool, i);

		j->there[i] = has_field(k, name) || has_alias(k, name) || k->more_fields || i == FIELD_ANY;
	}
}

/* --- three values --------------------------------------------------------------------------- */

/* The text that every event of the kind has in a field, if its name tells. */
static bool known_text(const struct judge *j, str field, str *ret)
{
	const struct census_kind *k = j->kind;
	const struct {
		str name, text;
	} known[] = { { STR("EventID"), k->event_id },
		      { STR("Channel"), k->source },
		      { STR("Provider_Name"), k->provider } };

	for (size_t i = 0; k->windows && i < COUNT(known); i++)
		if (str_eq(field, known[i].name) && !has_field(k, field)) {
			*ret = known[i].text;
			return known[i].text.len < LIMIT_CENSUS_NAME; /* else it was cut */
		}
	return false;
}

static enum truth ask_text(const struct pred *p, str text)
{
	buf folded = { 0 };
	enum truth t = IS_OPEN;

	switch (p->kind) {
	case PRED_GLOB:
	case PRED_NUMBER:
	case PRED_COMPARE:
		if (pred_wants_folded(p))
			fold_utf8(text, &folded);
		else
			buf_str(&folded, text);
		if (!folded.failed)
			t = pred_text(p, NULL, buf_view(&folded), true, NULL) ? IS_TRUE : IS_FALSE;
		buf_done(&folded);
		return t;
	case PRED_EXISTS:
		return text.len && p->want ? IS_TRUE : IS_OPEN;
	default:
		return IS_OPEN;
	}
}

static enum truth judge_leaf(const struct judge *j, struct sigma_node at)
{
	const struct pred *p = &j->rs->pool.preds.at[at.n];
	uint32_t field = variant_field(j->variant, at.first);
	str text;

	if (known_text(j, sigma_field_name(&j->rs->pool, field), &text))
		return ask_text(p, text);
	if (!j->fields || j->there[field])
		return IS_OPEN;
	if (p->kind == PRED_EXISTS)
		return p->want ? IS_FALSE : IS_TRUE;
	return p->kind == PRED_NULL ? IS_TRUE : IS_FALSE;
}

static enum truth judge_node(const struct judge *j, uint32_t id)
{
	const struct sigma_pool *p = &j->rs->pool;
	const struct sigma_node *at = &p->nodes.at[id];
	enum truth decides = at->op == NODE_AND ? IS_FALSE : IS_TRUE, t;
	bool open = false;

	if (at->op == NODE_LEAF)
		return judge_leaf(j, *at);
	if (at->op == NODE_NOT) {
		t = judge_node(j, at->first);
		return t == IS_OPEN ? t : t == IS_TRUE ? IS_FALSE : IS_TRUE;
	}
	for (uint32_t i = 0; i < at->n; i++) {
		t = judge_node(j, p->kids.at[at->first + i]);
		if (t == decides)
			return t;
		open |= t == IS_OPEN;
	}
	return open ? IS_OPEN : decides == IS_FALSE ? IS_TRUE : IS_FALSE;
}

/* --- missing fields ------------------------------------------------------------------------- */

static bool is_listed(str list, str name)
{
	while (list.len) {
		str one = str_cut(list, ' ', &list);

		if (str_eq(one, name))
			return true;
	}
	return false;
}

/* Fields that the rule asks for and this kind lacks, as many as people read. */
static void list_missing(const struct judge *j, uint32_t id, buf *to, unsigned *n)
{
	const struct sigma_pool *p = &j->rs->pool;
	const struct sigma_node *at = &p->nodes.at[id];
	str name, text;

	if (at->op != NODE_LEAF) {
		for (uint32_t i = 0; i < (at->op == NODE_NOT ? 1 : at->n); i++)
			list_missing(j, at->op == NODE_NOT ? at->first : p->kids.at[at->first + i], to, n);
		return;
	}
	name = sigma_field_name(p, variant_field(j->variant, at->first));
	if (*n == MISSING_SHOWN || j->there[variant_field(j->variant, at->first)] || known_text(j, name, &text) ||
	    is_listed(buf_view(to), name))
		return;
	buf_z(to, *n ? " " : "");
	buf_str(to, name);
	++*n;
}

static void note_missing(struct judge *j, struct coverage *c)
{
	buf names = { 0 };
	unsigned n = 0;

	list_missing(j, j->variant->root, &names, &n);
	if (!names.failed)
		c->missing = arena_str(j->mem, buf_view(&names));
	buf_done(&names);
}

/* --- one kind ------------------------------------------------------------------------------- */

static struct coverage *coverage_of(const struct judge *j, const struct variant *v)
{
	return &j->table->rules[j->rs->rules.at[v->rule].info];
}

static enum coverage_state judge_variant(struct judge *j)
{
	enum coverage_state state = COVERAGE_CAN;

	j->fields = false;
	if (judge_node(j, j->variant->root) == IS_FALSE)
		return COVERAGE_NO_EVENT;
	j->fields = true;
	if (judge_node(j, j->variant->root) == IS_FALSE)
		state = COVERAGE_NO_FIELD;
	return state;
}

static void judge_rule(struct judge *j, uint32_t number, struct coverage_gate *gate)
{
	struct coverage *c;
	enum coverage_state state;

	j->variant = &j->rs->variants.at[number];
	c = coverage_of(j, j->variant);
	if (!j->admitted[j->variant->rule]) {
		j->admitted[j->variant->rule] = 1;
		c->events += j->kind->events;
	}
	if (j->came[number] == COVERAGE_CAN)
		return; /* once is enough */
	state = judge_variant(j);
	gate->can += state == COVERAGE_CAN;
	j->came[number] = (uint8_t)state;
	if (state == COVERAGE_NO_FIELD && c->state < COVERAGE_NO_FIELD)
		note_missing(j, c);
	if (state > c->state)
		c->state = state;
}

static void place_of_kind(const struct census_kind *k, struct event_place *ret)
{
	*ret = (struct event_place){ .windows = k->windows, .channel = k->source, .event_id = k->event_id };
	if (k->windows)
		logsource_of_channel(k->source, &ret->services);
	else
		ret->nsources = logsource_of_dataset(k->source, ret->sources);
}

/* Does the log exist, whatever its event ids? */
static bool is_log_of(const struct plan_group *g, const struct event_place *place)
{
	if (!g->where.windows || !place->windows)
		return group_applies(g, place);
	return g->where.every_channel || place->services.writes[g->where.service];
}

static void judge_kind(struct judge *j)
{
	struct event_place place;

	place_of_kind(j->kind, &place);
	find_fields(j);
	memset(j->admitted, 0, j->rs->rules.len);
	for (size_t g = 0; g < j->rs->plan.groups.len; g++) {
		const struct plan_group *group = &j->rs->plan.groups.at[g];
		struct coverage_gate *gate = &j->table->gates[g];
		bool applies = group_applies(group, &place);

		if (!applies && !is_log_of(group, &place))
			continue;
		gate->events += applies ? j->kind->events : 0;
		for (uint32_t i = 0; i < group->nvariants; i++) {
			uint32_t number = j->rs->plan.members.at[group->variant + i];
			struct coverage *c = coverage_of(j, &j->rs->variants.at[number]);

			if (applies)
				judge_rule(j, number, gate);
			else if (c->state < COVERAGE_NO_EVENT)
				c->state = COVERAGE_NO_EVENT;
		}
	}
}

/* --- all of it ------------------------------------------------------------------------------ */

static bool begin(struct judge *j, struct coverage_table *t)
{
	const struct ruleset *rs = j->rs;
	buf where = { 0 };
	bool ok = true;

	t->rules = arena_array(j->mem, ruleset_len(rs) + 1, sizeof *t->rules);
	t->gates = arena_array(j->mem, rs->plan.groups.len + 1, sizeof *t->gates);
	j->there = arena_alloc(j->mem, rs->pool.field_ids.len + 1u);
	j->admitted = arena_alloc(j->mem, rs->rules.len + 1);
	j->came = arena_alloc(j->mem, rs->variants.len + 1);
	if (!t->rules || !t->gates || !j->there || !j->admitted || !j->came)
		return false;
	t->ngates = (uint32_t)rs->plan.groups.len;
	for (size_t i = 0; ok && i < t->ngates; i++) {
		buf_clear(&where);
		show_where(&rs->plan.groups.at[i].where, &where);
		t->gates[i].where = arena_str(j->mem, buf_view(&where));
		t->gates[i].rules = rs->plan.groups.at[i].nvariants;
		t->gates[i].known = logsource_is_known(&rs->plan.groups.at[i].where);
		ok = !where.failed && t->gates[i].where.ptr;
	}
	buf_done(&where);
	return ok;
}

static void begin_states(struct judge *j, struct coverage_table *t)
{
	const struct ruleset *rs = j->rs;

	for (size_t i = 0; i < ruleset_len(rs); i++) {
		static const enum coverage_state BY_STATUS[] = { [RULE_OK] = COVERAGE_NO_READER,
								 [RULE_REJECTED] = COVERAGE_REJECTED,
								 [RULE_OTHER] = COVERAGE_NO_RULE };

		const struct rule_info *info = ruleset_at(rs, i);

		t->rules[i] = (struct coverage){ .state = BY_STATUS[info->status], .missing = STR("") };
		if (info->status == RULE_OK && info->kind != RULE_KIND_RULE)
			t->rules[i].state = COVERAGE_NO_RULE;
	}
	for (size_t g = 0; g < t->ngates; g++)
		for (uint32_t i = 0; t->gates[g].known && i < rs->plan.groups.at[g].nvariants; i++) {
			uint32_t number = rs->plan.members.at[rs->plan.groups.at[g].variant + i];

			coverage_of(j, &rs->variants.at[number])->state = COVERAGE_NO_LOG;
		}
}

/* Kinds that were not told apart may be of any log. */
static void doubt(struct coverage_table *t, size_t n)
{
	t->incomplete = true;
	for (size_t i = 0; i < n; i++)
		if (t->rules[i].state >= COVERAGE_NO_LOG)
			t->rules[i].state = COVERAGE_CAN;
}

int coverage_make(struct coverage_table *ret, const struct ruleset *rs, const struct census *c, arena *mem, err *e)
{
	struct judge j = { .rs = rs, .table = ret, .mem = mem };

	*ret = (struct coverage_table){ 0 };
	if (!begin(&j, ret))
		return err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "no memory to judge the rules");
	begin_states(&j, ret);
	for (size_t i = 0; i < census_len(c); i++) {
		j.kind = census_at(c, i);
		if (j.kind->rest)
			doubt(ret, ruleset_len(rs));
		else
			judge_kind(&j);
	}
	for (size_t i = 0; i < ruleset_len(rs); i++)
		ret->by_state[ret->rules[i].state]++;
	return 0;
}
