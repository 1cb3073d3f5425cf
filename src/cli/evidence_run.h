/* evidence_run.h - what the commands that read evidence share: options, results' output, exit codes.
 * Thread rule: the main thread. */
#ifndef SPOOR_CLI_EVIDENCE_RUN_H
#define SPOOR_CLI_EVIDENCE_RUN_H

#include "cli/command.h"
#include "cli/declared_args.h"
#include "engine/engine.h"

/* Options -j, --tz, --encoding, --require-sandbox and --no-progress, for the commands' tables. */
#define RUN_OPTIONS                                                                                          \
	{ 'j', "jobs", "N", "Worker processes; default: one per usable core" }, DECLARED_OPTIONS,            \
		{ 0, "require-sandbox", NULL, "Refuse to run where the workers cannot be sandboxed" },       \
	{                                                                                                    \
		0, "no-progress", NULL, "Draw no progress on the terminal"                                   \
	}

/* Fill the options that come from the command line: paths, workers, sandbox, progress. Answers
 * EXIT_DONE, or the exit code after saying what is wrong. */
int run_options(struct cli *cli, const struct command *cmd, const struct cli_args *args,
		struct engine_options *ret);

/* Run the engine; answers the exit code, having said what failed. */
int run_engine(const struct cli *cli, const struct engine_options *o, const struct engine_sink *sink,
	       struct engine_totals *ret);

/* Evidence is never written to: ERR_ARG if `path`, a file or folder that may not be there yet, lies inside
 * one of the paths of evidence. */
int run_check_apart(const char *path, const struct engine_options *o, err *e);

/* Where a command's result goes: the file of -o, or stdout. A regular file is written beside its final
 * name and renamed by run_output_close(), so that nothing half-written bears the name. */
struct run_output {
	int fd;
	const char *path; /* NULL: stdout */
	char *part;
};
int run_output_open(struct run_output *ret, const struct cli_args *args, const struct engine_options *o,
		    err *e);
/* keep false: the result is thrown away. */
int run_output_close(struct run_output *out, bool keep, err *e);

#endif
