/* apphead.h - what stands before the message of an application's line: "time level [thread] logger - message" in any
 * order and with any of it left out, the level before the time too. Decides nothing about the message. Thread rule:
 * pure functions; views on the line. */
#ifndef SPOOR_READERS_APPHEAD_H
#define SPOOR_READERS_APPHEAD_H

#include "util/logtime.h"

struct apphead {
	struct logtime time;
	str stamp;                 /* the time as it stands there */
	str level, thread, logger; /* empty: not there */
	str message;               /* the rest, further lines too, without space around it */
};

/* False if the line does not begin with a time (or a level and a time). A time is one that cannot be mistaken:
 * year first, or a month's name; "18.04.2024", never "04/05/2024". */
bool apphead_read(str line, struct apphead *ret);

/* The time that `s` begins with, in the forms above; 0: none. */
size_t apphead_time(str s, struct logtime *ret);

/* Is it the name of a level, in any case and some languages? */
bool apphead_is_level(str s);

#endif
