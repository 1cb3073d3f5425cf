#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "serve/head_check.h"
#include "serve/serve_priv.h"
#include "util/limits.h"

/* A connection whose head has not come wholly. */
struct waiting {
	int fd;
	struct sockaddr_in from;
	int64_t until_ms;
};

struct front {
	struct server *s;
	struct waiting at[LIMIT_SERVE_CONNECTIONS];
	unsigned n;
	uint8_t head[LIMIT_SERVE_HEAD + 1];
};

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Refuse, and let the other side read it: what it has sent meanwhile must not turn the end into a reset. */
static void refuse(int fd, int status)
{
	char text[256];
	int n = snprintf(
		text, sizeof text,
		"HTTP/1.1 %d %s\r\nContent-Length: 0\r\nConnection: close\r\nCache-Control: no-store\r\n"
		"X-Content-Type-Options: nosniff\r\n\r\n",
		status, head_status_text(status));

	if (send(fd, text, (size_t)n, MSG_NOSIGNAL | MSG_DONTWAIT) == n) {
		shutdown(fd, SHUT_WR);
		for (char drain[4096]; recv(fd, drain, sizeof drain, MSG_DONTWAIT) > 0;)
			;
	}
	close(fd);
}

static void take_one(struct front *f)
{
	struct sockaddr_in from;
	socklen_t len = sizeof from;
	int fd = accept4(f->s->listener, (struct sockaddr *)&from, &len, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0)
		return;
	if (f->n == LIMIT_SERVE_CONNECTIONS) {
		refuse(fd, 503);
		return;
	}
	f->at[f->n++] = (struct waiting){ fd, from, now_ms() + LIMIT_SERVE_HEAD_MS };
}

/* True: it is no longer waited for. */
static bool look(struct front *f, struct waiting *w)
{
	ssize_t n = recv(w->fd, f->head, sizeof f->head, MSG_PEEK | MSG_DONTWAIT);
	size_t len;
	int status, more;

	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
		close(w->fd);
		return true;
	}
	if (n < 0)
		return false;
	len = head_length((bytes){ f->head, (size_t)n });
	if (len == 0 && (size_t)n < sizeof f->head) {
		more = (int)n + 1; /* not woken again before there is more than now */
		setsockopt(w->fd, SOL_SOCKET, SO_RCVLOWAT, &more, sizeof more);
		return false;
	}
	status = len ? head_check((str){ (const char *)f->head, len }, f->s->port) : 431;
	more = 1;
	setsockopt(w->fd, SOL_SOCKET, SO_RCVLOWAT, &more, sizeof more);
	if (status)
		refuse(w->fd, status);
	else /* closes it if it has no room */
		MHD_add_connection(f->s->daemon, w->fd, (const struct sockaddr *)&w->from, sizeof w->from);
	return true;
}

static void wait_over(struct front *f, int64_t now)
{
	for (unsigned i = 0; i < f->n;) {
		if (f->at[i].until_ms > now) {
			i++;
			continue;
		}
		refuse(f->at[i].fd, 408);
		f->at[i] = f->at[--f->n];
	}
}

static int watch(struct front *f, err *e)
{
	struct pollfd fds[LIMIT_SERVE_CONNECTIONS + 2];

	for (;;) {
		unsigned n = f->n;

		fds[0] = (struct pollfd){ .fd = f->s->o->stop, .events = POLLIN };
		fds[1] = (struct pollfd){ .fd = f->s->listener, .events = POLLIN };
		for (unsigned i = 0; i < n; i++)
			fds[2 + i] = (struct pollfd){ .fd = f->at[i].fd, .events = POLLIN };
		if (poll(fds, n + 2, n ? 250 : -1) < 0) {
			if (errno == EINTR)
				continue;
			return err_errno(e, errno, "cannot wait for connections");
		}
		if (fds[0].revents)
			return 0;
		for (unsigned i = n; i-- > 0;)
			if (fds[2 + i].revents && look(f, &f->at[i]))
				f->at[i] = f->at[--f->n];
		wait_over(f, now_ms());
		if (fds[1].revents)
			take_one(f);
	}
}

int front_run(struct server *s, err *e)
{
	struct front *f = calloc(1, sizeof *f);
	int rc;

	if (!f)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for the server");
	f->s = s;
	rc = watch(f, e);
	while (f->n)
		close(f->at[--f->n].fd);
	free(f);
	return rc;
}
