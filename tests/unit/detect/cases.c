/* cases.c - the hand cases of cases.tsv against every way to evaluate: walking the rule, bound to the event's kind,
 * and that with rules from an image; values as UTF-16 and as UTF-8. */
#include "maker.h"
#include "maker_rules.h"

static int count(void *ctx, const struct finding *f, err *e)
{
	(void)f, (void)e;
	++*(int *)ctx;
	return 0;
}

enum way { NAIVE, FAST, THAWED, WAYS };

/* How many findings one event gives. */
static int evaluate(const struct ruleset *rs, const event *ev, enum way way)
{
	struct detector *d;
	err e = { 0 };
	int n = 0;

	if (detector_new(&d, rs, &e) < 0)
		fail_msg("%s", e.text);
	detector_set_naive(d, way == NAIVE);
	for (int i = 0; i < 2; i++) /* the second time by what was remembered */
		if (detector_event(d, ev, count, &n, &e) < 0)
			fail_msg("%s", e.text);
	detector_free(d);
	assert_int_equal(n % 2, 0);
	return n / 2;
}

/* In all ways; false, and said why, where one is wrong. */
static bool run_case(const char *what, const char *detection, const char *text, const char *want)
{
	buf bundle = { 0 };
	struct ruleset *rs, *thawed;
	void *image;
	bool refused, good;

	bundle_begin(&bundle);
	add_rule(&bundle, "case", "windows", detection);
	rs = make_rules(&bundle);
	thawed = thawed_copy(rs, &image);
	refused = ruleset_at(rs, 0)->status != RULE_OK;
	good = refused == (strcmp(want, "reject") == 0);
	if (!good)
		print_message("# %s: %s: %.*s\n", what, refused ? "refused" : "not refused",
			      STR_ARG(ruleset_at(rs, 0)->reason));
	for (int i = 0; i < 2 * WAYS && !refused; i++) {
		struct maker m = { .utf16 = i >= WAYS };
		struct schema_set *set = schema_set_new(NULL);
		event ev;
		int got;

		arena_init(&m.mem, 1 << 20);
		ev = make_event(&m, set, text);
		got = evaluate(i % WAYS == THAWED ? thawed : rs, &ev, (enum way)(i % WAYS));
		if (got != (want[0] == '1') && good)
			print_message("# %s (way %d): got %d: %s <- %s\n", what, i, got, detection, text);
		good &= got == (want[0] == '1');
		schema_set_free(set);
		arena_done(&m.mem);
	}
	ruleset_free(thawed);
	free(image);
	ruleset_free(rs);
	return good;
}

static void test_cases(void **state)
{
	const char *source = getenv("SPOOR_SOURCE");
	char path[4096], line[4096];
	unsigned n = 0, bad = 0;
	FILE *f;

	snprintf(path, sizeof path, "%s/tests/unit/detect/cases.tsv", source ? source : ".");
	f = fopen(path, "r");
	assert_non_null(f);
	while (fgets(line, sizeof line, f)) {
		char *what = line, *detection, *text, *want;

		line[strcspn(line, "\n")] = 0;
		if (line[0] == '#' || line[0] == 0)
			continue;
		detection = strchr(what, '\t');
		text = detection ? strchr(detection + 1, '\t') : NULL;
		want = text ? strchr(text + 1, '\t') : NULL;
		if (!want)
			fail_msg("cases.tsv: columns missing: %s", line);
		*detection++ = *text++ = *want++ = 0;
		bad += !run_case(what, detection, text, want);
		n++;
	}
	fclose(f);
	print_message("# %u cases in %d ways\n", n, 2 * WAYS);
	assert_true(n > 900);
	assert_int_equal(bad, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_cases) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
