/* Facts beyond the table's ceiling: joined, in order, none lost. Verdicts of items from their gaps. */
#include "unit.h"

#include <stdio.h>

#include "engine/merge.h"
#include "util/limits.h"

/* --- facts ---------------------------------------------------------------------------------- */

enum { FACTS = 150000 };

struct seen {
	uint64_t n, count;
	char last[32];
	bool ordered;
};

static int see_fact(void *ctx, const struct fact *f, err *e)
{
	struct seen *s = ctx;
	char now[32];

	snprintf(now, sizeof now, "%.*s", STR_ARG(f->attr[FA_OBJECT]));
	if (s->n && strcmp(s->last, now) >= 0)
		s->ordered = false;
	memcpy(s->last, now, sizeof now);
	s->n++;
	s->count += f->count;
	if (f->nrefs != 2 || f->refs[0].item != 1 || f->refs[1].item != 2)
		s->ordered = false;
	return 0;
}

static void put_fact(struct merge *m, struct item_state *it, unsigned i)
{
	Wire__Batch b = WIRE__BATCH__INIT;
	Wire__Fact f = WIRE__FACT__INIT, *facts[] = { &f };
	Wire__Attr a = WIRE__ATTR__INIT, *attrs[] = { &a };
	Wire__Ref r = WIRE__REF__INIT, *refs[] = { &r };
	char name[32];

	snprintf(name, sizeof name, "object-%06u", i);
	a.attr = FA_OBJECT;
	a.value = wire_bytes(str_of(name));
	r.offset = i;
	f.kind = FACT_FILE_WRITE;
	f.count = 1;
	f.n_attrs = f.n_refs = 1;
	f.attrs = attrs;
	f.refs = refs;
	b.n_facts = 1;
	b.facts = facts;
	assert_int_equal(merge_batch(m, it, &b, NULL), 0);
}

static void test_facts_beyond_the_table(void **state)
{
	struct seen s = { .ordered = true };
	struct engine_sink sink = { .ctx = &s, .fact = see_fact };
	struct engine_totals totals = { 0 };
	struct item_state one, two;
	struct merge m;

	assert_int_equal(merge_init(&m, &sink, &totals, NULL), 0);
	item_state_init(&one, 1, UINT32_MAX, STR("one"), 0);
	item_state_init(&two, 2, UINT32_MAX, STR("two"), 0);
	for (unsigned i = 0; i < FACTS; i++)
		put_fact(&m, &one, (unsigned)((uint64_t)i * 70001 % FACTS));
	for (unsigned i = 0; i < FACTS; i++)
		put_fact(&m, &two, (unsigned)((uint64_t)i * 90001 % FACTS));
	assert_non_null(m.spilled);
	assert_int_equal(merge_finish(&m, NULL), 0);
	assert_int_equal(s.n, FACTS);
	assert_int_equal(s.count, 2 * FACTS);
	assert_true(s.ordered);
	merge_done(&m);
}

/* --- verdicts ------------------------------------------------------------------------------- */

static const struct {
	const char *what;
	enum gap_kind gaps[3];
	unsigned ngaps;
	uint64_t events;
	bool fatal;
	const char *verdict, *reason;
} T[] = {
	{ "nothing wrong", { 0 }, 0, 5, false, "ok", "" },
	{ "missing ids are the case's, not the file's", { GAP_MISSING }, 1, 5, false, "ok", "" },
	{ "damage", { GAP_DAMAGED }, 1, 5, false, "partial", "gap 0" },
	{ "damage without events", { GAP_DAMAGED }, 1, 0, false, "partial", "gap 0" },
	{ "damage that ends reading", { GAP_DAMAGED }, 1, 0, true, "unreadable", "gap 0" },
	{ "damage that ends reading late", { GAP_DAMAGED }, 1, 5, true, "partial", "gap 0" },
	{ "checksum", { GAP_CHECKSUM }, 1, 5, false, "partial", "gap 0" },
	{ "changed", { GAP_CHANGED }, 1, 5, false, "partial", "gap 0" },
	{ "limit outweighs damage", { GAP_DAMAGED, GAP_LIMIT }, 2, 5, false, "limit", "gap 1" },
	{ "the first of the worst is the reason",
	  { GAP_DAMAGED, GAP_TRUNCATED },
	  2,
	  5,
	  false,
	  "partial",
	  "gap 0" },
	{ "worker died at once", { GAP_WORKER }, 1, 0, true, "unreadable", "gap 0" },
	{ "worker died later", { GAP_LIMIT, GAP_WORKER }, 2, 5, true, "partial", "gap 1" },
	{ "read error", { GAP_UNREADABLE }, 1, 0, true, "unreadable", "gap 0" },
	{ "unknown", { GAP_UNKNOWN }, 1, 0, false, "unknown", "gap 0" },
	{ "skipped", { GAP_SKIPPED }, 1, 0, false, "skipped", "gap 0" },
};

static int see_item(void *ctx, const struct store_item *it, err *e)
{
	buf_str(ctx, it->verdict);
	buf_byte(ctx, '|');
	buf_str(ctx, it->reason);
	return 0;
}

static void test_verdicts(void **state)
{
	for (size_t i = 0; i < COUNT(T); i++) {
		buf got = { 0 }, want = { 0 };
		struct engine_sink sink = { .ctx = &got, .item = see_item };
		struct engine_totals totals = { 0 };
		struct item_state it;
		struct merge m;

		assert_int_equal(merge_init(&m, &sink, &totals, NULL), 0);
		item_state_init(&it, 0, UINT32_MAX, STR("x"), 0);
		it.size = 100;
		it.events = T[i].events;
		it.fatal = T[i].fatal;
		for (unsigned k = 0; k < T[i].ngaps; k++) {
			struct gap g;

			gap_set(&g, T[i].gaps[k], 0, 1, "gap %u", k);
			assert_int_equal(merge_gap(&m, &it, &g, NULL), 0);
		}
		assert_int_equal(merge_item_put(&m, &it, NULL), 0);
		buf_printf(&want, "%s|%s", T[i].verdict, T[i].reason);
		CHECK_STR(T[i].what, buf_view(&got), buf_view(&want));
		buf_done(&got);
		buf_done(&want);
		merge_done(&m);
	}
}

static void test_text_of_gaps_is_tame(void **state)
{
	struct engine_totals totals = { 0 };
	struct engine_sink sink = { 0 };
	struct item_state it;
	struct merge m;
	struct gap g;

	assert_int_equal(merge_init(&m, &sink, &totals, NULL), 0);
	item_state_init(&it, 0, UINT32_MAX, STR("x"), 0);
	gap_set(&g, GAP_DAMAGED, 0, UINT64_MAX, "a\x1b]0;b\n");
	assert_int_equal(merge_gap(&m, &it, &g, NULL), 0);
	assert_string_equal(it.reason, "a?]0;b?");
	assert_int_equal(g.to, 0);
	merge_done(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_facts_beyond_the_table),
		cmocka_unit_test(test_verdicts),
		cmocka_unit_test(test_text_of_gaps_is_tame),
	};

	return cmocka_run_group_tests_name("merge", tests, NULL, NULL);
}
