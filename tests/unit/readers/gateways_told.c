/* Lines of Juniper SRX and Sangfor, through the reader of all devices. */
#include "readers/logs/device.h"

#include "readers/textlog_run.h"
#include "unit.h"

#define NOON "2024-04-18T10:14:13Z"
#define D(event) "<14>1 2024-04-18T10:14:13.000Z srx1 RT_FLOW - RT_FLOW_SESSION_" event " [junos@2636.1.1.1.2.129 "
#define W "<14>Apr 18 2024 10:14:13 srx1 RT_FLOW: RT_FLOW_SESSION_"

static const struct textlog_case JUNOS[] = {
	{ "closed",
	  D("CLOSE") "reason=\"idle\" source-address=\"10.7.12.41\" source-port=\"51831\" destination-address=\"203.0.113.140\" destination-port=\"443\" service-name=\"junos-https\" nat-source-address=\"192.0.2.254\" nat-source-port=\"2060\" protocol-id=\"6\" policy-name=\"out\" source-zone-name=\"trust\" bytes-from-client=\"131042\" bytes-from-server=\"17178\"] session closed",
	  NOON, "source-address=10.7.12.41 source-port=51831 destination-address=203.0.113.140 destination-port=443 nat-source-address=192.0.2.254 bytes-from-client=131042 bytes-from-server=17178 reason=idle event=RT_FLOW_SESSION_CLOSE action=close device_host=srx1" },
	{ "created", D("CREATE") "source-address=\"10.0.0.1\" destination-address=\"203.0.113.9\"]", NOON, "source-address=10.0.0.1 action=create" },
	{ "denied", D("DENY") "source-address=\"198.51.100.9\" destination-address=\"10.20.0.11\" destination-port=\"445\" policy-name=\"deny-all\"]", NOON, "destination-port=445 action=deny blocked=true" },
	{ "with its system", "<14>1 2024-04-18T10:14:13Z srx1 RT_FLOW - RT_FLOW_SESSION_CLOSE_LS [junos@2636 logical-system-name=\"a\" source-address=\"10.0.0.1\"]", NOON, "logical-system-name=a source-address=10.0.0.1" },
	{ "an empty value", D("CLOSE") "username=\"\" source-address=\"10.0.0.1\"]", NOON, "username= source-address=10.0.0.1" },
	{ "nobody", D("CLOSE") "username=\"N/A\" source-address=\"10.0.0.1\"]", NOON, "username= source-address=10.0.0.1" },
	{ "an escaped quote", D("CLOSE") "application=\"a\\\"b\" source-address=\"10.0.0.1\"]", NOON, "application=a\"b source-address=10.0.0.1" },
	{ "a bracket in a value", D("CLOSE") "application=\"a]b\" source-address=\"10.0.0.1\"]", NOON, "application=a]b source-address=10.0.0.1" },
	{ "IPv6", D("CLOSE") "source-address=\"2001:db8::1\" destination-address=\"2001:db8:1::9\"]", NOON, "source-address=2001:db8::1 destination-address=2001:db8:1::9" },
	{ "a name twice", D("CLOSE") "source-address=\"10.0.0.1\" source-address=\"6.6.6.6\"]", NOON, "source-address=10.0.0.1 more=source-address=6.6.6.6" },
	{ "no process", "<14>1 2024-04-18T10:14:13Z srx1 - - RT_FLOW_SESSION_CLOSE [junos@2636 source-address=\"10.0.0.1\"]", NOON, "source-address=10.0.0.1" },
	{ "no data", "<14>1 2024-04-18T10:14:13Z srx1 RT_FLOW - RT_FLOW_SESSION_CLOSE - session closed", NOON, "action=close source-address=" },
	{ "data that stays open", D("CLOSE") "source-address=\"10.0.0.1\" destination-address=\"20", NOON, "event=RT_FLOW_SESSION_CLOSE" },
	{ "a zone", "<14>1 2024-04-18T18:14:13.000+08:00 srx1 RT_FLOW - RT_FLOW_SESSION_CLOSE [junos@2636 source-address=\"10.0.0.1\"]", NOON, "source-address=10.0.0.1" },
	{ "created, in words", W "CREATE: session created 10.7.12.41/51831->203.0.113.140/443 junos-https 192.0.2.254/2060->203.0.113.140/443 rule1 None 6 out trust untrust 12", NOON,
	  "source-address=10.7.12.41 source-port=51831 destination-address=203.0.113.140 destination-port=443 nat-source-address=192.0.2.254 nat-source-port=2060 nat-destination-port=443 action=create" },
	{ "closed, in words", W "CLOSE: session closed TCP FIN: 10.0.0.1/5->203.0.113.9/443 junos-https 10.0.0.1/5->203.0.113.9/443 None None 6 out trust untrust 12 8(1021) 8(5123) 20", NOON, "source-address=10.0.0.1 destination-port=443 nat-source-address=10.0.0.1 action=close" },
	{ "denied, in words", W "DENY: session denied 198.51.100.9/5->10.20.0.11/23 junos-telnet 6(0) deny-all(global) untrust trust", NOON, "source-address=198.51.100.9 destination-port=23 nat-source-address= action=deny blocked=true" },
	{ "IPv6, in words", W "CREATE: session created 2001:db8::1/5->2001:db8:1::9/443 junos-https", NOON, "source-address=2001:db8::1 destination-address=2001:db8:1::9 destination-port=443" },
	{ "no ends", W "CREATE: session created", NOON, "source-address= action=create" },
	{ "an arrow without a port", W "CREATE: session created 10.0.0.1->10.0.0.2", NOON, "source-address=10.0.0.1 source-port= destination-address=10.0.0.2" },
	{ "no daemon's name", "<14>Apr 18 2024 10:14:13 srx1 RT_FLOW_SESSION_CLOSE: session closed: 10.0.0.1/5->203.0.113.9/443 x", NOON, "source-address=10.0.0.1" },
	{ "another event", W "UPDATE: x", NOON, "event=RT_FLOW_SESSION_UPDATE action=" },
	{ 0 },
};

/* 日志类型, 源IP, 源端口, 目的IP, 目的端口, 系统动作, 用户 */
#define KIND "\xE6\x97\xA5\xE5\xBF\x97\xE7\xB1\xBB\xE5\x9E\x8B"
#define SRC "\xE6\xBA\x90IP"
#define SPORT "\xE6\xBA\x90\xE7\xAB\xAF\xE5\x8F\xA3"
#define DST "\xE7\x9B\xAE\xE7\x9A\x84IP"
#define DPORT "\xE7\x9B\xAE\xE7\x9A\x84\xE7\xAB\xAF\xE5\x8F\xA3"
#define ACTION "\xE7\xB3\xBB\xE7\xBB\x9F\xE5\x8A\xA8\xE4\xBD\x9C"
#define USER "\xE7\x94\xA8\xE6\x88\xB7"
#define COLON "\xEF\xBC\x9A"
#define COMMA "\xEF\xBC\x8C"
#define S "<134>Apr 18 2024 10:14:13 localhost fwlog: " KIND ":x, "

static const struct textlog_case SANGFOR[] = {
	{ "let through", S USER ":l.wei, " SRC ":10.7.12.41, " SPORT ":51831, " DST ":203.0.113.140, " DPORT ":443, " ACTION ":\xE5\x85\x81\xE8\xAE\xB8", NOON,
	  KIND "=x " USER "=l.wei " SRC "=10.7.12.41 " SPORT "=51831 " DST "=203.0.113.140 " DPORT "=443 action=allow blocked=false device_host=localhost" },
	{ "refused", S SRC ":198.51.100.9, " ACTION ":\xE6\x8B\x92\xE7\xBB\x9D", NOON, SRC "=198.51.100.9 action=deny blocked=true" },
	{ "blocked", S ACTION ":\xE9\x98\xBB\xE6\x96\xAD", NOON, "action=block blocked=true" },
	{ "caught", S ACTION ":\xE6\x8B\xA6\xE6\x88\xAA", NOON, "action=block blocked=true" },
	{ "dropped", S ACTION ":\xE4\xB8\xA2\xE5\xBC\x83", NOON, "action=drop blocked=true" },
	{ "passed", S ACTION ":\xE6\x94\xBE\xE8\xA1\x8C", NOON, "action=allow" },
	{ "only noted", S ACTION ":\xE8\xA2\xAB\xE8\xAE\xB0\xE5\xBD\x95", NOON, "action= blocked=" },
	{ "wide marks", "<134>Apr 18 2024 10:14:13 fw fwlog: " KIND COLON "x" COMMA SRC COLON "10.0.0.1" COMMA DPORT COLON "80", NOON, KIND "=x " SRC "=10.0.0.1 " DPORT "=80" },
	{ "a URL", S "URL:http://a.example:8080/x?y=z, " SRC ":10.0.0.1", NOON, "URL=http://a.example:8080/x?y=z " SRC "=10.0.0.1" },
	{ "IPv6", S SRC ":2001:db8::1, " DST ":2001:db8:1::9", NOON, SRC "=2001:db8::1 " DST "=2001:db8:1::9" },
	{ "an empty value", S USER ":, " SRC ":10.0.0.1", NOON, USER "= " SRC "=10.0.0.1" },
	{ "a name twice", S SRC ":10.0.0.1, " SRC ":6.6.6.6", NOON, SRC "=10.0.0.1 more=" SRC "=6.6.6.6" },
	{ "no daemon's name", "<134>Apr 18 2024 10:14:13 fw " KIND ":x, " SRC ":10.0.0.1", NOON, SRC "=10.0.0.1" },
	{ "no header", KIND ":x, " SRC ":10.0.0.1", "", SRC "=10.0.0.1" },
	{ "RFC 5424", "<134>1 2024-04-18T10:14:13Z fw fwlog - - - " KIND ":x, " SRC ":10.0.0.1", NOON, SRC "=10.0.0.1 device_host=fw" },
	{ "a comma at the end", S SRC ":10.0.0.1, ", NOON, SRC "=10.0.0.1" },
	{ "a comma without a space", S "a:1,2, " SRC ":10.0.0.1", NOON, "a=1,2 " SRC "=10.0.0.1" },
	{ "no colon", S "abc, " SRC ":10.0.0.1", NOON, SRC "=10.0.0.1" },
	{ "spaces", S SRC ": 10.0.0.1 ,  " DPORT ":  80", NOON, SRC "=10.0.0.1 " DPORT "=80" },
	{ "a fake field in a value", S USER ":a" SRC ":6.6.6.6, " SRC ":10.0.0.1", NOON, SRC "=10.0.0.1" },
	{ 0 },
};

static const struct textlog_case BAD[] = {
	{ "Juniper in small letters", "rt_flow_session_close: session closed", NULL, NULL },
	{ "Juniper, no colon", "RT_FLOW_SESSION_CLOSE session closed", NULL, NULL },
	{ "Juniper, its daemon alone", "RT_FLOW: session closed", NULL, NULL },
	{ "Juniper in the middle", "x RT_FLOW_SESSION_CLOSE: session closed", NULL, NULL },
	{ "Juniper in quotes", "\"RT_FLOW_SESSION_CLOSE: session closed\"", NULL, NULL },
	{ "Juniper cut", "RT_FLOW_", NULL, NULL },
	{ "Juniper, pairs alone", "[junos@2636 source-address=\"10.0.0.1\"]", NULL, NULL },
	{ "Juniper, another mark", "RT_IDP_ATTACK_LOG: x", NULL, NULL },
	{ "Juniper, a blank first", "RT_FLOW _SESSION: x", NULL, NULL },
	{ "Juniper, an arrow alone", "10.0.0.1/5->203.0.113.9/443", NULL, NULL },
	{ "Sangfor, its first name cut", "\xE6\x97\xA5\xE5\xBF\x97:x, " SRC ":10.0.0.1", NULL, NULL },
	{ "Sangfor, another first name", SRC ":10.0.0.1, " DST ":10.0.0.2", NULL, NULL },
	{ "Sangfor, broken letters", "\xE6\x97\xA5\xE5\xBF\x97\xE7\xB1\xBB\xE5\x9E:x", NULL, NULL },
	{ "Sangfor in English", "Log type:x, source IP:10.0.0.1", NULL, NULL },
	{ "Sangfor in quotes", "\"" KIND ":x\"", NULL, NULL },
	{ "Sangfor in the middle", "x " KIND ":x", NULL, NULL },
	{ "Sangfor, wide marks alone", COLON COMMA COLON, NULL, NULL },
	{ "Sangfor, half a letter", "\xE6", NULL, NULL },
	{ "Sangfor, another name before", "fwlog " KIND ":x", NULL, NULL },
	{ "Sangfor in GBK, not decoded", "\xC8\xD5\xD6\xBE\xC0\xE0\xD0\xCD:x", NULL, NULL },
	{ 0 },
};

static void good_lines(void **state)
{
	(void)state;
	textlog_good(&reader_device, "", JUNOS, (struct textlog_with){ 0 });
	textlog_good(&reader_device, "", SANGFOR, (struct textlog_with){ 0 });
}

static void bad_lines(void **state)
{
	(void)state;
	textlog_bad(&reader_device, "", BAD, JUNOS[0].line);
}

/* In a file of GBK they are the same lines. */
static void gbk(void **state)
{
	static const char LINES[] = "<134>Apr 18 2024 10:14:13 fw fwlog: \xC8\xD5\xD6\xBE\xC0\xE0\xD0\xCD:x, \xD4\xB4IP:10.0.0.1\n";
	struct textlog_run r;

	(void)state;
	textlog_run(&r, &reader_device, str_bytes(str_of(LINES)), (struct textlog_with){ .coding = STR("gb18030") });
	assert_int_equal(r.nevents, 1);
	CHECK_STR("dataset", str_of(r.events[0].dataset), STR("sangfor.af"));
	textlog_check_fields("fields", &r.events[0], SRC "=10.0.0.1");
	textlog_run_done(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_lines),
		cmocka_unit_test(bad_lines),
		cmocka_unit_test(gbk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
