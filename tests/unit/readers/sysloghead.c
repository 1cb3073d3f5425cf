/* Headers of syslog lines as daemons, relays and devices write them. */
#include "readers/text/sysloghead.h"

#include "unit.h"

static const struct {
	const char *what, *line;
	int pri; /* -1: none */
	const char *time, *host, *app, *pid, *msgid, *data, *message;
} GOOD[] = {
	{ "RFC 3164", "<134>Apr 18 10:14:13 fw01 sshd[22]: hi", 134, "04-18 36853", "fw01", "", "", "", "",
	  "sshd[22]: hi" },
	{ "without PRI", "Apr  8 10:14:13 fw01 su: hi", -1, "04-08 36853", "fw01", "", "", "", "", "su: hi" },
	{ "with a year", "<166>Apr 18 2024 10:14:13 asa01 : %ASA-6-1: x", 166, "2024-04-18T10:14:13Z",
	  "asa01", "", "", "", "", ": %ASA-6-1: x" },
	{ "with a year and no host", "<166>Apr 18 2024 10:14:13: %ASA-6-1: x", 166, "2024-04-18T10:14:13Z",
	  "", "", "", "", "", ": %ASA-6-1: x" },
	{ "no host but a message", "Apr 18 10:14:13 date=2024-04-18 time=x", -1, "04-18 36853", "", "", "",
	  "", "", "date=2024-04-18 time=x" },
	{ "no time", "<190>date=2024-04-18 time=x", 190, "", "", "", "", "", "", "date=2024-04-18 time=x" },
	{ "RFC 5424",
	  "<165>1 2024-04-18T10:14:02.003+08:00 h app 12 ID1 [x@1 a=\"b]\\\"\"][y] \xEF\xBB\xBFhi", 165,
	  "2024-04-18T02:14:02.003Z", "h", "app", "12", "ID1", "[x@1 a=\"b]\\\"\"][y]", "hi" },
	{ "RFC 5424, all absent", "<165>1 - - - - - - hi", 165, "", "", "", "", "", "", "hi" },
	{ "RFC 5424, no message", "<165>1 2024-04-18T02:14:02Z h a - - -", 165, "2024-04-18T02:14:02Z", "h",
	  "a", "", "", "", "" },
	{ "octet count", "57 <165>1 2024-04-18T02:14:02Z h a - - - hi", 165, "2024-04-18T02:14:02Z", "h", "a",
	  "", "", "", "hi" },
	{ "data that does not end", "<165>1 2024-04-18T02:14:02Z h a - - [x a=\"b hi", 165,
	  "2024-04-18T02:14:02Z", "h", "a", "", "", "", "[x a=\"b hi" },
	{ "rsyslog", "2024-04-18T10:14:02.003112+08:00 h sshd[1]: x", -1, "2024-04-18T02:14:02.003112Z", "h",
	  "", "", "", "", "sshd[1]: x" },
	{ "Kiwi", "2024-04-18 10:14:02\tLocal4.Info\t10.1.1.1\t%ASA-6-1: x", -1, "2024-04-18T10:14:02Z",
	  "10.1.1.1", "", "", "", "", "%ASA-6-1: x" },
	{ "a clock out of step", "<189>*Apr 18 10:14:02.123: %SYS-5-X: y", 189, "04-18 36842", "", "", "", "",
	  "", ": %SYS-5-X: y" },
	{ "UTC behind a time without a year", "Apr 18 10:14:02 UTC: %X", -1, "04-18 36842", "", "", "", "",
	  "", ": %X" },
	{ "IPv6 host", "<1>Apr 18 10:14:02 2001:db8::1 x: y", 1, "04-18 36842", "2001:db8::1", "", "", "", "",
	  "x: y" },
	{ "nothing behind it", "<0>", 0, "", "", "", "", "", "", "" },
};

static const char *const BAD[] = { "",           "hello",       "<>x",     "<192>x",
				   "<1234>x",    "<1x",         "Apr 32x", "April 18 10:14:13 h x",
				   "2024-04-18", "13/04/2024 x" };

static void time_of(const struct syslog_head *h, char to[64])
{
	to[0] = '\0';
	if (h->has_time && h->time.has_year)
		time_text(h->time.ns, to);
	else if (h->has_time)
		snprintf(to, 64, "%02u-%02u %d", h->time.month, h->time.day,
			 (int)(h->time.day_ns / NS_PER_S));
}

static void headers(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(GOOD); i++) {
		struct syslog_head h;
		char time[64];

		CHECK(GOOD[i].what, syslog_head_read(str_of(GOOD[i].line), &h));
		CHECK(GOOD[i].what, (h.has_pri ? h.pri : -1) == GOOD[i].pri);
		time_of(&h, time);
		CHECK_STR(GOOD[i].what, str_of(time), str_of(GOOD[i].time));
		CHECK_STR(GOOD[i].what, h.host, str_of(GOOD[i].host));
		CHECK_STR(GOOD[i].what, h.app, str_of(GOOD[i].app));
		CHECK_STR(GOOD[i].what, h.pid, str_of(GOOD[i].pid));
		CHECK_STR(GOOD[i].what, h.msgid, str_of(GOOD[i].msgid));
		CHECK_STR(GOOD[i].what, h.data, str_of(GOOD[i].data));
		CHECK_STR(GOOD[i].what, h.message, str_of(GOOD[i].message));
	}
	for (size_t i = 0; i < COUNT(BAD); i++) {
		struct syslog_head h;

		CHECK(BAD[i], !syslog_head_read(str_of(BAD[i]), &h));
	}
}

static void relays(void **state)
{
	struct syslog_head h;
	char time[64];

	(void)state;
	assert_true(syslog_head_read(
		STR("2024-04-18T10:14:02+08:00 relay <166>Apr 18 2024 10:14:01 asa01 : %ASA-6-1: x"), &h));
	assert_true(syslog_head_inner(&h));
	time_of(&h, time);
	CHECK_STR("a zone that only the relay tells", str_of(time), STR("2024-04-18T02:14:02Z"));
	CHECK_STR("the device's own name", h.host, STR("asa01"));
	assert_int_equal(h.pri, 166);
	assert_false(syslog_head_inner(&h));
	assert_true(syslog_head_read(STR("<13>Apr 18 10:14:02 relay Apr 18 2024 10:14:01: x"), &h));
	assert_true(syslog_head_inner(&h));
	time_of(&h, time);
	CHECK_STR("the device's own time", str_of(time), STR("2024-04-18T10:14:01Z"));
	CHECK_STR("the relay's name for it", h.host, STR("relay"));
	assert_int_equal(h.pri, 13);
}

static void tags(void **state)
{
	static const struct {
		const char *what, *message, *name, *pid, *rest; /* name NULL: none */
	} T[] = {
		{ "with pid", "sshd[22]: hi", "sshd", "22", "hi" },
		{ "without", "su: hi", "su", "", "hi" },
		{ "path", "/usr/sbin/cron[1]: x: y", "/usr/sbin/cron", "1", "x: y" },
		{ "no space", "kernel:x", "kernel", "", "x" },
		{ "none", "last message repeated 2 times", NULL, "", "" },
		{ "a pair", "a=b: c", NULL, "", "" },
		{ "open", "sshd[22", NULL, "", "" },
		{ "no colon", "sshd[22] x", NULL, "", "" },
		{ "empty", "", NULL, "", "" },
		{ "a colon", ":", NULL, "", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(T); i++) {
		str message = str_of(T[i].message), name, pid;

		CHECK(T[i].what, syslog_tag(&message, &name, &pid) == (T[i].name != NULL));
		if (!T[i].name)
			continue;
		CHECK_STR(T[i].what, name, str_of(T[i].name));
		CHECK_STR(T[i].what, pid, str_of(T[i].pid));
		CHECK_STR(T[i].what, message, str_of(T[i].rest));
	}
}

static void params(void **state)
{
	str rest = STR("[a@1 x=\"1\" y=\"\\\"2]\"][b][c z=\"\"]"), id = { 0 }, name, value;
	static const char *const WANT[] = { "a@1 x 1", "a@1 y \\\"2]", "c z " };
	char got[64];

	(void)state;
	for (size_t i = 0; i < COUNT(WANT); i++) {
		assert_true(syslog_param(&rest, &id, &name, &value));
		snprintf(got, sizeof got, "%.*s %.*s %.*s", STR_ARG(id), STR_ARG(name), STR_ARG(value));
		assert_string_equal(got, WANT[i]);
	}
	assert_false(syslog_param(&rest, &id, &name, &value));
	rest = STR("[a x=\"1");
	assert_false(syslog_param(&rest, &id, &name, &value));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headers),
		cmocka_unit_test(relays),
		cmocka_unit_test(tags),
		cmocka_unit_test(params),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
