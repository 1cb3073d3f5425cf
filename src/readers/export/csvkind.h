/* csvkind.h - which table a header belongs to, by data/csv_kinds.tsv. Thread rule: constant tables, pure functions. */
#ifndef SPOOR_READERS_CSVKIND_H
#define SPOOR_READERS_CSVKIND_H

#include "util/buf.h"

enum { CSV_TIMES_MAX = 4 };

/* What becomes of a row. */
enum csv_how {
	CSV_ROWS,        /* an event with the row's columns */
	CSV_STATE,       /* the same without an event time: it tells what is, not what happened */
	CSV_INVENTORY,   /* inventory.h */
	CSV_EVTXECMD,    /* csvwin.h: a Windows event, its data as JSON in a column */
	CSV_WINEVENT,    /* csvwin.h: a Windows event, a field a column */
	CSV_EVENTVIEWER, /* an event with one cell more than the header names: its message */
	CSV_SPLUNK,      /* csvwin.h where "_raw" is a Windows event, else as CSV_ROWS */
};

struct csv_kind {
	str dataset;
	enum csv_how how;
	uint8_t id; /* of its aliases and words */
	uint16_t cond, nconds;
	str times[CSV_TIMES_MAX]; /* columns of the event time, best first */
	uint8_t ntimes;
	bool utc; /* a time without a zone is UTC by definition */
};

/* Append the form in which names are compared: ASCII in lower case, without blanks, marks, and what stands in square
 * brackets behind a blank. */
void csv_plain_name(buf *out, str name);

/* The kind of a header of n plain names; NULL: none that we know. */
const struct csv_kind *csv_kind_of(const str *plain, size_t n);

/* What the table calls the column with this plain name; `name` itself where it does not. */
str csv_column_name(const struct csv_kind *k, str plain, str name);

/* The value that a word of a column stands for; empty if it is none that we know. */
str csv_word(const struct csv_kind *k, str column, str plain);

#endif
