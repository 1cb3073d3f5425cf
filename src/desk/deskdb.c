#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "desk/desk_schema.h"
#include "desk/deskdb_priv.h"
#include "util/limits.h"
#include "util/times.h"

int desk_fail(struct desk *d, const char *doing, err *e)
{
	int code = sqlite3_errcode(d->db);
	enum err_code kind = code == SQLITE_NOMEM                              ? ERR_OOM
			     : code == SQLITE_CORRUPT || code == SQLITE_NOTADB ? ERR_CORRUPT
			     : code == SQLITE_TOOBIG                           ? ERR_LIMIT
									       : ERR_IO;

	if (code == SQLITE_BUSY)
		return err_set(e, ERR_BUSY, ERR_NO_OFFSET, "registry: another command holds it; try again");
	if (code == SQLITE_READONLY)
		return err_set(e, ERR_IO, ERR_NO_OFFSET, "registry: %s: you may only read it", doing);
	return err_set(e, kind, ERR_NO_OFFSET, "registry: %s: %s", doing, sqlite3_errmsg(d->db));
}

int desk_exec(struct desk *d, const char *sql, err *e)
{
	return sqlite3_exec(d->db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : desk_fail(d, sql, e);
}

int desk_prepare(struct desk *d, const char *sql, sqlite3_stmt **ret, err *e)
{
	return sqlite3_prepare_v2(d->db, sql, -1, ret, NULL) == SQLITE_OK ? 0 : desk_fail(d, "question", e);
}

void desk_bind(sqlite3_stmt *st, int n, str s)
{
	if (s.ptr && s.len <= INT_MAX)
		sqlite3_bind_text(st, n, s.ptr, (int)s.len, SQLITE_STATIC);
}

str desk_column(sqlite3_stmt *st, int n)
{
	const char *p = (const char *)sqlite3_column_text(st, n);

	return p ? (str){ p, (size_t)sqlite3_column_bytes(st, n) } : STR("");
}

int desk_step(struct desk *d, sqlite3_stmt *st, err *e)
{
	int step = sqlite3_step(st);

	return step == SQLITE_ROW ? 1 : step == SQLITE_DONE ? 0 : desk_fail(d, "step", e);
}

int desk_run(struct desk *d, sqlite3_stmt *st, err *e)
{
	int rc = desk_step(d, st, e);

	sqlite3_finalize(st);
	return rc < 0 ? -1 : 0;
}

int desk_number(struct desk *d, const char *kind, uint64_t *ret, err *e)
{
	sqlite3_stmt *st;
	int rc;

	if (desk_prepare(
		    d,
		    "INSERT INTO numbers(kind, last) VALUES (?, 1) ON CONFLICT(kind) DO UPDATE SET last = last + 1 "
		    "RETURNING last",
		    &st, e) < 0)
		return -1;
	desk_bind(st, 1, str_of(kind));
	rc = desk_step(d, st, e);
	if (rc == 1) {
		*ret = (uint64_t)sqlite3_column_int64(st, 0);
		rc = desk_step(d, st, e); /* to the end: only then it is in the table */
	}
	sqlite3_finalize(st);
	return rc;
}

/* --- opening --------------------------------------------------------------------------------- */

static void who_are_you(char *to, size_t cap)
{
	struct passwd pw, *found = NULL;
	char text[4096];
	uid_t uid = getuid();

	if (getpwuid_r(uid, &pw, text, sizeof text, &found) == 0 && found)
		snprintf(to, cap, "%.64s (%lu)", pw.pw_name, (unsigned long)uid);
	else
		snprintf(to, cap, "(%lu)", (unsigned long)uid);
}

static int64_t clock_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * NS_PER_S;
}

/* The real folder and the name in it: a link in the folder's path is fine, the file itself must be none. */
static int real_path(const char *path, char *to, size_t cap, err *e)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	char dir[PATH_MAX], real[PATH_MAX];
	size_t len = slash ? (size_t)(slash - path) : 0;

	if (len >= sizeof dir || !*name)
		return err_set(e, ERR_ARG, ERR_NO_OFFSET, "%s is no name of a file", path);
	memcpy(dir, slash && len ? path : slash ? "/" : ".", len ? len : 1);
	dir[len ? len : 1] = 0;
	if (!realpath(dir, real))
		return err_errno(e, errno, "%s: cannot open the folder of the registry", path);
	if ((size_t)snprintf(to, cap, "%s/%s", strcmp(real, "/") == 0 ? "" : real, name) >= cap)
		return err_set(e, ERR_ARG, ERR_NO_OFFSET, "%s: the name is too long", path);
	return 0;
}

static int open_db(struct desk *d, const char *path, err *e)
{
	char real[PATH_MAX + 256];

	if (real_path(path, real, sizeof real, e) < 0)
		return -1;
	if (access(real, F_OK) < 0)
		return err_errno(e, errno, "%s: cannot open the registry (desk init makes one)", path);
	if (sqlite3_open_v2(real, &d->db,
			    SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_NOMUTEX |
				    SQLITE_OPEN_EXRESCODE,
			    NULL) != SQLITE_OK)
		return d->db ? err_set(e, ERR_IO, ERR_NO_OFFSET, "%s: %s", path, sqlite3_errmsg(d->db))
			     : err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a registry");
	sqlite3_extended_result_codes(d->db, 0);
	sqlite3_db_config(d->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(d->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_limit(d->db, SQLITE_LIMIT_ATTACHED, 0);
	sqlite3_limit(d->db, SQLITE_LIMIT_LENGTH, LIMIT_DESK_ROW);
	sqlite3_busy_timeout(d->db, LIMIT_DESK_WAIT_MS);
	/* A journal that is taken away, not WAL: the file may lie on a network share, where WAL is not possible, and one file
	 * is all there is to keep. EXTRA: what was reported done stays done when the power fails. */
	if (desk_exec(d, "PRAGMA journal_mode = DELETE", e) < 0 ||
	    desk_exec(d, "PRAGMA synchronous = EXTRA", e) < 0 ||
	    desk_exec(d, "PRAGMA foreign_keys = ON", e) < 0 ||
	    desk_exec(d, "PRAGMA cell_size_check = ON", e) < 0)
		return -1;
	return 0;
}

static struct desk *new_desk(err *e)
{
	struct desk *d = calloc(1, sizeof *d);

	if (!d) {
		err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a registry");
		return NULL;
	}
	d->now_ns = clock_now();
	who_are_you(d->who, sizeof d->who);
	return d;
}

static int read_int(struct desk *d, const char *sql, int64_t *ret, err *e)
{
	sqlite3_stmt *st = NULL;
	int rc;

	if (desk_prepare(d, sql, &st, e) < 0)
		return -1;
	rc = desk_step(d, st, e);
	if (rc == 1)
		*ret = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	return rc == 1 ? 0 : -1;
}

static bool schema_text(sqlite3 *db, buf *to)
{
	sqlite3_stmt *st = NULL;
	int step = SQLITE_ERROR;

	if (sqlite3_prepare_v2(
		    db,
		    "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' "
		    "ORDER BY type, name",
		    -1, &st, NULL) == SQLITE_OK)
		while ((step = sqlite3_step(st)) == SQLITE_ROW)
			for (int i = 0; i < 4; i++) {
				buf_str(to, desk_column(st, i));
				buf_byte(to, '\n');
			}
	sqlite3_finalize(st);
	return step == SQLITE_DONE && !to->failed;
}

/* A registry may come from anybody: its tables, indexes and triggers must be the ones that we make, letter by letter. */
static bool schema_is_ours(struct desk *d)
{
	buf want = { 0 }, got = { 0 };
	sqlite3 *mem = NULL;
	bool same = sqlite3_open_v2(":memory:", &mem, SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY, NULL) ==
			    SQLITE_OK &&
		    sqlite3_exec(mem, DESK_SCHEMA, NULL, NULL, NULL) == SQLITE_OK &&
		    schema_text(mem, &want) && schema_text(d->db, &got) &&
		    str_eq(buf_view(&want), buf_view(&got));

	sqlite3_close(mem);
	buf_done(&want);
	buf_done(&got);
	return same;
}

static int check(struct desk *d, const char *path, err *e)
{
	int64_t id = 0, version = 0;

	if (read_int(d, "PRAGMA application_id", &id, e) < 0 ||
	    read_int(d, "PRAGMA user_version", &version, e) < 0)
		return -1;
	if (id != DESK_APPLICATION_ID)
		return err_set(e, ERR_CORRUPT, ERR_NO_OFFSET, "%s is no registry of a desk", path);
	if (version != DESK_VERSION)
		return err_set(e, ERR_UNSUPPORTED, ERR_NO_OFFSET,
			       "%s: the registry has layout %lld, this program knows %d", path,
			       (long long)version, DESK_VERSION);
	if (!schema_is_ours(d))
		return err_set(e, ERR_CORRUPT, ERR_NO_OFFSET, "%s: not the tables of a registry", path);
	return 0;
}

int desk_open(struct desk **ret, const char *path, err *e)
{
	struct desk *d = new_desk(e);

	if (!d)
		return -1;
	if (open_db(d, path, e) < 0 || check(d, path, e) < 0) {
		desk_close(d);
		return -1;
	}
	*ret = d;
	return 0;
}

void desk_close(struct desk *d)
{
	if (!d)
		return;
	sqlite3_close(d->db);
	free(d);
}

static int make_file(const char *path, err *e)
{
	int fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);

	if (fd < 0)
		return err_errno(e, errno, "%s: cannot make the registry", path);
	close(fd);
	return 0;
}

/* An empty file is one that is new, or what is left of an init that was killed: SQLite takes back what it had begun. */
static int fill(struct desk *d, const char *path, err *e)
{
	int64_t tables = 0, pages = 0;
	char sql[128];

	snprintf(sql, sizeof sql, "PRAGMA application_id = %d; PRAGMA user_version = %d", DESK_APPLICATION_ID,
		 DESK_VERSION);
	if (desk_begin(d, e) < 0 || read_int(d, "SELECT count(*) FROM sqlite_schema", &tables, e) < 0 ||
	    read_int(d, "PRAGMA page_count", &pages, e) < 0)
		return -1;
	if (tables || pages > 1) { /* it is there already, or is something else */
		desk_rollback(d);
		return check(d, path, e);
	}
	if (desk_exec(d, DESK_SCHEMA, e) < 0 || desk_exec(d, sql, e) < 0 || desk_commit(d, e) < 0) {
		desk_rollback(d);
		return -1;
	}
	return 0;
}

int desk_create(const char *path, err *e)
{
	struct desk *d = new_desk(e);
	int rc = -1;

	if (!d)
		return -1;
	if (make_file(path, e) == 0 && open_db(d, path, e) == 0)
		rc = fill(d, path, e);
	desk_close(d);
	return rc;
}

/* --- small things ---------------------------------------------------------------------------- */

void desk_set_now(struct desk *d, int64_t ns)
{
	d->now_ns = ns;
}

int64_t desk_now(const struct desk *d)
{
	return d->now_ns;
}

int desk_begin(struct desk *d, err *e)
{
	return desk_exec(d, "BEGIN IMMEDIATE", e);
}

int desk_begin_read(struct desk *d, err *e)
{
	return desk_exec(d, "BEGIN", e);
}

int desk_commit(struct desk *d, err *e)
{
	return desk_exec(d, "COMMIT", e);
}

void desk_rollback(struct desk *d)
{
	if (!sqlite3_get_autocommit(d->db))
		desk_exec(d, "ROLLBACK", NULL);
}

void desk_time(buf *b, int64_t ns)
{
	buf_time(b, ns - ((ns % NS_PER_S) + NS_PER_S) % NS_PER_S);
}
