/* The server with a case that is made up: what its transport does shows without evidence.
 *   serve_fake --routes          the table of routes: method, path, what it asks for
 *   serve_fake DIR               serve; decisions are kept in DIR/decisions, one a line */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "serve/route.h"
#include "serve/serve.h"
#include "util/json.h"

static void path_of(const char *dir, char out[4096])
{
	snprintf(out, 4096, "%s/decisions", dir);
}

static void state(void *ctx, struct serve_state *ret)
{
	char path[4096];
	struct stat st;

	path_of(ctx, path);
	ret->revision = stat(path, &st) == 0 ? (uint64_t)st.st_size : 0;
	snprintf(ret->tag, sizeof ret->tag, "r%llu", (unsigned long long)ret->revision);
}

static enum serve_outcome document(void *ctx, buf *out)
{
	struct serve_state now;

	state(ctx, &now);
	buf_byte(out, '{');
	json_member_u64(out, "revision", now.revision);
	json_member_u64(out, "process", (uint64_t)getpid());
	json_key(out, "text");
	buf_byte(out, '"');
	for (int i = 0; i < 2000000; i++) /* more than a socket takes at once */
		buf_byte(out, (char)('a' + i % 7));
	buf_z(out, "\"}\n");
	usleep(300 * 1000);
	return SERVE_OK;
}

/* References that say what the reader is to do. */
static enum serve_outcome event_of(void *ctx, str ref, buf *out)
{
	if (str_eq(ref, STR("crash")))
		abort();
	if (str_eq(ref, STR("hang")))
		for (;;)
			pause();
	if (str_eq(ref, STR("slow")))
		sleep(2);
	if (str_eq(ref, STR("half"))) { /* as if the answer had been cut */
		if (write(3, "\0\0\0", 3) != 3)
			return SERVE_BROKEN;
		_exit(0);
	}
	if (str_eq(ref, STR("none")))
		return SERVE_NONE;
	if (str_eq(ref, STR("lies"))) { /* a length that is not what follows */
		if (write(3, "\0\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0\0\0\0\0\0{}", 19) != 19)
			return SERVE_BROKEN;
		_exit(0);
	}
	buf_byte(out, '{');
	json_member_str(out, "ref", ref);
	json_member_u64(out, "process", (uint64_t)getpid());
	buf_byte(out, '}');
	return SERVE_OK;
}

static enum serve_outcome search(void *ctx, const struct serve_query *q, buf *out)
{
	buf_byte(out, '{');
	json_member_str(out, "q", q->q);
	json_member_str(out, "after", q->after);
	json_member_u64(out, "rows", q->rows);
	buf_byte(out, '}');
	return SERVE_OK;
}

static enum serve_outcome decisions(void *ctx, buf *out)
{
	char path[4096];
	int fd;

	path_of(ctx, path);
	fd = open(path, O_RDONLY);
	buf_z(out, "{\"lines\":\"");
	for (char c; fd >= 0 && read(fd, &c, 1) == 1;)
		buf_byte(out, c);
	buf_z(out, "\"}");
	if (fd >= 0)
		close(fd);
	return SERVE_OK;
}

static enum serve_outcome decide(void *ctx, str body, buf *out)
{
	char path[4096];
	int fd;

	if (str_find(body, STR("conflict")) != SIZE_MAX) {
		buf_z(out, "{\"error\":\"somebody was faster\",\"other\":1}");
		return SERVE_CONFLICT;
	}
	path_of(ctx, path);
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
	if (fd < 0 || write(fd, ".", 1) != 1)
		return SERVE_BROKEN;
	close(fd);
	buf_z(out, "{\"revision\":1,\"changes\":[]}");
	return SERVE_OK;
}

static int print_routes(void)
{
	static const char *const NEEDS[] = { "nothing", "token", "cookie", "both" };

	for (const struct serve_route *r = SERVE_ROUTES; r->path; r++)
		printf("%s %s %s\n", r->method, r->path, NEEDS[r->need]);
	return 0;
}

static enum serve_outcome desk(void *ctx, str what, buf *out)
{
	(void)ctx;
	(void)what;
	buf_z(out, "[]");
	return SERVE_OK;
}

int main(int argc, char **argv)
{
	static const char PAGE[] = "<!doctype html><title>made up</title>", SCRIPT[] = "\"use strict\";",
			  STYLE[] = "a{}";
	const struct serve_asset assets[] = {
		{ "/", "text/html; charset=utf-8", { (const uint8_t *)PAGE, sizeof PAGE - 1 } },
		{ "/app.js",
		  "text/javascript; charset=utf-8",
		  { (const uint8_t *)SCRIPT, sizeof SCRIPT - 1 } },
		{ "/app.css", "text/css; charset=utf-8", { (const uint8_t *)STYLE, sizeof STYLE - 1 } },
	};
	struct serve_case_ops ops = {
		argc > 1 ? argv[1] : NULL, state, document, event_of, search, decisions, decide, desk, decide
	};
	struct serve_options o = { .assets = assets, .nassets = COUNT(assets), .ops = &ops };
	struct serve *s = NULL;
	err e = { 0 };
	sigset_t ends;
	int rc, stop;

	if (argc < 2)
		return 1;
	if (strcmp(argv[1], "--routes") == 0)
		return print_routes();
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&ends);
	sigaddset(&ends, SIGTERM);
	sigprocmask(SIG_BLOCK, &ends, NULL);
	stop = signalfd(-1, &ends, SFD_CLOEXEC);
	if (stop < 0 || serve_new(&s, &o, &e) < 0) {
		fprintf(stderr, "%s\n", e.text);
		return 1;
	}
	printf("http://127.0.0.1:%u/#t=%s\n", serve_port(s), serve_token(s));
	fflush(stdout);
	rc = serve_run(s, stop, &e);
	serve_free(s);
	close(stop);
	return rc < 0;
}
