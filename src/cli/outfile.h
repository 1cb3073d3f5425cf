/* outfile.h - a text as a file that is put in place whole, or on standard output. Thread rule: the main thread. */
#ifndef SPOOR_CLI_OUTFILE_H
#define SPOOR_CLI_OUTFILE_H

#include "util/buf.h"
#include "util/err.h"

/* What stands in `out`, which is emptied. path NULL: standard output. A failed buf is an error, nothing is written then. */
int outfile_put(const char *path, buf *out, err *e);
/* The same as DIR/name. */
int outfile_into(const char *dir, const char *name, buf *out, err *e);

#endif
