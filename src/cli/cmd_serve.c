#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/mark_how.h"
#include "cli/term.h"
#include "report/page.h"
#include "serve/serve.h"
#include "store/decisions.h"
#include "util/json.h"
#include "util/limits.h"

static const struct cli_option OPTIONS[] = {
	{ 'p', "port", "N", "Listen on this port of 127.0.0.1; default: a free one" },
	{ 0 },
};

struct served {
	const char *dir;
	pthread_mutex_t lock; /* of all below: a story is built by one at a time */
	buf document;
	uint64_t revision; /* of the document; UINT64_MAX: none yet */
};

/* --- the case ------------------------------------------------------------------------------------ */

static uint64_t revision_of(const char *dir)
{
	struct decisions *d = NULL;
	uint64_t n = 0;

	if (decisions_read(&d, dir, NULL) == 0)
		n = decisions_revision(d);
	decisions_free(d);
	return n;
}

static uint64_t revision(void *ctx)
{
	const struct served *v = ctx;

	return revision_of(v->dir);
}

static int build(struct served *v, uint64_t now, err *e)
{
	struct story *st = NULL;
	struct store *s = NULL;
	buf fresh = { 0 };
	int rc = -1;

	if (store_open(&s, v->dir, e) == 0 && story_build(&st, s, e) == 0 &&
	    page_document(s, st, &fresh, e) == 0) {
		buf_done(&v->document);
		v->document = fresh;
		v->revision = now;
		fresh = (buf){ 0 };
		rc = 0;
	}
	buf_done(&fresh);
	story_free(st);
	store_close(s);
	return rc;
}

static int document(void *ctx, buf *out, uint64_t *ret, err *e)
{
	struct served *v = ctx;
	uint64_t now;
	int rc;

	pthread_mutex_lock(&v->lock);
	now = revision_of(v->dir);
	rc = v->revision == now ? 0 : build(v, now, e);
	if (rc == 0) {
		buf_str(out, buf_view(&v->document));
		*ret = now + 1;
	}
	pthread_mutex_unlock(&v->lock);
	return rc;
}

/* --- one event: a process of its own, which enters the sandbox ------------------------------------ */

enum { EVENT_MS = 20000, EVENT_BYTES = 8 << 20 };

/* What it writes, until it ends or the time is over. */
static bool gather(int fd, pid_t pid, buf *out)
{
	struct timespec t;
	int64_t end;
	bool in_time = true;

	clock_gettime(CLOCK_MONOTONIC, &t);
	end = (int64_t)t.tv_sec * 1000 + EVENT_MS;
	for (;;) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		char part[16384];
		ssize_t n;

		clock_gettime(CLOCK_MONOTONIC, &t);
		in_time = end > (int64_t)t.tv_sec * 1000 && out->len < EVENT_BYTES;
		if (!in_time || poll(&p, 1, 1000) < 0)
			break;
		if (p.revents == 0)
			continue;
		n = read(fd, part, sizeof part);
		if (n <= 0)
			break;
		buf_add(out, part, (size_t)n);
	}
	if (!in_time)
		kill(pid, SIGKILL);
	return in_time;
}

static int one_event(void *ctx, str reference, buf *out, err *e)
{
	const struct served *v = ctx;
	posix_spawn_file_actions_t files;
	posix_spawnattr_t how;
	sigset_t none;
	char ref[160];
	char *const words[] = {
		(char *)"spoor", (char *)"show", (char *)"--object", (char *)(uintptr_t)v->dir, ref, NULL
	};
	int ends[2], status = 0, rc;
	bool in_time;
	pid_t pid;

	if (reference.len >= sizeof ref)
		return err_set(e, ERR_ARG, ERR_NO_OFFSET, "this is no reference");
	snprintf(ref, sizeof ref, "%.*s", STR_ARG(reference));
	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_errno(e, errno, "no pipe");
	sigemptyset(&none);
	posix_spawnattr_init(&how);
	posix_spawnattr_setsigmask(&how, &none); /* the server's threads block what ends it */
	posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSIGMASK);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&files, ends[1], STDOUT_FILENO);
	rc = posix_spawn(&pid, "/proc/self/exe", &files, &how, words, environ);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&how);
	close(ends[1]);
	if (rc) {
		close(ends[0]);
		return err_errno(e, rc, "the event cannot be read");
	}
	in_time = gather(ends[0], pid, out);
	close(ends[0]);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (!in_time)
		return err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "reading the event took too long");
	if (!WIFEXITED(status) || WEXITSTATUS(status) != EXIT_DONE)
		return err_set(
			e, ERR_UNSUPPORTED, ERR_NO_OFFSET,
			"the event cannot be shown: is the evidence where it was? spoor show says more");
	return 0;
}

/* --- search -------------------------------------------------------------------------------------- */

static int put_hit(void *ctx, const struct store_hit *h, err *e)
{
	buf *out = ctx;

	(void)e;
	json_sep(out);
	buf_byte(out, '{');
	json_member_str(out, "kind", h->kind);
	json_member_time(out, "time", h->time_ns);
	json_member_str(out, "host", h->host);
	json_member_str(out, "text", h->text);
	json_member_str(out, "ref", h->ref);
	buf_byte(out, '}');
	return 0;
}

static int search(void *ctx, str words, buf *out, err *e)
{
	const struct served *v = ctx;
	struct store *s = NULL;
	bool all = false;
	int rc = -1;

	words = str_trim(words);
	if (words.len < 3 || words.len > 200)
		return err_set(e, ERR_ARG, ERR_NO_OFFSET, "search for 3 to 200 bytes");
	buf_z(out, "{\"rows\":[");
	if (store_open(&s, v->dir, e) == 0)
		rc = store_search(s, words, put_hit, out, &all, e);
	buf_byte(out, ']');
	json_member_bool(out, "complete", all);
	buf_z(out, "}\n");
	store_close(s);
	return rc;
}

/* --- decisions ----------------------------------------------------------------------------------- */

static str text_of(const json_t *o, const char *key)
{
	const json_t *x = json_object_get(o, key);

	return json_is_string(x) ? (str){ json_string_value(x), json_string_length(x) } : STR("");
}

static void put_changes(buf *out, str lines)
{
	buf_z(out, ",\"changes\":[");
	while (lines.len) {
		str line = str_cut(lines, '\n', &lines);

		if (!line.len || str_eq(line, STR("the story did not change")))
			continue;
		json_sep(out);
		buf_byte(out, '{');
		json_member_str(out, "text", line);
		buf_byte(out, '}');
	}
	buf_byte(out, ']');
}

static int decide(void *ctx, str body, buf *out, err *e)
{
	struct served *v = ctx;
	json_t *o = json_loadb(body.ptr, body.len, JSON_REJECT_DUPLICATES, NULL);
	const json_t *expect = json_object_get(o, "expect");
	struct decision d = { .who = text_of(o, "who"),
			      .target = text_of(o, "target"),
			      .value = text_of(o, "value"),
			      .reason = text_of(o, "reason") };
	buf changes = { 0 };
	int rc;

	if (!json_is_object(o) || !decision_kind_named(text_of(o, "kind"), &d.kind)) {
		json_decref(o);
		return err_set(e, ERR_ARG, ERR_NO_OFFSET, "this is no decision");
	}
	if (d.who.len == 0)
		d.who = STR("analyst");
	if (d.kind == DECISION_NOTE)
		d.value = STR("");
	pthread_mutex_lock(&v->lock);
	rc = mark_decide(v->dir, &d,
			 json_is_integer(expect) ? (uint64_t)json_integer_value(expect) : DECISIONS_ANY,
			 &changes, e);
	pthread_mutex_unlock(&v->lock);
	if (rc >= 0) {
		buf_byte(out, '{');
		json_member_u64(out, "revision", revision_of(v->dir));
		if (rc > 0)
			json_member_str(out, "error",
					STR("somebody decided about this meanwhile: look again"));
		put_changes(out, buf_view(&changes));
		buf_z(out, "}\n");
	}
	buf_done(&changes);
	json_decref(o);
	return rc;
}

/* --- the command --------------------------------------------------------------------------------- */

static void ready(void *ctx, const char *address)
{
	const struct cli *cli = ctx;
	buf out = { 0 };

	buf_z(&out, address);
	buf_byte(&out, '\n');
	cli_flush(STDOUT_FILENO, &out, NULL);
	buf_done(&out);
	cli_say(cli, "serving on this machine only; Ctrl-C ends it");
}

/* Readable when somebody wants the server to end. */
static int stop_signals(err *e)
{
	sigset_t which;
	int fd;

	sigemptyset(&which);
	sigaddset(&which, SIGINT);
	sigaddset(&which, SIGTERM);
	sigaddset(&which, SIGHUP);
	pthread_sigmask(SIG_BLOCK, &which, NULL); /* before threads are made, so that they block them too */
	fd = signalfd(-1, &which, SFD_CLOEXEC);
	return fd < 0 ? err_errno(e, errno, "no signals") : fd;
}

static int run(struct cli *cli, const struct cli_args *args)
{
	const struct serve_asset assets[] = {
		{ "/", "text/html; charset=utf-8", str_bytes(page_shell()) },
		{ "/app.js", "text/javascript; charset=utf-8", page_script() },
		{ "/app.css", "text/css; charset=utf-8", page_style() },
	};
	struct served v = { .lock = PTHREAD_MUTEX_INITIALIZER, .revision = UINT64_MAX };
	const struct serve_case of = { &v, document, revision, one_event, search, decide };
	struct serve_options o = {
		.assets = assets, .nassets = COUNT(assets), .of = &of, .ready = ready, .ready_ctx = cli
	};
	err e = { .offset = ERR_NO_OFFSET };
	struct store *s = NULL;
	uint64_t port = 0;
	int code = EXIT_DONE;

	if (args->paths.len != 1)
		return cli_usage(cli, &command_serve, "serve takes one case");
	if (args_get(args, "port") &&
	    (!str_to_u64(str_of(args_get(args, "port")), &port) || port > UINT16_MAX))
		return cli_usage(cli, &command_serve, "a port is a number up to 65535");
	if (!page_script().len) {
		cli_say(cli, "this program was built without the page (node was missing): ./dev build");
		return EXIT_INPUT;
	}
	v.dir = args->paths.at[0];
	o.port = (uint16_t)port;
	if (store_open(&s, v.dir, &e) < 0)
		return cli_fail(cli, &e);
	store_close(s);
	o.stop = stop_signals(&e);
	if (o.stop < 0 || serve_run(&o, &e) < 0)
		code = cli_fail(cli, &e);
	if (o.stop >= 0)
		close(o.stop);
	buf_done(&v.document);
	return code;
}

const struct command command_serve = {
	.name = "serve",
	.summary = "a case in the browser, with its events and your decisions",
	.usage = "CASE",
	.options = OPTIONS,
	.run = run,
	.details =
		"Prints an address of 127.0.0.1 with a token that is good for this run; open it in a browser. The page is that of\n"
		"report.html, and besides: records are read from the evidence (in a sandbox), all facts are searched, and what\n"
		"you decide is kept in CASE/decisions.jsonl. Nothing listens on the network.\n",
};
