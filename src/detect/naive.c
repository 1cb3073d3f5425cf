#include "detect/naive.h"

int naive_init(struct naive *n, const struct ruleset *rs, err *e)
{
	*n = (struct naive){ .rs = rs, .regex = regex_scratch_new() };
	return n->regex ? 0 : err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a detector");
}

void naive_done(struct naive *n)
{
	regex_scratch_free(n->regex);
	buf_done(&n->text);
	buf_done(&n->other);
}

/* Next column at or behind *at that carries the field; false if there is none. */
static bool next_column(const struct naive *n, const event *ev, uint32_t field, uint32_t *at)
{
	const struct schema *s = ev->schema;
	struct field_names names = field_names_of(n->rs, s, field);

	for (; *at < s->ncolumns; ++*at) {
		const struct column *col = &s->columns[*at];

		if (field_has_column(&names, col) &&
		    column_is_present(s, col, event_value(ev, (int32_t)*at)))
			return true;
	}
	return false;
}

static bool refers(struct naive *n, const event *ev, const struct pred *p, value a)
{
	uint32_t col = 0;
	value b;

	buf_clear(&n->text);
	values_folded(a, &n->text);
	for (; next_column(n, ev, p->ref, &col); col++) {
		value v = event_value(ev, (int32_t)col);

		for (size_t pos = 0; values_next(v, &pos, &b);) {
			buf_clear(&n->other);
			values_folded(b, &n->other);
			if (pred_ref_texts(p, buf_view(&n->text), buf_view(&n->other)))
				return true;
		}
	}
	return false;
}

static bool one_value(struct naive *n, const event *ev, const struct pred *p, value v)
{
	if (p->kind == PRED_FIELDREF)
		return refers(n, ev, p, v);
	buf_clear(&n->text);
	if (pred_wants_folded(p))
		values_folded(v, &n->text);
	else
		values_text(v, &n->text);
	return pred_text(p, n->regex, buf_view(&n->text), !n->quick, &n->limited);
}

bool naive_column(struct naive *n, const event *ev, uint32_t col, uint32_t pred)
{
	const struct pred *p = &n->rs->pool.preds.at[pred];
	value v = event_value(ev, (int32_t)col), one;

	if (column_is_present(ev->schema, &ev->schema->columns[col], v))
		for (size_t pos = 0; values_next(v, &pos, &one);)
			if (one_value(n, ev, p, one))
				return true;
	return false;
}

bool naive_leaf(struct naive *n, const event *ev, uint32_t field, uint32_t pred, int32_t *ret_col,
		value *ret_value)
{
	const struct pred *p = &n->rs->pool.preds.at[pred];
	bool present = false, null = false;
	uint32_t col = 0;
	value one;

	if (ret_col)
		*ret_col = -1;
	for (; next_column(n, ev, field, &col); col++) {
		value v = event_value(ev, (int32_t)col);

		null |= v.type == VALUE_ABSENT;
		for (size_t pos = 0; values_next(v, &pos, &one);) {
			present = true;
			if (p->kind == PRED_NULL || (p->kind != PRED_EXISTS && !one_value(n, ev, p, one)))
				continue;
			if (ret_col) {
				*ret_col = (int32_t)col;
				*ret_value = one;
			}
			return p->kind != PRED_EXISTS || p->want;
		}
	}
	if (p->kind == PRED_NULL)
		return !present || null;
	return p->kind == PRED_EXISTS && present == p->want;
}

bool naive_node(struct naive *n, const struct variant *v, const event *ev, uint32_t node)
{
	const struct sigma_pool *p = &n->rs->pool;
	const struct sigma_node *at = &p->nodes.at[node];

	switch ((enum node_op)at->op) {
	case NODE_AND:
		for (uint32_t i = 0; i < at->n; i++)
			if (!naive_node(n, v, ev, p->kids.at[at->first + i]))
				return false;
		return true;
	case NODE_OR:
		for (uint32_t i = 0; i < at->n; i++)
			if (naive_node(n, v, ev, p->kids.at[at->first + i]))
				return true;
		return false;
	case NODE_NOT:
		return !naive_node(n, v, ev, at->first);
	case NODE_LEAF:
		return naive_leaf(n, ev, variant_field(v, at->first), at->n, NULL, NULL);
	}
	return false;
}
