#include "unit.h"

#include "cli/command.h"

static const struct cli_option OPTIONS[] = {
	{ 'o', "output", "FILE", "" },
	{ 'r', "rules", "PATH", "" },
	{ 'q', "quiet", NULL, "" },
	{ 'v', "verbose", NULL, "" },
	{ 0, "level", "WORD", "" },
	{ 0 },
};
static const struct command CMD = { .name = "test", .options = OPTIONS };

static void reads_every_form(void **state)
{
	static const char *const argv[] = { "a", "-o", "x", "-ry", "--rules=z=1", "--rules", "-w", "-qv", "-",
						  "--", "-o", NULL };
	struct cli_args a;
	err e = { 0 };

	assert_int_equal(args_parse(&a, &CMD, argv, &e), 0);
	assert_string_equal(args_get(&a, "output"), "x");
	assert_string_equal(args_nth(&a, "rules", 0), "y");
	assert_string_equal(args_nth(&a, "rules", 1), "z=1");
	assert_string_equal(args_nth(&a, "rules", 2), "-w"); /* a value may look like an option */
	assert_null(args_nth(&a, "rules", 3));
	assert_string_equal(args_get(&a, "rules"), "-w");
	assert_non_null(args_get(&a, "quiet"));
	assert_non_null(args_get(&a, "verbose"));
	assert_null(args_get(&a, "level"));
	assert_int_equal(a.paths.len, 3);
	assert_string_equal(a.paths.at[0], "a");
	assert_string_equal(a.paths.at[1], "-");
	assert_string_equal(a.paths.at[2], "-o");
	args_done(&a);
}

static void says_what_is_wrong(void **state)
{
	static const struct { const char *const argv[3]; const char *says; } T[] = {
		{ { "--nothing", NULL }, "--nothing" },
		{ { "-x", NULL }, "-x" },
		{ { "-qx", NULL }, "-x" },
		{ { "-o", NULL }, "-o needs FILE" },
		{ { "-qo", NULL }, "-o needs FILE" },
		{ { "--output", NULL }, "--output needs FILE" },
		{ { "--quiet=1", NULL }, "takes no value" },
		{ { "--outpu", "x", NULL }, "--outpu" }, /* no abbreviations: a later option would change them */
		{ { "--=x", NULL }, "unknown option" },
	};

	for (size_t i = 0; i < COUNT(T); i++) {
		struct cli_args a = { 0 };
		err e = { 0 };

		CHECK(T[i].says, args_parse(&a, &CMD, T[i].argv, &e) == -1);
		CHECK(T[i].says, e.code == ERR_ARG && strstr(e.text, T[i].says));
		CHECK(T[i].says, a.given.len == 0 && a.given.at == NULL);
	}
}

static void reads_numbers_and_words(void **state)
{
	static const char *const argv[] = { "-o", "300", "--level", "warm", NULL };
	static const char *const WORDS[] = { "cold", "warm", NULL };
	static const char *const OTHERS[] = { "hot", NULL };
	struct cli_args a;
	err e = { 0 };
	uint64_t v;

	assert_int_equal(args_parse(&a, &CMD, argv, &e), 0);
	assert_int_equal(args_number(&a, "output", 1, 300, 7, &v, &e), 0);
	assert_int_equal(v, 300);
	assert_int_equal(args_number(&a, "rules", 1, 300, 7, &v, &e), 0);
	assert_int_equal(v, 7);
	assert_int_equal(args_number(&a, "output", 1, 299, 7, &v, &e), -1);
	assert_non_null(strstr(e.text, "from 1 to 299"));
	assert_int_equal(args_number(&a, "level", 1, 299, 7, &v, &e), -1);
	assert_int_equal(args_word(&a, "level", WORDS, 0, &e), 1);
	assert_int_equal(args_word(&a, "rules", WORDS, 0, &e), 0);
	assert_int_equal(args_word(&a, "level", OTHERS, 0, &e), -1);
	assert_non_null(strstr(e.text, "hot"));
	args_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_every_form),
		cmocka_unit_test(says_what_is_wrong),
		cmocka_unit_test(reads_numbers_and_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
