/* Files of DHCP and DNS servers, flows, and alerts: what each holds, what is none, what stands around the lines. */
#include "readers/textlog_run.h"
#include "unit.h"

static const struct textlog_case WINDHCP_GOOD[] = {
	{ "assign",
	  "10,04/18/24,08:31:12,Assign,10.7.12.41,ws-0147.corp.example,001122AABB01,,3096562285,0,,,,0x4D53465420352E30,MSFT 5.0,,,,0",
	  "2024-04-18T08:31:12Z", "ID=10 Description=Assign Time=08:31:12" },
	{ "seven columns", "10,04/18/24,08:31:12,Assign,10.7.12.41,ws-0147,001122AABB01",
	  "2024-04-18T08:31:12Z", "ID=10 TransactionID=" },
	{ "a comma at the end", "10,04/18/24,08:31:12,Assign,10.7.12.41,ws-0147,001122AABB01,",
	  "2024-04-18T08:31:12Z", "ID=10" },
	{ "renew", "11,04/18/24,08:31:12,Renew,10.7.12.41,ws-0147,001122AABB01,,1,0,,,,,,,,,0",
	  "2024-04-18T08:31:12Z", "ID=11 Description=Renew" },
	{ "release", "12,04/18/24,08:31:12,Release,10.7.12.41,,001122AABB01,,,,,,,,,,,,0",
	  "2024-04-18T08:31:12Z", "ID=12" },
	{ "started", "00,04/18/24,08:31:12,Started,,,,,0,6,,,,,,,,,0", "2024-04-18T08:31:12Z", "ID=00" },
	{ "a failed update",
	  "31,04/18/24,08:31:12,DNS Update Failed,10.7.12.41,ws-0147.corp.example,,,0,6,,,,,,,,,9005",
	  "2024-04-18T08:31:12Z", "ID=31 DnsRegError=9005" },
	{ "DNS update request",
	  "30,04/18/24,08:31:12,DNS Update Request,41.12.7.10,ws-0147.corp.example,,,0,6,,,,,,,,,0",
	  "2024-04-18T08:31:12Z", "ID=30" },
	{ "rogue detection", "63,04/18/24,08:31:12,Restarting rogue detection,,,,,0,6,,,,,,,,,0",
	  "2024-04-18T08:31:12Z", "ID=63" },
	{ "five digits", "11023,04/18/24,08:31:12,DHCPV4,10.7.12.41", "2024-04-18T08:31:12Z", "ID=11023" },
	{ "a short row", "24,04/18/24,08:31:12,Database Cleanup Begin", "2024-04-18T08:31:12Z", "ID=24" },
	{ "quotes", "10,04/18/24,08:31:12,\"As,sign\",10.7.12.41,ws", "2024-04-18T08:31:12Z",
	  "Description=As,sign" },
	{ "another language", "10,04/18/24,08:31:12,Zuweisen,10.7.12.41,ws", "2024-04-18T08:31:12Z",
	  "Description=Zuweisen" },
	{ "UTF-8", "10,04/18/24,08:31:12,分配,10.7.12.41,ws", "2024-04-18T08:31:12Z", "ID=10" },
	{ "a name with a quote in it", "10,04/18/24,08:31:12,Assign,10.7.12.41,w\"s,001122AABB01",
	  "2024-04-18T08:31:12Z", "ID=10" },
	{ "markup in the name", "10,04/18/24,08:31:12,Assign,10.7.12.41,<img>,001122AABB01",
	  "2024-04-18T08:31:12Z", "ID=10" },
	{ "an empty address", "10,04/18/24,08:31:12,Assign,,,", "2024-04-18T08:31:12Z", "ID=10" },
	{ "a vendor class",
	  "10,04/18/24,08:31:12,Assign,10.7.12.41,ws,001122AABB01,,1,0,,,,0x4D53,MSFT,0x01,u,relay,0",
	  "2024-04-18T08:31:12Z", "RelayAgentInformation=relay DnsRegError=0" },
	{ "a user", "10,04/18/24,08:31:12,Assign,10.7.12.41,ws,001122AABB01,corp\\u1", "2024-04-18T08:31:12Z",
	  "ID=10" },
	{ "a leap day", "10,02/29/24,08:31:12,Assign,10.7.12.41", "2024-02-29T08:31:12Z", NULL },
	{ 0 },
};

static const struct textlog_case FLOWS_NEW[] = {
	{ "TCP", "2024-04-18 10:14:12,61.220,6,10.7.12.41,51831,203.0.113.140,443,211,148220,1",
	  "2024-04-18T10:14:12Z", "srcAddr=10.7.12.41 dstPort=443 bytes=148220 duration=61.220" },
	{ "IPv6", "2024-04-18 10:14:12,0.1,17,2001:db8::1,53,2001:db8::2,5353,1,80,1", "2024-04-18T10:14:12Z",
	  "srcAddr=2001:db8::1" },
	{ "ICMP", "2024-04-18 10:14:12,0.1,1,10.0.0.1,0,10.0.0.2,8.0,1,84,1", "2024-04-18T10:14:12Z",
	  "dstPort=8.0" },
	{ "spaces around", "2024-04-18 10:14:12,   0.1,  6, 10.0.0.1, 1, 10.0.0.2, 2, 1, 84, 1",
	  "2024-04-18T10:14:12Z", "srcAddr=10.0.0.1 bytes=84" },
	{ "an empty field", "2024-04-18 10:14:12,0.1,6,10.0.0.1,,10.0.0.2,2,1,84,1", "2024-04-18T10:14:12Z",
	  "srcPort=" },
	{ "a mark at the end", "2024-04-18 10:14:12,0.1,6,10.0.0.1,1,10.0.0.2,2,1,84,1,",
	  "2024-04-18T10:14:12Z", "flows=1" },
	{ "an epoch", "1713435252,0.1,6,10.0.0.1,1,10.0.0.2,2,1,84,1", "2024-04-18T10:14:12Z", "flows=1" },
	{ "quotes", "\"2024-04-18 10:14:12\",0.1,6,\"10.0.0.1\",1,10.0.0.2,2,1,84,1", "2024-04-18T10:14:12Z",
	  "srcAddr=10.0.0.1" },
	{ "a name for the protocol", "2024-04-18 10:14:12,0.1,TCP,10.0.0.1,1,10.0.0.2,2,1,84,1",
	  "2024-04-18T10:14:12Z", "proto=TCP" },
	{ "a large number", "2024-04-18 10:14:12,0.1,6,10.0.0.1,1,10.0.0.2,2,1,99999999999999,1",
	  "2024-04-18T10:14:12Z", "bytes=99999999999999" },
	{ 0 },
};

static const struct textlog_case FLOWS_OLD[] = {
	{ "TCP",
	  "2024-04-18 10:14:12,2024-04-18 10:15:13,61.220,10.7.12.41,203.0.113.140,51831,443,TCP,.AP.SF,0,0,211,148220,0,0,1,2",
	  "2024-04-18T10:14:12Z", "sa=10.7.12.41 dp=443 ibyt=148220" },
	{ "IPv6",
	  "2024-04-18 10:14:12,2024-04-18 10:14:12,0.000,2001:db8::1,2001:db8::2,1,53,UDP,......,0,0,1,80,0,0,1,2",
	  "2024-04-18T10:14:12Z", "da=2001:db8::2 pr=UDP" },
	{ "ICMP",
	  "2024-04-18 10:14:12,2024-04-18 10:14:12,0.000,10.0.0.1,10.0.0.2,0,8.0,ICMP,......,0,0,1,84,0,0,1,2",
	  "2024-04-18T10:14:12Z", "dp=8.0" },
	{ "both ways",
	  "2024-04-18 10:14:12,2024-04-18 10:14:12,0.000,10.0.0.1,10.0.0.2,1,2,TCP,......,0,0,1,84,3,400,1,2",
	  "2024-04-18T10:14:12Z", "opkt=3 obyt=400" },
	{ 0 },
};

static const struct textlog_case FLOWS_FAST[] = {
	{ "csv-fast",
	  "1,4,2024-04-18 10:14:12,2024-04-18 10:15:13,6,10.7.12.41,51831,203.0.113.140,443,0,0,1,2,27,0,211,148220",
	  "2024-04-18T10:14:12Z", "srcAddr=10.7.12.41 bytes=148220" },
	{ "an epoch in ms",
	  "1,4,1713435252000,1713435313000,6,10.7.12.41,51831,203.0.113.140,443,0,0,1,2,27,0,211,148220",
	  "2024-04-18T10:14:12Z", "lastSeen=1713435313000" },
	{ 0 },
};

static const struct textlog_case FLOWS_LINE[] = {
	{ "TCP",
	  "2024-04-18 10:14:12.000    61.220 TCP      10.7.12.41:51831 ->   203.0.113.140:443          211   148220     1",
	  "2024-04-18T10:14:12Z", "Duration=61.220 Proto=TCP Packets=211 Bytes=148220 Flows=1" },
	{ "a unit",
	  "2024-04-18 10:14:12.000    61.220 TCP      10.7.12.41:51831 ->   203.0.113.140:443          211   19.5 M     1",
	  "2024-04-18T10:14:12Z", "Bytes=19500000" },
	{ "two units",
	  "2024-04-18 10:14:12.000    61.220 TCP      10.7.12.41:51831 ->   203.0.113.140:443          1.2 M   2.0 G     1",
	  "2024-04-18T10:14:12Z", "Packets=1200000 Bytes=2000000000" },
	{ "IPv6",
	  "2024-04-18 10:14:12.000    61.220 UDP      2001:db8::1.53 ->   2001:db8::2.5353          1   80     1",
	  "2024-04-18T10:14:12Z", "Proto=UDP Bytes=80" },
	{ "ICMP",
	  "2024-04-18 10:14:12.000     0.000 ICMP      10.0.0.1:0 ->   10.0.0.2:8.0          1   84     1",
	  "2024-04-18T10:14:12Z", "Bytes=84" },
	{ 0 },
};

static const struct textlog_case FLOWS_SILK[] = {
	{ "SiLK",
	  "     10.7.12.41|  203.0.113.140|51831|  443|  6|       211|    148220| FS PA  |2024/04/18T10:14:12.000|   61.220|2024/04/18T10:15:13.220|S0|",
	  "2024-04-18T10:14:12Z", "sIP=10.7.12.41 bytes=148220 pro=6" },
	{ 0 },
};

static const struct textlog_case FLOWS_PANOS[] = {
	{ "PAN-OS, exported",
	  "1,2024/04/18 10:14:13,0011C1,TRAFFIC,end,1,2024/04/18 10:14:12,10.7.12.41,203.0.113.140,allow",
	  "2024-04-18T10:14:12Z", "Type=TRAFFIC Action=allow" },
	{ 0 },
};

static const struct textlog_case KEA_GOOD[] = {
	{ "a lease", "10.7.12.41,00:11:22:aa:bb:01,01:00,3600,1713438852,1,0,0,ws-0147,0,,0",
	  "2024-04-18T10:14:12Z",
	  "address=10.7.12.41 hwaddr=00:11:22:aa:bb:01 hostname=ws-0147 expires=2024-04-18T11:14:12Z" },
	{ "without an end", "10.7.12.41,00:11:22:aa:bb:01,,4294967295,1713435252,1,0,0,ws,0,,0",
	  "2024-04-18T10:14:12Z", "hostname=ws" },
	{ "released", "10.7.12.41,00:11:22:aa:bb:01,,0,1713435252,1,0,0,,2,,0", "2024-04-18T10:14:12Z",
	  "state=2 hostname=" },
	{ "an escaped comma", "10.7.12.41,00:11:22:aa:bb:01,,0,1713435252,1,0,0,a&#x2cb,0,,0",
	  "2024-04-18T10:14:12Z", "hostname=a&#x2cb" },
	{ 0 },
};

static const struct textlog_case DNS_GOOD[] = {
	{ "a question",
	  "4/18/2024 8:31:12 AM 0FE0 PACKET  000002C53117D990 UDP Rcv 10.7.12.41      8a21   Q [0001   D   NOERROR] A      (8)cdn-sync(7)example(3)net(0)",
	  "2024-04-18T08:31:12Z",
	  "query=cdn-sync.example.net query_type=A client_ip=10.7.12.41 server_ip= response= opcode=Q flags=D rcode=NOERROR protocol=UDP direction=Rcv xid=8a21 thread_id=0FE0" },
	{ "its answer",
	  "4/18/2024 8:31:12 AM 0FE0 PACKET  000002C53117D990 UDP Snd 10.7.12.41      8a21 R Q [8085 A DR  NOERROR] A      (8)cdn-sync(7)example(3)net(0)",
	  "2024-04-18T08:31:12Z", "response=R client_ip=10.7.12.41 flags_hex=8085" },
	{ "asked further on",
	  "4/18/2024 8:31:12 AM 0FE0 PACKET  000002C53117D990 UDP Snd 192.0.2.53      8a21   Q [0001   D   NOERROR] A      (1)a(7)example(0)",
	  "2024-04-18T08:31:12Z", "server_ip=192.0.2.53 client_ip= query=a.example" },
	{ "answered from there",
	  "4/18/2024 8:31:12 AM 0FE0 PACKET  000002C53117D990 UDP Rcv 192.0.2.53      8a21 R Q [8081   DR  NXDOMAIN] A      (1)a(7)example(0)",
	  "2024-04-18T08:31:12Z", "server_ip=192.0.2.53 rcode=NXDOMAIN" },
	{ "TCP",
	  "4/18/2024 8:31:12 AM 0FE0 PACKET  000002C53117D990 TCP Rcv 10.7.12.41      8a21   Q [0001   D   NOERROR] A      (8)cdn-sync(7)example(3)net(0)",
	  "2024-04-18T08:31:12Z", "protocol=TCP" },
	{ "IPv6",
	  "4/18/2024 8:31:12 AM 0FE0 PACKET  000002C53117D990 UDP Rcv 2001:db8::5      8a21   Q [0001   D   NOERROR] AAAA   (1)a(0)",
	  "2024-04-18T08:31:12Z", "client_ip=2001:db8::5 query_type=AAAA query=a" },
	{ "the root",
	  "4/18/2024 8:31:12 AM 0FE0 PACKET  000002C53117D990 UDP Rcv 10.7.12.41      8a21   Q [0001   D   NOERROR] NS     (0)",
	  "2024-04-18T08:31:12Z", "query=. query_type=NS" },
	{ "an update",
	  "4/18/2024 8:31:12 AM 0FE0 PACKET  000002C53117D990 UDP Rcv 10.7.12.41      8a21   U [0028       NOERROR] SOA    (4)corp(7)example(0)",
	  "2024-04-18T08:31:12Z", "opcode=U query_type=SOA flags=" },
	{ "a length that lies",
	  "4/18/2024 8:31:12 AM 0FE0 PACKET  000002C53117D990 UDP Rcv 10.7.12.41      8a21   Q [0001   D   NOERROR] A      (60)cdn-sync(0)",
	  "2024-04-18T08:31:12Z", "query=(60)cdn-sync(0)" },
	{ "a name without lengths",
	  "4/18/2024 8:31:12 AM 0FE0 PACKET  000002C53117D990 UDP Rcv 10.7.12.41      8a21   Q [0001   D   NOERROR] A      www.example",
	  "2024-04-18T08:31:12Z", "query=www.example" },
	{ "a name that does not end",
	  "4/18/2024 8:31:12 AM 0FE0 PACKET  000002C53117D990 UDP Rcv 10.7.12.41      8a21   Q [0001   D   NOERROR] A      (3)www",
	  "2024-04-18T08:31:12Z", "query=(3)www" },
	{ "text behind the end of a name",
	  "4/18/2024 8:31:12 AM 0FE0 PACKET  000002C53117D990 UDP Rcv 10.7.12.41      8a21   Q [0001   D   NOERROR] A      (3)www(0)x",
	  "2024-04-18T08:31:12Z", "query=(3)www(0)x" },
	{ "a point in a label",
	  "4/18/2024 8:31:12 AM 0FE0 PACKET  000002C53117D990 UDP Rcv 10.7.12.41      8a21   Q [0001   D   NOERROR] A      (3)a.b(0)",
	  "2024-04-18T08:31:12Z", "query=a.b" },
	{ "no name",
	  "4/18/2024 8:31:12 AM 0FE0 PACKET  000002C53117D990 UDP Rcv 10.7.12.41      8a21   Q [0001   D   FORMERR] A",
	  "2024-04-18T08:31:12Z", "query= query_type=A rcode=FORMERR" },
	{ "a type by number",
	  "4/18/2024 8:31:12 AM 0FE0 PACKET  000002C53117D990 UDP Rcv 10.7.12.41      8a21   Q [0001   D   NOERROR] TYPE65 (1)a(0)",
	  "2024-04-18T08:31:12Z", "query_type=TYPE65" },
	{ "another event", "4/18/2024 8:31:12 AM 0FE0 EVENT   The DNS server has started.",
	  "2024-04-18T08:31:12Z", "context=EVENT query=" },
	{ "a note", "4/18/2024 8:31:12 AM 0FE0 Note: got GQCS failure on a dead socket",
	  "2024-04-18T08:31:12Z", "context=Note:" },
	{ "32-bit ids",
	  "4/18/2024 8:31:12 AM 1A4 PACKET  02B2F7D0 UDP Rcv 10.7.12.41      8a21   Q [0001   D   NOERROR] A      (8)cdn-sync(7)example(3)net(0)",
	  "2024-04-18T08:31:12Z", "packet_id=02B2F7D0 thread_id=1A4" },
	{ "24 hours",
	  "4/18/2024 08:31:12 0FE0 PACKET  000002C53117D990 UDP Rcv 10.7.12.41      8a21   Q [0001   D   NOERROR] A      (8)cdn-sync(7)example(3)net(0)",
	  "2024-04-18T08:31:12Z", "query_type=A" },
	{ "days first",
	  "18/04/2024 08:31:12 0FE0 PACKET  000002C53117D990 UDP Rcv 10.7.12.41      8a21   Q [0001   D   NOERROR] A      (8)cdn-sync(7)example(3)net(0)",
	  "2024-04-18T08:31:12Z", "query_type=A" },
	{ "points",
	  "18.04.2024 08:31:12 0FE0 PACKET  000002C53117D990 UDP Rcv 10.7.12.41      8a21   Q [0001   D   NOERROR] A      (8)cdn-sync(7)example(3)net(0)",
	  "2024-04-18T08:31:12Z", "query_type=A" },
	{ "years first",
	  "2024/4/18 8:31:12 0FE0 PACKET  000002C53117D990 UDP Rcv 10.7.12.41      8a21   Q [0001   D   NOERROR] A      (8)cdn-sync(7)example(3)net(0)",
	  "2024-04-18T08:31:12Z", "query_type=A" },
	{ "hyphens",
	  "2024-04-18 08:31:12 0FE0 PACKET  000002C53117D990 UDP Rcv 10.7.12.41      8a21   Q [0001   D   NOERROR] A      (8)cdn-sync(7)example(3)net(0)",
	  "2024-04-18T08:31:12Z", "query_type=A" },
	{ 0 },
};

static const struct textlog_case IDS_GOOD[] = {
	{ "Suricata",
	  "04/18/2024-10:14:02.123456  [**] [1:2009187:4] TEXT [**] [Classification: Trojan] [Priority: 3] {TCP} 198.51.100.9:80 -> 192.168.1.4:56068",
	  "2024-04-18T10:14:02.123456Z",
	  "generator_id=1 signature_id=2009187 revision=4 signature=TEXT classification=Trojan priority=3 protocol=TCP src_ip=198.51.100.9 src_port=80 dst_ip=192.168.1.4 dst_port=56068" },
	{ "UDP",
	  "04/18/2024-10:14:02.123456  [**] [1:2009187:4] TEXT [**] [Priority: 3] {UDP} 198.51.100.9:53 -> 192.168.1.4:56068",
	  "2024-04-18T10:14:02.123456Z", "protocol=UDP classification=" },
	{ "ICMP with type and code",
	  "04/18/2024-10:14:02.123456  [**] [1:2009187:4] TEXT [**] [Priority: 3] {ICMP} 198.51.100.9:8 -> 192.168.1.4:0",
	  "2024-04-18T10:14:02.123456Z", "src_ip=198.51.100.9 src_port=8 dst_port=0" },
	{ "IPv6",
	  "04/18/2024-10:14:02.123456  [**] [1:2009187:4] TEXT [**] [Priority: 3] {TCP} 2001:db8:0:0:0:0:0:1:80 -> 2001:db8:0:0:0:0:0:2:443",
	  "2024-04-18T10:14:02.123456Z", "src_ip=2001:db8:0:0:0:0:0:1 src_port=80" },
	{ "short IPv6",
	  "04/18/2024-10:14:02.123456  [**] [1:2009187:4] TEXT [**] [Priority: 3] {TCP} 2001:db8::1:80 -> 2001:db8::2:443",
	  "2024-04-18T10:14:02.123456Z", "src_ip=2001:db8::1 dst_port=443" },
	{ "whole IPv6 without ports",
	  "04/18/2024-10:14:02.123456  [**] [1:2009187:4] TEXT [**] [Priority: 3] {ICMP} 2001:db8:0:0:0:0:0:1 -> 2001:db8:0:0:0:0:0:2",
	  "2024-04-18T10:14:02.123456Z", "src_ip=2001:db8:0:0:0:0:0:1 src_port=" },
	{ "dropped",
	  "04/18/2024-10:14:02.123456  [Drop] [**] [1:2009187:4] TEXT [**] [Priority: 3] {TCP} 198.51.100.9:80 -> 192.168.1.4:1",
	  "2024-04-18T10:14:02.123456Z", "action=Drop signature=TEXT" },
	{ "no priority",
	  "04/18/2024-10:14:02.123456  [**] [1:2009187:4] TEXT [**] {TCP} 198.51.100.9:80 -> 192.168.1.4:1",
	  "2024-04-18T10:14:02.123456Z", "priority= protocol=TCP" },
	{ "only a classification",
	  "04/18/2024-10:14:02.123456  [**] [1:2009187:4] TEXT [**] [Classification: X] {TCP} 198.51.100.9:80 -> 192.168.1.4:1",
	  "2024-04-18T10:14:02.123456Z", "classification=X priority=" },
	{ "marks in the text",
	  "04/18/2024-10:14:02.123456  [**] [1:1:1] a[**]b [**] [Priority: 3] {TCP} 198.51.100.9:80 -> 192.168.1.4:1",
	  "2024-04-18T10:14:02.123456Z", "signature=a[**]b" },
	{ "an empty text",
	  "04/18/2024-10:14:02.123456  [**] [1:1:1]  [**] [Priority: 3] {TCP} 198.51.100.9:80 -> 192.168.1.4:1",
	  "2024-04-18T10:14:02.123456Z", "signature=" },
	{ "a protocol by number",
	  "04/18/2024-10:14:02.123456  [**] [1:2009187:4] TEXT [**] [Priority: 3] {PROTO:132} 198.51.100.9:0 -> 192.168.1.4:0",
	  "2024-04-18T10:14:02.123456Z", "protocol=PROTO:132" },
	{ "a large id",
	  "04/18/2024-10:14:02.123456  [**] [4294967295:4294967295:1] x [**] [Priority: 1] {TCP} 198.51.100.9:80 -> 192.168.1.4:1",
	  "2024-04-18T10:14:02.123456Z", "signature_id=4294967295" },
	{ "an arrow in the text",
	  "04/18/2024-10:14:02.123456  [**] [1:1:1] a->b [**] [Priority: 3] {TCP} 198.51.100.9:80 -> 192.168.1.4:1",
	  "2024-04-18T10:14:02.123456Z", "signature=a->b src_ip=198.51.100.9" },
	{ "Snort 3, quoted",
	  "24/04/18-10:14:02.123456 [**] [1:366:11] \"PING\" [**] [Priority: 3] {ICMP} 198.51.100.9 -> 192.168.1.4",
	  "2024-04-18T10:14:02.123456Z", "signature=PING src_ip=198.51.100.9 src_port=" },
	{ "Snort 2 with a year",
	  "04/18/24-10:14:02.123456  [**] [1:2009187:4] TEXT [**] [Priority: 3] {TCP} 198.51.100.9:80 -> 192.168.1.4:1",
	  "2024-04-18T10:14:02.123456Z", "src_port=80" },
	{ "AppID",
	  "04/18/2024-10:14:02.123456  [**] [1:2009187:4] TEXT [**] [Priority: 3] [AppID: HTTP] {TCP} 198.51.100.9:80 -> 192.168.1.4:1",
	  "2024-04-18T10:14:02.123456Z", "protocol=TCP src_port=80" },
	{ "Snort's preprocessor",
	  "04/18/2024-10:14:02.123456  [**] [129:12:1] Consecutive small segments [**] [Priority: 3] {TCP} 198.51.100.9:80 -> 192.168.1.4:1",
	  "2024-04-18T10:14:02.123456Z", "generator_id=129" },
	{ "escapes in the text",
	  "04/18/2024-10:14:02.123456  [**] [1:1:1] \033]0;x\007 [**] [Priority: 3] {TCP} 198.51.100.9:80 -> 192.168.1.4:1",
	  "2024-04-18T10:14:02.123456Z", "signature_id=1" },
	{ "drop behind the mark",
	  "04/18/2024-10:14:02.123456  [**] [Drop] [1:1:1] x [**] [Priority: 3] {TCP} 198.51.100.9:80 -> 192.168.1.4:1",
	  "2024-04-18T10:14:02.123456Z", "action=Drop signature=x" },
	{ 0 },
};

static const struct textlog_case WINDHCP_BAD[] = {
	{ "text", "hello", NULL, NULL },
	{ "a date of ISO", "10,2024-04-18,08:31:12,Assign,1", NULL, NULL },
	{ "month 13", "10,13/18/24,08:31:12,Assign,1", NULL, NULL },
	{ "no comma behind the time", "10,04/18/24,08:31:12", NULL, NULL },
	{ "hour 25", "10,04/18/24,25:31:12,Assign,1", NULL, NULL },
	{ "letters", "xx,04/18/24,08:31:12,Assign,1", NULL, NULL },
	{ "six digits", "123456,04/18/24,08:31:12,Assign,1", NULL, NULL },
	{ "no id", ",04/18/24,08:31:12,Assign,1", NULL, NULL },
	{ "spaces", "10 04/18/24 08:31:12 Assign", NULL, NULL },
	{ "cut", "10,04/18", NULL, NULL },
	{ "binary", "\001\002", NULL, NULL },
	{ "a day that is none", "10,02/30/24,08:31:12,Assign,1", NULL, NULL },
	{ 0 },
};

static const struct textlog_case FLOWS_NEW_BAD[] = {
	{ "text", "hello", NULL, NULL },
	{ "too few", "2024-04-18 10:14:12,61.220,6,10.7.12.41", NULL, NULL },
	{ "too many", "2024-04-18 10:14:12,0.1,6,10.0.0.1,1,10.0.0.2,2,1,84,1,7,8", NULL, NULL },
	{ "no time", "x,0.1,6,10.0.0.1,1,10.0.0.2,2,1,84,1", NULL, NULL },
	{ "month 13", "2024-13-18 10:14:12,0.1,6,10.0.0.1,1,10.0.0.2,2,1,84,1", NULL, NULL },
	{ "an empty time", ",0.1,6,10.0.0.1,1,10.0.0.2,2,1,84,1", NULL, NULL },
	{ "another mark", "2024-04-18 10:14:12;0.1;6;10.0.0.1;1;10.0.0.2;2;1;84;1", NULL, NULL },
	{ "commas", ",,,,,,,,,", NULL, NULL },
	{ "a quote that stays open", "2024-04-18 10:14:12,0.1,6,\"10.0.0.1,1,10.0.0.2,2,1,84,1", NULL, NULL },
	{ "binary", "\001\002", NULL, NULL },
	{ "tabs", "2024-04-18 10:14:12\t0.1\t6", NULL, NULL },
	{ 0 },
};

static const struct textlog_case FLOWS_LINE_BAD[] = {
	{ "text", "hello", NULL, NULL },
	{ "no arrow",
	  "2024-04-18 10:14:12.000    61.220 TCP      10.7.12.41:51831 203.0.113.140:443          211   148220     1",
	  NULL, NULL },
	{ "no port",
	  "2024-04-18 10:14:12.000    61.220 TCP      10.7.12.41 ->   203.0.113.140:443          211   148220     1",
	  NULL, NULL },
	{ "no second end", "2024-04-18 10:14:12.000    61.220 TCP      10.7.12.41:51831 ->", NULL, NULL },
	{ "too few",
	  "2024-04-18 10:14:12.000    61.220 TCP      10.7.12.41:51831 ->   203.0.113.140:443          211",
	  NULL, NULL },
	{ "too many",
	  "2024-04-18 10:14:12.000    61.220 TCP      10.7.12.41:51831 ->   203.0.113.140:443          211   148220     1 7 8",
	  NULL, NULL },
	{ "no time",
	  "yesterday 61.220 TCP      10.7.12.41:51831 ->   203.0.113.140:443          211   148220     1",
	  NULL, NULL },
	{ "only a time", "2024-04-18 10:14:12.000", NULL, NULL },
	{ "month 13",
	  "2024-13-18 10:14:12.000    61.220 TCP      10.7.12.41:51831 ->   203.0.113.140:443          211   148220     1",
	  NULL, NULL },
	{ "an empty end",
	  "2024-04-18 10:14:12.000    61.220 TCP      :1 ->   203.0.113.140:443          211   148220     1",
	  NULL, NULL },
	{ 0 },
};

static const struct textlog_case KEA_BAD[] = {
	{ "too few", "10.7.12.41,00:11:22:aa:bb:01", NULL, NULL },
	{ "no time", "10.7.12.41,00:11:22:aa:bb:01,,0,never,1,0,0,,2,,0", NULL, NULL },
	{ "text", "hello", NULL, NULL },
	{ "too many", "10.7.12.41,a,b,0,1713435252,1,0,0,,2,,0,1,2", NULL, NULL },
	{ 0 },
};

static const struct textlog_case DNS_BAD[] = {
	{ "text", "hello", NULL, NULL },
	{ "no direction",
	  "4/18/2024 8:31:12 AM 0FE0 PACKET  000002C53117D990 UDP 10.7.12.41      8a21   Q [0001   D   NOERROR] A      (1)a(0)",
	  NULL, NULL },
	{ "no protocol",
	  "4/18/2024 8:31:12 AM 0FE0 PACKET  000002C53117D990 Rcv 10.7.12.41 8a21   Q [0001   D   NOERROR] A      (1)a(0)",
	  NULL, NULL },
	{ "no brackets",
	  "4/18/2024 8:31:12 AM 0FE0 PACKET  000002C53117D990 UDP Rcv 10.7.12.41      8a21   Q A      (1)a(0)",
	  NULL, NULL },
	{ "a bracket that stays open",
	  "4/18/2024 8:31:12 AM 0FE0 PACKET  000002C53117D990 UDP Rcv 10.7.12.41      8a21   Q [0001   D   NOERROR A      (1)a(0)",
	  NULL, NULL },
	{ "brackets the wrong way",
	  "4/18/2024 8:31:12 AM 0FE0 PACKET  000002C53117D990 UDP Rcv 10.7.12.41      8a21   Q ]0001[ A (1)a(0)",
	  NULL, NULL },
	{ "no type",
	  "4/18/2024 8:31:12 AM 0FE0 PACKET  000002C53117D990 UDP Rcv 10.7.12.41      8a21   Q [0001   D   NOERROR]",
	  NULL, NULL },
	{ "month 13",
	  "13/13/2024 8:31:12 AM 0FE0 PACKET  000002C53117D990 UDP Rcv 10.7.12.41      8a21   Q [0001   D   NOERROR] A      (8)cdn-sync(7)example(3)net(0)",
	  NULL, NULL },
	{ "no context", "4/18/2024 8:31:12 AM 0FE0", NULL, NULL },
	{ "only a time", "4/18/2024 8:31:12 AM", NULL, NULL },
	{ "cut in the packet", "4/18/2024 8:31:12 AM 0FE0 PACKET  000002C53117D990 UDP Rc", NULL, NULL },
	{ "no year",
	  "4/18 8:31:12 AM 0FE0 PACKET  000002C53117D990 UDP Rcv 10.7.12.41      8a21   Q [0001   D   NOERROR] A      (8)cdn-sync(7)example(3)net(0)",
	  NULL, NULL },
	{ 0 },
};

static const struct textlog_case IDS_BAD[] = {
	{ "text", "hello", NULL, NULL },
	{ "no time", "[**] [1:2009187:4] TEXT [**] {TCP} 1.1.1.1:1 -> 2.2.2.2:2", NULL, NULL },
	{ "month 13", "13/18/2024-10:14:02.123456  [**] [1:2009187:4] TEXT [**] {TCP} 1.1.1.1:1 -> 2.2.2.2:2",
	  NULL, NULL },
	{ "hour 25", "04/18/2024-25:14:02.123456  [**] [1:2009187:4] TEXT [**] {TCP} 1.1.1.1:1 -> 2.2.2.2:2",
	  NULL, NULL },
	{ "no ids", "04/18/2024-10:14:02.123456  [**] TEXT [**] {TCP} 1.1.1.1:1 -> 2.2.2.2:2", NULL, NULL },
	{ "ids that are none",
	  "04/18/2024-10:14:02.123456  [**] [a:b:c] TEXT [**] {TCP} 1.1.1.1:1 -> 2.2.2.2:2", NULL, NULL },
	{ "two ids", "04/18/2024-10:14:02.123456  [**] [1:2] TEXT [**] {TCP} 1.1.1.1:1 -> 2.2.2.2:2", NULL,
	  NULL },
	{ "no second mark", "04/18/2024-10:14:02.123456  [**] [1:2:3] TEXT {TCP} 1.1.1.1:1 -> 2.2.2.2:2",
	  NULL, NULL },
	{ "no protocol", "04/18/2024-10:14:02.123456  [**] [1:2009187:4] TEXT [**] 1.1.1.1:1 -> 2.2.2.2:2",
	  NULL, NULL },
	{ "no arrow", "04/18/2024-10:14:02.123456  [**] [1:2009187:4] TEXT [**] {TCP} 1.1.1.1:1 2.2.2.2:2",
	  NULL, NULL },
	{ "no second end", "04/18/2024-10:14:02.123456  [**] [1:2009187:4] TEXT [**] {TCP} 1.1.1.1:1 -> ",
	  NULL, NULL },
	{ "no first mark", "04/18/2024-10:14:02.123456  [1:2:3] TEXT [**] {TCP} 1.1.1.1:1 -> 2.2.2.2:2", NULL,
	  NULL },
	{ "day 0", "00/00-10:14:02.123456  [**] [1:2009187:4] TEXT [**] {TCP} 1.1.1.1:1 -> 2.2.2.2:2", NULL,
	  NULL },
	{ "text behind the end",
	  "04/18/2024-10:14:02.123456  [**] [1:2009187:4] TEXT [**] {TCP} 1.1.1.1:1 -> 2.2.2.2:2 more", NULL,
	  NULL },
	{ 0 },
};

#define WINDHCP_NAMES                                                                                                    \
	"ID,Date,Time,Description,IP Address,Host Name,MAC Address,User Name, TransactionID, QResult,Probationtime, "    \
	"CorrelationID,Dhcid,VendorClass(Hex),VendorClass(ASCII),UserClass(Hex),UserClass(ASCII),RelayAgentInformation," \
	"DnsRegError.\r\n"
#define WINDHCP_HEAD                                                                                           \
	"\t\tMicrosoft DHCP Service Activity Log\r\n\r\n\r\nEvent ID  Meaning\r\n00\tThe log was started.\r\n" \
	"10\tA new IP address was leased to a client.\r\n\r\nQResult: 0: NoQuarantine\r\n\r\n" WINDHCP_NAMES
#define WINDHCP_ROW "10,04/18/24,08:31:12,Assign,10.7.12.41,ws-0147.corp.example,001122AABB01,,1,0,,,,,,,,,0"
#define DNS_HEAD                                                                                                      \
	"DNS Server log file creation at 4/18/2024 8:31:11 AM\r\nLog file wrap at 4/18/2024 8:31:11 AM\r\n\r\n"       \
	"Message logging key (for packets - other items use a subset of these fields):\r\n\tField #  Information\r\n" \
	"\t   1     Date\r\n\r\n"

static void lines(void **state)
{
	static const struct {
		const struct reader_ops *ops;
		const char *head;
		const struct textlog_case *good, *bad;
	} L[] = {
		{ &reader_windhcp, WINDHCP_HEAD, WINDHCP_GOOD, WINDHCP_BAD },
		{ &reader_flows,
		  "firstSeen,duration,proto,srcAddr,srcPort,dstAddr,dstPort,packets,bytes,flows\n", FLOWS_NEW,
		  FLOWS_NEW_BAD },
		{ &reader_flows, "ts,te,td,sa,da,sp,dp,pr,flg,fwd,stos,ipkt,ibyt,opkt,obyt,in,out\n",
		  FLOWS_OLD, NULL },
		{ &reader_flows,
		  "cnt,af,firstSeen,lastSeen,proto,srcAddr,srcPort,dstAddr,dstPort,srcAS,dstAS,input,output,flags,srcTos,packets,bytes\n",
		  FLOWS_FAST, NULL },
		{ &reader_flows,
		  "Date first seen          Duration Proto      Src IP Addr:Port          Dst IP Addr:Port   Packets    Bytes Flows\n",
		  FLOWS_LINE, FLOWS_LINE_BAD },
		{ &reader_flows, "sIP|dIP|sPort|dPort|pro|packets|bytes|flags|sTime|duration|eTime|sen|\n",
		  FLOWS_SILK, NULL },
		{ &reader_flows,
		  "Domain,Receive Time,Serial #,Type,Threat/Content Type,Config Version,Generate Time,Source address,Destination address,Action\n",
		  FLOWS_PANOS, NULL },
		{ &reader_flows,
		  "address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state,user_context,pool_id\n",
		  KEA_GOOD, KEA_BAD },
		{ &reader_dnsdebug, "", DNS_GOOD, DNS_BAD },
		{ &reader_ids, "", IDS_GOOD, IDS_BAD },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(L); i++) {
		textlog_good(L[i].ops, L[i].head, L[i].good, (struct textlog_with){ 0 });
		if (L[i].bad && L[i].ops != &reader_dnsdebug)
			textlog_bad(L[i].ops, L[i].head, L[i].bad, L[i].good[0].line);
	}
}

/* A first line that is none could be the legend: behind a packet it is a gap. */
static void dns_lines_that_are_none(void **state)
{
	(void)state;
	for (const struct textlog_case *c = DNS_BAD; c->what; c++) {
		struct textlog_run r;
		buf b = { 0 };

		buf_printf(&b, "%s\r\n%s\r\n%s\r\n", DNS_GOOD[0].line, c->line, DNS_GOOD[0].line);
		textlog_run(&r, &reader_dnsdebug, str_bytes(buf_view(&b)), (struct textlog_with){ 0 });
		CHECK(c->what, r.end == READER_END && r.nevents == 2 && r.ngaps == 1);
		CHECK(c->what, r.gaps[0].from == strlen(DNS_GOOD[0].line) + 2 && r.gaps[0].lost == 1);
		textlog_run_done(&r);
		buf_done(&b);
	}
}

/* --- whole files ---------------------------------------------------------------------------- */

static const struct {
	const char *what;
	const struct reader_ops *ops;
	const char *content;
	size_t events, gaps;
	const char *dataset, *time, *fields, *ecs; /* of the last event */
} FILES[] = {
	{ "Windows DHCP", &reader_windhcp, WINDHCP_HEAD WINDHCP_ROW "\r\n", 1, 0, "windows.dhcp",
	  "2024-04-18T08:31:12Z", NULL,
	  "\"client\":{\"domain\":\"ws-0147.corp.example\",\"ip\":\"10.7.12.41\",\"mac\":\"00-11-22-AA-BB-01\"}" },
	{ "Windows DHCP, started again", &reader_windhcp,
	  WINDHCP_HEAD WINDHCP_ROW "\r\n" WINDHCP_HEAD WINDHCP_ROW "\r\n", 2, 0, "windows.dhcp", NULL, NULL,
	  NULL },
	{ "Windows DHCP, in German", &reader_windhcp,
	  "\t\tMicrosoft DHCP-Dienst-Aktivit\xC3\xA4tsprotokoll\r\n\r\nEreigniskennung  Bedeutung\r\nID,Datum,Zeit,Beschreibung,IP-Adresse,Hostname,MAC-Adresse\r\n" WINDHCP_ROW
	  "\r\n",
	  1, 0, "windows.dhcp", NULL, NULL, "\"ip\":\"10.7.12.41\"" },
	{ "Windows DHCP without its head", &reader_windhcp, WINDHCP_ROW "\r\n", 1, 0, "windows.dhcp", NULL,
	  NULL, "\"ip\":\"10.7.12.41\"" },
	{ "Windows DHCP, more fields than known", &reader_windhcp, WINDHCP_HEAD WINDHCP_ROW ",1,2,3\r\n", 1,
	  0, "windows.dhcp", NULL, "ID=10", NULL },
	{ "Windows DHCPv6", &reader_windhcp,
	  "\t\tMicrosoft DHCPv6 Service Activity Log\r\n\r\nID,Date,Time,Description,IPv6 Address,Host Name,Error Code, Duid Length, Duid Bytes(Hex),User Name,Dhcid,Subnet Prefix.\r\n11002,04/18/24,08:31:12,DHCPV6 Request,2001:db8::5,ws-0147,,14,000100,,,\r\n",
	  1, 0, "windows.dhcp", NULL, NULL, "\"ip\":\"2001:db8::5\"" },
	{ "leases", &reader_leases,
	  "# The format of this file\n\nauthoring-byte-order little-endian;\nserver-duid \"\\000\";\n\nlease 10.7.12.41 {\n  starts 4 2024/04/18 08:31:12;\n  ends 4 2024/04/18 12:31:12;\n  binding state active;\n  next binding state free;\n  hardware ethernet 00:11:22:aa:bb:01;\n  uid \"\\001;}\\\"\";\n  set vendor-class-identifier = \"MSFT\";\n  client-hostname \"ws-0147\";\n}\n",
	  1, 0, "isc.lease", "2024-04-18T08:31:12Z",
	  "ip=10.7.12.41 client-hostname=ws-0147 vendor-class-identifier=MSFT",
	  "\"client\":{\"domain\":\"ws-0147\",\"ip\":\"10.7.12.41\",\"mac\":\"00-11-22-AA-BB-01\"}" },
	{ "two leases, one never ends", &reader_leases,
	  "lease 10.7.12.41 {\n  starts 4 2024/04/18 08:31:12;\n}\nlease 10.7.12.42 {\n  starts epoch 1713429072; # Thu Apr 18 08:31:12 2024\n  ends never;\n  binding state abandoned;\n}\n",
	  2, 0, "isc.lease", "2024-04-18T08:31:12Z", "ip=10.7.12.42 ends=never", NULL },
	{ "a lease that is cut", &reader_leases,
	  "lease 10.7.12.41 {\n  starts 4 2024/04/18 08:31:12;\n  binding sta", 1, 0, "isc.lease",
	  "2024-04-18T08:31:12Z", "ip=10.7.12.41", NULL },
	{ "a lease without braces", &reader_leases,
	  "lease 10.7.12.41\nlease 10.7.12.42 {\n  starts 4 2024/04/18 08:31:12;\n}\n", 1, 1, "isc.lease",
	  NULL, "ip=10.7.12.42", NULL },
	{ "a lease of IPv6", &reader_leases,
	  "ia-na \"x\" {\n  iaaddr 2001:db8::5 {\n  }\n}\nlease 10.7.12.42 {\n  starts 4 2024/04/18 08:31:12;\n}\n",
	  1, 1, "isc.lease", NULL, NULL, NULL },
	{ "other statements between", &reader_leases,
	  "failover peer \"a\" state {\n  my state normal;\n}\nhost x {\n  dynamic;\n}\nlease 10.7.12.42 {\n  starts 4 2024/04/18 08:31:12;\n}\n",
	  1, 0, "isc.lease", NULL, NULL, NULL },
	{ "a lease with nothing in it", &reader_leases, "lease 10.7.12.42 {\n}\n", 1, 0, "isc.lease", NULL,
	  "ip=10.7.12.42", NULL },
	{ "garbage between", &reader_leases, "hello\nlease 10.7.12.42 {\n}\n", 1, 1, "isc.lease", NULL, NULL,
	  NULL },
	{ "DNS", &reader_dnsdebug,
	  DNS_HEAD
	  "4/18/2024 8:31:12 AM 0FE0 PACKET  000002C53117D990 UDP Rcv 10.7.12.41      8a21   Q [0001   D   NOERROR] A      (1)a(7)example(0)\r\n",
	  1, 0, "windows.dns_debug", "2024-04-18T08:31:12Z", NULL,
	  "\"dns\":{\"id\":\"8a21\",\"question\":{\"name\":\"a.example\",\"type\":\"A\"}" },
	{ "DNS with details", &reader_dnsdebug,
	  DNS_HEAD
	  "4/18/2024 8:31:12 AM 0FE0 PACKET  000002C53117D990 UDP Snd 10.7.12.41      8a21 R Q [8081   DR  NOERROR] A      (1)a(7)example(0)\r\nUDP response info at 000002C53117D990\r\n  Socket = 532\r\n    QUESTION SECTION:\r\n      DATA   192.0.2.1\r\n    ANSWER SECTION:\r\n    Name      \"(1)a(7)example(0)\"\r\n      DATA   203.0.113.140\r\n      DATA   203.0.113.141\r\n    AUTHORITY SECTION:\r\n      DATA   192.0.2.2\r\n\r\n",
	  1, 0, "windows.dns_debug", NULL, NULL, "\"resolved_ip\":[\"203.0.113.140\",\"203.0.113.141\"]" },
	{ "DNS, a later line shows the order", &reader_dnsdebug,
	  "4/3/2024 8:31:12 0FE0 EVENT x\r\n13/3/2024 8:31:12 0FE0 EVENT y\r\n", 2, 0, "windows.dns_debug",
	  "2024-03-13T08:31:12Z", NULL, NULL },
	{ "nfdump 1.6 with its summary", &reader_flows,
	  "ts,te,td,sa,da,sp,dp,pr,flg,fwd,stos,ipkt,ibyt\n2024-04-18 10:14:12,2024-04-18 10:15:13,61.220,10.7.12.41,203.0.113.140,51831,443,TCP,.AP.SF,0,0,211,148220\nSummary\nflows,bytes,packets,avg_bps,avg_pps,avg_bpp\n1,148220,211,19,3,702\n",
	  1, 0, "netflow.log", "2024-04-18T10:14:12Z", NULL,
	  "\"source\":{\"bytes\":148220,\"ip\":\"10.7.12.41\",\"packets\":211,\"port\":51831}" },
	{ "joined files", &reader_flows,
	  "firstSeen,duration,srcAddr,dstAddr,bytes\n2024-04-18 10:14:12,1,10.0.0.1,10.0.0.2,1\nfirstSeen,duration,srcAddr,dstAddr,bytes\n2024-04-18 10:14:13,1,10.0.0.1,10.0.0.2,1\n",
	  2, 0, "netflow.log", "2024-04-18T10:14:13Z", NULL, "\"duration\":1000000000" },
	{ "nfdump's columns with its summary", &reader_flows,
	  "Date first seen          Duration Proto      Src IP Addr:Port          Dst IP Addr:Port   Flags Tos  Packets    Bytes      pps      bps    Bpp Flows\n2024-04-18 10:14:12.004    61.220 TCP      10.7.12.41:51831 ->   203.0.113.140:443   .AP.SF   0      211   19.5 M        3    2.5 M   702     1\nSummary: total flows: 1\nTime window: x\nTotal flows processed: 1\nSys: 0.001s\n",
	  1, 0, "netflow.log", NULL, "Bytes=19500000 bps=2500000 Flags=.AP.SF Flows=1",
	  "\"transport\":\"tcp\"" },
	{ "a table of flows", &reader_flows,
	  "start_time,src_ip,src_port,dst_ip,dst_port,protocol,bytes\n1713435252,10.0.0.1,1,203.0.113.9,443,17,9\n",
	  1, 0, "netflow.log", "2024-04-18T10:14:12Z", "bytes=9", "\"transport\":\"udp\"" },
	{ "SiLK's times are UTC", &reader_flows, "sIP|dIP|sTime\n10.0.0.1|10.0.0.2|2024/04/18T10:14:12\n", 1,
	  0, "netflow.log", "2024-04-18T10:14:12Z", NULL, NULL },
	{ "rows before a header", &reader_flows,
	  "1,2,3\nfirstSeen,duration,srcAddr,dstAddr,bytes\n2024-04-18 10:14:12,1,10.0.0.1,10.0.0.2,1\n", 1,
	  1, "netflow.log", NULL, NULL, NULL },
	{ "dates that show their order later", &reader_ids,
	  "10/05/10-10:08:59.667372 [**] [1:1:1] x [**] {TCP} 198.51.100.9:80 -> 10.0.0.1:1\n21/12/28-12:55:38.765402 [**] [1:1:1] x [**] {TCP} 198.51.100.9:80 -> 10.0.0.1:1\n",
	  2, 0, "snort.fast", "2021-12-28T12:55:38.765402Z", NULL, "\"kind\":\"alert\"" },
	{ "Suricata", &reader_ids,
	  "04/18/2024-10:14:02.123456  [**] [1:2009187:4] x [**] [Priority: 3] {TCP} 198.51.100.9:80 -> 10.0.0.1:1\n",
	  1, 0, "suricata.fast", NULL, NULL,
	  "\"rule\":{\"id\":\"2009187\",\"name\":\"x\",\"version\":\"4\"}" },
};

static void files(void **state)
{
	char time[TIME_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT(FILES); i++) {
		struct textlog_run r;
		const struct textlog_event *ev;

		textlog_run(&r, FILES[i].ops, str_bytes(str_of(FILES[i].content)),
			    (struct textlog_with){ .window = 1 });
		if (r.nevents != FILES[i].events || r.ngaps != FILES[i].gaps)
			fail_msg("%s: %zu events, %zu gaps: %s", FILES[i].what, r.nevents, r.ngaps,
				 r.ngaps ? r.gaps[0].text : "");
		ev = &r.events[r.nevents - 1];
		CHECK_STR(FILES[i].what, str_of(ev->dataset), str_of(FILES[i].dataset));
		if (FILES[i].time) {
			time_text(ev->time_ns, time);
			CHECK_STR(FILES[i].what, str_of(time), str_of(FILES[i].time));
		}
		if (FILES[i].fields)
			textlog_check_fields(FILES[i].what, ev, FILES[i].fields);
		CHECK(FILES[i].what, !FILES[i].ecs || textlog_ecs_has(ev, FILES[i].ecs));
		textlog_run_done(&r);
	}
}

static void claims(void **state)
{
	static const struct {
		const char *what;
		const struct reader_ops *ops;
		const char *head;
		int claim;
	} P[] = {
		{ "Windows DHCP", &reader_windhcp, WINDHCP_HEAD, 93 },
		{ "Windows DHCP, rows", &reader_windhcp, WINDHCP_ROW "\n" WINDHCP_ROW "\n", 88 },
		{ "Windows DHCP, names and a row", &reader_windhcp, WINDHCP_NAMES WINDHCP_ROW "\n", 93 },
		{ "another CSV", &reader_windhcp, "ID,Date,Time,Description\n1,2024-04-18,10:00:00,x\n", 0 },
		{ "leases", &reader_leases, "lease 10.0.0.1 {\n  starts 4 2024/04/18 00:31:12;\n", 93 },
		{ "a configuration", &reader_leases,
		  "subnet 10.0.0.0 netmask 255.0.0.0 {\n  range 10.0.0.1 10.0.0.9;\n}\n", 0 },
		{ "DNS", &reader_dnsdebug, DNS_HEAD, 93 },
		{ "DNS without its head", &reader_dnsdebug,
		  "4/18/2024 8:31:12 AM 0FE0 PACKET  000002C53117D990 UDP Rcv 10.7.12.41 8a21   Q [0001   D   NOERROR] A (1)a(0)\n",
		  93 },
		{ "another log", &reader_dnsdebug, "4/18/2024 8:31:12 AM 0FE0 INFO x\n", 0 },
		{ "flows", &reader_flows, "ts,te,td,sa,da,sp,dp\n", 91 },
		{ "an inventory", &reader_flows, "name,ip,owner\nws-1,10.0.0.1,x\n", 0 },
		{ "alerts", &reader_ids,
		  "04/18/2024-10:14:02.123456  [**] [1:1:1] x [**] {TCP} 198.51.100.9:80 -> 10.0.0.1:1\n",
		  92 },
		{ "text", &reader_ids, "04/18/2024-10:14:02 hello\n", 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(P); i++) {
		struct text_head_store *store = NULL;
		struct text_head h;

		assert_true(text_head_init(&h, &store, str_bytes(str_of(P[i].head)), STR("x.log")));
		if (text_claim(P[i].ops->text, &h) != P[i].claim)
			fail_msg("%s: %d", P[i].what, text_claim(P[i].ops->text, &h));
		text_head_done(store);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines),
		cmocka_unit_test(dns_lines_that_are_none),
		cmocka_unit_test(files),
		cmocka_unit_test(claims),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
