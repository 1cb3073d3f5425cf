/* The engine as a whole, with made-up readers and rules: same results for any number of workers, and
 * whatever happens to a worker costs its item only. */
#include "runs.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "engine/sandbox.h"
#include "util/limits.h"

static const struct engine_options ALL = {
	.workers = 1, .rules = { (const uint8_t *)"rules", 5 }, .facts = true, .hash = true
};

/* Small files, an empty one, an unknown one, damage, a large one in pieces. */
static void mixed(struct place *p)
{
	buf b = { 0 };
	char name[32];

	place_make(p);
	for (unsigned i = 0; i < 20; i++) {
		buf_clear(&b);
		records_add(&b, "FAKE", i * 5000, 3000 + i * 7);
		if (i % 3 == 0)
			record_add(&b, "B");
		snprintf(name, sizeof name, "a%02u", i);
		place_put(p, name, buf_view(&b));
	}
	place_put(p, "b-empty", STR(""));
	place_put(p, "b-unknown", STR("what is this?"));
	place_put(p, "b-evt", STR("\x30\0\0\0LfLe\x01\0\0\0\x01\0\0\0"));
	buf_clear(&b);
	records_add(&b, "FAKP", 1000000, 700000); /* 44.8 MB: three pieces */
	place_put(p, "c-large", buf_view(&b));
	buf_clear(&b);
	records_add(&b, "FAKE", 2000000, 10);
	place_put(p, "d", buf_view(&b));
	buf_done(&b);
}

static void test_same_for_any_number_of_workers(void **state)
{
	static const enum engine_output OUTPUTS[] = { OUTPUT_NONE, OUTPUT_EVTX_JSONL };
	struct place p;

	mixed(&p);
	for (size_t i = 0; i < COUNT(OUTPUTS); i++) {
		struct engine_options o = ALL;
		struct ran one, four;

		o.output = OUTPUTS[i];
		o.census = true;
		ran_make(&one, &p, o);
		o.workers = 4;
		ran_make(&four, &p, o);
		assert_int_equal(one.rc, 0);
		assert_int_equal(four.rc, 0);
		CHECK_STR("log", buf_view(&four.log), buf_view(&one.log));
		assert_true(str_eq(buf_view(&four.output), buf_view(&one.output)));
		if (o.output)
			assert_true(one.output.len > 700000u * 10);
		assert_int_equal(one.totals.items, 25);
		assert_int_equal(one.totals.events, 20 * 3000 + 7 * 190 + 700000 + 10);
		assert_int_equal(one.totals.workers_died, 0);
		assert_int_equal(ran_count(&one, "b-empty size=0  unknown [empty: nothing to read] events=0 sha=e3b0c442"), 1);
		assert_int_equal(ran_count(&one, "unknown [content matches no known format]"), 1);
		assert_int_equal(ran_count(&one, "unknown [not read: Windows event log of XP"), 1);
		assert_int_equal(ran_count(&one, "fact coverage"), ran_count(&one, "fact "));
		assert_int_equal(ran_count(&one, "c-large size=44800064 fakp ok [] events=700000"), 1);
		assert_int_equal(ran_count(&one, "finding r1 item=23 "), 700);
		assert_int_equal(ran_count(&one, "kind Security events=3007 Computer Text\n"), 1);
		assert_true(ran_count(&one, "kind Security") > 22); /* the large one in pieces */
		ran_done(&one);
		ran_done(&four);
	}
	place_remove(&p);
}

static void test_output_is_in_evidence_order(void **state)
{
	struct place p;
	struct engine_options o = { .workers = 3, .output = OUTPUT_EVTX_JSONL };
	struct ran r;
	str rest, line;
	unsigned long last = 0;

	mixed(&p);
	ran_make(&r, &p, o);
	rest = buf_view(&r.output);
	while (rest.len) {
		unsigned long id;

		line = str_cut(rest, '\n', &rest);
		id = strtoul(line.ptr + 1, NULL, 10);
		assert_true(id >= last);
		last = id;
	}
	assert_int_equal(last, 2000009);
	ran_done(&r);
	place_remove(&p);
}

/* --- workers that end badly ----------------------------------------------------------------- */

static const struct {
	const char *what, *record, *text;
} DEATHS[] = {
	{ "segmentation fault", "S", "the worker process died (SIGSEGV)" },
	{ "exit", "X", "the worker process ended (exit code 9)" },
	{ "endless loop", "L", "the worker made no progress for 1 seconds" },
	{ "invalid message", "M", "the worker sent an invalid message: " },
};

static void deadly(struct place *p, const char *magic, const char *record)
{
	buf b = { 0 };

	place_make(p);
	records_add(&b, "FAKE", 0, 100);
	place_put(p, "a", buf_view(&b));
	buf_clear(&b);
	records_add(&b, magic, 1000, 50000); /* 3.2 MB: three batches are sent before */
	record_add(&b, record);
	records_add(&b, NULL, 60000, 100);
	place_put(p, "b", buf_view(&b));
	buf_clear(&b);
	records_add(&b, "FAKE", 100000, 100);
	place_put(p, "c", buf_view(&b));
	buf_done(&b);
}

static void test_death_costs_the_rest_of_its_item(void **state)
{
	for (size_t i = 0; i < COUNT(DEATHS); i++) {
		struct engine_options o = ALL;
		struct place p;
		struct ran one, four;

		deadly(&p, "FAKE", DEATHS[i].record);
		o.stall_s = 1;
		ran_make(&one, &p, o);
		o.workers = 4;
		ran_make(&four, &p, o);
		CHECK(DEATHS[i].what, one.rc == 0 && four.rc == 0);
		CHECK_STR(DEATHS[i].what, buf_view(&four.log), buf_view(&one.log));
		CHECK(DEATHS[i].what, one.totals.workers_died == 1);
		CHECK(DEATHS[i].what, ran_count(&one, DEATHS[i].text) == 2); /* gap and reason */
		CHECK(DEATHS[i].what, ran_count(&one, "fake ok [] events=100") == 2);
		CHECK(DEATHS[i].what, ran_count(&one, "fake partial [the worker") == 1);
		CHECK(DEATHS[i].what, ran_count(&one, "finding r1 item=1 ") > 40);
		CHECK(DEATHS[i].what, ran_count(&one, "sha=-") == 0);
		ran_done(&one);
		ran_done(&four);
		place_remove(&p);
	}
}

static void test_output_before_a_death_is_the_same(void **state)
{
	struct engine_options o = { .workers = 1, .output = OUTPUT_EVTX_JSONL, .stall_s = 1 };

	for (size_t i = 0; i < COUNT(DEATHS); i++) {
		struct place p;
		struct ran one, four;

		deadly(&p, "FAKE", DEATHS[i].record);
		ran_make(&one, &p, o);
		o.workers = 4;
		ran_make(&four, &p, o);
		CHECK(DEATHS[i].what, one.rc == 0 && four.rc == 0);
		CHECK(DEATHS[i].what, str_eq(buf_view(&four.output), buf_view(&one.output)));
		CHECK(DEATHS[i].what, str_find(buf_view(&one.output), STR("E40000 ")) != SIZE_MAX);
		CHECK(DEATHS[i].what, str_find(buf_view(&one.output), STR("E100099 ")) != SIZE_MAX);
		CHECK_STR(DEATHS[i].what, buf_view(&four.log), buf_view(&one.log));
		ran_done(&one);
		ran_done(&four);
		place_remove(&p);
		o.workers = 1;
	}
}

static void test_first_record_kills(void **state)
{
	struct engine_options o = ALL;
	struct place p;
	struct ran r;
	buf b = { 0 };

	place_make(&p);
	record_add(&b, "FAKE");
	record_add(&b, "S");
	place_put(&p, "a", buf_view(&b));
	ran_make(&r, &p, o);
	assert_int_equal(r.rc, 0);
	assert_int_equal(ran_count(&r, "a size=0 fake unreadable [the worker process died (SIGSEGV)]"), 1);
	assert_int_equal(ran_count(&r, "sha=-"), 0);
	ran_done(&r);
	buf_done(&b);
	place_remove(&p);
}

static void test_reader_gives_up(void **state)
{
	struct engine_options o = ALL;
	struct place p;
	struct ran r;
	buf b = { 0 };

	place_make(&p);
	record_add(&b, "FAKE");
	record_add(&b, "F");
	place_put(&p, "a", buf_view(&b));
	buf_clear(&b);
	records_add(&b, "FAKE", 0, 5);
	record_add(&b, "F");
	place_put(&p, "b", buf_view(&b));
	ran_make(&r, &p, o);
	assert_int_equal(ran_count(&r, "a size=128 fake unreadable [fake: cannot go on] events=0"), 1);
	assert_int_equal(ran_count(&r, "b size=448 fake partial [fake: cannot go on] events=5"), 1);
	ran_done(&r);
	buf_done(&b);
	place_remove(&p);
}

/* --- archives ------------------------------------------------------------------------------- */

static void tar_add(buf *tar, const char *name, str content)
{
	static const char ZEROS[512];
	char head[512] = { 0 };
	unsigned sum = 0;

	snprintf(head, 100, "%s", name);
	snprintf(head + 100, 8, "0000600");
	snprintf(head + 108, 8, "0000000");
	snprintf(head + 116, 8, "0000000");
	snprintf(head + 124, 12, "%011o", (unsigned)content.len);
	snprintf(head + 136, 12, "00000000000");
	memset(head + 148, ' ', 8);
	head[156] = '0';
	memcpy(head + 257, "ustar\00000", 8);
	for (size_t i = 0; i < sizeof head; i++)
		sum += (unsigned char)head[i];
	snprintf(head + 148, 8, "%06o", sum);
	buf_add(tar, head, sizeof head);
	buf_str(tar, content);
	buf_add(tar, ZEROS, (512 - content.len % 512) % 512);
}

/* Five members between two files; `bad` is the first record behind 200 events of member 2 and 3. */
static void archived(struct place *p, const char *bad)
{
	static const char END[1024];
	buf tar = { 0 }, b = { 0 };
	char name[32];

	place_make(p);
	records_add(&b, "FAKE", 0, 10);
	place_put(p, "a", buf_view(&b));
	place_put(p, "c", buf_view(&b));
	for (unsigned i = 1; i <= 5; i++) {
		buf_clear(&b);
		records_add(&b, "FAKE", i * 1000, 200);
		if (bad && (i == 2 || i == 3))
			record_add(&b, bad);
		snprintf(name, sizeof name, "m%u", i);
		tar_add(&tar, name, i == 5 ? STR("no format") : buf_view(&b));
	}
	buf_add(&tar, END, sizeof END);
	place_put(p, "b.tar", buf_view(&tar));
	buf_done(&tar);
	buf_done(&b);
}

static void one_and_four(struct place *p, struct engine_options o, struct ran *one)
{
	struct ran four;

	o.workers = 1;
	ran_make(one, p, o);
	o.workers = 4;
	ran_make(&four, p, o);
	assert_int_equal(one->rc, 0);
	CHECK_STR("log", buf_view(&four.log), buf_view(&one->log));
	CHECK_STR("output", buf_view(&four.output), buf_view(&one->output));
	ran_done(&four);
}

static void test_archive_and_its_members(void **state)
{
	struct engine_options o = ALL;
	struct place p;
	struct ran r;

	archived(&p, NULL);
	o.output = OUTPUT_EVTX_JSONL;
	one_and_four(&p, o, &r);
	assert_int_equal(ran_count(&r, "item 1 parent=-1 b.tar size="), 1);
	assert_int_equal(ran_count(&r, " tar ok [] events=0 sha="), 1);
	assert_int_equal(ran_count(&r, "item 2 parent=1 m1 size=12864 fake ok [] events=200 sha="), 1);
	assert_int_equal(ran_count(&r, "item 6 parent=1 m5 size=9  unknown ["), 1);
	assert_int_equal(ran_count(&r, "item 7 parent=-1 c size=704 fake ok [] events=10"), 1);
	assert_int_equal(ran_count(&r, "finding r1 item=2 off=512 rec=1007"), 1);
	assert_int_equal(ran_count(&r, "sha=-"), 0);
	assert_int_equal(r.totals.items, 8);
	assert_int_equal(r.totals.events, 820);
	ran_done(&r);
	place_remove(&p);
}

static void test_deadly_members_cost_themselves(void **state)
{
	static const enum engine_output OUTPUTS[] = { OUTPUT_NONE, OUTPUT_EVTX_JSONL };

	for (size_t i = 0; i < COUNT(OUTPUTS); i++) {
		struct engine_options o = ALL;
		struct place p;
		struct ran r;

		archived(&p, "S");
		o.output = OUTPUTS[i];
		one_and_four(&p, o, &r);
		assert_int_equal(ran_count(&r, "m2 size=0  unreadable [the worker process died (SIGSEGV)]"),
				 1);
		assert_int_equal(ran_count(&r, "m3 size=0  unreadable [the worker process died (SIGSEGV)]"),
				 1);
		assert_int_equal(ran_count(&r, "m4 size=12864 fake ok [] events=200"), 1);
		assert_int_equal(ran_count(&r, " tar ok [] events=0"), 1);
		assert_int_equal(ran_count(&r, "item 7 parent=-1 c size=704 fake ok"), 1);
		if (o.output) {
			assert_true(str_find(buf_view(&r.output), STR("E4199 ")) != SIZE_MAX);
			assert_true(str_find(buf_view(&r.output), STR("E2000 ")) == SIZE_MAX);
		}
		ran_done(&r);
		place_remove(&p);
	}
}

/* --- the rest ------------------------------------------------------------------------------- */

static void test_nothing_to_read(void **state)
{
	struct place p;
	struct ran r;

	place_make(&p);
	ran_make(&r, &p, ALL);
	assert_int_equal(r.rc, 0);
	assert_int_equal(r.log.len, 0);
	assert_int_equal(r.totals.items, 0);
	ran_done(&r);
	place_remove(&p);
}

static void test_missing_ids_across_files(void **state)
{
	struct place p;
	struct ran r;
	buf b = { 0 };

	place_make(&p);
	records_add(&b, "FAKE", 100, 100); /* 100..199 */
	place_put(&p, "b", buf_view(&b));
	buf_clear(&b);
	records_add(&b, "FAKE", 200, 50); /* ..249: an earlier name, later ids */
	place_put(&p, "a", buf_view(&b));
	buf_clear(&b);
	records_add(&b, "FAKE", 300, 10);
	place_put(&p, "c", buf_view(&b));
	ran_make(&r, &p, ALL);
	assert_int_equal(ran_count(&r, "gap missing"), 1);
	assert_int_equal(ran_count(&r, "gap missing item=0 250-299 lost=50 record ids 250 to 299 of Security"
				       " on host were read nowhere"),
			 1);
	assert_int_equal(ran_count(&r, "ok []"), 3);
	ran_done(&r);
	buf_done(&b);
	place_remove(&p);
}

static void test_worker_cannot_open_files(void **state)
{
	struct place p;
	struct ran r;
	buf b = { 0 };

	if (!sandbox_is_full())
		UNIT_SKIP("the sandbox of sanitizer builds is not the whole one");
	place_make(&p);
	record_add(&b, "FAKE");
	record_add(&b, "O");
	place_put(&p, "a", buf_view(&b));
	ran_make(&r, &p, ALL);
	assert_int_equal(r.rc, 0);
	assert_int_equal(ran_count(&r, "opened"), 0);
	assert_int_equal(ran_count(&r, "refused"), 2);
	ran_done(&r);
	buf_done(&b);
	place_remove(&p);
}

static void test_bad_rules_stop_the_run(void **state)
{
	struct engine_options o = ALL;
	struct place p;
	struct ran r;

	place_make(&p);
	place_put(&p, "a", STR("x"));
	o.rules = str_bytes(STR("nonsense"));
	ran_make(&r, &p, o);
	assert_int_equal(r.rc, -1);
	assert_string_equal(r.e.text, "worker: fake rules are \"rules\"");
	ran_done(&r);
	place_remove(&p);
}

/* The file is written to while a worker reads it: a finding's sink is where we stand in between. */
struct toucher {
	char path[256];
	bool truncate;
	buf log;
};

static int touch(void *ctx, const struct finding *f, err *e)
{
	struct toucher *t = ctx;

	if (t->truncate)
		assert_int_equal(truncate(t->path, 4096), 0);
	else
		assert_int_equal(utimes(t->path, NULL), 0);
	return 0;
}

static int note_gap(void *ctx, const struct gap *g, err *e)
{
	struct toucher *t = ctx;

	buf_printf(&t->log, "%s;", gap_kind_name(g->kind));
	return 0;
}

static void test_change_during_read(void **state)
{
	for (int shrink = 0; shrink <= 1; shrink++) {
		struct toucher t = { .truncate = shrink };
		struct engine_sink sink = { .ctx = &t, .finding = touch, .gap = note_gap };
		struct engine_options o = ALL;
		struct engine_totals totals;
		struct place p;
		const char *path = p.dir;
		buf b = { 0 };

		place_make(&p);
		records_add(&b, "FAKP", 0, 400000); /* two pieces, one worker */
		place_put(&p, "a", buf_view(&b));
		snprintf(t.path, sizeof t.path, "%s/a", p.dir);
		o.paths = &path;
		o.npaths = 1;
		o.hash = false;
		assert_int_equal(engine_run(&o, &sink, &totals, NULL), 0);
		assert_true(str_starts(buf_view(&t.log), shrink ? STR("truncated;") : STR("changed;")));
		assert_int_equal(totals.items_by_verdict[1], 1);
		assert_int_equal(str_find(buf_view(&t.log), STR("changed;changed;")), SIZE_MAX);
		buf_done(&b);
		buf_done(&t.log);
		place_remove(&p);
	}
}

/* Whoever reads the output goes away: no error, no message. */
static void test_reader_of_output_leaves(void **state)
{
	struct engine_options o = { .workers = 2, .output = OUTPUT_EVTX_JSONL };
	struct engine_sink sink = { 0 };
	struct engine_totals totals;
	struct place p;
	const char *path = p.dir;
	int fds[2];

	mixed(&p);
	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	close(fds[0]);
	o.paths = &path;
	o.npaths = 1;
	o.output_fd = fds[1];
	assert_int_equal(engine_run(&o, &sink, &totals, NULL), 0);
	assert_true(totals.output_closed);
	close(fds[1]);
	place_remove(&p);
}

static void test_full_disk_is_an_error(void **state)
{
	struct engine_options o = { .workers = 2, .output = OUTPUT_EVTX_JSONL };
	struct engine_sink sink = { 0 };
	struct engine_totals totals;
	struct place p;
	const char *path = p.dir;
	err e = { 0 };

	mixed(&p);
	o.output_fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
	o.paths = &path;
	o.npaths = 1;
	assert_int_equal(engine_run(&o, &sink, &totals, &e), -1);
	assert_int_equal(e.code, ERR_IO);
	assert_non_null(strstr(e.text, "writing output"));
	close(o.output_fd);
	place_remove(&p);
}

static int interrupt(void *ctx, const struct store_item *it, err *e)
{
	(void)ctx;
	raise(SIGINT);
	return 0;
}

static void test_interrupt(void **state)
{
	struct engine_options o = ALL;
	struct engine_sink sink = { .item = interrupt };
	struct engine_totals totals;
	struct place p;
	const char *path = p.dir;
	err e = { 0 };

	mixed(&p);
	o.paths = &path;
	o.npaths = 1;
	assert_int_equal(engine_run(&o, &sink, &totals, &e), -1);
	assert_string_equal(e.text, "interrupted");
	assert_true(totals.interrupted);
	assert_true(totals.items > 0 && totals.items < 25);
	place_remove(&p);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same_for_any_number_of_workers),
		cmocka_unit_test(test_output_is_in_evidence_order),
		cmocka_unit_test(test_death_costs_the_rest_of_its_item),
		cmocka_unit_test(test_output_before_a_death_is_the_same),
		cmocka_unit_test(test_first_record_kills),
		cmocka_unit_test(test_reader_gives_up),
		cmocka_unit_test(test_archive_and_its_members),
		cmocka_unit_test(test_deadly_members_cost_themselves),
		cmocka_unit_test(test_nothing_to_read),
		cmocka_unit_test(test_missing_ids_across_files),
		cmocka_unit_test(test_worker_cannot_open_files),
		cmocka_unit_test(test_bad_rules_stop_the_run),
		cmocka_unit_test(test_change_during_read),
		cmocka_unit_test(test_reader_of_output_leaves),
		cmocka_unit_test(test_full_disk_is_an_error),
		cmocka_unit_test(test_interrupt),
	};

	if (argc > 1 && strcmp(argv[1], ENGINE_WORKER_ARG) == 0)
		return engine_worker_main(3);
	return cmocka_run_group_tests_name("engine run", tests, NULL, NULL);
}
