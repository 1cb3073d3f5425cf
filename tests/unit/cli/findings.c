#include "unit.h"

#include "cli/finding_out.h"
#include "cli/finding_pack.h"

static const struct event_ref REFS[] = { { 3, 4096, 17 }, { 9, UINT64_MAX, 0 } };

static struct finding sample(void)
{
	return (struct finding){
		.rule_id = STR("id-1"),
		.rule_title = STR("=cmd|'/C calc'!A0"),
		.level = LEVEL_HIGH,
		.tags = STR("attack.execution attack.t1059.001"),
		.profile = STR("strict"),
		.time_ns = 1500000000123456789,
		.host = STR("WS-\"1\""),
		.channel = STR("Security"),
		.provider = STR("P"),
		.event_id = 4688,
		.flags = EVENT_RECOVERED,
		.refs = REFS,
		.nrefs = COUNT(REFS),
		.details = { { STR("Image"), STR("C:\\a,b.exe") }, { STR("Empty"), STR("") } },
		.ndetails = 2,
	};
}

static void survives_packing(void **state)
{
	struct finding f = sample(), g;
	buf b = { 0 };
	arena mem;
	err e = { 0 };

	arena_init(&mem, 1 << 16);
	finding_pack(&b, &f);
	assert_int_equal(finding_unpack(str_bytes(buf_view(&b)), &g, &mem, &e), 0);
	CHECK_STR("id", g.rule_id, f.rule_id);
	CHECK_STR("title", g.rule_title, f.rule_title);
	CHECK_STR("tags", g.tags, f.tags);
	CHECK_STR("profile", g.profile, f.profile);
	CHECK_STR("host", g.host, f.host);
	CHECK_STR("channel", g.channel, f.channel);
	CHECK_STR("provider", g.provider, f.provider);
	CHECK_STR("detail", g.details[0].value, f.details[0].value);
	CHECK_STR("empty detail", g.details[1].name, f.details[1].name);
	assert_true(g.level == f.level && g.time_ns == f.time_ns && g.event_id == f.event_id);
	assert_true(g.flags == f.flags && g.nrefs == 2 && g.ndetails == 2);
	assert_true(g.refs[0].item == 3 && g.refs[0].offset == 4096 && g.refs[0].record == 17);
	assert_true(g.refs[1].item == 9 && g.refs[1].offset == UINT64_MAX);
	for (size_t n = 0; n < b.len; n++) { /* cut anywhere: an error, never a read outside */
		err cut = { 0 };

		assert_int_equal(finding_unpack((bytes){ (const uint8_t *)b.ptr, n }, &g, &mem, &cut), -1);
		assert_int_equal(cut.code, ERR_CORRUPT);
	}
	arena_done(&mem);
	buf_done(&b);
}

static void jsonl_names_file_and_every_event(void **state)
{
	struct finding f = sample();
	struct store_item it = { .id = 3, .path = STR("logs/a.evtx"), .has_sha256 = true };
	struct term t = { 0 };
	struct items items;
	buf b = { 0 };
	err e = { 0 };

	memset(it.sha256, 0xAB, sizeof it.sha256);
	items_init(&items);
	assert_int_equal(items_add(&items, &it, &e), 0);
	for (size_t i = 0; i < FINDING_WRITERS_LEN; i++)
		if (strcmp(FINDING_WRITERS[i].name, "jsonl") == 0)
			FINDING_WRITERS[i].row(&b, &t, &f, &items);
#define AB4 "abababab"
#define AB AB4 AB4 AB4 AB4 AB4 AB4 AB4 AB4
	CHECK_STR("line", buf_view(&b),
		  STR("{\"@timestamp\":\"2017-07-14T02:40:00.123456789Z\",\"rule.id\":\"id-1\","
		      "\"rule.name\":\"=cmd|'/C calc'!A0\",\"rule.level\":\"high\","
		      "\"rule.tags\":[\"attack.execution\",\"attack.t1059.001\"],\"rule.profile\":\"strict\","
		      "\"host.name\":\"WS-\\\"1\\\"\",\"log.file.path\":\"logs/a.evtx\","
		      "\"event.ref\":[\"" AB ":4096:17\",\"item9:18446744073709551615:0\"],\"event.code\":4688,"
		      "\"event.provider\":\"P\",\"winlog.channel\":\"Security\",\"event.recovered\":true,"
		      "\"details\":{\"Image\":\"C:\\\\a,b.exe\",\"Empty\":\"\"}}\n"));
	items_done(&items);
	buf_done(&b);
}

static void table_rows_fit_any_width(void **state)
{
	struct finding f = sample();
	struct items items;
	buf b = { 0 };

	f.rule_title = STR("\xe4\xb8\xad\xe6\x96\x87\xe4\xb8\xad\xe6\x96\x87\xe4\xb8\xad\xe6\x96\x87\xe4\xb8\xad\x1b");
	items_init(&items);
	for (unsigned columns = 60; columns < 300; columns++) {
		struct term t = { .columns = columns };

		buf_clear(&b);
		FINDING_WRITERS[0].row(&b, &t, &f, &items);
		assert_int_equal(b.ptr[b.len - 1], '\n');
		assert_true(term_width((str){ b.ptr, b.len - 1 }) <= columns);
	}
	items_done(&items);
	buf_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(survives_packing),
		cmocka_unit_test(jsonl_names_file_and_every_event),
		cmocka_unit_test(table_rows_fit_any_width),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
