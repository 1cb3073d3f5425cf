#include "event/schema.h"

#include <stdlib.h>

#include "event/ecs.h"
#include "util/limits.h"
#include "util/vec.h"

struct state {
	const void *owner;
	void *mem;
	void (*done)(void *);
};

struct schema_set {
	arena mem;
	VEC(struct schema *) list;
	VEC(struct state) states;
	uint32_t item;       /* number of the current item, from 1 */
	uint32_t used;       /* schemas used by it */
	uint64_t used_bytes; /* their memory */
	bool worn_out;
};

struct schema_set *schema_set_new(err *e)
{
	struct schema_set *set = calloc(1, sizeof *set);

	if (!set) {
		err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for schemas");
		return NULL;
	}
	arena_init(&set->mem, LIMIT_SCHEMA_BYTES);
	set->item = 1;
	return set;
}

void schema_set_free(struct schema_set *set)
{
	if (!set)
		return;
	for (size_t i = 0; i < set->states.len; i++) {
		set->states.at[i].done(set->states.at[i].mem);
		free(set->states.at[i].mem);
	}
	VEC_DONE(&set->states);
	arena_done(&set->mem);
	VEC_DONE(&set->list);
	free(set);
}

bool schema_set_next_item(struct schema_set *set)
{
	set->item++;
	set->used = 0;
	set->used_bytes = 0;
	return !set->worn_out && set->list.len <= LIMIT_SCHEMAS - LIMIT_ITEM_SCHEMAS &&
	       set->mem.used_bytes <= LIMIT_SCHEMA_BYTES / 3;
}

uint32_t schema_set_item(const struct schema_set *set)
{
	return set->item;
}

void schema_set_take_back(struct schema_set *set, struct arena_mark mark)
{
	set->list.len--;
	arena_rewind(&set->mem, mark);
}

bool schema_set_use(struct schema_set *set, const struct schema *s)
{
	struct schema *own = set->list.at[s->id];

	if (own->used_in == set->item)
		return true; /* what is known goes on when new ones are refused */
	if (set->used >= LIMIT_ITEM_SCHEMAS || set->used_bytes + own->bytes > LIMIT_ITEM_SCHEMA_BYTES)
		return false;
	own->used_in = set->item;
	set->used++;
	set->used_bytes += own->bytes;
	return true;
}

void schema_set_charge(struct schema_set *set, const struct schema *s, size_t more)
{
	struct schema *own = set->list.at[s->id];

	own->bytes += (uint32_t)more;
	if (own->used_in == set->item)
		set->used_bytes += more;
}

void schema_set_wear_out(struct schema_set *set)
{
	set->worn_out = true;
}

void *schema_set_state(struct schema_set *set, const void *owner, size_t size, void (*done)(void *),
		       bool *ret_new)
{
	struct state *st;
	void *mem;

	*ret_new = false;
	for (size_t i = 0; i < set->states.len; i++)
		if (set->states.at[i].owner == owner)
			return set->states.at[i].mem;
	mem = calloc(1, size);
	st = mem ? VEC_PUSH(&set->states, LIMIT_COLUMNS) : NULL;
	if (!st) {
		free(mem);
		return NULL;
	}
	*st = (struct state){ owner, mem, done };
	*ret_new = true;
	return mem;
}

uint32_t schema_set_len(const struct schema_set *set)
{
	return (uint32_t)set->list.len;
}

const struct schema *schema_set_at(const struct schema_set *set, uint32_t id)
{
	return id < set->list.len ? set->list.at[id] : NULL;
}

arena *schema_set_arena(struct schema_set *set)
{
	return &set->mem;
}

static void find_well_known(struct schema *s)
{
	static const struct {
		enum well_known wk;
		const char *path;
	} PATHS[] = {
		{ WK_PROVIDER, "System/Provider/@Name" },
		{ WK_EVENT_ID, "System/EventID" },
		{ WK_VERSION, "System/Version" },
		{ WK_LEVEL, "System/Level" },
		{ WK_TIME_CREATED, "System/TimeCreated/@SystemTime" },
		{ WK_RECORD_ID, "System/EventRecordID" },
		{ WK_CHANNEL, "System/Channel" },
		{ WK_COMPUTER, "System/Computer" },
		{ WK_PROCESS_ID, "System/Execution/@ProcessID" },
		{ WK_USER_ID, "System/Security/@UserID" },
	};

	for (size_t k = 0; k < WK_COUNT; k++)
		s->wk[k] = -1;
	for (size_t k = 0; k < COUNT(PATHS); k++) {
		str path = str_of(PATHS[k].path);

		for (uint32_t i = 0; i < s->ncolumns; i++) {
			if (str_eq(s->columns[i].path, path)) {
				s->wk[PATHS[k].wk] = (int32_t)i;
				break;
			}
		}
	}
}

static bool copy_str(arena *mem, str *s)
{
	if (s->len == 0) {
		*s = (str){ "", 0 };
		return true;
	}
	*s = arena_str(mem, *s);
	return s->ptr != NULL;
}

static bool copy_arrays(arena *mem, struct schema *s)
{
	struct column *cols = arena_array(mem, s->ncolumns, sizeof *cols);
	value *consts = arena_array(mem, s->nconsts, sizeof *consts);

	if (!cols || !consts)
		return false;
	for (uint32_t i = 0; i < s->ncolumns; i++) {
		cols[i] = s->columns[i];
		if (!copy_str(mem, &cols[i].name) || !copy_str(mem, &cols[i].raw) ||
		    !copy_str(mem, &cols[i].path) || !copy_str(mem, &cols[i].ecs))
			return false;
	}
	for (uint32_t i = 0; i < s->nconsts; i++) {
		str bytes_copy = { (const char *)s->consts[i].ptr, s->consts[i].len };

		consts[i] = s->consts[i];
		if (!copy_str(mem, &bytes_copy))
			return false;
		consts[i].ptr = (const uint8_t *)bytes_copy.ptr;
	}
	s->columns = cols;
	s->consts = consts;
	return true;
}

static str ecs_name_flat(str dataset, const struct column *col)
{
	const struct ecs_flat_row *row;

	return dataset.len && ecs_rows_flat(dataset, col->raw, &row) ? row->ecs : (str){ "", 0 };
}

/* ECS names depend on who logged the event, which is a constant of most schemas. */
static void fill_ecs(struct schema *s)
{
	struct column *cols = (struct column *)(uintptr_t)s->columns;
	str provider = { "", 0 };
	int32_t wk = s->wk[WK_PROVIDER];

	if (wk >= 0 && cols[wk].slot < 0 && s->consts[-1 - cols[wk].slot].type == VALUE_UTF8)
		provider = bytes_str(
			(bytes){ s->consts[-1 - cols[wk].slot].ptr, s->consts[-1 - cols[wk].slot].len });
	for (uint32_t i = 0; i < s->ncolumns; i++)
		if (cols[i].ecs.len == 0)
			cols[i].ecs = s->family == FAMILY_WINDOWS ? ecs_name_windows(provider, &cols[i])
								  : ecs_name_flat(s->dataset, &cols[i]);
	for (uint32_t i = s->ncolumns; s->family == FAMILY_FLAT && i-- > 0;)
		if (str_eq(cols[i].ecs, STR("host.name")))
			s->wk[WK_COMPUTER] = (int32_t)i;
}

const struct schema *schema_set_add(struct schema_set *set, const struct schema *proto, err *e)
{
	size_t before = set->mem.used_bytes;
	struct schema *s, **at;

	if (proto->ncolumns > LIMIT_COLUMNS) {
		err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "%u columns, at most %u", proto->ncolumns,
			LIMIT_COLUMNS);
		return NULL;
	}
	if (set->used >= LIMIT_ITEM_SCHEMAS) { /* before it takes memory that nothing would use */
		err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "more than %u schemas in one item", LIMIT_ITEM_SCHEMAS);
		return NULL;
	}
	s = arena_alloc(&set->mem, sizeof *s);
	if (s) {
		*s = *proto;
		s->id = (uint32_t)set->list.len;
		s->used_in = 0;
	}
	if (!s || !copy_str(&set->mem, &s->dataset) || !copy_arrays(&set->mem, s)) {
		err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "schemas need more than %u bytes", LIMIT_SCHEMA_BYTES);
		return NULL;
	}
	find_well_known(s);
	fill_ecs(s);
	at = VEC_PUSH(&set->list, LIMIT_SCHEMAS);
	if (!at) {
		err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "more than %u schemas", LIMIT_SCHEMAS);
		return NULL;
	}
	*at = s;
	s->bytes = (uint32_t)(set->mem.used_bytes - before);
	return s;
}

int32_t schema_find(const struct schema *s, str name, uint32_t from)
{
	for (uint32_t i = from; i < s->ncolumns; i++)
		if (!(s->columns[i].flags & COLUMN_F_HIDDEN) && str_eq(s->columns[i].name, name))
			return (int32_t)i;
	return -1;
}
