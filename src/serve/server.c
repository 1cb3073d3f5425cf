#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "serve/server_priv.h"
#include "util/times.h"

static int64_t clock_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * NS_PER_S + t.tv_nsec;
}

/* --- making and ending --------------------------------------------------------------------- */

int wake_add(struct serve *s, int fd, uint32_t events, enum wake kind, uint32_t index, uint32_t generation)
{
	struct epoll_event ev = { .events = events };

	ev.data.u64 = (uint64_t)generation << 32 | (uint64_t)kind << 24 | index;
	return epoll_ctl(s->epoll_fd, EPOLL_CTL_ADD, fd, &ev);
}

static int open_port(struct serve *s, err *e)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(s->o.port) };
	socklen_t len = sizeof a;
	int yes = 1;

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	s->listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (s->listen_fd < 0 || setsockopt(s->listen_fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) < 0 ||
	    bind(s->listen_fd, (struct sockaddr *)&a, sizeof a) < 0 || listen(s->listen_fd, SOMAXCONN) < 0 ||
	    getsockname(s->listen_fd, (struct sockaddr *)&a, &len) < 0)
		return err_errno(
			e, errno,
			"cannot listen on 127.0.0.1:%u: is another server there? --port 0 takes a free one",
			s->o.port);
	s->o.port = ntohs(a.sin_port);
	return 0;
}

/* The library is about to close a socket: its place is free. */
static void look_at_connection(void *server, struct MHD_Connection *connection, void **unused,
			       enum MHD_ConnectionNotificationCode what)
{
	const union MHD_ConnectionInfo *info;
	struct serve *s = server;

	(void)unused;
	info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	if (what != MHD_CONNECTION_NOTIFY_CLOSED || !info)
		return;
	for (uint32_t i = 0; i < LIMIT_SERVE_CONNECTIONS; i++) {
		struct conn *c = &s->conns[i];

		if (c->state <= CONN_HEAD || c->fd != info->connect_fd)
			continue;
		epoll_ctl(s->epoll_fd, EPOLL_CTL_DEL, c->fd, NULL);
		conn_clear(c);
	}
}

/* What is not decoded cannot be decoded twice. */
static size_t leave_escaped(void *ctx, struct MHD_Connection *connection, char *text)
{
	(void)ctx, (void)connection;
	return strlen(text);
}

static int open_library(struct serve *s, err *e)
{
	const union MHD_DaemonInfo *info;

	s->mhd = MHD_start_daemon(
		MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL,
		reply_handle, s, MHD_OPTION_CONNECTION_LIMIT, LIMIT_SERVE_CONNECTIONS,
		MHD_OPTION_CONNECTION_TIMEOUT, LIMIT_SERVE_IDLE_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
		(size_t)(4 * LIMIT_SERVE_HEAD), MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_NOTIFY_CONNECTION,
		look_at_connection, s, MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, NULL, MHD_OPTION_END);
	info = s->mhd ? MHD_get_daemon_info(s->mhd, MHD_DAEMON_INFO_EPOLL_FD) : NULL;
	if (!info || wake_add(s, info->epoll_fd, EPOLLIN, WAKE_LIBRARY, 0, 0) < 0)
		return err_errno(e, errno, "cannot start the web server");
	return 0;
}

int serve_new(struct serve **ret, const struct serve_options *o, err *e)
{
	struct serve *s = calloc(1, sizeof *s);

	if (!s)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a server");
	s->o = *o;
	s->listen_fd = -1;
	s->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	for (uint32_t i = 0; i < LIMIT_SERVE_CONNECTIONS; i++)
		s->conns[i].fd = -1;
	if (s->epoll_fd < 0) {
		err_errno(e, errno, "cannot start the web server");
		goto fail;
	}
	if (open_port(s, e) < 0 || session_draw(&s->session, s->o.port, e) < 0 || open_library(s, e) < 0)
		goto fail;
	if (wake_add(s, s->listen_fd, EPOLLIN, WAKE_LISTEN, 0, 0) < 0) {
		err_errno(e, errno, "cannot start the web server");
		goto fail;
	}
	*ret = s;
	return 0;
fail:
	serve_free(s);
	return -1;
}

static bool is_suspended(const struct conn *c)
{
	return c->state == CONN_QUEUED || c->state == CONN_RUNNING || c->state == CONN_WATCH;
}

void serve_free(struct serve *s)
{
	enum { DECISION_END_MS = 30000 }; /* a decision is written and the reports made anew before we end */

	if (!s)
		return;
	for (int i = 0; i < SERVE_JOBS; i++) {
		if (s->jobs[i].pid && (s->jobs[i].what == ANSWER_DECIDE || s->jobs[i].what == ANSWER_DESK_ACT))
			job_wait(&s->jobs[i], DECISION_END_MS);
		job_drop(&s->jobs[i]);
	}
	for (uint32_t i = 0; i < LIMIT_SERVE_CONNECTIONS; i++) {
		if (s->conns[i].state == CONN_HEAD)
			close(s->conns[i].fd);
		if (s->conns[i].state == CONN_HEAD)
			conn_clear(&s->conns[i]);
		else if (is_suspended(&s->conns[i])) /* the library ends with nobody suspended only */
			wait_ready(s, &s->conns[i], 0, NULL, false);
	}
	if (s->mhd) {
		MHD_run(s->mhd);
		MHD_stop_daemon(s->mhd);
	}
	for (uint32_t i = 0; i < LIMIT_SERVE_CONNECTIONS; i++)
		conn_clear(&s->conns[i]);
	if (s->cache.plain)
		MHD_destroy_response(s->cache.plain);
	if (s->cache.packed)
		MHD_destroy_response(s->cache.packed);
	if (s->listen_fd >= 0)
		close(s->listen_fd);
	if (s->epoll_fd >= 0)
		close(s->epoll_fd);
	explicit_bzero(s, sizeof *s);
	free(s);
}

uint16_t serve_port(const struct serve *s)
{
	return s->session.port;
}

const char *serve_token(const struct serve *s)
{
	return s->session.token;
}

/* --- running ------------------------------------------------------------------------------- */

static void wake_conn(struct serve *s, struct conn *c, uint32_t events)
{
	c->gone |= (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
	if (c->state == CONN_HEAD)
		front_look(s, c);
	else if (c->gone && is_suspended(c))
		wait_gone(s, c);
}

static void wake_up(struct serve *s, const struct epoll_event *ev)
{
	uint32_t index = ev->data.u64 & 0xffffff, generation = (uint32_t)(ev->data.u64 >> 32);

	switch ((enum wake)(ev->data.u64 >> 24 & 0xff)) {
	case WAKE_LISTEN:
		front_accept(s);
		break;
	case WAKE_STOP:
		s->stop = true;
		break;
	case WAKE_LIBRARY: /* runs in each round */
		break;
	case WAKE_CONN:
		if (s->conns[index].generation == generation)
			wake_conn(s, &s->conns[index], ev->events);
		break;
	case WAKE_JOB:
		if (s->jobs[index].pid && job_read(&s->jobs[index]))
			wait_job(s, &s->jobs[index]);
		break;
	}
}

static void expire(struct serve *s)
{
	bool watched = false;

	for (uint32_t i = 0; i < LIMIT_SERVE_CONNECTIONS; i++) {
		struct conn *c = &s->conns[i];

		watched |= c->state == CONN_WATCH;
		if (c->state != CONN_FREE && !is_suspended(c) && s->now_ns >= c->deadline_ns)
			front_expire(c);
	}
	for (int i = 0; i < SERVE_JOBS; i++)
		if (s->jobs[i].pid && s->now_ns >= s->jobs[i].deadline_ns)
			wait_late(s, &s->jobs[i]);
	if (watched && s->now_ns - s->looked_ns >= LIMIT_SERVE_LOOK_MS * (NS_PER_S / 1000))
		wait_news(s);
}

/* Milliseconds until something has to be done without anything happening; -1: never. */
static int next_timeout(struct serve *s)
{
	int64_t next = INT64_MAX;
	MHD_UNSIGNED_LONG_LONG ms;

	for (uint32_t i = 0; i < LIMIT_SERVE_CONNECTIONS; i++) {
		const struct conn *c = &s->conns[i];
		int64_t at = c->state == CONN_FREE    ? INT64_MAX
			     : c->state == CONN_WATCH ? s->looked_ns + LIMIT_SERVE_LOOK_MS * (NS_PER_S / 1000)
						      : c->deadline_ns;

		next = at < next ? at : next;
	}
	for (int i = 0; i < SERVE_JOBS; i++)
		if (s->jobs[i].pid && s->jobs[i].deadline_ns < next)
			next = s->jobs[i].deadline_ns;
	if (next != INT64_MAX) {
		next = (next - s->now_ns) / (NS_PER_S / 1000) + 1;
		next = next < 0 ? 0 : next;
	}
	if (MHD_get_timeout(s->mhd, &ms) == MHD_YES && (int64_t)ms < next)
		next = (int64_t)ms;
	return next > 60000 ? (next == INT64_MAX ? -1 : 60000) : (int)next;
}

int serve_run(struct serve *s, int stop_fd, err *e)
{
	enum { EVENTS = 64 };
	struct epoll_event ev[EVENTS];

	if (wake_add(s, stop_fd, EPOLLIN, WAKE_STOP, 0, 0) < 0)
		return err_errno(e, errno, "cannot wait for the end");
	s->now_ns = clock_now();
	while (!s->stop) {
		int n = epoll_wait(s->epoll_fd, ev, EVENTS, next_timeout(s));

		s->now_ns = clock_now();
		if (n < 0 && errno != EINTR)
			return err_errno(e, errno, "cannot wait for requests");
		for (int i = 0; i < n; i++)
			wake_up(s, &ev[i]);
		expire(s);
		if (MHD_run(s->mhd) != MHD_YES)
			return err_set(e, ERR_IO, ERR_NO_OFFSET, "the web server cannot go on");
		wait_start_jobs(s);
	}
	return 0;
}
