#include "unit.h"

#include "fmt.h"

#define T (INT64_C(1713406442) * NS_PER_S + INT64_C(7003112904)) /* 2024-04-18T02:14:09.003112904Z */

static void zoned(buf *b)
{
	put_clf(b, T, 8 * 3600 * NS_PER_S);
}

static void behind(buf *b)
{
	put_zone(b, -INT64_C(12600) * NS_PER_S);
}

static void iso(buf *b)
{
	put_iso(b, T, 3, "Z");
}

static void plain(buf *b)
{
	put_plain(b, T, 6, ',');
}

static void padded_day(buf *b)
{
	put_syslog(b, T - 10 * 86400 * NS_PER_S, false);
}

static void with_year(buf *b)
{
	put_syslog(b, T, true);
}

static void epoch(buf *b)
{
	put_epoch(b, T, 6);
}

static void address(buf *b)
{
	put_ip(b, 0xc0000201);
}

static void largest(buf *b)
{
	put_u(b, UINT64_MAX);
}

static void zero(buf *b)
{
	put_u(b, 0);
}

static void letters(buf *b)
{
	static const uint8_t MAC[6] = { 0, 0x1f, 0xa0, 1, 2, 255 };

	put_mac(b, MAC, '-');
}

static const struct {
	void (*fn)(buf *b);
	const char *want;
} CASES[] = {
	{ zoned, "[18/Apr/2024:10:14:09 +0800]" },
	{ behind, "-0330" },
	{ iso, "2024-04-18T02:14:09.003Z" },
	{ plain, "2024-04-18 02:14:09,003112" },
	{ padded_day, "Apr  8 02:14:09" },
	{ with_year, "Apr 18 2024 02:14:09" },
	{ epoch, "1713406449.003112" },
	{ address, "192.0.2.1" },
	{ largest, "18446744073709551615" },
	{ zero, "0" },
	{ letters, "00-1f-a0-01-02-ff" },
};

static void everything_is_written_as_logs_write_it(void **state)
{
	for (size_t i = 0; i < COUNT(CASES); i++) {
		buf b = { 0 };

		CASES[i].fn(&b);
		CHECK_STR(CASES[i].want, buf_view(&b), str_of(CASES[i].want));
		buf_done(&b);
	}
}

int main(void)
{
	static const struct CMUnitTest TESTS[] = { cmocka_unit_test(everything_is_written_as_logs_write_it) };

	return cmocka_run_group_tests_name("fmt", TESTS, NULL, NULL);
}
