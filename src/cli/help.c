/* Help and the manual page, both from the table of commands. */
#include <stdio.h>

#include "cli/command.h"

/* Day of the manual's last change: it must not depend on when it is built. */
#define MAN_DATE "November 23, 2026"

static const char SUMMARY[] = "turns evidence of a network intrusion into its story";

static const struct {
	int code;
	const char *meaning;
} EXITS[] = {
	{ EXIT_DONE, "Done; everything could be read." },
	{ EXIT_USAGE, "Wrong usage." },
	{ EXIT_INPUT, "Something named on the command line cannot be used, or output cannot be written." },
	{ EXIT_GAPS,
	  "Done, but with gaps: something could not be read or rules were rejected. They are reported." },
	{ EXIT_BUSY, "Another run works on the same case." },
	{ EXIT_INTERNAL, "No memory, or a defect of spoor." },
	{ EXIT_INTERRUPTED, "Interrupted by a signal." },
	{ EXIT_PIPE, "Whoever read the output left." },
};

static const struct {
	const char *name, *meaning;
} ENVIRONMENT[] = {
	{ "COLUMNS", "Width of tables, where it is not that of the terminal." },
	{ "NO_COLOR", "If set and not empty, no colour unless asked for with --color always." },
	{ "TMPDIR", "Where sorting spills to when results exceed memory; /var/tmp or /tmp else." },
};

static const struct {
	const char *what, *line;
} EXAMPLES[] = {
	{ "A disk full of logs, to a report:", "spoor investigate /mnt/evidence -o case" },
	{ "Detections only, high and critical, as a table:", "spoor hunt logs.zip --min-level high" },
	{ "Every event as JSON lines in ECS:", "spoor dump Security.evtx -f ecs" },
	{ "Are my own rules good?", "spoor rules check -r ./my-rules" },
};

static void heading(buf *b, const struct term *t, const char *text)
{
	buf_byte(b, '\n');
	term_begin(b, t, TERM_BOLD);
	buf_z(b, text);
	term_end(b, t, TERM_BOLD);
	buf_byte(b, '\n');
}

enum { PAGE_WIDTH = 112, OPTION_WIDTH = 26 };

static void exits(buf *b, const struct term *t)
{
	heading(b, t, "Exit codes");
	for (size_t i = 0; i < COUNT(EXITS); i++)
		buf_printf(b, "  %-3d  %s\n", EXITS[i].code, EXITS[i].meaning);
}

void help_overview(buf *b, const struct term *t)
{
	buf_printf(b, "spoor %s: %s\n", SPOOR_VERSION, SUMMARY);
	heading(b, t, "Usage");
	buf_z(b, "  spoor COMMAND [OPTION]... [PATH]...\n");
	heading(b, t, "Commands");
	for (size_t i = 0; COMMANDS[i]; i++)
		buf_printf(b, "  %-12s %s\n", COMMANDS[i]->name, COMMANDS[i]->summary);
	heading(b, t, "Examples");
	for (size_t i = 0; i < COUNT(EXAMPLES); i++)
		buf_printf(b, "  %-46s  # %s\n", EXAMPLES[i].line, EXAMPLES[i].what);
	exits(b, t);
	buf_z(b, "\nMore about a command: spoor COMMAND --help. Version: spoor --version.\n");
}

/* "-o CASE, --output CASE" without markup. */
static size_t option_head(const struct cli_option *o, char *to, size_t cap)
{
	int n;

	if (o->letter)
		n = snprintf(to, cap, "-%c, --%s%s%s", o->letter, o->name, o->arg ? " " : "",
			     o->arg ? o->arg : "");
	else
		n = snprintf(to, cap, "    --%s%s%s", o->name, o->arg ? " " : "", o->arg ? o->arg : "");
	return n < 0 ? 0 : (size_t)n;
}

/* Text whose lines are no longer than a page is wide; the first one begins where b stands, at `indent`. */
static void wrapped(buf *b, const char *text, int indent)
{
	size_t room = PAGE_WIDTH - (size_t)indent;

	for (;;) {
		size_t len = strlen(text), cut = room;

		if (len <= room) {
			buf_printf(b, "%s\n", text);
			return;
		}
		while (cut > 0 && text[cut] != ' ')
			cut--;
		if (cut == 0) /* one long word */
			cut = room;
		buf_printf(b, "%.*s\n%*s", (int)cut, text, indent, "");
		text += cut + (text[cut] == ' ');
	}
}

static void options(buf *b, const struct cli_option *o)
{
	char head[80];

	for (; o->name; o++) {
		if (option_head(o, head, sizeof head) > OPTION_WIDTH)
			buf_printf(b, "  %s\n%*s", head, OPTION_WIDTH + 3, "");
		else
			buf_printf(b, "  %-*s ", OPTION_WIDTH, head);
		wrapped(b, o->help, OPTION_WIDTH + 3);
	}
}

void help_command(buf *b, const struct term *t, const struct command *cmd)
{
	buf_printf(b, "spoor %s: %s\n", cmd->name, cmd->summary);
	heading(b, t, "Usage");
	buf_printf(b, "  spoor %s %s\n", cmd->name, cmd->usage);
	heading(b, t, "Options");
	options(b, cmd->options);
	options(b, CLI_COMMON_OPTIONS);
	buf_printf(b, "\n%s\n", cmd->details);
	exits(b, t);
}

/* --- the manual page ------------------------------------------------------------------------ */

static bool is_space(char c)
{
	return c == ' ' || c == '\n';
}

/* One word for mdoc: backslashes escaped, none at a line's start taken for a macro. */
static void man_word(buf *b, const char *word, size_t len, bool first)
{
	if (first && (word[0] == '.' || word[0] == '\''))
		buf_z(b, "\\&");
	for (size_t i = 0; i < len; i++) {
		if (word[i] == '\\')
			buf_z(b, "\\e");
		else
			buf_byte(b, word[i]);
	}
}

/* Text for mdoc: an empty line is a paragraph; lines are broken anew, each sentence on its own. */
static void man_text(buf *b, const char *text)
{
	enum { COLUMNS = 78 };
	size_t column = 0;

	for (;;) {
		size_t n = 0;
		bool sentence;

		if (text[0] == '\n' && text[1] == '\n') {
			buf_z(b, column ? "\n.Pp\n" : ".Pp\n");
			column = 0;
		}
		while (is_space(*text))
			text++;
		while (text[n] && !is_space(text[n]))
			n++;
		if (n == 0)
			break;
		if (column && column + 1 + n > COLUMNS) {
			buf_byte(b, '\n');
			column = 0;
		}
		if (column) {
			buf_byte(b, ' ');
			column++;
		}
		man_word(b, text, n, column == 0);
		column += n;
		sentence = text[n - 1] == '.';
		text += n;
		if (sentence && text[0] && (text[0] != '\n' || text[1] != '\n')) {
			buf_byte(b, '\n');
			column = 0;
		}
	}
	if (column)
		buf_byte(b, '\n');
}

static void man_options(buf *b, const struct cli_option *o)
{
	for (; o->name; o++) {
		buf_z(b, ".It ");
		if (o->letter)
			buf_printf(b, "Fl %c%s%s , ", o->letter, o->arg ? " Ar " : "", o->arg ? o->arg : "");
		buf_printf(b, "Fl -%s%s%s\n", o->name, o->arg ? " Ar " : "", o->arg ? o->arg : "");
		man_text(b, o->help);
	}
}

static void man_command(buf *b, const struct command *cmd)
{
	buf_printf(b, ".Ss %s\n.Nm Cm %s\n%s\n", cmd->name, cmd->name, cmd->usage);
	buf_z(b, ".Pp\n");
	man_text(b, cmd->summary);
	buf_z(b, ".Pp\n");
	man_text(b, cmd->details);
	if (cmd->options->name) {
		buf_z(b, ".Bl -tag -width Ds\n");
		man_options(b, cmd->options);
		buf_z(b, ".El\n");
	}
}

void help_man(buf *b)
{
	buf_printf(b, ".\\\" Made by: spoor help --man\n.Dd %s\n.Dt SPOOR 1\n.Os\n", MAN_DATE);
	buf_printf(b, ".Sh NAME\n.Nm spoor\n.Nd %s\n", SUMMARY);
	buf_z(b, ".Sh SYNOPSIS\n.Nm\n.Ar command\n.Op Ar option ...\n.Op Ar path ...\n");
	buf_z(b, ".Sh DESCRIPTION\n");
	man_text(
		b,
		"Reads the evidence of an intrusion (Windows event logs, JSON exports of them, archives of both),\n"
		"detects with Sigma rules, extracts facts and writes a case with a report in which every statement\n"
		"can be opened down to its bytes.\n"
		"The evidence is only read; the network is used by nothing but rules update with an\n"
		"address and desk notices send with --send.\n"
		"Results go to standard output, progress and errors to standard error.\n");
	buf_z(b, ".Pp\nOptions of every command:\n.Bl -tag -width Ds\n");
	man_options(b, CLI_COMMON_OPTIONS);
	buf_z(b, ".El\n.Sh COMMANDS\n");
	for (size_t i = 0; COMMANDS[i]; i++)
		man_command(b, COMMANDS[i]);
	buf_z(b, ".Sh ENVIRONMENT\n.Bl -tag -width Ds\n");
	for (size_t i = 0; i < COUNT(ENVIRONMENT); i++) {
		buf_printf(b, ".It Ev %s\n", ENVIRONMENT[i].name);
		man_text(b, ENVIRONMENT[i].meaning);
	}
	buf_z(b, ".El\n.Sh EXIT STATUS\n.Bl -tag -width Ds\n");
	for (size_t i = 0; i < COUNT(EXITS); i++) {
		buf_printf(b, ".It %d\n", EXITS[i].code);
		man_text(b, EXITS[i].meaning);
	}
	buf_z(b, ".El\n.Sh EXAMPLES\n");
	for (size_t i = 0; i < COUNT(EXAMPLES); i++)
		buf_printf(b, "%s%s\n.Dl %s\n", i ? ".Pp\n" : "", EXAMPLES[i].what, EXAMPLES[i].line);
}
