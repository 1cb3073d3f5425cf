#include "serve/route.h"

const struct serve_route SERVE_ROUTES[] = {
	{ "GET", "/", NEED_NOTHING, ANSWER_ASSET },
	{ "GET", "/app.js", NEED_NOTHING, ANSWER_ASSET },
	{ "GET", "/app.css", NEED_NOTHING, ANSWER_ASSET },
	{ "POST", "/api/session", NEED_TOKEN, ANSWER_SESSION },
	{ "GET", "/api/case", NEED_COOKIE, ANSWER_DOCUMENT },
	{ "GET", "/api/event/", NEED_COOKIE, ANSWER_EVENT },
	{ "GET", "/api/search", NEED_COOKIE, ANSWER_SEARCH },
	{ "GET", "/api/changes", NEED_COOKIE, ANSWER_CHANGES },
	{ "GET", "/api/decisions", NEED_COOKIE, ANSWER_DECISIONS },
	{ "POST", "/api/decisions", NEED_BOTH, ANSWER_DECIDE },
	{ "GET", "/api/desk/", NEED_COOKIE, ANSWER_DESK },
	{ "POST", "/api/desk", NEED_BOTH, ANSWER_DESK_ACT },
	{ 0 },
};

static bool takes_argument(const struct serve_route *r)
{
	size_t n = strlen(r->path);

	return n > 1 && r->path[n - 1] == '/';
}

static bool fits(const struct serve_route *r, str path)
{
	return takes_argument(r) ? str_starts(path, str_of(r->path)) : str_is(path, r->path);
}

str route_argument(const struct serve_route *r, str path)
{
	size_t n = strlen(r->path);

	return (str){ path.ptr + n, path.len - n };
}

static bool is_json(str type)
{
	str rest;

	return str_eq_ascii_nocase(str_trim(str_cut(type, ';', &rest)), STR("application/json"));
}

/* Who is asking comes before everything but the path: a stranger is not told which methods there are. */
const struct serve_route *route_of(const struct http_head *h, const struct session *s, int *ret_status,
				   const char **ret_allow)
{
	const struct serve_route *near = NULL, *hit = NULL;
	unsigned methods = 0;

	for (const struct serve_route *r = SERVE_ROUTES; r->path && !hit; r++)
		if (fits(r, h->path)) {
			near = r;
			methods++;
			hit = str_is(h->method, r->method) ? r : NULL;
		}
	if (!near) {
		*ret_status = 404;
		return NULL;
	}
	*ret_status = session_judge(s, hit ? hit->need : near->need, h);
	if (*ret_status)
		return NULL;
	if (!hit) {
		*ret_allow = methods > 1 ? "GET, POST" : near->method;
		*ret_status = 405;
		return NULL;
	}
	if (str_is(h->method, "POST") && !is_json(h->content_type)) {
		*ret_status = 415;
		return NULL;
	}
	return hit;
}
