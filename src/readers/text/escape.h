/* escape.h - texts in which a log has escaped what would break its lines.
 *
 * What an escape stands for is put back where it can be read; controls, and bytes that are no UTF-8, stay
 * \xNN, as they are shown everywhere. Thread rule: pure functions. */
#ifndef SPOOR_READERS_ESCAPE_H
#define SPOOR_READERS_ESCAPE_H

#include "util/arena.h"
#include "util/str.h"

enum escape_kind {
	ESCAPE_HEX, /* \xNN and \\ (Zeek) */
	ESCAPE_C,   /* also \" \n \r \t \b \v (Apache, nginx) */
};

/* s itself where it has no backslash, or without memory; else its text in mem. */
str escape_plain(str s, enum escape_kind kind, arena *mem);

/* Value of a hexadecimal digit, or -1. */
int escape_digit(char c);

/* "6c73" to its bytes in `to`, which has room for s.len / 2. False if it is no such text. */
bool escape_unhex(str s, char *to);

/* Any bytes as text: controls and what is no UTF-8 as \xNN. s itself where nothing is to be shown so. */
str escape_shown(str s, arena *mem);

#endif
