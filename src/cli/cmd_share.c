#include <fcntl.h>
#include <unistd.h>

#include "cli/command.h"
#include "report/out.h"
#include "share/share.h"
#include "store/store.h"

static const struct cli_option OPTIONS[] = {
	{ 'f', "format", "FORMAT", "What to write; --formats lists them" },
	{ 'o', "output", "FILE", "Where to; default: standard output" },
	{ 0, "tlp", "COLOUR", "clear, green, amber, amber+strict or red. Default: amber" },
	{ 0, "producer", "NAME", "Who shares" },
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

static int fill(void *ctx, int fd, err *e)
{
	struct out o = { .b = *(buf *)ctx, .fd = fd };

	*(buf *)ctx = (buf){ 0 };
	return out_end(&o, e);
}

/* Into the file, put in place whole, or to standard output. */
static int deliver(const char *path, buf *out, err *e)
{
	const char *slash = path ? strrchr(path, '/') : NULL;
	buf dir = { 0 };
	int rc;

	if (out->failed)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for what is shared");
	if (!path)
		return cli_flush(STDOUT_FILENO, out, e);
	if (slash)
		buf_add(&dir, path, slash == path ? 1 : (size_t)(slash - path));
	else
		buf_z(&dir, ".");
	buf_byte(&dir, 0);
	rc = dir.failed ? err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory")
			: out_file(dir.ptr, slash ? slash + 1 : path, fill, out, e);
	buf_done(&dir);
	return rc;
}

static int run(struct cli *cli, const struct cli_args *args)
{
	const struct share_format *f = format_named(args_get(args, "format"));
	const char *tlp = args_get(args, "tlp"), *producer = args_get(args, "producer");
	struct share_options o = { .tlp = TLP_AMBER,
				   .producer = str_of(producer ? producer : ""),
				   .hosts = args_get(args, "with-hosts") != NULL };
	err e = { .offset = ERR_NO_OFFSET };
	struct told told = { 0 };
	struct store *s = NULL;
	struct story *st = NULL;
	buf out = { 0 };
	int code = EXIT_DONE;

	if (args_get(args, "formats"))
		return list(cli);
	if (args->paths.len != 1)
		return cli_usage(cli, &command_share, "share takes one case");
	if (!f)
		return cli_usage(cli, &command_share, "share needs -f FORMAT; share --formats lists them");
	if (tlp && !tlp_named(str_of(tlp), &o.tlp))
		return cli_usage(cli, &command_share, "no colour \"%s\" of TLP 2.0", tlp);
	if (store_open(&s, args->paths.at[0], &e) < 0 || story_build(&st, s, &e) < 0 ||
	    told_build(&told, st, &e) < 0) {
		code = cli_fail(cli, &e);
	} else {
		f->write(&out, &told, &o);
		if (deliver(args_get(args, "output"), &out, &e) < 0)
			code = cli_fail(cli, &e);
		else if (st->incident->nincidents == 0)
			cli_say(cli, "the case tells no incident: nothing but the frame was written");
	}
	told_done(&told);
	buf_done(&out);
	story_free(st);
	store_close(s);
	return code;
}

const struct command command_share = {
	.name = "share",
	.summary = "a case in the formats in which others exchange such things",
	.usage = "CASE -f FORMAT [-o FILE] [--tlp COLOUR]",
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
