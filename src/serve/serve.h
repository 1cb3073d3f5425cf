/* serve.h - the local web server of a case.
 *
 * It listens on 127.0.0.1 only, answers one request per connection, and knows nothing of cases: what it sends and does comes
 * from the functions of struct serve_case, which may be called from several threads at once. Threats and limits: docs/serve.md.
 * Thread rule: serve_run() blocks its thread until `stop` becomes readable. */
#ifndef SPOOR_SERVE_SERVE_H
#define SPOOR_SERVE_SERVE_H

#include <stdint.h>

#include "util/buf.h"
#include "util/err.h"

struct serve_asset {
	const char *path; /* "/app.js" */
	const char *type; /* of its content */
	bytes data;
};

/* What an answer holds. Functions append JSON to `out`; -1 with *e set: it becomes an error of status 400 for ERR_ARG, 404 for
 * ERR_UNSUPPORTED, 500 for others. */
struct serve_case {
	void *ctx;
	/* The case for the page; *revision tells whether it has changed. */
	int (*document)(void *ctx, buf *out, uint64_t *revision, err *e);
	uint64_t (*revision)(void *ctx);
	int (*event)(void *ctx, str reference, buf *out, err *e);
	int (*search)(void *ctx, str words, buf *out, err *e);
	/* body: JSON of a decision. 1: somebody has decided otherwise meanwhile (out says what). */
	int (*decide)(void *ctx, str body, buf *out, err *e);
};

struct serve_options {
	uint16_t port; /* 0: a free one */
	const struct serve_asset *assets;
	size_t nassets;
	const struct serve_case *of;
	int stop; /* descriptor that becomes readable when the server has to end */
	/* Called once it listens, with the address to open, token included. */
	void (*ready)(void *ctx, const char *address);
	void *ready_ctx;
};

int serve_run(const struct serve_options *o, err *e);

#endif
