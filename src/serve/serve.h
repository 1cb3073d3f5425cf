/* serve.h - one case for one analyst's browser: a web server on 127.0.0.1.
 *
 * It knows HTTP, who may ask and what may be asked; what a case is, its caller tells by callbacks. Nothing is open but the
 * page itself: whoever has not the token of this run learns nothing, also other users of the same machine. No other
 * address than 127.0.0.1 is ever bound. Threats, limits and routes: docs/serve.md.
 *
 * Whatever takes time or reads evidence runs in a process of its own that ends with the answer, so that a record that
 * kills its reader, or a story that takes minutes, leaves the server as it is. Thread rule: one thread; the process must
 * have no other, because it forks. */
#ifndef SPOOR_SERVE_SERVE_H
#define SPOOR_SERVE_SERVE_H

#include "util/buf.h"
#include "util/err.h"

/* A part of the page, compiled in; the paths are those of the routes. */
struct serve_asset {
	const char *path; /* "/app.js" */
	const char *type; /* "text/javascript; charset=utf-8" */
	bytes body;
};

enum serve_outcome {
	SERVE_OK,       /* 200 with what was written */
	SERVE_BAD,      /* 400: the question makes no sense; with what was written, if anything was */
	SERVE_NONE,     /* 404: there is no such thing */
	SERVE_CONFLICT, /* 409 with what was written: somebody was faster */
	SERVE_TOO_MUCH, /* 413: more than a ceiling allows */
	SERVE_BROKEN,   /* 500: anything else */
	SERVE_OUTCOMES
};

struct serve_query {
	str q;         /* what is searched for, decoded, not empty */
	str after;     /* where the last answer ended, or empty */
	uint64_t rows; /* at most so many */
};

/* What a case looks like from outside, without opening it. */
struct serve_state {
	uint64_t revision; /* number of the last decision */
	char tag[65];      /* changes with anything that the document depends on; letters and digits */
};

/* The case. All but `state` run in a process of their own, which ends behind them, and write JSON to `out`; what they print
 * goes to the server's stderr. NULL: this server cannot do that (501). */
struct serve_case_ops {
	void *ctx;
	void (*state)(void *ctx, struct serve_state *ret); /* quick: in the server's own process */
	enum serve_outcome (*document)(void *ctx, buf *out);
	enum serve_outcome (*event)(void *ctx, str ref, buf *out); /* may enter a sandbox */
	enum serve_outcome (*search)(void *ctx, const struct serve_query *q, buf *out);
	enum serve_outcome (*decisions)(void *ctx, buf *out);
	enum serve_outcome (*decide)(void *ctx, str body, buf *out); /* one at a time, and never cut short */
	/* The registry of a CERT's desk: a list or a thing of it by its name, and a change. */
	enum serve_outcome (*desk)(void *ctx, str what, buf *out);
	enum serve_outcome (*desk_act)(void *ctx, str body, buf *out); /* as decide */
};

struct serve_options {
	uint16_t port; /* 0: a free one */
	const struct serve_asset *assets;
	size_t nassets;
	const struct serve_case_ops *ops;
};

struct serve;

/* Bind the port and draw this run's secrets. Options, assets and callbacks must outlive the server. ERR_IO: the port is
 * taken. */
int serve_new(struct serve **ret, const struct serve_options *o, err *e);
void serve_free(struct serve *s);

uint16_t serve_port(const struct serve *s);
/* Whoever has it may read and decide: 64 hexadecimal digits. Valid as long as the server. */
const char *serve_token(const struct serve *s);

/* Answer until something can be read from stop_fd. */
int serve_run(struct serve *s, int stop_fd, err *e);

#endif
