#include <unistd.h>

#include "cli/command.h"

static const struct cli_option OPTIONS[] = {
	{ 0, "man", NULL, "Write the manual page in mdoc" },
	{ 0 },
};

static int run(struct cli *cli, const struct cli_args *args)
{
	buf b = { 0 };
	err e = { .offset = ERR_NO_OFFSET };
	int code = EXIT_DONE;

	if (args_get(args, "man")) {
		help_man(&b);
	} else if (args->paths.len == 0) {
		help_overview(&b, &cli->out);
	} else {
		const struct command *cmd = command_named(args->paths.at[0]);

		if (!cmd || args->paths.len > 1)
			return cli_usage(cli, NULL, "no help for \"%s\"",
					 args->paths.at[args->paths.len - 1]);
		help_command(&b, &cli->out, cmd);
	}
	if (cli_flush(STDOUT_FILENO, &b, &e) < 0)
		code = cli_fail(cli, &e);
	buf_done(&b);
	return code;
}

const struct command command_help = {
	.name = "help",
	.summary = "list the commands, or explain one",
	.usage = "[COMMAND]",
	.options = OPTIONS,
	.details = "Without a command: what spoor can do.",
	.run = run,
};
