/* serve_desk.h - the desk's section of the web server: each answer is a run of `spoor desk`, with its transaction and its trail.
 * Thread rule: any thread. */
#ifndef SPOOR_CLI_SERVE_DESK_H
#define SPOOR_CLI_SERVE_DESK_H

#include "util/buf.h"
#include "util/err.h"

struct serve_desk {
	const char *db, *dir; /* dir: of the case that is served; NULL: none */
};

/* "incidents", "notices", ... or "notices/ID", "bulletin/2024-W50". ERR_UNSUPPORTED: no such. */
int serve_desk_view(const struct serve_desk *d, str what, buf *out, err *e);
/* body: {"verb":"incident set","words":["2024-000001","status=handled"],"note":"..."} */
int serve_desk_act(const struct serve_desk *d, str body, buf *out, err *e);

#endif
