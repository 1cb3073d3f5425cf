/* jtree.c - trees of JSON: what is none is refused with its place, what is one is found by name; tables with quotes. */
#include "unit.h"

#include "util/buf.h"
#include "util/limits.h"
#include "warn/jtree.h"
#include "warn/tablein.h"

static const struct {
	const char *text;
	enum err_code code;
	uint64_t offset;
} BAD[] = {
	{ "{\"a\" 1}", ERR_CORRUPT, 5 }, { "{\"a\":1,}", ERR_CORRUPT, 7 }, { "{1:2}", ERR_CORRUPT, 1 },
	{ "[1 2]", ERR_CORRUPT, 3 },     { "[1,]", ERR_CORRUPT, 3 },       { "[1}", ERR_CORRUPT, 2 },
	{ "[01]", ERR_CORRUPT, 1 },      { "[tru]", ERR_CORRUPT, 1 },      { "[1", ERR_TRUNCATED, 2 },
	{ "{\"a\":", ERR_TRUNCATED, 5 }, { "{", ERR_TRUNCATED, 1 },        { "", ERR_TRUNCATED, 0 },
};

static void refused(void **state)
{
	struct jsonshim *shim = jsonshim_new();
	struct jtree t;
	struct jdoc d;

	jtree_init(&t);
	for (size_t i = 0; i < COUNT(BAD); i++) {
		err e = { 0 };

		CHECK(BAD[i].text, jdoc_open(&d, shim, str_of(BAD[i].text), &e) == 0);
		CHECK(BAD[i].text, jdoc_tree(&d, &t, &e) == -1);
		if (e.code != BAD[i].code || e.offset != BAD[i].offset)
			fail_msg("%s: %s at %llu: %s", BAD[i].text, err_code_name(e.code),
				 (unsigned long long)e.offset, e.text);
	}
	jtree_done(&t);
	jsonshim_free(shim);
}

static void depth_has_a_ceiling(void **state)
{
	for (size_t more = 0; more < 2; more++) {
		struct jsonshim *shim = jsonshim_new();
		err e = { 0 };
		struct jtree t;
		struct jdoc d;
		buf b = { 0 };

		jtree_init(&t);
		for (size_t i = 0; i < LIMIT_WARN_DEPTH + more; i++)
			buf_byte(&b, '[');
		for (size_t i = 0; i < LIMIT_WARN_DEPTH + more; i++)
			buf_byte(&b, ']');
		assert_int_equal(jdoc_open(&d, shim, buf_view(&b), &e), 0);
		assert_int_equal(jdoc_tree(&d, &t, &e), more ? -1 : 0);
		assert_int_equal(e.code, more ? ERR_LIMIT : ERR_NONE);
		buf_done(&b);
		jtree_done(&t);
		jsonshim_free(shim);
	}
}

static void found_by_name(void **state)
{
	static const char TEXT[] =
		" {\"a\":{\"x\":[1,{\"y\":2},\"z\"]},\"b\\u0041\":\"\\u00e9\\\"\",\"c\":9.87,\"d\":[],\"e\":true} [7]";
	struct jsonshim *shim = jsonshim_new();
	err e = { 0 };
	uint32_t list, milli = 0, n = 0;
	struct jtree t;
	struct jdoc d;

	jtree_init(&t);
	assert_int_equal(jdoc_open(&d, shim, str_of(TEXT), &e), 0);
	assert_true(jdoc_has(&d, "c"));
	assert_false(jdoc_has(&d, "x")); /* not at the top */
	assert_int_equal(jdoc_tree(&d, &t, &e), 0);
	list = jt_get(&t, jt_get(&t, 0, "a"), "x");
	for (uint32_t i = jt_first(&t, list); i != J_NONE; i = jt_next(&t, list, i))
		n++;
	assert_int_equal(n, 3);
	CHECK_STR("escapes", jt_str(&t, 0, "b\\u0041"), STR("\xc3\xa9\""));
	assert_true(jt_milli(&t, jt_get(&t, 0, "c"), &milli));
	assert_int_equal(milli, 9870);
	assert_false(jt_milli(&t, jt_get(&t, 0, "e"), &milli));
	assert_true(jt_is_true(&t, jt_get(&t, 0, "e")));
	assert_int_equal(jt_first(&t, jt_get(&t, 0, "d")), J_NONE);
	assert_int_equal(jt_get(&t, 0, "y"), J_NONE);
	assert_int_equal(jt_get(&t, list, "y"), J_NONE);
	assert_int_equal(jdoc_tree(&d, &t, &e), 0); /* the one behind it */
	assert_true(jt_is(&t, 0, J_ARRAY));
	jtree_done(&t);
	jsonshim_free(shim);
}

static void tables(void **state)
{
	static const char TEXT[] = "\xEF\xBB\xBF# remark\n\na;b\n\"x;\"\"y\n z\" ; 2\n;\n3\n";
	static struct tablein t;
	char plain[16];
	err e = { 0 };
	arena mem;

	arena_init(&mem, 1 << 20);
	tablein_open(&t, str_of(TEXT));
	assert_int_equal(tablein_row(&t, &mem, &e), 1);
	assert_int_equal(t.line, 3);
	CHECK_STR("header", t.cell[1], STR("b"));
	assert_int_equal(tablein_row(&t, &mem, &e), 1);
	assert_int_equal(t.n, 2);
	CHECK_STR("quoted", t.cell[0], STR("x;\"y\n z"));
	CHECK_STR("behind it", t.cell[1], STR("2"));
	assert_int_equal(tablein_row(&t, &mem, &e), 1); /* the blank one is passed */
	assert_int_equal(t.line, 7);
	assert_int_equal(tablein_row(&t, &mem, &e), 0);
	tablein_open(&t, STR("a,b\n\"open,1\n"));
	assert_int_equal(tablein_row(&t, &mem, &e), 1);
	assert_int_equal(tablein_row(&t, &mem, &e), -1);
	assert_int_equal(e.code, ERR_CORRUPT);
	assert_non_null(strstr(e.text, "line 2"));
	CHECK_STR("plain", tablein_plain(STR("Product-Name_2.3"), plain), STR("productname23"));
	arena_done(&mem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refused),
		cmocka_unit_test(depth_has_a_ceiling),
		cmocka_unit_test(found_by_name),
		cmocka_unit_test(tables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
