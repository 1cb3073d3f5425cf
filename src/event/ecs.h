/* ecs.h - ECS names of raw fields, by the tables in data/. Thread rule: constant tables. */
#ifndef SPOOR_EVENT_ECS_H
#define SPOOR_EVENT_ECS_H

#include "event/schema.h"

/* ECS name of a Windows event's column, or an empty str. provider: name of the logging provider,
 * empty if it is not known when the schema is made. The result lives as long as the program. */
str ecs_name_windows(str provider, const struct column *col);

#endif
