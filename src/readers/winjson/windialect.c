#include "readers/json/plans.h"
#include "readers/json/when.h"
#include "readers/winjson/columns.h"
#include "readers/winjson/windialect.h"
#include "readers/winjson/wintext.h"

struct win_plan {
	enum shape shape;
	int32_t time_slot;     /* slot of a time made from time_ns; -1: none */
	int32_t keywords_slot; /* of a shape that writes the bits in decimal; -1: none */
	int32_t time_leaf;     /* where the event time is, -1: nowhere */
	int32_t received_leaf; /* NXLog: local time of receipt ... */
	int32_t utc_leaf;      /* ... and the UTC time that shows its offset */
	const uint32_t *twice; /* slots whose escapes may be doubled (Wazuh) */
	uint32_t ntwice;
};

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

	map_init(&seen, LIMIT_COLUMNS, LIMIT_JSON_PLAN_BYTES);
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

static void find_time(struct win_plan *p, const struct leaf_names *names)
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
	static const struct {
		const char *const *list;
		size_t n;
	} BY_SHAPE[] = {
		[SHAPE_EVTX_DUMP] = { EVTX, COUNT(EVTX) }, [SHAPE_ECS] = { ECS, COUNT(ECS) },
		[SHAPE_WAZUH] = { WAZUH, COUNT(WAZUH) },   [SHAPE_VELOCIRAPTOR] = { VELO, COUNT(VELO) },
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

/* Slots are numbered in the order of spec. */
static const struct schema *schema_for(struct json_plans *p, struct colspec *spec, uint32_t n, arena *mem,
				       err *e)
{
	struct column *cols = arena_array(mem, n, sizeof *cols);
	struct schema proto = { .family = FAMILY_WINDOWS,
				.reader = windows_dialect.reader,
				.columns = cols,
				.ncolumns = n,
				.nslots = n };

	if (!cols) {
		err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "object with %u members is too large", n);
		return NULL;
	}
	for (uint32_t i = 0; i < n; i++) {
		cols[i] = spec[i].col;
		cols[i].slot = (int32_t)i;
	}
	return json_plans_schema(p, &proto, e);
}

static bool identity(const struct colspec *spec, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (spec[i].leaf != i)
			return false;
	return true;
}

static bool set_slots(struct json_plan *plan, struct win_plan *win, const struct colspec *spec, uint32_t n,
		      arena *mem)
{
	uint32_t *slot_of, *twice, nslots = plan->nleaves;

	for (uint32_t i = 0; i < n; i++) {
		if (spec[i].leaf == UINT32_MAX)
			win->time_slot = (int32_t)i;
		if (spec[i].sys == SYS_KEYWORDS && win->shape != SHAPE_EVTX_DUMP)
			win->keywords_slot = (int32_t)i;
	}
	if (win->time_slot >= 0 || !identity(spec, n)) {
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
			twice[win->ntwice++] = i;
	win->twice = twice;
	return true;
}

static bool is_windows(const struct leaf_names *names)
{
	return leaf_names_shape(names) != SHAPE_OTHER;
}

static bool is_no_event(const struct leaf_names *names)
{
	return leaf_names_shape(names) == SHAPE_ACTION;
}

static int plan_windows(struct json_plans *p, const struct leaf_names *names, struct json_plan *ret,
			arena *tmp, err *e)
{
	struct win_plan *win = arena_alloc(json_plans_mem(p), sizeof *win);
	struct colspec *spec = arena_array(tmp, names->n + 1, sizeof *spec);
	uint32_t n = names->n;

	if (!win || !spec)
		return err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "object with %u members is too large", n);
	*win = (struct win_plan){ .shape = leaf_names_shape(names), .time_slot = -1, .keywords_slot = -1 };
	ret->own = win;
	if (win->shape == SHAPE_ACTION)
		return 0;
	if (!columns_of(spec, names, win->shape, tmp))
		return err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "object with %u members is too large", n);
	if (win->shape != SHAPE_EVTX_DUMP)
		spec[n++] = (struct colspec){ column_of_sys(SYS_TIME), UINT32_MAX, SYS_TIME, false };
	put_in_order(spec, n, win->shape);
	find_time(win, names);
	if (!number_repeats(spec, n, tmp) || !set_slots(ret, win, spec, n, json_plans_mem(p)))
		return err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "object with %u members is too large", n);
	ret->schema = schema_for(p, spec, n, tmp, e);
	return ret->schema ? 0 : -1;
}

/* --- values --------------------------------------------------------------------------------- */

static void set_time(struct json_event *j, const struct win_plan *p)
{
	const value *leaves = j->flat->values;
	event *ev = j->ev;
	enum time_basis basis = TIME_UTC_BY_SPEC, other;
	int64_t ns = TIME_NONE, received, utc;

	ev->time_ns = ev->written_ns = TIME_NONE;
	if (p->time_leaf >= 0 && when_parse(leaves[p->time_leaf], &ns, &basis)) {
		bool local = basis == TIME_LOCAL_ASSUMED;

		if (local && p->utc_leaf >= 0 && when_parse(leaves[p->utc_leaf], &utc, &other) &&
		    other != TIME_LOCAL_ASSUMED) {
			if (p->received_leaf >= 0 &&
			    when_parse(leaves[p->received_leaf], &received, &other) &&
			    when_local(ns, received, utc, &ns)) {
				basis = TIME_OFFSET_EXPLICIT;
			} else { /* late by the way to the collector, but in a known zone */
				ns = utc;
				basis = TIME_UTC_EXPLICIT;
			}
		}
		ev->time_ns = ns;
	}
	ev->time_basis = (uint8_t)basis;
	if (p->time_slot >= 0) {
		size_t n = time_text(ev->time_ns, j->made->time);

		if (basis == TIME_LOCAL_ASSUMED && n)
			n--; /* no zone is known: do not claim one */
		json_put(j, (uint32_t)p->time_slot, n ? value_utf8((str){ j->made->time, n }) : (value){ 0 });
	}
}

/* NXLog and others write the bit mask as a signed decimal number, Windows in hex. */
static void hex_keywords(struct json_event *j, value *v)
{
	uint64_t u;
	int64_t i;
	int n;

	if (v->len == 0 || v->len > 20 || memchr(v->ptr, 'x', v->len))
		return;
	if (!value_u64(*v, &u)) {
		if (!value_i64(*v, &i))
			return;
		u = (uint64_t)i;
	}
	n = snprintf(j->made->keywords, sizeof j->made->keywords, "0x%llx", (unsigned long long)u);
	*v = value_utf8((str){ j->made->keywords, (size_t)n });
}

/* Wazuh escapes some texts once more. True if `v` could be such a text; *proves if it must be. */
static bool may_be_doubled(value v, bool *proves)
{
	for (uint32_t i = 0, n; i < v.len; i += n ? n : 1) {
		for (n = 0; i + n < v.len && v.ptr[i + n] == '\\'; n++)
			;
		if (n % 2 && !(i + n < v.len && v.ptr[i + n] == '"'))
			return false;
		*proves |= n > 1;
	}
	return true;
}

/* Only where every backslash of the event agrees. */
static void undouble(struct json_event *j, const struct win_plan *p)
{
	bool doubled = false;

	for (uint32_t k = 0; k < p->ntwice; k++) {
		value v = j->slots[p->twice[k]];

		if (v.type == VALUE_UTF8 && !may_be_doubled(v, &doubled))
			return;
	}
	for (uint32_t k = 0; doubled && k < p->ntwice; k++) {
		value *v = &j->slots[p->twice[k]];
		char *to = v->len && v->type == VALUE_UTF8 ? flat_scratch(j->flat, v->len) : NULL;
		uint32_t n = 0;

		if (!to)
			continue;
		for (uint32_t i = 0; i < v->len; i++) {
			if (v->ptr[i] == '\\' && i + 1 < v->len)
				i++;
			to[n++] = (char)v->ptr[i];
		}
		v->ptr = (const uint8_t *)to;
		v->len = n;
	}
}

static void finish_windows(struct json_event *j)
{
	const struct win_plan *p = j->plan->own;

	if (p->ntwice)
		undouble(j, p);
	if (p->keywords_slot >= 0)
		hex_keywords(j, &j->slots[p->keywords_slot]);
	set_time(j, p);
}

const struct json_dialect windows_dialect = {
	.reader = "winjson",
	.claims = is_windows,
	.passes = is_no_event,
	.plan = plan_windows,
	.finish = finish_windows,
	.text = wintext_flat,
};
