/* out.h - writing a large text to a descriptor in pieces, and putting a file in place whole.
 * Thread rule: one owner. */
#ifndef SPOOR_REPORT_OUT_H
#define SPOOR_REPORT_OUT_H

#include "util/buf.h"
#include "util/err.h"

struct out {
	buf b; /* write here, and call out_some() now and then */
	int fd;
	bool failed; /* a write failed; `e` of out_end() says why */
	int error;
};

/* Pass on what has been gathered if it is much. */
void out_some(struct out *o);

/* Pass on the rest and give the memory back. -1 if anything failed. */
int out_end(struct out *o, err *e);

/* Make DIR/name through a temporary file beside it: fill(ctx, fd, e) writes. Mode 0600, no links. */
int out_file(const char *dir, const char *name, int (*fill)(void *ctx, int fd, err *e), void *ctx, err *e);

#endif
