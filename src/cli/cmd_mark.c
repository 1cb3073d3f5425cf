#include <pwd.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/mark_how.h"
#include "cli/term.h"
#include "report/report.h"
#include "store/decisions.h"
#include "util/times.h"

static const struct cli_option OPTIONS[] = {
	{ 'm', "reason", "TEXT", "Why: kept with the decision. Needed" },
	{ 0, "by", "NAME", "Who decides; default: the user's login name" },
	{ 0, "list", NULL, "What was decided so far, and whether the trail is whole" },
	{ 0 },
};

/* --- the list ------------------------------------------------------------------------------------ */

static void put_one(buf *b, const struct decision *d)
{
	buf_printf(b, "%4llu  ", (unsigned long long)d->n);
	buf_time(b, d->at_ns);
	buf_printf(b, "  %-7s  ", decision_kind_name(d->kind));
	term_str(b, d->target);
	buf_z(b, "  ");
	term_str(b, d->value);
	buf_z(b, d->superseded ? "  (superseded)  " : "  ");
	term_str(b, d->who);
	buf_z(b, ": ");
	term_str(b, d->reason);
	buf_byte(b, '\n');
}

static int list(struct cli *cli, const char *dir, err *e)
{
	struct decisions *d;
	buf out = { 0 };
	int code = EXIT_DONE;

	if (decisions_read(&d, dir, e) < 0)
		return cli_fail(cli, e);
	for (size_t i = 0; i < decisions_count(d); i++)
		put_one(&out, decision_at(d, i));
	if (decisions_count(d) == 0)
		buf_z(&out, "nothing was decided\n");
	if (cli_flush(STDOUT_FILENO, &out, e) < 0)
		code = cli_fail(cli, e);
	if (code == EXIT_DONE && decisions_damage(d).len) {
		cli_say(cli, "%s/" DECISIONS_FILE ": %.*s", dir, STR_ARG(decisions_damage(d)));
		code = EXIT_GAPS;
	}
	buf_done(&out);
	decisions_free(d);
	return code;
}

/* --- one decision -------------------------------------------------------------------------------- */

static str user_name(arena *mem)
{
	const struct passwd *who = getpwuid(getuid());

	return who && who->pw_name[0] ? arena_str(mem, str_of(who->pw_name))
				      : arena_printf(mem, "uid %u", (unsigned)getuid());
}

static int decide(struct cli *cli, const struct cli_args *args, err *e)
{
	const char *by = args_get(args, "by"), *reason = args_get(args, "reason"), *dir = args->paths.at[0];
	struct decision d = { .target = str_of(args->paths.at[2]),
			      .value = args->paths.len > 3 ? str_of(args->paths.at[3]) : STR(""),
			      .reason = str_of(reason ? reason : ""),
			      .who = by ? str_of(by) : user_name(&cli->mem) };
	buf out = { 0 };
	int code = EXIT_DONE;

	if (!decision_kind_named(str_of(args->paths.at[1]), &d.kind))
		return cli_usage(cli, &command_mark,
				 "a decision is on a host, sign, edge, finding, role, pin, zone, or a note");
	if (mark_decide(dir, &d, DECISIONS_ANY, &out, e) < 0 || cli_flush(STDOUT_FILENO, &out, e) < 0)
		code = e->code == ERR_ARG ? cli_usage(cli, &command_mark, "%s", e->text) : cli_fail(cli, e);
	buf_done(&out);
	return code;
}

static int run(struct cli *cli, const struct cli_args *args)
{
	err e = { .offset = ERR_NO_OFFSET };

	if (args->paths.len == 1 && args_get(args, "list"))
		return list(cli, args->paths.at[0], &e);
	if (args->paths.len < 3 || args->paths.len > 4)
		return cli_usage(cli, &command_mark, "mark takes a case, a kind, a target and a value");
	if (!args_get(args, "reason"))
		return cli_usage(cli, &command_mark, "say why with --reason");
	return decide(cli, args, &e);
}

const struct command command_mark = {
	.name = "mark",
	.summary = "decide about a host, a sign or a match, with the reason",
	.usage = "CASE KIND TARGET VALUE --reason TEXT | CASE --list",
	.options = OPTIONS,
	.run = run,
	.details =
		"KIND and VALUE: host confirmed, cleared, \"reimaged 2024-05-02\", \"notified 2024-05-03\"; sign, edge, finding\n"
		"confirmed or rejected; role (a host; workstation, mail, ...); pin (an event; pinned); zone (a pattern of\n"
		"paths; Asia/Shanghai, +08:00); note (anything; the reason is its text). none takes the last one back.\n"
		"TARGET is the name of a host, the id of a sign or way in case.json, RULE@REFERENCE of a match.\n\n"
		"Decisions are appended to CASE/decisions.jsonl, each with the hash of the one before, and never taken away. The\n"
		"story is told again with them: what changed is printed, report.html and case.json are written. Zones count when\n"
		"investigate reads the evidence again.\n",
};
