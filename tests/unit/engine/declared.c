/* What the analyst declares about items: which paths it fits, and its way through a message. */
#include "unit.h"

#include "engine/declared.h"

static const struct {
	const char *paths, *path;
	bool fits;
} FITS[] = {
	{ "", "anything", true },
	{ "mx01", "e/mx01/x.log", true },
	{ "mx02", "e/mx01/x.log", false },
	{ "*.log", "e/mx01/x.log", true },
	{ "*.log", "e/mx01/x.logs", false },
	{ "e/*/x.log", "e/a/b/x.log", true },
	{ "e/?/x.log", "e/a/x.log", true },
	{ "e/?/x.log", "e/ab/x.log", false },
	{ "*a*b*c*", "xxaxxbxxcxx", true },
	{ "*a*b*c", "xxaxxbxxcxx", false },
	{ "*", "", true },
	{ "?", "", false },
};

static void fits(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(FITS); i++)
		CHECK(FITS[i].paths,
		      declared_fits(str_of(FITS[i].paths), str_of(FITS[i].path)) == FITS[i].fits);
}

static const struct zone_step STEPS[] = { { INT64_MIN / 2, 28800 }, { 1000, -3600 } };
static const struct time_zone ZONE = { STEPS, COUNT(STEPS) }, OTHER = { STEPS, 1 };

#define NO_SOURCE { { "", 0 }, { "", 0 }, { "", 0 } }

static void first_counts(void **state)
{
	const struct engine_declared d[] = {
		{ STR("mx01"), &OTHER, { 0 }, { STR("linux"), { "", 0 }, STR("auditd") } },
		{ STR("mx"), &ZONE, STR("gbk"), NO_SOURCE },
		{ STR(""), NULL, STR("cp1251"), { { "", 0 }, STR("webserver"), { "", 0 } } },
	};
	struct reader_env env = { .path = STR("e/mx01/a") };

	(void)state;
	declared_apply(d, COUNT(d), &env);
	assert_true(env.zone == &OTHER);
	CHECK_STR("coding", env.coding, STR("gbk"));
	env = (struct reader_env){ .path = STR("e/dc01/a") };
	declared_apply(d, COUNT(d), &env);
	assert_true(env.zone == NULL);
	CHECK_STR("coding", env.coding, STR("cp1251"));
	CHECK_STR("service", declared_source(d, COUNT(d), STR("e/mx01/a"))->service, STR("auditd"));
	CHECK_STR("category", declared_source(d, COUNT(d), STR("e/mx02/a"))->category, STR("webserver"));
	assert_true(declared_source(d, 2, STR("e/mx02/a")) == NULL);
}

static void there_and_back(void **state)
{
	const struct engine_declared d[] = { { STR("*.log"), &ZONE, STR("gbk"), NO_SOURCE },
					     { STR("x"),
					       NULL,
					       { "", 0 },
					       { STR("zeek"), { "", 0 }, STR("conn") } } };
	Wire__Setup m = WIRE__SETUP__INIT;
	struct engine_declared *got;
	size_t n;
	arena mem;
	err e = { 0 };

	(void)state;
	arena_init(&mem, 1 << 20);
	assert_int_equal(declared_pack(&m, d, COUNT(d), &mem, &e), 0);
	assert_int_equal(declared_unpack(&m, &got, &n, &mem, &e), 0);
	assert_int_equal(n, 2);
	CHECK_STR("paths", got[0].paths, STR("*.log"));
	CHECK_STR("coding", got[0].coding, STR("gbk"));
	assert_int_equal(got[0].zone->nsteps, 2);
	assert_int_equal(got[0].zone->steps[1].offset_s, -3600);
	assert_true(got[1].zone == NULL && got[1].coding.len == 0);
	assert_true(declared_source(got, 1, STR("a.log")) == NULL);
	assert_true(logsource_triple_eq(declared_source(got, 2, STR("x")), &d[1].source));
	m.declared[0]->n_zone_offset = 1; /* a zone without an offset for each step */
	assert_int_equal(declared_unpack(&m, &got, &n, &mem, &e), -1);
	assert_int_equal(e.code, ERR_CORRUPT);
	arena_done(&mem);
	arena_init(&mem, 16);
	assert_int_equal(declared_pack(&m, d, COUNT(d), &mem, &e), -1);
	assert_int_equal(e.code, ERR_OOM);
	arena_done(&mem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fits),
		cmocka_unit_test(first_counts),
		cmocka_unit_test(there_and_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
