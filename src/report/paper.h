/* paper.h - the report as a document: headings, paragraphs with numbered references, tables. One model, written as Markdown, HTML for
 * print, DOCX or CSV.
 *
 * Text is kept as it was told; each writer makes it visible and escapes it for its format. Thread rule: one owner. */
#ifndef SPOOR_REPORT_PAPER_H
#define SPOOR_REPORT_PAPER_H

#include "report/redact.h"
#include "report/report.h"
#include "util/map.h"
#include "util/vec.h"

enum doc_kind { DOC_HEADING, DOC_PARAGRAPH, DOC_POINT, DOC_TABLE };

enum { DOC_COLUMNS = 10, DOC_LEVELS = 3 };

/* A piece of a paragraph: words of ours, text of the evidence, or a reference's number. */
struct doc_run {
	enum { RUN_WORDS, RUN_EVIDENCE, RUN_REFERENCE } what;
	str text;
	uint32_t number;
};

struct doc_block {
	enum doc_kind kind;
	uint8_t level; /* of a heading: 1 ... DOC_LEVELS */
	const char
		*part; /* of a heading: the name of what it begins, for templates; NULL: the part goes on */
	str title;     /* of a heading */
	size_t first, last; /* runs, or cells of a table */
	const char *id;     /* of a table: its name as a file */
	uint32_t ncolumns;
	str columns[DOC_COLUMNS];
	uint64_t all; /* rows there are; more than are told */
};

struct doc {
	enum story_language lang;
	const struct story *st;
	struct redactor *redactor; /* NULL: nothing is hidden */
	arena mem;
	VEC(struct doc_block) block;
	VEC(struct doc_run) run;
	VEC(str) cell;
	map ref_keys;
	VEC(struct event_ref) ref; /* by number - 1 */
	bool failed;
};

/* The whole report of a case: an executive page, then the annex. */
int doc_build(struct doc *d, struct store *s, const struct story *st, enum story_language lang,
	      struct redactor *r, err *e);
void doc_done(struct doc *d);

/* While it is built. */
void doc_heading(struct doc *d, unsigned level, const char *part, const char *wording_key);
void doc_begin(struct doc *d, enum doc_kind kind);
void doc_words(struct doc *d, str s);
void doc_evidence(struct doc *d, str s);
void doc_sentence(struct doc *d, const struct story_sentence *s);
void doc_refs(struct doc *d, const struct story_refs *refs);
/* keys: of the headings of columns, "doc.col_" before each, separated by blanks. */
void doc_table(struct doc *d, const char *id, const char *keys);
void doc_cell(struct doc *d, str s); /* text of the evidence */
void doc_cell_z(struct doc *d, const char *ours);
void doc_cell_time(struct doc *d, int64_t ns);
void doc_cell_u64(struct doc *d, uint64_t n);
void doc_cell_refs(struct doc *d, const struct story_refs *refs);
void doc_table_end(struct doc *d, uint64_t all);

/* "[12]" of a reference: "sha256:offset:record". */
void doc_ref_text(const struct doc *d, uint32_t number, buf *out);

/* Writers. */
void doc_md(const struct doc *d, buf *out);
void doc_html(const struct doc *d, buf *out);
int doc_docx(const struct doc *d, buf *out, err *e);
/* Tables only: DIR/<id>.csv each. */
int doc_csv(const struct doc *d, const char *dir, err *e);

/* One part (a name of template words) in Markdown or HTML; false: no such part. */
bool doc_part(const struct doc *d, str part, bool html, buf *out);
/* `text` with {{part}} filled in. ERR_ARG: a name that is none, with its line. */
int doc_template(const struct doc *d, str text, bool html, buf *out, err *e);

#endif
