/* zone_load.h - a zone of the system's time zone database as a table of offsets.
 * Thread rule: the main thread, before others: it asks the C library, which keeps one zone per process. */
#ifndef SPOOR_CLI_ZONE_LOAD_H
#define SPOOR_CLI_ZONE_LOAD_H

#include "util/arena.h"
#include "util/err.h"
#include "util/zone.h"

/* name: "Asia/Shanghai" of /usr/share/zoneinfo, or a fixed offset (zone_fixed()). ERR_ARG if it is neither. */
int zone_load(const char *name, struct time_zone **ret, arena *mem, err *e);

#endif
