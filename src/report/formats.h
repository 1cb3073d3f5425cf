/* formats.h - the report in each of its formats, in a language, for whom it is meant. Thread rule: one thread. */
#ifndef SPOOR_REPORT_FORMATS_H
#define SPOOR_REPORT_FORMATS_H

#include "report/redact.h"
#include "report/report.h"

enum report_format { REPORT_MD, REPORT_DOCX, REPORT_HTML, REPORT_JSON, REPORT_CSV, REPORT_FORMATS };

struct report_wish {
	enum report_format format;
	enum story_language lang;
	struct redactor *redactor; /* NULL: nothing is hidden */
	str frame;                       /* of Markdown and HTML: text with {{part}}; empty: ours */
};

const char *report_format_name(enum report_format f);

/* Into `out`; CSV is a folder of tables and goes to `dir` instead. */
int report_format_write(struct store *s, const struct story *st, const struct report_wish *w, const char *dir,
			buf *out, err *e);

#endif
