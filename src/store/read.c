#include <stdlib.h>

#include "store/case_schema.h"
#include "store/store_priv.h"
#include "util/limits.h"
#include "util/vec.h"

/* One row: its next column. */
struct row {
	sqlite3_stmt *st;
	int n;
};

/* Most columns of a fact are NULL: asking for the type first is cheap, asking for the text is not. */
static str row_text(struct row *r)
{
	const char *p;
	int len;

	if (sqlite3_column_type(r->st, r->n) == SQLITE_NULL) {
		r->n++;
		return (str){ "", 0 };
	}
	p = (const char *)sqlite3_column_text(r->st, r->n);
	len = sqlite3_column_bytes(r->st, r->n++);

	return p ? (str){ p, (size_t)len } : (str){ "", 0 };
}

static int64_t row_int(struct row *r)
{
	return sqlite3_column_int64(r->st, r->n++);
}

static uint64_t row_u64(struct row *r)
{
	return (uint64_t)row_int(r);
}

static int64_t row_time(struct row *r)
{
	bool none = sqlite3_column_type(r->st, r->n) == SQLITE_NULL;
	int64_t v = row_int(r);

	return none ? TIME_NONE : v;
}

static int begin(struct store *s, const char *sql, sqlite3_stmt **ret, err *e)
{
	return sqlite3_prepare_v2(s->db, sql, -1, ret, NULL) == SQLITE_OK ? 0 : store_fail(s, "read", e);
}

/* Close the statement; -1 unless the rows ended by themselves. */
static int end(struct store *s, sqlite3_stmt *st, int step, int rc, err *e)
{
	if (rc == 0 && step != SQLITE_DONE)
		rc = store_fail(s, "read", e);
	sqlite3_finalize(st);
	return rc;
}

static bool unhex(str hex, uint8_t out[SHA256_LEN])
{
	static const char DIGITS[] = "0123456789abcdef";

	if (hex.len != SHA256_HEX_LEN)
		return false;
	for (size_t i = 0; i < SHA256_HEX_LEN; i++) {
		const char *d = hex.ptr[i] ? strchr(DIGITS, hex.ptr[i]) : NULL;

		if (!d)
			return false;
		out[i / 2] = (uint8_t)(out[i / 2] << 4 | (d - DIGITS));
	}
	return true;
}

int store_each_item(struct store *s, int (*fn)(void *, const struct store_item *, err *), void *ctx, err *e)
{
	sqlite3_stmt *st;
	int step = SQLITE_DONE, rc = 0;

	if (begin(s,
		  "SELECT id, parent, path, size, mtime_ns, sha256, format, verdict, reason, events, "
		  "recovered, first_ns, last_ns FROM items ORDER BY id",
		  &st, e) < 0)
		return -1;
	while (rc == 0 && (step = sqlite3_step(st)) == SQLITE_ROW) {
		struct row r = { st, 0 };
		struct store_item it = { .id = (uint32_t)row_int(&r) };
		bool top = sqlite3_column_type(st, 1) == SQLITE_NULL;

		it.parent = (uint32_t)row_int(&r);
		if (top)
			it.parent = UINT32_MAX;
		it.path = row_text(&r);
		it.size = row_u64(&r);
		it.mtime_ns = row_time(&r);
		it.has_sha256 = unhex(row_text(&r), it.sha256);
		it.format = row_text(&r);
		it.verdict = row_text(&r);
		it.reason = row_text(&r);
		it.events = row_u64(&r);
		it.recovered = row_u64(&r);
		it.first_ns = row_time(&r);
		it.last_ns = row_time(&r);
		rc = fn(ctx, &it, e);
	}
	return end(s, st, rc ? SQLITE_DONE : step, rc, e);
}

/* What belongs to a finding beside its own row. Text is copied, the statements move on. */
struct finding_rest {
	sqlite3_stmt *refs, *details;
	VEC(struct event_ref) ref;
	arena mem;
};

static int rest_of(struct store *s, struct finding_rest *x, int64_t id, struct finding *f, err *e)
{
	int step;
	struct event_ref *more;

	sqlite3_reset(x->refs);
	sqlite3_bind_int64(x->refs, 1, id);
	while ((step = sqlite3_step(x->refs)) == SQLITE_ROW) {
		struct row r = { x->refs, 0 };

		more = VEC_PUSH(&x->ref, LIMIT_STORE_FINDING_REFS);
		if (!more)
			break;
		more->item = (uint32_t)row_int(&r);
		more->offset = row_u64(&r);
		more->record = row_u64(&r);
	}
	if (step != SQLITE_DONE && step != SQLITE_ROW)
		return store_fail(s, "read", e);
	f->refs = x->ref.at;
	f->nrefs = (uint32_t)x->ref.len;
	sqlite3_reset(x->details);
	sqlite3_bind_int64(x->details, 1, id);
	while ((step = sqlite3_step(x->details)) == SQLITE_ROW && f->ndetails < FINDING_DETAILS_MAX) {
		struct row r = { x->details, 0 };
		struct finding_detail *d = &f->details[f->ndetails++];

		d->name = arena_str(&x->mem, row_text(&r));
		d->value = arena_str(&x->mem, row_text(&r));
		if (!d->name.ptr || !d->value.ptr)
			return err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "case: a finding is too large");
	}
	return step == SQLITE_DONE || step == SQLITE_ROW ? 0 : store_fail(s, "read", e);
}

static int finding_row(struct store *s, sqlite3_stmt *st, struct finding_rest *x,
		       int (*fn)(void *, const struct finding *, err *), void *ctx, err *e)
{
	struct row r = { st, 0 };
	int64_t id = row_int(&r), level;
	struct finding f = { 0 };
	struct event_ref *first;

	f.rule_id = row_text(&r);
	f.rule_title = row_text(&r);
	level = row_int(&r);
	f.level = level < 0 || level > LEVEL_CRITICAL ? LEVEL_INFORMATIONAL : (enum finding_level)level;
	f.tags = row_text(&r);
	f.profile = row_text(&r);
	f.time_ns = row_time(&r);
	f.host = row_text(&r);
	f.channel = row_text(&r);
	f.provider = row_text(&r);
	f.event_id = row_u64(&r);
	f.record_id = row_u64(&r);
	f.flags = (uint8_t)row_int(&r);
	x->ref.len = 0;
	arena_clear(&x->mem);
	first = VEC_PUSH(&x->ref, LIMIT_STORE_FINDING_REFS);
	if (!first)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "case: no memory to read a finding");
	first->item = (uint32_t)row_int(&r);
	first->offset = row_u64(&r);
	first->record = row_u64(&r);
	f.rule_sha256 = row_text(&r);
	return rest_of(s, x, id, &f, e) < 0 ? -1 : fn(ctx, &f, e);
}

int store_each_finding(struct store *s, int (*fn)(void *, const struct finding *, err *), void *ctx, err *e)
{
	struct finding_rest x = { 0 };
	sqlite3_stmt *st = NULL;
	int step = SQLITE_DONE, rc = -1;

	arena_init(&x.mem, 4u << 20);
	if (begin(s,
		  "SELECT id, rule_id, title, level, tags, profile, time_ns, host, channel, provider, "
		  "event_id, record_id, flags, item, offset, record, "
		  "(SELECT sha256 FROM rules WHERE rules.id = rule_id AND status = 'ok') FROM findings "
		  "ORDER BY time_ns, item, offset, record, rule_id, id",
		  &st, e) < 0 ||
	    begin(s, "SELECT item, offset, record FROM finding_refs WHERE finding = ? ORDER BY n", &x.refs,
		  e) < 0 ||
	    begin(s, "SELECT name, value FROM finding_details WHERE finding = ? ORDER BY n", &x.details, e) <
		    0)
		goto out;
	rc = 0;
	while (rc == 0 && (step = sqlite3_step(st)) == SQLITE_ROW)
		rc = finding_row(s, st, &x, fn, ctx, e);
out:
	sqlite3_finalize(x.refs);
	sqlite3_finalize(x.details);
	VEC_DONE(&x.ref);
	arena_done(&x.mem);
	return end(s, st, rc ? SQLITE_DONE : step, rc, e);
}

static void fact_row(sqlite3_stmt *st, struct fact *f)
{
	struct row r = { st, 0 };

	f->first_ns = row_time(&r);
	f->last_ns = row_time(&r);
	f->count = row_u64(&r);
	f->bytes = row_u64(&r);
	f->hours = (uint32_t)row_u64(&r);
	f->nrefs = store_refs_parse(row_text(&r), f->refs);
	for (int i = 0; i < FA_COUNT; i++)
		f->attr[i] = row_text(&r);
}

/* Facts of a kind, which are written down on the way for the next time. */
static int kind_from_case(struct store *s, enum fact_kind kind, int (*fn)(void *, const struct fact *, err *),
			  void *ctx, err *e)
{
	static const char SQL[] = "SELECT first_ns, last_ns, count, bytes, hours, refs, " FACT_COLUMNS
				  " FROM facts WHERE kind = ? ORDER BY first_ns, key";
	struct fact f = { .kind = kind };
	sqlite3_stmt *st;
	int step = SQLITE_DONE, rc = 0;
	bool tape;

	if (begin(s, SQL, &st, e) < 0)
		return -1;
	sqlite3_bind_text(st, 1, fact_kind_name(kind), -1, SQLITE_STATIC);
	tape = fact_tape_start(s->tape, kind);
	while (rc == 0 && (step = sqlite3_step(st)) == SQLITE_ROW) {
		fact_row(st, &f);
		if (tape)
			fact_tape_add(s->tape, &f);
		rc = fn(ctx, &f, e);
	}
	if (tape)
		fact_tape_end(s->tape, rc == 0 && step == SQLITE_DONE);
	return end(s, st, rc ? SQLITE_DONE : step, rc, e);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(fact_kind_name(*(const enum fact_kind *)a), fact_kind_name(*(const enum fact_kind *)b));
}

int store_each_fact(struct store *s, int kind, int (*fn)(void *, const struct fact *, err *), void *ctx,
		    err *e)
{
	enum fact_kind all[FACT_KINDS];
	int rc = 0;

	if (kind >= FACT_KINDS)
		return err_set(e, ERR_ARG, ERR_NO_OFFSET, "no fact kind %d", kind);
	if (kind >= 0)
		return fact_tape_has(s->tape, (enum fact_kind)kind)
			       ? fact_tape_each(s->tape, (enum fact_kind)kind, fn, ctx, e)
			       : kind_from_case(s, (enum fact_kind)kind, fn, ctx, e);
	for (int i = 0; i < FACT_KINDS; i++)
		all[i] = (enum fact_kind)i;
	qsort(all, COUNT(all), sizeof *all, by_name);
	for (int i = 0; i < FACT_KINDS && rc == 0; i++)
		rc = store_each_fact(s, (int)all[i], fn, ctx, e);
	return rc;
}

int store_count_facts(struct store *s, uint64_t *ret, err *e)
{
	sqlite3_stmt *st;
	int step;

	if (begin(s, "SELECT count(*) FROM facts", &st, e) < 0)
		return -1;
	step = sqlite3_step(st);
	if (step == SQLITE_ROW)
		*ret = (uint64_t)sqlite3_column_int64(st, 0);
	return end(s, st, step == SQLITE_ROW ? SQLITE_DONE : step, 0, e);
}

static enum gap_kind gap_kind_of(str name)
{
	for (int i = 0; i < GAP_KINDS; i++)
		if (str_eq(name, str_of(gap_kind_name((enum gap_kind)i))))
			return (enum gap_kind)i;
	return GAP_UNKNOWN;
}

int store_each_gap(struct store *s, int (*fn)(void *, const struct gap *, err *), void *ctx, err *e)
{
	sqlite3_stmt *st;
	int step = SQLITE_DONE, rc = 0;

	if (begin(s,
		  "SELECT kind, item, range_from, range_to, lost, first_ns, last_ns, text FROM gaps "
		  "ORDER BY id",
		  &st, e) < 0)
		return -1;
	while (rc == 0 && (step = sqlite3_step(st)) == SQLITE_ROW) {
		struct row r = { st, 0 };
		struct gap g = { .kind = gap_kind_of(row_text(&r)) };
		str text;

		g.item = (uint32_t)row_int(&r);
		g.from = row_u64(&r);
		g.to = row_u64(&r);
		g.lost = row_u64(&r);
		g.first_ns = row_time(&r);
		g.last_ns = row_time(&r);
		text = row_text(&r);
		memcpy(g.text, text.ptr, text.len < sizeof g.text - 1 ? text.len : sizeof g.text - 1);
		rc = fn(ctx, &g, e);
	}
	return end(s, st, rc ? SQLITE_DONE : step, rc, e);
}

int store_each_rule(struct store *s, int (*fn)(void *, const struct store_rule *, err *), void *ctx, err *e)
{
	sqlite3_stmt *st;
	int step = SQLITE_DONE, rc = 0;

	if (begin(s, "SELECT id, title, level, status, reason, path, tags, sha256 FROM rules ORDER BY n", &st,
		  e) < 0)
		return -1;
	while (rc == 0 && (step = sqlite3_step(st)) == SQLITE_ROW) {
		struct row r = { st, 0 };
		struct store_rule rule = { .id = row_text(&r) };

		rule.title = row_text(&r);
		rule.level = row_text(&r);
		rule.status = row_text(&r);
		rule.reason = row_text(&r);
		rule.path = row_text(&r);
		rule.tags = row_text(&r);
		rule.sha256 = row_text(&r);
		rc = fn(ctx, &rule, e);
	}
	return end(s, st, rc ? SQLITE_DONE : step, rc, e);
}

int store_get_run(struct store *s, struct store_run *ret, arena *mem, err *e)
{
	struct store_run run = { 0 };
	sqlite3_stmt *st;
	int step;

	if (begin(s,
		  "SELECT version, command, rules_sha256, rules_name, values_sha256, profile, started_ns, rules_ok, rules_rejected, events, "
		  "bytes, finished FROM run WHERE id = 1",
		  &st, e) < 0)
		return -1;
	step = sqlite3_step(st);
	if (step == SQLITE_ROW) {
		struct row r = { st, 0 };

		run.version = arena_str(mem, row_text(&r));
		run.command = arena_str(mem, row_text(&r));
		run.rules_sha256 = arena_str(mem, row_text(&r));
		run.rules_name = arena_str(mem, row_text(&r));
		run.values_sha256 = arena_str(mem, row_text(&r));
		run.profile = arena_str(mem, row_text(&r));
		run.started_ns = row_time(&r);
		run.rules_ok = row_u64(&r);
		run.rules_rejected = row_u64(&r);
		run.events = row_u64(&r);
		run.bytes = row_u64(&r);
		run.finished = row_int(&r) != 0;
	}
	if (step != SQLITE_ROW && step != SQLITE_DONE) {
		store_fail(s, "run", e);
		sqlite3_finalize(st);
		return -1;
	}
	sqlite3_finalize(st);
	if (step == SQLITE_DONE)
		return err_set(e, ERR_CORRUPT, ERR_NO_OFFSET, "the case does not say how it was made");
	if (!run.version.ptr || !run.command.ptr || !run.rules_sha256.ptr || !run.rules_name.ptr ||
	    !run.values_sha256.ptr || !run.profile.ptr)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory to read the run");
	*ret = run;
	return 0;
}
