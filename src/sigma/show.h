/* show.h - tests of rules in words, for people. Thread rule: pure functions. */
#ifndef SPOOR_SIGMA_SHOW_H
#define SPOOR_SIGMA_SHOW_H

#include "sigma/rule.h"

/* Append a test: "Image ends with '\cmd.exe'". */
void show_test(const struct sigma_pool *p, uint32_t field, uint32_t pred, buf *out);

/* The same without the field: "ends with '\cmd.exe'". */
void show_pred(const struct sigma_pool *p, uint32_t pred, buf *out);

#endif
