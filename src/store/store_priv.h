/* store_priv.h - the handle of a case, inside the store. */
#ifndef SPOOR_STORE_STORE_PRIV_H
#define SPOOR_STORE_STORE_PRIV_H

#include <sqlite3.h>

#include "store/fact_tape.h"
#include "store/store.h"
#include "util/buf.h"

enum store_statement {
	PUT_RUN,
	PUT_RULE,
	PUT_ITEM,
	PUT_FINDING,
	PUT_FINDING_REF,
	PUT_FINDING_DETAIL,
	PUT_FACT,
	GET_FACT,
	MERGE_FACT,
	PUT_GAP,
	STATEMENTS
};

struct store {
	sqlite3 *db;
	bool writable;
	sqlite3_stmt *put[STATEMENTS];
	struct sha256 *sha;
	struct fact_tape *tape;
	buf text; /* escaped copy of a string being bound */
};

/* Fill *e from the state of the database; answers -1. */
int store_fail(struct store *s, const char *doing, err *e);
int store_exec(struct store *s, const char *sql, err *e);

/* "[[item,offset,record],...]" and back; at most FACT_REFS. */
void store_refs_text(const struct event_ref *refs, uint32_t n, buf *out);
uint32_t store_refs_parse(str s, struct event_ref refs[FACT_REFS]);

/* s as a case holds it: UTF-8 without NUL, at most LIMIT_STORE_TEXT bytes. */
void store_text(str s, buf *out);

#endif
