/* zone.h - a time zone as a table of offsets, to turn local times of logs into UTC.
 *
 * The table is made where the time zone database can be read (cli/zone_load.h), so that whoever parses evidence
 * needs no file and gives the same result everywhere. Thread rule: plain data, pure functions. */
#ifndef SPOOR_UTIL_ZONE_H
#define SPOOR_UTIL_ZONE_H

#include "util/str.h"

struct zone_step {
	int64_t from_s;   /* UTC seconds since 1970 from which on ... */
	int32_t offset_s; /* ... local time is UTC plus this */
};

struct time_zone {
	const struct zone_step *steps; /* ascending; the first also holds before its from_s */
	size_t nsteps;                 /* at least 1 */
};

/* Offset of a zone that never changes: "UTC", "Z", "+08:00", "-0530", "+8". False if it is no such text. */
bool zone_fixed(str s, int32_t *ret_offset_s);

/* Local time to UTC. A time that occurs twice (clocks set back) is the first one; one that never was
 * (set forward) is taken by the offset behind it. False outside int64_t. */
bool zone_to_utc(const struct time_zone *z, int64_t local_ns, int64_t *ret_ns);

#endif
