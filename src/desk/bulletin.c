#include "desk/bulletin.h"

#include <stdio.h>
#include <stdlib.h>

#include "desk/deskdb_priv.h"
#include "util/limits.h"

enum { TOP_CASES = 5, TOP_PLACES = 15 };

static const struct {
	enum number_group group;
	const char *key;
} ALWAYS[] = {
	{ NUMBERS_MAIN, "incidents.handled" },
	{ NUMBERS_MAIN, "incidents.cross_border" },
	{ NUMBERS_MAIN, "incidents.closed" },
	{ NUMBERS_MAIN, "data_breach_cases" },
	{ NUMBERS_MAIN, "leaked_records" },
	{ NUMBERS_MAIN, "leaked_bytes" },
	{ NUMBERS_MAIN, "hosts" },
	{ NUMBERS_MAIN, "infected_hosts" },
	{ NUMBERS_MAIN, "defaced_sites" },
	{ NUMBERS_MAIN, "backdoored_sites" },
	{ NUMBERS_MAIN, "phishing_sites" },
	{ NUMBERS_MAIN, "malicious_urls" },
	{ NUMBERS_MAIN, "apps" },
	{ NUMBERS_VULNS, "vulns.new" },
	{ NUMBERS_VULNS, "vulns.high" },
	{ NUMBERS_ACTIONS, "notices.sent" },
	{ NUMBERS_ACTIONS, "notices.acknowledged" },
	{ NUMBERS_ACTIONS, "takedowns.asked" },
	{ NUMBERS_ACTIONS, "takedowns.down" },
};

static struct bulletin_number *number_named(struct bulletin *b, enum number_group group, str key)
{
	struct bulletin_number *n;

	for (size_t i = 0; i < b->number.len; i++)
		if (b->number.at[i].group == group && str_eq(b->number.at[i].key, key))
			return &b->number.at[i];
	n = VEC_PUSH(&b->number, LIMIT_DESK_ROWS);
	if (n) {
		n->group = group;
		n->key = arena_str(&b->mem, key);
	}
	b->failed |= !n || !n->key.ptr;
	return n;
}

static void add(struct bulletin *b, int side, enum number_group group, str key, str id, uint64_t n)
{
	struct bulletin_number *to = n ? number_named(b, group, key) : NULL;
	struct number_part *p = to ? VEC_PUSH(&to->part[side], LIMIT_DESK_ROWS) : NULL;

	if (n == 0)
		return;
	if (!p) {
		b->failed = true;
		return;
	}
	p->id = arena_str(&b->mem, id);
	p->n = n;
	to->n[side] += n;
	b->failed |= !p->id.ptr;
}

/* --- counting ------------------------------------------------------------------------------------------- */

struct counting {
	struct bulletin *b;
	int side;
	str from, to; /* NUL-terminated */
};

static str or_not_said(const struct bulletin *b, str s)
{
	return s.len ? s : str_of(desk_word("word.not_said", b->lang));
}

static unsigned severity_rank(str s)
{
	static const char *const NAMES[] = { "low", "medium", "high", "critical" };

	for (unsigned i = 0; i < COUNT(NAMES); i++)
		if (str_is(s, NAMES[i]))
			return i;
	return 0;
}

static void case_add(struct bulletin *b, const struct record *r)
{
	enum tlp colour = TLP_RED;
	struct bulletin_case *c;

	tlp_named(record_get(r, "tlp"), &colour);
	if (colour > b->tlp)
		return;
	c = VEC_PUSH(&b->top, LIMIT_DESK_ROWS);
	if (!c) {
		b->failed = true;
		return;
	}
	c->id = arena_str(&b->mem, r->id);
	c->type = arena_str(&b->mem, record_get(r, "type"));
	c->severity = arena_str(&b->mem, record_get(r, "severity"));
	c->sector = arena_str(&b->mem, record_get(r, "sector"));
	c->province = arena_str(&b->mem, record_get(r, "province"));
	c->cross_border = str_is(record_get(r, "cross_border"), "yes");
	c->hosts = u64_max(record_count(r, "hosts"), record_count(r, "infected_hosts"));
	c->leaked_records = record_count(r, "leaked_records");
	c->weight = c->hosts + c->leaked_records;
	b->failed |= !c->id.ptr || !c->type.ptr || !c->severity.ptr || !c->sector.ptr || !c->province.ptr;
}

static int count_incident(void *ctx, const struct record *r, err *e)
{
	static const char *const SUMS[] = {
		"data_breach_cases", "leaked_records",   "leaked_bytes",   "hosts",          "infected_hosts",
		"defaced_sites",     "backdoored_sites", "phishing_sites", "malicious_urls", "apps"
	};
	struct counting *c = ctx;

	(void)e;
	if (str_is(record_get(r, "status"), "rejected"))
		return 0;
	add(c->b, c->side, NUMBERS_MAIN, STR("incidents.handled"), r->id, 1);
	if (str_is(record_get(r, "cross_border"), "yes"))
		add(c->b, c->side, NUMBERS_MAIN, STR("incidents.cross_border"), r->id, 1);
	for (size_t i = 0; i < COUNT(SUMS); i++)
		add(c->b, c->side, NUMBERS_MAIN, str_of(SUMS[i]), r->id, record_count(r, SUMS[i]));
	add(c->b, c->side, NUMBERS_TYPES, record_get(r, "type"), r->id, 1);
	add(c->b, c->side, NUMBERS_SEVERITIES, record_get(r, "severity"), r->id, 1);
	add(c->b, c->side, NUMBERS_SECTORS, or_not_said(c->b, record_get(r, "sector")), r->id, 1);
	add(c->b, c->side, NUMBERS_PROVINCES, or_not_said(c->b, record_get(r, "province")), r->id, 1);
	if (c->side == NOW)
		case_add(c->b, r);
	return 0;
}

static int count_vuln(void *ctx, const struct record *r, err *e)
{
	struct counting *c = ctx;

	(void)e;
	add(c->b, c->side, NUMBERS_VULNS, STR("vulns.new"), r->id, 1);
	if (severity_rank(record_get(r, "severity")) >= 2)
		add(c->b, c->side, NUMBERS_VULNS, STR("vulns.high"), r->id, 1);
	return 0;
}

static int count_takedown(void *ctx, const struct record *r, err *e)
{
	struct counting *c = ctx;

	(void)e;
	add(c->b, c->side, NUMBERS_ACTIONS, STR("takedowns.asked"), r->id, 1);
	add(c->b, c->side, NUMBERS_BY_PARTY, record_get(r, "party_kind"), r->id, 1);
	return 0;
}

/* Rows (id, word) of a question about a span of time. */
static int each_row(struct desk *d, const char *sql, const struct counting *c, enum number_group group,
		    const char *key, err *e)
{
	sqlite3_stmt *st;
	int rc;

	if (desk_prepare(d, sql, &st, e) < 0)
		return -1;
	desk_bind(st, 1, c->from);
	desk_bind(st, 2, c->to);
	while ((rc = desk_step(d, st, e)) == 1)
		add(c->b, c->side, group, key ? str_of(key) : desk_column(st, 1), desk_column(st, 0), 1);
	sqlite3_finalize(st);
	return rc;
}

/* Who a notice went to, as kinds of parties are called. */
#define NOTICES_SENT                                                                                                                 \
	"SELECT n.id, CASE n.role WHEN 'victim' THEN 'organisation' ELSE n.role END FROM mails m JOIN notices n ON n.id = m.notice " \
	"WHERE m.kind = 'first' AND m.sent >= ? AND m.sent < ? ORDER BY n.id"

static int count_side(struct counting *c, struct desk *d, err *e)
{
	static const struct {
		const char *sql;
		enum number_group group;
		const char *key;
	} ROWS[] = {
		{ "SELECT id FROM incidents WHERE closed >= ? AND closed < ? AND status <> 'rejected' ORDER BY id",
		  NUMBERS_MAIN, "incidents.closed" },
		{ NOTICES_SENT, NUMBERS_ACTIONS, "notices.sent" },
		{ NOTICES_SENT, NUMBERS_BY_PARTY, NULL },
		{ "SELECT id FROM notices WHERE acknowledged >= ? AND acknowledged < ? ORDER BY id",
		  NUMBERS_ACTIONS, "notices.acknowledged" },
		{ "SELECT id FROM takedowns WHERE down >= ? AND down < ? ORDER BY id", NUMBERS_ACTIONS,
		  "takedowns.down" },
	};
	struct record incident = { .type = &RECORD_INCIDENT }, vuln = { .type = &RECORD_VULN },
		      takedown = { .type = &RECORD_TAKEDOWN };

	if (record_each(d, &incident, c->from.ptr, c->to.ptr, count_incident, c, e) < 0 ||
	    record_each(d, &vuln, c->from.ptr, c->to.ptr, count_vuln, c, e) < 0 ||
	    record_each(d, &takedown, c->from.ptr, c->to.ptr, count_takedown, c, e) < 0)
		return -1;
	for (size_t i = 0; i < COUNT(ROWS); i++)
		if (each_row(d, ROWS[i].sql, c, ROWS[i].group, ROWS[i].key, e) < 0)
			return -1;
	return 0;
}

static int count_span(struct bulletin *b, struct desk *d, int side, const struct week *w, err *e)
{
	struct counting c = { .b = b, .side = side };
	buf from = { 0 }, to = { 0 };
	int rc;

	desk_time(&from, w->from_ns);
	desk_time(&to, w->to_ns);
	c.from = arena_str(&b->mem, buf_view(&from));
	c.to = arena_str(&b->mem, buf_view(&to));
	rc = c.from.ptr && c.to.ptr ? count_side(&c, d, e)
				    : err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a bulletin");
	buf_done(&from);
	buf_done(&to);
	return rc;
}

/* --- order ------------------------------------------------------------------------------------------------- */

static int number_order(const void *pa, const void *pb)
{
	const struct bulletin_number *a = pa, *b = pb;

	if (a->group != b->group)
		return a->group < b->group ? -1 : 1;
	if (a->group == NUMBERS_SEVERITIES)
		return (int)severity_rank(b->key) - (int)severity_rank(a->key);
	if (a->n[NOW] != b->n[NOW])
		return a->n[NOW] < b->n[NOW] ? 1 : -1;
	if (a->n[BEFORE] != b->n[BEFORE])
		return a->n[BEFORE] < b->n[BEFORE] ? 1 : -1;
	return str_cmp(a->key, b->key);
}

static int case_order(const void *pa, const void *pb)
{
	const struct bulletin_case *a = pa, *b = pb;
	unsigned ra = severity_rank(a->severity), rb = severity_rank(b->severity);

	if (ra != rb)
		return ra < rb ? 1 : -1;
	if (a->weight != b->weight)
		return a->weight < b->weight ? 1 : -1;
	return str_cmp(a->id, b->id);
}

int bulletin_count(struct bulletin *b, struct desk *d, err *e)
{
	struct record settings;
	struct week before = week_before(&b->span);

	arena_init(&b->mem, LIMIT_DESK_BYTES);
	if (desk_settings(d, &settings, &b->mem, e) < 0)
		return -1;
	b->org = record_get(&settings, "org");
	for (size_t i = 0; i < COUNT(ALWAYS); i++)
		number_named(b, ALWAYS[i].group, str_of(ALWAYS[i].key));
	if (count_span(b, d, NOW, &b->span, e) < 0 || count_span(b, d, BEFORE, &before, e) < 0)
		return -1;
	if (b->failed)
		return err_set(e, ERR_LIMIT, ERR_NO_OFFSET,
			       "the week has too many entries for a bulletin, or there is no memory");
	/* those that are always there stay in their order */
	if (b->number.len > COUNT(ALWAYS))
		qsort(b->number.at + COUNT(ALWAYS), b->number.len - COUNT(ALWAYS), sizeof *b->number.at,
		      number_order);
	if (b->top.len)
		qsort(b->top.at, b->top.len, sizeof *b->top.at, case_order);
	if (b->top.len > TOP_CASES)
		b->top.len = TOP_CASES;
	return 0;
}

void bulletin_done(struct bulletin *b)
{
	for (size_t i = 0; i < b->number.len; i++)
		for (int s = 0; s < SIDES; s++)
			VEC_DONE(&b->number.at[i].part[s]);
	VEC_DONE(&b->number);
	VEC_DONE(&b->top);
	arena_done(&b->mem);
}

/* --- words ---------------------------------------------------------------------------------------------------- */

const struct bulletin_number *bulletin_number(const struct bulletin *b, const char *key)
{
	for (size_t i = 0; i < b->number.len; i++)
		if (b->number.at[i].group <= NUMBERS_ACTIONS && str_is(b->number.at[i].key, key))
			return &b->number.at[i];
	return NULL;
}

void bulletin_label(buf *to, const struct bulletin *b, const struct bulletin_number *n)
{
	const char *prefix = n->group == NUMBERS_BY_PARTY     ? "action."
			     : n->group == NUMBERS_SEVERITIES ? "severity."
							      : "number.";
	const struct rsit_type *type = n->group == NUMBERS_TYPES ? rsit_named(n->key) : NULL;
	char key[80];

	if (type) {
		buf_z(to, b->lang == LANGUAGE_ZH ? type->zh : type->en);
	} else if (n->group >= NUMBERS_SECTORS || n->key.len > 60) {
		buf_str(to, n->key);
	} else {
		const char *text;

		snprintf(key, sizeof key, "%s%.*s", prefix, STR_ARG(n->key));
		text = desk_word(key, b->lang);
		if (text == key)
			buf_str(to, n->key);
		else
			buf_z(to, text);
	}
}

void bulletin_change(buf *to, const struct bulletin *b, const struct bulletin_number *n)
{
	uint64_t now = n->n[NOW], before = n->n[BEFORE], differ = now > before ? now - before : before - now,
		 permille;

	if (now == before || before == 0) {
		buf_z(to, desk_word(now == before ? "word.same" : "word.new", b->lang));
		return;
	}
	permille =
		differ > UINT64_MAX / 2000 ? differ / before * 1000 : (differ * 1000 + before / 2) / before;
	buf_printf(to, "%c%llu.%llu %%", now > before ? '+' : '-', (unsigned long long)permille / 10,
		   (unsigned long long)permille % 10);
}
