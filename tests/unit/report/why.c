/* Why the story says what it says: of a case with an incident, and of a story made by hand. */
#include "unit.h"

#include "made_case.h"
#include "report/why.h"
#include "story/incident.h"

#define EVIL "\x1b[31m\xE2\x80\xAE<b>"

static bool has(const buf *b, const char *text)
{
	return str_find(buf_view(b), str_of(text)) != SIZE_MAX;
}

static buf asked(const struct story *st, const char *what, enum why_found want)
{
	buf out = { 0 };

	CHECK(what, report_why(st, str_of(what), &out) == want);
	CHECK(what, (out.len > 0) == (want == WHY_TOLD));
	CHECK(what, !has(&out, "\x1b") && !has(&out, "\xE2\x80\xAE"));
	return out;
}

static void command(struct made_case *c, double seconds, const char *image, const char *text)
{
	made_fact(c, FACT_PROCESS_START, seconds, 1, FA_HOST, "APP01", FA_PROCESS, image, FA_PARENT,
		  "D:\\tomcat\\bin\\tomcat9.exe", FA_COMMAND, text, FA_PROCESS_ID, "4000", FA_PARENT_ID,
		  "3000", -1);
}

/* The sum that is shown is the one by which the verdict was reached. */
static void test_sum_is_the_verdicts(void **state)
{
	struct made_case c;
	struct story *st;
	uint32_t confirmed = 0;

	(void)state;
	made_open(&c);
	for (int day = -3; day < 6; day++)
		made_coverage(&c, "APP01", "Security", day, 5);
	made_coverage(&c, "IDLE", "Security", 0, 1);
	made_fact(&c, FACT_WEB_REQUEST, 10, 1, FA_HOST, "APP01", FA_SOURCE_IP, "203.0.113.77", FA_OBJECT,
		  "/app/Upload", FA_METHOD, "POST", FA_STATUS, "200", -1);
	command(&c, 30, "C:\\Windows\\System32\\cmd.exe", "cmd /c whoami & ipconfig /all & echo " EVIL);
	command(&c, 50, "C:\\Windows\\System32\\net.exe", "net group \"domain admins\" /domain");
	assert_int_equal(story_build(&st, c.s, NULL), 0);
	assert_non_null(st->incident);
	for (uint32_t i = 0; i < st->incident->nhosts; i++) {
		const struct incident_host *h = &st->incident->hosts[i];
		buf out = { 0 };

		assert_int_equal(report_why(st, story_host_name(st, h->host), &out), WHY_TOLD);
		assert_true(has(&out, host_class_name(h->class)));
		assert_false(has(&out, "differs"));
		assert_false(has(&out, "\x1b"));
		confirmed += h->class == CLASS_CONFIRMED;
		buf_done(&out);
	}
	assert_int_equal(confirmed, 1);
	for (uint32_t i = 0; i < st->nparagraphs; i++) {
		buf out = { 0 }, number = { 0 };

		buf_u64(&number, i + 1);
		assert_int_equal(report_why(st, buf_view(&number), &out), WHY_TOLD);
		assert_true(has(&out, st->paragraphs[i].sentence.key));
		assert_int_equal(has(&out, "spoor show ."), st->paragraphs[i].refs.n > 0);
		buf_done(&out);
		buf_done(&number);
	}
	story_free(st);
	made_close(&c);
}

static void test_by_hand(void **state)
{
	static const str ALIAS[] = { STR("10.0.0.5") };
	const struct story_host hosts[] = {
		{ .name = STR("a.one.example"), .aliases = ALIAS, .naliases = 1 },
		{ .name = STR("b.one.example") },
		{ .name = STR("twin.one.example") },
		{ .name = STR("twin.two.example") },
	};
	const struct incident_host verdicts[] = {
		{ .host = 0,
		  .incident = 0,
		  .class = CLASS_CONFIRMED,
		  .probability = 0.9526,
		  .parent = STORY_NOBODY,
		  .via = "",
		  .entry = true },
		{ .host = 1,
		  .incident = STORY_NOBODY,
		  .class = CLASS_EXPOSED,
		  .probability = 0.5,
		  .parent = 0,
		  .via = EVIL,
		  .first_ns = TIME_NONE },
		{ .host = 2,
		  .incident = STORY_NOBODY,
		  .class = CLASS_UNKNOWN,
		  .probability = 0.018,
		  .parent = STORY_NOBODY,
		  .via = "",
		  .first_ns = TIME_NONE },
	};
	const struct story_clue clues[] = {
		{ .host = 0,
		  .from = STORY_NOBODY,
		  .family = FAMILY_ENDPOINT,
		  .grade = GRADE_CONTROL,
		  .phase = "execution",
		  .ns = MADE_T0,
		  .sentence = { "inc.child", { "parent", "command" }, { STR("p"), STR(EVIL) }, .nargs = 2 },
		  .refs = { { { 0, 64, 3 } }, 1 } },
		{ .host = 0,
		  .from = STORY_NOBODY,
		  .family = FAMILY_ENDPOINT,
		  .grade = GRADE_NOTE,
		  .phase = "execution",
		  .ns = MADE_T0,
		  .sentence = { "inc.child", { "parent", "command" }, { STR("p"), STR("x") }, .nargs = 2 } },
		{ .host = 1,
		  .from = 0,
		  .family = FAMILY_LOGON,
		  .grade = GRADE_WEAK,
		  .phase = "lateral-movement",
		  .ns = MADE_T0,
		  .sentence = { "inc.access",
				{ "from", "how", "account" },
				{ STR("a"), STR("SSH"), STR("root") },
				.nargs = 3 } },
	};
	const struct story_edge edge = { .kind = EDGE_WINRM,
					 .from = 1,
					 .to = 0,
					 .first_ns = MADE_T0,
					 .last_ns = MADE_T0,
					 .count = 4,
					 .accounts = { STR(EVIL) },
					 .naccounts = 1 };
	const struct incident in = { .nincidents = 1,
				     .hosts = verdicts,
				     .nhosts = COUNT(verdicts),
				     .clues = clues,
				     .nclues = COUNT(clues) };
	struct story st = {
		.hosts = hosts, .nhosts = COUNT(hosts), .incident = &in, .edges = &edge, .nedges = 1
	};
	buf out = asked(&st, "A.ONE.example", WHY_TOLD);

	(void)state;
	assert_true(has(&out, "confirmed, 95.3 %, incident 1, entry"));
	assert_true(has(&out, "endpoint, strongest of 1: control")); /* notes are no witnesses */
	assert_true(has(&out, "+3.0  together: 95.3 %"));
	assert_true(has(&out, "p started: \\x1b[31m"));
	assert_true(has(&out, "spoor show . item0:64:3"));
	buf_done(&out);
	out = asked(&st, "b", WHY_TOLD);
	assert_true(has(&out, "differs")); /* 0.5 is not what its one weak sign gives */
	assert_true(has(&out, "reached   from a.one.example by \\x1b[31m"));
	buf_done(&out);
	out = asked(&st, "twin.one.example", WHY_TOLD);
	assert_true(has(&out, "the class sets the probability"));
	assert_true(has(&out, "No log of its own covers the time"));
	assert_true(has(&out, "No sign of this host is recorded."));
	buf_done(&out);
	out = asked(&st, "10.0.0.5..b", WHY_TOLD);
	assert_true(has(&out, "a.one.example to b.one.example: of the incident"));
	buf_done(&out);
	out = asked(&st, "b..a", WHY_TOLD);
	assert_true(has(&out, "recorded, no part of an incident"));
	assert_true(has(&out, "winrm, 4 times, accounts \\x1b[31m"));
	buf_done(&out);
	out = asked(&st, "twin", WHY_NO_HOST);             /* two have it */
	out = asked(&st, "twin.two.example", WHY_NO_HOST); /* nothing was said of it */
	out = asked(&st, "a..twin.one.example", WHY_NO_EDGE);
	out = asked(&st, "a..nobody", WHY_NO_HOST);
	out = asked(&st, "..", WHY_NO_HOST);
	out = asked(&st, "0", WHY_NO_SENTENCE);
	out = asked(&st, "1", WHY_NO_SENTENCE);
	out = asked(&st, "18446744073709551616", WHY_NO_HOST);
	st.incident = NULL;
	out = asked(&st, "a", WHY_NO_INCIDENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sum_is_the_verdicts),
		cmocka_unit_test(test_by_hand),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
