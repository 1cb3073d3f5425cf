#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/case_schema.h"
#include "store/store_priv.h"
#include "util/limits.h"
#include "util/utf.h"

int store_fail(struct store *s, const char *doing, err *e)
{
	int code = sqlite3_errcode(s->db);
	enum err_code kind = code == SQLITE_NOMEM                              ? ERR_OOM
			     : code == SQLITE_CORRUPT || code == SQLITE_NOTADB ? ERR_CORRUPT
			     : code == SQLITE_TOOBIG                           ? ERR_LIMIT
									       : ERR_IO;

	return err_set(e, kind, ERR_NO_OFFSET, "case: %s: %s", doing, sqlite3_errmsg(s->db));
}

int store_exec(struct store *s, const char *sql, err *e)
{
	return sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : store_fail(s, sql, e);
}

void store_text(str s, buf *out)
{
	if (s.len > LIMIT_STORE_TEXT) {
		s.len = LIMIT_STORE_TEXT;
		while (s.len && ((unsigned char)s.ptr[s.len] & 0xC0) == 0x80)
			s.len--;
	}
	while (s.len) {
		const char *nul = memchr(s.ptr, 0, s.len);
		size_t n = nul ? (size_t)(nul - s.ptr) : s.len;

		buf_utf8_or_escape(out, (str){ s.ptr, n });
		if (nul)
			buf_z(out, "\\x00");
		n += nul != NULL;
		s = (str){ s.ptr + n, s.len - n };
	}
}

/* --- making and opening ---------------------------------------------------------------------- */

/* What lies at DIR/case.db: 0 nothing, 1 a case (or the beginning of one), -1 something else. */
static int what_is_there(int dir)
{
	uint8_t head[100];
	ssize_t n;
	int fd = openat(dir, CASE_FILE, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return errno == ENOENT ? 0 : -1;
	n = pread(fd, head, sizeof head, 0);
	close(fd);
	if (n == 0)
		return 1;
	if (n == sizeof head && memcmp(head, "SQLite format 3", 16) == 0 && head[68] == 'S' &&
	    head[69] == 'p' && head[70] == 'o' && head[71] == 'r')
		return 1;
	return -1;
}

static int take_away(int dir, const char *shown, err *e)
{
	static const char *const NAMES[] = { CASE_FILE, CASE_FILE "-wal", CASE_FILE "-shm",
					     CASE_FILE "-journal" };

	for (size_t i = 0; i < COUNT(NAMES); i++)
		if (unlinkat(dir, NAMES[i], 0) < 0 && errno != ENOENT)
			return err_errno(e, errno, "%s/%s: cannot take it away", shown, NAMES[i]);
	return 0;
}

/* An empty case.db that nobody else can read, reached through no link. */
static int make_file(const char *dir, bool replace, err *e)
{
	int fd = -1, d, there, rc = -1;

	if (mkdir(dir, 0700) < 0 && errno != EEXIST)
		return err_errno(e, errno, "%s: cannot make the folder of the case", dir);
	d = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (d < 0)
		return err_errno(e, errno, "%s: cannot open the folder of the case", dir);
	there = what_is_there(d);
	if (there < 0) {
		err_set(e, ERR_ARG, ERR_NO_OFFSET, "%s/" CASE_FILE " is there and is no case", dir);
		goto out;
	}
	if (there > 0 && !replace) {
		err_set(e, ERR_ARG, ERR_NO_OFFSET, "%s holds a case already", dir);
		goto out;
	}
	if (there > 0 && take_away(d, dir, e) < 0)
		goto out;
	fd = openat(d, CASE_FILE, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0) {
		err_errno(e, errno, "%s/" CASE_FILE ": cannot make it", dir);
		goto out;
	}
	close(fd);
	rc = 0;
out:
	close(d);
	return rc;
}

static int open_db(struct store *s, const char *dir, int flags, err *e)
{
	char real[PATH_MAX], path[PATH_MAX + 16];

	if (!realpath(dir, real))
		return err_errno(e, errno, "%s: cannot open the folder of the case", dir);
	snprintf(path, sizeof path, "%s/" CASE_FILE, real);
	if (sqlite3_open_v2(path, &s->db,
			    flags | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
			    NULL) != SQLITE_OK)
		return s->db ? err_set(e, ERR_IO, ERR_NO_OFFSET, "%s/" CASE_FILE ": %s", dir,
				       sqlite3_errmsg(s->db))
			     : err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a case");
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_limit(s->db, SQLITE_LIMIT_ATTACHED, 0);
	sqlite3_limit(s->db, SQLITE_LIMIT_LENGTH, 64 << 20);
	return 0;
}

static struct store *new_store(err *e)
{
	struct store *s = calloc(1, sizeof *s);

	if (!s) {
		err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a case");
		return NULL;
	}
	s->sha = sha256_new(e);
	if (!s->sha) {
		free(s);
		return NULL;
	}
	s->tape = fact_tape_new();
	if (!s->tape) {
		err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a case");
		store_close(s);
		return NULL;
	}
	return s;
}

/* The log beside the file is folded into it when the case is closed: one file remains. */
static int prepare(struct store *s, err *e)
{
	char sql[128];

	snprintf(sql, sizeof sql, "PRAGMA application_id = %d; PRAGMA user_version = %d", CASE_APPLICATION_ID,
		 CASE_VERSION);
	if (store_exec(s, "PRAGMA page_size = 8192", e) < 0 || store_exec(s, sql, e) < 0 ||
	    store_exec(s, "PRAGMA journal_mode = WAL", e) < 0 ||
	    store_exec(s, "PRAGMA synchronous = NORMAL", e) < 0 ||
	    store_exec(s, "PRAGMA cache_size = -65536", e) < 0 || /* 64 MiB of pages */
	    store_exec(s, "PRAGMA wal_autocheckpoint = 4096", e) < 0 || store_exec(s, "BEGIN", e) < 0 ||
	    store_exec(s, CASE_SCHEMA, e) < 0 ||
	    store_exec(s, "INSERT INTO run(id, finished) VALUES (1, 0)", e) < 0 ||
	    store_exec(s, "COMMIT", e) < 0)
		return -1;
	return 0;
}

int store_create(struct store **ret, const char *dir, bool replace, err *e)
{
	struct store *s = new_store(e);

	if (!s)
		return -1;
	if (make_file(dir, replace, e) < 0 || open_db(s, dir, SQLITE_OPEN_READWRITE, e) < 0)
		goto fail;
	s->writable = true;
	if (prepare(s, e) < 0)
		goto fail;
	*ret = s;
	return 0;
fail:
	store_close(s);
	return -1;
}

static bool read_int(struct store *s, const char *sql, int64_t *ret)
{
	sqlite3_stmt *st = NULL;
	bool got =
		sqlite3_prepare_v2(s->db, sql, -1, &st, NULL) == SQLITE_OK && sqlite3_step(st) == SQLITE_ROW;

	if (got)
		*ret = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	return got;
}

/* A case may come from anybody: what we read must be plain tables, and nothing may run by itself. */
static bool tables_are_plain(struct store *s)
{
	int64_t plain = 0, triggers = 1;

	return read_int(s,
			"SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE "
			"'CREATE VIRTUAL%' AND name IN ('run', 'items', 'rules', 'findings', "
			"'finding_refs', 'finding_details', 'facts', 'gaps')",
			&plain) &&
	       read_int(s, "SELECT count(*) FROM sqlite_schema WHERE type = 'trigger'", &triggers) &&
	       plain == 8 && triggers == 0;
}

int store_open(struct store **ret, const char *dir, err *e)
{
	struct store *s = new_store(e);
	int64_t id = 0, version = 0;

	if (!s)
		return -1;
	if (open_db(s, dir, SQLITE_OPEN_READONLY, e) < 0)
		goto fail;
	if (!read_int(s, "PRAGMA application_id", &id) || !read_int(s, "PRAGMA user_version", &version)) {
		store_fail(s, "open", e);
		goto fail;
	}
	if (id != CASE_APPLICATION_ID) {
		err_set(e, ERR_CORRUPT, ERR_NO_OFFSET, "%s/" CASE_FILE " is no case", dir);
		goto fail;
	}
	if (version != CASE_VERSION) {
		err_set(e, ERR_UNSUPPORTED, ERR_NO_OFFSET,
			"%s: the case has layout %lld, this program knows %d", dir, (long long)version,
			CASE_VERSION);
		goto fail;
	}
	if (!tables_are_plain(s)) {
		err_set(e, ERR_CORRUPT, ERR_NO_OFFSET, "%s/" CASE_FILE ": not the tables of a case", dir);
		goto fail;
	}
	store_exec(s, "PRAGMA cell_size_check = ON", NULL);
	store_exec(s, "PRAGMA cache_size = -65536",
		   NULL); /* the story reads kinds of facts again and again */
	*ret = s;
	return 0;
fail:
	store_close(s);
	return -1;
}

void store_close(struct store *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < STATEMENTS; i++)
		sqlite3_finalize(s->put[i]);
	if (s->db && s->writable) {
		/* if this fails the log stays beside the file, and both together are still the case */
		store_exec(s, "PRAGMA wal_checkpoint(TRUNCATE)", NULL);
		store_exec(s, "PRAGMA journal_mode = DELETE", NULL);
	}
	sqlite3_close(s->db);
	sha256_free(s->sha);
	fact_tape_free(s->tape);
	buf_done(&s->text);
	free(s);
}

int store_begin(struct store *s, err *e)
{
	return store_exec(s, "BEGIN", e);
}

int store_commit(struct store *s, err *e)
{
	return store_exec(s, "COMMIT", e);
}

/* --- references ------------------------------------------------------------------------------ */

void store_refs_text(const struct event_ref *refs, uint32_t n, buf *out)
{
	buf_byte(out, '[');
	for (uint32_t i = 0; i < n; i++)
		buf_printf(out, "%s[%u,%lld,%lld]", i ? "," : "", refs[i].item, (long long)refs[i].offset,
			   (long long)refs[i].record);
	buf_byte(out, ']');
}

static bool parse_i64(const char **p, const char *end, int64_t *ret)
{
	bool minus = *p < end && **p == '-';
	const char *from = *p + minus;
	const char *to = from;
	uint64_t u;

	while (to < end && *to >= '0' && *to <= '9')
		to++;
	if (!str_to_u64((str){ from, (size_t)(to - from) }, &u))
		return false;
	*ret = (int64_t)(minus ? 0 - u : u);
	*p = to;
	return true;
}

uint32_t store_refs_parse(str s, struct event_ref refs[FACT_REFS])
{
	const char *p = s.ptr, *end = s.ptr + s.len;
	uint32_t n = 0;

	while (p < end && n < FACT_REFS) {
		int64_t v[3];
		size_t k = 0;

		while (p < end && (*p == '[' || *p == ',' || *p == ']'))
			p++;
		while (k < 3 && p < end && parse_i64(&p, end, &v[k])) {
			k++;
			if (k < 3 && p < end && *p == ',')
				p++;
		}
		if (k < 3)
			break;
		refs[n++] = (struct event_ref){ (uint32_t)v[0], (uint64_t)v[1], (uint64_t)v[2] };
	}
	return n;
}
