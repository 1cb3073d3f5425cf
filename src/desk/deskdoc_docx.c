/* deskdoc_docx.c - the document as Office Open XML: the few parts that word processors ask for, in a zip of libarchive. */
#include "desk/deskdoc.h"
#include "report/ooxml.h"
#include "util/limits.h"

/* --- the text -------------------------------------------------------------------------------------------- */

static void run(buf *to, const struct block_cell *c)
{
	if (c->to.len)
		buf_printf(to, "<w:hyperlink w:anchor=\"%.*s\">", STR_ARG(c->to));
	buf_z(to,
	      c->to.len ? "<w:r><w:rPr><w:color w:val=\"0B4F9E\"/><w:u w:val=\"single\"/></w:rPr>" : "<w:r>");
	buf_z(to, "<w:t xml:space=\"preserve\">");
	deskdoc_xml(to, c->text);
	buf_z(to, "</w:t></w:r>");
	if (c->to.len)
		buf_z(to, "</w:hyperlink>");
}

static void paragraph(buf *to, const struct block *b, size_t number)
{
	static const char *const STYLE_OF[] = {
		[BLOCK_TITLE] = "Title", [BLOCK_SECTION] = "Heading1", [BLOCK_ENTRY] = "Heading2",
		[BLOCK_TEXT] = NULL,     [BLOCK_ITEM] = "ListBullet",  [BLOCK_HEAD] = NULL,
		[BLOCK_ROW] = NULL,      [BLOCK_PLOT] = NULL
	};

	buf_z(to, "<w:p>");
	if (STYLE_OF[b->kind])
		buf_printf(to, "<w:pPr><w:pStyle w:val=\"%s\"/></w:pPr>", STYLE_OF[b->kind]);
	if (b->anchor.len)
		buf_printf(to, "<w:bookmarkStart w:id=\"%zu\" w:name=\"%.*s\"/>", number, STR_ARG(b->anchor));
	if (b->kind == BLOCK_ITEM)
		buf_z(to, "<w:r><w:t xml:space=\"preserve\">\xe2\x80\xa2 </w:t></w:r>");
	run(to, &b->cell[0]);
	if (b->anchor.len)
		buf_printf(to, "<w:bookmarkEnd w:id=\"%zu\"/>", number);
	buf_z(to, "</w:p>");
}

static void row(buf *to, const struct block *b)
{
	buf_z(to, "<w:tr>");
	for (size_t i = 0; i < b->n; i++) {
		buf_z(to, "<w:tc><w:tcPr><w:tcW w:w=\"0\" w:type=\"auto\"/></w:tcPr><w:p>");
		if (b->cell[i].number)
			buf_z(to, "<w:pPr><w:jc w:val=\"right\"/></w:pPr>");
		run(to, &b->cell[i]);
		buf_z(to, "</w:p></w:tc>");
	}
	buf_z(to, "</w:tr>");
}

static void table_begin(buf *to, size_t columns)
{
	buf_z(to,
	      "<w:tbl><w:tblPr><w:tblW w:w=\"5000\" w:type=\"pct\"/><w:tblBorders>"
	      "<w:bottom w:val=\"single\" w:sz=\"4\" w:color=\"CCCCCC\"/><w:insideH w:val=\"single\" w:sz=\"4\" w:color=\"CCCCCC\"/>"
	      "</w:tblBorders></w:tblPr><w:tblGrid>");
	for (size_t i = 0; i < columns; i++)
		buf_z(to, "<w:gridCol/>");
	buf_z(to, "</w:tblGrid>");
}

static void document(buf *to, const struct deskdoc *d)
{
	bool table = false;

	buf_z(to, OOXML_BEGIN);
	for (size_t i = 0; i < d->at.len; i++) {
		const struct block *b = &d->at.at[i];
		bool is_row = b->kind == BLOCK_HEAD || b->kind == BLOCK_ROW;

		if (b->kind == BLOCK_PLOT) /* word processors take no SVG without a picture beside it */
			continue;
		if (table && (!is_row || b->kind == BLOCK_HEAD))
			buf_z(to, "</w:tbl>");
		if (b->kind == BLOCK_HEAD)
			table_begin(to, b->n);
		table = is_row;
		if (is_row)
			row(to, b);
		else
			paragraph(to, b, i);
	}
	buf_z(to, table ? "</w:tbl><w:p/>" : "");
	buf_z(to, OOXML_END);
}

int deskdoc_docx(buf *to, const struct deskdoc *d, int64_t made_s, err *e)
{
	buf text = { 0 };
	int rc;

	document(&text, d);
	rc = text.failed ? err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for the document")
			 : ooxml_pack(buf_view(&text), made_s, to, e);
	buf_done(&text);
	return rc;
}
