/* References as text: written, read back, refused. */
#include "unit.h"

#include "store/ref.h"

static void test_round_trip(void **state)
{
	uint8_t sha[SHA256_LEN];
	struct event_ref ref = { 3, UINT64_MAX, 42 };
	char text[REF_TEXT_MAX];
	struct ref_text r;

	(void)state;
	memset(sha, 0xC7, sizeof sha);
	assert_int_equal(event_ref_text(sha, &ref, text), 64 + 1 + 20 + 1 + 2);
	assert_true(event_ref_parse(str_of(text), &r));
	assert_true(r.offset == UINT64_MAX && r.record == 42);
	assert_true(event_ref_names(&r, sha, 9));
	assert_false(event_ref_names(&r, NULL, 3));
	sha[31] = 0;
	assert_false(event_ref_names(&r, sha, 3));
	event_ref_text(NULL, &ref, text);
	assert_string_equal(text, "item3:18446744073709551615:42");
	assert_true(event_ref_parse(str_of(text), &r));
	assert_true(event_ref_names(&r, NULL, 3));
	assert_false(event_ref_names(&r, NULL, 4));
	assert_true(event_ref_parse(STR(" C7C7C7C7:0:1\n"), &r));
	assert_true(event_ref_names(&r, sha, 0));
}

static void test_refused(void **state)
{
	static const char *const BAD[] = {
		"",
		":",
		"c7c7c7c7",
		"c7c7c7c7:1",
		"c7c7c7c7:1:2:3",
		"c7c7c7:1:2",
		"c7c7c7cg:1:2",
		"c7c7c7c7:-1:2",
		"c7c7c7c7:1:",
		"item:1:2",
		"item4294967296:1:2",
		"c7c7c7c7:18446744073709551616:1",
		"c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c:1:2",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(BAD); i++) {
		struct ref_text r = { .item = 77 };

		CHECK(BAD[i], !event_ref_parse(str_of(BAD[i]), &r));
		CHECK(BAD[i], r.item == 77);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
