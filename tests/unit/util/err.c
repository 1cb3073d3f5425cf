#include "unit.h"

#include <errno.h>
#include <stdio.h>

#include "util/err.h"

static void is_filled_once_with_its_place(void **state)
{
	err e = { 0 };

	assert_int_equal(err_set(&e, ERR_CORRUPT, 4096, "chunk %d: bad magic", 3), -1);
	assert_int_equal(e.code, ERR_CORRUPT);
	assert_int_equal(e.offset, 4096);
	assert_string_equal(e.text, "chunk 3: bad magic");
	assert_non_null(strstr(e.file, "err.c"));
	assert_true(e.line > 0);
	assert_int_equal(err_prefix(&e, "item %d", 7), -1);
	assert_string_equal(e.text, "item 7: chunk 3: bad magic");
	assert_int_equal(e.offset, 4096);
}

static void names_the_reason_of_the_system(void **state)
{
	err e = { 0 };

	assert_int_equal(err_errno(&e, ENOENT, "open %s", "x"), -1);
	assert_int_equal(e.code, ERR_IO);
	assert_true(e.offset == ERR_NO_OFFSET);
	assert_string_equal(e.text, "open x: No such file or directory");
}

static void cuts_long_text_and_accepts_no_target(void **state)
{
	char big[1000];
	err e = { 0 };

	memset(big, 'x', sizeof big - 1);
	big[sizeof big - 1] = '\0';
	err_set(&e, ERR_ARG, ERR_NO_OFFSET, "%s", big);
	assert_int_equal(strlen(e.text), ERR_TEXT_MAX - 1);
	err_prefix(&e, "%s", big);
	assert_int_equal(strlen(e.text), ERR_TEXT_MAX - 1);
	err_errno(&e, EIO, "%s", big);
	assert_int_equal(strlen(e.text), ERR_TEXT_MAX - 1);
	assert_int_equal(err_set(NULL, ERR_ARG, 0, "x"), -1);
	assert_int_equal(err_errno(NULL, EIO, "x"), -1);
	assert_int_equal(err_prefix(NULL, "x"), -1);
}

static void names_every_code(void **state)
{
	assert_string_equal(err_code_name(ERR_TRUNCATED), "truncated");
	assert_string_equal(err_code_name(ERR_LIMIT), "limit");
	assert_string_equal(err_code_name((enum err_code)99), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_filled_once_with_its_place),
		cmocka_unit_test(names_the_reason_of_the_system),
		cmocka_unit_test(cuts_long_text_and_accepts_no_target),
		cmocka_unit_test(names_every_code),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
