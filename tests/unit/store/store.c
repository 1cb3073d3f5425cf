/* The case file: what goes in comes out, in a fixed order; files are safe; damage is told. */
#include "unit.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/store.h"

static char dir[64];

static int setup(void **state)
{
	(void)state;
	snprintf(dir, sizeof dir, "/tmp/spoor-store-XXXXXX");
	return mkdtemp(dir) ? 0 : -1;
}

static int teardown(void **state)
{
	static const char *const NAMES[] = { "case.db", "case.db-wal", "case.db-shm", "other" };
	char path[128];

	(void)state;
	for (size_t i = 0; i < COUNT(NAMES); i++) {
		snprintf(path, sizeof path, "%s/%s", dir, NAMES[i]);
		unlink(path);
	}
	return rmdir(dir);
}

static void put_facts(struct store *s, unsigned round)
{
	for (unsigned i = 0; i < 40; i++) {
		unsigned n = round ? (i * 27 + round) % 40 : i;
		struct fact f = { .kind = n % 2 ? FACT_LOGON : FACT_COVERAGE, .count = 1, .bytes = n };
		char name[16];

		snprintf(name, sizeof name, "host%u", n % 5);
		f.attr[FA_HOST] = str_of(name);
		f.attr[FA_ORIGIN] = n % 7 ? STR("") : STR("recovered");
		f.first_ns = f.last_ns = n % 9 ? (int64_t)n * 1000 : TIME_NONE;
		f.refs[0] = (struct event_ref){ n % 3, 1000 - n, n };
		f.nrefs = 1;
		assert_int_equal(store_put_fact(s, &f, NULL), 0);
	}
}

static int fact_out(void *ctx, const struct fact *f, err *e)
{
	buf *b = ctx;

	(void)e;
	for (int i = 0; i < FA_COUNT; i++)
		assert_non_null(f->attr[i].ptr);
	buf_printf(b, "%d %.*s %.*s %lld %lld %llu %llu", (int)f->kind, STR_ARG(f->attr[FA_HOST]),
		   STR_ARG(f->attr[FA_ORIGIN]), (long long)f->first_ns, (long long)f->last_ns,
		   (unsigned long long)f->count, (unsigned long long)f->bytes);
	for (uint32_t i = 0; i < f->nrefs; i++)
		buf_printf(b, " %u/%llu/%llu", f->refs[i].item, (unsigned long long)f->refs[i].offset,
			   (unsigned long long)f->refs[i].record);
	buf_byte(b, '\n');
	return 0;
}

static void test_facts_merge_in_any_order(void **state)
{
	buf want = { 0 };

	(void)state;
	for (unsigned round = 0; round < 3; round++) {
		struct store *s;
		buf got = { 0 };

		assert_int_equal(store_create(&s, dir, true, NULL), 0);
		assert_int_equal(store_begin(s, NULL), 0);
		put_facts(s, round);
		assert_int_equal(store_commit(s, NULL), 0);
		assert_int_equal(store_each_fact(s, -1, fact_out, &got, NULL), 0);
		store_close(s);
		if (round == 0) {
			buf_str(&want, buf_view(&got));
			/* 35 (kind, host, origin) triples would be too easy to fake: one by hand */
			assert_true(str_find(buf_view(&got), STR("12 host0  10000 30000 3 60 0/970/30 "
								 "1/990/10 2/980/20\n")) != SIZE_MAX);
		}
		CHECK_STR("facts", buf_view(&got), buf_view(&want));
		buf_done(&got);
	}
	buf_done(&want);
}

static int stop_at_once(void *ctx, const struct fact *f, err *e)
{
	++*(int *)ctx;
	return err_set(e, ERR_ARG, 0, "enough");
}

/* What was read once is read again the same, also where the first time ended early or somebody has added to it. */
static void test_facts_again(void **state)
{
	buf first = { 0 }, again = { 0 }, kinds = { 0 }, more = { 0 };
	struct fact f = { .kind = FACT_LOGON, .count = 1, .first_ns = 5, .last_ns = 5, .nrefs = 1 };
	struct store *s;
	int n = 0;

	(void)state;
	f.attr[FA_HOST] = STR("added");
	assert_int_equal(store_create(&s, dir, true, NULL), 0);
	put_facts(s, 0);
	assert_int_equal(store_each_fact(s, FACT_LOGON, stop_at_once, &n, NULL), -1);
	assert_int_equal(n, 1);
	assert_int_equal(store_each_fact(s, -1, fact_out, &first, NULL), 0);
	assert_int_equal(store_each_fact(s, -1, fact_out, &again, NULL), 0);
	CHECK_STR("all again", buf_view(&again), buf_view(&first));
	assert_int_equal(store_each_fact(s, FACT_COVERAGE, fact_out, &kinds, NULL), 0);
	assert_int_equal(store_each_fact(s, FACT_LOGON, fact_out, &kinds, NULL), 0);
	CHECK_STR("by kind", buf_view(&kinds), buf_view(&first));
	assert_int_equal(store_each_fact(s, FACT_LOGON, stop_at_once, &n, NULL), -1);
	assert_int_equal(n, 2);
	assert_int_equal(store_put_fact(s, &f, NULL), 0);
	assert_int_equal(store_each_fact(s, FACT_LOGON, fact_out, &more, NULL), 0);
	assert_true(str_find(buf_view(&more), STR(" added ")) != SIZE_MAX);
	store_close(s);
	buf_done(&first);
	buf_done(&again);
	buf_done(&kinds);
	buf_done(&more);
}

static int finding_out(void *ctx, const struct finding *f, err *e)
{
	buf *b = ctx;

	(void)e;
	buf_printf(b, "%lld [%.*s] [%.*s] %d [%.*s] %llu", (long long)f->time_ns, STR_ARG(f->rule_id),
		   STR_ARG(f->rule_title), (int)f->level, STR_ARG(f->host), (unsigned long long)f->event_id);
	for (uint32_t i = 0; i < f->nrefs; i++)
		buf_printf(b, " %u/%llu/%llu", f->refs[i].item, (unsigned long long)f->refs[i].offset,
			   (unsigned long long)f->refs[i].record);
	for (uint32_t i = 0; i < f->ndetails; i++)
		buf_printf(b, " %.*s=%.*s", STR_ARG(f->details[i].name), STR_ARG(f->details[i].value));
	buf_byte(b, '\n');
	return 0;
}

static void test_findings(void **state)
{
	struct event_ref refs[3] = { { 1, UINT64_MAX, 7 }, { 0, 5, UINT64_MAX }, { 2, 6, 8 } };
	struct finding f = { .rule_id = STR("id"),
			     .rule_title = STR("bad \xFF title"),
			     .level = LEVEL_HIGH,
			     .time_ns = 20,
			     .host = { "a\0b", 3 },
			     .event_id = 4688,
			     .refs = refs,
			     .nrefs = 3,
			     .ndetails = 2 };
	struct store *s;
	buf got = { 0 };
	err e = { 0 };

	(void)state;
	f.details[0] = (struct finding_detail){ STR("Image"), STR("C:\\x") };
	f.details[1] = (struct finding_detail){ STR("User"), STR("") };
	assert_int_equal(store_create(&s, dir, false, NULL), 0);
	assert_int_equal(store_put_finding(s, &f, NULL), 0);
	f.time_ns = TIME_NONE;
	f.nrefs = 1;
	f.ndetails = 0;
	assert_int_equal(store_put_finding(s, &f, NULL), 0);
	f.time_ns = 20;
	f.rule_id = STR("hd");
	assert_int_equal(store_put_finding(s, &f, NULL), 0);
	f.nrefs = 0;
	assert_int_equal(store_put_finding(s, &f, &e), -1);
	assert_int_equal(e.code, ERR_ARG);
	assert_int_equal(store_each_finding(s, finding_out, &got, NULL), 0);
	CHECK_STR("findings", buf_view(&got),
		  STR("-9223372036854775808 [id] [bad \\xff title] 3 [a\\x00b] 4688 "
		      "1/18446744073709551615/7\n"
		      "20 [hd] [bad \\xff title] 3 [a\\x00b] 4688 1/18446744073709551615/7\n"
		      "20 [id] [bad \\xff title] 3 [a\\x00b] 4688 1/18446744073709551615/7 "
		      "0/5/18446744073709551615 2/6/8 Image=C:\\x User=\n"));
	store_close(s);
	buf_done(&got);
}

static int item_out(void *ctx, const struct store_item *it, err *e)
{
	char hex[SHA256_HEX_LEN + 1] = "none";

	(void)e;
	if (it->has_sha256)
		sha256_hex(it->sha256, hex);
	buf_printf(ctx, "%u %d %.*s %llu %.8s %.*s %.*s %lld\n", it->id, (int)it->parent, STR_ARG(it->path),
		   (unsigned long long)it->size, hex, STR_ARG(it->verdict), STR_ARG(it->reason),
		   (long long)it->first_ns);
	return 0;
}

static int gap_out(void *ctx, const struct gap *g, err *e)
{
	(void)e;
	buf_printf(ctx, "%s %u %llu %llu %llu %lld %s\n", gap_kind_name(g->kind), g->item,
		   (unsigned long long)g->from, (unsigned long long)g->to, (unsigned long long)g->lost,
		   (long long)g->last_ns, g->text);
	return 0;
}

static int rule_out(void *ctx, const struct store_rule *r, err *e)
{
	(void)e;
	buf_printf(ctx, "%.*s %.*s %.*s %.*s\n", STR_ARG(r->id), STR_ARG(r->status), STR_ARG(r->reason),
		   STR_ARG(r->sha256));
	return 0;
}

static int stop_now(void *ctx, const struct gap *g, err *e)
{
	(void)g;
	++*(int *)ctx;
	return err_set(e, ERR_LIMIT, ERR_NO_OFFSET, "enough");
}

static void test_the_rest_reopened(void **state)
{
	struct store_item it = { .id = 1,
				 .parent = 0,
				 .path = STR("a.zip!/\xC3\xA4"),
				 .size = 9,
				 .verdict = STR("partial"),
				 .reason = STR("why"),
				 .has_sha256 = true,
				 .first_ns = TIME_NONE,
				 .last_ns = 5,
				 .mtime_ns = 6 };
	struct store_run run = { .version = STR("0.1"),
				 .command = STR("c"),
				 .started_ns = 1,
				 .rules_sha256 = STR("ab"),
				 .rules_name = STR("release"),
				 .values_sha256 = STR("cd"),
				 .profile = STR("extended"),
				 .rules_ok = 3,
				 .events = 9,
				 .finished = true };
	const struct store_rule rule = { STR("r"),      STR("t"), STR("high"), STR("rejected"),
					 STR("line 3"), STR("p"), STR(""),     STR("5a") };
	struct store_run got_run;
	struct store *s;
	struct gap g;
	arena mem;
	buf got = { 0 };
	err e = { 0 };
	int calls = 0;

	(void)state;
	memset(it.sha256, 0xA5, sizeof it.sha256);
	arena_init(&mem, 1 << 20);
	assert_int_equal(store_create(&s, dir, false, NULL), 0);
	assert_int_equal(store_get_run(s, &got_run, &mem, NULL), 0);
	assert_false(got_run.finished); /* from the first moment on */
	assert_int_equal(store_put_item(s, &it, NULL), 0);
	it = (struct store_item){
		.parent = UINT32_MAX, .path = STR(""), .verdict = STR("ok"), .first_ns = 4
	};
	assert_int_equal(store_put_item(s, &it, NULL), 0);
	gap_set(&g, GAP_MISSING, 10, UINT64_MAX, "ids %d", 3);
	g.item = 1;
	g.lost = 2;
	assert_int_equal(store_put_gap(s, &g, NULL), 0);
	assert_int_equal(store_put_gap(s, &g, NULL), 0);
	assert_int_equal(store_put_rule(s, &rule, NULL), 0);
	assert_int_equal(store_put_run(s, &run, NULL), 0);
	store_close(s);

	assert_int_equal(store_open(&s, dir, NULL), 0);
	assert_int_equal(store_put_run(s, &run, &e), -1);
	assert_int_equal(e.code, ERR_ARG);
	assert_int_equal(store_get_run(s, &got_run, &mem, NULL), 0);
	assert_true(got_run.finished && got_run.rules_ok == 3 && str_eq(got_run.version, STR("0.1")));
	CHECK_STR("rules", got_run.rules_sha256, STR("ab"));
	CHECK_STR("release", got_run.rules_name, STR("release"));
	CHECK_STR("values", got_run.values_sha256, STR("cd"));
	CHECK_STR("profile", got_run.profile, STR("extended"));
	assert_int_equal(store_each_item(s, item_out, &got, NULL), 0);
	assert_int_equal(store_each_gap(s, gap_out, &got, NULL), 0);
	assert_int_equal(store_each_rule(s, rule_out, &got, NULL), 0);
	CHECK_STR("rest", buf_view(&got),
		  STR("0 -1  0 none ok  4\n"
		      "1 0 a.zip!/\xC3\xA4 9 a5a5a5a5 partial why -9223372036854775808\n"
		      "missing 1 10 18446744073709551615 2 -9223372036854775808 ids 3\n"
		      "missing 1 10 18446744073709551615 2 -9223372036854775808 ids 3\n"
		      "r rejected line 3 5a\n"));
	e = (err){ 0 };
	assert_int_equal(store_each_gap(s, stop_now, &calls, &e), -1);
	assert_int_equal(calls, 1);
	assert_int_equal(e.code, ERR_LIMIT);
	store_close(s);
	buf_done(&got);
	arena_done(&mem);
}

static mode_t mode_of(const char *name)
{
	char path[128];
	struct stat st;

	snprintf(path, sizeof path, "%s/%s", dir, name);
	return lstat(path, &st) == 0 ? st.st_mode : 0;
}

static void write_other(const char *name, const char *text)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", dir, name);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void test_files(void **state)
{
	struct store *s;
	char path[128], other[128], sub[128];
	err e = { 0 };

	(void)state;
	umask(0);
	snprintf(path, sizeof path, "%s/case.db", dir);
	snprintf(other, sizeof other, "%s/other", dir);
	snprintf(sub, sizeof sub, "%s/new", dir);

	assert_int_equal(store_open(&s, dir, &e), -1); /* nothing there */
	assert_int_equal(store_create(&s, sub, false, NULL), 0);
	assert_int_equal(mode_of("new") & 07777, 0700);
	assert_int_equal(mode_of("new/case.db") & 07777, 0600);
	store_close(s);
	assert_int_equal(mode_of("new/case.db-wal"), 0); /* one file remains */
	assert_int_equal(mode_of("new/case.db-shm"), 0);
	assert_int_equal(store_create(&s, sub, false, &e), -1);
	assert_int_equal(e.code, ERR_ARG);
	assert_int_equal(store_create(&s, sub, true, NULL), 0);
	store_close(s);
	snprintf(other, sizeof other, "%s/new/case.db", dir);
	unlink(other);
	rmdir(sub);

	/* a file that is no case is never taken away, a link is never followed */
	write_other("case.db", "precious");
	e = (err){ 0 };
	assert_int_equal(store_create(&s, dir, true, &e), -1);
	assert_int_equal(e.code, ERR_ARG);
	e = (err){ 0 };
	assert_int_equal(store_open(&s, dir, &e), -1);
	assert_int_equal(e.code, ERR_CORRUPT);
	unlink(path);
	write_other("other", "");
	assert_int_equal(symlink("other", path), 0);
	assert_int_equal(store_create(&s, dir, true, &e), -1);
	assert_int_equal(store_open(&s, dir, &e), -1);
	unlink(path);
}

static void alter(const char *sql)
{
	char path[128];
	sqlite3 *db;

	snprintf(path, sizeof path, "%s/case.db", dir);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static void test_refuses(void **state)
{
	static const struct {
		const char *sql;
		enum err_code want;
	} T[] = {
		{ "PRAGMA user_version = 1", ERR_UNSUPPORTED },
		{ "PRAGMA user_version = 5", ERR_UNSUPPORTED },
		{ "PRAGMA application_id = 7", ERR_CORRUPT },
		{ "DROP TABLE items; CREATE VIEW items AS SELECT 1 AS id", ERR_CORRUPT },
		{ "CREATE TRIGGER t AFTER INSERT ON run BEGIN SELECT 1; END", ERR_CORRUPT },
		{ "DROP TABLE gaps", ERR_CORRUPT },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(T); i++) {
		struct store *s;
		char path[128];
		err e = { 0 };

		assert_int_equal(store_create(&s, dir, false, NULL), 0);
		store_close(s);
		alter(T[i].sql);
		CHECK(T[i].sql, store_open(&s, dir, &e) == -1);
		CHECK(T[i].sql, e.code == T[i].want);
		snprintf(path, sizeof path, "%s/case.db", dir);
		unlink(path);
	}
}

/* A crash between two batches: what was committed is there, and the case says it is not finished. */
static void test_unfinished(void **state)
{
	struct store_run run = { .version = STR("0.1"), .started_ns = 1 };
	struct store *s;
	arena mem;
	buf got = { 0 };

	(void)state;
	arena_init(&mem, 1 << 20);
	assert_int_equal(store_create(&s, dir, false, NULL), 0);
	store_put_run(s, &run, NULL);
	put_facts(s, 0);
	assert_int_equal(store_begin(s, NULL), 0);
	put_facts(s, 1);
	store_close(s); /* without commit */
	assert_int_equal(store_open(&s, dir, NULL), 0);
	assert_int_equal(store_get_run(s, &run, &mem, NULL), 0);
	assert_false(run.finished);
	assert_int_equal(store_each_fact(s, FACT_COVERAGE, fact_out, &got, NULL), 0);
	assert_true(str_find(buf_view(&got), STR("12 host0  10000 30000 3 60")) != SIZE_MAX);
	store_close(s);
	buf_done(&got);
	arena_done(&mem);
}

static void test_views(void **state)
{
	static const char *const VIEWS[] = { "fact_refs",  "v_findings",  "v_facts", "v_hosts",
					     "v_coverage", "v_rules_hit", "v_gaps" };
	struct store *s;
	char path[128], sql[64];
	sqlite3 *db;

	(void)state;
	assert_int_equal(store_create(&s, dir, false, NULL), 0);
	put_facts(s, 0);
	store_close(s);
	snprintf(path, sizeof path, "%s/case.db", dir);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	for (size_t i = 0; i < COUNT(VIEWS); i++) {
		snprintf(sql, sizeof sql, "SELECT count(*) FROM %s", VIEWS[i]);
		CHECK(VIEWS[i], sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK);
	}
	sqlite3_close(db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_facts_merge_in_any_order, setup, teardown),
		cmocka_unit_test_setup_teardown(test_facts_again, setup, teardown),
		cmocka_unit_test_setup_teardown(test_findings, setup, teardown),
		cmocka_unit_test_setup_teardown(test_the_rest_reopened, setup, teardown),
		cmocka_unit_test_setup_teardown(test_files, setup, teardown),
		cmocka_unit_test_setup_teardown(test_refuses, setup, teardown),
		cmocka_unit_test_setup_teardown(test_unfinished, setup, teardown),
		cmocka_unit_test_setup_teardown(test_views, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
