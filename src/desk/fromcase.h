/* fromcase.h - an incident of the registry from a case. Thread rule: as the registry. */
#ifndef SPOOR_DESK_FROMCASE_H
#define SPOOR_DESK_FROMCASE_H

#include "desk/records.h"
#include "share/told.h"

/* Make the incident of the case, or bring it up to date: the case is known by its evidence. What people wrote (title, colours,
 * status) is left as it is; counts, place and first sign follow the case. path: where the case lies. Inside of a transaction. */
int desk_import_case(struct desk *d, const struct told *t, str path, buf *ret_id, enum record_done *ret,
		     err *e);

/* Do addresses outside of the desk's country belong to it? True only where the case knows countries. */
bool case_is_cross_border(const struct story *st, str country, bool *ret_known);

#endif
