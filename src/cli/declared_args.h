/* declared_args.h - the options by which the analyst says what evidence does not: --tz, --encoding,
 * --logsource.
 * Thread rule: the main thread. */
#ifndef SPOOR_CLI_DECLARED_ARGS_H
#define SPOOR_CLI_DECLARED_ARGS_H

#include "cli/command.h"
#include "engine/engine.h"

/* For the commands' tables. */
#define DECLARED_OPTIONS                                                                                     \
	{ 0, "tz", "[PATH=]ZONE",                                                                            \
	  "Zone of local times: Asia/Shanghai, +08:00, UTC; where PATH fits; may be repeated" },             \
		{ 0, "logsource", "[PATH=]product=P,category=C,service=S",                           \
		  "What rules call a log that is no Windows event log, where spoor does not know; one "      \
		  "or more of the three; where PATH fits; may be repeated" },                                \
	{                                                                                                    \
		0, "encoding", "[PATH=]NAME",                                                                \
			"Coding of text that is no UTF-8: gb18030, cp932, cp949, cp1251, cp1252"             \
	}

/* What the options say, in memory of `mem`. -1: one makes no sense, *e says which. */
int declared_args(const struct cli_args *args, struct engine_declared **ret, size_t *ret_n, arena *mem,
		  err *e);

#endif
