/* takedown.h - what the desk asked others to take down, and whether it is down.
 *
 * Nothing is connected to: results of looking again are entered by people or imported. Thread rule: as the registry. */
#ifndef SPOOR_DESK_TAKEDOWN_H
#define SPOOR_DESK_TAKEDOWN_H

#include "desk/deskcsv.h"

/* r: fields of RECORD_TAKEDOWN, its incident among them. The same target asked of the same party for the same incident is one.
 * TLP and PAP of the incident must allow it: ERR_ARG says why not. Inside of a transaction, as the others. */
int takedown_add(struct desk *d, struct record *r, buf *ret_id, enum record_done *ret, err *e);
/* Somebody looked at ns: result "up", "down" or "refused". *ret_changed: was it new? The state is that of the last look. */
int takedown_check(struct desk *d, str id, int64_t ns, str result, str note, bool *ret_changed, err *e);
/* CSV: id, or target (all of that target), time, result, note. */
int takedown_import(struct desk *d, str text, struct import_counts *ret, err *e);

#endif
