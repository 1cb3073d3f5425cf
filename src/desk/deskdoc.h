/* deskdoc.h - a document as a list of blocks, and its forms: Markdown, HTML, Office Open XML.
 *
 * Texts are one line each and are escaped as the form asks. Thread rule: one owner. */
#ifndef SPOOR_DESK_DESKDOC_H
#define SPOOR_DESK_DESKDOC_H

#include "util/arena.h"
#include "util/buf.h"
#include "util/err.h"
#include "util/vec.h"

enum block_kind {
	BLOCK_TITLE,
	BLOCK_SECTION,
	BLOCK_ENTRY, /* a small heading that `anchor` leads to */
	BLOCK_TEXT,
	BLOCK_ITEM, /* of a list */
	BLOCK_HEAD, /* first row of a table */
	BLOCK_ROW,
	BLOCK_PLOT /* cell[0]: its name, cell[1]: what it shows; svg */
};

enum { BLOCK_CELLS = 4 };

struct block_cell {
	str text;
	str to; /* anchor that it leads to; empty: none */
	bool number;
};

struct block {
	enum block_kind kind;
	struct block_cell cell[BLOCK_CELLS];
	size_t n;
	str anchor, svg;
};

struct deskdoc {
	VEC(struct block) at;
	str lang;  /* "en", "zh-Hans" */
	arena mem; /* texts */
	bool failed;
};

void deskdoc_init(struct deskdoc *d, const char *lang);
void deskdoc_done(struct deskdoc *d);
/* Texts are copied. A block to fill further; NULL without memory (d->failed). */
struct block *deskdoc_add(struct deskdoc *d, enum block_kind kind, str text);
void deskdoc_cell(struct deskdoc *d, struct block *b, struct block_cell c);

/* Plots are linked as files NAME.svg beside it, named after `stem`. */
void deskdoc_md(buf *to, const struct deskdoc *d, str stem);
/* One page, plots inside, no scripts. */
void deskdoc_html(buf *to, const struct deskdoc *d);
/* A .docx, without plots. made_s: the time its parts carry, so that the same content gives the same bytes. */
int deskdoc_docx(buf *to, const struct deskdoc *d, int64_t made_s, err *e);

/* < > & " ' as entities; what XML may not hold is left out. */
void deskdoc_xml(buf *to, str s);

#endif
