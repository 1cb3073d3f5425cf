/* convert.h - a rule's condition as it is asked of events under an extended gate.
 *
 * The pattern is converted, never the event. Values are three-valued: what a source cannot tell (a field
 * that the event lacks, a pattern that cannot be converted) is unknown, and unknown fulfils neither a test
 * nor its negation. So a rule matches only where it would match whatever the unknown is.
 * Thread rule: as rule.h. */
#ifndef SPOOR_SIGMA_CONVERT_H
#define SPOOR_SIGMA_CONVERT_H

#include "sigma/logsource.h"
#include "sigma/rule.h"

/* A new condition for root under the gate's renames; UINT32_MAX on failure. The fields that it names are
 * the event's. */
uint32_t convert_root(struct sigma_pool *p, uint32_t root, const struct logsource_gate *gate, err *e);

#endif
