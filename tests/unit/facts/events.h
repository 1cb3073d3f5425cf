/* events.h - made-up Windows events for tests: pairs of place and text become a schema and an event.
 * Thread rule: one thread. */
#ifndef SPOOR_TESTS_EVENTS_H
#define SPOOR_TESTS_EVENTS_H

#include "event/event.h"

#define MADE_FIELDS 40

struct made_field {
	const char *path; /* "System/Channel"; a bare name lies in EventData; "Data" is unnamed */
	const char *text; /* NULL: the field is there but has no value in this event */
};

struct made_event {
	event ev;
	struct column columns[MADE_FIELDS];
	value values[MADE_FIELDS];
	uint8_t utf16[MADE_FIELDS][2048];
};

enum made_as { MADE_UTF8, MADE_UTF16, MADE_CONSTANTS };

/* Fill *m from n fields; the schema goes into the set. MADE_CONSTANTS puts System into constants. */
void made_event(struct made_event *m, struct schema_set *set, const struct made_field *fields, size_t n,
		enum made_as as);

#endif
