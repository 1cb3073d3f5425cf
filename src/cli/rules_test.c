/* rules_test.c - rules against the samples that their authors gave them: events beside the rule
 * (detect/samples.h), and recordings in the layout of SigmaHQ's regression tests:
 *
 *	rule: regression_tests_path -> info.yml: regression_tests_info: [{type: evtx, path, match_count}] */
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/evidence_run.h"
#include "cli/rules_verbs.h"
#include "cli/rulepack.h"
#include "cli/slurp.h"
#include "detect/bundle.h"
#include "detect/samples.h"
#include "util/yaml_tree.h"
#include "util/limits.h"
#include "util/map.h"

struct recording {
	str rule_path, rule_id;
	const char *file;
	uint64_t want; /* at least; 0: not said, one will do */
};

struct tester {
	struct cli *cli;
	const char *regression; /* folder of recordings, NULL: beside the rules */
	struct rulepack rules;
	struct detector *detector;
	arena mem;
	VEC(struct recording) recordings;
	map hits;         /* file NUL rule id to matches */
	VEC(str) pending; /* rules that matched in the item under way */
	arena pending_mem;
	buf out;

	str path; /* of the rule under way */
	unsigned tests, wrong;
	uint64_t files, tested, failed, untested, samples, surplus, missing;
};

/* --- saying --------------------------------------------------------------------------------- */

static void say(struct tester *t, enum term_style style, const char *word, str path)
{
	term_begin(&t->out, &t->cli->out, style);
	buf_z(&t->out, word);
	term_end(&t->out, &t->cli->out, style);
	buf_z(&t->out, "  ");
	term_str(&t->out, path);
	buf_z(&t->out, ": ");
}

static void say_wrong(struct tester *t, str path, str why)
{
	say(t, TERM_RED, "failed", path);
	term_str(&t->out, why);
	buf_byte(&t->out, '\n');
	t->wrong++;
}

/* What a rule names and nobody gave us is no fault of the rule. */
static void say_missing(struct tester *t, str file)
{
	say(t, TERM_YELLOW, "missing", t->path);
	term_str(&t->out, file);
	buf_byte(&t->out, '\n');
	t->missing++;
}

/* --- samples beside the rule ---------------------------------------------------------------- */

static int on_sample(void *ctx, const struct sample_result *r, err *e)
{
	struct tester *t = ctx;

	(void)e;
	t->samples++;
	t->tests++;
	if (r->matched == r->want)
		return 0;
	say(t, TERM_RED, "failed", t->path);
	buf_printf(&t->out, "%s %u (line %u) %s\n", r->want ? "match" : "no_match", r->number, r->line,
		   r->want ? "is not matched" : "is matched");
	t->wrong++;
	return 0;
}

static int run_samples(struct tester *t, err *e)
{
	buf name = { 0 }, text = { 0 };
	err why = { .offset = ERR_NO_OFFSET };
	int rc = 0;

	if (samples_name(t->path, &name)) {
		buf_byte(&name, '\0');
		rc = slurp(name.ptr, LIMIT_RULE_BYTES, &text, &why);
	}
	if (rc > 0)
		rc = samples_run(t->detector, t->path, buf_view(&text), on_sample, t, &why);
	if (rc < 0 && why.code != ERR_OOM) { /* a broken test is a failed one */
		say_wrong(t, str_of(name.ptr), str_of(why.text));
		t->tests++;
		rc = 0;
	}
	if (rc < 0)
		*e = why;
	buf_done(&name);
	buf_done(&text);
	return rc < 0 ? -1 : 0;
}

/* --- finding recordings --------------------------------------------------------------------- */

static bool exists(const char *path)
{
	return path && access(path, R_OK) == 0;
}

/* Where `path`, relative to the rules' project, lies: below the folder that the user named (with or
 * without its first part, which is that folder's name), or below a folder that the rule lies in. */
static const char *find_regression(struct tester *t, str path)
{
	const char *slash = memchr(path.ptr, '/', path.len);
	size_t first = slash ? (size_t)(slash - path.ptr) + 1 : 0;

	if (t->regression) {
		str whole = arena_printf(&t->mem, "%s/%.*s", t->regression, STR_ARG(path));
		str rest = arena_printf(&t->mem, "%s/%.*s", t->regression, (int)(path.len - first),
					path.ptr + first);

		return exists(whole.ptr) ? whole.ptr : exists(rest.ptr) ? rest.ptr : NULL;
	}
	for (size_t n = t->path.len; n > 0; n--) {
		str found;

		if (t->path.ptr[n - 1] != '/')
			continue;
		found = arena_printf(&t->mem, "%.*s%.*s", (int)n, t->path.ptr, STR_ARG(path));
		if (exists(found.ptr))
			return found.ptr;
	}
	return exists(path.ptr) ? path.ptr : NULL;
}

static int add_recording(struct tester *t, str id, const struct ynode *test, err *e)
{
	str path = arena_str(&t->mem, yaml_get_text(test, "path"));
	const char *file = path.ptr && path.len ? find_regression(t, path) : NULL;
	struct recording *r;

	if (!str_eq(yaml_get_text(test, "type"), STR("evtx")))
		return 0;
	if (!file) {
		say_missing(t, path);
		return 0;
	}
	t->tests++;
	r = VEC_PUSH(&t->recordings, LIMIT_RULE_FILES);
	if (!r)
		return err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "too many recordings");
	*r = (struct recording){ .rule_path = t->path, .rule_id = arena_str(&t->mem, id), .file = file };
	(void)str_to_u64(yaml_get_text(test, "match_count"), &r->want);
	return r->rule_id.ptr ? 0 : err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for tests");
}

static int read_info(struct tester *t, const char *file, str id, err *e)
{
	const struct ynode *doc = NULL, *tests;
	buf text = { 0 };
	arena tree;
	int rc = slurp(file, LIMIT_RULE_BYTES, &text, e);

	arena_init(&tree, LIMIT_SIGMA_BYTES);
	if (rc > 0)
		rc = yaml_tree_parse(&doc, buf_view(&text), 1, &tree, e);
	tests = yaml_get(doc, "regression_tests_info");
	for (const struct ylink *l = rc == 0 && tests ? tests->first : NULL; rc == 0 && l; l = l->next)
		rc = add_recording(t, id, l->value, e);
	arena_done(&tree);
	buf_done(&text);
	return rc;
}

/* The recordings that one rule names. */
static int rule_recordings(struct tester *t, const struct ynode *doc, err *e)
{
	str path = arena_str(&t->mem, yaml_get_text(doc, "regression_tests_path"));
	str id = str_trim(yaml_get_text(doc, "id"));
	err why = { .offset = ERR_NO_OFFSET };
	const char *file;

	if (!path.ptr || !path.len)
		return 0;
	file = find_regression(t, path);
	if (!file && t->regression) /* else: rules are given away without their recordings */
		say_missing(t, path);
	if (!file || read_info(t, file, id, &why) == 0)
		return 0;
	if (why.code == ERR_OOM) {
		*e = why;
		return -1;
	}
	t->tests++;
	say_wrong(t, t->path, str_of(why.text));
	return 0;
}

static int file_recordings(struct tester *t, str text, err *e)
{
	uint32_t line = 1, first;
	arena tree;
	str doc;
	int rc = 0;

	arena_init(&tree, LIMIT_SIGMA_BYTES);
	while (rc == 0 && yaml_split(&text, &line, &doc, &first)) {
		const struct ynode *root = NULL;

		arena_clear(&tree);
		if (yaml_tree_parse(&root, doc, first, &tree, NULL) == 0 && root)
			rc = rule_recordings(t, root, e);
	}
	arena_done(&tree);
	return rc;
}

/* --- running recordings --------------------------------------------------------------------- */

static struct map_entry *hits_of(struct tester *t, const char *file, str rule, bool make)
{
	buf key = { 0 };
	struct map_entry *entry;
	bool is_new;

	buf_z(&key, file);
	buf_byte(&key, '\0');
	buf_str(&key, rule);
	entry = key.failed ? NULL
		: make     ? map_put(&t->hits, buf_view(&key), 0, &is_new)
			   : map_get(&t->hits, buf_view(&key));
	buf_done(&key);
	return entry;
}

static int on_finding(void *ctx, const struct finding *f, err *e)
{
	struct tester *t = ctx;
	str *at;

	if (f->flags & EVENT_RECOVERED)
		return 0;
	at = VEC_PUSH(&t->pending, LIMIT_RULE_FILES);
	if (at)
		*at = arena_str(&t->pending_mem, f->rule_id);
	return at && at->ptr ? 0 : err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "too many matches in one recording");
}

static int on_item(void *ctx, const struct store_item *it, err *e)
{
	struct tester *t = ctx;
	str path = arena_str(&t->pending_mem, it->path);

	for (size_t i = 0; path.ptr && i < t->pending.len; i++) {
		struct map_entry *entry = hits_of(t, path.ptr, t->pending.at[i], true);

		if (!entry)
			return err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "too many matches");
		entry->value++;
	}
	t->pending.len = 0;
	arena_clear(&t->pending_mem);
	return 0;
}

static int cmp_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int run_recordings(struct tester *t, const struct cli_args *args)
{
	const struct engine_sink sink = { .ctx = t, .finding = on_finding, .item = on_item };
	VEC(const char *) files = { 0 };
	struct engine_totals totals;
	struct cli_args evidence = *args;
	struct engine_options o;
	int code = EXIT_INTERNAL;
	size_t n = 0;

	for (size_t i = 0; i < t->recordings.len; i++) {
		const char **at = VEC_PUSH(&files, LIMIT_RULE_FILES);

		if (!at)
			goto done;
		*at = t->recordings.at[i].file;
	}
	qsort(files.at, files.len, sizeof *files.at, cmp_name);
	for (size_t i = 0; i < files.len; i++)
		if (n == 0 || strcmp(files.at[i], files.at[n - 1]) != 0)
			files.at[n++] = files.at[i];
	evidence.paths.at = files.at;
	evidence.paths.len = n;
	code = run_options(t->cli, &command_rules, &evidence, &o);
	if (code == EXIT_DONE) {
		o.rules = str_bytes(buf_view(&t->rules.image));
		code = run_engine(t->cli, &o, &sink, &totals);
	}
done:
	VEC_DONE(&files);
	return code == EXIT_GAPS ? EXIT_DONE : code;
}

/* One line for a recording that did not give what it should. False if it failed. */
static bool judge(struct tester *t, const struct recording *r)
{
	const struct map_entry *entry = hits_of(t, r->file, r->rule_id, false);
	uint64_t got = entry ? entry->value : 0;
	bool good = got >= (r->want ? r->want : 1);

	if (good && (!r->want || got == r->want))
		return true;
	t->surplus += good;
	say(t, good ? TERM_YELLOW : TERM_RED, good ? "more" : "failed", r->rule_path);
	buf_printf(&t->out, "%llu matches, %llu wanted, in ", (unsigned long long)got,
		   (unsigned long long)(r->want ? r->want : 1));
	term_str(&t->out, str_of(r->file));
	buf_byte(&t->out, '\n');
	return good;
}

/* --- all of it ------------------------------------------------------------------------------ */

/* What is known when a rule file has been looked at; its recordings are judged later. */
static void count_file(struct tester *t, size_t recordings)
{
	t->files++;
	t->tested += t->tests > 0;
	t->untested += t->tests == 0;
	t->failed += t->wrong > 0;
	if (t->wrong) /* once is enough */
		while (t->recordings.len > recordings)
			t->recordings.len--;
}

static int look_at_files(struct tester *t, bytes bundle, err *e)
{
	struct bundle_file f;
	size_t pos;

	if (!bundle_open(bundle, &pos))
		return err_set(e, ERR_CORRUPT, 0, "no rule bundle");
	while (bundle_next(bundle, &pos, &f) > 0) {
		size_t recordings = t->recordings.len;

		if (f.status != BUNDLE_OK)
			continue;
		t->tests = t->wrong = 0;
		t->path = arena_str(&t->mem, f.path);
		if (!t->path.ptr)
			return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for tests");
		if (run_samples(t, e) < 0 || file_recordings(t, f.text, e) < 0)
			return -1;
		count_file(t, recordings);
	}
	return 0;
}

static int test_all(struct tester *t, const struct cli_args *args, bytes bundle, err *e)
{
	int code = EXIT_DONE;

	if (look_at_files(t, bundle, e) < 0)
		return cli_fail(t->cli, e);
	if (t->recordings.len)
		code = run_recordings(t, args);
	if (code != EXIT_DONE)
		return code;
	for (size_t i = 0; i < t->recordings.len; i++)
		t->failed += !judge(t, &t->recordings.at[i]);
	buf_printf(&t->out,
		   "%llu rule files: %llu tested, %llu failed, %llu without tests; %llu samples, %zu "
		   "recordings, %llu of them with more matches than wanted, %llu missing\n",
		   (unsigned long long)t->files, (unsigned long long)t->tested, (unsigned long long)t->failed,
		   (unsigned long long)t->untested, (unsigned long long)t->samples, t->recordings.len,
		   (unsigned long long)t->surplus, (unsigned long long)t->missing);
	if (cli_flush(STDOUT_FILENO, &t->out, e) < 0)
		return cli_fail(t->cli, e);
	return t->failed ? EXIT_GAPS : EXIT_DONE;
}

int rules_test(struct cli *cli, const struct cli_args *args)
{
	struct tester t = { .cli = cli, .regression = args_get(args, "regression") };
	buf bundle = { 0 };
	err e = { .offset = ERR_NO_OFFSET };
	const struct ruleset *rs;
	int code;

	arena_init(&t.mem, LIMIT_RULES_BYTES);
	arena_init(&t.pending_mem, LIMIT_RULES_BYTES);
	map_init(&t.hits, LIMIT_RULE_FILES, LIMIT_RULES_BYTES);
	if (rulepack_read(args, &bundle, NULL, &e) < 0 ||
	    rulepack_compile(str_bytes(buf_view(&bundle)), &t.rules, &e) < 0 ||
	    (rs = rulepack_rules(&t.rules, &e)) == NULL || detector_new(&t.detector, rs, &e) < 0)
		code = cli_fail(cli, &e);
	else
		code = test_all(&t, args, str_bytes(buf_view(&bundle)), &e);
	detector_free(t.detector);
	rulepack_done(&t.rules);
	VEC_DONE(&t.recordings);
	VEC_DONE(&t.pending);
	map_done(&t.hits);
	arena_done(&t.pending_mem);
	arena_done(&t.mem);
	buf_done(&t.out);
	buf_done(&bundle);
	return code;
}
