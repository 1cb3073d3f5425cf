/* meta.c - documents about documents: how correlations find their rules, which rules filters change, and
 * what a worker then sends. */
#include "unit/unit.h"

#include "detect/bundle.h"
#include "detect/correlate.h"
#include "detect/detector.h"
#include "detect/image.h"
#include "util/limits.h"

static struct ruleset *compile_files(const char *const *texts, size_t n)
{
	struct ruleset *rs = NULL;
	buf bundle = { 0 };
	err e = { 0 };

	bundle_begin(&bundle);
	for (size_t i = 0; i < n; i++) {
		char name[16] = { (char)('a' + i), '.', 'y', 'm', 'l' };
		struct bundle_file f = { .path = str_of(name),
					 .name = str_of(name),
					 .text = str_of(texts[i]) };

		bundle_add(&bundle, &f);
	}
	if (ruleset_new(&rs, str_bytes(buf_view(&bundle)), &e) < 0)
		fail_msg("%s", e.text);
	buf_done(&bundle);
	return rs;
}

/* --- references ----------------------------------------------------------------------------- */

#define RULE(name, value)                                                                                    \
	"name: " name "\nlogsource: {product: windows}\ndetection: {s: {a: " value "}, condition: s}\n"
#define TEMPORAL(name, rules)                                                                                \
	"title: t\nname: " name "\ncorrelation: {type: temporal, rules: " rules                              \
	", group-by: u, timespan: 1m}\n"
#define SEP "---\n"

/* Status of each document: o ok, r rejected, n not a rule; then the reason of the first that has one. */
static const struct {
	const char *what;
	const char *texts[3];
	const char *statuses, *why;
} LINKS[] = {
	{ "by name", { RULE("x", "1") SEP TEMPORAL("c", "[x]") }, "oo", "" },
	{ "before its rule, which is in another file", { TEMPORAL("c", "[x]"), RULE("x", "1") }, "oo", "" },
	{ "by id, without case", { "id: 00AB\n" RULE("x", "1") SEP TEMPORAL("c", "[00ab]") }, "oo", "" },
	{ "missing",
	  { RULE("x", "1") SEP TEMPORAL("c", "[x, nobody]") },
	  "or",
	  "line 5: there is no rule \"nobody\"" },
	{ "by a name in other case",
	  { RULE("x", "1") SEP TEMPORAL("c", "[X]") },
	  "or",
	  "there is no rule \"X\"" },
	{ "rejected",
	  { RULE("x", "1") SEP
	    "name: y\nlogsource: {product: windows}\ndetection: {s: {a|no: 1}, condition: s}\n" SEP TEMPORAL(
		    "c", "[x, y]") },
	  "orr",
	  "unknown modifier" },
	{ "two of a name",
	  { "id: 1\n" RULE("x", "1") SEP "id: 2\n" RULE("x", "2") SEP TEMPORAL("c", "[x]") },
	  "oor",
	  "several rules are called \"x\"" },
	{ "two of a name, one rejected",
	  { RULE("x", "1") SEP RULE("x", "2") SEP TEMPORAL("c", "[x]") },
	  "oro",
	  "same id" },
	{ "name and id of one rule",
	  { "id: 1\n" RULE("x", "1") SEP TEMPORAL("c", "[x, '1']") },
	  "or",
	  "rule \"1\" stands twice" },
	{ "a chain", { RULE("x", "1") SEP TEMPORAL("c", "[d, x]") SEP TEMPORAL("d", "[x]") }, "ooo", "" },
	{ "itself", { TEMPORAL("c", "[c]") }, "r", "refers to itself by way of \"c\"" },
	{ "a circle",
	  { RULE("x", "1") SEP TEMPORAL("c", "[d]") SEP TEMPORAL("d", "[x, e]") SEP TEMPORAL("e", "[c]") },
	  "orrr",
	  "refers to itself by way of \"d\"" },
	{ "upon a circle",
	  { TEMPORAL("c", "[d]") SEP TEMPORAL("d", "[d]") },
	  "rr",
	  "refers to itself or to more" },
	{ "upon a refused one",
	  { TEMPORAL("c", "[d]") SEP TEMPORAL("d", "[nobody]") },
	  "rr",
	  "rule \"d\" is rejected" },
	{ "eight storeys",
	  { RULE("x", "1") SEP TEMPORAL("c0", "[x]") SEP TEMPORAL("c1", "[c0]") SEP TEMPORAL("c2", "[c1]")
		    SEP TEMPORAL("c3", "[c2]") SEP TEMPORAL("c4", "[c3]") SEP TEMPORAL("c5", "[c4]")
			    SEP TEMPORAL("c6", "[c5]") SEP TEMPORAL("c7", "[c6]") SEP TEMPORAL("c8", "[c7]")
				    SEP TEMPORAL("c9", "[c8]") },
	  "oooooooooor",
	  "more than 8 deep" },
	{ "ten storeys, top first",
	  { TEMPORAL("c9", "[c8]") SEP TEMPORAL("c8", "[c7]") SEP TEMPORAL("c7", "[c6]")
		    SEP TEMPORAL("c6", "[c5]") SEP TEMPORAL("c5", "[c4]") SEP TEMPORAL("c4", "[c3]")
			    SEP TEMPORAL("c3", "[c2]") SEP TEMPORAL("c2", "[c1]") SEP TEMPORAL("c1", "[c0]")
				    SEP TEMPORAL("c0", "[x]") SEP RULE("x", "1") },
	  "roooooooooo",
	  "more than 8 deep" },
	{ "a field that the correlation below is not grouped by",
	  { RULE("x", "1") SEP TEMPORAL("c", "[x]") SEP
	    "title: t\ncorrelation: {type: temporal, rules: [c], group-by: host, timespan: 1m}\n" },
	  "oor",
	  "correlation \"c\" is not grouped by \"host\"" },
	{ "a filter is no rule to refer to",
	  { RULE("x", "1") SEP
	    "title: f\nname: f\nlogsource: {product: windows}\nfilter: {rules: [x], s: {a: 1}, condition: s}\n" SEP
		    TEMPORAL("c", "[f]") },
	  "oor",
	  "there is no rule \"f\"" },
	{ "an alias of a rule that is not there",
	  { RULE("x", "1") SEP
	    "title: t\ncorrelation: {type: temporal, rules: [x], group-by: u, timespan: 1m, aliases: {u: {y: z}}}\n" },
	  "or",
	  "there is no rule \"y\"" },
	{ "correlations without id and name in one file",
	  { RULE("x", "1") SEP "title: t\ncorrelation: {type: temporal, rules: x, timespan: 1m}\n" SEP
			       "title: t\ncorrelation: {type: temporal, rules: x, timespan: 2m}\n" },
	  "ooo",
	  "" },
};

static void test_links(void **state)
{
	for (size_t i = 0; i < COUNT(LINKS); i++) {
		size_t n = 0;
		struct ruleset *rs;
		buf got = { 0 };
		str why = STR("");

		while (n < COUNT(LINKS[i].texts) && LINKS[i].texts[n])
			n++;
		rs = compile_files(LINKS[i].texts, n);
		for (size_t k = 0; k < ruleset_len(rs); k++) {
			const struct rule_info *info = ruleset_at(rs, k);

			buf_byte(&got, "orn"[info->status]);
			if (!why.len)
				why = info->reason;
		}
		CHECK_STR(LINKS[i].what, buf_view(&got), str_of(LINKS[i].statuses));
		if (LINKS[i].why[0] ? str_find(why, str_of(LINKS[i].why)) == SIZE_MAX : why.len > 0)
			fail_msg("%s: reason \"%.*s\"", LINKS[i].what, STR_ARG(why));
		buf_done(&got);
		ruleset_free(rs);
	}
}

/* What is referred to gives no findings of its own, unless one that refers to it asks for it. */
static void test_generate(void **state)
{
	static const struct {
		const char *what, *text, *hidden; /* per document: h hidden, s shown */
	} T[] = {
		{ "default", RULE("x", "1") SEP TEMPORAL("c", "[x]"), "hs" },
		{ "a chain", RULE("x", "1") SEP TEMPORAL("c", "[x]") SEP TEMPORAL("d", "[c]"), "hhs" },
		{ "asked for", RULE("x", "1") SEP TEMPORAL("c", "[x]") "generate: true\n", "ss" },
		{ "asked for by one of two",
		  RULE("x", "1") SEP TEMPORAL("c", "[x]") "generate: true\n" SEP TEMPORAL("d", "[x]"),
		  "sss" },
		{ "a rejected correlation hides nothing", RULE("x", "1") SEP TEMPORAL("c", "[x, nobody]"),
		  "ss" },
		{ "nobody refers to it", RULE("x", "1") SEP RULE("y", "1") SEP TEMPORAL("c", "[x]"), "hss" },
	};

	for (size_t i = 0; i < COUNT(T); i++) {
		struct ruleset *rs = compile_files(&T[i].text, 1);
		buf got = { 0 };

		for (size_t k = 0; k < ruleset_len(rs); k++)
			buf_byte(&got, ruleset_at(rs, k)->hidden ? 'h' : 's');
		CHECK_STR(T[i].what, buf_view(&got), str_of(T[i].hidden));
		buf_done(&got);
		ruleset_free(rs);
	}
}

static void test_level(void **state)
{
	static const char *const TEXT = "level: low\n" RULE("x", "1") SEP "level: critical\n" RULE("y", "1")
		SEP TEMPORAL("c", "[x, y]") SEP TEMPORAL("d", "[x]") SEP
		"level: informational\n" TEMPORAL("e", "[y]") SEP TEMPORAL("f", "[e]");
	static const enum finding_level WANT[] = { LEVEL_LOW, LEVEL_CRITICAL,      LEVEL_CRITICAL,
						   LEVEL_LOW, LEVEL_INFORMATIONAL, LEVEL_INFORMATIONAL };
	struct ruleset *rs = compile_files(&TEXT, 1);

	for (size_t i = 0; i < COUNT(WANT); i++)
		CHECK(ruleset_at(rs, i)->id.ptr, ruleset_at(rs, i)->level == WANT[i]);
	ruleset_free(rs);
}

/* --- events --------------------------------------------------------------------------------- */

enum { FIELDS = 5 };

/* A Sysmon event: EventID, then fields a, u, Image; NULL: absent. */
struct made_event {
	const char *event_id, *a, *u, *image, *channel;
};

struct heard {
	buf ids;  /* of the rules, separated by blanks */
	buf keys; /* of the last finding: "name=value " */
	uint32_t ndetails;
};

static int hear(void *ctx, const struct finding *f, err *e)
{
	struct heard *h = ctx;

	(void)e;
	buf_str(&h->ids, f->rule_id);
	buf_byte(&h->ids, ' ');
	buf_clear(&h->keys);
	for (uint32_t i = 0; i < f->nkeys; i++) {
		buf_str(&h->keys, f->keys[i].name);
		buf_byte(&h->keys, '=');
		buf_str(&h->keys, f->keys[i].value);
		buf_byte(&h->keys, ' ');
	}
	h->ndetails = f->ndetails;
	return 0;
}

static void hear_done(struct heard *h)
{
	buf_done(&h->ids);
	buf_done(&h->keys);
}

static value text_or_absent(const char *text)
{
	return text ? value_utf8(str_of(text)) : (value){ 0 };
}

static void evaluate(const struct ruleset *rs, const struct made_event *made, struct heard *ret)
{
	static const struct column COLUMNS[FIELDS] = {
		{ .name = STR("EventID"),
		  .raw = STR("EventID"),
		  .path = STR("System/EventID"),
		  .slot = 0,
		  .section = SECTION_SYSTEM },
		{ .name = STR("Channel"),
		  .raw = STR("Channel"),
		  .path = STR("System/Channel"),
		  .slot = 1,
		  .section = SECTION_SYSTEM },
		{ .name = STR("a"),
		  .raw = STR("a"),
		  .path = STR("EventData/a"),
		  .slot = 2,
		  .section = SECTION_EVENTDATA },
		{ .name = STR("u"),
		  .raw = STR("u"),
		  .path = STR("EventData/u"),
		  .slot = 3,
		  .section = SECTION_EVENTDATA },
		{ .name = STR("NewProcessName"),
		  .raw = STR("NewProcessName"),
		  .path = STR("EventData/NewProcessName"),
		  .slot = 4,
		  .section = SECTION_EVENTDATA },
	};
	const struct schema proto = { .family = FAMILY_WINDOWS,
				      .reader = "test",
				      .columns = COLUMNS,
				      .ncolumns = FIELDS,
				      .nslots = FIELDS };
	value values[FIELDS] = { text_or_absent(made->event_id), text_or_absent(made->channel),
				 text_or_absent(made->a), text_or_absent(made->u),
				 text_or_absent(made->image) };
	struct schema_set *set = schema_set_new(NULL);
	event ev = { .schema = schema_set_add(set, &proto, NULL), .values = values };
	struct detector *d;
	err e = { 0 };

	*ret = (struct heard){ 0 };
	for (int naive = 0; naive < 2; naive++) {
		struct heard again = { 0 };

		assert_int_equal(detector_new(&d, rs, &e), 0);
		detector_set_naive(d, naive);
		if (detector_event(d, &ev, hear, naive ? &again : ret, &e) < 0)
			fail_msg("%s", e.text);
		detector_free(d);
		if (naive)
			CHECK_STR("both evaluators", buf_view(&again.ids), buf_view(&ret->ids));
		hear_done(&again);
	}
	schema_set_free(set);
}

/* --- filters -------------------------------------------------------------------------------- */

#define PROC "logsource: {category: process_creation, product: windows}\n"
#define X_Y                                                                                                  \
	"name: x\n" PROC "detection: {s: {a: 1}, condition: s}\n" SEP                                        \
	"name: y\nlogsource: {product: windows, service: security}\ndetection: {s: {a: 1}, condition: s}\n" SEP
#define FILTER(logsource, rules, rest)                                                                       \
	"title: f\nlogsource: {" logsource "}\nfilter:\n  rules: " rules "\n" rest

static const struct {
	const char *what, *text;
	const char *adm, *other; /* rules that find the event of adm_anna, that of bert */
} FILTERS[] = {
	{ "no filter", X_Y RULE("z", "2"), "x y ", "x y " },
	{ "the specification's example",
	  X_Y FILTER("category: process_creation, product: windows", "[x]",
		     "  selection: {u|startswith: adm_}\n  condition: selection\n"),
	  "y ", "x y " },
	{ "the same as pySigma writes it",
	  X_Y FILTER("category: process_creation, product: windows", "[x]",
		     "  selection: {u|startswith: adm_}\n  condition: not selection\n"),
	  "y ", "x y " },
	{ "of a wider log source",
	  X_Y FILTER("product: windows", "[x, y]", "  s: {u: 'adm*'}\n  condition: s\n"), "", "x y " },
	{ "of another log source: only where it fits",
	  X_Y FILTER("category: process_creation, product: windows", "[x, y]",
		     "  s: {u: 'adm*'}\n  condition: s\n"),
	  "y ", "x y " },
	{ "any", X_Y FILTER("product: windows", "any", "  s: {u: 'adm*'}\n  condition: s\n"), "", "x y " },
	{ "any in a list and in capitals",
	  X_Y FILTER("service: security", "[ANY]", "  s: {u: 'adm*'}\n  condition: not s\n"), "x ", "x y " },
	{ "one rule as text", X_Y FILTER("product: windows", "y", "  s: {u: 'adm*'}\n  condition: s\n"), "x ",
	  "x y " },
	{ "several selections",
	  X_Y FILTER("product: windows", "any", "  s1: {u: 'adm*'}\n  s2: {u: bert}\n  condition: 1 of s*\n"),
	  "", "" },
	{ "excluded one by one",
	  X_Y FILTER("product: windows", "any",
		     "  s1: {u: 'adm*'}\n  s2: {u: bert}\n  condition: not s1 and not s2\n"),
	  "", "" },
	{ "not not", X_Y FILTER("product: windows", "any", "  s: {u: 'adm*'}\n  condition: not (not s)\n"),
	  "", "x y " },
	{ "a selection that negates by itself",
	  X_Y FILTER("product: windows", "any", "  s: {u|neq: bert}\n  condition: s\n"), "", "x y " },
	{ "a field of the rule that is renamed for the event",
	  X_Y FILTER("category: process_creation", "[x]", "  s: {Image|endswith: '.exe'}\n  condition: s\n"),
	  "y ", "x y " },
	{ "two filters",
	  X_Y FILTER("product: windows", "[x]", "  s: {u: bert}\n  condition: s\n")
		  SEP FILTER("product: windows", "any", "  s: {u: 'adm*'}\n  condition: s\n"),
	  "", "y " },
};

static void test_filters(void **state)
{
	static const struct made_event ADM = { "4688", "1", "adm_anna", "C:\\x.exe", "Security" };
	static const struct made_event OTHER = { "4688", "1", "bert", "C:\\x.com", "Security" };

	for (size_t i = 0; i < COUNT(FILTERS); i++) {
		struct ruleset *rs = compile_files(&FILTERS[i].text, 1);
		struct heard h;

		for (size_t k = 0; k < ruleset_len(rs); k++)
			if (ruleset_at(rs, k)->status != RULE_OK)
				fail_msg("%s: %.*s", FILTERS[i].what, STR_ARG(ruleset_at(rs, k)->reason));
		evaluate(rs, &ADM, &h);
		CHECK_STR(FILTERS[i].what, buf_view(&h.ids), str_of(FILTERS[i].adm));
		hear_done(&h);
		evaluate(rs, &OTHER, &h);
		CHECK_STR(FILTERS[i].what, buf_view(&h.ids), str_of(FILTERS[i].other));
		hear_done(&h);
		ruleset_free(rs);
	}
}

static void test_bad_filters(void **state)
{
	static const struct {
		const char *what, *text, *why;
	} T[] = {
		{ "no map", "title: f\nlogsource: {product: windows}\nfilter: x\n", "filter must be a map" },
		{ "no logsource", "title: f\nfilter: {rules: any, s: {a: 1}, condition: s}\n",
		  "without logsource" },
		{ "no rules", FILTER("product: windows", "[]", "  s: {a: 1}\n  condition: s\n"),
		  "rules must be" },
		{ "no condition", FILTER("product: windows", "any", "  s: {a: 1}\n"), "needs a condition" },
		{ "conditions in a list",
		  FILTER("product: windows", "any", "  s: {a: 1}\n  condition: [s]\n"), "needs a condition" },
		{ "no such selection", FILTER("product: windows", "any", "  s: {a: 1}\n  condition: t\n"),
		  "unknown search identifier" },
		{ "unknown modifier", FILTER("product: windows", "any", "  s: {a|no: 1}\n  condition: s\n"),
		  "unknown modifier" },
		{ "a condition that could mean either",
		  FILTER("product: windows", "any", "  s: {a: 1}\n  t: {a: 2}\n  condition: s and not t\n"),
		  "not both" },
		{ "the same deeper",
		  FILTER("product: windows", "any",
			 "  s: {a: 1}\n  t: {a: 2}\n  condition: not (s or not t)\n"),
		  "not both" },
		{ "another taxonomy",
		  FILTER("product: windows", "any", "  s: {a: 1}\n  condition: s\ntaxonomy: x\n"),
		  "unknown taxonomy" },
		{ "a rule that is not there",
		  FILTER("product: windows", "[nobody]", "  s: {a: 1}\n  condition: s\n"),
		  "there is no rule \"nobody\"" },
		{ "only rules of other log sources",
		  "name: l\nlogsource: {product: linux}\ndetection: {s: {a: 1}, condition: s}\n" SEP FILTER(
			  "product: windows", "[l]", "  s: {a: 1}\n  condition: s\n"),
		  "rule \"l\" is of another log source" },
		{ "a correlation",
		  RULE("x", "1") SEP TEMPORAL("c", "[x]")
			  SEP FILTER("product: windows", "[c]", "  s: {a: 1}\n  condition: s\n"),
		  "\"c\" is a correlation" },
	};

	for (size_t i = 0; i < COUNT(T); i++) {
		struct ruleset *rs = compile_files(&T[i].text, 1);
		const struct rule_info *last = ruleset_at(rs, ruleset_len(rs) - 1);

		CHECK(T[i].what, last->kind == RULE_KIND_FILTER && last->status == RULE_REJECTED);
		if (str_find(last->reason, str_of(T[i].why)) == SIZE_MAX)
			fail_msg("%s: %.*s", T[i].what, STR_ARG(last->reason));
		ruleset_free(rs);
	}
}

/* A filter for a rule that is there and one that is not: carried out, and told. */
static void test_filter_in_part(void **state)
{
	static const char *const TEXT =
		RULE("x", "1") SEP FILTER("product: windows", "[x, nobody]", "  s: {u: z}\n  condition: s\n");
	struct ruleset *rs = compile_files(&TEXT, 1);
	const struct rule_info *f = ruleset_at(rs, 1);

	assert_int_equal(f->status, RULE_OK);
	assert_true(str_find(f->reason, STR("nobody")) != SIZE_MAX);
	ruleset_free(rs);
}

/* --- what workers send ---------------------------------------------------------------------- */

static void test_keys(void **state)
{
	static const char *const TEXT =
		"name: x\n" PROC "detection: {s: {a: 1}, condition: s}\n" SEP
		"title: t\ncorrelation: {type: value_count, rules: [x], group-by: [u, who], timespan: 1m,\n"
		"  aliases: {who: {x: Image}}, condition: {gte: 2, field: CommandLine}}\n";
	static const struct {
		const char *what;
		struct made_event ev;
		const char *keys;
	} T[] = {
		{ "all there, one of them renamed",
		  { "4688", "1", "Bob", "C:\\x.exe", "Security" },
		  "u=Bob Image=C:\\x.exe " },
		{ "an empty value is there",
		  { "4688", "1", "", "C:\\x.exe", "Security" },
		  "u= Image=C:\\x.exe " },
		{ "null is not", { "4688", "1", NULL, "C:\\x.exe", "Security" }, "Image=C:\\x.exe " },
	};
	struct ruleset *rs = compile_files(&TEXT, 1), *thawed;
	buf image = { 0 };
	err e = { 0 };

	assert_int_equal(ruleset_freeze(rs, &image, &e), 0);
	assert_true(image_has_correlations(str_bytes(buf_view(&image))));
	assert_int_equal(ruleset_thaw(&thawed, image.ptr, image.len, &e), 0);
	for (size_t i = 0; i < COUNT(T); i++) {
		struct heard h;

		evaluate(rs, &T[i].ev, &h);
		CHECK_STR(T[i].what, buf_view(&h.keys), str_of(T[i].keys));
		CHECK(T[i].what, h.ndetails == 0); /* nobody sees it */
		hear_done(&h);
		evaluate(thawed, &T[i].ev, &h);
		CHECK_STR(T[i].what, buf_view(&h.keys), str_of(T[i].keys));
		hear_done(&h);
	}
	ruleset_free(thawed);
	ruleset_free(rs);
	buf_done(&image);
}

static void test_long_key(void **state)
{
	static const char *const TEXT = RULE("x", "1") SEP TEMPORAL("c", "[x]");
	struct ruleset *rs = compile_files(&TEXT, 1);
	struct made_event ev = { "1", "1", NULL, NULL, "Security" };
	struct heard h;
	buf text = { 0 };

	for (size_t i = 0; i < LIMIT_FINDING_KEY + 5; i++)
		buf_byte(&text, 'k');
	buf_byte(&text, 0);
	ev.u = text.ptr;
	evaluate(rs, &ev, &h);
	assert_int_equal(h.keys.len,
			 strlen("u= ") + LIMIT_FINDING_KEY + 1); /* told apart from one that fits */
	hear_done(&h);
	buf_done(&text);
	ruleset_free(rs);
}

/* --- several kinds of logs ------------------------------------------------------------------ */

static int to_correlator(void *ctx, const struct finding *f, err *e)
{
	bool shown;

	return correlator_add(ctx, f, &shown, e);
}

static int note_refs(void *ctx, const struct finding *f, err *e)
{
	(void)e;
	for (uint32_t i = 0; i < f->nrefs; i++)
		buf_printf(ctx, "%u ", f->refs[i].item);
	return 0;
}

/* One event with two fields, of a Windows channel or of another kind of log. */
static void event_into(struct detector *d, struct correlator *c, const char *dataset, uint32_t item,
		       const char *name1, const char *v1, const char *name2, const char *v2)
{
	bool windows = dataset == NULL;
	const struct column columns[] = {
		{ .name = str_of(name1), .raw = str_of(name1), .path = str_of(name1), .slot = 0 },
		{ .name = str_of(name2), .raw = str_of(name2), .path = str_of(name2), .slot = 1 },
		{ .name = STR("Channel"),
		  .raw = STR("Channel"),
		  .path = STR("System/Channel"),
		  .slot = 2,
		  .section = SECTION_SYSTEM },
	};
	const struct schema proto = { .family = windows ? FAMILY_WINDOWS : FAMILY_FLAT,
				      .reader = "test",
				      .dataset = str_of(dataset),
				      .columns = columns,
				      .ncolumns = windows ? 3 : 2,
				      .nslots = 3 };
	value values[] = { value_utf8(str_of(v1)), value_utf8(str_of(v2)), value_utf8(STR("Security")) };
	struct schema_set *set = schema_set_new(NULL);
	event ev = { .schema = schema_set_add(set, &proto, NULL), .values = values };
	err e = { 0 };

	ev.time_ns = item * INT64_C(1000000000);
	ev.ref.item = item;
	if (detector_event(d, &ev, to_correlator, c, &e) < 0)
		fail_msg("%s", e.text);
	detector_forget_schemas(d);
	schema_set_free(set);
}

/* A web server's log, then Windows, then a network sensor's: no kind of log is special. */
static void test_cross_source(void **state)
{
	static const char *const TEXT =
		"name: web\nlogsource: {category: webserver}\ndetection: {s: {cs-method: POST}, condition: s}\n" SEP
		"name: logon\nlogsource: {product: windows, service: security}\ndetection: {s: {EventID: 4624}, condition: s}\n" SEP
		"name: conn\nlogsource: {product: zeek, service: conn}\ndetection: {s: {id.resp_p: 445}, condition: s}\n" SEP
		"title: t\ncorrelation: {type: temporal_ordered, rules: [web, logon, conn], timespan: 1m, group-by: ip,\n"
		"  aliases: {ip: {web: c-ip, logon: IpAddress, conn: id.orig_h}}}\n";
	struct ruleset *rs = compile_files(&TEXT, 1);
	const struct correlate_sink sink = { &(buf){ 0 }, note_refs, NULL, NULL };
	struct correlator *c;
	struct detector *d;
	err e = { 0 };

	for (size_t i = 0; i < ruleset_len(rs); i++)
		CHECK(ruleset_at(rs, i)->reason.ptr, ruleset_at(rs, i)->status == RULE_OK);
	assert_int_equal(correlator_new(&c, rs, &e), 0);
	assert_int_equal(detector_new(&d, rs, &e), 0);
	event_into(d, c, NULL, 20, "EventID", "4624", "IpAddress", "10.0.0.1");
	event_into(d, c, "zeek.conn", 30, "id.orig_h", "10.0.0.1", "id.resp_p", "445");
	event_into(d, c, "iis.access", 10, "c-ip", "10.0.0.1", "cs-method", "POST");
	event_into(d, c, "iis.access", 11, "c-ip", "10.0.0.2", "cs-method", "POST");
	event_into(d, c, "zeek.conn", 31, "id.orig_h", "10.0.0.2", "id.resp_p", "445");
	assert_int_equal(correlator_finish(c, &sink, &e), 0);
	CHECK_STR("one address went all the way", buf_view(sink.ctx), STR("10 20 30 "));
	buf_done(sink.ctx);
	detector_free(d);
	correlator_free(c);
	ruleset_free(rs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_links),        cmocka_unit_test(test_generate),
		cmocka_unit_test(test_level),        cmocka_unit_test(test_filters),
		cmocka_unit_test(test_bad_filters),  cmocka_unit_test(test_filter_in_part),
		cmocka_unit_test(test_keys),         cmocka_unit_test(test_long_key),
		cmocka_unit_test(test_cross_source),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
