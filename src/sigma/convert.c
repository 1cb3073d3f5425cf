/* convert.c - renames and conversions of values for extended gates. Every leaf of the rule becomes what
 * its sources know of it; a leaf under a negation becomes what they know against it. */
#include "sigma/convert.h"

#include <stdio.h>

#include "sigma/convert_priv.h"
#include "sigma/fold.h"
#include "sigma/show.h"
#include "util/limits.h"

/* --- nodes ---------------------------------------------------------------------------------- */

static uint32_t list_of(struct converter *c, enum node_op op, const uint32_t *ids, size_t n)
{
	uint32_t node = sigma_list(c->pool, op, ids, n);

	if (node == UINT32_MAX && c->e && c->e->code == ERR_NONE)
		err_set(c->e, ERR_LIMIT, ERR_NO_OFFSET, "too many rules");
	return node;
}

uint32_t conv_true(struct converter *c)
{
	return list_of(c, NODE_AND, NULL, 0);
}

uint32_t conv_false(struct converter *c)
{
	return list_of(c, NODE_OR, NULL, 0);
}

static bool is_empty(const struct converter *c, uint32_t node, enum node_op op)
{
	return node != UINT32_MAX && c->pool->nodes.at[node].op == op && c->pool->nodes.at[node].n == 0;
}

/* Of two, without what changes nothing. */
static uint32_t pair_of(struct converter *c, enum node_op op, uint32_t a, uint32_t b)
{
	const uint32_t ids[] = { a, b };
	enum node_op decides = op == NODE_AND ? NODE_OR : NODE_AND;

	if (is_empty(c, a, op) || is_empty(c, b, decides))
		return b;
	if (is_empty(c, b, op) || is_empty(c, a, decides))
		return a;
	return list_of(c, op, ids, 2);
}

uint32_t conv_and(struct converter *c, uint32_t a, uint32_t b)
{
	return pair_of(c, NODE_AND, a, b);
}

uint32_t conv_or(struct converter *c, uint32_t a, uint32_t b)
{
	return pair_of(c, NODE_OR, a, b);
}

uint32_t conv_not(struct converter *c, uint32_t a)
{
	return sigma_not(c->pool, a);
}

static uint32_t leaf_of(struct converter *c, const char *field, uint32_t pred)
{
	return sigma_leaf(c->pool, sigma_field(c->pool, str_of(field)), pred);
}

uint32_t conv_exists(struct converter *c, const char *field)
{
	const struct pred exists = { .kind = PRED_EXISTS, .want = true };

	return leaf_of(c, field, sigma_pred(c->pool, &exists, NULL, 0, c->e));
}

uint32_t conv_glob(struct converter *c, const char *field, const uint32_t *elems, size_t n, bool cased)
{
	const struct pred glob = { .kind = PRED_GLOB, .cased = cased };

	return leaf_of(c, field, sigma_pred(c->pool, &glob, elems, n, c->e));
}

uint32_t conv_equals(struct converter *c, const char *field, const char *value)
{
	pat_elems text = { 0 };
	uint32_t node = UINT32_MAX;

	if (pat_add_text(&text, str_of(value)))
		node = conv_glob(c, field, text.at, text.len, false);
	VEC_DONE(&text);
	return node;
}

/* --- one source ----------------------------------------------------------------------------- */

/* Audit events write "-" and 0x0 where they have nothing to say. */
static uint32_t holds_something(struct converter *c, const char *field)
{
	static const char *const NOTHING[] = { "", "-", "0x0" };
	uint32_t nothing = conv_false(c);

	for (size_t i = 0; i < COUNT(NOTHING); i++)
		nothing = conv_or(c, nothing, conv_equals(c, field, NOTHING[i]));
	return conv_and(c, conv_exists(c, field), conv_not(c, nothing));
}

static uint32_t is_in_table(struct converter *c, const struct logsource_source *s)
{
	uint32_t node = conv_false(c);

	for (const struct logsource_pair *row = s->table; row->name; row++)
		node = conv_or(c, node, conv_equals(c, s->field, row->value));
	return node;
}

/* Is this the source to ask? */
static uint32_t applies(struct converter *c, const struct logsource_source *s)
{
	switch (s->conversion) {
	case CONVERT_VALUES:
		return is_in_table(c, s);
	case CONVERT_DATA:
		return conv_exists(c, s->field);
	default:
		break;
	}
	return s->second ? conv_and(c, conv_exists(c, s->field), holds_something(c, s->second))
			 : holds_something(c, s->field);
}

/* Does the test hold for this text, a value as rules write it? */
static bool pred_holds(const struct pred *p, const char *text)
{
	buf folded = { 0 };
	bool holds;

	if (pred_wants_folded(p))
		fold_utf8(str_of(text), &folded);
	else
		buf_z(&folded, text);
	holds = !folded.failed && pred_text(p, NULL, buf_view(&folded), true, NULL);
	buf_done(&folded);
	return holds;
}

/* The event's values of those names that fulfil the test; it may also name such a value itself. */
static uint32_t match_table(struct converter *c, const struct logsource_source *s, uint32_t pred)
{
	uint32_t node = leaf_of(c, s->field, pred);

	for (const struct logsource_pair *row = s->table; row->name; row++)
		if (pred_holds(&c->pool->preds.at[pred], row->name))
			node = conv_or(c, node, conv_equals(c, s->field, row->value));
	return node;
}

/* A decimal number becomes the text that the event has; what is no number is left as it is. */
static uint32_t match_hex(struct converter *c, const struct logsource_source *s, uint32_t pred)
{
	const struct pred p = c->pool->preds.at[pred];
	struct number n = p.number;
	buf text = { 0 };
	bool number = p.kind == PRED_NUMBER;
	char hex[24];

	if (p.kind == PRED_COMPARE) /* reads 0x... */
		return leaf_of(c, s->field, pred);
	if (p.kind == PRED_GLOB) {
		pat_text(p.pattern.elems, p.pattern.nelems, &text);
		number = p.pattern.nsegments <= 1 && !p.pattern.open_start && !p.pattern.open_end &&
			 number_parse(buf_view(&text), false, &n);
		buf_done(&text);
	}
	if (number && n.is_int && n.i >= 0 && n.i <= UINT32_MAX) {
		snprintf(hex, sizeof hex, "0x%llx", (unsigned long long)n.i);
		return conv_equals(c, s->field, hex);
	}
	return p.kind == PRED_GLOB ? leaf_of(c, s->field, pred) : conv_false(c);
}

static uint32_t first_part(struct converter *c, const struct logsource_source *s, const uint32_t *elems,
			   size_t n, bool cased)
{
	struct pattern p;

	if (s->conversion != CONVERT_PREFIX)
		return conv_glob(c, s->field, elems, n, cased);
	if (!pattern_init(&p, elems, n, cased, &c->pool->mem))
		return UINT32_MAX;
	return conv_prefix(c, s->field, s->table, &p, cased);
}

/* The backslash between the two parts is one of the pattern's elements: each in turn. */
static uint32_t match_joined(struct converter *c, const struct logsource_source *s, uint32_t pred)
{
	const struct pred p = c->pool->preds.at[pred];
	uint32_t node = conv_false(c);

	for (uint32_t i = 0; i < p.pattern.nelems; i++) {
		uint32_t elem = p.pattern.elems[i], star = elem == PAT_STAR, from = i + !star;

		if (!star && elem != PAT_ANY && elem != '\\')
			continue;
		node = conv_or(c, node,
			       conv_and(c, first_part(c, s, p.pattern.elems, i + star, p.cased),
					conv_glob(c, s->second, p.pattern.elems + from,
						  p.pattern.nelems - from, p.cased)));
	}
	return node;
}

/* fieldref: the other field under its own name in the event, where it has one. */
static bool match_ref(struct converter *c, const struct logsource_source *s, uint32_t pred, uint32_t *ret)
{
	struct pred p = c->pool->preds.at[pred];
	str name = sigma_field_name(c->pool, p.ref);

	for (const struct logsource_rename *r = c->gate->renames; r->name; r++) {
		if (!str_eq(name, str_of(r->name)))
			continue;
		if (r->sources[0].conversion != CONVERT_NONE || r->sources[0].second || r->sources[1].field)
			return false;
		name = str_of(r->sources[0].field);
		break;
	}
	if (s->conversion != CONVERT_NONE || s->second)
		return false;
	p.ref = sigma_field(c->pool, name);
	*ret = leaf_of(c, s->field, p.ref == UINT32_MAX ? p.ref : sigma_pred(c->pool, &p, NULL, 0, c->e));
	return true;
}

/* Can the test be asked of this source? *ret is then a node that holds if it is fulfilled. */
static bool match(struct converter *c, const struct logsource_source *s, uint32_t pred, uint32_t *ret)
{
	enum pred_kind kind = c->pool->preds.at[pred].kind;

	*ret = UINT32_MAX;
	if (kind == PRED_FIELDREF)
		return match_ref(c, s, pred, ret);
	if (kind == PRED_NULL || kind == PRED_EXISTS) {
		*ret = leaf_of(c, s->second ? s->second : s->field, pred);
		return true;
	}
	if (s->second) {
		if (kind == PRED_GLOB)
			*ret = match_joined(c, s, pred);
		return kind == PRED_GLOB;
	}
	switch (s->conversion) {
	case CONVERT_VALUES:
		if (kind == PRED_GLOB || kind == PRED_NUMBER)
			*ret = match_table(c, s, pred);
		return kind == PRED_GLOB || kind == PRED_NUMBER;
	case CONVERT_HEX:
		if (kind == PRED_REGEX)
			return false;
		*ret = match_hex(c, s, pred);
		return true;
	case CONVERT_PREFIX:
		if (kind == PRED_GLOB)
			*ret = conv_prefix(c, s->field, s->table, &c->pool->preds.at[pred].pattern,
					   c->pool->preds.at[pred].cased);
		return kind == PRED_GLOB;
	default:
		*ret = leaf_of(c, s->field, pred);
		return true;
	}
}

static struct known ask(struct converter *c, const struct logsource_source *s, uint32_t pred)
{
	struct known k = { conv_false(c), conv_false(c) };
	struct pred p = c->pool->preds.at[pred];
	uint32_t node;

	if (s->conversion == CONVERT_DATA && (p.kind == PRED_GLOB || p.kind == PRED_NUMBER))
		return conv_data(c, s->field, &p, pred);
	if (s->conversion != CONVERT_DATA && match(c, s, pred, &node)) {
		k.yes = node;
		k.no = conv_not(c, node);
	}
	return k;
}

/* --- leaves --------------------------------------------------------------------------------- */

/* Of several sources the first that applies answers. */
static struct known ask_sources(struct converter *c, const struct logsource_rename *r, uint32_t pred)
{
	struct known all = { conv_false(c), conv_false(c) };
	uint32_t open = conv_true(c); /* no source so far */

	for (size_t i = 0; i < LOGSOURCE_SOURCES && r->sources[i].field; i++) {
		uint32_t here = applies(c, &r->sources[i]), mine = conv_and(c, open, here);
		struct known k = ask(c, &r->sources[i], pred);

		all.yes = conv_or(c, all.yes, conv_and(c, mine, k.yes));
		all.no = conv_or(c, all.no, conv_and(c, mine, k.no));
		open = conv_and(c, open, conv_not(c, here));
	}
	return all;
}

/* A field of the same name in the event: known where it is there, and the other of a fieldref too. */
static struct known ask_same(struct converter *c, uint32_t field, uint32_t pred)
{
	struct pred p = c->pool->preds.at[pred];
	uint32_t leaf = sigma_leaf(c->pool, field, pred);
	uint32_t there = conv_exists(c, sigma_field_name(c->pool, field).ptr);
	bool implied = p.kind != PRED_NULL && p.kind != PRED_EXISTS && p.kind != PRED_FIELDREF;

	if (p.kind == PRED_FIELDREF) {
		const struct logsource_source same = { .field = sigma_field_name(c->pool, field).ptr };

		if (!match_ref(c, &same, pred, &leaf))
			return (struct known){ conv_false(c), conv_false(c) };
		there = conv_and(c, there, conv_exists(c, sigma_field_name(c->pool, p.ref).ptr));
	}
	return (struct known){ implied ? leaf : conv_and(c, there, leaf),
			       conv_and(c, there, conv_not(c, leaf)) };
}

static const struct logsource_rename *rename_of(const struct converter *c, uint32_t field)
{
	str name = sigma_field_name(c->pool, field);

	for (const struct logsource_rename *r = c->gate->renames; r->name; r++)
		if (str_eq(name, str_of(r->name)))
			return r;
	return NULL;
}

/* Names are for people: selections keep theirs, a leaf that was read in another way says what it was. */
static uint32_t name_as(struct converter *c, uint32_t old, uint32_t node)
{
	const struct sigma_node at = c->pool->nodes.at[old];
	bool converted = at.op == NODE_LEAF && rename_of(c, at.first);
	buf text = { 0 };

	buf_str(&text, sigma_label_of(c->pool, old).text);
	if (converted) {
		if (text.len)
			buf_z(&text, ": ");
		show_test(c->pool, at.first, at.n, &text);
	}
	if (node != UINT32_MAX && text.len && !sigma_label(c->pool, node, buf_view(&text), converted))
		node = UINT32_MAX;
	buf_done(&text);
	return node;
}

/* Where it holds, or under a negation: where it is not known not to hold. */
static uint32_t convert_leaf(struct converter *c, struct sigma_node leaf, bool positive)
{
	const struct logsource_rename *r = rename_of(c, leaf.first);
	struct known k;

	if (leaf.first == FIELD_ANY)
		return sigma_leaf(c->pool, leaf.first, leaf.n);
	k = r ? ask_sources(c, r, leaf.n) : ask_same(c, leaf.first, leaf.n);
	return positive ? k.yes : conv_not(c, k.no);
}

static uint32_t convert_node(struct converter *c, uint32_t id, bool positive);

static uint32_t convert_list(struct converter *c, struct sigma_node at, bool positive)
{
	VEC(uint32_t) kids = { 0 };
	uint32_t node = UINT32_MAX;

	for (uint32_t i = 0; i < at.n; i++) {
		uint32_t *kid = VEC_PUSH(&kids, LIMIT_SIGMA_NODES);

		if (!kid)
			goto done;
		*kid = convert_node(c, c->pool->kids.at[at.first + i], positive);
		if (*kid == UINT32_MAX)
			goto done;
	}
	node = list_of(c, (enum node_op)at.op, kids.at, kids.len);
done:
	VEC_DONE(&kids);
	return node;
}

static uint32_t convert_node(struct converter *c, uint32_t id, bool positive)
{
	const struct sigma_node at = c->pool->nodes.at[id]; /* nodes move */
	uint32_t node;

	if (at.op == NODE_LEAF)
		node = convert_leaf(c, at, positive);
	else if (at.op == NODE_NOT)
		node = sigma_not(c->pool, convert_node(c, at.first, !positive));
	else
		node = convert_list(c, at, positive);
	return name_as(c, id, node);
}

uint32_t convert_root(struct sigma_pool *p, uint32_t root, const struct logsource_gate *gate, err *e)
{
	struct converter c = { p, gate, e };

	return convert_node(&c, root, true);
}
