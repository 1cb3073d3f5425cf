/* csvtime.h - times in cells of tables: whatever people and office programs write.
 *
 * Numbers with / . or - between (year first, day first, month first), with or without a time, 12 hours with AM, PM and
 * the Chinese words, 年月日, days since 1900 as Excel keeps them, seconds since 1970, and the forms of logtime.h.
 * Which of 3/4/2024 is the month no cell says: it is learned from others (struct csvtime_order).
 * Thread rule: pure functions on plain data. */
#ifndef SPOOR_READERS_CSVTIME_H
#define SPOOR_READERS_CSVTIME_H

#include "util/logtime.h"

struct csvtime_order {
	bool day_first, month_first; /* a cell was seen that can be nothing else */
	bool open;                   /* a cell was seen that can be both */
};

/* The whole of a cell, blanks around it left out. False (*ret untouched) if it is no time. A text without a zone is
 * TIME_LOCAL_ASSUMED. Where nothing was learned the day is first with . and - between, the month with /. */
bool csvtime_read(str cell, const struct csvtime_order *order, struct logtime *ret);

/* Learn from a cell; true if it is a time. */
bool csvtime_learn(struct csvtime_order *order, str cell);

#endif
