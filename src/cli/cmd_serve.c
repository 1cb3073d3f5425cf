#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/declared_args.h"
#include "cli/onerecord.h"
#include "cli/record_json.h"
#include "cli/serve_decide.h"
#include "cli/serve_desk.h"
#include "report/page.h"
#include "store/decisions.h"
#include "store/ref.h"
#include "store/search.h"
#include "util/json.h"
#include "util/limits.h"
#include "util/map.h"
#include "util/times.h"

static const struct cli_option OPTIONS[] = {
	{ 0, "port", "N", "Port on 127.0.0.1; a free one unless given" },
	{ 0, "desk", "FILE", "Also the registry of a CERT's desk, as a section of the page" },
	DECLARED_OPTIONS,
	{ 0, "no-verify", NULL, "Do not hash the evidence before a record is shown" },
	{ 0 },
};

enum { FILES = 3 }; /* that the document is made of */

struct seen_file {
	int64_t inode, size, ns;
};

struct served {
	struct cli *cli;
	const struct cli_args *args;
	const char *dir;
	int dir_fd; /* of the case: what is looked at stays the same folder */
	struct seen_file seen[FILES];
	uint64_t revision; /* of the decisions, as they were seen */
};

/* --- what the server asks; all but the state in a process of its own ------------------------- */

/* Say why on the terminal; the answer says that it failed, without text of the evidence. */
static enum serve_outcome failed(const struct served *v, const err *e, buf *out)
{
	buf_clear(out);
	cli_fail(v->cli, e);
	return e->code == ERR_ARG ? SERVE_BAD : e->code == ERR_LIMIT ? SERVE_TOO_MUCH : SERVE_BROKEN;
}

static void look_at_files(const struct served *v, struct seen_file seen[FILES])
{
	static const char *const NAMES[FILES] = { "case.db", "case.yaml", DECISIONS_FILE };
	struct stat st;

	memset(seen, 0, FILES * sizeof *seen);
	for (size_t i = 0; i < FILES; i++)
		if (fstatat(v->dir_fd, NAMES[i], &st, AT_SYMLINK_NOFOLLOW) == 0)
			seen[i] = (struct seen_file){ (int64_t)st.st_ino, st.st_size,
						      st.st_mtim.tv_sec * NS_PER_S + st.st_mtim.tv_nsec };
}

/* The trail is read again only when one of the files is not as it was. */
static void state_of(void *ctx, struct serve_state *ret)
{
	struct served *v = ctx;
	struct seen_file now[FILES];

	look_at_files(v, now);
	if (memcmp(now, v->seen, sizeof now) != 0) {
		memcpy(v->seen, now, sizeof now);
		v->revision = decide_revision(v->dir);
	}
	ret->revision = v->revision;
	snprintf(ret->tag, sizeof ret->tag, "%016llx", (unsigned long long)hash_bytes(now, sizeof now));
}

static enum serve_outcome document_of(void *ctx, buf *out)
{
	const struct served *v = ctx;
	err e = { .offset = ERR_NO_OFFSET };
	struct store *s = NULL;
	struct story *st = NULL;
	enum serve_outcome rc = SERVE_OK;

	if (store_open(&s, v->dir, &e) < 0 || story_build(&st, s, &e) < 0 ||
	    page_document(s, st, out, &e) < 0)
		rc = failed(v, &e, out);
	story_free(st);
	store_close(s);
	return rc;
}

static int write_record(void *ctx, const struct record_seen *seen, const event *ev, err *e)
{
	buf *out = ctx;

	record_json_begin(out, seen, ev);
	return out->failed ? err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "the record is too large to be shown") : 0;
}

static enum serve_outcome event_of(void *ctx, str ref, buf *out)
{
	const struct served *v = ctx;
	struct record_near near = { 0 };
	err e = { .offset = ERR_NO_OFFSET };
	struct record_target t;
	struct ref_text parsed;
	enum serve_outcome rc = SERVE_OK;
	const char *words[2] = { v->dir };
	arena mem;

	if (!event_ref_parse(ref, &parsed)) /* also: no path comes in here */
		return SERVE_BAD;
	arena_init(&mem, LIMIT_SHOW_MEM);
	words[1] = arena_str(&mem, ref).ptr;
	if (!words[1] || record_target(&t, words, 2, &mem, &e) < 0) {
		rc = e.code == ERR_IO ? SERVE_NONE : failed(v, &e, out);
	} else {
		t.near = &near;
		if (record_read(v->cli, v->args, &t, write_record, out, &e) < 0)
			rc = e.code == ERR_IO ? SERVE_NONE : failed(v, &e, out);
		else
			record_json_end(out, &t);
	}
	arena_done(&mem);
	return rc;
}

static int write_hit(void *ctx, const struct store_hit *h, err *e)
{
	buf *out = ctx;

	json_sep(out);
	buf_byte(out, '{');
	json_member_str(out, "kind", h->kind);
	json_member_time(out, "time", h->time_ns);
	json_member_str(out, "host", h->host);
	json_member_str(out, "text", h->text);
	json_member_str(out, "ref", h->ref);
	buf_byte(out, '}');
	return out->failed ? err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "too much was found") : 0;
}

static enum serve_outcome search_in(void *ctx, const struct serve_query *q, buf *out)
{
	const struct served *v = ctx;
	const struct store_query ask = { q->q, q->after, q->rows, LIMIT_SERVE_SEARCH_MS };
	err e = { .offset = ERR_NO_OFFSET };
	enum serve_outcome rc = SERVE_OK;
	struct store_found found;
	struct store *s = NULL;

	buf_z(out, "{\"rows\":[");
	if (store_open(&s, v->dir, &e) < 0 || store_search(s, &ask, write_hit, out, &found, &e) < 0) {
		rc = failed(v, &e, out);
	} else {
		buf_byte(out, ']');
		json_member_str(out, "next", str_of(found.next));
		json_member_bool(out, "complete", !found.next[0]);
		json_member_bool(out, "out_of_time", found.out_of_time);
		json_member_u64(out, "looked_at", found.looked_at);
		buf_z(out, "}\n");
	}
	store_close(s);
	return rc;
}

static enum serve_outcome decisions_of(void *ctx, buf *out)
{
	const struct served *v = ctx;
	err e = { .offset = ERR_NO_OFFSET };
	enum serve_outcome rc = decide_list(v->dir, out, &e);

	return rc == SERVE_BROKEN ? failed(v, &e, out) : rc;
}

static enum serve_outcome decide_in(void *ctx, str body, buf *out)
{
	const struct served *v = ctx;
	err e = { .offset = ERR_NO_OFFSET };
	enum serve_outcome rc = decide_from(v->dir, body, out, &e);

	return rc == SERVE_BROKEN ? failed(v, &e, out) : rc;
}

/* The outcome of a verb, or why it did nothing: words of ours about what was asked, which the desk needs. */
static enum serve_outcome of_desk(int rc, const err *e, buf *out)
{
	if (rc == 0)
		return SERVE_OK;
	buf_clear(out);
	if (e->code == ERR_UNSUPPORTED)
		return SERVE_NONE;
	buf_byte(out, '{');
	json_member_str(out, "error", str_of(e->text));
	buf_z(out, "}\n");
	return e->code == ERR_BUSY ? SERVE_CONFLICT : SERVE_BAD;
}

static enum serve_outcome desk_view(void *ctx, str what, buf *out)
{
	const struct served *v = ctx;
	const struct serve_desk d = { args_get(v->args, "desk"), v->dir };
	err e = { .offset = ERR_NO_OFFSET };

	return of_desk(serve_desk_view(&d, what, out, &e), &e, out);
}

static enum serve_outcome desk_act(void *ctx, str body, buf *out)
{
	const struct served *v = ctx;
	const struct serve_desk d = { args_get(v->args, "desk"), v->dir };
	err e = { .offset = ERR_NO_OFFSET };

	return of_desk(serve_desk_act(&d, body, out, &e), &e, out);
}

/* --- the page -------------------------------------------------------------------------------- */

/* Without ui/ in the program there is no page: what is there says so, and answers to programs. */
static const char NO_PAGE[] =
	"<!DOCTYPE html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>spoor</title>\n"
	"<p>This spoor was built without its page (ui/). Programs can ask: docs/serve.md. The report is CASE/report.html.</p></html>\n";

enum { ASSETS = 3 };

static size_t list_assets(struct serve_asset at[ASSETS])
{
	if (!page_script().len) {
		at[0] = (struct serve_asset){ "/",
					      "text/html; charset=utf-8",
					      { (const uint8_t *)NO_PAGE, sizeof NO_PAGE - 1 } };
		return 1;
	}
	at[0] = (struct serve_asset){ "/", "text/html; charset=utf-8", str_bytes(page_shell()) };
	at[1] = (struct serve_asset){ "/app.js", "text/javascript; charset=utf-8", page_script() };
	at[2] = (struct serve_asset){ "/app.css", "text/css; charset=utf-8", page_style() };
	return ASSETS;
}

/* --- running --------------------------------------------------------------------------------- */

/* A case that can be opened, in a folder that stays the same. */
static int open_case(struct served *v, err *e)
{
	struct store *s;
	struct stat st;

	if (store_open(&s, v->dir, e) < 0)
		return -1;
	store_close(s);
	v->dir_fd = open(v->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (v->dir_fd < 0 || fstat(v->dir_fd, &st) < 0)
		return err_errno(e, errno, "%s: cannot open the folder of the case", v->dir);
	if (st.st_mode & 077)
		cli_say(v->cli, "other users of this machine can look into %s: chmod 700 it", v->dir);
	return 0;
}

/* A descriptor that can be read when the user wants an end. */
static int open_stop(err *e)
{
	sigset_t ends;
	int fd;

	sigemptyset(&ends);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGHUP);
	fd = sigprocmask(SIG_BLOCK, &ends, NULL) == 0 ? signalfd(-1, &ends, SFD_CLOEXEC) : -1;
	return fd >= 0 ? fd : err_errno(e, errno, "cannot wait for signals");
}

static int serve_case(struct served *v, uint16_t port, err *e)
{
	const char *desk = args_get(v->args, "desk");
	const struct serve_case_ops ops = { v,	     state_of,	document_of,	       event_of, search_in, decisions_of,
					    decide_in, desk ? desk_view : NULL, desk ? desk_act : NULL };
	struct serve_asset assets[ASSETS];
	struct serve_options o = {
		.port = port, .assets = assets, .nassets = list_assets(assets), .ops = &ops
	};
	int stop = open_stop(e), rc;
	struct serve *s = NULL;
	buf out = { 0 };

	if (stop < 0)
		return -1;
	rc = serve_new(&s, &o, e);
	if (rc == 0) {
		buf_printf(&out, "http://127.0.0.1:%u/#t=%s\n", serve_port(s), serve_token(s));
		rc = cli_flush(STDOUT_FILENO, &out, e);
	}
	if (rc == 0) {
		cli_say(v->cli, "whoever has this address can read the case and decide; Ctrl-C ends it");
		rc = serve_run(s, stop, e);
	}
	buf_done(&out);
	serve_free(s);
	close(stop);
	return rc;
}

/* A registry that can be asked. */
static int desk_check(const struct served *v, err *e)
{
	const struct serve_desk d = { args_get(v->args, "desk"), v->dir };
	buf rows = { 0 };
	int rc = serve_desk_view(&d, STR("parties"), &rows, e);

	buf_done(&rows);
	return rc;
}

static int run(struct cli *cli, const struct cli_args *args)
{
	struct served v = { .cli = cli, .args = args, .dir_fd = -1 };
	err e = { .offset = ERR_NO_OFFSET };
	uint64_t port = 0;
	int code = EXIT_DONE;

	if (args->paths.len != 1)
		return cli_usage(cli, &command_serve, "serve takes one case");
	v.dir = args->paths.at[0];
	if (args_number(args, "port", 0, 65535, 0, &port, &e) < 0)
		return cli_usage(cli, &command_serve, "%s", e.text);
	if (args_get(args, "desk") && desk_check(&v, &e) < 0) {
		cli_fail(cli, &e);
		return EXIT_INPUT;
	}
	if (open_case(&v, &e) < 0 || serve_case(&v, (uint16_t)port, &e) < 0)
		code = cli_fail(cli, &e);
	if (v.dir_fd >= 0)
		close(v.dir_fd);
	return code;
}

const struct command command_serve = {
	.name = "serve",
	.summary = "the case in your browser",
	.usage = "CASE [--desk FILE]",
	.options = OPTIONS,
	.run = run,
	.details =
		"A web server for one case, on 127.0.0.1 only: no other address can be given. It prints the address to open;\n"
		"what follows the # in it is the key of this run. Without the key nobody reads anything, also no other user\n"
		"of this machine.\n"
		"\n"
		"Unlike report.html it opens every record of the evidence, down to its bytes, and searches the whole case. A\n"
		"record is read as show reads it: found through the case, hashed, parsed in a sandbox. What you decide is\n"
		"kept in CASE/decisions.jsonl, as by mark. With --desk the registry of spoor desk is a section of the page:\n"
		"incidents, notices, take-downs, the bulletin; mails are sent by spoor desk only.\n"
		"Nothing is written to the evidence. Evidence that was named by\n"
		"a relative path is found from the same working folder only.",
};
