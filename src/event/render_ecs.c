#include <stdlib.h>

#include "event/ecs_value.h"
#include "event/render.h"
#include "util/json.h"
#include "util/limits.h"
#include "util/map.h"
#include "util/vec.h"

#define ECS_VERSION "8.11.0"

/* What an entry of a document is made from, besides a column and a rule of the table. */
enum made {
	MADE_COLUMN,
	MADE_TIME,
	MADE_WRITTEN,
	MADE_TEXT, /* constant: entry.text */
	MADE_MODULE,
	MADE_OS_TYPE,
	MADE_OUTCOME,
	MADE_LOG_LEVEL,
	MADE_PATH,
	MADE_OFFSET,
	MADE_EVENT_DATA,
	MADE_USER_DATA,
	MADE_OTHER,
	MADE_REF,
	MADE_RECORD,
	MADE_RECOVERED,
	MADE_SHA256,
	MADE_BASIS,
};

enum { PARTS_MAX = 6, MADE_MAX = 32, ROWS_MAX = 8 };

struct entry {
	str ecs;
	str parts[PARTS_MAX]; /* of ecs, at "." */
	uint8_t nparts;
	uint8_t made; /* enum made */
	uint8_t how;  /* enum ecs_how */
	int32_t col;  /* -1: none */
	str text;
};

/* A member of winlog.event_data and the like: "name": ready to be written. */
struct member {
	str key;
	int32_t col;
};

struct members {
	struct member *at;
	uint32_t n;
};

struct plan {
	struct entry *entries; /* by ecs name: objects come out nested, each once */
	uint32_t nentries;
	struct members data, user, other;
	str xml_name; /* "LogFileCleared": the element in UserData */
};

struct render_cache {
	arena mem;
	map by_key; /* schema, provider, event id -> index of plans */
	VEC(struct plan *) plans;
	buf tmp, key;
};

struct render_cache *render_cache_new(err *e)
{
	struct render_cache *c = calloc(1, sizeof *c);

	if (!c) {
		err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for rendering");
		return NULL;
	}
	arena_init(&c->mem, LIMIT_RENDER_BYTES);
	map_init(&c->by_key, LIMIT_RENDER_PLANS, LIMIT_RENDER_BYTES);
	return c;
}

void render_cache_clear(struct render_cache *c)
{
	if (!c)
		return;
	arena_clear(&c->mem);
	map_done(&c->by_key);
	map_init(&c->by_key, LIMIT_RENDER_PLANS, LIMIT_RENDER_BYTES);
	c->plans.len = 0;
}

void render_cache_free(struct render_cache *c)
{
	if (!c)
		return;
	arena_done(&c->mem);
	map_done(&c->by_key);
	VEC_DONE(&c->plans);
	buf_done(&c->tmp);
	buf_done(&c->key);
	free(c);
}

/* --- plan ----------------------------------------------------------------------------------- */

static const struct {
	const char *ecs;
	enum made made;
	const char *text;
} ALWAYS[] = {
	{ "@timestamp", MADE_TIME, NULL },
	{ "ecs.version", MADE_TEXT, ECS_VERSION },
	{ "event.created", MADE_WRITTEN, NULL },
	{ "log.file.path", MADE_PATH, NULL },
	{ "log.offset", MADE_OFFSET, NULL },
	{ "spoor.event.record", MADE_RECORD, NULL },
	{ "spoor.event.recovered", MADE_RECOVERED, NULL },
	{ "spoor.event.ref", MADE_REF, NULL },
	{ "spoor.evidence.sha256", MADE_SHA256, NULL },
	{ "spoor.fields", MADE_OTHER, NULL },
};

static const struct {
	const char *ecs;
	enum made made;
	const char *text;
} WINDOWS[] = {
	{ "event.dataset", MADE_MODULE, NULL },       { "event.kind", MADE_TEXT, "event" },
	{ "event.module", MADE_MODULE, NULL },        { "event.outcome", MADE_OUTCOME, NULL },
	{ "host.os.type", MADE_OS_TYPE, NULL },       { "log.level", MADE_LOG_LEVEL, NULL },
	{ "winlog.api", MADE_TEXT, "wineventlog" },   { "winlog.event_data", MADE_EVENT_DATA, NULL },
	{ "winlog.user_data", MADE_USER_DATA, NULL },
};

static const struct {
	const char *ecs;
	enum made made;
} FLAT[] = {
	{ "spoor.event.time_basis", MADE_BASIS },
};

/* Behind the table and what the event itself says. */
enum { COL_DEFAULT = INT32_MAX };

static void split(struct entry *en)
{
	str rest = en->ecs, part;

	while (en->nparts + 1 < PARTS_MAX && rest.len) {
		part = str_cut(rest, '.', &rest);
		en->parts[en->nparts++] = part;
	}
	if (rest.len)
		en->parts[en->nparts++] = rest;
}

static int by_name(const void *pa, const void *pb)
{
	const struct entry *a = pa, *b = pb;

	for (unsigned i = 0; i < a->nparts && i < b->nparts; i++) {
		int d = str_cmp(a->parts[i], b->parts[i]);

		if (d)
			return d;
	}
	if (a->nparts != b->nparts)
		return a->nparts < b->nparts ? -1 : 1;
	return (a->col > b->col) - (a->col < b->col);
}

static struct entry *add(struct plan *p, str ecs, enum made made)
{
	struct entry *en = &p->entries[p->nentries++];

	*en = (struct entry){ .ecs = ecs, .made = (uint8_t)made, .col = -1 };
	split(en);
	return en;
}

static void add_column(struct plan *p, const struct schema *s, int32_t i, str provider, uint64_t id)
{
	const struct column *col = &s->columns[i];
	const struct ecs_row *rows;
	size_t n = ecs_rows_windows(provider, id, col, &rows);
	struct entry *en;

	if (col->flags & COLUMN_F_HIDDEN)
		return;
	for (size_t k = 0; k < n && k < ROWS_MAX; k++) {
		if (!rows[k].ecs.len || str_eq(rows[k].ecs, STR("@timestamp")))
			continue;
		en = add(p, rows[k].ecs, MADE_COLUMN);
		en->how = rows[k].how;
		en->col = i;
	}
	if (i == s->wk[WK_EVENT_ID]) {
		en = add(p, STR("winlog.event_id"), MADE_COLUMN);
		en->col = i;
	} else if (i == s->wk[WK_PROVIDER]) {
		en = add(p, STR("winlog.provider_name"), MADE_COLUMN);
		en->col = i;
	} else if (i == s->wk[WK_COMPUTER]) {
		en = add(p, STR("winlog.computer_name"), MADE_COLUMN);
		en->col = i;
	}
}

/* --- flat events ---------------------------------------------------------------------------- */

static void add_text(struct plan *p, str ecs, str text, int32_t rank)
{
	struct entry *en = add(p, ecs, MADE_TEXT);

	en->text = text;
	en->col = rank;
}

/* By the table; else, where the reader says so, the field is one of ECS itself. */
static void add_flat_column(struct plan *p, const struct schema *s, int32_t i)
{
	const struct column *col = &s->columns[i];
	const struct ecs_flat_row *rows;
	size_t n = s->dataset.len ? ecs_rows_flat(s->dataset, col->raw, &rows) : 0;
	struct entry *en;

	if (col->flags & COLUMN_F_HIDDEN)
		return;
	for (size_t k = 0; k < n && k < ROWS_MAX; k++) {
		if (!rows[k].ecs.len)
			continue;
		en = add(p, rows[k].ecs, MADE_COLUMN);
		en->how = rows[k].how;
		en->col = i;
	}
	if (n == 0 && col->ecs.len && !str_eq(col->ecs, STR("@timestamp"))) {
		en = add(p, col->ecs, MADE_COLUMN);
		en->how = ECS_AS_IS;
		en->col = i;
	}
}

static void add_flat(struct plan *p, const struct schema *s)
{
	const struct ecs_flat_row *row;
	size_t pos = 0;
	str rest;

	for (size_t i = 0; i < COUNT(FLAT); i++)
		add(p, str_of(FLAT[i].ecs), FLAT[i].made);
	while ((row = ecs_const_flat(s->dataset, &pos)) != NULL)
		add_text(p, row->ecs, row->field, -1);
	add_text(p, STR("event.kind"), STR("event"), COL_DEFAULT);
	if (s->dataset.len) {
		add_text(p, STR("event.dataset"), s->dataset, COL_DEFAULT);
		add_text(p, STR("event.module"), str_cut(s->dataset, '.', &rest), COL_DEFAULT);
	}
	for (uint32_t i = 0; i < s->ncolumns; i++)
		add_flat_column(p, s, (int32_t)i);
}

static bool is_inside(const struct entry *outer, const struct entry *en)
{
	for (unsigned i = 0; i < outer->nparts; i++)
		if (i >= en->nparts || !str_eq(outer->parts[i], en->parts[i]))
			return false;
	return en->nparts > outer->nparts;
}

/* An evidence document may call one thing "host" and another "host.name": it cannot be both a value and
 * an object, and what we say ourselves stays. Taken out here, such a field stays among spoor.fields. */
static void drop_conflicts(struct plan *p)
{
	const struct entry *ours = NULL;
	uint32_t n = 0;

	for (uint32_t i = 0; i < p->nentries; i++) {
		struct entry *en = &p->entries[i];
		bool own = en->how != ECS_AS_IS;

		if (!own && ((i + 1 < p->nentries && is_inside(en, en + 1)) || (ours && is_inside(ours, en))))
			continue;
		p->entries[n] = *en;
		if (own)
			ours = &p->entries[n];
		n++;
	}
	p->nentries = n;
}

/* Which columns does the document tell under their own names? NULL without memory. */
static bool *told_as_is(const struct plan *p, const struct schema *s)
{
	bool *told = calloc(s->ncolumns + 1, sizeof *told);

	for (uint32_t i = 0; told && i < p->nentries; i++)
		if (p->entries[i].how == ECS_AS_IS &&
		    (i == 0 || !str_eq(p->entries[i - 1].ecs, p->entries[i].ecs)))
			told[p->entries[i].col] = true;
	return told;
}

/* --- members -------------------------------------------------------------------------------- */

/* "name": with a comma before it; the first one of an object leaves it out. A name that is there
 * already gets a number. */
static bool put_member(struct members *m, map *seen, buf *tmp, arena *mem, str name, int32_t col)
{
	bool fresh = false;
	struct map_entry *s = map_put(seen, name, 1, &fresh);
	str key;

	if (!s)
		return false;
	buf_clear(tmp);
	buf_add(tmp, ",\"", 2);
	json_escape(tmp, name);
	if (!fresh)
		buf_printf(tmp, "_%u", (unsigned)s->value++);
	buf_add(tmp, "\":", 2);
	key = arena_str(mem, buf_view(tmp));
	if (!key.ptr || tmp->failed)
		return false;
	m->at[m->n++] = (struct member){ key, col };
	return true;
}

/* Winlogbeat calls unnamed values param1, param2, ... */
static bool add_members(const bool *told, const struct schema *s, uint8_t section, struct members *m,
			buf *tmp, arena *mem)
{
	map seen;
	bool ok = true;
	uint32_t unnamed = 0;

	m->at = arena_array(mem, s->ncolumns, sizeof *m->at);
	if (!m->at)
		return false;
	map_init(&seen, LIMIT_COLUMNS, LIMIT_RENDER_BYTES);
	for (uint32_t i = 0; ok && i < s->ncolumns; i++) {
		const struct column *c = &s->columns[i];
		str name = section == SECTION_OTHER ? c->name : c->raw;
		char param[24];

		if (c->section != section || str_eq(c->path, STR("@xmlns")) ||
		    str_starts(c->raw, STR("xmlns")) ||
		    (c->flags & COLUMN_F_HIDDEN && section != SECTION_OTHER) || c->flags & COLUMN_F_DERIVED ||
		    told[i])
			continue;
		if (c->flags & COLUMN_F_UNNAMED) {
			int n = snprintf(param, sizeof param, "param%u", ++unnamed);

			name = (str){ param, (size_t)n };
		}
		ok = put_member(m, &seen, tmp, mem, name, (int32_t)i);
	}
	map_done(&seen);
	return ok;
}

static str xml_name(const struct schema *s)
{
	str rest, part;

	for (uint32_t i = 0; i < s->ncolumns; i++) {
		if (s->columns[i].section != SECTION_USERDATA)
			continue;
		str_cut(s->columns[i].path, '/', &rest);
		part = str_cut(rest, '/', &rest);
		if (rest.len)
			return part;
	}
	return (str){ "", 0 };
}

static struct plan *plan_build(struct render_cache *c, const struct schema *s, str provider, uint64_t id)
{
	struct plan *p = arena_alloc(&c->mem, sizeof *p);
	size_t max = MADE_MAX + (size_t)s->ncolumns * (ROWS_MAX + 1);
	struct entry *entries = calloc(max, sizeof *entries);
	bool windows = s->family == FAMILY_WINDOWS, ok = false, *told = NULL;

	if (!p || !entries)
		goto done;
	p->entries = entries;
	for (size_t i = 0; i < COUNT(ALWAYS); i++)
		add(p, str_of(ALWAYS[i].ecs), ALWAYS[i].made)->text = str_of(ALWAYS[i].text);
	for (size_t i = 0; windows && i < COUNT(WINDOWS); i++)
		add(p, str_of(WINDOWS[i].ecs), WINDOWS[i].made)->text = str_of(WINDOWS[i].text);
	for (uint32_t i = 0; windows && i < s->ncolumns; i++)
		add_column(p, s, (int32_t)i, provider, id);
	if (!windows)
		add_flat(p, s);
	qsort(p->entries, p->nentries, sizeof *p->entries, by_name);
	if (!windows)
		drop_conflicts(p);
	p->entries = arena_array(&c->mem, p->nentries, sizeof *p->entries);
	if (!p->entries)
		goto done;
	memcpy(p->entries, entries, p->nentries * sizeof *entries);
	p->xml_name = xml_name(s);
	told = told_as_is(p, s);
	ok = told && add_members(told, s, SECTION_EVENTDATA, &p->data, &c->tmp, &c->mem) &&
	     add_members(told, s, SECTION_USERDATA, &p->user, &c->tmp, &c->mem) &&
	     add_members(told, s, windows ? SECTION_OTHER : SECTION_FLAT, &p->other, &c->tmp, &c->mem);
done:
	free(told);
	free(entries);
	return ok ? p : NULL;
}

static bool full(const struct render_cache *c)
{
	return c->plans.len >= LIMIT_RENDER_PLANS || c->mem.used_bytes > LIMIT_RENDER_BYTES / 2 ||
	       c->by_key.keys.used_bytes > LIMIT_RENDER_BYTES / 2;
}

/* Provider and event id count only as far as the table distinguishes them, so that evidence cannot make
 * a plan per event. */
static const struct plan *plan_for(struct render_cache *c, const event *ev)
{
	const struct schema *s = ev->schema;
	uint64_t key[2] = { s->id, 0 }, id = 0;
	str provider = { "", 0 };
	struct map_entry *m;
	struct plan **at;
	bool fresh = false;

	buf_clear(&c->key);
	if (s->family == FAMILY_WINDOWS) {
		value_text(event_wk(ev, WK_PROVIDER), &c->key);
		provider = ecs_provider_known(buf_view(&c->key));
		if (!value_u64(event_wk(ev, WK_EVENT_ID), &id) || !ecs_event_id_known(id))
			id = UINT64_MAX;
		key[1] = id;
	}
	buf_clear(&c->key);
	buf_add(&c->key, key, sizeof key);
	buf_str(&c->key, provider);
	m = map_get(&c->by_key, buf_view(&c->key));
	if (m)
		return c->plans.at[m->value];
	if (full(c))
		render_cache_clear(c);
	m = map_put(&c->by_key, buf_view(&c->key), c->plans.len, &fresh);
	at = m ? VEC_PUSH(&c->plans, LIMIT_RENDER_PLANS) : NULL;
	if (!at)
		return NULL;
	*at = plan_build(c, s, provider, id);
	return *at;
}

/* --- values --------------------------------------------------------------------------------- */

struct job {
	buf *out;
	const event *ev;
	const struct render_source *src;
	const struct plan *plan;
	buf *tmp;
};

/* Flat logs have several values of a field as an array; what Windows logs as one is a list in a text. */
static bool put_column(struct job *j, const struct entry *en)
{
	value v = event_value(j->ev, en->col);

	if (j->ev->schema->family == FAMILY_FLAT)
		return ecs_put_all(j->out, j->tmp, v, (enum ecs_how)en->how);
	return ecs_put(j->out, j->tmp, v, (enum ecs_how)en->how);
}

/* Sysmon for Linux writes its events as Windows' does. */
#define LINUX_SYSMON "Linux-Sysmon/Operational"

static bool put_os_type(struct job *j)
{
	value v = event_wk(j->ev, WK_CHANNEL);
	bool other = v.type != VALUE_ABSENT && value_eq_nocase(v, STR(LINUX_SYSMON));

	json_str(j->out, other ? STR("linux") : STR("windows"));
	return true;
}

/* Winlogbeat's modules, by channel. */
static bool put_module(struct job *j)
{
	static const struct {
		const char *channel, *module;
	} MODULES[] = {
		{ "Security", "security" },
		{ "Microsoft-Windows-Sysmon/Operational", "sysmon" },
		{ "Microsoft-Windows-PowerShell/Operational", "powershell" },
		{ "PowerShellCore/Operational", "powershell" },
		{ "Windows PowerShell", "powershell" },
		{ LINUX_SYSMON, "sysmon_linux" },
	};
	value v = event_wk(j->ev, WK_CHANNEL);

	for (size_t i = 0; i < COUNT(MODULES); i++) {
		if (v.type != VALUE_ABSENT && value_eq_nocase(v, str_of(MODULES[i].channel))) {
			json_str(j->out, str_of(MODULES[i].module));
			return true;
		}
	}
	return false;
}

static int32_t keywords_column(const struct schema *s)
{
	for (uint32_t i = 0; i < s->ncolumns; i++)
		if (str_eq(s->columns[i].path, STR("System/Keywords")))
			return (int32_t)i;
	return -1;
}

/* The audit bits of Keywords. Source: winmeta.xml, the reserved keywords of every manifest. */
static bool put_outcome(struct job *j)
{
	const uint64_t failure = UINT64_C(0x10000000000000), success = UINT64_C(0x20000000000000);
	value v = event_value(j->ev, keywords_column(j->ev->schema));
	uint64_t u;
	int64_t i;

	if (!value_u64(v, &u)) {
		if (!value_i64(v, &i))
			return false;
		u = (uint64_t)i;
	}
	if (!(u & (failure | success)))
		return false;
	json_str(j->out, u & failure ? STR("failure") : STR("success"));
	return true;
}

static bool put_log_level(struct job *j)
{
	static const char *const NAMES[] = { "information", "critical",    "error",
					     "warning",     "information", "verbose" };
	uint64_t u;

	if (!value_u64(event_wk(j->ev, WK_LEVEL), &u) || u >= COUNT(NAMES))
		return false;
	json_str(j->out, str_of(NAMES[u]));
	return true;
}

static bool put_members(struct job *j, const struct members *m, bool typed, str xml)
{
	size_t from = j->out->len;
	bool any = false;

	buf_byte(j->out, '{');
	if (xml.len) {
		json_member_str(j->out, "xml_name", xml);
		any = true;
	}
	for (uint32_t i = 0; i < m->n; i++) {
		value v = event_value(j->ev, m->at[i].col);
		size_t comma = any ? 0 : 1;

		if (v.type == VALUE_ABSENT)
			continue;
		buf_add(j->out, m->at[i].key.ptr + comma, m->at[i].key.len - comma);
		any = true;
		if (typed || (v.flags & VALUE_F_ARRAY))
			render_value(j->out, v);
		else
			render_text(j->out, v);
	}
	buf_byte(j->out, '}');
	if (!any)
		j->out->len = from;
	return any;
}

static bool put_time(struct job *j, int64_t ns)
{
	if (ns == TIME_NONE)
		return false;
	buf_byte(j->out, '"');
	buf_time(j->out, ns);
	buf_byte(j->out, '"');
	return true;
}

/* Of times that need trust: those that are no UTC by themselves. */
static bool put_basis(struct job *j)
{
	if (j->ev->time_ns == TIME_NONE)
		return false;
	if (j->ev->time_basis != TIME_LOCAL_DECLARED && j->ev->time_basis != TIME_LOCAL_ASSUMED)
		return false;
	json_str(j->out,
		 j->ev->time_basis == TIME_LOCAL_DECLARED ? STR("local_declared") : STR("local_assumed"));
	return true;
}

static bool put_str(struct job *j, str s)
{
	if (s.len)
		json_str(j->out, s);
	return s.len > 0;
}

/* Names the event for good once the hash of its item is known; until then by the item's number. */
static bool put_ref(struct job *j)
{
	const struct event_ref *r = &j->ev->ref;

	buf_byte(j->out, '"');
	if (j->src && j->src->sha256.len)
		json_escape(j->out, j->src->sha256);
	else
		buf_printf(j->out, "item-%u", r->item);
	buf_byte(j->out, ':');
	buf_u64(j->out, r->offset);
	buf_byte(j->out, ':');
	buf_u64(j->out, r->record);
	buf_byte(j->out, '"');
	return true;
}

static bool put(struct job *j, const struct entry *en)
{
	static const str NONE = { "", 0 };

	switch ((enum made)en->made) {
	case MADE_COLUMN:
		return put_column(j, en);
	case MADE_TIME:
		return put_time(j, j->ev->time_ns);
	case MADE_WRITTEN:
		return put_time(j, j->ev->written_ns);
	case MADE_TEXT:
		json_str(j->out, en->text);
		return true;
	case MADE_OS_TYPE:
		return put_os_type(j);
	case MADE_MODULE:
		return put_module(j);
	case MADE_OUTCOME:
		return put_outcome(j);
	case MADE_LOG_LEVEL:
		return put_log_level(j);
	case MADE_PATH:
		return j->src && put_str(j, j->src->path);
	case MADE_SHA256:
		return j->src && put_str(j, j->src->sha256);
	case MADE_OFFSET:
		buf_u64(j->out, j->ev->ref.offset);
		return true;
	case MADE_RECORD:
		buf_u64(j->out, j->ev->ref.record);
		return true;
	case MADE_RECOVERED:
		if (j->ev->flags & EVENT_RECOVERED)
			buf_z(j->out, "true");
		return (j->ev->flags & EVENT_RECOVERED) != 0;
	case MADE_REF:
		return put_ref(j);
	case MADE_BASIS:
		return put_basis(j);
	case MADE_EVENT_DATA:
		return put_members(j, &j->plan->data, false, NONE);
	case MADE_USER_DATA:
		return put_members(j, &j->plan->user, false, j->plan->xml_name);
	case MADE_OTHER:
		return put_members(j, &j->plan->other, true, NONE);
	}
	return false;
}

/* --- the document --------------------------------------------------------------------------- */

static unsigned same_parts(const struct entry *a, const struct entry *b)
{
	unsigned n = 0;

	while (a && n + 1 < a->nparts && n + 1 < b->nparts && str_eq(a->parts[n], b->parts[n]))
		n++;
	return n;
}

/* From behind `last`'s value to before en's: close objects, open objects, write the name. */
static void go_to(buf *out, const struct entry *last, const struct entry *en)
{
	unsigned same = same_parts(last, en);

	for (unsigned i = last ? last->nparts - 1u : 0; i > same; i--)
		buf_byte(out, '}');
	if (last)
		buf_byte(out, ',');
	for (unsigned i = same; i < en->nparts; i++) {
		json_str(out, en->parts[i]);
		buf_add(out, i + 1 < en->nparts ? ":{" : ":", i + 1 < en->nparts ? 2 : 1);
	}
}

static void document(struct job *j)
{
	const struct plan *p = j->plan;
	const struct entry *last = NULL;

	buf_byte(j->out, '{');
	for (uint32_t i = 0; i < p->nentries; i++) {
		const struct entry *en = &p->entries[i];
		size_t from = j->out->len;

		if (last && str_eq(last->ecs, en->ecs))
			continue; /* an earlier column has said it */
		go_to(j->out, last, en);
		if (put(j, en))
			last = en;
		else
			j->out->len = from;
	}
	for (unsigned i = last ? last->nparts - 1u : 0; i > 0; i--)
		buf_byte(j->out, '}');
	buf_byte(j->out, '}');
}

void render_ecs(buf *out, const event *ev, const struct render_source *src)
{
	struct render_cache *c = src && src->cache ? src->cache : render_cache_new(NULL);
	struct job j = { .out = out, .ev = ev, .src = src };

	if (c) {
		j.plan = plan_for(c, ev);
		j.tmp = &c->tmp;
	}
	if (j.plan)
		document(&j);
	else
		out->failed = true;
	if (!src || !src->cache)
		render_cache_free(c);
}
