/* Long logs of one schema: what a table learns of them, forgets and stops looking up changes no fact. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "facts/facts_priv.h"
#include "facts/facttexts.h"
#include "util/limits.h"

enum { FIELDS = 10, LINES = 90000, HAND_ON = 7919 };
static const char *const NAMES[FIELDS] = { "c-ip",          "cs-username",  "cs-method", "cs-uri",
					   "cs-uri-stem",   "cs-uri-query", "sc-status", "sc-bytes",
					   "cs-user-agent", "host.name" };

struct log {
	struct schema_set *set;
	struct column columns[FIELDS];
	value values[FIELDS];
	char text[FIELDS][96];
	event ev;
	uint64_t random;
};

static void log_init(struct log *g)
{
	struct schema proto = { .family = FAMILY_FLAT, .reader = "test", .dataset = STR("apache.access") };

	*g = (struct log){ .set = schema_set_new(NULL), .random = 1 };
	for (unsigned i = 0; i < FIELDS; i++)
		g->columns[i] = (struct column){ .name = str_of(NAMES[i]),
						 .raw = str_of(NAMES[i]),
						 .path = str_of(NAMES[i]),
						 .slot = (int32_t)i,
						 .section = SECTION_FLAT };
	g->columns[FIELDS - 1].ecs = STR("host.name");
	g->columns[FIELDS - 1].flags = COLUMN_F_DERIVED;
	proto.columns = g->columns;
	proto.ncolumns = proto.nslots = FIELDS;
	g->ev = (event){ .schema = schema_set_add(g->set, &proto, NULL), .values = g->values };
	assert_non_null(g->ev.schema);
}

static unsigned draw(struct log *g, unsigned n)
{
	g->random = g->random * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(g->random >> 33) % n;
}

/* Line k: first every query is another one, then lines come again, then every client is another one. */
static void line(struct log *g, unsigned k)
{
	static const char *const STATUS[] = { "200", "200", "200", "304", "404", "401", "206" };
	unsigned kind = k / (LINES / 3), client = draw(g, kind == 1 ? 40 : 3000), path = draw(g, 60),
		 id = kind ? draw(g, 9) : k;
	static const char *const BEGIN[] = { "/shop/page", "/static/a", "/pkg/", "/" }, *const END[] = {
		".php", ".css", "/setup.exe", "/list"
	};

	snprintf(g->text[0], 96, "10.%u.%u.7", client % 256, kind == 2 ? k % 30000 / 200 : client / 256);
	snprintf(g->text[1], 96, client % 9 ? "-" : "user%u", client);
	snprintf(g->text[2], 96, "%s", draw(g, 20) ? "GET" : "POST");
	snprintf(g->text[4], 96, "%s%u%s", BEGIN[path % 4], path, END[path % 4]);
	snprintf(g->text[5], 96, path % 3 ? "-" : "id=x%u&token=%08x-aa&v=1.%u", id, id * 2654435761u,
		 id % 5);
	snprintf(g->text[3], 96, "%.40s?%.50s", g->text[4], g->text[5]);
	snprintf(g->text[6], 96, "%s", STATUS[draw(g, COUNT(STATUS))]);
	snprintf(g->text[7], 96, "%u", path % 2 ? path * 100000 : draw(g, 500000));
	snprintf(g->text[8], 96, "Agent/%u (%.*s)", client % 30, (int)(client % 50), g->text[3]);
	snprintf(g->text[9], 96, "%s", draw(g, 500) ? "WEB" : "WEB2");
	for (unsigned i = 0; i < FIELDS; i++)
		g->values[i] = strcmp(g->text[i], "-") == 0 ? (value){ 0 } : value_utf8(str_of(g->text[i]));
	g->ev.time_ns = (INT64_C(1713435253) + k / 3 - (draw(g, 50) ? 0 : 86400)) * NS_PER_S;
	g->ev.flags = (uint8_t)(draw(g, 300) ? 0 : EVENT_RECOVERED);
	g->ev.ref = (struct event_ref){ 1, k ^ 5, k };
}

static void hand_on(struct fact_table *from, struct fact_table *to)
{
	assert_int_equal(fact_table_sort(from, NULL), 0);
	for (size_t i = 0; i < fact_table_len(from); i++)
		assert_int_equal(fact_table_merge(to, fact_table_at(from, i), NULL), 0);
	fact_table_clear(from);
}

static bool same_fact(const struct fact *a, const struct fact *b)
{
	bool same = fact_cmp(a, b) == 0 && a->first_ns == b->first_ns && a->last_ns == b->last_ns &&
		    a->count == b->count && a->bytes == b->bytes && a->hours == b->hours &&
		    a->nrefs == b->nrefs;

	for (uint32_t i = 0; same && i < a->nrefs; i++)
		same = a->refs[i].offset == b->refs[i].offset && a->refs[i].record == b->refs[i].record;
	return same;
}

/* A table that knows the lines before, handed on now and then, and one that forgets after each line. */
static void test_what_is_known_changes_nothing(void **state)
{
	struct fact_table *knows, *forgets, *sum[2];
	struct log g;

	(void)state;
	log_init(&g);
	assert_int_equal(fact_table_new(&knows, NULL), 0);
	assert_int_equal(fact_table_new(&forgets, NULL), 0);
	for (int i = 0; i < 2; i++)
		assert_int_equal(fact_table_new(&sum[i], NULL), 0);
	for (unsigned k = 0; k < LINES; k++) {
		line(&g, k);
		assert_int_equal(fact_table_observe(knows, &g.ev, NULL), 0);
		assert_int_equal(fact_table_observe(forgets, &g.ev, NULL), 0);
		hand_on(forgets, sum[1]);
		if (k % HAND_ON == HAND_ON - 1 || k + 1 == LINES)
			hand_on(knows, sum[0]);
	}
	for (int i = 0; i < 2; i++)
		assert_int_equal(fact_table_sort(sum[i], NULL), 0);
	assert_true(fact_table_len(sum[0]) > LINES / 3);
	assert_int_equal(fact_table_len(sum[0]), fact_table_len(sum[1]));
	for (size_t i = 0; i < fact_table_len(sum[0]); i++)
		if (!same_fact(fact_table_at(sum[0], i), fact_table_at(sum[1], i)))
			fail_msg("fact %zu differs", i);
	for (int i = 0; i < 2; i++)
		fact_table_free(sum[i]);
	fact_table_free(knows);
	fact_table_free(forgets);
	schema_set_free(g.set);
}

/* Events that wait to be counted when a table is emptied are counted nowhere. */
static void test_clear_forgets_what_waits(void **state)
{
	struct fact_table *t;
	struct log g;

	(void)state;
	log_init(&g);
	assert_int_equal(fact_table_new(&t, NULL), 0);
	line(&g, 0);
	for (unsigned k = 0; k < 40; k++)
		assert_int_equal(fact_table_observe(t, &g.ev, NULL), 0);
	fact_table_clear(t);
	assert_int_equal(fact_table_observe(t, &g.ev, NULL), 0);
	assert_int_equal(fact_table_sort(t, NULL), 0);
	assert_true(fact_table_len(t) >= 2);
	for (size_t i = 0; i < fact_table_len(t); i++)
		assert_int_equal(fact_table_at(t, i)->count, 1);
	fact_table_free(t);
	schema_set_free(g.set);
}

static void test_texts_have_numbers(void **state)
{
	struct fact_texts x;
	char text[LIMIT_FACT_VALUE + 1];
	uint32_t first, hash;

	(void)state;
	assert_true(fact_texts_init(&x));
	assert_int_equal(fact_texts_id(&x, STR("")), FACT_TEXT_NONE);
	for (unsigned round = 0; round < 2; round++)
		for (unsigned i = 0; i < 20000; i++) {
			int n = snprintf(text, sizeof text, "%*u", (int)(i % 40), i);

			assert_int_equal(fact_texts_id(&x, (str){ text, (size_t)n }), i + 1);
		}
	assert_true(str_eq(fact_text_of(&x, 8), STR("      7")));
	memset(text, 'x', sizeof text);
	first = fact_texts_id(&x, (str){ text, LIMIT_FACT_VALUE });
	assert_int_equal(fact_text_of(&x, first).len, LIMIT_FACT_VALUE);
	assert_int_equal(fact_texts_id(&x, (str){ text, LIMIT_FACT_VALUE + 1 }), FACT_TEXT_FULL);
	hash = fact_texts_hash(&x, STR("new"));
	assert_int_equal(fact_texts_find(&x, STR("new"), hash), FACT_TEXT_NONE);
	fact_texts_clear(&x);
	assert_int_equal(fact_texts_id(&x, (str){ text, LIMIT_FACT_VALUE }), 1);
	fact_texts_done(&x);
}

/* Same length, and a difference at every place of it. */
static void test_same_bytes(void **state)
{
	char a[40], b[40];

	(void)state;
	memset(a, 'x', sizeof a);
	for (size_t n = 0; n <= sizeof a; n++) {
		memcpy(b, a, sizeof a);
		assert_true(fact_same_bytes(a, b, n));
		for (size_t i = 0; i < n; i++) {
			b[i] = 'y';
			assert_false(fact_same_bytes(a, b, n));
			b[i] = 'x';
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_known_changes_nothing),
		cmocka_unit_test(test_clear_forgets_what_waits),
		cmocka_unit_test(test_texts_have_numbers),
		cmocka_unit_test(test_same_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
