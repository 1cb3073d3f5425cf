#include <unistd.h>

#include "cli/command.h"
#include "cli/term.h"
#include "report/report.h"
#include "store/store.h"

static const struct cli_option OPTIONS[] = {
	{ 0 },
};

static int run(struct cli *cli, const struct cli_args *args)
{
	struct term term = cli->out;
	err e = { .offset = ERR_NO_OFFSET };
	struct store *s = NULL;
	struct story *st = NULL;
	buf out = { 0 };
	int code = EXIT_DONE;

	if (args->paths.len != 1)
		return cli_usage(cli, &command_report, "report takes one case");
	if (store_open(&s, args->paths.at[0], &e) < 0 || story_build(&st, s, &e) < 0 ||
	    report_write(s, st, args->paths.at[0], &e) < 0) {
		code = cli_fail(cli, &e);
	} else {
		report_text(st, term.columns, term.color, &out);
		if (cli_flush(STDOUT_FILENO, &out, &e) < 0)
			code = cli_fail(cli, &e);
	}
	buf_done(&out);
	story_free(st);
	store_close(s);
	return code;
}

const struct command command_report = {
	.name = "report",
	.summary = "tell the story of a case again",
	.usage = "CASE",
	.options = OPTIONS,
	.run = run,
	.details =
		"Writes CASE/report.html and CASE/case.json anew from CASE/case.db and CASE/case.yaml: after case.yaml was\n"
		"changed, or with a newer program. The evidence is not read; time zones that case.yaml declares need\n"
		"investigate again.\n",
};
