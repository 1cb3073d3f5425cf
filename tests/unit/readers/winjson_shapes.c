/* Every shape gives the columns that the EVTX reader would give. */
#include "readers/json_run.h"
#include "unit.h"

#define NS(s) ((s) * INT64_C(1000000000))
#define T0 INT64_C(1713406447) /* 2024-04-18T02:14:07Z */

static const struct {
	const char *what;
	const char *in;
	const char *event; /* of the output, from {"Event": to the end of that member */
	int64_t time_ns;
	enum time_basis basis;
} SHAPES[] = {
	{ "evtx_dump",
	  "{\"Event\":{\"#attributes\":{\"xmlns\":\"u\"},\"System\":{\"Provider\":{\"#attributes\":{\"Name\":\"P\"}},"
	  "\"EventID\":{\"#attributes\":{\"Qualifiers\":16384},\"#text\":7036},\"Correlation\":null,"
	  "\"TimeCreated\":{\"#attributes\":{\"SystemTime\":\"2024-04-18T02:14:07.112904Z\"}},"
	  "\"Channel\":\"System\"},\"EventData\":{\"Data\":{\"#text\":[\"a\",\"b\"]},\"Binary\":null}}}",
	  "{\"Event\":{\"#attributes\":{\"xmlns\":\"u\"},\"System\":{\"Provider\":{\"#attributes\":{\"Name\":\"P\"}},"
	  "\"EventID\":{\"#attributes\":{\"Qualifiers\":16384},\"#text\":7036},\"Correlation\":null,"
	  "\"TimeCreated\":{\"#attributes\":{\"SystemTime\":\"2024-04-18T02:14:07.112904Z\"}},"
	  "\"Channel\":\"System\"},\"EventData\":{\"Data\":{\"#text\":[\"a\",\"b\"]},\"Binary\":null}}",
	  NS(T0) + 112904000, TIME_UTC_EXPLICIT },
	{ "evtx_dump with attributes apart",
	  "{\"Event_attributes\":{\"xmlns\":\"u\"},\"Event\":{\"System\":{\"Provider_attributes\":{\"Name\":\"P\"},"
	  "\"EventID_attributes\":{\"Qualifiers\":1},\"EventID\":7,\"TimeCreated_attributes\":"
	  "{\"SystemTime\":\"2024-04-18T02:14:07Z\"}},\"EventData\":{\"x_attributes\":\"kept\"}}}",
	  "{\"Event\":{\"#attributes\":{\"xmlns\":\"u\"},\"System\":{\"Provider\":{\"#attributes\":{\"Name\":\"P\"}},"
	  "\"EventID\":{\"#attributes\":{\"Qualifiers\":1},\"#text\":7},\"TimeCreated\":{\"#attributes\":"
	  "{\"SystemTime\":\"2024-04-18T02:14:07Z\"}}},\"EventData\":{\"x_attributes\":\"kept\"}}",
	  NS(T0), TIME_UTC_EXPLICIT },
	{ "Winlogbeat, nested; the collector is not the computer",
	  "{\"@timestamp\":\"2024-04-18T02:14:07.112Z\",\"host\":{\"name\":\"collector\"},\"message\":\"m\","
	  "\"winlog\":{\"channel\":\"Security\",\"event_id\":\"4624\",\"computer_name\":\"dc1\",\"record_id\":9,"
	  "\"process\":{\"pid\":7,\"thread\":{\"id\":8}},\"event_data\":{\"TargetUserName\":\"anna\"}}}",
	  "{\"Event\":{\"System\":{\"EventID\":\"4624\",\"TimeCreated\":{\"#attributes\":{\"SystemTime\":"
	  "\"2024-04-18T02:14:07.112Z\"}},\"EventRecordID\":9,\"Execution\":{\"#attributes\":{\"ProcessID\":7,"
	  "\"ThreadID\":8}},\"Channel\":\"Security\",\"Computer\":\"dc1\"},\"EventData\":{\"TargetUserName\":"
	  "\"anna\"}}",
	  NS(T0) + 112000000, TIME_UTC_EXPLICIT },
	{ "Winlogbeat, dotted names",
	  "{\"@timestamp\":\"2024-04-18T02:14:07Z\",\"winlog.channel\":\"Security\",\"winlog.event_id\":4624,"
	  "\"winlog.event_data.IpAddress\":\"10.0.0.5\"}",
	  "{\"Event\":{\"System\":{\"EventID\":4624,\"TimeCreated\":{\"#attributes\":{\"SystemTime\":"
	  "\"2024-04-18T02:14:07Z\"}},\"Channel\":\"Security\"},\"EventData\":{\"IpAddress\":\"10.0.0.5\"}}",
	  NS(T0), TIME_UTC_EXPLICIT },
	{ "Winlogbeat, user data under the element that xml_name tells",
	  "{\"@timestamp\":\"2024-04-18T02:14:07Z\",\"winlog\":{\"channel\":\"Security\",\"event_id\":1102,"
	  "\"user_data\":{\"xml_name\":\"LogFileCleared\",\"SubjectUserName\":\"a\"}}}",
	  "{\"Event\":{\"System\":{\"EventID\":1102,\"TimeCreated\":{\"#attributes\":{\"SystemTime\":"
	  "\"2024-04-18T02:14:07Z\"}},\"Channel\":\"Security\"},\"UserData\":{\"LogFileCleared\":"
	  "{\"SubjectUserName\":\"a\"}}}",
	  NS(T0), TIME_UTC_EXPLICIT },
	{ "Elasticsearch _source",
	  "{\"_index\":\"i\",\"_source\":{\"@timestamp\":\"2024-04-18T02:14:07Z\",\"winlog\":{\"channel\":"
	  "\"System\",\"event_id\":7045,\"event_data\":{\"ServiceName\":\"s\"}}}}",
	  "{\"Event\":{\"System\":{\"EventID\":7045,\"TimeCreated\":{\"#attributes\":{\"SystemTime\":"
	  "\"2024-04-18T02:14:07Z\"}},\"Channel\":\"System\"},\"EventData\":{\"ServiceName\":\"s\"}}",
	  NS(T0), TIME_UTC_EXPLICIT },
	{ "Elasticsearch fields: arrays of one are values, of more stay arrays",
	  "{\"_index\":\"i\",\"fields\":{\"@timestamp\":[\"2024-04-18T02:14:07Z\"],\"winlog.channel\":[\"S\"],"
	  "\"winlog.event_id\":[\"1\"],\"winlog.event_data.A\":[\"x\",\"y\"]}}",
	  "{\"Event\":{\"System\":{\"EventID\":\"1\",\"TimeCreated\":{\"#attributes\":{\"SystemTime\":"
	  "\"2024-04-18T02:14:07Z\"}},\"Channel\":\"S\"},\"EventData\":{\"A\":[\"x\",\"y\"]}}",
	  NS(T0), TIME_UTC_EXPLICIT },
	{ "NXLog: local time with the zone that the receipt shows, its own PID and type apart",
	  "{\"EventTime\":\"2024-04-17 22:14:07\",\"EventReceivedTime\":\"2024-04-17 22:14:09\","
	  "\"@timestamp\":\"2024-04-18T02:14:10.5Z\",\"Hostname\":\"w1\",\"Keywords\":-9214364837600034816,"
	  "\"EventType\":\"AUDIT_SUCCESS\",\"EventID\":4688,\"SourceName\":\"P\",\"ProcessID\":700,"
	  "\"ThreadID\":12,\"Channel\":\"Security\",\"Message\":\"m\",\"NewProcessName\":\"C:\\\\x.exe\","
	  "\"ProcessId\":\"0x2bc\",\"SourceModuleName\":\"in\"}",
	  "{\"Event\":{\"System\":{\"Provider\":{\"#attributes\":{\"Name\":\"P\"}},\"EventID\":4688,"
	  "\"Keywords\":\"0x8020000000000000\",\"TimeCreated\":{\"#attributes\":{\"SystemTime\":"
	  "\"2024-04-18T02:14:07Z\"}},\"Execution\":{\"#attributes\":{\"ProcessID\":700,\"ThreadID\":12}},"
	  "\"Channel\":\"Security\",\"Computer\":\"w1\"},\"EventData\":{\"NewProcessName\":\"C:\\\\x.exe\","
	  "\"ProcessId\":\"0x2bc\"}}",
	  NS(T0), TIME_OFFSET_EXPLICIT },
	{ "NXLog: nothing shows the zone",
	  "{\"EventTime\":\"2024-04-18 02:14:07\",\"Hostname\":\"w1\",\"EventID\":1,\"Channel\":\"System\","
	  "\"SourceModuleName\":\"in\"}",
	  "{\"Event\":{\"System\":{\"EventID\":1,\"TimeCreated\":{\"#attributes\":{\"SystemTime\":"
	  "\"2024-04-18T02:14:07\"}},\"Channel\":\"System\",\"Computer\":\"w1\"}}",
	  NS(T0), TIME_LOCAL_ASSUMED },
	{ "OTRF: ProcessID belongs to the event, EventType to Sysmon",
	  "{\"TimeCreated\":\"2024-04-18T02:14:07.410Z\",\"@timestamp\":\"2024-04-18T02:15:00Z\",\"Hostname\":"
	  "\"w\",\"Channel\":\"Security\",\"EventID\":5156,\"ProcessID\":\"3108\",\"EventType\":\"CreateKey\","
	  "\"EventTypeOrignal\":\"INFO\",\"Message\":\"x\"}",
	  "{\"Event\":{\"System\":{\"EventID\":5156,\"TimeCreated\":{\"#attributes\":{\"SystemTime\":"
	  "\"2024-04-18T02:14:07.410Z\"}},\"Channel\":\"Security\",\"Computer\":\"w\"},\"EventData\":"
	  "{\"EventType\":\"CreateKey\",\"ProcessID\":\"3108\"}}",
	  NS(T0) + 410000000, TIME_UTC_EXPLICIT },
	{ "Sentinel: EventData is JSON in a string",
	  "{\"TimeGenerated\":\"2024-04-18T02:14:07Z\",\"Provider\":\"P\",\"Channel\":\"C\",\"Computer\":\"w\","
	  "\"EventID\":3,\"EventData\":\"{\\\"Image\\\":\\\"C:\\\\\\\\a.exe\\\"}\",\"Type\":\"WindowsEvent\"}",
	  "{\"Event\":{\"System\":{\"Provider\":{\"#attributes\":{\"Name\":\"P\"}},\"EventID\":3,\"TimeCreated\":"
	  "{\"#attributes\":{\"SystemTime\":\"2024-04-18T02:14:07Z\"}},\"Channel\":\"C\",\"Computer\":\"w\"},"
	  "\"EventData\":{\"Image\":\"C:\\\\a.exe\"}}",
	  NS(T0), TIME_UTC_EXPLICIT },
	{ "Wazuh: names restored, backslashes written twice",
	  "{\"timestamp\":\"2024-04-18T02:14:09.5+0000\",\"data\":{\"win\":{\"system\":{\"providerName\":\"P\","
	  "\"eventID\":\"10\",\"systemTime\":\"2024-04-18T02:14:07.1Z\",\"channel\":\"C\",\"computer\":\"w\"},"
	  "\"eventdata\":{\"sourceProcessGUID\":\"g\",\"ipAddress\":\"1.2.3.4\",\"param1\":\"p\",\"image\":"
	  "\"C:\\\\\\\\a.exe\",\"commandLine\":\"\\\\\\\"x\\\\\\\"\"}}}}",
	  "{\"Event\":{\"System\":{\"Provider\":{\"#attributes\":{\"Name\":\"P\"}},\"EventID\":\"10\",\"TimeCreated\":"
	  "{\"#attributes\":{\"SystemTime\":\"2024-04-18T02:14:07.100Z\"}},\"Channel\":\"C\",\"Computer\":\"w\"},"
	  "\"EventData\":{\"CommandLine\":\"\\\"x\\\"\",\"Image\":\"C:\\\\a.exe\",\"IpAddress\":\"1.2.3.4\","
	  "\"SourceProcessGUID\":\"g\",\"param1\":\"p\"}}",
	  NS(T0) + 100000000, TIME_UTC_EXPLICIT },
	{ "Wazuh: backslashes written once stay",
	  "{\"data\":{\"win\":{\"system\":{\"eventID\":\"1\",\"systemTime\":\"2024-04-18T02:14:07Z\"},"
	  "\"eventdata\":{\"image\":\"C:\\\\a\",\"path\":\"\\\\\\\\srv\\\\x\"}}}}",
	  "{\"Event\":{\"System\":{\"EventID\":\"1\",\"TimeCreated\":{\"#attributes\":{\"SystemTime\":"
	  "\"2024-04-18T02:14:07Z\"}}},\"EventData\":{\"Image\":\"C:\\\\a\",\"Path\":\"\\\\\\\\srv\\\\x\"}}",
	  NS(T0), TIME_UTC_EXPLICIT },
	{ "Wazuh archive: the event only in full_log",
	  "{\"timestamp\":\"x\",\"full_log\":\"{\\\"win\\\":{\\\"system\\\":{\\\"eventID\\\":\\\"1102\\\","
	  "\\\"systemTime\\\":\\\"2024-04-18T02:14:07Z\\\",\\\"channel\\\":\\\"Security\\\"},"
	  "\\\"logFileCleared\\\":{\\\"subjectUserName\\\":\\\"a\\\"}}}\",\"location\":\"EventChannel\"}",
	  "{\"Event\":{\"System\":{\"EventID\":\"1102\",\"TimeCreated\":{\"#attributes\":{\"SystemTime\":"
	  "\"2024-04-18T02:14:07Z\"}},\"Channel\":\"Security\"},\"UserData\":{\"LogFileCleared\":"
	  "{\"SubjectUserName\":\"a\"}}}",
	  NS(T0), TIME_UTC_EXPLICIT },
	{ "Velociraptor: seconds with a fraction, EventID with a value, unnamed data",
	  "{\"System\":{\"Provider\":{\"Name\":\"P\"},\"EventID\":{\"Value\":400,\"Qualifiers\":1},\"TimeCreated\":"
	  "{\"SystemTime\":1713406447.112904},\"Execution\":{\"ProcessID\":1},\"Channel\":\"C\"},\"EventData\":"
	  "{\"Data\":[\"a\",\"b\"]},\"Message\":\"m\",\"OSPath\":\"p\"}",
	  "{\"Event\":{\"System\":{\"Provider\":{\"#attributes\":{\"Name\":\"P\"}},\"EventID\":{\"#attributes\":"
	  "{\"Qualifiers\":1},\"#text\":400},\"TimeCreated\":{\"#attributes\":{\"SystemTime\":"
	  "\"2024-04-18T02:14:07.112904Z\"}},\"Execution\":{\"#attributes\":{\"ProcessID\":1}},\"Channel\":\"C\"},"
	  "\"EventData\":{\"Data\":{\"#text\":[\"a\",\"b\"]}}}",
	  NS(T0) + 112904000, TIME_UTC_BY_SPEC },
	{ "Velociraptor's hunter: what stands beside EventData is not event data",
	  "{\"EventTime\":\"2024-04-18T02:14:07Z\",\"Computer\":\"s\",\"Channel\":\"System\",\"Provider\":\"P\","
	  "\"EventID\":7045,\"UserSID\":\"S-1-5-18\",\"Username\":\"u\",\"EventData\":{\"ServiceName\":\"x\"},"
	  "\"UserData\":null}",
	  "{\"Event\":{\"System\":{\"Provider\":{\"#attributes\":{\"Name\":\"P\"}},\"EventID\":7045,\"TimeCreated\":"
	  "{\"#attributes\":{\"SystemTime\":\"2024-04-18T02:14:07Z\"}},\"Channel\":\"System\",\"Computer\":\"s\","
	  "\"Security\":{\"#attributes\":{\"UserID\":\"S-1-5-18\"}}},\"EventData\":{\"ServiceName\":\"x\"}}",
	  NS(T0), TIME_UTC_EXPLICIT },
	{ "Splunk, XML",
	  "{\"preview\":false,\"result\":{\"_raw\":\"<Event xmlns='u'><System><Provider Name='P'/><EventID "
	  "Qualifiers='4'>7</EventID><TimeCreated SystemTime='2024-04-18T02:14:07Z'/><Correlation/></System>"
	  "<EventData><Data Name='Threat Name'>a &amp; b</Data><Data>u</Data></EventData></Event>\"}}",
	  "{\"Event\":{\"#attributes\":{\"xmlns\":\"u\"},\"System\":{\"Provider\":{\"#attributes\":{\"Name\":\"P\"}},"
	  "\"EventID\":{\"#attributes\":{\"Qualifiers\":\"4\"},\"#text\":\"7\"},\"TimeCreated\":{\"#attributes\":"
	  "{\"SystemTime\":\"2024-04-18T02:14:07Z\"}},\"Correlation\":null},\"EventData\":{\"Threat Name\":"
	  "\"a & b\",\"Data\":{\"#text\":\"u\"}}}",
	  NS(T0), TIME_UTC_EXPLICIT },
	{ "Splunk, classic text",
	  "{\"result\":{\"_raw\":\"04/18/2024 02:14:07 AM\\nLogName=Security\\nEventCode=4624\\nEventType=0\\n"
	  "ComputerName=dc1\\nRecordNumber=99\\nMessage=Logged on.\\n\\nSubject:\\n\\tLogon ID=1\\n\","
	  "\"_time\":\"2024-04-18 02:14:07.000 UTC\"}}",
	  "{\"Event\":{\"System\":{\"EventID\":\"4624\",\"TimeCreated\":{\"#attributes\":{\"SystemTime\":"
	  "\"2024-04-18T02:14:07Z\"}},\"EventRecordID\":\"99\",\"Channel\":\"Security\",\"Computer\":\"dc1\"}}",
	  NS(T0), TIME_UTC_EXPLICIT },
	{ "GELF by NXLog",
	  "{\"version\":\"1.1\",\"host\":\"w1\",\"short_message\":\"x\",\"timestamp\":1713406447.112,"
	  "\"_EventID\":4624,\"_Channel\":\"Security\",\"_TargetUserName\":\"anna\"}",
	  "{\"Event\":{\"System\":{\"EventID\":4624,\"TimeCreated\":{\"#attributes\":{\"SystemTime\":"
	  "\"2024-04-18T02:14:07.112Z\"}},\"Channel\":\"Security\",\"Computer\":\"w1\"},\"EventData\":"
	  "{\"TargetUserName\":\"anna\"}}",
	  NS(T0) + 112000000, TIME_UTC_BY_SPEC },
	{ "GELF by Winlogbeat",
	  "{\"version\":\"1.1\",\"host\":\"c\",\"short_message\":\"x\",\"timestamp\":1713406447,"
	  "\"_winlogbeat_winlog_channel\":\"S\",\"_winlogbeat_winlog_event_id\":\"1\","
	  "\"_winlogbeat_winlog_event_data_Image\":\"i\",\"_winlogbeat_winlog_computer_name\":\"w\"}",
	  "{\"Event\":{\"System\":{\"EventID\":\"1\",\"TimeCreated\":{\"#attributes\":{\"SystemTime\":"
	  "\"2024-04-18T02:14:07Z\"}},\"Channel\":\"S\",\"Computer\":\"w\"},\"EventData\":{\"Image\":\"i\"}}",
	  NS(T0), TIME_UTC_BY_SPEC },
	{ "Winlogbeat 6",
	  "{\"@timestamp\":\"2024-04-18T02:14:07Z\",\"log_name\":\"S\",\"event_id\":1,\"source_name\":\"P\","
	  "\"computer_name\":\"w\",\"event_data\":{\"A\":\"b\"}}",
	  "{\"Event\":{\"System\":{\"Provider\":{\"#attributes\":{\"Name\":\"P\"}},\"EventID\":1,\"TimeCreated\":"
	  "{\"#attributes\":{\"SystemTime\":\"2024-04-18T02:14:07Z\"}},\"Channel\":\"S\",\"Computer\":\"w\"},"
	  "\"EventData\":{\"A\":\"b\"}}",
	  NS(T0), TIME_UTC_EXPLICIT },
	{ "Get-WinEvent | ConvertTo-Json",
	  "{\"Id\":7045,\"RecordId\":1,\"ProviderName\":\"P\",\"LogName\":\"System\",\"ProcessId\":7,\"MachineName\":"
	  "\"s\",\"UserId\":{\"Value\":\"S-1-5-18\"},\"TimeCreated\":\"/Date(1713406447112)/\",\"Properties\":"
	  "[{\"Value\":\"a\"},{\"Value\":2}]}",
	  "{\"Event\":{\"System\":{\"Provider\":{\"#attributes\":{\"Name\":\"P\"}},\"EventID\":7045,\"TimeCreated\":"
	  "{\"#attributes\":{\"SystemTime\":\"2024-04-18T02:14:07.112Z\"}},\"EventRecordID\":1,\"Execution\":"
	  "{\"#attributes\":{\"ProcessID\":7}},\"Channel\":\"System\",\"Computer\":\"s\",\"Security\":"
	  "{\"#attributes\":{\"UserID\":\"S-1-5-18\"}}},\"EventData\":{\"Data\":{\"#text\":[\"a\",2]}}}",
	  NS(T0) + 112000000, TIME_UTC_BY_SPEC },
};

/* What stands in "Event", without what lies beside it. */
static str event_part(const char *json)
{
	str s = str_of(json);
	size_t other = str_find(s, STR(",\"#other\":"));

	return other == SIZE_MAX ? (str){ s.ptr, s.len - 1 } : (str){ s.ptr, other };
}

static void shapes_give_the_same_columns(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(SHAPES); i++) {
		struct run r;

		run_str(&r, str_of(SHAPES[i].in));
		CHECK(SHAPES[i].what, r.end == READER_END && r.ngaps == 0 && r.nevents == 1);
		CHECK(SHAPES[i].what, r.events[0].family == FAMILY_WINDOWS);
		CHECK_STR(SHAPES[i].what, event_part(r.events[0].json), str_of(SHAPES[i].event));
		CHECK(SHAPES[i].what, r.events[0].time_ns == SHAPES[i].time_ns);
		CHECK(SHAPES[i].what, r.events[0].basis == SHAPES[i].basis);
		run_done(&r);
	}
}

static void shapes_are_probed_as_windows(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(SHAPES); i++)
		CHECK(SHAPES[i].what,
		      reader_winjson.probe(str_bytes(str_of(SHAPES[i].in)), STR("")) >= 80);
}

/* --- names ---------------------------------------------------------------------------------- */

struct wanted {
	const char *path, *name;
	uint8_t section, flags;
	bool seen;
};

static void look_names(void *ctx, const event *ev)
{
	struct wanted *w = ctx;

	for (; w->path; w++) {
		for (uint32_t i = 0; i < ev->schema->ncolumns; i++) {
			const struct column *c = &ev->schema->columns[i];

			if (!str_eq(c->path, str_of(w->path)) || w->seen)
				continue;
			w->seen = true;
			CHECK_STR(w->path, c->name, str_of(w->name));
			CHECK(w->path, c->section == w->section);
			CHECK(w->path, c->flags == w->flags);
		}
	}
}

static void names_are_those_of_sigma(void **state)
{
	static const char IN[] =
		"{\"Event\":{\"#attributes\":{\"xmlns\":\"u\"},\"System\":{\"Provider\":{\"#attributes\":"
		"{\"Name\":\"P\"}},\"EventID\":{\"#attributes\":{\"Qualifiers\":1},\"#text\":2},\"Security\":null},"
		"\"EventData\":{\"#attributes\":{\"Name\":\"N\"},\"Threat Name\":\"t\",\"A\":\"1\",\"A_1\":\"2\","
		"\"B_1\":\"3\",\"Data\":{\"#text\":\"d\"},\"a/b\":\"s\"},\"UserData\":{\"X\":{\"#attributes\":"
		"{\"xmlns:n\":\"u\"},\"Leaf One\":\"l\",\"Deep\":{\"#attributes\":{\"q\":\"v\"}}}},"
		"\"ProcessingErrorData\":{\"ErrorCode\":15005}},\"extra\":{\"x\":1},\"message\":\"m\"}";
	struct wanted want[] = {
		{ "@xmlns", "xmlns", SECTION_OTHER, COLUMN_F_ATTRIBUTE | COLUMN_F_HIDDEN, false },
		{ "System/Provider/@Name", "Provider_Name", SECTION_SYSTEM, COLUMN_F_ATTRIBUTE, false },
		{ "System/EventID/@Qualifiers", "EventID_Qualifiers", SECTION_SYSTEM, COLUMN_F_ATTRIBUTE,
		  false },
		{ "System/EventID", "EventID", SECTION_SYSTEM, 0, false },
		{ "System/Security", "Security", SECTION_SYSTEM, 0, false },
		{ "EventData/@Name", "Name", SECTION_EVENTDATA, COLUMN_F_ATTRIBUTE, false },
		{ "EventData/Threat Name", "ThreatName", SECTION_EVENTDATA, 0, false },
		{ "EventData/A_1", "A", SECTION_EVENTDATA, 0, false }, /* the second A */
		{ "EventData/B_1", "B_1", SECTION_EVENTDATA, 0, false }, /* no first B: its own name */
		{ "EventData/Data", "Data", SECTION_EVENTDATA, COLUMN_F_UNNAMED, false },
		{ "EventData/a/b", "a/b", SECTION_EVENTDATA, 0, false },
		{ "UserData/X/@xmlns:n", "xmlns:n", SECTION_USERDATA, COLUMN_F_ATTRIBUTE | COLUMN_F_HIDDEN,
		  false },
		{ "UserData/X/Leaf One", "LeafOne", SECTION_USERDATA, 0, false },
		{ "UserData/X/Deep/@q", "q", SECTION_USERDATA, COLUMN_F_ATTRIBUTE, false },
		{ "ProcessingErrorData/ErrorCode", "ErrorCode", SECTION_OTHER, 0, false },
		{ "#other/extra.x", "extra.x", SECTION_OTHER, 0, false },
		{ "#other/message", "message", SECTION_OTHER, COLUMN_F_HIDDEN, false },
		{ NULL, NULL, 0, 0, false },
	};
	struct run r;

	(void)state;
	run_bytes(&r, str_bytes(str_of(IN)), 0, look_names, want);
	assert_int_equal(r.nevents, 1);
	for (struct wanted *w = want; w->path; w++)
		CHECK(w->path, w->seen);
	run_done(&r);
}

static void look_well_known(void *ctx, const event *ev)
{
	uint64_t id = 0;
	int *n = ctx;

	assert_true(value_u64(event_wk(ev, WK_EVENT_ID), &id));
	assert_int_equal(id, 4624);
	assert_true(value_eq_nocase(event_wk(ev, WK_CHANNEL), STR("security")));
	assert_true(value_eq_nocase(event_wk(ev, WK_COMPUTER), STR("w1")));
	assert_true(ev->schema->wk[WK_TIME_CREATED] >= 0);
	assert_true(schema_find(ev->schema, STR("TargetUserName"), 0) >= 0);
	(*n)++;
}

/* Rules and facts ask for these, whatever wrote the event. */
static void well_known_columns_in_a_mixed_file(void **state)
{
	static const char IN[] =
		"{\"Event\":{\"System\":{\"EventID\":\"4624\",\"Channel\":\"Security\",\"Computer\":\"w1\","
		"\"TimeCreated\":{\"#attributes\":{\"SystemTime\":\"x\"}}},\"EventData\":{\"TargetUserName\":\"a\"}}}\n"
		"{\"winlog\":{\"event_id\":4624,\"channel\":\"Security\",\"computer_name\":\"w1\",\"event_data\":"
		"{\"TargetUserName\":\"a\"}}}\n"
		"{\"data\":{\"win\":{\"system\":{\"eventID\":\"4624\",\"channel\":\"Security\",\"computer\":\"w1\"},"
		"\"eventdata\":{\"targetUserName\":\"a\"}}}}\n"
		"{\"EventID\":4624,\"Channel\":\"Security\",\"Hostname\":\"w1\",\"TargetUserName\":\"a\"}\n"
		"{\"System\":{\"EventID\":{\"Value\":4624},\"Channel\":\"Security\",\"Computer\":\"w1\"},"
		"\"EventData\":{\"TargetUserName\":\"a\"}}\n";
	struct run r;
	int n = 0;

	(void)state;
	run_bytes(&r, str_bytes(str_of(IN)), 0, look_well_known, &n);
	assert_int_equal(n, 5);
	assert_int_equal(r.events[3].record, 4);
	run_done(&r);
}

static void member_order_makes_no_schema(void **state)
{
	static const char IN[] = "{\"EventID\":1,\"Channel\":\"C\",\"A\":1,\"B\":2}\n"
				 "{\"B\":3,\"Channel\":\"C\",\"A\":4,\"EventID\":1}\n";
	struct run r;

	(void)state;
	run_str(&r, str_of(IN));
	assert_int_equal(r.nevents, 2);
	assert_int_equal(r.events[0].schema_id, r.events[1].schema_id);
	assert_non_null(strstr(r.events[1].json, "\"EventData\":{\"A\":4,\"B\":3}"));
	run_done(&r);
}

static void bulk_actions_are_no_events(void **state)
{
	static const char IN[] = "{\"index\":{\"_index\":\"i\",\"_id\":\"1\"}}\n{\"winlog\":{\"channel\":\"C\"}}\n"
				 "{\"index\":{}}\n{\"winlog\":{\"channel\":\"D\"}}\n";
	struct run r;

	(void)state;
	run_str(&r, str_of(IN));
	assert_int_equal(r.nevents, 2);
	assert_int_equal(r.ngaps, 0);
	assert_int_equal(r.events[1].record, 4);
	run_done(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shapes_give_the_same_columns),
		cmocka_unit_test(shapes_are_probed_as_windows),
		cmocka_unit_test(names_are_those_of_sigma),
		cmocka_unit_test(well_known_columns_in_a_mixed_file),
		cmocka_unit_test(member_order_makes_no_schema),
		cmocka_unit_test(bulk_actions_are_no_events),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
