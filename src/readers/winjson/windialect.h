/* windialect.h - the Windows shapes as a dialect of the JSON reader.
 *
 * Whatever the shape, a Windows event gets the columns that the EVTX reader would give it. Thread rule:
 * a constant. */
#ifndef SPOOR_READERS_WINJSON_WINDIALECT_H
#define SPOOR_READERS_WINJSON_WINDIALECT_H

#include "readers/json/dialect.h"

extern const struct json_dialect windows_dialect;

#endif
