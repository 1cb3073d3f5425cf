/* Damaged, odd and hostile JSON: what is lost is counted with its place, the rest is read. */
#include <stdio.h>
#include <stdlib.h>

#include "readers/json_run.h"
#include "unit.h"
#include "util/limits.h"

#define EV "{\"Event\":{\"System\":{\"EventID\":1,\"Channel\":\"C\"}}}"
#define EV_LEN (sizeof EV - 1)

static const struct {
	const char *what;
	const char *in;
	size_t events;
	size_t gaps;
	enum gap_kind kind; /* of the first gap ... */
	uint64_t from, to;  /* ... and its bytes */
} DAMAGE[] = {
	{ "nothing", "", 0, 0, 0, 0, 0 },
	{ "line ends only", "\n\r\n\n \n", 0, 0, 0, 0, 0 },
	{ "no line end", EV, 1, 0, 0, 0, 0 },
	{ "CRLF", EV "\r\n" EV "\r\n", 2, 0, 0, 0, 0 },
	{ "byte order mark", "\xEF\xBB\xBF" EV "\n", 1, 0, 0, 0, 0 },
	{ "one bad line among others", EV "\n{\"a\":1,}\n" EV "\n", 2, 1, GAP_DAMAGED, EV_LEN + 1, EV_LEN + 9 },
	{ "text between", EV "\nhello\n" EV "\n", 2, 1, GAP_DAMAGED, EV_LEN + 1, EV_LEN + 6 },
	{ "text behind an object", EV " x\n" EV, 2, 1, GAP_DAMAGED, EV_LEN + 1, EV_LEN + 2 },
	{ "a line cut in a string", "{\"Event\":{\"Sy\n" EV "\n", 1, 1, GAP_DAMAGED, 0, 13 },
	{ "a line cut behind a comma", "{\"Event\":{\"a\":1,\n" EV "\n", 1, 1, GAP_DAMAGED, 0, 16 },
	{ "a line cut behind a value", "{\"Event\":{\"a\":1\n" EV "\n", 1, 1, GAP_DAMAGED, 0, 15 },
	{ "content cut in a string", EV "\n{\"Event\":{\"Sy", 1, 1, GAP_TRUNCATED, EV_LEN + 1, EV_LEN + 14 },
	{ "content cut in an object", EV "\n{\"Event\":{\"a\":1", 1, 1, GAP_TRUNCATED, EV_LEN + 1, EV_LEN + 16 },
	{ "pretty object cut", "{\n  \"Event\": {\n", 0, 1, GAP_TRUNCATED, 0, 15 },
	{ "two on a line", EV EV "\n", 2, 0, 0, 0, 0 },
	{ "array, pretty", "[\n {\n  \"winlog\": {\n   \"channel\": \"C\"\n  }\n }, {\n  \"winlog\": {\"channel\":\"D\"}\n }\n]\n",
	  2, 0, 0, 0, 0 },
	{ "array on a line", "[" EV "," EV "," EV "]", 3, 0, 0, 0, 0 },
	{ "array with a bad element", "[" EV ",{\"a\":1 2}," EV "]", 2, 1, GAP_DAMAGED, EV_LEN + 2, EV_LEN + 11 },
	{ "array of arrays and scalars", "[[" EV "],3," EV "]", 1, 1, GAP_DAMAGED, 0, 0 },
	{ "evtx_dump -o json", "Record 1\n{\n  \"Event\": {\n    \"System\": {\n      \"EventID\": 1\n    }\n  }\n}\nRecord 2\n" EV
	  "\n", 2, 0, 0, 0, 0 },
	{ "record separators (RFC 7464)", "\x1e" EV "\n\x1e" EV "\n", 2, 0, 0, 0, 0 },
	{ "brackets only", "[[[[", 0, 0, 0, 0, 0 },
	{ "unclosed braces", "{{{{", 0, 1, GAP_DAMAGED, 0, 4 },
	{ "NaN", "{\"a\":NaN}\n" EV, 1, 1, GAP_DAMAGED, 0, 9 },
	{ "no value", "{\"a\":}\n" EV, 1, 1, GAP_DAMAGED, 0, 6 },
	{ "no colon", "{\"a\" 1}\n" EV, 1, 1, GAP_DAMAGED, 0, 7 },
	{ "bad escape", "{\"a\":\"\\q\"}\n" EV, 1, 1, GAP_DAMAGED, 0, 10 },
	{ "half an escape", "{\"a\":\"\\u12\"}\n" EV, 1, 1, GAP_DAMAGED, 0, 12 },
	{ "name that is no string", "{1:2}\n" EV, 1, 1, GAP_DAMAGED, 0, 5 },
	{ "number with leading zero", "{\"a\":01}\n" EV, 1, 1, GAP_DAMAGED, 0, 8 },
	{ "number without digits", "{\"a\":-}\n" EV, 1, 1, GAP_DAMAGED, 0, 7 },
	{ "wrong bracket", "{\"a\":[1}}\n" EV, 1, 1, GAP_DAMAGED, 0, 9 },
	{ "empty object", "{}\n" EV, 2, 0, 0, 0, 0 },
	{ "control character at the end", EV "\n\x1D", 1, 0, 0, 0, 0 },
	{ "control character in a Splunk field name",
	  "{\"result\":{\"_raw\":\"LogName=S\\nEventCode=1\\na\\u0001b=c\\nMessage=m\"}}\n", 1, 0, 0, 0, 0 },
};

static void check_damage(size_t i, size_t window)
{
	struct run r;

	run_bytes(&r, str_bytes(str_of(DAMAGE[i].in)), window, NULL, NULL);
	CHECK(DAMAGE[i].what, r.end == READER_END);
	CHECK(DAMAGE[i].what, r.nevents == DAMAGE[i].events);
	CHECK(DAMAGE[i].what, r.ngaps == DAMAGE[i].gaps);
	if (r.ngaps && DAMAGE[i].to) {
		CHECK(DAMAGE[i].what, r.gaps[0].kind == DAMAGE[i].kind);
		CHECK(DAMAGE[i].what, r.gaps[0].from == DAMAGE[i].from);
		CHECK(DAMAGE[i].what, r.gaps[0].to == DAMAGE[i].to);
		CHECK(DAMAGE[i].what, r.gaps[0].lost == 1);
	}
	run_done(&r);
}

static void damage_is_counted_with_its_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(DAMAGE); i++)
		check_damage(i, 0);
}

static void content_with_a_nul(void **state)
{
	static const char IN[] = EV "\0\0\0\n\0\0" EV "\n\0\0\0\0";
	struct run r;

	(void)state;
	run_bytes(&r, (bytes){ (const uint8_t *)IN, sizeof IN - 1 }, 0, NULL, NULL);
	assert_int_equal(r.nevents, 2);
	assert_int_equal(r.ngaps, 0);
	assert_int_equal(r.events[0].length, EV_LEN);
	run_done(&r);
}

/* --- windows -------------------------------------------------------------------------------- */

static void make_long(buf *b, size_t lines)
{
	for (size_t i = 0; i < lines; i++)
		buf_printf(b, "{\"Event\":{\"System\":{\"EventID\":%zu},\"EventData\":{\"t\":\"%*d\"}}}%s", i,
			   (int)(i * 37 % 900), (int)i, i % 7 ? "\n" : "\r\n\n");
}

static void same_result(const struct run *a, const struct run *b, size_t window)
{
	char what[32];

	snprintf(what, sizeof what, "window %zu", window);
	CHECK(what, a->nevents == b->nevents && a->ngaps == b->ngaps && b->end == READER_END);
	for (size_t i = 0; i < a->nevents; i++) {
		CHECK_STR(what, str_of(b->events[i].json), str_of(a->events[i].json));
		CHECK(what, a->events[i].offset == b->events[i].offset);
		CHECK(what, a->events[i].record == b->events[i].record);
		CHECK(what, a->events[i].length == b->events[i].length);
		CHECK(what, b->events[i].raw_len == b->events[i].length);
	}
}

static void windows_do_not_matter(void **state)
{
	static const size_t WINDOWS[] = { 1, 7, 4096, 5000, 65536, 70001, 200000 };
	struct run whole, r;
	buf b = { 0 };

	(void)state;
	make_long(&b, 900);
	run_str(&whole, buf_view(&b));
	assert_int_equal(whole.nevents, 900);
	for (size_t i = 0; i < COUNT(WINDOWS); i++) {
		run_bytes(&r, str_bytes(buf_view(&b)), WINDOWS[i], NULL, NULL);
		same_result(&whole, &r, WINDOWS[i]);
		run_done(&r);
	}
	run_done(&whole);
	buf_done(&b);
}

static void array_is_read_element_by_element(void **state)
{
	struct run r;
	buf b = { 0 };

	(void)state;
	buf_byte(&b, '[');
	for (int i = 0; i < 10000; i++)
		buf_printf(&b, "%s{\"EventID\":%d,\"Channel\":\"C\",\"pad\":\"%0200d\"}", i ? "," : "", i, i);
	buf_byte(&b, ']');
	assert_true(b.len > 2 * LIMIT_LINE_BYTES); /* one line, longer than a line may be */
	run_bytes(&r, str_bytes(buf_view(&b)), 65536, NULL, NULL);
	assert_int_equal(r.end, READER_END);
	assert_int_equal(r.nevents, 10000);
	assert_int_equal(r.ngaps, 0);
	assert_true(r.need_max <= 2 * 65536); /* never the whole */
	assert_int_equal(r.events[9999].record, 10000);
	run_done(&r);
	buf_done(&b);
}

/* --- ceilings ------------------------------------------------------------------------------- */

static void too_long_line_is_skipped_to_its_end(void **state)
{
	const size_t long_len = 5u << 20;
	struct run r;
	buf b = { 0 };
	uint64_t from, to;

	(void)state;
	buf_z(&b, EV "\n");
	from = b.len;
	buf_z(&b, "{\"Event\":{\"System\":{\"EventID\":1,\"Channel\":\"");
	for (size_t i = 0; i < long_len; i++)
		buf_byte(&b, "ab\\\""[i % 4]);
	buf_z(&b, "\"}}}");
	to = b.len;
	buf_z(&b, "\n" EV "\n");
	for (size_t window = 0; window < 2; window++) {
		run_bytes(&r, str_bytes(buf_view(&b)), window * 65536, NULL, NULL);
		assert_int_equal(r.end, READER_END);
		assert_int_equal(r.nevents, 2);
		assert_int_equal(r.ngaps, 1);
		assert_int_equal(r.gaps[0].kind, GAP_LIMIT);
		assert_int_equal(r.gaps[0].from, from);
		assert_int_equal(r.gaps[0].to, to);
		assert_true(r.need_max <= LIMIT_LINE_BYTES + (128u << 10));
		assert_int_equal(r.events[1].record, 3);
		run_done(&r);
	}
	buf_done(&b);
}

static void too_deep_stays_as_text(void **state)
{
	struct run r;
	buf b = { 0 };

	(void)state;
	buf_z(&b, "{\"EventID\":1,\"Channel\":\"C\",\"d\":");
	for (int i = 0; i < 100000; i++)
		buf_byte(&b, '[');
	for (int i = 0; i < 100000; i++)
		buf_byte(&b, ']');
	buf_z(&b, "}\n" EV);
	run_str(&r, buf_view(&b));
	assert_int_equal(r.nevents, 2);
	assert_int_equal(r.ngaps, 1);
	assert_int_equal(r.gaps[0].kind, GAP_LIMIT);
	assert_true(r.events[0].flags & EVENT_PARTIAL);
	assert_int_equal(r.events[1].flags, 0);
	run_done(&r);
	buf_done(&b);
}

static void too_many_members_are_cut(void **state)
{
	struct run r;
	buf b = { 0 };

	(void)state;
	buf_z(&b, "{\"EventID\":1,\"Channel\":\"C\"");
	for (int i = 0; i < 5000; i++)
		buf_printf(&b, ",\"m%d\":%d", i, i);
	buf_z(&b, "}\n");
	run_str(&r, buf_view(&b));
	assert_int_equal(r.nevents, 1);
	assert_int_equal(r.ngaps, 1);
	assert_int_equal(r.gaps[0].kind, GAP_LIMIT);
	assert_non_null(strstr(r.events[0].json, "\"m4000\":4000"));
	assert_null(strstr(r.events[0].json, "\"m4999\""));
	run_done(&r);
	buf_done(&b);
}

static void windows_events_of_too_many_kinds_end_in_gaps(void **state)
{
	struct run r;
	buf b = { 0 };

	(void)state;
	buf_z(&b, EV "\n");
	for (unsigned i = 0; i < LIMIT_ITEM_SCHEMAS + 500; i++)
		buf_printf(&b, "{\"Event\":{\"System\":{\"EventID\":1},\"EventData\":{\"k%u\":1}}}\n", i);
	buf_z(&b, EV "\n");
	run_str(&r, buf_view(&b));
	assert_int_equal(r.end, READER_END);
	assert_int_equal(r.nevents + r.ngaps, LIMIT_ITEM_SCHEMAS + 502);
	assert_int_equal(r.ngaps, 501);
	assert_int_equal(r.events[r.nevents - 1].family, FAMILY_WINDOWS); /* known kinds go on */
	assert_int_equal(r.gaps[0].kind, GAP_LIMIT);
	run_done(&r);
	buf_done(&b);
}

/* --- values --------------------------------------------------------------------------------- */

struct value_want {
	const char *name;
	const char *text;
	size_t len; /* 0: strlen */
	uint8_t type, flags;
	bool seen;
};

static void look_values(void *ctx, const event *ev)
{
	struct value_want *w = ctx;

	for (; w->name; w++) {
		for (uint32_t i = 0; i < ev->schema->ncolumns; i++) {
			value v = event_value(ev, (int32_t)i);

			if (!str_eq(ev->schema->columns[i].path, str_of(w->name)))
				continue;
			w->seen = true;
			CHECK_STR(w->name, ((str){ (const char *)v.ptr, v.len }),
				  ((str){ w->text, w->len ? w->len : strlen(w->text) }));
			CHECK(w->name, v.type == w->type);
			CHECK(w->name, v.flags == w->flags);
		}
	}
}

static void values_are_kept_as_written(void **state)
{
	static const char BIG[] = "1234567890123456789012345678901234567890123456789012345678901234567890";
	buf b = { 0 };
	struct value_want want[] = {
		{ "huge", "1e999", 0, VALUE_NUMBER, 0, false },
		{ "minus", "-0", 0, VALUE_NUMBER, 0, false },
		{ "two64", "18446744073709551616", 0, VALUE_NUMBER, 0, false },
		{ "frac", "-1.50E+3", 0, VALUE_NUMBER, 0, false },
		{ "big", BIG, 0, VALUE_NUMBER, 0, false },
		{ "yes", "true", 0, VALUE_TRUE_FALSE, 0, false },
		{ "none", "", 0, VALUE_ABSENT, 0, false },
		{ "obj", "", 0, VALUE_ABSENT, 0, false },
		{ "arr0", "", 0, VALUE_ABSENT, 0, false },
		{ "arr1", "x", 0, VALUE_UTF8, 0, false },
		{ "arr3", "x\0002\0true", 8, VALUE_UTF8, VALUE_F_ARRAY, false },
		{ "arrend", "x\0\0", 3, VALUE_UTF8, VALUE_F_ARRAY, false }, /* the second is empty */
		{ "arrnul", "a\xEF\xBF\xBD\0b", 6, VALUE_UTF8, VALUE_F_ARRAY | VALUE_F_REPAIRED, false },
		{ "esc", "\"\\/\b\f\n\r\t\xC3\xA9\xF0\x9F\x98\x80", 0, VALUE_UTF8, 0, false },
		{ "nul", "a\0b", 3, VALUE_UTF8, 0, false },
		{ "lone", "\xEF\xBF\xBDx", 0, VALUE_UTF8, VALUE_F_REPAIRED, false },
		{ "twice", "1\0002", 3, VALUE_NUMBER, VALUE_F_ARRAY, false },
		{ "o.k.0", "v", 0, VALUE_UTF8, 0, false },
		{ "\xC3\xA9", "u", 0, VALUE_UTF8, 0, false },
		{ NULL, NULL, 0, 0, 0, false },
	};
	struct run r;

	(void)state;
	buf_printf(&b,
		   "{\"huge\":1e999,\"minus\":-0,\"two64\":18446744073709551616,\"frac\":-1.50E+3,\"big\":%s,"
		   "\"yes\":true,\"none\":null,\"obj\":{},\"arr0\":[],\"arr1\":[\"x\"],\"arr3\":[\"x\",2,true],"
		   "\"arrend\":[\"x\",\"\"],\"arrnul\":[\"a\\u0000\",\"b\"],\"esc\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00\","
		   "\"nul\":\"a\\u0000b\",\"lone\":\"\\ud800x\",\"twice\":1,\"twice\":2,\"o\":{\"k.0\":\"v\"},"
		   "\"\\u00e9\":\"u\"}",
		   BIG);
	run_bytes(&r, str_bytes(buf_view(&b)), 0, look_values, want);
	assert_int_equal(r.nevents, 1);
	assert_int_equal(r.events[0].family, FAMILY_FLAT);
	for (struct value_want *w = want; w->name; w++)
		CHECK(w->name, w->seen);
	run_done(&r);
	buf_done(&b);
}

static void look_repaired(void *ctx, const event *ev)
{
	int *n = ctx;
	int32_t bad = schema_find(ev->schema, STR("bad"), 0), good = schema_find(ev->schema, STR("good"), 0);

	assert_true(bad >= 0 && good >= 0);
	assert_true(event_value(ev, bad).flags & VALUE_F_REPAIRED);
	assert_false(event_value(ev, good).flags & VALUE_F_REPAIRED);
	(*n)++;
}

static void bytes_that_are_no_utf8_are_shown(void **state)
{
	static const char IN[] = "{\"bad\":\"a\xFF\xC0\xAF\xED\xA0\x80z\",\"good\":\"C:\\\\x\"}\n";
	struct run r;
	int n = 0;

	(void)state;
	run_bytes(&r, str_bytes(str_of(IN)), 0, look_repaired, &n);
	assert_int_equal(n, 1);
	assert_int_equal(r.ngaps, 0);
	assert_int_equal(r.events[0].length, sizeof IN - 2);
	assert_string_equal(r.events[0].json,
			    "{\"bad\":\"a\\\\xff\\\\xc0\\\\xaf\\\\xed\\\\xa0\\\\x80z\",\"good\":\"C:\\\\x\"}");
	run_done(&r);
}

static void raw_control_characters_in_strings(void **state)
{
	static const char IN[] = "{\"a\":\"t\tn\0e\x1B\"}\n";
	struct run r;

	(void)state;
	run_bytes(&r, (bytes){ (const uint8_t *)IN, sizeof IN - 1 }, 0, NULL, NULL);
	assert_int_equal(r.nevents, 1);
	assert_string_equal(r.events[0].json, "{\"a\":\"t\\tn\\u0000e\\u001b\"}");
	run_done(&r);
}

/* --- UTF-16 --------------------------------------------------------------------------------- */

static void put_unit(buf *b, unsigned u, bool big)
{
	buf_byte(b, (char)(big ? u >> 8 : u));
	buf_byte(b, (char)(big ? u : u >> 8));
}

static void make_utf16(buf *b, bool big, bool mark)
{
	static const char HEAD[] = "[\r\n  {\r\n    \"EventID\": 1,\r\n    \"Channel\": \"C\",\r\n    \"x\": \"";
	static const unsigned WORD[] = { 0x670D, 0x52A1, 0xD83D, 0xDE00 };
	static const char TAIL[] = "\"\r\n  }";

	if (mark)
		put_unit(b, 0xFEFF, big);
	for (int k = 0; k < 400; k++) {
		for (size_t i = k ? 1 : 0; HEAD[i]; i++)
			put_unit(b, (unsigned char)HEAD[i], big);
		for (size_t i = 0; i < COUNT(WORD); i++)
			put_unit(b, WORD[i], big);
		for (size_t i = 0; TAIL[i]; i++)
			put_unit(b, (unsigned char)TAIL[i], big);
		put_unit(b, k < 399 ? ',' : ']', big);
	}
}

static void utf16_is_read_in_place(void **state)
{
	(void)state;
	for (int variant = 0; variant < 8; variant++) {
		bool big = variant & 1, mark = variant & 2;
		size_t window = variant & 4 ? 5001 : 0;
		struct run r;
		buf b = { 0 };

		make_utf16(&b, big, mark);
		run_bytes(&r, str_bytes(buf_view(&b)), window, NULL, NULL);
		assert_int_equal(r.end, READER_END);
		assert_int_equal(r.ngaps, 0);
		assert_int_equal(r.nevents, 400);
		assert_non_null(strstr(r.events[399].json, "\"x\":\"\xE6\x9C\x8D\xE5\x8A\xA1\xF0\x9F\x98\x80\""));
		/* the place is that of the UTF-16 bytes */
		for (int k = 0; k < 400; k += 399) {
			uint64_t at = r.events[k].offset;

			assert_true(at % 2 == 0 && at + r.events[k].length <= b.len);
			assert_int_equal(b.ptr[at + (big ? 1 : 0)], '{');
			assert_int_equal(b.ptr[at + r.events[k].length - (big ? 1 : 2)], '}');
			assert_int_equal(r.events[k].raw_len, r.events[k].length);
		}
		assert_true(reader_winjson.probe((bytes){ (const uint8_t *)b.ptr, b.len }, STR("")) >= 80);
		run_done(&r);
		buf_done(&b);
	}
}

/* --- probe ---------------------------------------------------------------------------------- */

static void probe_leaves_other_json_to_others(void **state)
{
	static const struct {
		const char *what, *head;
		int min, max;
	} T[] = {
		{ "nothing", "", 0, 0 },
		{ "text", "Jan  1 00:00:00 host sshd[1]: x\n", 0, 0 },
		{ "syslog priority", "<13>1 2024", 0, 0 },
		{ "Zeek", "{\"ts\":1.5,\"uid\":\"C\",\"id.orig_h\":\"10.0.0.1\"}\n", 1, 25 },
		{ "Suricata", "{\"timestamp\":\"2024\",\"event_type\":\"dns\",\"src_ip\":\"1.1.1.1\"}\n", 1, 25 },
		{ "Windows words in a value", "{\"m\":\"\\\"Event\\\":{\\\"System\\\":{\\\"EventID\\\":1\"}\n", 1, 25 },
		{ "mixed", "{\"ts\":1}\n{\"ts\":2}\n" EV "\n", 80, 90 },
		{ "array", "[" EV "," EV "]", 91, 100 },
		{ "broken braces", "{{{{", 0, 0 },
		{ "bulk", "{\"index\":{}}\n{\"winlog\":{\"channel\":\"C\"}}\n", 91, 100 },
		{ "evtx_dump -o json", "Record 1\n" EV "\n", 91, 100 },
		{ "cut in the first object", "{\"Event\":{\"System\":{\"EventID\":1,\"Cha", 0, 100 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(T); i++) {
		int c = reader_winjson.probe(str_bytes(str_of(T[i].head)), STR("x.json"));

		CHECK(T[i].what, c >= T[i].min && c <= T[i].max);
	}
}

static void probe_of_a_first_line_longer_than_the_head(void **state)
{
	buf b = { 0 };

	(void)state;
	for (size_t shift = 0; shift < 8; shift++) {
		buf_clear(&b);
		buf_printf(&b, "{\"Event\":{\"System\":{\"EventID\":1,\"Channel\":\"C\"},\"EventData\":{\"a%.*s\":1,\"t\":\"",
			   (int)shift, "xxxxxxxx");
		while (b.len < READER_PROBE_LEN)
			buf_z(&b, "ab\\\" ");
		assert_true(reader_winjson.probe((bytes){ (const uint8_t *)b.ptr, READER_PROBE_LEN },
						 STR("")) >= 80);
	}
	buf_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(damage_is_counted_with_its_place),
		cmocka_unit_test(content_with_a_nul),
		cmocka_unit_test(windows_do_not_matter),
		cmocka_unit_test(array_is_read_element_by_element),
		cmocka_unit_test(too_long_line_is_skipped_to_its_end),
		cmocka_unit_test(too_deep_stays_as_text),
		cmocka_unit_test(too_many_members_are_cut),
		cmocka_unit_test(windows_events_of_too_many_kinds_end_in_gaps),
		cmocka_unit_test(values_are_kept_as_written),
		cmocka_unit_test(bytes_that_are_no_utf8_are_shown),
		cmocka_unit_test(raw_control_characters_in_strings),
		cmocka_unit_test(utf16_is_read_in_place),
		cmocka_unit_test(probe_leaves_other_json_to_others),
		cmocka_unit_test(probe_of_a_first_line_longer_than_the_head),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
