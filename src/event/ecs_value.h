/* ecs_value.h - how a value becomes an ECS field. Thread rule: pure but for the memory of its caller. */
#ifndef SPOOR_EVENT_ECS_VALUE_H
#define SPOOR_EVENT_ECS_VALUE_H

#include "event/ecs.h"
#include "util/buf.h"

/* Append `v` as a JSON value. False, and nothing appended, where it says nothing ("-", empty) or is not
 * what the field holds. An array is one value, its text; `tmp` is scratch. */
bool ecs_put(buf *out, buf *tmp, value v, enum ecs_how how);

/* As ecs_put(), but several elements become a JSON array of those that fit. */
bool ecs_put_all(buf *out, buf *tmp, value v, enum ecs_how how);

#endif
