/* A document as Office Open XML (ECMA-376): the least that word processors open. */
#include "report/ooxml.h"
#include "report/paper.h"
#include "report/visible.h"

/* XML 1.0 has no place for most controls; visible_html() shows them. */
static void put_text(buf *b, str s, bool mono)
{
	buf_z(b,
	      mono ? "<w:r><w:rPr><w:rFonts w:ascii=\"Consolas\" w:hAnsi=\"Consolas\"/><w:sz w:val=\"18\"/></w:rPr><w:t xml:space=\"preserve\">"
		   : "<w:r><w:t xml:space=\"preserve\">");
	visible_html(b, s, true);
	buf_z(b, "</w:t></w:r>");
}

static void put_paragraph(const struct doc *d, const struct doc_block *x, buf *b)
{
	buf_z(b, "<w:p>");
	if (x->kind == DOC_POINT) {
		buf_z(b, "<w:pPr><w:ind w:left=\"360\" w:hanging=\"200\"/></w:pPr>");
		put_text(b, STR("\xE2\x80\xA2 "), false);
	}
	for (size_t i = x->first; i < x->last; i++) {
		const struct doc_run *r = &d->run.at[i];

		if (r->what == RUN_REFERENCE)
			buf_printf(
				b,
				"<w:r><w:rPr><w:vertAlign w:val=\"superscript\"/></w:rPr><w:t xml:space=\"preserve\"> [%u]</w:t></w:r>",
				r->number);
		else
			put_text(b, r->text, r->what == RUN_EVIDENCE);
	}
	buf_z(b, "</w:p>");
}

static void put_cell(buf *b, str s, bool head)
{
	buf_z(b, "<w:tc><w:p><w:pPr><w:spacing w:after=\"0\"/></w:pPr><w:r><w:rPr>");
	buf_z(b, head ? "<w:b/>" : "");
	buf_z(b, "<w:sz w:val=\"15\"/></w:rPr><w:t xml:space=\"preserve\">");
	visible_html(b, s, true);
	buf_z(b, "</w:t></w:r></w:p></w:tc>");
}

static void put_table(const struct doc *d, const struct doc_block *x, buf *b)
{
	uint64_t shown = x->ncolumns ? (x->last - x->first) / x->ncolumns : 0;
	buf more = { 0 };

	if (shown) {
		buf_z(b,
		      "<w:tbl><w:tblPr><w:tblW w:w=\"5000\" w:type=\"pct\"/><w:tblBorders><w:top w:val=\"single\" w:sz=\"4\"/><w:bottom w:val=\"single\" "
		      "w:sz=\"4\"/><w:insideH w:val=\"single\" w:sz=\"2\"/></w:tblBorders></w:tblPr><w:tblGrid>");
		for (uint32_t c = 0; c < x->ncolumns; c++)
			buf_z(b, "<w:gridCol/>");
		buf_z(b, "</w:tblGrid><w:tr><w:trPr><w:tblHeader/></w:trPr>");
		for (uint32_t c = 0; c < x->ncolumns; c++)
			put_cell(b, x->columns[c], true);
		buf_z(b, "</w:tr>");
		for (size_t i = x->first; i < x->last; i++) {
			size_t c = (i - x->first) % x->ncolumns;

			buf_z(b, c == 0 ? "<w:tr>" : "");
			put_cell(b, d->cell.at[i], false);
			buf_z(b, c + 1 == x->ncolumns ? "</w:tr>" : "");
		}
		buf_z(b, "</w:tbl>");
	}
	if (x->all > shown || shown == 0) {
		if (x->all > shown)
			buf_printf(&more, "%llu ", (unsigned long long)(x->all - shown));
		buf_z(&more, wording(x->all > shown ? "doc.more" : "doc.nothing", d->lang));
	}
	buf_z(b, "<w:p>");
	put_text(b, buf_view(&more), false);
	buf_z(b, "</w:p>");
	buf_done(&more);
}

static void put_document(const struct doc *d, buf *b)
{
	buf_z(b, OOXML_BEGIN "<w:p><w:pPr><w:pStyle w:val=\"Title\"/></w:pPr>");
	put_text(b, str_of(wording("doc.title", d->lang)), false);
	buf_z(b, "</w:p>");
	for (size_t i = 0; i < d->block.len; i++) {
		const struct doc_block *x = &d->block.at[i];

		if (x->kind == DOC_HEADING) {
			buf_printf(b, "<w:p><w:pPr><w:pStyle w:val=\"Heading%u\"/></w:pPr>", x->level);
			put_text(b, x->title, false);
			buf_z(b, "</w:p>");
		} else if (x->kind == DOC_TABLE) {
			put_table(d, x, b);
		} else {
			put_paragraph(d, x, b);
		}
	}
	buf_z(b, OOXML_END);
}

enum { MADE_S = 315532800 }; /* 1980: the same document, the same bytes */

int doc_docx(const struct doc *d, buf *out, err *e)
{
	buf text = { 0 };
	int rc;

	put_document(d, &text);
	rc = text.failed ? err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for the document")
			 : ooxml_pack(buf_view(&text), MADE_S, out, e);
	buf_done(&text);
	return rc;
}
