/* show.h - tests of rules in words, for people. Thread rule: pure functions. */
#ifndef SPOOR_SIGMA_SHOW_H
#define SPOOR_SIGMA_SHOW_H

#include "sigma/logsource.h"
#include "sigma/rule.h"

/* Append a test: "Image ends with '\cmd.exe'". */
void show_test(const struct sigma_pool *p, uint32_t field, uint32_t pred, buf *out);

/* The same without the field: "ends with '\cmd.exe'". */
void show_pred(const struct sigma_pool *p, uint32_t pred, buf *out);

/* The events that one reading of a rule applies to: "process_creation as security event 4688". */
void show_where(const struct logsource_where *w, buf *out);

#endif
