#include "unit.h"

#include "util/json.h"
#include "util/times.h"

static void escapes_what_json_and_terminals_need(void **state)
{
	static const struct { const char *what; str in; str want; } T[] = {
		{ "plain", STR("abc /'"), STR("\"abc /'\"") },
		{ "empty", STR(""), STR("\"\"") },
		{ "quote and backslash", STR("\"\\"), STR("\"\\\"\\\\\"") },
		{ "short escapes", STR("\b\f\n\r\t"), STR("\"\\b\\f\\n\\r\\t\"") },
		{ "NUL, ESC, DEL", STR("\0\x1b\x7f"), STR("\"\\u0000\\u001b\\u007f\"") },
		{ "multi-byte", STR("\xc3\xab\xe4\xb8\xad\xf0\x9f\x98\x80"),
		  STR("\"\xc3\xab\xe4\xb8\xad\xf0\x9f\x98\x80\"") },
		{ "C1 control sequence introducer", STR("\xc2\x9b" "31m"), STR("\"\\u009b31m\"") },
		{ "direction override", STR("a\xe2\x80\xae" "b"), STR("\"a\\u202eb\"") },
		{ "line separator", STR("\xe2\x80\xa8"), STR("\"\\u2028\"") },
		{ "lone continuation byte", STR("\x80"), STR("\"\\\\x80\"") },
		{ "overlong slash", STR("\xc0\xaf"), STR("\"\\\\xc0\\\\xaf\"") },
		{ "encoded surrogate", STR("\xed\xa0\x80"), STR("\"\\\\xed\\\\xa0\\\\x80\"") },
		{ "cut at the end", STR("a\xe2\x82"), STR("\"a\\\\xe2\\\\x82\"") },
	};
	buf b = { 0 };

	for (size_t i = 0; i < COUNT(T); i++) {
		buf_clear(&b);
		json_str(&b, T[i].in);
		CHECK_STR(T[i].what, buf_view(&b), T[i].want);
	}
	buf_done(&b);
}

static void puts_commas_where_they_belong(void **state)
{
	buf b = { 0 };

	buf_byte(&b, '{');
	json_member_str(&b, "s", STR("["));
	json_member_u64(&b, "u", UINT64_MAX);
	json_member_i64(&b, "i", -5);
	json_member_bool(&b, "t", true);
	json_member_time(&b, "at", 0);
	json_member_time(&b, "never", TIME_NONE);
	json_key(&b, "a");
	buf_byte(&b, '[');
	json_sep(&b);
	json_str(&b, STR("x"));
	json_sep(&b);
	json_str(&b, STR("y"));
	buf_z(&b, "]}");
	CHECK_STR("object", buf_view(&b),
		  STR("{\"s\":\"[\",\"u\":18446744073709551615,\"i\":-5,\"t\":true,"
		      "\"at\":\"1970-01-01T00:00:00Z\",\"never\":null,\"a\":[\"x\",\"y\"]}"));
	buf_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(escapes_what_json_and_terminals_need),
		cmocka_unit_test(puts_commas_where_they_belong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
