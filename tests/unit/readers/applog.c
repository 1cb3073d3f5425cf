/* Logs of applications: what stands before a message, what a message says by its shape, SQL Server, transcripts of
 * PowerShell, and text that nobody knows. */
#include "unit.h"

#include "readers/textlog_run.h"

#define AT "2024-04-18 10:13:58,123 "

static const struct textlog_case APP_GOOD[] = {
	{ "an agent", "[2024-04-18 10:13:58.123] download 8.6.23 size=25348160", "2024-04-18T10:13:58.123Z",
	  "found_version=8.6.23 size=25348160 level= thread=" },
	{ "a server", AT "INFO [worker-7] console: login ok user=admin ip=10.7.1.49", NULL,
	  "level=INFO thread=worker-7 logger=console user=admin ip=10.7.1.49" },
	{ "no logger", AT "INFO [worker-7] publish policy rules", NULL, "thread=worker-7 logger=" },
	{ "level before the time", "WARN 2024-04-18 10:13:58 x", "2024-04-18T10:13:58Z", "level=WARN message=x" },
	{ "level in brackets before the time", "[error] 2024-04-18 10:13:58: x", NULL, "level=error message=x" },
	{ "bars", "2024-04-18 10:13:58 | INFO | main | x", NULL, "level=INFO logger=main message=x" },
	{ "a comma", "2016-09-28 04:30:30, Info                  CBS    Loaded", "2016-09-28T04:30:30Z", "level=Info" },
	{ "day first", "18.04.2024 10:13:58 INFO x", "2024-04-18T10:13:58Z", "level=INFO message=x" },
	{ "a month's name", "18-Apr-2024 10:13:58.123 INFO x", "2024-04-18T10:13:58.123Z", "message=x" },
	{ "digits alone", "20240418101358 x", "2024-04-18T10:13:58Z", "message=x" },
	{ "a zone", "2024-04-18T10:13:58.123+08:00 INFO x", "2024-04-18T02:13:58.123Z", "message=x" },
	{ "a class", AT "ERROR [exec-12] c.v.web.UploadServlet - bad slot tmp/2024/04/x1.jsp", NULL,
	  "thread=exec-12 logger=c.v.web.UploadServlet found_path=tmp/2024/04/x1.jsp" },
	{ "Chinese", "2024-04-18 10:13:58 [信息] 用户：admin 从10.7.1.49登录成功，文件：/data/a.zip，大小：123，结果：成功", NULL,
	  "level=信息 用户=admin found_ip=10.7.1.49 文件=/data/a.zip 大小=123 结果=成功" },
	{ "Chinese, a colon of ASCII", "2024-04-18 10:13:58 操作员: 张三 版本: 4.2.7 下载升级包", NULL, "操作员=张三 版本=4.2.7" },
	{ "Chinese, brackets", "2024-04-18 10:13:58 用户【张三】登录", NULL, "用户=张三" },
	{ "Chinese, a longer word", "2024-04-18 10:13:58 客户端地址：10.7.1.49", NULL, "地址=10.7.1.49" },
	{ "Russian", "2024-04-18 10:13:58 пользователь: ivanov файл=a.exe", NULL, "пользователь=ivanov файл=a.exe" },
	{ "quotes", AT "x user=\"a b\" file='c d'", NULL, "level= thread=" },
	{ "brackets behind a name", AT "INFO [t] user [admin] logged in", NULL, "user=admin" },
	{ "a name twice", AT "INFO [t] user=a user=b", NULL, "user=a more=user=b" },
	{ "names of the frame", AT "INFO [t] level=evil message=evil time=evil", NULL, "level=INFO thread=t" },
	{ "a colon in prose", AT "INFO [t] note:this", NULL, "note=this" },
	{ "no pair: a time, a scope, a drive, a comparison", AT "x 10:13:58 a::b C:\\x\\y a==b", NULL,
	  "found_path=C:\\x\\y a= C=" },
	{ "hashes",
	  AT "x 0123456789abcdef0123456789abcdef01234567 and "
	     "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
	  NULL,
	  "found_sha1=0123456789abcdef0123456789abcdef01234567 "
	  "found_sha256=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef" },
	{ "32 digits are no hash", AT "x 0123456789abcdef0123456789abcdef y", NULL, "found_sha1= found_sha256= md5=" },
	{ "but with a name they are", AT "x md5=0123456789abcdef0123456789abcdef y", NULL,
	  "md5=0123456789abcdef0123456789abcdef" },
	{ "an address is no version", AT "x 10.1.2.3 y", NULL, "found_ip=10.1.2.3 found_version=" },
	{ "a version is no address", AT "x v10.1.2.3 and version 1.2.3.4 y", NULL, "found_version=10.1.2.3 found_ip=" },
	{ "no octets", AT "x 10.0.17763.1852 y", NULL, "found_version=10.0.17763.1852 found_ip=" },
	{ "IPv6 and MAC", AT "x 2001:db8::7 00-11-22-33-44-55 y", NULL,
	  "found_ip=2001:db8::7 found_mac=00-11-22-33-44-55" },
	{ "a URL", AT "x https://u.example/a.zip?b=1, y", NULL, "found_url=https://u.example/a.zip?b=1 b=" },
	{ "a share", AT "x \\\\srv\\c$\\a.exe y", NULL, "found_path=\\\\srv\\c$\\a.exe" },
	{ "a file", AT "x agent_4.2.7.zip y", NULL, "found_file=agent_4.2.7.zip found_path=" },
	{ "a size", AT "x 1024 bytes y", NULL, "found_size=1024" },
	{ "a size in Chinese", AT "x 1024字节", NULL, "found_size=1024" },
	{ "a size with its unit", AT "INFO [t] 大小：123字节", NULL, "大小=123字节 found_size=123" },
	{ "quotes in quotes", AT "INFO [t] msg=\"a \\\"user=b\\\" c\" k=v", NULL, "k=v user=" },
	{ "a path that ends in a backslash", AT "INFO [t] path=\"C:\\x\\\" k=v", NULL, "path=C:\\x\\ k=v" },
	{ "an exception is no logger", AT "ERROR - a.b.CException: x", NULL, "level=ERROR logger=" },
	{ "what a pair says is not found again", AT "x path=/a/b.c /d/e.f version=1.2 3.4.5", NULL,
	  "path=/a/b.c found_path= version=1.2 found_version=" },
	{ "further lines", AT "ERROR [t] x\n\tat a.B(B.java:1)\nCaused by: y", NULL, "level=ERROR java=" },
	{ "a text in the further lines only", AT "\nx", NULL, "message=x" },
	{ 0 },
};

static const struct textlog_case APP_BAD[] = {
	{ "a time alone", "2024-04-18 10:13:58", NULL, NULL },
	{ "a time and a level", "2024-04-18 10:13:58 INFO", NULL, NULL },
	{ "a row of a table", "2024-04-18 10:13:58,a,b", NULL, NULL },
	{ "month 13", "2024-13-18 10:13:58 x", NULL, NULL },
	{ "hour 25", "2024-04-18 25:13:58 x", NULL, NULL },
	{ "a date alone", "2024-04-18 x", NULL, NULL },
	{ "nobody knows which is the day", "04/05/2024 10:13:58 x", NULL, NULL },
	{ "a time inside", "at 2024-04-18 10:13:58 x", NULL, NULL },
	{ "a letter behind it", "2024-04-18 10:13:58x", NULL, NULL },
	{ "a bracket only", "[2024-04-18 10:13:58", NULL, NULL },
	{ "a number", "31337013371337 x", NULL, NULL },
	{ "words", "some words", NULL, NULL },
	{ "binary", "\x01\x02\xFF", NULL, NULL },
	{ 0 },
};

/* --- SQL Server -------------------------------------------------------------------------------- */

#define SQL "2024-04-18 03:23:01.11 "
static const struct textlog_case SQL_GOOD[] = {
	{ "an option", SQL "spid52      Configuration option 'xp_cmdshell' changed from 0 to 1. Run the RECONFIGURE statement to install.",
	  "2024-04-18T03:23:01.110Z", "source=spid52 option=xp_cmdshell old=0 new=1" },
	{ "a failed logon", SQL "Logon       Login failed for user 'sa'. Reason: Password did not match. [CLIENT: 10.1.2.3]", NULL,
	  "source=Logon result=failed user=sa client=10.1.2.3" },
	{ "no reason", SQL "Logon       Login failed for user 'sa'. [CLIENT: 10.1.2.3]", NULL, "user=sa client=10.1.2.3" },
	{ "a quote in the name", SQL "Logon       Login failed for user 'a' b'. [CLIENT: 10.1.2.3]", NULL, "client=10.1.2.3" },
	{ "a name that plays a client", SQL "Logon       Login failed for user 'x'. [CLIENT: 9.9.9.9]'. [CLIENT: 10.1.2.3]",
	  NULL, "client=10.1.2.3" },
	{ "a logon", SQL "Logon       Login succeeded for user 'D\\u'. Connection made using Windows. [CLIENT: 10.1.2.3]", NULL,
	  "result=succeeded user=D\\u authentication=Windows client=10.1.2.3" },
	{ "an error", SQL "Logon       Error: 18456, Severity: 14, State: 8.", NULL, "error_number=18456 severity=14 state=8" },
	{ "the server", SQL "Server      Microsoft SQL Server 2019\n\tSep 24 2019 13:48:23\n\tExpress", NULL, "source=Server" },
	{ "a procedure",
	  SQL "spid52      Using 'xpstar.dll' version '2019.150.2000' to execute extended stored procedure 'xp_dirtree'. More.", NULL,
	  "file=xpstar.dll procedure=xp_dirtree file_version=2019.150.2000" },
	{ "a library", SQL "spid52      Attempting to load library 'xplog70.dll' into memory. More.", NULL, "file=xplog70.dll" },
	{ "a database", SQL "spid7s      Starting up database 'docs'.", NULL, "database=docs source=spid7s" },
	{ "a backup", SQL "Backup      Database backed up. Database: docs, creation date(time): 2024/01/01(00:00:00)", NULL,
	  "database=docs" },
	{ "pages", SQL "Backup      BACKUP DATABASE successfully processed 99 pages in 1 seconds", NULL, "pages=99" },
	{ "other words", SQL "spid61      DBCC CHECKDB found 0 errors", NULL, "source=spid61 option=" },
	{ "no words", SQL "spid61      ", NULL, "source=spid61 message=" },
	{ "a long source", SQL "spid1234567s x", NULL, "source=spid1234567s message=x" },
	{ "a path", SQL "Server      Logging to 'D:\\MSSQL\\Log\\ERRORLOG'.", NULL, "found_path=D:\\MSSQL\\Log\\ERRORLOG" },
	{ "a version", SQL "Server      Microsoft SQL 15.0.2000.5", NULL, "found_version=15.0.2000.5" },
	{ "Chinese", SQL "spid52      配置选项已更改", NULL, "message=配置选项已更改" },
	{ "an agent's source", SQL "spid9s      x", NULL, "message=x source=spid9s" },
	{ 0 },
};
static const struct textlog_case SQL_BAD[] = {
	{ "no fraction", "2024-04-18 03:23:01 spid52      x", NULL, NULL },
	{ "three digits", "2024-04-18 03:23:01.111 spid52      x", NULL, NULL },
	{ "a T", "2024-04-18T03:23:01.11 spid52      x", NULL, NULL },
	{ "no column", SQL "spid52 x", NULL, NULL },
	{ "a source with a mark", SQL "spid-52      x", NULL, NULL },
	{ "no source", SQL "            x", NULL, NULL },
	{ "a long word", SQL "abcdefghijklmnopqrstuvwxyz  x", NULL, NULL },
	{ "month 13", "2024-13-18 03:23:01.11 spid52      x", NULL, NULL },
	{ "nothing behind the time", "2024-04-18 03:23:01.11", NULL, NULL },
	{ "words", "some words", NULL, NULL },
	{ "binary", "\x01\x02\xFF", NULL, NULL },
	{ 0 },
};

static const struct textlog_format FORMATS[] = {
	{ "app", &reader_applog, APP_GOOD, APP_BAD, AT "INFO [t] console: user=CORP\\a ip=10.7.1.49:80 文件：x/a.zip", "app.log",
	  "\"source\":{\"ip\":\"10.7.1.49\",\"port\":80}" },
	{ "sql", &reader_sqlserver, SQL_GOOD, SQL_BAD, SQL "Logon       Login failed for user 'sa'. [CLIENT: 10.1.2.3]",
	  "mssql.errorlog", "\"outcome\":\"failure\"" },
};

static void lines(void **state)
{
	(void)state;
	textlog_format_lines(FORMATS, COUNT(FORMATS), (struct textlog_with){ 0 });
}

static void documents(void **state)
{
	(void)state;
	textlog_format_documents(FORMATS, COUNT(FORMATS));
}

/* Several addresses are several values; more pairs than a record may have are left to the message. */
static void many(void **state)
{
	struct textlog_run r;
	buf b = { 0 };

	(void)state;
	textlog_run_str(&r, &reader_applog, AT "x 10.0.0.1 to 10.0.0.2 and 10.0.0.1\n");
	assert_true(textlog_ecs_has(&r.events[0], "\"related\":{\"ip\":[\"10.0.0.1\",\"10.0.0.2\"]}"));
	textlog_run_done(&r);
	buf_z(&b, AT "x");
	for (unsigned i = 0; i < 500; i++)
		buf_printf(&b, " key%u=v", i);
	buf_byte(&b, '\n');
	textlog_run(&r, &reader_applog, str_bytes(buf_view(&b)), (struct textlog_with){ 0 });
	assert_int_equal(r.nevents, 1);
	textlog_check_fields("many", &r.events[0], "key0=v key47=v key48=");
	textlog_run_done(&r);
	buf_done(&b);
}

/* --- transcripts ---------------------------------------------------------------------------------- */

#define STARS "**********************\r\n"
#define HEAD                                                                                                 \
	STARS "Windows PowerShell transcript start\r\nStart time: 20240418101402\r\nUsername: CORP\\a\r\n"    \
	      "RunAs User: CORP\\b\r\nConfiguration Name: \r\nMachine: WS01 (Microsoft Windows NT "           \
	      "10.0.19045.0)\r\nHost Application: powershell.exe -NoP\r\nProcess ID: 6456\r\n"                \
	      "PSVersion: 5.1.19041.1\r\n" STARS

static const struct textlog_case PS_BAD[] = {
	{ "a prompt before any head", "PS C:\\> whoami", NULL, NULL },
	{ "text before any head", "some words", NULL, NULL },
	{ "stars and words", "**********************\nwords", NULL, NULL },
	{ "stars, words and no time", "**********************\nwords\nStart time: soon", NULL, NULL },
	{ "13 digits", "**********************\nwords\nStart time: 2024041810140", NULL, NULL },
	{ "month 13", "**********************\nwords\nStart time: 20241318101402", NULL, NULL },
	{ "no colon", "**********************\nwords\n20240418101402", NULL, NULL },
	{ "a remote prompt", "[srv]: PS C:\\> x", NULL, NULL },
	{ "few stars", "*****\nwords\nStart time: 20240418101402", NULL, NULL },
	{ "binary", "\x01\x02\xFF", NULL, NULL },
	{ 0 },
};

static const struct {
	const char *what, *content;
	size_t event;
	const char *fields, *field, *text, *time; /* the last ones of a field with spaces */
} PS[] = {
	{ "the head", HEAD, 0,
	  "action=session-start user=CORP\\a runas_user=CORP\\b machine=WS01 process_id=6456 time_of=block",
	  "host_application", "powershell.exe -NoP", "2024-04-18T10:14:02Z" },
	{ "the title", HEAD, 0, "command=", "message", "Windows PowerShell transcript start", NULL },
	{ "a command", HEAD "PS C:\\> whoami\r\ncorp\\a\r\n", 1,
	  "action=command command=whoami output=corp\\a user=CORP\\a machine=WS01 time_of=session", "prompt", "PS C:\\>",
	  "2024-04-18T10:14:02Z" },
	{ "no output", HEAD "PS C:\\> cls\r\n", 1, "command=cls output=", NULL, NULL, NULL },
	{ "no space", HEAD "PS>cls\r\n", 1, "command=cls prompt=PS>", NULL, NULL, NULL },
	{ "from afar", HEAD "[srv]: PS C:\\> cls\r\n", 1, "command=cls", "prompt", "[srv]: PS C:\\>", NULL },
	{ "its own time", HEAD STARS "Command start time: 20240418101600\r\n" STARS "PS C:\\> dir\r\n", 1,
	  "command=dir time_of=command", NULL, NULL, "2024-04-18T10:16:00Z" },
	{ "the next has none", HEAD STARS "Command start time: 20240418101600\r\n" STARS "PS C:\\> dir\r\nPS C:\\> x\r\n", 2,
	  "command=x time_of=session", NULL, NULL, "2024-04-18T10:14:02Z" },
	{ "a command of several lines", HEAD "PS C:\\> if (1) {\r\n>> calc\r\n>> }\r\nout\r\n", 1, "output=out", "prompt",
	  "PS C:\\>", NULL },
	{ "text behind the head", HEAD "Transcript started\r\n", 1, "action=output command=", "output",
	  "Transcript started", NULL },
	{ "the end", HEAD "PS C:\\> x\r\n" STARS "Windows PowerShell transcript end\r\nEnd time: 20240418101700\r\n" STARS, 2,
	  "action=session-end user=CORP\\a", NULL, NULL, "2024-04-18T10:17:00Z" },
	{ "an empty prompt is nothing", HEAD "PS C:\\> \r\nPS C:\\> x\r\n", 1, "command=x", NULL, NULL, NULL },
	{ "another language",
	  STARS "nStart der Windows PowerShell-Aufzeichnung\r\nStartzeit: 20240418101402\r\nBenutzername: CORP\\a\r\n"
		"RunAs-Benutzer: CORP\\b\r\nComputer: WS01 (Microsoft Windows NT 10.0)\r\nHostanwendung: p.exe\r\n"
		"Prozess-ID: 7\r\n" STARS,
	  0, "action=session-start user=CORP\\a runas_user=CORP\\b machine=WS01 host_application=p.exe process_id=7", NULL, NULL,
	  NULL },
	{ "a second session", HEAD "PS C:\\> x\r\n" STARS "t\r\nEnd time: 20240418101700\r\n" STARS HEAD "PS C:\\> y\r\n", 4,
	  "command=y", NULL, NULL, NULL },
	{ "a head without a machine", STARS "t\r\nTime: 20240418101402\r\nUser: u\r\nAs: v\r\n" STARS "PS C:\\> x\r\n", 1,
	  "user=u runas_user=v machine= process_id=", NULL, NULL, NULL },
	{ "a prompt in the output is a command", HEAD "PS C:\\> x\r\nPS Z:\\> y\r\n", 2, "command=y", NULL, NULL, NULL },
	{ "a pipe", HEAD "PS C:\\> a | b > c\r\n", 1, "output=", "command", "a | b > c", NULL },
	{ "output of several lines", HEAD "PS C:\\> x\r\na\r\nb\r\n", 1, "command=x", NULL, NULL, NULL },
	{ "stars in the output", HEAD "PS C:\\> x\r\n***\r\n", 1, "command=x output=***", NULL, NULL, NULL },
	{ "Chinese", HEAD "PS C:\\> echo 中文\r\n", 1, "machine=WS01", "command", "echo 中文", NULL },
};

static void transcripts(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(PS); i++) {
		struct textlog_run r;
		const struct textlog_event *ev;
		char time[TIME_TEXT_MAX];

		textlog_run_str(&r, &reader_transcript, PS[i].content);
		CHECK(PS[i].what, r.ngaps == 0 && r.nevents == PS[i].event + 1);
		ev = &r.events[PS[i].event];
		textlog_check_fields(PS[i].what, ev, PS[i].fields);
		if (PS[i].field)
			CHECK_STR(PS[i].what, textlog_field(ev, PS[i].field), str_of(PS[i].text));
		time_text(ev->time_ns, time);
		if (PS[i].time)
			CHECK_STR(PS[i].what, str_of(time), str_of(PS[i].time));
		textlog_run_done(&r);
	}
	textlog_bad(&reader_transcript, "", PS_BAD, "**********************\nt\nStart time: 20240418101402\nUsername: u");
}

/* --- text that nobody knows ------------------------------------------------------------------------ */

static const struct textlog_case TEXT_GOOD[] = {
	{ "words", "some words", "", "time=" },
	{ "a time inside", "run of 2024-04-18 10:13:58 ended", "2024-04-18T10:13:58Z", NULL },
	{ "a time in brackets", "x [18/Apr/2024:10:13:58 +0800] y", "2024-04-18T02:13:58Z", NULL },
	{ "a month", "job Apr 18 10:13:58 done", "2023-04-18T10:13:58Z", NULL },
	{ "the year behind", "Thu Apr 18 10:13:58 2024 x", "2024-04-18T10:13:58Z", NULL },
	{ "seconds since 1970", "1713435238 x", "2024-04-18T10:13:58Z", NULL },
	{ "seconds inside are a number", "x 1713435238", "", NULL },
	{ "a number", "12345678 x", "", NULL },
	{ "day first", "18.04.2024 10:13:58 x", "2024-04-18T10:13:58Z", NULL },
	{ "the day is told", "18/04/2024 10:13:58 x", "2024-04-18T10:13:58Z", NULL },
	{ "the month is told", "04/18/2024 10:13:58 x", "2024-04-18T10:13:58Z", NULL },
	{ "nobody knows which is the day", "04/05/2024 10:13:58 x", "", NULL },
	{ "an address is no date", "10.12.2024.1 10:13:58", "", NULL },
	{ "month 13", "2024-13-18 10:13:58", "", NULL },
	{ "the first counts", "2024-04-18 10:13:58 2025-04-18 10:13:58", "2024-04-18T10:13:58Z", NULL },
	{ "digits alone", "x 20240418101358 y", "2024-04-18T10:13:58Z", NULL },
	{ "a part of digits", "x 1120240418101358 y", "", NULL },
	{ "Chinese", "时间2024-04-18 10:13:58结束", "2024-04-18T10:13:58Z", NULL },
	{ "markup", "<a href=\"x\">", "", NULL },
	{ "no UTF-8", "caf\xE9 2024-04-18 10:13:58", "2024-04-18T10:13:58Z", NULL },
	{ 0 },
};

/* Who gets it: only text, and only where nobody else wants it. */
static const struct {
	const char *what, *content;
	size_t len;
	const char *reader; /* NULL: nobody */
} CLAIMS[] = {
	{ "words", "some words\n", 11, "plaintext" },
	{ "one letter", "x", 1, "plaintext" },
	{ "nothing", "", 0, NULL },
	{ "blank lines", "\n\n\n", 3, NULL },
	{ "zero bytes", "\0\0\0\0\0\0\0\0", 8, NULL },
	{ "binary", "\x01\x02\x03\x04 text", 9, NULL },
	{ "an executable", "MZ\x90\0\x03\0\0\0\x04\0\0\0\xFF\xFF\0\0\xB8\0\0\0", 20, NULL },
	{ "an image", "\x89PNG\r\n\x1A\n\0\0\0\rIHDR", 16, NULL },
	{ "noise", "\xFD\x02\xFC\x8A\x1F\x9B\x03\xF8", 8, NULL },
	{ "JSON", "{\"a\":1}\n{\"a\":2}\n", 16, "json" },
	{ "a time and words", "2024-04-18 10:13:58 x\n", 22, "applog" },
	{ "a time, and JSON behind it", "2024-04-18 10:13:58 x\n{\"a\":1}\n{\"a\":2}\n", 38, "applog" },
	{ "a banner", "=== started ===\n2024-04-18 10:13:58 x\n", 38, "applog" },
	{ "a banner that is too long", "a\nb\nc\nd\ne\nf\n2024-04-18 10:13:58 x\n", 34, "plaintext" },
	{ "CMTrace from the middle of a record", "x\n<![LOG[a]LOG]!><time=\"1:1:1\" date=\"1-1-2024\">\n", 47, "sccm" },
	{ "an audit log", "type=A msg=audit(1713435238.000:1): x=1\n", 40, "auditd" },
	{ "Java", "2024-04-18 10:13:58,123 INFO [t] a.B - x\n", 41, "javalog" },
	{ "a table", "time,operator\n2024-04-18 10:13:58,a\n", 35, "csv" },
	{ "markup", "<html>\n<body>\n", 14, "plaintext" },
};

static void claims(void **state)
{
	(void)state;
	textlog_good(&reader_plaintext, "", TEXT_GOOD, (struct textlog_with){ .mtime_ns = INT64_C(1704160000) * NS_PER_S });
	for (size_t i = 0; i < COUNT(CLAIMS); i++) {
		err e = { 0 };
		const struct reader_ops *got =
			reader_pick((bytes){ (const uint8_t *)CLAIMS[i].content, CLAIMS[i].len }, STR(""), &e);

		CHECK_STR(CLAIMS[i].what, str_of(got ? got->name : "nobody"), str_of(CLAIMS[i].reader ? CLAIMS[i].reader : "nobody"));
	}
}

/* It is said that nothing was understood, once. */
static void told(void **state)
{
	struct textlog_run r;

	(void)state;
	textlog_run_str(&r, &reader_plaintext, "a\nb\nc\n");
	assert_int_equal(r.nevents, 3);
	assert_int_equal(r.ngaps, 0);
	assert_int_equal(r.nassumed, 1);
	assert_string_equal(r.events[2].dataset, "text.log");
	assert_true(textlog_ecs_has(&r.events[2], "\"message\":\"c\""));
	textlog_run_done(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines),      cmocka_unit_test(documents), cmocka_unit_test(many),
		cmocka_unit_test(transcripts), cmocka_unit_test(claims),    cmocka_unit_test(told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
