/* Requests that the library has read: their routes, and what can be answered at once. */
#include <stdio.h>

#include "serve/server_priv.h"
#include "util/json.h"
#include "util/times.h"

/* --- giving answers ------------------------------------------------------------------------ */

static enum MHD_Result deliver(struct serve *s, struct conn *c)
{
	enum MHD_Result rc = MHD_NO;

	if (c->answer)
		rc = MHD_queue_response(c->mhd, c->status, c->answer);
	if (c->answer && !c->answer_shared)
		MHD_destroy_response(c->answer);
	c->answer = NULL;
	c->state = CONN_SENDING;
	c->deadline_ns = s->now_ns + LIMIT_SERVE_SEND_S * NS_PER_S;
	return rc;
}

static enum MHD_Result give(struct serve *s, struct conn *c, unsigned status, struct MHD_Response *answer)
{
	c->answer = answer;
	c->answer_shared = false;
	c->status = status;
	return deliver(s, c);
}

static enum MHD_Result refuse(struct serve *s, struct conn *c, int status, const char *name,
			      const char *value)
{
	struct MHD_Response *r = answer_error(status);

	if (r && name)
		MHD_add_response_header(r, name, value);
	return give(s, c, (unsigned)status, r);
}

static enum MHD_Result wait_for(struct conn *c, enum conn_state what, int64_t deadline_ns)
{
	if (c->gone)
		return MHD_NO;
	c->state = what;
	c->deadline_ns = deadline_ns;
	MHD_suspend_connection(c->mhd);
	return MHD_YES;
}

/* --- the routes ---------------------------------------------------------------------------- */

static enum MHD_Result give_asset(struct serve *s, struct conn *c)
{
	for (size_t i = 0; i < s->o.nassets; i++)
		if (str_is(c->head.path, s->o.assets[i].path))
			return give(s, c, 200, answer_const(s->o.assets[i].body, s->o.assets[i].type));
	return refuse(s, c, 404, NULL, NULL);
}

static enum MHD_Result give_session(struct serve *s, struct conn *c)
{
	int status = session_open(&s->session, buf_view(&c->body));
	struct MHD_Response *r;
	buf out = { 0 };
	char cookie[160];

	if (status)
		return refuse(s, c, status, status == 429 ? "Retry-After" : NULL, "1");
	buf_byte(&out, '{');
	json_member_str(&out, "csrf", str_of(s->session.csrf));
	json_member_bool(&out, "desk", s->o.ops->desk != NULL);
	buf_z(&out, "}\n");
	r = answer_own(&out, ANSWER_JSON);
	snprintf(cookie, sizeof cookie, "%s=%s; HttpOnly; SameSite=Strict; Path=/", s->session.cookie_name,
		 s->session.cookie);
	if (r && MHD_add_response_header(r, "Set-Cookie", cookie) != MHD_YES) {
		MHD_destroy_response(r);
		r = NULL;
	}
	return give(s, c, 200, r);
}

static enum MHD_Result give_changes(struct serve *s, struct conn *c)
{
	struct serve_state now = { 0 };

	if (http_query(c->head.query, "since", &c->query) != 1 || !str_to_u64(buf_view(&c->query), &c->since))
		return refuse(s, c, 400, NULL, NULL);
	s->o.ops->state(s->o.ops->ctx, &now);
	if (now.revision != c->since)
		return give(s, c, 200, wait_revision(now.revision));
	return wait_for(c, CONN_WATCH, s->now_ns + LIMIT_SERVE_WATCH_S * NS_PER_S);
}

static enum MHD_Result give_document(struct serve *s, struct conn *c)
{
	bool packed = c->head.accept_encoding.ptr && http_takes_gzip(c->head.accept_encoding);
	struct serve_state now = { 0 };
	char tag[TAG_QUOTED];

	s->o.ops->state(s->o.ops->ctx, &now);
	wait_tag(now.tag, tag);
	if (str_is(c->head.if_none_match, tag)) {
		struct MHD_Response *r = answer_const((bytes){ NULL, 0 }, ANSWER_JSON);

		if (r)
			MHD_add_response_header(r, "ETag", tag);
		return give(s, c, 304, r);
	}
	if (s->cache.plain && strcmp(s->cache.tag, now.tag) == 0) {
		c->answer = packed && s->cache.packed ? s->cache.packed : s->cache.plain;
		c->answer_shared = true;
		c->status = 200;
		return deliver(s, c);
	}
	return wait_for(c, CONN_QUEUED, INT64_MAX);
}

static enum MHD_Result give_event(struct serve *s, struct conn *c)
{
	enum { REF_MAX = 128 };
	str ref = route_argument(c->route, c->head.path);

	for (size_t i = 0; i < ref.len; i++)
		if (!((ref.ptr[i] >= '0' && ref.ptr[i] <= '9') || (ref.ptr[i] >= 'a' && ref.ptr[i] <= 'z') ||
		      ref.ptr[i] == ':'))
			return refuse(s, c, 400, NULL, NULL);
	if (ref.len == 0 || ref.len > REF_MAX)
		return refuse(s, c, 400, NULL, NULL);
	return wait_for(c, CONN_QUEUED, INT64_MAX);
}

static enum MHD_Result give_search(struct serve *s, struct conn *c)
{
	buf rows = { 0 };
	uint64_t n = LIMIT_SERVE_SEARCH_ROWS;
	int has_q = http_query(c->head.query, "q", &c->query), has_rows, has_after;
	size_t cut = c->query.len;

	has_after = http_query(c->head.query, "after", &c->query);
	has_rows = http_query(c->head.query, "limit", &rows);
	if (has_rows == 1 && (!str_to_u64(buf_view(&rows), &n) || n == 0))
		has_rows = -1;
	buf_done(&rows);
	if (has_q != 1 || has_after < 0 || has_rows < 0 || cut == 0 || cut > LIMIT_SERVE_QUERY)
		return refuse(s, c, 400, NULL, NULL);
	c->search.rows = u64_min(n, LIMIT_SERVE_SEARCH_ROWS);
	c->search.q = (str){ c->query.ptr, cut };
	c->search.after = (str){ c->query.ptr + cut, c->query.len - cut };
	return wait_for(c, CONN_QUEUED, INT64_MAX);
}

static enum MHD_Result give_later(struct serve *s, struct conn *c)
{
	(void)s;
	return wait_for(c, CONN_QUEUED, INT64_MAX);
}

/* Can this server do it at all? */
static bool is_offered(const struct serve_case_ops *ops, enum serve_answer what)
{
	switch (what) {
	case ANSWER_DOCUMENT:
		return ops->document;
	case ANSWER_EVENT:
		return ops->event;
	case ANSWER_SEARCH:
		return ops->search;
	case ANSWER_DECISIONS:
		return ops->decisions;
	case ANSWER_DECIDE:
		return ops->decide;
	case ANSWER_DESK:
		return ops->desk;
	case ANSWER_DESK_ACT:
		return ops->desk_act;
	default:
		return true;
	}
}

static enum MHD_Result begin(struct serve *s, struct conn *c)
{
	static enum MHD_Result (*const GIVE[ANSWERS])(struct serve *, struct conn *) = {
		[ANSWER_ASSET] = give_asset,       [ANSWER_SESSION] = give_session,
		[ANSWER_DOCUMENT] = give_document, [ANSWER_EVENT] = give_event,
		[ANSWER_SEARCH] = give_search,     [ANSWER_DECISIONS] = give_later,
		[ANSWER_DECIDE] = give_later,      [ANSWER_CHANGES] = give_changes,
		[ANSWER_DESK] = give_later,        [ANSWER_DESK_ACT] = give_later,
	};

	if (!is_offered(s->o.ops, c->route->answer))
		return refuse(s, c, 501, NULL, NULL);
	return GIVE[c->route->answer](s, c);
}

/* --- what the library calls ---------------------------------------------------------------- */

/* The place of a connection that the library shows for the first time. */
static struct conn *conn_of(struct serve *s, struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);

	for (uint32_t i = 0; info && i < LIMIT_SERVE_CONNECTIONS; i++)
		if (s->conns[i].state == CONN_BODY && s->conns[i].fd == info->connect_fd)
			return &s->conns[i];
	return NULL;
}

static enum MHD_Result first_sight(struct serve *s, struct conn *c)
{
	const char *allow = NULL;
	int status = 0;

	c->route = route_of(&c->head, &s->session, &status, &allow);
	c->body.max = LIMIT_SERVE_BODY;
	return c->route ? MHD_YES : refuse(s, c, status, allow ? "Allow" : NULL, allow);
}

/* The library's view of the request is not used: the head was judged by us, byte for byte. */
enum MHD_Result reply_handle(void *server, struct MHD_Connection *connection, const char *url,
			     const char *method, const char *version, const char *upload, size_t *upload_len,
			     void **place)
{
	struct serve *s = server;
	struct conn *c = *place;

	(void)url, (void)method, (void)version;
	if (!c) {
		*place = c = conn_of(s, connection);
		if (!c)
			return MHD_NO;
		c->mhd = connection;
		return first_sight(s, c);
	}
	if (*upload_len) {
		buf_add(&c->body, upload, *upload_len);
		*upload_len = 0;
		return c->body.failed ? MHD_NO : MHD_YES;
	}
	return c->state == CONN_READY ? deliver(s, c) : begin(s, c);
}
