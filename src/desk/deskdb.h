/* deskdb.h - the registry of a desk: one SQLite file for several people.
 *
 * Each command is one transaction: it is done wholly or not at all, whenever it is killed. Who may read and write is a matter
 * of the file's permissions; two commands at once wait for each other. A file whose tables are not exactly ours is refused.
 * Thread rule: one thread per handle. */
#ifndef SPOOR_DESK_DESKDB_H
#define SPOOR_DESK_DESKDB_H

#include "util/buf.h"
#include "util/err.h"

struct desk;

/* Make an empty registry that only its owner can read. An existing one is left as it is (0), another file refused. */
int desk_create(const char *path, err *e);
int desk_open(struct desk **ret, const char *path, err *e);
void desk_close(struct desk *d);

/* What "now" is for what is recorded; the trail always has the clock's. */
void desk_set_now(struct desk *d, int64_t ns);
int64_t desk_now(const struct desk *d);

/* desk_begin_read(): what is read is of one moment. */
int desk_begin(struct desk *d, err *e);
int desk_begin_read(struct desk *d, err *e);
int desk_commit(struct desk *d, err *e);
void desk_rollback(struct desk *d);

/* "2024-12-09T08:00:00Z", whole seconds. */
void desk_time(buf *b, int64_t ns);

#endif
