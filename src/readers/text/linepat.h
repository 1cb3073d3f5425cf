/* linepat.h - lines that are a sequence of fields and fixed text, as a text in a table.
 *
 *	{client} {ident} {user} [{time:clf}] "{request:quoted}" {status:digits} {bytes}
 *
 * {name} takes what stands before the next fixed text, which must be there; at the end of the pattern it
 * takes the rest of the line. A kind behind the colon says more:
 *	iso clf syslog ctime daymon us eu compact epoch   a time (logtime.h); the event's time
 *	digits    at least one decimal digit and nothing else
 *	word      no space or tab in it
 *	quoted    up to the quote that no backslash precedes; the quotes are fixed text around it
 *	rest      everything that is left
 *	last      up to the last place where the next fixed text stands: for names that others choose
 * {} is thrown away. A space in the pattern stands for one or more in the line. What follows "|||" is an
 * optional tail: the line may end before it. "-" and "" are absent values. Thread rule: plain data. */
#ifndef SPOOR_READERS_LINEPAT_H
#define SPOOR_READERS_LINEPAT_H

#include "readers/text/textlog.h"

struct text_pattern {
	const char *pattern;
	const char *dataset; /* NULL: the format's */
};

/* What one pattern found in a line. */
enum { LINEPAT_FIELDS = 48 };
struct linepat_hit {
	str values[LINEPAT_FIELDS]; /* in the order of the pattern; ptr NULL: not there */
	struct logtime time;
	bool has_time;
};

/* Match the whole line. Interprets the text of the pattern each time: for lines that are parts of others;
 * the engine compiles those of a format. False if it does not fit. */
bool linepat_match(const char *pattern, str line, struct linepat_hit *ret);

/* The names of its fields, in order; answers how many. */
size_t linepat_names(const char *pattern, str names[LINEPAT_FIELDS]);

/* The patterns of a format, compiled; free() gives them back. NULL without memory. */
struct linepat_set;
struct linepat_set *linepat_set_new(const struct text_pattern *patterns);

/* The first of them that fits the whole text, with the names of its values; SIZE_MAX: none does. For texts that
 * are parts of lines. */
size_t linepat_set_match(const struct linepat_set *set, str text, struct linepat_hit *ret,
			 const str **ret_names, size_t *ret_n);
/* One of them against a line, and the names of its fields. */
bool linepat_set_fits(const struct linepat_set *set, size_t i, str line, struct linepat_hit *ret);
const str *linepat_set_names(const struct linepat_set *set, size_t i, size_t *ret_n);

/* The line() of formats that are patterns. */
enum text_line linepat_line(struct text *t);

/* The claim() of formats that are patterns. */
enum { LINEPAT_CLAIM = 85 };
int linepat_claim(const struct text_format *f, const struct text_head *h);

#endif
