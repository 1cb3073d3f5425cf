/* A text in findings and facts: where it may stand, what is shown, pieces that together are the whole. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "store/search.h"
#include "util/limits.h"

static char dir[64];
static struct store *S;

static void put_fact(struct store *s, unsigned n, enum fact_kind kind, str command)
{
	struct fact f = {
		.kind = kind, .count = 1, .first_ns = (int64_t)n * 1000, .last_ns = (int64_t)n * 1000
	};

	f.attr[FA_HOST] = STR("WEB01");
	f.attr[FA_ACCOUNT] = n % 2 ? STR("alice") : STR("bob");
	f.attr[FA_COMMAND] = command;
	f.refs[0] = (struct event_ref){ 0, 100 + n, n };
	f.nrefs = 1;
	assert_int_equal(store_put_fact(s, &f, NULL), 0);
}

static void put_finding(struct store *s, str title, str detail)
{
	struct event_ref ref = { 1, 7, 8 };
	struct finding f = { .rule_id = STR("r1"),
			     .rule_title = title,
			     .level = LEVEL_HIGH,
			     .time_ns = 5,
			     .host = STR("DC01"),
			     .refs = &ref,
			     .nrefs = 1,
			     .ndetails = 1 };

	f.details[0].name = STR("CommandLine");
	f.details[0].value = detail;
	assert_int_equal(store_put_finding(s, &f, NULL), 0);
}

static int setup(void **state)
{
	static char long_text[4000];
	struct store_item it = { .id = 0,
				 .path = STR("a.evtx"),
				 .has_sha256 = true,
				 .format = STR("evtx"),
				 .verdict = STR("ok") };
	char name[32];

	snprintf(dir, sizeof dir, "/tmp/spoor-search-XXXXXX");
	if (!mkdtemp(dir) || store_create(&S, dir, true, NULL) < 0 || store_begin(S, NULL) < 0)
		return -1;
	it.parent = UINT32_MAX;
	memset(it.sha256, 0xab, sizeof it.sha256);
	store_put_item(S, &it, NULL);
	put_finding(S, STR("Web shell written"), STR("cmd /c WHOAMI"));
	put_finding(S, STR("Nothing"), STR("x"));
	for (unsigned i = 0; i < 1000; i++) {
		snprintf(name, sizeof name, "run 100%%_%u.exe", i);
		put_fact(S, i, FACT_PROCESS_START, str_of(name));
	}
	put_fact(S, 2000, FACT_COVERAGE, STR("whoami"));
	memset(long_text, 'x', sizeof long_text);
	put_fact(S, 2001, FACT_PROCESS_START, (str){ long_text, sizeof long_text });
	memcpy(long_text + 3000, "\xe4\xbd\xa0\xe5\xa5\xbd needle \xe4\xbd\xa0", 17);
	put_fact(S, 2002, FACT_PROCESS_START, (str){ long_text, sizeof long_text });
	return store_commit(S, NULL);
}

static int teardown(void **state)
{
	char command[128];

	store_close(S);
	snprintf(command, sizeof command, "%s/case.db", dir);
	unlink(command);
	return rmdir(dir);
}

static int keep(void *ctx, const struct store_hit *h, err *e)
{
	buf *b = ctx;

	buf_printf(b, "%.*s|%lld|%.*s|%.*s|%.*s\n", STR_ARG(h->kind), (long long)h->time_ns, STR_ARG(h->host),
		   STR_ARG(h->text), STR_ARG(h->ref));
	return 0;
}

static unsigned lines(const buf *b)
{
	unsigned n = 0;

	for (size_t i = 0; i < b->len; i++)
		n += b->ptr[i] == '\n';
	return n;
}

static struct store_found look(const char *q, const char *after, uint64_t rows, uint64_t ms, buf *out)
{
	struct store_query ask = { str_of(q), str_of(after), rows, ms };
	struct store_found found = { 0 };

	assert_int_equal(store_search(S, &ask, keep, out, &found, NULL), 0);
	return found;
}

static void test_where(void **state)
{
	static const struct {
		const char *what, *q;
		unsigned hits;
	} T[] = {
		{ "a title, other case", "WEB SHELL", 1 },
		{ "a detail of a finding, not of coverage", "whoami", 1 },
		{ "a host of facts", "web01", 200 },
		{ "a command", "run 100%_77.exe", 1 },
		{ "what LIKE takes for any text is a letter", "100%_1%", 0 },
		{ "what LIKE takes for any letter is a letter", "run 100%__", 0 },
		{ "no quote ends the question", "x' OR 1=1 --", 0 },
		{ "not UTF-8", "\xff", 0 },
		{ "longer than anything", "run 100%_77.exe and more and more and more and more and more", 0 },
	};

	for (size_t i = 0; i < COUNT(T); i++) {
		buf b = { 0 };

		look(T[i].q, "", 200, 60000, &b);
		CHECK(T[i].what, lines(&b) == T[i].hits);
		buf_done(&b);
	}
}

static void test_shown(void **state)
{
	buf b = { 0 };

	look("whoami", "", 10, 60000, &b);
	CHECK_STR(
		"a finding", buf_view(&b),
		STR("finding|5|DC01|CommandLine: cmd /c WHOAMI; title: Web shell written; rule: r1; event_id: 0; level: high|item1:7:8\n"));
	buf_clear(&b);
	look("100%_3.exe", "", 10, 60000, &b);
	CHECK_STR("a fact", buf_view(&b),
		  STR("process_start|3000|WEB01|command: run 100%_3.exe; account: alice|"
		      "abababababababababababababababababababababababababababababababab:103:3\n"));
	buf_clear(&b);
	look("needle", "", 10, 60000, &b);
	assert_int_equal(lines(&b), 1);
	assert_true(str_find(buf_view(&b), STR("\xe4\xbd\xa0\xe5\xa5\xbd needle \xe4\xbd\xa0x")) != SIZE_MAX);
	assert_in_range(b.len, LIMIT_SEARCH_HIT_TEXT / 2, LIMIT_SEARCH_HIT_TEXT + 200);
	buf_done(&b);
}

/* However small the pieces, together they are the whole, once each. */
static void test_pieces(void **state)
{
	static const uint64_t ROWS[] = { 1, 7, 200, 100000 };
	buf whole = { 0 };

	look("e", "", 100000, 60000, &whole);
	assert_int_equal(lines(&whole), 1003);
	for (size_t i = 0; i < COUNT(ROWS); i++)
		for (uint64_t ms = 0; ms <= 60000;
		     ms += 60000) { /* 0: out of time whenever the clock is looked at */
			buf all = { 0 };
			struct store_found f = { 0 };
			unsigned rounds = 0;

			do {
				char after[32];

				memcpy(after, f.next, sizeof after);
				f = look("e", after, ROWS[i], ms, &all);
				assert_true(++rounds <= 2000);
				assert_true(!f.out_of_time || f.next[0]);
			} while (f.next[0]);
			assert_true(str_eq(buf_view(&all), buf_view(&whole)));
			assert_true(rounds > 1 || (ms && ROWS[i] == 100000));
			buf_done(&all);
		}
	buf_done(&whole);
}

static void test_refused(void **state)
{
	static const char *const AFTER[] = { "x",
					     "fact",
					     "fact:",
					     "fact:-1",
					     "fact:1:2",
					     "facts:1",
					     "fact:99999999999999999999",
					     "fact:9223372036854775808" };
	struct store_found f = { .looked_at = 77 };

	for (size_t i = 0; i < COUNT(AFTER); i++) {
		struct store_query ask = { STR("a"), str_of(AFTER[i]), 1, 1 };
		err e = { 0 };

		CHECK(AFTER[i], store_search(S, &ask, keep, NULL, &f, &e) < 0 && e.code == ERR_ARG &&
					f.looked_at == 77);
	}
	assert_int_equal(
		store_search(S, &(struct store_query){ STR(""), STR(""), 1, 1 }, keep, NULL, &f, NULL), -1);
	assert_int_equal(
		store_search(S, &(struct store_query){ STR("a"), STR(""), 0, 1 }, keep, NULL, &f, NULL), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_where),
		cmocka_unit_test(test_shown),
		cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
