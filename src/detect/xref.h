/* xref.h - documents about other documents find them: filters are applied, correlations resolved.
 *
 * What names a rule that is not there, or is rejected, is rejected itself, with that reason. Runs once
 * at the end of compiling. Thread rule: one thread, then immutable. */
#ifndef SPOOR_DETECT_XREF_H
#define SPOOR_DETECT_XREF_H

#include "detect/ruleset.h"

/* Filters into the conditions of their rules: before variants are made of these. */
int xref_filters(struct ruleset *rs, err *e);

/* References of correlations to rules and correlations; what workers must send; what is not shown. */
int xref_correlations(struct ruleset *rs, err *e);

/* Set the status of a document. */
int ruleset_mark(struct ruleset *rs, struct rule_info *info, enum rule_status status, str reason, err *e);

#endif
