#include <fcntl.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/outfile.h"
#include "share/share.h"
#include "store/store.h"

static const struct cli_option OPTIONS[] = {
	{ 'f', "format", "FORMAT", "What to write; --formats lists them, \"all\" writes each" },
	{ 'o', "output", "FILE", "Where to; default: standard output. With -f all a folder that is there" },
	{ 0, "tlp", "COLOUR", "clear, green, amber, amber+strict or red. Default: amber" },
	{ 0, "producer", "NAME", "Who shares" },
	{ 0, "contact", "MAIL", "Address of who shares; xarf, xarf3 and csaf need it" },
	{ 0, "lang", "LANG", "Of sentences in timesketch, ecs, ocsf: en or zh. Default: en" },
	{ 0, "defang", NULL, "Write 192.0.2[.]1 in what people read: csv, csaf" },
	{ 0, "with-hosts", NULL, "Name the hosts of the victim, too" },
	{ 0, "formats", NULL, "List the formats" },
	{ 0 },
};

static const struct share_format *format_named(const char *name)
{
	for (const struct share_format *f = SHARE_FORMATS; name && f->name; f++)
		if (strcmp(f->name, name) == 0)
			return f;
	return NULL;
}

static int list(struct cli *cli)
{
	err e = { .offset = ERR_NO_OFFSET };
	buf out = { 0 };
	int code = EXIT_DONE;

	for (const struct share_format *f = SHARE_FORMATS; f->name; f++)
		buf_printf(&out, "%-11s %s\n", f->name, f->what);
	if (cli_flush(STDOUT_FILENO, &out, &e) < 0)
		code = cli_fail(cli, &e);
	buf_done(&out);
	return code;
}

static int compose(const struct share_format *f, buf *out, struct told *t, const struct share_options *o,
		   err *e)
{
	f->write(out, t, o);
	return out->failed || t->failed ? err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for what is shared")
					: 0;
}

static int one_format(struct cli *cli, const struct share_format *f, const char *path, struct told *t,
		      const struct share_options *o)
{
	const char *why = f->lacks ? f->lacks(t, o) : NULL;
	err e = { .offset = ERR_NO_OFFSET };
	buf out = { 0 };
	int code = EXIT_DONE;

	if (why)
		return cli_usage(cli, &command_share, "%s needs %s", f->name, why);
	if (compose(f, &out, t, o, &e) < 0 || outfile_put(path, &out, &e) < 0)
		code = cli_fail(cli, &e);
	buf_done(&out);
	return code;
}

/* Each format that can be written, as files of the folder. */
static int all_formats(struct cli *cli, const char *dir, struct told *t, const struct share_options *o)
{
	err e = { .offset = ERR_NO_OFFSET };
	int code = EXIT_DONE;

	for (const struct share_format *f = SHARE_FORMATS; f->name && code == EXIT_DONE; f++) {
		const char *why = f->lacks ? f->lacks(t, o) : NULL;
		buf out = { 0 };

		if (why)
			cli_say(cli, "left out: %s needs %s", f->name, why);
		else if (compose(f, &out, t, o, &e) < 0 || outfile_into(dir, f->file, &out, &e) < 0)
			code = cli_fail(cli, &e);
		buf_done(&out);
	}
	return code;
}

/* What the command line asks for; false: *why says what it gets wrong. */
static bool options_read(const struct cli_args *args, struct share_options *o, const char **why)
{
	const char *tlp = args_get(args, "tlp"), *producer = args_get(args, "producer"),
		   *contact = args_get(args, "contact"), *lang = args_get(args, "lang");

	*o = (struct share_options){ .tlp = TLP_AMBER,
				     .producer = str_of(producer ? producer : ""),
				     .contact = str_of(contact ? contact : ""),
				     .hosts = args_get(args, "with-hosts") != NULL,
				     .defang = args_get(args, "defang") != NULL };
	if (tlp && !tlp_named(str_of(tlp), &o->tlp))
		*why = "--tlp takes a colour of TLP 2.0: clear, green, amber, amber+strict, red";
	else if (contact && !share_contact_ok(o->contact))
		*why = "--contact takes an address like csirt@example.org";
	else if (lang && strcmp(lang, "en") != 0 && strcmp(lang, "zh") != 0)
		*why = "--lang takes en or zh";
	else if (o->producer.len > 200)
		*why = "--producer takes at most 200 bytes";
	else
		*why = NULL;
	o->language = lang && strcmp(lang, "zh") == 0 ? LANGUAGE_ZH : LANGUAGE_EN;
	return !*why;
}

static int tell(struct cli *cli, const struct cli_args *args, const struct share_options *o)
{
	const struct share_format *f = format_named(args_get(args, "format"));
	const char *path = args_get(args, "output");
	err e = { .offset = ERR_NO_OFFSET };
	struct told told = { 0 };
	struct store *s = NULL;
	struct story *st = NULL;
	int code;

	if (store_open(&s, args->paths.at[0], &e) < 0 || story_build(&st, s, &e) < 0 ||
	    told_build(&told, st, &e) < 0)
		code = cli_fail(cli, &e);
	else
		code = f ? one_format(cli, f, path, &told, o) : all_formats(cli, path, &told, o);
	if (code == EXIT_DONE && st && st->incident->nincidents == 0)
		cli_say(cli, "the case tells no incident: nothing but the frame was written");
	told_done(&told);
	story_free(st);
	store_close(s);
	return code;
}

static int run(struct cli *cli, const struct cli_args *args)
{
	const char *format = args_get(args, "format"), *why;
	bool all = format && strcmp(format, "all") == 0;
	struct share_options o;

	if (args_get(args, "formats"))
		return list(cli);
	if (args->paths.len != 1)
		return cli_usage(cli, &command_share, "share takes one case");
	if (!all && !format_named(format))
		return cli_usage(cli, &command_share, "share needs -f FORMAT; share --formats lists them");
	if (all && !args_get(args, "output"))
		return cli_usage(cli, &command_share, "-f all needs -o FOLDER");
	if (!options_read(args, &o, &why))
		return cli_usage(cli, &command_share, "%s", why);
	return tell(cli, args, &o);
}

const struct command command_share = {
	.name = "share",
	.summary = "a case in the formats in which others exchange such things",
	.usage = "CASE -f FORMAT [-o FILE] [--tlp COLOUR] [--producer NAME] [--contact MAIL]",
	.options = OPTIONS,
	.run = run,
	.details =
		"Tells what the reconstruction holds to belong to an incident: suspected relays, control servers, places that\n"
		"data went to, programs and pages that were left, techniques. Never the organisation's own addresses, never a\n"
		"culprit; its hosts only with --with-hosts. The same evidence gives the same identifiers, so that sharing again\n"
		"updates.\n"
		"\n"
		"Block lists hold what is at least 60 % sure. Rules are drafts: read and try them first.\n",
};
