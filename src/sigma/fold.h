/* fold.h - case folding as Sigma needs it: simple lower case, one code point to one code point.
 *
 * No locale, no full case folding: a folded text has as many code points as the text. The tables are
 * made at build time from Unicode data (gen_fold.py). Thread rule: pure functions. */
#ifndef SPOOR_SIGMA_FOLD_H
#define SPOOR_SIGMA_FOLD_H

#include "util/buf.h"

uint32_t fold_cp(uint32_t cp);

/* \w in the Unicode sense: letter, digit or underscore. */
bool fold_is_word(uint32_t cp);

/* Append s in lower case. Bytes that are not UTF-8 appear as \xNN, as everywhere else people see
 * them, so the result always is well-formed. */
void fold_utf8(str s, buf *out);

/* Append UTF-16LE text in lower case, as UTF-8; a lone surrogate becomes U+FFFD. */
void fold_utf16le(bytes b, buf *out);

/* Append s; bytes that are not UTF-8 appear as \xNN. */
void fold_none_utf8(str s, buf *out);

#endif
