/* indicators_priv.h - what the formats of indicators share. */
#ifndef SPOOR_CLI_INDICATORS_PRIV_H
#define SPOOR_CLI_INDICATORS_PRIV_H

#include "cli/indicators.h"

/* A value whose kind is said: false if it cannot be of that kind. */
bool indicator_add(struct indicators *in, enum scope_type type, str text);
/* The host of "http://host:port/path". */
bool indicator_add_url(struct indicators *in, str url);
/* A value whose kind has to be seen from it. */
bool indicator_guess(struct indicators *in, str text);

/* [type:property = 'value' OR ...] of STIX. */
void indicators_pattern(struct indicators *in, str pattern);
int indicators_json(struct indicators *in, str text, err *e);

#endif
