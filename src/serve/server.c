#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "serve/serve_priv.h"
#include "util/limits.h"

enum { THREADS = 4 };

static int secret(char hex[SECRET_HEX + 1], err *e)
{
	uint8_t raw[SECRET_LEN];

	if (getrandom(raw, sizeof raw, 0) != sizeof raw)
		return err_errno(e, errno, "no random numbers for the token");
	for (size_t i = 0; i < sizeof raw; i++)
		snprintf(hex + 2 * i, 3, "%02x", raw[i]);
	return 0;
}

/* 127.0.0.1 only: who wants more puts a server of his own in front. */
static int listen_local(struct server *s, err *e)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(s->o->port) };
	socklen_t len = sizeof at;
	int yes = 1;

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	s->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (s->listener < 0)
		return err_errno(e, errno, "no socket");
	setsockopt(s->listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
	if (bind(s->listener, (const struct sockaddr *)&at, sizeof at) < 0 || listen(s->listener, 64) < 0 ||
	    getsockname(s->listener, (struct sockaddr *)&at, &len) < 0)
		return err_errno(e, errno, "cannot listen on 127.0.0.1:%u", s->o->port);
	s->port = ntohs(at.sin_port);
	return 0;
}

static int daemon_start(struct server *s, err *e)
{
	s->daemon = MHD_start_daemon(
		MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_NO_LISTEN_SOCKET | MHD_USE_ITC | MHD_USE_EPOLL, 0,
		NULL, NULL, routes_answer, s, MHD_OPTION_NOTIFY_COMPLETED, routes_done, s,
		MHD_OPTION_THREAD_POOL_SIZE, (unsigned)THREADS, MHD_OPTION_CONNECTION_LIMIT,
		LIMIT_SERVE_CONNECTIONS, MHD_OPTION_CONNECTION_TIMEOUT, LIMIT_SERVE_IDLE_S,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)4 * LIMIT_SERVE_HEAD,
		MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
	return s->daemon ? 0 : err_set(e, ERR_IO, ERR_NO_OFFSET, "the web server does not start");
}

int serve_run(const struct serve_options *o, err *e)
{
	struct server s = { .o = o, .listener = -1 };
	char address[SECRET_HEX + 64];
	int rc = -1;

	if (secret(s.token, e) == 0 && secret(s.session, e) == 0 && secret(s.csrf, e) == 0 &&
	    listen_local(&s, e) == 0 && daemon_start(&s, e) == 0) {
		snprintf(address, sizeof address, "http://127.0.0.1:%u/#t=%s", s.port, s.token);
		o->ready(o->ready_ctx, address);
		rc = front_run(&s, e);
	}
	if (s.listener >= 0)
		close(s.listener);
	if (s.daemon)
		MHD_stop_daemon(s.daemon);
	return rc;
}
