/* placeholder.c - value files: both layouts, and what is wrong with broken ones, by file and line. */
#include "unit/unit.h"

#include "sigma/placeholder.h"

static const struct {
	const char *what, *text, *error; /* NULL: fine */
} T[] = {
	{ "list", "a: [x, y]\n", NULL },
	{ "one value", "a: x\n", NULL },
	{ "number", "a: 7\n", NULL },
	{ "pipeline", "name: p\npriority: 1\nvars:\n  a: [x]\ntransformations: [{type: t}]\n", NULL },
	{ "a placeholder called vars", "vars: [x]\n", NULL },
	{ "empty file", "", NULL },
	{ "comment only", "# none\n", NULL },
	{ "map inside", "a: x\nb: {c: d}\n", "v.yml: line 2: not a value or a list of values" },
	{ "empty list", "a: []\n", "v.yml: line 1: not a value or a list of values" },
	{ "null", "a:\n  - x\n  - ~\n", "v.yml: line 3: a value must be a text or a number" },
	{ "list of lists", "a:\n  - [x]\n", "v.yml: line 2: a value must be a text or a number" },
	{ "no map", "- a\n- b\n", "v.yml: line 1: not a map of names to values" },
	{ "twice", "a: x\n---\na: y\n", "v.yml: line 3: a has values already, by v.yml" },
	{ "not UTF-8", "a: \xff\n", "v.yml: not UTF-8" },
};

static void test_files(void **state)
{
	for (size_t i = 0; i < COUNT(T); i++) {
		struct placeholders p;
		err e = { 0 };
		int rc;

		placeholders_init(&p);
		rc = placeholders_add(&p, STR("v.yml"), str_of(T[i].text), &e);
		CHECK(T[i].what, (rc < 0) == (T[i].error != NULL));
		if (T[i].error)
			CHECK_STR(T[i].what, str_of(e.text), str_of(T[i].error));
		placeholders_done(&p);
	}
}

static void test_values(void **state)
{
	struct placeholders p;
	const str *values;
	size_t n = 0;

	placeholders_init(&p);
	assert_int_equal(placeholders_add(&p, STR("1.yml"), STR("a: [x, 'y*']\n"), NULL), 0);
	assert_int_equal(placeholders_add(&p, STR("2.yml"), STR("vars: {b: 0x10}\n"), NULL), 0);
	values = placeholders_get(&p, STR("a"), &n);
	assert_non_null(values);
	assert_int_equal(n, 2);
	CHECK_STR("second", values[1], STR("y*"));
	values = placeholders_get(&p, STR("b"), &n);
	assert_int_equal(n, 1);
	CHECK_STR("as written", values[0], STR("0x10"));
	assert_null(placeholders_get(&p, STR("A"), &n));
	assert_null(placeholders_get(NULL, STR("a"), &n));
	placeholders_done(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_files), cmocka_unit_test(test_values) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
