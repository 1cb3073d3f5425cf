/* serve_decide.h - decisions that come from a page. Thread rule: one thread. */
#ifndef SPOOR_CLI_SERVE_DECIDE_H
#define SPOOR_CLI_SERVE_DECIDE_H

#include "serve/serve.h"

/* Number of the last decision; 0: none, or the trail cannot be read. */
uint64_t decide_revision(const char *dir);

/* {"revision":N,"decisions":[...]}: all of them, superseded ones marked. ERR_*: *e, and the answer is SERVE_BROKEN. */
enum serve_outcome decide_list(const char *dir, buf *out, err *e);

/* body: {"kind","target","value","reason","who","expect"}. Answers {"revision":N,"changes":[{"text":...}]}, what the decision did to the
 * story. SERVE_CONFLICT: somebody decided about the same after `expect`, nothing was written. SERVE_BAD: no decision; the
 * answer says why. */
enum serve_outcome decide_from(const char *dir, str body, buf *out, err *e);

#endif
