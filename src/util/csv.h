/* csv.h - writing CSV (RFC 4180) that people open in spreadsheets.
 *
 * A cell that a spreadsheet would take for a formula (= + - @ TAB CR first) gets an apostrophe before it
 * (OWASP, CSV injection): evidence must not run in an analyst's office program. Bytes that are not UTF-8
 * appear as \xNN. Thread rule: one owner per buf. */
#ifndef SPOOR_UTIL_CSV_H
#define SPOOR_UTIL_CSV_H

#include "util/buf.h"

#define CSV_LINE_END "\r\n"

/* One cell, quoted where needed; the comma is the caller's. */
void csv_cell(buf *b, str s);

#endif
