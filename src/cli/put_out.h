/* put_out.h - a result into a file that is put in place whole, or to standard output. Thread rule: one thread. */
#ifndef SPOOR_CLI_PUT_OUT_H
#define SPOOR_CLI_PUT_OUT_H

#include "util/buf.h"
#include "util/err.h"

/* path NULL: standard output. `out` is empty afterwards. */
int put_out(const char *path, buf *out, err *e);
/* DIR/name. */
int put_out_in(const char *dir, const char *name, buf *out, err *e);

#endif
