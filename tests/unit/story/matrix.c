/* Which source a log is, what its days are, what a role should have. */
#include "unit.h"

#include <stdio.h>

#include "made_case.h"
#include "story/story.h"

static void test_sources(void **state)
{
	static const struct {
		const char *channel, *want; /* NULL: none */
	} T[] = {
		{ "Security", "security" },
		{ "microsoft-windows-sysmon/operational", "sysmon" },
		{ "Microsoft-Windows-TerminalServices-LocalSessionManager/Operational", "remote_desktop" },
		{ "Microsoft-Windows-Kernel-PnP/Configuration", "windows_other" },
		{ "exchange.httpproxy", "exchange_http" },
		{ "exchange.something", "exchange_other" },
		{ "zeek.conn", "sensor" },
		{ "windows.dhcp", "dhcp" },
		{ "windows.dns_debug", "dns" },
		{ "Securityx", NULL },
		{ "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(T); i++) {
		uint32_t s = source_of(str_of(T[i].channel));

		CHECK(T[i].channel, (s == SOURCE_NONE) == (T[i].want == NULL));
		if (s != SOURCE_NONE)
			CHECK_STR(T[i].channel, str_of(source_name(s)), str_of(T[i].want));
	}
	for (uint32_t s = 0; s < sources_count(); s++) {
		char key[64];

		snprintf(key, sizeof key, "source.%s", source_name(s));
		assert_string_not_equal(wording(key, LANGUAGE_EN), key);
		assert_string_not_equal(wording(key, LANGUAGE_ZH), wording("", LANGUAGE_ZH));
	}
	/* whatever may be missing has its words */
	for (int role = 0; role < HOST_ROLES; role++) {
		uint32_t s;

		for (uint32_t i = 0; (s = source_missing((enum host_role)role, 0, i)) != SOURCE_NONE; i++) {
			char key[64];

			snprintf(key, sizeof key, "hides.%s", source_name(s));
			assert_string_not_equal(wording(key, LANGUAGE_EN), key);
		}
	}
}

static const struct matrix_cell *cell(const struct story *st, const char *host, const char *source)
{
	for (uint32_t i = 0; i < st->matrix.ncells; i++) {
		const struct matrix_cell *c = &st->matrix.cells[i];

		if (str_eq(story_host_name(st, c->host), str_of(host)) &&
		    str_eq(str_of(source_name(c->source)), str_of(source)))
			return c;
	}
	return NULL;
}

static void test_cells(void **state)
{
	struct made_case c;
	struct story *st = NULL;
	const struct matrix_cell *x;
	struct gap g;
	err e = { 0 };

	(void)state;
	made_open(&c);
	made_coverage(&c, "MX1", "exchange.httpproxy", 0, 10);
	made_coverage(&c, "MX1", "exchange.httpproxy", 1, 10);
	made_coverage(&c, "MX1", "exchange.httpproxy", 5, 10);
	made_coverage(&c, "MX1", "Security", 0, 7);
	made_coverage(&c, "PC", "Security", 3, 1);
	made_coverage(&c, "", "zeek.conn", 2, 4);
	made_coverage(&c, "LX", "linux.auth", 900, 1); /* a wrong year */
	made_fact(&c, FACT_LOG_CLEARED, 86400, 1, FA_HOST, "MX1", FA_OBJECT, "Security", -1);
	gap_set(&g, GAP_MISSING, 5, 9, "record ids 5 to 9 of Security on MX1 were read nowhere");
	store_put_gap(c.s, &g, NULL);
	gap_set(&g, GAP_MISSING, 50, 59, "record ids 50 to 59 of Security on MX1 were read nowhere");
	g.lost = 4;
	store_put_gap(c.s, &g, NULL);
	gap_set(&g, GAP_MISSING, 5, 9, "record ids 5 to 9 of Security on nobody were read nowhere");
	store_put_gap(c.s, &g, NULL);
	if (story_build(&st, c.s, &e) < 0)
		fail_msg("story: %s", e.text);
	assert_int_equal(st->matrix.last_day - st->matrix.first_day, 5);
	x = cell(st, "MX1", "exchange_http");
	assert_non_null(x);
	assert_int_equal(x->days, 3);
	assert_int_equal(x->events, 30);
	assert_int_equal(x->nruns, 2);
	assert_int_equal(x->runs[0].to - x->runs[0].from, 1);
	assert_int_equal(x->runs[1].from, x->runs[1].to);
	assert_true(x->cleared_ns == TIME_NONE && !x->missing);
	assert_true(cell(st, "MX1", "security")->cleared_ns == MADE_T0 + INT64_C(86400) * NS_PER_S);
	assert_int_equal(cell(st, "MX1", "security")->lost, 9);
	assert_int_equal(cell(st, "PC", "security")->lost, 0);
	assert_true(cell(st, "MX1", "exchange_tracking")->missing);
	assert_true(cell(st, "MX1", "sysmon")->missing);
	assert_true(cell(st, "PC", "sysmon")->missing);
	assert_null(cell(st, "PC", "iis"));
	assert_null(cell(st, "LX", "security"));
	assert_int_equal(cell(st, "", "sensor")->host, STORY_NOBODY);
	assert_int_equal(cell(st, "LX", "auth")->days, 1); /* outside of what is drawn, but there */
	story_free(st);
	made_close(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sources),
		cmocka_unit_test(test_cells),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
