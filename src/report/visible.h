/* visible.h - text of the evidence, shown so that it cannot hide, reorder or break anything.
 *
 * Control characters, marks that turn the direction of writing, invisible and line-breaking characters
 * and bytes that are no UTF-8 become escapes: \n \t \x1b \u202e. Thread rule: pure functions. */
#ifndef SPOOR_REPORT_VISIBLE_H
#define SPOOR_REPORT_VISIBLE_H

#include "util/buf.h"

/* For plain text. */
void visible_text(buf *out, str s);

/* For HTML text and quoted attributes: < > & " ' as entities too; escapes stand in
 * <span class="esc"> unless `attribute`. */
void visible_html(buf *out, str s, bool attribute);

/* Columns that visible_text(s) takes: East Asian wide characters count two. */
size_t visible_width(str s);

#endif
