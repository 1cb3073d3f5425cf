#include "detect/explain.h"

#include "detect/naive.h"
#include "sigma/show.h"
#include "util/limits.h"

struct explainer {
	struct naive naive;
	const struct ruleset *rs;
	const event *ev;
	arena *mem;
	buf text;
	bool failed;
};

/* --- texts ---------------------------------------------------------------------------------- */

static str keep(struct explainer *x, str s)
{
	str kept = arena_str(x->mem, s);

	x->failed |= kept.ptr == NULL;
	return kept.ptr ? kept : STR("");
}

/* A value's text, cut where people have seen enough. */
static str value_shown(struct explainer *x, value v)
{
	str s;
	size_t n;

	buf_clear(&x->text);
	values_text(v, &x->text);
	x->failed |= x->text.failed;
	s = buf_view(&x->text);
	for (n = s.len < LIMIT_FINDING_VALUE ? s.len : LIMIT_FINDING_VALUE;
	     n < s.len && n && ((unsigned char)s.ptr[n] & 0xC0) == 0x80;)
		n--;
	return keep(x, (str){ s.ptr, n });
}

static str field_name(const struct explainer *x, uint32_t field)
{
	return sigma_field_name(&x->rs->pool, field);
}

/* --- leaves --------------------------------------------------------------------------------- */

static void hold(struct explainer *x, struct explained *n, value one)
{
	if (n->nheld < EXPLAIN_HELD)
		n->held[n->nheld++] = value_shown(x, one);
	else
		n->more++;
}

/* What the event has under the field's name. */
static void find_held(struct explainer *x, uint32_t field, struct explained *n)
{
	const struct schema *s = x->ev->schema;
	struct field_names names = field_names_of(x->rs, s, field);
	value one;

	for (uint32_t i = 0; i < s->ncolumns; i++) {
		value v = event_value(x->ev, (int32_t)i);

		if (!field_has_column(&names, &s->columns[i]) || !column_is_present(s, &s->columns[i], v))
			continue;
		n->present = true;
		n->event_field = s->columns[i].name;
		for (size_t pos = 0; field != FIELD_ANY && values_next(v, &pos, &one);)
			hold(x, n, one);
	}
}

static void explain_leaf(struct explainer *x, const struct variant *v, struct sigma_node at, struct explained *n)
{
	uint32_t field = variant_field(v, at.first);
	int32_t col = -1;
	value one;

	buf_clear(&x->text);
	show_pred(&x->rs->pool, at.n, &x->text);
	n->test = keep(x, buf_view(&x->text));
	n->field = field_name(x, at.first);
	n->event_field = field_name(x, field);
	find_held(x, field, n);
	if (field == FIELD_ANY)
		n->event_field = STR("");
	n->holds = naive_leaf(&x->naive, x->ev, field, at.n, &col, &one);
	if (n->holds && col >= 0) {
		n->hit_field = x->ev->schema->columns[col].name;
		n->hit = value_shown(x, one);
	}
}

/* --- the tree ------------------------------------------------------------------------------- */

static void explain_node(struct explainer *x, const struct variant *v, uint32_t id, struct explained *n)
{
	const struct sigma_pool *p = &x->rs->pool;
	struct sigma_node at = p->nodes.at[id];
	struct sigma_label label = sigma_label_of(p, id);

	*n = (struct explained){ .op = (enum node_op)at.op,
				 .name = label.text,
				 .converted = label.converted };
	if (at.op == NODE_LEAF) {
		explain_leaf(x, v, at, n);
		return;
	}
	n->nkids = at.op == NODE_NOT ? 1 : at.n;
	n->kids = arena_array(x->mem, n->nkids + 1u, sizeof *n->kids);
	if (!n->kids) {
		x->failed = true;
		n->nkids = 0;
		return;
	}
	n->holds = at.op == NODE_AND;
	for (uint32_t i = 0; i < n->nkids; i++) {
		struct explained *kid = &n->kids[i];

		explain_node(x, v, at.op == NODE_NOT ? at.first : p->kids.at[at.first + i], kid);
		if (at.op == NODE_NOT)
			n->holds = !kid->holds;
		else if (kid->holds != (at.op == NODE_AND))
			n->holds = at.op == NODE_OR;
	}
}

/* --- readings ------------------------------------------------------------------------------- */

static str where_text(struct explainer *x, const struct logsource_where *w)
{
	buf_clear(&x->text);
	show_where(w, &x->text);
	return keep(x, buf_view(&x->text));
}

static str why_not(struct explainer *x, const struct logsource_where *w, const struct event_place *place)
{
	const struct logsource_gate *gate = logsource_gate_at(w->gate);
	buf *b = &x->text;

	buf_clear(b);
	if (w->windows != place->windows)
		buf_z(b, place->windows ? "a Windows event" : "no Windows event");
	else if (!place->windows && x->ev->schema->dataset.len)
		buf_printf(b, "the log is %.*s", STR_ARG(x->ev->schema->dataset));
	else if (!place->windows)
		buf_z(b, "the log does not say what it is");
	else if (!w->every_channel && !place->services.writes[w->service])
		buf_printf(b, "the channel is %.*s", STR_ARG(place->channel));
	else if (gate)
		buf_printf(b, "the event id is %.*s", STR_ARG(place->event_id));
	return keep(x, buf_view(b));
}

static int explain_readings(struct explainer *x, struct explanation *ret, size_t index, err *e)
{
	const struct ruleset *rs = x->rs;
	struct event_place place;

	if (!event_place_of(&place, x->ev, x->naive.declared, x->mem))
		return err_set(e, ERR_LIMIT, x->ev->ref.offset, "channel name too long");
	ret->readings = arena_array(x->mem, LOGSOURCE_VARIANTS_MAX, sizeof *ret->readings);
	if (!ret->readings)
		return err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "a rule that is too large to be explained");
	for (size_t i = 0; i < rs->variants.len && ret->nreadings < LOGSOURCE_VARIANTS_MAX; i++) {
		const struct variant *v = &rs->variants.at[i];
		struct explained_reading *r = &ret->readings[ret->nreadings];

		if (rs->rules.at[v->rule].info != index)
			continue;
		ret->nreadings++;
		r->where = where_text(x, &v->where);
		r->profile = variant_is_extended(v) ? STR("extended") : STR("strict");
		r->applies = group_applies(&rs->plan.groups.at[v->group], &place);
		r->why_not = r->applies ? STR("") : why_not(x, &v->where, &place);
		explain_node(x, v, v->root, &r->condition);
		r->holds = r->applies && r->condition.holds;
		if (r->holds && !ret->matches) {
			ret->matches = true;
			ret->profile = r->profile;
		}
	}
	return 0;
}

int explain_rule(struct explanation *ret, const struct ruleset *rs, size_t index, const event *ev,
		 const struct logsource_triple *declared, arena *mem, err *e)
{
	struct explainer x = { .rs = rs, .ev = ev, .mem = mem };
	int rc;

	*ret = (struct explanation){ .info = ruleset_at(rs, index), .profile = STR("") };
	if (naive_init(&x.naive, rs, e) < 0)
		return -1;
	x.naive.declared = declared;
	rc = explain_readings(&x, ret, index, e);
	ret->limited = x.naive.limited;
	naive_done(&x.naive);
	if (rc == 0 && (x.failed || x.text.failed))
		rc = err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "a rule that is too large to be explained");
	buf_done(&x.text);
	return rc;
}
