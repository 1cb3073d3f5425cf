/* A document as Office Open XML (ECMA-376): the least that word processors open. */
#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>

#include "report/paper.h"
#include "report/visible.h"

#define HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
#define W_NS "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\""

static const char TYPES[] = HEAD
	"<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">"
	"<Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>"
	"<Default Extension=\"xml\" ContentType=\"application/xml\"/>"
	"<Override PartName=\"/word/document.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml\"/>"
	"<Override PartName=\"/word/styles.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml\"/>"
	"</Types>";
static const char RELS[] = HEAD
	"<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">"
	"<Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"word/document.xml\"/>"
	"</Relationships>";
static const char DOCUMENT_RELS[] = HEAD
	"<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">"
	"<Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles\" Target=\"styles.xml\"/>"
	"</Relationships>";
#define STYLE(id, name, size, extra)                                                                         \
	"<w:style w:type=\"paragraph\" w:styleId=\"" id "\"><w:name w:val=\"" name                           \
	"\"/><w:basedOn w:val=\"Normal\"/>" extra "<w:rPr><w:b/><w:sz w:val=\"" size                         \
	"\"/></w:rPr></w:style>"
static const char STYLES[] = HEAD
	"<w:styles " W_NS ">"
	"<w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii=\"Calibri\" w:hAnsi=\"Calibri\" w:eastAsia=\"SimSun\"/><w:sz w:val=\"21\"/></w:rPr></w:rPrDefault></w:docDefaults>"
	"<w:style w:type=\"paragraph\" w:default=\"1\" w:styleId=\"Normal\"><w:name w:val=\"Normal\"/><w:pPr><w:spacing w:after=\"80\"/></w:pPr></w:style>" STYLE(
		"Title", "Title", "48",
		"") STYLE("Heading1", "heading 1", "32",
			  "<w:pPr><w:keepNext/><w:spacing w:before=\"360\" w:after=\"120\"/><w:outlineLvl w:val=\"0\"/></w:pPr>")
		STYLE("Heading2", "heading 2", "26",
		      "<w:pPr><w:keepNext/><w:spacing w:before=\"240\" w:after=\"80\"/><w:outlineLvl w:val=\"1\"/></w:pPr>")
			STYLE("Heading3", "heading 3", "22",
			      "<w:pPr><w:keepNext/><w:outlineLvl w:val=\"2\"/></w:pPr>") "</w:styles>";

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
	buf_z(b, HEAD "<w:document " W_NS "><w:body><w:p><w:pPr><w:pStyle w:val=\"Title\"/></w:pPr>");
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
	buf_z(b,
	      "<w:sectPr><w:pgSz w:w=\"11906\" w:h=\"16838\"/><w:pgMar w:top=\"1134\" w:right=\"1134\" w:bottom=\"1134\" "
	      "w:left=\"1134\"/></w:sectPr></w:body></w:document>");
}

static la_ssize_t on_write(struct archive *a, void *ctx, const void *data, size_t n)
{
	(void)a;
	buf_add(ctx, data, n);
	return ((buf *)ctx)->failed ? -1 : (la_ssize_t)n;
}

static bool add_file(struct archive *a, const char *name, str data)
{
	struct archive_entry *entry = archive_entry_new();
	bool ok;

	if (!entry)
		return false;
	archive_entry_set_pathname(entry, name);
	archive_entry_set_size(entry, (la_int64_t)data.len);
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_perm(entry, 0644);
	archive_entry_set_mtime(entry, 315532800, 0); /* 1980: the same document, the same bytes */
	ok = archive_write_header(a, entry) == ARCHIVE_OK &&
	     archive_write_data(a, data.ptr, data.len) == (la_ssize_t)data.len;
	archive_entry_free(entry);
	return ok;
}

int doc_docx(const struct doc *d, buf *out, err *e)
{
	struct archive *a = archive_write_new();
	buf document = { 0 };
	bool ok;

	put_document(d, &document);
	ok = a && !document.failed && archive_write_set_format_zip(a) == ARCHIVE_OK &&
	     archive_write_set_bytes_in_last_block(a, 1) == ARCHIVE_OK &&
	     archive_write_open(a, out, NULL, on_write, NULL) == ARCHIVE_OK &&
	     add_file(a, "[Content_Types].xml", str_of(TYPES)) && add_file(a, "_rels/.rels", str_of(RELS)) &&
	     add_file(a, "word/_rels/document.xml.rels", str_of(DOCUMENT_RELS)) &&
	     add_file(a, "word/styles.xml", str_of(STYLES)) &&
	     add_file(a, "word/document.xml", buf_view(&document)) && archive_write_close(a) == ARCHIVE_OK;
	archive_write_free(a);
	buf_done(&document);
	return ok && !out->failed ? 0 : err_set(e, ERR_OOM, ERR_NO_OFFSET, "the document cannot be packed");
}
