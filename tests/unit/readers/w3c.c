/* Logs with #Fields: IIS and its kin, proxies, Windows Firewall, Exchange. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "readers/textlog_run.h"

#define IIS_FIELDS                                                                                           \
	"#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip "                \
	"cs(User-Agent) cs(Referer) sc-status sc-substatus sc-win32-status time-taken\r\n"
#define IIS_HEAD                                                                                             \
	"#Software: Microsoft Internet Information Services 10.0\r\n#Version: 1.0\r\n"                       \
	"#Date: 2023-05-17 00:00:03\r\n" IIS_FIELDS
#define IIS_LINE                                                                                             \
	"2023-05-17 18:47:05 10.20.0.11 GET /owa/healthcheck.htm - 443 - 10.20.0.5 LB-Probe/1.0 - 200 0 0 1"

static const struct textlog_case IIS_GOOD[] = {
	{ "a probe", IIS_LINE, "2023-05-17T18:47:05Z",
	  "s-ip=10.20.0.11 cs-method=GET cs-uri-stem=/owa/healthcheck.htm cs-uri-query= s-port=443 cs-username= "
	  "c-ip=10.20.0.5 sc-status=200 time-taken=1" },
	{ "a query",
	  "2023-05-17 18:47:02 10.20.0.11 POST /owa/auth/x.aspx &CorrelationID=<empty>;&cafeReqId=7a0c41f2; 443 - "
	  "198.51.100.23 Mozilla/5.0+(Windows+NT+10.0) - 200 0 0 1462",
	  "2023-05-17T18:47:02Z",
	  "cs-uri-query=&CorrelationID=<empty>;&cafeReqId=7a0c41f2; c-ip=198.51.100.23" },
	{ "IPv6 with a zone", "2023-05-17 18:47:02 fe80::1%12 GET / - 443 - fe80::2%12 - - 200 0 0 1462",
	  NULL, "s-ip=fe80::1%12 c-ip=fe80::2%12 cs(User-Agent)=" },
	{ "a domain user", "2023-05-17 18:47:02 ::1 GET / - 443 CORP\\l.wei ::1 - - 401 1 1326 0", NULL,
	  "cs-username=CORP\\l.wei sc-substatus=1 sc-win32-status=1326" },
	{ "two spaces", "2023-05-17 18:47:02 ::1 POST /powershell x 444  corp\\u1 ::1 UA - 200 0 0 15", NULL,
	  "s-port=444 cs-username=corp\\u1 c-ip=::1" },
	{ "a literal plus", "2023-05-17 18:47:02 ::1 GET /a+b q=1+1 443 - ::1 - - 200 0 0 15", NULL,
	  "cs-uri-stem=/a+b cs-uri-query=q=1+1" },
	{ "a quote at the start of a value", "2023-05-17 18:47:02 ::1 GET / - 443 - ::1 \"evil - 200 0 0 15",
	  NULL, "cs(User-Agent)=\"evil cs(Referer)= sc-status=200 time-taken=15" },
	{ "quotes around two fields of a client",
	  "2023-05-17 18:47:02 ::1 GET / - 443 - ::1 \"a b\" 200 0 0 15", NULL,
	  "cs(User-Agent)=\"a cs(Referer)=b\" sc-status=200" },
	{ "UTF-8", "2023-05-17 18:47:02 ::1 GET /\xE6\x96\x87 - 443 - ::1 - - 404 0 2 15", NULL,
	  "cs-uri-stem=/\xE6\x96\x87" },
	{ "bytes that are no UTF-8", "2023-05-17 18:47:02 ::1 GET /\xFF\xFE - 443 - ::1 - - 404 0 2 15", NULL,
	  "cs-uri-stem=/\xFF\xFE" },
	{ "an escape sequence", "2023-05-17 18:47:02 ::1 GET /\x1B]0;x\x07 - 443 - ::1 - - 404 0 2 15", NULL,
	  "cs-uri-stem=/\x1B]0;x\x07" },
	{ "markup", "2023-05-17 18:47:02 ::1 GET /<img/onerror=x> '--{{7*7}} 443 - ::1 - - 404 0 2 15", NULL,
	  "cs-uri-stem=/<img/onerror=x> cs-uri-query='--{{7*7}}" },
	{ "a leap second", "2016-12-31 23:59:60 ::1 GET / - 443 - ::1 - - 200 0 0 15", "2017-01-01T00:00:00Z",
	  NULL },
	{ "a leap day", "2024-02-29 00:00:00 ::1 GET / - 443 - ::1 - - 200 0 0 15", "2024-02-29T00:00:00Z",
	  NULL },
	{ "an odd method", "2023-05-17 18:47:02 ::1 CCM_POST /ccm - 443 - ::1 - - 200 0 0 15", NULL,
	  "cs-method=CCM_POST" },
	{ "spaces in the agent", "2023-05-17 18:47:02 ::1 GET / - 443 - 10.1.1.1 my own agent - 200 0 0 15",
	  NULL, "c-ip=10.1.1.1 sc-status=200" },
	{ "spaces in the user", "2023-05-17 18:47:02 ::1 GET / - 443 a b c 10.1.1.1 - - 200 0 0 15", NULL,
	  "s-port=443 c-ip=10.1.1.1 time-taken=15" },
	{ "spaces in the stem", "2023-05-17 18:47:02 ::1 GET /a b.aspx - 443 - 10.1.1.1 - - 200 0 0 15", NULL,
	  "s-port=443 c-ip=10.1.1.1" },
	{ "status 0", "2023-05-17 18:47:02 ::1 GET / - 443 - ::1 - - 0 0 64 15", NULL, "sc-status=0" },
	{ "all absent", "2023-05-17 18:47:02 - - - - - - - - - - - - -", NULL, "s-ip= sc-status=" },
	{ 0 },
};

static const struct textlog_case IIS_BAD[] = {
	{ "too few fields", "2023-05-17 18:47:05 10.20.0.11 GET /owa - 443", NULL, NULL },
	{ "month 13", "2023-13-17 18:47:05 ::1 GET / - 443 - ::1 - - 200 0 0 15", NULL, NULL },
	{ "no date", "yesterday! 18:47:05 ::1 GET / - 443 - ::1 - - 200 0 0 15", NULL, NULL },
	{ "hour 25", "2023-05-17 25:47:05 ::1 GET / - 443 - ::1 - - 200 0 0 15", NULL, NULL },
	{ "time absent", "2023-05-17 - ::1 GET / - 443 - ::1 - - 200 0 0 15", NULL, NULL },
	{ "date absent", "- 18:47:05 ::1 GET / - 443 - ::1 - - 200 0 0 15", NULL, NULL },
	{ "a short date", "23-5-17 18:47:05 ::1 GET / - 443 - ::1 - - 200 0 0 15", NULL, NULL },
	{ "one word", "x", NULL, NULL },
	{ "binary", "\x01\x02\x03\xFF\xFE\x80", NULL, NULL },
	{ "surplus that fits nowhere", "2023-05-17 18:47:05 a b c d e f g h i j k l m n o p q r", NULL,
	  NULL },
	{ "surplus with a wrong status", "2023-05-17 18:47:02 ::1 GET / - 443 - ::1 a b - two 0 0 15", NULL,
	  NULL },
	{ "a thousand fields too many",
	  "2023-05-17 18:47:02 ::1 GET / - 443 - ::1 a a a a a a a a a a a a a a a a a a a a a a a a a a a a a",
	  NULL, NULL },
	{ 0 },
};

static void iis_lines(void **state)
{
	(void)state;
	textlog_good(&reader_w3c, IIS_HEAD, IIS_GOOD, (struct textlog_with){ 0 });
	textlog_bad(&reader_w3c, IIS_HEAD, IIS_BAD, IIS_LINE);
}

/* --- headers -------------------------------------------------------------------------------- */

static const struct {
	const char *what, *content;
	size_t events, gaps;
	const char *dataset, *host; /* of the last event */
	const char *time, *fields, *ecs;
	enum time_basis basis;
} LOGS[] = {
	{ "IIS", IIS_HEAD IIS_LINE "\r\n", 1, 0, "iis.access", "", "2023-05-17T18:47:05Z", "c-ip=10.20.0.5",
	  "\"source\":{\"ip\":\"10.20.0.5\"}", TIME_UTC_BY_SPEC },
	{ "#Software behind #Fields",
	  IIS_FIELDS "#Software: Microsoft Internet Information Services 10.0\n" IIS_LINE "\n", 1, 0,
	  "iis.access", "", NULL, NULL, "\"duration\":1000000", TIME_UTC_BY_SPEC },
	{ "no #Software", IIS_FIELDS IIS_LINE "\n", 1, 0, "iis.access", "", NULL, NULL,
	  "\"url\":{\"path\":\"/owa/h", TIME_UTC_BY_SPEC },
	{ "the computer's name",
	  "#Software: Microsoft Internet Information Services 8.5\n"
	  "#Fields: date time s-computername cs-method cs-uri-stem X-Forwarded-For\n"
	  "2023-05-17 01:02:03 MX01 GET / 192.0.2.7\n",
	  1, 0, "iis.access", "MX01", NULL, "X-Forwarded-For=192.0.2.7", "\"host\":{\"name\":\"MX01\"}",
	  TIME_UTC_BY_SPEC },
	{ "fields that change in the middle",
	  IIS_HEAD IIS_LINE "\n#Fields: date time c-ip\n2023-05-18 01:02:03 192.0.2.1\n", 2, 0, "iis.access",
	  "", "2023-05-18T01:02:03Z", "c-ip=192.0.2.1 s-ip=", NULL, TIME_UTC_BY_SPEC },
	{ "the same header again", IIS_HEAD IIS_LINE "\n" IIS_HEAD IIS_LINE "\n", 2, 0, "iis.access", "",
	  NULL, NULL, NULL, TIME_UTC_BY_SPEC },
	{ "another log behind it",
	  IIS_HEAD IIS_LINE
	  "\n#Software: Microsoft HTTP API 2.0\n#Version: 1.0\n#Date: 2023-05-17 01:00:00\n"
	  "#Fields: date time c-ip c-port s-ip s-port cs-version cs-method cs-uri sc-status s-siteid "
	  "s-reason s-queuename\n"
	  "2023-05-17 01:00:00 192.0.2.1 51822 10.0.0.1 443 HTTP/1.1 GET /%c0 400 1 Timer_ConnectionIdle "
	  "DefaultAppPool\n",
	  2, 0, "iis.httperr", "", NULL, "s-reason=Timer_ConnectionIdle",
	  "\"httperr\":{\"queue_name\":\"DefaultAppPool\",\"reason\":\"Timer_ConnectionIdle\"",
	  TIME_UTC_BY_SPEC },
	{ "the day in #Date only",
	  "#Software: Microsoft Internet Information Services 6.0\n#Date: 2013-07-30 00:00:00\n"
	  "#Fields: time c-ip cs-method\n23:59:58 192.0.2.1 GET\n00:00:01 192.0.2.1 GET\n",
	  2, 0, "iis.access", "", "2013-07-31T00:00:01Z", NULL, NULL, TIME_UTC_BY_SPEC },
	{ "no day at all", "#Fields: time c-ip cs-uri-stem\n23:59:58 192.0.2.1 /\n", 1, 0, "w3c.access", "",
	  "", NULL, NULL, TIME_UTC_BY_SPEC },
	{ "FTP",
	  "#Software: Microsoft Internet Information Services 10.0\n"
	  "#Fields: date time c-ip cs-username s-ip s-port cs-method cs-uri-stem sc-status sc-win32-status sc-substatus "
	  "x-session x-fullpath\n"
	  "2023-05-17 01:02:03 192.0.2.1 - 10.0.0.1 21 USER anonymous 331 0 0 7f1e -\n",
	  1, 0, "iis.ftp", "", NULL, "cs-method=USER", NULL, TIME_UTC_BY_SPEC },
	{ "Advanced Logging",
	  "#Software: IIS Advanced Logging Module\n#Fields: date time cs-uri-stem cs(User-Agent) sc-status\n"
	  "2023-05-17 01:02:03.456 /a \"Mozilla/5.0 (x)\" 200\n",
	  1, 0, "iis.access", "", "2023-05-17T01:02:03.456Z", NULL, "\"original\":\"Mozilla/5.0 (x)\"",
	  TIME_UTC_BY_SPEC },
	{ "Blue Coat",
	  "#Software: SGOS 6.5.1.1\n#Version: 1.0\n#Date: 2024-04-18 10:00:00\n"
	  "#Fields: date time time-taken c-ip cs-username s-action sc-status cs-method cs-host cs-uri-path "
	  "cs(User-Agent) sc-bytes cs-bytes cs-categories\n"
	  "2024-04-18 10:14:12 12 10.7.12.41 CORP\\u1 TCP_MISS 200 GET cdn.example.net /a "
	  "\"Mozilla/5.0 (Windows NT 10.0)\" 7214 148220 \"Technology/Internet;Web Hosting\"\n",
	  1, 0, "bluecoat.proxy", "", "2024-04-18T10:14:12Z", NULL,
	  "\"user_agent\":{\"original\":\"Mozilla/5.0 (Windows NT 10.0)\"}", TIME_UTC_BY_SPEC },
	{ "TMG, with tabs",
	  "#Software: Microsoft Forefront Threat Management Gateway\n"
	  "#Fields: c-ip\tcs-username\tc-agent\tdate\ttime\tr-host\tsc-status\n"
	  "10.1.1.1\tCORP\\u\tMozilla/4.0 (a b)\t2012-01-02\t03:04:05\texample.net\t200\n",
	  1, 0, "tmg.proxy", "", "2012-01-02T03:04:05Z", NULL, "\"original\":\"Mozilla/4.0 (a b)\"",
	  TIME_UTC_BY_SPEC },
	{ "Windows Firewall",
	  "#Version: 1.5\n#Software: Microsoft Windows Firewall\n#Time Format: Local\n"
	  "#Fields: date time action protocol src-ip dst-ip src-port dst-port size tcpflags tcpsyn tcpack tcpwin icmptype "
	  "icmpcode info path\n\n"
	  "2005-04-11 08:05:57 DROP UDP 192.0.2.90 198.51.100.255 137 137 78 - - - - - - - RECEIVE\n",
	  1, 0, "windows.firewall", "", "2005-04-11T08:05:57Z", NULL, "\"time_basis\":\"local_assumed\"",
	  TIME_LOCAL_ASSUMED },
	{ "Windows Firewall in GMT",
	  "#Software: Microsoft Windows Firewall\n#Time Format: GMT\n#Fields: date time action\n2005-04-11 08:05:57 DROP\n",
	  1, 0, "windows.firewall", "", "2005-04-11T08:05:57Z", NULL, NULL, TIME_UTC_BY_SPEC },
	{ "software that nobody knows",
	  "#Software: Foo 1\n#Fields: date time x-thing\n2024-01-01 00:00:00 y\n", 1, 0, "w3c.log", "", NULL,
	  "x-thing=y", NULL, TIME_UTC_BY_SPEC },
	{ "lines before the header", "x y z\n" IIS_HEAD IIS_LINE "\n", 1, 1, "iis.access", "", NULL, NULL,
	  NULL, TIME_UTC_BY_SPEC },
	{ "a name twice", "#Fields: date time a a\n2024-01-01 00:00:00 1 2\n", 1, 0, "w3c.log", "", NULL,
	  "a=1", "\"a_1\":\"2\"", TIME_UTC_BY_SPEC },
};

static void logs(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(LOGS); i++) {
		for (size_t window = 0; window < 3; window++) {
			struct textlog_run r;
			const struct textlog_event *ev;
			char time[TIME_TEXT_MAX];

			textlog_run(&r, &reader_w3c, str_bytes(str_of(LOGS[i].content)),
				    (struct textlog_with){ .window = window });
			CHECK(LOGS[i].what, r.end == READER_END);
			if (r.nevents != LOGS[i].events || r.ngaps != LOGS[i].gaps)
				fail_msg("%s: %zu events, %zu gaps: %s", LOGS[i].what, r.nevents, r.ngaps,
					 r.ngaps ? r.gaps[0].text : "");
			ev = &r.events[r.nevents - 1];
			CHECK_STR(LOGS[i].what, str_of(ev->dataset), str_of(LOGS[i].dataset));
			CHECK_STR(LOGS[i].what, str_of(ev->host), str_of(LOGS[i].host));
			time_text(ev->time_ns, time);
			if (LOGS[i].time)
				CHECK_STR(LOGS[i].what, str_of(time), str_of(LOGS[i].time));
			CHECK(LOGS[i].what, ev->basis == LOGS[i].basis);
			if (LOGS[i].fields)
				textlog_check_fields(LOGS[i].what, ev, LOGS[i].fields);
			if (LOGS[i].ecs && !textlog_ecs_has(ev, LOGS[i].ecs))
				fail_msg("%s: no %s in %s", LOGS[i].what, LOGS[i].ecs, ev->ecs);
			textlog_run_done(&r);
		}
	}
}

/* --- Exchange ------------------------------------------------------------------------------- */

#define EX(type, fields)                                                                                     \
	"\xEF\xBB\xBF#Software: Microsoft Exchange Server\r\n#Version: 15.02.1258.012\r\n#Log-type: " type   \
	"\r\n#Date: 2023-05-17T18:00:00.130Z\r\n#Fields: " fields "\r\n"

static const struct {
	const char *dataset, *head, *row;
	const char *host, *field, *value, *ecs;
} EXCHANGE[] = {
	{ "exchange.httpproxy",
	  EX("HttpProxy Logs",
	     "DateTime,RequestId,UserAgent,ClientIpAddress,ServerHostName,HttpStatus,BackEndStatus,AnchorMailbox") "DateTime,RequestId,UserAgent,ClientIpAddress,ServerHostName,HttpStatus,BackEndStatus,AnchorMailbox\r\n",
	  "2023-05-17T18:41:07.318Z,b0c4,Mozilla/5.0 (KHTML  like Gecko),203.0.113.77,MX01,200,200,ServerInfo~a]@mx01:444/x?#",
	  "MX01", "AnchorMailbox", "ServerInfo~a]@mx01:444/x?#", "\"source\":{\"ip\":\"203.0.113.77\"}" },
	{ "exchange.ecp", EX("ECP Server Log", "TimeStamp,ServerName,EventId,EventData"),
	  "2023-05-17T19:02:51.772Z,MX01,ECP.Request,\"S:TIME=41;S:CMD=Set-OabVirtualDirectory.ExternalUrl=''x, \"\"y\"\"'';\"",
	  "MX01", "EventData", "S:TIME=41;S:CMD=Set-OabVirtualDirectory.ExternalUrl=''x, \"y\"'';",
	  "\"action\":\"ECP.Request\"" },
	{ "exchange.ecp_activity", EX("ECP Activity Context Log", "TimeStamp,ServerName,EventId,EventData"),
	  "2023-05-17T19:02:51.772Z,MX01,x,", "MX01", "EventData", "", NULL },
	{ "exchange.ews",
	  EX("EWS Logs",
	     "DateTime,RequestId,AuthenticatedUser,ClientIpAddress,ServerHostName,SoapAction,ResponseSize"),
	  "2023-05-17T18:41:07.318Z,b0c4,CORP\\l.wei,203.0.113.77,MX01,ExportItems,18874368", "MX01",
	  "SoapAction", "ExportItems", "\"user\":{\"domain\":\"CORP\",\"name\":\"l.wei\"}" },
	{ "exchange.mapi", EX("MapiHttp Logs", "DateTime,RequestId,MapiRequestId,ClientIP,AuthenticatedUser"),
	  "2023-05-17T18:41:07.318Z,b0c4,1,203.0.113.77,CORP\\l.wei", "", "ClientIP", "203.0.113.77",
	  "\"ip\":\"203.0.113.77\"" },
	{ "exchange.rpcclientaccess",
	  EX("RCA Protocol Logs",
	     "date-time,session-id,seq-number,client-name,client-ip,operation,rpc-status"),
	  "2010-05-17T18:41:07.318Z,1,2,/o=Corp/cn=l.wei,10.1.1.1,Connect,0", "", "client-name",
	  "/o=Corp/cn=l.wei", "\"action\":\"Connect\"" },
	{ "exchange.rps_cmdlet",
	  EX("Rps Cmdlet Logs",
	     "DateTime,StartTime,ServerHostName,AuthenticatedUser,Cmdlet,Parameters,CmdletUniqueId"),
	  "2023-05-17T18:41:07.318Z,x,MX01,CORP\\adm,New-MailboxExportRequest,\"-Mailbox \"\"l.wei\"\" -FilePath "
	  "\"\"\\\\mx01\\c$\\x.aspx\"\"\",c1",
	  "MX01", "Parameters", "-Mailbox \"l.wei\" -FilePath \"\\\\mx01\\c$\\x.aspx\"",
	  "\"action\":\"New-MailboxExportRequest\"" },
	{ "exchange.messagetracking",
	  EX("Message Tracking Log",
	     "date-time,client-ip,client-hostname,server-ip,server-hostname,source,event-id,internal-message-id,message-id,"
	     "recipient-address,total-bytes,message-subject,sender-address"),
	  "2023-05-18T01:12:09.441Z,10.20.0.11,x,192.0.2.25,MX01,SMTP,SENDEXTERNAL,7730941132,<2023@corp.example>,"
	  "drop@partner.example,18874368,\"Q2 drawings, rev B\",l.wei@corp.example",
	  "MX01", "message-subject", "Q2 drawings, rev B", "\"subject\":\"Q2 drawings, rev B\"" },
	{ "exchange.smtpreceive",
	  EX("SMTP Receive Protocol Log",
	     "date-time,connector-id,session-id,sequence-number,local-endpoint,remote-endpoint,event,data,context"),
	  "2023-05-18T01:12:09.441Z,MX01\\Default,08DB57,0,10.20.0.11:25,[2001:db8::1]:51000,-,,Remote", "",
	  "event", "-", "\"source\":{\"ip\":\"2001:db8::1\",\"port\":51000}" },
	{ "exchange.smtpsend",
	  EX("SMTP Send Protocol Log",
	     "date-time,connector-id,session-id,sequence-number,local-endpoint,remote-endpoint,event,data,context"),
	  "2023-05-18T01:12:09.441Z,Out,08DB57,0,10.20.0.11:2500,192.0.2.25:25,>,EHLO mx01,", "", "data",
	  "EHLO mx01", "\"destination\":{\"ip\":\"192.0.2.25\",\"port\":25}" },
	{ "exchange.oabgenerator", EX("OABGenerator Log", "DateTime,Data"),
	  "2023-05-18T01:12:09.441Z,\"Download failed and temporary file (C:\\x) needs to be removed\"", "",
	  "Data", "Download failed and temporary file (C:\\x) needs to be removed", NULL },
	{ "exchange.agent", EX("Agent Log", "Timestamp,SessionId,P1FromAddress"),
	  "2023-05-18T01:12:09.441Z,1,a@b", "", "P1FromAddress", "a@b", NULL },
	{ "exchange.httpproxy", EX("", "DateTime,BackEndStatus"), "2023-05-18T01:12:09.441Z,200", "",
	  "BackEndStatus", "200", NULL },
	{ "exchange.ews", EX("EWS Logs", "DateTime,SoapAction,ServerHostName"),
	  "2023-05-18T01:12:09Z,GetItem,MX01", "MX01", "SoapAction", "GetItem", NULL },
};

static void exchange(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(EXCHANGE); i++) {
		struct textlog_run r;
		buf b = { 0 };

		buf_z(&b, EXCHANGE[i].head);
		buf_z(&b, EXCHANGE[i].row);
		buf_z(&b, "\r\n");
		textlog_run(&r, &reader_w3c, str_bytes(buf_view(&b)), (struct textlog_with){ 0 });
		CHECK(EXCHANGE[i].dataset,
		      r.end == READER_END && r.nevents == 1 && r.ngaps == 0 && r.nassumed == 0);
		CHECK_STR(EXCHANGE[i].dataset, str_of(r.events[0].dataset), str_of(EXCHANGE[i].dataset));
		CHECK_STR(EXCHANGE[i].dataset, str_of(r.events[0].host), str_of(EXCHANGE[i].host));
		CHECK_STR(EXCHANGE[i].dataset, textlog_field(&r.events[0], EXCHANGE[i].field),
			  str_of(EXCHANGE[i].value));
		CHECK_STR(EXCHANGE[i].dataset, str_of(r.events[0].raw), str_of(EXCHANGE[i].row));
		CHECK(EXCHANGE[i].dataset, r.events[0].basis == TIME_UTC_EXPLICIT && r.events[0].flags == 0);
		if (EXCHANGE[i].ecs && !textlog_ecs_has(&r.events[0], EXCHANGE[i].ecs))
			fail_msg("%s: no %s in %s", EXCHANGE[i].dataset, EXCHANGE[i].ecs, r.events[0].ecs);
		textlog_run_done(&r);
		buf_done(&b);
	}
}

static const struct textlog_case ROWS_GOOD[] = {
	{ "a line end in a subject", "2023-05-18T01:12:09.441Z,\"a\r\n2023-05-18T01:12:09.441Z,evil,b\",c",
	  NULL, "z=c" },
	{ "missing cells at the end", "2023-05-18T01:12:09.441Z,a", NULL, "y=a z=" },
	{ "whole seconds", "2023-05-18T01:12:09Z,a,b", "2023-05-18T01:12:09Z", NULL },
	{ "seven digits", "2023-05-18T01:12:09.4412345Z,a,b", "2023-05-18T01:12:09.441234500Z", NULL },
	{ "an offset", "2023-05-18T09:12:09.441+08:00,a,b", "2023-05-18T01:12:09.441Z", NULL },
	{ "three cells", "2023-05-18T01:12:09.441Z,a,b", "2023-05-18T01:12:09.441Z", "y=a z=b" },
	{ "an empty cell", "2023-05-18T01:12:09.441Z,,b", "2023-05-18T01:12:09.441Z", "y= z=b" },
	{ "quotes", "2023-05-18T01:12:09.441Z,\"a\",\"b\"", "2023-05-18T01:12:09.441Z", "y=a z=b" },
	{ "a comma in quotes", "2023-05-18T01:12:09.441Z,\"a,b\",c", "2023-05-18T01:12:09.441Z", "y=a,b z=c" },
	{ "a quote in quotes", "2023-05-18T01:12:09.441Z,\"a\"\"b\",c", "2023-05-18T01:12:09.441Z", "y=a\"b z=c" },
	{ "quotes around nothing", "2023-05-18T01:12:09.441Z,\"\",c", "2023-05-18T01:12:09.441Z", "y= z=c" },
	{ "UTF-8", "2023-05-18T01:12:09.441Z,测试,c", "2023-05-18T01:12:09.441Z", "y=测试" },
	{ "an equals sign", "2023-05-18T01:12:09.441Z,S:A=1,c", "2023-05-18T01:12:09.441Z", "y=S:A=1" },
	{ "semicolons", "2023-05-18T01:12:09.441Z,S:A=1;I32:B=2,c", "2023-05-18T01:12:09.441Z", "y=S:A=1;I32:B=2" },
	{ "markup", "2023-05-18T01:12:09.441Z,<script>,c", "2023-05-18T01:12:09.441Z", "y=<script>" },
	{ "an address of IPv6", "2023-05-18T01:12:09.441Z,[2001:db8::5]:443,c", "2023-05-18T01:12:09.441Z", "y=[2001:db8::5]:443" },
	{ "a comment sign inside", "2023-05-18T01:12:09.441Z,#a,c", "2023-05-18T01:12:09.441Z", "y=#a" },
	{ "a leap day", "2024-02-29T00:00:00.000Z,a,b", "2024-02-29T00:00:00Z", "y=a" },
	{ "hours behind", "2023-05-17T21:12:09.441-04:00,a,b", "2023-05-18T01:12:09.441Z", "z=b" },
	{ "a tab inside", "2023-05-18T01:12:09.441Z,a\tb,c", "2023-05-18T01:12:09.441Z", "z=c" },
	{ 0 },
};

static const struct textlog_case ROWS_BAD[] = {
	{ "no time", "never,a,b", NULL, NULL },
	{ "an empty time", ",a,b", NULL, NULL },
	{ "second 61", "2023-05-18T01:12:61.441Z,a,b", NULL, NULL },
	{ "a fraction of letters", "2023-05-18T01:12:09.4x1Z,a,b", NULL, NULL },
	{ "month 13", "2023-13-18T01:12:09.441Z,a,b", NULL, NULL },
	{ "hour 25", "2023-05-18T25:12:09.441Z,a,b", NULL, NULL },
	{ "day 31 of June", "2023-06-31T01:12:09.441Z,a,b", NULL, NULL },
	{ "words", "some words", NULL, NULL },
	{ "a time of another form", "18/May/2023:01:12:09 +0000,a,b", NULL, NULL },
	{ "seconds", "1684372329,a,b", NULL, NULL },
	{ 0 },
};

static void exchange_rows(void **state)
{
	static const char HEAD[] =
		"#Software: Microsoft Exchange Server\n#Log-type: X Log\n#Fields: date-time,y,z\n";
	struct textlog_run r;

	(void)state;
	textlog_good(&reader_w3c, HEAD, ROWS_GOOD, (struct textlog_with){ 0 });
	textlog_bad(&reader_w3c, HEAD, ROWS_BAD, "2023-05-18T01:12:09.441Z,a,b");
	textlog_run_str(&r, &reader_w3c,
			"#Log-type: X Log\n#Fields: date-time,y\n2023-05-18T01:12:09.441Z,a,b,c\n");
	assert_int_equal(r.nevents, 1); /* cells that no name is for: said by the mark */
	assert_int_equal(r.events[0].flags, EVENT_PARTIAL);
	textlog_run_done(&r);
}

/* --- damage --------------------------------------------------------------------------------- */

static void cut_lines(void **state)
{
	struct textlog_run r;
	static const char *const HALF[] = { "2023-05-17 18:47:05 10.20.0.11 GE",
					    "2023-05-17 18:47:05 10.20.0.11 GET /owa - 443" };

	(void)state;
	for (size_t i = 0; i < COUNT(HALF); i++) {
		buf b = { 0 };

		buf_z(&b, IIS_HEAD IIS_LINE "\n");
		buf_z(&b, HALF[i]);
		textlog_run(&r, &reader_w3c, str_bytes(buf_view(&b)), (struct textlog_with){ 0 });
		assert_int_equal(r.nevents, 2);
		assert_int_equal(r.events[1].flags, EVENT_PARTIAL);
		assert_string_equal(r.events[1].raw, HALF[i]);
		textlog_run_done(&r);
		buf_done(&b);
	}
	textlog_run_str(&r, &reader_w3c, IIS_HEAD IIS_LINE "\n2023-05-17 18:4"); /* not even a time */
	assert_int_equal(r.nevents, 1);
	assert_int_equal(r.ngaps, 1);
	assert_int_equal(r.gaps[0].kind, GAP_TRUNCATED);
	textlog_run_done(&r);
}

/* A header of more fields than any log has makes its lines gaps, not memory; the next header counts. */
static void hostile_headers(void **state)
{
	buf b = { 0 };
	struct textlog_run r;

	(void)state;
	buf_z(&b, "#Fields: date time");
	for (int i = 0; i < 5000; i++)
		buf_printf(&b, " f%d", i);
	buf_z(&b, "\n" IIS_LINE "\n" IIS_LINE "\n" IIS_HEAD IIS_LINE "\n");
	textlog_run(&r, &reader_w3c, str_bytes(buf_view(&b)), (struct textlog_with){ 0 });
	assert_int_equal(r.nevents, 1);
	assert_int_equal(r.ngaps, 2);
	textlog_run_done(&r);
	buf_clear(&b);
	for (int i = 0; i < 20000; i++) /* another header for each line */
		buf_printf(&b, "#Fields: date time f%d\n2023-05-17 18:47:05 x\n", i);
	buf_z(&b, "2023-05-17 18:47:05 x\n"); /* under a header that was refused */
	textlog_run(&r, &reader_w3c, str_bytes(buf_view(&b)), (struct textlog_with){ 0 });
	assert_true(r.end == READER_END && r.ngaps > 0 && r.nschemas < 20000);
	for (size_t i = 0; i < r.ngaps && i < TEXTLOG_GAPS_MAX; i++)
		assert_int_equal(r.gaps[i].kind, GAP_LIMIT);
	assert_int_equal(r.last.kind, GAP_LIMIT);
	textlog_run_done(&r);
	buf_done(&b);
}

/* However content is cut behind its header, both pieces together give what the whole gives. */
static void pieces(void **state)
{
	static const char CONTENT[] = IIS_HEAD IIS_LINE "\r\n" IIS_LINE "\r\n\r\n" IIS_LINE "\n";
	bytes all = str_bytes(str_of(CONTENT));
	size_t from = (sizeof IIS_HEAD + 1) / 2 * 2;

	(void)state;
	for (size_t at = from; at < all.len; at += 2) {
		struct textlog_run a, b;
		const struct textlog_event *last;

		textlog_run(&a, &reader_w3c, all, (struct textlog_with){ .end = at });
		textlog_run(&b, &reader_w3c, all, (struct textlog_with){ .begin = at });
		assert_int_equal(a.nevents + b.nevents, 3);
		assert_int_equal(a.ngaps + b.ngaps, 0);
		last = b.nevents ? &b.events[b.nevents - 1] : &a.events[2];
		assert_string_equal(last->dataset, "iis.access");
		CHECK_STR("field", textlog_field(last, "c-ip"), STR("10.20.0.5"));
		textlog_run_done(&a);
		textlog_run_done(&b);
	}
}

/* A log whose header was lost is read as IIS writes by default, and says so. */
static void headless(void **state)
{
	struct textlog_run r;

	(void)state;
	textlog_run_str(&r, &reader_w3c, "cut li\n" IIS_LINE "\n" IIS_LINE "\n");
	assert_int_equal(r.nevents, 2);
	assert_int_equal(r.ngaps, 1);
	assert_int_equal(r.nassumed, 1);
	assert_string_equal(r.events[0].dataset, "iis.access");
	textlog_check_fields("headless", &r.events[1], "c-ip=10.20.0.5 sc-status=200 time-taken=1");
	textlog_run_done(&r);
}

static int claim(const char *content)
{
	struct text_head h;
	struct text_head_store *store;
	int score;

	assert_true(text_head_init(&h, &store, str_bytes(str_of(content)), STR("")));
	score = text_claim(reader_w3c.text, &h);
	text_head_done(store);
	return score;
}

static void claims(void **state)
{
	(void)state;
	assert_int_equal(claim(IIS_HEAD), 90);
	assert_int_equal(claim("#Software: x\n"), 50);
	assert_int_equal(claim("#separator \\x09\n#fields\tts\tuid\n"), 0);
	assert_int_equal(claim("text about #Fields: and more\n"), 0);
	assert_int_equal(claim(IIS_LINE "\r\n" IIS_LINE "\r\n"), 60);
	assert_int_equal(claim(IIS_LINE "\nx\n"), 0);
	assert_int_equal(claim("2023-05-17 18:47:05 a b c d e f g h i j k l m\n"), 0);
	assert_int_equal(claim(""), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(iis_lines), cmocka_unit_test(logs),
		cmocka_unit_test(exchange),  cmocka_unit_test(exchange_rows),
		cmocka_unit_test(cut_lines), cmocka_unit_test(hostile_headers),
		cmocka_unit_test(claims),    cmocka_unit_test(pieces),
		cmocka_unit_test(headless),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
