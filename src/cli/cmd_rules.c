#include <stdio.h>
#include <unistd.h>

#include "cli/rulepack.h"
#include "detect/detect.h"

static const struct cli_option OPTIONS[] = {
	RULE_OPTIONS,
	{ 0, "all", NULL, "check: list documents that are no rules too" },
	{ 0 },
};

static const char *const STATUS_WORDS[] = {
	[RULE_OK] = "ok", [RULE_REJECTED] = "rejected", [RULE_OTHER] = "other"
};

static void tally(const struct ruleset *rs, size_t counts[3])
{
	for (size_t i = 0; i < ruleset_len(rs); i++)
		counts[ruleset_at(rs, i)->status]++;
}

/* path: reason, for each document that cannot be executed, then the counts. */
static int check(const struct cli *cli, const struct ruleset *rs, bool all, buf *b)
{
	size_t counts[3] = { 0 };

	tally(rs, counts);
	for (size_t i = 0; i < ruleset_len(rs); i++) {
		const struct rule_info *r = ruleset_at(rs, i);

		if ((r->status == RULE_OK && !r->reason.len) || (r->status == RULE_OTHER && !all))
			continue;
		term_begin(b, &cli->out, r->status == RULE_REJECTED ? TERM_YELLOW : TERM_DIM);
		buf_z(b, r->status == RULE_OK ? "note" : STATUS_WORDS[r->status]);
		term_end(b, &cli->out, r->status == RULE_REJECTED ? TERM_YELLOW : TERM_DIM);
		buf_z(b, "  ");
		term_str(b, r->path);
		buf_z(b, ": ");
		term_str(b, r->reason);
		buf_byte(b, '\n');
	}
	buf_printf(b, "%zu documents: %zu executable, %zu rejected, %zu other\n", ruleset_len(rs),
		   counts[RULE_OK], counts[RULE_REJECTED], counts[RULE_OTHER]);
	return counts[RULE_REJECTED] ? EXIT_GAPS : EXIT_DONE;
}

static int list(const struct cli *cli, const struct ruleset *rs, buf *b)
{
	for (size_t i = 0; i < ruleset_len(rs); i++) {
		const struct rule_info *r = ruleset_at(rs, i);
		const char *level = finding_level_name(r->level);

		if (r->status != RULE_OK)
			continue;
		if (r->kind == RULE_KIND_FILTER || !level)
			level = "-";
		buf_printf(b, "%-13s %-11s ", level, rule_kind_name(r->kind));
		term_cell(b, r->id, 36);
		buf_z(b, "  ");
		term_str(b, r->title.len ? r->title : r->name);
		if (r->hidden)
			buf_z(b, " (for correlations only)");
		buf_byte(b, '\n');
	}
	(void)cli;
	return EXIT_DONE;
}

static int run(struct cli *cli, const struct cli_args *args)
{
	const char *verb = args->paths.len == 1 ? args->paths.at[0] : "";
	bool checking = strcmp(verb, "check") == 0;
	struct ruleset *rs = NULL;
	buf bundle = { 0 }, b = { 0 };
	err e = { .offset = ERR_NO_OFFSET };
	int code;

	if (!checking && strcmp(verb, "list") != 0)
		return cli_usage(cli, &command_rules, "rules takes one of: check, list");
	if (rulepack_read(args, &bundle, NULL, &e) < 0 ||
	    ruleset_new(&rs, str_bytes(buf_view(&bundle)), &e) < 0) {
		code = cli_fail(cli, &e);
	} else {
		code = checking ? check(cli, rs, args_get(args, "all") != NULL, &b) : list(cli, rs, &b);
		if (cli_flush(STDOUT_FILENO, &b, &e) < 0)
			code = cli_fail(cli, &e);
	}
	ruleset_free(rs);
	buf_done(&bundle);
	buf_done(&b);
	return code;
}

const struct command command_rules = {
	.name = "rules",
	.summary = "check or list detection rules",
	.usage = "check|list [-r PATH]...",
	.options = OPTIONS,
	.details =
		"check: compiles every Sigma document and says which cannot be executed, with file and reason;\n"
		"exit code 3 if any is rejected.\n"
		"\n"
		"list: level, kind, id and title of each executable document, in the order of evaluation. What serves\n"
		"correlations only gives no findings of its own.",
	.run = run,
};
