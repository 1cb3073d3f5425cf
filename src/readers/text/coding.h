/* coding.h - in which coding a text log is written, and its lines as UTF-8.
 *
 * Lines are cut in the evidence's own bytes, so that every place is a place in the evidence, and converted
 * one by one. ASCII and UTF-8 are used where they lie: a line of them costs nothing. UTF-8 that is
 * ill-formed here and there stays as it is: whoever writes values out shows such bytes as \xNN.
 * Thread rule: pure functions on plain data. */
#ifndef SPOOR_READERS_CODING_H
#define SPOOR_READERS_CODING_H

#include "readers/text/codepage.h"

enum coding_kind { CODING_UTF8, CODING_UTF16LE, CODING_UTF16BE, CODING_PAGE };

struct coding {
	enum coding_kind kind;
	const struct codepage *page; /* CODING_PAGE */
	uint8_t bom_bytes;           /* at the start of the content */
	bool guessed;                /* a code page that nobody declared: an assumption */
};

/* By a byte order mark, zero bytes, valid UTF-8, what was declared, a guess. head: the first bytes of the
 * content; declared: name of a code page, "utf-16le" ... or empty. */
struct coding coding_of(bytes head, str declared);

/* "utf-8", "utf-16le", "gb18030" ... */
const char *coding_name(const struct coding *c);

/* A line as UTF-8: the line itself where it is that already, else converted into scratch, which is
 * cleared first. ptr NULL only without memory. */
str coding_text(const struct coding *c, bytes line, buf *scratch);

static inline bool coding_is_wide(const struct coding *c)
{
	return c->kind == CODING_UTF16LE || c->kind == CODING_UTF16BE;
}

#endif
