/* Words in a case: a walk over its tables, bounded in rows and time. */
#include <time.h>

#include "store/case_schema.h"
#include "store/store_priv.h"
#include "util/limits.h"
#include "util/times.h"

enum { STEPS = 10000 }; /* of SQLite's machine between two looks at the clock */

struct deadline {
	int64_t end_ns;
	bool over;
};

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * NS_PER_S + t.tv_nsec;
}

static int on_steps(void *ctx)
{
	struct deadline *d = ctx;

	d->over = now_ns() > d->end_ns;
	return d->over;
}

static str column(sqlite3_stmt *q, int i)
{
	const char *p = (const char *)sqlite3_column_text(q, i);

	return p ? (str){ p, (size_t)sqlite3_column_bytes(q, i) } : STR("");
}

/* The words as a pattern for LIKE. */
static void pattern_of(str words, buf *out)
{
	buf_byte(out, '%');
	for (size_t i = 0; i < words.len; i++) {
		if (strchr("%_\\", words.ptr[i]) && words.ptr[i])
			buf_byte(out, '\\');
		buf_byte(out, words.ptr[i]);
	}
	buf_byte(out, '%');
}

/* kind, time, host, text, ref; the pattern is ?1, the room ?2. */
static const char FINDINGS[] =
	"SELECT 'finding', f.time_ns, f.host, f.title || coalesce(' ' || d.name || '=' || d.value, ''), "
	"coalesce(i.sha256, 'item' || f.item) || ':' || f.offset || ':' || f.record "
	"FROM findings f LEFT JOIN finding_details d ON d.finding = f.id LEFT JOIN items i ON i.id = f.item "
	"WHERE f.title LIKE ?1 ESCAPE '\\' OR f.host LIKE ?1 ESCAPE '\\' OR d.value LIKE ?1 ESCAPE '\\' GROUP BY f.id LIMIT ?2";
static const char FACTS[] =
	"SELECT f.kind, f.first_ns, f.host, f.said, coalesce(i.sha256, 'item' || json_extract(f.refs, '$[0][0]')) || ':' || "
	"json_extract(f.refs, '$[0][1]') || ':' || json_extract(f.refs, '$[0][2]') "
	"FROM (SELECT kind, first_ns, host, refs, concat_said AS said FROM (SELECT kind, first_ns, host, refs, "
	"coalesce(account || ' ', '') || coalesce(target_account || ' ', '') || coalesce(source_ip || ' ', '') || "
	"coalesce(source_host || ' ', '') || coalesce(target_ip || ' ', '') || coalesce(target_host || ' ', '') || "
	"coalesce(port || ' ', '') || coalesce(process || ' ', '') || coalesce(command || ' ', '') || coalesce(object || ' ', '') || "
	"coalesce(hashes || ' ', '') || coalesce(detail || ' ', '') || coalesce(agent || ' ', '') AS concat_said FROM facts) "
	"WHERE concat_said LIKE ?1 ESCAPE '\\' OR host LIKE ?1 ESCAPE '\\' LIMIT ?2) f "
	"LEFT JOIN items i ON i.id = json_extract(f.refs, '$[0][0]')";

static int ask(struct store *s, const char *sql, str pattern, unsigned *room, struct deadline *d,
	       int (*fn)(void *, const struct store_hit *, err *), void *ctx, err *e)
{
	sqlite3_stmt *q = NULL;
	int rc = sqlite3_prepare_v2(s->db, sql, -1, &q, NULL), done = 0;

	if (rc == SQLITE_OK)
		rc = sqlite3_bind_text(q, 1, pattern.ptr, (int)pattern.len, SQLITE_STATIC);
	if (rc == SQLITE_OK)
		rc = sqlite3_bind_int(q, 2, (int)*room);
	while (rc == SQLITE_OK && done == 0 && *room && sqlite3_step(q) == SQLITE_ROW) {
		struct store_hit h = {
			.kind = column(q, 0), .host = column(q, 2), .text = column(q, 3), .ref = column(q, 4)
		};

		h.time_ns = sqlite3_column_type(q, 1) == SQLITE_NULL ? TIME_NONE : sqlite3_column_int64(q, 1);
		if (h.text.len > 2000)
			h.text.len = 2000;
		done = fn(ctx, &h, e);
		(*room)--;
	}
	if (done == 0 && rc == SQLITE_OK && !d->over && sqlite3_errcode(s->db) != SQLITE_OK &&
	    sqlite3_errcode(s->db) != SQLITE_ROW && sqlite3_errcode(s->db) != SQLITE_DONE)
		rc = sqlite3_errcode(s->db);
	sqlite3_finalize(q);
	return done < 0 ? -1 : rc == SQLITE_OK ? 0 : store_fail(s, "searching", e);
}

int store_search(struct store *s, str words, int (*fn)(void *, const struct store_hit *, err *), void *ctx,
		 bool *ret_all, err *e)
{
	struct deadline d = { .end_ns = now_ns() + LIMIT_SEARCH_MS * (NS_PER_S / 1000) };
	unsigned room = LIMIT_SEARCH_ROWS;
	buf pattern = { 0 };
	int rc;

	pattern_of(words, &pattern);
	sqlite3_progress_handler(s->db, STEPS, on_steps, &d);
	rc = ask(s, FINDINGS, buf_view(&pattern), &room, &d, fn, ctx, e);
	if (rc == 0 && !d.over && room)
		rc = ask(s, FACTS, buf_view(&pattern), &room, &d, fn, ctx, e);
	sqlite3_progress_handler(s->db, 0, NULL, NULL);
	buf_done(&pattern);
	*ret_all = rc == 0 && !d.over && room > 0;
	return rc;
}
