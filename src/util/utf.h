/* utf.h - UTF-16LE and UTF-8, with nothing dropped.
 *
 * A lone surrogate has no UTF-8 form: it becomes U+FFFD and is counted, so that the caller can mark
 * the value as repaired. Thread rule: pure functions. */
#ifndef SPOOR_UTIL_UTF_H
#define SPOOR_UTIL_UTF_H

#include "util/buf.h"

/* Most bytes that `units` UTF-16 units can take in UTF-8. */
#define UTF8_OF_UTF16_MAX(units) ((units)*3)

/* Convert src.len / 2 units (an odd last byte is ignored) to UTF-8 at out, which has room for
 * UTF8_OF_UTF16_MAX(src.len / 2) bytes. Answers the length. *ret_bad (NULL allowed) counts
 * replaced lone surrogates. */
size_t utf16le_to_utf8(bytes src, char *out, size_t *ret_bad);

/* The same, appended. */
void buf_utf16le(buf *b, bytes src);

/* Length of the well-formed UTF-8 prefix of s; s.len if all of it is well-formed (RFC 3629: no
 * surrogates, no overlong forms, nothing above U+10FFFF). */
size_t utf8_valid_prefix(str s);

/* Append s with each byte that is not well-formed UTF-8 written as \xNN. */
void buf_utf8_or_escape(buf *b, str s);

/* Decode one code point of well-formed UTF-8 at s.ptr and its length in bytes (0 at the end). */
uint32_t utf8_next(str s, size_t *ret_len);

/* Append one code point; surrogates and values above U+10FFFF become U+FFFD. */
void buf_utf8_cp(buf *b, uint32_t cp);

#endif
