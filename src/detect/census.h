/* census.h - which kinds of events there are, how many, and which fields they have.
 *
 * A kind is a channel, a provider and an event id, or the dataset of another log. Censuses are added up
 * in any order. Kinds and fields past a ceiling are counted together, so that nothing is silently left
 * out: what is not known of them is never taken for absent. Thread rule: one owner. */
#ifndef SPOOR_DETECT_CENSUS_H
#define SPOOR_DETECT_CENSUS_H

#include "event/event.h"

struct census_kind {
	bool windows;
	bool rest;        /* kinds past the ceiling, taken together: no names, no fields */
	bool more_fields; /* not all fields are told */
	str source;       /* channel, or dataset */
	str provider, event_id; /* windows: text */
	uint64_t events;
	/* Names of fields that at least one event had, sorted. EventID, Channel and Provider_Name are among
	 * them only where events have a second field of that name. */
	const str *fields;
	uint32_t nfields;
};

struct census;

int census_new(struct census **ret, uint32_t max_kinds, err *e);
void census_free(struct census *c);
void census_clear(struct census *c);

int census_event(struct census *c, const event *ev, err *e);
/* Before a schema_set is freed if the census lives on. */
void census_forget_schemas(struct census *c);
/* Add what another census says of a kind. */
int census_add(struct census *c, const struct census_kind *k, err *e);

/* Put kinds and fields in order, to be read with census_at(); nothing may be added until cleared. */
int census_sort(struct census *c, err *e);
size_t census_len(const struct census *c);
const struct census_kind *census_at(const struct census *c, size_t i);

#endif
