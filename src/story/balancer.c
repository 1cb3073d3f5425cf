/* balancer.c - servers behind a reverse proxy or a load balancer log its address as the client, whoever asked. Where the proxy's own
 * log is there and its address is known, what it was asked from outside is taken for requests of the servers that it asked for the
 * same. */
#include "story/trace_priv.h"

enum { PATH_MAX = 512 };

/* A server that was asked for a path by a proxy. */
struct behind {
	uint32_t server, next; /* next: + 1; 0: the last */
};

struct fronts {
	struct trace *t;
	size_t n;  /* rows of requests before any was added */
	map paths; /* proxy and path -> the first server, + 1 */
	VEC(struct behind) behind;
};

/* Proxy and path; servers of Windows do not tell letters apart. Empty: too long. */
static str key_of(char *to, uint32_t proxy, str path)
{
	memcpy(to, &proxy, sizeof proxy);
	if (path.len > PATH_MAX)
		return (str){ to, 0 };
	for (size_t i = 0; i < path.len; i++)
		to[sizeof proxy + i] =
			path.ptr[i] >= 'A' && path.ptr[i] <= 'Z' ? (char)(path.ptr[i] + 32) : path.ptr[i];
	return (str){ to, sizeof proxy + path.len };
}

/* False without room. */
static bool behind_add(struct fronts *w, str key, uint32_t server)
{
	struct map_entry *e = map_put(&w->paths, key, 0, NULL);
	struct behind *one;

	if (!e)
		return false;
	for (uint64_t at = e->value; at; at = one->next) {
		one = &w->behind.at[at - 1];
		if (one->server == server)
			return true;
	}
	one = VEC_PUSH(&w->behind, LIMIT_TRACE_ROWS);
	if (!one)
		return false;
	*one = (struct behind){ server, (uint32_t)e->value };
	e->value = w->behind.len;
	return true;
}

/* What servers were asked for by other hosts with web logs of their own. */
static bool behind_collect(struct fronts *w, const bool *has_log)
{
	char key[sizeof(uint32_t) + PATH_MAX];

	for (size_t i = 0; i < w->n; i++) {
		const struct request *r = &w->t->request.at[i];
		str ip = trace_text(w->t, r->client), k;
		uint32_t proxy;

		if (!is_inside(w->t->b, ip))
			continue;
		proxy = who_at(w->t->b, ip, r->s.first_ns);
		if (proxy == STORY_NOBODY || proxy == r->server || !has_log[proxy])
			continue;
		k = key_of(key, proxy, trace_text(w->t, r->path));
		if (k.len && !behind_add(w, k, r->server))
			return false;
	}
	return true;
}

static bool requests_pass(struct fronts *w)
{
	char key[sizeof(uint32_t) + PATH_MAX];

	for (size_t i = 0; i < w->n && w->behind.len; i++) {
		const struct request r = w->t->request.at[i];
		str k = key_of(key, r.server, trace_text(w->t, r.path));
		struct map_entry *e = k.len ? map_get(&w->paths, k) : NULL;

		if (!e || is_inside(w->t->b, trace_text(w->t, r.client)))
			continue;
		for (uint64_t at = e->value; at; at = w->behind.at[at - 1].next) {
			struct request *more = VEC_PUSH(&w->t->request, LIMIT_TRACE_ROWS);

			if (!more)
				return false;
			*more = r;
			more->server = w->behind.at[at - 1].server;
		}
	}
	return true;
}

void trace_fronts(struct trace *t)
{
	struct fronts w = { .t = t, .n = t->request.len };
	uint32_t nlogs = 0;
	bool *has_log = arena_array(&t->b->st->arrays, t->b->host.len + 1, sizeof *has_log);

	t->b->failed |= !has_log;
	if (!has_log)
		return;
	for (size_t i = 0; i < w.n; i++) {
		nlogs += !has_log[t->request.at[i].server];
		has_log[t->request.at[i].server] = true;
	}
	if (nlogs < 2) /* it takes the proxy's and a server's */
		return;
	map_init(&w.paths, LIMIT_TRACE_ROWS, LIMIT_TRACE_TEXT_BYTES);
	if (!behind_collect(&w, has_log) || !requests_pass(&w))
		t->b->st->dropped++;
	map_done(&w.paths);
	VEC_DONE(&w.behind);
}
