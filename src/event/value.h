/* value.h - one value of an event: a typed view on the reader's bytes.
 *
 * Nothing is converted until somebody asks. A value is 16 bytes, is passed by value, and is valid as
 * long as its event. Numbers lie in the evidence's own little-endian bytes.
 * Thread rule: pure functions. */
#ifndef SPOOR_EVENT_VALUE_H
#define SPOOR_EVENT_VALUE_H

#include "util/arena.h"
#include "util/buf.h"

enum value_type {
	VALUE_ABSENT,     /* the field is not there in this event (Sigma: null) */
	VALUE_UTF8,       /* text; may be ill-formed when it comes from a text log */
	VALUE_UTF16,      /* UTF-16LE text, len in bytes, no terminating NUL */
	VALUE_ANSI,       /* bytes of an unknown code page, read as Windows-1252 */
	VALUE_INT,        /* signed, 1, 2, 4 or 8 bytes */
	VALUE_UINT,       /* unsigned, 1, 2, 4 or 8 bytes */
	VALUE_FLOAT,      /* IEEE 754, 4 or 8 bytes */
	VALUE_BOOL,       /* any size; zero is false */
	VALUE_BINARY,     /* shown as upper-case hex */
	VALUE_GUID,       /* 16 bytes, shown upper-case without braces */
	VALUE_FILETIME,   /* 8 bytes, 100 ns since 1601 */
	VALUE_SYSTEMTIME, /* 16 bytes */
	VALUE_SID,        /* S-1-... */
	VALUE_HEX,        /* 4 or 8 bytes, shown 0x lower-case hex without leading zeros */
	VALUE_NUMBER,     /* a number in decimal text, as JSON wrote it */
	VALUE_TRUE_FALSE, /* the text "true" or "false", as JSON wrote it */
	VALUE_TYPES
};

#define VALUE_F_ARRAY                                                                                        \
	1u                  /* several elements of `type`: fixed-size items back to back, or
			     * NUL-separated texts (JSON's numbers and booleans too); JSON text "[...]"
			     * for VALUE_UTF8 is never one */
#define VALUE_F_REPAIRED 2u /* the evidence was damaged here; what can be read is shown */

typedef struct value {
	const uint8_t *ptr;
	uint32_t len;  /* bytes */
	uint8_t type;  /* enum value_type */
	uint8_t flags; /* VALUE_F_* */
	uint16_t unit; /* bytes of one array element of a fixed-size type; else 0 */
} value;

static inline bool value_is_text(value v)
{
	return v.type == VALUE_UTF8 || v.type == VALUE_UTF16 || v.type == VALUE_ANSI;
}

static inline value value_utf8(str s)
{
	return (value){ (const uint8_t *)s.ptr, (uint32_t)s.len, VALUE_UTF8, 0, 0 };
}

/* Append the value's text in UTF-8, the form that rules and people see (above, per type). An array
 * gives its elements joined by ", ". Absent gives nothing. */
void value_text(value v, buf *out);

/* The text as a view: of the evidence itself where it already is UTF-8, else copied to mem. ptr NULL
 * only without memory. */
str value_str(value v, arena *mem);

/* Element i of an array value, or the value itself for i = 0; false behind the last. *pos is the
 * caller's cursor: zero it first. */
bool value_next(value v, size_t *pos, value *ret);

/* The value as a number: integer, hex and bool types, and decimal or 0x text. False if it is none. */
bool value_u64(value v, uint64_t *ret);
bool value_i64(value v, int64_t *ret);

/* Time of FILETIME, SYSTEMTIME and ISO text values in ns. False if it holds none. */
bool value_time(value v, int64_t *ret_ns);

/* Text comparison without conversion where possible; ASCII case folds. */
bool value_eq_nocase(value v, str ascii);

#endif
