/* syslog_kind.h - what the message of a syslog line says, by the program that wrote it: logins, changes of
 * accounts, commands run for others. Names that strangers choose are taken so that they cannot end a field.
 * Thread rule: constant tables; a set of compiled patterns has one owner. */
#ifndef SPOOR_READERS_SYSLOG_KIND_H
#define SPOOR_READERS_SYSLOG_KIND_H

#include "readers/text/linepat.h"

enum { SYSLOG_FIELDS_MAX = 24, SYSLOG_KINDS = 11 };

struct syslog_pattern {
	const char *pattern, *action, *outcome;
};

struct syslog_kind {
	const char *dataset;
	const char *const *programs;           /* a star at the end: any ending */
	const char *const *fields;             /* of all patterns together, "action" and "outcome" first */
	const struct syslog_pattern *patterns; /* NULL: its messages are only text */
	/* Besides: messages that are no pattern, to their values by field. */
	bool (*read)(str message, str values[SYSLOG_FIELDS_MAX]);
};

extern const struct syslog_kind SYSLOG_KIND[SYSLOG_KINDS];

/* The compiled patterns of all kinds. NULL without memory. */
struct syslog_sets;
struct syslog_sets *syslog_sets_new(void);
void syslog_sets_free(struct syslog_sets *sets);

/* Which kind: by the program; PAM's messages of any program are logins. */
size_t syslog_kind_of(str program, str message);

/* Fill values, by the kind's fields; all are empty where the message is none that is known. */
void syslog_kind_read(const struct syslog_sets *sets, size_t kind, str message,
		      str values[SYSLOG_FIELDS_MAX]);

#endif
