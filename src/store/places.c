#include "store/case_schema.h"
#include "store/store_priv.h"

int store_put_place(struct store *s, const struct store_place *p, err *e)
{
	sqlite3_stmt *st;
	int rc;

	if (!s->writable)
		return err_set(e, ERR_ARG, ERR_NO_OFFSET, "the case is open for reading only");
	if (sqlite3_prepare_v2(
		    s->db,
		    "INSERT OR REPLACE INTO places(ip, country, asn, network, kind) VALUES (?, ?, ?, ?, ?)",
		    -1, &st, NULL) != SQLITE_OK)
		return store_fail(s, "place", e);
	sqlite3_bind_text(st, 1, p->ip.ptr, (int)p->ip.len, SQLITE_STATIC);
	if (p->country.len)
		sqlite3_bind_text(st, 2, p->country.ptr, (int)p->country.len, SQLITE_STATIC);
	if (p->asn)
		sqlite3_bind_int64(st, 3, p->asn);
	buf_clear(&s->text);
	store_text(p->network, &s->text);
	if (p->network.len)
		sqlite3_bind_text(st, 4, s->text.ptr, (int)s->text.len, SQLITE_STATIC);
	if (p->kind.len)
		sqlite3_bind_text(st, 5, p->kind.ptr, (int)p->kind.len, SQLITE_STATIC);
	rc = s->text.failed ? SQLITE_NOMEM : sqlite3_step(st);
	if (rc != SQLITE_DONE)
		store_fail(s, "place", e);
	sqlite3_finalize(st);
	return rc == SQLITE_DONE ? 0 : -1;
}

static str column(sqlite3_stmt *st, int n)
{
	const char *p = (const char *)sqlite3_column_text(st, n);

	return p ? (str){ p, (size_t)sqlite3_column_bytes(st, n) } : STR("");
}

/* Each text that a query of one column gives. */
static int each_text(struct store *s, const char *sql, const char *what, int (*fn)(void *, str, err *),
		     void *ctx, err *e)
{
	sqlite3_stmt *st;
	int step = SQLITE_DONE, rc = 0;

	if (sqlite3_prepare_v2(s->db, sql, -1, &st, NULL) != SQLITE_OK)
		return store_fail(s, what, e);
	while (rc == 0 && (step = sqlite3_step(st)) == SQLITE_ROW)
		rc = fn(ctx, column(st, 0), e);
	if (rc == 0 && step != SQLITE_DONE)
		rc = store_fail(s, what, e);
	sqlite3_finalize(st);
	return rc;
}

int store_each_address(struct store *s, int (*fn)(void *, str, err *), void *ctx, err *e)
{
	return each_text(s,
			 "SELECT source_ip FROM facts WHERE source_ip IS NOT NULL UNION "
			 "SELECT target_ip FROM facts WHERE target_ip IS NOT NULL ORDER BY 1",
			 "addresses", fn, ctx, e);
}

int store_each_account(struct store *s, int (*fn)(void *, str host, str account, str sid, err *), void *ctx,
		       err *e)
{
	sqlite3_stmt *st;
	int step = SQLITE_DONE, rc = 0;

	if (sqlite3_prepare_v2(
		    s->db,
		    "SELECT host, account, account_sid FROM facts WHERE account IS NOT NULL UNION "
		    "SELECT host, target_account, NULL FROM facts WHERE target_account IS NOT NULL ORDER BY 1, 2, 3",
		    -1, &st, NULL) != SQLITE_OK)
		return store_fail(s, "accounts", e);
	while (rc == 0 && (step = sqlite3_step(st)) == SQLITE_ROW)
		rc = fn(ctx, column(st, 0), column(st, 1), column(st, 2), e);
	if (rc == 0 && step != SQLITE_DONE)
		rc = store_fail(s, "accounts", e);
	sqlite3_finalize(st);
	return rc;
}

int store_place_of(struct store *s, str ip, int (*fn)(void *, const struct store_place *, err *), void *ctx,
		   err *e)
{
	sqlite3_stmt *st;
	int step, rc = 0;

	if (sqlite3_prepare_v2(s->db, "SELECT country, asn, network, kind FROM places WHERE ip = ?", -1, &st,
			       NULL) != SQLITE_OK)
		return store_fail(s, "place", e);
	sqlite3_bind_text(st, 1, ip.ptr, (int)ip.len, SQLITE_STATIC);
	step = sqlite3_step(st);
	if (step == SQLITE_ROW) {
		const struct store_place p = { .ip = ip,
					       .country = column(st, 0),
					       .asn = (uint32_t)sqlite3_column_int64(st, 1),
					       .network = column(st, 2),
					       .kind = column(st, 3) };

		rc = fn(ctx, &p, e);
	} else if (step != SQLITE_DONE) {
		rc = store_fail(s, "place", e);
	}
	sqlite3_finalize(st);
	return rc;
}
