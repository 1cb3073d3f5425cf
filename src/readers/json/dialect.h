/* dialect.h - what becomes of an object once its structure is known.
 *
 * There are two dialects: the shapes of Windows events (winjson/) and every other kind of log (flatkind.c).
 * The reader (jsonread.h) cuts and flattens objects and asks them in order; each structure is planned once,
 * per object only values move. Thread rule: constants; pure but for the memory of the caller. */
#ifndef SPOOR_READERS_JSON_DIALECT_H
#define SPOOR_READERS_JSON_DIALECT_H

#include "event/event.h"
#include "readers/json/flat.h"
#include "readers/json/names.h"

struct json_plans;

#define JSON_NO_SLOT UINT32_MAX

struct json_plan {
	const struct json_dialect *dialect;
	const struct schema *schema; /* NULL: no event, passed over */
	const uint32_t *slot_of;     /* leaf -> slot or JSON_NO_SLOT; NULL: the same number, and every slot */
	uint32_t nleaves;
	bool more;       /* some fields have no column of their own */
	bool wrap;       /* may be an object that only carries a list of events (wrap.h) */
	uint32_t item;   /* the item that it was last found usable in */
	const void *own; /* the dialect's, as long as the plan */
};

/* Texts that are made for an event; they live until the next one. */
struct json_made {
	char time[TIME_TEXT_MAX], keywords[24];
	buf joined, text;
};

/* One event on its way: leaves are in their slots, the rest is the dialect's. */
struct json_event {
	const struct json_plan *plan;
	struct flat *flat;
	str host;     /* where the item was recorded, if its place tells */
	value *slots; /* absent where nothing was put; write through json_put() */
	uint32_t *dirty, ndirty;
	struct json_made *made;
	event *ev; /* time_ns, written_ns, time_basis to be set */
};

/* Each slot at most once beside its leaf. */
static inline void json_put(struct json_event *j, uint32_t slot, value v)
{
	j->slots[slot] = v;
	j->dirty[j->ndirty++] = slot;
}

struct json_dialect {
	const char *reader; /* schema->reader */
	bool (*claims)(const struct leaf_names *names);
	/* Optional: is it no event, though, and passed over? */
	bool (*passes)(const struct leaf_names *names);
	/* Fill *ret (dialect is set). `names` and `tmp` go away, json_plans_mem() stays with the plan. */
	int (*plan)(struct json_plans *p, const struct leaf_names *names, struct json_plan *ret, arena *tmp,
		    err *e);
	void (*finish)(struct json_event *j);
	/* Optional: leaves of a text that holds the event in another coding than JSON (flat.h). */
	flat_text *text;
};

#endif
