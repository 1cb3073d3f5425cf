/* detector.c - the way of one event: find its class, scan its fields, evaluate the rules whose trigger
 * fired, hand the matches on. */
#include "detect/detector.h"

#include <stdlib.h>

#include "util/limits.h"

/* --- life ----------------------------------------------------------------------------------- */

static void init_maps(struct detector *d)
{
	map_init(&d->kinds, LIMIT_SCHEMAS, LIMIT_DETECT_BYTES);
	map_init(&d->class_ids, LIMIT_DETECT_CLASSES, LIMIT_DETECT_BYTES);
	map_init(&d->atoms.ids, LIMIT_SIGMA_NODES, LIMIT_DETECT_BYTES);
}

static void done_maps(struct detector *d)
{
	map_done(&d->kinds);
	map_done(&d->class_ids);
	map_done(&d->atoms.ids);
	VEC_DONE(&d->atoms.list);
	VEC_DONE(&d->classes);
	VEC_DONE(&d->slots);
}

/* Forget what was bound: there is no room for more. */
static void reset(struct detector *d)
{
	arena_clear(&d->class_mem);
	done_maps(d);
	init_maps(d);
}

int detector_new(struct detector **ret, const struct ruleset *rs, err *e)
{
	struct detector *d = calloc(1, sizeof *d);

	if (!d)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a detector");
	d->rs = rs;
	arena_init(&d->class_mem, LIMIT_DETECT_BYTES);
	arena_init(&d->finding_mem, LIMIT_DETECT_BYTES);
	arena_init(&d->declared.mem, LIMIT_DETECT_BYTES);
	init_maps(d);
	d->scans = scan_set_new(&rs->plan, e);
	d->found = calloc(rs->plan.atoms.len + 1, sizeof *d->found);
	if (!d->scans || !d->found || !memo_init(&d->memo) || naive_init(&d->naive, rs, e) < 0 ||
	    binder_new(&d->binder, rs, e) < 0) {
		detector_free(d);
		return d->scans ? err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a detector") : -1;
	}
	d->naive.quick = true;
	*ret = d;
	return 0;
}

void detector_free(struct detector *d)
{
	if (!d)
		return;
	binder_free(d->binder);
	naive_done(&d->naive);
	scan_set_free(d->scans);
	memo_done(&d->memo);
	done_maps(d);
	VEC_DONE(&d->spans);
	VEC_DONE(&d->hits);
	VEC_DONE(&d->matched);
	free(d->found);
	free(d->seen);
	free(d->truth);
	free(d->texts);
	free(d->candidates);
	buf_done(&d->key);
	buf_done(&d->text);
	buf_done(&d->shown);
	buf_done(&d->scan_text[0]);
	buf_done(&d->scan_text[1]);
	arena_done(&d->class_mem);
	arena_done(&d->finding_mem);
	arena_done(&d->declared.mem);
	free(d);
}

void detector_set_naive(struct detector *d, bool naive)
{
	d->use_naive = naive;
	d->naive.quick = !naive;
}

int detector_declare(struct detector *d, const struct logsource_triple *source, err *e)
{
	struct logsource_triple *t = &d->declared.triple;

	if (!source) {
		if (d->naive.declared)
			reset(d);
		d->naive.declared = NULL;
		return 0;
	}
	if (d->naive.declared && logsource_triple_eq(d->naive.declared, source))
		return 0;
	arena_clear(&d->declared.mem);
	t->product = arena_str(&d->declared.mem, source->product);
	t->category = arena_str(&d->declared.mem, source->category);
	t->service = arena_str(&d->declared.mem, source->service);
	if (!t->product.ptr || !t->category.ptr || !t->service.ptr)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a detector");
	d->naive.declared = t;
	reset(d);
	return 0;
}

void detector_forget_schemas(struct detector *d)
{
	d->slots.len = 0;
	d->useful.schema = NULL;
}

bool detector_take_gap(struct detector *d, struct gap *ret)
{
	bool there = d->has_gap;

	if (there)
		*ret = d->gap;
	d->has_gap = false;
	return there;
}

/* --- classes -------------------------------------------------------------------------------- */

static void key_value(buf *b, value v)
{
	uint32_t head[2] = { v.len, v.type | (uint32_t)v.flags << 8 };

	buf_add(b, head, sizeof head);
	buf_add(b, v.ptr, v.len);
}

/* Everything about a schema that binding looks at. */
static void key_schema(buf *b, const struct schema *s)
{
	static const enum well_known KEYS[] = { WK_EVENT_ID, WK_CHANNEL, WK_PROVIDER };

	buf_byte(b, (char)s->family);
	buf_str(b, s->dataset);
	buf_byte(b, 0);
	for (size_t i = 0; i < COUNT(KEYS); i++)
		buf_add(b, &s->wk[KEYS[i]], sizeof s->wk[0]);
	for (uint32_t i = 0; i < s->ncolumns; i++) {
		const struct column *col = &s->columns[i];
		uint32_t head[2] = { (uint32_t)col->name.len, col->flags | (col->slot < 0) << 8 };

		buf_add(b, head, sizeof head);
		buf_str(b, col->name);
		if (col->slot < 0)
			key_value(b, s->consts[-1 - col->slot]);
	}
}

/* The slot of a schema, known by content; NULL without memory. */
static struct schema_slot *find_slot(struct detector *d, const struct schema *s)
{
	struct map_entry *entry;
	bool is_new;

	if (s->id < d->slots.len && d->slots.at[s->id].schema == s)
		return &d->slots.at[s->id];
	while (d->slots.len <= s->id)
		if (!VEC_PUSH(&d->slots, LIMIT_SCHEMAS))
			return NULL;
	buf_clear(&d->key);
	key_schema(&d->key, s);
	entry = d->key.failed ? NULL : map_put(&d->kinds, buf_view(&d->key), d->kinds.len, &is_new);
	if (!entry)
		return NULL;
	d->slots.at[s->id] = (struct schema_slot){ .schema = s, .kind = (uint32_t)entry->value };
	return &d->slots.at[s->id];
}

static void make_key(struct detector *d, const event *ev, uint32_t kind)
{
	buf_clear(&d->key);
	buf_add(&d->key, &kind, sizeof kind);
	key_value(&d->key, event_wk(ev, WK_EVENT_ID));
	key_value(&d->key, event_wk(ev, WK_CHANNEL));
	key_value(&d->key, event_wk(ev, WK_PROVIDER));
}

/* Is this make_key() of the event? Without making it. */
static bool key_matches(str key, const event *ev)
{
	static const enum well_known VALUES[] = { WK_EVENT_ID, WK_CHANNEL, WK_PROVIDER };
	size_t at = sizeof(uint32_t); /* the kind is the slot's */

	for (size_t i = 0; i < COUNT(VALUES); i++) {
		value v = event_wk(ev, VALUES[i]);
		uint32_t head[2] = { v.len, v.type | (uint32_t)v.flags << 8 };

		if (key.len - at < sizeof head + v.len || memcmp(key.ptr + at, head, sizeof head) != 0 ||
		    memcmp(key.ptr + at + sizeof head, v.ptr ? v.ptr : (const uint8_t *)"", v.len) != 0)
			return false;
		at += sizeof head + v.len;
	}
	return true;
}

/* Per-event arrays must hold the largest class. */
static bool make_room(struct detector *d, const struct bound_class *c)
{
	size_t words = c->nbits / 64 + 1;

	if (c->nfields > d->nfields) {
		free(d->texts);
		d->texts = calloc(c->nfields, sizeof *d->texts);
		d->nfields = d->texts ? c->nfields : 0;
	}
	if (words > d->nwords) {
		free(d->candidates);
		d->candidates = calloc(words, sizeof *d->candidates);
		d->nwords = d->candidates ? words : 0;
	}
	return c->nfields <= d->nfields && words <= d->nwords;
}

/* ... and every atom. What was known of the event stays known. */
static bool make_atom_room(struct detector *d)
{
	size_t n = d->atoms.list.len, room = n + n / 2 + 256;
	uint32_t *seen;
	uint8_t *truth;

	if (n <= d->natoms)
		return true;
	seen = calloc(room, sizeof *seen);
	truth = calloc(room, 1);
	if (!seen || !truth) {
		free(seen);
		free(truth);
		return false;
	}
	if (d->natoms) {
		memcpy(seen, d->seen, d->natoms * sizeof *seen);
		memcpy(truth, d->truth, d->natoms);
	}
	free(d->seen);
	free(d->truth);
	d->seen = seen;
	d->truth = truth;
	d->natoms = room;
	return true;
}

static void scan_constants(struct detector *d, struct bound_class *c, const event *ev);

/* Bind the class of an event; it becomes the last. */
static struct bound_class *bind_class(struct detector *d, const event *ev, err *e)
{
	struct bound_class *c;
	struct class_slot *at;

	if (binder_bind(d->binder, &d->naive, ev, &d->class_mem, &c, e) < 0)
		return NULL;
	at = VEC_PUSH(&d->classes, LIMIT_DETECT_CLASSES);
	if (!at || !make_room(d, c)) {
		err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "too many kinds of events");
		return NULL;
	}
	at->bound = c;
	scan_constants(d, c, ev);
	return c;
}

/* The event's class, bound on first sight; NULL if there is no room. */
static struct bound_class *find_class(struct detector *d, const event *ev, err *e)
{
	struct schema_slot *slot = find_slot(d, ev->schema);
	struct map_entry *entry = NULL;
	bool is_new;

	if (slot && slot->bound && key_matches(slot->key, ev))
		return slot->bound;
	if (slot) {
		make_key(d, ev, slot->kind);
		entry = d->key.failed ? NULL : map_get(&d->class_ids, buf_view(&d->key));
	}
	if (slot && !entry && bind_class(d, ev, e))
		entry = map_put(&d->class_ids, buf_view(&d->key), d->classes.len - 1, &is_new);
	if (!entry) {
		err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "too many kinds of events");
		return NULL;
	}
	slot->bound = d->classes.at[entry->value].bound;
	slot->key = entry->key;
	return slot->bound;
}

/* --- texts ---------------------------------------------------------------------------------- */

static bool add_span(struct detector *d, value one, bool folded)
{
	struct span *s = VEC_PUSH(&d->spans, LIMIT_SIGMA_NODES);

	if (!s)
		return false;
	s->from = d->text.len;
	if (folded)
		values_folded(one, &d->text);
	else
		values_text(one, &d->text);
	s->len = d->text.len - s->from;
	buf_byte(&d->text, 0); /* a match never reaches from one value into the next */
	return !d->text.failed;
}

/* The texts of a field in this event, made once. */
static const struct field_text *field_texts(struct detector *d, const struct bound_class *c, const event *ev,
					    uint32_t field, bool folded)
{
	const struct bound_field *f = &c->fields[field];
	struct field_text *t = &d->texts[field].kind[folded];
	value one;

	if (t->epoch == d->epoch)
		return t;
	t->epoch = d->epoch;
	t->first = (uint32_t)d->spans.len;
	t->from = d->text.len;
	for (uint32_t i = 0; i < f->ncolumns; i++) {
		const struct column *col = &ev->schema->columns[f->columns[i]];
		value v = event_value(ev, (int32_t)f->columns[i]);

		if (!column_is_present(ev->schema, col, v))
			continue;
		for (size_t pos = 0; values_next(v, &pos, &one);)
			if (!add_span(d, one, folded))
				d->failed = true;
	}
	t->n = (uint32_t)d->spans.len - t->first;
	t->to = d->text.len;
	return t;
}

static bool any_text(struct detector *d, const struct pred *p, const struct field_text *t)
{
	for (uint32_t i = 0; i < t->n; i++) {
		const struct span *s = &d->spans.at[t->first + i];

		if (pred_text(p, d->naive.regex, (str){ d->text.ptr + s->from, s->len }, false,
			      &d->naive.limited))
			return true;
	}
	return false;
}

/* --- atoms ---------------------------------------------------------------------------------- */

static bool ask_presence(const struct bound_field *f, const struct pred *p, const event *ev)
{
	bool present = false, null = false;
	value one;

	for (uint32_t i = 0; i < f->ncolumns; i++) {
		const struct column *col = &ev->schema->columns[f->columns[i]];
		value v = event_value(ev, (int32_t)f->columns[i]);
		size_t pos = 0;

		if (!column_is_present(ev->schema, col, v))
			continue;
		null |= v.type == VALUE_ABSENT;
		present |= values_next(v, &pos, &one);
	}
	return p->kind == PRED_NULL ? !present || null : present == p->want;
}

static bool ask_atom(struct detector *d, const struct bound_class *c, const event *ev, uint32_t atom,
		     uint32_t field)
{
	const struct bound_atom *a = &d->atoms.list.at[atom];
	const struct pred *p = &d->rs->pool.preds.at[a->pred];

	if (p->kind == PRED_FIELDREF)
		return naive_leaf(&d->naive, ev, a->field, a->pred, NULL, NULL);
	if (p->kind == PRED_NULL || p->kind == PRED_EXISTS)
		return ask_presence(&c->fields[field], p, ev);
	return any_text(d, p, field_texts(d, c, ev, field, pred_wants_folded(p)));
}

static bool atom_holds(struct detector *d, const struct bound_class *c, const event *ev, uint32_t atom,
		       uint32_t field)
{
	if (d->seen[atom] != d->epoch) {
		d->seen[atom] = d->epoch;
		d->truth[atom] = ask_atom(d, c, ev, atom, field);
	}
	return d->truth[atom];
}

static bool node_holds(struct detector *d, const struct bound_class *c, const event *ev,
		       const struct bound_program *p, uint32_t id)
{
	const struct bound_node *n = &p->nodes[id];

	switch (n->op) {
	case NODE_AND:
		for (uint32_t i = 0; i < n->n; i++)
			if (!node_holds(d, c, ev, p, p->kids[n->first + i]))
				return false;
		return true;
	case NODE_OR:
		for (uint32_t i = 0; i < n->n; i++)
			if (node_holds(d, c, ev, p, p->kids[n->first + i]))
				return true;
		return false;
	case NODE_NOT:
		return !node_holds(d, c, ev, p, n->first);
	case BOUND_SCANNED:
		return d->found[n->first] == d->epoch;
	default:
		return atom_holds(d, c, ev, n->first, n->n);
	}
}

/* --- scanning ------------------------------------------------------------------------------- */

/* An atom of a scan's group holds: so may the members that it triggers. */
static void fire(struct detector *d, const struct bound_scan *scan, uint32_t group_atom)
{
	const struct plan *plan = &d->rs->plan;
	uint32_t atom = scan->atom + group_atom;

	if (d->found[atom] == d->epoch)
		return;
	d->found[atom] = d->epoch;
	for (uint32_t i = plan->fired_first.at[atom]; i < plan->fired_first.at[atom + 1]; i++) {
		uint32_t bit = scan->bit + plan->fired.at[i];

		d->candidates[bit / 64] |= UINT64_C(1) << bit % 64;
	}
}

/* One value while it is scanned: its texts are made when they are asked for. */
struct scanned {
	value v;
	const struct bound_scan *scan;
	str text[2]; /* as it is, folded; ptr NULL: not made */
};

static str scanned_text(struct detector *d, struct scanned *s, bool folded)
{
	buf *b = &d->scan_text[folded];

	if (s->text[folded].ptr)
		return s->text[folded];
	buf_clear(b);
	if (folded)
		values_folded(s->v, b);
	else
		values_text(s->v, b);
	d->failed |= b->failed;
	s->text[folded] = buf_view(b);
	if (!s->text[folded].ptr)
		s->text[folded] = STR("");
	return s->text[folded];
}

static void note_hit(struct detector *d, uint32_t atom)
{
	uint32_t *hit = VEC_PUSH(&d->hits, LIMIT_SIGMA_NODES);

	if (hit)
		*hit = atom;
	else
		d->failed = true;
}

/* Note the atom of the group if the value satisfies it. found: its literal lies in the folded text. */
static void verify(struct detector *d, struct scanned *s, uint32_t atom, bool found)
{
	const struct pred *p = &d->rs->pool.preds.at[d->rs->plan.atoms.at[s->scan->atom + atom].pred];

	if ((found && p->kind == PRED_GLOB && p->pattern.contains && !p->cased) ||
	    pred_text(p, d->naive.regex, scanned_text(d, s, pred_wants_folded(p)), false, &d->naive.limited))
		note_hit(d, atom);
}

static void scan_literals(struct detector *d, struct scanned *s)
{
	const struct plan *plan = &d->rs->plan;
	const struct plan_field *f = s->scan->plan;
	const uint32_t *first = plan->literal_hits.at + f->literal, *found = NULL;
	int n = (int)f->nliterals;

	if (f->literal_db)
		n = scan_run(d->scans, f->literal_db, scanned_text(d, s, true), &found);
	d->failed |= n < 0;
	for (int i = 0; i < n; i++) {
		uint32_t pattern = found ? found[i] : (uint32_t)i;

		for (uint32_t k = first[pattern]; k < first[pattern + 1]; k++)
			verify(d, s, plan->hits.at[k], found != NULL);
	}
}

static void scan_regexes(struct detector *d, struct scanned *s)
{
	const struct plan_field *f = s->scan->plan;
	const uint32_t *atoms = d->rs->plan.regexes.at + f->regex, *found;
	str text = scanned_text(d, s, false);
	int n;

	if (!f->regex_db || !regex_is_ascii(text)) {
		for (uint32_t i = 0; i < f->nregexes; i++)
			verify(d, s, atoms[i], false);
		return;
	}
	n = scan_run(d->scans, f->regex_db, text, &found);
	d->failed |= n < 0;
	for (int i = 0; i < n; i++)
		note_hit(d, atoms[found[i]]);
}

static void fire_known(struct detector *d, const struct bound_scan *scan, const struct memo_entry *known)
{
	for (uint32_t i = 0; i < known->natoms; i++)
		fire(d, scan, known->atoms[i]);
}

/* Find the atoms that one value satisfies: from memory, or by scanning it. */
static void scan_value(struct detector *d, const struct bound_scan *scan, value one,
		       const struct memo_entry **last)
{
	struct scanned s = { .v = one, .scan = scan };
	uint64_t hash = 0, limited = d->naive.limited;
	bool memo = one.len <= MEMO_VALUE_MAX;

	if (*last && memo_is_entry(&d->memo, *last, scan->number, one)) {
		fire_known(d, scan, *last);
		return;
	}
	*last = memo ? memo_get(&d->memo, scan->number, one, &hash) : NULL;
	if (*last) {
		fire_known(d, scan, *last);
		return;
	}
	d->hits.len = 0;
	if (scan->plan->nliterals)
		scan_literals(d, &s);
	if (scan->plan->nregexes)
		scan_regexes(d, &s);
	for (uint32_t i = 0; i < scan->plan->ndirects; i++)
		verify(d, &s, d->rs->plan.directs.at[scan->plan->direct + i], false);
	for (size_t i = 0; i < d->hits.len; i++)
		fire(d, scan, d->hits.at[i]);
	if (memo && !d->failed && d->naive.limited == limited)
		*last = memo_put(&d->memo, scan->number, one, hash, d->hits.at, (uint32_t)d->hits.len);
}

static void scan_field(struct detector *d, const event *ev, const struct bound_scan *scan)
{
	value one;

	for (uint32_t i = 0; i < scan->ncolumns; i++) {
		const struct column *col = &ev->schema->columns[scan->columns[i]];
		value v = event_value(ev, (int32_t)scan->columns[i]);

		if (!column_is_present(ev->schema, col, v) || (scan->plan->text_only && !values_is_text(v)))
			continue;
		if (!(v.flags & VALUE_F_ARRAY) && v.type != VALUE_ABSENT) {
			scan_value(d, scan, v, &scan->last[i]);
			continue;
		}
		for (size_t pos = 0; values_next(v, &pos, &one);)
			scan_value(d, scan, one, &scan->last[i]);
	}
}

static void next_epoch(struct detector *d)
{
	if (++d->epoch == 0) { /* wrapped: old stamps would look new */
		memset(d->found, 0, d->rs->plan.atoms.len * sizeof *d->found);
		if (d->natoms)
			memset(d->seen, 0, d->natoms * sizeof *d->seen);
		if (d->nfields)
			memset(d->texts, 0, d->nfields * sizeof *d->texts);
		d->epoch = 1;
	}
	buf_clear(&d->text);
	d->spans.len = 0;
	d->failed = false;
}

/* What constants trigger is asked of every event of the class. */
static void scan_constants(struct detector *d, struct bound_class *c, const event *ev)
{
	size_t words = c->nbits / 64u + 1;

	next_epoch(d);
	memcpy(d->candidates, c->always, words * sizeof *c->always);
	for (uint32_t i = 0; i < c->nconstants; i++)
		scan_field(d, ev, &c->scans[c->nscans + i]);
	memcpy(c->always, d->candidates, words * sizeof *c->always);
}

/* --- matches -------------------------------------------------------------------------------- */

static bool text_holds(struct detector *d, const struct pred *p, value one)
{
	buf *b = &d->scan_text[0];

	buf_clear(b);
	if (pred_wants_folded(p))
		values_folded(one, b);
	else
		values_text(one, b);
	return pred_text(p, d->naive.regex, buf_view(b), false, &d->naive.limited);
}

bool detector_leaf_holds(struct detector *d, const event *ev, const struct variant *v, uint32_t field,
			 uint32_t pred)
{
	const struct bound_field *f = d->current ? bound_field_of(d->current, field) : NULL;
	uint32_t atom;

	if (!f || f->constant || field == FIELD_ANY)
		return naive_leaf(&d->naive, ev, field, pred, NULL, NULL);
	atom = plan_find_atom(&d->rs->plan, v->group, field, pred);
	if (atom != PLAN_NONE)
		return d->found[d->rs->plan.groups.at[v->group].atom + atom] == d->epoch;
	atom = bound_atom_get(&d->atoms, field, pred);
	if (atom == UINT32_MAX || atom >= d->natoms)
		return naive_leaf(&d->naive, ev, field, pred, NULL, NULL);
	return atom_holds(d, d->current, ev, atom, (uint32_t)(f - d->current->fields));
}

bool detector_leaf_value(struct detector *d, const event *ev, const struct variant *v, uint32_t field,
			 uint32_t pred, int32_t *ret_col, value *ret_value)
{
	const struct bound_field *f = d->current ? bound_field_of(d->current, field) : NULL;
	const struct pred *p = &d->rs->pool.preds.at[pred];

	if (!f || f->constant || field == FIELD_ANY || p->kind == PRED_NULL || p->kind == PRED_EXISTS ||
	    p->kind == PRED_FIELDREF)
		return naive_leaf(&d->naive, ev, field, pred, ret_col, ret_value) && *ret_col >= 0;
	if (!detector_leaf_holds(d, ev, v, field, pred))
		return false;
	for (uint32_t i = 0; i < f->ncolumns; i++) {
		value all = event_value(ev, (int32_t)f->columns[i]);

		*ret_col = (int32_t)f->columns[i];
		if (!column_is_present(ev->schema, &ev->schema->columns[f->columns[i]], all))
			continue;
		for (size_t pos = 0; values_next(all, &pos, ret_value);)
			if (f->ncolumns == 1 && !(all.flags & VALUE_F_ARRAY))
				return true; /* no other one can be it */
			else if (text_holds(d, p, *ret_value))
				return true;
	}
	return false;
}

/* The variant of a bit of the class. */
static uint32_t variant_of(const struct detector *d, const struct bound_class *c, uint32_t bit)
{
	const struct bound_group *g = c->groups;

	while (bit - g->bit >= g->nbits)
		g++;
	return d->rs->plan.members.at[d->rs->plan.groups.at[g->number].variant + bit - g->bit];
}

/* What is left of a rule in the class; NULL without room. */
static const struct bound_program *program_of(struct detector *d, struct bound_class *c, const event *ev,
					      uint32_t bit)
{
	if (!c->programs[bit])
		c->programs[bit] = binder_program(d->binder, &d->naive, c, ev,
						  &d->rs->variants.at[variant_of(d, c, bit)], &d->atoms,
						  &d->class_mem);
	return make_atom_room(d) ? c->programs[bit] : NULL;
}

/* The variants that match, into d->matched. False without room: nothing was handed on yet. */
static bool match(struct detector *d, struct bound_class *c, const event *ev)
{
	d->matched.len = 0;
	for (uint32_t w = 0; w < c->nbits / 64u + 1; w++) {
		for (uint64_t bits = d->candidates[w]; bits; bits &= bits - 1) {
			uint32_t bit = w * 64 + (uint32_t)__builtin_ctzll(bits), *matched;
			const struct bound_program *p = program_of(d, c, ev, bit);

			if (!p)
				return false;
			d->evaluated++;
			if (p->constant && !p->value)
				c->always[w] &= ~(UINT64_C(1) << bit % 64); /* in no event of the class */
			if (p->constant ? !p->value : !node_holds(d, c, ev, p, p->nnodes - 1))
				continue;
			matched = VEC_PUSH(&d->matched, LIMIT_SIGMA_NODES);
			if (!matched)
				return false;
			*matched = variant_of(d, c, bit);
		}
	}
	return true;
}

static int cmp_u32(const void *x, const void *y)
{
	uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;

	return (a > b) - (a < b);
}

/* In the order of the set, each rule once. */
static int emit_matched(struct detector *d, const struct bound_class *c, const event *ev, finding_sink sink,
			void *ctx, err *e)
{
	uint32_t last = UINT32_MAX;

	if (d->matched.len > 1 && c->ngroups > 1)
		qsort(d->matched.at, d->matched.len, sizeof *d->matched.at, cmp_u32);
	for (size_t i = 0; i < d->matched.len; i++) {
		const struct variant *v = &d->rs->variants.at[d->matched.at[i]];

		if (v->rule != last && detector_emit(d, v, ev, sink, ctx, e) < 0)
			return -1;
		last = v->rule;
	}
	return 0;
}

/* Class, scans, programs. False if all room is used; nothing was handed on then. */
static bool evaluate(struct detector *d, const event *ev, err *e)
{
	struct bound_class *c = find_class(d, ev, e);

	d->current = c;
	d->matched.len = 0;
	if (!c || c->nbits == 0)
		return c != NULL;
	next_epoch(d);
	memcpy(d->candidates, c->always, (c->nbits / 64u + 1) * sizeof *d->candidates);
	for (uint32_t i = 0; i < c->nscans; i++)
		scan_field(d, ev, &c->scans[i]);
	if (match(d, c, ev))
		return true;
	err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "no room to bind rules");
	return false;
}

static int run_fast(struct detector *d, const event *ev, finding_sink sink, void *ctx, err *e)
{
	int r = 0;

	if (!evaluate(d, ev, NULL)) { /* all room is used: binding begins anew */
		reset(d);
		if (!evaluate(d, ev, e))
			return -1;
	}
	if (d->matched.len)
		r = emit_matched(d, d->current, ev, sink, ctx, e);
	d->current = NULL;
	if (r == 0 && d->failed)
		return err_set(e, ERR_OOM, ev->ref.offset, "no memory to evaluate an event");
	return r;
}

static int run_naive(struct detector *d, const event *ev, finding_sink sink, void *ctx, err *e)
{
	struct event_place place;
	arena texts;
	uint32_t matched = UINT32_MAX;
	int r = 0;

	arena_init(&texts, LIMIT_VALUE_TEXT * 4);
	if (!event_place_of(&place, ev, d->naive.declared, &texts))
		r = err_set(e, ERR_LIMIT, ev->ref.offset, "channel name too long");
	for (size_t i = 0; r == 0 && i < d->rs->variants.len; i++) {
		const struct variant *v = &d->rs->variants.at[i];

		if (v->rule == matched || !group_applies(&d->rs->plan.groups.at[v->group], &place) ||
		    !naive_node(&d->naive, v, ev, v->root))
			continue;
		matched = v->rule;
		r = detector_emit(d, v, ev, sink, ctx, e);
	}
	arena_done(&texts);
	return r;
}

int detector_event(struct detector *d, const event *ev, finding_sink sink, void *ctx, err *e)
{
	uint64_t limited = d->naive.limited;
	int r;

	if (d->rs->variants.len == 0)
		return 0;
	r = d->use_naive ? run_naive(d, ev, sink, ctx, e) : run_fast(d, ev, sink, ctx, e);
	if (d->naive.limited != limited && !d->has_gap) {
		gap_set(&d->gap, GAP_LIMIT, ev->ref.offset, ev->ref.offset + ev->length,
			"regular expressions of rules stopped after %u steps on a value", LIMIT_REGEX_STEPS);
		d->gap.item = ev->ref.item;
		d->has_gap = true;
	}
	return r;
}
