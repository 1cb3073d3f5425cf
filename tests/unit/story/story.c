/* The story from made-up facts: who is who, who reached whom, what a server was made to do, and what is
 * not known. */
#include "unit.h"

#include <stdio.h>

#include "made_case.h"
#include "story/story.h"

static struct story *built(struct made_case *c)
{
	struct story *st = NULL;
	err e = { 0 };

	if (story_build(&st, c->s, &e) < 0)
		fail_msg("story: %s", e.text);
	return st;
}

static const struct story_host *host(const struct story *st, const char *name)
{
	for (uint32_t i = 0; i < st->nhosts; i++)
		if (str_eq(st->hosts[i].name, str_of(name)))
			return &st->hosts[i];
	return NULL;
}

static str name_of(const struct story *st, uint32_t h)
{
	return h == STORY_NOBODY ? STR("-") : story_host_name(st, h);
}

static void paragraphs(const struct story *st, buf *out)
{
	for (uint32_t i = 0; i < st->nparagraphs; i++) {
		story_sentence_text(&st->paragraphs[i].sentence, LANGUAGE_EN, out);
		buf_printf(out, " [%u]\n", st->paragraphs[i].refs.n);
	}
}

static const struct story_observation *observation(const struct story *st, enum observation_kind kind, int n)
{
	for (uint32_t i = 0; i < st->nobservations; i++)
		if (st->observations[i].kind == kind && n-- == 0)
			return &st->observations[i];
	return NULL;
}

static bool not_seen(const struct story *st, const char *text)
{
	for (uint32_t i = 0; i < st->nblind; i++) {
		buf b = { 0 };
		bool hit;

		story_sentence_text(&st->blind[i].sentence, LANGUAGE_EN, &b);
		hit = str_find(buf_view(&b), str_of(text)) != SIZE_MAX;
		buf_done(&b);
		if (hit)
			return true;
	}
	return false;
}

static void test_names(void **state)
{
	struct made_case c;
	struct story *st;

	(void)state;
	made_open(&c);
	made_coverage(&c, "MX01", "Security", 0, 5);
	made_coverage(&c, "mx01.corp.example", "System", 1, 7);
	made_coverage(&c, "WEB.a.example", "Security", 0, 1);
	made_coverage(&c, "web.b.example", "Security", 0, 1);
	made_coverage(&c, "WEB", "Security", 0, 1);
	/* a full name that others speak of does not take a short name from one with logs */
	made_coverage(&c, "db.corp.example", "Security", 0, 1);
	made_fact(&c, FACT_LOGON, 0, 3, FA_HOST, "mx01.corp.example", FA_SOURCE_HOST, "DB", FA_LOGON_TYPE,
		  "3", FA_ACCOUNT, "C\\u", -1);
	made_fact(&c, FACT_LOGON, 0, 1, FA_HOST, "mx01.corp.example", FA_SOURCE_HOST, "db.other.example",
		  FA_LOGON_TYPE, "3", -1);
	made_fact(&c, FACT_EXPLICIT_CREDENTIALS, 1, 1, FA_HOST, "MX01", FA_TARGET_HOST, "10.1.2.3", -1);
	made_fact(&c, FACT_EXPLICIT_CREDENTIALS, 1, 1, FA_HOST, "MX01", FA_TARGET_HOST, "localhost", -1);
	made_fact(&c, FACT_REMOTE_SESSION, 1, 1, FA_HOST, "MX01", FA_TARGET_HOST, "ws7/wsman?PSVersion=5",
		  FA_DETAIL, "winrm to", -1);
	st = built(&c);
	assert_int_equal(st->nhosts_with_logs, 5);
	assert_int_equal(st->nhosts, 7);
	assert_non_null(host(st, "mx01.corp.example"));
	assert_int_equal(host(st, "mx01.corp.example")->naliases, 1);
	assert_int_equal(host(st, "mx01.corp.example")->events, 12);
	assert_int_equal(host(st, "mx01.corp.example")->nchannels, 2);
	assert_true(host(st, "WEB")->ambiguous);
	assert_false(host(st, "WEB.a.example")->ambiguous);
	assert_int_equal(host(st, "db.corp.example")->naliases, 1); /* DB */
	assert_false(host(st, "db.other.example")->has_logs);
	assert_false(host(st, "ws7")->has_logs);
	assert_null(host(st, "10.1.2.3"));
	assert_null(host(st, "localhost"));
	assert_true(not_seen(st, "ws7 is spoken of in 1 records"));
	assert_true(not_seen(st, "The name WEB fits several hosts"));
	story_free(st);
	made_close(&c);
}

static const struct story_address *address(const struct story *st, const char *ip)
{
	for (uint32_t i = 0; i < st->naddresses; i++)
		if (str_eq(st->addresses[i].ip, str_of(ip)))
			return &st->addresses[i];
	return NULL;
}

static void test_addresses(void **state)
{
	struct made_case c;
	struct story *st;
	struct identity_share share[2];

	(void)state;
	made_open(&c);
	made_coverage(&c, "A", "Security", 0, 1);
	made_coverage(&c, "B", "Security", 0, 1);
	made_coverage(&c, "C", "Security", 0, 1);
	made_fact(&c, FACT_CONNECTION, 0, 9, FA_HOST, "A", FA_SOURCE_IP, "10.0.0.1", FA_TARGET_IP, "10.0.0.2",
		  FA_PORT, "445", FA_DETAIL, "outbound tcp", -1);
	made_fact(&c, FACT_CONNECTION, 0, 9, FA_HOST, "A", FA_SOURCE_IP, "127.0.0.1", FA_TARGET_IP,
		  "127.0.0.1", FA_PORT, "445", FA_DETAIL, "outbound tcp", -1);
	made_fact(&c, FACT_CONNECTION, 0, 1, FA_HOST, "B", FA_SOURCE_IP, "10.0.0.1", FA_SOURCE_HOST, "C",
		  FA_TARGET_IP, "10.0.0.2", FA_PORT, "445", FA_DETAIL, "inbound tcp", -1);
	/* weaker than A's own log, and must not count */
	made_fact(&c, FACT_LOGON, 0, 99, FA_HOST, "B", FA_SOURCE_IP, "10.0.0.1", FA_SOURCE_HOST, "C",
		  FA_LOGON_TYPE, "3", -1);
	made_fact(&c, FACT_AUTHENTICATION, 0, 1, FA_HOST, "A", FA_SOURCE_IP, "10.0.0.3", FA_ACCOUNT,
		  "CORP\\C$", -1);
	/* two hosts behind one address */
	made_fact(&c, FACT_LOGON, 0, 1, FA_HOST, "A", FA_SOURCE_IP, "10.0.0.9", FA_SOURCE_HOST, "B",
		  FA_LOGON_TYPE, "3", -1);
	made_fact(&c, FACT_LOGON, 0, 1, FA_HOST, "A", FA_SOURCE_IP, "10.0.0.9", FA_SOURCE_HOST, "C",
		  FA_LOGON_TYPE, "3", -1);
	st = built(&c);
	CHECK_STR("own", name_of(st, address(st, "10.0.0.1")->host), STR("A"));
	assert_int_equal(address(st, "10.0.0.1")->basis, BASIS_OWN_CONNECTION);
	CHECK_STR("inbound", name_of(st, address(st, "10.0.0.2")->host), STR("B"));
	CHECK_STR("machine", name_of(st, address(st, "10.0.0.3")->host), STR("C"));
	assert_int_equal(address(st, "10.0.0.3")->basis, BASIS_MACHINE_ACCOUNT);
	/* which of the two cannot be told */
	assert_int_equal(identity_at(st->identity, STR("10.0.0.9"), MADE_T0, share, 2), 2);
	assert_true(share[0].weight < 0.5);
	assert_null(address(st, "127.0.0.1"));
	story_free(st);
	made_close(&c);
}

static void edge_lines(const struct story *st, buf *out)
{
	for (uint32_t i = 0; i < st->nedges; i++) {
		const struct story_edge *x = &st->edges[i];

		buf_printf(out, "%s %.*s(%.*s) > %.*s %llu %.*s [%.*s]\n", story_edge_name(x->kind),
			   STR_ARG(name_of(st, x->from)), STR_ARG(x->from_ip), STR_ARG(name_of(st, x->to)),
			   (unsigned long long)x->count, STR_ARG(x->naccounts ? x->accounts[0] : STR("")),
			   STR_ARG(x->nwhat ? x->what[0] : STR("")));
	}
}

static void lateral_facts(struct made_case *c)
{
	made_coverage(c, "A", "Security", 0, 1);
	made_coverage(c, "B", "Security", 0, 1);
	made_fact(c, FACT_CONNECTION, 0, 1, FA_HOST, "A", FA_SOURCE_IP, "10.0.0.1", FA_TARGET_IP, "192.0.2.1",
		  FA_PORT, "443", FA_DETAIL, "outbound tcp", -1);
	made_fact(c, FACT_EXPLICIT_CREDENTIALS, 10, 1, FA_HOST, "A", FA_TARGET_HOST, "B", FA_TARGET_ACCOUNT,
		  "C\\adm", FA_ACCOUNT, "C\\a", FA_PROCESS, "C:\\x\\t.exe", -1);
	made_fact(c, FACT_LOGON, 11, 2, FA_HOST, "B", FA_SOURCE_IP, "10.0.0.1", FA_LOGON_TYPE, "3",
		  FA_ACCOUNT, "C\\adm", FA_DETAIL, "NTLM", -1);
	made_fact(c, FACT_SHARE_ACCESS, 12, 1, FA_HOST, "B", FA_SOURCE_IP, "10.0.0.1", FA_OBJECT,
		  "\\\\*\\ADMIN$", FA_ACCOUNT, "C\\adm", FA_DETAIL, "write x.exe", -1);
	made_fact(c, FACT_SERVICE_INSTALL, 13, 1, FA_HOST, "B", FA_OBJECT, "svc", FA_COMMAND,
		  "%SystemRoot%\\x.exe", -1);
	made_fact(c, FACT_SERVICE_INSTALL, 500, 1, FA_HOST, "B", FA_OBJECT, "later", FA_COMMAND,
		  "C:\\Program Files\\v\\v.exe", -1);
	/* none of these is an edge */
	made_fact(c, FACT_LOGON, 14, 1, FA_HOST, "A", FA_SOURCE_IP, "10.0.0.1", FA_LOGON_TYPE, "3",
		  FA_ACCOUNT, "C\\self", -1);
	made_fact(c, FACT_LOGON, 14, 1, FA_HOST, "B", FA_SOURCE_IP, "127.0.0.1", FA_LOGON_TYPE, "3",
		  FA_ACCOUNT, "C\\local", -1);
	made_fact(c, FACT_LOGON, 14, 1, FA_HOST, "B", FA_LOGON_TYPE, "5", FA_ACCOUNT, "SYSTEM", -1);
	made_fact(c, FACT_LOGON, 14, 1, FA_HOST, "B", FA_SOURCE_IP, "10.0.0.1", FA_LOGON_TYPE, "3",
		  FA_ACCOUNT, "NT AUTHORITY\\ANONYMOUS LOGON", FA_ACCOUNT_SID, "S-1-5-7", -1);
	made_fact(c, FACT_SHARE_ACCESS, 14, 1, FA_HOST, "B", FA_SOURCE_IP, "10.0.0.1", FA_OBJECT,
		  "\\\\*\\SYSVOL", -1);
	made_fact(c, FACT_SHARE_ACCESS, 14, 1, FA_HOST, "B", FA_SOURCE_IP, "10.0.0.1", FA_OBJECT,
		  "\\\\*\\IPC$", FA_DETAIL, "read srvsvc", -1);
	made_fact(c, FACT_EXPLICIT_CREDENTIALS, 14, 1, FA_HOST, "A", FA_TARGET_HOST, "A", -1);
	/* from outside, with remote desktop */
	made_fact(c, FACT_LOGON, 900, 1, FA_HOST, "B", FA_SOURCE_IP, "203.0.113.9", FA_LOGON_TYPE, "10",
		  FA_ACCOUNT, "C\\adm", -1);
}

static void test_edges(void **state)
{
	struct made_case c;
	struct story *st;
	buf got = { 0 };

	(void)state;
	made_open(&c);
	lateral_facts(&c);
	st = built(&c);
	edge_lines(st, &got);
	CHECK_STR("edges", buf_view(&got),
		  STR("explicit_credentials A() > B 1 C\\adm [t.exe]\n"
		      "network_logon A(10.0.0.1) > B 2 C\\adm [NTLM]\n"
		      "admin_share A(10.0.0.1) > B 1 C\\adm [ADMIN$]\n"
		      "remote_install A(10.0.0.1) > B 1 C\\adm [svc]\n"
		      "remote_desktop -(203.0.113.9) > B 1 C\\adm []\n"));
	assert_int_equal(st->edges[3].refs.n, 2); /* the installation and the logon before it */
	got.len = 0;
	paragraphs(st, &got);
	assert_true(str_find(buf_view(&got), STR("A reached B by service or task installation at "
						 "2023-05-17 03:41:13 UTC, account C\\adm. [2]")) !=
		    SIZE_MAX);
	assert_true(str_find(buf_view(&got), STR("unusual ones: svc on B (%SystemRoot%\\x.exe). [1]")) !=
		    SIZE_MAX);
	buf_done(&got);
	story_free(st);
	made_close(&c);
}

#define CMD "C:\\Windows\\System32\\cmd.exe"
#define W3WP "C:\\Windows\\System32\\inetsrv\\w3wp.exe"

static void web_shell_facts(struct made_case *c, bool backwards)
{
	for (int i = 0; i < 6; i++) {
		switch (backwards ? 5 - i : i) {
		case 0:
			made_coverage(c, "MX01", "Security", 0, 9);
			break;
		case 1:
			made_fact(c, FACT_FILE_WRITE, 0, 1, FA_HOST, "MX01", FA_PROCESS, "System",
				  FA_PROCESS_ID, "4", FA_OBJECT,
				  "C:\\inetpub\\wwwroot\\aspnet_client\\Q7.aspx", -1);
			break;
		case 2: /* Sysmon and the Security log record the same start */
			made_fact(c, FACT_PROCESS_START, 5, 1, FA_HOST, "MX01", FA_PROCESS, CMD,
				  FA_PROCESS_ID, "700", FA_PARENT, W3WP, FA_PARENT_ID, "50", FA_COMMAND,
				  "cmd /c whoami", FA_PARENT_COMMAND, "w3wp.exe -ap \"PoolX\" -v", -1);
			break;
		case 3:
			made_fact(c, FACT_PROCESS_START, 4.998, 1, FA_HOST, "MX01", FA_PROCESS, CMD,
				  FA_PROCESS_ID, "700", FA_PARENT, W3WP, FA_PARENT_ID, "50", -1);
			break;
		case 4: /* below it */
			made_fact(c, FACT_PROCESS_START, 6, 1, FA_HOST, "MX01", FA_PROCESS,
				  "C:\\w\\whoami.exe", FA_PROCESS_ID, "701", FA_PARENT, CMD, FA_PARENT_ID,
				  "700", FA_COMMAND, "whoami", -1);
			break;
		case 5: /* the number comes again hours later: another start */
			made_fact(c, FACT_PROCESS_START, 9000, 1, FA_HOST, "MX01", FA_PROCESS, CMD,
				  FA_PROCESS_ID, "700", FA_PARENT, W3WP, FA_PARENT_ID, "50", FA_COMMAND,
				  "cmd /c net view", -1);
			break;
		}
	}
}

static void test_web_shell(void **state)
{
	buf first = { 0 };

	(void)state;
	for (int backwards = 0; backwards < 2; backwards++) {
		struct made_case c;
		struct story *st;
		const struct story_observation *o;
		buf got = { 0 };

		made_open(&c);
		web_shell_facts(&c, backwards);
		st = built(&c);
		paragraphs(st, &got);
		CHECK("story",
		      str_find(buf_view(&got),
			       STR("On MX01 the page C:\\inetpub\\wwwroot\\aspnet_client\\Q7.aspx was "
				   "written at 2023-05-17 03:41:00 UTC, and 4.9 seconds later the server "
				   "process w3wp.exe started its first command, cmd /c whoami. Together "
				   "this is consistent with a web shell: suspected. [4]")) != SIZE_MAX);
		CHECK("commands",
		      str_find(buf_view(&got), STR("2 commands were recorded on MX01; the first are cmd /c "
						   "whoami; cmd /c net view.")) != SIZE_MAX);
		CHECK("clean", str_find(buf_view(&got), STR("No host is called clean")) != SIZE_MAX);
		o = observation(st, OBS_SERVER_CHILD, 0);
		assert_non_null(o);
		assert_int_equal(o->count, 1);
		assert_int_equal(o->refs.n, 3); /* both records and what ran below */
		CHECK_STR("pool", o->object, STR("PoolX"));
		assert_non_null(observation(st, OBS_SERVER_CHILD, 1));
		assert_null(observation(st, OBS_SERVER_CHILD, 2));
		if (!backwards)
			buf_str(&first, buf_view(&got));
		CHECK_STR("any order", buf_view(&got), buf_view(&first));
		buf_done(&got);
		story_free(st);
		made_close(&c);
	}
	buf_done(&first);
}

static void test_what_is_no_web_shell(void **state)
{
	struct made_case c;
	struct story *st;
	buf got = { 0 };
	char path[64];

	(void)state;
	made_open(&c);
	made_coverage(&c, "MX01", "Security", 0, 9);
	for (int i = 0; i < 30; i++) { /* an installation */
		snprintf(path, sizeof path, "C:\\inetpub\\wwwroot\\p%d.aspx", i);
		made_fact(&c, FACT_FILE_WRITE, i, 1, FA_HOST, "MX01", FA_PROCESS, "C:\\w\\msiexec.exe",
			  FA_OBJECT, path, -1);
	}
	made_fact(&c, FACT_FILE_WRITE, 1, 1, FA_HOST, "MX01", FA_OBJECT, "C:\\Users\\a\\page.aspx", -1);
	made_fact(&c, FACT_FILE_WRITE, 1, 1, FA_HOST, "MX01", FA_OBJECT, "C:\\inetpub\\wwwroot\\a.txt", -1);
	made_fact(&c, FACT_FILE_WRITE, 1, 1, FA_HOST, "MX01", FA_OBJECT, "C:\\inetpub\\temp\\a.aspx", -1);
	/* the compiler below a server is daily business; a tool below another process too */
	made_fact(&c, FACT_PROCESS_START, 2, 1, FA_HOST, "MX01", FA_PROCESS, "C:\\f\\csc.exe", FA_PARENT,
		  W3WP, FA_PROCESS_ID, "1", FA_COMMAND, "csc", -1);
	made_fact(&c, FACT_PROCESS_START, 2, 1, FA_HOST, "MX01", FA_PROCESS, CMD, FA_PARENT,
		  "C:\\Windows\\explorer.exe", FA_PROCESS_ID, "2", FA_COMMAND, "cmd", -1);
	st = built(&c);
	assert_null(observation(st, OBS_PAGE_WRITTEN, 0));
	assert_null(observation(st, OBS_SERVER_CHILD, 0));
	assert_non_null(observation(st, OBS_PAGES_DEPLOYED, 0));
	assert_int_equal(observation(st, OBS_PAGES_DEPLOYED, 0)->count, 30);
	paragraphs(st, &got);
	assert_true(str_find(buf_view(&got), STR("suspected")) == SIZE_MAX);
	buf_done(&got);
	story_free(st);
	made_close(&c);
}

/* Lines that were kept and not understood are named among what could not be seen; other items are not. */
static void test_text(void **state)
{
	struct made_case c;
	struct story *st;
	err e = { 0 };

	(void)state;
	made_open(&c);
	st = built(&c);
	assert_false(not_seen(st, "text of no known format"));
	story_free(st);
	for (uint32_t i = 1; i <= 2; i++) {
		struct store_item it = { .id = i,
					 .parent = UINT32_MAX,
					 .path = i == 1 ? STR("evidence/a.txt") : STR("evidence/b.txt"),
					 .format = STR("plaintext"),
					 .verdict = STR("ok") };

		assert_int_equal(store_put_item(c.s, &it, &e), 0);
	}
	st = built(&c);
	assert_true(not_seen(st, "2 files are text of no known format"));
	assert_true(not_seen(st, "The first: evidence/a.txt"));
	story_free(st);
	made_close(&c);
}

static void test_not_seen(void **state)
{
	struct made_case c;
	struct story *st;
	struct gap g;

	(void)state;
	made_open(&c);
	made_coverage(&c, "A", "Security", 0, 1);
	made_coverage(&c, "A", "Security", 1, 1);
	made_coverage(&c, "A", "Security", 9, 1);
	made_fact(&c, FACT_LOG_CLEARED, 5, 1, FA_HOST, "A", FA_OBJECT, "Security", FA_ACCOUNT, "C\\e", -1);
	made_fact(&c, FACT_LOG_CLEARED, 5, 1, FA_HOST, "A", FA_OBJECT, "System", FA_ORIGIN, "recovered", -1);
	made_fact(&c, FACT_PROCESS_START, 5, 4, FA_HOST, "A", FA_PROCESS, "x", -1);
	gap_set(&g, GAP_MISSING, 5, 9, "record ids 5 to 9 of Security on A");
	store_put_gap(c.s, &g, NULL);
	gap_set(&g, GAP_DAMAGED, 512, 1024, "chunk 1");
	store_put_gap(c.s, &g, NULL);
	store_put_gap(c.s, &g, NULL);
	st = built(&c);
	assert_true(not_seen(st, "A: the log Security was cleared at 2023-05-17 03:41:05 UTC by C\\e"));
	assert_true(not_seen(st, "record ids 5 to 9 of Security on A"));
	assert_true(not_seen(st, "2 times: damaged. First: chunk 1"));
	assert_true(not_seen(st, "A: System log is not in the evidence, so services, starts"));
	assert_true(not_seen(st, "A: Sysmon is not in the evidence"));
	assert_true(not_seen(st, "the log Security holds nothing on 7 days between its first and last event, "
				 "longest 2023-05-19 to 2023-05-25"));
	assert_true(not_seen(st, "4 process starts were recorded without a command line"));
	assert_false(not_seen(st, "A: Security log is not"));
	assert_int_equal(st->gaps_by_kind[GAP_DAMAGED], 2);
	/* the same sight in carved records is another one, and marked */
	assert_non_null(observation(st, OBS_LOG_CLEARED, 1));
	assert_true(observation(st, OBS_LOG_CLEARED, 0)->recovered !=
		    observation(st, OBS_LOG_CLEARED, 1)->recovered);
	story_free(st);
	made_close(&c);
}

static void test_rest_of_the_sights(void **state)
{
	struct made_case c;
	struct story *st;

	(void)state;
	made_open(&c);
	made_coverage(&c, "A", "Security", 0, 1);
	made_fact(&c, FACT_CLOCK_CHANGE, 0, 1, FA_HOST, "A", FA_DETAIL, "+5 s", -1);
	made_fact(&c, FACT_CLOCK_CHANGE, 0, 1, FA_HOST, "A", FA_DETAIL, "-3600 s", -1);
	made_fact(&c, FACT_LOGON_FAILED, 0, 19, FA_HOST, "A", FA_SOURCE_IP, "10.0.0.7", FA_ACCOUNT, "x", -1);
	made_fact(&c, FACT_LOGON_FAILED, 0, 15, FA_HOST, "A", FA_SOURCE_IP, "10.0.0.8", FA_ACCOUNT, "x", -1);
	made_fact(&c, FACT_LOGON_FAILED, 9, 15, FA_HOST, "A", FA_SOURCE_IP, "10.0.0.8", FA_ACCOUNT, "y", -1);
	made_fact(&c, FACT_PROCESS_ACCESS, 0, 1, FA_HOST, "A", FA_PROCESS, "C:\\Windows\\System32\\a.exe",
		  FA_DETAIL, "0x1010", -1);
	made_fact(&c, FACT_PROCESS_ACCESS, 0, 1, FA_HOST, "A", FA_PROCESS, "C:\\u\\a.exe", FA_DETAIL,
		  "0x1000", -1);
	made_fact(&c, FACT_PROCESS_ACCESS, 0, 1, FA_HOST, "A", FA_PROCESS, "C:\\u\\b.exe", FA_DETAIL,
		  "0x1410", -1);
	made_finding(&c, "A", "Rule one", LEVEL_HIGH, 3);
	made_finding(&c, "a", "Rule one", LEVEL_HIGH, 4);
	made_finding(&c, "A", "Rule two", LEVEL_MEDIUM, 5);
	st = built(&c);
	CHECK_STR("clock", observation(st, OBS_CLOCK, 0)->sentence.values[0], STR("-3600 s"));
	assert_null(observation(st, OBS_CLOCK, 1));
	assert_int_equal(observation(st, OBS_FAILED_LOGONS, 0)->count, 30);
	assert_null(observation(st, OBS_FAILED_LOGONS, 1));
	CHECK_STR("lsass", observation(st, OBS_CREDENTIAL_STORE, 0)->process, STR("C:\\u\\b.exe"));
	assert_null(observation(st, OBS_CREDENTIAL_STORE, 1));
	assert_int_equal(observation(st, OBS_FINDING, 0)->count, 2);
	assert_null(observation(st, OBS_FINDING, 1));
	assert_int_equal(st->nrules, 2);
	assert_int_equal(st->rules[0].hosts, 1);
	assert_int_equal(st->hosts[0].findings[LEVEL_HIGH], 2);
	story_free(st);
	made_close(&c);
}

/* Two logs of one installation are one sight; the same name an hour later is another. */
static void test_tasks(void **state)
{
	struct made_case c;
	struct story *st;
	const struct story_observation *o;

	(void)state;
	made_open(&c);
	made_coverage(&c, "A", "Security", 0, 1);
	made_fact(&c, FACT_TASK_INSTALL, 0, 1, FA_HOST, "A", FA_OBJECT, "\\T", FA_COMMAND, "x.exe",
		  FA_ACCOUNT, "C\\u", -1);
	made_fact(&c, FACT_TASK_INSTALL, 0.002, 1, FA_HOST, "A", FA_OBJECT, "\\T", FA_DETAIL, "registered",
		  -1);
	made_fact(&c, FACT_TASK_INSTALL, 3600, 1, FA_HOST, "A", FA_OBJECT, "\\T", FA_DETAIL, "updated", -1);
	made_fact(&c, FACT_TASK_REMOVE, 7200, 1, FA_HOST, "A", FA_OBJECT, "\\T", FA_ACCOUNT, "C\\u", -1);
	made_fact(&c, FACT_TASK_REMOVE, 7201, 1, FA_HOST, "A", FA_OBJECT, "\\T", FA_ACCOUNT, "SYSTEM", -1);
	made_fact(&c, FACT_ADMIN_CMDLET, 1, 1, FA_HOST, "A", FA_OBJECT, "New-MailboxExportRequest",
		  FA_COMMAND, "-FilePath \\\\127.0.0.1\\C$\\x.aspx", -1);
	st = built(&c);
	o = observation(st, OBS_TASK, 0);
	assert_int_equal(o->refs.n, 2);
	assert_int_equal(o->count, 1);
	CHECK_STR("command", o->command, STR("x.exe"));
	assert_int_equal(observation(st, OBS_TASK, 1)->refs.n, 1);
	assert_null(observation(st, OBS_TASK, 2));
	assert_int_equal(observation(st, OBS_TASK_REMOVED, 0)->refs.n, 2);
	assert_null(observation(st, OBS_TASK_REMOVED, 1));
	{
		buf got = { 0 };

		paragraphs(st, &got);
		assert_true(str_find(buf_view(&got), STR("names a page that a web server executes")) !=
			    SIZE_MAX);
		assert_true(str_find(buf_view(&got), STR("carries server script")) == SIZE_MAX);
		buf_done(&got);
	}
	story_free(st);
	made_close(&c);
}

static void test_empty(void **state)
{
	struct made_case c;
	struct story *st;
	buf got = { 0 };

	(void)state;
	made_open(&c);
	st = built(&c);
	paragraphs(st, &got);
	assert_true(str_starts(buf_view(&got), STR("No Windows event could be read from the 1 files")));
	buf_done(&got);
	story_free(st);
	made_close(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_edges),
		cmocka_unit_test(test_web_shell),
		cmocka_unit_test(test_what_is_no_web_shell),
		cmocka_unit_test(test_not_seen),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_rest_of_the_sights),
		cmocka_unit_test(test_tasks),
		cmocka_unit_test(test_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
