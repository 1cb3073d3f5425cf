/* What makes an incident and what does not: small cases, fact by fact. */
#include "story/incident.h"

#include <stdio.h>

#include "made_company.h"
#include "story/story.h"
#include "unit.h"

/* --- entries ------------------------------------------------------------------------------------ */

struct entry_case {
	const char *what;
	bool looks, routine, new_page, page_file, old_page, calls;
	uint32_t entries;
};

static void make_entry(struct made_case *c, const struct entry_case *x)
{
	if (x->looks)
		look_around(c, 100);
	for (int d = -3; x->routine && d <= 3; d++)
		command(c, d * DAY + 100, "C:\\Windows\\System32\\cmd.exe", "cmd /c convert.bat job17.xml");
	if (x->old_page)
		asked(c, -2 * DAY, "198.51.100.9", "/app/page.jsp", "GET");
	if (x->page_file)
		page(c, 20, "D:\\tomcat\\webapps\\app\\page.jsp");
	if (x->new_page) {
		asked(c, 10, "198.51.100.7", "/app/upload", "POST");
		asked(c, 60, "198.51.100.7", "/app/page.jsp", "GET");
	}
	for (int i = 0; x->calls && i < 12; i++)
		made_fact(c, FACT_CONNECTION, 600 + i * 300, 1, FA_HOST, SERVER, FA_SOURCE_IP, "10.0.0.5",
			  FA_TARGET_IP, "203.0.113.5", FA_PORT, "443", FA_DETAIL, "outbound tcp", -1);
}

static void test_entries(void **state)
{
	static const struct entry_case CASES[] = {
		{ "nothing", 0, 0, 0, 0, 0, 0, 0 },
		{ "a first page, looking around, a first call", 1, 0, 1, 1, 0, 1, 1 },
		{ "looking around and a first page", 1, 0, 1, 0, 0, 0, 1 },
		{ "looking around alone", 1, 0, 0, 0, 0, 0, 0 },
		{ "the same command every day, and a new page", 0, 1, 1, 1, 0, 0, 0 },
		{ "a new page that is used, and nothing else", 0, 0, 1, 1, 0, 0, 0 },
		{ "a page that was there before is written again", 0, 0, 1, 1, 1, 1, 0 },
		{ "a new page that is used, and a first call", 0, 0, 1, 1, 0, 1, 1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(CASES); i++) {
		struct made_case c;
		struct story *st;

		made_open(&c);
		company(&c, 6);
		make_entry(&c, &CASES[i]);
		st = built(&c);
		CHECK(CASES[i].what, st->incident->nentries == CASES[i].entries);
		CHECK(CASES[i].what, !CASES[i].entries || host_of(st, SERVER)->class == CLASS_CONFIRMED);
		CHECK(CASES[i].what, CASES[i].entries || st->incident->by_class[CLASS_CONFIRMED] == 0);
		story_free(st);
		made_close(&c);
	}
}

static void test_relay_and_control(void **state)
{
	const struct entry_case ALL = { "all", 1, 0, 1, 1, 0, 1, 1 };
	struct made_case c;
	struct story *st;
	bool relay = false, control = false;

	(void)state;
	made_open(&c);
	company(&c, 6);
	make_entry(&c, &ALL);
	asked(&c, -DAY, "198.51.100.200", "/app/login", "GET"); /* a visitor like others */
	st = built(&c);
	for (uint32_t i = 0; i < st->incident->nexternal; i++) {
		const struct incident_external *x = &st->incident->external[i];

		relay |= x->role == EXTERNAL_RELAY && str_eq(x->ip, STR("198.51.100.7"));
		control |= x->role == EXTERNAL_C2 && str_eq(x->ip, STR("203.0.113.5"));
		assert_false(str_eq(x->ip, STR("198.51.100.200")));
	}
	assert_true(relay);
	assert_true(control);
	story_free(st);
	made_close(&c);
}

/* --- packages ------------------------------------------------------------------------------------- */

static void fetched(struct made_case *c, double s, int desk, const char *path, const char *size)
{
	char ip[24];

	desk_ip(ip, desk);
	made_fact(c, FACT_ARTEFACT_SERVED, s, 1, FA_HOST, UPDATE, FA_SOURCE_IP, ip, FA_OBJECT, path,
		  FA_STATUS, "200", FA_SIZE, size, -1);
}

static void service(struct made_case *c, double s, int desk, const char *name, const char *image)
{
	char host[40];

	desk_name(host, desk);
	made_fact(c, FACT_SERVICE_INSTALL, s, 1, FA_HOST, host, FA_OBJECT, name, FA_COMMAND, image, -1);
}

static void test_replaced_package(void **state)
{
	static const char PATH[] = "/pkg/app/4.2.7/setup.exe";
	struct made_case c;
	struct story *st;
	uint32_t kept = 0;

	(void)state;
	made_open(&c);
	company(&c, 30);
	for (int i = 0; i < 12; i++)
		fetched(&c, -2 * DAY + i * 60, i, PATH, "19337216");
	for (int i = 12; i < 20; i++) {
		fetched(&c, DAY + i * 60, i, PATH, "19456512");
		if (i != 19) /* 19: stopped by the antivirus */
			service(&c, DAY + i * 60 + 90, i, "Sync Helper", "C:\\ProgramData\\app\\helper.exe");
	}
	fetched(&c, DAY + 3000, 20, PATH, "4000000"); /* broken off */
	made_fact(&c, FACT_ALERT, DAY + 19 * 60 + 100, 1, FA_HOST, "PC19.corp.example", FA_OBJECT, "Trojan",
		  FA_DETAIL, "found", -1);
	st = built(&c);
	for (uint32_t i = 0; i < st->incident->nartefacts; i++)
		kept += st->incident->artefacts[i].size == 19456512 &&
			st->incident->artefacts[i].other_size == 19337216;
	assert_int_equal(kept, 1);
	assert_int_equal(host_of(st, UPDATE)->class, CLASS_CONFIRMED);
	assert_int_equal(host_of(st, "PC12.corp.example")->class, CLASS_CONFIRMED);
	assert_int_equal(host_of(st, "PC18.corp.example")->class, CLASS_CONFIRMED);
	assert_true(str_eq_ascii_nocase(story_host_name(st, host_of(st, "PC13.corp.example")->parent),
					STR(UPDATE)));
	assert_int_equal(host_of(st, "PC19.corp.example")->class, CLASS_CLEARED);
	assert_int_equal(host_of(st, "PC20.corp.example")->class, CLASS_EXPOSED);
	assert_int_equal(host_of(st, "PC03.corp.example")->class, CLASS_CLEARED);
	assert_true(st->incident->nfirst_clients > 0 &&
		    str_eq(story_host_name(st, st->incident->first_clients[0]), STR("PC12.corp.example")));
	story_free(st);
	made_close(&c);
}

struct release_case {
	const char *what, *old_path, *old_size, *new_path, *new_size;
};

/* New content is ordinary: under a new version, or under a name that has none. */
static void test_releases(void **state)
{
	static const struct release_case CASES[] = {
		{ "a new version", "/pkg/app/4.2.7/setup.exe", "19337216", "/pkg/app/4.2.8/setup.exe",
		  "19456512" },
		{ "a name without a version", "/pkg/app/latest.exe", "19337216", "/pkg/app/latest.exe",
		  "19456512" },
		{ "a list that grows", "/pkg/4.2/index.cab", "1000", "/pkg/4.2/index.cab", "1200" },
	};

	(void)state;
	for (size_t k = 0; k < COUNT(CASES); k++) {
		struct made_case c;
		struct story *st;

		made_open(&c);
		company(&c, 30);
		for (int i = 0; i < 12; i++)
			fetched(&c, -2 * DAY + i * 60, i, CASES[k].old_path, CASES[k].old_size);
		for (int i = 12; i < 22; i++) {
			fetched(&c, DAY + i * 60, i, CASES[k].new_path, CASES[k].new_size);
			service(&c, DAY + i * 60 + 90, i, "App Agent 2",
				"C:\\Program Files\\App\\agent2.exe");
		}
		st = built(&c);
		CHECK(CASES[k].what, st->incident->by_class[CLASS_CONFIRMED] == 0);
		CHECK(CASES[k].what, st->incident->nartefacts == 0);
		story_free(st);
		made_close(&c);
	}
}

/* --- spread ------------------------------------------------------------------------------------------ */

static void came(struct made_case *c, double s, const char *to, const char *account, bool writes)
{
	made_fact(c, FACT_LOGON, s, 1, FA_HOST, to, FA_ACCOUNT, account, FA_LOGON_TYPE, "3", FA_SOURCE_IP,
		  "10.0.0.5", -1);
	if (writes)
		made_fact(c, FACT_SHARE_ACCESS, s + 1, 1, FA_HOST, to, FA_ACCOUNT, account, FA_SOURCE_IP,
			  "10.0.0.5", FA_OBJECT, "\\\\*\\ADMIN$", FA_DETAIL, "write Temp\\x.exe", -1);
}

static void test_spread(void **state)
{
	const struct entry_case ALL = { "all", 1, 0, 1, 1, 0, 1, 1 };
	struct made_case c;
	struct story *st;

	(void)state;
	made_open(&c);
	company(&c, 12);
	came(&c, -2 * DAY, "PC01.corp.example", "CORP\\backup", true); /* as ever */
	make_entry(&c, &ALL);
	came(&c, DAY, "PC01.corp.example", "CORP\\backup", true);
	came(&c, DAY, "PC02.corp.example", "CORP\\admin", true);
	came(&c, 2 * DAY, "PC03.corp.example", "CORP\\admin", false);
	made_fact(&c, FACT_SERVICE_INSTALL, 2 * DAY + 5, 1, FA_HOST, "PC03.corp.example", FA_OBJECT, "Svc",
		  FA_COMMAND, "C:\\ProgramData\\x.exe", -1);
	came(&c, 3 * DAY, "PC04.corp.example", "CORP\\admin", false);
	came(&c, -DAY, "PC05.corp.example", "CORP\\other", true); /* before it was under control */
	/* a host whose own logs say nothing: the network saw a program come, and on another one a document */
	made_fact(&c, FACT_CONNECTION, 2 * DAY, 1, FA_SOURCE_IP, "10.0.0.5", FA_TARGET_IP, "10.0.1.16",
		  FA_PORT, "445", FA_OBJECT, "ADMIN$ Temp\\x.exe", FA_DETAIL, "smb::file_write", FA_OBSERVER,
		  "sensor", -1);
	made_fact(&c, FACT_CONNECTION, 2 * DAY, 1, FA_SOURCE_IP, "10.0.0.5", FA_TARGET_IP, "10.0.1.17",
		  FA_PORT, "445", FA_OBJECT, "ADMIN$ Temp\\x.txt", FA_DETAIL, "smb::file_write", FA_OBSERVER,
		  "sensor", -1);
	st = built(&c);
	assert_int_equal(host_of(st, "PC06.corp.example")->class, CLASS_CONFIRMED);
	assert_int_equal(host_of(st, "PC07.corp.example")->class, CLASS_CLEARED);
	assert_int_equal(host_of(st, "PC01.corp.example")->class, CLASS_CLEARED);
	assert_int_equal(host_of(st, "PC02.corp.example")->class, CLASS_CONFIRMED);
	assert_int_equal(host_of(st, "PC03.corp.example")->class, CLASS_CONFIRMED);
	assert_int_equal(host_of(st, "PC04.corp.example")->class, CLASS_EXPOSED);
	assert_int_equal(host_of(st, "PC05.corp.example")->class, CLASS_CLEARED);
	assert_true(st->incident->nedges == 3);
	story_free(st);
	made_close(&c);
}

/* A host without any log of its own is unknown, whatever others say. */
static void test_unknown(void **state)
{
	const struct entry_case ALL = { "all", 1, 0, 1, 1, 0, 1, 1 };
	struct made_case c;
	struct story *st;

	(void)state;
	made_open(&c);
	company(&c, 4);
	make_entry(&c, &ALL);
	made_fact(&c, FACT_LOGON, DAY, 1, FA_HOST, "PC01.corp.example", FA_ACCOUNT, "CORP\\a", FA_LOGON_TYPE,
		  "3", FA_SOURCE_HOST, "SILENT", -1);
	st = built(&c);
	assert_non_null(host_of(st, "SILENT"));
	assert_int_equal(host_of(st, "SILENT")->class, CLASS_UNKNOWN);
	story_free(st);
	made_close(&c);
}

/* --- servers whose logs name no parents ------------------------------------------------------------- */

struct unix_case {
	const char *what, *user, *account, *first, *second;
	uint32_t entries;
};

/* What runs as the user of a server is taken for its own, if it looks around; not what others or the superuser run. */
static void test_unix_entries(void **state)
{
	static const struct unix_case CASES[] = {
		{ "the server's user looks around", "uid 998", NULL, "sh -c id", "sh -c uname -a", 1 },
		{ "the same, and somebody had started the server", "uid 998", "uid 1002", "sh -c id",
		  "sh -c uname -a", 1 },
		{ "the application starts programs", "uid 998", NULL, "sh -c convert a.jpg b.png",
		  "sh -c sendmail -t", 0 },
		{ "another user", "uid 77", NULL, "sh -c id", "sh -c uname -a", 0 },
		{ "the user has logged on himself", "uid 998", "uid 998", "sh -c id", "sh -c uname -a", 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(CASES); i++) {
		const struct unix_case *x = &CASES[i];
		const char *account = x->account ? x->account : "";
		struct made_case c;
		struct story *st;

		made_open(&c);
		company(&c, 4);
		made_fact(&c, FACT_FILE_WRITE, 20, 1, FA_HOST, SERVER, FA_PROCESS, "/usr/lib/jvm/bin/java",
			  FA_DETAIL, "uid 998", FA_OBJECT, "/opt/app/webapps/app/tpl/x.jsp", -1);
		asked(&c, 60, "198.51.100.7", "/app/tpl/x.jsp", "GET");
		made_fact(&c, FACT_PROCESS_START, 90, 1, FA_HOST, SERVER, FA_ACCOUNT, account, FA_PROCESS,
			  "/usr/bin/dash", FA_COMMAND, x->first, FA_DETAIL, x->user, -1);
		made_fact(&c, FACT_PROCESS_START, 120, 1, FA_HOST, SERVER, FA_ACCOUNT, account, FA_PROCESS,
			  "/usr/bin/dash", FA_COMMAND, x->second, FA_DETAIL, x->user, -1);
		st = built(&c);
		CHECK(x->what, st->incident->nentries == x->entries);
		story_free(st);
		made_close(&c);
	}
}

/* --- volume ------------------------------------------------------------------------------------------- */

static void test_loss_once(void **state)
{
	const struct entry_case ALL = { "all", 1, 0, 1, 1, 0, 1, 1 };
	static const char *const SEEN_BY[] = { "fw01", "sensor01", "fw02" };
	struct made_case c;
	struct story *st;
	uint64_t total = 0;

	(void)state;
	made_open(&c);
	company(&c, 4);
	make_entry(&c, &ALL);
	for (size_t i = 0; i < COUNT(SEEN_BY); i++) {
		struct fact f = { .kind = FACT_CONNECTION, .count = 1, .bytes = 100u << 20, .nrefs = 1 };

		f.first_ns = f.last_ns = MADE_T0 + INT64_C(90000) * NS_PER_S;
		f.refs[0] = (struct event_ref){ 0, 1u << 30 | (uint32_t)i, 7 };
		f.attr[FA_SOURCE_IP] = STR("10.0.0.5");
		f.attr[FA_TARGET_IP] = STR("203.0.113.5");
		f.attr[FA_PORT] = STR("443");
		f.attr[FA_OBSERVER] = str_of(SEEN_BY[i]);
		f.attr[FA_MEASURE] = STR("sent");
		f.attr[FA_DAY] = STR("2023-05-18");
		assert_int_equal(store_put_fact(c.s, &f, NULL), 0);
	}
	st = built(&c);
	for (uint32_t i = 0; i < st->incident->nlosses; i++)
		total += st->incident->losses[i].estimate;
	assert_int_equal(total, 100u << 20);
	story_free(st);
	made_close(&c);
}

/* Where all that ever called a place are under control, it is no usual one, however many they are. */
static void test_loss_to_many(void **state)
{
	static const char PATH[] = "/pkg/app/4.2.7/setup.exe";

	(void)state;
	for (int others = 0; others <= 6; others += 6) {
		struct made_case c;
		struct story *st;
		char ip[24];

		made_open(&c);
		company(&c, 24);
		for (int i = 0; i < 4; i++)
			fetched(&c, -2 * DAY + i * 60, i, PATH, "19337216");
		for (int i = 4; i < 12; i++) {
			fetched(&c, DAY + i * 60, i, PATH, "19456512");
			service(&c, DAY + i * 60 + 90, i, "Sync Helper", "C:\\ProgramData\\app\\helper.exe");
			if (i < 9) {
				desk_ip(ip, i);
				made_bytes(&c, FACT_CONNECTION, 3 * DAY + i * 60, 500u << 20, FA_SOURCE_IP,
					   ip, FA_TARGET_IP, "203.0.113.60", FA_PORT, "443", FA_OBSERVER,
					   "fw01", FA_MEASURE, "sent", FA_DAY, "2023-05-20", -1);
			}
		}
		for (int i = 12; i < 12 + others; i++) {
			desk_ip(ip, i);
			made_fact(&c, FACT_CONNECTION, 3 * DAY + i * 60, 1, FA_SOURCE_IP, ip, FA_TARGET_IP,
				  "203.0.113.60", FA_PORT, "443", FA_OBSERVER, "fw01", -1);
		}
		st = built(&c);
		CHECK(others ? "others call it, too" : "only they call it",
		      st->incident->nlosses == (others ? 0 : 5));
		for (uint32_t i = 0; i < st->incident->nexternal; i++)
			CHECK("it only takes: no control server", st->incident->external[i].role != EXTERNAL_C2);
		story_free(st);
		made_close(&c);
	}
}

/* No network log: what the server's own log says it sent to the relay. */
static void test_loss_by_own_log(void **state)
{
	const struct entry_case ALL = { "all", 1, 0, 1, 1, 0, 1, 1 };
	struct made_case c;
	struct story *st;

	(void)state;
	made_open(&c);
	company(&c, 4);
	make_entry(&c, &ALL);
	for (int i = 0; i < 3; i++)
		asked(&c, 4000 + i * 60, "198.51.100.7", "/app/page.jsp", "POST");
	made_bytes(&c, FACT_ARTEFACT_SERVED, 9000, 300u << 20, FA_HOST, SERVER, FA_SOURCE_IP, "198.51.100.7",
		   FA_OBJECT, "/app/a.zip", FA_METHOD, "GET", FA_STATUS, "200", FA_MEASURE, "sent", FA_DAY,
		   "2023-05-17", -1);
	made_bytes(&c, FACT_ARTEFACT_SERVED, 9000, 900u << 20, FA_HOST, SERVER, FA_SOURCE_IP, "10.0.1.10",
		   FA_OBJECT, "/app/a.zip", FA_METHOD, "GET", FA_STATUS, "200", FA_MEASURE, "sent", FA_DAY,
		   "2023-05-17", -1);
	st = built(&c);
	assert_int_equal(st->incident->nlosses, 1);
	assert_int_equal(st->incident->losses[0].estimate, 300u << 20);
	story_free(st);
	made_close(&c);
}

/* Where no log tells programs, who fetched the replaced package and then called one place is followed there. */
static void test_deliveries_followed(void **state)
{
	static const char PATH[] = "/pkg/app/4.2.7/setup.exe";
	struct made_case c;
	struct story *st;
	uint32_t controls = 0;
	char ip[24];

	(void)state;
	made_open(&c);
	company(&c, 40);
	for (int i = 0; i < 12; i++)
		fetched(&c, -2 * DAY + i * 60, i, PATH, "19337216");
	for (int i = 12; i < 20; i++) {
		fetched(&c, DAY + i * 60, i, PATH, "19456512");
		desk_ip(ip, i);
		for (int k = 0; k < 10 && i != 19; k++) /* 19 fetched it and calls nobody */
			made_fact(&c, FACT_CONNECTION, DAY + 3600 + i * 60 + k * 1800, 1, FA_SOURCE_IP, ip,
				  FA_TARGET_IP, "203.0.113.9", FA_PORT, "443", FA_OBSERVER, "fw01", -1);
	}
	for (int i = 12; i < 20; i++)
		fetched(&c, 4 * DAY + i * 60, i - 12, PATH, "19337216"); /* the old content came back */
	st = built(&c);
	for (uint32_t i = 0; i < st->incident->nexternal; i++)
		controls += st->incident->external[i].role == EXTERNAL_C2 &&
			    str_eq(st->incident->external[i].ip, STR("203.0.113.9"));
	assert_int_equal(controls, 1);
	assert_int_equal(host_of(st, "PC12.corp.example")->class, CLASS_LIKELY);
	assert_true(str_eq_ascii_nocase(story_host_name(st, host_of(st, "PC13.corp.example")->parent),
					STR(UPDATE)));
	assert_true(host_of(st, "PC19.corp.example")->class > CLASS_LIKELY);
	story_free(st);
	made_close(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_entries),
		cmocka_unit_test(test_relay_and_control),
		cmocka_unit_test(test_replaced_package),
		cmocka_unit_test(test_releases),
		cmocka_unit_test(test_spread),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_unix_entries),
		cmocka_unit_test(test_loss_once),
		cmocka_unit_test(test_loss_to_many),
		cmocka_unit_test(test_loss_by_own_log),
		cmocka_unit_test(test_deliveries_followed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
