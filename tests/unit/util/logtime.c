/* The forms of times, good and bad, and zones. */
#include "unit.h"

#include "util/logtime.h"
#include "util/zone.h"

static const struct {
	const char *what;
	enum logtime_form form;
	const char *text, *time; /* NULL: no time of that form */
	size_t used;             /* 0: all of it */
	enum time_basis basis;
} TIMES[] = {
	{ "ISO with Z", LOGTIME_ISO, "2024-04-18T02:13:58.113Z", "2024-04-18T02:13:58.113Z", 0,
	  TIME_UTC_EXPLICIT },
	{ "ISO with an offset", LOGTIME_ISO, "2024-04-18T10:13:58+08:00", "2024-04-18T02:13:58Z", 0,
	  TIME_OFFSET_EXPLICIT },
	{ "ISO with a short offset behind a space", LOGTIME_ISO, "2024-04-18 10:13:58 +0800",
	  "2024-04-18T02:13:58Z", 0, TIME_OFFSET_EXPLICIT },
	{ "ISO with a comma, as Java", LOGTIME_ISO, "2024-04-16 03:23:05,771 ERROR",
	  "2024-04-16T03:23:05.771Z", 23, TIME_LOCAL_ASSUMED },
	{ "ISO with a colon, as Windows Update", LOGTIME_ISO, "2024-04-18 10:14:02:117+0800 1",
	  "2024-04-18T02:14:02.117Z", 28, TIME_OFFSET_EXPLICIT },
	{ "slashes without zeros", LOGTIME_ISO, "2024/4/8 9:05:01", "2024-04-08T09:05:01Z", 0,
	  TIME_LOCAL_ASSUMED },
	{ "a day with AM", LOGTIME_ISO, "2024/4/8 12:05:01 AM", "2024-04-08T00:05:01Z", 0,
	  TIME_LOCAL_ASSUMED },
	{ "named UTC", LOGTIME_ISO, "2024-04-18 02:10:44.113 UTC\tx", "2024-04-18T02:10:44.113Z", 27,
	  TIME_UTC_EXPLICIT },
	{ "minutes only", LOGTIME_ISO, "2024-04-18 02:10", "2024-04-18T02:10:00Z", 0, TIME_LOCAL_ASSUMED },
	{ "+14:00", LOGTIME_ISO, "2024-01-01T01:00:00+14:00", "2023-12-31T11:00:00Z", 0,
	  TIME_OFFSET_EXPLICIT },
	{ "a leap second", LOGTIME_ISO, "2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z", 0,
	  TIME_UTC_EXPLICIT },
	{ "twelve digits of fraction", LOGTIME_ISO, "2024-04-18T02:13:58.123456789012Z",
	  "2024-04-18T02:13:58.123456789Z", 0, TIME_UTC_EXPLICIT },
	{ "a word that begins with am", LOGTIME_ISO, "2024-04-18 02:10:44 amd64", "2024-04-18T02:10:44Z", 19,
	  TIME_LOCAL_ASSUMED },
	{ "month 13", LOGTIME_ISO, "2024-13-18T02:13:58Z", NULL, 0, 0 },
	{ "30 February", LOGTIME_ISO, "2024-02-30T02:13:58Z", NULL, 0, 0 },
	{ "hour 24", LOGTIME_ISO, "2024-04-18T24:13:58Z", NULL, 0, 0 },
	{ "year 0", LOGTIME_ISO, "0000-04-18T02:13:58Z", NULL, 0, 0 },
	{ "beyond 64 bits", LOGTIME_ISO, "9999-04-18T02:13:58Z", NULL, 0, 0 },
	{ "date alone", LOGTIME_ISO, "2024-04-18", NULL, 0, 0 },
	{ "letters", LOGTIME_ISO, "yesterday", NULL, 0, 0 },
	{ "nothing", LOGTIME_ISO, "", NULL, 0, 0 },
	{ "CLF", LOGTIME_CLF, "18/Apr/2024:10:13:58 +0800] \"", "2024-04-18T02:13:58Z", 26,
	  TIME_OFFSET_EXPLICIT },
	{ "CLF west", LOGTIME_CLF, "01/Jan/2024:00:00:00 -0330", "2024-01-01T03:30:00Z", 0,
	  TIME_OFFSET_EXPLICIT },
	{ "CLF of no month", LOGTIME_CLF, "18/Abc/2024:10:13:58 +0800", NULL, 0, 0 },
	{ "ASA with a year", LOGTIME_SYSLOG, "Apr 18 2024 10:14:13: x", "2024-04-18T10:14:13Z", 20,
	  TIME_LOCAL_ASSUMED },
	{ "ctime", LOGTIME_CTIME, "Sun Dec 04 04:47:44.123456 2005]", "2005-12-04T04:47:44.123456Z", 31,
	  TIME_LOCAL_ASSUMED },
	{ "ctime with a padded day", LOGTIME_CTIME, "Sun Dec  4 04:47:44 2005", "2005-12-04T04:47:44Z", 0,
	  TIME_LOCAL_ASSUMED },
	{ "Tomcat", LOGTIME_DAYMON, "18-Apr-2024 03:22:41.118 SEVERE", "2024-04-18T03:22:41.118Z", 24,
	  TIME_LOCAL_ASSUMED },
	{ "month first", LOGTIME_US, "04/18/24,08:31:12", "2024-04-18T08:31:12Z", 0, TIME_LOCAL_ASSUMED },
	{ "month first, PM", LOGTIME_US, "4/18/2024 10:14:11 PM 0FE0", "2024-04-18T22:14:11Z", 21,
	  TIME_LOCAL_ASSUMED },
	{ "midnight of people", LOGTIME_US, "4/18/2024 12:00:00 AM", "2024-04-18T00:00:00Z", 0,
	  TIME_LOCAL_ASSUMED },
	{ "noon of people", LOGTIME_US, "4/18/2024 12:00:00 PM", "2024-04-18T12:00:00Z", 0,
	  TIME_LOCAL_ASSUMED },
	{ "no hour of people", LOGTIME_US, "4/18/2024 13:00:00 PM", NULL, 0, 0 },
	{ "day first is not month first", LOGTIME_US, "18.04.2024 10:14:11", NULL, 0, 0 },
	{ "day first", LOGTIME_EU, "18.04.2024 10:14:11", "2024-04-18T10:14:11Z", 0, TIME_LOCAL_ASSUMED },
	{ "three digits of a year", LOGTIME_US, "4/18/202 10:14:11", NULL, 0, 0 },
	{ "compact", LOGTIME_COMPACT, "20240418021044.0Z", "2024-04-18T02:10:44Z", 0, TIME_UTC_EXPLICIT },
	{ "compact with T", LOGTIME_COMPACT, "20240418T021044", "2024-04-18T02:10:44Z", 0,
	  TIME_LOCAL_ASSUMED },
	{ "compact that ends", LOGTIME_COMPACT, "202404180210", NULL, 0, 0 },
	{ "epoch seconds", LOGTIME_EPOCH, "1713406442.917 x", "2024-04-18T02:14:02.917Z", 14,
	  TIME_UTC_BY_SPEC },
	{ "epoch with six digits", LOGTIME_EPOCH, "1713406441.514210", "2024-04-18T02:14:01.514210Z", 0,
	  TIME_UTC_BY_SPEC },
	{ "epoch ms", LOGTIME_EPOCH, "1713406442917", "2024-04-18T02:14:02.917Z", 0, TIME_UTC_BY_SPEC },
	{ "epoch us", LOGTIME_EPOCH, "1713406442917000", "2024-04-18T02:14:02.917Z", 0, TIME_UTC_BY_SPEC },
	{ "epoch ns", LOGTIME_EPOCH, "1713406442917000000", "2024-04-18T02:14:02.917Z", 0, TIME_UTC_BY_SPEC },
	{ "epoch zero", LOGTIME_EPOCH, "0", "1970-01-01T00:00:00Z", 0, TIME_UTC_BY_SPEC },
	{ "epoch of 20 digits", LOGTIME_EPOCH, "17134064429170000000", NULL, 0, 0 },
	{ "epoch of letters", LOGTIME_EPOCH, "x1713406442", NULL, 0, 0 },
};

static void forms(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(TIMES); i++) {
		struct logtime t = { 0 };
		char text[TIME_TEXT_MAX];
		size_t n = logtime_read(str_of(TIMES[i].text), TIMES[i].form, &t);

		CHECK(TIMES[i].what, (n != 0) == (TIMES[i].time != NULL));
		if (!n)
			continue;
		CHECK(TIMES[i].what, n == (TIMES[i].used ? TIMES[i].used : strlen(TIMES[i].text)));
		time_text(t.ns, text);
		CHECK_STR(TIMES[i].what, str_of(text), str_of(TIMES[i].time));
		CHECK(TIMES[i].what, t.basis == TIMES[i].basis && t.has_year);
	}
}

static void whole_and_precision(void **state)
{
	struct logtime t;

	(void)state;
	assert_true(logtime_whole(STR(" 2024-04-18T02:13:58.11Z "), LOGTIME_ISO, &t));
	assert_int_equal(t.precision_ns, 10000000);
	assert_false(logtime_whole(STR("2024-04-18T02:13:58Z x"), LOGTIME_ISO, &t));
	assert_true(logtime_whole(STR("1713406442"), LOGTIME_EPOCH, &t));
	assert_int_equal(t.precision_ns, NS_PER_S);
	assert_true(logtime_whole(STR("2024-04-18 02:13"), LOGTIME_ISO, &t));
	assert_int_equal(t.precision_ns, 60 * NS_PER_S);
}

static const struct {
	const char *what, *text, *anchor, *time;
} YEARLESS[] = {
	{ "the anchor's year", "Oct 11 22:14:15", "2023-11-01T00:00:00Z", "2023-10-11T22:14:15Z" },
	{ "before New Year", "Dec 31 23:59:59", "2024-01-02T00:00:00Z", "2023-12-31T23:59:59Z" },
	{ "the anchor's own day, later hour", "Jan  2 20:00:00", "2024-01-02T10:00:00Z",
	  "2024-01-02T20:00:00Z" },
	{ "two days behind the anchor", "Jan  4 20:00:00", "2024-01-02T10:00:00Z", "2023-01-04T20:00:00Z" },
	{ "a leap day in a common year", "Feb 29 01:00:00", "2023-06-01T00:00:00Z", "2020-02-29T01:00:00Z" },
	{ "a leap day before 1904", "Feb 29 01:00:00", "1903-06-01T00:00:00Z", "1896-02-29T01:00:00Z" },
	{ "no day", "Feb 30 01:00:00", "2023-06-01T00:00:00Z", NULL },
};

static void yearless(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(YEARLESS); i++) {
		struct logtime t;
		enum time_basis basis;
		int64_t anchor, ns;
		char text[TIME_TEXT_MAX];
		bool found;

		assert_true(time_parse_iso(str_of(YEARLESS[i].anchor), &anchor, &basis));
		CHECK(YEARLESS[i].what,
		      logtime_whole(str_of(YEARLESS[i].text), LOGTIME_SYSLOG, &t) && !t.has_year);
		found = logtime_before(&t, anchor, &ns);
		CHECK(YEARLESS[i].what, found == (YEARLESS[i].time != NULL));
		CHECK(YEARLESS[i].what, !logtime_before(&t, TIME_NONE, &ns));
		if (!found)
			continue;
		time_text(ns, text);
		CHECK_STR(YEARLESS[i].what, str_of(text), str_of(YEARLESS[i].time));
	}
}

static void days_and_clocks(void **state)
{
	static const char *const BAD[] = { "24:00:00", "1:00:00x", "00:60:00",
					   "00:00:61", "aa:00:00", "00-00-00" };
	struct logtime_day day = { .known = false };
	int64_t ns;

	(void)state;
	assert_true(logtime_day(&day, "2024-04-18", &ns) && ns == INT64_C(1713398400) * NS_PER_S);
	assert_true(logtime_day(&day, "2024-04-18", &ns) && ns == INT64_C(1713398400) * NS_PER_S);
	assert_false(logtime_day(&day, "2024-04-31", &ns));
	assert_false(logtime_day(&day, "2024-04-31", &ns));
	assert_true(logtime_day(&day, "2024/04/18", &ns));
	assert_true(logtime_clock("23:59:60", &ns) && ns == 86400 * NS_PER_S);
	for (size_t i = 0; i < COUNT(BAD); i++)
		CHECK(BAD[i], !logtime_clock(BAD[i], &ns));
}

/* A zone that is +1 h, from 1000 s on +2 h, from 100000 s on +1 h again. */
static void zones(void **state)
{
	static const struct zone_step STEPS[] = { { INT64_MIN / 2, 3600 }, { 1000, 7200 }, { 100000, 3600 } };
	static const struct time_zone Z = { STEPS, COUNT(STEPS) };
	static const struct {
		const char *what;
		int64_t local, utc;
	} T[] = {
		{ "before", 3600, 0 },
		{ "one second before the clocks go forward", 4599, 999 },
		{ "the second they go forward", 8200, 1000 },
		{ "a time that never was", 5000, -2200 },
		{ "in summer", 50000, 42800 },
		{ "a time that was twice is the first", 105000, 97800 },
		{ "after", 110000, 106400 },
	};
	int64_t ns;

	(void)state;
	for (size_t i = 0; i < COUNT(T); i++) {
		CHECK(T[i].what, zone_to_utc(&Z, T[i].local * NS_PER_S, &ns));
		CHECK(T[i].what, ns == T[i].utc * NS_PER_S);
	}
	assert_false(zone_to_utc(&Z, INT64_MIN, &ns));
}

static void fixed_zones(void **state)
{
	static const struct {
		const char *text;
		int32_t offset;
		bool good;
	} T[] = {
		{ "UTC", 0, true },         { "z", 0, true },        { "+08:00", 28800, true },
		{ "-0530", -19800, true },  { "+8", 28800, true },   { "+14", 50400, true },
		{ "+15", 0, false },        { "+08:60", 0, false },  { "08:00", 0, false },
		{ "", 0, false },           { "+", 0, false },       { "+8:0", 0, false },
		{ "Asia/Tokyo", 0, false }, { "+080000", 0, false },
	};
	int32_t got;

	(void)state;
	for (size_t i = 0; i < COUNT(T); i++) {
		got = 0;
		CHECK(T[i].text, zone_fixed(str_of(T[i].text), &got) == T[i].good && got == T[i].offset);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(forms),    cmocka_unit_test(whole_and_precision),
		cmocka_unit_test(yearless), cmocka_unit_test(days_and_clocks),
		cmocka_unit_test(zones),    cmocka_unit_test(fixed_zones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
