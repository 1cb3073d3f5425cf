/* yaml.c - documents and their trees: cutting, typing, refusing. */
#include "unit/unit.h"

#include "util/yaml_tree.h"
#include "util/limits.h"

static const struct {
	const char *text;
	unsigned docs;
	uint32_t line_of_last;
} SPLITS[] = {
	{ "", 0, 0 },
	{ "a: 1\n", 1, 1 },
	{ "---\na: 1\n", 1, 1 },
	{ "a: 1\n---\nb: 2\n", 2, 2 },
	{ "a: 1\r\n---\r\nb: 2\r\n", 2, 2 },
	{ "a: 1\r---\rb: 2\r", 2, 2 },
	{ "%YAML 1.1\n# x\n\n---\na: 1\n", 1, 1 },
	{ "a: 1\n...\n---\nb: 2\n", 2, 3 },
	{ "a: 1\n...\nb: 2\n", 2, 3 },
	{ "a: |\n  ---\n  x\n", 1, 1 },
	{ "a: '---'\n----\n", 1, 1 },
	{ "a: 1\n--- # next\nb: 2", 2, 2 },
};

static void test_split(void **state)
{
	for (size_t i = 0; i < COUNT(SPLITS); i++) {
		str rest = str_of(SPLITS[i].text), doc;
		uint32_t line = 1, first = 0;
		unsigned n = 0;

		while (yaml_split(&rest, &line, &doc, &first))
			n++;
		CHECK(SPLITS[i].text, n == SPLITS[i].docs);
		CHECK(SPLITS[i].text, first == SPLITS[i].line_of_last);
	}
}

static const struct {
	const char *text;
	enum scalar_type want;
} SCALARS[] = {
	{ "x", SCALAR_STRING },        { "1", SCALAR_NUMBER },          { "-1", SCALAR_NUMBER },
	{ "1.5", SCALAR_NUMBER },      { "0x1F", SCALAR_NUMBER },       { "017", SCALAR_NUMBER },
	{ "0b11", SCALAR_NUMBER },     { "1_000", SCALAR_NUMBER },      { "018", SCALAR_STRING },
	{ "1e3", SCALAR_STRING },      { "1.0e+3", SCALAR_NUMBER },     { "1.2.3", SCALAR_STRING },
	{ "10:30", SCALAR_STRING },    { "2024-01-01", SCALAR_STRING }, { "'1'", SCALAR_STRING },
	{ "\"true\"", SCALAR_STRING }, { "true", SCALAR_BOOL },         { "No", SCALAR_BOOL },
	{ "nO", SCALAR_STRING },       { "null", SCALAR_NULL },         { "~", SCALAR_NULL },
	{ "", SCALAR_NULL },           { "''", SCALAR_STRING },         { "!!str 1", SCALAR_STRING },
	{ "-", SCALAR_STRING },        { ".", SCALAR_STRING },          { "0", SCALAR_NUMBER },
};

static const struct ynode *parse(const char *text, arena *mem, err *e)
{
	const struct ynode *root = NULL;

	return yaml_tree_parse(&root, str_of(text), 1, mem, e) < 0 ? NULL : root;
}

static void test_scalars(void **state)
{
	arena mem;

	arena_init(&mem, 1 << 20);
	for (size_t i = 0; i < COUNT(SCALARS); i++) {
		char text[64];
		struct number n;
		bool truth;
		const struct ynode *root, *v;
		size_t len = strlen(SCALARS[i].text);

		memcpy(text, "k: ", 3);
		memcpy(text + 3, SCALARS[i].text, len + 1);
		if (strcmp(text, "k: -") == 0) /* else it opens a list */
			continue;
		root = parse(text, &mem, NULL);
		CHECK(SCALARS[i].text, root != NULL);
		v = yaml_get(root, "k");
		CHECK(SCALARS[i].text, yaml_scalar_type(v, &n, &truth) == SCALARS[i].want);
	}
	arena_done(&mem);
}

static const struct {
	const char *text;
	uint64_t line;
	const char *why;
} REFUSED[] = {
	{ "a: [1\n", 2, "" },
	{ "a: 1\na: 2\n", 2, "duplicate key \"a\"" },
	{ "a: 1\n? [b]\n: 2\n", 2, "a key must be a scalar" },
	{ "<<: {a: 1}\n", 1, "merge keys" },
	{ "a: !x y\n", 1, "tags" },
	{ "a: *b\n", 1, "alias without its anchor" },
	{ "a: &a [*a]\n", 1, "inside its own anchor" },
	{ "a:\n\t- x\n", 2, "" },
};

static void test_refused(void **state)
{
	arena mem;

	arena_init(&mem, 1 << 20);
	for (size_t i = 0; i < COUNT(REFUSED); i++) {
		err e = { 0 };

		CHECK(REFUSED[i].text, parse(REFUSED[i].text, &mem, &e) == NULL);
		CHECK(REFUSED[i].text, e.code == ERR_CORRUPT);
		if (e.offset != REFUSED[i].line)
			fail_msg("%s: line %d: %s", REFUSED[i].text, (int)e.offset, e.text);
		CHECK(REFUSED[i].text, str_find(str_of(e.text), str_of(REFUSED[i].why)) != SIZE_MAX);
	}
	arena_done(&mem);
}

static void test_tree(void **state)
{
	arena mem;
	const struct ynode *root, *list, *again;

	arena_init(&mem, 1 << 20);
	root = parse("a: &x [1, 'two', {k: v}]\nb: *x\nc: text\n", &mem, NULL);
	assert_non_null(root);
	list = yaml_get(root, "a");
	again = yaml_get(root, "b");
	assert_ptr_equal(list, again);
	assert_int_equal(list->kind, YAML_LIST);
	assert_int_equal(list->len, 3);
	assert_int_equal(list->weight, 5); /* the list, two scalars, the map, its value */
	assert_int_equal(list->first->next->next->value->kind, YAML_MAP);
	CHECK_STR("text", yaml_get_text(root, "c"), STR("text"));
	CHECK_STR("no scalar", yaml_get_text(root, "a"), STR(""));
	assert_null(yaml_get(root, "d"));
	assert_null(parse("# nothing\n", &mem, NULL));
	arena_done(&mem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_split),
		cmocka_unit_test(test_scalars),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_tree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
