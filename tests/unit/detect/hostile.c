/* hostile.c - rules that want to break the reader of rules: the files of tests/hostile/rules with their
 * verdicts, and what is too large to be kept as a file. */
#include "unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "detect/bundle.h"
#include "detect/detect.h"
#include "util/limits.h"

static double now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static struct ruleset *compile(const buf *bundle)
{
	struct ruleset *rs = NULL;
	err e = { 0 };

	if (ruleset_new(&rs, str_bytes(buf_view(bundle)), &e) < 0)
		fail_msg("%s", e.text);
	return rs;
}

/* --- files ---------------------------------------------------------------------------------- */

static void folder(char out[4096])
{
	const char *source = getenv("SPOOR_SOURCE");

	snprintf(out, 4096, "%s/tests/hostile/rules", source ? source : ".");
}

/* Statuses of all documents of a file, and the last reason. */
static void verdict(const struct ruleset *rs, str name, buf *words, str *reason)
{
	static const char *const WORDS[] = { "ok", "rejected", "other" };

	*reason = STR("");
	for (size_t i = 0; i < ruleset_len(rs); i++) {
		const struct rule_info *info = ruleset_at(rs, i);

		if (!str_eq(str_basename(info->path), name))
			continue;
		if (words->len)
			buf_byte(words, ' ');
		buf_z(words, WORDS[info->status]);
		if (info->status != RULE_OK)
			*reason = info->reason;
	}
}

static void test_files(void **state)
{
	char dir[4096], path[4200], line[512];
	const char *paths[] = { dir };
	struct ruleset *rs;
	buf bundle = { 0 };
	err e = { 0 };
	FILE *f;

	folder(dir);
	if (rules_read(&bundle, paths, 1, &e) < 0)
		fail_msg("%s", e.text);
	rs = compile(&bundle);
	snprintf(path, sizeof path, "%s/expected.tsv", dir);
	f = fopen(path, "r");
	assert_non_null(f);
	while (fgets(line, sizeof line, f)) {
		str rest = str_of(line), name, want, why, got_why;
		buf got = { 0 };

		rest.len = strcspn(line, "\n");
		if (line[0] == '#')
			continue;
		name = str_cut(rest, '\t', &rest);
		want = str_cut(rest, '\t', &why);
		verdict(rs, name, &got, &got_why);
		if (!str_eq(buf_view(&got), want) || str_find(got_why, why) == SIZE_MAX)
			fail_msg("%.*s: want %.*s (%.*s), got %.*s (%.*s)", STR_ARG(name), STR_ARG(want),
				 STR_ARG(why), (int)got.len, got.ptr, STR_ARG(got_why));
		buf_done(&got);
	}
	fclose(f);
	ruleset_free(rs);
	buf_done(&bundle);
}

static void test_read_twice(void **state)
{
	char dir[4096];
	const char *paths[] = { dir, dir };
	buf once = { 0 }, twice = { 0 };
	err e = { 0 };

	folder(dir);
	assert_int_equal(rules_read(&once, paths, 1, &e), 0);
	assert_int_equal(rules_read(&twice, paths, 2, &e), 0);
	assert_true(str_eq(buf_view(&once), buf_view(&twice)));
	buf_done(&once);
	buf_done(&twice);
	paths[0] = "/nonexistent";
	assert_int_equal(rules_read(&once, paths, 1, &e), -1);
	assert_int_equal(e.code, ERR_IO);
	buf_done(&once);
}

static void test_bundle_damaged(void **state)
{
	char dir[4096];
	const char *paths[] = { dir };
	buf bundle = { 0 };
	struct ruleset *rs = NULL;
	err e = { 0 };

	folder(dir);
	assert_int_equal(rules_read(&bundle, paths, 1, &e), 0);
	assert_int_equal(ruleset_new(&rs, (bytes){ (const uint8_t *)"rubbish!", 8 }, &e), -1);
	assert_int_equal(e.code, ERR_CORRUPT);
	assert_int_equal(ruleset_new(&rs, (bytes){ (const uint8_t *)bundle.ptr, 30 }, &e), -1);
	assert_int_equal(e.code, ERR_CORRUPT);
	assert_int_equal(ruleset_new(&rs, (bytes){ 0 }, &e), 0);
	assert_int_equal(ruleset_len(rs), 0);
	ruleset_free(rs);
	buf_done(&bundle);
}

/* --- made here ------------------------------------------------------------------------------ */

static void repeat(buf *b, const char *text, unsigned n)
{
	while (n--)
		buf_z(b, text);
}

#define HEAD "title: t\nid: made\nlogsource: {product: windows}\ndetection:\n"

static void make_parentheses(buf *b)
{
	buf_z(b, HEAD "  s: {a: x}\n  condition: ");
	repeat(b, "(", 100000);
	buf_byte(b, 's');
	repeat(b, ")", 100000);
}

static void make_not(buf *b)
{
	buf_z(b, HEAD "  s: {a: x}\n  condition: ");
	repeat(b, "not ", 100000);
	buf_byte(b, 's');
}

static void make_or(buf *b)
{
	buf_z(b, HEAD "  s: {a: x}\n  condition: s");
	repeat(b, " or s", 100000);
}

static void make_identifiers(buf *b)
{
	buf_z(b, HEAD);
	for (unsigned i = 0; i < 100000; i++)
		buf_printf(b, "  s%u: {a: x}\n", i);
	buf_z(b, "  condition: 1 of them\n");
}

static void make_deep_list(buf *b)
{
	buf_z(b, "title: ");
	repeat(b, "[", 1000000);
}

static void make_deep_map(buf *b)
{
	buf_z(b, "title: ");
	repeat(b, "{a: ", 250000);
}

static void make_long_scalar(buf *b)
{
	buf_z(b, HEAD "  s: {a: ");
	repeat(b, "xxxxxxxxxxxxxxxx", 65536);
	buf_z(b, "}\n  condition: s\n");
}

static void make_many_values(buf *b)
{
	buf_z(b, HEAD "  s:\n    a:\n");
	for (unsigned i = 0; i < 1000000; i++)
		buf_printf(b, "      - v%u\n", i);
	buf_z(b, "  condition: s\n");
}

static void make_many_values_allowed(buf *b)
{
	buf_z(b, HEAD "  s:\n    a:\n");
	for (unsigned i = 0; i < 10000; i++)
		buf_printf(b, "      - value%u\n", i);
	buf_z(b, "  condition: s\n");
}

static void make_deep_selection(buf *b)
{
	buf_z(b, HEAD "  s: ");
	repeat(b, "[", 60);
	buf_z(b, "{a: x}");
	repeat(b, "]", 60);
	buf_z(b, "\n  condition: s\n");
}

static void make_regex_nest(buf *b)
{
	buf_z(b, HEAD "  s: {a|re: '");
	repeat(b, "(", 10000);
	repeat(b, ")", 10000);
	buf_z(b, "'}\n  condition: s\n");
}

static void make_stars(buf *b)
{
	buf_z(b, HEAD "  s: {a: '");
	repeat(b, "*a", 20000);
	buf_z(b, "'}\n  condition: s\n");
}

static const struct {
	const char *what;
	void (*make)(buf *b);
	enum rule_status want;
	const char *why;
} MADE[] = {
	{ "1e5 parentheses", make_parentheses, RULE_REJECTED, "nested too deep" },
	{ "1e5 times not", make_not, RULE_OK, "" },
	{ "1e5 operands", make_or, RULE_OK, "" },
	{ "1e5 identifiers", make_identifiers, RULE_REJECTED, "too many keys" },
	{ "1e6 lists deep", make_deep_list, RULE_REJECTED, "line 1" },
	{ "2.5e5 maps deep", make_deep_map, RULE_REJECTED, "line 1" },
	{ "a scalar of 1 MiB", make_long_scalar, RULE_REJECTED, "too long" },
	{ "1e6 values", make_many_values, RULE_REJECTED, "too large" },
	{ "1e4 values", make_many_values_allowed, RULE_OK, "" },
	{ "lists in a selection, 60 deep", make_deep_selection, RULE_OK, "" },
	{ "1e4 groups of an expression", make_regex_nest, RULE_REJECTED, "regular expression" },
	{ "2e4 stars", make_stars, RULE_OK, "" },
};

static void test_made(void **state)
{
	for (size_t i = 0; i < COUNT(MADE); i++) {
		buf text = { 0 }, bundle = { 0 };
		struct bundle_file f = { .path = STR("made.yml"), .name = STR("made.yml") };
		struct ruleset *rs;
		const struct rule_info *info;
		double from = now_s();

		MADE[i].make(&text);
		f.text = buf_view(&text);
		bundle_begin(&bundle);
		bundle_add(&bundle, &f);
		rs = compile(&bundle);
		info = ruleset_at(rs, 0);
		CHECK(MADE[i].what, info != NULL);
		if (info->status != MADE[i].want || str_find(info->reason, str_of(MADE[i].why)) == SIZE_MAX)
			fail_msg("%s: %d %.*s", MADE[i].what, info->status, STR_ARG(info->reason));
		CHECK(MADE[i].what, now_s() - from < 10);
		ruleset_free(rs);
		buf_done(&text);
		buf_done(&bundle);
	}
}

/* --- evaluation ----------------------------------------------------------------------------- */

static int note_id(void *ctx, const struct finding *f, err *e)
{
	buf *b = ctx;

	(void)e;
	buf_str(b, f->rule_id);
	buf_byte(b, ' ');
	return 0;
}

/* Findings of the hostile rules on one value of field a. */
static void evaluate(const struct ruleset *rs, str a, unsigned *ret_gaps, buf *ret_ids)
{
	struct schema_set *set = schema_set_new(NULL);
	const struct column cols[] = {
		{ .name = STR("a"),
		  .raw = STR("a"),
		  .path = STR("EventData/a"),
		  .slot = 0,
		  .section = SECTION_EVENTDATA },
	};
	const struct schema proto = {
		.family = FAMILY_WINDOWS, .reader = "test", .columns = cols, .ncolumns = 1, .nslots = 1
	};
	value v = value_utf8(a);
	event ev = { .schema = schema_set_add(set, &proto, NULL), .values = &v };
	struct detector *d;
	struct gap gap;
	err e = { 0 };

	assert_int_equal(detector_new(&d, rs, &e), 0);
	if (detector_event(d, &ev, note_id, ret_ids, &e) < 0)
		fail_msg("%s", e.text);
	*ret_gaps = 0;
	while (detector_take_gap(d, &gap)) {
		assert_int_equal(gap.kind, GAP_LIMIT);
		++*ret_gaps;
	}
	detector_free(d);
	schema_set_free(set);
}

static bool has(const buf *ids, const char *tail)
{
	return str_find(buf_view(ids), str_of(tail)) != SIZE_MAX;
}

static void test_evaluate(void **state)
{
	char dir[4096];
	const char *paths[] = { dir };
	buf bundle = { 0 }, text = { 0 }, ids = { 0 };
	struct ruleset *rs;
	unsigned gaps;
	double from = now_s();
	err e = { 0 };

	folder(dir);
	assert_int_equal(rules_read(&bundle, paths, 1, &e), 0);
	rs = compile(&bundle);

	/* a mebibyte that nested quantifiers cannot decide by trying: the linear engine does; the
	 * back-reference cannot be decided and is told */
	repeat(&text, "aaaaaaaaaaaaaaaa", 65536);
	buf_byte(&text, '!');
	evaluate(rs, buf_view(&text), &gaps, &ids);
	assert_false(has(&ids, "000000000007 "));
	assert_int_equal(gaps, 1);
	text.len--;
	buf_clear(&ids);
	evaluate(rs, buf_view(&text), &gaps, &ids);
	assert_true(has(&ids, "000000000007 "));
	assert_true(now_s() - from < 20);

	buf_clear(&ids);
	evaluate(rs,
		 STR("x /a \xE2\x80\x93"
		     "b -c /d -e /f -g /h -i /j -k /l -m /n -o /p -q /r -s \xE2\x80\x95"
		     "t y"),
		 &gaps, &ids);
	assert_true(has(&ids, "000000000008 "));
	assert_int_equal(gaps, 0);

	buf_clear(&ids);
	evaluate(rs, STR("C:\\x\\"), &gaps, &ids);
	assert_true(has(&ids, "000000000003 "));

	buf_clear(&ids);
	evaluate(rs, STR("x"), &gaps, &ids);
	assert_true(has(&ids, "000000000013 "));
	assert_true(has(&ids, "no_id.yml "));
	ruleset_free(rs);
	buf_done(&bundle);
	buf_done(&text);
	buf_done(&ids);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_files),          cmocka_unit_test(test_read_twice),
		cmocka_unit_test(test_bundle_damaged), cmocka_unit_test(test_made),
		cmocka_unit_test(test_evaluate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
