/* csvwin.h - rows of tables that are Windows events, to the events that the same records give as EVTX or JSON.
 *
 * EvtxECmd's CSV (its Payload is the event's data as JSON), Get-WinEvent | Export-Csv and other tables with a column a
 * field, Splunk's exports whose _raw is an event. Thread rule: one owner. */
#ifndef SPOOR_READERS_CSVWIN_H
#define SPOOR_READERS_CSVWIN_H

#include "readers/export/csvhead.h"
#include "readers/json/toevent.h"

struct csvwin {
	struct json_choice choice;
	struct json_fill fill;
	struct flat flat, payload;
	struct jsonshim *shim;
	arena mem; /* of one row */
	buf name;
	event ev;
};

/* csvwin_done() must follow in any case. */
int csvwin_open(struct csvwin *w, struct schema_set *schemas, err *e);
void csvwin_done(struct csvwin *w);

/* The event of a row, whose time is set in t already; valid until the next call. NULL: it is none of Windows;
 * t->why is set where that is because of a limit. */
const event *csvwin_row(struct text *t, struct csvwin *w, const struct csv_head *h, const value *cells);

#endif
