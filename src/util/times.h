/* times.h - points in time: int64_t nanoseconds since 1970-01-01 UTC, and their written forms.
 *
 * No locale, no time zone database, no libc time functions: the same bytes on every machine. Thread
 * rule: pure functions. */
#ifndef SPOOR_UTIL_TIMES_H
#define SPOOR_UTIL_TIMES_H

#include "util/buf.h"
#include "util/err.h"

#define TIME_NONE INT64_MIN /* no time known */
#define NS_PER_S INT64_C(1000000000)
#define NS_PER_MIN (60 * NS_PER_S)
#define NS_PER_HOUR (60 * NS_PER_MIN)
#define NS_PER_DAY (24 * NS_PER_HOUR)

/* Where the zone of a written time came from; kept with every time that is not UTC by itself. */
enum time_basis {
	TIME_UTC_EXPLICIT,    /* the text says Z or UTC */
	TIME_OFFSET_EXPLICIT, /* the text carries an offset */
	TIME_UTC_BY_SPEC,     /* the format is defined to be UTC */
	TIME_LOCAL_DECLARED,  /* the analyst declared the zone */
	TIME_LOCAL_ASSUMED,   /* nobody said: read as UTC, and marked */
};

/* Convert a FILETIME (100 ns units since 1601) to ns since 1970.
 * Fails (-1, ret untouched) ERR_LIMIT when the result leaves int64_t (years 1677..2262).
 * Source: [MS-DTYP] 2.3.3. */
int time_from_filetime(uint64_t ticks, int64_t *ret_ns, err *e);

/* Days since 1970-01-01 of a date of the proleptic Gregorian calendar. month 1..12. */
int64_t time_days_from_civil(int64_t year, unsigned month, unsigned day);

/* The date of a day number. */
void time_civil_from_days(int64_t days, int64_t *year, unsigned *month, unsigned *day);

/* A checked civil time in UTC. False for month 13, day 30 of February, hour 24, second 61, or a
 * result outside int64_t. Second 60 is taken as the next second. */
bool time_from_civil(int64_t year, unsigned month, unsigned day, unsigned hour, unsigned min, unsigned sec,
		     uint32_t ns, int64_t *ret_ns);

/* ISO 8601 / RFC 3339 as logs write it: date, 'T' or space, time, up to nine fraction digits, then
 * Z, an offset (+08:00, +0800) or nothing. The whole of `s` must be used. *ret_basis says what the
 * text told about its zone. False (outputs untouched) if it is no such text. */
bool time_parse_iso(str s, int64_t *ret_ns, enum time_basis *ret_basis);

/* "2024-04-18T02:13:58.112904700Z"; trailing zero triples of the fraction are left out, so that a
 * whole second has none. TIME_NONE gives nothing. */
void buf_time(buf *b, int64_t ns);

#define TIME_TEXT_MAX 40
/* The same into a caller's array, NUL-terminated; answers the length. */
size_t time_text(int64_t ns, char out[TIME_TEXT_MAX]);

#endif
