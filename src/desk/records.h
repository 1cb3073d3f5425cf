/* records.h - rows of a registry by their fields: incidents, parties, take-downs, vulnerabilities, the desk itself.
 *
 * Putting the same thing twice gives one row: a row is known by its id, else by `ref` (whoever told gives it), else by its key
 * field, else by all that was said of it. Every change is in the trail. Thread rule: as the registry. */
#ifndef SPOOR_DESK_RECORDS_H
#define SPOOR_DESK_RECORDS_H

#include "desk/deskdb.h"
#include "desk/fields.h"
#include "util/arena.h"

enum { RECORD_FIELDS = 32 };

enum record_ids {
	IDS_YEARLY,   /* "2026-000123", the year of `dated` */
	IDS_NUMBERED, /* "P-000012" */
	IDS_GIVEN,    /* as given: "CVE-2024-12345" */
	IDS_ONE,      /* there is one row */
};

struct record;

struct record_type {
	const char *name, *table;
	enum record_ids ids;
	const char *prefix; /* of numbered ids; the id of the one row */
	const char *key;    /* field that tells rows apart, in any case; NULL: all of them */
	const char *dated;  /* field with the time that a list is sorted by; NULL: none */
	const struct field *fields;
	/* Do the values of a whole row fit together? NULL: they always do. */
	int (*check)(const struct record *whole, err *e);
};

extern const struct record_type RECORD_SETTINGS, RECORD_INCIDENT, RECORD_PARTY, RECORD_TAKEDOWN, RECORD_VULN;

/* Strings belong to whoever filled it. value[i] is of type->fields[i]: ptr NULL: not said; empty: to be emptied. */
struct record {
	const struct record_type *type;
	str id, ref;
	str value[RECORD_FIELDS];
};

/* "id", "ref" or a field, in its one form and copied to mem. ERR_ARG. */
int record_set(struct record *r, str name, str v, arena *mem, err *e);
/* Empty: not said, or no such field. */
str record_get(const struct record *r, const char *field);
uint64_t record_count(const struct record *r, const char *field); /* of FIELD_COUNT; 0: not said */

enum record_done { RECORD_SAME, RECORD_CHANGED, RECORD_ADDED };

/* Add or change, inside of a transaction. what: for the trail, "incident.add". *ret_id is appended. */
int record_put(struct desk *d, const struct record *r, const char *what, buf *ret_id, enum record_done *ret,
	       err *e);
/* The row with that id; strings in mem. 1: there is; 0: none. */
int record_find(struct desk *d, const struct record_type *t, str id, struct record *ret, arena *mem, err *e);
/* As record_find(), by ref. */
int record_find_ref(struct desk *d, const struct record_type *t, str ref, struct record *ret, arena *mem,
		    err *e);
/* Rows whose fields are those that are said in `like`, by `dated`, then id. Strings are valid during the call. With from and
 * to (NULL: any): `dated` in [from, to). */
int record_each(struct desk *d, const struct record *like, const char *from, const char *to,
		int (*fn)(void *ctx, const struct record *r, err *e), void *ctx, err *e);

/* The settings of the desk, with what stands for those that nobody made. Strings in mem. */
int desk_settings(struct desk *d, struct record *ret, arena *mem, err *e);

#endif
