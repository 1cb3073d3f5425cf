#include "cli/gapsay.h"
#include "cli/evidence_run.h"
#include "event/render_csv.h"

static const struct cli_option OPTIONS[] = {
	{ 'f', "format", "FORMAT",
	  "evtx (JSON lines as evtx_dump writes them), ecs (JSON lines) or csv. Default: evtx" },
	{ 'o', "output", "FILE", "Write there instead of standard output" },
	RUN_OPTIONS,
	{ 0 },
};

static const char *const FORMATS[] = { "evtx", "ecs", "csv", NULL };
static const enum engine_output OUTPUTS[] = { OUTPUT_EVTX_JSONL, OUTPUT_ECS_JSONL, OUTPUT_CSV };

static int on_gap(void *ctx, const struct gap *g, err *e)
{
	(void)e;
	gapsay_gap(ctx, g);
	return 0;
}

static int on_item(void *ctx, const struct store_item *it, err *e)
{
	(void)e;
	gapsay_item(ctx, it->path);
	return 0;
}

/* What stands before the first event: the workers write the rest. */
static int write_head(enum engine_output output, int fd, err *e)
{
	buf b = { 0 };
	int rc;

	if (output != OUTPUT_CSV)
		return 0;
	render_csv_head(&b);
	rc = cli_flush(fd, &b, e);
	buf_done(&b);
	return rc;
}

static int run(struct cli *cli, const struct cli_args *args)
{
	struct engine_options o;
	struct gapsay gaps;
	struct engine_sink sink = { .ctx = &gaps, .gap = on_gap, .item = on_item };
	struct engine_totals totals;
	struct run_output out;
	err e = { .offset = ERR_NO_OFFSET };
	int format, code;

	format = args_word(args, "format", FORMATS, 0, &e);
	if (format < 0)
		return cli_usage(cli, &command_dump, "%s", e.text);
	code = run_options(cli, &command_dump, args, &o);
	if (code != EXIT_DONE)
		return code;
	if (run_output_open(&out, args, &o, &e) < 0)
		return cli_fail(cli, &e);
	gapsay_init(&gaps, cli);
	o.output = OUTPUTS[format];
	o.output_fd = out.fd;
	code = write_head(o.output, out.fd, &e) < 0 ? cli_fail(cli, &e) : run_engine(cli, &o, &sink, &totals);
	gapsay_end(&gaps);
	if (run_output_close(&out, code == EXIT_DONE || code == EXIT_GAPS, &e) < 0)
		code = cli_fail(cli, &e);
	return code;
}

const struct command command_dump = {
	.name = "dump",
	.summary = "write every event",
	.usage = "PATH... [-f FORMAT] [-o FILE] [-j N]",
	.options = OPTIONS,
	.details =
		"One event per line, in the order of the evidence (paths sorted by their bytes), the same for any\n"
		"number of workers. What could not be read is said on standard error.\n"
		"\n"
		"csv: what identifies an event in columns of its own, all its fields in the last one; cells that a\n"
		"spreadsheet would take for a formula are prefixed with an apostrophe.",
	.run = run,
};
