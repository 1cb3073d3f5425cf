#include "detect/bind.h"

#include <stdlib.h>

#include "util/limits.h"

/* Answers of fold() besides a node number. */
#define FOLD_FALSE (UINT32_MAX - 1)
#define FOLD_TRUE (UINT32_MAX - 2)
#define FOLD_FAILED (UINT32_MAX - 3)

typedef VEC(uint32_t) u32_vec;

struct build_node {
	struct bound_node n;
	uint32_t mark;
	double work; /* to evaluate it */
};

struct field_column { /* a column carries a field */
	uint32_t field, column;
};

/* Scratch; arrays per node are stamped, not cleared. */
struct binder {
	const struct ruleset *rs;

	/* of a class */
	VEC(struct field_column) carried;
	VEC(struct bound_group) groups;
	VEC(struct bound_scan) scans, constants;

	/* of a program */
	uint32_t *node_of, *node_stamp; /* node to its folded form */
	uint32_t stamp, list_mark;
	VEC(struct build_node) nodes;
	u32_vec kids, stack;
	struct naive *naive;
	const struct bound_class *c;
	const event *ev;
	const struct variant *variant;
	struct bound_atoms *atoms;
};

int binder_new(struct binder **ret, const struct ruleset *rs, err *e)
{
	struct binder *b = calloc(1, sizeof *b);
	size_t nodes = rs->pool.nodes.len + 1;

	if (b) {
		b->rs = rs;
		b->node_of = calloc(nodes, sizeof(uint32_t));
		b->node_stamp = calloc(nodes, sizeof(uint32_t));
	}
	if (!b || !b->node_of || !b->node_stamp) {
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
	VEC_DONE(&b->carried);
	VEC_DONE(&b->groups);
	VEC_DONE(&b->scans);
	VEC_DONE(&b->constants);
	free(b->node_of);
	free(b->node_stamp);
	VEC_DONE(&b->nodes);
	VEC_DONE(&b->kids);
	VEC_DONE(&b->stack);
	free(b);
}

static bool push_u32(u32_vec *vec, uint32_t v)
{
	uint32_t *p = VEC_PUSH(vec, LIMIT_SIGMA_NODES);

	if (p)
		*p = v;
	return p != NULL;
}

/* --- atoms ---------------------------------------------------------------------------------- */

uint32_t bound_atom_put(struct bound_atoms *a, uint32_t field, uint32_t pred)
{
	struct bound_atom key = { field, pred }, *at;
	bool is_new;
	struct map_entry *entry =
		map_put(&a->ids, (str){ (const char *)&key, sizeof key }, a->list.len, &is_new);

	if (!entry || !is_new)
		return entry ? (uint32_t)entry->value : UINT32_MAX;
	at = VEC_PUSH(&a->list, LIMIT_SIGMA_NODES);
	if (!at)
		return UINT32_MAX;
	*at = key;
	return (uint32_t)entry->value;
}

uint32_t bound_atom_get(const struct bound_atoms *a, uint32_t field, uint32_t pred)
{
	struct bound_atom key = { field, pred };
	const struct map_entry *entry = map_get(&a->ids, (str){ (const char *)&key, sizeof key });

	return entry && entry->value < a->list.len ? (uint32_t)entry->value : UINT32_MAX;
}

/* --- fields of a class ---------------------------------------------------------------------- */

static bool is_class_key(const struct schema *s, uint32_t col)
{
	return s->wk[WK_CHANNEL] == (int32_t)col || s->wk[WK_PROVIDER] == (int32_t)col ||
	       s->wk[WK_EVENT_ID] == (int32_t)col;
}

static bool is_constant(const struct schema *s, uint32_t col)
{
	return s->columns[col].slot < 0 || is_class_key(s, col);
}

static bool carry(struct binder *b, uint32_t field, uint32_t column)
{
	struct field_column *fc = VEC_PUSH(&b->carried, LIMIT_SIGMA_NODES);

	if (fc)
		*fc = (struct field_column){ field, column };
	return fc != NULL;
}

/* The fields of rules that a column carries: by its name, and by other names that rules have for it. */
static bool carry_column(struct binder *b, const struct schema *s, uint32_t column)
{
	const struct column *col = &s->columns[column];
	const struct map_entry *entry = map_get(&b->rs->pool.field_ids, col->name);
	str name;

	if (column_is_line(col))
		return carry(b, FIELD_ANY, column);
	if (!column_is_field(col))
		return true;
	if (!is_constant(s, column) && !carry(b, FIELD_ANY, column))
		return false;
	if (entry && entry->value != FIELD_ANY && !carry(b, (uint32_t)entry->value, column))
		return false;
	for (size_t pos = 0; s->dataset.len && logsource_aliased(s->dataset, col->name, &pos, &name);) {
		entry = str_eq(name, col->name) ? NULL : map_get(&b->rs->pool.field_ids, name);
		if (entry && !carry(b, (uint32_t)entry->value, column))
			return false;
	}
	return true;
}

static int cmp_carried(const void *x, const void *y)
{
	const struct field_column *a = x, *b = y;

	if (a->field != b->field)
		return a->field < b->field ? -1 : 1;
	return (a->column > b->column) - (a->column < b->column);
}

static uint32_t field_slot(uint32_t field, uint32_t mask)
{
	return field * 0x9E3779B1u >> 8 & mask;
}

static bool make_slots(struct bound_class *c, arena *mem)
{
	uint32_t size = 4, *slots;

	while (size < 2 * c->nfields)
		size *= 2;
	slots = arena_array(mem, size, sizeof *slots);
	if (!slots)
		return false;
	c->field_slots = slots;
	c->field_mask = size - 1;
	for (uint32_t i = 0; i < c->nfields; i++) {
		uint32_t at = field_slot(c->fields[i].field, c->field_mask);

		while (slots[at])
			at = (at + 1) & c->field_mask;
		slots[at] = i + 1;
	}
	return true;
}

const struct bound_field *bound_field_of(const struct bound_class *c, uint32_t field)
{
	for (uint32_t at = field_slot(field, c->field_mask); c->field_slots[at]; at = (at + 1) & c->field_mask)
		if (c->fields[c->field_slots[at] - 1].field == field)
			return &c->fields[c->field_slots[at] - 1];
	return NULL;
}

static bool make_fields(struct binder *b, const struct schema *s, struct bound_class *c, arena *mem)
{
	struct bound_field *fields;
	uint32_t *columns;

	b->carried.len = 0;
	for (uint32_t i = 0; i < s->ncolumns; i++)
		if (!carry_column(b, s, i))
			return false;
	if (b->carried.len)
		qsort(b->carried.at, b->carried.len, sizeof *b->carried.at, cmp_carried);
	fields = arena_array(mem, b->carried.len + 1, sizeof *fields);
	columns = arena_array(mem, b->carried.len + 1, sizeof *columns);
	if (!fields || !columns)
		return false;
	for (size_t i = 0; i < b->carried.len; i++) {
		const struct field_column *fc = &b->carried.at[i];
		struct bound_field *f = &fields[c->nfields ? c->nfields - 1 : 0];

		if (c->nfields == 0 || f->field != fc->field) {
			f = &fields[c->nfields++];
			*f = (struct bound_field){ fc->field, columns + i, 0, true };
		}
		columns[i] = fc->column;
		f->ncolumns++;
		f->constant &= is_constant(s, fc->column);
	}
	c->fields = fields;
	return make_slots(c, mem);
}

/* --- groups and scans of a class ------------------------------------------------------------ */

/* Only one element is called EventID: what it is decides. */
static bool event_id_decides(const struct schema *s)
{
	int32_t first = schema_find(s, STR("EventID"), 0);

	return first >= 0 && first == s->wk[WK_EVENT_ID] &&
	       schema_find(s, STR("EventID"), (uint32_t)first + 1) < 0;
}

/* Which events a class is, for plan_has_event(). */
struct class_events {
	bool decided;
	uint64_t id;
};

static bool can_have(const struct binder *b, const struct class_events *ce, const struct plan_events *e)
{
	return !ce->decided || plan_has_event(&b->rs->plan, e, ce->id);
}

/* The columns of constants, for keywords. */
static bool constant_columns(const struct schema *s, const uint32_t **ret, uint32_t *ret_n, arena *mem)
{
	uint32_t *columns = arena_array(mem, s->ncolumns + 1u, sizeof *columns);

	*ret = columns;
	*ret_n = 0;
	for (uint32_t i = 0; columns && i < s->ncolumns; i++)
		if (column_is_field(&s->columns[i]) && is_constant(s, i))
			columns[(*ret_n)++] = i;
	return columns != NULL;
}

static bool add_scan(struct binder *b, const struct bound_group *g, uint32_t number, bool constant,
		     const uint32_t *columns, uint32_t ncolumns, arena *mem)
{
	const struct plan *plan = &b->rs->plan;
	struct bound_scan *s = constant ? VEC_PUSH(&b->constants, LIMIT_SIGMA_NODES)
					: VEC_PUSH(&b->scans, LIMIT_SIGMA_NODES);

	if (!s)
		return false;
	*s = (struct bound_scan){ .plan = &plan->fields.at[number],
				  .number = number,
				  .atom = plan->groups.at[g->number].atom,
				  .bit = g->bit,
				  .columns = columns,
				  .ncolumns = ncolumns,
				  .last = arena_array(mem, ncolumns + 1u, sizeof(void *)) };
	return s->last != NULL;
}

static bool add_scans(struct binder *b, const struct schema *s, const struct bound_class *c,
		      const struct class_events *ce, const struct bound_group *g, arena *mem)
{
	const struct plan_group *pg = &b->rs->plan.groups.at[g->number];
	const uint32_t *columns;
	uint32_t n;

	for (uint32_t i = pg->field; i < pg->field + pg->nfields; i++) {
		const struct plan_field *pf = &b->rs->plan.fields.at[i];
		const struct bound_field *f = bound_field_of(c, pf->field);

		if (!can_have(b, ce, &pf->events))
			continue;
		if (f && !add_scan(b, g, i, f->constant, f->columns, f->ncolumns, mem))
			return false;
		if (pf->field == FIELD_ANY && (!constant_columns(s, &columns, &n, mem) ||
					       !add_scan(b, g, i, true, columns, n, mem)))
			return false;
	}
	return true;
}

static bool add_groups(struct binder *b, const struct event_place *place, struct bound_class *c)
{
	const struct plan *plan = &b->rs->plan;

	for (uint32_t i = 0; i < plan->groups.len; i++) {
		struct bound_group *g;

		if (!group_applies(&plan->groups.at[i], place))
			continue;
		g = VEC_PUSH(&b->groups, LIMIT_SIGMA_GROUPS);
		if (!g)
			return false;
		*g = (struct bound_group){ i, c->nbits, plan->groups.at[i].nvariants };
		c->nbits += g->nbits;
	}
	return true;
}

/* Members without a trigger that the events of the class can match. */
static void add_always(const struct binder *b, struct bound_class *c, const struct class_events *ce,
		       const struct bound_group *g)
{
	const struct plan *plan = &b->rs->plan;
	const struct plan_group *pg = &plan->groups.at[g->number];

	for (uint32_t i = 0; i < pg->nalways; i++) {
		uint32_t member = plan->alwayses.at[pg->always + i], bit = g->bit + member;

		if (can_have(b, ce, &b->rs->variants.at[plan->members.at[pg->variant + member]].events))
			c->always[bit / 64] |= UINT64_C(1) << bit % 64;
	}
}

static void *copy(arena *mem, const void *from, size_t n, size_t size)
{
	void *to = arena_array(mem, n + 1, size);

	if (to && n)
		memcpy(to, from, n * size);
	return to;
}

static bool copy_scans(struct binder *b, struct bound_class *c, arena *mem)
{
	struct bound_scan *scans = arena_array(mem, b->scans.len + b->constants.len + 1, sizeof *scans);

	if (!scans)
		return false;
	if (b->scans.len)
		memcpy(scans, b->scans.at, b->scans.len * sizeof *scans);
	if (b->constants.len)
		memcpy(scans + b->scans.len, b->constants.at, b->constants.len * sizeof *scans);
	c->scans = scans;
	c->nscans = (uint32_t)b->scans.len;
	c->nconstants = (uint32_t)b->constants.len;
	return true;
}

static bool bind_class(struct binder *b, const event *ev, const struct event_place *place, struct bound_class *c,
		       arena *mem)
{
	struct class_events ce = { 0 };

	b->groups.len = b->scans.len = b->constants.len = 0;
	ce.decided = place->windows && event_id_decides(ev->schema) &&
		     value_u64(event_wk(ev, WK_EVENT_ID), &ce.id);
	if (!add_groups(b, place, c) || !make_fields(b, ev->schema, c, mem))
		return false;
	c->always = arena_array(mem, c->nbits / 64 + 1, sizeof *c->always);
	c->programs = arena_array(mem, c->nbits + 1u, sizeof(void *));
	if (!c->always || !c->programs)
		return false;
	for (size_t i = 0; i < b->groups.len; i++) {
		if (!add_scans(b, ev->schema, c, &ce, &b->groups.at[i], mem))
			return false;
		add_always(b, c, &ce, &b->groups.at[i]);
	}
	c->ngroups = (uint32_t)b->groups.len;
	c->groups = copy(mem, b->groups.at, b->groups.len, sizeof *b->groups.at);
	return c->groups && copy_scans(b, c, mem);
}

int binder_bind(struct binder *b, const struct naive *naive, const event *ev, arena *mem,
		struct bound_class **ret, err *e)
{
	struct bound_class *c = arena_alloc(mem, sizeof *c);
	struct event_place place;
	arena texts;
	bool ok;

	arena_init(&texts, LIMIT_VALUE_TEXT * 4);
	ok = c && event_place_of(&place, ev, naive->declared, &texts) && bind_class(b, ev, &place, c, mem);
	arena_done(&texts);
	if (!ok)
		return err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "no room to bind rules");
	*ret = c;
	return 0;
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

static uint32_t decided(bool holds)
{
	return holds ? FOLD_TRUE : FOLD_FALSE;
}

/* A keyword that stands in a constant column holds in every event of the class. */
static bool constant_keyword(struct binder *b, uint32_t pred)
{
	const event *ev = b->ev;

	for (uint32_t i = 0; i < ev->schema->ncolumns; i++)
		if (column_is_field(&ev->schema->columns[i]) && is_constant(ev->schema, i) &&
		    naive_column(b->naive, ev, i, pred))
			return true;
	return false;
}

/* What a predicate says of a field that the events do not have. */
static uint32_t absent(const struct pred *p)
{
	return decided(p->kind == PRED_NULL || (p->kind == PRED_EXISTS && !p->want));
}

/* Is everything constant that the predicate looks at? */
static bool all_constant(const struct binder *b, const struct bound_field *f, const struct pred *p)
{
	const struct bound_field *other;

	if (!f->constant || p->kind != PRED_FIELDREF)
		return f->constant;
	other = bound_field_of(b->c, p->ref);
	return !other || other->constant;
}

static uint32_t fold_leaf(struct binder *b, const struct sigma_node *at)
{
	const struct pred *p = &b->rs->pool.preds.at[at->n];
	uint32_t field = variant_field(b->variant, at->first), atom;
	const struct bound_field *f = bound_field_of(b->c, field);

	if (field == FIELD_ANY && constant_keyword(b, at->n))
		return FOLD_TRUE;
	if (!f)
		return absent(p);
	if (all_constant(b, f, p))
		return decided(naive_leaf(b->naive, b->ev, field, at->n, NULL, NULL));
	atom = plan_find_atom(&b->rs->plan, b->variant->group, field, at->n);
	if (atom != PLAN_NONE)
		return add_node(b, (struct bound_node){ BOUND_SCANNED,
							b->rs->plan.groups.at[b->variant->group].atom + atom,
							0 });
	atom = bound_atom_put(b->atoms, field, at->n);
	return atom == UINT32_MAX
		       ? FOLD_FAILED
		       : add_node(b, (struct bound_node){ NODE_LEAF, atom, (uint32_t)(f - b->c->fields) });
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

	if (b->node_stamp[id] == b->stamp)
		return b->node_of[id];
	if (at->op == NODE_LEAF)
		r = fold_leaf(b, at);
	else
		r = at->op == NODE_NOT ? fold_not(b, at) : fold_list(b, at);
	b->node_stamp[id] = b->stamp;
	b->node_of[id] = r;
	return r;
}

/* --- order ---------------------------------------------------------------------------------- */

/* What it takes to evaluate an atom, roughly in comparisons. */
static double atom_work(const struct binder *b, const struct bound_atom *a)
{
	static const uint8_t BY_KIND[] = { [PRED_GLOB] = 1,    [PRED_REGEX] = 80, [PRED_NUMBER] = 4,
					   [PRED_COMPARE] = 4, [PRED_CIDR] = 10,  [PRED_TIMEPART] = 10,
					   [PRED_NULL] = 1,    [PRED_EXISTS] = 1, [PRED_FIELDREF] = 40 };
	const struct pred *p = &b->rs->pool.preds.at[a->pred];
	double work = BY_KIND[p->kind];

	if (p->kind == PRED_GLOB &&
	    ((p->pattern.open_start && p->pattern.open_end) || p->pattern.nsegments > 1))
		work = 8; /* searched, not compared at one end */
	return a->field == FIELD_ANY ? work * 20 : work;
}

static double node_work(const struct binder *b, const struct build_node *node)
{
	double work = 0;

	if (node->n.op == NODE_LEAF)
		return atom_work(b, &b->atoms->list.at[node->n.first]);
	if (node->n.op == BOUND_SCANNED)
		return 0.5;
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

/* --- programs ------------------------------------------------------------------------------- */

static bool copy_program(struct binder *b, struct bound_program *p, uint32_t root, arena *mem)
{
	struct bound_node *nodes;
	uint32_t *kids;

	p->constant = root == FOLD_TRUE || root == FOLD_FALSE;
	p->value = root == FOLD_TRUE;
	if (p->constant)
		return true;
	/* operands stand before their node, and what was folded after the root is gone */
	p->nnodes = root + 1;
	nodes = arena_array(mem, p->nnodes, sizeof *nodes);
	kids = copy(mem, b->kids.at, b->kids.len, sizeof *kids);
	for (uint32_t i = 0; nodes && i < p->nnodes; i++)
		nodes[i] = b->nodes.at[i].n;
	p->nodes = nodes;
	p->kids = kids;
	return nodes && kids;
}

const struct bound_program *binder_program(struct binder *b, struct naive *naive, const struct bound_class *c,
					   const event *ev, const struct variant *v, struct bound_atoms *atoms,
					   arena *mem)
{
	struct bound_program *p = arena_alloc(mem, sizeof *p);
	uint32_t root;

	b->naive = naive;
	b->c = c;
	b->ev = ev;
	b->variant = v;
	b->atoms = atoms;
	b->nodes.len = b->kids.len = b->stack.len = 0;
	b->stamp++;
	root = p ? fold(b, v->root) : FOLD_FAILED;
	if (root == FOLD_FAILED)
		return NULL;
	order_nodes(b);
	return copy_program(b, p, root, mem) ? p : NULL;
}
