/* term.h - printing to people: nothing from the evidence may steer their terminal.
 *
 * Every string that did not come from our own wording goes through term_str(): control characters, ESC,
 * C1, marks that turn the direction of writing, invisible characters and bytes that are no UTF-8 become
 * visible escapes. Columns count as terminals show them (two for most CJK characters, none for
 * combining marks). Thread rule: a struct term belongs to one thread. */
#ifndef SPOOR_CLI_TERM_H
#define SPOOR_CLI_TERM_H

#include "util/buf.h"

enum term_color_mode { TERM_COLOR_AUTO, TERM_COLOR_ALWAYS, TERM_COLOR_NEVER };

enum term_style { TERM_PLAIN, TERM_BOLD, TERM_DIM, TERM_RED, TERM_BRIGHT_RED, TERM_YELLOW, TERM_CYAN };

struct term {
	bool is_tty;
	bool color;
	unsigned columns; /* width; 0 where nothing limits it */
};

/* What fd is. Colour: as asked; AUTO means a terminal, NO_COLOR unset or empty, TERM not "dumb". */
struct term term_of(int fd, enum term_color_mode mode);

/* Append s so that a terminal only shows it. Line breaks and tabs are escaped too. */
void term_str(buf *b, str s);

/* Columns that term_str(s) takes. */
size_t term_width(str s);

/* Append s in exactly `columns` columns: cut with "…" or filled with spaces. */
void term_cell(buf *b, str s, size_t columns);

/* Begin and end a style; nothing where t has no colour. */
void term_begin(buf *b, const struct term *t, enum term_style style);
void term_end(buf *b, const struct term *t, enum term_style style);

#endif
