#include <unistd.h>

#include "cli/command.h"
#include "cli/indicators.h"
#include "cli/scope_out.h"
#include "cli/slurp.h"
#include "util/limits.h"

static const struct cli_option OPTIONS[] = {
	{ 'f', "format", "FORMAT", "table, csv or json. Default: table" },
	{ 0 },
};

static const char *const FORMATS[] = { "table", "csv", "json", NULL };

static int read_lists(const struct cli_args *args, struct indicators *in, err *e)
{
	for (size_t i = 1; i < args->paths.len; i++) {
		const char *path = args->paths.at[i];
		buf text = { 0 };
		int rc = slurp(path, LIMIT_INDICATOR_BYTES, &text, e);

		if (rc == 0)
			rc = err_set(e, ERR_IO, ERR_NO_OFFSET, "%s is not there", path);
		else if (rc > 0 && (rc = indicators_read(in, buf_view(&text), e)) < 0)
			err_prefix(e, "%s", path);
		buf_done(&text);
		if (rc < 0)
			return -1;
	}
	return 0;
}

static int look(struct cli *cli, const struct cli_args *args, int format, const struct indicators *in)
{
	err e = { .offset = ERR_NO_OFFSET };
	struct scope found = { 0 };
	struct store *s = NULL;
	struct story *st = NULL;
	buf out = { 0 };
	int code = EXIT_DONE;

	if (store_open(&s, args->paths.at[0], &e) < 0 || story_build(&st, s, &e) < 0 ||
	    scope_find(&found, s, st, in->at.at, in->at.len, &e) < 0) {
		code = cli_fail(cli, &e);
	} else {
		const struct scope_view v = {
			.st = st, .scope = &found, .in = in->at.at, .n = in->at.len, .passed = in->passed
		};

		SCOPE_WRITERS[format](&out, &cli->out, &v);
		if (cli_flush(STDOUT_FILENO, &out, &e) < 0)
			code = cli_fail(cli, &e);
		if (found.dropped)
			cli_say(cli, "%llu matches lie behind the limits and are not shown",
				(unsigned long long)found.dropped);
	}
	buf_done(&out);
	scope_done(&found);
	story_free(st);
	store_close(s);
	return code;
}

static int run(struct cli *cli, const struct cli_args *args)
{
	err e = { .offset = ERR_NO_OFFSET };
	struct indicators in;
	int format, code;

	format = args_word(args, "format", FORMATS, 0, &e);
	if (format < 0)
		return cli_usage(cli, &command_scope, "%s", e.text);
	if (args->paths.len < 2)
		return cli_usage(cli, &command_scope, "scope needs a case and files of indicators");
	indicators_init(&in);
	if (read_lists(args, &in, &e) < 0) {
		code = cli_fail(cli, &e);
	} else if (in.at.len == 0) {
		cli_say(cli, "no indicator was found in the files (%llu entries of other kinds)",
			(unsigned long long)in.passed);
		code = EXIT_INPUT;
	} else {
		code = look(cli, args, format, &in);
	}
	indicators_done(&in);
	return code;
}

const struct command command_scope = {
	.name = "scope",
	.summary = "which hosts of a case dealt with these indicators",
	.usage = "CASE INDICATORS... [-f table|csv|json]",
	.options = OPTIONS,
	.details =
		"INDICATORS are files: one value per line, CSV, a STIX 2.1 bundle or a MISP event, recognised by\n"
		"themselves. Addresses, domains, hashes (MD5, SHA-1, SHA-256), paths and file names are looked up; from an\n"
		"address of the web its host is taken. Values match as a whole and without regard to case; a domain also\n"
		"matches what lies below it. Entries of other kinds are counted and said.\n"
		"\n"
		"The answer is a row per host and indicator, most suspicious host first: class and probability as in the\n"
		"report, what kinds of facts hold the value, from when to when, how often, and an event. An address that\n"
		"belongs to no known host stands for itself. That no host is listed means that no log of the case holds\n"
		"the value, not that nobody dealt with it.",
	.run = run,
};
