/* unread.h - formats that are recognised but not read, so that the report can say what a file is
 * instead of "unknown". Thread rule: constant table. */
#ifndef SPOOR_ENGINE_UNREAD_H
#define SPOOR_ENGINE_UNREAD_H

#include "util/str.h"

/* What `head` is, in words that follow "not read: ", or NULL. */
const char *unread_name(bytes head);

#endif
