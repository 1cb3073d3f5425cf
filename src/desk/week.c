#include "desk/week.h"

#include "util/times.h"

enum { DAYS = 7 };

/* Monday of the first week, which is the one with January 4. */
static int64_t first_monday(int64_t year)
{
	int64_t day = time_days_from_civil(year, 1, 4),
		monday = (day + 3) % DAYS; /* 1970-01-01 was a Thursday */

	return day - (monday < 0 ? monday + DAYS : monday);
}

bool week_parse(str text, int32_t offset_s, struct week *ret)
{
	uint64_t year, number;
	int64_t monday;

	if (text.len != 8 || text.ptr[4] != '-' || text.ptr[5] != 'W' ||
	    !str_to_u64((str){ text.ptr, 4 }, &year) || !str_to_u64((str){ text.ptr + 6, 2 }, &number) ||
	    number < 1 || number > 53 || year < 1970 || year > 2200)
		return false;
	monday = first_monday((int64_t)year) + ((int64_t)number - 1) * DAYS;
	if (monday >= first_monday((int64_t)year + 1))
		return false;
	ret->from_ns = monday * NS_PER_DAY - offset_s * NS_PER_S;
	ret->to_ns = ret->from_ns + DAYS * NS_PER_DAY;
	return true;
}

struct week week_before(const struct week *w)
{
	return (struct week){ w->from_ns - DAYS * NS_PER_DAY, w->from_ns };
}
