/* logtime.h - the forms in which text logs write points in time.
 *
 * Each form is read as the longest prefix of a text, so that a line that begins with its time and a field
 * that is one are read alike. What a text does not say stays unsaid: a zone that is not written is
 * TIME_LOCAL_ASSUMED with the local time as it stands, a year that is not written is has_year false. No
 * locale, no guess between forms: a format knows its own. Thread rule: pure functions; a cache has one
 * owner. */
#ifndef SPOOR_UTIL_LOGTIME_H
#define SPOOR_UTIL_LOGTIME_H

#include "util/times.h"

enum logtime_form {
	LOGTIME_NONE,
	LOGTIME_ISO,     /* 2024-04-18T02:13:58.113Z, 2024-04-18 2:13:58,113 +0800, 2024/4/18 10:13:58 */
	LOGTIME_CLF,     /* 18/Apr/2024:10:13:58 +0800 */
	LOGTIME_SYSLOG,  /* Apr 18 10:13:58, Apr  8 10:13:58.113, Apr 18 2024 10:13:58 */
	LOGTIME_CTIME,   /* Thu Apr 18 10:13:58.123456 2024 */
	LOGTIME_DAYMON,  /* 18-Apr-2024 03:22:41.118, 18 Apr 2024 03:22:41 */
	LOGTIME_US,      /* 04/18/24,08:31:12, 4/18/2024 10:14:11 AM */
	LOGTIME_EU,      /* 18.04.2024 10:14:11, 18/04/2024 10:14:11 AM */
	LOGTIME_COMPACT, /* 20240418021044, 20240418T021044.113Z */
	LOGTIME_EPOCH,   /* 1713406442.917, and whole ms, us, ns since 1970 by their number of digits */
};

struct logtime {
	int64_t ns;            /* UTC where the zone is written, else the local time as if it were UTC */
	int64_t precision_ns;  /* worth of the last digit written */
	enum time_basis basis; /* UTC_EXPLICIT, OFFSET_EXPLICIT, UTC_BY_SPEC (epoch) or LOCAL_ASSUMED */
	bool has_year;         /* false: ns is not set; use logtime_in_year() */
	uint8_t month, day;    /* without a year ... */
	int64_t day_ns;        /* ... and the time of the day */
};

/* Bytes of `s` that are a time in this form, 0 if it begins with none (*ret untouched). */
size_t logtime_read(str s, enum logtime_form form, struct logtime *ret);

/* The whole of `s`, spaces around it left out. */
bool logtime_whole(str s, enum logtime_form form, struct logtime *ret);

/* A time without a year, in this one. False for 29 February of a common year. */
bool logtime_in_year(const struct logtime *t, int64_t year, int64_t *ret_ns);

/* The same in the last year that does not put it behind `anchor_ns` (a day of grace for zones): a log is
 * not younger than its file. False without a fitting year. */
bool logtime_before(const struct logtime *t, int64_t anchor_ns, int64_t *ret_ns);

/* "YYYY-MM-DD" with any of - / between, to the ns of its midnight: lines in a row share their date. */
struct logtime_day {
	char text[10];
	bool known;
	int64_t ns;
};
bool logtime_day(struct logtime_day *cache, const char text[10], int64_t *ret_ns);

/* "hh:mm:ss" to ns since midnight; second 60 is the next second. */
static inline bool logtime_clock(const char t[8], int64_t *ret_ns)
{
	unsigned d[6] = { (unsigned char)t[0] - '0', (unsigned char)t[1] - '0', (unsigned char)t[3] - '0',
			  (unsigned char)t[4] - '0', (unsigned char)t[6] - '0', (unsigned char)t[7] - '0' };
	unsigned hour = d[0] * 10 + d[1], min = d[2] * 10 + d[3], sec = d[4] * 10 + d[5];

	if (d[0] > 2 || d[1] > 9 || d[2] > 5 || d[3] > 9 || d[4] > 6 || d[5] > 9 || t[2] != ':' ||
	    t[5] != ':' || hour > 23 || sec > 60)
		return false;
	*ret_ns = (int64_t)(hour * 3600 + min * 60 + sec) * NS_PER_S;
	return true;
}

#endif
