/* Heads of requests: what two programs could read in two ways is refused. */
#include "unit.h"

#include "serve/http_head.h"
#include "util/limits.h"

#define HOST "Host: 127.0.0.1:8\r\n"

static const struct {
	const char *what;
	str in;
	int want;
} HEADS[] = {
	{ "the least", STR("GET / HTTP/1.1\r\n" HOST "\r\n"), HTTP_HEAD_DONE },
	{ "a query", STR("GET /api/search?q=a HTTP/1.1\r\n" HOST "\r\n"), HTTP_HEAD_DONE },
	{ "bytes above 127 in a neighbour's cookie",
	  STR("GET / HTTP/1.1\r\n" HOST "Cookie: a=\xc3\xa4\r\n\r\n"), HTTP_HEAD_DONE },
	{ "a body of no bytes for GET", STR("GET / HTTP/1.1\r\n" HOST "Content-Length: 0\r\n\r\n"),
	  HTTP_HEAD_DONE },
	{ "a body", STR("POST / HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\n{}"), HTTP_HEAD_DONE },
	{ "nothing yet", STR(""), HTTP_HEAD_MORE },
	{ "half a method", STR("GE"), HTTP_HEAD_MORE },
	{ "CR without LF yet", STR("GET / HTTP/1.1\r"), HTTP_HEAD_MORE },
	{ "no empty line yet", STR("GET / HTTP/1.1\r\n" HOST), HTTP_HEAD_MORE },
	{ "bare LF ends the request line", STR("GET / HTTP/1.1\n"), 400 },
	{ "bare LF ends a field", STR("GET / HTTP/1.1\r\nHost: a\n"), 400 },
	{ "bare LF as the empty line", STR("GET / HTTP/1.1\r\n" HOST "\n"), 400 },
	{ "CR inside a line", STR("GET / HTTP/1.1\r\nA: b\rc\r\n"), 400 },
	{ "CR CR LF", STR("GET / HTTP/1.1\r\r\n"), 400 },
	{ "an empty line first", STR("\r\nGET / HTTP/1.1\r\n"), 400 },
	{ "NUL in a value", STR("GET / HTTP/1.1\r\nA: b\0c\r\n"), 400 },
	{ "control in a name", STR("GET / HTTP/1.1\r\nA\x01: b\r\n"), 400 },
	{ "DEL in a value", STR("GET / HTTP/1.1\r\nA: \x7f\r\n"), 400 },
	{ "a folded line", STR("GET / HTTP/1.1\r\nA: b\r\n c\r\n"), 400 },
	{ "a folded line with a tab", STR("GET / HTTP/1.1\r\nA: b\r\n\tc: d\r\n"), 400 },
	{ "a folded first line", STR("GET / HTTP/1.1\r\n Host: a\r\n"), 400 },
	{ "a blank before the colon", STR("GET / HTTP/1.1\r\nHost : a\r\n"), 400 },
	{ "no colon", STR("GET / HTTP/1.1\r\nHost\r\n"), 400 },
	{ "no name", STR("GET / HTTP/1.1\r\n: a\r\n"), 400 },
	{ "no method", STR(" / HTTP/1.1\r\n"), 400 },
	{ "a method that is no token", STR("G(T / HTTP/1.1\r\n"), 400 },
	{ "two blanks", STR("GET  / HTTP/1.1\r\n"), 400 },
	{ "a tab between", STR("GET\t/ HTTP/1.1\r\n"), 400 },
	{ "a blank behind the version", STR("GET / HTTP/1.1 \r\n"), 400 },
	{ "HTTP/0.9", STR("GET /\r\n"), 400 },
	{ "HTTP/1.0", STR("GET / HTTP/1.0\r\n"), 505 },
	{ "HTTP/2.0", STR("GET / HTTP/2.0\r\n"), 505 },
	{ "http in small letters", STR("GET / http/1.1\r\n"), 400 },
	{ "the whole address as target", STR("GET http://127.0.0.1:8/ HTTP/1.1\r\n"), 400 },
	{ "another target", STR("CONNECT a:1 HTTP/1.1\r\n"), 400 },
	{ "asterisk", STR("OPTIONS * HTTP/1.1\r\n"), 400 },
	{ "a fragment", STR("GET /#t=1 HTTP/1.1\r\n"), 400 },
	{ "a backslash", STR("GET /..\\ HTTP/1.1\r\n"), 400 },
	{ "raw bytes in the path", STR("GET /\xff HTTP/1.1\r\n"), 400 },
	{ "no Host", STR("GET / HTTP/1.1\r\n\r\n"), 421 },
	{ "two Hosts", STR("GET / HTTP/1.1\r\n" HOST HOST "\r\n"), 421 },
	{ "two Hosts, the second in capitals", STR("GET / HTTP/1.1\r\n" HOST "HOST: evil\r\n\r\n"), 421 },
	{ "length and coding",
	  STR("POST / HTTP/1.1\r\n" HOST "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n"), 400 },
	{ "coding and length",
	  STR("POST / HTTP/1.1\r\n" HOST "transfer-encoding: x\r\ncontent-length: 2\r\n\r\n"), 400 },
	{ "a coding alone", STR("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n"), 411 },
	{ "two lengths", STR("POST / HTTP/1.1\r\n" HOST "Content-Length: 2\r\nContent-Length: 2\r\n\r\n"),
	  400 },
	{ "a list of lengths", STR("POST / HTTP/1.1\r\n" HOST "Content-Length: 2, 2\r\n\r\n"), 400 },
	{ "a signed length", STR("POST / HTTP/1.1\r\n" HOST "Content-Length: +2\r\n\r\n"), 400 },
	{ "a negative length", STR("POST / HTTP/1.1\r\n" HOST "Content-Length: -1\r\n\r\n"), 400 },
	{ "a hexadecimal length", STR("POST / HTTP/1.1\r\n" HOST "Content-Length: 0x2\r\n\r\n"), 400 },
	{ "an empty length", STR("POST / HTTP/1.1\r\n" HOST "Content-Length:\r\n\r\n"), 400 },
	{ "a length that overflows",
	  STR("POST / HTTP/1.1\r\n" HOST "Content-Length: 18446744073709551618\r\n\r\n"), 400 },
	{ "a body too large", STR("POST / HTTP/1.1\r\n" HOST "Content-Length: 1048577\r\n\r\n"), 413 },
	{ "no length", STR("POST / HTTP/1.1\r\n" HOST "\r\n"), 411 },
	{ "a body for GET", STR("GET / HTTP/1.1\r\n" HOST "Content-Length: 1\r\n\r\n"), 400 },
	{ "an expectation",
	  STR("POST / HTTP/1.1\r\n" HOST "Content-Length: 1\r\nExpect: 100-continue\r\n\r\n"), 417 },
	{ "two Origins", STR("GET / HTTP/1.1\r\n" HOST "Origin: a\r\nOrigin: b\r\n\r\n"), 400 },
	{ "two Cookies", STR("GET / HTTP/1.1\r\n" HOST "Cookie: a=b\r\nCookie: c=d\r\n\r\n"), 400 },
	{ "two tokens", STR("GET / HTTP/1.1\r\n" HOST "X-Spoor-Token: a\r\nX-Spoor-Token: a\r\n\r\n"), 400 },
};

static void test_heads(void **state)
{
	for (size_t i = 0; i < COUNT(HEADS); i++) {
		struct http_head h = { .len = 77 };

		CHECK(HEADS[i].what, http_head_parse(str_bytes(HEADS[i].in), &h) == HEADS[i].want);
		CHECK(HEADS[i].what, (h.len == 77) == (HEADS[i].want != HTTP_HEAD_DONE));
	}
}

/* The same verdict however the bytes arrive: what is refused is never done before, what is done was MORE before. */
static void test_pieces(void **state)
{
	for (size_t i = 0; i < COUNT(HEADS); i++)
		for (size_t n = 0; n < HEADS[i].in.len; n++) {
			struct http_head h = { 0 };
			int rc = http_head_parse((bytes){ (const uint8_t *)HEADS[i].in.ptr, n }, &h);

			CHECK(HEADS[i].what, rc == HTTP_HEAD_MORE || rc == HEADS[i].want);
		}
}

static void test_values(void **state)
{
	static const str IN =
		STR("POST /api/x?a=1?b HTTP/1.1\r\nhOsT: \t localhost:99 \t\r\nCookie: spoor_99=v; w=\r\n"
		    "Content-Length: 5\r\nX-Spoor-Token:t\r\n\r\nhello");
	struct http_head h = { 0 };

	assert_int_equal(http_head_parse(str_bytes(IN), &h), 0);
	assert_true(str_is(h.method, "POST") && str_is(h.path, "/api/x") && str_is(h.query, "a=1?b"));
	assert_true(str_is(h.host, "localhost:99") && str_is(h.token, "t") && !h.origin.ptr);
	assert_int_equal(h.body_len, 5);
	assert_int_equal(h.len, IN.len - 5);
}

static void test_too_large(void **state)
{
	static char big[LIMIT_SERVE_HEAD + 64];
	struct http_head h = { 0 };
	buf many = { 0 };

	memset(big, 'a', sizeof big);
	memcpy(big, "GET / HTTP/1.1\r\nA: ", 19);
	assert_int_equal(http_head_parse((bytes){ (uint8_t *)big, LIMIT_SERVE_HEAD - 1 }, &h),
			 HTTP_HEAD_MORE);
	assert_int_equal(http_head_parse((bytes){ (uint8_t *)big, LIMIT_SERVE_HEAD }, &h), 431);
	buf_z(&many, "GET / HTTP/1.1\r\n");
	for (unsigned i = 0; i <= LIMIT_SERVE_FIELDS; i++)
		buf_z(&many, "A: b\r\n");
	assert_int_equal(http_head_parse(str_bytes(buf_view(&many)), &h), 431);
	buf_done(&many);
}

static void test_hosts(void **state)
{
	static const char *const OURS[] = { "127.0.0.1:80", "localhost:80", "[::1]:80" };
	static const char *const NOT[] = { "",
					   "127.0.0.1",
					   "127.0.0.1:81",
					   "127.0.0.1:080",
					   "localhost",
					   "localhost.:80",
					   "Localhost:80",
					   "evil:80",
					   "127.0.0.1:80.evil",
					   "evil@127.0.0.1:80",
					   "::1:80",
					   "[::1]",
					   "0.0.0.0:80",
					   "127.0.0.2:80",
					   "127.1:80",
					   "2130706433:80",
					   "localhost:80 " };

	for (size_t i = 0; i < COUNT(OURS); i++)
		CHECK(OURS[i], http_host_ours(str_of(OURS[i]), 80));
	for (size_t i = 0; i < COUNT(NOT); i++)
		CHECK(NOT[i], !http_host_ours(str_of(NOT[i]), 80));
}

static void test_cookies(void **state)
{
	assert_true(str_is(http_cookie(STR("a=1; b=2"), STR("b")), "2"));
	assert_true(str_is(http_cookie(STR("b=2=3"), STR("b")), "2=3"));
	assert_null(http_cookie(STR("b=2; b=2"), STR("b")).ptr);
	assert_null(http_cookie(STR("bb=2; ab=2; b"), STR("b")).ptr);
	assert_null(http_cookie((str){ 0 }, STR("b")).ptr);
}

static void test_queries(void **state)
{
	static const struct {
		const char *query, *value;
		int want;
	} T[] = {
		{ "q=a%20b+c", "a b c", 1 },
		{ "x=1&q=%e4%BD%a0", "\xe4\xbd\xa0", 1 },
		{ "q=", "", 1 },
		{ "x=1", "", 0 },
		{ "q=%", NULL, -1 },
		{ "q=%2", NULL, -1 },
		{ "q=%zz", NULL, -1 },
		{ "q=%00", NULL, -1 },
		{ "q=1&q=2", NULL, -1 },
		{ "qq=1", "", 0 },
	};

	for (size_t i = 0; i < COUNT(T); i++) {
		buf b = { 0 };

		CHECK(T[i].query, http_query(str_of(T[i].query), "q", &b) == T[i].want);
		CHECK(T[i].query, !T[i].value || str_is(buf_view(&b), T[i].value));
		buf_done(&b);
	}
}

static void test_codings(void **state)
{
	assert_true(http_takes_gzip(STR("gzip")));
	assert_true(http_takes_gzip(STR("br, GZIP;q=0.5")));
	assert_false(http_takes_gzip(STR("gzip;q=0")));
	assert_false(http_takes_gzip(STR("gzip; q=0.000")));
	assert_false(http_takes_gzip(STR("xgzip, br")));
	assert_false(http_takes_gzip((str){ 0 }));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_heads),   cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_values),  cmocka_unit_test(test_too_large),
		cmocka_unit_test(test_hosts),   cmocka_unit_test(test_cookies),
		cmocka_unit_test(test_queries), cmocka_unit_test(test_codings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
