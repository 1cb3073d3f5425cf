/* toevent.h - from the leaves of an object to its event: which plan it has, and its values in their slots.
 *
 * For the JSON reader and for others whose records have named fields (Windows events as XML or CSV, journald's
 * export form): what they give has the columns that the same record has as JSON. Thread rule: one owner. */
#ifndef SPOOR_READERS_JSON_TOEVENT_H
#define SPOOR_READERS_JSON_TOEVENT_H

#include "readers/json/plans.h"

/* The plans that one content uses. */
struct json_choice {
	struct schema_set *schemas;
	const struct json_dialect *const *dialects; /* NULL-terminated; the last takes what is left */
	struct json_plans *plans;                   /* of the schema set */
	struct json_plans *narrow; /* of this content, for what has no room otherwise; NULL: all has */
	struct json_fields fields; /* that have columns in this content */
	bool *used;                /* by schema id: given before in this content */
	uint32_t nused;
	bool full; /* a kind of object was refused: no new ones */
};

/* json_choice_done() must follow in any case. */
int json_choice_init(struct json_choice *c, struct schema_set *schemas,
		     const struct json_dialect *const *dialects, err *e);
void json_choice_done(struct json_choice *c);

/* The plan of a signature (flat.h); NULL (*e): there is no room for its kind. Valid until the next call. */
const struct json_plan *json_choose(struct json_choice *c, str sig, err *e);

/* The values of the event that was made last. */
struct json_fill {
	value *slots; /* absent but for what the last event put there */
	uint32_t slots_cap;
	uint32_t *dirty; /* slots that it put */
	uint32_t ndirty;
	struct json_made made;
};

void json_fill_done(struct json_fill *f);

/* Fill *ev but for its place in the evidence; p has a schema and as many leaves as `flat`. It is valid until the
 * next call, and as long as flat's values. False without memory. */
bool json_fill_event(struct json_fill *f, const struct json_plan *p, struct flat *flat, str host, event *ev);

#endif
