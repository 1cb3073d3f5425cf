/* The EVTX reader on files that the project's own writer made, and on what damage makes of them. */
#include "../unit.h"

#include <stdio.h>

#include "../../fuzz/evtx_drive.h"
#include "evtx_writer.h"
#include "readers/evtx/evtx_priv.h"

enum { HEADER = 4096, CHUNK = 65536, RECORDS = 300 };

/* Each value type with the text that rules see and the JSON that dump writes. */
static const struct {
	uint8_t type;
	const char *in, *json;
} VALUES[] = {
	{ EVTX_STRING, "C:\\Temp\\a \"b\"", "\"C:\\\\Temp\\\\a \\\"b\\\"\"" },
	{ EVTX_STRING, "tab\there", "\"tab\\there\"" },
	{ EVTX_STRING, "caf\xC3\xA9 \xF0\x9F\x98\x80", "\"caf\xC3\xA9 \xF0\x9F\x98\x80\"" },
	{ EVTX_ANSI, "plain \\ ansi that is longer than sixteen",
	  "\"plain \\\\ ansi that is longer than sixteen\"" },
	{ EVTX_I8, "-5", "-5" },
	{ EVTX_U8, "200", "200" },
	{ EVTX_I16, "-300", "-300" },
	{ EVTX_U16, "65535", "65535" },
	{ EVTX_I32, "-2147483648", "-2147483648" },
	{ EVTX_U32, "4294967295", "4294967295" },
	{ EVTX_I64, "-9223372036854775808", "-9223372036854775808" },
	{ EVTX_U64, "18446744073709551615", "18446744073709551615" },
	{ EVTX_BOOL, "true", "true" },
	{ EVTX_BOOL, "false", "false" },
	{ EVTX_BINARY, "00112233445566778899AABBCCDDEEFF0102", "\"00112233445566778899AABBCCDDEEFF0102\"" },
	{ EVTX_GUID, "{54849625-5478-4994-A5BA-3E3B0328C30D}", "\"54849625-5478-4994-A5BA-3E3B0328C30D\"" },
	{ EVTX_FILETIME, "2024-02-29T23:59:59.123456Z", "\"2024-02-29T23:59:59.123456Z\"" },
	{ EVTX_SID, "S-1-5-21-1-2-3-500", "\"S-1-5-21-1-2-3-500\"" },
	{ EVTX_HEX32, "0x1f", "\"0x1f\"" },
	{ EVTX_HEX64, "0xfedcba9876543210", "\"0xfedcba9876543210\"" },
	{ EVTX_HEX64, "0x0", "\"0x0\"" },
};

struct made {
	char *ptr;
	size_t len;
};

static void fill_def(struct evtx_def *def)
{
	*def = (struct evtx_def){ .provider = "Test-Provider",
				  .provider_guid = "{11111111-2222-3333-4444-555555555555}",
				  .channel = "Test/Operational",
				  .id = 7,
				  .level = 4,
				  .body = EVTX_EVENT_DATA,
				  .nfields = COUNT(VALUES) };
	for (size_t i = 0; i < COUNT(VALUES); i++) {
		snprintf(def->fields[i].name, sizeof def->fields[i].name, "Field%zu", i);
		def->fields[i].type = VALUES[i].type;
	}
}

/* A log with `records` records of every value type. */
static struct made make_log(unsigned records)
{
	struct made m = { 0 };
	FILE *f = tmpfile();
	struct evtx_writer *w;
	struct evtx_value values[COUNT(VALUES)];
	struct evtx_def def;
	struct evtx_record rec = { .def = &def, .computer = "host.example", .pid = 4, .values = values };
	arena mem;
	err e = { 0 };

	arena_init(&mem, 1 << 20);
	fill_def(&def);
	for (size_t i = 0; i < COUNT(VALUES); i++)
		assert_int_equal(evtx_value_parse(VALUES[i].type, str_of(VALUES[i].in), &mem, &values[i], &e),
				 0);
	assert_non_null(f);
	assert_int_equal(evtx_writer_to_file(&w, f, &e), 0);
	for (unsigned i = 0; i < records; i++) {
		rec.written = rec.created = UINT64_C(133579000000000000) + i * UINT64_C(10000000);
		assert_int_equal(evtx_writer_add(w, &rec, &e), 0);
	}
	assert_int_equal(evtx_writer_finish(w, &e), 0);
	evtx_writer_free(w);
	m.len = (size_t)ftell(f);
	fseek(f, 0, SEEK_END);
	m.len = (size_t)ftell(f);
	rewind(f);
	m.ptr = malloc(m.len);
	assert_non_null(m.ptr);
	assert_int_equal(fread(m.ptr, 1, m.len, f), m.len);
	fclose(f);
	arena_done(&mem);
	return m;
}

static struct evtx_drive drive(struct made m, size_t window)
{
	struct evtx_drive d = { 0 };

	evtx_drive(&d, (bytes){ (const uint8_t *)m.ptr, m.len }, window);
	return d;
}

static void every_type_in_every_record(void **state)
{
	struct made m = make_log(RECORDS);
	struct evtx_drive d = drive(m, SIZE_MAX);
	str rest = buf_view(&d.json);

	(void)state;
	assert_int_equal(d.events, RECORDS);
	assert_int_equal(d.gaps, 0);
	assert_int_equal(d.recovered, 0);
	for (unsigned r = 0; r < RECORDS; r++) {
		str line = str_cut(rest, '\n', &rest);

		for (size_t i = 0; i < COUNT(VALUES); i++) {
			char want[200];

			snprintf(want, sizeof want, "\"Field%zu\":%s%s", i, VALUES[i].json,
				 i + 1 < COUNT(VALUES) ? "," : "}");
			if (str_find(line, str_of(want)) == SIZE_MAX)
				fail_msg("record %u lacks %s in %.*s", r, want, STR_ARG(line));
		}
	}
	buf_done(&d.json);
	free(m.ptr);
}

static void window_size_does_not_matter(void **state)
{
	struct made m = make_log(RECORDS);
	struct evtx_drive a = drive(m, SIZE_MAX), b = drive(m, 1), c = drive(m, 100000);

	(void)state;
	assert_true(str_eq(buf_view(&a.json), buf_view(&b.json)));
	assert_true(str_eq(buf_view(&a.json), buf_view(&c.json)));
	buf_done(&a.json);
	buf_done(&b.json);
	buf_done(&c.json);
	free(m.ptr);
}

/* Where a file ends, everything before is read and the cut is told. */
static void cut_anywhere(void **state)
{
	struct made m = make_log(60);
	uint64_t before = 0;

	(void)state;
	for (size_t len = 1; len < m.len; len += 997) {
		struct evtx_drive d = drive((struct made){ m.ptr, len }, SIZE_MAX);

		assert_true(d.events >= before);
		assert_true(d.gaps > 0 || d.events == 60 || len == HEADER ||
			    (len > HEADER && (len - HEADER) % CHUNK == 0));
		before = d.events;
		buf_done(&d.json);
	}
	assert_true(before > 0);
	free(m.ptr);
}

static void lost_chunk_header_costs_no_record(void **state)
{
	struct made m = make_log(RECORDS);
	struct evtx_drive d;

	(void)state;
	assert_true(m.len >= HEADER + 3 * CHUNK);
	memset(m.ptr + HEADER + CHUNK, 'x', 8);
	d = drive(m, SIZE_MAX);
	assert_int_equal(d.events, RECORDS);
	assert_true(d.recovered > 0 && d.recovered < RECORDS);
	assert_int_equal(d.gaps, 1);
	buf_done(&d.json);
	free(m.ptr);
}

static void records_behind_the_free_offset_are_recovered(void **state)
{
	struct made m = make_log(20);
	struct evtx_drive d;

	(void)state;
	/* the header says that nothing has been written yet */
	memcpy(m.ptr + HEADER + 48, "\0\2\0", 4);
	d = drive(m, SIZE_MAX);
	assert_int_equal(d.events, 20);
	assert_int_equal(d.recovered, 20);
	assert_true(d.gaps >= 1); /* its checksum is wrong now */
	buf_done(&d.json);
	free(m.ptr);
}

static void a_copy_in_slack_is_dropped(void **state)
{
	struct made m = make_log(3);
	uint8_t *chunk = (uint8_t *)m.ptr + HEADER;
	uint32_t free_at = load_le32(chunk + 48), last = load_le32(chunk + 44);
	struct evtx_drive d;

	(void)state;
	memcpy(chunk + free_at + 8, chunk + last, free_at - last);
	d = drive(m, SIZE_MAX);
	assert_int_equal(d.events, 3);
	assert_int_equal(d.recovered, 0);
	/* the same bytes with another record id are an older record */
	chunk[free_at + 8 + 8] = 99;
	buf_done(&d.json);
	d = drive(m, SIZE_MAX);
	assert_int_equal(d.events, 4);
	assert_int_equal(d.recovered, 1);
	buf_done(&d.json);
	free(m.ptr);
}

static void size_lies_cost_one_record(void **state)
{
	static const uint32_t SIZES[] = { 0, 27, 28, 65537, 0xB8B8B8B8u, 0xFFFFFFFFu };

	(void)state;
	for (size_t i = 0; i < COUNT(SIZES); i++) {
		struct made m = make_log(10);
		uint8_t *second = (uint8_t *)m.ptr + HEADER + 512;
		struct evtx_drive d;

		second += load_le32(second + 4);
		memcpy(second + 4, &SIZES[i], 4);
		d = drive(m, SIZE_MAX);
		assert_int_equal(d.events, 9);
		assert_true(d.gaps >= 1);
		buf_done(&d.json);
		free(m.ptr);
	}
}

static void two_logs_in_one_file(void **state)
{
	struct made m = make_log(10), twice = { malloc(2 * m.len), 2 * m.len };
	struct evtx_drive d;

	(void)state;
	assert_non_null(twice.ptr);
	memcpy(twice.ptr, m.ptr, m.len);
	memcpy(twice.ptr + m.len, m.ptr, m.len);
	d = drive(twice, SIZE_MAX);
	assert_int_equal(d.events, 20);
	assert_int_equal(d.gaps, 1);
	buf_done(&d.json);
	free(m.ptr);
	free(twice.ptr);
}

static void pieces_give_what_the_whole_gives(void **state)
{
	struct made m = make_log(RECORDS);
	uint64_t total = 0;

	(void)state;
	for (uint64_t begin = 0; begin < m.len;) {
		uint64_t end = begin ? begin + CHUNK : HEADER + CHUNK;
		struct schema_set *schemas = schema_set_new(NULL);
		struct reader_env env = { .schemas = schemas, .begin = begin, .end = end };
		struct reader_input in = { .data = { (const uint8_t *)m.ptr, m.len }, .last = true };
		enum reader_step step;
		struct gap g;
		void *self;
		event ev;
		err e = { 0 };

		assert_int_equal(reader_evtx.open(&self, &env, &e), 0);
		while ((step = reader_evtx.next(self, &in, &ev, &g, &e)) == READER_EVENT)
			total++;
		assert_int_equal(step, READER_END);
		reader_evtx.close(self);
		schema_set_free(schemas);
		begin = end;
	}
	assert_int_equal(total, RECORDS);
	free(m.ptr);
}

/* The writer for AVX2 machines and the plain one give the same bytes for every length and content. */
static void both_json_writers_agree(void **state)
{
#if defined(__x86_64__)
	static const uint16_t POOL[] = { 'a',  '"',    '\\',   'z',    0x1F,   '\n', 0x7F,
					 0xE9, 0x4E2D, 0xD83D, 0xDE00, 0xFFFF, 0,    ' ' };
	uint8_t text[64 + 2 * 70];
	char a[2000], b[2000];
	struct evtx_repeat repeat = { STR("k"), 1 };
	value v;
	struct evtx_op ops[2] = { { "........................................", 2, 0, ACT_VALUE, NULL },
				  { "........................................", 1, 0, ACT_TEXT, &repeat } };
	struct evtx_layout lay = { .ops = ops, .nops = 2 };
	unsigned seed = 1;

	(void)state;
	if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("bmi2"))
		UNIT_SKIP("no AVX2 here");
	for (unsigned round = 0; round < 20000; round++) {
		static const uint8_t TYPES[] = { VALUE_UTF16, VALUE_ANSI, VALUE_BINARY, VALUE_UTF16 };
		unsigned n = round % 66;
		size_t la, lb;

		memset(text, 'x', sizeof text);
		for (unsigned i = 0; i < n; i++) {
			seed = seed * 1103515245u + 12345u;
			uint16_t u = (seed >> 16) % 4 ? (uint16_t)('a' + (seed >> 20) % 26)
						      : POOL[(seed >> 20) % COUNT(POOL)];

			memcpy(text + 64 + 2 * i, &u, 2);
		}
		v = (value){ text + 64, 2 * n, TYPES[round / 66 % 4], 0, 0 };
		la = evtx_json_base(a, &lay, &v);
		lb = evtx_json_v3(b, &lay, &v);
		assert_int_equal(la, lb);
		assert_memory_equal(a, b, la);
	}
#else
	(void)state;
	UNIT_SKIP("another processor");
#endif
}

static void runs_name_what_is_there(void **state)
{
	struct made m = make_log(10);
	struct schema_set *schemas = schema_set_new(NULL);
	struct reader_env env = { .schemas = schemas, .end = UINT64_MAX };
	struct reader_input in = { .data = { (const uint8_t *)m.ptr, m.len }, .last = true };
	struct record_run run;
	struct gap g;
	void *self;
	event ev;
	err e = { 0 };

	(void)state;
	/* the fifth record gets a new id: two runs and a single one */
	uint8_t *at = (uint8_t *)m.ptr + HEADER + 512;

	for (unsigned i = 0; i < 4; i++)
		at += load_le32(at + 4);
	at[8] = 200;
	assert_int_equal(reader_evtx.open(&self, &env, &e), 0);
	while (reader_evtx.next(self, &in, &ev, &g, &e) != READER_END)
		;
	assert_true(reader_evtx.run(self, &run));
	assert_true(str_eq(run.computer, STR("host.example")));
	assert_true(str_eq(run.channel, STR("Test/Operational")));
	assert_int_equal(run.first, 1);
	assert_int_equal(run.last, 4);
	assert_true(reader_evtx.run(self, &run));
	assert_int_equal(run.first, 200);
	assert_true(reader_evtx.run(self, &run));
	assert_int_equal(run.first, 6);
	assert_int_equal(run.last, 10);
	assert_false(reader_evtx.run(self, &run));
	reader_evtx.close(self);
	schema_set_free(schemas);
	free(m.ptr);
}

static void columns_are_named_for_rules(void **state)
{
	struct made m = make_log(1);
	struct schema_set *schemas = schema_set_new(NULL);
	struct reader_env env = { .schemas = schemas, .end = UINT64_MAX };
	struct reader_input in = { .data = { (const uint8_t *)m.ptr, m.len }, .last = true };
	static const char *const NAMES[] = {
		"Provider_Name",         "EventID", "Channel", "Computer", "Execution_ProcessID", "Field0",
		"TimeCreated_SystemTime"
	};
	struct gap g;
	void *self;
	event ev;
	err e = { 0 };
	uint64_t id;

	(void)state;
	assert_int_equal(reader_evtx.open(&self, &env, &e), 0);
	assert_int_equal(reader_evtx.next(self, &in, &ev, &g, &e), READER_EVENT);
	for (size_t i = 0; i < COUNT(NAMES); i++)
		if (schema_find(ev.schema, str_of(NAMES[i]), 0) < 0)
			fail_msg("no column %s", NAMES[i]);
	assert_true(schema_find(ev.schema, STR("xmlns"), 0) < 0);
	assert_true(value_u64(event_wk(&ev, WK_EVENT_ID), &id) && id == 7);
	assert_true(value_eq_nocase(event_wk(&ev, WK_CHANNEL), STR("test/operational")));
	assert_int_equal(ev.time_ns, (INT64_C(133579000000000000) - INT64_C(116444736000000000)) * 100);
	reader_evtx.close(self);
	schema_set_free(schemas);
	free(m.ptr);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_type_in_every_record),
		cmocka_unit_test(window_size_does_not_matter),
		cmocka_unit_test(cut_anywhere),
		cmocka_unit_test(lost_chunk_header_costs_no_record),
		cmocka_unit_test(records_behind_the_free_offset_are_recovered),
		cmocka_unit_test(a_copy_in_slack_is_dropped),
		cmocka_unit_test(size_lies_cost_one_record),
		cmocka_unit_test(two_logs_in_one_file),
		cmocka_unit_test(pieces_give_what_the_whole_gives),
		cmocka_unit_test(both_json_writers_agree),
		cmocka_unit_test(runs_name_what_is_there),
		cmocka_unit_test(columns_are_named_for_rules),
	};

	return cmocka_run_group_tests_name("readers-evtx", tests, NULL, NULL);
}
