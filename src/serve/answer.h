/* answer.h - what every answer carries, and the short ones that refuse.
 *
 * A refusal is JSON with a word for people, never with text of the evidence. Every answer ends its connection: what
 * follows a request on the same socket is never read, so it cannot be smuggled. Thread rule: pure functions. */
#ifndef SPOOR_SERVE_ANSWER_H
#define SPOOR_SERVE_ANSWER_H

#include <microhttpd.h>

#include "util/buf.h"

#define ANSWER_JSON "application/json; charset=utf-8"

/* The body, whose memory the answer frees; NULL without memory (the body is freed, too). */
struct MHD_Response *answer_own(buf *body, const char *type);
/* A body that outlives the server. */
struct MHD_Response *answer_const(bytes body, const char *type);
struct MHD_Response *answer_error(int status);

/* The same as bytes on the wire, for a request that the library is not to see. */
void answer_raw_error(buf *out, int status);

#endif
