/* Access logs of web servers: the forms, whose they are, and what clients try to write into them. */
#include "unit.h"

#include <stdio.h>

#include "readers/logs/access.h"
#include "readers/textlog_run.h"

#define LINE                                                                                                 \
	"10.7.12.41 - - [18/Apr/2024:10:13:58 +0800] \"GET /a HTTP/1.1\" 200 5 \"-\" \"DocSecUpdater/4.2\""
#define WHEN "[18/Apr/2024:10:13:58 +0800]"

static const struct textlog_case GOOD[] = {
	{ "combined",
	  "10.7.12.41 - - " WHEN " \"GET /update/setup.exe?v=4.2.7&x=1 HTTP/1.1\" 200 19456512 \"-\" "
	  "\"DocSecUpdater/4.2 (Windows NT 10.0; x64)\"",
	  "2024-04-18T02:13:58Z",
	  "c-ip=10.7.12.41 cs-ident= cs-username= cs-method=GET cs-uri=/update/setup.exe?v=4.2.7&x=1 "
	  "cs-uri-stem=/update/setup.exe cs-uri-query=v=4.2.7&x=1 cs-version=1.1 cs-request= sc-status=200 "
	  "sc-bytes=19456512 cs-referer=" },
	{ "common",
	  "198.51.100.61 - frank " WHEN " \"POST /docsec/servlet/fileUpload?type=tmp HTTP/1.0\" 500 -",
	  "2024-04-18T02:13:58Z",
	  "c-ip=198.51.100.61 cs-username=frank cs-method=POST cs-uri-query=type=tmp sc-status=500 sc-bytes= "
	  "cs-user-agent=" },
	{ "a virtual host with its port",
	  "www.corp.example:443 192.0.2.7 - - " WHEN " \"GET / HTTP/2.0\" 304 0 \"-\" \"x\"", NULL,
	  "cs-host=www.corp.example s-port=443 c-ip=192.0.2.7 cs-version=2.0" },
	{ "a virtual host without", "www.corp.example 192.0.2.7 - - " WHEN " \"GET / HTTP/1.1\" 200 1", NULL,
	  "cs-host=www.corp.example s-port= c-ip=192.0.2.7" },
	{ "a client by its name", "host7.corp.example - - " WHEN " \"GET / HTTP/1.1\" 200 1", NULL,
	  "c-ip=host7.corp.example cs-host=" },
	{ "IPv6", "2001:db8::7 - - " WHEN " \"GET / HTTP/1.1\" 200 1", NULL, "c-ip=2001:db8::7" },
	{ "clients behind proxies", "10.0.0.1, 192.0.2.9 - - " WHEN " \"GET / HTTP/1.1\" 200 1", NULL, NULL },
	{ "a realm in the user", "192.0.2.7 - a@CORP.EXAMPLE " WHEN " \"GET / HTTP/1.1\" 200 1", NULL,
	  "cs-username=a@CORP.EXAMPLE" },
	{ "an empty user", "192.0.2.7 -  " WHEN " \"GET / HTTP/1.1\" 401 1", NULL, "cs-username=" },
	{ "no request at all", "192.0.2.7 - - " WHEN " \"-\" 408 - \"-\" \"-\"", NULL,
	  "cs-method= cs-uri= cs-request= sc-status=408" },
	{ "an empty request", "192.0.2.7 - - " WHEN " \"\" 400 0 \"-\" \"-\"", NULL, "cs-uri= sc-bytes=0" },
	{ "the bytes of a TLS hello", "192.0.2.7 - - " WHEN " \"\\x16\\x03\\x01\\x02\" 400 226", NULL,
	  "cs-method= cs-uri= cs-request=\\x16\\x03\\x01\\x02 sc-status=400" },
	{ "HTTP/0.9", "192.0.2.7 - - " WHEN " \"GET /old\" 200 1", NULL,
	  "cs-method=GET cs-uri-stem=/old cs-version=" },
	{ "a proxy's target", "192.0.2.7 - - " WHEN " \"GET http://a.example:81/p?q HTTP/1.1\" 403 1", NULL,
	  "cs-host=a.example:81 cs-uri=http://a.example:81/p?q cs-uri-stem=/p cs-uri-query=q" },
	{ "CONNECT", "192.0.2.7 - - " WHEN " \"CONNECT a.example:443 HTTP/1.1\" 405 1", NULL,
	  "cs-method=CONNECT cs-uri=a.example:443" },
	{ "quotes that Apache escapes", "192.0.2.7 - - " WHEN " \"GET /?q=\\\"><script> HTTP/1.1\" 200 1",
	  NULL, "cs-uri-query=q=\"><script>" },
	{ "quotes that nginx escapes", "192.0.2.7 - - " WHEN " \"GET /?q=\\x22\\x5C HTTP/1.1\" 200 1", NULL,
	  "cs-uri-query=q=\"\\" },
	{ "quotes that nobody escapes",
	  "1.2.3.4 - - " WHEN " \"GET /?a=<b>(\"text\")</b> HTTP/1.0\" 404 1164", NULL,
	  "cs-uri-query=a=<b>(\"text\")</b> sc-status=404 sc-bytes=1164" },
	{ "UTF-8 escaped", "192.0.2.7 - - " WHEN " \"GET /\\xe6\\x96\\x87 HTTP/1.1\" 404 1", NULL,
	  "cs-uri-stem=/\xE6\x96\x87" },
	{ "bytes that are no UTF-8", "192.0.2.7 - - " WHEN " \"GET /\\xff\\x00 HTTP/1.1\" 404 1", NULL,
	  "cs-uri-stem=/\\xff\\x00" },
	{ "an escape sequence", "192.0.2.7 - - " WHEN " \"GET /\x1B]0;x\x07 HTTP/1.1\" 404 1", NULL,
	  "cs-uri-stem=/\x1B]0;x\x07" },
	{ "spaces in the target", "192.0.2.7 - - " WHEN " \"GET /a b?c d HTTP/1.1\" 404 1", NULL, NULL },
	{ "a leap second", "192.0.2.7 - - [31/Dec/2016:23:59:60 +0000] \"GET / HTTP/1.1\" 200 1",
	  "2017-01-01T00:00:00Z", NULL },
	{ "west of Greenwich", "192.0.2.7 - - [29/Feb/2024:23:30:00 -0330] \"GET / HTTP/1.1\" 200 1",
	  "2024-03-01T03:00:00Z", NULL },
	{ "a time in the name of a user",
	  "192.0.2.7 - x [01/Jan/2000:00:00:00 +0000] \\\"GET " WHEN " \"GET / HTTP/1.1\" 401 1",
	  "2024-04-18T02:13:58Z", "sc-status=401" },
	{ "Tomcat with milliseconds behind", "192.0.2.7 - - " WHEN " \"GET / HTTP/1.1\" 200 8264 15", NULL,
	  "sc-bytes=8264 extra1=15" },
	{ "no size", "192.0.2.7 - - " WHEN " \"GET / HTTP/1.1\" 200", NULL, "sc-status=200 sc-bytes=" },
	{ 0 },
};

static const struct textlog_case BAD[] = {
	{ "no time", "192.0.2.7 - - \"GET / HTTP/1.1\" 200 1", NULL, NULL },
	{ "month that is none", "192.0.2.7 - - [18/Foo/2024:10:13:58 +0800] \"GET / HTTP/1.1\" 200 1", NULL,
	  NULL },
	{ "day 32", "192.0.2.7 - - [32/Apr/2024:10:13:58 +0800] \"GET / HTTP/1.1\" 200 1", NULL, NULL },
	{ "hour 25", "192.0.2.7 - - [18/Apr/2024:25:13:58 +0800] \"GET / HTTP/1.1\" 200 1", NULL, NULL },
	{ "no zone", "192.0.2.7 - - [18/Apr/2024:10:13:58] \"GET / HTTP/1.1\" 200 1", NULL, NULL },
	{ "no client", WHEN " \"GET / HTTP/1.1\" 200 1", NULL, NULL },
	{ "a client alone", "192.0.2.7 " WHEN " \"GET / HTTP/1.1\" 200 1", NULL, NULL },
	{ "no quotes", "192.0.2.7 - - " WHEN " GET / HTTP/1.1 200 1", NULL, NULL },
	{ "a quote that stays open", "192.0.2.7 - - " WHEN " \"GET / HTTP/1.1 200 1", NULL, NULL },
	{ "no status", "192.0.2.7 - - " WHEN " \"GET / HTTP/1.1\"", NULL, NULL },
	{ "a status that is none", "192.0.2.7 - - " WHEN " \"GET / HTTP/1.1\" two 1", NULL, NULL },
	{ "a size that is none", "192.0.2.7 - - " WHEN " \"GET / HTTP/1.1\" 200 many", NULL, NULL },
	{ "an escaped quote closes nothing", "192.0.2.7 - - " WHEN " \"GET / HTTP/1.1\\\" 200 1", NULL,
	  NULL },
	{ "one word", "x", NULL, NULL },
	{ "binary", "\x01\x02\x03\xFF\xFE\x80", NULL, NULL },
	{ 0 },
};

static void lines(void **state)
{
	(void)state;
	textlog_good(&reader_webaccess, "", GOOD, (struct textlog_with){ 0 });
	textlog_bad(&reader_webaccess, "", BAD, LINE);
}

/* --- whole logs ----------------------------------------------------------------------------- */

static const struct {
	const char *what, *path, *content, *dataset, *fields, *ecs; /* of the last event */
} LOGS[] = {
	{ "nothing tells", "access.log", LINE "\n", "web.access", "c-ip=10.7.12.41",
	  "\"source\":{\"address\":\"10.7.12.41\",\"ip\":\"10.7.12.41\"}" },
	{ "the path tells", "var/log/nginx/access.log", LINE "\n", "nginx.access", NULL,
	  "\"user_agent\":{\"original\":\"DocSecUpdater/4.2\"}" },
	{ "the path is wrong", "nginx/a.log",
	  "v.example:80 10.0.0.1 - - " WHEN " \"GET / HTTP/1.1\" 200 - \"-\" \"x\"\n", "apache.access",
	  "cs-host=v.example", "\"url\":{\"domain\":\"v.example\",\"original\":\"/\",\"path\":\"/\"}" },
	{ "a lower-case escape", "", "10.0.0.1 - - " WHEN " \"\\x16\\x0f\" 400 226\n", "apache.access", NULL,
	  "\"status_code\":400" },
	{ "an upper-case escape", "", "10.0.0.1 - - " WHEN " \"\\x16\\x0F\" 400 150\n", "nginx.access", NULL,
	  NULL },
	{ "a status of nginx", "", LINE "\n10.0.0.1 - - " WHEN " \"GET / HTTP/1.1\" 499 0 \"-\" \"x\"\n",
	  "nginx.access", NULL, NULL },
	{ "an address as Java writes it", "", "0:0:0:0:0:0:0:1 - - " WHEN " \"GET / HTTP/1.1\" 200 5\n",
	  "tomcat.access", "c-ip=0:0:0:0:0:0:0:1", NULL },
	{ "a session of a servlet", "apache/x",
	  "10.0.0.1 - - " WHEN " \"GET /a;jsessionid=1 HTTP/1.1\" 200 5\n", "tomcat.access", NULL, NULL },
	{ "mod_logio", "", LINE " 412 5310\n", "web.access", "cs-bytes=412 sc-bytes-all=5310",
	  "\"source\":{\"address\":\"10.7.12.41\",\"bytes\":412" },
	{ "two numbers that are no sizes", "", LINE " 0 1234\n", "web.access",
	  "extra1=0 extra2=1234 cs-bytes=", NULL },
	{ "a forwarded address and a duration", "", LINE " \"198.51.100.4\" 0.012\n", "web.access",
	  "x-forwarded-for=198.51.100.4 time-taken=0.012", "\"duration\":12000000" },
	{ "a forwarded address only sometimes", "", LINE " \"198.51.100.4\" rt=1\n" LINE " \"-\" rt=2\n",
	  "web.access", "x-forwarded-for= extra2=rt=2", NULL },
	{ "the third field is no address everywhere", "", LINE " \"198.51.100.4\"\n" LINE " \"unknown\"\n",
	  "web.access", "extra1=unknown x-forwarded-for=", NULL },
};

static void logs(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(LOGS); i++) {
		struct textlog_run r;
		const struct textlog_event *last;

		textlog_run(&r, &reader_webaccess, str_bytes(str_of(LOGS[i].content)),
			    (struct textlog_with){ .path = str_of(LOGS[i].path) });
		CHECK(LOGS[i].what, r.nevents > 0 && r.ngaps == 0);
		last = &r.events[r.nevents - 1];
		CHECK(LOGS[i].what, str_eq(str_of(last->dataset), str_of(LOGS[i].dataset)));
		if (LOGS[i].fields)
			textlog_check_fields(LOGS[i].what, last, LOGS[i].fields);
		CHECK(LOGS[i].what, !LOGS[i].ecs || textlog_ecs_has(last, LOGS[i].ecs));
		textlog_run_done(&r);
	}
}

/* --- what clients write --------------------------------------------------------------------- */

static void injected(void **state)
{
	static const char *const AGENTS[] = {
		"x\\n" LINE,
		"x\r"
		"10.9.9.9 - - " WHEN " \\\"GET /fake HTTP/1.1\\\" 200 5",
		"x\\\" 200 5 \\\"-\\\" \\\"y",
		"10.9.9.9 - - " WHEN " \\\"GET /fake HTTP/1.1\\\" 200 5 \\\"-\\\" \\\"z\\\"",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(AGENTS); i++) {
		struct textlog_run r;
		char content[1024];

		snprintf(content, sizeof content,
			 "192.0.2.66 - - " WHEN " \"GET /real HTTP/1.1\" 404 9 \"-\" \"%s\"\n", AGENTS[i]);
		textlog_run_str(&r, &reader_webaccess, content);
		CHECK(AGENTS[i], r.nevents == 1 && r.ngaps == 0);
		textlog_check_fields(AGENTS[i], &r.events[0],
				     "c-ip=192.0.2.66 cs-uri-stem=/real sc-status=404 sc-bytes=9");
		textlog_run_done(&r);
	}
}

/* An agent without its closing quote is read, and the event marked. */
static void open_quote(void **state)
{
	struct textlog_run r;

	(void)state;
	textlog_run_str(&r, &reader_webaccess,
			"192.0.2.7 - - " WHEN " \"GET / HTTP/1.1\" 200 1 \"-\" \"cut of\n" LINE "\n");
	assert_int_equal(r.nevents, 2);
	assert_int_equal(r.events[0].flags, EVENT_PARTIAL);
	textlog_check_fields("cut", &r.events[0], "c-ip=192.0.2.7 sc-status=200");
	assert_true(str_eq(textlog_field(&r.events[0], "cs-user-agent"), STR("cut of")));
	assert_int_equal(r.events[1].flags, 0);
	textlog_run_done(&r);
}

static bool same_view(str a, str b)
{
	return str_eq(a, b) && !a.ptr == !b.ptr;
}

/* A usual line is split at its quotes, one with a field more the long way: the fields that both have are the same. */
static void usual_lines(void **state)
{
	static const char *const T[] = {
		LINE,
		"192.0.2.7 - - " WHEN " \"GET / HTTP/1.1\" 200 1",
		"www.corp.example:443 192.0.2.7 - a b " WHEN " \"\" 400 - \"\" \"\"",
		"10.0.0.1, 192.0.2.9 - u [x " WHEN " \"GET / [18 HTTP/1.1\" - 17 \"http://a/\" \"a b [c]\"",
		"10.0.0.1 - CORP\\\\u7 " WHEN " \"GET /\\x22a HTTP/1.1\" 200 17 \"-\" \"a\\b\"",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(T); i++) {
		struct access_line usual, more;
		char longer[512];

		assert_true(access_split(str_of(T[i]), &usual));
		CHECK(T[i], usual.plain == !strchr(T[i], '\\') && !usual.open && usual.nextra == 0);
		snprintf(longer, sizeof longer, "%s 7", T[i]);
		assert_true(access_split(str_of(longer), &more));
		CHECK(T[i], !more.plain && more.nextra == 1);
		CHECK(T[i],
		      same_view(usual.vhost, more.vhost) && same_view(usual.client, more.client) &&
			      same_view(usual.ident, more.ident) && same_view(usual.user, more.user) &&
			      same_view(usual.time, more.time) && same_view(usual.request, more.request) &&
			      same_view(usual.status, more.status) && same_view(usual.bytes, more.bytes) &&
			      same_view(usual.referer, more.referer) && same_view(usual.agent, more.agent));
	}
}

static void claims(void **state)
{
	static const struct {
		const char *content, *reader;
	} T[] = {
		{ LINE "\n", "webaccess" },
		{ "{\"a\":1}\n", "json" },
		{ LINE "\nx\n" LINE "\n" LINE "\n" LINE "\n" LINE "\n", "webaccess" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(T); i++) {
		struct text_head_store *store;
		struct text_head h;
		bytes content = str_bytes(str_of(T[i].content));

		assert_true(text_head_init(&h, &store, content, STR("")));
		CHECK(T[i].content, (text_claim(reader_webaccess.text, &h) > 0) ==
					    str_eq(str_of(T[i].reader), STR("webaccess")));
		text_head_done(store);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines),      cmocka_unit_test(logs),   cmocka_unit_test(injected),
		cmocka_unit_test(open_quote), cmocka_unit_test(claims), cmocka_unit_test(usual_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
