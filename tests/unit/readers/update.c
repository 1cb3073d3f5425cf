/* Update services and their clients: WSUS, Windows Update, Configuration Manager, mirrors of packages, dnf and yum. */
#include "unit.h"

#include "readers/textlog_run.h"

/* --- WSUS and Windows Update ----------------------------------------------------------------- */

#define SD "2024-04-18 02:10:44.113 UTC\t"
#define DEPLOY SD "Change\tw3wp.58\tAdminDataAccess.ExecuteSPDeployUpdate\t"
#define RE "{6A3F4B9C-0D1E-4F2A-8B3C-1D2E3F4A5B6C}\t2024-04-18 10:10:44:113+0800\t1\t"
#define WU "2024-04-18\t10:10:44:113\t"

static const struct textlog_case WSUS_GOOD[] = {
	{ "information", SD "Info\tWsusService.62\tCatalogSync.Run\tSynchronization started",
	  "2024-04-18T02:10:44.113Z",
	  "level=Info source=WsusService.62 program=WsusService tid=62 method=CatalogSync.Run user= title=" },
	{ "a deployment for a group", DEPLOY "Deployment(Install) of Agent by CORP\\svc-upd for group Pilot", NULL,
	  "action=Deployment(Install) title=Agent user=CORP\\svc-upd group=Pilot" },
	{ "a deployment with its update",
	  DEPLOY "Deployment(Install) of Agent 4.2 by CORP\\a UpdateID:6a3f Revision Number:200 TargetGroup:All", NULL,
	  "user=CORP\\a update_id=6a3f revision=200 group=All" },
	{ "a title that plays a user's part",
	  DEPLOY "Deployment(Install) of x by CORP\\nobody for group y by CORP\\real for group z", NULL,
	  "user=CORP\\real group=z" },
	{ "an import", SD "Change\tw3wp.9\tX.ImportUpdate\tImport of Agent by CORP\\svc", NULL,
	  "action=Import title=Agent user=CORP\\svc group=" },
	{ "a change with other words", SD "Change\tw3wp.9\tX.Y\tConfiguration changed", NULL,
	  "action=" },
	{ "a path and an address", SD "Error\tw3wp.9\tX.Y\tno content at \\\\srv\\c$\\a.cab from 10.0.0.7", NULL,
	  "found_path=\\\\srv\\c$\\a.cab found_ip=10.0.0.7" },
	{ "a stack", SD "Error\tw3wp.9\tX.Y\tfailed\n   at A.B(C)\n   at D.E(F)", NULL, "level=Error tid=9" },
	{ "a warning", SD "Warning\tw3wp.9\tX.Y\tlate", NULL, "level=Warning message=late" },
	{ "no text", SD "Info\tw3wp.9\tX.Y\t", NULL, "method=X.Y message=" },
	{ "a method without a text behind it", SD "Info\tw3wp.9\tX.Y", NULL, "method=X.Y message=" },
	{ "tabs in the text", SD "Info\tw3wp.9\tX.Y\ta\tb", NULL, "method=X.Y" },
	{ "a report",
	  RE "147 [AGENT_DETECTION_FINISHED]\t101\t{D}\t200\t0\tAutomaticUpdates\tSuccess\tSoftware "
	     "Synchronization\tfound 3 updates",
	  "2024-04-18T02:10:44.113Z",
	  "category_code=101 update={D} app=AutomaticUpdates result=Success revision=200" },
	{ "a report without text", RE "182\t1\t{D}\t0\t0\tx\tFailure\tcat", NULL, "event=182 result=Failure category=cat message=" },
	{ "a client of Windows 7", WU " 912\t1a4\tAU\tSetting AU scheduled install time", "2024-04-18T10:10:44.113Z",
	  "pid=912 tid=1a4 component=AU" },
	{ "its server", WU "912\t1a4\tAgent\t  * WSUS server: http://10.30.5.20:8530 (Changed)", NULL,
	  "component=Agent found_url=http://10.30.5.20:8530" },
	{ "its file", WU "912\t1a4\tDnldMgr\tC:\\Windows\\x.cab done", NULL, "found_path=C:\\Windows\\x.cab" },
	{ "a client as Get-WindowsUpdateLog shows it", "2024/04/18 10:10:44.1131234 912   6900  Agent           started",
	  "2024-04-18T10:10:44.113123400Z", "pid=912 tid=6900 component=Agent message=started" },
	{ "the same, a URL", "2024/04/18 10:10:44.1131234 912   6900  Agent  http://u.example/a.cab", NULL,
	  "found_url=http://u.example/a.cab" },
	{ "the same without text", "2024/04/18 10:10:44.1131234 912   6900  Agent", NULL, "component=Agent message=" },
	{ 0 },
};

static const struct textlog_case WSUS_BAD[] = {
	{ "no zone", "2024-04-18 02:10:44.113\tInfo\tw3wp.9\tX.Y\tz", NULL, NULL },
	{ "another zone", "2024-04-18 02:10:44.113 +0800\tInfo\tw3wp.9\tX.Y\tz", NULL, NULL },
	{ "spaces for tabs", "2024-04-18 02:10:44.113 UTC Info w3wp.9 X.Y z", NULL, NULL },
	{ "no thread", SD "Info\tw3wp\tX.Y\tz", NULL, NULL },
	{ "a thread of letters", SD "Info\tw3wp.x\tX.Y\tz", NULL, NULL },
	{ "no level", SD "\tw3wp.9\tX.Y\tz", NULL, NULL },
	{ "two cells", SD "Info\tw3wp.9", NULL, NULL },
	{ "month 13", "2024-13-18 02:10:44.113 UTC\tInfo\tw3wp.9\tX.Y\tz", NULL, NULL },
	{ "a report with few cells", RE "147\tx", NULL, NULL },
	{ "a report without its id", "{}\t2024-04-18 10:10:44:113+0800\t1\t1\t1\t{D}\t0\t0\tx\ty\tz\tw", NULL, NULL },
	{ "a client without pid", WU "x\t1a4\tAU\tz", NULL, NULL },
	{ "a client with a long thread", WU "912\t1a4aaaaaaaaaaa\tAU\tz", NULL, NULL },
	{ "words", "some words", NULL, NULL },
	{ "binary", "\x01\x02\xFF", NULL, NULL },
	{ 0 },
};

/* --- Configuration Manager -------------------------------------------------------------------- */

#define TAIL "]LOG]!><time=\"10:14:02.117-480\" date=\"04-18-2024\" component=\"AppEnforce\" context=\"\" type=\"1\" thread=\"8744\" file=\"a.cpp:7\">"
#define CM "<![LOG[Starting install" TAIL

static const struct textlog_case SCCM_GOOD[] = {
	{ "a bias", CM, "2024-04-18T02:14:02.117Z",
	  "component=AppEnforce type=1 level=information thread=8744 file=a.cpp:7 context=" },
	{ "west of Greenwich",
	  "<![LOG[x]LOG]!><time=\"19:33:19.766+300\" date=\"11-28-2014\" component=\"c\" context=\"\" type=\"3\" thread=\"1\" file=\"f\">",
	  "2014-11-29T00:33:19.766Z", "level=error" },
	{ "no bias",
	  "<![LOG[x]LOG]!><time=\"10:14:02.117\" date=\"04-18-2024\" component=\"c\" type=\"2\" thread=\"1\" file=\"f\">",
	  "2024-04-18T10:14:02.117Z", "level=warning" },
	{ "bias of zero",
	  "<![LOG[x]LOG]!><time=\"10:14:02.117+000\" date=\"04-18-2024\" component=\"c\" type=\"0\" thread=\"1\" file=\"f\">",
	  "2024-04-18T10:14:02.117Z", "level=verbose" },
	{ "single digits",
	  "<![LOG[x]LOG]!><time=\"1:04:02.1+000\" date=\"4-8-2024\" component=\"c\" type=\"1\" thread=\"1\" file=\"f\">",
	  "2024-04-08T01:04:02.100Z", NULL },
	{ "several lines", "<![LOG[instance of X\n{\n\tActionType = 23;\n};" TAIL, NULL, "component=AppEnforce" },
	{ "no text", "<![LOG[" TAIL, NULL, "message= component=AppEnforce" },
	{ "the end's mark in the text", "<![LOG[a]LOG]!><time=\"00:00:00\" date=\"01-01-1999\"> b" TAIL,
	  "2024-04-18T02:14:02.117Z", "component=AppEnforce" },
	{ "a path", "<![LOG[ContentPath - C:\\Windows\\ccmcache\\u, run" TAIL, NULL,
	  "found_path=C:\\Windows\\ccmcache\\u" },
	{ "a URL", "<![LOG[from http://dp01/SMS_DP_SMSPKG$/a/b.exe" TAIL, NULL,
	  "found_url=http://dp01/SMS_DP_SMSPKG$/a/b.exe" },
	{ "a hash",
	  "<![LOG[hash 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef" TAIL, NULL,
	  "found_sha256=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef" },
	{ "a user", "<![LOG[user=CORP\\a" TAIL, NULL, "user=CORP\\a" },
	{ "a version", "<![LOG[Foo Version 2.2.19" TAIL, NULL, "found_version=2.2.19" },
	{ "a type that is none",
	  "<![LOG[x]LOG]!><time=\"10:14:02.117+000\" date=\"04-18-2024\" component=\"c\" type=\"9\" thread=\"1\" file=\"f\">", NULL,
	  "type=9 level=" },
	{ "another attribute",
	  "<![LOG[x]LOG]!><time=\"10:14:02.117+000\" date=\"04-18-2024\" component=\"c\" more=\"m\">", NULL, "more=m" },
	{ "a name in the text does not come before the frame's", "<![LOG[component=evil type=3" TAIL, NULL,
	  "component=AppEnforce level=information" },
	{ "quotes in the text", "<![LOG[a \"b\" c" TAIL, NULL, "component=AppEnforce" },
	{ "the older form",
	  "Moving file  $$<SMS_INBOX><04-18-2024 10:14:02.117-480><thread=4320 (0x10E0)>", "2024-04-18T02:14:02.117Z",
	  "component=SMS_INBOX thread=4320" },
	{ "the older form, no thread", "x  $$<C><04-18-2024 10:14:02.117+000>", "2024-04-18T10:14:02.117Z",
	  "component=C thread=" },
	{ "the older form, its mark in the text", "a $$<b> c  $$<C><04-18-2024 10:14:02.117+000><thread=1 (0x1)>", NULL,
	  "component=C" },
	{ 0 },
};

static const struct textlog_case SCCM_BAD[] = {
	{ "no end", "<![LOG[x", NULL, NULL },
	{ "no attributes", "<![LOG[x]LOG]!>", NULL, NULL },
	{ "no time", "<![LOG[x]LOG]!><date=\"04-18-2024\" component=\"c\">", NULL, NULL },
	{ "no date", "<![LOG[x]LOG]!><time=\"10:14:02.117+000\" component=\"c\">", NULL, NULL },
	{ "month 13", "<![LOG[x]LOG]!><time=\"10:14:02.117+000\" date=\"13-18-2024\">", NULL, NULL },
	{ "hour 25", "<![LOG[x]LOG]!><time=\"25:14:02.117+000\" date=\"04-18-2024\">", NULL, NULL },
	{ "a bias of days", "<![LOG[x]LOG]!><time=\"10:14:02.117+9999\" date=\"04-18-2024\">", NULL, NULL },
	{ "a bias of letters", "<![LOG[x]LOG]!><time=\"10:14:02.117+abc\" date=\"04-18-2024\">", NULL, NULL },
	{ "no quotes", "<![LOG[x]LOG]!><time=10:14:02.117+000 date=04-18-2024>", NULL, NULL },
	{ "an end before the text", "]LOG]!><time=\"10:14:02.117+000\" date=\"04-18-2024\">", NULL, NULL },
	{ "the older form without time", "x  $$<C>", NULL, NULL },
	{ "the older form without component", "x  $$<><04-18-2024 10:14:02.117+000>", NULL, NULL },
	{ "words", "some words", NULL, NULL },
	{ "binary", "\x01\x02\xFF", NULL, NULL },
	{ 0 },
};

/* --- mirrors ---------------------------------------------------------------------------------- */

static const struct textlog_case CACHER_GOOD[] = {
	{ "in", "1713406244|I|1024|10.1.2.3|debrep/pool/a.deb", "2024-04-18T02:10:44Z", "direction=I bytes=1024 c-ip=10.1.2.3 path=debrep/pool/a.deb" },
	{ "out", "1713406244|O|1|10.1.2.3|a", NULL, "direction=O" },
	{ "a space in the path", "1713406244|O|1|10.1.2.3|a b", NULL, "c-ip=10.1.2.3" },
	{ "a bar in the path", "1713406244|O|1|10.1.2.3|a|b", NULL, "path=a|b" },
	{ "IPv6", "1713406244|O|1|2001:db8::1|a", NULL, "c-ip=2001:db8::1" },
	{ "an error", "1713406244|E|0|10.1.2.3|uburep/x", NULL, "direction=E bytes=0" },
	{ "deleted", "1713406244|D|0|10.1.2.3|x", NULL, "direction=D" },
	{ "no client", "1713406244|I|10|-|x", NULL, "c-ip= bytes=10" },
	{ "no path", "1713406244|I|10|10.1.2.3|-", NULL, "path=" },
	{ "an empty path", "1713406244|I|10|10.1.2.3|", NULL, "path= bytes=10" },
	{ "many bytes", "1713406244|O|99999999999|10.1.2.3|x", NULL, "bytes=99999999999" },
	{ "a name", "1713406244|O|1|ws-7.corp.example|x", NULL, "c-ip=ws-7.corp.example" },
	{ "a tilde", "1713406244|O|1|10.1.2.3|a~b_1:2.deb", NULL, "path=a~b_1:2.deb" },
	{ "a URL", "1713406244|O|1|10.1.2.3|http://d.example/x", NULL, "path=http://d.example/x" },
	{ "per cent", "1713406244|O|1|10.1.2.3|a%2Bb", NULL, "path=a%2Bb" },
	{ "milliseconds", "1713406244123|I|1|10.1.2.3|x", "2024-04-18T02:10:44.123Z", NULL },
	{ "long ago", "978307200|I|1|10.1.2.3|x", "2001-01-01T00:00:00Z", NULL },
	{ "no UTF-8", "1713406244|I|1|10.1.2.3|\xFF", NULL, NULL },
	{ "Chinese", "1713406244|I|1|10.1.2.3|\xE4\xB8\xAD", NULL, "path=\xE4\xB8\xAD" },
	{ "a quote", "1713406244|I|1|10.1.2.3|a'b", NULL, "path=a'b" },
	{ 0 },
};
static const struct textlog_case CACHER_BAD[] = {
	{ "no time", "x|I|1024|10.1.2.3|a", NULL, NULL },
	{ "no bytes", "1713406244|I|x|10.1.2.3|a", NULL, NULL },
	{ "three cells", "1713406244|I|1024", NULL, NULL },
	{ "commas", "1713406244,I,1,10.1.2.3,a", NULL, NULL },
	{ "negative bytes", "1713406244|I|-1|10.1.2.3|a", NULL, NULL },
	{ "spaces", "1713406244 I 1 10.1.2.3 a", NULL, NULL },
	{ "a client with a space", "1713406244|I|1|10.1 2.3|a", NULL, NULL },
	{ "a direction with a space", "1713406244|I O|1|10.1.2.3|a", NULL, NULL },
	{ "a date", "2024-04-18|I|1|10.1.2.3|a", NULL, NULL },
	{ "too many digits", "171340624412345678901|I|1|10.1.2.3|a", NULL, NULL },
	{ "words", "some words", NULL, NULL },
	{ "binary", "\x01\x02\xFF", NULL, NULL },
	{ 0 },
};
#define AF "2024-04-18T02:10:44.113Z|5f1e|10.1.2.3|"
static const struct textlog_case ARTI_GOOD[] = {
	{ "a download", AF "svc|GET|/api/a.jar?x=1|200|-1|1234|12|curl/8", "2024-04-18T02:10:44.113Z", "trace=5f1e c-ip=10.1.2.3 user=svc cs-method=GET cs-uri=/api/a.jar?x=1 sc-status=200 sc-bytes=1234 time-taken=12 cs-user-agent=curl/8" },
	{ "an upload", AF "svc|PUT|/api/a.jar|201|99|0|12|curl/8", NULL, "cs-method=PUT cs-bytes=99" },
	{ "no agent", AF "svc|PUT|/api/a.jar|201|99|0|12", NULL, "cs-user-agent=" },
	{ "an empty agent", AF "svc|GET|/|200|-1|0|1|", NULL, "cs-user-agent=" },
	{ "a bar in the agent", AF "svc|GET|/|200|-1|0|1|a|b", NULL, "cs-user-agent=a|b" },
	{ "anonymous", AF "anonymous|GET|/|401|-1|0|1|x", NULL, "user=anonymous sc-status=401" },
	{ "no user", AF "|GET|/|200|-1|0|1|x", NULL, "user= cs-method=GET" },
	{ "a user with a space", AF "a b|GET|/|200|-1|0|1|x", NULL, "cs-method=GET sc-status=200" },
	{ "HEAD", AF "svc|HEAD|/a|404|-1|0|1|x", NULL, "cs-method=HEAD sc-status=404" },
	{ "DELETE", AF "svc|DELETE|/a|204|-1|0|1|x", NULL, "cs-method=DELETE" },
	{ "a space in the address", AF "svc|GET|/a b|200|-1|0|1|x", NULL, "sc-status=200" },
	{ "a server error", AF "svc|GET|/a|500|-1|0|1|x", NULL, "sc-status=500" },
	{ "slow", AF "svc|GET|/a|200|-1|0|99999|x", NULL, "time-taken=99999" },
	{ "no lengths", AF "svc|GET|/a|200|NA|NA|1|x", NULL, "cs-bytes=NA sc-bytes=NA" },
	{ "an agent", AF "svc|GET|/a|200|-1|0|1|Maven/3.9", NULL, "cs-user-agent=Maven/3.9" },
	{ "a token's user", AF "token:svc|GET|/a|200|-1|0|1|x", NULL, "user=token:svc" },
	{ "Chinese", AF "svc|GET|/\xE4\xB8\xAD|200|-1|0|1|x", NULL, "cs-uri=/\xE4\xB8\xAD" },
	{ "a zone", "2024-04-18T10:10:44.113+08:00|5f1e|10.1.2.3|svc|GET|/|200|-1|0|1|x", "2024-04-18T02:10:44.113Z", NULL },
	{ "IPv6", "2024-04-18T02:10:44.113Z|5f1e|2001:db8::1|svc|GET|/|200|-1|0|1|x", NULL, "c-ip=2001:db8::1" },
	{ "of release 6", "20240418021044|15|REQUEST|10.1.2.3|admin|GET|/a|HTTP/1.1|200|1234", "2024-04-18T02:10:44Z", "time-taken=15 type=REQUEST user=admin cs-version=HTTP/1.1 sc-bytes=1234" },
	{ "of release 6, an upload", "20240418021044|15|UPLOAD|10.1.2.3|admin|PUT|/a|HTTP/1.1|201|0", NULL, "type=UPLOAD cs-method=PUT" },
	{ 0 },
};
static const struct textlog_case ARTI_BAD[] = {
	{ "no time", "x|5f1e|10.1.2.3|svc|GET|/|200|-1|0|1|x", NULL, NULL },
	{ "no status", AF "svc|GET|/|x|-1|0|1|x", NULL, NULL },
	{ "few cells", AF "svc|GET|/", NULL, NULL },
	{ "month 13", "2024-13-18T02:10:44.113Z|5f1e|10.1.2.3|svc|GET|/|200|-1|0|1|x", NULL, NULL },
	{ "no duration", AF "svc|GET|/|200|-1|0|x|x", NULL, NULL },
	{ "a method with a space", AF "svc|G T|/|200|-1|0|1|x", NULL, NULL },
	{ "a trace with a space", "2024-04-18T02:10:44.113Z|a b|10.1.2.3|svc|GET|/|200|-1|0|1|x", NULL, NULL },
	{ "spaces", "2024-04-18T02:10:44.113Z 5f1e 10.1.2.3 svc GET / 200 -1 0 1 x", NULL, NULL },
	{ "of release 6, few cells", "20240418021044|15|REQUEST|10.1.2.3|admin|GET", NULL, NULL },
	{ "of release 6, no duration", "20240418021044|x|REQUEST|10.1.2.3|admin|GET|/a|HTTP/1.1|200|1234", NULL, NULL },
	{ "words", "some words", NULL, NULL },
	{ "binary", "\x01\x02\xFF", NULL, NULL },
	{ 0 },
};
static const struct textlog_case NEXUS_GOOD[] = {
	{ "a download", "10.1.2.3 - svc [18/Apr/2024:02:10:44 +0000] \"GET /repository/x/a.jar?v=1 HTTP/1.1\" 200 - 1234 12 \"Maven/3.9\" [qtp12-34]", "2024-04-18T02:10:44Z", "c-ip=10.1.2.3 cs-username=svc cs-method=GET cs-uri-stem=/repository/x/a.jar cs-uri-query=v=1 cs-version=1.1 sc-status=200 sc-bytes=1234 cs-bytes= time-taken=12 cs-user-agent=Maven/3.9 thread=qtp12-34" },
	{ "an upload", "10.1.2.3 - svc [18/Apr/2024:02:10:44 +0000] \"PUT /a HTTP/1.1\" 201 99 0 12 \"Maven/3.9\" [qtp12-34]", NULL, "cs-method=PUT cs-bytes=99 sc-bytes=0" },
	{ "no user", "10.1.2.3 - - [18/Apr/2024:02:10:44 +0000] \"GET /repository/x/a.jar?v=1 HTTP/1.1\" 200 - 1234 12 \"Maven/3.9\" [qtp12-34]", NULL, "cs-username=" },
	{ "a user with a space", "10.1.2.3 - a b [18/Apr/2024:02:10:44 +0000] \"GET /repository/x/a.jar?v=1 HTTP/1.1\" 200 - 1234 12 \"Maven/3.9\" [qtp12-34]", NULL, "sc-status=200" },
	{ "no agent", "10.1.2.3 - svc [18/Apr/2024:02:10:44 +0000] \"GET /repository/x/a.jar?v=1 HTTP/1.1\" 200 - 1234 12 \"-\" [qtp12-34]", NULL, "cs-user-agent=" },
	{ "an empty agent", "10.1.2.3 - svc [18/Apr/2024:02:10:44 +0000] \"GET /repository/x/a.jar?v=1 HTTP/1.1\" 200 - 1234 12 \"\" [qtp12-34]", NULL, "cs-user-agent=" },
	{ "a quote in the agent", "10.1.2.3 - svc [18/Apr/2024:02:10:44 +0000] \"GET /repository/x/a.jar?v=1 HTTP/1.1\" 200 - 1234 12 \"a\\\"b\" [qtp12-34]", NULL, "time-taken=12" },
	{ "another zone", "10.1.2.3 - svc [18/Apr/2024:10:10:44 +0800] \"GET /repository/x/a.jar?v=1 HTTP/1.1\" 200 - 1234 12 \"Maven/3.9\" [qtp12-34]", "2024-04-18T02:10:44Z", "sc-status=200" },
	{ "IPv6", "2001:db8::1 - svc [18/Apr/2024:02:10:44 +0000] \"GET /repository/x/a.jar?v=1 HTTP/1.1\" 200 - 1234 12 \"Maven/3.9\" [qtp12-34]", NULL, "c-ip=2001:db8::1" },
	{ "not found", "10.1.2.3 - svc [18/Apr/2024:02:10:44 +0000] \"GET /repository/x/a.jar?v=1 HTTP/1.1\" 404 - 1234 12 \"Maven/3.9\" [qtp12-34]", NULL, "sc-status=404" },
	{ "denied", "10.1.2.3 - svc [18/Apr/2024:02:10:44 +0000] \"GET /repository/x/a.jar?v=1 HTTP/1.1\" 401 - 1234 12 \"Maven/3.9\" [qtp12-34]", NULL, "sc-status=401" },
	{ "a server error", "10.1.2.3 - svc [18/Apr/2024:02:10:44 +0000] \"GET /repository/x/a.jar?v=1 HTTP/1.1\" 500 - 1234 12 \"Maven/3.9\" [qtp12-34]", NULL, "sc-status=500" },
	{ "HEAD", "10.1.2.3 - svc [18/Apr/2024:02:10:44 +0000] \"HEAD / HTTP/1.1\" 200 - 1234 12 \"Maven/3.9\" [qtp12-34]", NULL, "cs-method=HEAD cs-uri-stem=/" },
	{ "no request", "10.1.2.3 - svc [18/Apr/2024:02:10:44 +0000] \"-\" 200 - 1234 12 \"Maven/3.9\" [qtp12-34]", NULL, "cs-method= cs-uri=" },
	{ "HTTP/2", "10.1.2.3 - svc [18/Apr/2024:02:10:44 +0000] \"GET / HTTP/2.0\" 200 - 1234 12 \"Maven/3.9\" [qtp12-34]", NULL, "cs-version=2.0" },
	{ "a thread with a space", "10.1.2.3 - svc [18/Apr/2024:02:10:44 +0000] \"GET /repository/x/a.jar?v=1 HTTP/1.1\" 200 - 1234 12 \"Maven/3.9\" [qtp 12]", NULL, "sc-status=200" },
	{ "a bracket in the thread", "10.1.2.3 - svc [18/Apr/2024:02:10:44 +0000] \"GET /repository/x/a.jar?v=1 HTTP/1.1\" 200 - 1234 12 \"Maven/3.9\" [a]b]", NULL, "thread=a]b" },
	{ "slow", "10.1.2.3 - svc [18/Apr/2024:02:10:44 +0000] \"GET /repository/x/a.jar?v=1 HTTP/1.1\" 200 - 1234 99999 \"Maven/3.9\" [qtp12-34]", NULL, "time-taken=99999" },
	{ "per cent", "10.1.2.3 - svc [18/Apr/2024:02:10:44 +0000] \"GET /a%20b HTTP/1.1\" 200 - 1234 12 \"Maven/3.9\" [qtp12-34]", NULL, "cs-uri-stem=/a%20b" },
	{ "REST", "10.1.2.3 - svc [18/Apr/2024:02:10:44 +0000] \"POST /service/rest/v1/script HTTP/1.1\" 200 - 1234 12 \"Maven/3.9\" [qtp12-34]", NULL, "cs-method=POST cs-uri-stem=/service/rest/v1/script" },
	{ 0 },
};
static const struct textlog_case NEXUS_BAD[] = {
	{ "a web server's", "10.1.2.3 - - [18/Apr/2024:02:10:44 +0000] \"GET / HTTP/1.1\" 200 12 \"-\" \"x\"", NULL, NULL },
	{ "no thread", "10.1.2.3 - svc [18/Apr/2024:02:10:44 +0000] \"GET /repository/x/a.jar?v=1 HTTP/1.1\" 200 - 1234 12 \"Maven/3.9\" ", NULL, NULL },
	{ "no status", "10.1.2.3 - svc [18/Apr/2024:02:10:44 +0000] \"GET /repository/x/a.jar?v=1 HTTP/1.1\" x - 1234 12 \"Maven/3.9\" [qtp12-34]", NULL, NULL },
	{ "no duration", "10.1.2.3 - svc [18/Apr/2024:02:10:44 +0000] \"GET /repository/x/a.jar?v=1 HTTP/1.1\" 200 - 1234 x \"Maven/3.9\" [qtp12-34]", NULL, NULL },
	{ "month 13", "10.1.2.3 - svc [18/Abc/2024:02:10:44 +0000] \"GET /repository/x/a.jar?v=1 HTTP/1.1\" 200 - 1234 12 \"Maven/3.9\" [qtp12-34]", NULL, NULL },
	{ "it does not close", "10.1.2.3 - svc [18/Apr/2024:02:10:44 +0000] \"GET /repository/x/a.jar?v=1 HTTP/1.1\" 200 - 1234 12 \"Maven/3.9\" [x", NULL, NULL },
	{ "no request", "10.1.2.3 - svc [18/Apr/2024:02:10:44 +0000] 200 - 1 2 \"x\" [t]", NULL, NULL },
	{ "text behind it", "10.1.2.3 - svc [18/Apr/2024:02:10:44 +0000] \"GET /repository/x/a.jar?v=1 HTTP/1.1\" 200 - 1234 12 \"Maven/3.9\" [x] y", NULL, NULL },
	{ "no client", "- svc", NULL, NULL },
	{ "a day of three digits", "10.1.2.3 - svc [181/Apr/2024:02:10:44 +0000] \"GET /repository/x/a.jar?v=1 HTTP/1.1\" 200 - 1234 12 \"Maven/3.9\" [qtp12-34]", NULL, NULL },
	{ "words", "some words", NULL, NULL },
	{ "binary", "\x01\x02\xFF", NULL, NULL },
	{ 0 },
};
static const struct textlog_case RPM_GOOD[] = {
	{ "dnf", "2024-04-18T02:10:44+0000 SUBDEBUG Installed: bash-5.1.8-6.el9.x86_64", "2024-04-18T02:10:44Z", "level=SUBDEBUG action=Installed package=bash-5.1.8-6.el9.x86_64" },
	{ "dnf, words", "2024-04-18T02:10:44+0800 DDEBUG Command: dnf install nc", "2024-04-17T18:10:44Z", "level=DDEBUG action=" },
	{ "dnf begins", "2024-04-18T02:10:44+0000 INFO --- logging initialized ---", NULL, "level=INFO" },
	{ "dnf, an error", "2024-04-18T02:10:44+0000 CRITICAL Error: x y", NULL, "level=CRITICAL action=" },
	{ "dnf, a warning", "2024-04-18T02:10:44+0000 WARNING x y", NULL, "level=WARNING" },
	{ "dnf, a bug", "2024-04-18T02:10:44+0000 DEBUG a b", NULL, "level=DEBUG" },
	{ "dnf, failed", "2024-04-18T02:10:44+0000 ERROR a b", NULL, "level=ERROR" },
	{ "dnf, removed", "2024-04-18T02:10:44+0000 SUBDEBUG Erase: nc-1", NULL, "action=Erase package=nc-1" },
	{ "dnf, upgraded", "2024-04-18T02:10:44+0000 SUBDEBUG Upgraded: nc-1", NULL, "action=Upgraded" },
	{ "dnf, UTC", "2024-04-18T02:10:44Z INFO a b", "2024-04-18T02:10:44Z", NULL },
	{ "dnf, downgraded", "2024-04-18T02:10:44+0000 SUBDEBUG Downgraded: nc-1", NULL, "action=Downgraded" },
	{ "yum", "Apr 18 02:10:44 Installed: bash-4.2.46-35.el7_9.x86_64", "2024-04-18T02:10:44Z", "action=Installed package=bash-4.2.46-35.el7_9.x86_64" },
	{ "yum, an update", "Apr  8 02:10:44 Updated: 32:bind-9.11.4-26.P2.el7.x86_64", "2024-04-08T02:10:44Z", "action=Updated package=32:bind-9.11.4-26.P2.el7.x86_64" },
	{ "yum, erased", "Apr 18 02:10:44 Erased: bash", NULL, "action=Erased package=bash" },
	{ "yum, removed", "Apr 18 02:10:44 Removed: bash", NULL, "action=Removed package=bash" },
	{ "yum, reinstalled", "Apr 18 02:10:44 Reinstalled: bash", NULL, "action=Reinstalled package=bash" },
	{ "yum, obsoleted", "Apr 18 02:10:44 Obsoleted: bash", NULL, "action=Obsoleted package=bash" },
	{ "yum, cleanup", "Apr 18 02:10:44 Cleanup: bash", NULL, "action=Cleanup package=bash" },
	{ "yum, dep-installed", "Apr 18 02:10:44 Dep-Installed: bash", NULL, "action=Dep-Installed package=bash" },
	{ "yum, downgraded", "Apr 18 02:10:44 Downgraded: bash", NULL, "action=Downgraded package=bash" },
	{ 0 },
};
static const struct textlog_case RPM_BAD[] = {
	{ "no zone", "2024-04-18T02:10:44 INFO x", NULL, NULL },
	{ "no level", "2024-04-18T02:10:44+0000 x y", NULL, NULL },
	{ "a level in small letters", "2024-04-18T02:10:44+0000 info x", NULL, NULL },
	{ "no text", "2024-04-18T02:10:44+0000 INFO", NULL, NULL },
	{ "yum, no action", "Apr 18 02:10:44 sshd: x", NULL, NULL },
	{ "yum, words", "Apr 18 02:10:44 Installed: a b", NULL, NULL },
	{ "yum, no package", "Apr 18 02:10:44 Installed:", NULL, NULL },
	{ "yum, no colon", "Apr 18 02:10:44 Installed bash", NULL, NULL },
	{ "yum, day 32", "Apr 32 02:10:44 Installed: x", NULL, NULL },
	{ "month 13", "2024-13-18T02:10:44+0000 INFO x", NULL, NULL },
	{ "words", "some words", NULL, NULL },
	{ "binary", "\x01\x02\xFF", NULL, NULL },
	{ 0 },
};

static const struct textlog_format FORMATS[] = {
	{ "wsus", &reader_wsus, WSUS_GOOD, WSUS_BAD, DEPLOY "Deployment(Install) of A by CORP\\u for group G", "wsus.change",
	  "\"user\":{\"domain\":\"CORP\",\"name\":\"u\"}" },
	{ "sccm", &reader_sccm, SCCM_GOOD, SCCM_BAD, CM, "sccm.cmtrace", "\"logger\":\"AppEnforce\"" },
	{ "apt-cacher-ng", &reader_aptcacher, CACHER_GOOD, CACHER_BAD, "1713406244|I|1024|10.1.2.3|a", "aptcacher.access",
	  "\"source\":{\"ip\":\"10.1.2.3\"}" },
	{ "artifactory", &reader_artifactory, ARTI_GOOD, ARTI_BAD, AF "svc|GET|/api/a.jar?x=1|200|-1|1234|12|curl/8",
	  "artifactory.request", "\"path\":\"/api/a.jar\",\"query\":\"x=1\"" },
	{ "nexus", &reader_nexus, NEXUS_GOOD, NEXUS_BAD,
	  "10.1.2.3 - svc [18/Apr/2024:02:10:44 +0000] \"GET /repository/x/a.jar?v=1 HTTP/1.1\" 200 - 1234 12 \"Maven/3.9\" [qtp12-34]",
	  "nexus.request", "\"path\":\"/repository/x/a.jar\"" },
	{ "rpm", &reader_rpmlog, RPM_GOOD, RPM_BAD, "2024-04-18T02:10:44+0000 SUBDEBUG Installed: bash-5", "linux.dnf",
	  "\"package\":{\"name\":\"bash-5\"}" },
};

static void lines(void **state)
{
	(void)state;
	textlog_format_lines(FORMATS, COUNT(FORMATS), (struct textlog_with){ .mtime_ns = INT64_C(1713500000) * NS_PER_S });
}

static void documents(void **state)
{
	(void)state;
	textlog_format_documents(FORMATS, COUNT(FORMATS));
}

/* UTF-16 as the client writes it, and a record whose lines lie in two windows. */
static void wide(void **state)
{
	static const char LINE[] = RE "147\t101\t{D}\t200\t0\tAU\tSuccess\tcat\ttext\r\n";
	uint8_t raw[2 * sizeof LINE];
	struct textlog_run r;

	(void)state;
	for (size_t i = 0; i < sizeof LINE - 1; i++) {
		raw[2 * i] = (uint8_t)LINE[i];
		raw[2 * i + 1] = 0;
	}
	textlog_run(&r, &reader_wsus, (bytes){ raw, 2 * (sizeof LINE - 1) }, (struct textlog_with){ .window = 7 });
	assert_int_equal(r.nevents, 1);
	assert_int_equal(r.ngaps, 0);
	assert_string_equal(r.events[0].dataset, "wsus.reportingevents");
	textlog_check_fields("wide", &r.events[0], "result=Success message=text");
	textlog_run_done(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines),
		cmocka_unit_test(documents),
		cmocka_unit_test(wide),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
