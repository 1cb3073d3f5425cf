/* Reports of hostile cases: nothing of the evidence may become markup, code or terminal control. */
#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "made_case.h"
#include "report/choice.h"
#include "report/page.h"
#include "report/report.h"
#include "report/visible.h"
#include "util/json.h"

#define EVIL "\"'><img src=x onerror=alert(1)>&{}\x01\x1b[31m\xE2\x80\xAE\xFF</script>"

/* Build the story and write everything of it. */
static int write_report(struct store *s, const char *dir, err *e)
{
	struct story *st;
	int rc;

	if (story_build(&st, s, e) < 0)
		return -1;
	rc = report_write(s, st, dir, e);
	if (rc == 0) { /* the document for print beside it */
		char path[256];
		int fd;

		snprintf(path, sizeof path, "%s/print.html", dir);
		fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
		rc = report_html(s, st, fd, e);
		close(fd);
	}
	story_free(st);
	return rc;
}

static int write_summary(struct store *s, unsigned columns, bool color, buf *out)
{
	struct story *st;

	if (story_build(&st, s, NULL) < 0)
		return -1;
	report_text(st, columns, color, out);
	story_free(st);
	return 0;
}

static buf read_all(const char *dir, const char *name)
{
	char path[256], piece[4096];
	buf b = { 0 };
	ssize_t n;
	int fd;

	snprintf(path, sizeof path, "%s/%s", dir, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && (n = read(fd, piece, sizeof piece)) > 0)
		buf_add(&b, piece, (size_t)n);
	if (fd >= 0)
		close(fd);
	return b;
}

static bool has(const buf *b, const char *text)
{
	return str_find(buf_view(b), str_of(text)) != SIZE_MAX;
}

static void hostile_facts(struct made_case *c)
{
	struct gap g;

	made_coverage(c, EVIL, EVIL, 0, 1);
	made_coverage(c, "A", "Security", 0, 1);
	made_fact(c, FACT_LOG_CLEARED, 1, 1, FA_HOST, EVIL, FA_OBJECT, EVIL, FA_ACCOUNT, EVIL, -1);
	made_fact(c, FACT_SERVICE_INSTALL, 2, 1, FA_HOST, EVIL, FA_OBJECT, EVIL, FA_COMMAND,
		  "cmd.exe /c " EVIL, -1);
	made_fact(c, FACT_LOGON, 3, 1, FA_HOST, "A", FA_SOURCE_IP, EVIL, FA_LOGON_TYPE, "10", FA_ACCOUNT,
		  EVIL, -1);
	made_fact(c, FACT_EXPLICIT_CREDENTIALS, 3, 1, FA_HOST, EVIL, FA_TARGET_HOST, "A", FA_TARGET_ACCOUNT,
		  EVIL, FA_PROCESS, EVIL, -1);
	made_finding(c, EVIL, EVIL, LEVEL_CRITICAL, 4);
	gap_set(&g, GAP_DAMAGED, 0, 1, "%s", EVIL);
	store_put_gap(c->s, &g, NULL);
}

static void test_html_is_inert(void **state)
{
	struct made_case c;
	struct stat st;
	char path[256];
	buf b;

	(void)state;
	made_open(&c);
	hostile_facts(&c);
	assert_int_equal(write_report(c.s, c.dir, NULL), 0);
	b = read_all(c.dir, "print.html");
	assert_true(b.len > 5000);
	assert_false(has(&b, "<img"));
	assert_false(has(&b, "\x01"));
	assert_false(has(&b, "\x1b"));
	assert_false(has(&b, "\xE2\x80\xAE"));
	assert_false(has(&b, "\xFF"));
	assert_true(has(&b, "&lt;img src=x onerror=alert(1)&gt;"));
	assert_true(has(&b, "<span class=\"esc\">\\u202e</span>"));
	assert_true(has(&b, "default-src 'none'"));
	assert_false(has(&b, "unsafe"));
	assert_false(has(&b, "http://"));
	assert_false(has(&b, "https://"));
	assert_false(has(&b, " style=")); /* the policy allows none */
	/* exactly one script: ours; the evidence's end tag did not end it */
	assert_false(has(&b, "<script"));
	assert_true(has(&b, "<td>abababababababab"));
	assert_true(str_ends(buf_view(&b), STR("</body></html>\n")));
	buf_done(&b);
	for (int i = 0; i < 2; i++) {
		snprintf(path, sizeof path, "%s/%s", c.dir, i ? "case.json" : "report.html");
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_mode & 07777, 0600);
	}
	made_close(&c);
}

/* The same case gives the same bytes, and nothing but the case goes in. */
static void test_same_bytes(void **state)
{
	static const char *const NAMES[] = { "report.html", "case.json", "print.html" };
	struct made_case c;

	(void)state;
	made_open(&c);
	hostile_facts(&c);
	for (size_t i = 0; i < COUNT(NAMES); i++) {
		struct store_run run = { .version = STR("0.1"), .command = STR("made"), .finished = true };
		buf a, b;

		assert_int_equal(write_report(c.s, c.dir, NULL), 0);
		a = read_all(c.dir, NAMES[i]);
		run.started_ns = 77 + (int64_t)i; /* the only clock of a case */
		assert_int_equal(store_put_run(c.s, &run, NULL), 0);
		assert_int_equal(write_report(c.s, c.dir, NULL), 0);
		b = read_all(c.dir, NAMES[i]);
		CHECK(NAMES[i], str_eq(buf_view(&a), buf_view(&b)));
		CHECK(NAMES[i], !has(&a, c.dir));
		buf_done(&a);
		buf_done(&b);
	}
	made_close(&c);
}

/* From behind `from` to before `to`. */
static str between(const buf *b, const char *from, const char *to)
{
	str rest = buf_view(b);
	size_t at = str_find(rest, str_of(from));

	assert_true(at != SIZE_MAX);
	rest = (str){ rest.ptr + at + strlen(from), rest.len - at - strlen(from) };
	at = str_find(rest, str_of(to));
	assert_true(at != SIZE_MAX);
	return (str){ rest.ptr, at };
}

/* The interactive page: before the script begins there is text only, and the case inside cannot end its element. */
static void test_page_is_inert(void **state)
{
	struct made_case c;
	str view, head, body;
	buf b;

	(void)state;
	if (!page_script().len)
		skip(); /* built without the page */
	made_open(&c);
	hostile_facts(&c);
	assert_int_equal(write_report(c.s, c.dir, NULL), 0);
	b = read_all(c.dir, "report.html");
	view = between(&b, "<div id=\"app\">", "<script type=");
	head = between(&b, "id=\"case-head\">", "</script>");
	body = between(&b, "id=\"case-body\">", "</script>");
	assert_true(str_find(view, STR("<img")) == SIZE_MAX);
	assert_true(str_find(view, STR("\x1b")) == SIZE_MAX);
	assert_true(str_find(view, STR("\xE2\x80\xAE")) == SIZE_MAX);
	assert_true(str_find(view, STR("&lt;img src=x onerror=alert(1)&gt;")) != SIZE_MAX);
	assert_true(str_find(head, STR("<")) == SIZE_MAX);
	assert_true(str_find(head, STR("\\u003cimg src=x")) != SIZE_MAX);
	assert_true(str_find(head, STR("\xE2\x80\xAE")) == SIZE_MAX);
	assert_true(str_ends(head, STR("}")));
	for (size_t i = 0; i < body.len; i++)
		if (!strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=", body.ptr[i]))
			fail_msg("byte %zu is no base64", i);
	assert_true(str_starts(body, STR("H4sI"))); /* gzip */
	assert_true(has(&b, "default-src 'none'; style-src 'sha256-"));
	assert_true(has(&b, "require-trusted-types-for 'script'"));
	assert_false(has(&b, "unsafe"));
	buf_done(&b);
	made_close(&c);
}

static void test_choice(void **state)
{
	static const struct {
		const char *what;
		uint64_t of[4], room;
		const char *ranks, *taken;
	} T[] = {
		{ "room for all", { 2, 1, 0, 1 }, 9, "0301", "1111" },
		{ "the highest", { 2, 1, 0, 1 }, 2, "0301", "0101" },
		{ "some of the least", { 3, 0, 0, 1 }, 3, "00300", "11100" },
		{ "just full", { 1, 2, 0, 0 }, 2, "101", "101" },
		{ "none", { 1, 1, 1, 1 }, 0, "0123", "0000" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(T); i++) {
		uint64_t of[CHOICE_RANKS] = { T[i].of[0], T[i].of[1], T[i].of[2], T[i].of[3] };
		struct choice c = choice_make(of, T[i].room);

		for (const char *r = T[i].ranks; *r; r++)
			CHECK(T[i].what, choice_take(&c, (uint8_t)(*r - '0')) == (T[i].taken[r - T[i].ranks] == '1'));
	}
}

static size_t count_of(const buf *b, const char *text)
{
	str rest = buf_view(b);
	size_t n = 0, at;

	while ((at = str_find(rest, str_of(text))) != SIZE_MAX) {
		n++;
		rest = (str){ rest.ptr + at + 1, rest.len - at - 1 };
	}
	return n;
}

static void test_rows_are_capped_and_counted(void **state)
{
	struct made_case c;
	char name[32];
	buf html, json;

	(void)state;
	made_open(&c);
	assert_int_equal(store_begin(c.s, NULL), 0);
	for (int i = 0; i < 1600; i++) {
		snprintf(name, sizeof name, "HOST%04d", i);
		made_coverage(&c, name, "Security", 0, 1);
		made_fact(&c, FACT_LOG_CLEARED, i, 1, FA_HOST, name, FA_OBJECT, "Security", -1);
	}
	assert_int_equal(store_commit(c.s, NULL), 0);
	assert_int_equal(write_report(c.s, c.dir, NULL), 0);
	html = read_all(c.dir, "print.html");
	json = read_all(c.dir, "case.json");
	assert_true(has(&html, ">100 more in case.json<")); /* hosts */
	assert_int_equal(count_of(&json, "\"kind\":\"log_cleared\",\"host\":\"HOST"), 2 * 1600);
	buf_done(&html);
	buf_done(&json);
	made_close(&c);
}

/* Lines of a terminal: none too wide, none with control characters, colour only if asked. */
static void test_terminal(void **state)
{
	struct made_case c;
	buf out = { 0 };

	(void)state;
	made_open(&c);
	hostile_facts(&c);
	for (unsigned columns = 40; columns <= 120; columns += 40) {
		str rest, line;

		out.len = 0;
		assert_int_equal(write_summary(c.s, columns, false, &out), 0);
		assert_false(has(&out, "\x1b"));
		assert_false(has(&out, "\xE2\x80\xAE"));
		assert_true(has(&out, "\\x1b[31m"));
		rest = buf_view(&out);
		while (rest.len && !str_starts(rest, STR("Hosts with"))) {
			line = str_cut(rest, '\n', &rest);
			if (visible_width(line) > columns)
				fail_msg("%u columns: %.*s", columns, STR_ARG(line));
		}
	}
	out.len = 0;
	assert_int_equal(write_summary(c.s, 80, true, &out), 0);
	assert_true(has(&out, "\x1b[1mStory\x1b[0m"));
	assert_false(has(&out, "\x1b[31m["));
	buf_done(&out);
	made_close(&c);
}

static void test_visible(void **state)
{
	static const struct {
		const char *in, *text, *html;
	} T[] = {
		{ "plain", "plain", "plain" },
		{ "a<b>&\"'", "a<b>&\"'", "a&lt;b&gt;&amp;&quot;&#39;" },
		{ "\t\n\r", "\\t\\n\\r", "\\t\\n\\r" },
		{ "\x7f\x1b", "\\x7f\\x1b", "\\x7f\\x1b" },
		{ "\xC2\x9B", "\\u009b", "\\u009b" }, /* a C1 control */
		{ "\xE2\x80\xAE"
		  "x",
		  "\\u202ex", "\\u202ex" },                     /* right-to-left override */
		{ "\xE2\x80\x8B", "\\u200b", "\\u200b" },       /* zero width */
		{ "\xF3\xA0\x81\x81", "\\ue0041", "\\ue0041" }, /* a tag character */
		{ "\xC3", "\\xc3", "\\xc3" },
		{ "\xED\xA0\x80", "\\xed\\xa0\\x80", "\\xed\\xa0\\x80" },
		{ "\xE4\xB8\xAD", "\xE4\xB8\xAD", "\xE4\xB8\xAD" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(T); i++) {
		buf out = { 0 };

		visible_text(&out, str_of(T[i].in));
		CHECK_STR(T[i].text, buf_view(&out), str_of(T[i].text));
		out.len = 0;
		visible_html(&out, str_of(T[i].in), true);
		CHECK_STR(T[i].html, buf_view(&out), str_of(T[i].html));
		buf_done(&out);
	}
	assert_int_equal(visible_width(STR("a\xE4\xB8\xAD\x1b")), 1 + 2 + 4);
}

static void test_cannot_write(void **state)
{
	struct made_case c;
	char path[256];
	err e = { 0 };

	(void)state;
	made_open(&c);
	assert_int_equal(write_report(c.s, "/nowhere/at/all", &e), -1);
	assert_int_equal(e.code, ERR_IO);
	snprintf(path, sizeof path, "%s/case.json", c.dir);
	assert_int_equal(symlink("/dev/null", path), 0);
	assert_int_equal(write_report(c.s, c.dir, NULL), 0); /* replaced, not followed */
	{
		struct stat st;

		assert_int_equal(lstat(path, &st), 0);
		assert_true(S_ISREG(st.st_mode));
	}
	made_close(&c);
}

/* With a folder as argument: write a report there for the check of its schema. */
int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_html_is_inert),
		cmocka_unit_test(test_page_is_inert),
		cmocka_unit_test(test_choice),
		cmocka_unit_test(test_same_bytes),
		cmocka_unit_test(test_rows_are_capped_and_counted),
		cmocka_unit_test(test_terminal),
		cmocka_unit_test(test_visible),
		cmocka_unit_test(test_cannot_write),
	};

	if (argc == 2) {
		struct made_case c;
		int rc;

		made_open(&c);
		hostile_facts(&c);
		rc = write_report(c.s, argv[1], NULL);
		made_close(&c);
		return rc < 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
