/* The steps of the reconstruction that look beside the way: calls inside, tunnels, reading, footholds, volumes. */
#include <stdio.h>
#include <unistd.h>

#include "made_company.h"
#include "story/narrate.h"
#include "story/signals.h"
#include "unit.h"

/* A server that was entered, and calls outside since then. */
static void entered(struct made_case *c)
{
	asked(c, 10, "198.51.100.7", "/app/upload", "POST");
	page(c, 20, "D:\\tomcat\\webapps\\app\\page.jsp");
	asked(c, 60, "198.51.100.7", "/app/page.jsp", "GET");
	look_around(c, 100);
}

static uint32_t clues_of(const struct story *st, const char *key, const char *host)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < st->incident->nclues; i++) {
		const struct story_clue *x = &st->incident->clues[i];

		n += strcmp(x->sentence.key, key) == 0 &&
		     (!host || str_eq_ascii_nocase(story_host_name(st, x->host), str_of(host)));
	}
	return n;
}

static bool is_relay_told(const struct story *st, const char *ip)
{
	for (uint32_t i = 0; i < st->incident->nexternal; i++)
		if (st->incident->external[i].role == EXTERNAL_RELAY &&
		    str_eq(st->incident->external[i].ip, str_of(ip)))
			return true;
	return false;
}

/* --- calls inside -------------------------------------------------------------------------------- */

static void calls_server(struct made_case *c, double s, int desk, const char *port, int times)
{
	char ip[24];

	desk_ip(ip, desk);
	for (int i = 0; i < times; i++)
		made_fact(c, FACT_CONNECTION, s + i * 1800, 1, FA_SOURCE_IP, ip, FA_TARGET_IP, "10.0.0.5",
			  FA_PORT, port, FA_OBSERVER, "sensor", FA_DETAIL, "tcp", -1);
}

/* A desk that the server came to and put a service on. */
static void taken(struct made_case *c, double s, int desk)
{
	char host[40];

	desk_name(host, desk);
	made_fact(c, FACT_LOGON, s, 1, FA_HOST, host, FA_ACCOUNT, "CORP\\admin", FA_LOGON_TYPE, "3",
		  FA_SOURCE_IP, "10.0.0.5", -1);
	made_fact(c, FACT_SERVICE_INSTALL, s + 5, 1, FA_HOST, host, FA_OBJECT, "Svc", FA_COMMAND,
		  "C:\\ProgramData\\x.exe", -1);
}

static void test_inner_calls(void **state)
{
	struct made_case c;
	struct story *st;

	(void)state;
	made_open(&c);
	company(&c, 10);
	entered(&c);
	for (int i = 1; i <= 3; i++)
		taken(&c, DAY, i);
	calls_server(&c, -2 * DAY, 5, "8080", 10); /* as ever */
	calls_server(&c, DAY + HOUR, 1, "8080", 10);
	for (int i = 1; i <= 3; i++)
		calls_server(&c, DAY + HOUR, i, "8443", 10);
	calls_server(&c, DAY + HOUR, 4, "8443", 10); /* nothing else is known of it */
	st = built(&c);
	assert_int_equal(clues_of(st, "inc.hop", NULL), 4);
	assert_int_equal(clues_of(st, "inc.hop", "PC05.corp.example"), 0);
	assert_int_equal(host_of(st, "PC04.corp.example")->class, CLASS_EXPOSED);
	assert_int_equal(host_of(st, "PC05.corp.example")->class, CLASS_CLEARED);
	story_free(st);
	made_close(&c);
}

/* --- tunnels -------------------------------------------------------------------------------------- */

static void tunnel(struct made_case *c, double s, const char *account, const char *ip)
{
	char day[24];

	snprintf(day, sizeof day, "day%d", (int)(s / DAY + 100));
	made_fact(c, FACT_VPN_SESSION, s, 1, FA_HOST, UPDATE, FA_ACCOUNT, account, FA_SOURCE_IP, ip,
		  FA_DETAIL, "open", FA_DAY, day, -1);
}

static void test_tunnels(void **state)
{
	struct made_case c;
	struct story *st;
	char user[24], ip[24];

	(void)state;
	made_open(&c);
	company(&c, 6);
	entered(&c);
	for (int d = -3; d < 5; d++)
		for (int i = 0; i < 6; i++) { /* by day: six hours later than T0 */
			snprintf(user, sizeof user, "user%d", i);
			snprintf(ip, sizeof ip, "192.0.2.%d", 10 + i);
			tunnel(&c, d * DAY + 6 * HOUR + i * 600, user, ip);
		}
	tunnel(&c, 2 * DAY + 17 * HOUR, "stolen", "198.51.100.99");
	tunnel(&c, 2 * DAY + 17 * HOUR, "user3", "198.51.100.98");   /* has tunnels by habit */
	tunnel(&c, 2 * DAY + 6 * HOUR, "newcomer", "198.51.100.97"); /* at an hour of all */
	tunnel(&c, 2 * DAY + 17 * HOUR, "other", "192.0.2.10");      /* from where others come */
	st = built(&c);
	assert_true(is_relay_told(st, "198.51.100.99"));
	assert_false(is_relay_told(st, "198.51.100.98"));
	assert_false(is_relay_told(st, "198.51.100.97"));
	assert_false(is_relay_told(st, "192.0.2.10"));
	assert_int_equal(clues_of(st, "inc.tunnel", UPDATE), 1);
	story_free(st);
	made_close(&c);
}

/* --- footholds ------------------------------------------------------------------------------------- */

static void started(struct made_case *c, double s, const char *host, const char *image, const char *parent,
		    const char *text)
{
	made_fact(c, FACT_PROCESS_START, s, 1, FA_HOST, host, FA_PROCESS, image, FA_PARENT, parent,
		  FA_COMMAND, text, FA_PROCESS_ID, "50", FA_PARENT_ID, "40", -1);
}

#define WORD "C:\\Program Files\\Microsoft Office\\root\\Office16\\WINWORD.EXE"
#define ODD "C:\\Users\\Public\\viewer.exe"

struct foothold_case {
	const char *what;
	bool opened, task, call, rule, before;
	uint32_t entries;
};

static void test_opened_documents(void **state)
{
	static const struct foothold_case CASES[] = {
		{ "a document starts a program, which stays and calls out", 1, 1, 1, 0, 0, 1 },
		{ "and a rule instead", 1, 1, 0, 1, 0, 1 },
		{ "a document starts a program", 1, 0, 0, 0, 0, 0 },
		{ "a program that others had before", 1, 0, 1, 0, 1, 0 },
		{ "a task and a call, no document", 0, 1, 1, 1, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(CASES); i++) {
		const struct foothold_case *x = &CASES[i];
		struct made_case c;
		struct story *st;

		made_open(&c);
		company(&c, 6);
		for (int d = 0; x->before && d < 5; d++)
			started(&c, -2.5 * DAY + d, "PC05.corp.example", ODD, WORD, ODD);
		if (x->opened)
			started(&c, DAY, "PC02.corp.example", ODD, WORD, ODD);
		if (x->task)
			made_fact(&c, FACT_TASK_INSTALL, DAY + 10, 1, FA_HOST, "PC02.corp.example", FA_OBJECT,
				  "\\View", FA_COMMAND, ODD, -1);
		if (x->call)
			made_fact(&c, FACT_CONNECTION, DAY + 20, 9, FA_HOST, "PC02.corp.example",
				  FA_SOURCE_IP, "10.0.1.12", FA_TARGET_IP, "203.0.113.77", FA_PORT, "443",
				  FA_DETAIL, "outbound tcp", -1);
		if (x->rule)
			made_finding(&c, "PC02.corp.example", "Something", LEVEL_HIGH, DAY + 5);
		st = built(&c);
		CHECK(x->what, st->incident->nentries == x->entries);
		CHECK(x->what, !x->entries || host_of(st, "PC02.corp.example")->class == CLASS_CONFIRMED);
		CHECK(x->what, x->entries || st->incident->by_class[CLASS_CONFIRMED] == 0);
		story_free(st);
		made_close(&c);
	}
}

/* A scanner puts a service on every host, week after week. */
static void test_rounds(void **state)
{
	struct made_case c;
	struct story *st;
	char host[40];

	(void)state;
	made_open(&c);
	company(&c, 12);
	for (int i = 0; i < 12; i++) {
		double s = (i - 3) * DAY * 0.8;

		desk_name(host, i);
		made_fact(&c, FACT_SHARE_ACCESS, s, 1, FA_HOST, host, FA_ACCOUNT, "CORP\\scan", FA_SOURCE_IP,
			  "10.0.0.6", FA_OBJECT, "\\\\*\\ADMIN$", FA_DETAIL, "write Temp\\probe.exe", -1);
		made_fact(&c, FACT_SERVICE_INSTALL, s + 5, 1, FA_HOST, host, FA_OBJECT, "Probe", FA_COMMAND,
			  "%SystemRoot%\\Temp\\probe.exe", -1);
		made_finding(&c, host, "Service in a folder for everybody", LEVEL_HIGH, s + 5);
	}
	st = built(&c);
	assert_int_equal(st->incident->by_class[CLASS_CONFIRMED], 0);
	story_free(st);
	made_close(&c);
}

/* --- volumes ---------------------------------------------------------------------------------------- */

static void sent(struct made_case *c, double s, const char *observer, const char *day, uint64_t octets)
{
	made_bytes(c, FACT_TRANSFER, s, octets, FA_SOURCE_IP, "10.0.0.5", FA_TARGET_IP, "203.0.113.5",
		   FA_OBSERVER, observer, FA_MEASURE, "sent", FA_DAY, day, -1);
}

/* Two logs saw the same bytes, one of them with days of another zone; on the third day only the second log was there. */
static void test_volume(void **state)
{
	struct made_case c;
	struct story *st;
	uint64_t estimate = 0;

	(void)state;
	made_open(&c);
	company(&c, 6);
	entered(&c);
	for (int i = 0; i < 14; i++)
		made_fact(&c, FACT_CONNECTION, 600 + i * 300, 1, FA_HOST, SERVER, FA_SOURCE_IP, "10.0.0.5",
			  FA_TARGET_IP, "203.0.113.5", FA_PORT, "443", FA_DETAIL, "outbound tcp", -1);
	sent(&c, 1 * DAY, "fw01", "2023-05-18", 40000000);
	sent(&c, 1 * DAY + 60, "sensor", "2023-05-18", 30000000);
	sent(&c, 1 * DAY + 12 * HOUR, "sensor", "2023-05-19", 10000000);
	sent(&c, 5 * DAY, "sensor", "2023-05-22", 20000000);
	st = built(&c);
	for (uint32_t i = 0; i < st->incident->nlosses; i++)
		estimate += st->incident->losses[i].estimate;
	assert_int_equal(estimate, 60000000);
	story_free(st);
	made_close(&c);
}

/* --- hours ---------------------------------------------------------------------------------- */

static bool is_said(const struct story *st, const char *key)
{
	for (uint32_t i = 0; i < st->nparagraphs; i++)
		if (strcmp(st->paragraphs[i].sentence.key, key) == 0)
			return true;
	return false;
}

/* Commands by hand within an hour are a habit; a few say nothing. */
static void test_hours(void **state)
{
	(void)state;
	for (int commands = 4; commands <= 16; commands += 12) {
		struct made_case c;
		struct story *st;
		char text[40];

		made_open(&c);
		company(&c, 4);
		entered(&c);
		for (int i = 0; i < commands; i++) {
			snprintf(text, sizeof text, "net user %c%c", 'a' + i % 26, 'a' + i / 26);
			command(&c, 200 + i * 60, "C:\\Windows\\System32\\net.exe", text);
		}
		st = built(&c);
		assert_true(is_said(st, "nar.hours") == (commands == 16));
		story_free(st);
		made_close(&c);
	}
}

/* --- signals ---------------------------------------------------------------------------------------- */

static void test_signals(void **state)
{
	struct made_case c;
	struct story *st;
	char path[128];
	FILE *f;
	enum signal s;
	uint32_t said = 0;

	(void)state;
	for (unsigned i = 0; i < SIGNALS; i++) {
		assert_true(signal_named(str_of(signal_name((enum signal)i)), &s) && s == (enum signal)i);
		assert_non_null(signal_meaning((enum signal)i));
	}
	assert_null(signal_name(SIGNALS));
	assert_false(signal_named(STR("hunch"), &s));
	made_open(&c);
	company(&c, 6);
	entered(&c);
	snprintf(path, sizeof path, "%s/case.yaml", c.dir);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs("signals_off: [server-commands, written-pages]\n", f);
	fclose(f);
	st = built(&c);
	assert_int_equal(st->incident->nentries, 0);
	for (uint32_t i = 0; i < st->nblind; i++)
		said += strcmp(st->blind[i].sentence.key, "blind.signal_off") == 0;
	assert_int_equal(said, 2);
	story_free(st);
	unlink(path);
	made_close(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_inner_calls),      cmocka_unit_test(test_tunnels),
		cmocka_unit_test(test_opened_documents), cmocka_unit_test(test_rounds),
		cmocka_unit_test(test_volume),           cmocka_unit_test(test_hours),
		cmocka_unit_test(test_signals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
