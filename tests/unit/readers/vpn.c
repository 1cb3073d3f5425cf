/* Lines of OpenVPN, Ivanti Connect Secure and Citrix ADC, through the reader of all devices. */
#include "readers/logs/device.h"

#include "readers/textlog_run.h"
#include "unit.h"

#define NOON "2024-04-18T10:14:13Z"

#define O "2024-04-18 10:14:13 "
#define OC O "l.wei/198.51.100.9:51831 "
static const struct textlog_case OPENVPN[] = {
	{ "let in", O "198.51.100.9:51831 [l.wei] Peer Connection Initiated with [AF_INET]198.51.100.9:51831", NOON,
	  "user=l.wei src_ip=198.51.100.9 src_port=51831 action=vpn-connect outcome=success device_host=" },
	{ "its address", OC "MULTI: Learn: 10.8.0.6 -> l.wei/198.51.100.9:51831", NOON, "user=l.wei src_ip=198.51.100.9 assigned_ip=10.8.0.6 action=vpn-address" },
	{ "of a pool", OC "MULTI_sva: pool returned IPv4=10.8.0.6, IPv6=(Not enabled)", NOON, "assigned_ip=10.8.0.6 action=vpn-address" },
	{ "gone", OC "SIGTERM[soft,remote-exit] received, client-instance exiting", NOON, "user=l.wei reason=soft,remote-exit ends=exiting action=vpn-disconnect" },
	{ "lost", OC "SIGUSR1[soft,ping-restart] received, client-instance restarting", NOON, "ends=restarting action=vpn-disconnect" },
	{ "refused", O "198.51.100.9:51831 TLS Auth Error: Auth Username/Password verification failed for peer", NOON, "src_ip=198.51.100.9 action=authentication outcome=failure" },
	{ "a certificate that is none", O "198.51.100.9:51831 VERIFY ERROR: depth=0, error=certificate has expired: CN=l.wei", NOON, "action=authentication outcome=failure" },
	{ "a certificate", O "198.51.100.9:51831 VERIFY OK: depth=0, CN=l.wei", NOON, "action=" },
	{ "the first packet", O "198.51.100.9:51831 TLS: Initial packet from [AF_INET]198.51.100.9:51831, sid=1 2", NOON, "action= user=" },
	{ "the program", O "198.51.100.9:51831 peer info: IV_VER=2.6.8", NOON, "action=" },
	{ "a control channel", OC "Control Channel: TLSv1.3, cipher TLS_AES_256_GCM_SHA384", NOON, "action=" },
	{ "keys", OC "Outgoing Data Channel: Cipher 'AES-256-GCM' initialized with 256 bit key", NOON, "action=" },
	{ "a push", OC "SENT CONTROL [l.wei]: 'PUSH_REPLY,route 10.0.0.0' (status=1)", NOON, "action=" },
	{ "reset", OC "Connection reset, restarting [0]", NOON, "action=" },
	{ "weekday first", "Thu Apr 18 10:14:13 2024 l.wei/198.51.100.9:51831 MULTI: Learn: 10.8.0.6 -> x", NOON, "assigned_ip=10.8.0.6 device_host=" },
	{ "through syslog", "Apr 18 2024 10:14:13 gw openvpn[812]: l.wei/198.51.100.9:51831 MULTI: Learn: 10.8.0.6 -> x", NOON, "assigned_ip=10.8.0.6 device_host=gw" },
	{ "another daemon's name", "Apr 18 2024 10:14:13 gw ovpn-server[812]: 198.51.100.9:51831 [l.wei] Peer Connection Initiated with x", NOON, "user=l.wei device_host=gw" },
	{ "RFC 5424", "<29>1 2024-04-18T10:14:13Z gw openvpn 812 - - l.wei/198.51.100.9:51831 MULTI: Learn: 10.8.0.6 -> x", NOON, "user=l.wei device_host=gw" },
	{ "of the server itself", "Apr 18 2024 10:14:13 gw openvpn[812]: Initialization Sequence Completed", NOON, "action= user=" },
	{ "a route", OC "MULTI: Learn: 10.9.0.0/24 -> l.wei/198.51.100.9:51831", NOON, "assigned_ip=10.9.0.0/24" },
	{ "a fake name", O "x/y/198.51.100.9:51831 MULTI: Learn: 10.8.0.6 -> x", NOON, "assigned_ip=10.8.0.6" },
	{ 0 },
};

#define I "Apr 18 2024 10:14:13 ive1 PulseSecure: 2024-04-18 10:14:13 - ive - [198.51.100.9] l.wei(Users)[VPN] - "
static const struct textlog_case IVANTI[] = {
	{ "let in", I "Login succeeded for l.wei/Users (session:00000000) from 198.51.100.9 with Pulse-Secure/9.1.", NOON, "src_ip=198.51.100.9 user=l.wei realm=Users roles=VPN node=ive action=vpn-connect outcome=success device_host=ive1" },
	{ "refused", I "Login failed using auth server AD (Samba). Reason: Failed", NOON, "user=l.wei action=authentication outcome=failure" },
	{ "first step", I "Primary authentication successful for l.wei/AD from 198.51.100.9", NOON, "action=authentication outcome=success" },
	{ "first step refused", I "Primary authentication failed for l.wei/AD from 198.51.100.9", NOON, "outcome=failure" },
	{ "its address", I "VPN Tunneling: Session started for user with IPv4 address 10.9.0.12, hostname WS-7", NOON, "assigned_ip=10.9.0.12 hostname=WS-7 action=vpn-address" },
	{ "an address alone", I "VPN Tunneling: Session started for user with IP address 10.9.0.12", NOON, "assigned_ip=10.9.0.12 hostname=" },
	{ "its end", I "VPN Tunneling: Session ended for user with IPv4 address 10.9.0.12", NOON, "assigned_ip=10.9.0.12 action=vpn-disconnect" },
	{ "gone", I "Logout from 198.51.100.9 (session:00000000)", NOON, "action=vpn-disconnect" },
	{ "another text", I "Closed connection to TUN-VPN port 443 after 1200 seconds", NOON, "action= user=l.wei" },
	{ "no roles", "Apr 18 2024 10:14:13 ive1 PulseSecure: 2024-04-18 10:14:13 - ive - [198.51.100.9] l.wei(Users)[] - Login failed x", NOON, "roles= outcome=failure" },
	{ "several roles", "Apr 18 2024 10:14:13 ive1 PulseSecure: 2024-04-18 10:14:13 - ive - [198.51.100.9] l.wei(Users)[VPN, Files] - Logout from x", NOON, "action=vpn-disconnect" },
	{ "the system", "Apr 18 2024 10:14:13 ive1 PulseSecure: 2024-04-18 10:14:13 - ive - [127.0.0.1] System()[] - Sending critical", NOON, "user=System realm=" },
	{ "older name", "Apr 18 2024 10:14:13 ive1 Juniper: 2024-04-18 10:14:13 - ive - [198.51.100.9] l.wei(Users)[VPN] - Logout from x", NOON, "action=vpn-disconnect" },
	{ "a domain", "Apr 18 2024 10:14:13 ive1 PulseSecure: 2024-04-18 10:14:13 - ive - [198.51.100.9] CORP\\l.wei(Users)[VPN] - Logout from x", NOON, "user=CORP\\l.wei" },
	{ "IPv6", "Apr 18 2024 10:14:13 ive1 PulseSecure: 2024-04-18 10:14:13 - ive - [2001:db8::9] l.wei(Users)[VPN] - Logout from x", NOON, "src_ip=2001:db8::9" },
	{ "RFC 5424", "<134>1 2024-04-18T10:14:13Z ive1 PulseSecure: - - - 2024-04-18 10:14:13 - ive - [198.51.100.9] l.wei(Users)[VPN] - Logout from x", NOON, "user=l.wei" },
	{ "no realm", "Apr 18 2024 10:14:13 ive1 PulseSecure: 2024-04-18 10:14:13 - ive - [198.51.100.9] l.wei()[] - Login failed x", NOON, "user=l.wei realm=" },
	{ "an empty name", "Apr 18 2024 10:14:13 ive1 PulseSecure: 2024-04-18 10:14:13 - ive - [198.51.100.9] (Users)[] - Login failed x", NOON, "user= outcome=failure" },
	{ "brackets in the text", I "Login failed [a] (b) - c", NOON, "outcome=failure" },
	{ "a node with dashes", "Apr 18 2024 10:14:13 ive1 PulseSecure: 2024-04-18 10:14:13 - ive-2 - [198.51.100.9] l.wei(Users)[VPN] - Logout from x", NOON, "node=ive-2" },
	{ 0 },
};

#define N "<134>Apr 18 2024 10:14:13 10.1.0.9 04/18/2024:10:14:13 GMT ns01 0-PPE-0 : default "
static const struct textlog_case CITRIX[] = {
	{ "let in", N "SSLVPN LOGIN 1234 0 : Context l.wei@198.51.100.9 - SessionId: 12 - User l.wei - Client_ip 198.51.100.9 - Nat_ip 10.9.0.12 - Vserver 10.1.0.9:443 - Browser_type \"curl/8\" - Group(s) \"N/A\"", NOON,
	  "feature=SSLVPN event=LOGIN User=l.wei Client_ip=198.51.100.9 Nat_ip=10.9.0.12 Vserver=10.1.0.9:443 Browser_type=curl/8 SessionId=12 action=vpn-connect outcome=success" },
	{ "gone", N "SSLVPN LOGOUT 1234 0 : Context l.wei@198.51.100.9 - User l.wei - Client_ip 198.51.100.9 - Total_bytes_send 123 - Total_bytes_recv 456 - LogoutMethod \"Explicit\"", NOON, "Total_bytes_send=123 LogoutMethod=Explicit action=vpn-disconnect" },
	{ "refused", N "AAA LOGIN_FAILED 1234 0 : User l.wei - Client_ip 198.51.100.9 - Failure_reason \"External authentication server denied access\" - Browser x", NOON, "User=l.wei action=authentication outcome=failure" },
	{ "a connection", N "SSLVPN TCPCONNSTAT 1234 0 : Context l.wei@198.51.100.9 - User l.wei - Client_ip 198.51.100.9 - Source 198.51.100.9:51831 - Destination 10.1.0.5:443", NOON, "Source=198.51.100.9:51831 Destination=10.1.0.5:443 action=" },
	{ "a desktop", N "SSLVPN ICASTART 1234 0 : Source 198.51.100.9:51831 - Destination 10.1.0.5:1494 - username:domainname l.wei:corp", NOON, "action=ica-start" },
	{ "TCP", N "TCP CONN_TERMINATE 1234 0 : Source 10.0.0.1:1 - Destination 10.0.0.2:443 - Total_bytes_send 0 - Total_bytes_recv 1", NOON, "feature=TCP event=CONN_TERMINATE" },
	{ "a command", N "CLI CMD_EXECUTED 1234 0 : User nsroot - Remote_ip 10.1.1.5 - Command \"show version\" - Status \"Success\"", NOON, "feature=CLI User=nsroot Remote_ip=10.1.1.5 Status=Success" },
	{ "no partition", "<134>Apr 18 2024 10:14:13 10.1.0.9 04/18/2024:10:14:13 GMT ns01 0-PPE-0 : SSLVPN LOGIN 1234 0 : User a - Client_ip 198.51.100.9", NOON, "feature=SSLVPN event=LOGIN User=a" },
	{ "another engine", "<134>Apr 18 2024 10:14:13 10.1.0.9 04/18/2024:10:14:13 GMT ns01 1-PPE-3 : default SSLVPN LOGIN 1234 0 : User a", NOON, "User=a" },
	{ "without a relay", "<134> 04/18/2024:10:14:13 GMT ns01 0-PPE-0 : default SSLVPN LOGIN 1234 0 : User a", "", "User=a" },
	{ "no parts", N "SSLVPN LOGIN 1234 0 : hello", NOON, "event=LOGIN" },
	{ "an empty part", N "SSLVPN LOGIN 1234 0 : User a -  - Client_ip 198.51.100.9", NOON, "User=a Client_ip=198.51.100.9" },
	{ "a dash in a value", N "SSLVPN LOGIN 1234 0 : User a-b - Client_ip 198.51.100.9", NOON, "User=a-b Client_ip=198.51.100.9" },
	{ "a quote that stays open", N "SSLVPN LOGIN 1234 0 : Browser_type \"x - User a", NOON, "User=a" },
	{ "a name twice", N "SSLVPN LOGIN 1234 0 : User a - User b", NOON, "User=a more=User=b" },
	{ "a colon in the text", N "SSLVPN LOGIN 1234 0 : User a : b - Client_ip 198.51.100.9", NOON, "Client_ip=198.51.100.9" },
	{ "IPv6", N "SSLVPN LOGIN 1234 0 : User a - Client_ip 2001:db8::9", NOON, "Client_ip=2001:db8::9" },
	{ "no number", N "SSLVPN LOGIN : User a", NOON, "event=LOGIN User=a" },
	{ "another event", N "EVENT DEVICEUP 1234 0 : Device server_vip - State UP", NOON, "event=DEVICEUP Device=server_vip action=" },
	{ "behind a level", "Apr 18 2024 10:14:13 <local0.info> 10.1.0.9 04/18/2024:10:14:13 GMT ns01 0-PPE-0 : default SSLVPN LOGIN 1 0 : User a", NOON, "User=a" },
	{ 0 },
};

static const struct textlog_case BAD[] = {
	{ "OpenVPN, no port", "198.51.100.9 MULTI: Learn: 10.8.0.6 -> x", NULL, NULL },
	{ "OpenVPN, no client", "MULTI: Learn: 10.8.0.6 -> x", NULL, NULL },
	{ "OpenVPN, a name for an address", "gateway:1194 MULTI: Learn: 10.8.0.6 -> x", NULL, NULL },
	{ "OpenVPN, another text", "198.51.100.9:51831 hello", NULL, NULL },
	{ "OpenVPN, small letters", "198.51.100.9:51831 multi: learn", NULL, NULL },
	{ "OpenVPN, nothing behind", "198.51.100.9:51831", NULL, NULL },
	{ "OpenVPN, brackets of another", "198.51.100.9:51831 [hello] there", NULL, NULL },
	{ "OpenVPN, dots", "........: MULTI", NULL, NULL },
	{ "OpenVPN, its name without a text", "openvpn", NULL, NULL },
	{ "OpenVPN, a blank", "198.51.100.9: 51831 MULTI", NULL, NULL },
	{ "OpenVPN, a slash alone", "/ MULTI: x", NULL, NULL },
	{ "Ivanti, no node", "2024-04-18 - [198.51.100.9] l.wei(Users)[VPN] - Logout", NULL, NULL },
	{ "Ivanti, no brackets", "x - ive - 198.51.100.9 l.wei(Users)[VPN] - Logout", NULL, NULL },
	{ "Ivanti, no realm", "x - ive - [198.51.100.9] l.wei[VPN] - Logout", NULL, NULL },
	{ "Ivanti, no roles", "x - ive - [198.51.100.9] l.wei(Users) - Logout", NULL, NULL },
	{ "Ivanti, cut", "x - ive - [198.51.100.9] l.wei(Users)[VPN]", NULL, NULL },
	{ "Ivanti, an open bracket", "x - ive - [198.51.100.9", NULL, NULL },
	{ "Ivanti, dashes alone", " - - [", NULL, NULL },
	{ "Ivanti, no dash before the text", "x - ive - [198.51.100.9] l.wei(Users)[VPN] Logout", NULL, NULL },
	{ "Ivanti, round brackets", "x - ive - (198.51.100.9) l.wei(Users)[VPN] - Logout", NULL, NULL },
	{ "Ivanti, its name alone", "PulseSecure", NULL, NULL },
	{ "Citrix, no engine", "ns01 : default SSLVPN LOGIN 1234 0 : User a", NULL, NULL },
	{ "Citrix, no event", "ns01 0-PPE-0 : 1234 0 : User a", NULL, NULL },
	{ "Citrix, one word", "ns01 0-PPE-0 : SSLVPN 1234 0 : User a", NULL, NULL },
	{ "Citrix, no text", "ns01 0-PPE-0 : default SSLVPN LOGIN 1234 0", NULL, NULL },
	{ "Citrix, no colon", "ns01 0-PPE-0 default SSLVPN LOGIN", NULL, NULL },
	{ "Citrix, far behind", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx 0-PPE-0 : a b 1 : x", NULL, NULL },
	{ "Citrix, small letters", "ns01 0-ppe-0 : default SSLVPN LOGIN 1234 0 : User a", NULL, NULL },
	{ "Citrix, colons alone", "-PPE- : : : :", NULL, NULL },
	{ "Citrix, its mark alone", "-PPE-", NULL, NULL },
	{ "Citrix, tabs", "ns01 0-PPE-0\t:\tdefault SSLVPN LOGIN", NULL, NULL },
	{ 0 },
};

static void good_lines(void **state)
{
	static const struct textlog_case *const TABLES[] = { OPENVPN, IVANTI, CITRIX };

	(void)state;
	for (size_t i = 0; i < COUNT(TABLES); i++)
		textlog_good(&reader_device, "", TABLES[i], (struct textlog_with){ 0 });
}

static void bad_lines(void **state)
{
	(void)state;
	textlog_bad(&reader_device, "", BAD, OPENVPN[0].line);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_lines),
		cmocka_unit_test(bad_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
