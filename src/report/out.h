/* out.h - writing a large text to a descriptor in pieces, and putting a file in place whole.
 * Thread rule: one owner. */
#ifndef SPOOR_REPORT_OUT_H
#define SPOOR_REPORT_OUT_H

#include "util/buf.h"
#include "util/err.h"

struct out {
	buf b; /* write here, and call out_some() now and then */
	int fd;
	int (*pass)(void *ctx, bytes piece); /* instead of fd: 0 or an errno */
	void *ctx;
	bool failed; /* a write failed; `e` of out_end() says why */
	int error;
};

/* A `pass` that gathers everything in the buf `ctx`. */
int out_keep(void *ctx, bytes piece);

/* Pass on what has been gathered if it is much. */
void out_some(struct out *o);

/* Pass on the rest and give the memory back. -1 if anything failed. */
int out_end(struct out *o, err *e);

/* Make DIR/name through a temporary file beside it: fill(ctx, fd, e) writes. Mode 0600, no links. */
int out_file(const char *dir, const char *name, int (*fill)(void *ctx, int fd, err *e), void *ctx, err *e);

#endif
