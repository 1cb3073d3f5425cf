/* event.h - one event: a schema, its values, when, where it lies in the evidence.
 *
 * An event is a set of views. It is valid until the next call to the reader that gave it; whoever
 * wants to keep something copies it. Identity is (evidence SHA-256, offset, record id); here the
 * evidence is its number in the run, the hash is joined when results are written.
 * Thread rule: belongs to the reader's thread. */
#ifndef SPOOR_EVENT_EVENT_H
#define SPOOR_EVENT_EVENT_H

#include "event/schema.h"
#include "event/value.h"
#include "util/times.h"

#define EVENT_RECOVERED 1u /* carved from slack or without its chunk header: never mixed silently */
#define EVENT_PARTIAL 2u   /* damaged or cut; what can be read is there */

struct event_ref {
	uint32_t item;   /* number of the evidence item in the manifest */
	uint64_t offset; /* byte offset of the record in the item's (decompressed) content */
	uint64_t record; /* record id as the evidence gives it (EVTX header), or line number */
};

typedef struct event {
	const struct schema *schema;
	const value *values; /* schema->nslots of them */
	int64_t time_ns;     /* event time, TIME_NONE if unknown */
	int64_t written_ns;  /* time in the record's own header, TIME_NONE if the format has none */
	uint8_t time_basis;  /* enum time_basis */
	uint8_t flags;       /* EVENT_* */
	uint32_t length;     /* bytes of the record in the evidence */
	struct event_ref ref;
	bytes raw; /* the whole record as it lies in the evidence */
} event;

/* The value of column `col` of the event's schema; VALUE_ABSENT for col < 0. */
static inline value event_value(const event *ev, int32_t col)
{
	int32_t slot;

	if (col < 0)
		return (value){ 0 };
	slot = ev->schema->columns[col].slot;
	return slot >= 0 ? ev->values[slot] : ev->schema->consts[-1 - slot];
}

static inline value event_wk(const event *ev, enum well_known wk)
{
	return event_value(ev, ev->schema->wk[wk]);
}

#endif
