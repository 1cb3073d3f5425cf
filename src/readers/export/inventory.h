/* inventory.h - rows of an asset inventory under spoor's own names, whatever the export calls them.
 *
 * Each event has the columns of INVENTORY_NAMES in this order, absent where the table has none, and behind them the
 * columns that the table names otherwise. ip, mac and aliases are lists (several values). Identity is built on
 * these. Thread rule: one owner. */
#ifndef SPOOR_READERS_INVENTORY_H
#define SPOOR_READERS_INVENTORY_H

#include "readers/export/csvhead.h"

enum { INVENTORY_COLUMNS = 15 };

struct inventory {
	str names[INVENTORY_COLUMNS + LIMIT_CSV_COLUMNS];
	uint32_t n;
	uint16_t to[LIMIT_CSV_COLUMNS]; /* cell -> column */
};

/* The columns for a header, to be said by text_columns(). */
void inventory_head(struct inventory *v, const struct csv_head *h);

/* cells[0..h->n) to t->values. False: the row names no asset; t->why is set. */
bool inventory_row(struct text *t, const struct inventory *v, const struct csv_head *h, const value *cells);

#endif
