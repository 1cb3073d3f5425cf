/* report_priv.h - what the parts of a report share. */
#ifndef SPOOR_REPORT_REPORT_PRIV_H
#define SPOOR_REPORT_REPORT_PRIV_H

#include "report/report.h"
#include "report/report_ref.h"

/* "informational" ... "critical". */
const char *report_level_name(enum finding_level level);

/* The item of a reference, or NULL. */
const struct store_item *story_ref_item(const struct story *st, const struct event_ref *r);

#endif
