#include <errno.h>
#include <stdio.h>
#include <sys/epoll.h>

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

void reply_ready(struct serve *s, struct conn *c, unsigned status, struct MHD_Response *answer, bool shared)
{
	c->state = CONN_READY;
	c->deadline_ns = s->now_ns + LIMIT_SERVE_SEND_S * NS_PER_S;
	c->status = status;
	c->answer = answer;
	c->answer_shared = shared;
	MHD_resume_connection(c->mhd);
}

static void ready_error(struct serve *s, struct conn *c, int status)
{
	reply_ready(s, c, (unsigned)status, answer_error(status), false);
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

static struct MHD_Response *revision_answer(uint64_t revision)
{
	buf out = { 0 };

	buf_byte(&out, '{');
	json_member_u64(&out, "revision", revision);
	buf_z(&out, "}\n");
	return answer_own(&out, ANSWER_JSON);
}

static enum MHD_Result give_changes(struct serve *s, struct conn *c)
{
	struct serve_state now = { 0 };

	if (http_query(c->head.query, "since", &c->query) != 1 || !str_to_u64(buf_view(&c->query), &c->since))
		return refuse(s, c, 400, NULL, NULL);
	s->o.ops->state(s->o.ops->ctx, &now);
	if (now.revision != c->since)
		return give(s, c, 200, revision_answer(now.revision));
	return wait_for(c, CONN_WATCH, s->now_ns + LIMIT_SERVE_WATCH_S * NS_PER_S);
}

/* "tag" with its quotes */
static void quoted(const char *tag, char out[80])
{
	snprintf(out, 80, "\"%s\"", tag);
}

static enum MHD_Result give_document(struct serve *s, struct conn *c)
{
	bool packed = c->head.accept_encoding.ptr && http_takes_gzip(c->head.accept_encoding);
	struct serve_state now = { 0 };
	char tag[80];

	s->o.ops->state(s->o.ops->ctx, &now);
	quoted(now.tag, tag);
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

/* --- jobs ---------------------------------------------------------------------------------- */

static unsigned count_running(const struct serve *s, enum serve_answer what)
{
	unsigned n = 0;

	for (int i = 0; i < SERVE_JOBS; i++)
		n += s->jobs[i].pid && s->jobs[i].what == what;
	return n;
}

static uint64_t bit_of(const struct serve *s, const struct conn *c)
{
	return UINT64_C(1) << (c - s->conns);
}

/* Two who ask for the same document wait for the same process. */
static bool join_job(struct serve *s, struct conn *c, const struct serve_state *now)
{
	for (int i = 0; i < SERVE_JOBS; i++) {
		struct job *j = &s->jobs[i];

		if (j->pid && j->what == ANSWER_DOCUMENT && strcmp(j->tag, now->tag) == 0) {
			j->waiting |= bit_of(s, c);
			c->state = CONN_RUNNING;
			return true;
		}
	}
	return false;
}

static struct job *free_job(struct serve *s)
{
	for (int i = 0; i < SERVE_JOBS; i++)
		if (!s->jobs[i].pid)
			return &s->jobs[i];
	return NULL;
}

static void start_job(struct serve *s, struct conn *c)
{
	struct job_ask ask = { .what = c->route->answer, .query = c->search };
	struct serve_state now = { 0 };
	struct job *j = free_job(s);
	err e = { 0 };

	s->o.ops->state(s->o.ops->ctx, &now);
	if (ask.what == ANSWER_DOCUMENT && join_job(s, c, &now))
		return;
	if (!j || count_running(s, ask.what) >= job_most(ask.what))
		return;
	ask.pack = ask.what == ANSWER_DOCUMENT;
	ask.text = ask.what == ANSWER_EVENT ? route_argument(c->route, c->head.path) : buf_view(&c->body);
	if (job_start(j, s->o.ops, &ask, s->now_ns, &e) < 0 ||
	    wake_add(s, j->fd, EPOLLIN, WAKE_JOB, (uint32_t)(j - s->jobs), 0) < 0) {
		job_drop(j);
		ready_error(s, c, 503);
		return;
	}
	memcpy(j->tag, now.tag, sizeof j->tag);
	j->waiting = bit_of(s, c);
	c->state = CONN_RUNNING;
}

/* Who came first is served first. */
void reply_start_jobs(struct serve *s)
{
	uint64_t done = 0;

	for (;;) {
		struct conn *first = NULL;

		for (uint32_t i = 0; i < LIMIT_SERVE_CONNECTIONS; i++) {
			struct conn *c = &s->conns[i];

			if (c->state == CONN_QUEUED && c->number > done &&
			    (!first || c->number < first->number))
				first = c;
		}
		if (!first)
			return;
		done = first->number;
		start_job(s, first);
	}
}

static void cache_clear(struct cache *k)
{
	if (k->plain)
		MHD_destroy_response(k->plain);
	if (k->packed)
		MHD_destroy_response(k->packed);
	*k = (struct cache){ 0 };
}

static struct MHD_Response *document_answer(buf *body, const char *tag, bool packed)
{
	struct MHD_Response *r = answer_own(body, ANSWER_JSON);
	char etag[80];

	quoted(tag, etag);
	if (r && (MHD_add_response_header(r, "ETag", etag) != MHD_YES ||
		  MHD_add_response_header(r, "Vary", "Accept-Encoding") != MHD_YES ||
		  (packed && MHD_add_response_header(r, "Content-Encoding", "gzip") != MHD_YES))) {
		MHD_destroy_response(r);
		r = NULL;
	}
	return r;
}

static void give_documents(struct serve *s, struct job *j, struct job_result *r)
{
	cache_clear(&s->cache);
	memcpy(s->cache.tag, j->tag, sizeof s->cache.tag);
	if (r->packed.len)
		s->cache.packed = document_answer(&r->packed, j->tag, true);
	s->cache.plain = document_answer(&r->plain, j->tag, false);
	for (uint32_t i = 0; i < LIMIT_SERVE_CONNECTIONS; i++) {
		struct conn *c = &s->conns[i];
		bool packed = s->cache.packed && http_takes_gzip(c->head.accept_encoding);

		if (!(j->waiting >> i & 1))
			continue;
		if (s->cache.plain)
			reply_ready(s, c, 200, packed ? s->cache.packed : s->cache.plain, true);
		else
			ready_error(s, c, 503);
	}
}

static void fail_all(struct serve *s, uint64_t waiting, int status)
{
	for (uint32_t i = 0; i < LIMIT_SERVE_CONNECTIONS; i++)
		if (waiting >> i & 1)
			ready_error(s, &s->conns[i], status);
}

void reply_job(struct serve *s, struct job *j)
{
	static const int STATUS[SERVE_OUTCOMES] = { 200, 400, 404, 409, 413, 500 };
	uint64_t waiting = j->waiting;
	enum serve_answer what = j->what;
	struct job_result r;

	if (!job_end(j, &r)) {
		fail_all(s, waiting, 500);
	} else if (what == ANSWER_DOCUMENT && r.outcome == SERVE_OK) {
		give_documents(s, j, &r);
	} else if (r.outcome != SERVE_OK && r.outcome != SERVE_CONFLICT) {
		fail_all(s, waiting, STATUS[r.outcome]);
	} else {
		for (uint32_t i = 0; i < LIMIT_SERVE_CONNECTIONS; i++)
			if (waiting >> i & 1) /* one, if any: only documents are shared */
				reply_ready(s, &s->conns[i], (unsigned)STATUS[r.outcome],
					    answer_own(&r.plain, ANSWER_JSON), false);
	}
	buf_done(&r.plain);
	buf_done(&r.packed);
	if (what == ANSWER_DECIDE)
		reply_news(s);
}

void reply_late(struct serve *s, struct job *j)
{
	uint64_t waiting = j->waiting;

	job_drop(j);
	fail_all(s, waiting, 504);
}

void reply_gone(struct serve *s, struct conn *c)
{
	for (int i = 0; i < SERVE_JOBS && c->state == CONN_RUNNING; i++) {
		struct job *j = &s->jobs[i];

		if (!j->pid || !(j->waiting & bit_of(s, c)))
			continue;
		j->waiting &= ~bit_of(s, c);
		/* A document serves the next who asks; a decision is not cut short. */
		if (!j->waiting && (j->what == ANSWER_EVENT || j->what == ANSWER_SEARCH))
			job_drop(j);
	}
	reply_ready(s, c, 0, NULL, false);
}

/* --- news ---------------------------------------------------------------------------------- */

void reply_news(struct serve *s)
{
	struct serve_state now = { 0 };
	bool asked = false;

	s->looked_ns = s->now_ns;
	for (uint32_t i = 0; i < LIMIT_SERVE_CONNECTIONS; i++) {
		struct conn *c = &s->conns[i];

		if (c->state != CONN_WATCH)
			continue;
		if (!asked)
			s->o.ops->state(s->o.ops->ctx, &now);
		asked = true;
		if (now.revision != c->since || s->now_ns >= c->deadline_ns)
			reply_ready(s, c, 200, revision_answer(now.revision), false);
	}
}
