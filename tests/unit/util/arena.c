#include "unit.h"

#include "util/arena.h"

static void gives_zeroed_aligned_memory(void **state)
{
	arena a;
	static const size_t LENS[] = { 0, 1, 15, 16, 17, 16384, 16385, 3 << 20 };

	arena_init(&a, 64 << 20);
	for (int round = 0; round < 3; round++) {
		for (size_t i = 0; i < COUNT(LENS); i++) {
			unsigned char *p = arena_alloc(&a, LENS[i]);

			assert_non_null(p);
			assert_int_equal((uintptr_t)p % 16, 0);
			for (size_t k = 0; k < LENS[i]; k++)
				assert_int_equal(p[k], 0);
			if (LENS[i])
				memset(p, 0xAA, LENS[i]);
		}
		arena_clear(&a); /* the kept block is dirty now: the next round must see zeros again */
	}
	arena_done(&a);
}

static volatile size_t huge = SIZE_MAX; /* volatile: the compiler would object to the constant */

static void stops_at_its_ceiling(void **state)
{
	arena a;

	arena_init(&a, 100);
	assert_non_null(arena_alloc(&a, 96));
	assert_null(arena_alloc(&a, 16));
	assert_null(arena_alloc(&a, huge));
	assert_null(arena_alloc(&a, huge - 7));
	arena_clear(&a);
	assert_non_null(arena_alloc(&a, 96));
	arena_done(&a);
}

static void refuses_a_product_that_overflows(void **state)
{
	arena a;

	arena_init(&a, SIZE_MAX);
	assert_null(arena_array(&a, huge / 2, 3));
	assert_non_null(arena_array(&a, 10, 3));
	arena_done(&a);
}

static void copies_strings(void **state)
{
	arena a;
	str s;

	arena_init(&a, 1 << 20);
	s = arena_str(&a, STR("a\0b"));
	assert_int_equal(s.len, 3);
	assert_memory_equal(s.ptr, "a\0b", 4);
	s = arena_str(&a, (str){ 0 });
	assert_non_null(s.ptr);
	assert_int_equal(s.len, 0);
	s = arena_printf(&a, "%s-%d", "x", 42);
	CHECK_STR("printf", s, STR("x-42"));
	assert_int_equal(s.ptr[s.len], 0);
	arena_done(&a);
}

static void done_accepts_nothing(void **state)
{
	arena a = { 0 };

	arena_done(NULL);
	arena_done(&a);
	arena_init(&a, 10);
	arena_clear(&a);
	arena_done(&a);
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_zeroed_aligned_memory),
		cmocka_unit_test(stops_at_its_ceiling),
		cmocka_unit_test(refuses_a_product_that_overflows),
		cmocka_unit_test(copies_strings),
		cmocka_unit_test(done_accepts_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
