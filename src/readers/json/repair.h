/* repair.h - a JSON line with bytes that JSON forbids, made readable. Thread rule: pure. */
#ifndef SPOOR_READERS_JSON_REPAIR_H
#define SPOOR_READERS_JSON_REPAIR_H

#include "util/buf.h"

/* Append `line` to `out`: bytes that are no UTF-8 become the text \xNN inside strings, raw control
 * characters inside strings become \u00NN, outside of strings both become spaces. */
void json_repair(buf *out, bytes line);

#endif
