#include <stdio.h>
#include <unistd.h>

#include "cli/evidence_run.h"
#include "cli/rulepack.h"
#include "cli/rules_verbs.h"
#include "detect/detect.h"

static const struct cli_option OPTIONS[] = {
	RULE_OPTIONS,
	{ 0, "json", NULL, "explain, stats: as JSON" },
	{ 0, "all", NULL, "check: also what is no rule. stats: also rules that did not match" },
	{ 0, "regression", "DIR", "test: where recordings lie that rules name" },
	{ 0, "sha256", "HEX", "update: the hash that the rules, or their archive, must have" },
	{ 0, "name", "NAME", "update: what to call the release. Default: after its source" },
	{ 0, "ca", "FILE", "update: certificates to trust, for a mirror of one's own" },
	{ 0, "no-verify", NULL, "explain: do not hash the evidence of a case first" },
	RUN_OPTIONS,
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
static int check(const struct cli *cli, const struct cli_args *args, const struct ruleset *rs, buf *b)
{
	bool all = args_get(args, "all") != NULL;
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

static int list(const struct cli *cli, const struct cli_args *args, const struct ruleset *rs, buf *b)
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
	(void)cli, (void)args;
	return EXIT_DONE;
}

typedef int (*look)(const struct cli *cli, const struct cli_args *args, const struct ruleset *rs, buf *b);

/* For verbs that only look at rules. */
static int look_at(struct cli *cli, const struct cli_args *args, look at)
{
	struct rulepack rules = { 0 };
	const struct ruleset *rs;
	buf bundle = { 0 }, b = { 0 };
	err e = { .offset = ERR_NO_OFFSET };
	int code;

	if (rulepack_read(args, &bundle, NULL, &e) < 0 ||
	    rulepack_compile(str_bytes(buf_view(&bundle)), &rules, &e) < 0 ||
	    (rs = rulepack_rules(&rules, &e)) == NULL) {
		code = cli_fail(cli, &e);
	} else {
		code = at(cli, args, rs, &b);
		if (cli_flush(STDOUT_FILENO, &b, &e) < 0)
			code = cli_fail(cli, &e);
	}
	rulepack_done(&rules);
	buf_done(&bundle);
	buf_done(&b);
	return code;
}

int rules_check(struct cli *cli, const struct cli_args *args)
{
	return look_at(cli, args, check);
}

int rules_list(struct cli *cli, const struct cli_args *args)
{
	return look_at(cli, args, list);
}

/* --- verbs ---------------------------------------------------------------------------------- */

static const struct verb {
	const char *name;
	size_t min, max; /* words behind it */
	const char *needs;
	int (*run)(struct cli *cli, const struct cli_args *args);
} VERBS[] = {
	{ "check", 0, 0, "nothing", rules_check },
	{ "list", 0, 0, "nothing", rules_list },
	{ "explain", 2, 3, "a rule and an event", rules_explain },
	{ "stats", 0, SIZE_MAX, "evidence", rules_stats },
	{ "test", 0, 0, "nothing", rules_test },
	{ "update", 1, 1, "a folder, an archive or an https address", rules_update },
};

static const struct verb *verb_named(const char *name)
{
	for (size_t i = 0; i < COUNT(VERBS); i++)
		if (strcmp(VERBS[i].name, name) == 0)
			return &VERBS[i];
	return NULL;
}

static int run(struct cli *cli, const struct cli_args *args)
{
	const struct verb *v = args->paths.len ? verb_named(args->paths.at[0]) : NULL;
	struct cli_args rest = *args;

	if (!v)
		return cli_usage(cli, &command_rules,
				 "rules takes one of: check, list, explain, stats, test, update");
	rest.paths.at++;
	rest.paths.len--;
	if (rest.paths.len < v->min || rest.paths.len > v->max)
		return cli_usage(cli, &command_rules, "rules %s takes %s behind it", v->name, v->needs);
	return v->run(cli, &rest);
}

const struct command command_rules = {
	.name = "rules",
	.summary = "check, explain, test and pin rules; what they can find in evidence",
	.usage = "check|list|test|explain RULE EVENT|stats [PATH]...|update SOURCE [-r PATH]...",
	.options = OPTIONS,
	.details =
		"check: compiles every Sigma document and says which cannot be executed, with file and reason;\n"
		"exit code 3 if any is rejected.\n"
		"\n"
		"list: level, kind, id and title of each executable document, in the order of evaluation. What serves\n"
		"correlations only gives no findings of its own.\n"
		"\n"
		"explain RULE EVENT: why the rule matches the event, or why not: its condition with what each test\n"
		"asked for and what the event holds, and how the log source applies. RULE is an id, a title or a\n"
		"file; EVENT is PATH:OFFSET:RECORD or CASE SHA256:OFFSET:RECORD, as for spoor show.\n"
		"\n"
		"stats [PATH]...: one pass over evidence that tells which logs and events there are, how many of them\n"
		"rules read, which rules matched, which could, and why the others cannot: no such log, no event of\n"
		"that id or provider, fields that no such event has, rejected. --all lists every rule. Without evidence:\n"
		"how many rules can be executed for each log source, and which of those no reader here has.\n"
		"\n"
		"test: runs the samples that stand beside rules (RULE.tests.yml: match and no_match, lists of\n"
		"events) and the recordings that rules of SigmaHQ name; exit code 3 if any does not give what it\n"
		"should. More matches than a recording wants are said, but are no failure.\n"
		"\n"
		"update DIR|ARCHIVE|URL: takes a release of rules over into the user's store, pins it by SHA-256 and\n"
		"says what was added, changed and removed. From then on it is what commands without -r use; they\n"
		"refuse to run if its files are no longer what was pinned. Only an address that is named here is\n"
		"ever fetched. Retired rules (status deprecated or unsupported) and files without rules stay out.",
	.run = run,
};
