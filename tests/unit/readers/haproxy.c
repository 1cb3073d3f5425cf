/* Lines of HAProxy, through the reader of all devices. */
#include "readers/logs/device.h"

#include "readers/textlog_run.h"
#include "unit.h"

#define AT "2024-04-18T10:14:13.345Z"
#define P "Apr 18 10:14:13 lb1 haproxy[1204]: "
#define C P "198.51.100.9:51831 [18/Apr/2024:10:14:13.345] fe_https~ be_app/app01 "
#define T C "0/0/1/23/24 200 1512 - - ---- 12/12/3/1/0 0/0 "

static const struct textlog_case GOOD[] = {
	{ "a request", T "\"GET /index.html HTTP/1.1\"", AT,
	  "c-ip=198.51.100.9 c-port=51831 frontend=fe_https~ backend=be_app/app01 times=0/0/1/23/24 sc-status=200 sc-bytes=1512 state=---- cs-method=GET cs-uri=/index.html cs-uri-stem=/index.html cs-version=1.1 program=haproxy device_host=lb1" },
	{ "a query", T "\"POST /a.aspx?b=c&d HTTP/2.0\"", AT, "cs-method=POST cs-uri-stem=/a.aspx cs-uri-query=b=c&d" },
	{ "headers", T "{www.example.org|curl/8.5} \"GET / HTTP/1.1\"", AT, "headers={www.example.org|curl/8.5} cs-uri=/" },
	{ "headers of both", T "{a|b} {c} \"GET / HTTP/1.1\"", AT, "cs-uri=/ cs-method=GET" },
	{ "a quote in a header", T "{a \"b} \"GET / HTTP/1.1\"", AT, "cs-method=" },
	{ "no request", T "\"<BADREQ>\"", AT, "cs-request=<BADREQ> cs-method=" },
	{ "a whole URL", T "\"GET http://a.example/x HTTP/1.1\"", AT, "cs-host=a.example cs-uri-stem=/x" },
	{ "a request that is too long", T "\"GET /aaaaaaaaaaaaaaaa", AT, "cs-method=GET cs-uri=/aaaaaaaaaaaaaaaa" },
	{ "refused", C "0/-1/-1/-1/0 403 212 - - PR-- 12/12/3/0/0 0/0 \"GET /.env HTTP/1.1\"", AT, "sc-status=403 state=PR-- cs-uri=/.env" },
	{ "no server", P "198.51.100.9:51831 [18/Apr/2024:10:14:13.345] fe be/<NOSRV> 0/-1/-1/-1/0 503 212 - - SC-- 1/1/0/0/0 0/0 \"GET / HTTP/1.1\"", AT, "backend=be/<NOSRV> sc-status=503" },
	{ "still going on", C "0/0/1/23/+24 200 +1512 - - ---- 12/12/3/1/0 0/0 \"GET / HTTP/1.1\"", AT, "sc-bytes=+1512" },
	{ "cookies", C "0/0/1/23/24 200 1512 SID=a SID=b ---- 12/12/3/1/0 0/0 \"GET / HTTP/1.1\"", AT, "request-cookie=SID=a response-cookie=SID=b" },
	{ "IPv6", P "2001:db8::9:51831 [18/Apr/2024:10:14:13.345] fe be/s 0/0/1/23/24 200 1 - - ---- 1/1/1/1/0 0/0 \"GET / HTTP/1.1\"", AT, "c-ip=2001:db8::9 c-port=51831" },
	{ "a connection", P "198.51.100.9:51831 [18/Apr/2024:10:14:13.345] fe_tcp be_tcp/srv1 1/0/5007 212 -- 0/0/0/0/3 0/0", AT, "c-ip=198.51.100.9 backend=be_tcp/srv1 sc-bytes=212 state=-- sc-status=" },
	{ "no daemon's name", "Apr 18 10:14:13 lb1 198.51.100.9:51831 [18/Apr/2024:10:14:13.345] fe be/s 0/0/1/23/24 200 1 - - ---- 1/1/1/1/0 0/0 \"GET / HTTP/1.1\"", AT, "c-ip=198.51.100.9" },
	{ "RFC 5424", "<134>1 2024-04-18T10:14:13Z lb1 haproxy 1204 - - 198.51.100.9:51831 [18/Apr/2024:10:14:13.345] fe be/s 0/0/1/23/24 200 1 - - ---- 1/1/1/1/0 0/0 \"GET / HTTP/1.1\"", "2024-04-18T10:14:13Z", "c-ip=198.51.100.9 device_host=lb1" },
	{ "with <PRI>", "<134>Apr 18 10:14:13 lb1 haproxy[1]: 198.51.100.9:51831 [18/Apr/2024:10:14:13.345] fe be/s 0/0/1/23/24 200 1 - - ---- 1/1/1/1/0 0/0 \"GET / HTTP/1.1\"", AT, "syslog_priority=134 c-ip=198.51.100.9" },
	{ "without milliseconds", P "198.51.100.9:51831 [18/Apr/2024:10:14:13] fe be/s 0/0/1/23/24 200 1 - - ---- 1/1/1/1/0 0/0 \"GET / HTTP/1.1\"", "2024-04-18T10:14:13Z", "c-ip=198.51.100.9" },
	{ "cut behind the status", C "0/0/1/23/24 200", AT, "sc-status=200 sc-bytes= cs-uri=" },
	{ "a fake line in a path", T "\"GET /%0aApr HTTP/1.1\"", AT, "cs-uri=/%0aApr" },
	{ 0 },
};

static const struct textlog_case BAD[] = {
	{ "no client", "haproxy[1]: [18/Apr/2024:10:14:13.345] fe be/s 0/0/1 1 -- 0/0 0/0", NULL, NULL },
	{ "no port", "haproxy[1]: 198.51.100.9 [18/Apr/2024:10:14:13.345] fe be/s 0/0/1 1 -- 0/0 0/0", NULL, NULL },
	{ "no time", "haproxy[1]: 198.51.100.9:5 fe be/s 0/0/1 1 -- 0/0 0/0", NULL, NULL },
	{ "another time", "haproxy[1]: 198.51.100.9:5 [2024-04-18T10:14:13.345] fe be/s 0/0/1 1 -- 0/0", NULL, NULL },
	{ "a bracket that stays open", "haproxy[1]: 198.51.100.9:5 [18/Apr/2024:10:14:13.345 fe be/s 0/0/1", NULL, NULL },
	{ "no backend", "haproxy[1]: 198.51.100.9:5 [18/Apr/2024:10:14:13.345] fe be 0/0/1 1 --", NULL, NULL },
	{ "no times", "haproxy[1]: 198.51.100.9:5 [18/Apr/2024:10:14:13.345] fe be/s 200 1", NULL, NULL },
	{ "cut behind the time", "haproxy[1]: 198.51.100.9:5 [18/Apr/2024:10:14:13.345]", NULL, NULL },
	{ "cut behind the ends", "haproxy[1]: 198.51.100.9:5 [18/Apr/2024:10:14:13.345] fe be/s", NULL, NULL },
	{ "its name alone", "haproxy", NULL, NULL },
	{ "a short time", "haproxy[1]: 198.51.100.9:5 [18/Apr] fe be/s 0/0/1 1", NULL, NULL },
	{ 0 },
};

static void good_lines(void **state)
{
	(void)state;
	textlog_good(&reader_device, "", GOOD, (struct textlog_with){ 0 });
}

static void bad_lines(void **state)
{
	(void)state;
	textlog_bad(&reader_device, "", BAD, GOOD[0].line);
}

/* Its own time has a year, that of syslog has none. */
static void datasets(void **state)
{
	struct textlog_run r;

	(void)state;
	textlog_run_str(&r, &reader_device,
			T "\"GET /a HTTP/1.1\"\n" P
			  "198.51.100.9:5 [18/Apr/2024:10:14:13.345] fe be/s 1/0/5007 212 -- 0/0/0/0/3 0/0\n");
	assert_int_equal(r.nevents, 2);
	CHECK_STR("request", str_of(r.events[0].dataset), STR("haproxy.http"));
	CHECK_STR("connection", str_of(r.events[1].dataset), STR("haproxy.tcp"));
	assert_true(textlog_ecs_has(&r.events[0], "\"path\":\"/a\""));
	assert_true(textlog_ecs_has(&r.events[0], "\"status_code\":200"));
	textlog_run_done(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_lines),
		cmocka_unit_test(bad_lines),
		cmocka_unit_test(datasets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
