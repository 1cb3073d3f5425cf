#include "cli/evidence_run.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { JOBS_MAX = 256 };

int run_options(struct cli *cli, const struct command *cmd, const struct cli_args *args,
		struct engine_options *ret)
{
	struct engine_options o = { 0 };
	err e = { .offset = ERR_NO_OFFSET };
	struct engine_declared *declared;
	uint64_t jobs;

	if (args->paths.len == 0)
		return cli_usage(cli, cmd, "%s needs the evidence: a file or a folder", cmd->name);
	if (args_number(args, "jobs", 1, JOBS_MAX, 0, &jobs, &e) < 0)
		return cli_usage(cli, cmd, "%s", e.text);
	if (declared_args(args, &declared, &o.ndeclared, &cli->mem, &e) < 0)
		return cli_usage(cli, cmd, "%s", e.text);
	o.declared = declared;
	o.paths = args->paths.at;
	o.npaths = args->paths.len;
	o.workers = (unsigned)jobs;
	o.output_fd = -1;
	o.progress = cli->err.is_tty && !args_get(args, "no-progress");
	o.require_sandbox = args_get(args, "require-sandbox") != NULL;
	*ret = o;
	return EXIT_DONE;
}

int run_engine(const struct cli *cli, const struct engine_options *o, const struct engine_sink *sink,
	       struct engine_totals *ret)
{
	err e = { .offset = ERR_NO_OFFSET };
	struct engine_totals t = { 0 };

	if (engine_run(o, sink, &t, &e) < 0) {
		if (!t.interrupted)
			return e.code == ERR_ARG ? (cli_fail(cli, &e), EXIT_INPUT) : cli_fail(cli, &e);
		cli_say(cli, "interrupted after %llu files and %llu events", (unsigned long long)t.items,
			(unsigned long long)t.events);
		return EXIT_INTERRUPTED;
	}
	*ret = t;
	if (t.output_closed)
		return EXIT_PIPE;
	if (!t.sandboxed)
		cli_say(cli, "the workers ran without a sandbox (see: spoor doctor)");
	if (t.items == 0) {
		cli_say(cli, "nothing to read there");
		return EXIT_INPUT;
	}
	return t.gaps ? EXIT_GAPS : EXIT_DONE;
}

/* Where `path` is or would be, links resolved: for one that is not there, its folder. */
static bool place_of(const char *path, char ret[PATH_MAX])
{
	size_t n = strlen(path);
	char *up;
	bool known;

	if (realpath(path, ret))
		return true;
	while (n > 1 && path[n - 1] == '/')
		n--;
	while (n > 0 && path[n - 1] != '/')
		n--;
	up = n ? strndup(path, n) : strdup(".");
	known = up && realpath(up, ret);
	free(up);
	return known;
}

int run_check_apart(const char *path, const struct engine_options *o, err *e)
{
	char place[PATH_MAX], tree[PATH_MAX];
	bool known = place_of(path, place);

	for (size_t i = 0; known && i < o->npaths; i++) {
		size_t n = realpath(o->paths[i], tree) ? strlen(tree) : 0;

		if (n && strncmp(place, tree, n) == 0 && (place[n] == '/' || place[n] == '\0' || n == 1))
			return err_set(
				e, ERR_ARG, ERR_NO_OFFSET,
				"%.80s would lie inside the evidence %.80s, which is never written to: "
				"choose a place elsewhere",
				path, o->paths[i]);
	}
	return 0;
}

int run_output_open(struct run_output *ret, const struct cli_args *args, const struct engine_options *o,
		    err *e)
{
	struct run_output out = { .fd = STDOUT_FILENO, .path = args_get(args, "output") };
	struct stat st;
	int n;

	if (out.path && strcmp(out.path, "-") == 0)
		out.path = NULL;
	if (!out.path) {
		*ret = out;
		return 0;
	}
	if (run_check_apart(out.path, o, e) < 0)
		return -1;
	if (stat(out.path, &st) == 0 && !S_ISREG(st.st_mode)) {
		if (S_ISDIR(st.st_mode))
			return err_set(e, ERR_IO, ERR_NO_OFFSET, "%s is a folder: name a file", out.path);
		out.fd = open(out.path, O_WRONLY | O_CLOEXEC); /* a pipe or a device: written as it is */
	} else {
		n = asprintf(&out.part, "%s.part", out.path);
		if (n < 0)
			return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a file name");
		out.fd = open(out.part, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	}
	if (out.fd < 0) {
		err_errno(e, errno, "cannot write %s", out.part ? out.part : out.path);
		free(out.part);
		return -1;
	}
	*ret = out;
	return 0;
}

int run_output_close(struct run_output *out, bool keep, err *e)
{
	int rc = 0;

	if (out->path && close(out->fd) < 0)
		rc = err_errno(e, errno, "cannot write %s", out->path);
	if (out->part) {
		if (rc == 0 && keep && rename(out->part, out->path) < 0)
			rc = err_errno(e, errno, "cannot rename %s to %s", out->part, out->path);
		if (rc < 0 || !keep)
			unlink(out->part);
		free(out->part);
	}
	*out = (struct run_output){ .fd = -1 };
	return rc;
}
