/* correlate.c - matches in, findings out: ceilings and what is told of them, equal content, chains. That
 * the alerts are right is correlate_oracle.py's part. */
#include "unit/unit.h"

#include <stdio.h>

#include "detect/bundle.h"
#include "detect/correlate.h"
#include "util/limits.h"

#define BASE                                                                                                 \
	"name: a\nlogsource: {product: windows}\ndetection: {s: {EventID: 1}, condition: s}\n---\n"          \
	"name: b\nlogsource: {product: windows}\ndetection: {s: {EventID: 1}, condition: s}\n---\n"
#define COUNT_U(n)                                                                                                  \
	"title: Many\nname: c\nlevel: high\ntags: [attack.t1110]\ncorrelation: {type: event_count, rules: [a, b], " \
	"group-by: u, timespan: 1m, condition: {gte: " n "}}\n"

struct fixture {
	struct ruleset *rs;
	struct correlator *c;
	bool shown; /* last match */
	/* what came */
	unsigned nfindings, nalerts;
	buf refs; /* of each finding: "item:offset ", then ";" */
	buf details;
	buf gaps;
	str host;
	char host_text[64];
	int64_t time_ns;
};

static int on_finding(void *ctx, const struct finding *f, err *e)
{
	struct fixture *x = ctx;

	(void)e;
	x->nfindings++;
	for (uint32_t i = 0; i < f->nrefs; i++)
		buf_printf(&x->refs, "%u:%llu ", f->refs[i].item, (unsigned long long)f->refs[i].offset);
	buf_byte(&x->refs, ';');
	buf_clear(&x->details);
	for (uint32_t i = 0; i < f->ndetails; i++)
		buf_printf(&x->details, "%.*s=%.*s ", STR_ARG(f->details[i].name),
			   STR_ARG(f->details[i].value));
	snprintf(x->host_text, sizeof x->host_text, "%.*s", STR_ARG(f->host));
	x->host = str_of(x->host_text);
	x->time_ns = f->time_ns;
	assert_true(f->nrefs > 0);
	return 0;
}

static int on_gap(void *ctx, const struct gap *g, err *e)
{
	struct fixture *x = ctx;

	(void)e;
	buf_printf(&x->gaps, "%s: %s\n", gap_kind_name(g->kind), g->text);
	return 0;
}

static int on_alert(void *ctx, const struct correlate_alert *a, err *e)
{
	(void)a, (void)e;
	((struct fixture *)ctx)->nalerts++;
	return 0;
}

static void begin(struct fixture *x, const char *text)
{
	struct bundle_file f = { .path = STR("t.yml"), .name = STR("t.yml"), .text = str_of(text) };
	buf bundle = { 0 };
	err e = { 0 };

	*x = (struct fixture){ 0 };
	bundle_begin(&bundle);
	bundle_add(&bundle, &f);
	if (ruleset_new(&x->rs, str_bytes(buf_view(&bundle)), &e) < 0 || correlator_new(&x->c, x->rs, &e) < 0)
		fail_msg("%s", e.text);
	for (size_t i = 0; i < ruleset_len(x->rs); i++)
		if (ruleset_at(x->rs, i)->status != RULE_OK)
			fail_msg("%.*s", STR_ARG(ruleset_at(x->rs, i)->reason));
	buf_done(&bundle);
}

/* A match of a rule at a second; item and offset are its event. */
static void match(struct fixture *x, const char *rule, int64_t time_ns, uint32_t item, uint64_t offset,
		  const char *u, const char *n)
{
	const struct finding_detail keys[] = { { STR("u"), str_of(u) }, { STR("n"), str_of(n) } };
	struct event_ref ref = { item, offset, offset };
	struct finding f = { .rule_id = str_of(rule),
			     .time_ns = time_ns,
			     .refs = &ref,
			     .nrefs = 1,
			     .keys = keys,
			     .nkeys = n ? 2 : 1,
			     .host = STR("pc") };
	err e = { 0 };

	if (offset == 77)
		f.flags = EVENT_RECOVERED;
	if (offset == 55)
		f.host = STR("other");
	if (correlator_add(x->c, &f, &x->shown, &e) < 0)
		fail_msg("%s", e.text);
}

static void finish(struct fixture *x)
{
	const struct correlate_sink sink = { x, on_finding, on_gap, on_alert };
	err e = { 0 };

	if (correlator_finish(x->c, &sink, &e) < 0)
		fail_msg("%s", e.text);
}

static void end(struct fixture *x)
{
	correlator_free(x->c);
	ruleset_free(x->rs);
	buf_done(&x->refs);
	buf_done(&x->details);
	buf_done(&x->gaps);
}

#define S *INT64_C(1000000000)

static void test_none(void **state)
{
	struct fixture x;

	begin(&x, "name: a\nlogsource: {product: windows}\ndetection: {s: {EventID: 1}, condition: s}\n");
	assert_null(x.c);
	end(&x);
}

static void test_burst(void **state)
{
	struct fixture x;

	begin(&x, BASE COUNT_U("3"));
	for (unsigned i = 0; i < 6; i++)
		match(&x, i % 2 ? "a" : "b", i * 20 S, 0, i, i < 3 ? "Bob" : "bob", NULL);
	match(&x, "a", 1000 S, 0, 90, "bob", NULL); /* alone */
	match(&x, "a", 20 S, 0, 91, "eve", NULL);
	match(&x, "nobody", 20 S, 0, 92, "bob", NULL); /* no correlation asks for it */
	assert_true(x.shown);
	match(&x, "a", 2000 S, 3, 1, "eve", NULL);
	assert_false(x.shown);
	for (unsigned i = 0; i < 3; i++)
		match(&x, "a", (2001 + i) S, 3, i, "eve", NULL);
	finish(&x);
	CHECK_STR("joined windows, by group and time", buf_view(&x.refs),
		  STR("0:0 0:1 0:2 0:3 0:4 0:5 ;3:1 3:0 3:1 3:2 ;"));
	assert_int_equal(x.nalerts, 4 + 2);
	CHECK_STR("one host", x.host, STR("pc"));
	CHECK_STR("details", buf_view(&x.details),
		  STR("u=eve event_count=4 events=4 last=1970-01-01T00:33:23Z "));
	assert_true(x.time_ns == 2000 S);
	assert_int_equal(x.gaps.len, 0);
	end(&x);
}

static void test_hosts(void **state)
{
	struct fixture x;

	begin(&x, BASE COUNT_U("2"));
	match(&x, "a", 1 S, 0, 1, "u", NULL);
	match(&x, "a", 2 S, 0, 55, "u", NULL);
	finish(&x);
	CHECK_STR("no host of its own", x.host, STR(""));
	assert_true(str_find(buf_view(&x.details), STR("hosts=pc, other")) != SIZE_MAX);
	end(&x);
}

static void test_left_out(void **state)
{
	struct fixture x;
	buf text = { 0 };

	begin(&x, BASE COUNT_U("2"));
	match(&x, "a", TIME_NONE, 0, 1, "u", NULL);
	assert_true(x.shown);
	match(&x, "a", 5 S, 0, 77, "u", NULL); /* recovered: it may be a copy of the next */
	assert_true(x.shown);
	match(&x, "a", 5 S, 0, 2, "u", NULL);
	for (size_t i = 0; i < LIMIT_FINDING_KEY + 1; i++)
		buf_byte(&text, 'u');
	buf_byte(&text, 0);
	match(&x, "a", 6 S, 0, 3, text.ptr, NULL);
	assert_true(x.shown);
	text.ptr[LIMIT_FINDING_KEY] = 0; /* one byte less is no fault */
	match(&x, "a", 6 S, 0, 4, text.ptr, NULL);
	assert_false(x.shown);
	finish(&x);
	assert_int_equal(x.nfindings, 0);
	CHECK_STR("told", buf_view(&x.gaps),
		  STR("unsupported: 1 matches have no time and are in no correlation; the first: a\n"
		      "limit: 1 matches have values too long for a correlation; the first: a\n"));
	buf_done(&text);
	end(&x);
}

static void test_equal_content(void **state)
{
	static const uint8_t ONE[SHA256_LEN] = { 1 }, TWO[SHA256_LEN] = { 2 };
	struct fixture x;
	err e = { 0 };

	begin(&x, BASE COUNT_U("3"));
	for (uint32_t item = 0; item < 4; item++) {
		match(&x, "a", 1 S, item, 10, "u", NULL);
		match(&x, "b", 1 S, item, 10, "u", NULL);
		assert_int_equal(correlator_item(x.c, item, item == 1 ? TWO : item == 3 ? NULL : ONE, &e), 0);
	}
	finish(&x);
	CHECK_STR("a copy is the same event, matches of two rules are one", buf_view(&x.refs),
		  STR("0:10 1:10 3:10 ;"));
	assert_int_equal(x.nalerts, 3);
	end(&x);
}

static void test_window_ceiling(void **state)
{
	struct fixture x;

	begin(&x, BASE COUNT_U("10"));
	correlator_set_limits(x.c, 20, 1000);
	for (unsigned i = 0; i < 50; i++)
		match(&x, "a", i S, 0, i, "u", NULL);
	finish(&x);
	assert_int_equal(x.nfindings, 1);
	CHECK_STR(
		"told", buf_view(&x.gaps),
		STR("limit: 30 matches were too many for their timespan, judged by those before; the first: c\n"));
	end(&x);
}

static void test_refs_ceiling(void **state)
{
	struct fixture x;

	begin(&x, BASE COUNT_U("2"));
	correlator_set_limits(x.c, 1000, 5);
	for (unsigned i = 0; i < 50; i++)
		match(&x, "a", i S, 0, 49 - i, "u", NULL);
	finish(&x);
	CHECK_STR("the earliest", buf_view(&x.refs), STR("0:49 0:48 0:47 0:46 0:45 ;"));
	CHECK_STR("told", buf_view(&x.gaps),
		  STR("limit: 45 events are not named by their finding; the first: c\n"));
	assert_true(str_find(buf_view(&x.details), STR("events=more than 5 ")) != SIZE_MAX);
	end(&x);
}

static void test_large_numbers(void **state)
{
	struct fixture x;

	begin(&x, BASE "title: t\nname: c\ncorrelation: {type: value_sum, rules: a, timespan: 1m, "
		       "condition: {gte: 0.3, field: n}}\n");
	match(&x, "a", 1 S, 0, 1, "u", "1e30");
	match(&x, "a", 1 S, 0, 2, "u", "0.1");
	match(&x, "a", 1 S, 0, 3, "u", "0.2");
	match(&x, "a", 1 S, 0, 4, "u", "none");
	finish(&x);
	assert_int_equal(x.nfindings, 1); /* tenths add up exactly */
	CHECK_STR("told", buf_view(&x.gaps),
		  STR("limit: 1 values are too large for the sums of a correlation; the first: c\n"));
	assert_true(str_find(buf_view(&x.details), STR("value_sum=0.3 ")) != SIZE_MAX);
	end(&x);
}

/* Events at the ends of time: nothing overflows. */
static void test_far_times(void **state)
{
	struct fixture x;

	begin(&x, BASE "title: t\nname: c\ncorrelation: {type: event_count, rules: a, timespan: 99999999d, "
		       "condition: {gte: 3}}\n");
	match(&x, "a", INT64_MIN + 1, 0, 1, "u", NULL);
	match(&x, "a", 0, 0, 2, "u", NULL);
	match(&x, "a", INT64_MAX, 0, 3, "u", NULL);
	finish(&x);
	CHECK_STR("longer than all", buf_view(&x.refs), STR(""));
	end(&x);
	begin(&x, BASE "title: t\nname: c\ncorrelation: {type: event_count, rules: a, timespan: 99999999d, "
		       "condition: {gte: 2}}\n");
	match(&x, "a", 0, 0, 2, "u", NULL);
	match(&x, "a", INT64_MAX, 0, 3, "u", NULL);
	finish(&x);
	CHECK_STR("to the end", buf_view(&x.refs), STR("0:2 0:3 ;"));
	end(&x);
}

/* A chain names the events below, each once, in the order of time. */
static void test_chain(void **state)
{
	struct fixture x;

	begin(&x, BASE COUNT_U(
			  "3") "---\ntitle: t\nname: d\ncorrelation: {type: temporal_ordered, rules: [c, b], "
			       "group-by: u, timespan: 1h}\n");
	for (unsigned i = 0; i < 9; i++)
		match(&x, "a", i S, 0, i, i % 3 ? "bob" : "eve", NULL);
	match(&x, "b", 30 S, 7, 1, "Bob", NULL);
	match(&x, "b", 3000 S, 7, 2, "bob", NULL);
	finish(&x);
	CHECK_STR("all events below", buf_view(&x.refs), STR("0:1 0:2 0:4 0:5 0:7 0:8 7:1 7:2 ;"));
	end(&x);
}

/* More matches than memory is used for: sorted on disk, the same result. */
static void test_disk(void **state)
{
	enum { MATCHES = 300000 };
	struct fixture x;

	begin(&x, BASE COUNT_U("2"));
	for (unsigned i = 0; i < MATCHES; i++) {
		unsigned k = (unsigned)((uint64_t)i * 7919 % MATCHES); /* any order */
		char name[16];

		snprintf(name, sizeof name, "u%u", k / 3);
		match(&x, "a", (int64_t)(k % 3) * 50 S, 0, 100 + k, name, NULL);
	}
	finish(&x);
	assert_int_equal(x.nfindings, MATCHES / 3); /* 0 and 50, 50 and 100 */
	assert_int_equal(x.nalerts, MATCHES / 3 * 2);
	assert_int_equal(x.gaps.len, 0);
	end(&x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_none),          cmocka_unit_test(test_burst),
		cmocka_unit_test(test_hosts),         cmocka_unit_test(test_left_out),
		cmocka_unit_test(test_equal_content), cmocka_unit_test(test_window_ceiling),
		cmocka_unit_test(test_refs_ceiling),  cmocka_unit_test(test_large_numbers),
		cmocka_unit_test(test_far_times),     cmocka_unit_test(test_chain),
		cmocka_unit_test(test_disk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
