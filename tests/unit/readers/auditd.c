/* The Linux audit log: fields, hexadecimal, records that are one event, what is derived. */
#include "unit.h"

#include "readers/textlog_run.h"

#define ID "msg=audit(1713379870.481:40211): "
#define LINE "type=USER_START " ID "pid=1 uid=0 msg='op=PAM:session_open acct=\"root\" res=success'"
#define EXEC                                                                                                 \
	"type=SYSCALL " ID                                                                                   \
	"arch=c000003e syscall=59 success=yes exit=0 a0=55 a1=56 a2=57 a3=8 items=2 ppid=7 "                 \
	"pid=8 auid=1000 uid=33 euid=33 ses=2 comm=\"cp\" exe=\"/usr/bin/cp\" key=\"exec\"\n"

static const struct textlog_case GOOD[] = {
	{ "a message of user space", LINE, "2024-04-17T18:51:10.481Z",
	  "type=USER_START pid=1 uid=0 op=PAM:session_open acct=root res=success outcome=success serial=40211" },
	{ "enriched", "type=LOGIN " ID "pid=1 res=1\x1DUID=\"root\" AUID=\"u\"", NULL,
	  "res=1 UID=root AUID=u outcome=success" },
	{ "enriched behind a quote", "type=USER_AUTH " ID "msg='acct=\"a\" res=failed'\x1DUID=\"root\"", NULL,
	  "res=failed UID=root outcome=failure" },
	{ "without the mark", "type=USER_AUTH " ID "msg='acct=\"a\" res=failed'UID=\"root\"", NULL,
	  "res=failed UID=root" },
	{ "a node", "node=web01 type=USER_END " ID "pid=1", NULL, "node=web01 type=USER_END" },
	{ "a name in hexadecimal", "type=USER_AUTH " ID "acct=726F6F74", NULL, "acct=root" },
	{ "digits that are no hexadecimal", "type=USER_AUTH " ID "acct=123 pid=1234", NULL,
	  "acct=123 pid=1234" },
	{ "small letters are none", "type=USER_AUTH " ID "acct=726f6f74", NULL, "acct=726f6f74" },
	{ "quoted text is no hexadecimal", "type=USER_AUTH " ID "acct=\"ABCD\"", NULL, "acct=ABCD" },
	{ "bytes that are no text", "type=USER_AUTH " ID "acct=FF1A1B", NULL, "acct=\\xff\\x1a\\x1b" },
	{ "unknown values", "type=USER_AUTH " ID "hostname=? addr=? key=(null) tty=(none)", NULL,
	  "hostname= addr= key= tty=" },
	{ "an AVC", "type=AVC " ID "avc: denied { getattr } for pid=5 comm=\"ls\" tclass=file", NULL,
	  "pid=5 comm=ls tclass=file" },
	{ "a system call by its number", "type=SYSCALL " ID "arch=c000003e syscall=133 success=no exit=-1",
	  NULL, "SYSCALL=mknod outcome=failure" },
	{ "of another architecture", "type=SYSCALL " ID "arch=c00000b7 syscall=221 success=yes", NULL,
	  "SYSCALL=execve" },
	{ "of an unknown one", "type=SYSCALL " ID "arch=80000015 syscall=1 success=yes", NULL, "SYSCALL=" },
	{ "its name as logged", "type=SYSCALL " ID "arch=c000003e syscall=59\x1DSYSCALL=\"execve\"", NULL,
	  "SYSCALL=execve" },
	{ "IPv4", "type=SOCKADDR " ID "saddr=02000050C000020A0000000000000000", NULL,
	  "saddr_fam=inet laddr=192.0.2.10 lport=80" },
	{ "IPv6", "type=SOCKADDR " ID "saddr=0A0001BB0000000020010DB800000000000000000000000700000000", NULL,
	  "saddr_fam=inet6 laddr=2001:db8:0:0:0:0:0:7 lport=443" },
	{ "a path", "type=SOCKADDR " ID "saddr=01002F72756E2F78007A", NULL,
	  "saddr_fam=local saddr_path=/run/x laddr=" },
	{ "an address cut short", "type=SOCKADDR " ID "saddr=0200", NULL, "saddr=0200 laddr=" },
	{ "an address as auditd shows it",
	  "type=SOCKADDR " ID "saddr=02\x1DSADDR={ saddr_fam=inet laddr=192.0.2.1 lport=22 }", NULL,
	  "saddr_fam=inet laddr=192.0.2.1 lport=22" },
	{ "a type without a name", "type=UNKNOWN[1323] " ID "fd=6", NULL, "type=UNKNOWN[1323] fd=6" },
	{ "no fields", "type=EOE " ID, NULL, "type=EOE" },
	{ "words without a name among arguments", "type=EXECVE " ID "argc=1 x a0=\"id\" =", NULL,
	  "type=EXECVE argc=1 a0=id cmdline=id" },
	{ "names that are almost one of an argument", "type=EXECVE " ID "a=1 a[0]=2 ab=3 a0=\"id\"", NULL,
	  "a=1 a[0]=2 ab=3 cmdline=id" },
	{ "two records", "type=CWD " ID "cwd=\"/root\"\ntype=PATH " ID "item=0 name=\"a\" nametype=CREATE",
	  NULL, "cwd=/root name=a created=/root/a" },
	{ "a file written anew",
	  "type=SYSCALL " ID "arch=c000003e syscall=257 success=yes a0=ffffff9c a1=7f a2=241\ntype=CWD " ID
	  "cwd=\"/srv\"\ntype=PATH " ID "item=0 name=\"pkg/\" nametype=PARENT\ntype=PATH " ID
	  "item=1 name=\"pkg/setup.exe\" nametype=NORMAL",
	  NULL, "written=/srv/pkg/setup.exe created=" },
	{ "the same by open",
	  "type=SYSCALL " ID "arch=c000003e syscall=2 a0=1 a1=2 a2=0\ntype=PATH " ID
	  "name=\"/a\" nametype=NORMAL",
	  NULL, "written=/a" },
	{ "only read",
	  "type=SYSCALL " ID "arch=c000003e syscall=257 a1=7f a2=80000\ntype=PATH " ID
	  "name=\"/a\" nametype=NORMAL",
	  NULL, "name=/a written=" },
	{ "only added to",
	  "type=SYSCALL " ID "arch=c000003e syscall=257 a1=7f a2=441\ntype=PATH " ID
	  "name=\"/a\" nametype=NORMAL",
	  NULL, "name=/a written=" },
	{ 0 },
};

static const struct textlog_case BAD[] = {
	{ "no type", ID "pid=1", NULL, NULL },
	{ "an empty type", "type= " ID "pid=1", NULL, NULL },
	{ "no milliseconds", "type=A msg=audit(1337845201): x", NULL, NULL },
	{ "no time", "type=A msg=audit(): x", NULL, NULL },
	{ "no serial number", "type=A msg=audit(1337845201.174): x", NULL, NULL },
	{ "letters in the serial number", "type=A msg=audit(1337845201.174:x): x", NULL, NULL },
	{ "it does not close", "type=A msg=audit(1337845201.174:5", NULL, NULL },
	{ "no msg", "type=A audit(1337845201.174:5): x", NULL, NULL },
	{ "a time that is none", "type=A msg=audit(99999999999999999999.174:5): x", NULL, NULL },
	{ "words", "some words", NULL, NULL },
	{ "binary", "\x01\x02\x03\xFF\xFE\x80", NULL, NULL },
	{ 0 },
};

static void lines(void **state)
{
	(void)state;
	textlog_good(&reader_auditd, "", GOOD, (struct textlog_with){ 0 });
	textlog_bad(&reader_auditd, "", BAD, LINE);
}

static const struct {
	const char *what, *content, *dataset;
	size_t events;
	const char *fields, *whole, *ecs; /* of the first; a field with spaces */
} EVENTS[] = {
	{ "execve",
	  EXEC "type=EXECVE " ID "argc=3 a0=\"cp\" a1=2F746D702F61206222 a2=\"/srv/x\"\ntype=CWD " ID
	       "cwd=\"/tmp\"\n",
	  "auditd.process", 1, "a0=cp a2=/srv/x a3= exe=/usr/bin/cp cwd=/tmp uid=33 SYSCALL=execve",
	  "cmdline=cp /tmp/a b\" /srv/x\n", "\"command_line\":\"cp /tmp/a b\\\" /srv/x\"" },
	{ "pointers are no arguments", EXEC "type=EXECVE " ID "argc=1 a0=\"id\"\n", "auditd.process", 1,
	  "a0=id a1= a2= a3=", "cmdline=id\n", "\"executable\":\"/usr/bin/cp\"" },
	{ "an argument in parts",
	  "type=EXECVE " ID "argc=2 a0=\"x\" a1_len=4 a1[0]=6162\ntype=EXECVE " ID "a1[1]=6364\n",
	  "auditd.process", 1, "a1=abcd a1_len=", "cmdline=x abcd\n", NULL },
	{ "an argument that nobody told, beside a field of its name",
	  "type=EXECVE " ID "argc=3 a0=\"x\" a2=\"z\"\ntype=OTHER " ID "a1=7\n", "auditd.process", 1,
	  "a0=x a2=z", "cmdline=x  z\n", NULL },
	{ "a part of an argument that is empty",
	  "type=EXECVE " ID "argc=1 a0[0]=6162\ntype=EXECVE " ID "a0[1]=\"\"\n", "auditd.process", 1, "a0=ab",
	  "cmdline=ab\n", NULL },
	{ "a file",
	  "type=SYSCALL " ID "arch=c000003e syscall=257 exe=\"/bin/vi\"\ntype=PATH " ID
	  "item=0 name=\"/etc/\" nametype=PARENT\ntype=PATH " ID "item=1 name=\"/etc/a b\" nametype=CREATE\n",
	  "auditd.file", 1, "type=SYSCALL,", "name=/etc/, /etc/a b\n", "\"path\":\"/etc/a b\"" },
	{ "a connection",
	  "type=SYSCALL " ID "arch=c000003e syscall=42 exe=\"/bin/nc\"\ntype=SOCKADDR " ID
	  "saddr=020001BBC000020A0000000000000000\n",
	  "auditd.network", 1, "laddr=192.0.2.10 lport=443", "laddr=192.0.2.10\n",
	  "\"destination\":{\"ip\":\"192.0.2.10\",\"port\":443}" },
	{ "keys apart by a byte", "type=SYSCALL " ID "key=6101620163\n", "auditd.log", 1, NULL,
	  "key=a, b, c\n", NULL },
	{ "another serial number is another event", LINE "\ntype=EOE msg=audit(1713379870.481:40212): \n",
	  "auditd.log", 2, "type=USER_START", "type=USER_START\n", "\"outcome\":\"success\"" },
	{ "another machine is another event", LINE "\nnode=b " LINE "\n", "auditd.log", 2, NULL,
	  "type=USER_START\n", "\"name\":\"root\"" },
	{ "what is no record parts them", LINE "\nx\n" LINE "\n", "auditd.log", 2, NULL, "type=USER_START\n",
	  NULL },
};

static void events(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(EVENTS); i++) {
		struct textlog_run r;
		const struct textlog_event *ev;

		textlog_run_str(&r, &reader_auditd, EVENTS[i].content);
		CHECK(EVENTS[i].what, r.nevents == EVENTS[i].events);
		ev = &r.events[0];
		CHECK(EVENTS[i].what, str_eq(str_of(ev->dataset), str_of(EVENTS[i].dataset)));
		CHECK(EVENTS[i].what, str_find(str_of(ev->fields), str_of(EVENTS[i].whole)) != SIZE_MAX);
		if (EVENTS[i].fields && !strchr(EVENTS[i].fields, ','))
			textlog_check_fields(EVENTS[i].what, ev, EVENTS[i].fields);
		CHECK(EVENTS[i].what, !EVENTS[i].ecs || textlog_ecs_has(ev, EVENTS[i].ecs));
		textlog_run_done(&r);
	}
}

/* More arguments and fields than an event may have: it says so. */
static void ceilings(void **state)
{
	struct textlog_run r;
	buf b = { 0 };

	(void)state;
	buf_z(&b, "type=EXECVE " ID);
	for (unsigned i = 0; i < 100; i++)
		buf_printf(&b, "a%u=\"x\" ", i);
	buf_z(&b, "\ntype=A msg=audit(1.1:1): ");
	for (unsigned i = 0; i < 1000; i++)
		buf_printf(&b, "f%u=1 ", i);
	buf_byte(&b, '\n');
	textlog_run(&r, &reader_auditd, str_bytes(buf_view(&b)), (struct textlog_with){ 0 });
	assert_int_equal(r.nevents, 2);
	assert_int_equal(r.events[0].flags, EVENT_PARTIAL);
	assert_int_equal(r.events[1].flags, EVENT_PARTIAL);
	textlog_run_done(&r);
	buf_done(&b);
}

/* A line of blanks is no event, and none with a time that nobody wrote. */
static void blanks(void **state)
{
	struct textlog_run r;

	(void)state;
	textlog_run_str(&r, &reader_auditd, "\t\n" LINE "\n\t \n");
	assert_int_equal(r.nevents, 1);
	assert_int_equal(r.ngaps, 0);
	textlog_run_done(&r);
}

static int claim(const char *content)
{
	struct text_head_store *store;
	struct text_head h;
	int score;

	assert_true(text_head_init(&h, &store, str_bytes(str_of(content)), STR("")));
	score = text_claim(reader_auditd.text, &h);
	text_head_done(store);
	return score;
}

static void claims(void **state)
{
	(void)state;
	assert_int_equal(claim(LINE "\n"), 92);
	assert_int_equal(claim(LINE "\nx\n"), 92);
	assert_int_equal(claim("date=2024-01-01 type=\"traffic\" msg=\"x\"\n"), 0);
	assert_int_equal(claim(""), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines),
		cmocka_unit_test(events),
		cmocka_unit_test(ceilings),
		cmocka_unit_test(blanks),
		cmocka_unit_test(claims),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
