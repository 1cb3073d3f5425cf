/* Error logs of web servers, Java logs, proxies, AWS load balancers. */
#include "unit.h"

#include "readers/textlog_run.h"

/* --- Apache's error log --------------------------------------------------------------------- */

#define A24 "[Thu Apr 18 10:13:58.123456 2024] [core:error] [pid 123:tid 456] [client 10.0.0.1:5123] "
#define APACHE A24 "AH00124: x"

static const struct textlog_case APACHE_GOOD[] = {
	{ "2.4", APACHE, "2024-04-18T10:13:58.123456Z",
	  "module=core level=error pid=123 tid=456 client=10.0.0.1:5123" },
	{ "2.4, no client", "[Thu Apr 18 10:13:58.1 2024] [mpm_event:notice] [pid 1:tid 2] AH00489: x", NULL,
	  "module=mpm_event level=notice pid=1 tid=2 client=" },
	{ "2.4, no thread", "[Thu Apr 18 10:13:58.1 2024] [php:warn] [pid 1] [client ::1:80] x", NULL,
	  "pid=1 client=::1:80 message=x" },
	{ "2.4, neither", "[Thu Apr 18 10:13:58.1 2024] [core:notice] [pid 1] x", NULL,
	  "module=core pid=1 message=x" },
	{ "2.2", "[Sun Dec 04 04:47:44 2005] [error] [client 192.0.2.4] x", "2005-12-04T04:47:44Z",
	  "level=error client=192.0.2.4 message=x" },
	{ "2.2, no client", "[Sun Dec 04 04:47:44 2005] [notice] x", NULL, "level=notice message=x" },
	{ "brackets in the message", "[Sun Dec 04 04:47:44 2005] [error] [x:y] [pid 5] z", NULL,
	  "level=error module=" },
	{ "a trace level", "[Thu Apr 18 10:13:58.1 2024] [core:trace8] [pid 1:tid 2] x", NULL,
	  "level=trace8" },
	{ "a long thread number", "[Thu Apr 18 10:13:58.1 2024] [core:info] [pid 1:tid 140213] x", NULL,
	  "tid=140213" },
	{ "a day with one digit", "[Thu Apr  4 10:13:58 2024] [error] x", "2024-04-04T10:13:58Z", NULL },
	{ "an escape", A24 "\x1B[31m", NULL, "message=\x1B[31m" },
	{ "markup", A24 "<script>", NULL, "message=<script>" },
	{ "no UTF-8", A24 "\xFF\xFE", NULL, "message=\xFF\xFE" },
	{ "a leap day", "[Thu Feb 29 10:13:58 2024] [error] x", "2024-02-29T10:13:58Z", NULL },
	{ "a leap second", "[Sat Dec 31 23:59:60 2016] [error] x", "2017-01-01T00:00:00Z", NULL },
	{ "IPv6", "[Thu Apr 18 10:13:58.1 2024] [a:b] [pid 1:tid 2] [client 2001:db8::1:443] x", NULL,
	  "client=2001:db8::1:443" },
	{ "an empty module", "[Thu Apr 18 10:13:58.1 2024] [:error] [pid 1] [client 10.0.0.1:1] x", NULL,
	  "level=error" },
	{ "a client that is a name", "[Sun Dec 04 04:47:44 2005] [error] [client h.example] x", NULL,
	  "client=h.example" },
	{ "two messages in one", A24 "x [client 6.6.6.6] y", NULL, "client=10.0.0.1:5123" },
	{ "emerg", "[Sun Dec 04 04:47:44 2005] [emerg] x", NULL, "level=emerg" },
	{ 0 },
};
static const struct textlog_case APACHE_BAD[] = {
	{ "no time", "[error] [client 1.2.3.4] x", NULL, NULL },
	{ "a month that is none", "[Thu Foo 18 10:13:58 2024] [error] x", NULL, NULL },
	{ "no year", "[Thu Apr 18 10:13:58] [error] x", NULL, NULL },
	{ "hour 25", "[Thu Apr 18 25:13:58 2024] [error] x", NULL, NULL },
	{ "no level", "[Thu Apr 18 10:13:58 2024] x", NULL, NULL },
	{ "it does not close", "[Thu Apr 18 10:13:58 2024 [error] x", NULL, NULL },
	{ "a level with spaces", "[Thu Apr 18 10:13:58 2024] [a b] x", NULL, NULL },
	{ "ISO", "[2024-04-18 10:13:58] [error] x", NULL, NULL },
	{ "words", "some words", NULL, NULL },
	{ "binary", "\x01\x02\xFF", NULL, NULL },
	{ 0 },
};

/* --- nginx's -------------------------------------------------------------------------------- */

#define N "2024/04/18 10:13:58 [error] 123#456: "
#define CONTEXT ", client: 192.0.2.4, server: a.example, request: \"GET /x HTTP/1.1\""
#define NGINX N "*7 failed" CONTEXT

static const struct textlog_case NGINX_GOOD[] = {
	{ "a request", NGINX, "2024-04-18T10:13:58Z",
	  "level=error pid=123 tid=456 connection=7 message=failed client=192.0.2.4 server=a.example" },
	{ "with a host", NGINX ", host: \"a.example\"", NULL, "host=a.example message=failed" },
	{ "with all",
	  N "*7 failed" CONTEXT ", upstream: \"http://10.0.0.1:80/x\", host: \"h\", referrer: \"r\"", NULL,
	  "upstream=http://10.0.0.1:80/x host=h referrer=r client=192.0.2.4" },
	{ "a subrequest", N "*7 x" CONTEXT ", subrequest: \"/auth\", host: \"h\"", NULL,
	  "subrequest=/auth host=h" },
	{ "no request yet", N "*7 x, client: 192.0.2.4, server: 0.0.0.0:443", NULL,
	  "server=0.0.0.0:443 request=" },
	{ "an empty server", N "*7 x, client: 192.0.2.4, server: , request: \"GET / HTTP/1.1\"", NULL,
	  "server= client=192.0.2.4" },
	{ "no context", N "signal", NULL, "message=signal client= connection=" },
	{ "a connection without context", N "*7 x", NULL, "connection=7 message=x" },
	{ "a client in the path", N "*7 open() \"/x, client: 6.6.6.6, server: y\" failed (2: No)" CONTEXT,
	  NULL, "client=192.0.2.4 server=a.example" },
	{ "a client in the request",
	  N "*7 x, client: 192.0.2.4, server: s, request: \"GET /, client: 6.6.6.6, server: z HTTP/1.1\"",
	  NULL, "client=192.0.2.4 server=s" },
	{ "quotes in the request",
	  N "*7 x, client: 192.0.2.4, server: s, request: \"GET /\"a\" HTTP/1.1\", host: \"h\"", NULL,
	  "host=h client=192.0.2.4" },
	{ "emerg", "2024/04/18 10:13:58 [emerg] 1#1: x", NULL, "level=emerg message=x" },
	{ "alert", "2024/04/18 10:13:58 [alert] 1#0: x", NULL, "level=alert tid=0" },
	{ "notice", "2024/04/18 10:13:58 [notice] 1#1: x", NULL, "level=notice" },
	{ "a cut context", N "*7 x, client: 192.0.2.4", NULL, "client=" },
	{ "IPv6", N "*7 x, client: 2001:db8::7, server: s", NULL, "client=2001:db8::7" },
	{ "no UTF-8", N "*7 \xFF", NULL, "message=\xFF" },
	{ "an escape", N "*7 \x1B[2J", NULL, "message=\x1B[2J" },
	{ "a leap day", "2024/02/29 10:13:58 [error] 1#1: x", "2024-02-29T10:13:58Z", NULL },
	{ 0 },
};
static const struct textlog_case NGINX_BAD[] = {
	{ "no level", "2024/04/18 10:13:58 123#456: x", NULL, NULL },
	{ "no process", "2024/04/18 10:13:58 [error] x", NULL, NULL },
	{ "no thread", "2024/04/18 10:13:58 [error] 123: x", NULL, NULL },
	{ "letters", "2024/04/18 10:13:58 [error] a#b: x", NULL, NULL },
	{ "no time", "[error] 1#1: x", NULL, NULL },
	{ "month 13", "2024/13/18 10:13:58 [error] 1#1: x", NULL, NULL },
	{ "hour 25", "2024/04/18 25:13:58 [error] 1#1: x", NULL, NULL },
	{ "no date", "10:13:58 [error] 1#1: x", NULL, NULL },
	{ "words", "some words", NULL, NULL },
	{ "binary", "\x01\x02\xFF", NULL, NULL },
	{ 0 },
};

/* --- Java ----------------------------------------------------------------------------------- */

#define JAVA "18-Apr-2024 10:13:58.123 INFO [main] org.apache.catalina.startup.Catalina.start x"

static const struct textlog_case JAVA_GOOD[] = {
	{ "catalina", JAVA, "2024-04-18T10:13:58.123Z",
	  "level=INFO thread=main logger=org.apache.catalina.startup.Catalina.start message=x" },
	{ "a thread with spaces", "18-Apr-2024 10:13:58.123 SEVERE [http-nio-8080-exec 1] a.B.c x", NULL,
	  "level=SEVERE logger=a.B.c" },
	{ "a stack",
	  "18-Apr-2024 10:13:58.123 SEVERE [t] a.B.c x\n\tat a.B.c(B.java:1)\nCaused by: y\n\t... 3 more",
	  NULL, "level=SEVERE thread=t" },
	{ "Log4j", "2024-04-18 10:13:58,123 ERROR [t] com.x.Y - z", "2024-04-18T10:13:58.123Z",
	  "level=ERROR thread=t logger=com.x.Y message=z" },
	{ "Logback", "2024-04-18 10:13:58.123 [t] WARN com.x.Y - z", NULL,
	  "level=WARN thread=t logger=com.x.Y message=z" },
	{ "Logback, aligned", "2024-04-18 10:13:58.123 [t] INFO  com.x.Y - z", NULL,
	  "level=INFO logger=com.x.Y" },
	{ "Spring Boot", "2024-04-18 10:13:58.123  INFO 41 --- [           main] c.x.Y   : z", NULL,
	  "level=INFO pid=41 logger=c.x.Y message=z" },
	{ "Spring Boot 3", "2024-04-18T10:13:58.123+08:00 ERROR 41 --- [main] c.x.Y : z",
	  "2024-04-18T02:13:58.123Z", "level=ERROR pid=41" },
	{ "no dash", "2024-04-18 10:13:58,123 INFO [t] com.x.Y z", NULL, "logger=com.x.Y message=z" },
	{ "fine", "18-Apr-2024 10:13:58.123 FINE [t] a.B.c x", NULL, "level=FINE" },
	{ "finest", "18-Apr-2024 10:13:58.123 FINEST [t] a.B.c x", NULL, "level=FINEST" },
	{ "config", "18-Apr-2024 10:13:58.123 CONFIG [t] a.B.c x", NULL, "level=CONFIG" },
	{ "warning", "18-Apr-2024 10:13:58.123 WARNING [t] a.B.c x", NULL, "level=WARNING" },
	{ "fatal", "2024-04-18 10:13:58,123 FATAL [t] a.B - x", NULL, "level=FATAL" },
	{ "trace", "2024-04-18 10:13:58,123 TRACE [t] a.B - x", NULL, "level=TRACE" },
	{ "debug", "2024-04-18 10:13:58,123 DEBUG [t] a.B - ${jndi:ldap://x/a}", NULL,
	  "message=${jndi:ldap://x/a}" },
	{ "no fraction", "2024-04-18 10:13:58 INFO [t] a.B - x", NULL, "message=x" },
	{ "no UTF-8", "2024-04-18 10:13:58 INFO [t] a.B - \xFF", NULL, "message=\xFF" },
	{ "an inner class", "2024-04-18 10:13:58 INFO [t] a.B$1 - x", NULL, "logger=a.B$1" },
	{ "a leap day", "29-Feb-2024 10:13:58.123 INFO [main] a.B x", "2024-02-29T10:13:58.123Z", NULL },
	{ 0 },
};
static const struct textlog_case JAVA_BAD[] = {
	{ "no thread", "18-Apr-2024 10:13:58.123 INFO a.B x", NULL, NULL },
	{ "no message", "18-Apr-2024 10:13:58.123 INFO [t]", NULL, NULL },
	{ "it does not close", "18-Apr-2024 10:13:58.123 INFO [t a.B", NULL, NULL },
	{ "no logger", "2024-04-18 10:13:58,123 INFO [t] -", NULL, NULL },
	{ "level and time only", "2024-04-18 10:13:58,123 INFO x", NULL, NULL },
	{ "a head of several lines that is none", "18-Apr-2024 10:13:58.123 INFO x\n\tat y", NULL, NULL },
	{ "day 32", "32-Apr-2024 10:13:58.123 INFO [t] a.B x", NULL, NULL },
	{ "hour 25", "2024-04-18 25:13:58 INFO [t] a.B - x", NULL, NULL },
	{ "words", "some words", NULL, NULL },
	{ "binary", "\x01\x02\xFF", NULL, NULL },
	{ 0 },
};

/* --- Squid ---------------------------------------------------------------------------------- */

#define SQUID                                                                                                \
	"1713406442.917   1403 10.7.12.41 TCP_TUNNEL/200 7214 CONNECT cdn.example.net:443 - HIER_DIRECT/203.0.113.140 -"

static const struct textlog_case SQUID_GOOD[] = {
	{ "a tunnel", SQUID, "2024-04-18T02:14:02.917Z",
	  "time-taken=1403 c-ip=10.7.12.41 s-action=TCP_TUNNEL sc-status=200 sc-bytes=7214 cs-method=CONNECT "
	  "c-uri=cdn.example.net:443 cs-host=cdn.example.net:443 cs-username= r-ip=203.0.113.140 cs-mime-type= c-uri-stem=" },
	{ "denied",
	  "1713406450.102     12 10.7.12.55 TCP_DENIED/407 4102 CONNECT t.example:443 - HIER_NONE/- text/html",
	  NULL, "s-action=TCP_DENIED sc-status=407 r-ip= cs-mime-type=text/html s-hierarchy=HIER_NONE/-" },
	{ "a page",
	  "1713406450.102 12 10.0.0.1 TCP_MISS/200 5 GET http://a.example/p/x.exe?q=1 u HIER_DIRECT/192.0.2.1 a/b",
	  NULL, "cs-host=a.example c-uri-stem=/p/x.exe c-uri-query=q=1 c-uri-extension=exe cs-username=u" },
	{ "no path",
	  "1713406450.102 12 10.0.0.1 TCP_MISS/200 5 GET http://a.example - HIER_DIRECT/192.0.2.1 -", NULL,
	  "cs-host=a.example c-uri-stem= c-uri-extension=" },
	{ "a query without a path",
	  "1713406450.102 1 ::1 TCP_HIT/200 5 GET http://a.example?x - HIER_NONE/- -", NULL,
	  "cs-host=a.example c-uri-query=x c-ip=::1" },
	{ "a port", "1713406450.102 1 ::1 TCP_HIT/200 5 GET http://a.example:8080/ - HIER_NONE/- -", NULL,
	  "cs-host=a.example:8080 c-uri-stem=/" },
	{ "ftp", "1713406450.102 1 ::1 TCP_MISS/200 5 GET ftp://a.example/f - HIER_DIRECT/192.0.2.1 -", NULL,
	  "cs-host=a.example" },
	{ "a peer by its name",
	  "1713406450.102 1 ::1 TCP_MISS/200 5 GET http://a/ - FIRSTUP_PARENT/p.example -", NULL,
	  "r-ip=p.example" },
	{ "an old hierarchy", "1713406450.102 1 ::1 TCP_MISS/200 5 GET http://a/ - DIRECT/192.0.2.1 -", NULL,
	  "r-ip=192.0.2.1" },
	{ "fields behind", SQUID " 512 \"curl/8\"", NULL, "c-ip=10.7.12.41" },
	{ "status 0", "1713406450.102 1 ::1 NONE/000 0 NONE error:invalid-request - HIER_NONE/- -", NULL,
	  "sc-status=000 cs-method=NONE" },
	{ "aborted", "1713406450.102 1 ::1 TCP_MISS_ABORTED/000 0 POST http://a/ - HIER_DIRECT/192.0.2.1 -",
	  NULL, "s-action=TCP_MISS_ABORTED" },
	{ "a negative duration", "1713406450.102 -5 ::1 TCP_HIT/200 5 GET http://a/ - HIER_NONE/- -", NULL,
	  "time-taken=-5" },
	{ "whole seconds", "1713406450 1 ::1 TCP_HIT/200 5 GET http://a/ - HIER_NONE/- -",
	  "2024-04-18T02:14:10Z", NULL },
	{ "a domain user", "1713406450.102 1 ::1 TCP_HIT/200 5 GET http://a/ corp%5Cu HIER_NONE/- -", NULL,
	  "cs-username=corp%5Cu" },
	{ "an odd method", "1713406450.102 1 ::1 TCP_MISS/200 5 PROPFIND http://a/ - HIER_DIRECT/192.0.2.1 -",
	  NULL, "cs-method=PROPFIND" },
	{ "no UTF-8", "1713406450.102 1 ::1 TCP_HIT/200 5 GET http://a/\xFF - HIER_NONE/- -", NULL,
	  "c-uri-stem=/\xFF" },
	{ "an escape", "1713406450.102 1 ::1 TCP_HIT/200 5 GET http://a/\x1B - HIER_NONE/- -", NULL,
	  "c-uri-stem=/\x1B" },
	{ "a dotted folder", "1713406450.102 1 ::1 TCP_HIT/200 5 GET http://a/b.c/d - HIER_NONE/- -", NULL,
	  "c-uri-extension=" },
	{ "two slashes", "1713406450.102 1 ::1 TCP_HIT/200 5 GET http://a//x?y?z - HIER_NONE/- -", NULL,
	  "c-uri-stem=//x c-uri-query=y?z" },
	{ 0 },
};
static const struct textlog_case SQUID_BAD[] = {
	{ "nine fields",
	  "1713406442.917 1403 10.7.12.41 TCP_TUNNEL/200 7214 CONNECT a:443 - HIER_DIRECT/192.0.2.1", NULL,
	  NULL },
	{ "no time", "x 1403 10.7.12.41 TCP_TUNNEL/200 7214 CONNECT a:443 - HIER_DIRECT/192.0.2.1 -", NULL,
	  NULL },
	{ "a date", "2024-04-18T10:13:58Z 1 ::1 TCP_HIT/200 5 GET http://a/ - HIER_NONE/- -", NULL, NULL },
	{ "a duration that is none", "1713406442.917 fast ::1 TCP_HIT/200 5 GET http://a/ - HIER_NONE/- -",
	  NULL, NULL },
	{ "no status", "1713406442.917 1 ::1 TCP_HIT 5 GET http://a/ - HIER_NONE/- -", NULL, NULL },
	{ "a status that is none", "1713406442.917 1 ::1 TCP_HIT/OK 5 GET http://a/ - HIER_NONE/- -", NULL,
	  NULL },
	{ "a size that is none", "1713406442.917 1 ::1 TCP_HIT/200 big GET http://a/ - HIER_NONE/- -", NULL,
	  NULL },
	{ "no peer", "1713406442.917 1 ::1 TCP_HIT/200 5 GET http://a/ - HIER_NONE -", NULL, NULL },
	{ "words", "some words", NULL, NULL },
	{ "binary", "\x01\x02\xFF", NULL, NULL },
	{ 0 },
};

/* Squid's result behind a web server's line. */
#define SW "10.1.2.3 - bob [02/May/2024:08:11:21 +0000] "
#define SQUID_WEB SW "\"GET http://h.example/x.zip?a=1 HTTP/1.1\" 200 512 \"-\" \"Mozilla/5.0\" TCP_MISS:HIER_DIRECT"
#define SQUID_COMMON SW "\"GET http://h.example/x.zip HTTP/1.0\" 200 512 TCP_MISS:DIRECT"

static const struct textlog_case SQUID_WEB_GOOD[] = {
	{ "combined", SQUID_WEB, "2024-05-02T08:11:21Z",
	  "c-ip=10.1.2.3 cs-ident= cs-username=bob cs-method=GET c-uri=http://h.example/x.zip?a=1 cs-version=1.1 "
	  "sc-status=200 sc-bytes=512 cs-referer= cs-user-agent=Mozilla/5.0 s-action=TCP_MISS s-hierarchy=HIER_DIRECT "
	  "cs-host=h.example c-uri-stem=/x.zip c-uri-query=a=1 c-uri-extension=zip more= cs-request=" },
	{ "common", SQUID_COMMON, "2024-05-02T08:11:21Z",
	  "cs-version=1.0 cs-referer= cs-user-agent= s-action=TCP_MISS s-hierarchy=DIRECT sc-bytes=512" },
	{ "a tunnel", SW "\"CONNECT h.example:443 HTTP/1.1\" 200 8123 \"-\" \"-\" TCP_TUNNEL:HIER_DIRECT", NULL,
	  "cs-method=CONNECT c-uri=h.example:443 cs-host=h.example:443 c-uri-stem= cs-user-agent= s-action=TCP_TUNNEL" },
	{ "a tunnel, common", SW "\"CONNECT h.example:443 HTTP/1.1\" 200 8123 TCP_TUNNEL:HIER_DIRECT", NULL,
	  "cs-host=h.example:443 s-action=TCP_TUNNEL" },
	{ "another zone", "10.1.2.3 - - [02/May/2024:08:11:21 +0200] \"GET http://a/ HTTP/1.1\" 200 5 TCP_HIT:HIER_NONE",
	  "2024-05-02T06:11:21Z", "cs-username= s-hierarchy=HIER_NONE" },
	{ "IPv6", "2001:db8::5 - - [02/May/2024:08:11:21 +0000] \"GET http://[2001:db8::9]:8080/ HTTP/1.1\" 200 5 TCP_HIT:HIER_NONE",
	  NULL, "c-ip=2001:db8::5 cs-host=[2001:db8::9]:8080 c-uri-stem=/" },
	{ "a client by its name", "ws-01.corp.example - - [02/May/2024:08:11:21 +0000] \"GET http://a/ HTTP/1.1\" 200 5 TCP_HIT:HIER_NONE",
	  NULL, "c-ip=ws-01.corp.example" },
	{ "denied", SW "\"GET http://a.example/ HTTP/1.1\" 403 4102 \"-\" \"curl/8\" TCP_DENIED:HIER_NONE", NULL,
	  "sc-status=403 s-action=TCP_DENIED cs-user-agent=curl/8" },
	{ "asked for a password", "10.1.2.3 - - [02/May/2024:08:11:21 +0000] \"CONNECT a.example:443 HTTP/1.1\" 407 4102 \"-\" \"x\" TCP_DENIED:HIER_NONE",
	  NULL, "sc-status=407 cs-username=" },
	{ "aborted", SW "\"POST http://a.example/u HTTP/1.1\" 0 0 \"-\" \"x\" TCP_MISS_ABORTED:HIER_DIRECT", NULL,
	  "cs-method=POST sc-status=0 s-action=TCP_MISS_ABORTED" },
	{ "no request", "10.1.2.3 - - [02/May/2024:08:11:21 +0000] \"NONE error:invalid-request HTTP/0.0\" 400 3500 \"-\" \"-\" NONE:HIER_NONE",
	  NULL, "cs-method=NONE c-uri=error:invalid-request cs-host= c-uri-stem= s-action=NONE" },
	{ "no request, a newer one", "10.1.2.3 - - [02/May/2024:08:11:21 +0000] \"- error:transaction-end-before-headers HTTP/0.0\" 0 0 \"-\" \"-\" NONE_NONE:HIER_NONE",
	  NULL, "s-action=NONE_NONE cs-host=" },
	{ "another cache asks", "10.1.2.3 - - [02/May/2024:08:11:21 +0000] \"ICP_QUERY http://a.example/ HTTP/0.0\" 0 70 UDP_MISS:HIER_NONE",
	  NULL, "s-action=UDP_MISS cs-method=ICP_QUERY cs-host=a.example" },
	{ "a tag", SW "\"GET http://a/ HTTP/1.1\" 200 5 TAG_NONE:HIER_NONE", NULL, "s-action=TAG_NONE" },
	{ "a peer that did not answer", SW "\"GET http://a/ HTTP/1.1\" 200 5 TCP_MISS:TIMEOUT_FIRSTUP_PARENT", NULL,
	  "s-hierarchy=TIMEOUT_FIRSTUP_PARENT" },
	{ "a referer", SW "\"GET http://a/ HTTP/1.1\" 200 5 \"http://r.example/?q\" \"x\" TCP_HIT:HIER_NONE", NULL,
	  "cs-referer=http://r.example/?q" },
	{ "a quote in the agent, escaped", SW "\"GET http://a/ HTTP/1.1\" 200 5 \"-\" \"x\\\"y\" TCP_HIT:HIER_NONE", NULL,
	  "cs-user-agent=x\"y s-action=TCP_HIT more=" },
	{ "a result in the agent, escaped", SW "\"GET http://a/ HTTP/1.1\" 200 5 \"-\" \"x\\\"\\tTCP_DENIED:HIER_NONE\" TCP_HIT:HIER_NONE",
	  NULL, "s-action=TCP_HIT" },
	{ "a line in the agent", SW "\"GET http://a/ HTTP/1.1\" 200 5 \"-\" \"x\\n6.6.6.6\" TCP_HIT:HIER_NONE", NULL,
	  "c-ip=10.1.2.3 s-action=TCP_HIT" },
	{ "a name before the host", SW "\"GET ftp://u:p@ftp.example/f.txt HTTP/1.1\" 200 5 TCP_MISS:HIER_DIRECT", NULL,
	  "cs-host=ftp.example c-uri-stem=/f.txt" },
	{ "a user of a domain", "10.1.2.3 - corp%5Cbob [02/May/2024:08:11:21 +0000] \"GET http://a/ HTTP/1.1\" 200 5 TCP_HIT:HIER_NONE", NULL,
	  "cs-username=corp%5Cbob" },
	{ "fields behind", SQUID_WEB " 17 \"t\"", NULL, "s-action=TCP_MISS s-hierarchy=HIER_DIRECT" },
	{ "a field behind", SQUID_WEB " 192.0.2.4", NULL, "more=192.0.2.4" },
	{ "no size", SW "\"GET http://a/ HTTP/1.1\" 200 - TCP_HIT:HIER_NONE", NULL, "sc-bytes=" },
	{ "a large one", SW "\"GET http://a/ HTTP/1.1\" 200 4294967296 TCP_HIT:HIER_NONE", NULL, "sc-bytes=4294967296" },
	{ "no UTF-8", SW "\"GET http://a/\xFF HTTP/1.1\" 200 5 TCP_HIT:HIER_NONE", NULL, "c-uri-stem=/\xFF" },
	{ "no request line", SW "\"-\" 400 5 \"-\" \"-\" TCP_DENIED:HIER_NONE", NULL, "cs-method= cs-request= sc-status=400" },
	{ "a path only", SW "\"GET /internal/x.png HTTP/1.1\" 200 5 TCP_MEM_HIT:HIER_NONE", NULL,
	  "cs-host= c-uri-stem=/internal/x.png c-uri-extension=png" },
	{ 0 },
};
static const struct textlog_case SQUID_WEB_BAD[] = {
	{ "a web server's line", SW "\"GET / HTTP/1.1\" 200 5 \"-\" \"x\"", NULL, NULL },
	{ "a web server's common line", SW "\"GET / HTTP/1.1\" 200 5", NULL, NULL },
	{ "half of a result", SW "\"GET http://a/ HTTP/1.1\" 200 5 TCP_MISS:", NULL, NULL },
	{ "the other half", SW "\"GET http://a/ HTTP/1.1\" 200 5 :HIER_DIRECT", NULL, NULL },
	{ "small letters", SW "\"GET http://a/ HTTP/1.1\" 200 5 tcp_miss:hier_direct", NULL, NULL },
	{ "another word", SW "\"GET http://a/ HTTP/1.1\" 200 5 MISS:HIER_DIRECT", NULL, NULL },
	{ "a word that begins so", SW "\"GET http://a/ HTTP/1.1\" 200 5 NONEXT:HIER_DIRECT", NULL, NULL },
	{ "a result in quotes", SW "\"GET http://a/ HTTP/1.1\" 200 5 \"TCP_MISS:HIER_DIRECT\"", NULL, NULL },
	{ "a result in the agent only", SW "\"GET http://a/ HTTP/1.1\" 200 5 \"-\" \"x TCP_MISS:HIER_DIRECT\"", NULL, NULL },
	{ "a quote stays open", SW "\"GET http://a/ HTTP/1.1\" 200 5 \"-\" \"x TCP_MISS:HIER_DIRECT", NULL, NULL },
	{ "no status", SW "\"GET http://a/ HTTP/1.1\" TCP_MISS:HIER_DIRECT", NULL, NULL },
	{ "day 32", "10.1.2.3 - - [32/May/2024:08:11:21 +0000] \"GET http://a/ HTTP/1.1\" 200 5 TCP_HIT:HIER_NONE", NULL, NULL },
	{ "no time", "10.1.2.3 - - \"GET http://a/ HTTP/1.1\" 200 5 TCP_HIT:HIER_NONE", NULL, NULL },
	{ "no client", "[02/May/2024:08:11:21 +0000] \"GET http://a/ HTTP/1.1\" 200 5 TCP_HIT:HIER_NONE", NULL, NULL },
	{ "an identity that would be the client", "ws-01 6.6.6.6 - - [02/May/2024:08:11:21 +0000] \"GET http://a/ HTTP/1.1\" 200 5 TCP_HIT:HIER_NONE", NULL, NULL },
	{ 0 },
};

/* --- Zscaler -------------------------------------------------------------------------------- */

#define ZT "2024-05-02 08:11:21\t"
#define Z_BEFORE "reason=Allowed\tevent_id=736\tprotocol=HTTPS\taction=Allowed\ttransactionsize=9876\tresponsesize=8642\trequestsize=1234\t"
#define Z_BEHIND                                                                                             \
	"\tproduct=NSS\tlocation=HQ\tClientIP=10.1.2.3\tstatus=200\tuser=alice@corp.example\turl=drive.example.net/upload?id=1\tvendor=Zscaler\thostname=drive.example.net\tclientpublicIP=192.0.2.1"
#define Z_AGENT(agent) ZT Z_BEFORE "serverip=203.0.113.7\trequestmethod=POST\trefererURL=None\tuseragent=" agent Z_BEHIND
#define ZSCALER Z_AGENT("Mozilla/5.0")
/* With some pairs only. */
#define Z(pairs) ZT "ClientIP=10.1.2.3\tproduct=NSS\t" pairs

static const struct textlog_case ZSCALER_GOOD[] = {
	{ "an upload", ZSCALER, "2024-05-02T08:11:21Z",
	  "reason=Allowed event_id=736 protocol=HTTPS action=Allowed transactionsize=9876 responsesize=8642 requestsize=1234 "
	  "serverip=203.0.113.7 requestmethod=POST refererURL= useragent=Mozilla/5.0 product=NSS location=HQ ClientIP=10.1.2.3 "
	  "status=200 user=alice@corp.example url=drive.example.net/upload?id=1 vendor=Zscaler hostname=drive.example.net "
	  "clientpublicIP=192.0.2.1 cs-host=drive.example.net c-uri-stem=/upload c-uri-query=id=1 c-uri-extension= r-port=443 more=" },
	{ "a time in words", "Thu May  2 08:11:21 2024\tClientIP=10.1.2.3\turl=a.example/", "2024-05-02T08:11:21Z", "ClientIP=10.1.2.3" },
	{ "behind syslog", "<13>May  2 08:11:22 nss01 " ZSCALER, "2024-05-02T08:11:21Z", "syslog-host=nss01 reason=Allowed" },
	{ "no protocol", Z("url=a.example/x.exe"), NULL, "r-port= cs-host=a.example c-uri-stem=/x.exe c-uri-extension=exe" },
	{ "HTTP", Z("protocol=HTTP\turl=a.example"), NULL, "r-port=80 cs-host=a.example c-uri-stem=" },
	{ "another port", Z("protocol=HTTPS\turl=a.example:8443/p"), NULL, "r-port=8443 cs-host=a.example:8443 c-uri-stem=/p" },
	{ "a tunnel", Z("protocol=SSL\trequestmethod=CONNECT\turl=a.example:443"), NULL, "r-port=443 c-uri-stem=" },
	{ "an address", Z("protocol=HTTPS\turl=[2001:db8::9]/p"), NULL, "r-port=443 cs-host=[2001:db8::9]" },
	{ "an address and a port", Z("protocol=HTTPS\turl=[2001:db8::9]:8443/p"), NULL, "r-port=8443" },
	{ "a scheme", Z("url=http://u@a.example/p"), NULL, "cs-host=a.example c-uri-stem=/p" },
	{ "a URL in the query", Z("url=a.example?u=https://b.example/"), NULL, "cs-host=a.example c-uri-stem= c-uri-query=u=https://b.example/" },
	{ "nothing, in three ways", Z("user=None\tdepartment=N/A\tstatus=NA\tmd5=\turl=a.example/"), NULL,
	  "user= department= status= md5= more=" },
	{ "a name that begins so", Z("user=Nonesuch"), NULL, "user=Nonesuch" },
	{ "blocked", Z("action=Blocked\treason=Malware\tstatus=403\turl=a.example/"), NULL, "action=Blocked reason=Malware status=403" },
	{ "an equals sign in a value", Z("url=a.example/?a=b=c"), NULL, "c-uri-query=a=b=c" },
	{ "a key that nobody knows", Z("keyprotectiontype=HSM\tx_1=y"), NULL, "keyprotectiontype=HSM x_1=y" },
	{ "no client", ZT "product=NSS\turl=a.example/", NULL, "ClientIP= url=a.example/" },
	{ "no URL", ZT "product=NSS\tClientIP=2001:db8::5", NULL, "ClientIP=2001:db8::5 cs-host= r-port=" },
	{ "a tab at the end", Z("url=a.example/\t"), NULL, "url=a.example/ more=" },
	{ "two tabs", Z("user=u\t\turl=a.example/"), NULL, "user=u url=a.example/" },
	{ "quotes in the agent", Z_AGENT("\"x\"'y'"), NULL, "useragent=\"x\"'y' ClientIP=10.1.2.3" },
	{ "a line in the agent, escaped", Z_AGENT("x%0a%09ClientIP=6.6.6.6"), NULL, "ClientIP=10.1.2.3" },
	{ "no UTF-8", Z("url=a.example/\xFF"), NULL, "c-uri-stem=/\xFF" },
	{ "an empty value at the end", Z("url=a.example/\tmd5="), NULL, "md5=" },
	{ 0 },
};
static const struct textlog_case ZSCALER_BAD[] = {
	{ "no time", "reason=Allowed\tClientIP=10.1.2.3\turl=a.example/", NULL, NULL },
	{ "a time that is none", "2024-13-02 08:11:21\tClientIP=10.1.2.3\turl=a.example/", NULL, NULL },
	{ "hour 25", "2024-05-02 25:11:21\tClientIP=10.1.2.3\turl=a.example/", NULL, NULL },
	{ "spaces for tabs", "2024-05-02 08:11:21 ClientIP=10.1.2.3 url=a.example/", NULL, NULL },
	{ "a time only", "2024-05-02 08:11:21", NULL, NULL },
	{ "a time and a tab", "2024-05-02 08:11:21\t", NULL, NULL },
	{ "no pairs", ZT "some words", NULL, NULL },
	{ "words before the pairs", ZT "x\tClientIP=10.1.2.3\turl=a.example/", NULL, NULL },
	{ "no key", ZT "=x\tClientIP=10.1.2.3", NULL, NULL },
	{ "a key that is none", ZT "a b=x\tClientIP=10.1.2.3", NULL, NULL },
	{ "neither client nor URL", ZT "product=NSS\tuser=x", NULL, NULL },
	{ "client and URL are not there", ZT "product=NSS\tClientIP=None\turl=NA", NULL, NULL },
	{ "syslog without a time behind it", "<13>May  2 08:11:22 nss01 product=NSS\tClientIP=10.1.2.3", NULL, NULL },
	{ "words", "some words", NULL, NULL },
	{ "binary", "\x01\x02\xFF", NULL, NULL },
	{ 0 },
};

/* --- Skyhigh -------------------------------------------------------------------------------- */

#define K_HEAD                                                                                               \
	"#time_stamp \"auth_user\" src_ip status_code \"req_line\" \"categories\" \"rep_level\" \"media_type\" bytes_to_client bytes_from_client \"user_agent\" \"virus_name\" \"block_res\" \"application_name\"\n"
#define KT "[02/May/2024:08:11:21 +0200] "
#define K_WHO KT "\"corp\\alice\" 10.1.2.3 200 "
#define K_TYPE " \"Software/Hardware\" \"Minimal_Risk\" \"application/zip\" 51234 412 "
#define K_END " \"\" \"0\" \"Default\""
#define K_REQUEST(request) K_WHO "\"" request "\"" K_TYPE "\"Mozilla/5.0\"" K_END
#define K_AGENT(agent) K_WHO "\"GET http://example.org/x.zip?a=1 HTTP/1.1\"" K_TYPE "\"" agent "\"" K_END
#define SKYHIGH K_AGENT("Mozilla/5.0")

static const struct textlog_case SKYHIGH_GOOD[] = {
	{ "a download", SKYHIGH, "2024-05-02T06:11:21Z",
	  "auth_user=corp\\alice src_ip=10.1.2.3 status_code=200 categories=Software/Hardware rep_level=Minimal_Risk "
	  "media_type=application/zip bytes_to_client=51234 bytes_from_client=412 user_agent=Mozilla/5.0 virus_name= block_res=0 "
	  "application_name=Default cs-method=GET c-uri=http://example.org/x.zip?a=1 cs-version=1.1 cs-host=example.org "
	  "c-uri-stem=/x.zip c-uri-query=a=1 c-uri-extension=zip" },
	{ "a tunnel", K_REQUEST("CONNECT example.org:443 HTTP/1.1"), NULL, "cs-method=CONNECT cs-host=example.org:443 c-uri-stem=" },
	{ "an upload", K_REQUEST("POST https://example.org:8443/up HTTP/1.1"), NULL, "cs-method=POST cs-host=example.org:8443 c-uri-stem=/up" },
	{ "no user", KT "\"\" 10.1.2.3 200 \"GET http://a/ HTTP/1.1\"" K_TYPE "\"x\"" K_END, NULL, "auth_user= src_ip=10.1.2.3" },
	{ "a user that is a dash", KT "\"-\" 10.1.2.3 200 \"GET http://a/ HTTP/1.1\"" K_TYPE "\"x\"" K_END, NULL, "auth_user=" },
	{ "IPv6", KT "\"u\" 2001:db8::5 200 \"GET http://a/ HTTP/1.1\"" K_TYPE "\"x\"" K_END, NULL, "src_ip=2001:db8::5" },
	{ "blocked", KT "\"u\" 10.1.2.3 403 \"GET http://a/ HTTP/1.1\" \"Malicious_Sites\" \"High_Risk\" \"\" 3000 412 \"x\" \"EICAR\" \"81\" \"\"",
	  NULL, "status_code=403 media_type= virus_name=EICAR block_res=81 application_name=" },
	{ "no reply", KT "\"u\" 10.1.2.3 0 \"GET http://a/ HTTP/1.1\" \"\" \"\" \"\" 0 0 \"\" \"\" \"0\" \"\"", NULL,
	  "status_code=0 bytes_to_client=0 user_agent= categories=" },
	{ "a size that is a dash", KT "\"u\" 10.1.2.3 200 \"GET http://a/ HTTP/1.1\" \"\" \"\" \"\" 5 - \"x\"" K_END, NULL,
	  "bytes_to_client=5 bytes_from_client=" },
	{ "a large one", KT "\"u\" 10.1.2.3 200 \"PUT http://a/ HTTP/1.1\" \"\" \"\" \"\" 5 4294967296 \"x\"" K_END, NULL,
	  "bytes_from_client=4294967296" },
	{ "no request", KT "\"u\" 10.1.2.3 407 \"\" \"\" \"\" \"\" 5 5 \"x\"" K_END, NULL, "cs-method= c-uri= status_code=407" },
	{ "bytes for a request", K_REQUEST("\x16\x03\x01"), NULL, "cs-method= c-uri=" },
	{ "no version", K_REQUEST("GET http://a/"), NULL, "cs-method=GET c-uri=http://a/ cs-version=" },
	{ "an older version", K_REQUEST("GET http://a/b?c HTTP/1.0"), NULL, "c-uri-query=c cs-version=1.0" },
	{ "a name before the host", K_REQUEST("GET ftp://u:p@a.example/f.txt HTTP/1.1"), NULL, "cs-host=a.example c-uri-extension=txt" },
	{ "an address", K_REQUEST("GET http://[2001:db8::9]/ HTTP/1.1"), NULL, "cs-host=[2001:db8::9]" },
	{ "another zone", "[02/May/2024:08:11:21 -0500] \"u\" 10.1.2.3 200 \"GET http://a/ HTTP/1.1\"" K_TYPE "\"x\"" K_END,
	  "2024-05-02T13:11:21Z", NULL },
	{ "a quote in the agent", K_AGENT("Mozi\"lla"), NULL, "user_agent=Mozi\"lla virus_name= block_res=0" },
	{ "brackets in the agent", K_AGENT("[x]"), NULL, "user_agent=[x]" },
	{ "a backslash before the quote", K_AGENT("x\\"), NULL, "user_agent=x\\ block_res=0" },
	{ "a line in the agent, escaped", K_AGENT("x\\n[02/May/2024:00:00:00"), NULL, "user_agent=x\\n[02/May/2024:00:00:00" },
	{ "two spaces", KT " \"u\"  10.1.2.3 200 \"GET http://a/ HTTP/1.1\"" K_TYPE "\"x\"" K_END, NULL, "auth_user=u" },
	{ "no UTF-8", K_REQUEST("GET http://a/\xFF HTTP/1.1"), NULL, "c-uri-stem=/\xFF" },
	{ 0 },
};
static const struct textlog_case SKYHIGH_BAD[] = {
	{ "no time", "\"u\" 10.1.2.3 200 \"GET http://a/ HTTP/1.1\"" K_TYPE "\"x\"" K_END, NULL, NULL },
	{ "day 32", "[32/May/2024:08:11:21 +0200] \"u\" 10.1.2.3 200 \"GET http://a/ HTTP/1.1\"" K_TYPE "\"x\"" K_END, NULL, NULL },
	{ "a bracket stays open", "[02/May/2024:08:11:21 +0200 \"u\" 10.1.2.3 200 \"GET http://a/ HTTP/1.1\"" K_TYPE "\"x\"" K_END, NULL, NULL },
	{ "no client", KT "\"u\" 200 \"GET http://a/ HTTP/1.1\"" K_TYPE "\"x\"" K_END, NULL, NULL },
	{ "a client that is none", KT "\"u\" here 200 \"GET http://a/ HTTP/1.1\"" K_TYPE "\"x\"" K_END, NULL, NULL },
	{ "a status that is none", KT "\"u\" 10.1.2.3 OK \"GET http://a/ HTTP/1.1\"" K_TYPE "\"x\"" K_END, NULL, NULL },
	{ "a size that is none", KT "\"u\" 10.1.2.3 200 \"GET http://a/ HTTP/1.1\" \"\" \"\" \"\" big 5 \"x\"" K_END, NULL, NULL },
	{ "few fields", K_WHO "\"GET http://a/ HTTP/1.1\"", NULL, NULL },
	{ "a quote stays open", K_WHO "\"GET http://a/ HTTP/1.1\"" K_TYPE "\"x\" \"\" \"0\" \"Default", NULL, NULL },
	{ "a field too many", SKYHIGH " 17", NULL, NULL },
	{ "a web server's line", SW "\"GET / HTTP/1.1\" 200 5 \"-\" \"x\"", NULL, NULL },
	{ "a comment", "# nothing said", NULL, NULL },
	{ "a comment of one name", "#time_stamp", NULL, NULL },
	{ "words", "some words", NULL, NULL },
	{ "binary", "\x01\x02\xFF", NULL, NULL },
	{ 0 },
};

/* --- AWS ------------------------------------------------------------------------------------ */

#define ELB_HEAD                                                                                             \
	"https 2024-04-18T02:13:58.5Z app/web/1 192.0.2.10:4432 10.0.0.1:80 0.013 0.164 0.000 200 200 391 1079 "
#define ELB                                                                                                  \
	ELB_HEAD                                                                                             \
	"\"GET https://www.corp.example:443/a?b HTTP/1.1\" \"UA 1\" CIPHER TLSv1.2 arn:x \"T\" \"d\" \"c\" 2 2024-04-18T02:13:58Z \"waf,forward\" \"-\" \"-\""
#define CLASSIC "2024-04-18T02:13:58.5Z lb 192.0.2.10:28 10.0.0.1:80 0.1 0.1 0.1 200 200 0 29 "

static const struct textlog_case ELB_GOOD[] = {
	{ "application", ELB, "2024-04-18T02:13:58.500Z",
	  "type=https c-ip=192.0.2.10 sc-status=200 cs-bytes=391 sc-bytes=1079 cs-method=GET cs-host=www.corp.example:443 "
	  "cs-uri-stem=/a cs-uri-query=b cs-version=1.1 ssl_protocol=TLSv1.2 actions_executed=waf,forward redirect_url=" },
	{ "classic", CLASSIC "\"GET http://a.example:80/ HTTP/1.1\" \"curl/7.38.0\" - -", NULL,
	  "type= elb=lb c-ip=192.0.2.10 sc-status=200 cs-user-agent=curl/7.38.0 ssl_cipher=" },
	{ "classic, TCP",
	  "2024-04-18T02:13:58.5Z lb 192.0.2.10:28 10.0.0.1:80 0.1 0.1 0.1 - - 82 305 \"- - - \" \"-\" - -",
	  NULL, "sc-status= cs-method= cs-bytes=82" },
	{ "an escaped quote", ELB_HEAD "\"GET https://a:1/?\\x22 HTTP/1.1\" \"UA\" C T", NULL,
	  "cs-uri-query=\"" },
	{ "h2", "h2 " CLASSIC "\"GET https://a:1/ HTTP/2.0\" \"-\" - -", NULL,
	  "type=h2 cs-version=2.0 cs-user-agent=" },
	{ "no target",
	  "http 2024-04-18T02:13:58Z app/w/1 192.0.2.10:1 - -1 -1 -1 503 - 1 2 \"GET http://a:80/ HTTP/1.1\" \"x\" - -",
	  NULL, "sc-status=503 target:port=" },
	{ "a network balancer",
	  "tls 2.0 2022-04-01T08:51:42 net/lb/1 g3 192.0.2.1:51341 10.0.0.1:443 5 2 98 246 - arn - C tlsv12 - n.example h2 h2 \"h2\"",
	  "2022-04-01T08:51:42Z",
	  "type=tls c-ip=192.0.2.1 cs-bytes=98 sc-bytes=246 domain_name=n.example ssl_protocol=tlsv12 chosen_cert_serial=" },
	{ "a network balancer, IPv6",
	  "tls 2.0 2022-04-01T08:51:42 net/lb/1 g3 2001:db8::1:51341 10.0.0.1:443 5 2 98 246 - arn - C t - n - - -", NULL,
	  "c-ip=2001:db8::1 alpn_fe_protocol=" },
	{ "a network balancer, with when it began",
	  "tls 2.0 2022-04-01T08:51:42 net/lb/1 g3 192.0.2.1:1 10.0.0.1:443 5 2 98 246 - arn - C t - n - - - 2022-04-01T08:51:40",
	  NULL, "tls_connection_creation_time=2022-04-01T08:51:40" },
	{ "POST", "https 2024-04-18T02:13:58.5Z app/web/1 192.0.2.10:4432 10.0.0.1:80 0.013 0.164 0.000 200 200 391 1079 \"POST https://a.example:443/login HTTP/1.1\" \"UA 1\" CIPHER TLSv1.2 arn:x \"T\" \"d\" \"c\" 2 2024-04-18T02:13:58Z \"forward\" \"-\" \"-\"", "2024-04-18T02:13:58.500Z", "cs-method=POST cs-uri-stem=/login cs-uri-query=" },
	{ "a client of IPv6", "https 2024-04-18T02:13:58.5Z app/web/1 2001:db8::5:4432 10.0.0.1:80 0.013 0.164 0.000 200 200 391 1079 \"GET https://www.corp.example:443/a?b HTTP/1.1\" \"UA 1\" CIPHER TLSv1.2 arn:x \"T\" \"d\" \"c\" 2 2024-04-18T02:13:58Z \"forward\" \"-\" \"-\"", "2024-04-18T02:13:58.500Z", "c-ip=2001:db8::5" },
	{ "HTTP", "http 2024-04-18T02:13:58.5Z app/web/1 192.0.2.10:4432 10.0.0.1:80 0.013 0.164 0.000 200 200 391 1079 \"GET http://a.example:80/ HTTP/1.1\" \"UA 1\" CIPHER TLSv1.2 arn:x \"T\" \"d\" \"c\" 2 2024-04-18T02:13:58Z \"forward\" \"-\" \"-\"", "2024-04-18T02:13:58.500Z", "type=http cs-host=a.example:80" },
	{ "a socket", "ws 2024-04-18T02:13:58.5Z app/web/1 192.0.2.10:4432 10.0.0.1:80 0.013 0.164 0.000 101 101 391 1079 \"GET https://www.corp.example:443/a?b HTTP/1.1\" \"UA 1\" CIPHER TLSv1.2 arn:x \"T\" \"d\" \"c\" 2 2024-04-18T02:13:58Z \"forward\" \"-\" \"-\"", "2024-04-18T02:13:58.500Z", "type=ws sc-status=101" },
	{ "a secure socket", "wss 2024-04-18T02:13:58.5Z app/web/1 192.0.2.10:4432 10.0.0.1:80 0.013 0.164 0.000 101 101 391 1079 \"GET https://www.corp.example:443/a?b HTTP/1.1\" \"UA 1\" CIPHER TLSv1.2 arn:x \"T\" \"d\" \"c\" 2 2024-04-18T02:13:58Z \"forward\" \"-\" \"-\"", "2024-04-18T02:13:58.500Z", "type=wss" },
	{ "HTTP/2", "h2 2024-04-18T02:13:58.5Z app/web/1 192.0.2.10:4432 10.0.0.1:80 0.013 0.164 0.000 200 200 391 1079 \"GET https://a.example:443/ HTTP/2.0\" \"UA 1\" CIPHER TLSv1.2 arn:x \"T\" \"d\" \"c\" 2 2024-04-18T02:13:58Z \"forward\" \"-\" \"-\"", "2024-04-18T02:13:58.500Z", "type=h2 cs-version=2.0" },
	{ "refused by the balancer", "https 2024-04-18T02:13:58.5Z app/web/1 192.0.2.10:4432 - 0.013 0.164 0.000 403 - 391 1079 \"GET https://www.corp.example:443/a?b HTTP/1.1\" \"UA 1\" CIPHER TLSv1.2 arn:x \"T\" \"d\" \"c\" 2 2024-04-18T02:13:58Z \"forward\" \"-\" \"-\"", "2024-04-18T02:13:58.500Z", "sc-status=403" },
	{ "the client went away", "https 2024-04-18T02:13:58.5Z app/web/1 192.0.2.10:4432 10.0.0.1:80 0.013 0.164 0.000 460 - 391 1079 \"GET https://www.corp.example:443/a?b HTTP/1.1\" \"UA 1\" CIPHER TLSv1.2 arn:x \"T\" \"d\" \"c\" 2 2024-04-18T02:13:58Z \"forward\" \"-\" \"-\"", "2024-04-18T02:13:58.500Z", "sc-status=460" },
	{ "microseconds", "https 2024-04-18T02:13:58.123456Z app/web/1 192.0.2.10:4432 10.0.0.1:80 0.013 0.164 0.000 200 200 391 1079 \"GET https://www.corp.example:443/a?b HTTP/1.1\" \"UA 1\" CIPHER TLSv1.2 arn:x \"T\" \"d\" \"c\" 2 2024-04-18T02:13:58Z \"forward\" \"-\" \"-\"", "2024-04-18T02:13:58.123456Z", "sc-status=200" },
	{ "a long path", "https 2024-04-18T02:13:58.5Z app/web/1 192.0.2.10:4432 10.0.0.1:80 0.013 0.164 0.000 200 200 391 1079 \"GET https://a:443/xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx HTTP/1.1\" \"UA 1\" CIPHER TLSv1.2 arn:x \"T\" \"d\" \"c\" 2 2024-04-18T02:13:58Z \"forward\" \"-\" \"-\"", "2024-04-18T02:13:58.500Z", "cs-method=GET sc-bytes=1079" },
	{ "no request", "http 2024-04-18T02:13:58.5Z app/web/1 192.0.2.10:4432 - -1 -1 -1 400 - 0 272 \"- http://a.example:80- -\" \"-\" - -", "2024-04-18T02:13:58.500Z", "sc-status=400 cs-user-agent=" },
	{ "bytes", "https 2024-04-18T02:13:58.5Z app/web/1 192.0.2.10:4432 10.0.0.1:80 0.013 0.164 0.000 200 200 0 4294967296 \"GET https://www.corp.example:443/a?b HTTP/1.1\" \"UA 1\" CIPHER TLSv1.2 arn:x \"T\" \"d\" \"c\" 2 2024-04-18T02:13:58Z \"forward\" \"-\" \"-\"", "2024-04-18T02:13:58.500Z", "cs-bytes=0 sc-bytes=4294967296" },
	{ 0 },
};
static const struct textlog_case ELB_BAD[] = {
	{ "a network balancer without its domain",
	  "tls 2.0 2022-04-01T08:51:42 net/lb/1 g3 192.0.2.1:51341 10.0.0.1:443 5 2 98 246 - arn - C t -", NULL, NULL },
	{ "a network balancer without a client",
	  "tls 2.0 2022-04-01T08:51:42 net/lb/1 g3 - 10.0.0.1:443 5 2 98 246 - arn - C t - n h2", NULL, NULL },
	{ "a network balancer in month 13",
	  "tls 2.0 2022-13-01T08:51:42 net/lb/1 g3 192.0.2.1:51341 10.0.0.1:443 5 2 98 246 - arn - C t - n h2", NULL,
	  NULL },
	{ "few fields", "http 2024-04-18T02:13:58Z app/w/1 192.0.2.10:1", NULL, NULL },
	{ "no time",
	  "http x app/w/1 192.0.2.10:1 - -1 -1 -1 503 - 1 2 \"GET http://a:80/ HTTP/1.1\" \"x\" - -", NULL,
	  NULL },
	{ "no zone",
	  "http 2024-04-18T02:13:58 app/w/1 192.0.2.10:1 - -1 -1 -1 503 - 1 2 \"GET / HTTP/1.1\" \"x\" - -",
	  NULL, NULL },
	{ "no port",
	  "http 2024-04-18T02:13:58Z app/w/1 192.0.2.10 - -1 -1 -1 503 - 1 2 \"GET / HTTP/1.1\" \"x\" - -",
	  NULL, NULL },
	{ "month 13",
	  "http 2024-13-18T02:13:58Z app/w/1 1.2.3.4:1 - -1 -1 -1 503 - 1 2 \"GET / HTTP/1.1\" \"x\" - -",
	  NULL, NULL },
	{ "no client",
	  "http 2024-04-18T02:13:58Z app/w/1 - - -1 -1 -1 503 - 1 2 \"GET / HTTP/1.1\" \"x\" - -", NULL, NULL },
	{ "an unknown type",
	  "quic 2024-04-18T02:13:58Z app/w/1 1.2.3.4:1 - -1 -1 -1 503 - 1 2 \"GET / HTTP/1.1\" \"x\" - -",
	  NULL, NULL },
	{ "empty fields", "http - - - - - - - - - - - - - -", NULL, NULL },
	{ "words", "some words", NULL, NULL },
	{ "binary", "\x01\x02\xFF", NULL, NULL },
	{ 0 },
};

static const struct textlog_format FORMATS[] = {
	{ "apache.error", &reader_apache_error, APACHE_GOOD, APACHE_BAD, APACHE, "apache.error",
	  "\"source\":{\"ip\":\"10.0.0.1\",\"port\":5123}" },
	{ "nginx.error", &reader_nginx_error, NGINX_GOOD, NGINX_BAD, NGINX, "nginx.error",
	  "\"source\":{\"ip\":\"192.0.2.4\"}" },
	{ "java", &reader_javalog, JAVA_GOOD, JAVA_BAD, JAVA, "tomcat.catalina", "\"level\":\"INFO\"" },
	{ "squid", &reader_squid, SQUID_GOOD, SQUID_BAD, SQUID, "squid.access",
	  "\"destination\":{\"address\":\"203.0.113.140\",\"bytes\":7214,\"ip\":\"203.0.113.140\",\"port\":443}" },
	{ "squid, combined", &reader_squid, SQUID_WEB_GOOD, SQUID_WEB_BAD, SQUID_WEB, "squid.access",
	  "\"user_agent\":{\"original\":\"Mozilla/5.0\"}" },
	{ "squid, common", &reader_squid, SQUID_WEB_GOOD, SQUID_BAD, SQUID_COMMON, "squid.access",
	  "\"url\":{\"domain\":\"h.example\",\"original\":\"http://h.example/x.zip\",\"path\":\"/x.zip\"}" },
	{ "zscaler", &reader_zscaler, ZSCALER_GOOD, ZSCALER_BAD, ZSCALER, "zscaler.web",
	  "\"destination\":{\"address\":\"203.0.113.7\",\"bytes\":8642,\"ip\":\"203.0.113.7\",\"port\":443}" },
	{ "skyhigh", &reader_skyhigh, SKYHIGH_GOOD, SKYHIGH_BAD, SKYHIGH, "skyhigh.proxy",
	  "\"source\":{\"address\":\"10.1.2.3\",\"bytes\":412,\"ip\":\"10.1.2.3\"}" },
	{ "elb", &reader_awselb, ELB_GOOD, ELB_BAD, ELB, "aws.elb", "\"original\":\"UA 1\"" },
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

/* A context in the name of a file that was not found: nobody can tell which is nginx's, so that none is taken. */
static void two_contexts(void **state)
{
	struct textlog_run r;

	(void)state;
	textlog_run_str(&r, &reader_nginx_error,
			N "*7 open() \"/x, client: 6.6.6.6, server: y, request: \"a\"\" failed" CONTEXT
			  "\n" NGINX "\n");
	assert_int_equal(r.nevents, 2);
	assert_int_equal(r.events[0].flags, EVENT_PARTIAL);
	textlog_check_fields("two", &r.events[0], "client= server= request= level=error");
	textlog_check_fields("one", &r.events[1], "client=192.0.2.4");
	textlog_run_done(&r);
}

/* Each line is of its own format only, as all readers see it. */
static void claims(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(FORMATS); i++) {
		struct text_head_store *store;
		struct text_head h;
		size_t best = SIZE_MAX;
		int top = 0;

		assert_true(text_head_init(&h, &store, str_bytes(str_of(FORMATS[i].line)), STR("")));
		for (size_t k = 0; k < COUNT(FORMATS); k++) {
			int score = text_claim(FORMATS[k].ops->text, &h);

			CHECK(FORMATS[i].what, (score > 0) == (FORMATS[k].ops == FORMATS[i].ops));
			best = score > top ? k : best;
			top = score > top ? score : top;
		}
		CHECK(FORMATS[i].what, FORMATS[best].ops == FORMATS[i].ops);
		text_head_done(store);
	}
}

/* Which reader is picked for all of a content. */
static void picks(void **state)
{
#define PLAIN SW "\"GET / HTTP/1.1\" 200 5 \"-\" \"Mozilla/5.0\"\n"
	static const struct {
		const char *what, *content;
		const struct reader_ops *ops;
	} T[] = {
		{ "a web server's log", PLAIN PLAIN PLAIN, &reader_webaccess },
		{ "another field behind the agent", SW "\"GET / HTTP/1.1\" 200 5 \"-\" \"x\" a:b\n", &reader_webaccess },
		{ "a result that the client wrote", SW "\"GET / HTTP/1.1\" 200 5 \"-\" \"x TCP_MISS:HIER_DIRECT\"\n",
		  &reader_webaccess },
		{ "four of five with a result", SQUID_WEB "\n" SQUID_WEB "\n" PLAIN SQUID_COMMON "\n" SQUID_WEB "\n",
		  &reader_squid },
		{ "three of five", SQUID_WEB "\n" PLAIN SQUID_WEB "\n" PLAIN SQUID_WEB "\n", &reader_webaccess },
		{ "both forms of Squid", SQUID "\n" SQUID_WEB "\n" SQUID "\n" SQUID_WEB "\n", &reader_squid },
		{ "the last line is cut", SQUID_WEB "\n" SQUID_WEB "\n" SQUID_WEB "\n" SQUID_WEB "\n" SW "\"GET http://", &reader_squid },
		{ "Zscaler", ZSCALER "\n" ZSCALER "\n", &reader_zscaler },
		{ "Zscaler behind syslog", "<13>May  2 08:11:22 nss01 " ZSCALER "\n", &reader_zscaler },
		{ "Zscaler in three of four lines", ZSCALER "\n" ZSCALER "\n" ZSCALER "\n2024-05-02 08:11:21 x\n", &reader_applog },
		{ "Skyhigh", K_HEAD SKYHIGH "\n", &reader_skyhigh },
		{ "Skyhigh without names", SKYHIGH "\n" K_AGENT("a\" \"b") "\n", &reader_skyhigh },
		{ "Skyhigh's names over something else", K_HEAD PLAIN PLAIN PLAIN PLAIN PLAIN, &reader_webaccess },
		{ "somebody else's pairs", ZT "user=x\turl=a.example/\n", &reader_applog },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(T); i++) {
		err e = { 0 };

		CHECK(T[i].what, reader_pick(str_bytes(str_of(T[i].content)), STR(""), &e) == T[i].ops);
	}
}

/* Squid writes its result behind all that a client says: a fake one before it is told and does not count. */
static void squid_fakes(void **state)
{
	struct textlog_run r;

	(void)state;
	textlog_run_str(&r, &reader_squid,
			SW "\"GET http://a/ HTTP/1.1\" 200 5 \"-\" \"x\" TCP_DENIED:HIER_NONE \"y\" TCP_MISS:HIER_DIRECT\n"
			SQUID "\n" SQUID_COMMON "\n" SW "\"GET http://a/ HTTP/1.1\" 200 5 \"-\" \"Mozi");
	assert_int_equal(r.nevents, 4);
	assert_int_equal(r.ngaps, 0);
	assert_int_equal(r.events[0].flags, EVENT_PARTIAL);
	textlog_check_fields("fake", &r.events[0], "s-action=TCP_MISS s-hierarchy=HIER_DIRECT cs-user-agent=x");
	assert_string_equal(r.events[1].dataset, "squid.access");
	textlog_check_fields("native", &r.events[1], "s-result=TCP_TUNNEL/200 time-taken=1403");
	textlog_check_fields("common", &r.events[2], "s-action=TCP_MISS s-hierarchy=DIRECT");
	assert_int_equal(r.events[3].flags, EVENT_PARTIAL);
	textlog_check_fields("cut", &r.events[3], "cs-user-agent=Mozi s-action= cs-host=a");
	textlog_run_done(&r);
}

/* A client that sends tabs stays one event, and what it says counts for nothing that the service says. */
static void zscaler_fakes(void **state)
{
	struct textlog_run r;

	(void)state;
	textlog_run_str(&r, &reader_zscaler,
			Z_AGENT("x\tClientIP=6.6.6.6\tuser=eve\taction=Blocked") "\n" Z_AGENT("x\ty z\t\tw") "\n"
			Z("user=u\tuser=v\turl=a.example/") "\n"
			ZT Z_BEFORE "useragent=x\tuser=eve\tuser=None\turl=a.example/\n" ZT Z_BEFORE "servi");
	assert_int_equal(r.nevents, 5);
	assert_int_equal(r.ngaps, 0);
	textlog_check_fields("fakes", &r.events[0], "ClientIP=10.1.2.3 user=alice@corp.example action=Allowed useragent=x");
	assert_int_equal(textlog_field(&r.events[0], "more").len, strlen("ClientIP=6.6.6.6 user=eve action=Blocked"));
	assert_true(str_eq(textlog_field(&r.events[1], "useragent"), STR("x\ty z\t\tw")));
	textlog_check_fields("behind the tabs", &r.events[1], "product=NSS ClientIP=10.1.2.3 more=");
	textlog_check_fields("twice", &r.events[2], "user=u more=user=v");
	textlog_check_fields("not there", &r.events[3], "user= url=a.example/");
	textlog_check_fields("cut", &r.events[4], "reason=Allowed requestsize=1234 ClientIP=");
	for (size_t i = 0; i < r.nevents; i++)
		assert_int_equal(r.events[i].flags, EVENT_PARTIAL);
	textlog_run_done(&r);
}

/* A header tells the columns, others than the usual ones and others again; what is not told is assumed. */
static void skyhigh_columns(void **state)
{
	struct textlog_run r;

	(void)state;
	textlog_run_str(&r, &reader_skyhigh,
			SKYHIGH "\n"
			KT "\"u\" 10.1.2.3 200 \"GET http://a/ HTTP/1.1\" \"c\" \"r\" \"m\" 512 \"old\" \"\" \"0\"\n"
			"#time_stamp src_ip \"auth_user\" \"req_line\" \"referer\" bytes_to_client \"user_agent\"\n"
			KT "10.1.2.4 \"v\" \"GET http://b/ HTTP/1.1\" \"http://r/\" 7 \"x\"\n"
			KT "10.1.2.4 v \"GET http://b/ HTTP/1.1\" \"http://r/\" 7 \"x\"\n" SKYHIGH "\n"
			K_HEAD SKYHIGH "\n" K_HEAD SKYHIGH "\n" KT "\"u\" 10.1.2.5 200 \"GET http://c/");
	assert_int_equal(r.nevents, 7);
	assert_int_equal(r.ngaps, 1); /* the usual line under another header */
	assert_int_equal(r.nassumed, 1);
	textlog_check_fields("usual", &r.events[0], "bytes_from_client=412 user_agent=Mozilla/5.0");
	textlog_check_fields("old", &r.events[1], "bytes_to_client=512 bytes_from_client= user_agent=old block_res=0 application_name=");
	textlog_check_fields("another header", &r.events[2], "src_ip=10.1.2.4 auth_user=v bytes_to_client=7 referer=http://r/ cs-host=b status_code=");
	textlog_check_fields("without its quotes", &r.events[3], "auth_user=v user_agent=x");
	textlog_check_fields("the first again", &r.events[5], "bytes_from_client=412");
	textlog_check_fields("cut", &r.events[6], "src_ip=10.1.2.5 status_code=200 cs-host=c user_agent=");
	for (size_t i = 0; i < r.nevents; i++)
		assert_int_equal(r.events[i].flags, i == 6 ? EVENT_PARTIAL : 0);
	textlog_run_done(&r);
}

/* Nothing escapes quotes: what a client sends stays in its column, and the event is marked. */
static void skyhigh_fakes(void **state)
{
	static const struct {
		const char *what, *line, *agent, *request;
	} T[] = {
		{ "a quote and a space", K_AGENT("a\" b"), "a\" b", NULL },
		{ "fields", K_AGENT("a\" \"\" \"0\" \"Other"), "a\" \"\" \"0\" \"Other", NULL },
		{ "a quote at the end", K_AGENT("a\" "), "a\" ", NULL },
		{ "a quote at its begin", K_AGENT("\" a"), "\" a", NULL },
		{ "a whole line", K_AGENT("a\" " SKYHIGH " \"b"), "a\" " SKYHIGH " \"b", NULL },
		{ "the URL", K_REQUEST("GET http://a/\" \"b\" x HTTP/1.1"), "Mozilla/5.0", "GET http://a/\" \"b\" x HTTP/1.1" },
	};

	(void)state;
	for (size_t i = 0; i < 2 * COUNT(T); i++) {
		struct textlog_run r;
		buf b = { 0 };

		buf_z(&b, i % 2 ? K_HEAD : "");
		buf_printf(&b, "%s\n" SKYHIGH "\n", T[i / 2].line);
		textlog_run(&r, &reader_skyhigh, str_bytes(buf_view(&b)), (struct textlog_with){ 0 });
		CHECK(T[i / 2].what, r.nevents == 2 && r.ngaps == 0);
		CHECK(T[i / 2].what, r.events[0].flags == EVENT_PARTIAL && r.events[1].flags == 0);
		CHECK_STR(T[i / 2].what, textlog_field(&r.events[0], "user_agent"), str_of(T[i / 2].agent));
		if (T[i / 2].request)
			CHECK_STR(T[i / 2].what, textlog_field(&r.events[0], "req_line"), str_of(T[i / 2].request));
		textlog_check_fields(T[i / 2].what, &r.events[0],
				     "src_ip=10.1.2.3 virus_name= block_res=0 application_name=Default bytes_from_client=412");
		textlog_run_done(&r);
		buf_done(&b);
	}
}

/* The same lines where their columns are told. */
static void skyhigh_headed(void **state)
{
	(void)state;
	textlog_good(&reader_skyhigh, K_HEAD, SKYHIGH_GOOD, (struct textlog_with){ 0 });
	textlog_bad(&reader_skyhigh, K_HEAD, SKYHIGH_BAD, SKYHIGH);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines),
		cmocka_unit_test(documents),
		cmocka_unit_test(two_contexts),
		cmocka_unit_test(claims),
		cmocka_unit_test(picks),
		cmocka_unit_test(squid_fakes),
		cmocka_unit_test(zscaler_fakes),
		cmocka_unit_test(skyhigh_columns),
		cmocka_unit_test(skyhigh_fakes),
		cmocka_unit_test(skyhigh_headed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
