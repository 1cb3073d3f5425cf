/* deskcsv.h - tables that people import: CSV with a head, UTF-8, separated by commas, semicolons or tabs.
 *
 * A cell is one line. What is wrong is refused with its line. Thread rule: one owner. */
#ifndef SPOOR_DESK_DESKCSV_H
#define SPOOR_DESK_DESKCSV_H

#include "desk/records.h"

enum { DESKCSV_COLUMNS = 64 };

struct deskcsv {
	str rest;
	size_t line; /* of the row, from 1 */
	char by;
	str head[DESKCSV_COLUMNS], cell[DESKCSV_COLUMNS]; /* trimmed */
	size_t n;
	arena mem, row;
};

/* text must live as long. deskcsv_done() in any case. */
int deskcsv_open(struct deskcsv *c, str text, err *e);
/* 1: c->cell is the next row; 0: the end. */
int deskcsv_next(struct deskcsv *c, err *e);
void deskcsv_done(struct deskcsv *c);
/* Column of that name; SIZE_MAX: none. Cell of it, empty without. */
size_t deskcsv_column(const struct deskcsv *c, const char *name);
str deskcsv_cell(const struct deskcsv *c, const char *name);

struct import_counts {
	uint64_t rows, added, changed;
};
/* Rows of one type, columns are its fields, "id" or "ref"; an empty cell says nothing. Inside of a transaction that the
 * caller takes back if it fails: all or nothing. e says "line N: ...". */
int record_import(struct desk *d, const struct record_type *t, str text, const char *what,
		  struct import_counts *ret, err *e);

#endif
