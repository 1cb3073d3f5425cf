/* command.h - the table of commands: what the user can ask for, from which parsing, help and the manual
 * page are made.
 *
 * A command is one file, cmd_<name>.c, with one symbol. stdout carries results, stderr progress and
 * errors. Thread rule: the main thread. */
#ifndef SPOOR_CLI_COMMAND_H
#define SPOOR_CLI_COMMAND_H

#include "cli/term.h"
#include "util/arena.h"
#include "util/err.h"
#include "util/vec.h"

/* Exit codes, documented in docs/cli.md and the manual. */
enum cli_exit {
	EXIT_DONE = 0,
	EXIT_USAGE = 1,         /* the command line makes no sense */
	EXIT_INPUT = 2,         /* something named on it cannot be used: missing, unreadable, no case */
	EXIT_GAPS = 3,          /* done, but not everything could be read: the gaps are reported */
	EXIT_BUSY = 4,          /* another run works on that case */
	EXIT_INTERNAL = 5,      /* no memory, or a defect of ours */
	EXIT_INTERRUPTED = 130, /* as shells name a death by SIGINT ... */
	EXIT_PIPE = 141,        /* ... and by SIGPIPE: whoever read our output has enough */
};

struct cli_option {
	char letter;      /* 0: long form only */
	const char *name; /* long form, without dashes */
	const char *arg;  /* name of its argument; NULL: takes none */
	const char *help; /* one sentence without full stop */
};

struct cli_given {
	const struct cli_option *option;
	const char *value;
};

/* A parsed command line. Strings are those of argv. */
struct cli_args {
	VEC(struct cli_given) given;
	VEC(const char *) paths; /* everything that is no option */
};

struct cli {
	struct term out, err;
	arena mem; /* what options were turned into */
};

struct command {
	const char *name;
	const char *summary;              /* one line */
	const char *usage;                /* what follows the name */
	const struct cli_option *options; /* ends with a zeroed one */
	const char *details;              /* paragraphs for help and manual, separated by empty lines */
	int (*run)(struct cli *cli, const struct cli_args *args); /* answers enum cli_exit */
};

/* Every command; ends with NULL. */
extern const struct command *const COMMANDS[];
extern const struct command command_investigate, command_hunt, command_dump, command_rules, command_show,
	command_story, command_scope, command_mark, command_report, command_serve, command_share, command_warn, command_desk, command_doctor, command_help;

const struct command *command_named(const char *name);

/* Options every command takes; ends with a zeroed one. */
extern const struct cli_option CLI_COMMON_OPTIONS[];

/* Parse what follows the command's name. Options may stand anywhere, -oX, -o X, --name=X, --name X;
 * "--" ends them. -1 with *e set on an unknown option or a missing argument. */
int args_parse(struct cli_args *ret, const struct command *cmd, const char *const *argv, err *e);
void args_done(struct cli_args *args);

/* Value of the last --name given, "" for one without argument; NULL if it was not given. */
const char *args_get(const struct cli_args *args, const char *name);
/* The i-th value of --name, NULL behind the last. */
const char *args_nth(const struct cli_args *args, const char *name, size_t i);
/* A number in [min, max], or `absent`. -1 with *e set if it is none. */
int args_number(const struct cli_args *args, const char *name, uint64_t min, uint64_t max, uint64_t absent,
		uint64_t *ret, err *e);
/* Index of the value in the NULL-terminated words; `absent` if not given. -1 with *e set (naming the
 * words) if it is none of them. */
int args_word(const struct cli_args *args, const char *name, const char *const *words, int absent, err *e);

/* --- saying things -------------------------------------------------------------------------- */

/* "spoor: message" on stderr, safe for terminals. */
void cli_say(const struct cli *cli, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The error with its place; answers the exit code that fits it. */
int cli_fail(const struct cli *cli, const err *e);
/* Wrong usage of a command: message and where help is. Answers EXIT_USAGE. */
int cli_usage(const struct cli *cli, const struct command *cmd, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Write all of b to fd and clear it. A closed pipe ends the process with the code that shells
 * give to a death by SIGPIPE, 141. */
int cli_flush(int fd, buf *b, err *e);

/* --- help ----------------------------------------------------------------------------------- */

void help_overview(buf *b, const struct term *t);
void help_command(buf *b, const struct term *t, const struct command *cmd);
/* The manual page, mdoc(7). */
void help_man(buf *b);

#endif
