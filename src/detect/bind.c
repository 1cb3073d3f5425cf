#include "detect/bind.h"

#include <stdlib.h>

#include "util/limits.h"

/* Answers of fold() besides a node number. */
#define FOLD_FALSE (UINT32_MAX - 1)
#define FOLD_TRUE (UINT32_MAX - 2)
#define FOLD_FAILED (UINT32_MAX - 3)

#define PLACE_NONE UINT32_MAX /* of a list that has no place yet */

typedef VEC(uint32_t) u32_vec;

struct build_field {
	uint32_t field;
	uint32_t first_column, ncolumns; /* in columns */
	bool constant;                   /* same values in every event of the class */
	bool has_texts;                  /* of constants: texts[text, text + ntexts) */
	uint32_t text, ntexts;
	uint32_t joined, joined_len; /* in binder.joined: the folded ones, a NUL behind each */
};

struct build_text { /* of one constant value in binder.text: as it is, folded */
	size_t from[2], len[2];
};

struct build_atom {
	uint32_t field, pred;
	uint32_t same_pred; /* next atom of that predicate */
};

struct build_node {
	struct bound_node n;
	uint32_t mark;
	double work; /* to evaluate it */
};

struct build_rule {
	struct bound_rule r;
	bool always;
};

struct build_hit {
	struct bound_hit hit;
};

struct build_trigger {
	uint32_t group; /* index into binder.groups */
	uint32_t atom;  /* of the group */
	uint32_t rule;
};

/* Scratch of one binding; arrays per field id, predicate and node are stamped, not cleared. */
struct binder {
	const struct ruleset *rs;
	uint32_t *field_of, *field_stamp; /* field id to build_field */
	uint32_t *atom_of, *atom_stamp;   /* predicate to its first build_atom */
	uint32_t *node_of, *node_stamp;   /* node to its folded form, per variant */
	uint32_t class_stamp, variant_stamp, list_mark;
	VEC(struct build_field) fields;
	u32_vec columns;
	VEC(struct build_atom) atoms;
	VEC(struct build_node) nodes;
	u32_vec kids;
	VEC(struct build_rule) rules;
	u32_vec stack;
	u32_vec groups;   /* of the plan that apply */
	u32_vec variants; /* their members, in the order of the set */
	VEC(struct build_trigger) triggers;
	VEC(struct build_hit) hits; /* of the group at work */
	VEC(struct build_text) texts;
	buf text, joined;

	struct naive *naive;
	const event *ev;
	const struct variant *variant;
};

int binder_new(struct binder **ret, const struct ruleset *rs, err *e)
{
	struct binder *b = calloc(1, sizeof *b);
	size_t fields = rs->pool.field_ids.len + 1, preds = rs->pool.preds.len + 1;
	size_t nodes = rs->pool.nodes.len + 1;

	if (b) {
		b->rs = rs;
		b->field_of = calloc(fields, sizeof(uint32_t));
		b->field_stamp = calloc(fields, sizeof(uint32_t));
		b->atom_of = calloc(preds, sizeof(uint32_t));
		b->atom_stamp = calloc(preds, sizeof(uint32_t));
		b->node_of = calloc(nodes, sizeof(uint32_t));
		b->node_stamp = calloc(nodes, sizeof(uint32_t));
	}
	if (!b || !b->field_of || !b->field_stamp || !b->atom_of || !b->atom_stamp || !b->node_of ||
	    !b->node_stamp) {
		binder_free(b);
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a detector");
	}
	*ret = b;
	return 0;
}

void binder_free(struct binder *b)
{
	if (!b)
		return;
	free(b->field_of);
	free(b->field_stamp);
	free(b->atom_of);
	free(b->atom_stamp);
	free(b->node_of);
	free(b->node_stamp);
	VEC_DONE(&b->fields);
	VEC_DONE(&b->columns);
	VEC_DONE(&b->atoms);
	VEC_DONE(&b->nodes);
	VEC_DONE(&b->kids);
	VEC_DONE(&b->rules);
	VEC_DONE(&b->stack);
	VEC_DONE(&b->groups);
	VEC_DONE(&b->variants);
	VEC_DONE(&b->triggers);
	VEC_DONE(&b->hits);
	VEC_DONE(&b->texts);
	buf_done(&b->text);
	buf_done(&b->joined);
	free(b);
}

static bool push_u32(u32_vec *vec, uint32_t v)
{
	uint32_t *p = VEC_PUSH(vec, LIMIT_SIGMA_NODES);

	if (p)
		*p = v;
	return p != NULL;
}

/* --- fields and atoms ----------------------------------------------------------------------- */

static bool is_class_key(const struct schema *s, uint32_t col)
{
	return s->wk[WK_CHANNEL] == (int32_t)col || s->wk[WK_PROVIDER] == (int32_t)col ||
	       s->wk[WK_EVENT_ID] == (int32_t)col;
}

/* The build_field of a field id, made on first sight; UINT32_MAX without memory. */
static uint32_t use_field(struct binder *b, uint32_t field)
{
	const struct schema *s = b->ev->schema;
	struct field_names names = field_names_of(b->rs, s, field);
	struct build_field *f;
	bool constant;

	if (b->field_stamp[field] == b->class_stamp)
		return b->field_of[field];
	f = VEC_PUSH(&b->fields, LIMIT_SIGMA_FIELDS);
	if (!f)
		return UINT32_MAX;
	*f = (struct build_field){ .field = field,
				   .first_column = (uint32_t)b->columns.len,
				   .constant = true };
	for (uint32_t i = 0; i < s->ncolumns; i++) {
		const struct column *col = &s->columns[i];

		if (!field_has_column(&names, col))
			continue;
		constant = col->slot < 0 || is_class_key(s, i);
		if (constant && field == FIELD_ANY)
			continue; /* constant_holds() asks them once */
		if (!push_u32(&b->columns, i))
			return UINT32_MAX;
		f->ncolumns++;
		f->constant &= constant;
	}
	b->field_stamp[field] = b->class_stamp;
	b->field_of[field] = (uint32_t)b->fields.len - 1;
	return b->field_of[field];
}

/* The atom of a build_field and a predicate; ATOM_NONE if there is none. */
static uint32_t find_atom(const struct binder *b, uint32_t field, uint32_t pred)
{
	uint32_t i = b->atom_stamp[pred] == b->class_stamp ? b->atom_of[pred] : ATOM_NONE;

	while (i != ATOM_NONE && b->atoms.at[i].field != field)
		i = b->atoms.at[i].same_pred;
	return i;
}

static uint32_t use_atom(struct binder *b, uint32_t field, uint32_t pred)
{
	uint32_t known = find_atom(b, field, pred);
	struct build_atom *a;

	if (known != ATOM_NONE)
		return known;
	a = VEC_PUSH(&b->atoms, LIMIT_SIGMA_NODES);
	if (!a)
		return ATOM_NONE;
	*a = (struct build_atom){ field, pred,
				  b->atom_stamp[pred] == b->class_stamp ? b->atom_of[pred] : ATOM_NONE };
	b->atom_stamp[pred] = b->class_stamp;
	b->atom_of[pred] = (uint32_t)b->atoms.len - 1;
	return b->atom_of[pred];
}

/* --- partial evaluation --------------------------------------------------------------------- */

static uint32_t add_node(struct binder *b, struct bound_node n)
{
	struct build_node *node = VEC_PUSH(&b->nodes, LIMIT_SIGMA_NODES);

	if (!node)
		return FOLD_FAILED;
	*node = (struct build_node){ .n = n };
	return (uint32_t)b->nodes.len - 1;
}

static uint32_t fold(struct binder *b, uint32_t id);

/* Does the question look at the text of one value? Then the texts of constants answer it. */
static bool asks_text(const struct pred *p)
{
	return p->kind != PRED_NULL && p->kind != PRED_EXISTS && p->kind != PRED_FIELDREF;
}

static bool add_text(struct binder *b, value one)
{
	struct build_text *t = VEC_PUSH(&b->texts, LIMIT_SIGMA_NODES);

	for (int folded = 0; t && folded < 2; folded++) {
		t->from[folded] = b->text.len;
		if (folded)
			values_folded(one, &b->text);
		else
			values_text(one, &b->text);
		t->len[folded] = b->text.len - t->from[folded];
	}
	if (t) { /* folded texts once more, one behind the other, for what is looked for in all of them */
		buf_add(&b->joined, b->text.ptr + t->from[1], t->len[1]);
		buf_byte(&b->joined, 0);
	}
	return t && !b->text.failed && !b->joined.failed;
}

/* The texts of what is constant of a field, made once. */
static bool constant_texts(struct binder *b, struct build_field *f)
{
	const struct schema *s = b->ev->schema;
	struct field_names names = field_names_of(b->rs, s, f->field);
	value one;

	if (f->has_texts)
		return true;
	f->has_texts = true;
	f->text = (uint32_t)b->texts.len;
	f->joined = (uint32_t)b->joined.len;
	for (uint32_t i = 0; i < s->ncolumns; i++) {
		const struct column *col = &s->columns[i];
		value v = event_value(b->ev, (int32_t)i);

		if (!field_has_column(&names, col) || (col->slot >= 0 && !is_class_key(s, i)) ||
		    !column_is_present(s, col, v))
			continue;
		for (size_t pos = 0; values_next(v, &pos, &one);)
			if (!add_text(b, one))
				return false;
	}
	f->ntexts = (uint32_t)b->texts.len - f->text;
	f->joined_len = (uint32_t)b->joined.len - f->joined;
	return true;
}

/* Does a constant of the field satisfy the predicate, in every event of the class? */
static bool constant_holds(struct binder *b, struct build_field *f, uint32_t pred)
{
	const struct pred *p = &b->rs->pool.preds.at[pred];

	if (!asks_text(p) || !constant_texts(b, f)) /* without memory too */
		return f->field != FIELD_ANY && naive_leaf(b->naive, b->ev, f->field, pred, NULL, NULL);
	if (p->kind == PRED_GLOB && p->pattern.contains && !p->cased &&
	    !memchr(p->pattern.literal.ptr, 0, p->pattern.literal.len))
		return memmem(b->joined.ptr + f->joined, f->joined_len, p->pattern.literal.ptr,
			      p->pattern.literal.len) != NULL;
	for (uint32_t i = f->text; i < f->text + f->ntexts; i++) {
		const struct build_text *t = &b->texts.at[i];
		bool folded = pred_wants_folded(p);

		if (pred_text(p, b->naive->regex, (str){ b->text.ptr + t->from[folded], t->len[folded] }, false,
			      &b->naive->limited))
			return true;
	}
	return false;
}

static uint32_t fold_leaf(struct binder *b, const struct sigma_node *at)
{
	const struct pred *p = &b->rs->pool.preds.at[at->n];
	uint32_t field = use_field(b, variant_field(b->variant, at->first)), atom;
	bool constant;

	if (field == UINT32_MAX)
		return FOLD_FAILED;
	if (b->fields.at[field].field == FIELD_ANY && constant_holds(b, &b->fields.at[field], at->n))
		return FOLD_TRUE;
	constant = b->fields.at[field].constant;
	if (constant && p->kind == PRED_FIELDREF && b->fields.at[field].ncolumns) {
		uint32_t other = use_field(b, p->ref);

		if (other == UINT32_MAX)
			return FOLD_FAILED;
		constant = b->fields.at[other].constant;
	}
	if (constant)
		return constant_holds(b, &b->fields.at[field], at->n) ? FOLD_TRUE : FOLD_FALSE;
	atom = use_atom(b, field, at->n);
	return atom == ATOM_NONE ? FOLD_FAILED : add_node(b, (struct bound_node){ NODE_LEAF, atom, 0 });
}

/* AND and OR: constants vanish or decide, equal operands count once. */
static uint32_t fold_list(struct binder *b, const struct sigma_node *at)
{
	uint32_t decides = at->op == NODE_AND ? FOLD_FALSE : FOLD_TRUE;
	uint32_t neutral = at->op == NODE_AND ? FOLD_TRUE : FOLD_FALSE;
	size_t base = b->stack.len;
	uint32_t first, n, r;

	for (uint32_t i = 0; i < at->n; i++) {
		r = fold(b, b->rs->pool.kids.at[at->first + i]);
		if (r == decides || r == FOLD_FAILED) {
			b->stack.len = base;
			return r;
		}
		if (r != neutral && !push_u32(&b->stack, r))
			return FOLD_FAILED;
	}
	b->list_mark++;
	first = (uint32_t)b->kids.len;
	for (size_t i = base; i < b->stack.len; i++) {
		struct build_node *node = &b->nodes.at[b->stack.at[i]];

		if (node->mark == b->list_mark)
			continue;
		node->mark = b->list_mark;
		if (!push_u32(&b->kids, b->stack.at[i]))
			return FOLD_FAILED;
	}
	b->stack.len = base;
	n = (uint32_t)b->kids.len - first;
	if (n > 1)
		return add_node(b, (struct bound_node){ at->op, first, n });
	b->kids.len = first;
	return n ? b->kids.at[first] : neutral;
}

static uint32_t fold_not(struct binder *b, const struct sigma_node *at)
{
	uint32_t r = fold(b, at->first);

	if (r == FOLD_TRUE)
		return FOLD_FALSE;
	if (r == FOLD_FALSE)
		return FOLD_TRUE;
	return r == FOLD_FAILED ? r : add_node(b, (struct bound_node){ NODE_NOT, r, 0 });
}

/* What is left of a node under the variant: FOLD_* or the number of a build_node. */
static uint32_t fold(struct binder *b, uint32_t id)
{
	const struct sigma_node *at = &b->rs->pool.nodes.at[id];
	uint32_t r;

	if (b->node_stamp[id] == b->variant_stamp)
		return b->node_of[id];
	if (at->op == NODE_LEAF)
		r = fold_leaf(b, at);
	else
		r = at->op == NODE_NOT ? fold_not(b, at) : fold_list(b, at);
	b->node_stamp[id] = b->variant_stamp;
	b->node_of[id] = r;
	return r;
}

/* --- triggers ------------------------------------------------------------------------------- */

enum answer { ANSWER_NO, ANSWER_YES, ANSWER_ASK };

/* Is an atom of a trigger decided by the class? */
static enum answer trigger_answer(struct binder *b, const struct plan_atom *a)
{
	uint32_t field = use_field(b, a->field);
	struct build_field *f;

	if (field == UINT32_MAX)
		return ANSWER_YES; /* no memory: evaluate it always */
	f = &b->fields.at[field];
	if (a->field == FIELD_ANY && constant_holds(b, f, a->pred))
		return ANSWER_YES;
	if (f->ncolumns == 0)
		return ANSWER_NO;
	if (!f->constant)
		return ANSWER_ASK;
	return constant_holds(b, f, a->pred) ? ANSWER_YES : ANSWER_NO;
}

/* Note what triggers the last rule. 0: nothing can, it never matches; 1; -1 without memory. */
static int take_triggers(struct binder *b, const struct variant *v, uint32_t group)
{
	const struct plan *plan = &b->rs->plan;
	const struct plan_group *g = &plan->groups.at[v->group];
	struct build_rule *rule = &b->rules.at[b->rules.len - 1];
	size_t before = b->triggers.len;

	rule->always = v->ntriggers == 0 || rule->r.root == BOUND_TRUE;
	for (uint32_t i = 0; !rule->always && i < v->ntriggers; i++) {
		uint32_t atom = plan->triggers.at[v->trigger + i];
		enum answer answer = trigger_answer(b, &plan->atoms.at[g->atom + atom]);
		struct build_trigger *t;

		rule->always = answer == ANSWER_YES;
		if (answer != ANSWER_ASK)
			continue;
		/* a scan marks it, whether the rest of the condition asks for it or not */
		t = use_atom(b, b->field_of[plan->atoms.at[g->atom + atom].field],
			     plan->atoms.at[g->atom + atom].pred) == ATOM_NONE
			    ? NULL
			    : VEC_PUSH(&b->triggers, LIMIT_SIGMA_NODES);
		if (!t)
			return -1;
		*t = (struct build_trigger){ group, atom, (uint32_t)b->rules.len - 1 };
	}
	if (rule->always)
		b->triggers.len = before;
	return rule->always || b->triggers.len > before;
}

/* --- rules ---------------------------------------------------------------------------------- */

static int cmp_u32(const void *x, const void *y)
{
	uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;

	return (a > b) - (a < b);
}

/* Only one element is called EventID: what it is decides. */
static bool event_id_decides(const struct schema *s)
{
	int32_t first = schema_find(s, STR("EventID"), 0);

	return first >= 0 && first == s->wk[WK_EVENT_ID] && schema_find(s, STR("EventID"), (uint32_t)first + 1) < 0;
}

static bool can_have_event_id(const struct plan *plan, const struct variant *v, uint64_t id)
{
	if (v->nevent_ids == VARIANT_ANY_EVENT_ID)
		return true;
	for (uint32_t i = 0; i < v->nevent_ids; i++)
		if (plan->event_ids.at[v->event_id + i] == id)
			return true;
	return false;
}

/* The groups that apply and their variants. */
static bool gather_variants(struct binder *b, const struct event_place *place)
{
	const struct plan *plan = &b->rs->plan;
	uint64_t id;
	bool by_id = place->windows && value_u64(event_wk(b->ev, WK_EVENT_ID), &id) &&
		     event_id_decides(b->ev->schema);

	for (uint32_t i = 0; i < plan->groups.len; i++) {
		const struct plan_group *g = &plan->groups.at[i];

		if (!group_applies(g, place))
			continue;
		if (!push_u32(&b->groups, i))
			return false;
		for (uint32_t k = 0; k < g->nvariants; k++) {
			uint32_t v = plan->members.at[g->variant + k];

			if (by_id && !can_have_event_id(plan, &b->rs->variants.at[v], id))
				continue;
			if (!push_u32(&b->variants, v))
				return false;
		}
	}
	if (b->groups.len > 1 && b->variants.len)
		qsort(b->variants.at, b->variants.len, sizeof *b->variants.at, cmp_u32);
	return true;
}

static uint32_t group_index(const struct binder *b, uint32_t group)
{
	uint32_t i = 0;

	while (b->groups.at[i] != group)
		i++;
	return i;
}

static int bind_variant(struct binder *b, uint32_t number)
{
	const struct variant *v = &b->rs->variants.at[number];
	size_t nodes = b->nodes.len, kids = b->kids.len;
	struct build_rule *rule;
	uint32_t root;
	int r;

	b->variant = v;
	b->variant_stamp++;
	root = fold(b, v->root);
	if (root == FOLD_FAILED)
		return -1;
	if (root == FOLD_FALSE || root == FOLD_TRUE) {
		b->nodes.len = nodes; /* nobody points at them */
		b->kids.len = kids;
	}
	if (root == FOLD_FALSE)
		return 0;
	rule = VEC_PUSH(&b->rules, LIMIT_SIGMA_NODES);
	if (!rule)
		return -1;
	rule->r = (struct bound_rule){ number, root == FOLD_TRUE ? BOUND_TRUE : root };
	r = take_triggers(b, v, group_index(b, v->group));
	if (r == 0)
		b->rules.len--;
	return r < 0 ? -1 : 0;
}

/* --- order ---------------------------------------------------------------------------------- */

/* What it takes to evaluate an atom, roughly in comparisons. */
static double atom_work(const struct binder *b, const struct build_atom *a)
{
	static const uint8_t BY_KIND[] = { [PRED_GLOB] = 1,    [PRED_REGEX] = 80, [PRED_NUMBER] = 4,
					   [PRED_COMPARE] = 4, [PRED_CIDR] = 10,  [PRED_TIMEPART] = 10,
					   [PRED_NULL] = 1,    [PRED_EXISTS] = 1, [PRED_FIELDREF] = 40 };
	const struct pred *p = &b->rs->pool.preds.at[a->pred];
	double work = BY_KIND[p->kind];

	if (p->kind == PRED_GLOB &&
	    ((p->pattern.open_start && p->pattern.open_end) || p->pattern.nsegments > 1))
		work = 8; /* searched, not compared at one end */
	return b->fields.at[a->field].field == FIELD_ANY ? work * 20 : work;
}

static double node_work(const struct binder *b, const struct build_node *node)
{
	double work = 0;

	if (node->n.op == NODE_LEAF)
		return atom_work(b, &b->atoms.at[node->n.first]);
	if (node->n.op == NODE_NOT)
		return b->nodes.at[node->n.first].work;
	for (uint32_t k = 0; k < node->n.n; k++) {
		double kid = b->nodes.at[b->kids.at[node->n.first + k]].work;

		/* the rest of an AND is seldom reached */
		work += node->n.op == NODE_AND && k ? kid / 8 : kid;
	}
	return work;
}

static int cmp_work(const void *x, const void *y, void *ctx)
{
	const struct binder *b = ctx;
	uint32_t p = *(const uint32_t *)x, q = *(const uint32_t *)y;
	double wp = b->nodes.at[p].work, wq = b->nodes.at[q].work;

	return wp < wq ? -1 : wp > wq ? 1 : (p > q) - (p < q);
}

/* Ask what is answered quickest first; operands stand before their node. */
static void order_nodes(struct binder *b)
{
	for (size_t i = 0; i < b->nodes.len; i++) {
		struct build_node *node = &b->nodes.at[i];

		if (node->n.op == NODE_AND || node->n.op == NODE_OR)
			qsort_r(b->kids.at + node->n.first, node->n.n, sizeof *b->kids.at, cmp_work, b);
		node->work = node_work(b, node);
	}
}

/* --- the finished class --------------------------------------------------------------------- */

static uint32_t key_hash(uint32_t field, uint32_t pred)
{
	return (uint32_t)((((uint64_t)field << 32 | pred) * UINT64_C(0x9E3779B97F4A7C15)) >> 32);
}

static bool make_keys(struct binder *b, struct bound_class *c, arena *mem)
{
	uint32_t size = 4, *table;

	while (size < 2 * b->atoms.len)
		size *= 2;
	table = arena_array(mem, size, sizeof *table);
	if (!table)
		return false;
	c->key_mask = size - 1;
	for (uint32_t i = 0; i < b->atoms.len; i++) {
		const struct build_atom *a = &b->atoms.at[i];
		uint32_t at = key_hash(b->fields.at[a->field].field, a->pred) & c->key_mask;

		while (table[at])
			at = (at + 1) & c->key_mask;
		table[at] = i + 1;
	}
	c->by_key = table;
	return true;
}

static bool copy_fields(struct binder *b, struct bound_class *c, arena *mem)
{
	struct bound_field *fields = arena_array(mem, b->fields.len + 1, sizeof *fields);
	uint32_t *columns = arena_array(mem, b->columns.len + 1, sizeof *columns);

	if (!fields || !columns)
		return false;
	if (b->columns.len)
		memcpy(columns, b->columns.at, b->columns.len * sizeof *columns);
	for (uint32_t i = 0; i < b->fields.len; i++) {
		const struct build_field *f = &b->fields.at[i];

		fields[i] = (struct bound_field){ f->field, columns + f->first_column, f->ncolumns };
	}
	c->fields = fields;
	c->nfields = (uint32_t)b->fields.len;
	return true;
}

static bool copy_arrays(struct binder *b, struct bound_class *c, arena *mem)
{
	struct bound_node *nodes = arena_array(mem, b->nodes.len + 1, sizeof *nodes);
	uint32_t *kids = arena_array(mem, b->kids.len + 1, sizeof *kids);
	struct bound_rule *rules = arena_array(mem, b->rules.len + 1, sizeof *rules);
	uint64_t *always = arena_array(mem, b->rules.len / 64 + 1, sizeof *always);

	c->atoms = arena_array(mem, b->atoms.len + 1, sizeof *c->atoms);
	if (!nodes || !kids || !rules || !always || !c->atoms)
		return false;
	for (size_t i = 0; i < b->nodes.len; i++)
		nodes[i] = b->nodes.at[i].n;
	if (b->kids.len)
		memcpy(kids, b->kids.at, b->kids.len * sizeof *kids);
	for (size_t i = 0; i < b->rules.len; i++) {
		rules[i] = b->rules.at[i].r;
		if (b->rules.at[i].always) {
			always[i / 64] |= UINT64_C(1) << i % 64;
			c->nalways++;
		}
	}
	for (uint32_t i = 0; i < b->atoms.len; i++)
		c->atoms[i] = (struct atom){ b->atoms.at[i].field, b->atoms.at[i].pred, false };
	c->nodes = nodes;
	c->kids = kids;
	c->rules = rules;
	c->always = always;
	c->nnodes = (uint32_t)b->nodes.len;
	c->nrules = (uint32_t)b->rules.len;
	c->natoms = (uint32_t)b->atoms.len;
	return true;
}

/* --- what scans mean ------------------------------------------------------------------------- */

/* A hit under construction; hits of all groups stand in b->hits, those of one group together. */
static struct build_hit *add_hit(struct binder *b, uint32_t group_atom, uint32_t atom)
{
	struct build_hit *h = VEC_PUSH(&b->hits, LIMIT_SIGMA_NODES);

	if (h)
		h->hit = (struct bound_hit){ group_atom, atom, PLACE_NONE, 0 };
	return h;
}

/* The atoms of the class that the scans of a group answer, and the triggers besides. */
static bool gather_hits(struct binder *b, struct bound_class *c, uint32_t index)
{
	uint32_t group = b->groups.at[index], known;

	for (uint32_t i = 0; i < b->atoms.len; i++) {
		const struct build_atom *a = &b->atoms.at[i];

		known = plan_find_atom(&b->rs->plan, group, b->fields.at[a->field].field, a->pred);
		if (known == PLAN_NONE)
			continue;
		c->atoms[i].scanned = true;
		if (!add_hit(b, known, i))
			return false;
	}
	return true;
}

static bool make_slots(struct bound_hits *h, uint32_t n, arena *mem)
{
	uint32_t size = 4, *slots;

	while (size < 2 * n)
		size *= 2;
	slots = arena_array(mem, size, sizeof *slots);
	if (!slots)
		return false;
	h->slots = slots;
	h->mask = size - 1;
	for (uint32_t i = 0; i < n; i++) {
		uint32_t at = bound_slot(h->hits[i].group_atom, h->mask);

		while (slots[at])
			at = (at + 1) & h->mask;
		slots[at] = i + 1;
	}
	return true;
}

static bool make_group_hits(struct binder *b, struct bound_class *c, uint32_t index, struct bound_hits *ret,
			    arena *mem)
{
	struct bound_hit *hits;
	size_t n;

	b->hits.len = 0;
	if (!gather_hits(b, c, index))
		return false;
	n = b->hits.len;
	hits = arena_array(mem, n + 1, sizeof *hits);
	for (size_t i = 0; hits && i < n; i++)
		hits[i] = b->hits.at[i].hit;
	ret->hits = hits;
	return hits && make_slots(ret, (uint32_t)n, mem);
}

static struct bound_hit *trigger_hit(struct bound_hits *hits, const struct build_trigger *t)
{
	return (struct bound_hit *)(uintptr_t)bound_hit_of(&hits[t->group], t->atom);
}

/* Lists of rules per hit, by counting. */
static bool make_triggered(struct binder *b, struct bound_class *c, struct bound_hits *hits, arena *mem)
{
	uint32_t *triggered = arena_array(mem, b->triggers.len + 1, sizeof *triggered), at = 0;

	if (!triggered)
		return false;
	for (size_t i = 0; i < b->triggers.len; i++)
		trigger_hit(hits, &b->triggers.at[i])->nrules++;
	for (size_t i = 0; i < b->triggers.len; i++) {
		struct bound_hit *h = trigger_hit(hits, &b->triggers.at[i]);

		if (h->rule != PLACE_NONE)
			continue;
		h->rule = at;
		at += h->nrules;
		h->nrules = 0;
	}
	for (size_t i = 0; i < b->triggers.len; i++) {
		struct bound_hit *h = trigger_hit(hits, &b->triggers.at[i]);

		triggered[h->rule + h->nrules++] = b->triggers.at[i].rule;
	}
	c->triggered = triggered;
	return true;
}

/* The scans that answer the hits of a group, each once, into scans. */
static bool add_scans(struct binder *b, struct bound_class *c, uint32_t index, const struct bound_hits *hits,
		      struct bound_scan *scans, arena *mem)
{
	const struct plan *plan = &b->rs->plan;
	const struct plan_group *g = &plan->groups.at[b->groups.at[index]];
	uint32_t first = c->nscans;

	for (uint32_t slot = 0; slot <= hits->mask; slot++) {
		uint32_t number, i = first;
		const struct build_field *f;

		if (!hits->slots[slot])
			continue;
		number = plan->atoms.at[g->atom + hits->hits[hits->slots[slot] - 1].group_atom].scan;
		while (i < c->nscans && scans[i].number != number)
			i++;
		if (i < c->nscans)
			continue;
		f = &b->fields.at[b->field_of[plan->fields.at[number].field]];
		scans[c->nscans] = (struct bound_scan){ &plan->fields.at[number],
							number,
							b->field_of[plan->fields.at[number].field],
							hits,
							plan->atoms.at + g->atom,
							arena_array(mem, f->ncolumns + 1u, sizeof(void *)) };
		if (!scans[c->nscans++].last)
			return false;
	}
	return true;
}

static bool make_scans(struct binder *b, struct bound_class *c, arena *mem)
{
	struct bound_hits *hits = arena_array(mem, b->groups.len + 1, sizeof *hits);
	struct bound_scan *scans;
	size_t n = 0;

	for (uint32_t i = 0; hits && i < b->groups.len; i++) {
		n += b->rs->plan.groups.at[b->groups.at[i]].nfields;
		if (!make_group_hits(b, c, i, &hits[i], mem))
			return false;
	}
	/* as many as there are fields of the class in each group, at the most */
	n = n < b->groups.len * b->fields.len ? n : b->groups.len * b->fields.len;
	scans = arena_array(mem, n + 1, sizeof *scans);
	if (!hits || !scans || !make_triggered(b, c, hits, mem))
		return false;
	for (uint32_t i = 0; i < b->groups.len; i++)
		if (!add_scans(b, c, i, &hits[i], scans, mem))
			return false;
	c->scans = scans;
	return true;
}

static void clear(struct binder *b)
{
	b->class_stamp++;
	b->fields.len = b->columns.len = b->atoms.len = b->nodes.len = b->kids.len = 0;
	b->texts.len = 0;
	buf_clear(&b->text);
	buf_clear(&b->joined);
	b->rules.len = b->stack.len = b->groups.len = b->variants.len = b->triggers.len = 0;
}

static bool bind_class(struct binder *b, const struct event_place *place, struct bound_class *c, arena *mem)
{
	clear(b);
	if (!gather_variants(b, place))
		return false;
	for (size_t i = 0; i < b->variants.len; i++)
		if (bind_variant(b, b->variants.at[i]) < 0)
			return false;
	order_nodes(b);
	return copy_arrays(b, c, mem) && copy_fields(b, c, mem) && make_keys(b, c, mem) &&
	       make_scans(b, c, mem);
}

int binder_bind(struct binder *b, struct naive *naive, const event *ev, arena *mem, struct bound_class **ret,
		err *e)
{
	struct bound_class *c = arena_alloc(mem, sizeof *c);
	struct event_place place;
	arena texts;
	bool ok;

	arena_init(&texts, LIMIT_VALUE_TEXT * 4);
	b->naive = naive;
	b->ev = ev;
	ok = c && event_place_of(&place, ev, naive->declared, &texts) && bind_class(b, &place, c, mem);
	arena_done(&texts);
	if (!ok)
		return err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "no room to bind rules");
	*ret = c;
	return 0;
}

uint32_t bound_atom(const struct bound_class *c, uint32_t field, uint32_t pred)
{
	for (uint32_t at = key_hash(field, pred) & c->key_mask; c->by_key[at]; at = (at + 1) & c->key_mask) {
		const struct atom *a = &c->atoms[c->by_key[at] - 1];

		if (c->fields[a->field].field == field && a->pred == pred)
			return c->by_key[at] - 1;
	}
	return ATOM_NONE;
}
