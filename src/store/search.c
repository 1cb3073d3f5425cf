#include "store/search.h"

#include <stdio.h>
#include <time.h>

#include "store/case_schema.h"
#include "store/ref.h"
#include "store/store_priv.h"
#include "util/limits.h"

/* A row of either table: some columns about it, the rest is searched. */
struct table {
	const char *name; /* in the mark where a piece ended */
	const char *sql;
	int first; /* of the columns that are searched */
	int refs;  /* the column with references as JSON; -1: item, offset, record are 3 to 5 */
};

/* Columns of both: 0 id, 1 kind, 2 time. The host is found by its name. */
static const struct table TABLES[] = {
	{ "finding",
	  "SELECT f.id, 'finding', f.time_ns, f.item, f.offset, f.record, f.host AS host, f.title AS title, f.rule_id AS rule, "
	  "f.channel AS channel, f.provider AS provider, f.event_id AS event_id, l.name AS level, f.tags AS tags FROM findings f "
	  "JOIN levels l USING(level) WHERE f.id > ? ORDER BY f.id",
	  6, -1 },
	{ "fact", "SELECT id, kind, first_ns, refs, " FACT_COLUMNS " FROM facts WHERE id > ? ORDER BY id", 4,
	  3 },
};

struct search {
	struct store *s;
	const struct store_query *q;
	struct store_found found;
	int64_t until_ns;
	uint64_t rows;
	sqlite3_stmt *row, *details, *item;
	int (*fn)(void *, const struct store_hit *, err *);
	void *ctx;
	buf text, ref;
};

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * NS_PER_S + t.tv_nsec;
}

static unsigned char folded(char c)
{
	return (unsigned char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

/* Where it first stands, or SIZE_MAX. */
static size_t place_in(str hay, str needle)
{
	unsigned char first = folded(needle.ptr[0]);

	for (size_t i = 0; i + needle.len <= hay.len; i++) {
		size_t k = 1;

		if (folded(hay.ptr[i]) != first)
			continue;
		while (k < needle.len && folded(hay.ptr[i + k]) == folded(needle.ptr[k]))
			k++;
		if (k == needle.len)
			return i;
	}
	return SIZE_MAX;
}

static str column(sqlite3_stmt *st, int n)
{
	const char *p;

	if (sqlite3_column_type(st, n) == SQLITE_NULL)
		return (str){ 0 };
	p = (const char *)sqlite3_column_text(st, n);
	return (str){ p, p ? (size_t)sqlite3_column_bytes(st, n) : 0 };
}

/* --- what is shown of a row ---------------------------------------------------------------- */

/* Not inside of a character of UTF-8. */
static size_t char_start(str s, size_t at)
{
	while (at && at < s.len && ((unsigned char)s.ptr[at] & 0xC0) == 0x80)
		at--;
	return at;
}

/* "name: value" behind what is there, cut where the room ends. */
static void show(buf *b, str name, str said)
{
	enum { LEAST = 8 }; /* bytes of a value that say something */
	size_t used = b->len + name.len + 4;
	bool cut = used + said.len > LIMIT_SEARCH_HIT_TEXT;

	if (!said.len || used + LEAST > LIMIT_SEARCH_HIT_TEXT)
		return;
	if (cut)
		said.len = char_start(said, LIMIT_SEARCH_HIT_TEXT - used);
	if (b->len)
		buf_z(b, "; ");
	buf_str(b, name);
	buf_z(b, ": ");
	buf_str(b, said);
	if (cut)
		buf_z(b, "\xe2\x80\xa6");
}

/* The part of a long value that shows what was searched for, which stands at `at`. */
static str around(str said, size_t at)
{
	enum { BEFORE = 60 };
	size_t from = said.len > LIMIT_SEARCH_HIT_TEXT / 2 && at > BEFORE ? char_start(said, at - BEFORE) : 0;

	return (str){ said.ptr + from, said.len - from };
}

static int ref_of(struct search *x, const struct table *t, err *e)
{
	struct event_ref refs[FACT_REFS] = { 0 };
	char text[REF_TEXT_MAX];
	str sha;

	buf_clear(&x->ref);
	if (t->refs < 0) {
		refs[0].item = (uint32_t)sqlite3_column_int64(x->row, 3);
		refs[0].offset = (uint64_t)sqlite3_column_int64(x->row, 4);
		refs[0].record = (uint64_t)sqlite3_column_int64(x->row, 5);
	} else if (store_refs_parse(column(x->row, t->refs), refs) == 0) {
		return 0;
	}
	sqlite3_reset(x->item);
	sqlite3_bind_int64(x->item, 1, refs[0].item);
	switch (sqlite3_step(x->item)) {
	case SQLITE_ROW:
		sha = column(x->item, 0);
		break;
	case SQLITE_DONE:
		sha = (str){ 0 };
		break;
	default:
		return store_fail(x->s, "search", e);
	}
	event_ref_text(NULL, &refs[0], text);
	if (sha.len) { /* in place of "item<number>" */
		buf_str(&x->ref, sha);
		buf_z(&x->ref, strchr(text, ':'));
	} else {
		buf_z(&x->ref, text);
	}
	return 0;
}

static int give(struct search *x, const struct table *t, str name, str said, size_t at, err *e)
{
	struct store_hit hit = { .kind = column(x->row, 1), .time_ns = TIME_NONE };

	buf_clear(&x->text);
	show(&x->text, name, around(said, at));
	for (int i = t->first; i < sqlite3_column_count(x->row); i++) {
		str other = str_of(sqlite3_column_name(x->row, i));

		if (str_eq(other, STR("host")))
			hit.host = column(x->row, i);
		else if (!str_eq(other, name))
			show(&x->text, other, column(x->row, i));
	}
	if (sqlite3_column_type(x->row, 2) != SQLITE_NULL)
		hit.time_ns = sqlite3_column_int64(x->row, 2);
	if (ref_of(x, t, e) < 0)
		return -1;
	if (x->text.failed || x->ref.failed)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory to search");
	hit.text = buf_view(&x->text);
	hit.ref = buf_view(&x->ref);
	x->rows++;
	return x->fn(x->ctx, &hit, e);
}

/* --- looking ------------------------------------------------------------------------------- */

/* Does a detail of the finding hold it? 1: yes, and it was given. */
static int look_at_details(struct search *x, const struct table *t, err *e)
{
	int step;

	sqlite3_reset(x->details);
	sqlite3_bind_int64(x->details, 1, sqlite3_column_int64(x->row, 0));
	while ((step = sqlite3_step(x->details)) == SQLITE_ROW) {
		str said = column(x->details, 1);
		size_t at = place_in(said, x->q->q);

		if (at != SIZE_MAX)
			return give(x, t, column(x->details, 0), said, at, e);
	}
	return step == SQLITE_DONE ? 0 : store_fail(x->s, "search", e);
}

static int look_at_row(struct search *x, const struct table *t, err *e)
{
	if (str_eq(column(x->row, 1), STR("coverage")))
		return 0;
	for (int i = t->first; i < sqlite3_column_count(x->row); i++) {
		str said = column(x->row, i);
		size_t at = place_in(said, x->q->q);

		if (at != SIZE_MAX)
			return give(x, t, str_of(sqlite3_column_name(x->row, i)), said, at, e);
	}
	return t->refs < 0 ? look_at_details(x, t, e) : 0;
}

/* 1: the piece ends inside this table. */
static int look_through(struct search *x, const struct table *t, int64_t after, err *e)
{
	enum { CLOCK_EVERY = 256 };
	int step = SQLITE_DONE, rc = 0;

	if (sqlite3_prepare_v2(x->s->db, t->sql, -1, &x->row, NULL) != SQLITE_OK)
		return store_fail(x->s, "search", e);
	sqlite3_bind_int64(x->row, 1, after);
	while (rc == 0 && (step = sqlite3_step(x->row)) == SQLITE_ROW) {
		rc = look_at_row(x, t, e);
		x->found.looked_at++;
		x->found.out_of_time = x->found.looked_at % CLOCK_EVERY == 0 && now_ns() >= x->until_ns;
		if (rc == 0 && (x->rows >= x->q->rows || x->found.out_of_time)) {
			snprintf(x->found.next, sizeof x->found.next, "%s:%lld", t->name,
				 (long long)sqlite3_column_int64(x->row, 0));
			rc = 1;
		}
	}
	if (rc == 0 && step != SQLITE_DONE)
		rc = store_fail(x->s, "search", e);
	sqlite3_finalize(x->row);
	x->row = NULL;
	return rc;
}

/* Where to go on: the table's index, and the row's id. */
static bool parse_after(str after, size_t *ret_table, int64_t *ret_id)
{
	str digits, name = str_cut(after, ':', &digits);
	uint64_t id;

	if (!after.len) {
		*ret_table = 0;
		*ret_id = INT64_MIN;
		return true;
	}
	if (!str_to_u64(digits, &id) || id > INT64_MAX)
		return false;
	for (size_t i = 0; i < COUNT(TABLES); i++)
		if (str_is(name, TABLES[i].name)) {
			*ret_table = i;
			*ret_id = (int64_t)id;
			return true;
		}
	return false;
}

int store_search(struct store *s, const struct store_query *q,
		 int (*fn)(void *, const struct store_hit *, err *), void *ctx, struct store_found *ret,
		 err *e)
{
	struct search x = { .s = s, .q = q, .fn = fn, .ctx = ctx };
	int64_t after;
	size_t first;
	int rc = 0;

	if (!q->q.len || !q->rows || !parse_after(q->after, &first, &after))
		return err_set(e, ERR_ARG, ERR_NO_OFFSET, "nothing to search for, or no place to go on from");
	x.until_ns = now_ns() + (int64_t)q->ms * (NS_PER_S / 1000);
	if (sqlite3_prepare_v2(s->db, "SELECT name, value FROM finding_details WHERE finding = ? ORDER BY n",
			       -1, &x.details, NULL) != SQLITE_OK ||
	    sqlite3_prepare_v2(s->db, "SELECT sha256 FROM items WHERE id = ?", -1, &x.item, NULL) !=
		    SQLITE_OK)
		rc = store_fail(s, "search", e);
	for (size_t i = first; rc == 0 && i < COUNT(TABLES); i++)
		rc = look_through(&x, &TABLES[i], i == first ? after : INT64_MIN, e);
	sqlite3_finalize(x.details);
	sqlite3_finalize(x.item);
	buf_done(&x.text);
	buf_done(&x.ref);
	if (rc < 0)
		return -1;
	*ret = x.found;
	return 0;
}
