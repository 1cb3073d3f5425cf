#include "desk/trail.h"

#include "desk/deskdb_priv.h"
#include "util/json.h"

/* Long texts of a notice: its column "content" is their hash. */
static bool is_left_out(const char *column)
{
	static const char *const NAMES[] = { "body", "letter", "xarf", "indicators", "targets" };

	for (size_t i = 0; i < COUNT(NAMES); i++)
		if (strcmp(column, NAMES[i]) == 0)
			return true;
	return false;
}

/* The row as a JSON object; empty: there is none. */
static int row_json(struct desk *d, const char *table, str id, buf *to, err *e)
{
	sqlite3_stmt *st;
	buf sql = { 0 };
	int rc;

	buf_printf(&sql, "SELECT * FROM %s WHERE id = ?%c", table, '\0');
	rc = sql.failed ? err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory") : desk_prepare(d, sql.ptr, &st, e);
	buf_done(&sql);
	if (rc < 0)
		return -1;
	desk_bind(st, 1, id);
	rc = desk_step(d, st, e);
	if (rc == 1) {
		buf_byte(to, '{');
		for (int i = 0; i < sqlite3_column_count(st); i++) {
			const char *name = sqlite3_column_name(st, i);
			int type = sqlite3_column_type(st, i);

			if (type == SQLITE_NULL || is_left_out(name))
				continue;
			if (type == SQLITE_INTEGER)
				json_member_i64(to, name, sqlite3_column_int64(st, i));
			else
				json_member_str(to, name, desk_column(st, i));
		}
		buf_byte(to, '}');
	}
	sqlite3_finalize(st);
	if (rc >= 0 && to->failed)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory");
	return rc < 0 ? -1 : 0;
}

int trail_before(struct trail_change *c, struct desk *d, const char *what, const char *table, str id, err *e)
{
	*c = (struct trail_change){ .d = d, .what = what, .table = table, .id = id };
	if (row_json(d, table, id, &c->before, e) < 0) {
		buf_done(&c->before);
		return -1;
	}
	return 0;
}

int trail_after(struct trail_change *c, bool *ret_changed, err *e)
{
	buf after = { 0 };
	bool changed = false;
	int rc = row_json(c->d, c->table, c->id, &after, e);

	if (rc == 0) {
		changed = !str_eq(buf_view(&c->before), buf_view(&after));
		if (changed)
			rc = trail_add(c->d, c->what, c->id, buf_view(&c->before), buf_view(&after), e);
	}
	if (rc == 0 && ret_changed)
		*ret_changed = changed;
	buf_done(&after);
	buf_done(&c->before);
	return rc;
}

/* --- the chain ------------------------------------------------------------------------------- */

static int entry_hash(str prev, const struct trail_entry *x, char ret[SHA256_HEX_LEN + 1], err *e)
{
	const str parts[] = { x->time, x->who, x->what, x->object, x->before, x->after };
	uint8_t sum[SHA256_LEN];
	struct sha256 *h = sha256_new(e);
	buf text = { 0 };
	int rc;

	if (!h)
		return -1;
	buf_str(&text, prev);
	buf_printf(&text, "[%lld", (long long)x->n);
	for (size_t i = 0; i < COUNT(parts); i++) {
		buf_byte(&text, ',');
		json_str(&text, parts[i]);
	}
	buf_byte(&text, ']');
	rc = text.failed ? err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory")
			 : sha256_add(h, str_bytes(buf_view(&text)), e);
	if (rc == 0)
		rc = sha256_end(h, sum, e);
	if (rc == 0)
		sha256_hex(sum, ret);
	sha256_free(h);
	buf_done(&text);
	return rc;
}

/* Number and hash of the last entry; 0 and nothing where there is none. */
static int last_entry(struct desk *d, int64_t *n, buf *hash, err *e)
{
	sqlite3_stmt *st;
	int rc;

	if (desk_prepare(d, "SELECT n, hash FROM trail ORDER BY n DESC LIMIT 1", &st, e) < 0)
		return -1;
	*n = 0;
	rc = desk_step(d, st, e);
	if (rc == 1) {
		*n = sqlite3_column_int64(st, 0);
		buf_str(hash, desk_column(st, 1));
	}
	sqlite3_finalize(st);
	return rc < 0 ? -1 : 0;
}

static int entry_put(struct desk *d, const struct trail_entry *x, err *e)
{
	const str values[] = { x->time,
			       x->who,
			       x->what,
			       x->object,
			       x->before.len ? x->before : (str){ 0 },
			       x->after.len ? x->after : (str){ 0 },
			       x->hash };
	sqlite3_stmt *st;

	if (desk_prepare(
		    d,
		    "INSERT INTO trail(n, time, who, what, object, before, after, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		    &st, e) < 0)
		return -1;
	sqlite3_bind_int64(st, 1, x->n);
	for (size_t i = 0; i < COUNT(values); i++)
		desk_bind(st, (int)i + 2, values[i]);
	return desk_run(d, st, e);
}

int trail_add(struct desk *d, const char *what, str object, str before, str after, err *e)
{
	struct trail_entry x = { .who = str_of(d->who),
				 .what = str_of(what),
				 .object = object,
				 .before = before,
				 .after = after };
	char hash[SHA256_HEX_LEN + 1];
	buf prev = { 0 }, time = { 0 };
	struct timespec t;
	int rc;

	clock_gettime(CLOCK_REALTIME, &t);
	desk_time(&time, (int64_t)t.tv_sec * 1000000000);
	rc = last_entry(d, &x.n, &prev, e);
	x.n++;
	x.time = buf_view(&time);
	if (rc == 0 && (time.failed || prev.failed))
		rc = err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory");
	if (rc == 0)
		rc = entry_hash(buf_view(&prev), &x, hash, e);
	x.hash = str_of(hash);
	if (rc == 0)
		rc = entry_put(d, &x, e);
	buf_done(&prev);
	buf_done(&time);
	return rc;
}

int trail_each(struct desk *d, int (*fn)(void *ctx, const struct trail_entry *x, err *e), void *ctx, err *e)
{
	sqlite3_stmt *st;
	int rc;

	if (desk_prepare(d, "SELECT n, time, who, what, object, before, after, hash FROM trail ORDER BY n",
			 &st, e) < 0)
		return -1;
	while ((rc = desk_step(d, st, e)) == 1) {
		struct trail_entry x = { .n = sqlite3_column_int64(st, 0),
					 .time = desk_column(st, 1),
					 .who = desk_column(st, 2),
					 .what = desk_column(st, 3),
					 .object = desk_column(st, 4),
					 .before = desk_column(st, 5),
					 .after = desk_column(st, 6),
					 .hash = desk_column(st, 7) };

		if (fn(ctx, &x, e) < 0) {
			rc = -1;
			break;
		}
	}
	sqlite3_finalize(st);
	return rc;
}

struct verify {
	char hash[SHA256_HEX_LEN + 1];
	uint64_t n;
};

static int verify_entry(void *ctx, const struct trail_entry *x, err *e)
{
	struct verify *v = ctx;
	char hash[SHA256_HEX_LEN + 1];

	if (x->n != (int64_t)v->n + 1)
		return err_set(e, ERR_CORRUPT, ERR_NO_OFFSET, "trail: entry %llu is missing",
			       (unsigned long long)v->n + 1);
	if (entry_hash(str_of(v->hash), x, hash, e) < 0)
		return -1;
	if (!str_eq(str_of(hash), x->hash))
		return err_set(e, ERR_CORRUPT, ERR_NO_OFFSET, "trail: entry %lld is not what was written",
			       (long long)x->n);
	memcpy(v->hash, hash, sizeof v->hash);
	v->n++;
	return 0;
}

static int file_is_sound(struct desk *d, err *e)
{
	sqlite3_stmt *st;
	int rc;

	if (desk_prepare(d, "PRAGMA integrity_check(1)", &st, e) < 0)
		return -1;
	rc = desk_step(d, st, e);
	if (rc == 1 && !str_is(desk_column(st, 0), "ok"))
		rc = err_set(e, ERR_CORRUPT, ERR_NO_OFFSET, "the file is damaged: %.*s",
			     STR_ARG(desk_column(st, 0)));
	sqlite3_finalize(st);
	return rc < 0 ? -1 : 0;
}

int trail_verify(struct desk *d, uint64_t *ret_entries, char ret_hash[SHA256_HEX_LEN + 1], err *e)
{
	struct verify v = { .hash = "" };

	if (file_is_sound(d, e) < 0 || trail_each(d, verify_entry, &v, e) < 0)
		return -1;
	*ret_entries = v.n;
	memcpy(ret_hash, v.hash, sizeof v.hash);
	return 0;
}
