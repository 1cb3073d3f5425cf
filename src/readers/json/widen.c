#include "readers/json/widen.h"

#include <stdlib.h>

#include "util/limits.h"
#include "util/vec.h"

/* A wide schema costs memory by its columns, a narrow one serves one set of columns only. So sets that the
 * wide schema does not cover get narrow ones of their own until these have cost as much as a new wide one
 * would, which then covers them all: all schemas together cost at most twice the sets that were not covered. */
struct group {
	const struct schema *wide;  /* newest one, or NULL */
	VEC(struct column) columns; /* its columns and those of the narrow ones since then, sorted by path */
	uint32_t spent;             /* columns of those narrow ones */
};

struct groups {
	map by_name; /* dataset and split -> index of list */
	VEC(struct group *) list;
};

static void groups_done(void *mem)
{
	struct groups *g = mem;

	for (size_t i = 0; i < g->list.len; i++) {
		VEC_DONE(&g->list.at[i]->columns);
		free(g->list.at[i]);
	}
	VEC_DONE(&g->list);
	map_done(&g->by_name);
}

static struct groups *groups_of(struct schema_set *set)
{
	static const char OWNER;
	bool fresh = false;
	struct groups *g = schema_set_state(set, &OWNER, sizeof *g, groups_done, &fresh);

	if (g && fresh)
		map_init(&g->by_name, LIMIT_JSON_GROUPS, LIMIT_JSON_PLAN_BYTES);
	return g;
}

static struct group *group_of(struct schema_set *set, str dataset, str split, arena *tmp)
{
	struct groups *g = groups_of(set);
	str name = arena_printf(tmp, "%.*s\n%.*s", STR_ARG(dataset), STR_ARG(split));
	struct map_entry *m;
	struct group **at;

	if (!g || !name.ptr)
		return NULL;
	m = map_get(&g->by_name, name);
	if (m)
		return g->list.at[m->value];
	at = VEC_PUSH(&g->list, LIMIT_JSON_GROUPS);
	if (!at)
		return NULL;
	*at = calloc(1, sizeof **at);
	if (*at && map_put(&g->by_name, name, g->list.len - 1, NULL))
		return *at;
	free(*at);
	g->list.len--;
	return NULL;
}

/* --- sorted sets of columns ----------------------------------------------------------------- */

static bool covers(const struct schema *wide, const struct schema *s)
{
	uint32_t k = 0;

	for (uint32_t i = 0; i < s->ncolumns; i++, k++) {
		while (k < wide->ncolumns && str_cmp(wide->columns[k].path, s->columns[i].path) < 0)
			k++;
		if (k == wide->ncolumns || !str_eq(wide->columns[k].path, s->columns[i].path))
			return false;
	}
	return true;
}

/* Where the path is or would be. */
static uint32_t place_of(const struct group *g, str path, bool *ret_there)
{
	uint32_t lo = 0, hi = (uint32_t)g->columns.len;

	while (lo < hi) {
		uint32_t mid = (lo + hi) / 2;

		if (str_cmp(g->columns.at[mid].path, path) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	*ret_there = lo < g->columns.len && str_eq(g->columns.at[lo].path, path);
	return lo;
}

static uint32_t count_new(const struct group *g, const struct schema *s)
{
	uint32_t n = 0;
	bool there;

	for (uint32_t i = 0; i < s->ncolumns; i++) {
		place_of(g, s->columns[i].path, &there);
		n += !there;
	}
	return n;
}

static bool add_columns(struct group *g, const struct schema *s)
{
	for (uint32_t i = 0; i < s->ncolumns; i++) {
		bool there;
		uint32_t at = place_of(g, s->columns[i].path, &there);

		if (there)
			continue;
		if (!VEC_PUSH(&g->columns, LIMIT_COLUMNS))
			return false;
		memmove(&g->columns.at[at + 1], &g->columns.at[at],
			(g->columns.len - 1 - at) * sizeof *g->columns.at);
		g->columns.at[at] = s->columns[i];
	}
	return true;
}

static void begin_anew(struct group *g)
{
	VEC_DONE(&g->columns);
	*g = (struct group){ .spent = 0 };
}

static const struct schema *add_wide(struct json_plans *p, struct group *g, const struct schema *proto,
				     err *e)
{
	struct schema wide = *proto;
	const struct schema *s = NULL;

	if (add_columns(g, proto)) {
		for (uint32_t i = 0; i < g->columns.len; i++)
			g->columns.at[i].slot = (int32_t)i;
		wide.columns = g->columns.at;
		wide.ncolumns = wide.nslots = (uint32_t)g->columns.len;
		s = json_plans_schema(p, &wide, e);
	}
	if (!s) { /* its columns do not outlive their maker */
		begin_anew(g);
		return json_plans_schema(p, proto, e);
	}
	memcpy(g->columns.at, s->columns, g->columns.len * sizeof *g->columns.at);
	g->wide = s;
	g->spent = 0;
	return s;
}

static const struct schema *add_narrow(struct json_plans *p, struct group *g, const struct schema *proto,
				       err *e)
{
	uint32_t before = schema_set_len(json_plans_set(p));
	const struct schema *s = json_plans_schema(p, proto, e);

	if (s && s->id >= before)
		g->spent += s->ncolumns;
	if (s && !add_columns(g, s)) /* the fields of many items */
		begin_anew(g);
	return s;
}

const struct schema *widen(struct json_plans *p, const struct schema *proto, str split, arena *tmp, err *e)
{
	struct group *g = group_of(json_plans_set(p), proto->dataset, split, tmp);
	size_t n;

	if (!g)
		return json_plans_schema(p, proto, e);
	if (g->wide && covers(g->wide, proto))
		return g->wide;
	n = g->columns.len + count_new(g, proto);
	return n <= g->spent && n <= LIMIT_COLUMNS ? add_wide(p, g, proto, e) : add_narrow(p, g, proto, e);
}
