/* route.h - what can be asked, by whom, and who answers: one table. Thread rule: constant. */
#ifndef SPOOR_SERVE_ROUTE_H
#define SPOOR_SERVE_ROUTE_H

#include "serve/session.h"

enum serve_answer {
	ANSWER_ASSET,
	ANSWER_SESSION,
	ANSWER_DOCUMENT,
	ANSWER_EVENT,
	ANSWER_SEARCH,
	ANSWER_DECISIONS,
	ANSWER_DECIDE,
	ANSWER_CHANGES,
	ANSWER_DESK,
	ANSWER_DESK_ACT,
	ANSWERS
};

struct serve_route {
	const char *method;
	const char *path; /* one that ends in '/' (but "/") takes what follows as its argument */
	enum serve_need need;
	enum serve_answer answer;
};

/* Ends with a row without path. */
extern const struct serve_route SERVE_ROUTES[];

/* The route of a request that may be answered. NULL: *ret_status says how it is refused (401, 403, 404, 405, and 415 for a
 * body that is not JSON); *ret_allow names the methods that the path has, with 405. */
const struct serve_route *route_of(const struct http_head *h, const struct session *s, int *ret_status,
				   const char **ret_allow);

/* What follows the route's path. */
str route_argument(const struct serve_route *r, str path);

#endif
