#include "unit.h"

#include "util/base64.h"

static void test_base64(void **state)
{
	static const struct {
		const char *data;
		size_t len;
		const char *text;
	} T[] = {
		{ "", 0, "" },	       { "f", 1, "Zg==" },	       { "fo", 2, "Zm8=" },
		{ "foo", 3, "Zm9v" },  { "foob", 4, "Zm9vYg==" },      { "\xff\xff\xfe", 3, "///+" },
		{ "\0\0\0", 3, "AAAA" }, { "\0", 1, "AA==" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(T); i++) {
		buf b = { 0 };

		base64_add(&b, (bytes){ (const uint8_t *)T[i].data, T[i].len });
		CHECK_STR(T[i].text, buf_view(&b), str_of(T[i].text));
		buf_done(&b);
	}
}

static void test_ceiling(void **state)
{
	buf b = { .max = 7 };

	(void)state;
	base64_add(&b, str_bytes(STR("foobar")));
	assert_true(b.failed);
	assert_int_equal(b.len, 0);
	buf_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_base64), cmocka_unit_test(test_ceiling) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
