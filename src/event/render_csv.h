/* render_csv.h - events as lines of CSV: what identifies an event in columns of its own, all its fields in
 * the last one. For people with a spreadsheet; programs take the JSON forms. Thread rule: one owner per
 * buf. */
#ifndef SPOOR_EVENT_RENDER_CSV_H
#define SPOOR_EVENT_RENDER_CSV_H

#include "event/event.h"
#include "util/buf.h"

/* The line of column names, line end included. */
void render_csv_head(buf *out);

/* One event, without line end. path: its item's, as reported. */
void render_csv(buf *out, const event *ev, str path);

#endif
