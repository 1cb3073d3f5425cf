/* deskdb_priv.h - the handle of a registry and short forms of SQLite's calls, inside the desk.
 * Thread rule: as the handle. */
#ifndef SPOOR_DESK_DESKDB_PRIV_H
#define SPOOR_DESK_DESKDB_PRIV_H

#include <sqlite3.h>

#include "desk/deskdb.h"

struct desk {
	sqlite3 *db;
	int64_t now_ns;
	char who[96]; /* login name and number of the user */
};

/* Fill *e from the state of the database; answers -1. */
int desk_fail(struct desk *d, const char *doing, err *e);
int desk_exec(struct desk *d, const char *sql, err *e);
int desk_prepare(struct desk *d, const char *sql, sqlite3_stmt **ret, err *e);
/* The text must live until the statement is done; ptr NULL binds NULL. */
void desk_bind(sqlite3_stmt *st, int n, str s);
/* Empty for NULL; valid until the next step. */
str desk_column(sqlite3_stmt *st, int n);
/* 1: a row; 0: done; -1. */
int desk_step(struct desk *d, sqlite3_stmt *st, err *e);
/* Step a statement that gives no rows, and finalize it. */
int desk_run(struct desk *d, sqlite3_stmt *st, err *e);

/* The next number of a kind ("N", "incidents-2026"), from 1; inside of a transaction. */
int desk_number(struct desk *d, const char *kind, uint64_t *ret, err *e);

#endif
