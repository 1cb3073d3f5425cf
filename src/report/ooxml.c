#include "report/ooxml.h"

#include <archive.h>
#include <archive_entry.h>

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
	"><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii=\"Calibri\" w:hAnsi=\"Calibri\" w:eastAsia=\"SimSun\"/><w:sz w:val=\"21\"/></w:rPr></w:rPrDefault></w:docDefaults>" HEADING(
		"Title", "Title", "36") HEADING("Heading1", "heading 1", "28") HEADING("Heading2",
										       "heading 2", "24")
		HEADING("Heading3", "heading 3",
			"22") "<w:style w:type=\"paragraph\" w:styleId=\"ListBullet\"><w:name w:val=\"List Bullet\"/><w:pPr><w:ind w:left=\"360\" "
			      "w:hanging=\"240\"/></w:pPr></w:style></w:styles>";

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

int ooxml_pack(str document, int64_t made_s, buf *out, err *e)
{
	struct archive *a = archive_write_new();
	int rc = -1;

	if (a && archive_write_set_format_zip(a) == ARCHIVE_OK &&
	    archive_write_set_bytes_in_last_block(a, 1) == ARCHIVE_OK &&
	    archive_write_open(a, out, NULL, take, NULL) == ARCHIVE_OK &&
	    put(a, "[Content_Types].xml", str_of(CONTENT_TYPES), made_s) == 0 &&
	    put(a, "_rels/.rels", str_of(RELS), made_s) == 0 &&
	    put(a, "word/document.xml", document, made_s) == 0 &&
	    put(a, "word/_rels/document.xml.rels", str_of(DOCUMENT_RELS), made_s) == 0 &&
	    put(a, "word/styles.xml", str_of(STYLES), made_s) == 0 && archive_write_close(a) == ARCHIVE_OK)
		rc = 0;
	if (rc < 0)
		err_set(e, ERR_IO, ERR_NO_OFFSET, "cannot make the document: %s",
			a && archive_error_string(a) ? archive_error_string(a) : "no memory");
	if (a)
		archive_write_free(a);
	return rc;
}
