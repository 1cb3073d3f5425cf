/* deskdoc_docx.c - the document as Office Open XML: the few parts that word processors ask for, in a zip of libarchive. */
#include <archive.h>
#include <archive_entry.h>

#include "desk/deskdoc.h"
#include "util/limits.h"

#define W "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\""
#define XML "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
#define TYPES "application/vnd.openxmlformats-officedocument.wordprocessingml."
#define OFFICE "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"

static const char CONTENT_TYPES[] = XML
	"<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">"
	"<Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>"
	"<Default Extension=\"xml\" ContentType=\"application/xml\"/>"
	"<Override PartName=\"/word/document.xml\" ContentType=\"" TYPES "document.main+xml\"/>"
	"<Override PartName=\"/word/styles.xml\" ContentType=\"" TYPES "styles+xml\"/></Types>";

static const char RELS[] =
	XML "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">"
	    "<Relationship Id=\"r1\" Type=\"" OFFICE
	    "officeDocument\" Target=\"word/document.xml\"/></Relationships>";

static const char DOCUMENT_RELS[] =
	XML "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">"
	    "<Relationship Id=\"r1\" Type=\"" OFFICE "styles\" Target=\"styles.xml\"/></Relationships>";

#define HEADING(id, name, size)                                                                              \
	"<w:style w:type=\"paragraph\" w:styleId=\"" id "\"><w:name w:val=\"" name                           \
	"\"/><w:pPr><w:keepNext/>"                                                                           \
	"<w:spacing w:before=\"240\" w:after=\"80\"/></w:pPr><w:rPr><w:b/><w:sz w:val=\"" size               \
	"\"/></w:rPr></w:style>"

static const char STYLES[] = XML
	"<w:styles " W
	"><w:docDefaults><w:rPrDefault><w:rPr><w:sz w:val=\"22\"/></w:rPr></w:rPrDefault></w:docDefaults>" HEADING(
		"Title", "Title", "36") HEADING("Heading1", "heading 1", "28")
		HEADING("Heading2", "heading 2",
			"22") "<w:style w:type=\"paragraph\" w:styleId=\"ListBullet\"><w:name w:val=\"List Bullet\"/><w:pPr><w:ind w:left=\"360\" "
			      "w:hanging=\"240\"/></w:pPr></w:style></w:styles>";

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

	buf_z(to, XML "<w:document " W "><w:body>");
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
	buf_z(to,
	      "<w:sectPr><w:pgSz w:w=\"11906\" w:h=\"16838\"/><w:pgMar w:top=\"1134\" w:right=\"1134\" w:bottom=\"1134\" "
	      "w:left=\"1134\" w:header=\"567\" w:footer=\"567\" w:gutter=\"0\"/></w:sectPr></w:body></w:document>");
}

/* --- the zip ------------------------------------------------------------------------------------------------ */

static la_ssize_t take(struct archive *a, void *ctx, const void *p, size_t n)
{
	buf *to = ctx;

	(void)a;
	buf_add(to, p, n);
	return to->failed ? -1 : (la_ssize_t)n;
}

static int put(struct archive *a, const char *name, str content, int64_t made_s)
{
	struct archive_entry *x = archive_entry_new();
	int rc = -1;

	if (!x)
		return -1;
	archive_entry_set_pathname(x, name);
	archive_entry_set_size(x, (la_int64_t)content.len);
	archive_entry_set_filetype(x, AE_IFREG);
	archive_entry_set_perm(x, 0644);
	archive_entry_set_mtime(x, made_s, 0);
	if (archive_write_header(a, x) == ARCHIVE_OK &&
	    archive_write_data(a, content.ptr, content.len) == (la_ssize_t)content.len)
		rc = 0;
	archive_entry_free(x);
	return rc;
}

int deskdoc_docx(buf *to, const struct deskdoc *d, int64_t made_s, err *e)
{
	struct archive *a = archive_write_new();
	buf text = { 0 };
	int rc = -1;

	document(&text, d);
	if (a && !text.failed && archive_write_set_format_zip(a) == ARCHIVE_OK &&
	    archive_write_set_bytes_in_last_block(a, 1) == ARCHIVE_OK &&
	    archive_write_open(a, to, NULL, take, NULL) == ARCHIVE_OK &&
	    put(a, "[Content_Types].xml", str_of(CONTENT_TYPES), made_s) == 0 &&
	    put(a, "_rels/.rels", str_of(RELS), made_s) == 0 &&
	    put(a, "word/document.xml", buf_view(&text), made_s) == 0 &&
	    put(a, "word/_rels/document.xml.rels", str_of(DOCUMENT_RELS), made_s) == 0 &&
	    put(a, "word/styles.xml", str_of(STYLES), made_s) == 0 && archive_write_close(a) == ARCHIVE_OK)
		rc = 0;
	if (rc < 0)
		err_set(e, ERR_IO, ERR_NO_OFFSET, "cannot make the document: %s",
			a && archive_error_string(a) ? archive_error_string(a) : "no memory");
	if (a)
		archive_write_free(a);
	buf_done(&text);
	return rc;
}
