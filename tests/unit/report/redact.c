/* Redaction: names of the victim are found wherever they stand, what is not the victim's stays, the same key gives the same
 * pseudonyms, and JSON stays what it is. */
#include "unit.h"

#include <stdio.h>

#include "made_case.h"
#include "report/redact.h"
#include "story/story.h"

static const bytes KEY_A = { (const uint8_t *)"one key", 7 }, KEY_B = { (const uint8_t *)"another", 7 };

struct made {
	struct made_case c;
	struct story *st;
	struct redactor *r;
};

static void open_case(struct made *m, bytes key)
{
	err e = { 0 };

	made_open(&m->c);
	made_coverage(&m->c, "WS-0042.hq.victim.example", "Security", 0, 5);
	made_coverage(&m->c, "MX01.victim.example", "Security", 0, 5);
	made_fact(&m->c, FACT_LOGON, 10, 1, FA_HOST, "MX01.victim.example", FA_ACCOUNT, "VICTIM\\j.roe",
		  FA_LOGON_TYPE, "3", FA_SOURCE_IP, "10.1.2.3", -1);
	made_fact(&m->c, FACT_LOGON, 11, 1, FA_HOST, "MX01.victim.example", FA_ACCOUNT,
		  "NT AUTHORITY\\SYSTEM", -1);
	made_fact(&m->c, FACT_LOGON, 12, 1, FA_HOST, "MX01.victim.example", FA_ACCOUNT, "ops", -1);
	made_fact(&m->c, FACT_LOGON, 13, 1, FA_HOST, "MX01.victim.example", FA_ACCOUNT, "王芳", -1);
	made_fact(&m->c, FACT_LOGON_FAILED, 14, 1, FA_HOST, "MX01.victim.example", FA_ACCOUNT, "guessed",
		  FA_SOURCE_IP, "198.51.100.7", -1);
	made_fact(&m->c, FACT_ACCOUNT_CHANGE, 15, 1, FA_HOST, "MX01.victim.example", FA_TARGET_ACCOUNT,
		  "CN=Jane Roe,CN=Users,DC=victim,DC=example", -1);
	assert_int_equal(story_build(&m->st, m->c.s, &e), 0);
	assert_int_equal(redactor_new(&m->r, m->c.s, m->st, key, &e), 0);
}

static void close_case(struct made *m)
{
	redactor_free(m->r);
	story_free(m->st);
	made_close(&m->c);
}

static const char *const SECRET[] = { "ws-0042", "victim",   "mx01",       "roe",     "10.1.2",
				      "王芳",    "00:1b:44", "1004336348", "newhire", "lab7" };

/* No word of the victim's; ASCII in any case. */
static bool is_clean(str s)
{
	for (size_t k = 0; k < COUNT(SECRET); k++)
		for (size_t i = 0; i + strlen(SECRET[k]) <= s.len; i++)
			if (str_eq_ascii_nocase((str){ s.ptr + i, strlen(SECRET[k]) }, str_of(SECRET[k])))
				return false;
	return true;
}

static void test_finds(void **state)
{
	/* in: what stands in the evidence; keep: what must still stand there */
	static const struct {
		const char *what, *in, *keep;
	} T[] = {
		{ "a host", "WS-0042.hq.victim.example did", " did" },
		{ "in another case", "ws-0042.HQ.VICTIM.EXAMPLE", "" },
		{ "without its domain", "on WS-0042, then", ", then" },
		{ "in a path", "\\\\MX01\\C$\\Users\\j.roe\\a.exe", "\\a.exe" },
		{ "in a file's name", "dump_mx01_2024.zip", "_2024.zip" },
		{ "in a URL", "https://mx01.victim.example/owa/?u=VICTIM%5Cj.roe", "/owa/?u=" },
		{ "a host nobody knew", "http://lab7.victim.example/x", "/x" },
		{ "a mailbox", "to j.roe@victim.example;", "to " },
		{ "a mailbox nobody knew", "newhire+tag@victim.example", "@" },
		{ "a mailbox in a URL", "?to=newhire%40victim.example&x", "?to=" },
		{ "an account", "VICTIM\\j.roe", "\\" },
		{ "an account nobody knew", "net use /user:VICTIM\\newhire x", "net use /user:" },
		{ "a profile nobody knew", "C:\\Users\\newhire\\AppData\\x.dll", "\\AppData\\x.dll" },
		{ "a profile with a blank", "C:\\Users\\New Newhire\\x", "\\x" },
		{ "a home", "/home/newhire/.ssh", "/.ssh" },
		{ "an address", "10.1.2.3:445", ":445" },
		{ "an address at a sentence's end", "called 10.1.2.3.", "called " },
		{ "an address backwards", "3.2.1.10.in-addr.arpa", ".in-addr.arpa" },
		{ "an address nobody knew", "ping 172.20.7.9", "ping " },
		{ "an address of version 6", "fd00::1:2", "" },
		{ "a MAC", "00:1B:44:11:3A:B7", "" },
		{ "a MAC with hyphens", "8c-00-1b-44-10-fd", "" },
		{ "a SID", "S-1-5-21-1004336348-1177238915-682003330-512", "" },
		{ "a name in Chinese", "由王芳在主机MX01上", "由" },
		{ "a distinguished name", "CN=Jane Roe,CN=Users,DC=victim,DC=example", "CN=" },
		{ "base64", "echo bmV0IHVzZSBcXE1YMDFcYyQ= | base64 -d", "echo " },
		{ "base64 of UTF-16",
		  "powershell -enc bgBlAHQAIAB1AHMAZQAgAFwAXABNAFgAMAAxAFwAYwAkAA==", "powershell -enc " },
		{ "a short account as a word", "su ops", "su " },
	};
	struct made m;

	(void)state;
	open_case(&m, KEY_A);
	for (size_t i = 0; i < COUNT(T); i++) {
		buf out = { 0 };

		redact_text(m.r, str_of(T[i].in), &out);
		CHECK(T[i].what, !out.failed && is_clean(buf_view(&out)));
		CHECK(T[i].what, str_find(buf_view(&out), str_of(T[i].keep)) != SIZE_MAX);
		CHECK(T[i].what, !str_eq(buf_view(&out), str_of(T[i].in)));
		buf_done(&out);
	}
	close_case(&m);
}

static void test_leaves(void **state)
{
	static const char *const T[] = {
		"C:\\Windows\\System32\\cmd.exe /c whoami",
		"203.0.113.77 called img.evil.example",
		"NT AUTHORITY\\SYSTEM",
		"C:\\Users\\Public\\x.exe",
		"laptops and drops",
		"127.0.0.1",
		"version 10.0.17763.1",
		"guessed 198.51.100.7",
		"d33cdb842e749915e60414f6c4cbc493cb1bf575c440d6e5811691b9aebdcebd",
		"S-1-5-18",
		"12:34:56",
		"/home/ is empty",
		"",
		"someone@else.example",
		"invictim",
	};
	struct made m;

	(void)state;
	open_case(&m, KEY_A);
	for (size_t i = 0; i < COUNT(T); i++) {
		buf out = { 0 };

		redact_text(m.r, str_of(T[i]), &out);
		CHECK_STR(T[i], buf_view(&out), str_of(T[i]));
		buf_done(&out);
	}
	close_case(&m);
}

static void test_pseudonyms(void **state)
{
	static const char TEXT[] = "MX01 mx01.victim.example MX01.VICTIM.EXAMPLE";
	buf a = { 0 }, again = { 0 }, b = { 0 }, table = { 0 };
	struct made m;
	str rest, first, second, third;

	(void)state;
	open_case(&m, KEY_A);
	redact_text(m.r, str_of(TEXT), &a);
	redactor_map(m.r, &table);
	close_case(&m);
	open_case(&m, KEY_A);
	redact_text(m.r, str_of(TEXT), &again);
	close_case(&m);
	open_case(&m, KEY_B);
	redact_text(m.r, str_of(TEXT), &b);
	close_case(&m);
	first = str_cut(buf_view(&a), ' ', &rest);
	second = str_cut(rest, ' ', &third);
	assert_true(str_starts(first, STR("host-")));
	assert_true(str_eq(first, second) && str_eq(first, third)); /* one host, one name */
	assert_true(str_eq(buf_view(&a), buf_view(&again)));
	assert_false(str_eq(buf_view(&a), buf_view(&b)));
	assert_true(str_find(buf_view(&table), STR("MX01.victim.example")) != SIZE_MAX);
	assert_true(str_find(buf_view(&table), first) != SIZE_MAX);
	assert_true(str_find(buf_view(&table), STR("王芳")) != SIZE_MAX);
	buf_done(&a);
	buf_done(&again);
	buf_done(&b);
	buf_done(&table);
}

static void test_json(void **state)
{
	static const struct {
		const char *what, *in, *keep;
	} T[] = {
		{ "a value", "{\"host\":\"MX01\",\n\"x\":\"a\"}", "{\"host\":\"host-" },
		{ "a member's name stays", "{\"ops\":\"ops\"}", "{\"ops\":\"user-" },
		{ "a word of ours stays", "{\"kind\":\"ops\"}", "{\"kind\":\"ops\"}" },
		{ "behind an escape", "{\"c\":\"a\\nMX01\\u001b\"}", "{\"c\":\"a\\nhost-" },
		{ "a path", "{\"c\":\"\\\\\\\\MX01\\\\c$\"}", "{\"c\":\"\\\\\\\\host-" },
		{ "a list", "{\"aliases\":[\"MX01\",\"z\"],\"refs\":[\"ops\"]}",
		  "\"z\"],\"refs\":[\"ops\"]}" },
		{ "written with escapes", "{\"c\":\"\\u004dX01\"}", "{\"c\":\"host-" },
	};
	struct made m;

	(void)state;
	open_case(&m, KEY_A);
	for (size_t i = 0; i < COUNT(T); i++) {
		buf out = { 0 };

		redact_json(m.r, str_of(T[i].in), &out);
		CHECK(T[i].what, str_find(buf_view(&out), str_of(T[i].keep)) != SIZE_MAX);
		CHECK(T[i].what, is_clean(buf_view(&out)));
		buf_done(&out);
	}
	close_case(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_finds), cmocka_unit_test(test_leaves),
					    cmocka_unit_test(test_pseudonyms), cmocka_unit_test(test_json) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
