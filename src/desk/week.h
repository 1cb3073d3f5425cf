/* week.h - weeks of ISO 8601: "2024-W50" runs from Monday to Sunday. Thread rule: pure functions. */
#ifndef SPOOR_DESK_WEEK_H
#define SPOOR_DESK_WEEK_H

#include "util/str.h"

struct week {
	int64_t from_ns, to_ns; /* [from, to), UTC */
};

/* The week, in local time that is UTC plus offset_s. False: no such week (2023-W53), or no week at all. */
bool week_parse(str text, int32_t offset_s, struct week *ret);
struct week week_before(const struct week *w);

#endif
