#include "readers/json/plans.h"

#include <stdlib.h>

#include "util/vec.h"

struct json_plans {
	struct schema_set *set;
	arena mem;  /* what the plans own; cleared with them */
	map by_sig; /* signature -> index of list */
	VEC(struct json_plan) list;
	const struct json_fields *only;
	bool may_add; /* during json_plans_get() */
};

/* Columns to schema, for all plans of a set. */
struct by_columns {
	map ids; /* hash of the columns and number of the attempt -> schema id */
};

static void plans_init(struct json_plans *p, struct schema_set *set, const struct json_fields *only)
{
	p->set = set;
	p->only = only;
	arena_init(&p->mem, LIMIT_JSON_PLAN_BYTES);
	map_init(&p->by_sig, LIMIT_JSON_PLANS, LIMIT_JSON_PLAN_BYTES);
}

static void plans_done(void *mem)
{
	struct json_plans *p = mem;

	arena_done(&p->mem);
	map_done(&p->by_sig);
	VEC_DONE(&p->list);
}

static void by_columns_done(void *mem)
{
	struct by_columns *b = mem;

	map_done(&b->ids);
}

struct json_plans *json_plans_of(struct schema_set *set, err *e)
{
	static const char OWNER;
	bool fresh = false;
	struct json_plans *p = schema_set_state(set, &OWNER, sizeof *p, plans_done, &fresh);

	if (!p)
		err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for JSON plans");
	else if (fresh)
		plans_init(p, set, NULL);
	return p;
}

struct json_plans *json_plans_narrow(struct schema_set *set, const struct json_fields *only, err *e)
{
	struct json_plans *p = calloc(1, sizeof *p);

	if (p)
		plans_init(p, set, only);
	else
		err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for JSON plans");
	return p;
}

void json_plans_free(struct json_plans *p)
{
	if (!p)
		return;
	plans_done(p);
	free(p);
}

struct schema_set *json_plans_set(const struct json_plans *p)
{
	return p->set;
}

arena *json_plans_mem(struct json_plans *p)
{
	return &p->mem;
}

const struct json_fields *json_plans_only(const struct json_plans *p)
{
	return p->only;
}

/* --- fields --------------------------------------------------------------------------------- */

static void field_key(buf *b, str dataset, str path)
{
	buf_clear(b);
	buf_str(b, dataset);
	buf_byte(b, '\n');
	buf_str(b, path);
}

static bool allow(const struct json_fields *f, buf *key, str dataset, str path)
{
	field_key(key, dataset, path);
	return !key->failed && map_get(&f->names, buf_view(key)) != NULL;
}

bool json_fields_allow(const struct json_fields *f, str dataset, str path)
{
	buf key = { 0 };
	bool yes = !f->none && allow(f, &key, dataset, path);

	buf_done(&key);
	return yes;
}

static bool add_field(struct json_fields *f, buf *key, str dataset, str path)
{
	if (allow(f, key, dataset, path))
		return true;
	return f->names.len < LIMIT_JSON_FIELDS + LIMIT_JSON_DATASETS &&
	       map_put(&f->names, buf_view(key), 0, NULL);
}

static bool add_dataset(struct json_fields *f, buf *key, str dataset)
{
	if (allow(f, key, dataset, STR("")))
		return true;
	if (f->datasets == LIMIT_JSON_DATASETS || !add_field(f, key, dataset, STR("")))
		return false;
	f->datasets++;
	return true;
}

bool json_fields_add(struct json_fields *f, const struct json_plan *p)
{
	const struct schema *s = p->schema;
	buf key = { 0 };
	bool ok = add_dataset(f, &key, s->dataset);

	for (uint32_t i = 0; ok && i < p->nleaves; i++) {
		uint32_t slot = p->slot_of ? p->slot_of[i] : i;

		if (slot != JSON_NO_SLOT)
			ok = add_field(f, &key, s->dataset, s->columns[slot].path);
	}
	buf_done(&key);
	return ok;
}

/* --- schemas -------------------------------------------------------------------------------- */

static uint64_t hash_columns(const struct schema *s)
{
	uint64_t h = s->family ^ hash_bytes(s->dataset.ptr, s->dataset.len);

	for (uint32_t i = 0; i < s->ncolumns; i++) {
		const struct column *c = &s->columns[i];
		uint64_t part[] = { h, hash_bytes(c->path.ptr, c->path.len),
				    hash_bytes(c->name.ptr, c->name.len), c->section, c->flags };

		h = hash_bytes(part, sizeof part);
	}
	return h;
}

static bool same_columns(const struct schema *a, const struct schema *b)
{
	if (a->family != b->family || a->ncolumns != b->ncolumns || !str_eq(a->dataset, b->dataset))
		return false;
	for (uint32_t i = 0; i < a->ncolumns; i++) {
		const struct column *x = &a->columns[i], *y = &b->columns[i];

		if (!str_eq(x->path, y->path) || !str_eq(x->name, y->name) || x->section != y->section ||
		    x->flags != y->flags)
			return false;
	}
	return true;
}

static void *no_room(err *e)
{
	err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "no room for another kind of object");
	return NULL;
}

const struct schema *json_plans_schema(struct json_plans *p, const struct schema *proto, err *e)
{
	static const char OWNER;
	uint64_t key[2] = { hash_columns(proto), 0 };
	str key_text = { (const char *)key, sizeof key };
	bool fresh = false;
	struct by_columns *b = schema_set_state(p->set, &OWNER, sizeof *b, by_columns_done, &fresh);
	const struct schema *s;
	struct map_entry *m;

	if (!b)
		return no_room(e);
	if (fresh)
		map_init(&b->ids, LIMIT_SCHEMAS, LIMIT_JSON_PLAN_BYTES);
	for (; (m = map_get(&b->ids, key_text)) != NULL; key[1]++) {
		s = schema_set_at(p->set, (uint32_t)m->value);
		if (s && same_columns(s, proto))
			return s;
	}
	s = p->may_add ? schema_set_add(p->set, proto, e) : no_room(e);
	if (!s)
		return NULL;
	return map_put(&b->ids, key_text, s->id, NULL) ? s : no_room(e);
}

/* --- plans ---------------------------------------------------------------------------------- */

void json_plans_clear(struct json_plans *p)
{
	map_done(&p->by_sig);
	map_init(&p->by_sig, LIMIT_JSON_PLANS, LIMIT_JSON_PLAN_BYTES);
	arena_clear(&p->mem);
	p->list.len = 0;
}

static int plan_build(struct json_plans *p, const struct json_dialect *const *dialects, str sig,
		      enum json_add add, struct json_plan *ret, arena *tmp, err *e)
{
	struct leaf_names names;

	if (!leaf_names_parse(&names, sig, tmp))
		return err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "object is too large");
	while (dialects[1] && !dialects[0]->claims(&names))
		dialects++;
	p->may_add = add == JSON_ADD_ANY || (add == JSON_ADD_LAST && !dialects[1]);
	*ret = (struct json_plan){ .dialect = dialects[0], .nleaves = names.n };
	return dialects[0]->plan(p, &names, ret, tmp, e);
}

struct json_plan *json_plans_find(struct json_plans *p, str sig)
{
	struct map_entry *m = map_get(&p->by_sig, sig);

	return m ? &p->list.at[m->value] : NULL;
}

struct json_plan *json_plans_get(struct json_plans *p, const struct json_dialect *const *dialects, str sig,
				 enum json_add add, err *e)
{
	struct json_plan plan, *at = json_plans_find(p, sig);
	struct map_entry *m;
	arena tmp;
	int r;

	if (at)
		return at;
	if (p->by_sig.len == LIMIT_JSON_PLANS || p->by_sig.keys.used_bytes > LIMIT_JSON_PLAN_BYTES / 2 ||
	    p->mem.used_bytes > LIMIT_JSON_PLAN_BYTES / 2)
		json_plans_clear(p);
	arena_init(&tmp, LIMIT_JSON_PLAN_BYTES);
	r = plan_build(p, dialects, sig, add, &plan, &tmp, e);
	arena_done(&tmp);
	if (r < 0)
		return NULL;
	at = VEC_PUSH(&p->list, LIMIT_JSON_PLANS);
	m = at ? map_put(&p->by_sig, sig, p->list.len - 1, NULL) : NULL;
	if (!m)
		return no_room(e);
	*at = plan;
	return at;
}
