#include "detect/scanplan.h"

#include <math.h>
#include <stdlib.h>

#include "detect/ruleset.h"
#include "detect/scan.h"
#include "sigma/fold.h"
#include "util/limits.h"

#define LITERAL_MIN 3u /* shorter ones are in every other value */
#define DIRECT_MAX 3u  /* so few literals are quicker asked one by one */
#define EVENT_IDS_MAX 64u

struct ask { /* an atom of the group that is being planned */
	uint32_t field, pred;
	uint32_t uses;    /* rules that ask it */
	uint32_t number;  /* of its plan_atom within the group; UINT32_MAX: none yet */
	uint32_t trigger; /* wanted by a scan */
};

struct trigger { /* an atom of the plan triggers a member of its group */
	uint32_t atom, member;
};

struct event_set { /* of one field of the group */
	uint32_t ids[EVENT_IDS_MAX];
	uint32_t n; /* or PLAN_ANY_EVENT */
};

struct planner {
	struct ruleset *rs;
	struct plan *plan;
	uint32_t event_id_field;
	struct plan_group *group; /* at work */
	uint8_t *unscannable;     /* per predicate: the scanner refused it */
	map ask_ids;          /* field, predicate to asks */
	VEC(struct ask) asks;
	plan_numbers order; /* asks in the order of a database */
	map db_ids;         /* content of a database to its number */
	uint32_t member;                /* of the group: the variant at work */
	VEC(struct trigger) triggers;   /* of all groups so far */
	VEC(struct event_set) events;   /* per field of the group */
	bool again;         /* an expression was refused: plan the group anew */
};

void plan_done(struct plan *p)
{
	VEC_DONE(&p->groups);
	VEC_DONE(&p->members);
	VEC_DONE(&p->fields);
	VEC_DONE(&p->atoms);
	VEC_DONE(&p->atom_table);
	VEC_DONE(&p->literal_hits);
	VEC_DONE(&p->hits);
	VEC_DONE(&p->regexes);
	VEC_DONE(&p->directs);
	VEC_DONE(&p->alwayses);
	VEC_DONE(&p->fired_first);
	VEC_DONE(&p->fired);
	VEC_DONE(&p->event_ids);
	VEC_DONE(&p->dbs);
	buf_done(&p->db_bytes);
}

static bool push(plan_numbers *to, uint32_t v)
{
	uint32_t *at = VEC_PUSH(to, LIMIT_SIGMA_NODES);

	if (at)
		*at = v;
	return at != NULL;
}

/* --- asks ------------------------------------------------------------------------------------ */

/* The ask of a field and predicate, made if it is new; NULL without memory. */
static struct ask *ask_of(struct planner *p, uint32_t field, uint32_t pred)
{
	uint32_t key[2] = { field, pred };
	bool is_new;
	struct map_entry *entry =
		map_put(&p->ask_ids, (str){ (const char *)key, sizeof key }, p->asks.len, &is_new);
	struct ask *a;

	if (!entry)
		return NULL;
	if (!is_new)
		return &p->asks.at[entry->value];
	a = VEC_PUSH(&p->asks, LIMIT_SIGMA_NODES);
	if (a)
		*a = (struct ask){ .field = field, .pred = pred, .number = UINT32_MAX };
	return a;
}

/* Count who asks what under a variant. Depth is that of the condition. */
static bool count_asks(struct planner *p, const struct variant *v, uint32_t id)
{
	const struct sigma_pool *pool = &p->rs->pool;
	const struct sigma_node *n = &pool->nodes.at[id];
	struct ask *a;

	if (n->op == NODE_LEAF) {
		a = ask_of(p, variant_field(v, n->first), n->n);
		if (a)
			a->uses++;
		return a != NULL;
	}
	if (n->op == NODE_NOT)
		return count_asks(p, v, n->first);
	for (uint32_t k = 0; k < n->n; k++)
		if (!count_asks(p, v, pool->kids.at[n->first + k]))
			return false;
	return true;
}

/* Constant or nearly so in a class of Windows events: decided when a class is bound. */
static bool is_class_field(str name)
{
	static const char *const NAMES[] = { "EventID", "Channel", "Provider_Name", "Computer" };

	for (size_t i = 0; i < COUNT(NAMES); i++)
		if (str_eq(name, str_of(NAMES[i])))
			return true;
	return false;
}

/* What answers an atom when a value is scanned. */
enum answerer {
	BY_NOBODY,  /* it depends on presence or on other fields */
	BY_LITERAL, /* a database of literals finds it */
	BY_REGEX,   /* a database of expressions answers it */
	BY_ITSELF,
};

static bool has_non_ascii(str s)
{
	return !regex_is_ascii(s);
}

static enum answerer answerer_of(const struct planner *p, const struct ask *a)
{
	const struct pred *pred = &p->rs->pool.preds.at[a->pred];
	str literal = pred->pattern.literal;

	switch (pred->kind) {
	case PRED_GLOB:
		return literal.len >= LITERAL_MIN || has_non_ascii(literal) ? BY_LITERAL : BY_ITSELF;
	case PRED_REGEX:
		return p->unscannable[a->pred] ||
				       memchr(pred->regex.pattern.ptr, 0, pred->regex.pattern.len) ||
				       has_non_ascii(pred->regex.pattern)
			       ? BY_ITSELF
			       : BY_REGEX;
	case PRED_NUMBER:
	case PRED_COMPARE:
	case PRED_CIDR:
	case PRED_TIMEPART:
		return BY_ITSELF;
	case PRED_NULL:
	case PRED_EXISTS:
	case PRED_FIELDREF:
		break;
	}
	return BY_NOBODY;
}

/* How often a literal may be expected in a value: long ones and foreign letters are rare. */
static double literal_cost(str s)
{
	static const double BY_LENGTH[] = { 2000, 500, 150, 64, 24, 12, 8, 6, 4, 4, 4, 4, 3 };
	double cost = s.len < COUNT(BY_LENGTH) ? BY_LENGTH[s.len] : 2;

	return cost > 3 && has_non_ascii(s) ? 3 : cost;
}

/* How often an atom may be expected to hold, and what it takes to find out: what many rules ask for is
 * common. Infinite: no scan answers it. */
static double ask_cost(const struct planner *p, const struct ask *a)
{
	const struct pred *pred = &p->rs->pool.preds.at[a->pred];
	double common = 1 + a->uses / 4.0, any = a->field == FIELD_ANY ? 4 : 1;
	bool exact = pred->kind == PRED_GLOB && !pred->pattern.open_start && !pred->pattern.open_end;

	if (is_class_field(sigma_field_name(&p->rs->pool, a->field)))
		return INFINITY;
	switch (answerer_of(p, a)) {
	case BY_LITERAL:
		return literal_cost(pred->pattern.literal) * common * any / (exact ? 2 : 1);
	case BY_REGEX:
		return 16 * common * any;
	case BY_ITSELF: /* one exact value among few, or next to nothing is known */
		return (exact || pred->kind == PRED_NUMBER ? 200 : 1000) * common * any;
	case BY_NOBODY:
		break;
	}
	return INFINITY;
}

/* --- triggers -------------------------------------------------------------------------------- */

static double node_cost(struct planner *p, const struct variant *v, uint32_t id)
{
	const struct sigma_pool *pool = &p->rs->pool;
	const struct sigma_node *n = &pool->nodes.at[id];
	double cost = n->op == NODE_OR ? 0 : INFINITY;
	struct ask *a;

	if (n->op == NODE_LEAF) {
		a = ask_of(p, variant_field(v, n->first), n->n);
		return a ? ask_cost(p, a) : INFINITY;
	}
	if (n->op == NODE_NOT)
		return INFINITY;
	for (uint32_t k = 0; k < n->n; k++) {
		double kid = node_cost(p, v, pool->kids.at[n->first + k]);

		if (n->op == NODE_OR)
			cost += kid;
		else if (kid < cost)
			cost = kid;
	}
	return cost;
}

static bool want(struct planner *p, struct ask *a)
{
	struct plan_atom *atom;

	if (!a)
		return false;
	a->trigger = 1;
	if (a->number != UINT32_MAX)
		return true;
	atom = VEC_PUSH(&p->plan->atoms, LIMIT_SIGMA_NODES);
	if (!atom)
		return false;
	*atom = (struct plan_atom){ a->field, a->pred };
	a->number = p->group->natoms++;
	return true;
}

static bool add_trigger(struct planner *p, uint32_t atom)
{
	struct trigger *t = VEC_PUSH(&p->triggers, LIMIT_SIGMA_NODES);

	if (t)
		*t = (struct trigger){ p->group->atom + atom, p->member };
	return t != NULL;
}

/* Note the best trigger of a node for v. Depth is that of the condition. */
static bool take_trigger(struct planner *p, const struct variant *v, uint32_t id)
{
	const struct sigma_pool *pool = &p->rs->pool;
	const struct sigma_node *n = &pool->nodes.at[id];
	double best;

	if (n->op == NODE_LEAF) {
		struct ask *a = ask_of(p, variant_field(v, n->first), n->n);

		return want(p, a) && add_trigger(p, a->number);
	}
	best = node_cost(p, v, id);
	for (uint32_t k = 0; k < n->n; k++) {
		uint32_t kid = pool->kids.at[n->first + k];

		if (n->op == NODE_AND && node_cost(p, v, kid) > best)
			continue;
		if (!take_trigger(p, v, kid))
			return false;
		if (n->op == NODE_AND)
			return true;
	}
	return true;
}

/* A rule without a trigger is asked of every event: let the scan answer what it can. Depth is that of
 * the condition. */
static bool scan_all(struct planner *p, const struct variant *v, uint32_t id)
{
	const struct sigma_pool *pool = &p->rs->pool;
	const struct sigma_node *n = &pool->nodes.at[id];
	struct ask *a;

	if (n->op == NODE_LEAF) {
		a = ask_of(p, variant_field(v, n->first), n->n);
		if (!a || answerer_of(p, a) == BY_NOBODY || answerer_of(p, a) == BY_REGEX)
			return a != NULL;
		return want(p, a);
	}
	if (n->op == NODE_NOT)
		return scan_all(p, v, n->first);
	for (uint32_t k = 0; k < n->n; k++)
		if (!scan_all(p, v, pool->kids.at[n->first + k]))
			return false;
	return true;
}

/* --- event ids ------------------------------------------------------------------------------- */

/* The event id that a leaf asks for exactly; false if it asks something else. */
static bool leaf_event_id(const struct planner *p, const struct sigma_node *n, uint32_t *ret)
{
	const struct pred *pred = &p->rs->pool.preds.at[n->n];

	if (n->first != p->event_id_field || pred->kind != PRED_NUMBER || !pred->number.is_int ||
	    pred->number.i < 0 || pred->number.i > UINT32_MAX)
		return false;
	*ret = (uint32_t)pred->number.i;
	return true;
}

/* Event ids of which the event must have one for the node to hold, into out; SIZE_MAX: the node does
 * not say. Depth is that of the condition. */
static size_t node_event_ids(const struct planner *p, uint32_t id, uint32_t out[EVENT_IDS_MAX])
{
	const struct sigma_pool *pool = &p->rs->pool;
	const struct sigma_node *n = &pool->nodes.at[id];
	size_t len = 0;

	if (n->op == NODE_LEAF)
		return leaf_event_id(p, n, out) ? 1 : SIZE_MAX;
	if (n->op == NODE_NOT)
		return SIZE_MAX;
	for (uint32_t k = 0; k < n->n; k++) {
		uint32_t ids[EVENT_IDS_MAX];
		size_t got = node_event_ids(p, pool->kids.at[n->first + k], ids);

		if (n->op == NODE_AND && got != SIZE_MAX) {
			memcpy(out, ids, got * sizeof *out);
			return got;
		}
		if (n->op == NODE_AND)
			continue;
		if (got == SIZE_MAX || len + got > EVENT_IDS_MAX)
			return SIZE_MAX;
		memcpy(out + len, ids, got * sizeof *out);
		len += got;
	}
	return n->op == NODE_AND ? SIZE_MAX : len;
}

static bool take_event_ids(struct planner *p, struct variant *v)
{
	uint32_t ids[EVENT_IDS_MAX];
	size_t n = node_event_ids(p, v->root, ids);

	v->events.first = (uint32_t)p->plan->event_ids.len;
	v->events.n = n == SIZE_MAX ? PLAN_ANY_EVENT : (uint32_t)n;
	for (size_t i = 0; n != SIZE_MAX && i < n; i++)
		if (!push(&p->plan->event_ids, ids[i]))
			return false;
	return true;
}

static void add_event(struct event_set *set, uint32_t id)
{
	for (uint32_t i = 0; set->n != PLAN_ANY_EVENT && i < set->n; i++)
		if (set->ids[i] == id)
			return;
	if (set->n >= EVENT_IDS_MAX) /* PLAN_ANY_EVENT too */
		set->n = PLAN_ANY_EVENT;
	else
		set->ids[set->n++] = id;
}

/* The fields that v has scanned serve its events. Depth is that of the condition. */
static void serve_events(struct planner *p, const struct variant *v, uint32_t id)
{
	const struct sigma_pool *pool = &p->rs->pool;
	const struct sigma_node *n = &pool->nodes.at[id];
	const struct ask *a;
	uint32_t k = 0;

	if (n->op == NODE_NOT)
		serve_events(p, v, n->first);
	for (uint32_t i = 0; (n->op == NODE_AND || n->op == NODE_OR) && i < n->n; i++)
		serve_events(p, v, pool->kids.at[n->first + i]);
	a = n->op == NODE_LEAF ? ask_of(p, variant_field(v, n->first), n->n) : NULL;
	if (!a || !a->trigger)
		return;
	while (p->plan->fields.at[p->group->field + k].field != a->field)
		k++;
	if (v->events.n == PLAN_ANY_EVENT)
		p->events.at[k].n = PLAN_ANY_EVENT;
	for (uint32_t i = 0; v->events.n != PLAN_ANY_EVENT && i < v->events.n; i++)
		add_event(&p->events.at[k], p->plan->event_ids.at[v->events.first + i]);
}

/* --- databases ------------------------------------------------------------------------------- */

static const struct pred *ask_pred(const struct planner *p, uint32_t ask)
{
	return &p->rs->pool.preds.at[p->asks.at[ask].pred];
}

static int cmp_literal(const void *x, const void *y, void *ctx)
{
	uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;
	int r = str_cmp(ask_pred(ctx, a)->pattern.literal, ask_pred(ctx, b)->pattern.literal);

	return r ? r : (a > b) - (a < b);
}

/* Asks of one field that a scan must answer in this way, in p->order. */
static bool gather(struct planner *p, uint32_t field, enum answerer by)
{
	p->order.len = 0;
	for (uint32_t i = 0; i < p->asks.len; i++) {
		const struct ask *a = &p->asks.at[i];

		if (a->trigger && a->field == field && answerer_of(p, a) == by && !push(&p->order, i))
			return false;
	}
	return true;
}

/* Number + 1 of the database of these patterns; 0: there is none. *ret_bad: pattern at fault or -1. */
static uint32_t add_db(struct planner *p, const struct scan_pattern *patterns, size_t n, bool regex,
		       int *ret_bad)
{
	buf key = { .max = LIMIT_SIGMA_BYTES };
	struct plan_db *db = NULL;
	struct map_entry *entry;
	bool is_new = false;

	*ret_bad = -1;
	scan_key(patterns, n, regex, &key);
	entry = key.failed ? NULL : map_put(&p->db_ids, buf_view(&key), p->plan->dbs.len + 1, &is_new);
	buf_done(&key);
	if (!entry || !is_new)
		return entry ? (uint32_t)entry->value : 0;
	db = VEC_PUSH(&p->plan->dbs, LIMIT_DETECT_DBS);
	if (!db)
		return 0;
	*db = (struct plan_db){ .at = p->plan->db_bytes.len };
	if (!scan_compile(patterns, n, regex, &p->plan->db_bytes, ret_bad))
		return 0; /* its number stays unused */
	db->len = p->plan->db_bytes.len - db->at;
	return (uint32_t)entry->value;
}

/* Does it hold a character that no number, time, GUID, SID or binary value shows? */
static bool is_text_literal(str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!strchr("0123456789abcdefxstz-:.,+ ", s.ptr[i]))
			return true;
	return false;
}

/* The folded literal of a pattern: it lies in the folded text of every value that matches. */
static str folded_literal(struct planner *p, const struct pred *pred)
{
	buf text = { 0 };
	str s = pred->pattern.literal;

	if (!pred->cased)
		return s;
	fold_utf8(s, &text);
	s = arena_str(&p->rs->pool.mem, buf_view(&text));
	buf_done(&text);
	return s;
}

/* The literals of a field: atoms with the same literal share a pattern. */
static bool make_literals(struct planner *p, struct plan_field *f)
{
	struct plan *plan = p->plan;
	struct scan_pattern *patterns;
	bool ok = true;
	int bad;

	if (!gather(p, f->field, BY_LITERAL))
		return false;
	f->literal = (uint32_t)plan->literal_hits.len;
	f->text_only = 1;
	patterns = calloc(p->order.len + 1, sizeof *patterns);
	if (!patterns)
		return false;
	if (p->order.len)
		qsort_r(p->order.at, p->order.len, sizeof *p->order.at, cmp_literal, p);
	for (size_t i = 0; ok && i < p->order.len; i++) {
		str literal = folded_literal(p, ask_pred(p, p->order.at[i]));

		ok = literal.ptr != NULL;
		if (ok && (f->nliterals == 0 || !str_eq(patterns[f->nliterals - 1].text, literal))) {
			ok = push(&plan->literal_hits, (uint32_t)plan->hits.len);
			patterns[f->nliterals++].text = literal;
			f->text_only &= is_text_literal(literal);
		}
		ok = ok && push(&plan->hits, p->asks.at[p->order.at[i]].number);
	}
	ok = ok && push(&plan->literal_hits, (uint32_t)plan->hits.len);
	if (ok && f->nliterals > DIRECT_MAX)
		f->literal_db = add_db(p, patterns, f->nliterals, false, &bad);
	free(patterns);
	return ok;
}

static bool make_regexes(struct planner *p, struct plan_field *f)
{
	struct scan_pattern *patterns;
	bool ok = true;
	int bad;

	if (!gather(p, f->field, BY_REGEX))
		return false;
	f->regex = (uint32_t)p->plan->regexes.len;
	f->nregexes = (uint32_t)p->order.len;
	if (f->nregexes == 0)
		return true;
	f->text_only = 0;
	patterns = calloc(p->order.len, sizeof *patterns);
	if (!patterns)
		return false;
	for (size_t i = 0; ok && i < p->order.len; i++) {
		const struct regex *re = &ask_pred(p, p->order.at[i])->regex;

		patterns[i] = (struct scan_pattern){ re->pattern, re->flags };
		ok = push(&p->plan->regexes, p->asks.at[p->order.at[i]].number);
	}
	if (ok)
		f->regex_db = add_db(p, patterns, p->order.len, true, &bad);
	if (ok && !f->regex_db && bad >= 0 && (size_t)bad < p->order.len) {
		p->unscannable[p->asks.at[p->order.at[bad]].pred] = 1;
		p->again = true;
	}
	free(patterns);
	return ok;
}

static bool make_directs(struct planner *p, struct plan_field *f)
{
	if (!gather(p, f->field, BY_ITSELF))
		return false;
	f->direct = (uint32_t)p->plan->directs.len;
	f->ndirects = (uint32_t)p->order.len;
	for (size_t i = 0; i < p->order.len; i++) {
		const struct pred *pred = ask_pred(p, p->order.at[i]);

		f->text_only &= pred->kind == PRED_GLOB && is_text_literal(pred->pattern.literal);
		if (!push(&p->plan->directs, p->asks.at[p->order.at[i]].number))
			return false;
	}
	return true;
}

static bool make_fields(struct planner *p, struct plan_group *g)
{
	g->field = (uint32_t)p->plan->fields.len;
	for (uint32_t i = 0; i < p->asks.len; i++) {
		struct plan_field *f;
		bool known = !p->asks.at[i].trigger;

		for (uint32_t k = g->field; !known && k < p->plan->fields.len; k++)
			known = p->plan->fields.at[k].field == p->asks.at[i].field;
		if (known)
			continue;
		f = VEC_PUSH(&p->plan->fields, LIMIT_SIGMA_NODES);
		if (!f)
			return false;
		f->field = p->asks.at[i].field;
		if (!make_literals(p, f) || !make_regexes(p, f) || !make_directs(p, f))
			return false;
		g->nfields++;
	}
	return true;
}

/* --- groups ---------------------------------------------------------------------------------- */

/* Fields that hold whole texts: looking for one literal after the other in them is dear, and one scan
 * answers for all. Only the speed depends on this list. */
static bool is_body_field(str name)
{
	static const char *const NAMES[] = { "", "ScriptBlockText", "Payload", "ContextInfo", "Data", "Message" };

	for (size_t i = 0; i < COUNT(NAMES); i++)
		if (str_eq(name, str_of(NAMES[i])))
			return true;
	return false;
}

static bool scan_bodies(struct planner *p)
{
	for (uint32_t i = 0; i < p->asks.len; i++) {
		struct ask *a = &p->asks.at[i];

		if (is_body_field(sigma_field_name(&p->rs->pool, a->field)) &&
		    answerer_of(p, a) == BY_LITERAL && !want(p, a))
			return false;
	}
	return true;
}

static struct variant *member(const struct planner *p, const struct plan_group *g, uint32_t i)
{
	return &p->rs->variants.at[p->plan->members.at[g->variant + i]];
}

static bool plan_variant(struct planner *p, uint32_t number)
{
	const struct variant *v = member(p, p->group, number);

	p->member = number;
	if (!isinf(node_cost(p, v, v->root)))
		return take_trigger(p, v, v->root);
	p->group->nalways++;
	return push(&p->plan->alwayses, number) && scan_all(p, v, v->root);
}

/* Which events need which fields of the group scanned. */
static bool make_events(struct planner *p)
{
	struct plan_group *g = p->group;

	p->events.len = 0;
	for (uint32_t i = 0; i < g->nfields; i++)
		if (!VEC_PUSH(&p->events, LIMIT_SIGMA_NODES))
			return false;
	for (uint32_t i = 0; i < g->nvariants; i++)
		serve_events(p, member(p, g, i), member(p, g, i)->root);
	for (uint32_t i = 0; i < g->nfields; i++) {
		const struct event_set *set = &p->events.at[i];
		struct plan_field *f = &p->plan->fields.at[g->field + i];

		f->events = (struct plan_events){ (uint32_t)p->plan->event_ids.len, set->n };
		for (uint32_t k = 0; set->n != PLAN_ANY_EVENT && k < set->n; k++)
			if (!push(&p->plan->event_ids, set->ids[k]))
				return false;
	}
	return true;
}

static bool plan_group_once(struct planner *p)
{
	struct plan_group *g = p->group;

	p->again = false;
	map_done(&p->ask_ids);
	map_init(&p->ask_ids, LIMIT_SIGMA_NODES, LIMIT_SIGMA_BYTES);
	p->asks.len = 0;
	g->atom = (uint32_t)p->plan->atoms.len;
	g->always = (uint32_t)p->plan->alwayses.len;
	g->natoms = 0;
	g->nfields = 0;
	g->nalways = 0;
	for (uint32_t i = 0; i < g->nvariants; i++)
		if (!count_asks(p, member(p, g, i), member(p, g, i)->root))
			return false;
	for (uint32_t i = 0; i < g->nvariants; i++)
		if (!plan_variant(p, i))
			return false;
	return scan_bodies(p) && make_fields(p, g) && (p->again || make_events(p));
}

/* An expression that the scanner refuses is found out on trying: then the group begins anew. */
static bool plan_group(struct planner *p, struct plan_group *g)
{
	struct plan *plan = p->plan;
	size_t atoms = plan->atoms.len, fields = plan->fields.len, literals = plan->literal_hits.len;
	size_t hits = plan->hits.len, regexes = plan->regexes.len, triggers = p->triggers.len;
	size_t directs = plan->directs.len, alwayses = plan->alwayses.len;

	p->group = g;
	while (plan_group_once(p)) {
		if (!p->again)
			return true;
		plan->atoms.len = atoms;
		plan->fields.len = fields;
		plan->literal_hits.len = literals;
		plan->hits.len = hits;
		plan->regexes.len = regexes;
		plan->directs.len = directs;
		p->triggers.len = triggers;
		plan->alwayses.len = alwayses;
	}
	return false;
}

/* The number of the group that a variant belongs to, made if it is new; UINT32_MAX without memory.
 * Groups are few: a hundred or two. */
static uint32_t group_of(struct plan *plan, const struct logsource_where *where)
{
	struct plan_group *g;

	for (uint32_t i = 0; i < plan->groups.len; i++)
		if (logsource_where_eq(&plan->groups.at[i].where, where))
			return i;
	g = VEC_PUSH(&plan->groups, LIMIT_SIGMA_GROUPS);
	if (!g)
		return UINT32_MAX;
	g->where = *where;
	return (uint32_t)plan->groups.len - 1;
}

static bool make_groups(struct planner *p)
{
	struct plan *plan = p->plan;
	uint32_t at = 0;

	for (size_t i = 0; i < p->rs->variants.len; i++) {
		struct variant *v = &p->rs->variants.at[i];

		v->group = group_of(plan, &v->where);
		if (v->group == UINT32_MAX || !take_event_ids(p, v) || !push(&plan->members, 0))
			return false;
		plan->groups.at[v->group].nvariants++;
	}
	for (size_t i = 0; i < plan->groups.len; i++) {
		plan->groups.at[i].variant = at;
		at += plan->groups.at[i].nvariants;
		plan->groups.at[i].nvariants = 0;
	}
	for (uint32_t i = 0; i < p->rs->variants.len; i++) {
		struct plan_group *g = &plan->groups.at[p->rs->variants.at[i].group];

		plan->members.at[g->variant + g->nvariants++] = i;
	}
	return true;
}

static uint32_t atom_hash(uint32_t group, uint32_t field, uint32_t pred)
{
	uint64_t h = ((uint64_t)field << 32 | pred) * UINT64_C(0x9E3779B97F4A7C15);

	return (uint32_t)((h ^ group * UINT64_C(0xC2B2AE3D27D4EB4F)) * UINT64_C(0x9E3779B97F4A7C15) >> 32);
}

static bool make_atom_table(struct plan *plan)
{
	plan_numbers *t = &plan->atom_table;
	uint32_t size = 4;

	while (size < 2 * plan->atoms.len)
		size *= 2;
	while (t->len < size)
		if (!push(t, 0))
			return false;
	for (uint32_t g = 0; g < plan->groups.len; g++) {
		for (uint32_t i = 0; i < plan->groups.at[g].natoms; i++) {
			const struct plan_atom *a = &plan->atoms.at[plan->groups.at[g].atom + i];
			uint32_t at = atom_hash(g, a->field, a->pred) & (size - 1);

			while (t->at[at])
				at = (at + 1) & (size - 1);
			t->at[at] = plan->groups.at[g].atom + i + 1;
		}
	}
	return true;
}

uint32_t plan_find_atom(const struct plan *p, uint32_t group, uint32_t field, uint32_t pred)
{
	const struct plan_group *g = &p->groups.at[group];
	uint32_t mask = (uint32_t)p->atom_table.len - 1, at = atom_hash(group, field, pred) & mask;

	for (; p->atom_table.at[at]; at = (at + 1) & mask) {
		uint32_t number = p->atom_table.at[at] - 1;
		const struct plan_atom *a = &p->atoms.at[number];

		if (a->field == field && a->pred == pred && number - g->atom < g->natoms)
			return number - g->atom;
	}
	return PLAN_NONE;
}

/* Lists of members per atom, by counting. */
static bool make_fired(struct planner *p)
{
	struct plan *plan = p->plan;
	plan_numbers *first = &plan->fired_first;

	for (size_t i = 0; i <= plan->atoms.len; i++)
		if (!push(first, 0))
			return false;
	for (size_t i = 0; i < p->triggers.len; i++) {
		first->at[p->triggers.at[i].atom]++;
		if (!push(&plan->fired, 0))
			return false;
	}
	for (size_t i = 0, at = 0; i <= plan->atoms.len; i++) { /* the end of each list, for now */
		at += first->at[i];
		first->at[i] = (uint32_t)at;
	}
	for (size_t i = p->triggers.len; i-- > 0;)
		plan->fired.at[--first->at[p->triggers.at[i].atom]] = p->triggers.at[i].member;
	return true;
}

int plan_make(struct ruleset *rs, err *e)
{
	struct planner p = { .rs = rs, .plan = &rs->plan };
	bool ok;

	p.plan->db_bytes.max = LIMIT_DETECT_DB_BYTES;
	p.unscannable = calloc(rs->pool.preds.len + 1, 1);
	p.event_id_field = sigma_field(&rs->pool, STR("EventID"));
	map_init(&p.ask_ids, LIMIT_SIGMA_NODES, LIMIT_SIGMA_BYTES);
	map_init(&p.db_ids, LIMIT_DETECT_DBS, LIMIT_SIGMA_BYTES);
	ok = p.unscannable && p.event_id_field != UINT32_MAX && make_groups(&p);
	for (size_t i = 0; ok && i < p.plan->groups.len; i++)
		ok = plan_group(&p, &p.plan->groups.at[i]);
	ok = ok && make_atom_table(p.plan) && make_fired(&p);
	map_done(&p.ask_ids);
	map_done(&p.db_ids);
	VEC_DONE(&p.asks);
	VEC_DONE(&p.order);
	VEC_DONE(&p.triggers);
	VEC_DONE(&p.events);
	free(p.unscannable);
	return ok ? 0 : err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "rules need too much memory");
}
