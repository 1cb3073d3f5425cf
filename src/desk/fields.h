/* fields.h - what a field of a registry may hold, and the one form in which it is kept.
 *
 * Text is one line of UTF-8 without control characters and marks that turn the direction of writing: it goes into mails,
 * tables and web pages. Thread rule: constant tables, pure functions. */
#ifndef SPOOR_DESK_FIELDS_H
#define SPOOR_DESK_FIELDS_H

#include "util/buf.h"
#include "util/err.h"

enum field_kind {
	FIELD_TEXT,
	FIELD_WORD,    /* one of `words` */
	FIELD_TLP,     /* TLP 2.0: "AMBER+STRICT" */
	FIELD_PAP,     /* "RED" "AMBER" "GREEN" "CLEAR" */
	FIELD_TYPE,    /* of the taxonomy: "phishing" */
	FIELD_COUNTRY, /* ISO 3166, two letters, upper case */
	FIELD_YESNO,
	FIELD_TIME,  /* with its zone; a date alone is its begin in UTC */
	FIELD_COUNT, /* 0..LIMIT_DESK_COUNT */
	FIELD_MAIL,
	FIELD_LIST, /* texts with ';' between */
};

struct field {
	const char *name;
	enum field_kind kind;
	const char *absent;       /* value where none is given: a text, "(now)"; NULL: stays empty */
	bool required;            /* must be given */
	const char *const *words; /* ends with NULL */
};

/* The value in its one form, appended. ERR_ARG: e says what the field takes. An empty value stays empty. */
int field_put(const struct field *f, str v, buf *to, err *e);

bool field_is_text(str s); /* as above */

/* The Reference Incident Classification Taxonomy (eCSIRT.net mkVI, RSIT): data/rsit.tsv. */
struct rsit_type {
	const char *group, *name, *en, *zh;
};
const struct rsit_type *rsit_named(str name); /* NULL: there is no such type */
const struct rsit_type *rsit_at(size_t i);    /* NULL behind the last */

#endif
