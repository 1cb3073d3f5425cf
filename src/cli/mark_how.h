/* mark_how.h - a decision, the story without and with it, and the reports anew: for `mark` and for the server.
 * Thread rule: one thread. */
#ifndef SPOOR_CLI_MARK_HOW_H
#define SPOOR_CLI_MARK_HOW_H

#include "store/decisions.h"

/* Appends a line for each thing that changed. As decisions_add(); also ERR_ARG for a target that the case does not know. */
int mark_decide(const char *dir, struct decision *d, uint64_t expect, buf *changes, err *e);

#endif
