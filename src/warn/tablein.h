/* tablein.h - reading tables that people and offices send: RFC 4180 with commas, semicolons or tabs.
 *
 * Quoted cells may hold separators and line ends. Lines that begin with # before the header are remarks. A byte order mark is
 * passed. Thread rule: one owner. */
#ifndef SPOOR_WARN_TABLEIN_H
#define SPOOR_WARN_TABLEIN_H

#include "util/arena.h"
#include "util/err.h"

enum { TABLE_COLUMNS = 256 };

struct tablein {
	str rest;
	char by;
	uint64_t line; /* of the row that was answered last, from 1 */
	uint64_t next_line;
	str cell[TABLE_COLUMNS];
	size_t n;
};

/* Begin: passes remarks and finds out which separator the next line has. */
void tablein_open(struct tablein *t, str text);

/* The next row that is not blank; cells without blanks around them, views on the text or on mem. 1: there; 0: no more;
 * -1: ERR_CORRUPT (a quote is not closed), ERR_LIMIT (too many cells) with the line in the message. */
int tablein_row(struct tablein *t, arena *mem, err *e);

/* A column's name as it is compared: lower case, without blanks, "_", "-" and ".". Views on `to`, of at least s.len bytes. */
str tablein_plain(str s, char *to);

#endif
