/* ooxml.h - the parts of a .docx around its text (ECMA-376): types, relations, styles, the zip.
 *
 * Styles: Title, Heading1 to Heading3, ListBullet. Thread rule: pure functions. */
#ifndef SPOOR_REPORT_OOXML_H
#define SPOOR_REPORT_OOXML_H

#include "util/buf.h"
#include "util/err.h"

/* What stands before and behind the paragraphs and tables of word/document.xml. */
#define OOXML_BEGIN                                                                                          \
	"<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"                                    \
	"<w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:body>"
#define OOXML_END                                                                                                                    \
	"<w:sectPr><w:pgSz w:w=\"11906\" w:h=\"16838\"/><w:pgMar w:top=\"1134\" w:right=\"1134\" w:bottom=\"1134\" w:left=\"1134\" " \
	"w:header=\"567\" w:footer=\"567\" w:gutter=\"0\"/></w:sectPr></w:body></w:document>"

/* made_s: the time that the parts carry (seconds since 1970, from 1980 on), so that the same text gives the same bytes. */
int ooxml_pack(str document, int64_t made_s, buf *out, err *e);

#endif
