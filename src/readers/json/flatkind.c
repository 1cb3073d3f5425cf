#include "readers/json/flatkind.h"

#include <stdlib.h>

#include "event/ecs.h"
#include "readers/json/kinds.h"
#include "readers/json/when.h"
#include "readers/json/widen.h"
#include "readers/json/wrap.h"
#include "util/logtime.h"
#include "util/utf.h"

/* Several leaves that are one field. */
struct join {
	uint32_t slot, n;
	const uint32_t *leaves;
};

/* A field of which parts are fields, too. slots[] in the order of PART_FIELDS; JSON_NO_SLOT: not wanted. */
enum { PART_FIELDS_MAX = 5 };
struct part {
	enum kind_part what;
	uint32_t from; /* slot */
	uint32_t slots[PART_FIELDS_MAX];
};

struct flat_plan {
	bool utc; /* a time without a zone is UTC by definition */
	uint32_t times[KIND_TIMES_MAX];
	uint32_t ntimes;
	const struct join *joins;
	uint32_t njoins;
	const struct part *parts;
	uint32_t nparts;
	bool derive_host;
	uint32_t host_slot; /* of the host that the item's place tells */
	uint32_t more_slot; /* JSON_NO_SLOT: every leaf has a column */
	const uint32_t *more;
	const str *more_names;
	uint32_t nmore;
};

#define HOST "host.name"

static const char *const PART_FIELDS[PART_FIELDS_MAX] = { "cs-method", "cs-uri", "cs-uri-stem",
							  "cs-uri-query", "cs-version" };

/* --- columns -------------------------------------------------------------------------------- */

struct field {
	str path;
	uint32_t leaf; /* JSON_NO_SLOT: a part or JSON_MORE */
};

struct making {
	struct json_plans *plans;
	const struct leaf_names *names;
	const struct kind *kind;
	str dataset, split;
	struct field *fields; /* leaves, then what is made of them; sorted */
	uint32_t nfields;
	arena *tmp, *mem;
	bool failed;
};

static int by_path(const void *pa, const void *pb)
{
	const struct field *a = pa, *b = pb;
	int d = str_cmp(a->path, b->path);

	return d ? d : (a->leaf > b->leaf) - (a->leaf < b->leaf);
}

static void *array_in(struct making *m, arena *mem, size_t n, size_t size)
{
	void *p = arena_array(mem, n ? n : 1, size);

	m->failed |= !p;
	return p;
}

/* The text that a leaf's own name stands for in the signature. */
static str tag_of(const struct leaf_names *names, str dotted)
{
	int32_t i = dotted.len ? leaf_names_find(names, dotted) : -1;

	return i >= 0 ? names->at[i].tag : (str){ "", 0 };
}

static bool is_allowed(const struct making *m, str path)
{
	const struct json_fields *only = json_plans_only(m->plans);
	const struct ecs_flat_row *row;

	return !only || json_fields_allow(only, m->dataset, path) ||
	       (!only->none && ecs_rows_flat(m->dataset, path, &row));
}

static void add_field(struct making *m, str path, uint32_t leaf)
{
	m->fields[m->nfields++] = (struct field){ path, leaf };
}

/* Parts first, so that one which the log has itself goes with it: both are values of one field. */
static void add_parts(struct making *m, struct flat_plan *own)
{
	struct part *parts = array_in(m, m->mem, m->names->n, sizeof *parts);

	for (uint32_t i = 0; parts && i < m->names->n; i++) {
		enum kind_part what = kind_part(m->dataset, m->names->at[i].dotted);

		if (what == PART_NONE)
			continue;
		parts[own->nparts++] = (struct part){ .what = what, .from = i };
		for (uint32_t k = 0; what != PART_BYTES && k < PART_FIELDS_MAX; k++)
			if (what == PART_REQUEST || (k >= 1 && k <= 3))
				add_field(m, str_of(PART_FIELDS[k]), JSON_NO_SLOT);
	}
	own->parts = parts;
}

static void add_more(struct making *m, struct flat_plan *own)
{
	uint32_t *more = array_in(m, m->mem, m->names->n, sizeof *more);
	str *names = array_in(m, m->mem, m->names->n, sizeof *names);

	for (uint32_t i = 0; more && names && i < m->names->n; i++) {
		str dotted = m->names->at[i].dotted;

		if (is_allowed(m, dotted)) {
			add_field(m, dotted, i);
			continue;
		}
		more[own->nmore] = i;
		names[own->nmore] = arena_str(m->mem, dotted);
		m->failed |= !names[own->nmore++].ptr;
	}
	own->more = more;
	own->more_names = names;
	if (own->nmore)
		add_field(m, STR(JSON_MORE), JSON_NO_SLOT);
}

/* Can it be one of ECS, or of its like? */
static bool is_ecs_name(str s)
{
	str part;

	while (s.len) {
		part = str_cut(s, '.', &s);
		if (!part.len)
			return false;
	}
	return true;
}

static struct column column_of(const struct making *m, str path, bool derived)
{
	const struct ecs_flat_row *row;
	bool known = ecs_rows_flat(m->dataset, path, &row), more = str_eq(path, STR(JSON_MORE));
	bool ecs = m->kind && kind_is_ecs(m->kind) && is_ecs_name(path) && !more;

	return (struct column){ .name = known && row->name.len ? row->name : path,
				.raw = path,
				.path = path,
				.ecs = ecs || str_eq(path, STR(HOST)) ? path : (str){ "", 0 },
				.section = SECTION_FLAT,
				.flags = derived && !more ? COLUMN_F_DERIVED : 0 };
}

static bool is_host(const struct making *m, str path)
{
	const struct ecs_flat_row *row;

	return str_eq(path, STR(HOST)) ||
	       (ecs_rows_flat(m->dataset, path, &row) && str_eq(row->ecs, STR(HOST)));
}

/* Which column tells the host. Where none does, one is added for what the item's place tells. Events with
 * different ones do not share a schema, for it has but one that counts. */
static void find_host(struct making *m, struct flat_plan *own)
{
	const struct field *found = NULL;

	for (uint32_t i = 0; i < m->nfields; i++)
		if (is_host(m, m->fields[i].path) && (!found || by_path(&m->fields[i], found) < 0))
			found = &m->fields[i];
	own->derive_host = !found;
	if (!found)
		add_field(m, STR(HOST), JSON_NO_SLOT);
	m->split =
		arena_printf(m->tmp, "%.*s\n%.*s", STR_ARG(m->split), STR_ARG(found ? found->path : STR("")));
	m->failed |= !m->split.ptr;
}

/* One column per path. */
static const struct schema *schema_of(struct making *m, err *e)
{
	struct column *cols = array_in(m, m->tmp, m->nfields, sizeof *cols);
	struct schema proto = { .family = FAMILY_FLAT, .reader = flat_dialect.reader, .dataset = m->dataset };

	if (!cols)
		return NULL;
	qsort(m->fields, m->nfields, sizeof *m->fields, by_path);
	for (uint32_t i = 0; i < m->nfields; i++) {
		if (i && str_eq(m->fields[i].path, m->fields[i - 1].path))
			continue;
		cols[proto.ncolumns] = column_of(m, m->fields[i].path, m->fields[i].leaf == JSON_NO_SLOT);
		cols[proto.ncolumns].slot = (int32_t)proto.ncolumns;
		proto.ncolumns++;
	}
	proto.columns = cols;
	proto.nslots = proto.ncolumns;
	return widen(m->plans, &proto, m->split, m->tmp, e);
}

/* --- slots ---------------------------------------------------------------------------------- */

static uint32_t slot_at(const struct schema *s, str path)
{
	uint32_t lo = 0, hi = s->ncolumns;

	while (lo < hi) {
		uint32_t mid = (lo + hi) / 2;

		if (str_cmp(s->columns[mid].path, path) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < s->ncolumns && str_eq(s->columns[lo].path, path) ? lo : JSON_NO_SLOT;
}

/* The leaves of fields[from..to), which have one path. */
static void set_slots(struct making *m, struct flat_plan *own, struct join *joins, uint32_t *slot_of,
		      uint32_t from, uint32_t to, uint32_t slot)
{
	uint32_t *leaves, n = 0;

	while (to > from && m->fields[to - 1].leaf == JSON_NO_SLOT)
		to--;
	if (to - from == 1)
		slot_of[m->fields[from].leaf] = slot;
	if (to - from < 2)
		return;
	leaves = array_in(m, m->mem, to - from, sizeof *leaves);
	for (uint32_t i = from; leaves && i < to; i++)
		leaves[n++] = m->fields[i].leaf;
	joins[own->njoins++] = (struct join){ slot, n, leaves };
}

static void find_slots(struct making *m, struct flat_plan *own, struct json_plan *ret)
{
	uint32_t *slot_of = array_in(m, m->mem, ret->nleaves, sizeof *slot_of);
	struct join *joins = array_in(m, m->mem, m->nfields, sizeof *joins);
	const struct schema *s = ret->schema;
	uint32_t k;

	if (!slot_of || !joins)
		return;
	for (uint32_t i = 0; i < ret->nleaves; i++)
		slot_of[i] = JSON_NO_SLOT;
	for (uint32_t i = 0; i < m->nfields; i = k) {
		for (k = i + 1; k < m->nfields && str_eq(m->fields[k].path, m->fields[i].path); k++)
			;
		set_slots(m, own, joins, slot_of, i, k, slot_at(s, m->fields[i].path));
	}
	own->joins = joins;
	own->more_slot = own->nmore ? slot_at(s, STR(JSON_MORE)) : JSON_NO_SLOT;
	ret->slot_of = slot_of;
}

static void find_parts(struct making *m, struct flat_plan *own, const struct schema *s)
{
	struct part *parts = (struct part *)(uintptr_t)own->parts;

	for (uint32_t i = 0; i < own->nparts; i++) {
		parts[i].from = slot_at(s, m->names->at[parts[i].from].dotted);
		for (uint32_t k = 0; k < PART_FIELDS_MAX; k++)
			parts[i].slots[k] = parts[i].what == PART_REQUEST ||
							    (parts[i].what == PART_URI && k >= 1 && k <= 3)
						    ? slot_at(s, str_of(PART_FIELDS[k]))
						    : JSON_NO_SLOT;
	}
}

/* --- time ----------------------------------------------------------------------------------- */

static void add_time(struct flat_plan *own, const struct leaf_names *names, str dotted)
{
	int32_t i = leaf_names_find(names, dotted);

	if (i >= 0 && own->ntimes < KIND_TIMES_MAX)
		own->times[own->ntimes++] = (uint32_t)i;
}

/* Where the log is of no kind that we know: names that many use, then names that sound like a time. */
static void guess_times(struct flat_plan *own, const struct leaf_names *names)
{
	static const char *const USUAL[] = { "@timestamp",    "timestamp", "Timestamp", "ts",
					     "time",          "Time",      "_time",     "datetime",
					     "TimeGenerated", "eventTime", "event_time" };
	static const char *const SOUNDS[] = { "time",  "date",  "Time",    "Date",
					      "stamp", "Stamp", "created", "_at" };

	for (size_t k = 0; k < COUNT(USUAL); k++)
		add_time(own, names, str_of(USUAL[k]));
	for (uint32_t i = 0; i < names->n && own->ntimes < KIND_TIMES_MAX; i++)
		for (size_t k = 0; k < COUNT(SOUNDS); k++)
			if (str_find(names->at[i].dotted, str_of(SOUNDS[k])) != SIZE_MAX) {
				own->times[own->ntimes++] = i;
				break;
			}
}

static void find_times(struct flat_plan *own, const struct making *m)
{
	if (!m->kind)
		guess_times(own, m->names);
	for (unsigned k = 0; m->kind && k < m->kind->ntimes; k++)
		add_time(own, m->names, m->kind->times[k]);
	own->utc = m->kind && m->kind->utc;
}

/* Forms that programs write beside those of exporters. */
static bool read_time(value v, int64_t *ret_ns, enum time_basis *ret_basis)
{
	static const enum logtime_form FORMS[] = { LOGTIME_ISO, LOGTIME_CLF, LOGTIME_CTIME, LOGTIME_DAYMON };
	struct logtime lt;

	if (when_parse(v, ret_ns, ret_basis))
		return true;
	if (v.type != VALUE_UTF8 || v.flags & VALUE_F_ARRAY || v.len > 64)
		return false;
	for (size_t i = 0; i < COUNT(FORMS); i++) {
		if (!logtime_whole((str){ (const char *)v.ptr, v.len }, FORMS[i], &lt) || !lt.has_year)
			continue;
		*ret_ns = lt.ns;
		*ret_basis = lt.basis;
		return true;
	}
	return false;
}

static void set_time(struct json_event *j, const struct flat_plan *own)
{
	enum time_basis basis = TIME_UTC_BY_SPEC;
	int64_t ns = TIME_NONE;

	for (uint32_t i = 0; i < own->ntimes; i++)
		if (read_time(j->flat->values[own->times[i]], &ns, &basis))
			break;
	j->ev->time_ns = ns;
	j->ev->written_ns = TIME_NONE;
	j->ev->time_basis = (uint8_t)(basis == TIME_LOCAL_ASSUMED && own->utc ? TIME_UTC_BY_SPEC : basis);
}

/* --- planning ------------------------------------------------------------------------------- */

static bool is_any(const struct leaf_names *names)
{
	(void)names;
	return true;
}

static void name_dataset(struct making *m)
{
	const struct json_fields *only = json_plans_only(m->plans);

	m->dataset = STR("json");
	if (!m->kind || (only && only->none))
		return;
	m->dataset = kind_dataset(m->kind, m->names, m->tmp);
	m->split = tag_of(m->names, m->kind->split);
	m->failed |= !m->dataset.ptr;
	if (only && !m->failed && !json_fields_allow(only, m->dataset, STR("")))
		m->dataset = STR("json");
}

static int plan_flat(struct json_plans *p, const struct leaf_names *names, struct json_plan *ret, arena *tmp,
		     err *e)
{
	struct making m = {
		.plans = p, .names = names, .kind = kind_of(names), .tmp = tmp, .mem = json_plans_mem(p)
	};
	struct flat_plan *own = arena_alloc(m.mem, sizeof *own);

	m.fields = array_in(&m, tmp, names->n * (PART_FIELDS_MAX + 1) + 2, sizeof *m.fields);
	name_dataset(&m);
	if (!own || m.failed)
		return err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "object with %u members is too large", names->n);
	add_more(&m, own);
	add_parts(&m, own);
	find_host(&m, own);
	ret->schema = m.failed ? NULL : schema_of(&m, e);
	if (ret->schema) {
		find_slots(&m, own, ret);
		find_parts(&m, own, ret->schema);
		own->host_slot = own->derive_host ? slot_at(ret->schema, STR(HOST)) : JSON_NO_SLOT;
		find_times(own, &m);
	}
	if (m.failed)
		return err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "object with %u members is too large", names->n);
	ret->more = own->nmore > 0;
	ret->wrap = wrap_possible(names);
	ret->own = own;
	return ret->schema ? 0 : -1;
}

/* --- values --------------------------------------------------------------------------------- */

static void join_fields(struct json_event *j, const struct flat_plan *own)
{
	value few[64];

	for (uint32_t i = 0; i < own->njoins; i++) {
		const struct join *g = &own->joins[i];
		value *v = g->n <= COUNT(few) ? few : calloc(g->n, sizeof *v), one = { 0 };
		uint32_t there = 0;

		for (uint32_t k = 0; v && k < g->n; k++) {
			v[k] = j->flat->values[g->leaves[k]];
			if (v[k].type == VALUE_ABSENT)
				continue;
			there++;
			one = v[k];
		}
		if (!v)
			j->flat->limited = true;
		json_put(j, g->slot, there == 1 || !v ? one : flat_join(j->flat, v, g->n));
		if (v != few)
			free(v);
	}
}

static void put_more(buf *b, str name, value v)
{
	size_t pos = 0;
	value one;

	while (value_next(v, &pos, &one)) {
		if (b->len)
			buf_byte(b, '\0');
		buf_str(b, name);
		buf_byte(b, '=');
		value_text(one, b);
	}
}

/* Fields that a log has by the thousand, such as labels: their texts can be searched all the same. */
static void join_more(struct json_event *j, const struct flat_plan *own)
{
	buf *b = &j->made->joined;
	value more;

	buf_clear(b);
	b->max = LIMIT_VALUE_TEXT;
	for (uint32_t i = 0; i < own->nmore; i++)
		put_more(b, own->more_names[i], j->flat->values[own->more[i]]);
	j->flat->limited |= b->failed;
	more = value_utf8(buf_view(b));
	more.flags = VALUE_F_ARRAY;
	if (b->len)
		json_put(j, own->more_slot, more);
}

static void put_part(struct json_event *j, const struct part *p, unsigned which, str s)
{
	uint32_t slot = p->slots[which];

	if (slot != JSON_NO_SLOT && j->slots[slot].type == VALUE_ABSENT && s.len)
		json_put(j, slot, value_utf8(s));
}

static void put_uri(struct json_event *j, const struct part *p, str uri)
{
	str query, stem = str_cut(uri, '?', &query);

	put_part(j, p, 1, uri);
	put_part(j, p, 2, stem);
	put_part(j, p, 3, query);
}

/* "GET /a?b HTTP/1.1". What is no request keeps to the whole text. */
static void put_request(struct json_event *j, const struct part *p, str s)
{
	str rest, method = str_cut(s, ' ', &rest);
	size_t n = rest.len;

	while (n > 0 && rest.ptr[n - 1] != ' ')
		n--;
	if (!method.len || method.len > 32 || !rest.len)
		return;
	if (n > 1 && str_starts((str){ rest.ptr + n, rest.len - n }, STR("HTTP/"))) {
		put_part(j, p, 4, (str){ rest.ptr + n + 5, rest.len - n - 5 });
		rest.len = n - 1;
	}
	put_part(j, p, 0, method);
	put_uri(j, p, rest);
}

/* journalctl writes bytes that are no text as numbers. */
static void join_bytes(struct json_event *j, value *v)
{
	size_t pos = 0, n = 0;
	char *raw = flat_scratch(j->flat, v->len / 2 + 1);
	buf *text = &j->made->text;
	uint64_t u;
	value one;

	if (!raw || v->type != VALUE_NUMBER || !(v->flags & VALUE_F_ARRAY))
		return;
	while (value_next(*v, &pos, &one)) {
		if (!value_u64(one, &u) || u > UINT8_MAX)
			return;
		raw[n++] = (char)u;
	}
	buf_clear(text);
	buf_utf8_or_escape(text, (str){ raw, n });
	if (text->failed)
		return;
	*v = value_utf8(buf_view(text));
	v->flags = text->len > n ? VALUE_F_REPAIRED : 0;
}

static void split_fields(struct json_event *j, const struct flat_plan *own)
{
	for (uint32_t i = 0; i < own->nparts; i++) {
		const struct part *p = &own->parts[i];
		value *v = p->from == JSON_NO_SLOT ? NULL : &j->slots[p->from];
		str s;

		if (!v || v->type == VALUE_ABSENT)
			continue;
		s = (str){ (const char *)v->ptr, v->len };
		if (p->what == PART_BYTES)
			join_bytes(j, v);
		else if (v->type != VALUE_UTF8 || v->flags & VALUE_F_ARRAY)
			continue;
		else if (p->what == PART_REQUEST)
			put_request(j, p, s);
		else
			put_uri(j, p, s);
	}
}

static void finish_flat(struct json_event *j)
{
	const struct flat_plan *own = j->plan->own;

	join_fields(j, own);
	if (own->more_slot != JSON_NO_SLOT)
		join_more(j, own);
	split_fields(j, own);
	if (own->host_slot != JSON_NO_SLOT && j->host.len)
		json_put(j, own->host_slot, value_utf8(j->host));
	set_time(j, own);
}

const struct json_dialect flat_dialect = {
	.reader = "json",
	.claims = is_any,
	.plan = plan_flat,
	.finish = finish_flat,
};
