#include "unit.h"

#include <stdio.h>

#include "util/map.h"

enum { MANY = 5000 };

static str key_of(char tmp[16], unsigned i)
{
	snprintf(tmp, 16, "key-%u", i);
	return str_of(tmp);
}

static void finds_what_was_put_in_insertion_order(void **state)
{
	map m;
	char tmp[16];
	bool is_new;

	map_init(&m, MANY, 1 << 20);
	assert_null(map_get(&m, STR("x")));
	for (unsigned i = 0; i < MANY; i++) {
		assert_non_null(map_put(&m, key_of(tmp, i), i, &is_new));
		assert_true(is_new);
	}
	for (unsigned i = 0; i < MANY; i++) {
		struct map_entry *e = map_get(&m, key_of(tmp, i));

		assert_non_null(e);
		assert_int_equal(e->value, i);
		assert_ptr_equal(e, &m.entries[i]);
		assert_ptr_equal(map_put(&m, key_of(tmp, i), 99, &is_new), e);
		assert_false(is_new);
		assert_int_equal(e->value, i);
	}
	assert_null(map_get(&m, STR("key-")));
	map_done(&m);
	map_done(&m);
	map_done(NULL);
}

static void stops_at_its_ceilings_but_still_finds(void **state)
{
	map m;
	bool is_new;

	map_init(&m, 2, 1 << 20);
	assert_non_null(map_put(&m, STR("a"), 1, NULL));
	assert_non_null(map_put(&m, STR("b"), 2, NULL));
	assert_null(map_put(&m, STR("c"), 3, &is_new));
	assert_int_equal(map_put(&m, STR("a"), 9, &is_new)->value, 1);
	assert_int_equal(m.len, 2);
	map_done(&m);

	map_init(&m, 100, 16); /* one key of up to 15 bytes */
	assert_non_null(map_put(&m, STR("a"), 1, NULL));
	assert_null(map_put(&m, STR("b"), 2, NULL));
	assert_null(map_get(&m, STR("b")));
	map_done(&m);
}

static void takes_any_bytes_as_key(void **state)
{
	map m;

	map_init(&m, 10, 1 << 10);
	assert_non_null(map_put(&m, (str){ 0 }, 7, NULL));
	assert_non_null(map_put(&m, STR("\0"), 8, NULL));
	assert_int_equal(map_get(&m, STR(""))->value, 7);
	assert_int_equal(map_get(&m, STR("\0"))->value, 8);
	map_done(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_what_was_put_in_insertion_order),
		cmocka_unit_test(stops_at_its_ceilings_but_still_finds),
		cmocka_unit_test(takes_any_bytes_as_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
