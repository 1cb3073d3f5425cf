#include "unit.h"

#include "evtx_writer.h"

static const struct {
	const char *what, *type, *text;
	const char *bytes; /* hex, NULL: refused */
} T[] = {
	{ "string", "str", "aZ", "61005a00" },
	{ "string outside the first plane", "str", "\xf0\x9f\x94\x8d", "3dd80ddd" },
	{ "empty string is a string", "str", "", "" },
	{ "narrow string", "ansi", "ab", "6162" },
	{ "signed minimum", "i16", "-32768", "0080" },
	{ "unsigned maximum", "u64", "18446744073709551615", "ffffffffffffffff" },
	{ "hex text for a number", "u32", "0x10", "10000000" },
	{ "bool", "bool", "true", "01000000" },
	{ "binary", "bin", "00Ff", "00ff" },
	{ "GUID with braces", "guid", "{00112233-4455-6677-8899-AABBCCDDEEFF}",
	  "33221100554477668899aabbccddeeff" },
	{ "SID", "sid", "S-1-5-32-544", "01020000000000052000000020020000" },
	{ "FILETIME", "time", "1970-01-01T00:00:00Z", "00803ed5deb19d01" },
	{ "SYSTEMTIME with its weekday", "systime", "2024-02-29T23:59:58.125Z",
	  "e80702000400"
	  "1d0017003b003a007d00" },
	{ "array of strings, each with NUL", "str[]",
	  "a\x1f\x1f"
	  "b",
	  "610000000000"
	  "62000000" },
	{ "array of numbers", "u16[]",
	  "1\x1f"
	  "65535",
	  "0100ffff" },
	{ "no number", "u32", "12x", NULL },
	{ "short GUID", "guid", "{00112233}", NULL },
	{ "odd hex", "bin", "abc", NULL },
	{ "no SID", "sid", "X-1-5", NULL },
	{ "no time", "time", "yesterday", NULL },
};

static void hex(bytes b, char *out)
{
	for (size_t i = 0; i < b.len; i++)
		snprintf(out + 2 * i, 3, "%02x", b.ptr[i]);
	out[2 * b.len] = '\0';
}

static void texts_become_the_bytes_of_a_file(void **state)
{
	arena mem;

	arena_init(&mem, 1 << 20);
	for (size_t i = 0; i < COUNT(T); i++) {
		struct evtx_value v = { 0 };
		err e = { 0 };
		uint8_t type;
		char got[256];

		CHECK(T[i].what, evtx_type_parse(str_of(T[i].type), &type));
		if (!T[i].bytes) {
			CHECK(T[i].what, evtx_value_parse(type, str_of(T[i].text), &mem, &v, &e) == -1);
			CHECK(T[i].what, e.code == ERR_ARG);
			continue;
		}
		CHECK(T[i].what, evtx_value_parse(type, str_of(T[i].text), &mem, &v, &e) == 0);
		hex(v.data, got);
		CHECK(T[i].what, v.type == type);
		CHECK_STR(T[i].what, str_of(got), str_of(T[i].bytes));
	}
	arena_done(&mem);
}

static void nothing_but_text_can_be_empty(void **state)
{
	struct evtx_value v;
	arena mem;

	arena_init(&mem, 1 << 16);
	assert_int_equal(evtx_value_parse(EVTX_U32, STR(""), &mem, &v, NULL), 0);
	assert_int_equal(v.type, EVTX_NULL);
	assert_int_equal(evtx_value_parse(EVTX_STRING, STR(""), &mem, &v, NULL), 0);
	assert_int_equal(v.type, EVTX_STRING);
	arena_done(&mem);
}

static void a_value_too_large_for_a_record_is_refused(void **state)
{
	static char text[40000];
	struct evtx_value v;
	err e = { 0 };
	arena mem;

	memset(text, 'x', sizeof text);
	arena_init(&mem, 1 << 20);
	assert_int_equal(evtx_value_parse(EVTX_STRING, (str){ text, sizeof text }, &mem, &v, &e), -1);
	assert_int_equal(e.code, ERR_LIMIT);
	arena_done(&mem);
}

int main(void)
{
	static const struct CMUnitTest TESTS[] = {
		cmocka_unit_test(texts_become_the_bytes_of_a_file),
		cmocka_unit_test(nothing_but_text_can_be_empty),
		cmocka_unit_test(a_value_too_large_for_a_record_is_refused),
	};

	return cmocka_run_group_tests_name("evtx_value", TESTS, NULL, NULL);
}
