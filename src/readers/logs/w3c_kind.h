/* w3c_kind.h - which log a W3C header speaks of. Thread rule: constant tables, pure functions. */
#ifndef SPOOR_READERS_W3C_KIND_H
#define SPOOR_READERS_W3C_KIND_H

#include "util/str.h"

struct w3c_kind {
	const char *dataset;
	bool quoted; /* fields may stand in quotes. Never where clients could write one: IIS */
	bool local;  /* date and time are local unless #Time Format says otherwise */
};

enum { W3C_DATASET_MAX = 64 };

/* What the header says, as far as it says it: values of its directives, names of its fields. */
struct w3c_header {
	str software, log_type;
	const str *names;
	size_t nnames;
	str path; /* of the item: tells services of IIS apart that write the same header */
};

/* The kind, with a dataset that the header makes written to name where no table has one. */
struct w3c_kind w3c_kind_of(const struct w3c_header *h, char name[W3C_DATASET_MAX]);

/* What fields of web server logs look like, to tell where a line that has too many of them goes astray. */
enum w3c_fit { W3C_FIT_NOT, W3C_FIT_ANY, W3C_FIT_SURE };
enum w3c_fit w3c_fit(str field, str text);

/* The #Fields that a row without any header must have, by its fields: those that services write when nobody
 * changed them. NULL if it looks like none of them. */
const char *w3c_infer(const str *fields, size_t n);

/* How likely a field holds text with spaces in it: 0 for never. */
unsigned w3c_spaciousness(str field);

#endif
