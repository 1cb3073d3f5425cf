#include <stdlib.h>

#include "readers/winjson/columns.h"
#include "readers/winjson/flat.h"
#include "util/vec.h"

struct plans {
	struct schema_set *set;
	arena mem;  /* slot lists of the plans; cleared with them */
	map by_sig; /* signature -> index of list */
	VEC(struct plan) list;
	map by_columns; /* hash of the columns and number of the attempt -> schema id */
	bool may_add;   /* during plans_get() */
};

static void plans_done(void *mem)
{
	struct plans *p = mem;

	arena_done(&p->mem);
	map_done(&p->by_sig);
	map_done(&p->by_columns);
	VEC_DONE(&p->list);
}

struct plans *plans_of(struct schema_set *set, err *e)
{
	static const char OWNER;
	bool fresh = false;
	struct plans *p = schema_set_state(set, &OWNER, sizeof *p, plans_done, &fresh);

	if (!p) {
		err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for JSON plans");
		return NULL;
	}
	if (fresh) {
		p->set = set;
		arena_init(&p->mem, LIMIT_WINJSON_PLAN_BYTES);
		map_init(&p->by_sig, LIMIT_WINJSON_PLANS, LIMIT_WINJSON_PLAN_BYTES);
		map_init(&p->by_columns, LIMIT_SCHEMAS, LIMIT_WINJSON_PLAN_BYTES);
	}
	return p;
}

/* --- order and slots ------------------------------------------------------------------------ */

static int by_place(const void *pa, const void *pb)
{
	const struct colspec *a = pa, *b = pb;
	int d = a->col.section - b->col.section;

	if (d == 0 && a->col.section == SECTION_SYSTEM)
		d = a->sys - b->sys;
	if (d == 0)
		d = str_cmp(a->col.path, b->col.path);
	return d ? d : (a->leaf > b->leaf) - (a->leaf < b->leaf);
}

/* The event as it is, what lies around it behind. */
static int by_record(const void *pa, const void *pb)
{
	const struct colspec *a = pa, *b = pb;
	int d = str_starts(a->col.path, STR("#other/")) - str_starts(b->col.path, STR("#other/"));

	return d ? d : (a->leaf > b->leaf) - (a->leaf < b->leaf);
}

/* evtx_dump keeps the record's own order. Elsewhere the order of members is the exporter's whim and
 * differs from line to line: sorted, one schema serves them all. */
static void put_in_order(struct colspec *spec, uint32_t n, enum shape shape)
{
	qsort(spec, n, sizeof *spec, shape == SHAPE_EVTX_DUMP ? by_record : by_place);
}

/* The second column of one place is named as evtx_dump names a second element, so that writing the
 * event gives no name twice. Its field name stays: the field has several values. */
static bool number_repeats(struct colspec *spec, uint32_t n, arena *mem)
{
	map seen;
	bool ok = true;

	map_init(&seen, LIMIT_COLUMNS, LIMIT_WINJSON_PLAN_BYTES);
	for (uint32_t i = 0; i < n && ok; i++) {
		struct column *c = &spec[i].col;
		bool fresh = false;
		struct map_entry *m = map_put(&seen, c->path, 0, &fresh);

		ok = m != NULL;
		if (!ok || fresh || (c->flags & COLUMN_F_UNNAMED))
			continue;
		m->value++;
		c->raw = arena_printf(mem, "%.*s_%u", STR_ARG(c->raw), (unsigned)m->value);
		c->path = arena_printf(mem, "%.*s_%u", STR_ARG(c->path), (unsigned)m->value);
		ok = c->raw.ptr && c->path.ptr;
	}
	map_done(&seen);
	return ok;
}

static uint64_t hash_columns(const struct schema *s)
{
	uint64_t h = s->family;

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
	if (a->family != b->family || a->ncolumns != b->ncolumns)
		return false;
	for (uint32_t i = 0; i < a->ncolumns; i++) {
		const struct column *x = &a->columns[i], *y = &b->columns[i];

		if (!str_eq(x->path, y->path) || !str_eq(x->name, y->name) || x->section != y->section ||
		    x->flags != y->flags)
			return false;
	}
	return true;
}

static const struct schema *no_room(err *e)
{
	err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "no room for another kind of object");
	return NULL;
}

/* The schema with the columns of proto: one that is there, or a new one. */
static const struct schema *schema_with(struct plans *p, const struct schema *proto, err *e)
{
	uint64_t key[2] = { hash_columns(proto), 0 };
	str key_text = { (const char *)key, sizeof key };
	const struct schema *s;
	struct map_entry *m;

	for (; (m = map_get(&p->by_columns, key_text)) != NULL; key[1]++) {
		s = schema_set_at(p->set, (uint32_t)m->value);
		if (s && same_columns(s, proto))
			return s;
	}
	s = p->may_add ? schema_set_add(p->set, proto, e) : no_room(e);
	if (!s)
		return NULL;
	return map_put(&p->by_columns, key_text, s->id, NULL) ? s : no_room(e);
}

/* Slots are numbered in the order of spec. */
static const struct schema *schema_for(struct plans *p, struct colspec *spec, uint32_t n, enum shape shape,
				       arena *mem, err *e)
{
	struct column *cols = arena_array(mem, n, sizeof *cols);
	struct schema proto = { .family = shape == SHAPE_OTHER ? FAMILY_FLAT : FAMILY_WINDOWS,
				.reader = "winjson",
				.columns = cols,
				.ncolumns = n,
				.nslots = n };

	if (!cols)
		return no_room(e);
	for (uint32_t i = 0; i < n; i++) {
		cols[i] = spec[i].col;
		cols[i].slot = (int32_t)i;
	}
	return schema_with(p, &proto, e);
}

/* --- time ----------------------------------------------------------------------------------- */

static int32_t first_of(const struct leaf_names *names, const char *const *list, size_t n)
{
	for (size_t k = 0; k < n; k++) {
		int32_t i = leaf_names_find(names, str_of(list[k]));

		if (i >= 0)
			return i;
	}
	return -1;
}

static void find_time(struct plan *p, const struct leaf_names *names)
{
	static const char *const EVTX[] = { "Event.System.TimeCreated.#attributes.SystemTime",
					    "Event.System.TimeCreated_attributes.SystemTime" };
	static const char *const ECS[] = { "@timestamp", "winlog.time_created", "timestamp" };
	static const char *const WAZUH[] = { "data.win.system.systemTime", "win.system.systemTime",
					     "timestamp" };
	static const char *const VELO[] = { "System.TimeCreated.SystemTime", "EventTime", "_ts" };
	static const char *const FLAT[] = { "TimeCreated",   "TimeCreated_SystemTime",
					    "SystemTime",    "EventTime",
					    "TimeGenerated", "@timestamp",
					    "_time",         "timestamp" };
	static const char *const OTHER[] = { "@timestamp",    "timestamp", "ts",           "time",
					     "TimeGenerated", "EventTime", "CreationTime", "eventTime" };
	static const struct {
		const char *const *list;
		size_t n;
	} BY_SHAPE[] = {
		[SHAPE_OTHER] = { OTHER, COUNT(OTHER) },
		[SHAPE_EVTX_DUMP] = { EVTX, COUNT(EVTX) },
		[SHAPE_ECS] = { ECS, COUNT(ECS) },
		[SHAPE_WAZUH] = { WAZUH, COUNT(WAZUH) },
		[SHAPE_VELOCIRAPTOR] = { VELO, COUNT(VELO) },
		[SHAPE_FLAT] = { FLAT, COUNT(FLAT) },
	};

	p->time_leaf = first_of(names, BY_SHAPE[p->shape].list, BY_SHAPE[p->shape].n);
	p->received_leaf = p->utc_leaf = -1;
	if (p->shape == SHAPE_FLAT && p->time_leaf >= 0 &&
	    str_eq(names->at[p->time_leaf].dotted, STR("EventTime"))) {
		p->received_leaf = leaf_names_find(names, STR("EventReceivedTime"));
		p->utc_leaf = leaf_names_find(names, STR("@timestamp"));
	}
}

/* --- building ------------------------------------------------------------------------------- */

static bool identity(const struct colspec *spec, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (spec[i].leaf != i)
			return false;
	return true;
}

static bool set_slots(struct plan *plan, const struct colspec *spec, uint32_t n, arena *mem)
{
	uint32_t *slot_of, *twice, nslots = plan->nleaves;

	for (uint32_t i = 0; i < n; i++) {
		if (spec[i].leaf == UINT32_MAX)
			plan->time_slot = (int32_t)i;
		if (spec[i].sys == SYS_KEYWORDS && plan->shape != SHAPE_EVTX_DUMP)
			plan->keywords_slot = (int32_t)i;
	}
	if (plan->time_slot >= 0 || !identity(spec, n)) {
		slot_of = arena_array(mem, nslots, sizeof *slot_of);
		if (!slot_of)
			return false;
		for (uint32_t i = 0; i < n; i++)
			if (spec[i].leaf != UINT32_MAX)
				slot_of[spec[i].leaf] = i;
		plan->slot_of = slot_of;
	}
	twice = arena_array(mem, nslots, sizeof *twice);
	if (!twice)
		return false;
	for (uint32_t i = 0; i < n; i++)
		if (spec[i].twice)
			twice[plan->ntwice++] = i;
	plan->twice = twice;
	return true;
}

static int too_large(err *e, uint32_t n)
{
	return err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "object with %u members is too large", n);
}

static int plan_build(struct plans *p, struct plan *ret, str sig, arena *tmp, err *e)
{
	struct plan plan = { .time_slot = -1, .keywords_slot = -1, .time_leaf = -1 };
	struct leaf_names names;
	struct colspec *spec;
	uint32_t n;

	if (!leaf_names_parse(&names, sig, tmp))
		return too_large(e, 0);
	plan.shape = leaf_names_shape(&names);
	plan.nleaves = n = names.n;
	if (plan.shape == SHAPE_ACTION) {
		*ret = plan;
		return 0;
	}
	spec = arena_array(tmp, n + 1, sizeof *spec);
	if (!spec || !columns_of(spec, &names, plan.shape, tmp))
		return too_large(e, n);
	if (plan.shape != SHAPE_OTHER && plan.shape != SHAPE_EVTX_DUMP)
		spec[n++] = (struct colspec){ column_of_sys(SYS_TIME), UINT32_MAX, SYS_TIME, false };
	put_in_order(spec, n, plan.shape);
	find_time(&plan, &names);
	if (!number_repeats(spec, n, tmp) || !set_slots(&plan, spec, n, &p->mem))
		return too_large(e, n);
	plan.schema = schema_for(p, spec, n, plan.shape, tmp, e);
	if (!plan.schema)
		return -1;
	*ret = plan;
	return 0;
}

/* Forget the plans, not the schemas: they come back from the columns. */
static void plans_clear(struct plans *p)
{
	map_done(&p->by_sig);
	map_init(&p->by_sig, LIMIT_WINJSON_PLANS, LIMIT_WINJSON_PLAN_BYTES);
	arena_clear(&p->mem);
	p->list.len = 0;
}

const struct plan *plans_get(struct plans *p, str sig, bool may_add, err *e)
{
	struct map_entry *m = map_get(&p->by_sig, sig);
	struct plan plan, *at;
	arena tmp;
	int r;

	if (m)
		return &p->list.at[m->value];
	if (p->by_sig.len == LIMIT_WINJSON_PLANS ||
	    p->by_sig.keys.used_bytes > LIMIT_WINJSON_PLAN_BYTES / 2 ||
	    p->mem.used_bytes > LIMIT_WINJSON_PLAN_BYTES / 2)
		plans_clear(p);
	p->may_add = may_add;
	arena_init(&tmp, LIMIT_WINJSON_PLAN_BYTES);
	r = plan_build(p, &plan, sig, &tmp, e);
	arena_done(&tmp);
	if (r < 0)
		return NULL;
	at = VEC_PUSH(&p->list, LIMIT_WINJSON_PLANS);
	m = at ? map_put(&p->by_sig, sig, p->list.len - 1, NULL) : NULL;
	if (!m) {
		no_room(e);
		return NULL;
	}
	*at = plan;
	return at;
}
