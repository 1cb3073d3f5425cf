#include "unit.h"

#include "util/buf.h"

static void grows_and_keeps_content(void **state)
{
	buf b = { 0 };

	for (unsigned i = 0; i < 10000; i++)
		buf_byte(&b, (char)('a' + i % 26));
	assert_int_equal(b.len, 10000);
	for (unsigned i = 0; i < 10000; i++)
		assert_int_equal(b.ptr[i], 'a' + i % 26);
	buf_done(&b);
	buf_done(&b);
	buf_done(NULL);
}

static void writes_numbers(void **state)
{
	static const struct { int64_t v; const char *want; } T[] = {
		{ 0, "0" },
		{ -1, "-1" },
		{ INT64_MAX, "9223372036854775807" },
		{ INT64_MIN, "-9223372036854775808" },
	};
	buf b = { 0 };

	for (size_t i = 0; i < COUNT(T); i++) {
		buf_clear(&b);
		buf_i64(&b, T[i].v);
		CHECK_STR(T[i].want, buf_view(&b), str_of(T[i].want));
	}
	buf_clear(&b);
	buf_u64(&b, UINT64_MAX);
	CHECK_STR("u64 max", buf_view(&b), STR("18446744073709551615"));
	buf_done(&b);
}

static void stays_failed_past_its_ceiling(void **state)
{
	buf b = { .max = 5 };

	buf_z(&b, "1234");
	assert_false(b.failed);
	buf_z(&b, "56");
	assert_true(b.failed);
	buf_byte(&b, 'x'); /* would fit, but what came before is missing */
	CHECK_STR("nothing more", buf_view(&b), STR("1234"));
	buf_clear(&b);
	assert_false(b.failed);
	buf_z(&b, "12345");
	assert_false(b.failed);
	assert_false(buf_reserve(&b, SIZE_MAX));
	assert_true(b.failed);
	buf_done(&b);
}

static void appends_nothing_from_null(void **state)
{
	buf b = { 0 };

	buf_add(&b, NULL, 0);
	buf_str(&b, (str){ 0 });
	assert_int_equal(b.len, 0);
	assert_false(b.failed);
	buf_printf(&b, "%s %05.1f", "a", 2.25);
	CHECK_STR("printf", buf_view(&b), STR("a 002.2"));
	buf_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grows_and_keeps_content),
		cmocka_unit_test(writes_numbers),
		cmocka_unit_test(stays_failed_past_its_ceiling),
		cmocka_unit_test(appends_nothing_from_null),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
