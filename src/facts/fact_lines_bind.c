/* fact_lines_bind.c - the rules of a flat log's schema as one: what they share is worked out once per line. */
#include <stdlib.h>

#include "facts/lines_priv.h"

enum { INPUTS_MAX = 256, TERMS_MAX = 512, TERM_MARK = 0x8000 };

/* Numbers that are each there once. */
struct numbers {
	uint16_t at[INPUTS_MAX + TERMS_MAX];
	uint32_t n;
};

struct gather {
	struct fact_table *t;
	const struct schema *schema;
	struct input inputs[INPUTS_MAX];
	struct term terms[TERMS_MAX];
	struct line_test tests[LINE_TESTS_MAX];
	struct term conditions;
	struct numbers asked, key;
	uint32_t ninputs, nterms, ntests, possible;
	bool full, unkeyed;
};

static void *kept(arena *mem, const void *from, size_t n, size_t size)
{
	void *to = arena_array(mem, n + 1, size);

	if (to && n)
		memcpy(to, from, n * size);
	return to;
}

static bool number_has(const struct numbers *x, uint16_t number)
{
	for (uint32_t i = 0; i < x->n; i++)
		if (x->at[i] == number)
			return true;
	return false;
}

static void number_add(struct numbers *x, uint16_t number)
{
	if (!number_has(x, number))
		x->at[x->n++] = number;
}

/* --- inputs ---------------------------------------------------------------------------------- */

static bool same_cols(const struct fact_col *a, const struct fact_col *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (a[i].col != b[i].col || a[i].how != b[i].how)
			return false;
	return true;
}

static void input_fill(const struct gather *g, struct input *in)
{
	const struct fact_col *col = in->cols;
	int32_t slot = g->schema->columns[col->col].slot;

	in->raw = in->ncols == 1 && !in->presence && col->converts;
	in->slot = in->raw || !col->converts ? slot : -1;
}

/* Where in `now` an input stands. */
static uint16_t input_of(struct gather *g, const struct fact_plan *p, struct fact_arg a, bool presence)
{
	const struct fact_col *cols = p->cols + a.at;
	uint32_t i = 0;

	while (i < g->ninputs && (g->inputs[i].ncols != a.n || g->inputs[i].presence != presence ||
				  !same_cols(g->inputs[i].cols, cols, a.n)))
		i++;
	if (i == INPUTS_MAX) {
		g->full = true;
		return NOW_INPUTS;
	}
	if (i == g->ninputs) {
		g->inputs[g->ninputs++] = (struct input){ .cols = cols, .ncols = a.n, .presence = presence };
		input_fill(g, &g->inputs[i]);
	}
	return (uint16_t)(NOW_INPUTS + i);
}

static void term_add_input(struct term *m, uint16_t input)
{
	for (uint32_t i = 0; i < m->ninputs; i++)
		if (m->inputs[i] == input)
			return;
	if (m->ninputs == TERM_INPUTS_MAX)
		m->keyed = false;
	else
		m->inputs[m->ninputs++] = input;
}

/* --- attributes ------------------------------------------------------------------------------ */

static bool same_op(const struct fact_plan *p, uint32_t i, const struct fact_plan *q, uint32_t k)
{
	const struct fact_op *a = &fact_rule_ops(p->rule)[i], *b = &fact_rule_ops(q->rule)[k];

	if (a->fn != b->fn || a->join != b->join)
		return false;
	for (uint32_t n = 0; n < FACT_ARGS; n++) {
		struct fact_arg pa = p->args[i * FACT_ARGS + n], qa = q->args[k * FACT_ARGS + n];

		if (pa.n != qa.n || !same_cols(p->cols + pa.at, q->cols + qa.at, pa.n) ||
		    (pa.n == 0 && !str_eq(a->arg[n], b->arg[n])))
			return false;
	}
	return true;
}

static bool same_term(const struct term *m, const struct fact_plan *p, uint32_t op, uint32_t nops)
{
	if (!m->plan || m->nops != nops)
		return false;
	for (uint32_t i = 0; i < nops; i++)
		if (!same_op(m->plan, m->op + i, p, op + i))
			return false;
	return true;
}

/* Where a term is one function of texts as they are, its arguments. */
static void term_args(struct gather *g, struct term *m)
{
	const struct fact_op *op = fact_rule_ops(m->plan->rule) + m->op;

	m->direct = m->nops == 1 && fact_fn_of_texts(op->fn) && op->fn != FN_IF;
	for (uint32_t k = 0; k < FACT_ARGS && m->direct; k++) {
		struct fact_arg a = m->plan->args[m->op * FACT_ARGS + k];

		m->args[k] = a.n ? input_of(g, m->plan, a, false) : NOW_NOTHING;
		m->direct &= !a.n || !g->inputs[m->args[k] - NOW_INPUTS].raw;
	}
}

/* As long as what stays the same does it? */
static uint16_t term_stays(const struct term *m)
{
	bool place = true;

	for (uint32_t i = 0; i < m->ninputs; i++)
		place &= m->inputs[i] < NOW_INPUTS;
	if (place)
		return NOW_PLACE;
	return m->keyed && m->ninputs == 1 ? m->inputs[0] : NOW_LINE;
}

static void term_fill(struct gather *g, struct term *m)
{
	const struct fact_op *ops = fact_rule_ops(m->plan->rule) + m->op;

	for (uint32_t i = 0; i < m->nops; i++) {
		enum fact_fn fn = ops[i].fn;

		if (fn == FN_DAY)
			term_add_input(m, NOW_WHEN);
		if (fn == FN_PLACE || fn == FN_OBSERVER)
			term_add_input(m, NOW_SITE);
		for (uint32_t k = 0; k < FACT_ARGS; k++) {
			struct fact_arg a = m->plan->args[(m->op + i) * FACT_ARGS + k];

			if (a.n)
				term_add_input(m, input_of(g, m->plan, a, fn == FN_IF));
		}
	}
	term_args(g, m);
}

/* The place in `now` of a text that is an input as it is, else 0. */
static uint16_t same_as_input(struct gather *g, const struct fact_plan *p, uint32_t op, uint32_t nops)
{
	struct fact_arg a = p->args[op * FACT_ARGS];
	uint16_t at;

	if (nops != 1 || fact_rule_ops(p->rule)[op].fn != FN_TEXT || a.n == 0)
		return 0;
	at = input_of(g, p, a, false);
	return g->inputs[at - NOW_INPUTS].raw ? 0 : at;
}

/* Where in `now` the text of an attribute's ops will stand, of a term with a mark; of the origin where there are none. */
static uint16_t term_of(struct gather *g, const struct fact_plan *p, uint32_t op, uint32_t nops)
{
	uint16_t same = nops ? same_as_input(g, p, op, nops) : 0;
	uint32_t i = 0;
	struct term *m;

	if (same)
		return same;
	while (i < g->nterms && !(nops ? same_term(&g->terms[i], p, op, nops) : !g->terms[i].plan))
		i++;
	if (i == TERMS_MAX) {
		g->full = true;
		return TERM_MARK;
	}
	m = &g->terms[i];
	if (i == g->nterms) {
		g->nterms++;
		*m = (struct term){ .keyed = true };
		if (nops) {
			m->plan = p;
			m->op = op;
			m->nops = nops;
			term_fill(g, m);
		} else {
			term_add_input(m, NOW_WHEN);
		}
		m->same_as = term_stays(m);
	}
	return (uint16_t)(TERM_MARK + i);
}

/* --- rules ----------------------------------------------------------------------------------- */

static bool same_condition(const struct fact_plan *p, uint32_t i, const struct fact_plan *q, uint32_t k)
{
	const struct fact_condition *a = &fact_rule_conditions(p->rule)[i],
				    *b = &fact_rule_conditions(q->rule)[k];

	return a->op == b->op && str_eq(a->values, b->values) && p->cond[i].n == q->cond[k].n &&
	       same_cols(p->cols + p->cond[i].at, q->cols + q->cond[k].at, p->cond[i].n);
}

static void test_add(struct gather *g, const struct fact_plan *p, uint32_t condition, uint32_t rule)
{
	const struct fact_condition *c = &fact_rule_conditions(p->rule)[condition];
	uint32_t i = 0;
	struct line_test *x;
	uint16_t input;

	while (i < g->ntests && !same_condition(g->tests[i].plan, g->tests[i].condition, p, condition))
		i++;
	if (i == LINE_TESTS_MAX) {
		g->full = true;
		return;
	}
	x = &g->tests[i];
	if (i == g->ntests) {
		g->ntests++;
		*x = (struct line_test){ .plan = p, .condition = condition };
		input = input_of(g, p, p->cond[condition], c->op == '?' && str_eq(c->values, STR("any")));
		number_add(&g->asked, (uint16_t)(input - NOW_INPUTS));
		term_add_input(&g->conditions, input);
	}
	if (fact_rule_conditions(x->plan->rule)[x->condition].negate == c->negate)
		x->unless |= UINT32_C(1) << rule;
	else
		x->where |= UINT32_C(1) << rule;
}

/* Limits stay with the rule; what else its conditions ask is asked for all rules together. False: of such a log they
 * never hold. */
static bool rule_conditions(struct gather *g, struct line_rule *r, uint16_t *limits, uint32_t rule)
{
	const struct fact_plan *p = r->plan;
	const struct fact_condition *conds = fact_rule_conditions(p->rule);

	for (uint32_t i = 0; i < p->rule->nconditions; i++)
		if (p->cond[i].n == 0 && !fact_plan_condition(p, i, NULL, &g->t->draft))
			return false; /* it asks for what the log has not */
	for (uint32_t i = 0; i < p->rule->nconditions; i++) {
		if (p->cond[i].n == 0)
			continue;
		if (fact_condition_is_limit(&conds[i]))
			limits[r->nlimits++] = (uint16_t)i;
		else
			test_add(g, p, i, rule);
	}
	return true;
}

/* What an attribute gives that has neither fields nor a literal: nothing. */
static bool is_empty(const struct fact_plan *p, uint32_t op, uint32_t nops)
{
	const struct fact_op *ops = fact_rule_ops(p->rule);

	for (uint32_t i = op; i < op + nops; i++)
		if (ops[i].fn != FN_TEXT || p->args[i * FACT_ARGS].n)
			return false;
	return true;
}

/* Attributes in their order; one more for `recovered`, unless the rule says itself what the origin is. */
static void rule_attrs(struct gather *g, struct line_rule *r, struct line_attr *to)
{
	const struct fact_plan *p = r->plan;
	const struct fact_op *ops = fact_rule_ops(p->rule);
	uint16_t at[FA_COUNT] = { 0 };

	at[FA_ORIGIN] = term_of(g, p, 0, 0);
	for (uint32_t i = 0; i < p->rule->nops; i += fact_plan_ops_of(p, i)) {
		if (ops[i].attr >= FA_COUNT ||
		    (is_empty(p, i, fact_plan_ops_of(p, i)) && !ops[i].required && ops[i].attr != FA_ORIGIN))
			continue;
		at[ops[i].attr] = term_of(g, p, i, fact_plan_ops_of(p, i));
		if (ops[i].required)
			r->required |= UINT64_C(1) << ops[i].attr;
	}
	for (uint16_t i = 0; i < FA_COUNT; i++)
		if (at[i])
			to[r->nattrs++] = (struct line_attr){ i, at[i], g->t->secrets.of[i] };
}

static bool rule_bind(struct gather *g, struct line_rule *r, const struct fact_plan *p, uint32_t rule)
{
	struct line_attr *attrs = arena_array(&g->t->plans, p->rule->nops + 1, sizeof *attrs);
	uint16_t *limits = arena_array(&g->t->plans, p->rule->nconditions + 1, sizeof *limits);

	if (!attrs || !limits)
		return false;
	*r = (struct line_rule){ .plan = p, .attrs = attrs, .limits = limits };
	if (!rule_conditions(g, r, limits, rule))
		return true;
	g->possible |= UINT32_C(1) << rule;
	rule_attrs(g, r, attrs);
	return true;
}

/* Rules whose times come from the line, and those that tell replies apart by their size, which differs where nothing
 * else does: their inputs are no part of the key of a line. */
static bool is_alone(const struct fact_plan *p)
{
	const struct fact_op *ops = fact_rule_ops(p->rule);
	bool alone = p->timed;

	for (uint32_t i = 0; i < p->rule->nops; i++)
		alone |= ops[i].attr == FA_SIZE && p->args[i * FACT_ARGS].n;
	return alone;
}

/* All inputs and terms have their places: which of them the rule needs, and where its attributes find them. */
static void rule_gather(const struct gather *g, struct line_rule *r, struct numbers *inputs,
			struct numbers *terms, bool *ret_unkeyed)
{
	struct line_attr *attrs = (struct line_attr *)r->attrs;

	for (uint32_t i = 0; i < r->nattrs; i++) {
		const struct term *m = &g->terms[attrs[i].at & (TERM_MARK - 1)];

		if (!(attrs[i].at & TERM_MARK)) {
			number_add(inputs, (uint16_t)(attrs[i].at - NOW_INPUTS));
			continue;
		}
		*ret_unkeyed |= !m->keyed;
		attrs[i].at = m->at;
		number_add(terms, (uint16_t)(m - g->terms));
		for (uint32_t k = 0; k < m->ninputs; k++)
			if (m->inputs[k] >= NOW_INPUTS)
				number_add(inputs, (uint16_t)(m->inputs[k] - NOW_INPUTS));
	}
}

/* Those that are not among others. */
static const uint16_t *kept_without(struct gather *g, const struct numbers *from,
				    const struct numbers *without, uint32_t *ret_n)
{
	struct numbers rest = { .n = 0 };

	for (uint32_t i = 0; i < from->n; i++)
		if (!number_has(without, from->at[i]))
			number_add(&rest, from->at[i]);
	*ret_n = rest.n;
	return kept(&g->t->plans, rest.at, rest.n, sizeof *rest.at);
}

/* Of what a rule needs, what is not in the key of the lines. */
static void rest_trim(const struct gather *g, struct line_rule *r)
{
	uint16_t *rest = (uint16_t *)r->rest;
	uint32_t n = 0;

	if (r->nrest == REST_UNKNOWN)
		return;
	for (uint32_t i = 0; i < r->nrest; i++)
		if (!number_has(&g->key, rest[i]))
			rest[n++] = rest[i];
	r->nrest = n;
}

static bool rules_settle(struct gather *g, struct fact_lines *l)
{
	for (uint32_t i = 0; i < l->nrules; i++) {
		struct line_rule *r = &l->rules[i];
		struct numbers inputs = { .n = 0 }, terms = { .n = 0 };
		bool unkeyed = false;

		rule_gather(g, r, &inputs, &terms, &unkeyed);
		r->inputs = kept_without(g, &inputs, &g->asked, &r->ninputs);
		r->terms = kept(&g->t->plans, terms.at, r->nterms = terms.n, sizeof *terms.at);
		r->rest = kept(&g->t->plans, inputs.at, r->nrest = inputs.n, sizeof *inputs.at);
		if (!r->inputs || !r->terms || !r->rest)
			return false;
		if (unkeyed && is_alone(r->plan))
			r->nrest = REST_UNKNOWN;
		else
			g->unkeyed |= unkeyed;
		for (uint32_t k = 0; k < inputs.n && !is_alone(r->plan); k++)
			number_add(&g->key, inputs.at[k]);
	}
	for (uint32_t i = 0; i < l->nrules; i++)
		rest_trim(g, &l->rules[i]);
	return true;
}

/* --- all ------------------------------------------------------------------------------------- */

static const int32_t *key_slots(struct gather *g, uint32_t *ret_n)
{
	int32_t slots[INPUTS_MAX];
	uint32_t n = 0;

	for (uint32_t i = 0; i < g->key.n; i++)
		if (g->inputs[g->key.at[i]].slot >= 0)
			slots[n++] = g->inputs[g->key.at[i]].slot;
	*ret_n = n;
	return kept(&g->t->plans, slots, n, sizeof *slots);
}

/* What was gathered, as long as it is needed. False without memory. */
static bool lines_settle(struct gather *g, struct fact_lines *l)
{
	arena *mem = &g->t->plans;

	for (uint32_t i = 0; i < g->nterms; i++)
		g->terms[i].at = (uint16_t)(NOW_INPUTS + g->ninputs + i);
	g->key = g->asked;
	if (!rules_settle(g, l))
		return false;
	l->possible = g->possible;
	for (uint32_t i = 0; i < l->nrules; i++)
		l->limited |= (uint32_t)(l->rules[i].nlimits && g->possible >> i & 1) << i;
	l->conditions = g->conditions;
	l->conditions.conditions = true;
	l->inputs = kept(mem, g->inputs, l->ninputs = g->ninputs, sizeof *g->inputs);
	l->terms = kept(mem, g->terms, l->nterms = g->nterms, sizeof *g->terms);
	l->tests = kept(mem, g->tests, l->ntests = g->ntests, sizeof *g->tests);
	l->asked = kept(mem, g->asked.at, l->nasked = g->asked.n, sizeof *g->asked.at);
	l->key = kept(mem, g->key.at, l->nkey = g->key.n, sizeof *g->key.at);
	l->key_slots = key_slots(g, &l->nkey_slots);
	l->keyed = !g->unkeyed && g->key.n <= LINE_KEY_MAX;
	l->now = arena_array(mem, NOW_INPUTS + l->ninputs + l->nterms, sizeof *l->now);
	l->usable = !g->full;
	return l->inputs && l->terms && l->tests && l->asked && l->key && l->key_slots && l->now;
}

/* NULL without memory. */
static struct fact_lines *lines_of(struct gather *g, const struct fact_plan *plans, uint32_t nplans)
{
	struct fact_lines *l = arena_alloc(&g->t->plans, sizeof *l);
	struct line_rule *rules = arena_array(&g->t->plans, nplans + 1, sizeof *rules);

	if (!l || !rules)
		return NULL;
	*l = (struct fact_lines){ .rules = rules, .nrules = nplans, .number = ++g->t->bound };
	if (nplans > LINE_RULES_MAX)
		return l;
	g->conditions.keyed = true;
	for (uint32_t i = 0; i < nplans; i++)
		if (!rule_bind(g, &rules[i], &plans[i], i))
			return NULL;
	return lines_settle(g, l) ? l : NULL;
}

struct fact_lines *fact_lines_bind(struct fact_table *t, const struct schema *schema,
				   const struct fact_plan *plans, uint32_t nplans)
{
	struct gather *g = calloc(1, sizeof *g);
	struct fact_lines *l = NULL;

	if (g) {
		g->t = t;
		g->schema = schema;
		l = lines_of(g, plans, nplans);
	}
	free(g);
	return l;
}
