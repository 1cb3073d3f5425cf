#include "event/ecs.h"

#include "ecs_flat.inc"
#include "ecs_windows.inc"

enum { NO_EVENT = -1 };

/* System fields go by their path, the others by the name that rules use. */
static str key_of(const struct column *col)
{
	return col->section == SECTION_SYSTEM ? col->path : col->name;
}

static size_t first_of_field(str field)
{
	size_t lo = 0, hi = COUNT(ROWS);

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (str_cmp(ROWS[mid].field, field) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static bool holds(const struct ecs_row *row, int64_t event_id)
{
	if (row->nids == 0)
		return true;
	for (unsigned i = 0; i < row->nids; i++)
		if (EVENT_IDS[row->ids + i] == event_id)
			return true;
	return false;
}

/* Rows of one provider and field lie together, those for some events first, "*" behind all names. The
 * answer is the first group (provider, event ids or none) that holds. */
static size_t find_rows(str provider, int64_t event_id, const struct column *col, const struct ecs_row **ret)
{
	str field = key_of(col);
	size_t i = first_of_field(field), n = 0;

	for (; i < COUNT(ROWS) && str_eq(ROWS[i].field, field); i++) {
		const struct ecs_row *row = &ROWS[i];

		if (!str_eq(row->provider, provider) && !str_eq(row->provider, STR("*")))
			continue;
		if (!holds(row, event_id))
			continue;
		*ret = row;
		while (i + n < COUNT(ROWS) && str_eq(ROWS[i + n].field, field) &&
		       str_eq(ROWS[i + n].provider, row->provider) && ROWS[i + n].nids == row->nids &&
		       holds(&ROWS[i + n], event_id))
			n++;
		return n;
	}
	return 0;
}

size_t ecs_rows_windows(str provider, uint64_t event_id, const struct column *col, const struct ecs_row **ret)
{
	if (col->section == SECTION_OTHER || col->section == SECTION_FLAT)
		return 0;
	return find_rows(provider, event_id > UINT16_MAX ? NO_EVENT : (int64_t)event_id, col, ret);
}

str ecs_name_windows(str provider, const struct column *col)
{
	const struct ecs_row *row;

	if (col->section == SECTION_OTHER || col->section == SECTION_FLAT ||
	    find_rows(provider, NO_EVENT, col, &row) == 0)
		return (str){ "", 0 };
	return row->ecs;
}

str ecs_provider_known(str provider)
{
	for (size_t i = 0; i < COUNT(PROVIDERS); i++)
		if (str_eq(PROVIDERS[i], provider))
			return PROVIDERS[i];
	return (str){ "", 0 };
}

static bool covers(str pattern, str dataset)
{
	if (!str_ends(pattern, STR("*")))
		return str_eq(pattern, dataset);
	return str_starts(dataset, (str){ pattern.ptr, pattern.len - 1 });
}

size_t ecs_rows_flat(str dataset, str field, const struct ecs_flat_row **ret)
{
	size_t lo = 0, hi = COUNT(FLAT_ROWS), n = 0;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (str_cmp(FLAT_ROWS[mid].field, field) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	while (lo < COUNT(FLAT_ROWS) && str_eq(FLAT_ROWS[lo].field, field) &&
	       !covers(FLAT_ROWS[lo].dataset, dataset))
		lo++;
	*ret = FLAT_ROWS + lo;
	while (lo + n < COUNT(FLAT_ROWS) && str_eq(FLAT_ROWS[lo + n].field, field) &&
	       str_eq(FLAT_ROWS[lo + n].dataset, FLAT_ROWS[lo].dataset))
		n++;
	return n;
}

const struct ecs_flat_row *ecs_const_flat(str dataset, size_t *pos)
{
	while (*pos < COUNT(FLAT_CONSTS)) {
		const struct ecs_flat_row *row = &FLAT_CONSTS[(*pos)++];

		if (covers(row->dataset, dataset))
			return row;
	}
	return NULL;
}

bool ecs_event_id_known(uint64_t event_id)
{
	for (size_t i = 0; i < COUNT(EVENT_IDS); i++)
		if (EVENT_IDS[i] == event_id)
			return true;
	return false;
}
