#include "unit.h"

#include "util/str.h"

static int sign(int v)
{
	return (v > 0) - (v < 0);
}

static const struct {
	str s;
	const char *z;
	bool want;
} IS[] = {
	{ STR("ab"), "ab", true },   { STR(""), "", true },    { STR("ab"), "abc", false },
	{ STR("ab"), "a", false },   { STR(""), "a", false },  { STR("a\0b"), "a", false },
	{ STR("ab\0"), "ab", false },
};

static void compares(void **state)
{
	static const struct { str a, b; int want; } T[] = {
		{ STR(""), STR(""), 0 },     { STR("a"), STR(""), 1 },       { STR("a"), STR("ab"), -1 },
		{ STR("b"), STR("ab"), 1 },  { STR("\xff"), STR("a"), 1 },   { STR("a\0b"), STR("a\0c"), -1 },
		{ { 0 }, STR(""), 0 },
	};

	for (size_t i = 0; i < COUNT(T); i++) {
		assert_int_equal(sign(str_cmp(T[i].a, T[i].b)), T[i].want);
		assert_int_equal(sign(str_cmp(T[i].b, T[i].a)), -T[i].want);
		assert_int_equal(str_eq(T[i].a, T[i].b), T[i].want == 0);
	}
	assert_true(str_eq_ascii_nocase(STR("aZ[`\xc3"), STR("Az[`\xc3")));
	assert_false(str_eq_ascii_nocase(STR("["), STR("{"))); /* differ by the case bit only */
	for (size_t i = 0; i < COUNT(IS); i++)
		CHECK(IS[i].z, str_is(IS[i].s, IS[i].z) == IS[i].want);
	assert_false(str_eq_ascii_nocase(STR("\xc3\xa4"), STR("\xc3\x84")));
	assert_int_equal(str_of(NULL).len, 0);
}

static void finds_prefix_suffix_and_middle(void **state)
{
	assert_true(str_starts(STR("abc"), STR("")) && str_starts(STR("abc"), STR("abc")));
	assert_false(str_starts(STR("ab"), STR("abc")));
	assert_true(str_ends(STR("abc"), STR("bc")) && str_ends((str){ 0 }, (str){ 0 }));
	assert_false(str_ends(STR("c"), STR("bc")));
	assert_int_equal(str_find(STR("aXbX"), STR("X")), 1);
	assert_int_equal(str_find(STR("abc"), STR("")), 0);
	assert_true(str_find(STR("ab"), STR("abc")) == SIZE_MAX);
	assert_true(str_find((str){ 0 }, STR("a")) == SIZE_MAX);
}

static void cuts_and_trims(void **state)
{
	str rest;

	CHECK_STR("first", str_cut(STR("a=b=c"), '=', &rest), STR("a"));
	CHECK_STR("rest", rest, STR("b=c"));
	CHECK_STR("no separator", str_cut(STR("abc"), '=', &rest), STR("abc"));
	CHECK_STR("no rest", rest, STR(""));
	CHECK_STR("separator last", str_cut(STR("a="), '=', &rest), STR("a"));
	CHECK_STR("empty rest", rest, STR(""));
	CHECK_STR("nothing", str_cut((str){ 0 }, '=', &rest), STR(""));
	CHECK_STR("trim", str_trim(STR(" \t\r\na b\n ")), STR("a b"));
	CHECK_STR("trim to nothing", str_trim(STR(" \n")), STR(""));
	CHECK_STR("NUL is no space", str_trim(STR("\0a\0")), STR("\0a\0"));
	CHECK_STR("unix path", str_basename(STR("/a/b.evtx")), STR("b.evtx"));
	CHECK_STR("windows path", str_basename(STR("C:\\a/b\\c")), STR("c"));
	CHECK_STR("no folder", str_basename(STR("c")), STR("c"));
}

static void reads_numbers_strictly(void **state)
{
	static const struct { str in; bool ok; uint64_t want; } T[] = {
		{ STR("0"), true, 0 },
		{ STR("18446744073709551615"), true, UINT64_MAX },
		{ STR("18446744073709551616"), false, 0 },
		{ STR("99999999999999999999"), false, 0 },
		{ STR("000000000000000000001"), false, 0 },
		{ STR(""), false, 0 },
		{ STR("-1"), false, 0 },
		{ STR("+1"), false, 0 },
		{ STR("1 "), false, 0 },
		{ STR("0x1"), false, 0 },
	};

	for (size_t i = 0; i < COUNT(T); i++) {
		uint64_t v = 4711;

		CHECK(T[i].in.ptr, str_to_u64(T[i].in, &v) == T[i].ok);
		CHECK(T[i].in.ptr, v == (T[i].ok ? T[i].want : 4711));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compares),
		cmocka_unit_test(finds_prefix_suffix_and_middle),
		cmocka_unit_test(cuts_and_trims),
		cmocka_unit_test(reads_numbers_strictly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
