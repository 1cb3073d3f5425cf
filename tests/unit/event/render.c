#include "event/render.h"

#include <stdio.h>

#include "unit.h"

#define PATH(p) .path = { p, sizeof(p) - 1 }
#define NAME(n) .name = { n, sizeof(n) - 1 }, .raw = { n, sizeof(n) - 1 }
#define LIT(s) { s, sizeof(s) - 1 }

/* A Sysmon event as an EVTX reader would give it: UTF-16, binary numbers, a constant provider. */
static const struct column COLUMNS[] = {
	{ NAME("xmlns"), PATH("@xmlns"), .slot = -1, .section = SECTION_OTHER,
	  .flags = COLUMN_F_ATTRIBUTE | COLUMN_F_HIDDEN },
	{ .name = LIT("Provider_Name"), .raw = LIT("Name"), PATH("System/Provider/@Name"), .slot = -2,
	  .section = SECTION_SYSTEM, .flags = COLUMN_F_ATTRIBUTE },
	{ .name = LIT("EventID_Qualifiers"), .raw = LIT("Qualifiers"), PATH("System/EventID/@Qualifiers"),
	  .slot = 0, .section = SECTION_SYSTEM, .flags = COLUMN_F_ATTRIBUTE },
	{ NAME("EventID"), PATH("System/EventID"), .slot = 1, .section = SECTION_SYSTEM },
	{ NAME("Level"), PATH("System/Level"), .slot = 2, .section = SECTION_SYSTEM },
	{ NAME("Keywords"), PATH("System/Keywords"), .slot = 3, .section = SECTION_SYSTEM },
	{ NAME("Channel"), PATH("System/Channel"), .slot = 4, .section = SECTION_SYSTEM },
	{ NAME("Computer"), PATH("System/Computer"), .slot = 5, .section = SECTION_SYSTEM },
	{ NAME("Image"), PATH("EventData/Image"), .slot = 6, .section = SECTION_EVENTDATA },
	{ NAME("ProcessId"), PATH("EventData/ProcessId"), .slot = 7, .section = SECTION_EVENTDATA },
	{ NAME("User"), PATH("EventData/User"), .slot = 8, .section = SECTION_EVENTDATA },
	{ NAME("Hashes"), PATH("EventData/Hashes"), .slot = 9, .section = SECTION_EVENTDATA },
	{ NAME("SourceIp"), PATH("EventData/SourceIp"), .slot = 10, .section = SECTION_EVENTDATA },
	{ NAME("DestinationIp"), PATH("EventData/DestinationIp"), .slot = 11, .section = SECTION_EVENTDATA },
	{ NAME("Data"), PATH("EventData/Data"), .slot = 12, .section = SECTION_EVENTDATA,
	  .flags = COLUMN_F_UNNAMED },
	{ NAME("Data"), PATH("EventData/Data"), .slot = 13, .section = SECTION_EVENTDATA,
	  .flags = COLUMN_F_UNNAMED },
	{ NAME("Gone"), PATH("EventData/Gone"), .slot = 14, .section = SECTION_EVENTDATA },
	{ NAME("agent.name"), PATH("#other/agent.name"), .slot = 15, .section = SECTION_OTHER },
};

#define RAW(literal) { (const uint8_t *)(literal), sizeof(literal) - 1

static const value CONSTS[] = { RAW("uri"), VALUE_UTF8, 0, 0 }, RAW("Microsoft-Windows-Sysmon"), VALUE_UTF8, 0, 0 } };

static const value VALUES[] = {
	RAW("\x00\x40"), VALUE_UINT, 0, 0 },
	RAW("\x01\x00"), VALUE_UINT, 0, 0 },
	RAW("\x04"), VALUE_UINT, 0, 0 },
	RAW("\0\0\0\0\0\0\x20\x80"), VALUE_HEX, 0, 0 },
	RAW("Microsoft-Windows-Sysmon/Operational"), VALUE_UTF8, 0, 0 },
	RAW("w\0s\0001\0"), VALUE_UTF16, 0, 0 },
	RAW("C\0:\0\\\0\"\0\x3D\xD8"), VALUE_UTF16, 0, 0 }, /* ends in a lone surrogate */
	RAW("0x1b4"), VALUE_UTF8, 0, 0 },
	RAW("CORP\\anna"), VALUE_UTF8, 0, 0 },
	RAW("SHA1=AB,MD5=,SHA256=0F,IMPHASH=1C,SHA1=EE,X=1"), VALUE_UTF8, 0, 0 },
	RAW("::ffff:10.0.0.5"), VALUE_UTF8, 0, 0 },
	RAW("-"), VALUE_UTF8, 0, 0 },
	RAW("a\xFF"), VALUE_UTF8, 0, 0 },
	RAW("x\0y"), VALUE_UTF8, VALUE_F_ARRAY, 0 },
	{ NULL, 0, VALUE_ABSENT, 0, 0 },
	RAW("col"), VALUE_UTF8, 0, 0 },
};

static struct schema_set *make(event *ev)
{
	struct schema_set *set = schema_set_new(NULL);
	struct schema proto = { .family = FAMILY_WINDOWS, .reader = "test", .columns = COLUMNS,
				.ncolumns = COUNT(COLUMNS), .consts = CONSTS, .nconsts = 2,
				.nslots = COUNT(VALUES) };

	*ev = (event){ .schema = schema_set_add(set, &proto, NULL),
		       .values = VALUES,
		       .time_ns = INT64_C(1713406447112904000),
		       .written_ns = INT64_C(1713406448000000000),
		       .flags = EVENT_RECOVERED,
		       .ref = { 3, 4096, 77 } };
	return set;
}

static void evtx_shape(void **state)
{
	static const char WANT[] =
		"{\"Event\":{\"#attributes\":{\"xmlns\":\"uri\"},\"System\":{\"Provider\":{\"#attributes\":{\"Name\":"
		"\"Microsoft-Windows-Sysmon\"}},\"EventID\":{\"#attributes\":{\"Qualifiers\":16384},\"#text\":1},"
		"\"Level\":4,\"Keywords\":\"0x8020000000000000\",\"Channel\":\"Microsoft-Windows-Sysmon/Operational\","
		"\"Computer\":\"ws1\"},\"EventData\":{\"Image\":\"C:\\\\\\\"\xEF\xBF\xBD\",\"ProcessId\":\"0x1b4\","
		"\"User\":\"CORP\\\\anna\",\"Hashes\":\"SHA1=AB,MD5=,SHA256=0F,IMPHASH=1C,SHA1=EE,X=1\",\"SourceIp\":\"::ffff:10.0.0.5\","
		"\"DestinationIp\":\"-\",\"Data\":{\"#text\":[\"a\\\\xff\",[\"x\",\"y\"]]},\"Gone\":null}},"
		"\"#other\":{\"agent.name\":\"col\"}}";
	event ev;
	struct schema_set *set = make(&ev);
	buf b = { 0 };

	(void)state;
	render_evtx_json(&b, &ev);
	CHECK_STR("evtx", buf_view(&b), str_of(WANT));
	buf_done(&b);
	schema_set_free(set);
}

static void ecs_document(void **state)
{
	static const char WANT[] =
		"{\"@timestamp\":\"2024-04-18T02:14:07.112904Z\",\"ecs\":{\"version\":\"8.11.0\"},\"event\":{\"code\":\"1\","
		"\"created\":\"2024-04-18T02:14:08Z\",\"dataset\":\"sysmon\",\"kind\":\"event\",\"module\":\"sysmon\","
		"\"outcome\":\"success\",\"provider\":\"Microsoft-Windows-Sysmon\"},\"host\":{\"name\":\"ws1\",\"os\":"
		"{\"type\":\"windows\"}},\"log\":{\"file\":{\"path\":\"dir/f\\\\xffe\"},\"level\":\"information\","
		"\"offset\":4096},\"process\":{\"executable\":\"C:\\\\\\\"\xEF\xBF\xBD\",\"hash\":{\"sha1\":\"ab\","
		"\"sha256\":\"0f\"},\"name\":\"\\\"\xEF\xBF\xBD\",\"pe\":{\"imphash\":\"1c\"},\"pid\":436},\"source\":{\"ip\":\"10.0.0.5\"},\"spoor\":"
		"{\"event\":{\"record\":77,\"recovered\":true,\"ref\":\"00ff:4096:77\"},\"evidence\":{\"sha256\":\"00ff\"},"
		"\"fields\":{\"agent.name\":\"col\"}},\"user\":{\"domain\":\"CORP\",\"name\":\"anna\"},\"winlog\":{\"api\":"
		"\"wineventlog\",\"channel\":\"Microsoft-Windows-Sysmon/Operational\",\"computer_name\":\"ws1\","
		"\"event_data\":{\"Image\":\"C:\\\\\\\"\xEF\xBF\xBD\",\"ProcessId\":\"0x1b4\",\"User\":\"CORP\\\\anna\","
		"\"Hashes\":\"SHA1=AB,MD5=,SHA256=0F,IMPHASH=1C,SHA1=EE,X=1\",\"SourceIp\":\"::ffff:10.0.0.5\",\"DestinationIp\":\"-\","
		"\"param1\":\"a\\\\xff\",\"param2\":[\"x\",\"y\"]},\"event_id\":\"1\",\"keywords\":\"0x8020000000000000\","
		"\"provider_name\":\"Microsoft-Windows-Sysmon\"}}";
	struct render_cache *cache = render_cache_new(NULL);
	struct render_source src = { .path = STR("dir/f\xFF" "e"), .sha256 = STR("00ff"), .cache = cache };
	event ev;
	struct schema_set *set = make(&ev);
	buf b = { 0 };

	(void)state;
	for (int i = 0; i < 3; i++) { /* the second time from the cache, the third without one */
		buf_clear(&b);
		src.cache = i < 2 ? cache : NULL;
		render_ecs(&b, &ev, &src);
		CHECK_STR("ecs", buf_view(&b), str_of(WANT));
	}
	buf_done(&b);
	render_cache_free(cache);
	schema_set_free(set);
}

static void ecs_without_source_or_time(void **state)
{
	event ev;
	struct schema_set *set = make(&ev);
	buf b = { 0 };

	(void)state;
	ev.time_ns = ev.written_ns = TIME_NONE;
	ev.flags = 0;
	render_ecs(&b, &ev, NULL);
	assert_true(str_starts(buf_view(&b), STR("{\"ecs\":{")));
	assert_true(str_find(buf_view(&b), STR("\"ref\":\"item-3:4096:77\"")) != SIZE_MAX);
	assert_true(str_find(buf_view(&b), STR("\"path\"")) == SIZE_MAX);
	assert_true(str_find(buf_view(&b), STR("recovered")) == SIZE_MAX);
	assert_true(str_find(buf_view(&b), STR("created")) == SIZE_MAX);
	buf_done(&b);
	schema_set_free(set);
}

static void flat_events(void **state)
{
	static const struct column FLAT[] = {
		{ NAME("a.b"), PATH("a.b"), .slot = 0, .section = SECTION_FLAT },
		{ NAME("a.b"), PATH("a.b_1"), .slot = 1, .section = SECTION_FLAT },
	};
	static const value V[] = { RAW("1"), VALUE_NUMBER, 0, 0 }, RAW("true"), VALUE_TRUE_FALSE, 0, 0 } };
	struct schema_set *set = schema_set_new(NULL);
	struct schema proto = { .family = FAMILY_FLAT, .reader = "test", .columns = FLAT, .ncolumns = 2,
				.nslots = 2 };
	event ev = { .schema = schema_set_add(set, &proto, NULL), .values = V, .time_ns = 0,
		     .written_ns = TIME_NONE };
	buf b = { 0 };

	(void)state;
	render_evtx_json(&b, &ev);
	CHECK_STR("json", buf_view(&b), STR("{\"a.b\":1,\"a.b_1\":true}"));
	buf_clear(&b);
	render_ecs(&b, &ev, NULL);
	assert_true(str_starts(buf_view(&b), STR("{\"@timestamp\":\"1970-01-01T00:00:00Z\",\"ecs\":{")));
	assert_true(str_find(buf_view(&b), STR("\"fields\":{\"a.b\":1,\"a.b_1\":true}")) != SIZE_MAX);
	assert_true(str_find(buf_view(&b), STR("winlog")) == SIZE_MAX);
	buf_done(&b);
	schema_set_free(set);
}

static void values_as_json(void **state)
{
	static const struct {
		const char *what;
		value v;
		const char *want;
	} T[] = {
		{ "absent", { 0 }, "null" },
		{ "int", RAW("\xFF"), VALUE_INT, 0, 0 }, "-1" },
		{ "int of three bytes", RAW("\1\2\3"), VALUE_INT, 0, 0 }, "\"010203\"" },
		{ "bool", RAW("\1"), VALUE_BOOL, 0, 0 }, "true" },
		{ "float", RAW("\0\0\xC0\x3F"), VALUE_FLOAT, 0, 0 }, "1.5" },
		{ "infinity", RAW("\0\0\x80\x7F"), VALUE_FLOAT, 0, 0 }, "\"inf\"" },
		{ "float of two bytes", RAW("\1\2"), VALUE_FLOAT, 0, 0 }, "\"0102\"" },
		{ "array of numbers", RAW("\1\2"), VALUE_UINT, VALUE_F_ARRAY, 1 }, "[1,2]" },
		{ "control characters", RAW("\x01\x1F\x7F"), VALUE_UTF8, 0, 0 }, "\"\\u0001\\u001f\\u007f\"" },
		{ "control characters in UTF-16", RAW("\x01\0\"\0"), VALUE_UTF16, 0, 0 }, "\"\\u0001\\\"\"" },
		{ "ansi", RAW("\xE9"), VALUE_ANSI, 0, 0 }, "\"\xC3\xA9\"" },
		{ "empty utf16", { (const uint8_t *)"", 0, VALUE_UTF16, 0, 0 }, "\"\"" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(T); i++) {
		buf b = { 0 };

		render_value(&b, T[i].v);
		CHECK_STR(T[i].what, buf_view(&b), str_of(T[i].want));
		buf_done(&b);
	}
}

static void long_text_is_escaped_where_it_stands(void **state)
{
	static uint8_t units[20000];
	value v = { units, sizeof units, VALUE_UTF16, 0, 0 };
	buf b = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof units; i += 2)
		units[i] = 1;
	for (size_t room = 0; room < 3; room++) {
		buf_clear(&b);
		for (size_t i = 0; i < room; i++)
			buf_byte(&b, 'x');
		render_text(&b, v);
		assert_false(b.failed);
		assert_int_equal(b.len, room + 2 + 6 * sizeof units / 2);
		for (size_t i = room + 1; i + 1 < b.len; i += 6)
			assert_memory_equal(b.ptr + i, "\\u0001", 6);
	}
	buf_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(evtx_shape),
		cmocka_unit_test(ecs_document),
		cmocka_unit_test(ecs_without_source_or_time),
		cmocka_unit_test(flat_events),
		cmocka_unit_test(values_as_json),
		cmocka_unit_test(long_text_is_escaped_where_it_stands),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
