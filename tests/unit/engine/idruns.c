/* Missing record ids: over files, wrapped logs, logs that began again. */
#include "unit.h"

#include "engine/idruns.h"
#include "util/buf.h"

enum { RUNS_MAX = 6 };

static const struct {
	const char *what;
	struct idrun runs[RUNS_MAX];
	const char *want; /* "from-to lost item;" */
} T[] = {
	{ "one run", { { 1, 10, 1, 10, 1 } }, "" },
	{ "nothing is missing before the first id", { { 500, 510, 1, 10, 1 } }, "" },
	{ "a hole", { { 1, 10, 1, 10, 1 }, { 15, 20, 15, 20, 1 } }, "11-14 4 1;" },
	{ "another file fills the hole",
	  { { 1, 10, 1, 10, 1 }, { 15, 20, 15, 20, 1 }, { 11, 14, 11, 14, 2 } },
	  "" },
	{ "it fills a part of the hole",
	  { { 1, 10, 1, 10, 1 }, { 15, 20, 15, 20, 1 }, { 12, 13, 12, 13, 2 } },
	  "11-11 1 1;14-14 1 2;" },
	{ "a wrapped log: new ids lie before old ones",
	  { { 100, 150, 100, 150, 1 }, { 50, 99, 50, 99, 1 } },
	  "" },
	{ "a copy of the same log", { { 1, 10, 1, 10, 1 }, { 1, 10, 1, 10, 2 } }, "" },
	{ "a later copy holds more", { { 1, 10, 1, 10, 1 }, { 5, 20, 5, 20, 2 } }, "" },
	{ "ids begin again later",
	  { { 900, 1000, 1, 10, 1 }, { 1, 50, 20, 30, 2 }, { 60, 70, 40, 50, 2 } },
	  "51-59 9 2;" },
	{ "clock set back inside a log", { { 1, 100, 1000, 2000, 1 }, { 101, 200, 500, 1500, 1 } }, "" },
	{ "the largest id",
	  { { UINT64_MAX - 1, UINT64_MAX, 1, 2, 1 }, { 1, 2, 0, 0, 1 } },
	  "3-18446744073709551613 18446744073709551611 1;" },
};

static int note(void *ctx, const struct gap *g, err *e)
{
	buf_printf(ctx, "%llu-%llu %llu %u;", (unsigned long long)g->from, (unsigned long long)g->to,
		   (unsigned long long)g->lost, g->item);
	return 0;
}

static void test_table(void **state)
{
	for (size_t i = 0; i < COUNT(T); i++) {
		struct idruns r;
		buf got = { 0 };

		idruns_init(&r);
		for (size_t k = 0; k < RUNS_MAX && T[i].runs[k].last; k++)
			assert_int_equal(idruns_add(&r, STR("h"), STR("c"), &T[i].runs[k], NULL), 0);
		assert_int_equal(idruns_gaps(&r, note, &got, NULL), 0);
		CHECK_STR(T[i].what, buf_view(&got), str_of(T[i].want));
		buf_done(&got);
		idruns_done(&r);
	}
}

static void test_channels_and_computers_are_apart(void **state)
{
	static const struct idrun A = { 1, 10, 1, 10, 1 }, B = { 20, 30, 20, 30, 1 };
	struct idruns r;
	buf got = { 0 };

	idruns_init(&r);
	idruns_add(&r, STR("h"), STR("c"), &A, NULL);
	idruns_add(&r, STR("h"), STR("d"), &B, NULL);
	idruns_add(&r, STR("i"), STR("c"), &B, NULL);
	idruns_add(&r, STR("hc"), STR(""), &B, NULL);
	assert_int_equal(idruns_gaps(&r, note, &got, NULL), 0);
	assert_int_equal(got.len, 0);
	idruns_done(&r);
}

static void test_pieces_of_one_run_join(void **state)
{
	struct idruns r;

	idruns_init(&r);
	for (uint64_t i = 0; i < 1000; i++) {
		struct idrun run = { i * 10 + 1, i * 10 + 10, (int64_t)i, (int64_t)i, 1 };

		idruns_add(&r, STR("h"), STR("c"), &run, NULL);
	}
	assert_int_equal(r.total, 1);
	idruns_done(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_channels_and_computers_are_apart),
		cmocka_unit_test(test_pieces_of_one_run_join),
	};

	return cmocka_run_group_tests_name("idruns", tests, NULL, NULL);
}
