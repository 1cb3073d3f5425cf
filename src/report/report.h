/* report.h - the case for people and for other programs.
 *
 * report.html is one file that loads nothing and needs no script; case.json holds everything, with the
 * JSON Schema docs/case.schema.json. Both depend on the case alone: no clock, no place, no machine.
 * Whatever came from the evidence is escaped, and characters that hide or steer are made visible.
 * Thread rule: one thread. */
#ifndef SPOOR_REPORT_REPORT_H
#define SPOOR_REPORT_REPORT_H

#include "store/store.h"
#include "story/story.h"

/* Write DIR/case.json and DIR/report.html (mode 0600), each put in place whole when it is finished. */
int report_write(struct store *s, const struct story *st, const char *dir, err *e);

/* The story in short for a terminal: plain text with line breaks at `columns` (0: 100), colour by
 * escape sequences only if asked. Nothing of the evidence can steer the terminal. */
void report_text(const struct story *st, unsigned columns, bool color, buf *out);

/* Which logs of which hosts the case holds, day by day, and what is missing, for a terminal. 1: something is. */
int report_coverage(struct store *s, bool color, buf *out, err *e);

/* Each part alone. */
int report_json(struct store *s, const struct story *st, int fd, err *e);
struct out;
int report_json_out(struct store *s, const struct story *st, struct out *o, err *e); /* ends o */
int report_html(struct store *s, const struct story *st, int fd, err *e);

#endif
