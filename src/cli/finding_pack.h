/* finding_pack.h - a finding as bytes, so that any number can be sorted outside memory.
 * The form is private to one run. Thread rule: pure functions. */
#ifndef SPOOR_CLI_FINDING_PACK_H
#define SPOOR_CLI_FINDING_PACK_H

#include "detect/finding.h"
#include "util/arena.h"

void finding_pack(buf *to, const struct finding *f);

/* Views into `from`; refs are in mem. -1 with ERR_CORRUPT if it is no packed finding. */
int finding_unpack(bytes from, struct finding *ret, arena *mem, err *e);

#endif
