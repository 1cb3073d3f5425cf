#include "readers/json/toevent.h"

#include <stdlib.h>

/* --- which plan ----------------------------------------------------------------------------- */

int json_choice_init(struct json_choice *c, struct schema_set *schemas,
		     const struct json_dialect *const *dialects, err *e)
{
	*c = (struct json_choice){ .schemas = schemas, .dialects = dialects };
	map_init(&c->fields.names, LIMIT_JSON_FIELDS + LIMIT_JSON_DATASETS, LIMIT_JSON_PLAN_BYTES);
	c->plans = json_plans_of(schemas, e);
	return c->plans ? 0 : -1;
}

void json_choice_done(struct json_choice *c)
{
	json_plans_free(c->narrow);
	map_done(&c->fields.names);
	free(c->used);
	*c = (struct json_choice){ 0 };
}

/* Once one kind of object was refused all new ones are, whether the set knew them before or not: what a
 * file gives must not depend on the files before it. */
static bool schema_allowed(struct json_choice *c, const struct schema *s)
{
	if (s->id >= c->nused) {
		uint32_t n = s->id < LIMIT_SCHEMAS / 2 ? 2 * s->id + 64 : LIMIT_SCHEMAS;
		bool *p = realloc(c->used, n * sizeof *p);

		if (!p)
			return false;
		memset(p + c->nused, 0, (n - c->nused) * sizeof *p);
		c->used = p;
		c->nused = n;
	}
	if (!c->used[s->id] && !c->full) {
		c->used[s->id] = schema_set_use(c->schemas, s);
		c->full = !c->used[s->id];
	}
	return c->used[s->id];
}

static const struct json_dialect *last_dialect(const struct json_choice *c)
{
	const struct json_dialect *const *d = c->dialects;

	while (d[1])
		d++;
	return *d;
}

/* May this content's events have this schema with these columns? */
static bool plan_allowed(struct json_choice *c, struct json_plan *p)
{
	uint32_t item = schema_set_item(c->schemas);

	if (!p->schema || p->item == item)
		return true;
	if (p->dialect == last_dialect(c) && !json_fields_add(&c->fields, p))
		return false;
	if (!schema_allowed(c, p->schema))
		return false;
	p->item = item;
	return true;
}

/* The last resort, one small schema, may go over the ceiling of others. */
static bool resort_allowed(struct json_choice *c, const struct schema *s)
{
	return schema_allowed(c, s) || (c->fields.none && schema_set_use(c->schemas, s));
}

/* Where columns or schemas run out: the fields that have columns keep them, the others become texts of one
 * column; where not even that is possible all do. Nothing is lost but the names of columns. */
static const struct json_plan *narrow_plan(struct json_choice *c, str sig, err *e)
{
	if (!c->narrow)
		c->narrow = json_plans_narrow(c->schemas, &c->fields, e);
	for (unsigned i = 0; c->narrow && i < 2; i++) {
		const struct json_plan *p = json_plans_get(c->narrow, c->dialects, sig,
							   !c->full ? JSON_ADD_ANY
							   : i      ? JSON_ADD_LAST
								    : JSON_ADD_NONE,
							   e);
		bool windows = p && p->dialect != last_dialect(c);

		if (p &&
		    (!p->schema || (windows ? schema_allowed(c, p->schema) : resort_allowed(c, p->schema))))
			return p;
		if (windows)
			return NULL;
		c->fields.none = true;
		json_plans_clear(c->narrow);
	}
	return NULL;
}

const struct json_plan *json_choose(struct json_choice *c, str sig, err *e)
{
	struct json_plan *p;

	if (c->narrow) {
		p = json_plans_find(c->plans, sig);
		return p && (!p->schema || p->item == schema_set_item(c->schemas)) ? p
										   : narrow_plan(c, sig, e);
	}
	p = json_plans_get(c->plans, c->dialects, sig, c->full ? JSON_ADD_NONE : JSON_ADD_ANY, e);
	return p && plan_allowed(c, p) ? p : narrow_plan(c, sig, e);
}

/* --- values --------------------------------------------------------------------------------- */

static bool slots_reserve(struct json_fill *f, uint32_t n)
{
	value *slots;
	uint32_t *dirty;

	if (n <= f->slots_cap)
		return true;
	slots = realloc(f->slots, n * sizeof *slots);
	if (slots)
		f->slots = slots;
	dirty = realloc(f->dirty, n * sizeof *dirty);
	if (dirty)
		f->dirty = dirty;
	if (!slots || !dirty)
		return false;
	memset(slots + f->slots_cap, 0, (n - f->slots_cap) * sizeof *slots);
	f->slots_cap = n;
	return true;
}

/* A schema may have many more columns than its event has values: only what was put is taken away. */
static void clear_slots(struct json_fill *f)
{
	for (uint32_t i = 0; i < f->ndirty; i++)
		f->slots[f->dirty[i]] = (value){ 0 };
	f->ndirty = 0;
}

static void fill_slots(struct json_event *j, const struct json_plan *p)
{
	for (uint32_t i = 0; i < p->nleaves; i++) {
		uint32_t slot = p->slot_of ? p->slot_of[i] : i;

		if (slot == JSON_NO_SLOT)
			continue;
		json_put(j, slot, j->flat->values[i]);
	}
}

void json_fill_done(struct json_fill *f)
{
	buf_done(&f->made.joined);
	buf_done(&f->made.text);
	free(f->slots);
	free(f->dirty);
	*f = (struct json_fill){ 0 };
}

bool json_fill_event(struct json_fill *f, const struct json_plan *p, struct flat *flat, str host, event *ev)
{
	struct json_event j = { .plan = p, .flat = flat, .host = host, .made = &f->made, .ev = ev };

	clear_slots(f);
	if (!slots_reserve(f, p->schema->nslots + p->nleaves))
		return false;
	*ev = (event){ .schema = p->schema, .values = f->slots };
	j.slots = f->slots;
	j.dirty = f->dirty;
	fill_slots(&j, p);
	p->dialect->finish(&j);
	f->ndirty = j.ndirty;
	ev->flags = flat->limited ? EVENT_PARTIAL : 0;
	return true;
}
