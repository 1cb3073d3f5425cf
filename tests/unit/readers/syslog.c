/* Syslog of Unix machines: headers, and what sshd, sudo, su, cron, PAM and account tools say. */
#include "unit.h"

#include "readers/textlog_run.h"

#define AT "Apr 18 02:51:10 upd01 "
#define LINE AT "sshd[22817]: Accepted password for deploy from 10.30.4.17 port 50122 ssh2"
#define MTIME (INT64_C(1714000000) * NS_PER_S) /* 2024-04-24 */

static const struct textlog_case GOOD[] = {
	{ "sshd, accepted", LINE, "2024-04-18T02:51:10Z",
	  "hostname=upd01 program=sshd pid=22817 action=login outcome=success user=deploy src_ip=10.30.4.17 "
	  "src_port=50122 method=password" },
	{ "sshd of 9.8, key, ISO time",
	  "2024-04-18T02:51:10.481220+08:00 upd01 sshd-session[7]: Accepted publickey for root from fe80::1%eth0 "
	  "port 1 ssh2: ED25519 SHA256:abc",
	  "2024-04-17T18:51:10.481220Z", "method=publickey src_ip=fe80::1%eth0 outcome=success" },
	{ "sshd, failed", AT "sshd[1]: Failed password for root from 192.0.2.4 port 2 ssh2", NULL,
	  "action=login outcome=failure user=root src_ip=192.0.2.4" },
	{ "sshd, failed, no such user",
	  AT "sshd[1]: Failed none for invalid user admin from 192.0.2.4 port 2 ssh2", NULL,
	  "outcome=failure user=admin method=none" },
	{ "sshd, a name that looks like an address behind it",
	  AT
	  "sshd[1]: Failed password for invalid user x from 1.1.1.1 port 22 ssh2 from 192.0.2.66 port 2 ssh2",
	  NULL, "src_ip=192.0.2.66 src_port=2 outcome=failure" },
	{ "sshd, a name that claims success",
	  AT "sshd[1]: Invalid user Accepted password for root from 1.1.1.1 from 192.0.2.66 port 2", NULL,
	  "action=invalid_user outcome=failure src_ip=192.0.2.66" },
	{ "sshd, an empty name", AT "sshd[1]: Invalid user  from 192.0.2.4", NULL,
	  "user= src_ip=192.0.2.4 action=invalid_user" },
	{ "sshd, closed", AT "sshd[1]: Connection closed by 192.0.2.4 port 5 [preauth]", NULL,
	  "action=disconnect src_ip=192.0.2.4 reason=preauth" },
	{ "sshd, closed by a user",
	  AT "sshd[1]: Connection closed by authenticating user root 192.0.2.4 port 5 [preauth]", NULL,
	  "user=root src_ip=192.0.2.4" },
	{ "sshd, disconnect",
	  AT "sshd[1]: Received disconnect from 192.0.2.4 port 5:11: disconnected by user", NULL,
	  "action=disconnect src_ip=192.0.2.4" },
	{ "sshd, an old disconnect", AT "sshd[1]: Received disconnect from 192.0.2.4: 11: Bye Bye", NULL,
	  "src_ip=192.0.2.4" },
	{ "sshd, five times",
	  AT "sshd[1]: message repeated 5 times: [ Failed password for root from 192.0.2.4 port 2 ssh2]",
	  NULL, "repeated=5 outcome=failure user=root src_ip=192.0.2.4" },
	{ "sshd, PAM",
	  AT "sshd[1]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= "
	     "rhost=192.0.2.4  user=root",
	  NULL, "action=login outcome=failure user=root rhost=192.0.2.4 service=sshd terminal=ssh ruser=" },
	{ "sshd, an old PAM", AT "sshd(pam_unix)[1]: session opened for user test by (uid=509)", NULL,
	  "program=sshd(pam_unix) action=session_open user=test uid=509" },
	{ "sshd, a session",
	  AT "sshd[1]: pam_unix(sshd:session): session opened for user deploy(uid=1000) by (uid=0)", NULL,
	  "action=session_open user=deploy uid=0 outcome=success" },
	{ "sudo",
	  AT "sudo:   deploy : TTY=pts/0 ; PWD=/home/deploy ; USER=root ; COMMAND=/bin/sh -c a ; USER=x",
	  NULL, "user=deploy USER=root PWD=/home/deploy TTY=pts/0 action=command outcome=success" },
	{ "sudo, refused",
	  AT "sudo[9]: www : user NOT in sudoers ; TTY=unknown ; PWD=/ ; USER=#-1 ; COMMAND=/usr/bin/id",
	  NULL, "outcome=failure USER=#-1 COMMAND=/usr/bin/id pid=9" },
	{ "su", AT "su[5]: (to root) deploy on pts/0", NULL,
	  "user=root by=deploy terminal=pts/0 outcome=success" },
	{ "su, failed", AT "su: FAILED su for root by deploy", NULL, "user=root by=deploy outcome=failure" },
	{ "cron", AT "CRON[7]: (root) CMD (cd / && (run-parts) )", NULL, "user=root action=command" },
	{ "crontab", AT "crontab[7]: (www-data) REPLACE (www-data)", NULL,
	  "user=www-data action=crontab_replace" },
	{ "systemd", AT "systemd[1]: Started nginx.service", NULL, "action=start unit=nginx.service" },
	{ "useradd",
	  AT "useradd[3]: new user: name=svc, UID=0, GID=0, home=/root, shell=/bin/sh, from=/dev/pts/1", NULL,
	  "action=user_add user=svc UID=0 GID=0 shell=/bin/sh from=/dev/pts/1" },
	{ "usermod", AT "usermod[3]: add 'svc' to group 'sudo'", NULL,
	  "user=svc group=sudo action=group_member_add" },
	{ "systemd-logind", AT "systemd-logind[3]: New session 12 of user a.b.", NULL,
	  "session=12 user=a.b" },
	{ "PAM of any program", AT "xrdp-sesman[3]: pam_unix(xrdp:session): session closed for user u", NULL,
	  "action=session_close user=u service=xrdp" },
	{ "<PRI>", "<86>" AT "app: text", "2024-04-18T02:51:10Z",
	  "facility=10 severity=6 program=app message=text" },
	{ "RFC 5424",
	  "<165>1 2024-04-18T10:14:02.003+08:00 h1 app 77 ID47 [x@1 a=\"b]\\\"\"] \xEF\xBB\xBFtext",
	  "2024-04-18T02:14:02.003Z",
	  "hostname=h1 program=app pid=77 msgid=ID47 message=text facility=20 "
	  "severity=5" },
	{ "an octet count", "44 <34>1 2024-04-18T10:14:02Z h1 app - - - text", "2024-04-18T10:14:02Z",
	  "program=app pid= msgid= structured-data= message=text" },
	{ "no program", AT "-- MARK --", NULL, "hostname=upd01 program=" },
	{ "an escaped line feed", AT "app: a#012b", NULL, "message=a#012b" },
	{ "a year", "Apr 18 2022 02:51:10 upd01 app: x", "2022-04-18T02:51:10Z", "message=x" },
	{ "the year before", "Dec 31 23:59:59 upd01 app: x", "2023-12-31T23:59:59Z", NULL },
	{ "a leap day", "Feb 29 00:00:00 upd01 app: x", "2024-02-29T00:00:00Z", NULL },
	{ 0 },
};

static const struct textlog_case BAD[] = {
	{ "no time", "upd01 sshd[1]: text", NULL, NULL },
	{ "no month", "MMM 22 07:54:32 upd01 sshd[1]: text", NULL, NULL },
	{ "a date alone", "Apr 18 Wrong line", NULL, NULL },
	{ "hour 25", "Apr 18 25:51:10 upd01 sshd[1]: text", NULL, NULL },
	{ "day 0", "Apr 0 02:51:10 upd01 sshd[1]: text", NULL, NULL },
	{ "day 32", "Apr 32 02:51:10 upd01 sshd[1]: text", NULL, NULL },
	{ "minute 60", "Apr 18 02:60:10 upd01 sshd[1]: text", NULL, NULL },
	{ "a priority that stays open", "<34 text", NULL, NULL },
	{ "a priority too large", "<999>text", NULL, NULL },
	{ "words", "just some words", NULL, NULL },
	{ "binary", "\x01\x02\x03\xFF\xFE\x80", NULL, NULL },
	{ 0 },
};

static void lines(void **state)
{
	const struct textlog_with with = { .mtime_ns = MTIME };

	(void)state;
	textlog_good(&reader_syslog, "", GOOD, with);
	textlog_bad(&reader_syslog, "", BAD, LINE);
}

/* Values with spaces in them, datasets, ECS. */
static const struct {
	const char *what, *line, *dataset, *field; /* "name=text with spaces" */
	const char *ecs;
} WHOLE[] = {
	{ "sshd", LINE, "linux.sshd", "message=Accepted password for deploy from 10.30.4.17 port 50122 ssh2",
	  "\"source\":{\"address\":\"10.30.4.17\",\"ip\":\"10.30.4.17\",\"port\":50122}" },
	{ "a name with spaces", AT "sshd[1]: Invalid user a b c from 192.0.2.4 port 2", "linux.sshd",
	  "user=a b c", "\"outcome\":\"failure\"" },
	{ "sudo", AT "sudo: u : TTY=x ; PWD=/a b ; USER=root ; COMMAND=/bin/sh -c a ; USER=x", "linux.sudo",
	  "COMMAND=/bin/sh -c a ; USER=x", "\"command_line\":\"/bin/sh -c a ; USER=x\"" },
	{ "sudo, reason",
	  AT "sudo: u : 3 incorrect password attempts ; TTY=x ; PWD=/ ; USER=root ; COMMAND=/bin/ls",
	  "linux.sudo", "reason=3 incorrect password attempts", "\"outcome\":\"failure\"" },
	{ "cron", AT "CRON[7]: (root) CMD (cd / && (run-parts x))", "linux.cron",
	  "command=cd / && (run-parts x)", "\"command_line\":\"cd / && (run-parts x)\"" },
	{ "crontab", AT "crontab[7]: (u) BEGIN EDIT (u)", "linux.cron", "command=u", NULL },
	{ "su", AT "su: FAILED SU (to root) u on pts/1", "linux.su", "by=u",
	  "\"user\":{\"effective\":{\"name\":\"root\"},\"name\":\"u\"}" },
	{ "any", AT "named[4]: client 192.0.2.1#1: denied AXFR from x", "system.syslog",
	  "message=client 192.0.2.1#1: denied AXFR from x", "\"host\":{\"name\":\"upd01\"}" },
	{ "clamd", AT "clamd[4]: /tmp/x: Trojan.A FOUND", "linux.clamav", "message=/tmp/x: Trojan.A FOUND",
	  NULL },
	{ "lines that go on", AT "app[4]: first\n\tsecond", "system.syslog", "message=first\n\tsecond",
	  NULL },
};

static void whole(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(WHOLE); i++) {
		struct textlog_run r;

		textlog_run(&r, &reader_syslog, str_bytes(str_of(WHOLE[i].line)),
			    (struct textlog_with){ .mtime_ns = MTIME });
		CHECK(WHOLE[i].what, r.nevents == 1 && r.ngaps == 0);
		CHECK(WHOLE[i].what, str_eq(str_of(r.events[0].dataset), str_of(WHOLE[i].dataset)));
		CHECK(WHOLE[i].what,
		      str_find(str_of(r.events[0].fields), str_of(WHOLE[i].field)) != SIZE_MAX);
		CHECK(WHOLE[i].what, !WHOLE[i].ecs || textlog_ecs_has(&r.events[0], WHOLE[i].ecs));
		textlog_run_done(&r);
	}
}

/* Lines without a header are no part of the record before them. */
static void strangers(void **state)
{
	struct textlog_run r;

	(void)state;
	textlog_run(&r, &reader_syslog, str_bytes(STR(LINE "\nroot logged in\n\tindented\n" LINE "\n")),
		    (struct textlog_with){ .mtime_ns = MTIME });
	assert_int_equal(r.nevents, 2);
	assert_int_equal(r.ngaps, 1);
	assert_int_equal(r.events[0].length, sizeof LINE - 1);
	textlog_run_done(&r);
}

static int claim(const char *content)
{
	struct text_head_store *store;
	struct text_head h;
	int score;

	assert_true(text_head_init(&h, &store, str_bytes(str_of(content)), STR("")));
	score = text_claim(reader_syslog.text, &h);
	text_head_done(store);
	return score;
}

static void claims(void **state)
{
	(void)state;
	assert_int_equal(claim(LINE "\n"), 58);
	assert_int_equal(claim("<13>Apr 18 02:51:10 h x\n"), 58);
	assert_int_equal(claim("2024-04-18T02:51:10Z h app[1]: x\n"), 58);
	assert_int_equal(claim("2009-02-25 11:45:23 conffile /etc/X11/Xsession keep\n"), 0);
	assert_int_equal(claim("2024-04-18 02:51:10 INFO main: x\n"), 0);
	assert_int_equal(claim("Apr 18 02:51:10 some words\n"), 0);
	assert_int_equal(claim(""), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines),
		cmocka_unit_test(whole),
		cmocka_unit_test(strangers),
		cmocka_unit_test(claims),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
