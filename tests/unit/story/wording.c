/* Sentences in each language: what is ours is said in it, what is evidence stays as it is. */
#include <stdio.h>

#include "made_company.h"
#include "unit.h"

static void test_wording(void **state)
{
	struct story_sentence s = { .key = "obs.alert", .names = { "detail", "object" }, .nargs = 2 };
	buf got = { 0 };

	(void)state;
	s.values[0] = STR("{object} %s {");
	s.values[1] = STR("");
	story_sentence_text(&s, LANGUAGE_EN, &got);
	CHECK_STR("braces of the evidence stay text", buf_view(&got),
		  STR("The antivirus reported {object} %s {: (not recorded)"));
	got.len = 0;
	story_sentence_text(&s, LANGUAGE_ZH, &got);
	CHECK_STR("the same in Chinese", buf_view(&got), STR("防病毒软件报告 {object} %s {：（未记录）"));
	assert_string_equal(wording("no such key", LANGUAGE_EN), "no such key");
	for (int i = 0; i < EDGE_KINDS; i++) {
		char key[64];

		snprintf(key, sizeof key, "edge.%s", story_edge_name((enum story_edge_kind)i));
		assert_string_not_equal(wording(key, LANGUAGE_EN), key);
	}
	for (int i = 0; i < GAP_KINDS; i++) {
		char key[64];

		snprintf(key, sizeof key, "gap.%s", gap_kind_name((enum gap_kind)i));
		assert_string_not_equal(wording(key, LANGUAGE_EN), key);
	}
	buf_done(&got);
}

/* A text that reads like a word of the table is evidence, unless it is the table's own. */
static void test_words_as_values(void **state)
{
	static const char *const HOW[] = {
		"network logon", "other credentials", "admin share",  "remote desktop", "remote management",
		"SSH",           "console logon",     "remote-task",  "remote-service", "winrm",
		"wmi",           "remote-copy",       "remote-logon",
	};
	struct story_sentence s = { .key = "obs.share",
				    .names = { "object", "detail", "account" },
				    .nargs = 3 };
	char copy[] = "removed";
	buf got = { 0 };

	(void)state;
	s.values[0] = STR("\\\\*\\data");
	s.values[1] = wording_word("did.", str_of(copy));
	s.values[2] = STR("CORP\\a");
	assert_true(s.values[1].ptr != copy && wording_has(s.values[1]));
	story_sentence_text(&s, LANGUAGE_EN, &got);
	CHECK_STR("English", buf_view(&got), STR("The share \\\\*\\data was removed by CORP\\a."));
	buf_clear(&got);
	story_sentence_text(&s, LANGUAGE_ZH, &got);
	CHECK_STR("a word of ours", buf_view(&got), STR("共享 \\\\*\\data 被 CORP\\a 删除。"));
	buf_clear(&got);
	s.values[1] = str_of(copy);
	assert_false(wording_has(s.values[1]));
	story_sentence_text(&s, LANGUAGE_ZH, &got);
	CHECK_STR("a word of the evidence", buf_view(&got), STR("共享 \\\\*\\data 被 CORP\\a removed。"));
	buf_done(&got);
	assert_ptr_equal(wording_word("how.", str_of(copy)).ptr, copy);
	assert_false(wording_has(wording_word("did.", (str){ "removed\0x", 9 })));
	for (size_t i = 0; i < COUNT(HOW); i++)
		CHECK(HOW[i], wording_has(wording_word("how.", str_of(HOW[i]))));
}

static void told_in(const struct story *st, enum story_language lang, buf *out)
{
	for (uint32_t i = 0; i < st->nparagraphs; i++, buf_byte(out, '\n'))
		story_sentence_text(&st->paragraphs[i].sentence, lang, out);
	for (uint32_t i = 0; i < st->nblind; i++, buf_byte(out, '\n'))
		story_sentence_text(&st->blind[i].sentence, lang, out);
	for (uint32_t i = 0; i < st->nobservations; i++, buf_byte(out, '\n'))
		story_sentence_text(&st->observations[i].sentence, lang, out);
	for (uint32_t i = 0; i < st->incident->nclues; i++, buf_byte(out, '\n'))
		story_sentence_text(&st->incident->clues[i].sentence, lang, out);
}

/* What the server did and what was done to it: each kind of value that is made of words of ours. */
static void happened(struct made_case *c)
{
	company(c, 10);
	made_coverage(c, "PC09.corp.example", "Odd", 0, 1);
	made_coverage(c, "PC09.corp.example", "Odd", 1, 1);
	made_coverage(c, "PC09.corp.example", "Odd", 9, 1);
	asked(c, 10, "198.51.100.7", "/app/upload", "POST");
	page(c, 20, "D:\\tomcat\\webapps\\app\\page.jsp");
	asked(c, 60, "198.51.100.7", "/app/page.jsp", "GET");
	look_around(c, 100);
	made_fact(c, FACT_LOGON, DAY, 1, FA_HOST, "PC01.corp.example", FA_ACCOUNT, "CORP\\admin",
		  FA_LOGON_TYPE, "3", FA_SOURCE_IP, "10.0.0.5", -1);
	made_fact(c, FACT_SERVICE_INSTALL, DAY + 5, 1, FA_HOST, "PC01.corp.example", FA_OBJECT, "Svc",
		  FA_COMMAND, "C:\\ProgramData\\x.exe", -1);
	made_fact(c, FACT_ACCOUNT_CHANGE, DAY, 1, FA_HOST, SERVER, FA_ACCOUNT, "CORP\\a", FA_TARGET_ACCOUNT,
		  "CORP\\b", FA_DETAIL, "added to group", FA_OBJECT, "Admins", -1);
	made_fact(c, FACT_DEFENSE_CHANGE, DAY, 1, FA_HOST, SERVER, FA_ACCOUNT, "CORP\\a", FA_OBJECT,
		  "audit policy {x}", FA_DETAIL, "%%8448, %%8450", -1);
	made_fact(c, FACT_DEFENSE_CHANGE, DAY, 1, FA_HOST, SERVER, FA_OBJECT,
		  "antivirus real-time protection", FA_DETAIL, "disabled", -1);
	made_finding(c, SERVER, "A rule", LEVEL_HIGH, DAY);
	for (int i = 0; i < 7; i++) {
		char name[16];

		snprintf(name, sizeof name, "Log%d", i);
		made_fact(c, FACT_LOG_CLEARED, DAY + i, 1, FA_HOST, SERVER, FA_OBJECT, name, FA_ACCOUNT,
			  "CORP\\a", -1);
	}
}

static void test_story_in_chinese(void **state)
{
	static const struct {
		const char *what, *en, *zh;
	} WORDS[] = {
		{ "a span of time", "and 80.0 seconds later", "80.0 秒后服务进程" },
		{ "a list with more than it shows", "Log0 on APP01.corp.example at 2023-05-18 03:41:00 UTC; ",
		  "APP01.corp.example 的 Log0（2023-05-18 03:41:00 UTC）; " },
		{ "its end", " and 2 more. What stood in them", " 等，另有 2 项。清除前的内容" },
		{ "days", "longest 2023-05-19 to 2023-05-25.", "最长的一段为 2023-05-19 至 2023-05-25。" },
		{ "a log", "System log is not in the evidence, so services, starts",
		  "证据中没有“系统日志”，因此无法看到：服务、启动与停止" },
		{ "what was done", "was added to group Admins by CORP\\a.", "被 CORP\\a 加入组 Admins。" },
		{ "an audit policy", "success auditing removed, failure auditing removed",
		  "取消成功审核, 取消失败审核" },
		{ "a defence", "antivirus real-time protection: disabled", "防病毒实时防护：禁用" },
		{ "a level", "Rule \"A rule\" (high) matched.", "规则“A rule”（高）命中。" },
		{ "a way of access", "came to it by network logon, account",
		  "首次以“网络登录”方式访问该主机" },
		{ "a way", "by a service installed from another host", "以“远程安装服务”方式" },
	};
	struct made_case c;
	struct story *st;
	buf en = { 0 }, zh = { 0 };

	(void)state;
	made_open(&c);
	happened(&c);
	st = built(&c);
	told_in(st, LANGUAGE_EN, &en);
	told_in(st, LANGUAGE_ZH, &zh);
	for (size_t i = 0; i < COUNT(WORDS); i++) {
		CHECK(WORDS[i].what, str_find(buf_view(&en), str_of(WORDS[i].en)) != SIZE_MAX);
		CHECK(WORDS[i].what, str_find(buf_view(&zh), str_of(WORDS[i].zh)) != SIZE_MAX);
		CHECK(WORDS[i].what, str_find(buf_view(&zh), str_of(WORDS[i].en)) == SIZE_MAX);
	}
	buf_done(&en);
	buf_done(&zh);
	story_free(st);
	made_close(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wording),
		cmocka_unit_test(test_words_as_values),
		cmocka_unit_test(test_story_in_chinese),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
