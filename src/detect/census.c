#include "detect/census.h"

#include <stdlib.h>

#include "detect/values.h"
#include "util/limits.h"
#include "util/map.h"
#include "util/vec.h"

/* A schema whose events come one after the other: its last kind, and the columns that were seen in it. */
struct seen {
	const struct schema *schema;
	uint32_t kind; /* index + 1; 0: none yet */
	value key[3];
	buf key_bytes;
	uint8_t *columns; /* of schema->ncolumns: seen in this kind */
	uint32_t left;    /* not seen yet */
};

struct census {
	uint32_t max_kinds;
	arena mem;
	map kind_ids; /* family, source, provider, event id */
	VEC(struct census_kind) kinds;
	map fields; /* kind, name */
	VEC(struct seen) seen; /* by schema id */
	buf key, source, provider, event_id;
};

static const enum well_known KEYS[] = { WK_CHANNEL, WK_PROVIDER, WK_EVENT_ID };

/* --- life ----------------------------------------------------------------------------------- */

static void init(struct census *c)
{
	arena_init(&c->mem, LIMIT_CENSUS_BYTES);
	map_init(&c->kind_ids, c->max_kinds + 1, LIMIT_CENSUS_BYTES);
	map_init(&c->fields, LIMIT_CENSUS_FIELDS, LIMIT_CENSUS_BYTES);
}

static void done(struct census *c)
{
	arena_done(&c->mem);
	map_done(&c->kind_ids);
	map_done(&c->fields);
	VEC_DONE(&c->kinds);
}

int census_new(struct census **ret, uint32_t max_kinds, err *e)
{
	struct census *c = calloc(1, sizeof *c);

	if (!c)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory to count events");
	c->max_kinds = max_kinds;
	init(c);
	*ret = c;
	return 0;
}

void census_forget_schemas(struct census *c)
{
	for (size_t i = 0; i < c->seen.len; i++) {
		free(c->seen.at[i].columns);
		buf_done(&c->seen.at[i].key_bytes);
	}
	c->seen.len = 0;
}

void census_clear(struct census *c)
{
	done(c);
	init(c);
	for (size_t i = 0; i < c->seen.len; i++)
		c->seen.at[i].kind = 0;
}

void census_free(struct census *c)
{
	if (!c)
		return;
	census_forget_schemas(c);
	VEC_DONE(&c->seen);
	done(c);
	buf_done(&c->key);
	buf_done(&c->source);
	buf_done(&c->provider);
	buf_done(&c->event_id);
	free(c);
}

/* --- kinds ---------------------------------------------------------------------------------- */

static int no_room(err *e)
{
	return err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "no room to count the kinds of events");
}

static void key_part(buf *b, str s)
{
	uint32_t len = (uint32_t)s.len;

	buf_add(b, &len, sizeof len);
	buf_str(b, s);
}

static bool keep_names(struct census *c, struct census_kind *k, const struct census_kind *from)
{
	k->source = arena_str(&c->mem, from->source);
	k->provider = arena_str(&c->mem, from->provider);
	k->event_id = arena_str(&c->mem, from->event_id);
	return k->source.ptr && k->provider.ptr && k->event_id.ptr;
}

/* Number of the kind that is called like this; the last one is for all that do not fit. */
static int kind_number(struct census *c, const struct census_kind *from, uint32_t *ret, err *e)
{
	static const struct census_kind REST = {
		.rest = true, .more_fields = true, .source = STR(""), .provider = STR(""), .event_id = STR("")
	};
	struct map_entry *entry;
	struct census_kind *k;
	bool is_new;

	for (;;) {
		buf_clear(&c->key);
		buf_byte(&c->key, (char)(from->windows | from->rest << 1));
		key_part(&c->key, from->source);
		key_part(&c->key, from->provider);
		key_part(&c->key, from->event_id);
		entry = c->key.failed ? NULL : map_get(&c->kind_ids, buf_view(&c->key));
		if (entry || c->key.failed || from->rest || c->kinds.len < c->max_kinds)
			break;
		from = &REST;
	}
	if (!entry) {
		entry = map_put(&c->kind_ids, buf_view(&c->key), c->kinds.len, &is_new);
		k = entry ? VEC_PUSH(&c->kinds, c->max_kinds + 1) : NULL;
		if (!k || !keep_names(c, k, from))
			return no_room(e);
		k->windows = from->windows;
		k->rest = from->rest;
	}
	c->kinds.at[entry->value].more_fields |= from->more_fields;
	*ret = (uint32_t)entry->value;
	return 0;
}

static void add_field(struct census *c, uint32_t kind, str name)
{
	struct census_kind *k = &c->kinds.at[kind];
	bool is_new = false;

	if (k->rest)
		return;
	buf_clear(&c->key);
	buf_add(&c->key, &kind, sizeof kind);
	buf_str(&c->key, name);
	if (c->key.failed || name.len > LIMIT_CENSUS_NAME ||
	    (k->nfields == LIMIT_CENSUS_KIND_FIELDS && !map_get(&c->fields, buf_view(&c->key))) ||
	    !map_put(&c->fields, buf_view(&c->key), kind, &is_new))
		k->more_fields = true;
	k->nfields += is_new;
}

/* --- events --------------------------------------------------------------------------------- */

static str short_text(value v, buf *b)
{
	buf_clear(b);
	value_text(v, b);
	return (str){ b->ptr, b->failed ? 0 : b->len < LIMIT_CENSUS_NAME ? b->len : LIMIT_CENSUS_NAME };
}

static bool same_value(value a, value b)
{
	return a.type == b.type && a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

/* Copies, because values go with their event. */
static void keep_key(struct seen *s, const event *ev)
{
	size_t at = 0;

	buf_clear(&s->key_bytes);
	for (size_t i = 0; i < COUNT(KEYS); i++)
		buf_add(&s->key_bytes, event_wk(ev, KEYS[i]).ptr, event_wk(ev, KEYS[i]).len);
	for (size_t i = 0; i < COUNT(KEYS); i++) {
		s->key[i] = event_wk(ev, KEYS[i]);
		s->key[i].ptr = (const uint8_t *)s->key_bytes.ptr + at;
		at += s->key[i].len;
	}
	if (s->key_bytes.failed)
		s->kind = 0;
}

static bool same_kind(const struct seen *s, const event *ev)
{
	if (!s->kind)
		return false;
	for (size_t i = 0; i < COUNT(KEYS); i++)
		if (!same_value(s->key[i], event_wk(ev, KEYS[i])))
			return false;
	return true;
}

static struct seen *seen_of(struct census *c, const struct schema *schema)
{
	struct seen *s;

	while (c->seen.len <= schema->id)
		if (!VEC_PUSH(&c->seen, LIMIT_SCHEMAS))
			return NULL;
	s = &c->seen.at[schema->id];
	if (s->schema == schema)
		return s;
	free(s->columns);
	s->columns = calloc(schema->ncolumns + 1u, 1);
	s->schema = s->columns ? schema : NULL;
	s->kind = 0;
	return s->columns ? s : NULL;
}

static int new_kind(struct census *c, struct seen *s, const event *ev, err *e)
{
	const struct schema *schema = s->schema;
	struct census_kind k = { .windows = schema->family == FAMILY_WINDOWS };
	uint32_t number;

	k.source = k.windows ? short_text(event_wk(ev, WK_CHANNEL), &c->source) : schema->dataset;
	k.provider = k.windows ? short_text(event_wk(ev, WK_PROVIDER), &c->provider) : STR("");
	k.event_id = k.windows ? short_text(event_wk(ev, WK_EVENT_ID), &c->event_id) : STR("");
	if (kind_number(c, &k, &number, e) < 0)
		return -1;
	s->kind = number + 1;
	s->left = schema->ncolumns;
	memset(s->columns, 0, schema->ncolumns);
	keep_key(s, ev);
	return 0;
}

/* What a kind is known by need not be told again as a field. */
static bool is_key(const struct schema *s, uint32_t column)
{
	for (size_t i = 0; i < COUNT(KEYS); i++)
		if (s->wk[KEYS[i]] == (int32_t)column)
			return true;
	return false;
}

static void see_columns(struct census *c, struct seen *s, const event *ev)
{
	const struct schema *schema = s->schema;

	for (uint32_t i = 0; i < schema->ncolumns; i++) {
		const struct column *col = &schema->columns[i];

		if (s->columns[i] || !column_is_present(schema, col, event_value(ev, (int32_t)i)))
			continue;
		s->columns[i] = 1;
		s->left--;
		if (column_is_field(col) && !(schema->family == FAMILY_WINDOWS && is_key(schema, i)))
			add_field(c, s->kind - 1, col->name);
	}
}

int census_event(struct census *c, const event *ev, err *e)
{
	struct seen *s = seen_of(c, ev->schema);
	uint32_t kind;

	if (!s)
		return no_room(e);
	if (!same_kind(s, ev) && new_kind(c, s, ev, e) < 0)
		return -1;
	kind = s->kind - 1;
	c->kinds.at[kind].events++;
	if (s->left)
		see_columns(c, s, ev);
	return 0;
}

int census_add(struct census *c, const struct census_kind *k, err *e)
{
	uint32_t number;

	if (kind_number(c, k, &number, e) < 0)
		return -1;
	c->kinds.at[number].events += k->events;
	for (uint32_t i = 0; i < k->nfields; i++)
		add_field(c, number, k->fields[i]);
	return 0;
}

/* --- reading -------------------------------------------------------------------------------- */

static int cmp_str(const void *a, const void *b)
{
	return str_cmp(*(const str *)a, *(const str *)b);
}

static int cmp_kind(const void *a, const void *b)
{
	const struct census_kind *p = a, *q = b;
	int c = (int)q->windows - (int)p->windows;

	if (c == 0)
		c = (int)p->rest - (int)q->rest;
	if (c == 0)
		c = str_cmp(p->source, q->source);
	if (c == 0)
		c = str_cmp(p->provider, q->provider);
	return c ? c : str_cmp(p->event_id, q->event_id);
}

int census_sort(struct census *c, err *e)
{
	for (size_t i = 0; i < c->kinds.len; i++) {
		struct census_kind *k = &c->kinds.at[i];

		k->fields = arena_array(&c->mem, k->nfields + 1u, sizeof *k->fields);
		if (!k->fields)
			return no_room(e);
		k->nfields = 0;
	}
	for (uint32_t i = 0; i < c->fields.len; i++) {
		const struct map_entry *entry = &c->fields.entries[i];
		struct census_kind *k = &c->kinds.at[entry->value];

		((str *)(uintptr_t)k->fields)[k->nfields++] =
			(str){ entry->key.ptr + sizeof(uint32_t), entry->key.len - sizeof(uint32_t) };
	}
	for (size_t i = 0; i < c->kinds.len; i++)
		qsort((str *)(uintptr_t)c->kinds.at[i].fields, c->kinds.at[i].nfields, sizeof(str), cmp_str);
	if (c->kinds.len)
		qsort(c->kinds.at, c->kinds.len, sizeof *c->kinds.at, cmp_kind);
	return 0;
}

size_t census_len(const struct census *c)
{
	return c->kinds.len;
}

const struct census_kind *census_at(const struct census *c, size_t i)
{
	return i < c->kinds.len ? &c->kinds.at[i] : NULL;
}
