#include "detect/bind.h"

#include <math.h>
#include <stdlib.h>

#include "util/limits.h"

/* Answers of fold() besides a node number. */
#define FOLD_FALSE (UINT32_MAX - 1)
#define FOLD_TRUE (UINT32_MAX - 2)
#define FOLD_FAILED (UINT32_MAX - 3)

#define LITERAL_MIN 3u /* shorter ones are in every other value */
#define LINK_NONE UINT32_MAX

typedef VEC(uint32_t) u32_vec;

struct build_field {
	uint32_t field;
	uint32_t first_column, ncolumns; /* in columns */
	bool constant;                   /* same values in every event of the class */
};

struct build_atom {
	uint32_t field, pred;
	uint32_t uses;      /* rules that ask it */
	uint32_t same_pred; /* next atom of that predicate */
	bool trigger;
};

struct build_node {
	struct bound_node n;
	uint32_t mark;
	double cost; /* of its best trigger; infinite if it has none */
	double work; /* to evaluate it */
};

struct build_rule {
	struct bound_rule r;
	bool always;
};

/* Scratch of one binding; arrays per field id, predicate and node are stamped, not cleared. */
struct binder {
	const struct ruleset *rs;
	struct scan_cache *scans;
	uint32_t *field_of, *field_stamp; /* field id to build_field */
	uint32_t *atom_of, *atom_stamp;   /* predicate to its first build_atom */
	uint32_t *node_of, *node_stamp;   /* node to its folded form, per variant */
	uint8_t *unscannable;             /* per predicate: the scanner refused it */
	uint32_t class_stamp, variant_stamp, list_mark;
	VEC(struct build_field) fields;
	u32_vec columns;
	VEC(struct build_atom) atoms;
	VEC(struct build_node) nodes;
	u32_vec kids;
	VEC(struct build_rule) rules;
	u32_vec stack;
	u32_vec pairs_atom, pairs_rule; /* triggers found */
	bool no_scan;                   /* a database could not be made: ask every atom by itself */

	struct naive *naive;
	const event *ev;
	const struct variant *variant;
};

int binder_new(struct binder **ret, const struct ruleset *rs, struct scan_cache *scans, err *e)
{
	struct binder *b = calloc(1, sizeof *b);
	size_t fields = rs->pool.field_ids.len + 1, preds = rs->pool.preds.len + 1;
	size_t nodes = rs->pool.nodes.len + 1;

	if (b) {
		b->rs = rs;
		b->scans = scans;
		b->field_of = calloc(fields, sizeof(uint32_t));
		b->field_stamp = calloc(fields, sizeof(uint32_t));
		b->atom_of = calloc(preds, sizeof(uint32_t));
		b->atom_stamp = calloc(preds, sizeof(uint32_t));
		b->node_of = calloc(nodes, sizeof(uint32_t));
		b->node_stamp = calloc(nodes, sizeof(uint32_t));
		b->unscannable = calloc(preds, 1);
	}
	if (!b || !b->field_of || !b->field_stamp || !b->atom_of || !b->atom_stamp || !b->node_of ||
	    !b->node_stamp || !b->unscannable) {
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
	free(b->unscannable);
	VEC_DONE(&b->fields);
	VEC_DONE(&b->columns);
	VEC_DONE(&b->atoms);
	VEC_DONE(&b->nodes);
	VEC_DONE(&b->kids);
	VEC_DONE(&b->rules);
	VEC_DONE(&b->stack);
	VEC_DONE(&b->pairs_atom);
	VEC_DONE(&b->pairs_rule);
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
	str name = sigma_field_name(&b->rs->pool, field);
	struct build_field *f;
	bool constant;

	if (b->field_stamp[field] == b->class_stamp)
		return b->field_of[field];
	f = VEC_PUSH(&b->fields, LIMIT_SIGMA_FIELDS);
	if (!f)
		return UINT32_MAX;
	*f = (struct build_field){ field, (uint32_t)b->columns.len, 0, true };
	for (uint32_t i = 0; i < s->ncolumns; i++) {
		const struct column *col = &s->columns[i];

		if (!column_is_field(col) || (field != FIELD_ANY && !str_eq(col->name, name)))
			continue;
		constant = col->slot < 0 || is_class_key(s, i);
		if (constant && field == FIELD_ANY)
			continue; /* fold_keyword() asks them once */
		if (!push_u32(&b->columns, i))
			return UINT32_MAX;
		f->ncolumns++;
		f->constant &= constant;
	}
	b->field_stamp[field] = b->class_stamp;
	b->field_of[field] = (uint32_t)b->fields.len - 1;
	return b->field_of[field];
}

static uint32_t use_atom(struct binder *b, uint32_t field, uint32_t pred)
{
	struct build_atom *a;
	uint32_t head = b->atom_stamp[pred] == b->class_stamp ? b->atom_of[pred] : LINK_NONE;

	for (uint32_t i = head; i != LINK_NONE; i = b->atoms.at[i].same_pred) {
		if (b->atoms.at[i].field == field) {
			b->atoms.at[i].uses++;
			return i;
		}
	}
	a = VEC_PUSH(&b->atoms, LIMIT_SIGMA_NODES);
	if (!a)
		return UINT32_MAX;
	*a = (struct build_atom){ field, pred, 1, head, false };
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

/* A keyword that stands in a constant column holds in every event of the class. */
static bool constant_keyword(struct binder *b, uint32_t pred)
{
	const event *ev = b->ev;

	for (uint32_t i = 0; i < ev->schema->ncolumns; i++) {
		const struct column *col = &ev->schema->columns[i];

		if (column_is_field(col) && (col->slot < 0 || is_class_key(ev->schema, i)) &&
		    naive_column(b->naive, ev, i, pred))
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
	if (b->fields.at[field].field == FIELD_ANY && constant_keyword(b, at->n))
		return FOLD_TRUE;
	constant = b->fields.at[field].constant;
	if (constant && p->kind == PRED_FIELDREF && b->fields.at[field].ncolumns) {
		uint32_t other = use_field(b, p->ref);

		if (other == UINT32_MAX)
			return FOLD_FAILED;
		constant = b->fields.at[other].constant;
	}
	if (constant)
		return naive_leaf(b->naive, b->ev, b->fields.at[field].field, at->n, NULL, NULL) ? FOLD_TRUE
												 : FOLD_FALSE;
	atom = use_atom(b, field, at->n);
	return atom == UINT32_MAX ? FOLD_FAILED : add_node(b, (struct bound_node){ NODE_LEAF, atom, 0 });
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

static int fold_variants(struct binder *b, str channel, str event_id)
{
	struct logsource_services services;

	logsource_of_channel(channel, &services);
	for (uint32_t i = 0; i < b->rs->variants.len; i++) {
		const struct variant *v = &b->rs->variants.at[i];
		size_t nodes = b->nodes.len, kids = b->kids.len;
		struct build_rule *rule;
		uint32_t root;

		if (!variant_gate(v, &services, event_id))
			continue;
		b->variant = v;
		b->variant_stamp++;
		root = fold(b, v->root);
		if (root == FOLD_FALSE || root == FOLD_TRUE) {
			b->nodes.len = nodes; /* nobody points at them */
			b->kids.len = kids;
		}
		if (root == FOLD_FALSE)
			continue;
		rule = root == FOLD_FAILED ? NULL : VEC_PUSH(&b->rules, LIMIT_SIGMA_NODES);
		if (!rule)
			return -1;
		rule->r = (struct bound_rule){ i, root == FOLD_TRUE ? BOUND_TRUE : root };
	}
	return 0;
}

/* --- triggers ------------------------------------------------------------------------------- */

/* How often an atom may be expected to hold: what many rules ask for is common, what is long is not.
 * Infinite: it cannot be found by a scan. */
static double atom_cost(const struct binder *b, const struct build_atom *a)
{
	static const double BY_LENGTH[] = { 64, 24, 12, 8, 6, 4, 4, 4, 4, 3 };
	const struct pred *p = &b->rs->pool.preds.at[a->pred];
	double common = 1 + a->uses / 4.0, any = b->fields.at[a->field].field == FIELD_ANY ? 4 : 1;
	size_t len = p->pattern.literal.len;

	if (b->no_scan || b->unscannable[a->pred])
		return INFINITY;
	if (p->kind == PRED_REGEX)
		return memchr(p->regex.pattern.ptr, 0, p->regex.pattern.len) || !regex_is_ascii(p->regex.pattern) ? INFINITY
										       : 16 * common * any;
	if (p->kind != PRED_GLOB || p->cased || len < LITERAL_MIN)
		return INFINITY;
	len -= LITERAL_MIN;
	if (!p->pattern.open_start && !p->pattern.open_end)
		any /= 2;
	return (len < COUNT(BY_LENGTH) ? BY_LENGTH[len] : 2) * common * any;
}

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

/* Costs of all nodes; operands stand before their node. */
static void cost_nodes(struct binder *b)
{
	for (size_t i = 0; i < b->nodes.len; i++) {
		struct build_node *node = &b->nodes.at[i];

		node->cost = node->n.op == NODE_OR ? 0 : INFINITY;
		if (node->n.op == NODE_LEAF)
			node->cost = atom_cost(b, &b->atoms.at[node->n.first]);
		if (node->n.op == NODE_LEAF || node->n.op == NODE_NOT)
			continue;
		for (uint32_t k = 0; k < node->n.n; k++) {
			double cost = b->nodes.at[b->kids.at[node->n.first + k]].cost;

			if (node->n.op == NODE_OR)
				node->cost += cost;
			else if (cost < node->cost)
				node->cost = cost;
		}
	}
}

/* Note the atoms of the best trigger of a node for rule `rule`. Depth is that of the condition. */
static int take_trigger(struct binder *b, uint32_t id, uint32_t rule)
{
	const struct bound_node *n = &b->nodes.at[id].n;

	if (n->op == NODE_LEAF) {
		b->atoms.at[n->first].trigger = true;
		return push_u32(&b->pairs_atom, n->first) && push_u32(&b->pairs_rule, rule) ? 0 : -1;
	}
	for (uint32_t k = 0; k < n->n; k++) {
		uint32_t kid = b->kids.at[n->first + k];

		if (n->op == NODE_AND && b->nodes.at[kid].cost > b->nodes.at[id].cost)
			continue;
		if (take_trigger(b, kid, rule) < 0)
			return -1;
		if (n->op == NODE_AND)
			return 0;
	}
	return 0;
}

/* A rule without a trigger is asked of every event: let the scan answer what it can. Depth is that of
 * the condition. */
static void scan_all(struct binder *b, uint32_t id)
{
	const struct bound_node *n = &b->nodes.at[id].n;

	if (n->op == NODE_LEAF) {
		struct build_atom *a = &b->atoms.at[n->first];

		a->trigger |= b->rs->pool.preds.at[a->pred].kind == PRED_GLOB && !isinf(b->nodes.at[id].cost);
	} else if (n->op == NODE_NOT) {
		scan_all(b, n->first);
	} else {
		for (uint32_t k = 0; k < n->n; k++)
			scan_all(b, b->kids.at[n->first + k]);
	}
}

static int take_triggers(struct binder *b)
{
	order_nodes(b);
	cost_nodes(b);
	for (uint32_t i = 0; i < b->rules.len; i++) {
		struct build_rule *rule = &b->rules.at[i];

		rule->always = rule->r.root == BOUND_TRUE || isinf(b->nodes.at[rule->r.root].cost);
		if (rule->always && rule->r.root != BOUND_TRUE)
			scan_all(b, rule->r.root);
		if (!rule->always && take_trigger(b, rule->r.root, i) < 0)
			return -1;
	}
	return 0;
}

/* --- the finished class --------------------------------------------------------------------- */

/* Lists of rules per atom, by counting. */
static bool copy_triggered(struct binder *b, struct bound_class *c, arena *mem)
{
	size_t n = b->pairs_atom.len;
	uint32_t *triggered = arena_array(mem, n + 1, sizeof *triggered);
	uint32_t at = 0;

	if (!triggered)
		return false;
	for (size_t i = 0; i < n; i++)
		c->atoms[b->pairs_atom.at[i]].nrules++;
	for (uint32_t i = 0; i < c->natoms; i++) {
		c->atoms[i].first_rule = at;
		at += c->atoms[i].nrules;
		c->atoms[i].nrules = 0;
	}
	for (size_t i = 0; i < n; i++) {
		struct atom *a = &c->atoms[b->pairs_atom.at[i]];

		triggered[a->first_rule + a->nrules++] = b->pairs_rule.at[i];
	}
	c->triggered = triggered;
	return true;
}

static int cmp_key(const void *x, const void *y, void *ctx)
{
	const struct binder *b = ctx;
	const struct build_atom *p = &b->atoms.at[*(const uint32_t *)x];
	const struct build_atom *q = &b->atoms.at[*(const uint32_t *)y];
	uint32_t fp = b->fields.at[p->field].field, fq = b->fields.at[q->field].field;

	if (fp != fq)
		return fp < fq ? -1 : 1;
	return (p->pred > q->pred) - (p->pred < q->pred);
}

static bool copy_arrays(struct binder *b, struct bound_class *c, arena *mem)
{
	struct bound_node *nodes = arena_array(mem, b->nodes.len + 1, sizeof *nodes);
	uint32_t *kids = arena_array(mem, b->kids.len + 1, sizeof *kids);
	struct bound_rule *rules = arena_array(mem, b->rules.len + 1, sizeof *rules);
	uint64_t *always = arena_array(mem, b->rules.len / 64 + 1, sizeof *always);
	uint32_t *by_key = arena_array(mem, b->atoms.len + 1, sizeof *by_key);

	c->atoms = arena_array(mem, b->atoms.len + 1, sizeof *c->atoms);
	if (!nodes || !kids || !rules || !always || !by_key || !c->atoms)
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
	for (uint32_t i = 0; i < b->atoms.len; i++) {
		const struct build_atom *a = &b->atoms.at[i];

		c->atoms[i] = (struct atom){ .field = a->field, .pred = a->pred, .scanned = a->trigger };
		by_key[i] = i;
	}
	qsort_r(by_key, b->atoms.len, sizeof *by_key, cmp_key, b);
	c->nodes = nodes;
	c->kids = kids;
	c->rules = rules;
	c->always = always;
	c->by_key = by_key;
	c->nnodes = (uint32_t)b->nodes.len;
	c->nrules = (uint32_t)b->rules.len;
	c->natoms = (uint32_t)b->atoms.len;
	return copy_triggered(b, c, mem);
}

static str literal_of(const struct binder *b, uint32_t atom)
{
	return b->rs->pool.preds.at[b->atoms.at[atom].pred].pattern.literal;
}

static int cmp_literal(const void *x, const void *y, void *ctx)
{
	uint32_t p = *(const uint32_t *)x, q = *(const uint32_t *)y;
	int r = str_cmp(literal_of(ctx, p), literal_of(ctx, q));

	return r ? r : (p > q) - (p < q);
}

static int cmp_regex(const void *x, const void *y, void *ctx)
{
	const struct binder *b = ctx;
	uint32_t p = b->atoms.at[*(const uint32_t *)x].pred;
	uint32_t q = b->atoms.at[*(const uint32_t *)y].pred;

	return (p > q) - (p < q);
}

/* Trigger atoms of a field, of one kind, on b->stack; the caller resets it. */
static bool gather(struct binder *b, uint32_t field, enum pred_kind kind)
{
	b->stack.len = 0;
	for (uint32_t i = 0; i < b->atoms.len; i++)
		if (b->atoms.at[i].trigger && b->atoms.at[i].field == field &&
		    b->rs->pool.preds.at[b->atoms.at[i].pred].kind == kind && !push_u32(&b->stack, i))
			return false;
	return true;
}

/* Does it hold a character that no number, time, GUID, SID or binary value shows? */
static bool is_text_literal(str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!strchr("0123456789abcdefxstz-:.,+ ", s.ptr[i]))
			return true;
	return false;
}

/* The literal database of a field: atoms with the same literal share a pattern. */
static int make_literals(struct binder *b, struct bound_field *f, uint32_t field, arena *mem)
{
	struct scan_pattern *p;
	uint32_t *first, *atoms, n = 0;
	int bad;

	if (!gather(b, field, PRED_GLOB))
		return -1;
	if (b->stack.len == 0)
		return 0;
	p = calloc(b->stack.len, sizeof *p);
	first = arena_array(mem, b->stack.len + 1, sizeof *first);
	atoms = arena_array(mem, b->stack.len, sizeof *atoms);
	if (!p || !first || !atoms) {
		free(p);
		return -1;
	}
	qsort_r(b->stack.at, b->stack.len, sizeof *atoms, cmp_literal, b);
	for (size_t i = 0; i < b->stack.len; i++) {
		str literal = literal_of(b, b->stack.at[i]);

		atoms[i] = b->stack.at[i];
		if (n == 0 || !str_eq(p[n - 1].text, literal)) {
			first[n] = (uint32_t)i;
			p[n++].text = literal;
		}
	}
	first[n] = (uint32_t)b->stack.len;
	f->text_only = true;
	for (uint32_t i = 0; i < n; i++)
		f->text_only &= is_text_literal(p[i].text);
	f->hit_first = first;
	f->hit_atoms = atoms;
	f->db = scan_db_get(b->scans, p, n, false, &bad);
	free(p);
	b->no_scan |= f->db == NULL;
	return f->db ? 0 : 1;
}

static int make_regexes(struct binder *b, struct bound_field *f, uint32_t field, arena *mem)
{
	struct scan_pattern *p;
	uint32_t *atoms;
	int bad;

	if (!gather(b, field, PRED_REGEX))
		return -1;
	if (b->stack.len == 0)
		return 0;
	p = calloc(b->stack.len, sizeof *p);
	atoms = arena_array(mem, b->stack.len, sizeof *atoms);
	if (!p || !atoms) {
		free(p);
		return -1;
	}
	qsort_r(b->stack.at, b->stack.len, sizeof *atoms, cmp_regex, b);
	for (size_t i = 0; i < b->stack.len; i++) {
		const struct pred *pred = &b->rs->pool.preds.at[b->atoms.at[b->stack.at[i]].pred];

		atoms[i] = b->stack.at[i];
		p[i] = (struct scan_pattern){ pred->regex.pattern, pred->regex.flags };
	}
	f->regex_atom = atoms;
	f->nregexes = (uint32_t)b->stack.len;
	f->text_only = false;
	f->regex_db = scan_db_get(b->scans, p, b->stack.len, true, &bad);
	free(p);
	if (!f->regex_db && bad >= 0 && (size_t)bad < b->stack.len)
		b->unscannable[b->atoms.at[atoms[bad]].pred] = 1;
	else
		b->no_scan |= f->regex_db == NULL;
	return f->regex_db ? 0 : 1;
}

/* 0; -1 without memory; 1: what cannot be scanned is now known, begin again. */
static int copy_fields(struct binder *b, struct bound_class *c, arena *mem)
{
	struct bound_field *fields = arena_array(mem, b->fields.len + 1, sizeof *fields);
	uint32_t *scans = arena_array(mem, b->fields.len + 1, sizeof *scans);
	uint32_t *columns = arena_array(mem, b->columns.len + 1, sizeof *columns);

	if (!fields || !scans || !columns)
		return -1;
	if (b->columns.len)
		memcpy(columns, b->columns.at, b->columns.len * sizeof *columns);
	for (uint32_t i = 0; i < b->fields.len; i++) {
		const struct build_field *f = &b->fields.at[i];
		int r;

		fields[i].field = f->field;
		fields[i].columns = columns + f->first_column;
		fields[i].ncolumns = f->ncolumns;
		r = make_literals(b, &fields[i], i, mem);
		if (r == 0)
			r = make_regexes(b, &fields[i], i, mem);
		if (r)
			return r;
		if (fields[i].db || fields[i].regex_db)
			scans[c->nscans++] = i;
	}
	c->fields = fields;
	c->scans = scans;
	c->nfields = (uint32_t)b->fields.len;
	return 0;
}

static void clear(struct binder *b)
{
	b->class_stamp++;
	b->fields.len = b->columns.len = b->atoms.len = b->nodes.len = b->kids.len = 0;
	b->rules.len = b->stack.len = b->pairs_atom.len = b->pairs_rule.len = 0;
}

/* 0; -1 without room; 1: begin again, see copy_fields(). */
static int bind_once(struct binder *b, str channel, str event_id, arena *mem, struct bound_class **ret)
{
	struct bound_class *c = arena_alloc(mem, sizeof *c);

	clear(b);
	*ret = c;
	if (!c || fold_variants(b, channel, event_id) < 0 || take_triggers(b) < 0 || !copy_arrays(b, c, mem))
		return -1;
	return copy_fields(b, c, mem);
}

int binder_bind(struct binder *b, struct naive *naive, const event *ev, bool scanning, arena *mem,
		struct bound_class **ret, err *e)
{
	struct bound_class *c = NULL;
	str channel, event_id;
	arena texts;
	int r;

	arena_init(&texts, LIMIT_VALUE_TEXT * 4);
	channel = value_str(event_wk(ev, WK_CHANNEL), &texts);
	event_id = value_str(event_wk(ev, WK_EVENT_ID), &texts);
	b->naive = naive;
	b->ev = ev;
	b->no_scan = !scanning;
	r = channel.ptr && event_id.ptr ? 1 : -1;
	while (r > 0)
		r = bind_once(b, channel, event_id, mem, &c);
	arena_done(&texts);
	if (r < 0)
		return err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "no room to bind rules");
	c->scanning = scanning; /* also where it failed: it is not tried again */
	*ret = c;
	return 0;
}

uint32_t bound_atom(const struct bound_class *c, uint32_t field, uint32_t pred)
{
	uint32_t lo = 0, hi = c->natoms;

	while (lo < hi) {
		uint32_t mid = (lo + hi) / 2;
		const struct atom *a = &c->atoms[c->by_key[mid]];
		uint32_t f = c->fields[a->field].field;

		if (f == field && a->pred == pred)
			return c->by_key[mid];
		if (f < field || (f == field && a->pred < pred))
			lo = mid + 1;
		else
			hi = mid;
	}
	return UINT32_MAX;
}
