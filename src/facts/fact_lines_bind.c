/* fact_lines_bind.c - the rules of a flat log's schema as one: what they share is worked out once per line. */
#include <stdlib.h>

#include "facts/lines_priv.h"

enum { INPUTS_MAX = 256, TERMS_MAX = 512 };

/* Inputs that decide something together. */
struct key {
	uint16_t inputs[LINE_KEY_MAX];
	uint32_t n;
	bool full; /* there are more */
};

struct gather {
	struct fact_table *t;
	const struct schema *schema;
	struct input inputs[INPUTS_MAX];
	struct term terms[TERMS_MAX];
	struct line_limit limits[LINE_LIMITS_MAX];
	struct key key;
	uint32_t ninputs, nterms, nlimits;
	bool full;
};

static void *kept(arena *mem, const void *from, size_t n, size_t size)
{
	void *to = arena_array(mem, n + 1, size);

	if (to && n)
		memcpy(to, from, n * size);
	return to;
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
	in->slot = in->ncols == 1 && (in->raw || !col->converts) ? slot : -1;
}

static uint16_t input_of(struct gather *g, const struct fact_plan *p, struct fact_arg a, bool presence)
{
	const struct fact_col *cols = p->cols + a.at;
	uint32_t i = 0;

	while (i < g->ninputs && (g->inputs[i].ncols != a.n || g->inputs[i].presence != presence ||
				  !same_cols(g->inputs[i].cols, cols, a.n)))
		i++;
	if (i == INPUTS_MAX) {
		g->full = true;
		return 0;
	}
	if (i == g->ninputs) {
		g->inputs[g->ninputs++] = (struct input){ .cols = cols, .ncols = a.n, .presence = presence };
		input_fill(g, &g->inputs[i]);
	}
	return (uint16_t)i;
}

static void key_add(struct key *k, uint16_t input)
{
	for (uint32_t i = 0; i < k->n; i++)
		if (k->inputs[i] == input)
			return;
	if (k->n == LINE_KEY_MAX)
		k->full = true;
	else
		k->inputs[k->n++] = input;
}

/* Add what the attributes of a rule need. */
static void key_add_attrs(struct key *k, const struct gather *g, const struct line_rule *r)
{
	for (uint32_t i = 0; i < r->nattrs; i++) {
		const struct term *m = &g->terms[r->attrs[i].term];

		k->full |= !m->keyed;
		for (uint32_t n = 0; n < m->ninputs; n++)
			key_add(k, m->inputs[n]);
	}
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

		m->args[k] = a.n ? input_of(g, m->plan, a, false) : INPUT_NONE;
		m->direct &= !a.n || !g->inputs[m->args[k]].raw;
	}
}

static void term_fill(struct gather *g, struct term *m)
{
	const struct fact_op *ops = fact_rule_ops(m->plan->rule) + m->op;

	for (uint32_t i = 0; i < m->nops; i++) {
		enum fact_fn fn = ops[i].fn;

		m->placed |= fn == FN_DAY || fn == FN_PLACE || fn == FN_OBSERVER;
		for (uint32_t k = 0; k < FACT_ARGS; k++) {
			struct fact_arg a = m->plan->args[(m->op + i) * FACT_ARGS + k];

			if (a.n)
				term_add_input(m, input_of(g, m->plan, a, fn == FN_IF));
		}
	}
	term_args(g, m);
	if (m->nops == 1 && ops->fn == FN_TEXT && m->ninputs == 1 && !g->inputs[m->inputs[0]].raw)
		m->how = TERM_SAME;
	else if (m->ninputs == 1 && !m->placed)
		m->how = TERM_ONE;
	if (!m->ninputs && !m->placed)
		m->how = TERM_CONST;
	if (m->nops == 1 && ops->fn == FN_DAY)
		m->how = TERM_DAY;
}

/* The term of the ops of an attribute; of `recovered` where there are none. */
static uint16_t term_of(struct gather *g, const struct fact_plan *p, uint32_t op, uint32_t nops)
{
	uint32_t i = 0;
	struct term *m;

	while (i < g->nterms && !(nops ? same_term(&g->terms[i], p, op, nops) : !g->terms[i].plan))
		i++;
	if (i == TERMS_MAX) {
		g->full = true;
		return 0;
	}
	m = &g->terms[i];
	if (i == g->nterms) {
		g->nterms++;
		*m = (struct term){ .how = TERM_ORIGIN, .placed = true, .keyed = true };
		if (nops) {
			m->how = TERM_RUN;
			m->placed = false;
			m->plan = p;
			m->op = op;
			m->nops = nops;
			term_fill(g, m);
		}
	}
	return (uint16_t)i;
}

/* --- rules ----------------------------------------------------------------------------------- */

static void limit_add(struct gather *g, struct line_rule *r, uint32_t condition)
{
	if (g->nlimits == LINE_LIMITS_MAX) {
		g->full = true;
		return;
	}
	r->limits |= UINT32_C(1) << g->nlimits;
	g->limits[g->nlimits++] = (struct line_limit){ r->plan, condition };
}

static void rule_conditions(struct gather *g, struct line_rule *r, struct term *conditions)
{
	const struct fact_condition *conds = fact_rule_conditions(r->plan->rule);

	for (uint32_t i = 0; i < r->plan->rule->nconditions; i++) {
		struct fact_arg a = r->plan->cond[i];
		uint16_t input;

		if (!a.n)
			continue;
		if (fact_condition_is_limit(&conds[i])) {
			limit_add(g, r, i);
			continue;
		}
		input = input_of(g, r->plan, a, conds[i].op == '?' && str_eq(conds[i].values, STR("any")));
		key_add(&g->key, input);
		term_add_input(conditions, input);
	}
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
static uint32_t rule_attrs(struct gather *g, const struct fact_plan *p, struct line_attr *to)
{
	const struct fact_op *ops = fact_rule_ops(p->rule);
	struct line_attr by_attr[FA_COUNT] = { 0 };
	bool has[FA_COUNT] = { false };
	uint32_t n = 0;

	by_attr[FA_ORIGIN] = (struct line_attr){ FA_ORIGIN, term_of(g, p, 0, 0), false };
	has[FA_ORIGIN] = true;
	for (uint32_t i = 0; i < p->rule->nops; i += fact_plan_ops_of(p, i)) {
		if (ops[i].attr >= FA_COUNT ||
		    (is_empty(p, i, fact_plan_ops_of(p, i)) && !ops[i].required && ops[i].attr != FA_ORIGIN))
			continue;
		by_attr[ops[i].attr] =
			(struct line_attr){ (uint16_t)ops[i].attr, term_of(g, p, i, fact_plan_ops_of(p, i)),
					    ops[i].required };
		has[ops[i].attr] = true;
	}
	for (uint32_t i = 0; i < FA_COUNT; i++)
		if (has[i])
			to[n++] = by_attr[i];
	return n;
}

/* Rules whose times come from the line, and those that tell replies apart by their size, which differs where nothing
 * else does. */
static bool is_alone(const struct fact_plan *p)
{
	const struct fact_op *ops = fact_rule_ops(p->rule);
	bool alone = p->timed;

	for (uint32_t i = 0; i < p->rule->nops; i++)
		alone |= ops[i].attr == FA_SIZE && p->args[i * FACT_ARGS].n;
	return alone;
}

/* A limit of what the log does not have: nothing keeps it. */
static bool is_never(const struct fact_plan *p)
{
	const struct fact_condition *conds = fact_rule_conditions(p->rule);
	bool never = false;

	for (uint32_t i = 0; i < p->rule->nconditions; i++)
		never |= fact_condition_is_limit(&conds[i]) && !p->cond[i].n && !conds[i].negate;
	return never;
}

static bool rule_bind(struct gather *g, struct line_rule *r, struct term *conditions,
		      const struct fact_plan *p)
{
	struct line_attr *attrs = arena_array(&g->t->plans, p->rule->nops + 1, sizeof *attrs);
	struct key own = { 0 };

	if (!attrs)
		return false;
	*r = (struct line_rule){ .plan = p, .attrs = attrs, .alone = is_alone(p), .never = is_never(p) };
	if (r->never) {
		r->alone = false;
		return true;
	}
	rule_conditions(g, r, conditions);
	r->nattrs = rule_attrs(g, p, attrs);
	if (!r->alone) {
		key_add_attrs(&g->key, g, r);
		return true;
	}
	key_add_attrs(&own, g, r);
	r->nrest = own.full || p->timed ? REST_UNKNOWN : own.n;
	r->rest = kept(&g->t->plans, own.inputs, own.n, sizeof *own.inputs);
	return r->rest != NULL;
}

/* Of what a rule needs that is alone, what is not in the key of the lines. */
static void rest_trim(const struct gather *g, struct line_rule *r)
{
	uint16_t *rest = r->rest;
	uint32_t n = 0;

	for (uint32_t i = 0; i < r->nrest && r->nrest != REST_UNKNOWN; i++) {
		bool known = false;

		for (uint32_t k = 0; k < g->key.n; k++)
			known |= g->key.inputs[k] == rest[i];
		if (!known)
			rest[n++] = rest[i];
	}
	if (r->nrest == REST_UNKNOWN)
		return;
	r->nrest = n;
	r->alone = n > 0;
}

/* --- all ------------------------------------------------------------------------------------- */

/* What was gathered as long as it is needed. NULL without memory. */
static struct fact_lines *lines_of(struct gather *g, const struct fact_plan *plans, uint32_t nplans)
{
	arena *mem = &g->t->plans;
	struct fact_lines *l = arena_alloc(mem, sizeof *l);
	struct line_rule *rules = arena_array(mem, nplans + 1, sizeof *rules);

	if (!l || !rules)
		return NULL;
	*l = (struct fact_lines){ .number = ++g->t->bound, .rules = rules, .nrules = nplans };
	if (nplans > LINE_RULES_MAX)
		return l;
	l->conditions = (struct term){ .how = TERM_CONDITIONS, .keyed = true };
	for (uint32_t i = 0; i < nplans; i++)
		if (!rule_bind(g, &rules[i], &l->conditions, &plans[i]))
			return NULL;
	for (uint32_t i = 0; i < nplans; i++)
		if (rules[i].alone)
			rest_trim(g, &rules[i]);
	l->inputs = kept(mem, g->inputs, l->ninputs = g->ninputs, sizeof *g->inputs);
	l->terms = kept(mem, g->terms, l->nterms = g->nterms, sizeof *g->terms);
	l->limits = kept(mem, g->limits, l->nlimits = g->nlimits, sizeof *g->limits);
	l->key = kept(mem, g->key.inputs, l->nkey = g->key.n, sizeof *g->key.inputs);
	l->usable = !g->full;
	l->keyed = !g->key.full;
	return l->inputs && l->terms && l->limits && l->key ? l : NULL;
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
