/* case_args.h - case.yaml for a run: --case FILE, else the one in the case's folder.
 * Thread rule: the main thread. */
#ifndef SPOOR_CLI_CASE_ARGS_H
#define SPOOR_CLI_CASE_ARGS_H

#include "cli/command.h"
#include "engine/engine.h"

struct case_args {
	buf text; /* as written; empty: there is none */
};

/* Read and check it; its time zones go behind those of the options, which win. DIR need not be there. -1: *e names
 * file, line and column. */
int case_args_read(const struct cli_args *args, const char *dir, struct engine_options *o,
		   struct case_args *ret, arena *mem, err *e);
/* Put it into the case's folder. */
int case_args_keep(const struct case_args *c, const char *dir, err *e);
void case_args_done(struct case_args *c);

#endif
