/* selfrun.h - another run of this program: for what must have a process of its own. Thread rule: any thread. */
#ifndef SPOOR_CLI_SELFRUN_H
#define SPOOR_CLI_SELFRUN_H

#include "util/buf.h"
#include "util/err.h"

enum { SELFRUN_WORDS = 80 };

/* words: behind the program's name, ends with NULL. What it writes is appended to out, its first line of errors to problem (may be NULL).
 * Its exit code; -1: it could not be run, or took longer than LIMIT_SELFRUN_MS or wrote more than LIMIT_SELFRUN_BYTES. */
int selfrun(const char *const *words, buf *out, buf *problem, err *e);

#endif
