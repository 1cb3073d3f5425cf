/* The front: a request is read with MSG_PEEK until its head is complete and judged. What passes lies in the
 * socket still, whole, when the library gets it. */
#include <errno.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "serve/server_priv.h"
#include "util/times.h"

void conn_clear(struct conn *c)
{
	uint32_t generation = c->generation + 1;

	buf_done(&c->bytes);
	buf_done(&c->body);
	buf_done(&c->query);
	if (c->answer && !c->answer_shared)
		MHD_destroy_response(c->answer);
	*c = (struct conn){ .fd = -1, .generation = generation };
}

/* Take what was sent, so that closing does not reset the connection before the answer is read. */
static void drain(int fd)
{
	char waste[4096];

	for (int i = 0; i < 64 && recv(fd, waste, sizeof waste, MSG_DONTWAIT) > 0; i++)
		;
}

/* Say no on a socket that is ours, and close it. */
static void refuse_fd(int fd, int status)
{
	buf out = { 0 };

	answer_raw_error(&out, status);
	if (!out.failed && send(fd, out.ptr, out.len, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		errno = 0; /* whoever does not take it does without */
	shutdown(fd, SHUT_WR);
	drain(fd);
	close(fd);
	buf_done(&out);
}

static void refuse(struct conn *c, int status)
{
	refuse_fd(c->fd, status);
	conn_clear(c);
}

static void drop(struct conn *c)
{
	close(c->fd);
	conn_clear(c);
}

void front_expire(struct conn *c)
{
	if (c->state == CONN_HEAD) {
		refuse(c, 408);
		return;
	}
	shutdown(c->fd, SHUT_RDWR); /* the library sees that and closes it */
	c->deadline_ns = INT64_MAX;
}

/* The connection that came first of those in one of two states. */
static struct conn *oldest_of(struct serve *s, enum conn_state a, enum conn_state b)
{
	struct conn *oldest = NULL;

	for (uint32_t i = 0; i < LIMIT_SERVE_CONNECTIONS; i++) {
		struct conn *c = &s->conns[i];

		if ((c->state == a || c->state == b) && (!oldest || c->number < oldest->number))
			oldest = c;
	}
	return oldest;
}

/* A free place. Holding sockets open takes nothing from others: the oldest request without a head makes room, else the oldest
 * whose body does not end or whose answer is not taken. */
static struct conn *place_for(struct serve *s)
{
	struct conn *c = oldest_of(s, CONN_FREE, CONN_FREE);

	if (c)
		return c;
	c = oldest_of(s, CONN_HEAD, CONN_HEAD);
	if (c) {
		refuse(c, 503);
		return c;
	}
	c = oldest_of(s, CONN_BODY, CONN_SENDING);
	if (c) {
		front_expire(c);
		MHD_run(s->mhd); /* the library closes it, and so frees its place */
	}
	return c && c->state == CONN_FREE ? c : NULL;
}

void front_accept(struct serve *s)
{
	int fd;

	while ((fd = accept4(s->listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
		struct conn *c = place_for(s);

		if (!c) {
			refuse_fd(fd, 503);
			continue;
		}
		c->state = CONN_HEAD;
		c->fd = fd;
		c->number = ++s->accepted;
		c->deadline_ns = s->now_ns + LIMIT_SERVE_HEAD_S * NS_PER_S;
		if (wake_add(s, fd, EPOLLIN | EPOLLRDHUP | EPOLLET, WAKE_CONN, (uint32_t)(c - s->conns),
			     c->generation) < 0)
			refuse(c, 503);
	}
}

static void hand_over(struct serve *s, struct conn *c)
{
	struct sockaddr_storage peer;
	socklen_t len = sizeof peer;

	c->state = CONN_BODY;
	c->deadline_ns = s->now_ns + LIMIT_SERVE_IDLE_S * NS_PER_S;
	if (getpeername(c->fd, (struct sockaddr *)&peer, &len) < 0) {
		drop(c);
		return;
	}
	if (MHD_add_connection(s->mhd, c->fd, (struct sockaddr *)&peer, len) != MHD_YES &&
	    c->state != CONN_FREE)
		conn_clear(c); /* the library closes what it does not take */
}

void front_look(struct serve *s, struct conn *c)
{
	ssize_t n;
	int status;

	buf_clear(&c->bytes);
	if (!buf_reserve(&c->bytes, LIMIT_SERVE_HEAD)) {
		refuse(c, 503);
		return;
	}
	n = recv(c->fd, c->bytes.ptr, LIMIT_SERVE_HEAD, MSG_PEEK | MSG_DONTWAIT);
	if (n < 0 && errno == EAGAIN && !c->gone)
		return;
	if (n <= 0) {
		drop(c);
		return;
	}
	c->bytes.len = (size_t)n;
	status = http_head_parse(str_bytes(buf_view(&c->bytes)), &c->head);
	if (status == HTTP_HEAD_MORE) {
		if (c->gone)
			refuse(c, 400);
		return;
	}
	if (status == HTTP_HEAD_DONE && !http_host_ours(c->head.host, s->session.port))
		status = 421;
	if (status != HTTP_HEAD_DONE)
		refuse(c, status);
	else
		hand_over(s, c);
}
