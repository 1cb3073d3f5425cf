#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cli/case_args.h"
#include "cli/gapsay.h"
#include "cli/geo.h"
#include "cli/rulepack.h"
#include "cli/evidence_run.h"
#include "detect/detect.h"
#include "detect/rules_hash.h"
#include "evidence/manifest.h"
#include "report/report.h"

static const struct cli_option OPTIONS[] = {
	{ 'o', "output", "CASE", "Folder of the case; made if it is not there" },
	{ 0, "case", "FILE", "What you know of hosts, nets, zones and parties: case.yaml" },
	RULE_OPTIONS,
	{ 0, "geo", "FILE",
	  "Country and network of addresses: a file in MaxMind's format (.mmdb); may be repeated" },
	{ 0, "force", NULL, "Replace a case that is there already" },
	RUN_OPTIONS,
	{ 0 },
};

enum { PUTS_PER_COMMIT = 50000 };

struct investigation {
	const struct cli *cli;
	struct gapsay gaps;
	struct store *store;
	struct manifest *manifest;
	struct rulepack rules;
	struct rule_hashes hashes;
	struct case_args declared;
	uint64_t puts; /* since the last commit */
};

/* --- the case folder ------------------------------------------------------------------------ */

/* Make the folder, private to its owner, and lock it. Answers the lock's descriptor; -1 with *e, -2 if
 * another run holds it. */
static int open_case(const char *dir, err *e)
{
	int d, lock;

	if (mkdir(dir, 0700) < 0 && errno != EEXIST)
		return err_errno(e, errno, "cannot make the folder %s", dir);
	d = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (d < 0)
		return err_errno(e, errno, "cannot use %s as the folder of a case", dir);
	lock = openat(d, ".lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (lock < 0)
		err_errno(e, errno, "cannot write in %s", dir);
	else if (fchmod(d, 0700) < 0)
		err_errno(e, errno, "cannot make %s private", dir);
	else if (flock(lock, LOCK_EX | LOCK_NB) == 0)
		goto done;
	else if (errno != EWOULDBLOCK)
		err_errno(e, errno, "cannot lock %s", dir);
	else {
		close(lock);
		lock = -2;
		goto done;
	}
	if (lock >= 0)
		close(lock);
	lock = -1;
done:
	close(d);
	return lock;
}

/* What the case keeps of the command line: that on which its content depends. Number of workers, place of
 * the case and looks are left out, so that two runs give the same bytes. */
static void describe_command(buf *b, const struct cli_args *args)
{
	static const char *const KEPT[][2] = { { "rules", " -r " },
					       { "values", " --values " },
					       { "profile", " --profile " },
					       { "case", " --case " },
					       { "geo", " --geo " } };
	const char *given;

	buf_z(b, "spoor investigate");
	for (size_t i = 0; i < args->paths.len; i++) {
		buf_byte(b, ' ');
		buf_z(b, args->paths.at[i]);
	}
	for (size_t k = 0; k < COUNT(KEPT); k++)
		for (size_t i = 0; (given = args_nth(args, KEPT[k][0], i)) != NULL; i++) {
			buf_z(b, KEPT[k][1]);
			buf_z(b, given);
		}
}

/* --- what the engine gives ------------------------------------------------------------------ */

static int put(struct investigation *in, int rc, err *e)
{
	if (rc < 0)
		return -1;
	if (++in->puts < PUTS_PER_COMMIT)
		return 0;
	in->puts = 0;
	return store_commit(in->store, e) < 0 ? -1 : store_begin(in->store, e);
}

static int on_finding(void *ctx, const struct finding *f, err *e)
{
	struct investigation *in = ctx;

	return put(in, store_put_finding(in->store, f, e), e);
}

static int on_fact(void *ctx, const struct fact *f, err *e)
{
	struct investigation *in = ctx;

	return put(in, store_put_fact(in->store, f, e), e);
}

static int on_gap(void *ctx, const struct gap *g, err *e)
{
	struct investigation *in = ctx;

	gapsay_gap(&in->gaps, g);
	return put(in, store_put_gap(in->store, g, e), e);
}

static int on_item(void *ctx, const struct store_item *it, err *e)
{
	struct investigation *in = ctx;
	struct manifest_entry m = {
		.id = it->id,
		.parent = it->parent,
		.path = it->path,
		.size = it->size,
		.mtime_ns = it->mtime_ns,
		.sha256 = it->has_sha256 ? it->sha256 : NULL,
		.format = it->format,
		.verdict = it->verdict,
		.reason = it->reason,
	};

	gapsay_item(&in->gaps, it->path);
	if (manifest_add(in->manifest, &m, e) < 0)
		return -1;
	return put(in, store_put_item(in->store, it, e), e);
}

static int put_rules(struct investigation *in, struct store_run *run, err *e)
{
	const struct ruleset *rs = rulepack_rules(&in->rules, e);
	int rc = rs ? 0 : -1;

	for (size_t i = 0; rc == 0 && i < ruleset_len(rs); i++) {
		static const char *const STATUS[] = {
			[RULE_OK] = "ok", [RULE_REJECTED] = "rejected", [RULE_OTHER] = "other"
		};
		const struct rule_info *r = ruleset_at(rs, i);
		const char *level = finding_level_name(r->level);
		const struct store_rule rule = {
			.id = r->id,
			.title = r->title,
			.level = str_of(level ? level : ""),
			.status = str_of(STATUS[r->status]),
			.reason = r->reason,
			.path = r->path,
			.tags = r->tags,
			.sha256 = rule_hash_of(&in->hashes, r->path),
		};

		run->rules_ok += r->status == RULE_OK;
		run->rules_rejected += r->status == RULE_REJECTED;
		rc = put(in, store_put_rule(in->store, &rule, e), e);
	}
	return rc;
}

/* --- the summary ---------------------------------------------------------------------------- */

/* How much was read, then the story in short, then where the report is. */
static void summary(buf *b, const struct investigation *in, const struct story *st,
		    const struct engine_totals *t, const char *dir)
{
	const struct term *term = &in->cli->out;

	buf_printf(b, "%llu files, %.1f MB, %llu events in %.1f s", (unsigned long long)t->items,
		   (double)t->bytes / 1e6, (unsigned long long)t->events, (double)t->wall_ns / 1e9);
	if (t->recovered)
		buf_printf(b, "; %llu events recovered from damage or slack",
			   (unsigned long long)t->recovered);
	buf_z(b, "\n\n");
	report_text(st, term->columns, term->color, b);
	buf_byte(b, '\n');
	term_begin(b, term, TERM_BOLD);
	buf_z(b, "Report: ");
	term_str(b, str_of(dir));
	buf_z(b, "/report.html");
	term_end(b, term, TERM_BOLD);
	buf_byte(b, '\n');
}

/* --- the run -------------------------------------------------------------------------------- */

static int64_t wall_clock_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

/* Evidence into the store. Answers the exit code. */
static int gather(struct investigation *in, struct engine_options *o, struct store_run *run,
		  struct engine_totals *totals)
{
	struct engine_sink sink = {
		.ctx = in, .finding = on_finding, .fact = on_fact, .gap = on_gap, .item = on_item
	};
	err e = { .offset = ERR_NO_OFFSET };
	int code;

	if (store_put_run(in->store, run, &e) < 0 || store_begin(in->store, &e) < 0 ||
	    put_rules(in, run, &e) < 0)
		return cli_fail(in->cli, &e);
	code = run_engine(in->cli, o, &sink, totals);
	if (code != EXIT_DONE && code != EXIT_GAPS)
		return code;
	gapsay_end(&in->gaps);
	run->events = totals->events;
	run->bytes = totals->bytes;
	run->finished = true;
	if (store_put_run(in->store, run, &e) < 0 || store_commit(in->store, &e) < 0)
		return cli_fail(in->cli, &e);
	if (manifest_finish(in->manifest, &e) < 0) {
		in->manifest = NULL;
		return cli_fail(in->cli, &e);
	}
	in->manifest = NULL;
	return run->rules_rejected ? EXIT_GAPS : code;
}

static int investigate(struct cli *cli, const struct cli_args *args, struct engine_options *o,
		       const char *dir)
{
	struct investigation in = { .cli = cli };
	struct engine_totals totals = { 0 };
	struct store_run run = { .version = STR(SPOOR_VERSION), .started_ns = wall_clock_ns() };
	struct rulepack_from from = { 0 };
	const char *profile = args_get(args, "profile");
	buf rules = { 0 }, command = { 0 }, out = { 0 };
	uint64_t places = 0;
	struct story *st = NULL;
	err e = { .offset = ERR_NO_OFFSET };
	int code;

	gapsay_init(&in.gaps, cli);
	describe_command(&command, args);
	if (rulepack_read(args, &rules, &from, &e) < 0 ||
	    rule_hashes_of(&in.hashes, str_bytes(buf_view(&rules)), &e) < 0 ||
	    rulepack_compile(str_bytes(buf_view(&rules)), &in.rules, &e) < 0 ||
	    rulepack_correlator(&in.rules, &o->correlator, &e) < 0 ||
	    case_args_read(args, dir, o, &in.declared, &cli->mem, &e) < 0) {
		code = cli_fail(cli, &e);
		goto done;
	}
	if (store_create(&in.store, dir, args_get(args, "force") != NULL, &e) < 0 ||
	    manifest_create(&in.manifest, dir, &e) < 0 || case_args_keep(&in.declared, dir, &e) < 0) {
		code = cli_fail(cli, &e);
		if (code == EXIT_USAGE)
			cli_say(cli, "replace it with --force, or name another folder");
		goto done;
	}
	o->rules = str_bytes(buf_view(&in.rules.image));
	o->facts = o->hash = true;
	run.command = buf_view(&command);
	run.rules_sha256 = str_of(in.hashes.rules.hex);
	run.rules_name = buf_view(&from.pin);
	run.values_sha256 = str_of(in.hashes.values.hex);
	run.profile = str_of(profile ? profile : "strict");
	code = gather(&in, o, &run, &totals);
	if (code != EXIT_DONE && code != EXIT_GAPS)
		goto done;
	if (geo_fill(in.store, args, &places, &e) < 0 || story_build(&st, in.store, &e) < 0 ||
	    report_write(in.store, st, dir, &e) < 0) {
		code = cli_fail(cli, &e);
		goto done;
	}
	summary(&out, &in, st, &totals, dir);
	if (cli_flush(STDOUT_FILENO, &out, &e) < 0)
		code = cli_fail(cli, &e);
done:
	story_free(st);
	manifest_free(in.manifest);
	store_close(in.store);
	correlator_free(o->correlator);
	rule_hashes_done(&in.hashes);
	case_args_done(&in.declared);
	rulepack_from_done(&from);
	rulepack_done(&in.rules);
	buf_done(&rules);
	buf_done(&command);
	buf_done(&out);
	return code;
}

static int run(struct cli *cli, const struct cli_args *args)
{
	const char *dir = args_get(args, "output");
	struct engine_options o;
	err e = { .offset = ERR_NO_OFFSET };
	int code, lock;

	if (!dir || !*dir)
		return cli_usage(cli, &command_investigate, "investigate needs -o CASE, the folder to write");
	code = run_options(cli, &command_investigate, args, &o);
	if (code != EXIT_DONE)
		return code;
	if (run_check_apart(dir, &o, &e) < 0)
		return cli_fail(cli, &e);
	lock = open_case(dir, &e);
	if (lock == -2) {
		cli_say(cli, "another run works on %s: wait for it or name another folder", dir);
		return EXIT_BUSY;
	}
	if (lock < 0)
		return cli_fail(cli, &e);
	code = investigate(cli, args, &o, dir);
	close(lock);
	return code;
}

const struct command command_investigate = {
	.name = "investigate",
	.summary = "everything from evidence to report",
	.usage = "PATH... -o CASE [-r RULES]... [-j N] [--force]",
	.options = OPTIONS,
	.details =
		"Reads every file below the paths, archives and their members too; detects with Sigma rules, extracts\n"
		"facts, and writes the case: case.db (findings, facts, gaps), manifest.jsonl (each file with its\n"
		"SHA-256), report.html and case.json. --case names a file of what the logs do not say (time zones,\n"
		"NAT and VPN pools, roles, indicators: docs/case-yaml.md); it is kept as CASE/case.yaml, and one that\n"
		"lies there already is used. The folder is for its owner only and must not lie inside the\n"
		"evidence, which is only read. The same evidence and rules give the same case whatever the number\n"
		"of workers.\n"
		"\n"
		"What could not be read, was skipped or stopped by a limit stands in the report and gives exit code 3.",
	.run = run,
};
