#include "facts/facts.h"
#include "store/case_schema.h"
#include "store/store_priv.h"
#include "util/limits.h"
#include "util/utf.h"

static const char *const SQL[STATEMENTS] = {
	[PUT_RUN] = "INSERT OR REPLACE INTO run(id, version, command, rules_sha256, rules_name, "
		    "values_sha256, profile, started_ns, rules_ok, rules_rejected, events, bytes, finished) "
		    "VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	[PUT_RULE] = "INSERT INTO rules(id, title, level, status, reason, path, tags, sha256) "
		     "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
	[PUT_ITEM] = "INSERT OR REPLACE INTO items(id, parent, path, size, mtime_ns, sha256, format, "
		     "verdict, reason, events, recovered, first_ns, last_ns) "
		     "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	[PUT_FINDING] = "INSERT INTO findings(rule_id, title, level, tags, profile, time_ns, host, channel, "
			"provider, event_id, record_id, flags, item, offset, record) "
			"VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	[PUT_FINDING_REF] = "INSERT INTO finding_refs(finding, n, item, offset, record) "
			    "VALUES (?, ?, ?, ?, ?)",
	[PUT_FINDING_DETAIL] = "INSERT INTO finding_details(finding, n, name, value) VALUES (?, ?, ?, ?)",
	[PUT_FACT] =
		"INSERT INTO facts(kind, key, first_ns, last_ns, count, bytes, hours, refs, " FACT_COLUMNS
		") VALUES (?, ?, ?, ?, ?, ?, ?, ?, " FACT_MARKS ") ON CONFLICT DO NOTHING",
	[GET_FACT] = "SELECT first_ns, last_ns, count, bytes, hours, refs FROM facts WHERE key = ?",
	[MERGE_FACT] =
		"UPDATE facts SET first_ns = ?, last_ns = ?, count = ?, bytes = ?, hours = ?, refs = ? "
		"WHERE key = ?",
	[PUT_GAP] = "INSERT INTO gaps(kind, item, range_from, range_to, lost, first_ns, last_ns, text) "
		    "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
};

/* A statement being filled: the next parameter, and whether anything went wrong. */
struct fill {
	struct store *s;
	sqlite3_stmt *st;
	int n;
	bool failed;
};

static int fill_start(struct fill *f, struct store *s, enum store_statement which, err *e)
{
	if (!s->writable)
		return err_set(e, ERR_ARG, ERR_NO_OFFSET, "the case is open for reading only");
	if (!s->put[which] && sqlite3_prepare_v3(s->db, SQL[which], -1, SQLITE_PREPARE_PERSISTENT,
						 &s->put[which], NULL) != SQLITE_OK)
		return store_fail(s, SQL[which], e);
	*f = (struct fill){ s, s->put[which], 1, false };
	return 0;
}

static void fill_int(struct fill *f, int64_t v)
{
	f->failed |= sqlite3_bind_int64(f->st, f->n++, v) != SQLITE_OK;
}

static void fill_null(struct fill *f)
{
	f->failed |= sqlite3_bind_null(f->st, f->n++) != SQLITE_OK;
}

static void fill_time(struct fill *f, int64_t ns)
{
	if (ns == TIME_NONE)
		fill_null(f);
	else
		fill_int(f, ns);
}

static bool stands_as_it_is(str s)
{
	return s.len <= LIMIT_STORE_TEXT && memchr(s.ptr, 0, s.len) == NULL && utf8_valid_prefix(s) == s.len;
}

/* The text must live until the statement has run. Empty is NULL. */
static void fill_text(struct fill *f, str s)
{
	if (s.len == 0) {
		fill_null(f);
		return;
	}
	if (stands_as_it_is(s)) {
		f->failed |= sqlite3_bind_text(f->st, f->n++, s.ptr, (int)s.len, SQLITE_STATIC) != SQLITE_OK;
		return;
	}
	buf_clear(&f->s->text);
	store_text(s, &f->s->text);
	f->failed |=
		f->s->text.failed || sqlite3_bind_text(f->st, f->n++, f->s->text.ptr, (int)f->s->text.len,
						       SQLITE_TRANSIENT) != SQLITE_OK;
}

static int fill_run(struct fill *f, const char *what, err *e)
{
	int rc = f->failed ? SQLITE_NOMEM : sqlite3_step(f->st);

	if (f->failed)
		err_set(e, ERR_OOM, ERR_NO_OFFSET, "case: no memory for %s", what);
	else if (rc != SQLITE_DONE)
		store_fail(f->s, what, e);
	sqlite3_reset(f->st);
	sqlite3_clear_bindings(f->st);
	return rc == SQLITE_DONE ? 0 : -1;
}

int store_put_run(struct store *s, const struct store_run *run, err *e)
{
	struct fill f = { 0 };

	if (fill_start(&f, s, PUT_RUN, e) < 0)
		return -1;
	fill_text(&f, run->version);
	fill_text(&f, run->command);
	fill_text(&f, run->rules_sha256);
	fill_text(&f, run->rules_name);
	fill_text(&f, run->values_sha256);
	fill_text(&f, run->profile);
	fill_time(&f, run->started_ns);
	fill_int(&f, (int64_t)run->rules_ok);
	fill_int(&f, (int64_t)run->rules_rejected);
	fill_int(&f, (int64_t)run->events);
	fill_int(&f, (int64_t)run->bytes);
	fill_int(&f, run->finished);
	return fill_run(&f, "run", e);
}

int store_put_rule(struct store *s, const struct store_rule *rule, err *e)
{
	const str text[] = { rule->id,     rule->title, rule->level, rule->status,
			     rule->reason, rule->path,  rule->tags,  rule->sha256 };
	struct fill f = { 0 };

	if (fill_start(&f, s, PUT_RULE, e) < 0)
		return -1;
	for (size_t i = 0; i < COUNT(text); i++)
		fill_text(&f, text[i]);
	return fill_run(&f, "rule", e);
}

int store_put_item(struct store *s, const struct store_item *item, err *e)
{
	char hex[SHA256_HEX_LEN + 1];
	struct fill f = { 0 };

	if (fill_start(&f, s, PUT_ITEM, e) < 0)
		return -1;
	fill_int(&f, item->id);
	if (item->parent == UINT32_MAX)
		fill_null(&f);
	else
		fill_int(&f, item->parent);
	if (item->path.len == 0) {
		f.failed |= sqlite3_bind_text(f.st, f.n++, "", 0, SQLITE_STATIC) != SQLITE_OK;
	} else {
		fill_text(&f, item->path);
	}
	fill_int(&f, (int64_t)item->size);
	fill_time(&f, item->mtime_ns);
	if (item->has_sha256)
		sha256_hex(item->sha256, hex);
	fill_text(&f, item->has_sha256 ? str_of(hex) : STR(""));
	fill_text(&f, item->format);
	fill_text(&f, item->verdict);
	fill_text(&f, item->reason);
	fill_int(&f, (int64_t)item->events);
	fill_int(&f, (int64_t)item->recovered);
	fill_time(&f, item->first_ns);
	fill_time(&f, item->last_ns);
	return fill_run(&f, "item", e);
}

static int put_finding_ref(struct store *s, int64_t id, uint32_t n, const struct event_ref *r, err *e)
{
	struct fill f = { 0 };

	if (fill_start(&f, s, PUT_FINDING_REF, e) < 0)
		return -1;
	fill_int(&f, id);
	fill_int(&f, n);
	fill_int(&f, r->item);
	fill_int(&f, (int64_t)r->offset);
	fill_int(&f, (int64_t)r->record);
	return fill_run(&f, "reference", e);
}

static int put_finding_detail(struct store *s, int64_t id, uint32_t n, const struct finding_detail *d, err *e)
{
	struct fill f = { 0 };

	if (fill_start(&f, s, PUT_FINDING_DETAIL, e) < 0)
		return -1;
	fill_int(&f, id);
	fill_int(&f, n);
	fill_text(&f, d->name);
	fill_text(&f, d->value);
	return fill_run(&f, "detail", e);
}

int store_put_finding(struct store *s, const struct finding *in, err *e)
{
	const struct event_ref *r = in->refs;
	struct fill f = { 0 };
	int64_t id;

	if (in->nrefs == 0)
		return err_set(e, ERR_ARG, ERR_NO_OFFSET, "a finding without an event");
	if ((unsigned)in->level > LEVEL_CRITICAL || in->ndetails > FINDING_DETAILS_MAX)
		return err_set(e, ERR_ARG, ERR_NO_OFFSET, "a finding with level %d and %u details",
			       (int)in->level, in->ndetails);
	if (fill_start(&f, s, PUT_FINDING, e) < 0)
		return -1;
	fill_text(&f, in->rule_id);
	fill_text(&f, in->rule_title);
	fill_int(&f, in->level);
	fill_text(&f, in->tags);
	fill_text(&f, in->profile);
	fill_time(&f, in->time_ns);
	fill_text(&f, in->host);
	fill_text(&f, in->channel);
	fill_text(&f, in->provider);
	fill_int(&f, (int64_t)in->event_id);
	fill_int(&f, (int64_t)in->record_id);
	fill_int(&f, in->flags);
	fill_int(&f, r->item);
	fill_int(&f, (int64_t)r->offset);
	fill_int(&f, (int64_t)r->record);
	if (fill_run(&f, "finding", e) < 0)
		return -1;
	id = sqlite3_last_insert_rowid(s->db);
	for (uint32_t i = 1; i < in->nrefs; i++)
		if (put_finding_ref(s, id, i, &in->refs[i], e) < 0)
			return -1;
	for (uint32_t i = 0; i < in->ndetails; i++)
		if (put_finding_detail(s, id, i, &in->details[i], e) < 0)
			return -1;
	return 0;
}

/* 16 bytes that name a fact's kind and attributes, the same in every run and on every machine. */
static int fact_key(struct store *s, const struct fact *f, uint8_t ret[SHA256_LEN], err *e)
{
	buf b = { 0 };
	int rc;

	buf_z(&b, fact_kind_name(f->kind));
	buf_byte(&b, 0);
	for (int i = 0; i < FA_COUNT; i++) {
		if (f->attr[i].len == 0)
			continue;
		buf_z(&b, fact_attr_name((enum fact_attr)i));
		buf_byte(&b, '=');
		if (stands_as_it_is(f->attr[i]))
			buf_str(&b, f->attr[i]);
		else
			store_text(f->attr[i], &b);
		buf_byte(&b, 0);
	}
	rc = b.failed ? err_set(e, ERR_OOM, ERR_NO_OFFSET, "case: no memory for a fact")
		      : sha256_add(s->sha, str_bytes(buf_view(&b)), e);
	buf_done(&b);
	return rc < 0 ? -1 : sha256_end(s->sha, ret, e);
}

#define FACT_KEY_LEN 16

static int merge_fact(struct store *s, const struct fact *in, const uint8_t key[FACT_KEY_LEN], err *e)
{
	struct fact both = { .kind = in->kind };
	struct fill f = { 0 };
	buf refs = { 0 };
	int rc;

	if (fill_start(&f, s, GET_FACT, e) < 0)
		return -1;
	sqlite3_bind_blob(f.st, 1, key, FACT_KEY_LEN, SQLITE_STATIC);
	rc = sqlite3_step(f.st);
	if (rc == SQLITE_ROW) {
		bool none = sqlite3_column_type(f.st, 0) == SQLITE_NULL;

		both.first_ns = none ? TIME_NONE : sqlite3_column_int64(f.st, 0);
		both.last_ns = none ? TIME_NONE : sqlite3_column_int64(f.st, 1);
		both.count = (uint64_t)sqlite3_column_int64(f.st, 2);
		both.bytes = (uint64_t)sqlite3_column_int64(f.st, 3);
		both.hours = (uint32_t)sqlite3_column_int64(f.st, 4);
		both.nrefs = store_refs_parse((str){ (const char *)sqlite3_column_text(f.st, 5),
						     (size_t)sqlite3_column_bytes(f.st, 5) },
					      both.refs);
	}
	sqlite3_reset(f.st);
	if (rc != SQLITE_ROW)
		return store_fail(s, "fact", e);
	fact_combine(&both, in);
	if (fill_start(&f, s, MERGE_FACT, e) < 0)
		return -1;
	store_refs_text(both.refs, both.nrefs, &refs);
	fill_time(&f, both.first_ns);
	fill_time(&f, both.last_ns);
	fill_int(&f, (int64_t)both.count);
	fill_int(&f, (int64_t)both.bytes);
	fill_int(&f, both.hours);
	fill_text(&f, buf_view(&refs));
	f.failed |= sqlite3_bind_blob(f.st, f.n++, key, FACT_KEY_LEN, SQLITE_STATIC) != SQLITE_OK;
	rc = fill_run(&f, "fact", e);
	buf_done(&refs);
	return rc;
}

int store_put_fact(struct store *s, const struct fact *in, err *e)
{
	const char *kind = fact_kind_name(in->kind);
	uint8_t key[SHA256_LEN];
	struct fact empty = { .kind = in->kind, .first_ns = TIME_NONE, .last_ns = TIME_NONE };
	struct fill f = { 0 };
	buf refs = { 0 };
	int rc;

	if (!kind)
		return err_set(e, ERR_ARG, ERR_NO_OFFSET, "no fact kind %d", (int)in->kind);
	fact_tape_forget(s->tape);
	if (fact_key(s, in, key, e) < 0 || fill_start(&f, s, PUT_FACT, e) < 0)
		return -1;
	fact_combine(&empty, in); /* references in their order, without doubles */
	store_refs_text(empty.refs, empty.nrefs, &refs);
	fill_text(&f, str_of(kind));
	f.failed |= sqlite3_bind_blob(f.st, f.n++, key, FACT_KEY_LEN, SQLITE_STATIC) != SQLITE_OK;
	fill_time(&f, in->first_ns);
	fill_time(&f, in->last_ns);
	fill_int(&f, (int64_t)in->count);
	fill_int(&f, (int64_t)in->bytes);
	fill_int(&f, in->hours);
	fill_text(&f, buf_view(&refs));
	for (int i = 0; i < FA_COUNT; i++)
		fill_text(&f, in->attr[i]);
	rc = fill_run(&f, "fact", e);
	buf_done(&refs);
	if (rc == 0 && sqlite3_changes(s->db) == 0)
		rc = merge_fact(s, in, key, e);
	return rc;
}

int store_put_gap(struct store *s, const struct gap *g, err *e)
{
	const char *kind = gap_kind_name(g->kind);
	struct fill f = { 0 };

	if (!kind)
		return err_set(e, ERR_ARG, ERR_NO_OFFSET, "no gap kind %d", (int)g->kind);
	if (fill_start(&f, s, PUT_GAP, e) < 0)
		return -1;
	fill_text(&f, str_of(kind));
	fill_int(&f, g->item);
	fill_int(&f, (int64_t)g->from);
	fill_int(&f, (int64_t)g->to);
	fill_int(&f, (int64_t)g->lost);
	fill_time(&f, g->first_ns);
	fill_time(&f, g->last_ns);
	fill_text(&f, (str){ g->text, strnlen(g->text, sizeof g->text) });
	return fill_run(&f, "gap", e);
}
