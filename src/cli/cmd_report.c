#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/outfile.h"
#include "cli/slurp.h"
#include "cli/term.h"
#include "report/formats.h"
#include "store/store.h"
#include "util/limits.h"
#include "util/sha256.h"

static const struct cli_option OPTIONS[] = {
	{ 'f', "format", "FORMAT",
	  "md, docx, html (for print), json or csv (a folder), instead of the case's own report" },
	{ 'o', "output", "PATH", "Where to; default: standard output. csv needs a folder" },
	{ 0, "lang", "LANGUAGE", "en (default) or zh" },
	{ 0, "template", "FILE",
	  "Your own frame for md and html: text with {{executive}}, {{story}}, {{hosts}}, ..." },
	{ 0, "redact", "WHAT", "victims: hosts, accounts, addresses, domains of the case become pseudonyms" },
	{ 0, "key", "FILE",
	  "Of the pseudonyms; made if it is not there. Who has it can tell whether a guess is right" },
	{ 0, "redact-map", "FILE", "Write which word became which pseudonym, for who may see it" },
	{ 0 },
};

/* --- the key of pseudonyms ------------------------------------------------------------------------ */

enum { KEY_LEN = 32 };

static int key_make(const char *path, char hex[2 * KEY_LEN + 1], err *e)
{
	uint8_t raw[KEY_LEN];
	int fd;

	if (getrandom(raw, sizeof raw, 0) != sizeof raw)
		return err_errno(e, errno, "no random numbers for a key");
	for (size_t i = 0; i < sizeof raw; i++)
		snprintf(hex + 2 * i, 3, "%02x", raw[i]);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_errno(e, errno, "%s", path);
	if (write(fd, hex, 2 * KEY_LEN) != 2 * KEY_LEN || fsync(fd) < 0) {
		close(fd);
		return err_errno(e, errno, "%s cannot be written", path);
	}
	close(fd);
	return 0;
}

/* The text of the file is the key. */
static int key_read(const char *path, buf *key, err *e)
{
	char hex[2 * KEY_LEN + 1];
	int there = slurp(path, 4096, key, e);

	if (there < 0)
		return -1;
	if (there == 0) {
		if (key_make(path, hex, e) < 0)
			return -1;
		buf_z(key, hex);
	}
	while (key->len && (key->ptr[key->len - 1] == '\n' || key->ptr[key->len - 1] == '\r'))
		key->len--;
	return key->len >= 16
		       ? 0
		       : err_set(e, ERR_ARG, ERR_NO_OFFSET, "%s: a key has 16 characters at least", path);
}

/* --- one document -------------------------------------------------------------------------------- */

static bool format_named(const char *name, enum report_format *ret)
{
	for (int f = 0; f < REPORT_FORMATS; f++)
		if (strcmp(name, report_format_name((enum report_format)f)) == 0) {
			*ret = (enum report_format)f;
			return true;
		}
	return false;
}

struct work {
	struct store *s;
	struct story *st;
	struct redactor *r;
	buf key, frame, out, map;
};

static int prepare(struct work *w, const struct cli_args *args, struct report_wish *wish, err *e)
{
	const char *key = args_get(args, "key"), *frame = args_get(args, "template");
	int there;

	if (args_get(args, "redact")) {
		if (key_read(key, &w->key, e) < 0 ||
		    redactor_new(&w->r, w->s, w->st, str_bytes(buf_view(&w->key)), e) < 0)
			return -1;
		wish->redactor = w->r;
	}
	if (frame) {
		there = slurp(frame, LIMIT_CASE_FILE, &w->frame, e);
		if (there <= 0)
			return there < 0 ? -1 : err_set(e, ERR_IO, ERR_NO_OFFSET, "%s is not there", frame);
		wish->frame = buf_view(&w->frame);
	}
	return 0;
}

static int document(const struct cli_args *args, struct report_wish *wish, err *e)
{
	const char *to = args_get(args, "output"), *map = args_get(args, "redact-map");
	struct work w = { 0 };
	int rc = -1;

	if (wish->format == REPORT_CSV && mkdir(to, 0700) < 0 && errno != EEXIST)
		return err_errno(e, errno, "%s", to);
	if (store_open(&w.s, args->paths.at[0], e) == 0 && story_build(&w.st, w.s, e) == 0 &&
	    prepare(&w, args, wish, e) == 0)
		rc = report_format_write(w.s, w.st, wish, to, &w.out, e);
	if (rc == 0 && map) {
		redactor_map(w.r, &w.map);
		rc = outfile_put(map, &w.map, e);
	}
	if (rc == 0 && wish->format != REPORT_CSV)
		rc = outfile_put(to, &w.out, e);
	redactor_free(w.r);
	story_free(w.st);
	store_close(w.s);
	buf_done(&w.key);
	buf_done(&w.frame);
	buf_done(&w.out);
	buf_done(&w.map);
	return rc;
}

/* --- the case's own report ------------------------------------------------------------------------ */

static int own_report(struct cli *cli, const struct cli_args *args, err *e)
{
	struct term term = cli->out;
	struct store *s = NULL;
	struct story *st = NULL;
	buf out = { 0 };
	int rc = -1;

	if (store_open(&s, args->paths.at[0], e) == 0 && story_build(&st, s, e) == 0 &&
	    report_write(s, st, args->paths.at[0], e) == 0) {
		report_text(st, term.columns, term.color, &out);
		rc = cli_flush(STDOUT_FILENO, &out, e);
	}
	buf_done(&out);
	story_free(st);
	store_close(s);
	return rc;
}

static const char *mistake(const struct cli_args *args, struct report_wish *wish)
{
	const char *format = args_get(args, "format"), *lang = args_get(args, "lang"),
		   *redact = args_get(args, "redact");

	if (args->paths.len != 1)
		return "report takes one case";
	if (!format)
		return args_get(args, "output") || lang || redact || args_get(args, "template")
			       ? "name a format with -f"
			       : NULL;
	if (!format_named(format, &wish->format))
		return "a format is md, docx, html, json or csv";
	if (lang && strcmp(lang, "en") != 0 && strcmp(lang, "zh") != 0)
		return "a language is en or zh";
	wish->lang = lang && strcmp(lang, "zh") == 0 ? LANGUAGE_ZH : LANGUAGE_EN;
	if (redact && strcmp(redact, "victims") != 0)
		return "--redact knows victims";
	if (redact && !args_get(args, "key"))
		return "--redact needs --key FILE, so that pseudonyms are the same next time";
	if (args_get(args, "redact-map") && !redact)
		return "--redact-map goes with --redact";
	if (args_get(args, "template") && wish->format != REPORT_MD && wish->format != REPORT_HTML)
		return "a template is for md and html";
	if (wish->format == REPORT_CSV && !args_get(args, "output"))
		return "csv is a folder of tables: name it with -o";
	return NULL;
}

static int run(struct cli *cli, const struct cli_args *args)
{
	struct report_wish wish = { 0 };
	const char *why = mistake(args, &wish);
	err e = { .offset = ERR_NO_OFFSET };

	if (why)
		return cli_usage(cli, &command_report, "%s", why);
	if (args_get(args, "format") ? document(args, &wish, &e) < 0 : own_report(cli, args, &e) < 0)
		return cli_fail(cli, &e);
	return EXIT_DONE;
}

const struct command command_report = {
	.name = "report",
	.summary = "tell the story of a case again, also as a document",
	.usage = "CASE [-f FORMAT]",
	.options = OPTIONS,
	.run = run,
	.details =
		"Writes CASE/report.html and CASE/case.json anew from CASE/case.db, case.yaml and decisions.jsonl: after one of\n"
		"them was changed, or with a newer program. The evidence is not read; time zones that case.yaml declares need\n"
		"investigate again.\n\n"
		"With -f it writes a document instead: half a page for who decides, then everything for who checks, each sentence\n"
		"with the numbers of its events. A template may name title, executive, story, hosts, relays, artefacts, loss,\n"
		"timeline, rules, unseen, decisions, evidence, references and annex (all but executive and story).\n\n"
		"--redact victims finds what the case knows as names of the victim, wherever they stand; people whose names only\n"
		"stand in some text are not found: read a copy before you give it away.\n",
};
