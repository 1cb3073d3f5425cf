/* json.h - writing JSON into a buf.
 *
 * Output is always valid UTF-8 and valid JSON: bytes that are not UTF-8 appear as \xNN text; control
 * characters (C1 too) and marks that turn the direction of writing as \uNNNN, so that JSON on a terminal
 * does nothing. Thread rule: one owner per buf. */
#ifndef SPOOR_UTIL_JSON_H
#define SPOOR_UTIL_JSON_H

#include "util/buf.h"

/* The inside of a JSON string: s escaped, without the quotes. */
void json_escape(buf *b, str s);

/* "s" with quotes. */
void json_str(buf *b, str s);

/* ,"key": - the comma only if the last byte is no opening bracket. */
void json_key(buf *b, const char *key);

/* One member each, comma included as with json_key(). */
void json_member_str(buf *b, const char *key, str value);
void json_member_u64(buf *b, const char *key, uint64_t value);
void json_member_i64(buf *b, const char *key, int64_t value);
void json_member_bool(buf *b, const char *key, bool value);
void json_member_time(buf *b, const char *key, int64_t ns); /* null for TIME_NONE */

/* Is it a number by the grammar of RFC 8259, of any size? */
bool json_text_is_number(str s);

/* A comma unless the last byte opens an array, an object or nothing was written. */
void json_sep(buf *b);

#endif
