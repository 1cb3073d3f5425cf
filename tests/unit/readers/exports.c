/* What other programs write besides tables of their own: Windows events as XML and CSV, LDIF, logons of Linux, journald's
 * export form. Good and bad ones, what stands around them, hostile ones. */
#include "readers/textlog_run.h"
#include "unit.h"

/* --- Windows events as XML ------------------------------------------------------------------ */

#define NS "http://schemas.microsoft.com/win/2004/08/events/event"
#define SYSTEM(id)                                                                                 \
	"<System><Provider Name='P' Guid='{g}'/><EventID>" id "</EventID><Version>1</Version><Level>4</Level>" \
	"<Keywords>0x8020000000000000</Keywords><TimeCreated SystemTime='2024-04-18T02:14:07.1234567Z'/>"      \
	"<EventRecordID>7</EventRecordID><Channel>Security</Channel><Computer>ws1</Computer></System>"
#define EVENT(id, rest) "<Event xmlns='" NS "'>" SYSTEM(id) rest "</Event>"
#define GOOD EVENT("1", "<EventData><Data Name='A'>x</Data></EventData>")

static const struct textlog_case XML_GOOD[] = {
	{ "a name and its text", EVENT("4624", "<EventData><Data Name='User'>alice</Data></EventData>"), "2024-04-18T02:14:07.123456700Z", "EventID=4624 User=alice Channel=Security Computer=ws1 EventRecordID=7" },
	{ "double quotes", "<Event xmlns=\"" NS "\"><System><EventID>1</EventID><Channel>S</Channel></System></Event>", "", "EventID=1 Channel=S" },
	{ "no namespace", "<Event><System><EventID>1</EventID><Channel>S</Channel></System></Event>", "", "EventID=1" },
	{ "qualifiers", "<Event xmlns='" NS "'><System><EventID Qualifiers='16384'>7036</EventID></System></Event>", "", "EventID=7036 Qualifiers=16384" },
	{ "data without a name", EVENT("1", "<EventData><Data>a</Data><Data>b</Data></EventData>"), NULL, "Data=a" },
	{ "no data", EVENT("1", "<EventData></EventData>"), NULL, "EventID=1" },
	{ "an empty element", EVENT("1", "<EventData/>"), NULL, "EventID=1" },
	{ "empty data", EVENT("1", "<EventData><Data Name='A'/><Data Name='B'>y</Data></EventData>"), NULL, "A= B=y" },
	{ "user data", EVENT("1102", "<UserData><LogFileCleared xmlns='x'><SubjectUserName>alice</SubjectUserName></LogFileCleared></UserData>"), NULL, "SubjectUserName=alice" },
	{ "binary data", EVENT("1", "<EventData><Binary>0102</Binary></EventData>"), NULL, "Binary=0102" },
	{ "references to characters", EVENT("1", "<EventData><Data Name='A'>&lt;&amp;&#65;&#x42;&quot;</Data></EventData>"), NULL, "A=<&AB\"" },
	{ "the end of an event inside of a text", EVENT("1", "<EventData><Data Name='A'>&lt;/Event&gt;</Data></EventData>"), NULL, "A=</Event>" },
	{ "the same in CDATA", EVENT("1", "<EventData><Data Name='A'><![CDATA[</Event>]]></Data></EventData>"), NULL, "A=</Event>" },
	{ "the same in a comment", EVENT("1", "<!-- </Event> --><EventData><Data Name='A'>x</Data></EventData>"), NULL, "A=x" },
	{ "an element called Event inside", EVENT("1", "<UserData><Event><B>x</B></Event></UserData>"), NULL, "B=x" },
	{ "an element whose name only begins so", EVENT("1", "<UserData><EventXML><B>x</B></EventXML></UserData>"), NULL, "B=x" },
	{ "lines and blanks", "<Event xmlns='" NS "'>\n  <System>\n    <EventID>1</EventID>\n  </System>\n  <EventData>\n    <Data Name='A'>x</Data>\n  </EventData>\n</Event>", NULL, "A=x EventID=1" },
	{ "a tag over lines", "<Event\n  xmlns='" NS "'\n><System><EventID>1</EventID></System></Event >", NULL, "EventID=1" },
	{ "rendered text", EVENT("1", "<EventData><Data Name='A'>x</Data></EventData><RenderingInfo Culture='de-DE'><Message>Anmeldung</Message></RenderingInfo>"), NULL, "A=x Culture=de-DE" },
	{ "UTF-8", EVENT("1", "<EventData><Data Name='A'>用户</Data></EventData>"), NULL, "A=用户" },
	{ "a tab in a text", EVENT("1", "<EventData><Data Name='A'>x\ty</Data></EventData>"), NULL, "A=x\ty" },
	{ 0 },
};

static const struct textlog_case XML_BAD[] = {
	{ "a tag that is not closed", "<Event><System><EventID>1</System></Event>", NULL, NULL },
	{ "an attribute without quotes", "<Event a=b><System><EventID>1</EventID></System></Event>", NULL, NULL },
	{ "an attribute twice", "<Event a='1' a='2'><System><EventID>1</EventID></System></Event>", NULL, NULL },
	{ "an entity that nobody declared", "<Event><System><EventID>&x;</EventID></System></Event>", NULL, NULL },
	{ "a bare ampersand", "<Event><System><EventID>a & b</EventID></System></Event>", NULL, NULL },
	{ "no event of Windows", "<Event><Header><EventID>1</EventID></Header></Event>", NULL, NULL },
	{ "nothing inside", "<Event></Event>", NULL, NULL },
	{ "nothing at all", "<Event/>", NULL, NULL },
	{ "text", "Log Name: Security", NULL, NULL },
	{ "another element", "<Objs Version='1.1'><Obj>x</Obj></Objs>", NULL, NULL },
	{ "a document type", "<!DOCTYPE Event [<!ENTITY a 'b'>]>", NULL, NULL },
	{ "an event that is cut by the next", "<Event xmlns='" NS "'><System><EventID>1</EventID>", NULL, NULL },
	{ 0 },
};

static void test_xml(void **state)
{
	(void)state;
	textlog_good(&reader_eventxml, "", XML_GOOD, (struct textlog_with){ 0 });
	textlog_good(&reader_eventxml, "", XML_GOOD, (struct textlog_with){ .window = 1 });
	textlog_good(&reader_eventxml, "\xEF\xBB\xBF<?xml version='1.0' encoding='utf-8'?>\n<Events>\n", XML_GOOD, (struct textlog_with){ 0 });
	for (const struct textlog_case *c = XML_BAD; c->what; c++) {
		struct textlog_run r;
		buf b = { 0 };

		buf_z(&b, c->line);
		buf_z(&b, GOOD "\n");
		textlog_run(&r, &reader_eventxml, str_bytes(buf_view(&b)), (struct textlog_with){ .window = 1 });
		if (r.end != READER_END || r.nevents != 1 || r.ngaps != 1)
			fail_msg("%s: %zu events, %zu gaps", c->what, r.nevents, r.ngaps);
		CHECK_STR(c->what, str_of(r.events[0].raw), str_of(GOOD));
		CHECK(c->what, r.gaps[0].from == 0 && r.gaps[0].to <= strlen(c->line) && r.gaps[0].lost == 1);
		textlog_run_done(&r);
		buf_done(&b);
	}
}

static void test_xml_around(void **state)
{
	struct textlog_run r;
	buf b = { 0 };
	err e = { 0 };

	(void)state;
	/* UTF-16 with its mark, as wevtutil and the Event Viewer write it */
	buf_z(&b, "\xFF\xFE");
	for (const char *p = "<?xml version='1.0'?>\r\n<Events>" GOOD GOOD "</Events>\r\n"; *p; p++) {
		buf_byte(&b, *p);
		buf_byte(&b, '\0');
	}
	assert_ptr_equal(reader_pick(str_bytes(buf_view(&b)), STR(""), &e), &reader_eventxml);
	textlog_run(&r, &reader_eventxml, str_bytes(buf_view(&b)), (struct textlog_with){ .window = 1 });
	assert_int_equal(r.nevents, 2);
	assert_int_equal(r.ngaps, 0);
	assert_int_equal(r.events[1].length, 2 * strlen(GOOD));
	assert_int_equal(r.events[1].record, 2);
	assert_string_equal(r.events[1].host, "ws1");
	assert_true(textlog_ecs_has(r.events, "\"outcome\":\"success\""));
	textlog_run_done(&r);
	buf_done(&b);

	/* characters that XML forbids: shown, and the event marked */
	textlog_run_str(&r, &reader_eventxml, EVENT("1", "<EventData><Data Name='A'>a&#x1;b\x02" "c\xFF" "d&#65;</Data></EventData>"));
	assert_int_equal(r.nevents, 1);
	assert_int_equal(r.events[0].flags, EVENT_PARTIAL);
	textlog_check_fields("forbidden characters", r.events, "A=a\xEF\xBF\xBD" "b\xEF\xBF\xBD" "c\xEF\xBF\xBD" "dA");
	textlog_run_done(&r);

	textlog_run_str(&r, &reader_eventxml, GOOD "<Event xmlns='" NS "'><System><EventID>1");
	assert_int_equal(r.nevents, 1);
	assert_int_equal(r.ngaps, 1);
	assert_int_equal(r.gaps[0].kind, GAP_TRUNCATED);
	textlog_run_done(&r);
}

/* Entities that would grow to gigabytes are never declared; elements without end are given up; and what stands behind
 * is read. */
static void test_xml_hostile(void **state)
{
	static const char BOMB[] = "<?xml version='1.0'?><!DOCTYPE lolz [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;'>"
				   "<!ENTITY c '&b;&b;&b;&b;&b;'>]><Events><Event><System><EventID>&c;</EventID></System></Event>" GOOD;
	struct textlog_run r;
	buf b = { 0 };

	(void)state;
	textlog_run_str(&r, &reader_eventxml, BOMB);
	assert_int_equal(r.nevents, 1);
	assert_int_equal(r.ngaps, 2);
	assert_int_equal(r.gaps[0].kind, GAP_UNSUPPORTED);
	assert_int_equal(r.gaps[1].kind, GAP_DAMAGED);
	textlog_run_done(&r);

	buf_z(&b, "<Event>");
	for (unsigned i = 0; i < 1000; i++)
		buf_z(&b, "<a>");
	for (unsigned i = 0; i < 1000; i++)
		buf_z(&b, "</a>");
	buf_z(&b, "</Event>" GOOD);
	textlog_run(&r, &reader_eventxml, str_bytes(buf_view(&b)), (struct textlog_with){ 0 });
	assert_int_equal(r.nevents, 1);
	assert_int_equal(r.ngaps, 1);
	textlog_run_done(&r);

	buf_clear(&b);
	for (unsigned i = 0; i < 3000; i++)
		buf_z(&b, "<Event>");
	buf_z(&b, GOOD);
	textlog_run(&r, &reader_eventxml, str_bytes(buf_view(&b)), (struct textlog_with){ 0 });
	assert_int_equal(r.nevents, 1);
	textlog_run_done(&r);

	buf_clear(&b);
	buf_z(&b, "<Event><System><EventID>");
	while (b.len < (3u << 20))
		buf_z(&b, "0123456789abcdef");
	buf_z(&b, "</EventID></System></Event>" GOOD);
	textlog_run(&r, &reader_eventxml, str_bytes(buf_view(&b)), (struct textlog_with){ .window = 4096 });
	assert_int_equal(r.nevents, 1);
	assert_int_equal(r.ngaps, 1);
	assert_int_equal(r.gaps[0].kind, GAP_LIMIT);
	textlog_run_done(&r);
	buf_done(&b);
}

/* --- Windows events as CSV ------------------------------------------------------------------ */

#define EVTXECMD "RecordNumber,EventRecordId,TimeCreated,EventId,Level,Provider,Channel,ProcessId,ThreadId,Computer,UserId,MapDescription,PayloadData1,Keywords,Payload\n"
#define ROW(payload) "1,7,2024-04-18 02:14:07.1234567,4624,Info,P,Security,4,8,ws1,S-1-5-18,m,p1,Audit success,\"" payload "\""

static const struct textlog_case EVTXECMD_GOOD[] = {
	{ "names and texts", ROW("{\"\"EventData\"\":{\"\"Data\"\":[{\"\"@Name\"\":\"\"User\"\",\"\"#text\"\":\"\"alice\"\"},{\"\"@Name\"\":\"\"Type\"\",\"\"#text\"\":\"\"3\"\"}]}}"), "2024-04-18T02:14:07.123456700Z", "EventID=4624 User=alice Type=3 Channel=Security Computer=ws1 Level=4 Keywords=0x8020000000000000 UserID=S-1-5-18" },
	{ "one of them", ROW("{\"\"EventData\"\":{\"\"Data\"\":{\"\"@Name\"\":\"\"User\"\",\"\"#text\"\":\"\"alice\"\"}}}"), NULL, "User=alice" },
	{ "a name without a text", ROW("{\"\"EventData\"\":{\"\"Data\"\":[{\"\"@Name\"\":\"\"A\"\"},{\"\"@Name\"\":\"\"B\"\",\"\"#text\"\":\"\"x\"\"}]}}"), NULL, "A= B=x" },
	{ "a text alone", ROW("{\"\"EventData\"\":{\"\"Data\"\":\"\"a,b\"\"}}"), NULL, "Data=a,b" },
	{ "escapes", ROW("{\"\"EventData\"\":{\"\"Data\"\":{\"\"@Name\"\":\"\"A\"\",\"\"#text\"\":\"\"C:\\\\x\"\"}}}"), NULL, "A=C:\\x" },
	{ "user data", ROW("{\"\"UserData\"\":{\"\"LogFileCleared\"\":{\"\"@xmlns\"\":\"\"x\"\",\"\"SubjectUserName\"\":\"\"alice\"\"}}}"), NULL, "SubjectUserName=alice" },
	{ "binary", ROW("{\"\"EventData\"\":{\"\"Binary\"\":\"\"01\"\"}}"), NULL, "Binary=01" },
	{ "nothing", ROW(""), NULL, "EventID=4624" },
	{ "an empty object", ROW("{}"), NULL, "EventID=4624" },
	{ "a level of its own", "1,7,2024-04-18 02:14:07,1,42,P,S,4,8,ws1,,,,,", "2024-04-18T02:14:07Z", "Level=42" },
	{ "a failure", "1,7,2024-04-18 02:14:07,4625,LogAlways,P,S,4,8,ws1,,,,Audit failure,", NULL, "Level=0 Keywords=0x8010000000000000" },
	{ "a text with a comma and a quote", "1,7,2024-04-18 02:14:07.1234567,4624,Info,P,Security,4,8,ws1,S-1-5-18,m,p1,Audit success,\"{\"\"EventData\"\":{\"\"Data\"\":[{\"\"@Name\"\":\"\"A\"\",\"\"#text\"\":\"\"x, \\\"\"y\\\"\"\"\"},{\"\"@Name\"\":\"\"B\"\",\"\"#text\"\":\"\"z\"\"}]}}\"", "2024-04-18T02:14:07.123456700Z", "B=z" },
	{ "an address", "1,7,2024-04-18 02:14:07.1234567,4624,Info,P,Security,4,8,ws1,S-1-5-18,m,p1,Audit success,\"{\"\"EventData\"\":{\"\"Data\"\":[{\"\"@Name\"\":\"\"IpAddress\"\",\"\"#text\"\":\"\"2001:db8::5\"\"},{\"\"@Name\"\":\"\"IpPort\"\",\"\"#text\"\":\"\"0\"\"}]}}\"", "2024-04-18T02:14:07.123456700Z", "IpAddress=2001:db8::5 IpPort=0" },
	{ "UTF-8", "1,7,2024-04-18 02:14:07.1234567,4624,Info,P,Security,4,8,ws1,S-1-5-18,m,p1,Audit success,\"{\"\"EventData\"\":{\"\"Data\"\":[{\"\"@Name\"\":\"\"User\"\",\"\"#text\"\":\"\"张三\"\"},{\"\"@Name\"\":\"\"B\"\",\"\"#text\"\":\"\"z\"\"}]}}\"", "2024-04-18T02:14:07.123456700Z", "User=张三" },
	{ "a character by its number", "1,7,2024-04-18 02:14:07.1234567,4624,Info,P,Security,4,8,ws1,S-1-5-18,m,p1,Audit success,\"{\"\"EventData\"\":{\"\"Data\"\":[{\"\"@Name\"\":\"\"A\"\",\"\"#text\"\":\"\"\\u0041B\"\"},{\"\"@Name\"\":\"\"B\"\",\"\"#text\"\":\"\"z\"\"}]}}\"", "2024-04-18T02:14:07.123456700Z", "A=AB" },
	{ "a tab by its letter", "1,7,2024-04-18 02:14:07.1234567,4624,Info,P,Security,4,8,ws1,S-1-5-18,m,p1,Audit success,\"{\"\"EventData\"\":{\"\"Data\"\":[{\"\"@Name\"\":\"\"A\"\",\"\"#text\"\":\"\"x\\ty\"\"},{\"\"@Name\"\":\"\"B\"\",\"\"#text\"\":\"\"z\"\"}]}}\"", "2024-04-18T02:14:07.123456700Z", "A=x\ty" },
	{ "the map behind", "1,7,2024-04-18 02:14:07.1234567,4624,Info,P,Security,4,8,ws1,S-1-5-18,m,p1,Audit success,\"{\"\"EventData\"\":{\"\"Data\"\":[{\"\"@Name\"\":\"\"A\"\",\"\"#text\"\":\"\"x\"\"},{\"\"@Name\"\":\"\"B\"\",\"\"#text\"\":\"\"y\"\"}]}}\"", "2024-04-18T02:14:07.123456700Z", "EvtxECmd.MapDescription=m EvtxECmd.PayloadData1=p1" },
	{ "a warning", "1,7,2024-04-18 02:14:07,4624,Warning,P,S,4,8,ws1,,,,,", "2024-04-18T02:14:07Z", "Level=3" },
	{ "an error", "1,7,2024-04-18 02:14:07,4624,Error,P,S,4,8,ws1,,,,,", "2024-04-18T02:14:07Z", "Level=2" },
	{ "critical", "1,7,2024-04-18 02:14:07,41,Critical,P,S,4,8,ws1,,,,,", "2024-04-18T02:14:07Z", "Level=1 EventID=41" },
	{ "a record number beyond 32 bits", "1,99999999999,2024-04-18 02:14:07,1,Info,P,S,4,8,ws1,,,,,", NULL, "EventRecordID=99999999999" },
	{ 0 },
};

static const struct textlog_case EVTXECMD_BAD[] = {
	{ "no time", "1,7,then,4624,Info,P,S,4,8,ws1,,,,,", NULL, NULL },
	{ "no month", "1,7,2024-99-18 02:14:07,4624,Info,P,S,4,8,ws1,,,,,", NULL, NULL },
	{ "too few", "1,7,2024-04-18 02:14:07,4624", NULL, NULL },
	{ "one too few", "1,7,2024-04-18 02:14:07,4624,Info,P,S,4,8,ws1,,,,", NULL, NULL },
	{ "too many", "1,7,2024-04-18 02:14:07,4624,Info,P,S,4,8,ws1,,,,,,x", NULL, NULL },
	{ "bare JSON", "1,7,2024-04-18 02:14:07,4624,Info,P,S,4,8,ws1,,,,,{\"a\":1,\"b\":2}", NULL, NULL },
	{ "text", "Processed 12 files", NULL, NULL },
	{ "semicolons", "1;7;2024-04-18 02:14:07;4624;Info;P;S;4;8;ws1;;;;;", NULL, NULL },
	{ "a comma", ",", NULL, NULL },
	{ "a day alone in its place, and too few", "1,7,2024-04-18", NULL, NULL },
	{ 0 },
};

#define WINEVENT "\"Message\",\"Id\",\"Version\",\"Level\",\"Keywords\",\"RecordId\",\"ProviderName\",\"LogName\",\"ProcessId\",\"MachineName\",\"UserId\",\"TimeCreated\",\"LevelDisplayName\",\"Properties\"\n"

static const struct textlog_case WINEVENT_GOOD[] = {
	{ "American", "\"m\",\"4624\",\"2\",\"0\",\"-9214364837600034816\",\"7\",\"P\",\"Security\",\"4\",\"ws1\",,\"4/18/2024 10:14:02 AM\",\"Information\",\"System.Collections.Generic.List`1[x]\"", "2024-04-18T10:14:02Z", "EventID=4624 Channel=Security Computer=ws1 EventRecordID=7 Keywords=0x8020000000000000" },
	{ "ISO", "\"m\",\"4624\",\"2\",\"0\",,\"7\",\"P\",\"Security\",\"4\",\"ws1\",\"S-1-5-18\",\"2024-04-18T10:14:02Z\",\"Information\",", "2024-04-18T10:14:02Z", "UserID=S-1-5-18" },
	{ "German", "\"m\",\"4624\",\"2\",\"0\",,\"7\",\"P\",\"Security\",\"4\",\"ws1\",,\"18.04.2024 10:14:02\",\"Informationen\",", "2024-04-18T10:14:02Z", "EventID=4624" },
	{ "Chinese", "\"m\",\"4624\",\"2\",\"0\",,\"7\",\"P\",\"Security\",\"4\",\"ws1\",,\"2024/4/18 10:14:02\",\"信息\",", "2024-04-18T10:14:02Z", "EventID=4624" },
	{ "a message of lines", "\"a\nb, \"\"c\"\"\",\"4624\",\"2\",\"0\",,\"7\",\"P\",\"Security\",\"4\",\"ws1\",,\"2024-04-18 10:14:02\",\"Information\",", "2024-04-18T10:14:02Z", "EventID=4624" },
	{ "a narrow blank before PM", "\"m\",\"4624\",\"2\",\"0\",,\"7\",\"P\",\"Security\",\"4\",\"ws1\",,\"4/18/2024 10:14:02\xE2\x80\xAFPM\",\"Information\",", "2024-04-18T22:14:02Z", NULL },
	{ "British", "\"m\",\"4624\",\"2\",\"0\",,\"7\",\"P\",\"Security\",\"4\",\"ws1\",,\"18/04/2024 10:14:02\",\"Information\",", "2024-04-18T10:14:02Z", "EventID=4624" },
	{ "French", "\"m\",\"4624\",\"2\",\"0\",,\"7\",\"P\",\"Security\",\"4\",\"ws1\",,\"18/04/2024 22:14:02\",\"Information\",", "2024-04-18T22:14:02Z", "Computer=ws1" },
	{ "dots with blanks", "\"m\",\"4624\",\"2\",\"0\",,\"7\",\"P\",\"Security\",\"4\",\"ws1\",,\"18. 04. 2024 10:14:02\",\"Information\",", NULL, "EventID=4624" },
	{ "midnight in America", "\"m\",\"4624\",\"2\",\"0\",,\"7\",\"P\",\"Security\",\"4\",\"ws1\",,\"4/18/2024 12:00:00 AM\",\"Information\",", "2024-04-18T00:00:00Z", NULL },
	{ "noon in America", "\"m\",\"4624\",\"2\",\"0\",,\"7\",\"P\",\"Security\",\"4\",\"ws1\",,\"4/18/2024 12:00:00 PM\",\"Information\",", "2024-04-18T12:00:00Z", NULL },
	{ "a full name", "\"m\",\"4624\",\"2\",\"0\",,\"7\",\"P\",\"Security\",\"4\",\"ws1.corp.example\",,\"2024-04-18 10:14:02\",\"Information\",", "2024-04-18T10:14:02Z", "Computer=ws1.corp.example" },
	{ "a user", "\"m\",\"4624\",\"2\",\"0\",,\"7\",\"P\",\"Security\",\"4\",\"ws1\",\"S-1-5-21-1-2-3-500\",\"2024-04-18 10:14:02\",\"Information\",", NULL, "UserID=S-1-5-21-1-2-3-500" },
	{ "no message", "\"\",\"4624\",\"2\",\"0\",,\"7\",\"P\",\"Security\",\"4\",\"ws1\",,\"2024-04-18 10:14:02\",\"Information\",", "2024-04-18T10:14:02Z", "EventID=4624" },
	{ "commas in the message", "\"a, b, c\",\"4624\",\"2\",\"0\",,\"7\",\"P\",\"Security\",\"4\",\"ws1\",,\"2024-04-18 10:14:02\",\"Information\",", "2024-04-18T10:14:02Z", "EventID=4624" },
	{ "UTF-8 in the message", "\"已成功登录帐户。\",\"4624\",\"2\",\"0\",,\"7\",\"P\",\"Security\",\"4\",\"ws1\",,\"2024-04-18 10:14:02\",\"Information\",", "2024-04-18T10:14:02Z", "Channel=Security" },
	{ "a large record number", "\"m\",\"4624\",\"2\",\"0\",,\"4294967296\",\"P\",\"Security\",\"4\",\"ws1\",,\"2024-04-18 10:14:02\",\"Information\",", NULL, "EventRecordID=4294967296" },
	{ "an event number of one digit", "\"m\",\"1\",\"2\",\"0\",,\"7\",\"P\",\"Security\",\"4\",\"ws1\",,\"2024-04-18 10:14:02\",\"Information\",", NULL, "EventID=1" },
	{ "Japanese", "\"m\",\"4624\",\"2\",\"0\",,\"7\",\"P\",\"Security\",\"4\",\"ws1\",,\"2024/04/18 10:14:02\",\"情報\",", "2024-04-18T10:14:02Z", "EventID=4624" },
	{ "Korean afternoon", "\"m\",\"4624\",\"2\",\"0\",,\"7\",\"P\",\"Security\",\"4\",\"ws1\",,\"2024-04-18 오후 10:14:02\",\"Information\",", "2024-04-18T22:14:02Z", NULL },
	{ "Chinese afternoon", "\"m\",\"4624\",\"2\",\"0\",,\"7\",\"P\",\"Security\",\"4\",\"ws1\",,\"2024/4/18 下午 10:14:02\",\"Information\",", "2024-04-18T22:14:02Z", NULL },
	{ 0 },
};

static const struct textlog_case WINEVENT_BAD[] = {
	{ "no time", "\"m\",\"4624\",\"2\",\"0\",,\"7\",\"P\",\"Security\",\"4\",\"ws1\",,\"then\",\"Information\",", NULL, NULL },
	{ "month 13", "\"m\",\"4624\",\"2\",\"0\",,\"7\",\"P\",\"Security\",\"4\",\"ws1\",,\"2024-13-18 10:14:02\",\"Information\",", NULL, NULL },
	{ "hour 25", "\"m\",\"4624\",\"2\",\"0\",,\"7\",\"P\",\"Security\",\"4\",\"ws1\",,\"2024-04-18 25:14:02\",\"Information\",", NULL, NULL },
	{ "day 31 of April", "\"m\",\"4624\",\"2\",\"0\",,\"7\",\"P\",\"Security\",\"4\",\"ws1\",,\"2024-04-31 10:14:02\",\"Information\",", NULL, NULL },
	{ "too few", "\"m\",\"4624\"", NULL, NULL },
	{ "one too few", "\"m\",\"4624\",\"2\",\"0\",,\"7\",\"P\",\"Security\",\"4\",\"ws1\",,\"2024-04-18 10:14:02\"", NULL, NULL },
	{ "too many", "\"m\",\"4624\",\"2\",\"0\",,\"7\",\"P\",\"Security\",\"4\",\"ws1\",,\"2024-04-18 10:14:02\",\"Information\",,\"x\",\"y\"", NULL, NULL },
	{ "semicolons", "\"m\";\"4624\";\"2\";\"0\";;\"7\";\"P\";\"Security\";\"4\";\"ws1\";;\"2024-04-18 10:14:02\";\"Information\";", NULL, NULL },
	{ "text", "Get-WinEvent : No events were found", NULL, NULL },
	{ "tabs", "\"m\"\t\"4624\"\t\"2\"\t\"0\"\t\t\"7\"\t\"P\"\t\"Security\"\t\"4\"\t\"ws1\"\t\t\"2024-04-18 10:14:02\"\t\"Information\"\t", NULL, NULL },
	{ "a comma", ",", NULL, NULL },
	{ 0 },
};

static void test_windows_csv(void **state)
{
	static const char SPLUNK[] = "_time,_raw,host\n"
				     "2024-04-18T10:14:07.000+0800,\"" "<Event xmlns='" NS "'>" SYSTEM("4624") "</Event>" "\",x\n"
				     "2024-04-18T10:14:08.000+0800,\"04/18/2024 10:14:08 AM\nLogName=Security\nEventCode=4625\nComputerName=ws2\nMessage=a\nb\",x\n"
				     "1713406449,plain,x\n";
	struct textlog_run r;

	(void)state;
	textlog_good(&reader_tables, EVTXECMD, EVTXECMD_GOOD, (struct textlog_with){ 0 });
	textlog_bad(&reader_tables, EVTXECMD, EVTXECMD_BAD, "1,7,2024-04-18 02:14:07,4624,Info,P,S,4,8,ws1,,,,,");
	textlog_good(&reader_tables, WINEVENT, WINEVENT_GOOD, (struct textlog_with){ 0 });
	textlog_bad(&reader_tables, WINEVENT, WINEVENT_BAD, "\"m\",\"4624\",\"2\",\"0\",,\"7\",\"P\",\"Security\",\"4\",\"ws1\",,\"2024-04-18 10:14:02\",\"Information\",");
	textlog_good(&reader_tables, "#TYPE System.Diagnostics.Eventing.Reader.EventLogRecord\n" WINEVENT, WINEVENT_GOOD, (struct textlog_with){ 0 });

	/* data that is no JSON: the event is there, and marked */
	textlog_run_str(&r, &reader_tables, EVTXECMD ROW("{\"\"EventData\"\":") "\n");
	assert_int_equal(r.nevents, 1);
	assert_int_equal(r.events[0].flags, EVENT_PARTIAL);
	textlog_run_done(&r);

	textlog_run_str(&r, &reader_tables, SPLUNK);
	assert_int_equal(r.nevents, 3);
	assert_int_equal(r.ngaps, 0);
	textlog_check_fields("XML in _raw", &r.events[0], "EventID=4624 Channel=Security Computer=ws1");
	textlog_check_fields("pairs in _raw", &r.events[1], "EventID=4625 Channel=Security Computer=ws2");
	assert_string_equal(r.events[2].dataset, "splunk.event");
	assert_int_equal(r.events[2].time_ns, INT64_C(1713406449) * NS_PER_S);
	textlog_run_done(&r);

	textlog_run_str(&r, &reader_tables, "TenantId,TimeGenerated [UTC],Channel,EventID,Computer,EventData\n"
					    "t,\"4/18/2024, 2:14:07.123 AM\",Security,4624,ws1,\"<EventData><Data Name=\"\"A\"\">x</Data></EventData>\"\n");
	assert_int_equal(r.nevents, 1);
	assert_int_equal(r.events[0].basis, TIME_UTC_EXPLICIT);
	textlog_check_fields("Log Analytics", r.events, "EventID=4624 Channel=Security A=x");
	textlog_run_done(&r);

	textlog_run_str(&r, &reader_tables, "Ebene,Datum und Uhrzeit,Quelle,Ereignis-ID,Aufgabenkategorie\n"
					    "Fehler,18.04.2024 10:14:02,DCOM,10016,Keine,\"Text,\nmehr\"\n"
					    "Fehler,18.04.2024 10:14:02,DCOM,10016,Keine\n");
	assert_int_equal(r.nevents, 2);
	assert_string_equal(r.events[0].dataset, "windows.event_text");
	textlog_check_fields("Event Viewer", r.events, "Source=DCOM EventID=10016");
	assert_true(textlog_ecs_has(r.events, "\"message\":\"Text,\\nmehr\""));
	textlog_run_done(&r);
}

/* --- LDIF ----------------------------------------------------------------------------------- */

static const struct textlog_case LDIF_GOOD[] = {
	{ "an entry", "dn: CN=a,DC=corp\nobjectClass: user\nsAMAccountName: alice", "", "dn=CN=a,DC=corp sAMAccountName=alice" },
	{ "a folded line", "dn: CN=a\ndescription: one\n two\n three", "", "description=onetwothree" },
	{ "a folded name", "dn: CN=a,\n DC=corp", "", "dn=CN=a,DC=corp" },
	{ "base64", "dn: CN=a\ncn:: 5rWL6K+V", "", "cn=测试" },
	{ "a name in base64", "dn:: Q049YQ==", "", "dn=CN=a" },
	{ "an identifier", "dn: CN=a\nobjectSid:: AQUAAAAAAAUVAAAAAQAAAAIAAAADAAAAUAQAAA==", "", "objectSid=S-1-5-21-1-2-3-1104" },
	{ "a number of 16 bytes", "dn: CN=a\nobjectGUID:: AAECAwQFBgcICQoLDA0ODw==", "", "objectGUID=03020100-0504-0706-0809-0A0B0C0D0E0F" },
	{ "other bytes", "dn: CN=a\nblob:: AP8=", "", "blob=00FF" },
	{ "base64 in two lines", "dn: CN=a\ncn:: 5rWL\n 6K+V", "", "cn=测试" },
	{ "an option", "dn: CN=a\nuserCertificate;binary:: AP8=", "", "userCertificate=00FF" },
	{ "no value", "dn: CN=a\nl:", "", "l=" },
	{ "a colon in the value", "dn: CN=a\nurl: http://x/y", "", "url=http://x/y" },
	{ "no blank behind the colon", "dn:CN=a\nl:x", "", "dn=CN=a l=x" },
	{ "a comment", "dn: CN=a\n# l: y\nl: x", "", "l=x" },
	{ "an addition", "dn: CN=a\nchangetype: add\nl: x", "", "changetype=add l=x" },
	{ "a modification", "dn: CN=a\nchangetype: modify\nreplace: l\nl: x\n-", "", "changetype=modify replace=l l=x" },
	{ "a deletion", "dn: CN=a\nchangetype: delete", "", "changetype=delete" },
	{ "a new name", "dn: CN=a\nchangetype: modrdn\nnewrdn: CN=b\ndeleteoldrdn: 1", "", "newrdn=CN=b deleteoldrdn=1" },
	{ "a value elsewhere", "dn: CN=a\nphoto:<file:///x.jpg", "", "photo=<file:///x.jpg" },
	{ "an OID", "dn: CN=a\n2.5.4.3: x", "", "2.5.4.3=x" },
	{ 0 },
};

/* Every one stands alone behind a good entry and before another. */
static const char *const LDIF_BAD[] = {
	"dn:", "dn: ", "dn::", "dn:: ====", "dn:: !!!", "dn:\nl: x", "dn:: %%\nl: x", "dn:\n# only a comment", "dn::  \nl: x", "dn:\n-\n-",
};

static void test_ldif(void **state)
{
	struct textlog_run r;
	buf b = { 0 };
	err e = { 0 };

	(void)state;
	textlog_good(&reader_ldif, "", LDIF_GOOD, (struct textlog_with){ 0 });
	textlog_good(&reader_ldif, "version: 1\n\n", LDIF_GOOD, (struct textlog_with){ .window = 1 });
	for (size_t i = 0; i < COUNT(LDIF_BAD); i++) {
		buf_clear(&b);
		buf_printf(&b, "dn: CN=a\nl: x\n\n%s\n\ndn: CN=b\nl: x\n", LDIF_BAD[i]);
		textlog_run(&r, &reader_ldif, str_bytes(buf_view(&b)), (struct textlog_with){ 0 });
		if (r.nevents != 2 || r.ngaps != 1)
			fail_msg("%s: %zu events, %zu gaps", LDIF_BAD[i], r.nevents, r.ngaps);
		textlog_run_done(&r);
	}
	textlog_run_str(&r, &reader_ldif, "dn: CN=a\nobjectClass: top\nobjectClass: user\nobjectClass: computer\ncn: ws1\nmemberOf: g1\nmemberOf: g2\n\n"
					  "dn: CN=b\nobjectClass: user\n\nnot of it\n\ndn: CN=c\nobjectClass: group\n");
	assert_int_equal(r.nevents, 3);
	assert_string_equal(r.events[0].dataset, "ad.computer");
	assert_string_equal(r.events[1].dataset, "ad.user");
	assert_int_equal(r.events[1].flags, EVENT_PARTIAL);
	assert_string_equal(r.events[2].dataset, "ad.object");
	assert_true(textlog_ecs_has(r.events, "\"memberOf\":[\"g1\",\"g2\"]"));
	assert_true(textlog_ecs_has(r.events, "\"hostname\":\"ws1\""));
	textlog_run_done(&r);

	/* a group of many, which takes as many lines */
	buf_clear(&b);
	buf_z(&b, "dn: CN=g\nobjectClass: group\n");
	for (unsigned i = 0; i < 5000; i++)
		buf_printf(&b, "member: CN=u%u,DC=corp\n", i);
	assert_ptr_equal(reader_pick(str_bytes(buf_view(&b)), STR(""), &e), &reader_ldif);
	textlog_run(&r, &reader_ldif, str_bytes(buf_view(&b)), (struct textlog_with){ 0 });
	assert_int_equal(r.nevents, 1);
	assert_int_equal(r.ngaps, 0);
	assert_true(textlog_ecs_has(r.events, "CN=u4999,DC=corp"));
	textlog_run_done(&r);
	buf_done(&b);
}

/* --- logons of Linux ------------------------------------------------------------------------ */

struct logon {
	const char *what;
	uint16_t type;
	const char *line, *user, *host;
	uint8_t address[16];
	uint32_t seconds;
	const char *fields; /* "" where it is cleared and gives none */
};

static const struct logon LOGONS[] = {
	{ "a start", 2, "~", "reboot", "6.1.0-13-amd64", { 0 }, 1713406442, "action=boot kernel=6.1.0-13-amd64 host=" },
	{ "a stop", 1, "~~", "shutdown", "6.1.0-13-amd64", { 0 }, 1713406442, "action=run_level kernel=6.1.0-13-amd64" },
	{ "a login", 7, "pts/0", "deploy", "10.30.4.17", { 10, 30, 4, 17 }, 1713406442, "action=login user=deploy host=10.30.4.17 address=10.30.4.17 line=pts/0 pid=77" },
	{ "IPv6", 7, "pts/1", "a", "2001:db8::1", { 0x20, 0x01, 0x0D, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1 }, 1713406442, "address=2001:db8:0:0:0:0:0:1" },
	{ "a logout", 8, "pts/0", "", "", { 0 }, 1713406442, "action=logout user= host= address=" },
	{ "a getty", 6, "tty1", "LOGIN", "", { 0 }, 1713406442, "action=login_process user=LOGIN" },
	{ "init", 5, "tty1", "", "", { 0 }, 1713406442, "action=init_process" },
	{ "a new clock", 3, "{", "date", "", { 0 }, 1713406442, "action=new_time" },
	{ "an old clock", 4, "|", "date", "", { 0 }, 1713406442, "action=old_time" },
	{ "accounting", 9, "pts/0", "", "", { 0 }, 1713406442, "action=accounting" },
	{ "cleared", 0, "", "", "", { 0 }, 0, "" },
	{ "a name of UTF-8", 7, "pts/0", "张三", "", { 0 }, 1713406442, "user=张三" },
	{ "a name with a line feed", 7, "pts/0", "a\nb", "", { 0 }, 1713406442, "user=a" },
	{ "a name as long as can be", 7, "pts/0", "01234567890123456789012345678901", "", { 0 }, 1713406442, "user=01234567890123456789012345678901" },
	{ "console", 7, ":0", "a", ":0", { 0 }, 1713406442, "host=:0" },
	{ "after 2038", 7, "pts/0", "a", "", { 0 }, 0x90000000u, "user=a" },
	{ "without a time", 7, "pts/0", "a", "", { 0 }, 0, "user=a" },
	{ "a name of another host", 7, "pts/0", "a", "ws1.corp.example", { 0 }, 1713406442, "host=ws1.corp.example address=" },
	{ "a screen", 7, "pts/3", "a", "10.1.1.1:S.0", { 10, 1, 1, 1 }, 1713406442, "host=10.1.1.1:S.0" },
	{ "the user of a service", 7, "ftpd22", "ftp", "10.1.1.1", { 10, 1, 1, 1 }, 1713406442, "line=ftpd22" },
	{ "a type without a text", 8, "", "", "", { 0 }, 1713406442, "action=logout" },
};

static void put_record(uint8_t r[384], const struct logon *l)
{
	memset(r, 0, 384);
	r[0] = (uint8_t)l->type;
	r[4] = 77;
	memcpy(r + 8, l->line, strlen(l->line));
	memcpy(r + 44, l->user, strlen(l->user));
	memcpy(r + 76, l->host, strlen(l->host));
	for (unsigned i = 0; i < 4; i++)
		r[340 + i] = (uint8_t)(l->seconds >> (8 * i));
	r[344] = 7;
	memcpy(r + 348, l->address, 16);
}

static void test_logons(void **state)
{
	uint8_t two[2 * 384];
	struct textlog_run r;
	err e = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(LOGONS); i++) {
		put_record(two, &LOGONS[i]);
		put_record(two + 384, &LOGONS[2]);
		textlog_run(&r, &reader_utmp, (bytes){ two, sizeof two }, (struct textlog_with){ .window = 1, .host = STR("upd01") });
		CHECK(LOGONS[i].what, r.end == READER_END && r.ngaps == 0 && r.nevents == (LOGONS[i].fields[0] ? 2 : 1));
		CHECK_STR(LOGONS[i].what, str_of(r.events[0].host), STR("upd01"));
		textlog_check_fields(LOGONS[i].what, &r.events[0], LOGONS[i].fields);
		textlog_run_done(&r);
	}
	put_record(two, &LOGONS[2]);
	assert_ptr_equal(reader_pick((bytes){ two, 384 }, STR(""), &e), &reader_utmp);
	textlog_run(&r, &reader_utmp, (bytes){ two, 384 }, (struct textlog_with){ .path = STR("wtmp") });
	assert_string_equal(r.events[0].dataset, "linux.wtmp");
	assert_true(textlog_ecs_has(r.events, "\"@timestamp\":\"2024-04-18T02:14:02.000007Z\""));
	assert_true(textlog_ecs_has(r.events, "\"source\":{\"address\":\"10.30.4.17\",\"ip\":\"10.30.4.17\"}"));
	textlog_run_done(&r);
}

/* Where failures are kept is told by what stands there, where that says nothing by the name. */
static void test_failed_logons(void **state)
{
	static const struct logon FAILED = { "", 6, "ssh:notty", "admin", "203.0.113.9", { 203, 0, 113, 9 }, 1713406442, "" };
	uint8_t one[384];
	struct textlog_run r;

	(void)state;
	put_record(one, &FAILED);
	textlog_run(&r, &reader_utmp, (bytes){ one, sizeof one }, (struct textlog_with){ .path = STR("x/wtmp.1") });
	assert_string_equal(r.events[0].dataset, "linux.btmp");
	assert_true(textlog_ecs_has(r.events, "\"outcome\":\"failure\""));
	textlog_run_done(&r);
}

/* One byte of a record that cannot be so: that record is lost, the next is read. */
static void test_bad_logons(void **state)
{
	static const struct {
		const char *what;
		size_t at;
		uint8_t byte;
	} BAD[] = {
		{ "a type that is none", 0, 10 },	{ "a type of two bytes", 1, 1 },
		{ "something between", 2, 1 },		{ "something else between", 3, 0x80 },
		{ "a microsecond too many", 346, 0x10 },	{ "microseconds below zero", 347, 0xFF },
		{ "something behind", 364, 1 },		{ "something at the end", 383, 1 },
		{ "a control character for a line", 8, 1 }, { "a control character in a host", 76, 27 },
		{ "a line feed in a host", 77, '\n' },
	};
	uint8_t two[2 * 384];
	struct textlog_run r;

	(void)state;
	for (size_t i = 0; i < COUNT(BAD); i++) {
		put_record(two, &LOGONS[2]);
		put_record(two + 384, &LOGONS[2]);
		two[BAD[i].at] = BAD[i].byte;
		textlog_run(&r, &reader_utmp, (bytes){ two, sizeof two }, (struct textlog_with){ 0 });
		CHECK(BAD[i].what, r.nevents == 1 && r.ngaps == 1 && r.gaps[0].kind == GAP_DAMAGED && r.gaps[0].to == 384);
		textlog_run_done(&r);
	}
	textlog_run(&r, &reader_utmp, (bytes){ two + 384, 300 }, (struct textlog_with){ 0 });
	assert_int_equal(r.ngaps, 1);
	assert_int_equal(r.gaps[0].kind, GAP_TRUNCATED);
	textlog_run_done(&r);
	memset(two + 384, 0, 384);
	textlog_run(&r, &reader_utmp, (bytes){ two, 384 + 100 }, (struct textlog_with){ 0 });
	assert_int_equal(r.ngaps, 1); /* the record before is bad; zeros behind are none */
	textlog_run_done(&r);
	memset(two, 0, sizeof two);
	assert_int_equal(reader_utmp.probe((bytes){ two, sizeof two }, STR("wtmp")), 0);
}

/* --- journald's export form ----------------------------------------------------------------- */

#define J "__CURSOR=s\n__REALTIME_TIMESTAMP=1713406442917000\n_HOSTNAME=upd01\n"

static const struct {
	const char *what, *entry;
	size_t len; /* 0: a string */
	const char *fields;
} JOURNAL[] = {
	{ "a message", J "MESSAGE=hello", 0, "MESSAGE=hello _HOSTNAME=upd01" },
	{ "an empty message", J "MESSAGE=", 0, "MESSAGE=" },
	{ "an equals sign in it", J "MESSAGE=a=b", 0, "MESSAGE=a=b" },
	{ "process and unit", J "_PID=22\n_COMM=sshd\n_SYSTEMD_UNIT=ssh.service\nMESSAGE=m", 0, "_PID=22 _COMM=sshd _SYSTEMD_UNIT=ssh.service" },
	{ "UTF-8", J "MESSAGE=张三", 0, "MESSAGE=张三" },
	{ "a digit in a name", J "X_2=y\nMESSAGE=m", 0, "X_2=y" },
	{ "bytes", J "MESSAGE\n\3\0\0\0\0\0\0\0a\nb", sizeof(J "MESSAGE\n") + 10, "MESSAGE=a" },
	{ "bytes with a blank line", J "MESSAGE\n\4\0\0\0\0\0\0\0x\n\ny", sizeof(J "MESSAGE\n") + 11, "MESSAGE=x" },
	{ "no bytes", J "MESSAGE\n\0\0\0\0\0\0\0\0", sizeof(J "MESSAGE\n") + 7, "MESSAGE=" },
	{ "bytes, then text", J "MESSAGE\n\1\0\0\0\0\0\0\0x\nA=b", sizeof(J "MESSAGE\n") + 12, "MESSAGE=x A=b" },
	{ "a carriage return in it", J "MESSAGE=a\rb", 0, NULL },
	{ "priority", J "PRIORITY=3\nMESSAGE=m", 0, "PRIORITY=3" },
	{ "a command line", J "_CMDLINE=cp /a /b\nMESSAGE=m", 0, NULL },
	{ "no cursor", "__REALTIME_TIMESTAMP=1713406442917000\n_HOSTNAME=upd01\nMESSAGE=m", 0, "MESSAGE=m" },
	{ "the time last", "_HOSTNAME=upd01\nMESSAGE=m\n__REALTIME_TIMESTAMP=1713406442917000", 0, "MESSAGE=m" },
	{ "audit fields", J "_AUDIT_SESSION=3\n_AUDIT_LOGINUID=1000\nMESSAGE=m", 0, "_AUDIT_SESSION=3" },
	{ "a kernel's message", J "_TRANSPORT=kernel\nSYSLOG_IDENTIFIER=kernel\nMESSAGE=m", 0, "_TRANSPORT=kernel" },
	{ "a core dump", J "COREDUMP_SIGNAL=11\nMESSAGE_ID=fc2e22bc6ee647b6b90729ab34a250b1\nMESSAGE=m", 0, "COREDUMP_SIGNAL=11" },
	{ "a sequence number", J "__SEQNUM=12\nMESSAGE=m", 0, "__SEQNUM=12" },
	{ "nothing but its time", J, sizeof J - 2, "_HOSTNAME=upd01" },
};

static const struct {
	const char *what, *entry;
	size_t len;
} BAD_JOURNAL[] = {
	{ "no time", "MESSAGE=m\n_PID=1", 0 },
	{ "a name in lower case", J "message=m", 0 },
	{ "a name that begins with a digit", J "2X=m", 0 },
	{ "no name", J "=m", 0 },
	{ "a blank in a name", J "A B=m", 0 },
	{ "text", "-- Logs begin at Thu 2024-04-18 --", 0 },
	{ "a name of Chinese", J "消息=m", 0 },
	{ "a name that is too long", J "A0123456789012345678901234567890123456789012345678901234567890123456789=m", 0 },
	{ "bytes that end elsewhere than they say", J "MESSAGE\n\1\0\0\0\0\0\0\0xyz", sizeof(J "MESSAGE\n") + 10 },
	{ "more bytes than we read", J "MESSAGE\n\0\0\0\1\0\0\0\0x", sizeof(J "MESSAGE\n") + 8 },
	{ "more bytes than there can be", J "MESSAGE\n\377\377\377\377\377\377\377\377x", sizeof(J "MESSAGE\n") + 8 },
};

static void test_journal(void **state)
{
	static const char NEXT[] = "\n\n" J "MESSAGE=next\n\n";
	struct textlog_run r;
	buf b = { 0 };
	err e = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(JOURNAL); i++) {
		size_t len = JOURNAL[i].len ? JOURNAL[i].len : strlen(JOURNAL[i].entry);

		buf_clear(&b);
		buf_add(&b, JOURNAL[i].entry, len);
		buf_z(&b, NEXT);
		CHECK(JOURNAL[i].what, reader_pick(str_bytes(buf_view(&b)), STR(""), &e) == &reader_journalexport);
		textlog_run(&r, &reader_journalexport, str_bytes(buf_view(&b)), (struct textlog_with){ .window = 1 });
		if (r.nevents != 2 || r.ngaps)
			fail_msg("%s: %zu events, %zu gaps: %s", JOURNAL[i].what, r.nevents, r.ngaps, r.gaps[0].text);
		CHECK_STR(JOURNAL[i].what, str_of(r.events[0].dataset), STR("system.journal"));
		CHECK_STR(JOURNAL[i].what, str_of(r.events[0].host), STR("upd01"));
		CHECK(JOURNAL[i].what, r.events[0].time_ns == INT64_C(1713406442917) * 1000000);
		if (JOURNAL[i].fields)
			textlog_check_fields(JOURNAL[i].what, &r.events[0], JOURNAL[i].fields);
		textlog_run_done(&r);
	}
	for (size_t i = 0; i < COUNT(BAD_JOURNAL); i++) {
		buf_clear(&b);
		buf_add(&b, BAD_JOURNAL[i].entry, BAD_JOURNAL[i].len ? BAD_JOURNAL[i].len : strlen(BAD_JOURNAL[i].entry));
		buf_z(&b, NEXT);
		textlog_run(&r, &reader_journalexport, str_bytes(buf_view(&b)), (struct textlog_with){ 0 });
		if (r.nevents != 1 || r.ngaps != 1)
			fail_msg("%s: %zu events, %zu gaps", BAD_JOURNAL[i].what, r.nevents, r.ngaps);
		textlog_check_fields(BAD_JOURNAL[i].what, r.events, "MESSAGE=next");
		textlog_run_done(&r);
	}
	textlog_run_str(&r, &reader_journalexport, J "TAG=a\nTAG=b\nMESSAGE=m\n");
	assert_int_equal(r.nevents, 1);
	assert_true(textlog_ecs_has(r.events, "\"TAG\":[\"a\",\"b\"]"));
	textlog_run_done(&r);
	textlog_run_str(&r, &reader_journalexport, J "MESSAGE=cut");
	assert_int_equal(r.ngaps, 1);
	assert_int_equal(r.gaps[0].kind, GAP_TRUNCATED);
	textlog_run_done(&r);
	buf_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_xml),	   cmocka_unit_test(test_xml_around),
		cmocka_unit_test(test_xml_hostile), cmocka_unit_test(test_windows_csv),
		cmocka_unit_test(test_ldif),	   cmocka_unit_test(test_logons),
		cmocka_unit_test(test_failed_logons), cmocka_unit_test(test_bad_logons),
		cmocka_unit_test(test_journal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
