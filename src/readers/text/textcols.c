#include <stdlib.h>

#include "event/ecs.h"
#include "readers/text/textlog.h"
#include "util/limits.h"
#include "util/map.h"

/* Lists of columns that are known, for all items of a schema set. */
struct shapes {
	map by_key; /* reader, dataset, names -> schema id */
	buf key;
};

static const char OWNER;

static void shapes_done(void *mem)
{
	struct shapes *s = mem;

	map_done(&s->by_key);
	buf_done(&s->key);
}

static struct shapes *shapes_of(struct text *t)
{
	bool fresh;
	struct shapes *s = schema_set_state(t->env.schemas, &OWNER, sizeof *s, shapes_done, &fresh);

	if (s && fresh)
		map_init(&s->by_key, LIMIT_TEXT_SHAPES, LIMIT_TEXT_SHAPE_BYTES);
	return s;
}

static void make_key(buf *key, const struct text *t, str dataset, const str *names, size_t n)
{
	buf_clear(key);
	buf_z(key, t->env.ops->name);
	buf_byte(key, '\0');
	buf_str(key, dataset);
	for (size_t i = 0; i < n; i++) {
		buf_add(key, &names[i].len, sizeof names[i].len); /* names may hold anything */
		buf_str(key, names[i]);
	}
}

/* The host column of events whose lines name no host. */
static const struct column HOST = {
	.name = { "host.name", 9 },
	.raw = { "host.name", 9 },
	.path = { "host.name", 9 },
	.ecs = { "host.name", 9 },
	.section = SECTION_FLAT,
	.flags = COLUMN_F_DERIVED,
};

/* The record's text as it was written: a keyword may span what the columns take apart. */
static const struct column LINE = {
	.name = { "line", 4 },
	.raw = { "line", 4 },
	.path = { "line", 4 },
	.section = SECTION_FLAT,
	.flags = COLUMN_F_LINE | COLUMN_F_HIDDEN | COLUMN_F_DERIVED,
};

/* The name, with a number behind it where the log has it twice: a path is a column's own. ptr NULL without
 * memory. */
static str path_of(struct text *t, map *seen, str name)
{
	bool fresh = false;
	struct map_entry *m = map_put(seen, name, 1, &fresh);

	if (!m)
		return (str){ 0 };
	return fresh ? name : arena_printf(&t->mem, "%.*s_%u", STR_ARG(name), (unsigned)m->value++);
}

/* Fills cols with n columns and those behind them, whose values have slots of their own: the line, the host
 * where no other is it. Answers how many; 0 without memory. */
static uint32_t columns_fill(struct text *t, str dataset, const str *names, size_t n, struct column *cols)
{
	map seen;
	bool ok = true, has_host = false;
	uint32_t all = (uint32_t)n;

	map_init(&seen, LIMIT_COLUMNS + 1, LIMIT_TEXT_RECORD_BYTES);
	for (size_t i = 0; ok && i < n; i++) {
		const struct ecs_flat_row *row;
		size_t rows = ecs_rows_flat(dataset, names[i], &row);

		cols[i] = (struct column){ .name = rows && row->name.len ? row->name : names[i],
					   .raw = names[i],
					   .path = path_of(t, &seen, names[i]),
					   .slot = (int32_t)i,
					   .section = SECTION_FLAT };
		has_host |= rows && str_eq(row->ecs, STR("host.name"));
		ok = cols[i].path.ptr != NULL;
	}
	map_done(&seen);
	if (t->format->line_keywords) {
		cols[all] = LINE;
		cols[all++].slot = (int32_t)n + SLOT_LINE;
	}
	if (!has_host) {
		cols[all] = HOST;
		cols[all++].slot = (int32_t)n + SLOT_HOST;
	}
	return ok ? all : 0;
}

static const struct schema *schema_new(struct text *t, str dataset, const str *names, size_t n, err *e)
{
	struct column *cols = n < LIMIT_COLUMNS ? calloc(n + TEXT_SLOTS, sizeof *cols) : NULL;
	struct schema proto = {
		.family = FAMILY_FLAT, .reader = t->env.ops->name, .dataset = dataset, .columns = cols
	};
	const struct schema *s = NULL;

	if (!cols) {
		err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "%zu columns, at most %u", n, LIMIT_COLUMNS);
		return NULL;
	}
	proto.ncolumns = columns_fill(t, dataset, names, n, cols);
	proto.nslots = (uint32_t)n + TEXT_SLOTS;
	if (proto.ncolumns)
		s = schema_set_add(t->env.schemas, &proto, e);
	free(cols);
	return s;
}

static bool values_reserve(struct text *t, uint32_t n)
{
	value *p;

	if (n <= t->values_cap)
		return true;
	p = realloc(t->values, n * sizeof *p);
	if (!p)
		return false;
	t->values = p;
	t->values_cap = n;
	return true;
}

static bool refuse(struct text *t, const char *why)
{
	t->why = why;
	t->refused = true;
	t->schema = NULL;
	return false;
}

static const struct schema *shape_get(struct text *t, str dataset, const str *names, size_t n)
{
	struct shapes *known = shapes_of(t);
	const struct schema *s;
	struct map_entry *m;
	bool fresh = false;
	err e = { 0 };

	if (!known)
		return NULL;
	make_key(&known->key, t, dataset, names, n);
	if (known->key.failed)
		return NULL;
	m = map_get(&known->by_key, buf_view(&known->key));
	if (m)
		return schema_set_at(t->env.schemas, (uint32_t)m->value);
	s = schema_new(t, dataset, names, n, &e);
	if (s && !map_put(&known->by_key, buf_view(&known->key), s->id, &fresh))
		schema_set_wear_out(t->env.schemas); /* a new set for the next item */
	return s;
}

void text_columns_again(struct text *t, const struct schema *s)
{
	uint32_t n = s->nslots - TEXT_SLOTS;

	memset(t->values, 0, s->nslots * sizeof *t->values);
	t->values[n + SLOT_HOST] = t->env.host.len ? value_utf8(t->env.host) : (value){ 0 };
	t->schema = s;
	t->ncolumns = n;
}

bool text_columns(struct text *t, str dataset, const str *names, size_t n)
{
	const struct schema *s = shape_get(t, dataset, names, n);

	if (!s || !schema_set_use(t->env.schemas, s))
		return refuse(t, "more or larger kinds of records than one file may have");
	if (!values_reserve(t, s->nslots))
		return refuse(t, "no memory for values");
	text_columns_again(t, s);
	return true;
}
