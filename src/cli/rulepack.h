/* rulepack.h - which rules a command works with: those named with -r, else the shipped pack.
 * Thread rule: pure but for the file system. */
#ifndef SPOOR_CLI_RULEPACK_H
#define SPOOR_CLI_RULEPACK_H

#include "cli/command.h"

/* Folder of the shipped rules: beside the program (a build in its source tree) or installed. The result
 * is in *to; false if there is none. */
bool rulepack_find(buf *to);

/* Read the rules of every -r, or the shipped pack where none is given. *ret_from (NULL allowed) gets the
 * path or paths for people. -1 with a remedy in *e if there are none. */
int rulepack_read(const struct cli_args *args, buf *ret, buf *ret_from, err *e);

#endif
