/* The fact table: limits, order, references; and the normalisers of values. */
#include "unit.h"

#include "facts/facts_priv.h"
#include "util/limits.h"

static struct fact fact_of(enum fact_kind kind, const char *host, const char *object)
{
	struct fact f = { .kind = kind, .first_ns = 1, .last_ns = 1, .count = 1 };

	f.attr[FA_HOST] = str_of(host);
	f.attr[FA_OBJECT] = str_of(object);
	return f;
}

static void test_merge_widens(void **state)
{
	struct fact_table *t;
	struct fact f = fact_of(FACT_FILE_WRITE, "h", "o");
	const struct fact *got;

	(void)state;
	assert_int_equal(fact_table_new(&t, NULL), 0);
	f.first_ns = f.last_ns = TIME_NONE;
	f.count = UINT64_MAX - 1;
	for (uint64_t i = 0; i < 7; i++) {
		f.refs[0] = (struct event_ref){ (uint32_t)(i % 2), 100 - i / 3, 0 };
		f.nrefs = 1;
		assert_int_equal(fact_table_merge(t, &f, NULL), 0);
	}
	f.first_ns = -5;
	f.last_ns = 9;
	assert_int_equal(fact_table_merge(t, &f, NULL), 0);
	assert_int_equal(fact_table_len(t), 1);
	assert_int_equal(fact_table_sort(t, NULL), 0);
	got = fact_table_at(t, 0);
	assert_true(got->count == UINT64_MAX); /* stops, never wraps */
	assert_true(got->first_ns == -5 && got->last_ns == 9);
	assert_int_equal(got->nrefs, FACT_REFS);
	assert_true(got->refs[0].item == 0 && got->refs[0].offset == 98);
	assert_true(got->refs[1].offset == 99 && got->refs[2].offset == 100);
	assert_true(got->refs[3].item == 1 && got->refs[3].offset == 99);
	assert_null(fact_table_at(t, 1));
	fact_table_free(t);
}

static void test_order_is_fact_cmp(void **state)
{
	static const char *const NAMES[] = { "", "a", "aa", "b", "\xC3\xA9", "B" };
	struct fact_table *t;
	struct fact prev;
	char keep[2][8];

	(void)state;
	assert_int_equal(fact_table_new(&t, NULL), 0);
	for (size_t i = 0; i < COUNT(NAMES); i++)
		for (size_t k = 0; k < COUNT(NAMES); k++)
			for (int kind = 3; kind >= 2; kind--) {
				struct fact f = fact_of((enum fact_kind)kind, NAMES[i], NAMES[k]);

				assert_int_equal(fact_table_merge(t, &f, NULL), 0);
			}
	assert_int_equal(fact_table_len(t), 2 * COUNT(NAMES) * COUNT(NAMES));
	assert_int_equal(fact_table_sort(t, NULL), 0);
	for (size_t i = 0; i < fact_table_len(t); i++) {
		const struct fact *f = fact_table_at(t, i);

		if (i)
			assert_true(fact_cmp(&prev, f) < 0);
		prev = *f;
		for (int a = 0; a < 2; a++) {
			enum fact_attr attr = a ? FA_OBJECT : FA_HOST;

			memcpy(keep[a], f->attr[attr].ptr, f->attr[attr].len);
			prev.attr[attr] = (str){ keep[a], f->attr[attr].len };
		}
	}
	fact_table_free(t);
}

static void test_limits(void **state)
{
	struct fact_table *t;
	char name[32], longer[LIMIT_FACT_VALUE + 100];
	struct fact f;
	err e = { 0 };
	int rc = 0;
	size_t n = 0;
	bool told = false;

	(void)state;
	assert_int_equal(fact_table_new(&t, NULL), 0);
	memset(longer, 'x', sizeof longer);
	memcpy(longer + LIMIT_FACT_VALUE - 4, "\xE4\xB8\xAD", 3); /* would be cut in its middle */
	f = fact_of(FACT_FILE_WRITE, "h", "");
	f.attr[FA_OBJECT] = (str){ longer, sizeof longer };
	assert_int_equal(fact_table_merge(t, &f, NULL), 0);
	assert_int_equal(fact_table_sort(t, NULL), 0);
	f.attr[FA_OBJECT] = fact_table_at(t, 0)->attr[FA_OBJECT];
	assert_true(f.attr[FA_OBJECT].len <= LIMIT_FACT_VALUE);
	assert_true(str_ends(f.attr[FA_OBJECT], STR("xxx\xE2\x80\xA6")));
	assert_int_equal(fact_table_merge(t, &f, NULL), 0);
	assert_int_equal(fact_table_len(t), 1); /* cutting twice changes nothing */

	while (rc == 0 && n < 2 * LIMIT_FACTS) {
		snprintf(name, sizeof name, "object %zu", n++);
		f = fact_of(FACT_FILE_WRITE, "h", name);
		rc = fact_table_merge(t, &f, &e);
		if (rc == 0 && !told && fact_table_full(t)) {
			told = true;
			assert_true(n <= LIMIT_FACTS_SOFT);
		}
	}
	assert_int_equal(rc, -1);
	assert_int_equal(e.code, ERR_LIMIT);
	assert_true(told);
	fact_table_clear(t);
	assert_int_equal(fact_table_len(t), 0);
	assert_false(fact_table_full(t));
	assert_int_equal(fact_table_merge(t, &f, NULL), 0);
	f.kind = FACT_KINDS;
	e = (err){ 0 };
	assert_int_equal(fact_table_merge(t, &f, &e), -1);
	assert_int_equal(e.code, ERR_ARG);
	fact_table_free(t);
}

static void test_addresses(void **state)
{
	static const struct {
		const char *in, *want;
	} T[] = {
		{ "10.1.2.3", "10.1.2.3" },
		{ "::ffff:10.1.2.3", "10.1.2.3" },
		{ "::FFFF:10.1.2.3", "10.1.2.3" },
		{ "10.1.2.3:55123", "10.1.2.3" },
		{ "[2001:DB8::1]:3389", "2001:db8::1" },
		{ "2001:db8:0:0::1", "2001:db8::1" },
		{ "fe80::1%12", "fe80::1" },
		{ "::1", "::1" },
		{ "-", "" },
		{ "", "" },
		{ "::", "" },
		{ "0.0.0.0", "" },
		{ "LOCAL", "" },
		{ "not an address", "not an address" },
		{ "[", "" },
		{ ":::::::", ":::::::" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(T); i++) {
		buf out = { 0 };

		fact_text_ip(str_of(T[i].in), &out);
		CHECK_STR(T[i].in, buf_view(&out), str_of(T[i].want));
		buf_done(&out);
	}
}

static void test_tasks(void **state)
{
	static const struct {
		const char *in, *want;
	} T[] = {
		{ "<Exec><Command>a</Command></Exec>", "a" },
		{ "<Exec><Command> a </Command><Arguments>-b &lt;c&gt;</Arguments></Exec>", "a -b <c>" },
		{ "<ComHandler><ClassId>{1}</ClassId></ComHandler>", "class {1}" },
		{ "<Exec><Command>cut here", "cut here" },
		{ "<Exec>", "" },
		{ "", "" },
		{ "&amp", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(T); i++) {
		buf out = { 0 };

		fact_text_task(str_of(T[i].in), &out);
		CHECK_STR(T[i].in, buf_view(&out), str_of(T[i].want));
		buf_done(&out);
	}
}

static void test_names(void **state)
{
	(void)state;
	for (int i = 0; i < FACT_KINDS; i++) {
		assert_non_null(fact_kind_name((enum fact_kind)i));
		for (int k = 0; k < i; k++)
			assert_string_not_equal(fact_kind_name((enum fact_kind)i),
						fact_kind_name((enum fact_kind)k));
	}
	for (int i = 0; i < FA_COUNT; i++)
		assert_non_null(fact_attr_name((enum fact_attr)i));
	assert_null(fact_kind_name(FACT_KINDS));
	assert_null(fact_attr_name(FA_COUNT));
	assert_true(fact_rules_len() > 80);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_merge_widens), cmocka_unit_test(test_order_is_fact_cmp),
		cmocka_unit_test(test_limits),       cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_tasks),        cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
