/* csvhead.h - where the header of a table is, what separates its cells, which kind it is and where its times are.
 *
 * The header stands in the first lines: "sep=;" (Excel), "#TYPE ..." (PowerShell) and a title may stand before it. A
 * header of no known kind is believed only if the lines below look like its table. Thread rule: pure but for the
 * memory of the caller. */
#ifndef SPOOR_READERS_CSVHEAD_H
#define SPOOR_READERS_CSVHEAD_H

#include "readers/export/csvkind.h"
#include "readers/export/csvtime.h"
#include "readers/text/textlog.h"
#include "util/limits.h"

struct csv_head {
	const struct csv_kind *kind; /* NULL: none that we know */
	char by;
	buf text;   /* of the header; names[] are views on it */
	buf folded; /* plain[] are views on it */
	uint32_t n; /* columns */
	uint32_t
		spare; /* empty cells that rows may have behind the last: as many as the header has, or one if most do */
	str *names; /* as logged, without quotes and blanks around them */
	str *plain; /* csv_plain_name() of them */
	int32_t time,
		clock; /* columns of the event time and of the time of the day where that is apart; -1: none */
	bool utc;      /* the name of the time's column says so */
	size_t line;   /* which of the lines of the head that are not blank */
	struct csvtime_order order;
	unsigned fit;   /* percent of the sampled lines that have the header's number of cells */
	unsigned timed; /* percent of the sampled lines whose time can be read */
	unsigned rows;  /* sampled */
};

/* Zeroed is ready; csv_head_done() gives back what it holds. */
void csv_head_done(struct csv_head *h);

/* Find the header among the lines of `head`; false: there is none. */
bool csv_head_find(struct csv_head *ret, const struct text_head *head);

/* Take one line as the header of a known kind; false (*h as it was) if it is none. */
bool csv_head_known(struct csv_head *h, str line);

/* Is the line written before a header, or between rows, by a program that made the file? "sep=;", "#TYPE" */
bool csv_is_mark(str line);

#endif
