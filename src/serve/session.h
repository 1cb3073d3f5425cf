/* session.h - who may ask: the secrets of one run, and how they are shown.
 *
 * The token stands in the address that is printed; it is changed for a cookie, which lets read, and a second secret, which
 * lets decide: a cookie goes to every port of this machine, the second secret only where the page sends it. All three are drawn
 * anew in each run and compared in a time that does not tell where they differ. Thread rule: one owner. */
#ifndef SPOOR_SERVE_SESSION_H
#define SPOOR_SERVE_SESSION_H

#include "serve/http_head.h"
#include "util/err.h"

#define SECRET_LEN 32
#define SECRET_HEX (2 * SECRET_LEN)

struct session {
	char token[SECRET_HEX + 1], cookie[SECRET_HEX + 1], csrf[SECRET_HEX + 1];
	char cookie_name[16]; /* "spoor_PORT": cookies know no ports */
	uint16_t port;
	unsigned wrong; /* wrong tokens in a row */
};

/* What a route asks for. */
enum serve_need {
	NEED_NOTHING, /* only the page: no evidence in it */
	NEED_TOKEN,   /* the token in the body, in exchange for the rest */
	NEED_COOKIE,
	NEED_BOTH, /* the cookie and X-Spoor-Token: everything that changes something */
};

int session_draw(struct session *s, uint16_t port, err *e);

/* 0: may go on; 401: does not carry what is needed; 403: carries it, but another site sent it. */
int session_judge(const struct session *s, enum serve_need need, const struct http_head *h);

/* The body of POST /api/session, {"token":"..."}: 0, 400 (no such body), 401 (wrong) or 429 (wrong, once too often in a row). */
int session_open(struct session *s, str body);

#endif
