/* Lists inside objects, fields with several values, schemas that serve many structures, limits, damage. */
#include <stdlib.h>

#include "readers/json_run.h"
#include "unit.h"
#include "util/limits.h"

#define EV "{\"ts\":1713406447,\"_path\":\"x\",\"n\":1}"
#define EV_LEN (sizeof EV - 1)

static const struct {
	const char *what;
	const char *in;
	size_t events;
	size_t gaps;
	enum gap_kind kind; /* of the first gap ... */
	uint64_t from, to;  /* ... and its bytes; to 0: not looked at */
} T[] = {
	{ "lines", EV "\n" EV "\n", 2, 0, 0, 0, 0 },
	{ "an array", "[" EV "," EV "]", 2, 0, 0, 0, 0 },
	{ "one behind the other", EV EV EV, 3, 0, 0, 0, 0 },
	{ "pretty-printed", "{\n \"a\": {\n  \"b\": 1\n }\n}\n{\n \"a\": 2\n}\n", 2, 0, 0, 0, 0 },
	{ "CloudTrail", "{\"Records\":[" EV "," EV "]}", 2, 0, 0, 0, 0 },
	{ "CloudTrail, pretty", "{\n  \"Records\": [\n    " EV ",\n    {\n      \"a\": 1\n    }\n  ]\n}\n", 2, 0, 0, 0, 0 },
	{ "a list per line", "{\"records\":[" EV "," EV "]}\n{\"records\":[" EV "]}\n", 3, 0, 0, 0, 0 },
	{ "a list behind other events", EV "\n{\"records\":[" EV "," EV "]}\n" EV "\n", 4, 0, 0, 0, 0 },
	{ "OData", "{\"@odata.context\":\"c\",\"value\":[" EV "],\"@odata.nextLink\":\"n\"}", 1, 0, 0, 0, 0 },
	{ "Elasticsearch's answer", "{\"took\":1,\"timed_out\":false,\"_shards\":{\"total\":1},\"hits\":{\"total\":{\"value\":2},"
	  "\"max_score\":1.0,\"hits\":[{\"_index\":\"i\",\"_source\":{\"a\":1}},{\"_index\":\"i\",\"_source\":{\"a\":2}}]},\"aggregations\":{}}", 2, 0, 0, 0, 0 },
	{ "an empty list", "{\"Records\":[]}\n" EV "\n", 1, 0, 0, 0, 0 },
	{ "a list of other things is a field", "{\"value\":[1,2]}", 1, 0, 0, 0, 0 },
	{ "an event that has a list", "{\"ts\":1,\"records\":[{\"a\":1},{\"a\":2}]}", 1, 0, 0, 0, 0 },
	{ "an event whose object is called so", "{\"value\":{\"a\":[{\"b\":1}]}}", 1, 0, 0, 0, 0 },
	{ "text behind the list", "{\"Records\":[" EV "],\"n\":\"]}[{\",\"m\":[1,{}]}\n" EV "\n", 2, 0, 0, 0, 0 },
	{ "Kea's answer", "{\"result\":0,\"text\":\"1 leases\",\"arguments\":{\"leases\":[{\"ip-address\":\"1.1.1.1\",\"cltt\":1,\"hw-address\":\"a\"}]}}", 1, 0, 0, 0, 0 },
	{ "a list in UTF-8 with a mark", "\xEF\xBB\xBF{\"Records\":[" EV "]}", 1, 0, 0, 0, 0 },
	{ "empty object", "{}", 1, 0, 0, 0, 0 },
	{ "names with dots", "{\"a.b\":1,\"a\":{\"b\":2}}", 1, 0, 0, 0, 0 },
	{ "numbers of any size", "{\"a\":1e999,\"b\":-0,\"c\":18446744073709551616}", 1, 0, 0, 0, 0 },
	{ "lone surrogate", "{\"a\":\"\\ud800\"}", 1, 0, 0, 0, 0 },
	{ "the same name twice", "{\"a\":1,\"a\":2}", 1, 0, 0, 0, 0 },

	{ "bad line among others", EV "\n{\"a\":}\n" EV "\n", 2, 1, GAP_DAMAGED, EV_LEN + 1, EV_LEN + 7 },
	{ "bad element in a list", "{\"Records\":[" EV ",{\"a\" 1}," EV "]}", 2, 1, GAP_DAMAGED, 12 + EV_LEN + 1, 12 + EV_LEN + 8 },
	{ "content ends in a list", "{\"Records\":[" EV ",{\"a\":", 1, 1, GAP_TRUNCATED, 12 + EV_LEN + 1, 12 + EV_LEN + 6 },
	{ "content ends behind an element", "{\"Records\":[" EV ",", 1, 0, 0, 0, 0 },
	{ "content ends behind a list", "{\"Records\":[" EV "],\"x\":", 1, 0, 0, 0, 0 },
	{ "content ends before a list", "{\"Records\":", 0, 1, GAP_TRUNCATED, 0, 11 },
	{ "a list that is closed twice", "{\"Records\":[" EV "]]}", 1, 1, GAP_DAMAGED, 0, 0 },
	{ "a list closed by the wrong bracket", "{\"Records\":[" EV "}\n" EV "\n", 2, 1, GAP_DAMAGED, 0, 0 },
	{ "scalars in a list", "{\"Records\":[" EV ",1," EV "]}", 1, 1, GAP_DAMAGED, 0, 0 },
	{ "NaN", "{\"a\":NaN}\n" EV, 1, 1, GAP_DAMAGED, 0, 9 },
	{ "single quotes", "{'a':1}\n" EV, 1, 1, GAP_DAMAGED, 0, 7 },
	{ "a comment", "// x\n" EV, 1, 1, GAP_DAMAGED, 0, 4 },
	{ "half an escape", "{\"a\":\"\\u12\"}\n" EV, 1, 1, GAP_DAMAGED, 0, 12 },
	{ "two colons", "{\"a\"::1}\n" EV, 1, 1, GAP_DAMAGED, 0, 8 },
	{ "no comma", "{\"a\":1 \"b\":2}\n" EV, 1, 1, GAP_DAMAGED, 0, 13 },
	{ "text for a member", "{\"a\"}\n" EV, 1, 1, GAP_DAMAGED, 0, 5 },
	{ "never closed", "{\"a\":{\"b\":1}\n" EV "\n", 1, 1, GAP_DAMAGED, 0, 12 },
	{ "a string never closed", "{\"a\":\"b\n" EV "\n", 1, 1, GAP_DAMAGED, 0, 7 },
	{ "only closing", "}}}}\n" EV "\n", 1, 1, GAP_DAMAGED, 0, 4 },
};

static void check_row(size_t i, size_t window)
{
	struct run r;

	run_bytes(&r, str_bytes(str_of(T[i].in)), window, NULL, NULL);
	CHECK(T[i].what, r.end == READER_END);
	CHECK(T[i].what, r.nevents == T[i].events);
	CHECK(T[i].what, r.ngaps == T[i].gaps);
	if (r.ngaps) {
		CHECK(T[i].what, r.gaps[0].kind == T[i].kind);
		CHECK(T[i].what, !T[i].to || (r.gaps[0].from == T[i].from && r.gaps[0].to == T[i].to));
	}
	for (size_t k = 0; k < r.nevents; k++)
		CHECK(T[i].what, T[i].in[r.events[k].offset] == '{' &&
					 T[i].in[r.events[k].offset + r.events[k].length - 1] == '}');
	run_done(&r);
}

static void structure_and_damage(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(T); i++) {
		check_row(i, 0);
		check_row(i, 1);
	}
}

/* A list of one object on one line, longer than any line may be. */
static void a_list_of_any_length(void **state)
{
	static const size_t WINDOWS[] = { 0, 1, 5000, 70001 };
	size_t n = LIMIT_LINE_BYTES / 30;
	struct run r;
	buf b = { 0 };

	(void)state;
	buf_z(&b, "{\"Records\":[");
	for (size_t i = 0; i < n; i++)
		buf_printf(&b, "%s{\"eventSource\":\"s\",\"i\":%zu,\"pad\":\"%040zu\"}", i ? "," : "", i, i);
	buf_z(&b, "],\"rest\":[{\"a\":1}]}\n" EV "\n");
	assert_true(b.len > 2 * LIMIT_LINE_BYTES);
	for (size_t k = 0; k < COUNT(WINDOWS); k++) {
		run_bytes(&r, str_bytes(buf_view(&b)), WINDOWS[k], NULL, NULL);
		assert_int_equal(r.nevents, RUN_EVENTS_MAX < n + 1 ? RUN_EVENTS_MAX : n + 1);
		assert_int_equal(r.ngaps, 0);
		assert_int_equal(r.events[7].record, 8);
		assert_true(r.need_max <= 4 * LIMIT_LINE_BYTES);
		run_done(&r);
	}
	buf_done(&b);
}

/* --- fields --------------------------------------------------------------------------------- */

struct want {
	const char *name;
	const char *text;
	uint8_t type, flags;
	size_t seen;
};

static void look_fields(void *ctx, const event *ev)
{
	buf b = { 0 };

	for (struct want *w = ctx; w->name; w++) {
		int32_t i = schema_find(ev->schema, str_of(w->name), 0);
		value v = event_value(ev, i);

		CHECK(w->name, i >= 0);
		CHECK(w->name, schema_find(ev->schema, str_of(w->name), (uint32_t)i + 1) < 0);
		buf_clear(&b);
		value_text(v, &b);
		CHECK_STR(w->name, buf_view(&b), str_of(w->text));
		CHECK(w->name, v.type == w->type && v.flags == w->flags);
		w->seen++;
	}
	buf_done(&b);
}

static void fields_with_several_values(void **state)
{
	struct want want[] = {
		{ "o.a", "1, 2", VALUE_NUMBER, VALUE_F_ARRAY, 0 },
		{ "o.b", "x", VALUE_UTF8, 0, 0 },
		{ "o.c.d", "1, 2, 3", VALUE_NUMBER, VALUE_F_ARRAY, 0 },
		{ "o.mixed", "1, true", VALUE_UTF8, VALUE_F_ARRAY, 0 },
		{ "s", "a, b", VALUE_UTF8, VALUE_F_ARRAY, 0 },
		{ "n", "1, 2", VALUE_NUMBER, VALUE_F_ARRAY, 0 },
		{ "t", "true, false", VALUE_TRUE_FALSE, VALUE_F_ARRAY, 0 },
		{ "one", "7", VALUE_NUMBER, 0, 0 },
		{ "nested", "1, 2, 3", VALUE_NUMBER, VALUE_F_ARRAY, 0 },
		{ "twice", "1, 2", VALUE_NUMBER, VALUE_F_ARRAY, 0 },
		{ "null", "", VALUE_ABSENT, 0, 0 },
		{ "ends", "a, ", VALUE_UTF8, VALUE_F_ARRAY, 0 },
		{ "a.b", "1, 2", VALUE_NUMBER, VALUE_F_ARRAY, 0 },
		{ NULL, NULL, 0, 0, 0 },
	};
	struct run r;

	(void)state;
	run_bytes(&r,
		  str_bytes(STR("{\"o\":[{\"a\":1,\"c\":[{\"d\":1},{\"d\":2}],\"mixed\":1},{\"a\":2,\"b\":\"x\",\"c\":[{\"d\":3}],\"mixed\":true}],"
				"\"s\":[\"a\",\"b\"],\"n\":[1,2],\"t\":[true,false],\"one\":[7],\"nested\":[[1,2],[3]],\"twice\":1,"
				"\"twice\":2,\"null\":null,\"ends\":[\"a\",\"\"],\"a\":{\"b\":1},\"a.b\":2}")),
		  0, look_fields, want);
	assert_int_equal(want[0].seen, 1);
	CHECK_STR("numbers stay numbers", ((str){ strstr(r.events[0].json, "\"n\":"), 9 }), STR("\"n\":[1,2]"));
	run_done(&r);
}

/* Optional members, in any order, in lists of any length: few schemas, and events that do not show it. */
static void one_schema_for_many_structures(void **state)
{
	struct run r;
	buf b = { 0 };
	char want[64];

	(void)state;
	for (unsigned i = 0; i < 4096; i++) {
		buf_printf(&b, "{\"_path\":\"x\",\"ts\":%u", i);
		for (unsigned k = 0; k < 10; k++) /* every subset of ten members, in two orders */
			if (i >> (i & 1024 ? 9 - k : k) & 1)
				buf_printf(&b, ",\"m%u\":%u", i & 1024 ? 9 - k : k, i);
		buf_z(&b, "}\n");
	}
	run_str(&r, buf_view(&b));
	assert_int_equal(r.nevents, 4096);
	assert_in_range(schema_set_len(r.schemas), 2, 40);
	snprintf(want, sizeof want, "{\"_path\":\"x\",\"m1\":%u,\"ts\":%u}", 2u, 2u);
	CHECK_STR("what is absent does not show", str_of(r.events[2].json), str_of(want));
	snprintf(want, sizeof want, "{\"_path\":\"x\",\"m1\":%u,\"ts\":%u}", 2050u, 2050u);
	CHECK_STR("nor later", str_of(r.events[2050].json), str_of(want));
	run_done(&r);
	buf_done(&b);
}

static void look_host(void *ctx, const event *ev)
{
	value_text(event_wk(ev, WK_COMPUTER), ctx);
	buf_byte(ctx, ' ');
}

/* By the event, each its own way, else by the item's place. */
static void the_host(void **state)
{
	static const char IN[] = "{\"a\":1}\n{\"a\":1,\"hostname\":\"h1\"}\n{\"host\":\"h2\",\"hostname\":\"h3\"}\n{\"a\":1}\n"
				 "{\"b\":1,\"hostname\":\"h4\"}\n{\"c\":1}\n{\"d\":1,\"hostname\":\"h5\"}\n";
	struct reader_env env = { .end = UINT64_MAX, .host = STR("place"), .schemas = schema_set_new(NULL) };
	struct reader_input in = { .data = str_bytes(str_of(IN)), .last = true };
	void *reader = NULL;
	struct gap g;
	event ev;
	buf b = { 0 };

	(void)state;
	assert_int_equal(reader_json.open(&reader, &env, NULL), 0);
	while (reader_json.next(reader, &in, &ev, &g, NULL) == READER_EVENT)
		look_host(&b, &ev);
	CHECK_STR("hosts", buf_view(&b), STR("place h1 h2 place h4 place h5 "));
	reader_json.close(reader);
	schema_set_free(env.schemas);
	buf_done(&b);
}

/* --- limits --------------------------------------------------------------------------------- */

static void more_fields_than_columns(void **state)
{
	struct run r;
	buf b = { 0 };
	unsigned n = LIMIT_JSON_FIELDS + 500;

	(void)state;
	for (unsigned i = 0; i < n; i++)
		buf_printf(&b, "{\"auditID\":\"a\",\"verb\":\"get\",\"stage\":\"s\",\"labels\":{\"k%u\":\"v%u\"},\"user\":{\"username\":\"u\"}}\n", i, i);
	run_str(&r, buf_view(&b));
	assert_int_equal(r.nevents, n);
	assert_int_equal(r.ngaps, 1);
	assert_int_equal(r.gaps[0].kind, GAP_LIMIT);
	assert_int_equal(r.gaps[0].lost, 0);
	CHECK_STR("first", str_of(r.events[0].json), STR("{\"auditID\":\"a\",\"labels.k0\":\"v0\",\"stage\":\"s\",\"user.username\":\"u\",\"verb\":\"get\"}"));
	CHECK_STR("last", str_of(r.events[n - 1].json),
		  STR("{\"auditID\":\"a\",\"json.more\":[\"labels.k4499=v4499\"],\"stage\":\"s\",\"user.username\":\"u\",\"verb\":\"get\"}"));
	run_done(&r);
	buf_done(&b);
}

static void more_datasets_than_there_can_be(void **state)
{
	struct run r;
	buf b = { 0 };

	(void)state;
	for (unsigned i = 0; i < 20000; i++)
		buf_printf(&b, "{\"_path\":\"p%u\",\"ts\":%u}\n", i, i);
	run_str(&r, buf_view(&b));
	assert_int_equal(r.nevents, RUN_EVENTS_MAX);
	assert_int_equal(r.ngaps, 1);
	assert_true(schema_set_len(r.schemas) < 2 * LIMIT_JSON_DATASETS + 16);
	CHECK_STR("last", str_of(r.events[r.nevents - 1].json), STR("{\"json.more\":[\"_path=p19999\",\"ts=19999\"]}"));
	run_done(&r);
	buf_done(&b);
}

/* What an item gives does not depend on what was read before it. */
static void items_do_not_know_each_other(void **state)
{
	static const struct reader_env NONE = { .end = UINT64_MAX };
	struct schema_set *set = schema_set_new(NULL);
	struct reader_env env = NONE;
	buf many = { 0 }, got[2] = { { 0 } };

	(void)state;
	for (unsigned i = 0; i < LIMIT_JSON_FIELDS; i++)
		buf_printf(&many, "{\"x%u\":1}\n", i);
	env.schemas = set;
	for (unsigned item = 0; item < 3; item++) {
		str in = item == 1 ? buf_view(&many) : STR("{\"a\":1}\n{\"b\":2,\"a\":3}\n{\"c\":[{\"d\":1},{\"d\":2}]}\n");
		struct reader_input input = { .data = str_bytes(in), .last = true };
		void *reader = NULL;
		struct gap g;
		event ev;

		assert_int_equal(reader_json.open(&reader, &env, NULL), 0);
		while (reader_json.next(reader, &input, &ev, &g, NULL) == READER_EVENT)
			if (item != 1)
				render_evtx_json(&got[item / 2], &ev);
		reader_json.close(reader);
		schema_set_next_item(set);
	}
	CHECK_STR("the same", buf_view(&got[1]), buf_view(&got[0]));
	CHECK_STR("and right", buf_view(&got[0]), STR("{\"a\":1}{\"a\":3,\"b\":2}{\"c.d\":[1,2]}"));
	buf_done(&many);
	buf_done(&got[0]);
	buf_done(&got[1]);
	schema_set_free(set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(structure_and_damage),
		cmocka_unit_test(a_list_of_any_length),
		cmocka_unit_test(fields_with_several_values),
		cmocka_unit_test(one_schema_for_many_structures),
		cmocka_unit_test(the_host),
		cmocka_unit_test(more_fields_than_columns),
		cmocka_unit_test(more_datasets_than_there_can_be),
		cmocka_unit_test(items_do_not_know_each_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
