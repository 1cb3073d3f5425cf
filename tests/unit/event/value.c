#include "event/value.h"

#include "unit.h"
#include "util/times.h"

#define BYTES(literal) { (const uint8_t *)(literal), sizeof(literal) - 1 }

static value make(bytes b, uint8_t type, uint8_t flags, uint16_t unit)
{
	return (value){ b.ptr, (uint32_t)b.len, type, flags, unit };
}

/* --- text ----------------------------------------------------------------------------------- */

static const struct {
	const char *what;
	bytes in;
	uint8_t type, flags;
	uint16_t unit;
	const char *want;
} TEXT[] = {
	{ "absent", BYTES(""), VALUE_ABSENT, 0, 0, "" },
	{ "utf8", BYTES("\xC3\xA9"), VALUE_UTF8, 0, 0, "\xC3\xA9" },
	{ "utf16", BYTES("\xE9\0\x0D\x67"), VALUE_UTF16, 0, 0, "\xC3\xA9\xE6\x9C\x8D" },
	{ "utf16, pair", BYTES("\x3D\xD8\x00\xDE"), VALUE_UTF16, 0, 0, "\xF0\x9F\x98\x80" },
	{ "utf16, lone high surrogate", BYTES("\x3D\xD8" "A\0"), VALUE_UTF16, 0, 0, "\xEF\xBF\xBD" "A" },
	{ "utf16, lone low surrogate at the end", BYTES("A\0\x00\xDE"), VALUE_UTF16, 0, 0, "A\xEF\xBF\xBD" },
	{ "utf16, odd length", BYTES("A\0B"), VALUE_UTF16, 0, 0, "A" },
	{ "ansi", BYTES("a\xE9\x80\x81"), VALUE_ANSI, 0, 0, "a\xC3\xA9\xE2\x82\xAC\xC2\x81" },
	{ "int8", BYTES("\x80"), VALUE_INT, 0, 0, "-128" },
	{ "int16", BYTES("\xFF\xFF"), VALUE_INT, 0, 0, "-1" },
	{ "int32", BYTES("\0\0\0\x80"), VALUE_INT, 0, 0, "-2147483648" },
	{ "int64", BYTES("\0\0\0\0\0\0\0\x80"), VALUE_INT, 0, 0, "-9223372036854775808" },
	{ "int of three bytes", BYTES("\1\2\3"), VALUE_INT, 0, 0, "010203" },
	{ "int of no bytes", BYTES(""), VALUE_INT, 0, 0, "" },
	{ "uint8", BYTES("\xFF"), VALUE_UINT, 0, 0, "255" },
	{ "uint64", BYTES("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"), VALUE_UINT, 0, 0, "18446744073709551615" },
	{ "float", BYTES("\0\0\xC0\x3F"), VALUE_FLOAT, 0, 0, "1.5" },
	{ "float, whole", BYTES("\0\0\x80\x3F"), VALUE_FLOAT, 0, 0, "1.0" },
	{ "double", BYTES("\x9A\x99\x99\x99\x99\x99\xB9\x3F"), VALUE_FLOAT, 0, 0, "0.1" },
	{ "float of three bytes", BYTES("\1\2\3"), VALUE_FLOAT, 0, 0, "010203" },
	{ "bool false", BYTES("\0\0\0\0"), VALUE_BOOL, 0, 0, "false" },
	{ "bool, any bit", BYTES("\0\0\1\0"), VALUE_BOOL, 0, 0, "true" },
	{ "binary", BYTES("\x00\xAB\xFF"), VALUE_BINARY, 0, 0, "00ABFF" },
	{ "guid", BYTES("\x25\x96\x84\x54\x78\x54\x94\x49\xA5\xBA\x3E\x3B\x03\x28\xC3\x0D"), VALUE_GUID, 0, 0,
	  "54849625-5478-4994-A5BA-3E3B0328C30D" },
	{ "guid, short", BYTES("\x25\x96\x84"), VALUE_GUID, 0, 0, "259684" },
	{ "filetime", BYTES("\x80\x81\xC7\xDE\x58\x75\xDA\x01"), VALUE_FILETIME, 0, 0,
	  "2024-03-13T15:12:31.603955200Z" },
	{ "filetime 0", BYTES("\0\0\0\0\0\0\0\0"), VALUE_FILETIME, 0, 0, "1601-01-01T00:00:00Z" },
	{ "filetime 1", BYTES("\1\0\0\0\0\0\0\0"), VALUE_FILETIME, 0, 0, "1601-01-01T00:00:00.000000100Z" },
	{ "filetime 2^63-1", BYTES("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x7F"), VALUE_FILETIME, 0, 0,
	  "FFFFFFFFFFFFFF7F" },
	{ "filetime beyond 63 bits", BYTES("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"), VALUE_FILETIME, 0, 0,
	  "FFFFFFFFFFFFFFFF" },
	{ "filetime, short", BYTES("\1\2"), VALUE_FILETIME, 0, 0, "0102" },
	{ "systemtime", BYTES("\xE8\x07\x04\0\x04\0\x12\0\x02\0\x0E\0\x07\0\x70\0"), VALUE_SYSTEMTIME, 0, 0,
	  "2024-04-18T02:14:07.112Z" },
	{ "systemtime, month 13", BYTES("\xE8\x07\x0D\0\x04\0\x12\0\x02\0\x0E\0\x07\0\x70\0"), VALUE_SYSTEMTIME,
	  0, 0, "E8070D00040012000200" "0E0007007000" },
	{ "systemtime, second 61, 1000 ms", BYTES("\xE8\x07\x04\0\x04\0\x12\0\x02\0\x0E\0\x3D\0\xE8\x03"),
	  VALUE_SYSTEMTIME, 0, 0, "E80704000400120002000E003D00E803" },
	{ "sid", BYTES("\1\2\0\0\0\0\0\5\x20\0\0\0\x20\2\0\0"), VALUE_SID, 0, 0, "S-1-5-32-544" },
	{ "sid, authority above 32 bits", BYTES("\1\1\1\0\0\0\0\0\1\0\0\0"), VALUE_SID, 0, 0,
	  "S-1-1099511627776-1" },
	{ "sid, no sub-authority", BYTES("\1\0\0\0\0\0\0\5"), VALUE_SID, 0, 0, "S-1-5" },
	{ "sid, 255 sub-authorities that are not there", BYTES("\1\xFF\0\0\0\0\0\5\x20\0\0\0"), VALUE_SID, 0, 0,
	  "01FF00000000000520000000" },
	{ "sid, short", BYTES("\1\1\0\0"), VALUE_SID, 0, 0, "01010000" },
	{ "hex32", BYTES("\xE7\x03\0\0"), VALUE_HEX, 0, 0, "0x3e7" },
	{ "hex64", BYTES("\0\0\0\0\0\0\0\x80"), VALUE_HEX, 0, 0, "0x8000000000000000" },
	{ "hex of five bytes", BYTES("\1\2\3\4\5"), VALUE_HEX, 0, 0, "0102030405" },
	{ "number", BYTES("1e999"), VALUE_NUMBER, 0, 0, "1e999" },
	{ "true", BYTES("true"), VALUE_TRUE_FALSE, 0, 0, "true" },
	{ "unknown type", BYTES("\1"), 200, 0, 0, "01" },
	{ "array of uint16", BYTES("\1\0\2\0\3\0"), VALUE_UINT, VALUE_F_ARRAY, 2, "1, 2, 3" },
	{ "array of uint16, cut", BYTES("\1\0\2"), VALUE_UINT, VALUE_F_ARRAY, 2, "1, 2" },
	{ "array without unit", BYTES("\1\0"), VALUE_UINT, VALUE_F_ARRAY, 0, "1" },
	{ "array of utf16", BYTES("a\0\0\0b\0c\0\0\0"), VALUE_UTF16, VALUE_F_ARRAY, 0, "a, bc" },
	{ "array of utf16, odd length", BYTES("a\0\0\0b"), VALUE_UTF16, VALUE_F_ARRAY, 0, "a" },
	{ "array of utf8 with an empty element", BYTES("a\0\0b"), VALUE_UTF8, VALUE_F_ARRAY, 0, "a, , b" },
	{ "array of nothing", BYTES(""), VALUE_UTF8, VALUE_F_ARRAY, 0, "" },
};

static void text_per_type(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(TEXT); i++) {
		value v = make(TEXT[i].in, TEXT[i].type, TEXT[i].flags, TEXT[i].unit);
		buf b = { 0 };
		arena mem;

		value_text(v, &b);
		if (TEXT[i].want)
			CHECK_STR(TEXT[i].what, buf_view(&b), str_of(TEXT[i].want));
		arena_init(&mem, 1 << 20);
		CHECK_STR(TEXT[i].what, value_str(v, &mem), buf_view(&b)); /* both ways agree */
		arena_done(&mem);
		buf_done(&b);
	}
}

static void sid_with_255_sub_authorities(void **state)
{
	uint8_t sid[8 + 4 * 255] = { 1, 255, 0, 0, 0, 0, 0, 5 };
	buf b = { 0 };

	(void)state;
	value_text(make((bytes){ sid, sizeof sid }, VALUE_SID, 0, 0), &b);
	assert_true(str_starts(buf_view(&b), STR("S-1-5-0-0-")));
	assert_int_equal(b.len, 5 + 255 * 2);
	buf_done(&b);
}

/* --- numbers and times ---------------------------------------------------------------------- */

static void numbers(void **state)
{
	static const struct {
		const char *what;
		bytes in;
		uint8_t type, flags;
		bool u_ok, i_ok;
		uint64_t u;
		int64_t i;
	} T[] = {
		{ "uint", BYTES("\xFF"), VALUE_UINT, 0, true, true, 255, 255 },
		{ "negative int", BYTES("\xFF"), VALUE_INT, 0, false, true, 0, -1 },
		{ "hex", BYTES("\xE7\x03\0\0"), VALUE_HEX, 0, true, true, 999, 999 },
		{ "bool", BYTES("\1\0\0\0"), VALUE_BOOL, 0, true, true, 1, 1 },
		{ "uint above int64", BYTES("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"), VALUE_UINT, 0, true, false,
		  UINT64_MAX, 0 },
		{ "decimal text", BYTES("4688"), VALUE_UTF8, 0, true, true, 4688, 4688 },
		{ "utf16 text", BYTES("1\0" "2\0"), VALUE_UTF16, 0, true, true, 12, 12 },
		{ "hex text", BYTES("0x3E7"), VALUE_UTF8, 0, true, true, 999, 999 },
		{ "hex text of 16 digits", BYTES("0xffffffffffffffff"), VALUE_UTF8, 0, true, false, UINT64_MAX, 0 },
		{ "hex text of 17 digits", BYTES("0x10000000000000000"), VALUE_UTF8, 0, false, false, 0, 0 },
		{ "hex without digits", BYTES("0x"), VALUE_UTF8, 0, false, false, 0, 0 },
		{ "negative text", BYTES("-5"), VALUE_NUMBER, 0, false, true, 0, -5 },
		{ "smallest int64", BYTES("-9223372036854775808"), VALUE_NUMBER, 0, false, true, 0, INT64_MIN },
		{ "below int64", BYTES("-9223372036854775809"), VALUE_NUMBER, 0, false, false, 0, 0 },
		{ "2^64", BYTES("18446744073709551616"), VALUE_NUMBER, 0, false, false, 0, 0 },
		{ "fraction", BYTES("1.0"), VALUE_NUMBER, 0, false, false, 0, 0 },
		{ "exponent", BYTES("1e3"), VALUE_NUMBER, 0, false, false, 0, 0 },
		{ "minus alone", BYTES("-"), VALUE_NUMBER, 0, false, false, 0, 0 },
		{ "space", BYTES(" 1"), VALUE_UTF8, 0, false, false, 0, 0 },
		{ "empty", BYTES(""), VALUE_UTF8, 0, false, false, 0, 0 },
		{ "guid", BYTES("1234567812345678"), VALUE_GUID, 0, false, false, 0, 0 },
		{ "array", BYTES("1"), VALUE_UTF8, VALUE_F_ARRAY, false, false, 0, 0 },
		{ "absent", BYTES(""), VALUE_ABSENT, 0, false, false, 0, 0 },
	};

	(void)state;
	for (size_t k = 0; k < COUNT(T); k++) {
		value v = make(T[k].in, T[k].type, T[k].flags, 0);
		uint64_t u = 42;
		int64_t i = 42;

		CHECK(T[k].what, value_u64(v, &u) == T[k].u_ok);
		CHECK(T[k].what, u == (T[k].u_ok ? T[k].u : 42));
		CHECK(T[k].what, value_i64(v, &i) == T[k].i_ok);
		CHECK(T[k].what, i == (T[k].i_ok ? T[k].i : 42));
	}
}

static void times(void **state)
{
	static const struct {
		const char *what;
		bytes in;
		uint8_t type;
		bool ok;
		int64_t ns;
	} T[] = {
		{ "filetime of 1970", BYTES("\x00\x80\x3E\xD5\xDE\xB1\x9D\x01"), VALUE_FILETIME, true, 0 },
		{ "filetime 0 is no time", BYTES("\0\0\0\0\0\0\0\0"), VALUE_FILETIME, false, 0 },
		{ "filetime 1: the year 1601 is out of range", BYTES("\1\0\0\0\0\0\0\0"), VALUE_FILETIME, false, 0 },
		{ "filetime 2^63-1", BYTES("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x7F"), VALUE_FILETIME, false, 0 },
		{ "filetime 2^64-1", BYTES("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"), VALUE_FILETIME, false, 0 },
		{ "filetime of 7 bytes", BYTES("\1\1\1\1\1\1\1"), VALUE_FILETIME, false, 0 },
		{ "systemtime", BYTES("\xB2\x07\x01\0\x04\0\x01\0\0\0\0\0\1\0\2\0"), VALUE_SYSTEMTIME, true,
		  1002000000 },
		{ "systemtime, day 0", BYTES("\xB2\x07\x01\0\x04\0\0\0\0\0\0\0\0\0\0\0"), VALUE_SYSTEMTIME, false, 0 },
		{ "iso", BYTES("1970-01-01T00:00:01Z"), VALUE_UTF8, true, NS_PER_S },
		{ "iso in utf16", BYTES("1\0" "9\0" "7\0" "0\0-\0" "0\0" "1\0-\0" "0\0" "1\0 \0" "0\0" "0\0:\0"
					"0\0" "0\0:\0" "0\0" "1\0"), VALUE_UTF16, true, NS_PER_S },
		{ "text", BYTES("yesterday"), VALUE_UTF8, false, 0 },
	};

	(void)state;
	for (size_t k = 0; k < COUNT(T); k++) {
		int64_t ns = 42;

		CHECK(T[k].what, value_time(make(T[k].in, T[k].type, 0, 0), &ns) == T[k].ok);
		CHECK(T[k].what, ns == (T[k].ok ? T[k].ns : 42));
	}
}

static void comparison(void **state)
{
	static const struct {
		const char *what;
		bytes in;
		uint8_t type, flags;
		const char *with;
		bool same;
	} T[] = {
		{ "utf8", BYTES("SeCurity"), VALUE_UTF8, 0, "security", true },
		{ "utf8, longer", BYTES("Security1"), VALUE_UTF8, 0, "security", false },
		{ "utf16", BYTES("A\0b\0"), VALUE_UTF16, 0, "aB", true },
		{ "utf16, high byte", BYTES("A\1b\0"), VALUE_UTF16, 0, "ab", false },
		{ "number", BYTES("\x0C"), VALUE_UINT, 0, "12", true },
		{ "empty", BYTES(""), VALUE_UTF8, 0, "", true },
		{ "array", BYTES("a"), VALUE_UTF8, VALUE_F_ARRAY, "a", false },
	};

	(void)state;
	for (size_t k = 0; k < COUNT(T); k++)
		CHECK(T[k].what, value_eq_nocase(make(T[k].in, T[k].type, T[k].flags, 0),
						 str_of(T[k].with)) == T[k].same);
}

static void elements_one_by_one(void **state)
{
	value v = make((bytes){ (const uint8_t *)"a\0bc", 4 }, VALUE_UTF8, VALUE_F_ARRAY, 0), one;
	size_t pos = 0;

	(void)state;
	assert_true(value_next(v, &pos, &one));
	assert_int_equal(one.flags, 0);
	CHECK_STR("first", ((str){ (const char *)one.ptr, one.len }), STR("a"));
	assert_true(value_next(v, &pos, &one));
	CHECK_STR("second", ((str){ (const char *)one.ptr, one.len }), STR("bc"));
	assert_false(value_next(v, &pos, &one));
	v.flags = 0;
	pos = 0;
	assert_true(value_next(v, &pos, &one)); /* no array: itself, once */
	assert_int_equal(one.len, 4);
	assert_false(value_next(v, &pos, &one));
	pos = 0;
	assert_false(value_next((value){ 0 }, &pos, &one));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_per_type),      cmocka_unit_test(sid_with_255_sub_authorities),
		cmocka_unit_test(numbers),            cmocka_unit_test(times),
		cmocka_unit_test(comparison),         cmocka_unit_test(elements_one_by_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
