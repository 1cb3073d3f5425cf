#include "unit.h"

#include "util/utf.h"

static void converts_utf16_and_counts_repairs(void **state)
{
	static const struct { const char *what; str in; str want; size_t bad; } T[] = {
		{ "empty", STR(""), STR(""), 0 },
		{ "ascii", STR("a\0b\0"), STR("ab"), 0 },
		{ "two and three bytes", STR("\xe9\0\x2d\x4e"), STR("\xc3\xa9\xe4\xb8\xad"), 0 },
		{ "pair", STR("\x3d\xd8\x00\xde"), STR("\xf0\x9f\x98\x80"), 0 },
		{ "last pair", STR("\xff\xdb\xff\xdf"), STR("\xf4\x8f\xbf\xbf"), 0 },
		{ "high alone at the end", STR("a\0\x3d\xd8"), STR("a\xef\xbf\xbd"), 1 },
		{ "high before text", STR("\x3d\xd8" "a\0"), STR("\xef\xbf\xbd" "a"), 1 },
		{ "low alone", STR("\x00\xde" "a\0"), STR("\xef\xbf\xbd" "a"), 1 },
		{ "low before high", STR("\x00\xde\x3d\xd8"), STR("\xef\xbf\xbd\xef\xbf\xbd"), 2 },
		{ "two highs, then a low", STR("\x3d\xd8\x3d\xd8\x00\xde"), STR("\xef\xbf\xbd\xf0\x9f\x98\x80"), 1 },
		{ "odd last byte", STR("a\0b"), STR("a"), 0 },
		{ "NUL and BOM stay", STR("\0\0\xff\xfe"), STR("\0\xef\xbb\xbf"), 0 },
		{ "U+FFFE", STR("\xfe\xff"), STR("\xef\xbf\xbe"), 0 },
	};
	buf b = { 0 };

	for (size_t i = 0; i < COUNT(T); i++) {
		char out[64];
		size_t bad = 77;
		size_t n = utf16le_to_utf8(str_bytes(T[i].in), out, &bad);

		CHECK_STR(T[i].what, ((str){ out, n }), T[i].want);
		CHECK(T[i].what, bad == T[i].bad);
		buf_clear(&b);
		buf_utf16le(&b, str_bytes(T[i].in));
		CHECK_STR(T[i].what, buf_view(&b), T[i].want);
	}
	buf_done(&b);
}

static void knows_wellformed_utf8(void **state)
{
	static const struct { const char *what; str in; size_t good; } T[] = {
		{ "empty", STR(""), 0 },
		{ "long ascii", STR("0123456789abcdefX"), 17 },
		{ "bad byte behind eight good ones", STR("01234567\x80"), 8 },
		{ "smallest two bytes", STR("\xc2\x80"), 2 },
		{ "overlong two bytes", STR("\xc1\xbf"), 0 },
		{ "smallest three bytes", STR("\xe0\xa0\x80"), 3 },
		{ "overlong three bytes", STR("\xe0\x9f\xbf"), 0 },
		{ "before the surrogates", STR("\xed\x9f\xbf"), 3 },
		{ "surrogate", STR("\xed\xa0\x80"), 0 },
		{ "behind the surrogates", STR("\xee\x80\x80"), 3 },
		{ "smallest four bytes", STR("\xf0\x90\x80\x80"), 4 },
		{ "overlong four bytes", STR("\xf0\x8f\xbf\xbf"), 0 },
		{ "U+10FFFF", STR("\xf4\x8f\xbf\xbf"), 4 },
		{ "above U+10FFFF", STR("\xf4\x90\x80\x80"), 0 },
		{ "lead byte F5", STR("\xf5\x80\x80\x80"), 0 },
		{ "continuation alone", STR("a\x80"), 1 },
		{ "cut after one", STR("\xe2"), 0 },
		{ "cut after two", STR("\xe2\x82"), 0 },
		{ "cut after three", STR("\xf0\x90\x80"), 0 },
		{ "wrong continuation", STR("\xe2\x82" "a"), 0 },
	};

	for (size_t i = 0; i < COUNT(T); i++)
		CHECK(T[i].what, utf8_valid_prefix(T[i].in) == T[i].good);
}

static void escapes_each_bad_byte(void **state)
{
	buf b = { 0 };

	buf_utf8_or_escape(&b, STR("a\x80\xe2\x82" "b\xe2\x82\xac\xff"));
	CHECK_STR("escaped", buf_view(&b), STR("a\\x80\\xe2\\x82" "b\xe2\x82\xac\\xff"));
	buf_done(&b);
}

static void every_code_point_survives(void **state)
{
	buf b = { 0 };

	for (uint32_t cp = 0; cp < 0x110000; cp++) {
		size_t n;
		uint32_t want = cp >= 0xD800 && cp < 0xE000 ? 0xFFFD : cp;

		buf_clear(&b);
		buf_utf8_cp(&b, cp);
		assert_int_equal(utf8_next(buf_view(&b), &n), want);
		assert_int_equal(n, b.len);
	}
	buf_clear(&b);
	buf_utf8_cp(&b, 0x110000);
	CHECK_STR("too large", buf_view(&b), STR("\xef\xbf\xbd"));
	buf_done(&b);
}

static void decoding_always_moves_on(void **state)
{
	size_t n;

	assert_int_equal(utf8_next(STR("\xff" "a"), &n), 0xFFFD);
	assert_int_equal(n, 1);
	assert_int_equal(utf8_next(STR(""), &n), 0xFFFD);
	assert_int_equal(n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(converts_utf16_and_counts_repairs),
		cmocka_unit_test(knows_wellformed_utf8),
		cmocka_unit_test(escapes_each_bad_byte),
		cmocka_unit_test(every_code_point_survives),
		cmocka_unit_test(decoding_always_moves_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
