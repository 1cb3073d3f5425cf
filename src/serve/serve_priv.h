/* serve_priv.h - what the front and the routes share. */
#ifndef SPOOR_SERVE_SERVE_PRIV_H
#define SPOOR_SERVE_SERVE_PRIV_H

#include <microhttpd.h>

#include "serve/serve.h"

enum { SECRET_LEN = 32, SECRET_HEX = 2 * SECRET_LEN };

struct server {
	const struct serve_options *o;
	uint16_t port;
	int listener;
	char token[SECRET_HEX + 1];   /* in the address that is printed, once for each browser */
	char session[SECRET_HEX + 1]; /* in the cookie */
	char csrf[SECRET_HEX + 1];    /* in the header of what changes something */
	unsigned wrong;               /* tokens in a row; atomic */
	struct MHD_Daemon *daemon;
};

/* Takes connections, looks at the head of each without consuming it, and hands those that are in order to the daemon. Until
 * o->stop is readable. */
int front_run(struct server *s, err *e);

/* Of the daemon: `cls` is the server. */
enum MHD_Result routes_answer(void *cls, struct MHD_Connection *c, const char *url, const char *method,
			      const char *version, const char *data, size_t *len, void **state);
void routes_done(void *cls, struct MHD_Connection *c, void **state, enum MHD_RequestTerminationCode why);

#endif
