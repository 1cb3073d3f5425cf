/* number.c - numbers as rules compare them, encodings, networks. */
#include "unit/unit.h"

#include "util/cidr.h"
#include "sigma/encode.h"
#include "util/base64.h"
#include "util/number.h"

#define NOT 99 /* no number */

static const struct {
	const char *a, *b;
	bool hex;
	int want; /* sign of a - b, or NOT: a is no number */
} NUMBERS[] = {
	{ "1", "1", false, 0 },
	{ "01", "1", false, 0 },
	{ "+1", "1", false, 0 },
	{ "-0", "0", false, 0 },
	{ "1.0", "1", false, 0 },
	{ "1.", "1", false, 0 },
	{ ".5", "0.5", false, 0 },
	{ "1e3", "1000", false, 0 },
	{ "-1", "1", false, -1 },
	{ "\t 7 \n", "7", false, 0 },
	{ "0x10", "16", true, 0 },
	{ "0X1f", "31", true, 0 },
	{ "0x10", "16", false, NOT },
	{ "-0x10", "16", true, NOT },
	{ "0x", "0", true, NOT },
	{ "0xg", "0", true, NOT },
	{ "", "0", false, NOT },
	{ ".", "0", false, NOT },
	{ "e5", "0", false, NOT },
	{ "1e", "0", false, NOT },
	{ "1 2", "0", false, NOT },
	{ "nan", "0", false, NOT },
	{ "inf", "0", false, NOT },
	{ "1e999", "1", false, 1 },
	{ "9007199254740993", "9007199254740992.0", false, 1 },
	{ "18446744073709551616", "18446744073709551615", false, 1 },
	{ "99999999999999999999999999999999999999", "1e38", false, 1 }, /* the double lies below */
	{ "-170141183460469231731687303715884105729", "1", false, -1 },
	{ "0.1", "0", false, 1 },
	{ "-0.1", "0", false, -1 },
};

static void test_numbers(void **state)
{
	for (size_t i = 0; i < COUNT(NUMBERS); i++) {
		struct number a, b;
		bool is = number_parse(str_of(NUMBERS[i].a), NUMBERS[i].hex, &a);

		CHECK(NUMBERS[i].a, is == (NUMBERS[i].want != NOT));
		if (!is)
			continue;
		assert_true(number_parse(str_of(NUMBERS[i].b), false, &b));
		CHECK(NUMBERS[i].a, number_cmp(&a, &b) == NUMBERS[i].want);
		CHECK(NUMBERS[i].a, number_cmp(&b, &a) == -NUMBERS[i].want);
	}
}

static void test_number_text(void **state)
{
	static const char *const T[][2] = {
		{ "007", "7" },
		{ "-12", "-12" },
		{ "1.50", "1.5" },
		{ "2.0", "2.0" },
		{ "12345678901234567890123456789012345678", "12345678901234567890123456789012345678" },
		{ "0", "0" },
	};

	for (size_t i = 0; i < COUNT(T); i++) {
		struct number n;
		buf b = { 0 };

		assert_true(number_parse(str_of(T[i][0]), false, &n));
		number_text(&n, &b);
		CHECK_STR(T[i][0], buf_view(&b), str_of(T[i][1]));
		buf_done(&b);
	}
}

/* Whatever stands around the data, its middle is in the encoded whole. */
static void test_base64_offset(void **state)
{
	const str data = STR("ping\xFF\0!");

	for (unsigned before = 0; before < 9; before++)
		for (unsigned after = 0; after < 4; after++) {
			buf whole = { 0 }, encoded = { 0 }, part = { 0 };

			buf_add(&whole, "\x80qwertyui", before);
			buf_str(&whole, data);
			buf_add(&whole, "\xF1zz\0", after);
			base64_add(&encoded, str_bytes(buf_view(&whole)));
			encode_base64_offset(data, before % 3, &part);
			CHECK("offset", part.len >= data.len * 8 / 6 - 2);
			CHECK("offset", str_find(buf_view(&encoded), buf_view(&part)) != SIZE_MAX);
			buf_done(&whole);
			buf_done(&encoded);
			buf_done(&part);
		}
}

static void test_utf16(void **state)
{
	buf b = { 0 };

	encode_utf16(STR("a\xF0\x9F\x98\x80"), false, &b);
	CHECK_STR("little", buf_view(&b), STR("a\0\x3D\xD8\0\xDE"));
	buf_clear(&b);
	encode_utf16(STR("a\xF0\x9F\x98\x80"), true, &b);
	CHECK_STR("big", buf_view(&b), STR("\0a\xD8\x3D\xDE\0"));
	buf_done(&b);
}

static void test_cidr(void **state)
{
	static const char *const BAD[] = {
		"",       "x",          "10.0.0.0/33", "10.0.0.0/-1",  "10.0.0.0/",         "10.0.0/8",
		"::/129", "10.0.0.1/8", "fe80::1/64",  "10.0.0.0/8/8", "10.0.0.0/255.0.0.0"
	};
	struct cidr net;
	err e = { 0 };

	for (size_t i = 0; i < COUNT(BAD); i++) {
		e.code = ERR_NONE;
		CHECK(BAD[i], cidr_parse(str_of(BAD[i]), &net, &e) == -1);
		CHECK(BAD[i], e.code == ERR_CORRUPT);
	}
	assert_int_equal(cidr_parse(STR("2001:db8:8000::/33"), &net, &e), 0);
	assert_true(cidr_match(&net, STR("2001:db8:ffff::1")));
	assert_false(cidr_match(&net, STR("2001:db8:7fff::1")));
	assert_false(cidr_match(&net, STR("1.2.3.4")));
	assert_false(cidr_match(&net, STR("")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers), cmocka_unit_test(test_number_text),
		cmocka_unit_test(test_base64_offset),
		cmocka_unit_test(test_utf16),   cmocka_unit_test(test_cidr),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
