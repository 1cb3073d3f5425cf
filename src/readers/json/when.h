/* when.h - event times as exporters write them. Thread rule: pure functions. */
#ifndef SPOOR_READERS_JSON_WHEN_H
#define SPOOR_READERS_JSON_WHEN_H

#include "event/value.h"
#include "util/times.h"

/* ISO 8601 text, seconds since 1970 (a larger number: milli-, micro- or nanoseconds), or .NET's
 * "/Date(ms)/". False (outputs untouched) if it is none of them. */
bool when_parse(value v, int64_t *ret_ns, enum time_basis *ret_basis);

/* A local time whose zone shows in the same record: `received` is by the same clock and zone, `utc`
 * was written shortly after it. The offset is taken in quarters of an hour. False if the three do not
 * fit (further apart than any zone, or not within five minutes of a quarter). */
bool when_local(int64_t local_ns, int64_t received_ns, int64_t utc_ns, int64_t *ret_ns);

#endif
