/* incident_json.h - the member `incident` of case.json. Thread rule: as the story. */
#ifndef SPOOR_REPORT_INCIDENT_JSON_H
#define SPOOR_REPORT_INCIDENT_JSON_H

#include "report/case_json.h"

void incident_json(struct out *o, const struct story *st, enum json_form form);

#endif
