#include "unit.h"

#include "util/vec.h"

struct point {
	int x, y;
};

static void grows_zeroed_to_its_ceiling(void **state)
{
	VEC(struct point) v = { 0 };
	enum { MAX = 100 };

	for (int i = 0; i < MAX; i++) {
		struct point *p = VEC_PUSH(&v, MAX);

		assert_non_null(p);
		assert_true(p->x == 0 && p->y == 0);
		*p = (struct point){ i, -i };
	}
	assert_null(VEC_PUSH(&v, MAX));
	assert_int_equal(v.len, MAX);
	for (int i = 0; i < MAX; i++)
		assert_true(v.at[i].x == i && v.at[i].y == -i);
	VEC_DONE(&v);
	assert_int_equal(v.len, 0);
	assert_null(v.at);
	VEC_DONE(&v);
}

static void refuses_a_size_that_overflows(void **state)
{
	void *at = NULL;
	size_t cap = 0;

	assert_false(vec_grow(&at, 0, &cap, SIZE_MAX / 2, SIZE_MAX));
	assert_null(at);
	assert_int_equal(cap, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grows_zeroed_to_its_ceiling),
		cmocka_unit_test(refuses_a_size_that_overflows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
