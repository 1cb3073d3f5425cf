#include "cli/command.h"
#include "cli/outfile.h"
#include "evidence/evidence.h"
#include "util/limits.h"
#include "warn/warn.h"

static const struct cli_option OPTIONS[] = {
	{ 0, "feed", "PATH", "Records of vulnerabilities: files, folders, archives. May be repeated" },
	{ 0, "inventory", "FILE", "What constituents have: a table or a list of CPE names. May be repeated" },
	{ 0, "case", "CASE", "Also packages that the logs of a case name. May be repeated" },
	{ 0, "kev", "FILE", "What is known to be exploited: the KEV catalogue as JSON" },
	{ 0, "epss", "FILE", "How likely exploitation is: the table of EPSS" },
	{ 0, "ids", "FILE", "Other numbers (CNVD, CNNVD, EUVD, GCVE): a table cve,id" },
	{ 'f', "format", "FORMAT", "table, csv, json, csaf or notices. Default: table" },
	{ 'o', "output", "PATH", "Where to: a file; for csaf and notices a folder that is there" },
	{ 0, "min-score", "N", "Only what has this urgency or more, 0 to 100. Default: 0" },
	{ 0, "since", "DATE", "Only what was published or changed since then: 2024-05-01" },
	{ 0, "all", NULL, "Also what is not affected, with the reason" },
	{ 0, "any-vendor", NULL, "Match a product's name alone also where the vendors differ" },
	{ 0, "lang", "LANG", "Of sentences in table, csv, json, notices: en or zh. Default: en" },
	{ 0, "producer", "NAME", "Who warns, in csaf" },
	{ 0, "contact", "MAIL", "Address of who warns; csaf needs it" },
	{ 0, "tlp", "COLOUR", "In csaf: clear, green, amber, amber+strict or red. Default: amber" },
	{ 0 },
};

enum format { F_TABLE, F_CSV, F_JSON, F_CSAF, F_NOTICES };
static const char *const FORMATS[] = { "table", "csv", "json", "csaf", "notices", NULL };
static const char *const LANGS[] = { "en", "zh", NULL };

struct wish {
	enum format format;
	enum warn_language language;
	struct warn_options o;
	struct warn_publisher publisher;
	const char *output;
};

static bool since_read(const char *text, int64_t *ret)
{
	enum time_basis basis;
	buf b = { 0 };
	bool ok;

	buf_z(&b, text);
	if (b.len == 10)
		buf_z(&b, "T00:00:00Z");
	ok = time_parse_iso(buf_view(&b), ret, &basis);
	buf_done(&b);
	return ok;
}

/* NULL: understood; else what the command line gets wrong. */
static const char *wish_read(const struct cli_args *args, struct wish *x, err *e)
{
	const char *since = args_get(args, "since"), *tlp = args_get(args, "tlp"),
		   *producer = args_get(args, "producer"), *contact = args_get(args, "contact");
	int format = args_word(args, "format", FORMATS, F_TABLE, e),
	    lang = args_word(args, "lang", LANGS, WARN_EN, e);
	uint64_t score;

	if (format < 0 || lang < 0 || args_number(args, "min-score", 0, 100, 0, &score, e) < 0)
		return e->text;
	*x = (struct wish){ .format = (enum format)format,
			    .language = (enum warn_language)lang,
			    .o = { .any_vendor = args_get(args, "any-vendor") != NULL,
				   .all = args_get(args, "all") != NULL,
				   .since_ns = TIME_NONE,
				   .min_score = (unsigned)score },
			    .publisher = { .name = str_of(producer ? producer : ""),
					   .contact = str_of(contact ? contact : ""),
					   .tlp = TLP_AMBER,
					   .version = SPOOR_VERSION },
			    .output = args_get(args, "output") };
	if (args->paths.len)
		return "warn takes no path by itself: --feed PATH, --inventory FILE";
	if (!args_get(args, "feed") || !(args_get(args, "inventory") || args_get(args, "case")))
		return "warn needs --feed PATH and --inventory FILE (or --case CASE)";
	if (since && !since_read(since, &x->o.since_ns))
		return "--since takes a date like 2024-05-01 or a time like 2024-05-01T00:00:00Z";
	if (tlp && !tlp_named(str_of(tlp), &x->publisher.tlp))
		return "--tlp takes a colour of TLP 2.0: clear, green, amber, amber+strict, red";
	if (contact && !share_contact_ok(x->publisher.contact))
		return "--contact takes an address like csirt@example.org";
	if (format == F_CSAF && !contact)
		return "csaf needs --contact MAIL: CSAF names its publisher by a domain";
	if ((format == F_CSAF || format == F_NOTICES) && !x->output)
		return "csaf and notices are many files: -o FOLDER";
	return NULL;
}

/* --- reading ---------------------------------------------------------------------------------------------------------------------- */

static int read_stock(struct cli *cli, const struct cli_args *args, struct stock *s, err *e)
{
	buf text = { 0 };
	int rc = 0;

	for (size_t i = 0; rc == 0 && args_nth(args, "inventory", i); i++) {
		const char *path = args_nth(args, "inventory", i);

		rc = warn_slurp(path, LIMIT_WARN_LIST_BYTES, &text, e);
		if (rc == 0)
			rc = stock_read(s, buf_view(&text), str_of(path), e);
	}
	buf_done(&text);
	for (size_t i = 0; rc == 0 && args_nth(args, "case", i); i++) {
		size_t n = 0;

		rc = stock_read_case(s, args_nth(args, "case", i), &n, e);
		if (rc == 0)
			cli_say(cli, "%s: %zu packages", args_nth(args, "case", i), n);
	}
	if (rc == 0 && s->row.len == 0)
		rc = err_set(e, ERR_UNSUPPORTED, ERR_NO_OFFSET, "the inventories name no product");
	if (rc == 0 && (s->passed || s->unreadable_cpe))
		cli_say(cli, "inventory: %llu rows without a product, %llu names of CPE that cannot be used",
			(unsigned long long)s->passed, (unsigned long long)s->unreadable_cpe);
	return rc;
}

/* KEV and EPSS by their own options: a file that holds none of it was named by mistake. */
static int read_list(struct warn *w, const char *path, bool kev, buf *text, err *e)
{
	struct warn_counts before = warn_counts(w), after;

	if (!path)
		return 0;
	if (warn_slurp(path, LIMIT_WARN_LIST_BYTES, text, e) < 0 ||
	    warn_feed(w, buf_view(text), str_of(path), e) < 0)
		return -1;
	after = warn_counts(w);
	if (kev ? after.exploited == before.exploited : after.scores == before.scores)
		return err_set(e, ERR_UNSUPPORTED, ERR_NO_OFFSET, "%s: holds no %s", path,
			       kev ? "entry of KEV" : "score of EPSS");
	return 0;
}

static int read_lists(struct warn *w, const struct cli_args *args, err *e)
{
	const char *ids = args_get(args, "ids");
	buf text = { 0 };
	int rc = read_list(w, args_get(args, "kev"), true, &text, e);

	if (rc == 0)
		rc = read_list(w, args_get(args, "epss"), false, &text, e);
	if (rc == 0 && ids)
		rc = warn_slurp(ids, LIMIT_WARN_LIST_BYTES, &text, e);
	if (rc == 0 && ids)
		rc = warn_ids(w, buf_view(&text), str_of(ids), e);
	buf_done(&text);
	return rc;
}

static int read_feeds(struct warn *w, const struct cli_args *args, uint64_t *ret_unread, err *e)
{
	VEC(const char *) paths = { 0 };
	int rc = 0;

	for (size_t i = 0; args_nth(args, "feed", i); i++) {
		const char **p = VEC_PUSH(&paths, LIMIT_WALK_ITEMS);

		if (p)
			*p = args_nth(args, "feed", i);
		else
			rc = err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory");
	}
	if (rc == 0)
		rc = warn_load(w, paths.at, paths.len, ret_unread, e);
	VEC_DONE(&paths);
	return rc;
}

/* --- writing ---------------------------------------------------------------------------------------------------------------------- */

static int one_file(const struct warn *w, const struct wish *x, err *e)
{
	buf out = { 0 };
	int rc;

	if (x->format == F_CSV)
		warn_write_csv(w, x->language, &out);
	else if (x->format == F_JSON)
		warn_write_json(w, x->language, &out);
	else
		warn_write_table(w, x->language, &out);
	rc = outfile_put(x->output, &out, e);
	buf_done(&out);
	return rc;
}

/* What stands in `out` as a file of the folder. */
static int into_folder(const char *dir, buf *name, const char *ending, buf *out, err *e)
{
	buf_z(name, ending);
	buf_byte(name, '\0');
	return name->failed ? err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for the name of a file")
			    : outfile_into(dir, name->ptr, out, e);
}

static int many_files(const struct warn *w, const struct wish *x, err *e)
{
	size_t n = x->format == F_CSAF ? warn_len(w) : warn_parties(w);
	buf name = { 0 }, out = { 0 };
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < n; i++) {
		buf_clear(&name);
		if (x->format == F_CSAF) {
			warn_write_csaf(w, i, &x->publisher, &name, &out);
			rc = into_folder(x->output, &name, "", &out, e);
			continue;
		}
		warn_write_notice(w, i, x->language, true, &name, &out);
		rc = into_folder(x->output, &name, ".csv", &out, e);
		buf_clear(&name);
		if (rc == 0) {
			warn_write_notice(w, i, x->language, false, &name, &out);
			rc = into_folder(x->output, &name, ".json", &out, e);
		}
	}
	buf_done(&name);
	buf_done(&out);
	return rc;
}

static void summary(const struct cli *cli, const struct warn *w, const struct stock *s)
{
	struct warn_counts n = warn_counts(w);

	for (size_t i = 0; warn_said(w, i); i++)
		cli_say(cli, "%s", warn_said(w, i));
	if (n.passed || n.odd)
		cli_say(cli,
			"passed by: %llu files or objects that are no record; %llu malformed parts of records",
			(unsigned long long)n.passed, (unsigned long long)n.odd);
	cli_say(cli,
		"%llu records, %llu exploited, %llu scores; %zu rows of inventory; %llu vulnerabilities: %llu rows affected, "
		"%llu undecided, %llu parties",
		(unsigned long long)n.records, (unsigned long long)n.exploited, (unsigned long long)n.scores,
		s->row.len, (unsigned long long)n.warnings, (unsigned long long)n.affected,
		(unsigned long long)n.undecided, (unsigned long long)n.parties);
}

static int warn_with(struct cli *cli, const struct cli_args *args, const struct wish *x, struct stock *s)
{
	err e = { .offset = ERR_NO_OFFSET };
	struct warn *w = NULL;
	uint64_t unread = 0, left_out;
	int code = EXIT_DONE;

	if (evidence_process_init(&e) < 0 || read_stock(cli, args, s, &e) < 0 ||
	    warn_new(&w, s, &x->o, &e) < 0 || read_lists(w, args, &e) < 0 ||
	    read_feeds(w, args, &unread, &e) < 0 || warn_finish(w, &e) < 0)
		code = cli_fail(cli, &e);
	if (code == EXIT_DONE)
		summary(cli, w, s);
	if (code == EXIT_DONE &&
	    (x->format == F_CSAF || x->format == F_NOTICES ? many_files(w, x, &e) : one_file(w, x, &e)) < 0)
		code = cli_fail(cli, &e);
	left_out = w ? warn_counts(w).left_out : 0;
	warn_free(w);
	return code == EXIT_DONE && (unread || left_out) ? EXIT_GAPS : code;
}

static int run(struct cli *cli, const struct cli_args *args)
{
	err e = { .offset = ERR_NO_OFFSET };
	struct stock s;
	struct wish x;
	const char *wrong = wish_read(args, &x, &e);
	int code;

	if (wrong)
		return cli_usage(cli, &command_warn, "%s", wrong);
	stock_init(&s);
	code = warn_with(cli, args, &x, &s);
	stock_done(&s);
	return code;
}

const struct command command_warn = {
	.name = "warn",
	.summary = "which constituents have what a vulnerability is about",
	.usage = "--feed PATH --inventory FILE [--kev FILE] [--epss FILE] [-f FORMAT] [-o PATH]",
	.options = OPTIONS,
	.run = run,
	.details =
		"Matches records of vulnerabilities (CVE JSON 5, NVD API 2.0, CSAF 2.0, KEV) with inventories, so that only those\n"
		"are warned who have the product. Each answer is affected, not affected or undecided, with its reason: versions\n"
		"that cannot be compared are undecided, never a guess. Nothing is fetched: feeds are files.\n"
		"\n"
		"An inventory is a table such as party,host,vendor,product,version,cpe,exposure,contact, or a list of CPE names.\n"
		"Urgency, from 0 to 100, is a sum that is told in words: CVSS, known exploitation, EPSS, exposure.\n"
		"\n"
		"csaf writes a draft for each vulnerability; notices a CSV and a JSON file for each party with its own rows only.\n",
};
