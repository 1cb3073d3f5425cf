#include "desk/records.h"

#include "desk/deskdb_priv.h"
#include "desk/trail.h"
#include "util/limits.h"
#include "util/sha256.h"

static size_t fields_len(const struct record_type *t)
{
	size_t n = 0;

	while (t->fields[n].name)
		n++;
	return n;
}

static size_t field_at(const struct record_type *t, str name)
{
	for (size_t i = 0; t->fields[i].name; i++)
		if (str_is(name, t->fields[i].name))
			return i;
	return SIZE_MAX;
}

static int copy_text(str *to, const char *what, str value, arena *mem, err *e)
{
	const struct field f = { .name = what, .kind = FIELD_TEXT };
	buf text = { 0 };
	int rc = field_put(&f, value, &text, e);

	if (rc == 0) {
		*to = arena_str(mem, buf_view(&text));
		if (!to->ptr || text.failed)
			rc = err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a value");
	}
	buf_done(&text);
	return rc;
}

int record_set(struct record *r, str name, str value, arena *mem, err *e)
{
	size_t i = field_at(r->type, name);
	buf text = { 0 };
	int rc;

	if (str_is(name, "id"))
		return copy_text(&r->id, "id", value, mem, e);
	if (str_is(name, "ref"))
		return copy_text(&r->ref, "ref", value, mem, e);
	if (i == SIZE_MAX)
		return err_set(e, ERR_ARG, ERR_NO_OFFSET, "%s has no field \"%.*s\" (desk fields lists them)",
			       r->type->name, (int)(name.len > 60 ? 60 : name.len), name.ptr);
	rc = field_put(&r->type->fields[i], value, &text, e);
	if (rc == 0) {
		r->value[i] = arena_str(mem, buf_view(&text));
		if (!r->value[i].ptr || text.failed)
			rc = err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a value");
	}
	buf_done(&text);
	return rc;
}

str record_get(const struct record *r, const char *field)
{
	size_t i = field_at(r->type, str_of(field));

	return i == SIZE_MAX || !r->value[i].ptr ? STR("") : r->value[i];
}

uint64_t record_count(const struct record *r, const char *field)
{
	uint64_t n = 0;

	return str_to_u64(record_get(r, field), &n) ? n : 0;
}

/* --- reading --------------------------------------------------------------------------------- */

static void select_list(buf *sql, const struct record_type *t)
{
	buf_z(sql, "SELECT id, ref");
	for (size_t i = 0; t->fields[i].name; i++)
		buf_printf(sql, ", %s", t->fields[i].name);
	buf_printf(sql, " FROM %s", t->table);
}

static int prepare(struct desk *d, buf *sql, sqlite3_stmt **ret, err *e)
{
	int rc;

	buf_byte(sql, 0);
	rc = sql->failed ? err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a question")
			 : desk_prepare(d, sql->ptr, ret, e);
	buf_done(sql);
	return rc;
}

static void row_read(struct record *r, const struct record_type *t, sqlite3_stmt *st)
{
	*r = (struct record){ .type = t, .id = desk_column(st, 0), .ref = desk_column(st, 1) };
	for (size_t i = 0; t->fields[i].name; i++)
		if (sqlite3_column_type(st, (int)i + 2) != SQLITE_NULL)
			r->value[i] = desk_column(st, (int)i + 2);
}

static bool row_keep(struct record *r, arena *mem)
{
	bool good = true;

	r->id = arena_str(mem, r->id);
	r->ref = arena_str(mem, r->ref);
	good = r->id.ptr && r->ref.ptr;
	for (size_t i = 0; good && r->type->fields[i].name; i++)
		if (r->value[i].ptr) {
			r->value[i] = arena_str(mem, r->value[i]);
			good = r->value[i].ptr != NULL;
		}
	return good;
}

static int find_by(struct desk *d, const struct record_type *t, const char *column, str value,
		   struct record *ret, arena *mem, err *e)
{
	sqlite3_stmt *st;
	struct record r;
	buf sql = { 0 };
	int rc;

	select_list(&sql, t);
	buf_printf(&sql, " WHERE %s = ?", column);
	if (prepare(d, &sql, &st, e) < 0)
		return -1;
	desk_bind(st, 1, value);
	rc = desk_step(d, st, e);
	if (rc == 1) {
		row_read(&r, t, st);
		if (row_keep(&r, mem))
			*ret = r;
		else
			rc = err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a row");
	}
	sqlite3_finalize(st);
	return rc;
}

int record_find(struct desk *d, const struct record_type *t, str id, struct record *ret, arena *mem, err *e)
{
	return find_by(d, t, "id", id, ret, mem, e);
}

int record_find_ref(struct desk *d, const struct record_type *t, str ref, struct record *ret, arena *mem,
		    err *e)
{
	return find_by(d, t, "ref", ref, ret, mem, e);
}

static void where(buf *sql, const struct record *like, const char *from, const char *to)
{
	const struct record_type *t = like->type;
	const char *sep = " WHERE ";

	for (size_t i = 0; t->fields[i].name; i++)
		if (like->value[i].ptr) {
			buf_printf(sql, "%scoalesce(%s, '') = ?", sep, t->fields[i].name);
			sep = " AND ";
		}
	if (from && t->dated) {
		buf_printf(sql, "%s%s >= ?", sep, t->dated);
		sep = " AND ";
	}
	if (to && t->dated)
		buf_printf(sql, "%s%s < ?", sep, t->dated);
	buf_printf(sql, " ORDER BY %s%sid", t->dated ? t->dated : "", t->dated ? ", " : "");
}

int record_each(struct desk *d, const struct record *like, const char *from, const char *to,
		int (*fn)(void *ctx, const struct record *r, err *e), void *ctx, err *e)
{
	const struct record_type *t = like->type;
	sqlite3_stmt *st;
	buf sql = { 0 };
	int rc, n = 1;

	select_list(&sql, t);
	where(&sql, like, from, to);
	if (prepare(d, &sql, &st, e) < 0)
		return -1;
	for (size_t i = 0; t->fields[i].name; i++)
		if (like->value[i].ptr && t->fields[i].kind == FIELD_COUNT && like->value[i].len) {
			uint64_t v = 0;

			str_to_u64(like->value[i], &v);
			sqlite3_bind_int64(st, n++, (int64_t)v);
		} else if (like->value[i].ptr) {
			desk_bind(st, n++, like->value[i]);
		}
	if (from && t->dated)
		desk_bind(st, n++, str_of(from));
	if (to && t->dated)
		desk_bind(st, n++, str_of(to));
	while ((rc = desk_step(d, st, e)) == 1) {
		struct record r;

		row_read(&r, t, st);
		if (fn(ctx, &r, e) < 0) {
			rc = -1;
			break;
		}
	}
	sqlite3_finalize(st);
	return rc;
}

/* --- writing --------------------------------------------------------------------------------- */

/* By what the row is known, where nobody gave it a ref. */
static int ref_make(const struct record *r, buf *to, err *e)
{
	const struct record_type *t = r->type;
	str key = t->key ? record_get(r, t->key) : STR("");
	char hex[SHA256_HEX_LEN + 1];
	uint8_t sum[SHA256_LEN];
	struct sha256 *h;
	int rc;

	if (key.len) {
		buf_printf(to, "%s:", t->key);
		for (size_t i = 0; i < key.len; i++)
			buf_byte(to, key.ptr[i] >= 'A' && key.ptr[i] <= 'Z' ? (char)(key.ptr[i] + 32)
									    : key.ptr[i]);
		return 0;
	}
	h = sha256_new(e);
	rc = h ? 0 : -1;
	for (size_t i = 0; rc == 0 && t->fields[i].name; i++) {
		str name = str_of(t->fields[i].name);

		if (!r->value[i].ptr)
			continue;
		if (sha256_add(h, str_bytes(name), e) < 0 || sha256_add(h, str_bytes(STR("\n")), e) < 0 ||
		    sha256_add(h, str_bytes(r->value[i]), e) < 0 ||
		    sha256_add(h, str_bytes(STR("\n")), e) < 0)
			rc = -1;
	}
	if (rc == 0)
		rc = sha256_end(h, sum, e);
	if (rc == 0) {
		sha256_hex(sum, hex);
		buf_printf(to, "same:%s", hex);
	}
	sha256_free(h);
	return rc;
}

/* What an added row has where nothing was said; missing ones are an error. */
static int complete(const struct desk *d, struct record *r, arena *mem, err *e)
{
	const struct record_type *t = r->type;

	for (size_t i = 0; t->fields[i].name; i++) {
		const struct field *f = &t->fields[i];
		buf now = { 0 };

		if (r->value[i].ptr)
			continue;
		if (f->required)
			return err_set(e, ERR_ARG, ERR_NO_OFFSET, "%s needs %s=...", t->name, f->name);
		if (!f->absent)
			continue;
		if (strcmp(f->absent, "(now)") == 0)
			desk_time(&now, desk_now(d));
		else
			buf_z(&now, f->absent);
		r->value[i] = arena_str(mem, buf_view(&now));
		buf_done(&now);
		if (!r->value[i].ptr)
			return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a row");
	}
	return 0;
}

static int id_make(struct desk *d, const struct record *r, buf *to, err *e)
{
	const struct record_type *t = r->type;
	char kind[64];
	uint64_t n;

	if (t->ids == IDS_ONE) {
		buf_z(to, t->prefix);
		return 0;
	}
	if (t->ids == IDS_GIVEN) {
		if (r->id.len == 0)
			return err_set(e, ERR_ARG, ERR_NO_OFFSET, "%s needs id=...", t->name);
		buf_str(to, r->id);
		return 0;
	}
	if (t->ids == IDS_YEARLY)
		snprintf(kind, sizeof kind, "%.4s-", record_get(r, t->dated).ptr);
	else
		snprintf(kind, sizeof kind, "%s", t->prefix);
	if (desk_number(d, kind, &n, e) < 0)
		return -1;
	buf_printf(to, "%s%06llu", kind, (unsigned long long)n);
	return 0;
}

static void value_bind(sqlite3_stmt *st, int n, str v)
{
	desk_bind(st, n, v.len ? v : (str){ 0 });
}

static int insert(struct desk *d, const struct record *r, str id, str ref, err *e)
{
	const struct record_type *t = r->type;
	size_t fields = fields_len(t);
	sqlite3_stmt *st;
	buf sql = { 0 };

	buf_printf(&sql, "INSERT INTO %s(id, ref", t->table);
	for (size_t i = 0; i < fields; i++)
		buf_printf(&sql, ", %s", t->fields[i].name);
	buf_z(&sql, ") VALUES (?, ?");
	for (size_t i = 0; i < fields; i++)
		buf_z(&sql, ", ?");
	buf_byte(&sql, ')');
	if (prepare(d, &sql, &st, e) < 0)
		return -1;
	desk_bind(st, 1, id);
	desk_bind(st, 2, ref);
	for (size_t i = 0; i < fields; i++)
		value_bind(st, (int)i + 3, r->value[i]);
	return desk_run(d, st, e);
}

static int update(struct desk *d, const struct record *r, str id, err *e)
{
	const struct record_type *t = r->type;
	const char *sep = "";
	sqlite3_stmt *st;
	buf sql = { 0 };
	int n = 1;

	buf_printf(&sql, "UPDATE %s SET ", t->table);
	for (size_t i = 0; t->fields[i].name; i++)
		if (r->value[i].ptr) {
			buf_printf(&sql, "%s%s = ?", sep, t->fields[i].name);
			sep = ", ";
		}
	buf_z(&sql, " WHERE id = ?");
	if (!*sep) {
		buf_done(&sql);
		return 0;
	}
	if (prepare(d, &sql, &st, e) < 0)
		return -1;
	for (size_t i = 0; t->fields[i].name; i++)
		if (r->value[i].ptr)
			value_bind(st, n++, r->value[i]);
	desk_bind(st, n, id);
	return desk_run(d, st, e);
}

static int whole_check(struct desk *d, const struct record_type *t, str id, arena *mem, err *e)
{
	struct record whole;
	int rc;

	if (!t->check)
		return 0;
	rc = record_find(d, t, id, &whole, mem, e);
	return rc == 1 ? t->check(&whole, e) : rc;
}

/* The row that is meant: 1 with its id; 0: a new one. */
static int meant(struct desk *d, const struct record *r, str ref, struct record *old, arena *mem, err *e)
{
	int rc;

	if (r->type->ids == IDS_ONE)
		return record_find(d, r->type, str_of(r->type->prefix), old, mem, e);
	if (r->id.len) {
		rc = record_find(d, r->type, r->id, old, mem, e);
		if (rc == 0 && r->type->ids != IDS_GIVEN)
			return err_set(e, ERR_ARG, ERR_NO_OFFSET, "there is no %s %.*s", r->type->name,
				       STR_ARG(r->id));
		return rc;
	}
	return record_find_ref(d, r->type, ref, old, mem, e);
}

static int put(struct desk *d, struct record *r, const char *what, buf *ret_id, enum record_done *ret,
	       arena *mem, err *e)
{
	const struct record_type *t = r->type;
	struct record old = { 0 };
	struct trail_change c;
	buf ref = { 0 }, id = { 0 };
	bool changed = false;
	int known = -1, rc = -1;

	if (r->ref.len)
		buf_str(&ref, r->ref);
	else if (t->ids == IDS_GIVEN || t->ids == IDS_ONE)
		buf_str(&ref, t->ids == IDS_ONE ? str_of(t->prefix) : r->id);
	else if (ref_make(r, &ref, e) < 0)
		goto out;
	known = meant(d, r, buf_view(&ref), &old, mem, e);
	if (known < 0 || (known == 0 && complete(d, r, mem, e) < 0))
		goto out;
	if (known)
		buf_str(&id, old.id);
	else if (id_make(d, r, &id, e) < 0)
		goto out;
	if (ref.failed || id.failed) {
		err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a row");
		goto out;
	}
	if (trail_before(&c, d, what, t->table, buf_view(&id), e) < 0)
		goto out;
	rc = known ? update(d, r, buf_view(&id), e) : insert(d, r, buf_view(&id), buf_view(&ref), e);
	if (rc == 0)
		rc = whole_check(d, t, buf_view(&id), mem, e);
	if (rc < 0)
		buf_done(&c.before);
	else
		rc = trail_after(&c, &changed, e);
	if (rc == 0) {
		buf_str(ret_id, buf_view(&id));
		*ret = !known ? RECORD_ADDED : changed ? RECORD_CHANGED : RECORD_SAME;
	}
out:
	buf_done(&ref);
	buf_done(&id);
	return rc;
}

int record_put(struct desk *d, const struct record *r, const char *what, buf *ret_id, enum record_done *ret,
	       err *e)
{
	struct record mine = *r;
	arena mem;
	int rc;

	arena_init(&mem, LIMIT_DESK_BYTES);
	rc = put(d, &mine, what, ret_id, ret, &mem, e);
	arena_done(&mem);
	return rc;
}

int desk_settings(struct desk *d, struct record *ret, arena *mem, err *e)
{
	int rc = record_find(d, &RECORD_SETTINGS, str_of(RECORD_SETTINGS.prefix), ret, mem, e);

	if (rc == 0) {
		*ret = (struct record){ .type = &RECORD_SETTINGS };
		rc = complete(d, ret, mem, e);
	}
	return rc < 0 ? -1 : 0;
}
