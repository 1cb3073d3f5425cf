/* Indicators out of lists, CSV, STIX and MISP; hostile text. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "cli/indicators.h"
#include "util/buf.h"
#include "util/limits.h"

#define MD5 "d41d8cd98f00b204e9800998ecf8427e"
#define SHA1 "da39a3ee5e6b4b0d3255bfef95601890afd80709"
#define SHA256 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

/* "ip:1.2.3.4 domain:x.example": what was found, in order. */
static void found_in(const char *text, buf *out, uint64_t *passed)
{
	struct indicators in;
	err e = { 0 };

	indicators_init(&in);
	if (indicators_read(&in, str_of(text), &e) < 0)
		fail_msg("%s: %s", text, e.text);
	for (size_t i = 0; i < in.at.len; i++)
		buf_printf(out, "%s%s:%.*s", i ? " " : "", scope_type_name(in.at.at[i].type),
			   STR_ARG(in.at.at[i].value));
	*passed = in.passed;
	indicators_done(&in);
}

struct row {
	const char *text, *found;
	uint64_t passed;
};

static void check_rows(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		buf out = { 0 };
		uint64_t passed;

		found_in(rows[i].text, &out, &passed);
		CHECK_STR(rows[i].text, buf_view(&out), str_of(rows[i].found));
		CHECK(rows[i].text, passed == rows[i].passed);
		buf_done(&out);
	}
}

static void test_lists(void **state)
{
	static const struct row ROWS[] = {
		{ "", "", 0 },
		{ "# 1.2.3.4\n\n", "", 0 },
		{ "1.2.3.4\r\n2001:DB8::1\n", "ip:1.2.3.4 ip:2001:db8::1", 0 },
		{ "1.2.3.4\n1.2.3.4/32\n1.2.3.0/24\n", "ip:1.2.3.4", 1 },
		{ "Evil.Example.", "domain:evil.example", 0 },
		{ "*.evil.example", "domain:evil.example", 0 },
		{ "hxxps://evil[.]example:8443/a?b", "domain:evil.example", 0 },
		{ "http://[2001:db8::7]/x http", "ip:2001:db8::7", 0 },
		{ "http://198.51.100.7/x", "ip:198.51.100.7", 0 },
		{ MD5 "\n" SHA1 "\n" SHA256 "\n" SHA256 "0\n", "hash:" MD5 " hash:" SHA1 " hash:" SHA256, 1 },
		{ "C:\\Program Files\\A\\b.exe", "path:c:\\program files\\a\\b.exe", 0 },
		{ "/tmp/x", "path:/tmp/x", 0 },
		{ "\\\\srv\\share\\x", "path:\\\\srv\\share\\x", 0 },
		{ "payload.exe\nrun.sh", "file:payload.exe file:run.sh domain:run.sh", 0 },
		{ "a description of evil.example", "", 1 },
		{ "2024-01-01\n17\n1.2.3\n...\n", "", 4 },
		{ "type,value,note\nip,1.2.3.4,\"a, b\"\ndomain,evil.example,x\n",
		  "ip:1.2.3.4 domain:evil.example", 1 },
		{ "\"C:\\a,b\\c.exe\";" MD5, "path:c:\\a,b\\c.exe hash:" MD5, 0 },
		{ "\"unclosed, 1.2.3.4", "", 1 },
		{ "\xEF\xBB\xBF"
		  "1.2.3.4",
		  "ip:1.2.3.4", 0 },
	};

	(void)state;
	check_rows(ROWS, COUNT(ROWS));
}

static void test_json(void **state)
{
	static const struct row ROWS[] = {
		{ "{}", "", 0 },
		{ "[\"1.2.3.4\",\"x\",7,null,[\"evil.example\"]]", "ip:1.2.3.4 domain:evil.example", 0 },
		/* STIX */
		{ "{\"type\":\"bundle\",\"objects\":[{\"type\":\"indicator\",\"pattern\":\"[ipv4-addr:value = '1.2.3.4' OR "
		  "domain-name:value='evil.example']\"}]}",
		  "ip:1.2.3.4 domain:evil.example", 0 },
		{ "{\"pattern\":\"[file:hashes.'SHA-256' = '" SHA256 "' AND file:name = 'a.exe']\"}",
		  "hash:" SHA256 " file:a.exe", 0 },
		{ "{\"pattern\":\"[ipv4-addr:value IN ('1.2.3.4', '1.2.3.5')] FOLLOWEDBY [url:value = 'http://e.example/x'] "
		  "START t'2020-01-01T00:00:00Z' STOP t'2021-01-01T00:00:00Z'\"}",
		  "ip:1.2.3.4 ip:1.2.3.5 domain:e.example", 0 },
		{ "{\"pattern\":\"[domain-name:value LIKE '%.example' OR ipv4-addr:value != '1.2.3.4' OR mutex:name = 'x']\"}",
		  "", 2 },
		{ "{\"pattern\":\"[directory:path = 'C:\\\\\\\\a\\\\\\\\b']\"}", "path:c:\\a\\b", 0 },
		{ "{\"type\":\"file\",\"name\":\"b.dll\",\"hashes\":{\"MD5\":\"" MD5 "\"}}",
		  "hash:" MD5 " file:b.dll", 0 },
		{ "{\"type\":\"ipv4-addr\",\"value\":\"1.2.3.4\"}", "ip:1.2.3.4", 0 },
		/* MISP */
		{ "{\"Event\":{\"info\":\"1.1.1.1\",\"Attribute\":[{\"type\":\"ip-dst|port\",\"value\":\"1.2.3.4|443\"},"
		  "{\"value\":\"a.exe|" SHA256
		  "\",\"type\":\"filename|sha256\"},{\"type\":\"comment\",\"value\":\"evil.example\"}],"
		  "\"Object\":[{\"name\":\"x\",\"Attribute\":[{\"type\":\"domain\",\"value\":\"evil.example\"}]}]}}",
		  "ip:1.2.3.4 file:a.exe hash:" SHA256 " domain:evil.example", 1 },
		{ "{\"type\":\"filename\",\"value\":\"C:\\\\x\\\\y.exe\"}", "path:c:\\x\\y.exe", 0 },
		{ "{\"type\":\"domain\",\"value\":\"ev\\u0069l.example\"}", "domain:evil.example", 0 },
		{ "{\"type\":\"ip-dst\",\"value\":\"none\"}", "", 1 },
		{ "{\"type\":7,\"value\":{\"type\":\"ip-src\",\"value\":\"1.2.3.4\"}}", "ip:1.2.3.4", 0 },
	};

	(void)state;
	check_rows(ROWS, COUNT(ROWS));
}

static void test_no_json(void **state)
{
	static const char *const TEXTS[] = { "{",        "{\"a\":[}",        "{\"a\":\"x",  "{}}",
					     "[1]\"x\"", "{\"a\":\"\x01\"}", "{\"\xFF\":1}" };

	(void)state;
	for (size_t i = 0; i < COUNT(TEXTS); i++) {
		struct indicators in;
		err e = { 0 };

		indicators_init(&in);
		CHECK(TEXTS[i], indicators_read(&in, str_of(TEXTS[i]), &e) < 0);
		CHECK(TEXTS[i], e.code == ERR_CORRUPT && e.text[0]);
		indicators_done(&in);
	}
}

static void test_limits(void **state)
{
	struct indicators in;
	err e = { 0 };
	buf deep = { 0 }, wide = { 0 };

	(void)state;
	for (unsigned i = 0; i <= LIMIT_INDICATOR_DEPTH; i++)
		buf_byte(&deep, '[');
	for (unsigned i = 0; i <= LIMIT_INDICATOR_DEPTH; i++)
		buf_byte(&deep, ']');
	indicators_init(&in);
	assert_int_equal(indicators_read(&in, buf_view(&deep), &e), -1);
	assert_int_equal(e.code, ERR_LIMIT);
	/* a value longer than any: passed, and what follows is read */
	for (unsigned i = 0; i <= LIMIT_INDICATOR_TEXT; i++)
		buf_byte(&wide, 'a');
	buf_z(&wide, ".example\n1.2.3.4\n");
	assert_int_equal(indicators_read(&in, buf_view(&wide), &e), 0);
	assert_int_equal(in.at.len, 1);
	assert_int_equal(in.passed, 1);
	indicators_done(&in);
	buf_done(&deep);
	buf_done(&wide);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_no_json),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
