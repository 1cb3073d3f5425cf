/* spoor: evidence of a network intrusion in, its story out. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/command.h"
#include "engine/engine.h"
#include "util/limits.h"

static const char *const COLOR_WORDS[] = { "auto", "always", "never", NULL };

/* The descriptor over which a worker process talks to its coordinator (see engine.h). */
enum { WORKER_FD = 3 };

static int run_command(struct cli *cli, const struct command *cmd, const char *const *argv)
{
	struct cli_args args = { 0 };
	err e = { .offset = ERR_NO_OFFSET };
	int mode, code;

	if (args_parse(&args, cmd, argv, &e) < 0)
		return cli_usage(cli, cmd, "%s", e.text);
	mode = args_word(&args, "color", COLOR_WORDS, TERM_COLOR_AUTO, &e);
	if (mode < 0) {
		code = cli_usage(cli, cmd, "%s", e.text);
	} else {
		cli->out = term_of(STDOUT_FILENO, (enum term_color_mode)mode);
		cli->err = term_of(STDERR_FILENO, (enum term_color_mode)mode);
		if (args_get(&args, "help")) {
			buf b = { 0 };

			help_command(&b, &cli->out, cmd);
			code = cli_flush(STDOUT_FILENO, &b, &e) < 0 ? cli_fail(cli, &e) : EXIT_DONE;
			buf_done(&b);
		} else {
			code = cmd->run(cli, &args);
		}
	}
	args_done(&args);
	return code;
}

static int print_version(const struct cli *cli)
{
	buf b = { 0 };
	err e = { .offset = ERR_NO_OFFSET };
	int code;

	buf_z(&b, "spoor " SPOOR_VERSION "\n");
	code = cli_flush(STDOUT_FILENO, &b, &e) < 0 ? cli_fail(cli, &e) : EXIT_DONE;
	buf_done(&b);
	return code;
}

int main(int argc, char **argv)
{
	struct cli cli = { 0 };
	const struct command *cmd;
	const char *word = argc > 1 ? argv[1] : "help";
	int code;

	if (argc > 1 && strcmp(word, ENGINE_WORKER_ARG) == 0)
		return engine_worker_main(WORKER_FD);
	signal(SIGPIPE, SIG_IGN); /* seen as EPIPE, so that nothing is left half done */
	umask(077);               /* what we write about a case is for its owner */
	cli.out = term_of(STDOUT_FILENO, TERM_COLOR_AUTO);
	cli.err = term_of(STDERR_FILENO, TERM_COLOR_AUTO);
	if (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0)
		return print_version(&cli);
	if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
		word = "help";
	cmd = command_named(word);
	if (!cmd)
		return cli_usage(&cli, NULL, "unknown command \"%s\"", word);
	arena_init(&cli.mem, LIMIT_DECLARED_BYTES);
	code = run_command(&cli, cmd, (const char *const *)argv + (argc > 1 ? 2 : 1));
	arena_done(&cli.mem);
	return code;
}
