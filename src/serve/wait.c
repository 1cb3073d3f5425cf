/* Connections that wait: for a place among the jobs, for their job, for news. */
#include <stdio.h>
#include <sys/epoll.h>

#include "serve/server_priv.h"
#include "util/json.h"
#include "util/times.h"

void wait_ready(struct serve *s, struct conn *c, unsigned status, struct MHD_Response *answer, bool shared)
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
	wait_ready(s, c, (unsigned)status, answer_error(status), false);
}

void wait_tag(const char *tag, char out[TAG_QUOTED])
{
	snprintf(out, TAG_QUOTED, "\"%s\"", tag);
}

struct MHD_Response *wait_revision(uint64_t revision)
{
	buf out = { 0 };

	buf_byte(&out, '{');
	json_member_u64(&out, "revision", revision);
	buf_z(&out, "}\n");
	return answer_own(&out, ANSWER_JSON);
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
	ask.text = ask.what == ANSWER_EVENT || ask.what == ANSWER_DESK ? route_argument(c->route, c->head.path) : buf_view(&c->body);
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
void wait_start_jobs(struct serve *s)
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
	char etag[TAG_QUOTED];

	wait_tag(tag, etag);
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
			wait_ready(s, c, 200, packed ? s->cache.packed : s->cache.plain, true);
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

void wait_job(struct serve *s, struct job *j)
{
	static const int STATUS[SERVE_OUTCOMES] = { 200, 400, 404, 409, 413, 500 };
	uint64_t waiting = j->waiting;
	enum serve_answer what = j->what;
	struct job_result r;

	if (!job_end(j, &r)) {
		fail_all(s, waiting, 500);
	} else if (what == ANSWER_DOCUMENT && r.outcome == SERVE_OK) {
		give_documents(s, j, &r);
	} else if (r.outcome != SERVE_OK && !r.plain.len) {
		fail_all(s, waiting, STATUS[r.outcome]);
	} else {
		for (uint32_t i = 0; i < LIMIT_SERVE_CONNECTIONS; i++)
			if (waiting >> i & 1) /* one, if any: only documents are shared */
				wait_ready(s, &s->conns[i], (unsigned)STATUS[r.outcome],
					   answer_own(&r.plain, ANSWER_JSON), false);
	}
	buf_done(&r.plain);
	buf_done(&r.packed);
	if (what == ANSWER_DECIDE)
		wait_news(s);
}

void wait_late(struct serve *s, struct job *j)
{
	uint64_t waiting = j->waiting;

	job_drop(j);
	fail_all(s, waiting, 504);
}

void wait_gone(struct serve *s, struct conn *c)
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
	wait_ready(s, c, 0, NULL, false);
}

/* --- news ---------------------------------------------------------------------------------- */

void wait_news(struct serve *s)
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
			wait_ready(s, c, 200, wait_revision(now.revision), false);
	}
}
