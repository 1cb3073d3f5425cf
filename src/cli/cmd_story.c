#include <unistd.h>

#include "cli/command.h"
#include "report/why.h"
#include "store/store.h"
#include "story/signals.h"

static const struct cli_option OPTIONS[] = {
	{ 0 },
};

static int explain(struct cli *cli, const char *dir, const char *what)
{
	static const char *const MISSING[] = {
		[WHY_NO_HOST] = "no host of the case has that name, or several have it",
		[WHY_NO_EDGE] = "no access from the one to the other was recorded",
		[WHY_NO_SENTENCE] = "the story has no sentence of that number",
		[WHY_NO_INCIDENT] = "the case has no reconstruction",
	};
	err e = { .offset = ERR_NO_OFFSET };
	enum why_found found = WHY_TOLD;
	struct store *s = NULL;
	struct story *st = NULL;
	buf out = { 0 };
	int code = EXIT_DONE;

	if (store_open(&s, dir, &e) < 0 || story_build(&st, s, &e) < 0) {
		code = cli_fail(cli, &e);
	} else if ((found = report_why(st, str_of(what), &out)) != WHY_TOLD) {
		cli_say(cli, "%s: %s", what, MISSING[found]);
		code = EXIT_INPUT;
	} else if (cli_flush(STDOUT_FILENO, &out, &e) < 0) {
		code = cli_fail(cli, &e);
	}
	buf_done(&out);
	story_free(st);
	store_close(s);
	return code;
}

static int signals(struct cli *cli)
{
	err e = { .offset = ERR_NO_OFFSET };
	buf out = { 0 };
	int code = EXIT_DONE;

	for (unsigned i = 0; i < SIGNALS; i++)
		buf_printf(&out, "%-17s %s\n", signal_name((enum signal)i), signal_meaning((enum signal)i));
	if (cli_flush(STDOUT_FILENO, &out, &e) < 0)
		code = cli_fail(cli, &e);
	buf_done(&out);
	return code;
}

static int run(struct cli *cli, const struct cli_args *args)
{
	if (args->paths.len == 1 && strcmp(args->paths.at[0], "signals") == 0)
		return signals(cli);
	if (args->paths.len == 0 || strcmp(args->paths.at[0], "explain") != 0)
		return cli_usage(cli, &command_story, "story takes: explain, signals");
	if (args->paths.len != 3)
		return cli_usage(cli, &command_story,
				 "story explain takes a case and a host, FROM..TO or a number");
	return explain(cli, args->paths.at[1], args->paths.at[2]);
}

const struct command command_story = {
	.name = "story",
	.summary = "why the story says what it says",
	.usage = "explain CASE HOST|FROM..TO|SENTENCE | signals",
	.options = OPTIONS,
	.details =
		"signals: from what the story is made, by the names that signals_off of case.yaml takes.\n"
		"\n"
		"explain CASE HOST: the class of the host with its rule, the probability as a sum of what each family\n"
		"of evidence adds to the log-odds, and every sign with its events. A short name will do where only one\n"
		"host has it.\n"
		"\n"
		"explain CASE FROM..TO: the way from one host to another: what of it belongs to the incident, and all\n"
		"access between them that was recorded.\n"
		"\n"
		"explain CASE SENTENCE: a sentence of the summary by its number, from 1 in reading order: what it was\n"
		"made of and its events. spoor show CASE opens them.",
	.run = run,
};
