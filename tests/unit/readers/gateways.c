/* Lines of H3C, Check Point, pfSense and Unbound, each through the reader of all devices. */
#include "readers/logs/device.h"

#include "readers/textlog_run.h"
#include "unit.h"

#define NOON "2024-04-18T10:14:13Z"

#define H "<190>Apr 18 10:14:13 2024 GW1 %%10"
static const struct textlog_case H3C[] = {
	{ "a flow",
	  H "SESSION/6/SESSION_IPV4_FLOW: Protocol(1001)=TCP;Application(1002)=https;SrcIPAddr(1003)=10.7.12.41;SrcPort(1004)=51831;NATSrcIPAddr(1005)=192.0.2.254;NATSrcPort(1006)=2060;DstIPAddr(1007)=203.0.113.140;DstPort(1008)=443;InitPktCount(1044)=8;InitByteCount(1046)=131042;RplyByteCount(1047)=17178;Event(1048)=(8)Session deleted;",
	  NOON, "SrcIPAddr=10.7.12.41 SrcPort=51831 NATSrcIPAddr=192.0.2.254 DstIPAddr=203.0.113.140 DstPort=443 InitByteCount=131042 RplyByteCount=17178 mnemonic=SESSION_IPV4_FLOW severity=6 device_host=GW1" },
	{ "refused by a policy",
	  H "FILTER/6/FILTER_ZONE_IPV4_EXECUTION: SrcZoneName(1025)=Untrust;DstZoneName(1035)=Trust;Type(1067)=ACL;SecurityPolicy(1072)=in;RuleID(1078)=0;Protocol(1001)=TCP;SrcIPAddr(1003)=198.51.100.9;SrcPort(1004)=1;DstIPAddr(1007)=10.20.0.11;DstPort(1008)=445;MatchCount(1069)=1;Event(1048)=Deny;",
	  NOON, "SrcZoneName=Untrust SecurityPolicy=in RuleID=0 Event=Deny blocked=true" },
	{ "let through", H "FILTER/6/FILTER_ZONE_IPV4_EXECUTION: SrcIPAddr(1003)=10.0.0.1;Event(1048)=Permit;", NOON,
	  "SrcIPAddr=10.0.0.1 Event=Permit blocked=false" },
	{ "NAT", H "NAT/6/NAT_FLOW: Protocol(1001)=UDP;SrcIPAddr(1003)=10.0.0.1;SrcPort(1004)=1024;NatSrcIPAddr(1005)=192.0.2.1;", NOON,
	  "Protocol=UDP NatSrcIPAddr=192.0.2.1" },
	{ "IPv6", H "SESSION/6/SESSION_IPV6_FLOW: SrcIPv6Addr(1036)=2001:db8::1;DstIPv6Addr(1037)=2001:db8:1::9;DstPort(1008)=443;", NOON,
	  "SrcIPv6Addr=2001:db8::1 DstIPv6Addr=2001:db8:1::9" },
	{ "no last semicolon", H "X/6/Y: SrcIPAddr(1003)=10.0.0.1;DstPort(1008)=53", NOON, "DstPort=53" },
	{ "an empty value", H "X/6/Y: SrcIPAddr(1003)=10.0.0.1;RcvVPNInstance(1042)=;DstPort(1008)=53;", NOON,
	  "RcvVPNInstance= DstPort=53" },
	{ "a name twice", H "X/6/Y: A(1)=1;A(1)=2;", NOON, "A=1 more=A=2" },
	{ "no number", H "X/6/Y: A(1)=1;B=2;", NOON, "A=1 B=2" },
	{ "an equals sign in a value", H "X/6/Y: Url(1)=/a?b=c;D(2)=1;", NOON, "Url=/a?b=c D=1" },
	{ "a parenthesis in a value", H "X/6/Y: Name(1)=a(b);", NOON, "Name=a(b)" },
	{ "a number alone in parentheses", H "X/6/Y: Name(1)=(8);", NOON, "Name=(8)" },
	{ "year first", "<190>Apr 18 2024 10:14:13 GW1 %%10X/6/Y: A(1)=1;", NOON, "A=1 device_host=GW1" },
	{ "ISO time", "2024-04-18T18:14:13+08:00 GW1 %%10X/6/Y: A(1)=1;", NOON, "A=1 device_host=GW1" },
	{ "no time", "<190>%%10X/6/Y: A(1)=1;", "", "A=1 device_host=" },
	{ "one percent sign", "<190>Apr 18 10:14:13 2024 GW1 %10X/6/Y: A(1)=1;", NOON, "A=1 mnemonic=Y" },
	{ "spaces", H "X/6/Y:   A(1) = 1 ; B(2)=2;", NOON, "mnemonic=Y" },
	{ "only semicolons behind it", H "X/6/Y: A(1)=1;;;;", NOON, "A=1" },
	{ "letters of China", H "X/6/Y: SecurityPolicy(1072)=\xE5\x85\x81\xE8\xAE\xB8;", NOON, "SecurityPolicy=\xE5\x85\x81\xE8\xAE\xB8" },
	{ "a fake line in a value", H "X/6/Y: UserName(1113)=a %%10X/6/Y: SrcIPAddr(1003)=6.6.6.6;B(2)=1;", NOON,
	  "B=1 SrcIPAddr=" },
	{ 0 },
};

#define C "<134>1 2024-04-18T10:14:13Z gw1 CheckPoint 12345 - "
#define G "time=1713435253|hostname=gw1|product=VPN-1 & FireWall-1|origin=10.1.0.1|"
static const struct textlog_case CHECKPOINT[] = {
	{ "accepted",
	  C "[action:\"Accept\"; flags:\"444676\"; ifdir:\"outbound\"; ifname:\"eth1\"; loguid:\"{0x1,0x2}\"; origin:\"10.1.0.1\"; time:\"1713435253\"; dst:\"203.0.113.140\"; product:\"VPN-1 & FireWall-1\"; proto:\"6\"; s_port:\"51831\"; service:\"443\"; service_id:\"https\"; src:\"10.7.12.41\"; rule_name:\"Out\"; xlatesrc:\"192.0.2.254\"; xlatesport:\"10222\"]",
	  NOON, "action=Accept src=10.7.12.41 s_port=51831 dst=203.0.113.140 service=443 xlatesrc=192.0.2.254 rule_name=Out loguid={0x1,0x2} blocked=false device_host=gw1" },
	{ "dropped", C "[action:\"Drop\"; src:\"198.51.100.9\"; dst:\"10.20.0.11\"; service:\"445\"; proto:\"6\"]", NOON, "action=Drop service=445 blocked=true" },
	{ "rejected", C "[action:\"Reject\"; src:\"10.0.0.1\"]", NOON, "blocked=true" },
	{ "its own time", C "[time:\"1713435254\"; src:\"10.0.0.1\"]", "2024-04-18T10:14:14Z", "src=10.0.0.1" },
	{ "spaces in a value", C "[product:\"Anti Malware\"; src:\"10.0.0.1\"]", NOON, "" },
	{ "a quote in a value", C "[resource:\"http://a.example/?q=\\\"x\\\"\"; src:\"10.0.0.1\"]", NOON, "resource=http://a.example/?q=\"x\" src=10.0.0.1" },
	{ "a semicolon in a value", C "[resource:\"http://a.example/a;b\"; src:\"10.0.0.1\"]", NOON, "resource=http://a.example/a;b src=10.0.0.1" },
	{ "a colon in a value", C "[src:\"2001:db8::1\"; dst:\"2001:db8:1::9\"]", NOON, "src=2001:db8::1 dst=2001:db8:1::9" },
	{ "an empty value", C "[rule_name:\"\"; src:\"10.0.0.1\"]", NOON, "rule_name= src=10.0.0.1" },
	{ "a name twice", C "[src:\"10.0.0.1\"; src:\"6.6.6.6\"]", NOON, "src=10.0.0.1 more=src=6.6.6.6" },
	{ "a logon", C "[action:\"Log In\"; user:\"l.wei\"; src:\"198.51.100.9\"; product:\"Mobile Access\"]", NOON, "user=l.wei" },
	{ "bytes", C "[src:\"10.0.0.1\"; client_outbound_bytes:\"131042\"; server_outbound_bytes:\"17178\"]", NOON, "client_outbound_bytes=131042" },
	{ "a quote that stays open", C "[src:\"10.0.0.1\"; dst:\"203", NOON, "src=10.0.0.1 dst=203" },
	{ "what is no pair", C "[src:\"10.0.0.1\"; dst; a:\"b\"]", NOON, "src=10.0.0.1" },
	{ "nothing", C "[action:\"\"]", NOON, "action=" },
	{ "generic", G "action=Accept|src=10.7.12.41|dst=203.0.113.140|proto=6|service=443|s_port=51831", NOON, "action=Accept src=10.7.12.41 service=443 device_host=gw1 blocked=false" },
	{ "generic, dropped", G "action=Drop|src=198.51.100.9|dst=10.20.0.11", NOON, "blocked=true" },
	{ "generic, an equals sign", G "resource=http://a.example/?a=b|src=10.0.0.1", NOON, "resource=http://a.example/?a=b src=10.0.0.1" },
	{ "generic, an empty value", G "rule_name=|src=10.0.0.1", NOON, "rule_name= src=10.0.0.1" },
	{ "generic, behind a header", "<134>Apr 18 2024 10:14:13 relay " G "src=10.0.0.1", NOON, "src=10.0.0.1 device_host=gw1" },
	{ "generic, bars at the end", G "src=10.0.0.1|||", NOON, "src=10.0.0.1" },
	{ 0 },
};

#define F "Apr 18 2024 10:14:13 fw1 filterlog[1234]: "
#define V4 "4,0x0,,52,54321,0,DF,"
static const struct textlog_case FILTERLOG[] = {
	{ "TCP", F "5,,,1000000103,em0,match,block,in," V4 "6,tcp,60,198.51.100.9,10.20.0.11,51831,22,0,S,1234567,,64240,,mss;sackOK",
	  NOON, "action=block direction=in interface=em0 tracker=1000000103 protocol=tcp length=60 src_ip=198.51.100.9 src_port=51831 dst_ip=10.20.0.11 dst_port=22 tcp_flags=S options=mss;sackOK blocked=true device_host=fw1" },
	{ "UDP", F "71,,,1613,em1,match,pass,out," V4 "17,udp,76,10.0.0.1,203.0.113.53,51831,53,56", NOON, "action=pass src_ip=10.0.0.1 dst_port=53 data_length=56 blocked=false" },
	{ "ICMP", F "9,,,1,em0,match,pass,in," V4 "1,icmp,84,198.51.100.9,10.20.0.11,request,12345,1", NOON, "protocol=icmp src_ip=198.51.100.9 dst_port= more=request,12345,1" },
	{ "IPv6, TCP", F "5,,,1,em0,match,block,in,6,0x00,0x00000,64,tcp,6,20,2001:db8::1,2001:db8:1::9,51831,443,0,S,1,,64240,,", NOON, "ip_version=6 src_ip=2001:db8::1 dst_ip=2001:db8:1::9 dst_port=443" },
	{ "IPv6, ICMP", F "5,,,1,em0,match,pass,in,6,0x00,0x00000,255,ICMPv6,58,32,fe80::1,ff02::1,", NOON, "protocol=ICMPv6 src_ip=fe80::1" },
	{ "IPv6, UDP", F "5,,,1,em0,match,pass,out,6,0x00,0x00000,64,udp,17,20,2001:db8::1,2001:db8::53,5,53,12", NOON, "dst_port=53" },
	{ "a rule of OPNsense", F "5,,,fae559338f65e11c53669fc3642c93c2,igb0,match,block,in," V4 "6,tcp,60,198.51.100.9,10.20.0.11,1,2,0,S,1,,2,,", NOON, "tracker=fae559338f65e11c53669fc3642c93c2" },
	{ "RFC 5424", "<134>1 2024-04-18T10:14:13Z fw1 filterlog 1234 - [meta sequenceId=\"1\"] 5,,,1,igb0,match,block,in," V4 "6,tcp,60,198.51.100.9,10.20.0.11,1,22,0,S,1,,2,,", NOON, "dst_port=22 device_host=fw1" },
	{ "no process id", "Apr 18 2024 10:14:13 fw1 filterlog: 5,,,1,em0,match,block,in," V4 "6,tcp,60,198.51.100.9,10.20.0.11,1,22,0,S,1,,2,,", NOON, "dst_port=22" },
	{ "without a host", "<134>Apr 18 2024 10:14:13 filterlog[1]: 5,,,1,em0,match,block,in," V4 "6,tcp,60,198.51.100.9,10.20.0.11,1,22,0,S,1,,2,,", NOON, "dst_port=22 device_host=" },
	{ "an anchor", F "5,2,userrules,1,em0,match,pass,in," V4 "6,tcp,60,10.0.0.1,10.20.0.11,1,22,0,S,1,,2,,", NOON, "sub_rule=2 anchor=userrules" },
	{ "a fragment", F "5,,,1,em0,fragment,block,in,4,0x0,,52,1,185,+,17,udp,60,198.51.100.9,10.20.0.11,", NOON, "reason=fragment src_port=" },
	{ "reject", F "5,,,1,em0,match,reject,in," V4 "6,tcp,60,10.0.0.1,10.20.0.11,1,22,0,S,1,,2,,", NOON, "action=reject blocked=true" },
	{ "GRE", F "5,,,1,em0,match,pass,in," V4 "47,gre,60,10.0.0.1,10.20.0.11,datalength=36", NOON, "protocol=gre more=datalength=36" },
	{ "CARP", F "5,,,1,em0,match,pass,in," V4 "112,carp,60,10.0.0.1,224.0.0.18,advertise,255,2,1,0,1", NOON, "dst_ip=224.0.0.18" },
	{ "capitals", F "5,,,1,em0,match,pass,in," V4 "6,TCP,60,10.0.0.1,10.20.0.11,1,22,0,S,1,,2,,", NOON, "src_port=1 dst_port=22" },
	{ "cut behind the addresses", F "5,,,1,em0,match,pass,in," V4 "6,tcp,60,10.0.0.1,10.20.0.11", NOON, "dst_ip=10.20.0.11 dst_port=" },
	{ "cut before the addresses", F "5,,,1,em0,match,pass,in,4,0x0", NOON, "action=pass src_ip=" },
	{ "an interface with a dot", F "5,,,1,em0.30,match,pass,in," V4 "6,tcp,60,10.0.0.1,10.20.0.11,1,22,0,S,1,,2,,", NOON, "interface=em0.30" },
	{ "more behind the end", F "5,,,1,em0,match,pass,in," V4 "17,udp,60,10.0.0.1,10.20.0.11,1,53,9,x,y", NOON, "data_length=9 more=x,y" },
	{ 0 },
};

#define U "[1713435253] unbound[812:0] "
#define S "Apr 18 2024 10:14:13 ns1 unbound: [812:0] "
static const struct textlog_case UNBOUND[] = {
	{ "a query", U "info: 10.7.12.41 cdn-sync.example.net. A IN", NOON, "client_ip=10.7.12.41 query=cdn-sync.example.net query_type=A query_class=IN action=query pid=812 level=info" },
	{ "a reply", U "info: 10.7.12.41 cdn-sync.example.net. A IN NOERROR 0.023118 0 67", NOON, "query=cdn-sync.example.net response_code=NOERROR seconds=0.023118 cached=0 bytes=67 action=reply" },
	{ "no such name", U "info: 10.7.12.41 nx.example.net. AAAA IN NXDOMAIN 0.000000 1 38", NOON, "query_type=AAAA response_code=NXDOMAIN cached=1" },
	{ "tagged", U "query: 10.7.12.41 a.example. A IN", NOON, "level=query query=a.example" },
	{ "a tagged reply", U "reply: 10.7.12.41 a.example. A IN NOERROR 0.1 0 60", NOON, "level=reply action=reply" },
	{ "IPv6", U "info: 2001:db8::1 a.example. A IN", NOON, "client_ip=2001:db8::1" },
	{ "a port", U "info: 10.7.12.41@51831 a.example. A IN", NOON, "client_ip=10.7.12.41 client_port=51831" },
	{ "capitals", U "info: 10.7.12.41 WwW.ExAmPlE. HTTPS IN", NOON, "query=WwW.ExAmPlE query_type=HTTPS" },
	{ "an address asked back", U "info: 10.7.12.41 41.12.7.10.in-addr.arpa. PTR IN", NOON, "query=41.12.7.10.in-addr.arpa query_type=PTR" },
	{ "an unknown type", U "info: 10.7.12.41 a.example. TYPE65534 IN", NOON, "query_type=TYPE65534" },
	{ "the root", U "info: 10.7.12.41 . NS IN", NOON, "query=" },
	{ "a start", U "notice: init module 0: validator", NOON, "level=notice client_ip=" },
	{ "an error", U "error: could not open autotrust file for writing, /var/lib/x: Permission denied", NOON, "level=error query=" },
	{ "statistics", U "info: server stats for thread 0: 5 queries, 2 answers from cache", NOON, "level=info query=" },
	{ "through syslog", S "info: 10.7.12.41 a.example. A IN", NOON, "client_ip=10.7.12.41 query=a.example device_host=ns1" },
	{ "a reply through syslog", S "info: 10.7.12.41 a.example. A IN NOERROR 0.1 1 60", NOON, "action=reply" },
	{ "with the syslog's number", "Apr 18 2024 10:14:13 ns1 unbound[812]: [812:0] info: 10.7.12.41 a.example. A IN", NOON, "query=a.example pid=812" },
	{ "RFC 5424", "<30>1 2024-04-18T10:14:13Z ns1 unbound 812 - - [812:0] info: 10.7.12.41 a.example. A IN", NOON, "query=a.example device_host=ns1" },
	{ "no class", U "info: 10.7.12.41 a.example. A", NOON, "query=" },
	{ "a fake line in a name", U "info: 10.7.12.41 x\\010[1713435253]. A IN", NOON, "query=x\\010[1713435253]" },
	{ 0 },
};

/* Of none of them. */
static const struct textlog_case BAD[] = {
	{ "H3C without its number", "%%1SESSION/6/X SrcIPAddr(1003)=10.0.0.1;", NULL, NULL },
	{ "H3C, no text", "%%10SESSION", NULL, NULL },
	{ "H3C, no colon", "%%10SESSION 6 X SrcIPAddr(1003)=10.0.0.1", NULL, NULL },
	{ "H3C, letters for the number", "%10X/6/Y: A(b)=1;", NULL, NULL },
	{ "H3C, no equals sign", "%10X/6/Y: A(1);", NULL, NULL },
	{ "H3C in quotes", "\"%%10X/6/Y: A(1)=1;\"", NULL, NULL },
	{ "H3C, a space before", "x %%10X/6/Y: A(1)=1;", NULL, NULL },
	{ "H3C cut", "%%10", NULL, NULL },
	{ "H3C, one sign", "%", NULL, NULL },
	{ "H3C, a parenthesis that stays open", "%10X/6/Y: A(1", NULL, NULL },
	{ "Check Point, pairs alone", "[action:\"Accept\"; src:\"10.0.0.1\"]", NULL, NULL },
	{ "Check Point, no header", "CheckPoint 12345 - [action:\"Accept\"]", NULL, NULL },
	{ "Check Point, no bracket", "CheckPoint action:\"Accept\"", NULL, NULL },
	{ "Check Point, small letters", "checkpoint: [action:\"Accept\"]", NULL, NULL },
	{ "generic without a product", "time=1713435253|hostname=gw1|action=Accept", NULL, NULL },
	{ "generic without origin", "time=1713435253|product=x|action=Accept", NULL, NULL },
	{ "generic, another separator", "time=1713435253,product=x,origin=10.1.0.1", NULL, NULL },
	{ "generic, the product first", "product=x|origin=10.1.0.1", NULL, NULL },
	{ "generic, cut", "time=1713435253|", NULL, NULL },
	{ "generic, bars alone", "||||||||", NULL, NULL },
	{ "filterlog without its name", "5,,,1000000103,em0,match,block,in,4,0x0,,52,1,0,DF,6,tcp,60", NULL, NULL },
	{ "filterlog, few fields", "filterlog: 5,,,1,em0", NULL, NULL },
	{ "filterlog, no rule", "filterlog: x,,,1,em0,match,block,in,4,0x0,,52", NULL, NULL },
	{ "filterlog, no text", "filterlog:", NULL, NULL },
	{ "filterlog, a number alone", "filterlog[1234]", NULL, NULL },
	{ "filterlog, another name", "filterlogx: 5,,,1,em0,match,block,in,4,0x0,,52", NULL, NULL },
	{ "filterlog in the middle", "a filterlog: 5,,,1,em0,match,block,in,4,0x0,,52", NULL, NULL },
	{ "filterlog, blanks", "filterlog: , , , , , , , , , , ,", NULL, NULL },
	{ "filterlog, commas alone", "filterlog: ,,,,,,,,,,,,,", NULL, NULL },
	{ "filterlog, a minus", "filterlog: -5,,,1,em0,match,block,in,4,0x0,,52", NULL, NULL },
	{ "Unbound without a time", "unbound[812:0] info: 10.7.12.41 a.example. A IN", NULL, NULL },
	{ "Unbound, no level", "[1713435253] unbound[812:0] 10.7.12.41 a.example. A IN", NULL, NULL },
	{ "Unbound, another level", "[1713435253] unbound[812:0] chatter: x", NULL, NULL },
	{ "Unbound, another program", "[1713435253] nsd[812:0] info: x", NULL, NULL },
	{ "Unbound, no number", "[1713435253] unbound info: 10.7.12.41 a.example. A IN", NULL, NULL },
	{ "Unbound, words for the time", "[yesterday] unbound[812:0] info: x", NULL, NULL },
	{ "Unbound, an open bracket", "[1713435253 unbound[812:0] info: x", NULL, NULL },
	{ "Unbound, an open number", "[1713435253] unbound[812:0 info: x", NULL, NULL },
	{ "Unbound cut", "[1713435253] unbound[", NULL, NULL },
	{ "Unbound, a bracket", "[", NULL, NULL },
	{ 0 },
};

static void good_lines(void **state)
{
	static const struct textlog_case *const TABLES[] = { H3C, CHECKPOINT, FILTERLOG, UNBOUND };

	(void)state;
	for (size_t i = 0; i < COUNT(TABLES); i++)
		textlog_good(&reader_device, "", TABLES[i], (struct textlog_with){ 0 });
}

static void bad_lines(void **state)
{
	(void)state;
	textlog_bad(&reader_device, "", BAD, H3C[0].line);
}

/* A year behind a time is none where it is a port, a number of bytes, or a host. */
static void late_years(void **state)
{
	static const struct {
		const char *line, *time, *host;
	} L[] = {
		{ "Apr 18 10:14:13 2024 gw %ASA-6-1: x", NOON, "gw" },
		{ "Apr 18 10:14:13 1969 gw %ASA-6-1: x", NULL, "1969" },
		{ "Apr 18 10:14:13 20245 gw %ASA-6-1: x", NULL, "20245" },
		{ "Feb 29 10:14:13 2023 gw %ASA-6-1: x", NULL, "2023" },
		{ "Feb 29 10:14:13 2024 gw %ASA-6-1: x", "2024-02-29T10:14:13Z", "gw" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(L); i++) {
		struct syslog_head h;
		int64_t ns;

		assert_true(syslog_head_read(str_of(L[i].line), &h));
		CHECK(L[i].line, h.time.has_year == (L[i].time != NULL));
		CHECK_STR(L[i].line, h.host, str_of(L[i].host));
		if (L[i].time)
			CHECK(L[i].line, time_parse_iso(str_of(L[i].time), &ns, &(enum time_basis){ 0 }) && ns == h.time.ns);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_lines),
		cmocka_unit_test(bad_lines),
		cmocka_unit_test(late_years),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
