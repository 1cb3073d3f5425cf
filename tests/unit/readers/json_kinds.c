/* Which kind of log a JSON object is of, its time, and what its fields are called. */
#include "readers/json_run.h"
#include "unit.h"

#define NS(s) ((s) * INT64_C(1000000000))
#define T0 INT64_C(1713406447) /* 2024-04-18T02:14:07Z */
#define ISO "\"2024-04-18T02:14:07Z\""

#define ZEEK(more) "{\"ts\":1713406447.5,\"uid\":\"C1\",\"id.orig_h\":\"10.0.0.1\",\"id.resp_h\":\"10.0.0.2\"," more "}"

static const struct {
	const char *what, *in, *dataset;
	int64_t time_ns;
	enum time_basis basis;
	const char *field, *value; /* one that rules use, and its text; NULL: not looked at */
	const char *host;          /* NULL: none */
} T[] = {
	/* Zeek */
	{ "Zeek by its path", "{\"_path\":\"conn\",\"ts\":" ISO ",\"uid\":\"C\"}", "zeek.conn", NS(T0), TIME_UTC_EXPLICIT, "uid", "C", NULL },
	{ "Zeek by a path that we do not know", "{\"_path\":\"my_log\",\"ts\":1713406447}", "zeek.my_log", NS(T0), TIME_UTC_BY_SPEC, NULL, NULL, NULL },
	{ "Zeek, a path that is no name", "{\"_path\":\"../x\",\"ts\":1713406447}", "json", NS(T0), TIME_UTC_BY_SPEC, NULL, NULL, NULL },
	{ "Zeek conn", ZEEK("\"conn_state\":\"SF\",\"history\":\"Sh\""), "zeek.conn", NS(T0) + 500000000, TIME_UTC_BY_SPEC, "id.orig_h", "10.0.0.1", NULL },
	{ "Zeek dns", ZEEK("\"trans_id\":1,\"query\":\"a.example\",\"answers\":[\"1.1.1.1\",\"b\"],\"rejected\":false"), "zeek.dns", NS(T0) + 500000000, TIME_UTC_BY_SPEC, "answers", "1.1.1.1, b", NULL },
	{ "Zeek http", ZEEK("\"trans_depth\":1,\"method\":\"GET\",\"uri\":\"/\",\"status_code\":200"), "zeek.http", NS(T0) + 500000000, TIME_UTC_BY_SPEC, "uri", "/", NULL },
	{ "Zeek smtp", ZEEK("\"trans_depth\":1,\"helo\":\"h\""), "zeek.smtp", NS(T0) + 500000000, TIME_UTC_BY_SPEC, NULL, NULL, NULL },
	{ "Zeek ssl", ZEEK("\"resumed\":false,\"established\":true,\"server_name\":\"s\""), "zeek.ssl", NS(T0) + 500000000, TIME_UTC_BY_SPEC, NULL, NULL, NULL },
	{ "Zeek dce_rpc", ZEEK("\"endpoint\":\"svcctl\",\"operation\":\"CreateServiceW\""), "zeek.dce_rpc", NS(T0) + 500000000, TIME_UTC_BY_SPEC, "operation", "CreateServiceW", NULL },
	{ "Zeek smb_files", ZEEK("\"action\":\"SMB::FILE_OPEN\",\"name\":\"a\",\"path\":\"\\\\\\\\h\\\\c$\""), "zeek.smb_files", NS(T0) + 500000000, TIME_UTC_BY_SPEC, "path", "\\\\h\\c$", NULL },
	{ "Zeek smb_mapping", ZEEK("\"share_type\":\"DISK\""), "zeek.smb_mapping", NS(T0) + 500000000, TIME_UTC_BY_SPEC, NULL, NULL, NULL },
	{ "Zeek ntlm", ZEEK("\"username\":\"u\",\"server_nb_computer_name\":\"S\""), "zeek.ntlm", NS(T0) + 500000000, TIME_UTC_BY_SPEC, NULL, NULL, NULL },
	{ "Zeek kerberos", ZEEK("\"request_type\":\"TGS\",\"client\":\"c\",\"cipher\":\"rc4-hmac\""), "zeek.kerberos", NS(T0) + 500000000, TIME_UTC_BY_SPEC, "cipher", "rc4-hmac", NULL },
	{ "Zeek rdp", ZEEK("\"cookie\":\"a\",\"result\":\"encrypted\""), "zeek.rdp", NS(T0) + 500000000, TIME_UTC_BY_SPEC, NULL, NULL, NULL },
	{ "Zeek ssh", ZEEK("\"version\":2,\"auth_attempts\":1"), "zeek.ssh", NS(T0) + 500000000, TIME_UTC_BY_SPEC, NULL, NULL, NULL },
	{ "Zeek files", "{\"ts\":1713406447,\"fuid\":\"F\",\"source\":\"HTTP\",\"seen_bytes\":1,\"missing_bytes\":0}", "zeek.files", NS(T0), TIME_UTC_BY_SPEC, NULL, NULL, NULL },
	{ "Zeek dhcp", "{\"ts\":1713406447,\"uids\":[\"C\"],\"mac\":\"00:11:22:33:44:55\",\"msg_types\":[\"REQUEST\",\"ACK\"]}", "zeek.dhcp", NS(T0), TIME_UTC_BY_SPEC, "msg_types", "REQUEST, ACK", NULL },
	{ "Zeek x509", "{\"ts\":1713406447,\"certificate.serial\":\"0A\",\"certificate.subject\":\"CN=a\"}", "zeek.x509", NS(T0), TIME_UTC_BY_SPEC, "certificate.serial", "0A", NULL },
	{ "Zeek known_hosts", "{\"ts\":1713406447,\"host\":\"10.0.0.1\"}", "zeek.known_hosts", NS(T0), TIME_UTC_BY_SPEC, NULL, NULL, NULL },
	{ "Zeek, milliseconds", "{\"_path\":\"conn\",\"ts\":1713406447123}", "zeek.conn", NS(T0) + 123000000, TIME_UTC_BY_SPEC, NULL, NULL, NULL },
	/* Suricata */
	{ "Suricata alert", "{\"timestamp\":\"2024-04-18T10:14:07.000000+0800\",\"flow_id\":1844674407370955161,\"event_type\":\"alert\",\"src_ip\":\"10.0.0.1\",\"alert\":{\"signature\":\"s\",\"signature_id\":1}}",
	  "suricata.eve", NS(T0), TIME_OFFSET_EXPLICIT, "alert.signature", "s", NULL },
	{ "Suricata dns, version 3", "{\"timestamp\":\"2024-04-18T10:14:07+0800\",\"event_type\":\"dns\",\"src_ip\":\"1.1.1.1\",\"dns\":{\"queries\":[{\"rrname\":\"a\"},{\"rrname\":\"b\"}]}}",
	  "suricata.eve", NS(T0), TIME_OFFSET_EXPLICIT, "dns.queries.rrname", "a, b", NULL },
	{ "Suricata stats", "{\"timestamp\":\"2024-04-18T10:14:07+0800\",\"event_type\":\"stats\",\"stats\":{\"uptime\":1}}", "suricata.eve", NS(T0), TIME_OFFSET_EXPLICIT, NULL, NULL, NULL },
	/* clouds */
	{ "CloudTrail", "{\"eventVersion\":\"1.08\",\"userIdentity\":{\"type\":\"Root\"},\"eventTime\":" ISO ",\"eventSource\":\"iam.amazonaws.com\",\"eventName\":\"CreateUser\",\"awsRegion\":\"r\"}",
	  "aws.cloudtrail", NS(T0), TIME_UTC_EXPLICIT, "userIdentity.type", "Root", NULL },
	{ "CloudTrail in a text", "{\"EventId\":\"e\",\"CloudTrailEvent\":\"{\\\"eventSource\\\":\\\"s3\\\",\\\"eventName\\\":\\\"GetObject\\\",\\\"awsRegion\\\":\\\"r\\\",\\\"eventTime\\\":\\\"2024-04-18T02:14:07Z\\\"}\"}",
	  "aws.cloudtrail", NS(T0), TIME_UTC_EXPLICIT, "eventName", "GetObject", NULL },
	{ "Azure sign-in", "{\"time\":" ISO ",\"resourceId\":\"/t\",\"operationName\":\"Sign-in activity\",\"category\":\"SignInLogs\",\"resultType\":\"50126\"}", "azure.signinlogs", NS(T0), TIME_UTC_EXPLICIT, "resultType", "50126", NULL },
	{ "Azure sign-in of Log Analytics", "{\"TimeGenerated\":" ISO ",\"Type\":\"SigninLogs\",\"ResultType\":\"0\"}", "azure.signinlogs", NS(T0), TIME_UTC_EXPLICIT, "ResultType", "0", NULL },
	{ "Azure sign-in of Graph", "{\"createdDateTime\":" ISO ",\"userPrincipalName\":\"a@b\",\"appDisplayName\":\"p\",\"ipAddress\":\"1.1.1.1\",\"status\":{\"errorCode\":0}}", "azure.signinlogs", NS(T0), TIME_UTC_EXPLICIT, NULL, NULL, NULL },
	{ "Azure audit", "{\"time\":" ISO ",\"category\":\"AuditLogs\",\"properties\":{\"targetResources\":[{\"type\":\"User\"},{\"type\":\"Group\"}]}}", "azure.auditlogs", NS(T0), TIME_UTC_EXPLICIT, "properties.targetResources.type", "User, Group", NULL },
	{ "Azure activity", "{\"time\":" ISO ",\"resourceId\":\"/s\",\"operationName\":\"MICROSOFT.X/Y/DELETE\",\"category\":\"Administrative\"}", "azure.activitylogs", NS(T0), TIME_UTC_EXPLICIT, "operationName", "MICROSOFT.X/Y/DELETE", NULL },
	{ "Azure activity of the REST interface", "{\"eventTimestamp\":" ISO ",\"operationName\":{\"value\":\"X/delete\",\"localizedValue\":\"d\"}}", "azure.activitylogs", NS(T0), TIME_UTC_EXPLICIT, "operationName", "X/delete", NULL },
	{ "Azure activity of the SDK", "{\"event_timestamp\":" ISO ",\"operation_name\":{\"value\":\"X/delete\"}}", "azure.activitylogs", NS(T0), TIME_UTC_EXPLICIT, "operationName", "X/delete", NULL },
	{ "Google Cloud audit", "{\"logName\":\"l\",\"timestamp\":" ISO ",\"protoPayload\":{\"@type\":\"type.googleapis.com/google.cloud.audit.AuditLog\",\"methodName\":\"m\"}}", "gcp.audit", NS(T0), TIME_UTC_EXPLICIT, "gcp.audit.method_name", "m", NULL },
	{ "Google Cloud, another log", "{\"logName\":\"l\",\"insertId\":\"i\",\"timestamp\":" ISO ",\"textPayload\":\"t\"}", "gcp.logging", NS(T0), TIME_UTC_EXPLICIT, NULL, NULL, NULL },
	{ "Google Workspace", "{\"id\":{\"time\":" ISO ",\"applicationName\":\"login\"},\"events\":[{\"name\":\"login_failure\"}]}", "google_workspace.login", NS(T0), TIME_UTC_EXPLICIT, "eventName", "login_failure", NULL },
	{ "Microsoft 365, UTC without saying so", "{\"CreationTime\":\"2024-04-18T02:14:07\",\"RecordType\":1,\"Operation\":\"Set-Mailbox\",\"Workload\":\"Exchange\"}", "o365.audit", NS(T0), TIME_UTC_BY_SPEC, "Operation", "Set-Mailbox", NULL },
	{ "Microsoft 365 in a text", "{\"CreationDate\":\"x\",\"AuditData\":\"{\\\"CreationTime\\\":\\\"2024-04-18T02:14:07\\\",\\\"RecordType\\\":1,\\\"Operation\\\":\\\"New-InboxRule\\\",\\\"Workload\\\":\\\"Exchange\\\"}\"}", "o365.audit", NS(T0), TIME_UTC_BY_SPEC, "Operation", "New-InboxRule", NULL },
	{ "Okta", "{\"uuid\":\"u\",\"published\":" ISO ",\"eventType\":\"user.session.start\",\"actor\":{\"alternateId\":\"a\"}}", "okta.system", NS(T0), TIME_UTC_EXPLICIT, "actor.alternateId", "a", NULL },
	{ "GitHub", "{\"@timestamp\":1713406447000,\"_document_id\":\"d\",\"action\":\"repo.destroy\",\"actor\":\"a\"}", "github.audit", NS(T0), TIME_UTC_BY_SPEC, "action", "repo.destroy", NULL },
	/* hosts and containers */
	{ "Kubernetes", "{\"kind\":\"Event\",\"apiVersion\":\"audit.k8s.io/v1\",\"auditID\":\"a\",\"stage\":\"ResponseComplete\",\"verb\":\"create\",\"objectRef\":{\"resource\":\"pods\"},\"requestReceivedTimestamp\":\"2024-04-18T02:14:07.000000Z\"}",
	  "kubernetes.audit", NS(T0), TIME_UTC_EXPLICIT, "objectRef.resource", "pods", NULL },
	{ "journald", "{\"__REALTIME_TIMESTAMP\":\"1713406447000000\",\"__CURSOR\":\"s\",\"_HOSTNAME\":\"web1\",\"MESSAGE\":\"m\"}", "system.journal", NS(T0), TIME_UTC_BY_SPEC, "MESSAGE", "m", "web1" },
	{ "journald, bytes", "{\"__REALTIME_TIMESTAMP\":\"1713406447000000\",\"__CURSOR\":\"s\",\"MESSAGE\":[104,105,255]}", "system.journal", NS(T0), TIME_UTC_BY_SPEC, "MESSAGE", "hi\\xff", NULL },
	{ "journald, several values", "{\"__REALTIME_TIMESTAMP\":\"1713406447000000\",\"__CURSOR\":\"s\",\"MESSAGE\":[\"a\",\"b\"]}", "system.journal", NS(T0), TIME_UTC_BY_SPEC, "MESSAGE", "a, b", NULL },
	{ "osquery", "{\"name\":\"pack_x\",\"hostIdentifier\":\"h1\",\"calendarTime\":\"Thu Apr 18 02:14:07 2024 UTC\",\"unixTime\":1713406447,\"columns\":{\"pid\":\"1\"},\"action\":\"added\"}", "osquery.result", NS(T0), TIME_UTC_BY_SPEC, "columns.pid", "1", "h1" },
	{ "Docker", "{\"log\":\"hello\\n\",\"stream\":\"stdout\",\"time\":\"2024-04-18T02:14:07.000000000Z\"}", "docker.container", NS(T0), TIME_UTC_EXPLICIT, "log", "hello\n", NULL },
	{ "Kea", "{\"ip-address\":\"10.0.0.5\",\"hw-address\":\"00:11:22:33:44:55\",\"cltt\":1713406447,\"valid-lft\":3600}", "kea.lease", NS(T0), TIME_UTC_BY_SPEC, NULL, NULL, NULL },
	/* web servers */
	{ "nginx", "{\"time_iso8601\":\"2024-04-18T10:14:07+08:00\",\"remote_addr\":\"10.0.0.1\",\"request\":\"GET /a?b=c HTTP/1.1\",\"status\":\"200\",\"http_user_agent\":\"u\"}", "nginx.access", NS(T0), TIME_OFFSET_EXPLICIT, "cs-uri-query", "b=c", NULL },
	{ "nginx, method and target apart", "{\"msec\":1713406447.000,\"remote_addr\":\"10.0.0.1\",\"request_method\":\"POST\",\"request_uri\":\"/a\",\"status\":200}", "nginx.access", NS(T0), TIME_UTC_BY_SPEC, "cs-uri-stem", "/a", NULL },
	{ "nginx, TLS on the plain port", "{\"msec\":1713406447.000,\"remote_addr\":\"10.0.0.1\",\"request\":\"\\u0016\\u0003\",\"status\":400}", "nginx.access", NS(T0), TIME_UTC_BY_SPEC, "request", "\x16\x03", NULL },
	{ "nginx, its own form of time", "{\"time_local\":\"18/Apr/2024:10:14:07 +0800\",\"remote_addr\":\"10.0.0.1\",\"request_method\":\"GET\",\"status\":200}", "nginx.access", NS(T0), TIME_OFFSET_EXPLICIT, "c-ip", "10.0.0.1", NULL },
	{ "Caddy", "{\"level\":\"info\",\"ts\":1713406447.000,\"logger\":\"http.log.access\",\"msg\":\"handled request\",\"request\":{\"remote_ip\":\"10.0.0.1\",\"client_ip\":\"198.51.100.9\",\"method\":\"GET\",\"host\":\"a.example\",\"uri\":\"/a?b=c\",\"headers\":{\"User-Agent\":[\"u\"]}},\"size\":5,\"status\":200}", "caddy.access", NS(T0), TIME_UTC_BY_SPEC, "cs-uri-query", "b=c", NULL },
	{ "Caddy, older", "{\"ts\":1713406447.000,\"request\":{\"remote_addr\":\"10.0.0.1:5\",\"method\":\"GET\",\"uri\":\"/a\"},\"status\":404}", "caddy.access", NS(T0), TIME_UTC_BY_SPEC, "cs-uri-stem", "/a", NULL },
	{ "Traefik", "{\"ClientHost\":\"198.51.100.9\",\"RequestMethod\":\"GET\",\"RequestPath\":\"/a?b=c\",\"DownstreamStatus\":200,\"StartUTC\":" ISO ",\"time\":\"2024-04-18T10:14:08+08:00\"}", "traefik.access", NS(T0), TIME_UTC_EXPLICIT, "cs-uri-query", "b=c", NULL },
	{ "Apache", "{\"@timestamp\":" ISO ",\"clientip\":\"10.0.0.1\",\"verb\":\"GET\",\"request\":\"/x?y\",\"response\":404}", "apache.access", NS(T0), TIME_UTC_EXPLICIT, "sc-status", "404", NULL },
	/* ECS */
	{ "ECS, nested", "{\"@timestamp\":" ISO ",\"event\":{\"dataset\":\"system.auth\"},\"host\":{\"name\":\"h\"},\"ecs\":{\"version\":\"8.0.0\"}}", "system.auth", NS(T0), TIME_UTC_EXPLICIT, "host.name", "h", "h" },
	{ "ECS, dotted", "{\"@timestamp\":" ISO ",\"event.dataset\":\"zeek.connection\",\"source.ip\":\"1.1.1.1\"}", "zeek.connection", NS(T0), TIME_UTC_EXPLICIT, "source.ip", "1.1.1.1", NULL },
	{ "ECS of a data stream", "{\"@timestamp\":" ISO ",\"data_stream\":{\"dataset\":\"nginx.error\"}}", "nginx.error", NS(T0), TIME_UTC_EXPLICIT, NULL, NULL, NULL },
	{ "ECS without a dataset", "{\"@timestamp\":" ISO ",\"ecs\":{\"version\":\"1.0.0\"},\"message\":\"m\"}", "ecs", NS(T0), TIME_UTC_EXPLICIT, NULL, NULL, NULL },
	{ "ECS below _source", "{\"_index\":\"i\",\"_source\":{\"@timestamp\":" ISO ",\"event\":{\"dataset\":\"system.syslog\"}}}", "system.syslog", NS(T0), TIME_UTC_EXPLICIT, "event.dataset", "system.syslog", NULL },
	{ "ECS, a dataset that is no name", "{\"@timestamp\":" ISO ",\"event\":{\"dataset\":\"a/../b\"},\"ecs\":{\"version\":\"8\"}}", "ecs", NS(T0), TIME_UTC_EXPLICIT, NULL, NULL, NULL },
	/* verdicts */
	{ "Hayabusa", "{\"Timestamp\":\"2024-04-18 10:14:07.000 +08:00\",\"RuleTitle\":\"r\",\"Level\":\"high\",\"Computer\":\"pc1\",\"Channel\":\"Sec\",\"EventID\":4624,\"RecordID\":1}", "alert.imported", NS(T0), TIME_OFFSET_EXPLICIT, "RuleTitle", "r", "pc1" },
	{ "Chainsaw", "{\"group\":\"Sigma\",\"kind\":\"individual\",\"document\":{\"kind\":\"evtx\",\"data\":{\"Event\":{\"System\":{\"Computer\":\"pc1\",\"EventID\":1}}}},\"name\":\"r\",\"timestamp\":\"2024-04-18T02:14:07+00:00\"}", "alert.imported", NS(T0), TIME_OFFSET_EXPLICIT, "name", "r", "pc1" },
	{ "Wazuh, not of Windows", "{\"timestamp\":\"2024-04-18T02:14:07.000+0000\",\"rule\":{\"id\":\"5710\",\"level\":5,\"description\":\"d\"},\"agent\":{\"id\":\"1\",\"name\":\"a1\"},\"manager\":{\"name\":\"m\"},\"data\":{\"srcip\":\"1.1.1.1\"}}", "wazuh.alert", NS(T0), TIME_OFFSET_EXPLICIT, "data.srcip", "1.1.1.1", "a1" },
	/* directories: SharpHound's elements, alone and in their list */
	{ "a computer", "{\"ObjectIdentifier\":\"S-1-5-21-1-2-3-1104\",\"Properties\":{\"name\":\"WS1.CORP.EXAMPLE\"},\"Sessions\":{\"Results\":[],\"Collected\":true}}", "ad.computer", TIME_NONE, TIME_UTC_BY_SPEC, "Properties.name", "WS1.CORP.EXAMPLE", NULL },
	{ "a user", "{\"ObjectIdentifier\":\"S-1-5-21-1-2-3-1105\",\"PrimaryGroupSID\":\"S-1\",\"Properties\":{\"samaccountname\":\"alice\"},\"SPNTargets\":[]}", "ad.user", TIME_NONE, TIME_UTC_BY_SPEC, "Properties.samaccountname", "alice", NULL },
	{ "a group", "{\"ObjectIdentifier\":\"S-1-5-21-1-2-3-512\",\"Properties\":{\"name\":\"G\"},\"Members\":[{\"ObjectIdentifier\":\"x\"}],\"Aces\":[]}", "ad.object", TIME_NONE, TIME_UTC_BY_SPEC, "Properties.name", "G", NULL },
	{ "a list of one computer", "{\"data\":[{\"ObjectIdentifier\":\"S-1-5-21-1-2-3-1104\",\"Properties\":{\"name\":\"WS1.CORP.EXAMPLE\"},\"LocalAdmins\":{\"Results\":[]}}],\"meta\":{\"methods\":0,\"type\":\"computers\",\"count\":1,\"version\":5}}", "ad.computer", TIME_NONE, TIME_UTC_BY_SPEC, "ObjectIdentifier", "S-1-5-21-1-2-3-1104", NULL },
	{ "a list behind what it is", "{\"meta\":{\"type\":\"users\",\"count\":1},\"data\":[{\"ObjectIdentifier\":\"S-1\",\"PrimaryGroupSID\":\"S-1\",\"Properties\":{\"hasspn\":false}}]}", "ad.user", TIME_NONE, TIME_UTC_BY_SPEC, "Properties.hasspn", "false", NULL },
	/* anything */
	{ "a list of data that is a value", "{\"data\":[\"a\",\"b\"],\"x\":\"y\"}", "json", TIME_NONE, TIME_UTC_BY_SPEC, "x", "y", NULL },
	{ "unknown, a usual name", "{\"level\":\"info\",\"time\":" ISO ",\"msg\":\"m\"}", "json", NS(T0), TIME_UTC_EXPLICIT, "msg", "m", NULL },
	{ "unknown, a name that sounds like it", "{\"a\":1,\"lastSeenDate\":" ISO "}", "json", NS(T0), TIME_UTC_EXPLICIT, NULL, NULL, NULL },
	{ "unknown, the zone is not said", "{\"time\":\"2024-04-18 02:14:07\"}", "json", NS(T0), TIME_LOCAL_ASSUMED, NULL, NULL, NULL },
	{ "unknown, the first candidate is none", "{\"time\":\"soon\",\"created\":" ISO "}", "json", NS(T0), TIME_UTC_EXPLICIT, NULL, NULL, NULL },
	{ "unknown, no time", "{\"a\":1,\"hostname\":\"h\"}", "json", TIME_NONE, TIME_UTC_BY_SPEC, NULL, NULL, "h" },
};

struct seen {
	size_t row, n;
};

static void check_text(const char *what, value v, const char *want)
{
	buf b = { 0 };

	value_text(v, &b);
	CHECK_STR(what, buf_view(&b), str_of(want));
	buf_done(&b);
}

static void look_kind(void *ctx, const event *ev)
{
	struct seen *s = ctx;
	const char *what = T[s->row].what;

	s->n++;
	CHECK(what, ev->schema->family == FAMILY_FLAT);
	CHECK_STR(what, str_of(ev->schema->reader), STR("json"));
	CHECK_STR(what, ev->schema->dataset, str_of(T[s->row].dataset));
	CHECK(what, ev->time_ns == T[s->row].time_ns);
	CHECK(what, ev->time_basis == T[s->row].basis);
	if (T[s->row].field) {
		int32_t i = schema_find(ev->schema, str_of(T[s->row].field), 0);

		CHECK(what, i >= 0);
		check_text(what, event_value(ev, i), T[s->row].value);
	}
	if (T[s->row].host)
		check_text(what, event_wk(ev, WK_COMPUTER), T[s->row].host);
	else
		CHECK(what, event_wk(ev, WK_COMPUTER).type == VALUE_ABSENT);
}

static void kinds(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(T); i++) {
		struct seen s = { i, 0 };
		struct run r;

		run_bytes(&r, str_bytes(str_of(T[i].in)), 0, look_kind, &s);
		CHECK(T[i].what, s.n == 1 && r.ngaps == 0);
		run_done(&r);
	}
}

static void probe_by_content(void **state)
{
	int known = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(T); i++) {
		int c = reader_json.probe(str_bytes(str_of(T[i].in)), STR(""));
		bool any = str_eq(str_of(T[i].dataset), STR("json"));

		CHECK(T[i].what, c == (any ? 60 : 90));
		CHECK(T[i].what, reader_winjson.probe(str_bytes(str_of(T[i].in)), STR("")) == 20);
		known += !any;
	}
	assert_true(known >= 50);
}

static void probe_of_other_content(void **state)
{
	static const struct {
		const char *what, *head;
		int min, max;
	} P[] = {
		{ "nothing", "", 0, 0 },
		{ "text", "Apr 18 02:14:07 h sshd[1]: x\n", 0, 0 },
		{ "Apache's error log", "[Thu Apr 18 02:14:07 2024] [notice] up\n", 0, 0 },
		{ "a list of words", "[\"a\",\"b\"]", 0, 0 },
		{ "a Windows event", "{\"Event\":{\"System\":{\"EventID\":1}}}\n", 1, 25 },
		{ "a Windows event among others", "{\"a\":1}\n{\"Event\":{\"System\":{\"EventID\":1}}}\n", 1, 25 },
		{ "mostly text", "{\"a\":1}\nx\ny\nz\n", 30, 40 },
		{ "known and unknown", "{\"a\":1}\n{\"b\":1}\n{\"_path\":\"conn\",\"ts\":1}\n", 80, 80 },
		{ "an object that the head cuts", "{\"_path\":\"conn\",\"ts\":1,\"uid\":\"C", 0, 90 },
		{ "broken", "{{{{", 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(P); i++) {
		int c = reader_json.probe(str_bytes(str_of(P[i].head)), STR("x.json"));

		CHECK(P[i].what, c >= P[i].min && c <= P[i].max);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kinds),
		cmocka_unit_test(probe_by_content),
		cmocka_unit_test(probe_of_other_content),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
