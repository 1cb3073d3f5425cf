/* Sorting in bounded memory: order, ties, spilling and merging of many levels. */
#include "unit.h"

#include <stdlib.h>

#include "util/sorter.h"

static uint32_t next_random(uint32_t *x)
{
	*x ^= *x << 13;
	*x ^= *x >> 17;
	*x ^= *x << 5;
	return *x;
}

/* n records with keys of few values; the payload is the sequence number. */
static void check_sorted(size_t n, size_t mem, bool want_spill)
{
	struct sorter *s;
	uint32_t x = 12345;
	bytes key, payload;
	uint64_t got = 0, last_key = 0, last_seq = 0;
	buf b = { 0 };
	int rc;

	assert_int_equal(sorter_new(&s, mem, NULL), 0);
	for (uint64_t i = 0; i < n; i++) {
		buf_clear(&b);
		sorter_key_u64(&b, next_random(&x) % 1000);
		assert_int_equal(sorter_add(s, str_bytes(buf_view(&b)),
					    (bytes){ (const uint8_t *)&i, sizeof i }, NULL),
				 0);
	}
	assert_int_equal(sorter_spilled(s), want_spill);
	assert_int_equal(sorter_len(s), n);
	while ((rc = sorter_next(s, &key, &payload, NULL)) > 0) {
		uint64_t k = 0, seq;

		assert_int_equal(key.len, 8);
		for (int i = 0; i < 8; i++)
			k = k << 8 | key.ptr[i];
		memcpy(&seq, payload.ptr, sizeof seq);
		if (got)
			assert_true(k > last_key || (k == last_key && seq > last_seq));
		last_key = k;
		last_seq = seq;
		got++;
	}
	assert_int_equal(rc, 0);
	assert_int_equal(got, n);
	assert_int_equal(sorter_next(s, &key, &payload, NULL), 0);
	sorter_free(s);
	buf_done(&b);
}

static void test_sizes(void **state)
{
	check_sorted(0, 1 << 20, false);
	check_sorted(1, 1 << 20, false);
	check_sorted(10000, 1 << 24, false);
	check_sorted(10000, 16384, true);
	check_sorted(100000, 2000, true); /* thousands of runs: several levels of merging */
}

static void test_long_records_survive_the_disk(void **state)
{
	struct sorter *s;
	bytes key, payload;
	uint8_t *big = malloc(300000);

	assert_non_null(big);
	assert_int_equal(sorter_new(&s, 1000, NULL), 0);
	for (int i = 0; i < 50; i++) {
		uint8_t k = (uint8_t)(49 - i);

		memset(big, i, 300000);
		assert_int_equal(sorter_add(s, (bytes){ &k, 1 }, (bytes){ big, 300000 - (size_t)i }, NULL),
				 0);
	}
	for (int i = 0; i < 50; i++) {
		assert_int_equal(sorter_next(s, &key, &payload, NULL), 1);
		assert_int_equal(key.ptr[0], i);
		assert_int_equal(payload.len, 300000 - (49 - i));
		assert_int_equal(payload.ptr[payload.len - 1], 49 - i);
	}
	assert_int_equal(sorter_next(s, &key, &payload, NULL), 0);
	free(big);
	sorter_free(s);
}

static void test_key_parts_compare_as_tuples(void **state)
{
	static const struct {
		const char *what;
		str a1, a2, b1, b2;
	} T[] = {
		{ "prefix first", { "a", 1 }, { "z", 1 }, { "ab", 2 }, { "a", 1 } },
		{ "empty first", { "", 0 }, { "z", 1 }, { "a", 1 }, { "", 0 } },
		{ "NUL is a byte, not an end", { "a\0", 2 }, { "a", 1 }, { "a\1", 2 }, { "", 0 } },
		{ "shorter before NUL", { "a", 1 }, { "z", 1 }, { "a\0", 2 }, { "", 0 } },
		{ "second part decides", { "a\0b", 3 }, { "a", 1 }, { "a\0b", 3 }, { "b", 1 } },
	};

	for (size_t i = 0; i < COUNT(T); i++) {
		buf a = { 0 }, b = { 0 };

		sorter_key_str(&a, T[i].a1);
		sorter_key_str(&a, T[i].a2);
		sorter_key_str(&b, T[i].b1);
		sorter_key_str(&b, T[i].b2);
		CHECK(T[i].what, str_cmp(buf_view(&a), buf_view(&b)) < 0);
		buf_done(&a);
		buf_done(&b);
	}
}

static void test_signed_keys(void **state)
{
	static const int64_t IN_ORDER[] = { INT64_MIN, -2, -1, 0, 1, INT64_MAX };

	for (size_t i = 1; i < COUNT(IN_ORDER); i++) {
		buf a = { 0 }, b = { 0 };

		sorter_key_i64(&a, IN_ORDER[i - 1]);
		sorter_key_i64(&b, IN_ORDER[i]);
		assert_true(str_cmp(buf_view(&a), buf_view(&b)) < 0);
		buf_done(&a);
		buf_done(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_long_records_survive_the_disk),
		cmocka_unit_test(test_key_parts_compare_as_tuples),
		cmocka_unit_test(test_signed_keys),
	};

	return cmocka_run_group_tests_name("sorter", tests, NULL, NULL);
}
