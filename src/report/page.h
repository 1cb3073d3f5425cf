/* page.h - the interactive page of a case: report.html, and what `spoor serve` sends.
 *
 * report.html is one file that loads nothing: style, script and the case are inside, and its policy allows only these two by
 * their hash. The script is ui/, built into the program; without it (SPOOR_HAVE_UI 0) report.html is the printable document
 * of report_html(). Thread rule: pure functions. */
#ifndef SPOOR_REPORT_PAGE_H
#define SPOOR_REPORT_PAGE_H

#include "report/report.h"

/* Parts of the page, as the server sends them; empty if the program was built without. Valid for ever. */
bytes page_script(void);
bytes page_style(void);
/* The HTML that loads app.js and app.css. */
str page_shell(void);

/* The case as the page wants it, JSON: docs/case.schema.json with the members that docs/report.md names. */
int page_document(struct store *s, const struct story *st, buf *out, err *e);

/* report.html */
int report_page(struct store *s, const struct story *st, int fd, err *e);

#endif
