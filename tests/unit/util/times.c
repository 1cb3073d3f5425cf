#include "unit.h"

#include "util/times.h"

static void counts_days_both_ways(void **state)
{
	static const struct { int64_t y; unsigned m, d; int64_t days; } T[] = {
		{ 1970, 1, 1, 0 },      { 1969, 12, 31, -1 },   { 2000, 2, 29, 11016 }, { 2000, 3, 1, 11017 },
		{ 1900, 2, 28, -25509 }, { 1900, 3, 1, -25508 }, { 2100, 3, 1, 47541 },  { 1601, 1, 1, -134774 },
		{ 9999, 12, 31, 2932896 },
	};

	for (size_t i = 0; i < COUNT(T); i++) {
		int64_t y;
		unsigned m, d;

		assert_true(time_days_from_civil(T[i].y, T[i].m, T[i].d) == T[i].days);
		time_civil_from_days(T[i].days, &y, &m, &d);
		assert_true(y == T[i].y && m == T[i].m && d == T[i].d);
	}
	for (int64_t day = -800000; day < 3000000; day += 17) {
		int64_t y;
		unsigned m, d;

		time_civil_from_days(day, &y, &m, &d);
		assert_true(time_days_from_civil(y, m, d) == day);
	}
}

static void refuses_dates_that_are_none(void **state)
{
	static const struct { const char *what; unsigned y, m, d, h, mi, s; uint32_t ns; bool want; } T[] = {
		{ "leap day", 2024, 2, 29, 0, 0, 0, 0, true },
		{ "leap day of 2000", 2000, 2, 29, 0, 0, 0, 0, true },
		{ "no leap day in 1900", 1900, 2, 29, 0, 0, 0, 0, false },
		{ "no leap day in 2100", 2100, 2, 29, 0, 0, 0, 0, false },
		{ "no leap day in 2023", 2023, 2, 29, 0, 0, 0, 0, false },
		{ "month 0", 2024, 0, 1, 0, 0, 0, 0, false },
		{ "month 13", 2024, 13, 1, 0, 0, 0, 0, false },
		{ "day 0", 2024, 1, 0, 0, 0, 0, 0, false },
		{ "31 April", 2024, 4, 31, 0, 0, 0, 0, false },
		{ "hour 24", 2024, 1, 1, 24, 0, 0, 0, false },
		{ "minute 60", 2024, 1, 1, 0, 60, 0, 0, false },
		{ "leap second", 2016, 12, 31, 23, 59, 60, 0, true },
		{ "second 61", 2016, 12, 31, 23, 59, 61, 0, false },
		{ "ns too large", 2024, 1, 1, 0, 0, 0, 1000000000, false },
		{ "before int64", 1677, 9, 20, 0, 0, 0, 0, false },
		{ "behind int64", 2262, 4, 12, 0, 0, 0, 0, false },
		{ "year 9999", 9999, 12, 31, 0, 0, 0, 0, false },
		{ "year 0", 0, 1, 1, 0, 0, 0, 0, false },
	};

	for (size_t i = 0; i < COUNT(T); i++) {
		int64_t ns = 42;

		CHECK(T[i].what, time_from_civil(T[i].y, T[i].m, T[i].d, T[i].h, T[i].mi, T[i].s, T[i].ns,
						 &ns) == T[i].want);
		CHECK(T[i].what, T[i].want || ns == 42);
	}
}

static void takes_a_leap_second_as_the_next_second(void **state)
{
	int64_t a, b;

	assert_true(time_from_civil(2016, 12, 31, 23, 59, 60, 0, &a));
	assert_true(time_from_civil(2017, 1, 1, 0, 0, 0, 0, &b));
	assert_true(a == b);
}

static void converts_filetimes_or_says_why_not(void **state)
{
	static const struct { uint64_t ticks; bool ok; int64_t ns; } T[] = {
		{ 116444736000000000u, true, 0 },
		{ 116444736000000001u, true, 100 },
		{ 133579016381129047u, true, 1713428038112904700 },
		{ 0, false, 0 }, /* 1601: leaves int64 nanoseconds */
		{ INT64_MAX, false, 0 },
		{ UINT64_MAX, false, 0 },
		{ (uint64_t)INT64_MAX + 1, false, 0 },
	};

	for (size_t i = 0; i < COUNT(T); i++) {
		int64_t ns = 42;
		err e = { 0 };

		assert_int_equal(time_from_filetime(T[i].ticks, &ns, &e), T[i].ok ? 0 : -1);
		assert_true(ns == (T[i].ok ? T[i].ns : 42));
		assert_int_equal(e.code, T[i].ok ? ERR_NONE : ERR_LIMIT);
	}
}

static void writes_times(void **state)
{
	static const struct { int64_t ns; const char *want; } T[] = {
		{ 0, "1970-01-01T00:00:00Z" },
		{ 1713428038112904700, "2024-04-18T08:13:58.112904700Z" },
		{ 1713428038112904000, "2024-04-18T08:13:58.112904Z" },
		{ 1713428038112000000, "2024-04-18T08:13:58.112Z" },
		{ -1, "1969-12-31T23:59:59.999999999Z" },
		{ -NS_PER_S, "1969-12-31T23:59:59Z" },
		{ INT64_MAX, "2262-04-11T23:47:16.854775807Z" },
		{ INT64_MIN + 1, "1677-09-21T00:12:43.145224193Z" }, /* overflowed once */
		{ TIME_NONE, "" },
	};

	for (size_t i = 0; i < COUNT(T); i++) {
		char text[TIME_TEXT_MAX];

		assert_int_equal(time_text(T[i].ns, text), strlen(T[i].want));
		assert_string_equal(text, T[i].want);
	}
}

static void reads_iso_times(void **state)
{
	static const struct { const char *in; bool ok; int64_t ns; enum time_basis basis; } T[] = {
		{ "1970-01-01T00:00:00Z", true, 0, TIME_UTC_EXPLICIT },
		{ "1970-01-01 00:00:01", true, NS_PER_S, TIME_LOCAL_ASSUMED },
		{ "1970/01/01 00:00", true, 0, TIME_LOCAL_ASSUMED },
		{ "1970-01-01T08:00:00+08:00", true, 0, TIME_OFFSET_EXPLICIT },
		{ "1969-12-31T18:30:00-0530", true, 0, TIME_OFFSET_EXPLICIT },
		{ "1970-01-01T14:00:00 +14", true, 0, TIME_OFFSET_EXPLICIT },
		{ "1970-01-01T00:00:00.5Z", true, NS_PER_S / 2, TIME_UTC_EXPLICIT },
		{ "1970-01-01T00:00:00,123456789Z", true, 123456789, TIME_UTC_EXPLICIT },
		{ "1970-01-01T00:00:00 Z", true, 0, TIME_UTC_EXPLICIT },
		{ "1970-01-01T00:00:00.1234567890Z", false, 0, 0 },
		{ "1970-01-01T00:00:00 ", false, 0, 0 },
		{ "1970-01-01T00:00:00.Z", false, 0, 0 },
		{ "1970-01-01T00:00:00Zx", false, 0, 0 },
		{ "1970-01-01T00:00:00+15:00", false, 0, 0 },
		{ "1970-01-01T00:00:00+8", false, 0, 0 },
		{ "1970-1-01T00:00:00Z", false, 0, 0 },
		{ "1970-02-30T00:00:00Z", false, 0, 0 },
		{ "1970-01-01", false, 0, 0 },
		{ "9999-01-01T00:00:00Z", false, 0, 0 },
		{ "", false, 0, 0 },
	};

	for (size_t i = 0; i < COUNT(T); i++) {
		int64_t ns = 42;
		enum time_basis basis = TIME_UTC_BY_SPEC;

		CHECK(T[i].in, time_parse_iso(str_of(T[i].in), &ns, &basis) == T[i].ok);
		CHECK(T[i].in, ns == (T[i].ok ? T[i].ns : 42));
		CHECK(T[i].in, basis == (T[i].ok ? T[i].basis : TIME_UTC_BY_SPEC));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_days_both_ways),
		cmocka_unit_test(refuses_dates_that_are_none),
		cmocka_unit_test(takes_a_leap_second_as_the_next_second),
		cmocka_unit_test(converts_filetimes_or_says_why_not),
		cmocka_unit_test(writes_times),
		cmocka_unit_test(reads_iso_times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
