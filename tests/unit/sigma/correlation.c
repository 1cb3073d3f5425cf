/* correlation.c - correlation documents: what is taken, what is refused and why. */
#include "unit/unit.h"

#include "sigma/correlation.h"
#include "util/limits.h"

#define DOC(body) "title: t\ncorrelation:\n" body
#define COUNT_OF "  type: event_count\n  rules: [a, b]\n  timespan: 5m\n"

/* Parse a document; its memory is mem's. */
static int parse(const char *text, arena *mem, struct sigma_correlation *ret, err *e)
{
	const struct ynode *root = NULL;

	if (yaml_tree_parse(&root, str_of(text), 1, mem, e) < 0)
		fail_msg("no YAML: %s", e->text);
	return sigma_correlation_parse(root, mem, ret, e);
}

static const struct {
	const char *what, *text;
	enum corr_type type;
	uint32_t nrules, ngroup, nfields, naliases, nbounds;
	int64_t span_s; /* -1: endless */
	bool generate;
} GOOD[] = {
	{ "all in lists", DOC(COUNT_OF "  group-by: [u, v]\n  condition: {gte: 10}\n"), CORR_EVENT_COUNT, 2,
	  2, 0, 0, 1, 300, false },
	{ "one rule, one group as texts",
	  DOC("  type: event_count\n  rules: a\n  group-by: u\n  timespan: 1d\n  condition: {gt: 1}\n"),
	  CORR_EVENT_COUNT, 1, 1, 0, 0, 1, 86400, false },
	{ "no group", DOC(COUNT_OF "  condition: {eq: 0}\n"), CORR_EVENT_COUNT, 2, 0, 0, 0, 1, 300, false },
	{ "an empty group", DOC(COUNT_OF "  group-by: []\n  condition: {eq: 0}\n"), CORR_EVENT_COUNT, 2, 0, 0,
	  0, 1, 300, false },
	{ "a range", DOC(COUNT_OF "  condition: {gt: 100, lte: 200}\n"), CORR_EVENT_COUNT, 2, 0, 0, 0, 2, 300,
	  false },
	{ "temporal without condition means all",
	  DOC("  type: temporal\n  rules: [a, b, c]\n  timespan: 0s\n"), CORR_TEMPORAL, 3, 0, 0, 0, 1, 0,
	  false },
	{ "ordered, with what it means anyway",
	  DOC("  type: temporal_ordered\n  rules: [a, b]\n  timespan: 2h\n  condition: {gte: 2}\n"),
	  CORR_TEMPORAL_ORDERED, 2, 0, 0, 0, 1, 7200, false },
	{ "aliases",
	  DOC("  type: temporal\n  rules: [a, b]\n  group-by: ip\n  timespan: 10s\n"
	      "  aliases: {ip: {a: destination.ip, b: source.ip}, x: {a: y}}\n"),
	  CORR_TEMPORAL, 2, 1, 0, 3, 1, 10, false },
	{ "several fields",
	  DOC("  type: value_count\n  rules: a\n  timespan: 1h\n  condition: {gte: 2, field: [u, v]}\n"),
	  CORR_VALUE_COUNT, 1, 0, 2, 0, 1, 3600, false },
	{ "a percentile",
	  DOC("  type: value_percentile\n  rules: a\n  timespan: 1h\n  condition: {lte: 1.5, field: n, percentile: 99.9}\n"),
	  CORR_VALUE_PERCENTILE, 1, 0, 1, 0, 1, 3600, false },
	{ "quoted numbers", DOC(COUNT_OF "  condition: {gte: '10'}\n"), CORR_EVENT_COUNT, 2, 0, 0, 0, 1, 300,
	  false },
	{ "generate inside", DOC(COUNT_OF "  generate: true\n  condition: {gte: 1}\n"), CORR_EVENT_COUNT, 2,
	  0, 0, 0, 1, 300, true },
	{ "generate outside", DOC(COUNT_OF "  condition: {gte: 1}\ngenerate: true\n"), CORR_EVENT_COUNT, 2, 0,
	  0, 0, 1, 300, true },
	{ "a timespan beyond all times", DOC("  type: temporal\n  rules: a\n  timespan: 99999999d\n"),
	  CORR_TEMPORAL, 1, 0, 0, 0, 1, -1, false },
	{ "a timespan beyond all numbers",
	  DOC("  type: temporal\n  rules: a\n  timespan: 99999999999999999999999999s\n"), CORR_TEMPORAL, 1, 0,
	  0, 0, 1, -1, false },
};

static void test_good(void **state)
{
	for (size_t i = 0; i < COUNT(GOOD); i++) {
		struct sigma_correlation c;
		err e = { 0 };
		arena mem;

		arena_init(&mem, LIMIT_SIGMA_BYTES);
		if (parse(GOOD[i].text, &mem, &c, &e) < 0)
			fail_msg("%s: %s", GOOD[i].what, e.text);
		CHECK(GOOD[i].what, c.terms.type == GOOD[i].type);
		CHECK(GOOD[i].what, c.rules.len == GOOD[i].nrules && c.terms.nrules == GOOD[i].nrules);
		CHECK(GOOD[i].what, c.group_by.len == GOOD[i].ngroup);
		CHECK(GOOD[i].what, c.fields.len == GOOD[i].nfields);
		CHECK(GOOD[i].what, c.naliases == GOOD[i].naliases);
		CHECK(GOOD[i].what, c.terms.nbounds == GOOD[i].nbounds);
		CHECK(GOOD[i].what, c.generate == GOOD[i].generate);
		CHECK(GOOD[i].what,
		      c.terms.span_ns == (GOOD[i].span_s < 0 ? INT64_MAX : GOOD[i].span_s * 1000000000));
		arena_done(&mem);
	}
}

static const struct {
	const char *what, *text, *why;
} BAD[] = {
	{ "no map", "title: t\ncorrelation: x\n", "line 2: correlation must be a map" },
	{ "no type", DOC("  rules: a\n  timespan: 1m\n"), "without type" },
	{ "unknown type", DOC("  type: near\n  rules: a\n  timespan: 1m\n"), "line 3: unknown type" },
	{ "no rules", DOC("  type: temporal\n  timespan: 1m\n"), "without rules" },
	{ "rules in a map", DOC("  type: temporal\n  rules: {a: b}\n  timespan: 1m\n"),
	  "line 4: rules must be" },
	{ "an empty rule", DOC("  type: temporal\n  rules: [a, '']\n  timespan: 1m\n"), "rules must be" },
	{ "a rule twice", DOC("  type: temporal\n  rules: [a, b, a]\n  timespan: 1m\n"),
	  "\"a\" stands twice" },
	{ "no timespan", DOC("  type: temporal\n  rules: a\n"), "without timespan" },
	{ "weeks", DOC("  type: temporal\n  rules: a\n  timespan: 2w\n"), "line 5: a timespan is" },
	{ "no unit", DOC("  type: temporal\n  rules: a\n  timespan: 10\n"), "a timespan is" },
	{ "no number", DOC("  type: temporal\n  rules: a\n  timespan: m\n"), "a timespan is" },
	{ "a unit in capitals", DOC("  type: temporal\n  rules: a\n  timespan: 1M\n"), "a timespan is" },
	{ "two units", DOC("  type: temporal\n  rules: a\n  timespan: 1h30m\n"), "a timespan is" },
	{ "negative timespan", DOC("  type: temporal\n  rules: a\n  timespan: -1m\n"), "a timespan is" },
	{ "no condition", DOC(COUNT_OF), "event_count needs a condition" },
	{ "a condition without operator",
	  DOC("  type: value_sum\n  rules: a\n  timespan: 1m\n  condition: {field: x}\n"),
	  "needs a condition" },
	{ "a text as condition",
	  DOC("  type: temporal\n  rules: [a, b]\n  timespan: 1m\n  condition: a and not b\n"),
	  "line 6: the condition of a correlation must be a map" },
	{ "unknown operator", DOC(COUNT_OF "  condition: {ge: 1}\n"), "unknown operator \"ge\"" },
	{ "no number to compare with", DOC(COUNT_OF "  condition: {gte: many}\n"), "gte needs a number" },
	{ "a number beyond reason", DOC(COUNT_OF "  condition: {gte: 1000000000000000000000000}\n"),
	  "needs a number" },
	{ "no field", DOC("  type: value_count\n  rules: a\n  timespan: 1m\n  condition: {gte: 1}\n"),
	  "takes a field" },
	{ "a field too much", DOC(COUNT_OF "  condition: {gte: 1, field: x}\n"), "takes no field" },
	{ "a sum of two fields",
	  DOC("  type: value_sum\n  rules: a\n  timespan: 1m\n  condition: {gte: 1, field: [x, y]}\n"),
	  "takes one field" },
	{ "a percentile of a sum",
	  DOC("  type: value_sum\n  rules: a\n  timespan: 1m\n  condition: {gte: 1, field: x, percentile: 5}\n"),
	  "takes no percentile" },
	{ "a percentile above 100",
	  DOC("  type: value_percentile\n  rules: a\n  timespan: 1m\n  condition: {gte: 1, field: x, percentile: 101}\n"),
	  "between 0 and 100" },
	{ "an order that is satisfied with less",
	  DOC("  type: temporal_ordered\n  rules: [a, b, c]\n  timespan: 1m\n  condition: {gte: 2}\n"),
	  "asks for all rules" },
	{ "unknown key", DOC(COUNT_OF "  condition: {gte: 1}\n  timeframe: 5m\n"),
	  "line 7: unknown key \"timeframe\"" },
	{ "an alias that is no map", DOC(COUNT_OF "  condition: {gte: 1}\n  aliases: {x: y}\n"),
	  "an alias must be" },
	{ "an alias of two fields", DOC(COUNT_OF "  condition: {gte: 1}\n  aliases: {x: {a: [y, z]}}\n"),
	  "must name one field" },
	{ "generate is no truth", DOC(COUNT_OF "  condition: {gte: 1}\n  generate: maybe\n"),
	  "true or false" },
	{ "generate twice", DOC(COUNT_OF "  condition: {gte: 1}\n  generate: false\ngenerate: true\n"),
	  "said twice" },
	{ "another taxonomy", DOC(COUNT_OF "  condition: {gte: 1}\ntaxonomy: ecs\n"), "unknown taxonomy" },
	{ "a rule too", DOC(COUNT_OF "  condition: {gte: 1}\ndetection: {}\n"), "not both" },
};

static void test_bad(void **state)
{
	for (size_t i = 0; i < COUNT(BAD); i++) {
		struct sigma_correlation c;
		err e = { 0 };
		arena mem;

		arena_init(&mem, LIMIT_SIGMA_BYTES);
		CHECK(BAD[i].what, parse(BAD[i].text, &mem, &c, &e) == -1);
		if (str_find(str_of(e.text), str_of(BAD[i].why)) == SIZE_MAX)
			fail_msg("%s: %s", BAD[i].what, e.text);
		arena_done(&mem);
	}
}

static void test_numbers(void **state)
{
	static const struct {
		const char *text;
		bool ok;
		int64_t want; /* in thousand-millionths */
	} T[] = {
		{ "0", true, 0 },
		{ "2", true, 2000000000 },
		{ "-2.5", true, -2500000000 },
		{ "0.1", true, 100000000 },
		{ "1e2", true, 100000000000 },
		{ "0.0000000001", true, 0 },
		{ "1e21", false, 0 },
		{ "-1000000000000000000001", false, 0 },
	};

	for (size_t i = 0; i < COUNT(T); i++) {
		struct number n;
		int128 got = 0;

		CHECK(T[i].text, number_parse(str_of(T[i].text), false, &n));
		CHECK(T[i].text, corr_fixed(&n, &got) == T[i].ok);
		CHECK(T[i].text, got == T[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
