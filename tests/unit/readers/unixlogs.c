/* Small logs of Unix machines: vsftpd, dpkg, apt, histories of shells, containers. */
#include "unit.h"

#include "readers/textlog_run.h"

/* --- vsftpd --------------------------------------------------------------------------------- */

#define FTP "Thu Apr 18 10:14:13 2024 [pid 7] "
#define FTP_LINE FTP "CONNECT: Client \"198.51.100.7\""

static const struct textlog_case VSFTPD_GOOD[] = {
	{ "a connection", FTP_LINE, "2024-04-18T10:14:13Z", "action=CONNECT client=198.51.100.7 pid=7" },
	{ "IPv6", FTP "CONNECT: Client \"2001:db8::1\"", NULL, "client=2001:db8::1" },
	{ "IPv4 in IPv6", FTP "CONNECT: Client \"::ffff:198.51.100.7\"", NULL, "client=::ffff:198.51.100.7" },
	{ "a login", FTP "[anna] OK LOGIN: Client \"198.51.100.7\"", NULL, "user=anna result=OK action=LOGIN" },
	{ "a failed login", FTP "[anna] FAIL LOGIN: Client \"198.51.100.7\"", NULL, "user=anna result=FAIL" },
	{ "anonymous", FTP "[ftp] OK LOGIN: Client \"198.51.100.7\", anon password \"a@b\"", NULL,
	  "user=ftp password=a@b" },
	{ "an upload", FTP "[anna] OK UPLOAD: Client \"198.51.100.7\", \"/a b.txt\", 1884 bytes, 41.44Kbyte/sec", NULL,
	  "action=UPLOAD bytes=1884 rate=41.44Kbyte/sec" },
	{ "a download of nothing", FTP "[anna] OK DOWNLOAD: Client \"198.51.100.7\", \"/a\", 0.00Kbyte/sec", NULL,
	  "action=DOWNLOAD path=/a bytes= rate=0.00Kbyte/sec" },
	{ "a failed upload", FTP "[anna] FAIL UPLOAD: Client \"198.51.100.7\", \"/a\", 0.00Kbyte/sec", NULL,
	  "result=FAIL path=/a" },
	{ "a folder", FTP "[anna] OK MKDIR: Client \"198.51.100.7\", \"/a\"", NULL, "action=MKDIR path=/a rate=" },
	{ "something deleted", FTP "[anna] OK DELETE: Client \"198.51.100.7\", \"/a\"", NULL, "action=DELETE" },
	{ "a quote in a path", FTP "[anna] OK DELETE: Client \"198.51.100.7\", \"/a\\\"b\"", NULL, "path=/a\\\"b" },
	{ "a user with a space", FTP "[a b] OK LOGIN: Client \"198.51.100.7\"", NULL, "result=OK action=LOGIN" },
	{ "a user that has none", FTP "[] FAIL LOGIN: Client \"198.51.100.7\"", NULL, "user= result=FAIL" },
	{ "an answer", FTP "[ftp] FTP response: Client \"198.51.100.7\", \"500 Input line too long.\"", NULL,
	  "action=response client=198.51.100.7 user=ftp path= result=" },
	{ "a command", FTP "[ftp] FTP command: Client \"198.51.100.7\", \"USER x\"", NULL, "action=command client=198.51.100.7" },
	{ "an answer before any login", FTP "FTP response: Client \"198.51.100.7\", \"220 x\"", NULL,
	  "action=response user= client=198.51.100.7" },
	{ "a message", FTP "some text of any kind", NULL, "pid=7 client=" },
	{ "a day with one digit", "Mon Apr  1 01:02:03 2024 [pid 7] CONNECT: Client \"198.51.100.7\"",
	  "2024-04-01T01:02:03Z", NULL },
	{ "a leap day", "Thu Feb 29 01:02:03 2024 [pid 7] CONNECT: Client \"198.51.100.7\"", "2024-02-29T01:02:03Z",
	  NULL },
	{ "no UTF-8", FTP "[\xFF\xFE] OK LOGIN: Client \"198.51.100.7\"", NULL, "user=\xFF\xFE" },
	{ 0 },
};
static const struct textlog_case VSFTPD_BAD[] = {
	{ "no time", "[pid 7] CONNECT: Client \"198.51.100.7\"", NULL, NULL },
	{ "no process", "Thu Apr 18 10:14:13 2024 CONNECT: Client \"198.51.100.7\"", NULL, NULL },
	{ "a process without a number", "Thu Apr 18 10:14:13 2024 [pid x] CONNECT", NULL, NULL },
	{ "no year", "Thu Apr 18 10:14:13 [pid 7] CONNECT: Client \"198.51.100.7\"", NULL, NULL },
	{ "hour 25", "Thu Apr 18 25:14:13 2024 [pid 7] x", NULL, NULL },
	{ "a day that is none", "Thu Apr 31 10:14:13 2024 [pid 7] x", NULL, NULL },
	{ "another log", "Apr 18 10:14:13 srv vsftpd[7]: x", NULL, NULL },
	{ "a bracket that does not close", "Thu Apr 18 10:14:13 2024 [pid 7 x", NULL, NULL },
	{ "words", "some words", NULL, NULL },
	{ "binary", "\x01\x02\xFF", NULL, NULL },
	{ 0 },
};

/* --- dpkg ----------------------------------------------------------------------------------- */

#define DP "2024-04-18 10:14:13 "
#define DP_LINE DP "status installed a:amd64 1.2-3"

static const struct textlog_case DPKG_GOOD[] = {
	{ "a state", DP_LINE, "2024-04-18T10:14:13Z", "state=installed package=a architecture=amd64 version=1.2-3" },
	{ "a state without architecture", DP "status unpacked a 1.2-3", NULL, "package=a architecture= version=1.2-3" },
	{ "half installed", DP "status half-installed a:all 1", NULL, "state=half-installed architecture=all" },
	{ "an installation", DP "install a:amd64 <none> 1.2-3", NULL,
	  "action=install package=a architecture=amd64 version=1.2-3 old-version=" },
	{ "an installation without architecture", DP "install a <none> 1.2-3", NULL, "package=a version=1.2-3" },
	{ "an upgrade", DP "upgrade a:amd64 1.2-3 1.2-4", NULL, "action=upgrade old-version=1.2-3 version=1.2-4" },
	{ "an upgrade without architecture", DP "upgrade a 1.2-3 1.2-4", NULL, "package=a old-version=1.2-3 version=1.2-4" },
	{ "epochs", DP "upgrade a 1:1.2 2:1.2", NULL, "package=a architecture= old-version=1:1.2 version=2:1.2" },
	{ "epochs and an architecture", DP "upgrade a:i386 1:1.2 2:1.2", NULL, "package=a architecture=i386 version=2:1.2" },
	{ "a removal", DP "remove a:amd64 1.2-3 <none>", NULL, "action=remove version=1.2-3" },
	{ "a removal without architecture", DP "remove a 1.2-3 <none>", NULL, "package=a version=1.2-3" },
	{ "a purge", DP "purge a:amd64 1.2-3 <none>", NULL, "action=purge version=1.2-3" },
	{ "a configuration", DP "configure a:amd64 1.2-3 <none>", NULL, "action=configure version=1.2-3" },
	{ "a trigger", DP "trigproc a:amd64 1.2-3 <none>", NULL, "action=trigproc" },
	{ "a start", DP "startup archives install", NULL, "phase=archives command=install" },
	{ "another start", DP "startup packages configure", NULL, "phase=packages command=configure" },
	{ "a configuration file", DP "conffile /etc/a keep", NULL, "path=/etc/a decision=keep" },
	{ "a configuration file that is replaced", DP "conffile /etc/a install", NULL, "decision=install" },
	{ "a name with signs", DP "install libstdc++6:amd64 <none> 12.2.0-14", NULL, "package=libstdc++6 architecture=amd64" },
	{ "a tilde in the version", DP "install a:amd64 <none> 1~rc1+b2", NULL, "version=1~rc1+b2" },
	{ 0 },
};
static const struct textlog_case DPKG_BAD[] = {
	{ "no time", "install a:amd64 <none> 1.2-3", NULL, NULL },
	{ "month 13", "2024-13-18 10:14:13 install a:amd64 <none> 1.2-3", NULL, NULL },
	{ "a time alone", "2024-04-18 10:14:13", NULL, NULL },
	{ "an action alone", DP "install", NULL, NULL },
	{ "no version", DP "install a:amd64", NULL, NULL },
	{ "one version only", DP "upgrade a:amd64 1.2-3", NULL, NULL },
	{ "a word too many", DP "upgrade a:amd64 1.2-3 1.2-4 x", NULL, NULL },
	{ "a file without a decision", DP "conffile /etc/a", NULL, NULL },
	{ "words", "some words", NULL, NULL },
	{ "binary", "\x01\x02\xFF", NULL, NULL },
	{ 0 },
};

/* --- containers ----------------------------------------------------------------------------- */

#define CRI_LINE "2024-04-18T02:14:07.123456789Z stdout F text"

static const struct textlog_case CRI_GOOD[] = {
	{ "a line", CRI_LINE, "2024-04-18T02:14:07.123456789Z", "stream=stdout tag=F message=text" },
	{ "a part of one", "2024-04-18T02:14:07.123456789Z stdout P text", NULL, "tag=P" },
	{ "an error", "2024-04-18T02:14:07.123456789Z stderr F text", NULL, "stream=stderr" },
	{ "a zone", "2024-04-18T10:14:07.5+08:00 stdout F text", "2024-04-18T02:14:07.500Z", NULL },
	{ "no fraction", "2024-04-18T02:14:07Z stdout F text", "2024-04-18T02:14:07Z", NULL },
	{ "three digits", "2024-04-18T02:14:07.123Z stdout F text", "2024-04-18T02:14:07.123Z", NULL },
	{ "an empty message", "2024-04-18T02:14:07Z stdout F ", NULL, "tag=F message=" },
	{ "no message", "2024-04-18T02:14:07Z stdout F", NULL, "message=" },
	{ "more tags", "2024-04-18T02:14:07Z stdout F:x text", NULL, "tag=F:x message=text" },
	{ "JSON", "2024-04-18T02:14:07Z stdout F {\"a\":1}", NULL, "message={\"a\":1}" },
	{ "a time in the message", "2024-04-18T02:14:07Z stdout F 2023-01-01T00:00:00Z x", "2024-04-18T02:14:07Z", NULL },
	{ "an escape", "2024-04-18T02:14:07Z stdout F \x1B[31m", NULL, "message=\x1B[31m" },
	{ "markup", "2024-04-18T02:14:07Z stdout F <script>", NULL, "message=<script>" },
	{ "a leap second", "2016-12-31T23:59:60Z stdout F x", "2017-01-01T00:00:00Z", NULL },
	{ "a leap day", "2024-02-29T00:00:00Z stdout F x", "2024-02-29T00:00:00Z", NULL },
	{ "a dash", "2024-04-18T02:14:07Z stdout F -", NULL, "tag=F message=" },
	{ "a CR", "2024-04-18T02:14:07Z stdout F a\rb", NULL, "message=a\rb" },
	{ "no UTF-8", "2024-04-18T02:14:07Z stdout F \xFF\xFE", NULL, "message=\xFF\xFE" },
	{ "letters beyond ASCII", "2024-04-18T02:14:07Z stdout F \xE4\xB8\xAD", NULL, "message=\xE4\xB8\xAD" },
	{ "tabs", "2024-04-18T02:14:07Z stdout F \tx", NULL, "message=\tx" },
	{ 0 },
};
static const struct textlog_case CRI_BAD[] = {
	{ "no time", "stdout F text", NULL, NULL },
	{ "a time alone", "2024-04-18T02:14:07Z", NULL, NULL },
	{ "no tag", "2024-04-18T02:14:07Z stdout", NULL, NULL },
	{ "hour 25", "2024-04-18T25:14:07Z stdout F x", NULL, NULL },
	{ "day 30 of February", "2024-02-30T02:14:07Z stdout F x", NULL, NULL },
	{ "a year beyond all clocks", "9999-04-18T02:14:07Z stdout F x", NULL, NULL },
	{ "no space", "2024-04-18T02:14:07Zstdout F x", NULL, NULL },
	{ "seconds", "1713406447 stdout F x", NULL, NULL },
	{ "words", "some words of text", NULL, NULL },
	{ "binary", "\x01\x02\xFF", NULL, NULL },
	{ 0 },
};

static void lines(void **state)
{
	static const struct textlog_with ALL = { 0 };

	(void)state;
	textlog_good(&reader_vsftpd, "", VSFTPD_GOOD, ALL);
	textlog_bad(&reader_vsftpd, "", VSFTPD_BAD, FTP_LINE);
	textlog_good(&reader_dpkg, "", DPKG_GOOD, ALL);
	textlog_bad(&reader_dpkg, "", DPKG_BAD, DP_LINE);
	textlog_good(&reader_cri, "", CRI_GOOD, ALL);
	textlog_bad(&reader_cri, "", CRI_BAD, CRI_LINE);
}

/* --- records of several lines --------------------------------------------------------------- */

struct records_case {
	const char *what, *content;
	size_t events, gaps;
	const char *time, *fields; /* of the last event */
};

static const struct records_case APT[] = {
	{ "a record", "\nStart-Date: 2024-04-18  10:14:13\nInstall: a:amd64 (1.2)\nEnd-Date: 2024-04-18  "
		      "10:14:15\n", 1, 0, "2024-04-18T10:14:13Z",
	  "Commandline= Error=" },
	{ "who asked for it", "Start-Date: 2024-04-18  10:14:13\nRequested-By: anna\n", 1, 0, NULL, "Requested-By=anna" },
	{ "two records", "Start-Date: 2024-04-18  10:14:13\nRemove: a\n\nStart-Date: 2024-04-19  10:14:13\nPurge: b\n", 2, 0,
	  "2024-04-19T10:14:13Z", "Purge=b Remove=" },
	{ "an error", "Start-Date: 2024-04-18  10:14:13\nError: code1\n", 1, 0, NULL,
	  "Error=code1 Install=" },
	{ "no end", "Start-Date: 2024-04-18  10:14:13\nUpgrade: a\n", 1, 0, NULL, "End-Date= Upgrade=a" },
	{ "a field that nobody knows", "Start-Date: 2024-04-18  10:14:13\nX-Y: z\n", 1, 0, NULL, "Install=" },
	{ "a time that is none", "Start-Date: yesterday\nInstall: a\nStart-Date: 2024-04-18  10:14:13\n", 1, 1,
	  "2024-04-18T10:14:13Z", NULL },
	{ "no time", "Start-Date:\nInstall: a\nStart-Date: 2024-04-18  10:14:13\n", 1, 1, NULL, NULL },
	{ "a command", "Start-Date: 2024-04-18  10:14:13\nCommandline: apt install nmap\nInstall: nmap:amd64 (7.93)\nEnd-Date: 2024-04-18  10:14:15\n", 1, 0, "2024-04-18T10:14:13Z", "Error=" },
	{ "a removal", "Start-Date: 2024-04-18  10:14:13\nRemove: a:amd64 (1)\nEnd-Date: 2024-04-18  10:14:15\n", 1, 0, "2024-04-18T10:14:13Z", "Install= Upgrade=" },
	{ "a downgrade", "Start-Date: 2024-04-18  10:14:13\nDowngrade: a:amd64 (2, 1)\n", 1, 0, "2024-04-18T10:14:13Z", "Install=" },
	{ "a new installation", "Start-Date: 2024-04-18  10:14:13\nReinstall: a:amd64 (1)\n", 1, 0, "2024-04-18T10:14:13Z", "Install=" },
	{ "one blank before the time", "Start-Date: 2024-04-18 10:14:13\nInstall: a\n", 1, 0, "2024-04-18T10:14:13Z", "Install=a" },
	{ "several packages", "Start-Date: 2024-04-18  10:14:13\nInstall: a:amd64 (1, automatic), b:amd64 (2)\n", 1, 0, "2024-04-18T10:14:13Z", "Error=" },
	{ "an upgrade", "Start-Date: 2024-04-18  10:14:13\nUpgrade: a:amd64 (1:1.2, 1:1.3)\n", 1, 0, "2024-04-18T10:14:13Z", "Install=" },
	{ "blank lines before", "\n\n\nStart-Date: 2024-04-18  10:14:13\nInstall: a\n", 1, 0, "2024-04-18T10:14:13Z", "Install=a" },
	{ "line ends of Windows", "Start-Date: 2024-04-18  10:14:13\r\nInstall: a\r\n", 1, 0, "2024-04-18T10:14:13Z", "Install=a" },
	{ "no line end behind", "Start-Date: 2024-04-18  10:14:13\nInstall: a", 1, 0, "2024-04-18T10:14:13Z", "Install=a" },
	{ "a leap day", "Start-Date: 2024-02-29  23:59:59\nInstall: a\n", 1, 0, "2024-02-29T23:59:59Z", "Install=a" },
	{ "three records", "Start-Date: 2024-04-18  10:14:13\nInstall: a\n\nStart-Date: 2024-04-18  10:14:13\nInstall: b\n\nStart-Date: 2024-04-18  10:14:13\nInstall: c\n", 3, 0, "2024-04-18T10:14:13Z", "Install=c" },
	{ "month 13", "Start-Date: 2024-13-18  10:14:13\nInstall: a\nStart-Date: 2024-04-18  10:14:13\nInstall: b\n", 1, 1, "2024-04-18T10:14:13Z", "Install=b" },
	{ "hour 25", "Start-Date: 2024-04-18  25:14:13\nInstall: a\nStart-Date: 2024-04-18  10:14:13\nInstall: b\n", 1, 1, "2024-04-18T10:14:13Z", "Install=b" },
	{ "day 31 of April", "Start-Date: 2024-04-31  10:14:13\nInstall: a\nStart-Date: 2024-04-18  10:14:13\nInstall: b\n", 1, 1, "2024-04-18T10:14:13Z", "Install=b" },
	{ "a day without a time", "Start-Date: 2024-04-18\nInstall: a\nStart-Date: 2024-04-18  10:14:13\nInstall: b\n", 1, 1, "2024-04-18T10:14:13Z", "Install=b" },
	{ "a time without a day", "Start-Date: 10:14:13\nInstall: a\nStart-Date: 2024-04-18  10:14:13\nInstall: b\n", 1, 1, "2024-04-18T10:14:13Z", "Install=b" },
	{ "another order of the day", "Start-Date: 18.04.2024  10:14:13\nInstall: a\nStart-Date: 2024-04-18  10:14:13\nInstall: b\n", 1, 1, "2024-04-18T10:14:13Z", "Install=b" },
	{ "words for a time", "Start-Date: n/a\nInstall: a\nStart-Date: 2024-04-18  10:14:13\nInstall: b\n", 1, 1, "2024-04-18T10:14:13Z", "Install=b" },
	{ "minute 60", "Start-Date: 2024-04-18  10:60:13\nInstall: a\nStart-Date: 2024-04-18  10:14:13\nInstall: b\n", 1, 1, "2024-04-18T10:14:13Z", "Install=b" },
	{ "a year of two digits", "Start-Date: 24-04-18  10:14:13\nInstall: a\nStart-Date: 2024-04-18  10:14:13\nInstall: b\n", 1, 1, "2024-04-18T10:14:13Z", "Install=b" },
};
static const struct records_case HISTORY[] = {
	{ "bash", "#1713406447\nls -la\n", 1, 0, "2024-04-18T02:14:07Z", NULL },
	{ "zsh", ": 1713406447:0;ls\n", 1, 0, "2024-04-18T02:14:07Z", "command=ls" },
	{ "zsh, how long it took", ": 1713406447:12;sleep 12\n", 1, 0, "2024-04-18T02:14:07Z", NULL },
	{ "what stands before the first time", "/sbin/x\n#1713406447\nls\n", 2, 0, "2024-04-18T02:14:07Z", "command=ls" },
	{ "a time without a command", "#1713406447\n#1713406448\nls\n", 1, 0, "2024-04-18T02:14:08Z", "command=ls" },
	{ "two times without one", "#1713406447\n#1713406448\n#1713406449\n", 0, 0, NULL, NULL },
	{ "a comment", "#1713406447\n# not a time\n", 1, 0, "2024-04-18T02:14:07Z", NULL },
	{ "a number that is no time", "#1713406447\n#42\n", 1, 0, "2024-04-18T02:14:07Z", "command=#42" },
	{ "a command of two lines", "#1713406447\nfor a in b; do\n  c\ndone\n#1713406448\nls\n", 2, 0, NULL, "command=ls" },
	{ "a pipe", "#1713406447\nps aux | grep x\n", 1, 0, "2024-04-18T02:14:07Z", NULL },
	{ "quotes", "#1713406447\necho \"a b\"\n", 1, 0, "2024-04-18T02:14:07Z", NULL },
	{ "one word", "#1713406447\nid\n", 1, 0, "2024-04-18T02:14:07Z", "command=id" },
	{ "UTF-8", "#1713406447\n安装\n", 1, 0, "2024-04-18T02:14:07Z", "command=安装" },
	{ "a variable", "#1713406447\nHISTSIZE=0\n", 1, 0, "2024-04-18T02:14:07Z", "command=HISTSIZE=0" },
	{ "zsh, a semicolon in the command", ": 1713406447:0;a;b\n", 1, 0, "2024-04-18T02:14:07Z", "command=a;b" },
	{ "zsh, two commands", ": 1713406447:0;a\n: 1713406448:0;b\n", 2, 0, "2024-04-18T02:14:08Z", "command=b" },
	{ "zsh, a line that goes on", ": 1713406447:0;a\\\nb\n", 1, 0, "2024-04-18T02:14:07Z", NULL },
	{ "three commands", "#1713406447\na\n#1713406448\nb\n#1713406449\nc\n", 3, 0, "2024-04-18T02:14:09Z", "command=c" },
	{ "the same second twice", "#1713406447\na\n#1713406447\nb\n", 2, 0, "2024-04-18T02:14:07Z", "command=b" },
	{ "a clock that was set back", "#1713406448\na\n#1713406447\nb\n", 2, 0, "2024-04-18T02:14:07Z", "command=b" },
	{ "no line end behind", "#1713406447\nls", 1, 0, "2024-04-18T02:14:07Z", "command=ls" },
};

static void check_records(const struct reader_ops *ops, const struct records_case *c)
{
	const struct textlog_event *last;
	char said[TIME_TEXT_MAX];
	struct textlog_run r;

	textlog_run_str(&r, ops, c->content);
	CHECK(c->what, r.nevents == c->events && r.ngaps == c->gaps && r.end == READER_END);
	last = r.nevents ? &r.events[r.nevents - 1] : NULL;
	if (last && c->time)
		CHECK_STR(c->what, ((str){ said, time_text(last->time_ns, said) }), str_of(c->time));
	if (last && c->fields)
		textlog_check_fields(c->what, last, c->fields);
	textlog_run_done(&r);
}

static void records(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(APT); i++)
		check_records(&reader_apt, &APT[i]);
	for (size_t i = 0; i < COUNT(HISTORY); i++)
		check_records(&reader_history, &HISTORY[i]);
}

/* --- whose history it is -------------------------------------------------------------------- */

static void owners(void **state)
{
	static const struct {
		const char *path, *user;
	} T[] = { { "home/anna/.bash_history", "anna" }, { "/home/a b/.zsh_history", "a b" },
		  { "Users/bob/.zsh_history", "bob" },   { "root/.bash_history", "root" },
		  { "x/.bash_history", "" },		 { ".bash_history", "" } };

	(void)state;
	for (size_t i = 0; i < COUNT(T); i++) {
		struct textlog_run r;

		textlog_run(&r, &reader_history, str_bytes(STR("#1713406447\nls\n")),
			    (struct textlog_with){ .path = str_of(T[i].path) });
		CHECK(T[i].path, r.nevents == 1);
		CHECK_STR(T[i].path, textlog_field(&r.events[0], "user"), str_of(T[i].user));
		textlog_run_done(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(lines), cmocka_unit_test(records), cmocka_unit_test(owners) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
