/* slurp.h - a small file as one string. Thread rule: pure but for the file system. */
#ifndef SPOOR_CLI_SLURP_H
#define SPOOR_CLI_SLURP_H

#include "util/buf.h"
#include "util/err.h"

/* Append a regular file of at most max bytes. 1: done; 0: there is none of that name; -1 with *e. */
int slurp(const char *path, size_t max, buf *to, err *e);

#endif
