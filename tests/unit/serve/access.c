/* Who may ask what: the table of routes against every way of not being allowed. */
#include "unit.h"

#include "serve/route.h"
#include "util/limits.h"

#define OWN "127.0.0.1:99"

static struct session SESSION, OTHER;
static char COOKIE[160], OTHER_COOKIE[160];

static int draw_both(void **state)
{
	err e = { 0 };

	assert_int_equal(session_draw(&SESSION, 99, &e), 0);
	assert_int_equal(session_draw(&OTHER, 99, &e), 0);
	snprintf(COOKIE, sizeof COOKIE, "spoor_99=%s", SESSION.cookie);
	snprintf(OTHER_COOKIE, sizeof OTHER_COOKIE, "spoor_99=%s", OTHER.cookie);
	return 0;
}

static struct http_head asking(const struct serve_route *r)
{
	return (struct http_head){
		.method = str_of(r->method),
		.path = str_of(r->path),
		.host = STR(OWN),
		.content_type = STR("application/json"),
	};
}

static int status_of(const struct http_head *h)
{
	const char *allow;
	int status = 0;

	return route_of(h, &SESSION, &status, &allow) ? 200 : status;
}

/* The page is open and nothing else is; what changes something needs both secrets. A new route fails here until it
 * asks for them. */
static void test_table(void **state)
{
	static const char *const OPEN[] = { "/", "/app.js", "/app.css" };

	for (const struct serve_route *r = SERVE_ROUTES; r->path; r++) {
		bool page = false, session = strcmp(r->path, "/api/session") == 0;

		for (size_t i = 0; i < COUNT(OPEN); i++)
			page |= strcmp(r->path, OPEN[i]) == 0 && strcmp(r->method, "GET") == 0;
		CHECK(r->path, (r->need == NEED_NOTHING) == page);
		CHECK(r->path, (r->need == NEED_TOKEN) == session);
		CHECK(r->path,
		      page || session || (strcmp(r->method, "GET") == 0) == (r->need == NEED_COOKIE));
		CHECK(r->path, page == (r->answer == ANSWER_ASSET));
	}
}

static void test_strangers(void **state)
{
	for (const struct serve_route *r = SERVE_ROUTES; r->path; r++) {
		struct http_head h = asking(r);
		bool open = r->need == NEED_NOTHING || r->need == NEED_TOKEN;

		CHECK(r->path, status_of(&h) == (open ? 200 : 401));
		h.token = str_of(SESSION.csrf);
		CHECK(r->path, status_of(&h) == (open ? 200 : 401));
		h.cookie = str_of(OTHER_COOKIE);
		CHECK(r->path, status_of(&h) == (open ? 200 : 401));
		h.cookie = STR("spoor_99=");
		CHECK(r->path, status_of(&h) == (open ? 200 : 401));
	}
}

static void test_known(void **state)
{
	for (const struct serve_route *r = SERVE_ROUTES; r->path; r++) {
		struct http_head h = asking(r);
		bool both = r->need == NEED_BOTH;

		h.cookie = str_of(COOKIE);
		CHECK(r->path, status_of(&h) == (both ? 403 : 200));
		h.token = str_of(OTHER.csrf);
		CHECK(r->path, status_of(&h) == (both ? 403 : 200));
		h.token = str_of(SESSION.token); /* the address is not what the page sends */
		CHECK(r->path, status_of(&h) == (both ? 403 : 200));
		h.token = str_of(SESSION.csrf);
		CHECK(r->path, status_of(&h) == 200);
	}
}

static void test_sites(void **state)
{
	static const struct {
		const char *origin, *site;
		bool reads, changes;
	} T[] = {
		{ NULL, NULL, true, true },
		{ "http://" OWN, "same-origin", true, true },
		{ NULL, "none", true, false },
		{ "null", NULL, false, false },
		{ "", NULL, false, false },
		{ "http://evil.example", NULL, false, false },
		{ "https://" OWN, NULL, false, false },
		{ "http://127.0.0.1:98", NULL, false, false },
		{ "http://localhost:99", NULL, false, false }, /* not the Host that was asked */
		{ "http://" OWN ".evil.example", NULL, false, false },
		{ "http://" OWN "/", NULL, false, false },
		{ NULL, "cross-site", false, false },
		{ NULL, "same-site", false, false },
		{ NULL, "Same-Origin", false, false },
		{ NULL, "", false, false },
	};

	for (const struct serve_route *r = SERVE_ROUTES; r->path; r++)
		for (size_t i = 0; i < COUNT(T); i++) {
			struct http_head h = asking(r);
			bool fine = r->need == NEED_NOTHING ||
				    (r->need == NEED_COOKIE ? T[i].reads : T[i].changes);

			h.origin = str_of(T[i].origin);
			h.fetch_site = str_of(T[i].site);
			h.cookie = str_of(COOKIE);
			h.token = str_of(SESSION.csrf);
			CHECK(r->path, status_of(&h) == (fine ? 200 : 403));
		}
}

static void test_methods(void **state)
{
	static const char *const OTHERS[] = { "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE", "get", "PATCH" };

	for (const struct serve_route *r = SERVE_ROUTES; r->path; r++)
		for (size_t i = 0; i < COUNT(OTHERS); i++) {
			struct http_head h = asking(r);
			const char *allow = NULL;
			int status = 0;

			h.method = str_of(OTHERS[i]);
			CHECK(r->path,
			      status_of(&h) ==
				      (r->need == NEED_NOTHING || r->need == NEED_TOKEN ? 405 : 401));
			h.cookie = str_of(COOKIE);
			h.token = str_of(SESSION.csrf);
			CHECK(r->path, !route_of(&h, &SESSION, &status, &allow) && status == 405 &&
					       strstr(allow, r->method));
		}
}

static void test_forms(void **state)
{
	static const char *const TYPES[] = { "text/plain", "application/x-www-form-urlencoded",
					     "multipart/form-data", "", NULL };

	for (const struct serve_route *r = SERVE_ROUTES; r->path; r++)
		for (size_t i = 0; strcmp(r->method, "POST") == 0 && i < COUNT(TYPES); i++) {
			struct http_head h = asking(r);

			h.cookie = str_of(COOKIE);
			h.token = str_of(SESSION.csrf);
			h.content_type = STR("application/json; charset=utf-8");
			CHECK(r->path, status_of(&h) == 200);
			h.content_type = str_of(TYPES[i]);
			CHECK(r->path, status_of(&h) == 415);
		}
}

static int opened(struct session *s, const char *fmt, const char *token)
{
	char body[200];

	snprintf(body, sizeof body, "%s%s%s", fmt, token, "\"}");
	return session_open(s, str_of(body));
}

static void test_exchange(void **state)
{
	static const char START[] = "{\"token\":\"";
	struct session s = SESSION;
	char near[SECRET_HEX + 1];

	assert_int_equal(opened(&s, START, s.token), 0);
	assert_int_equal(opened(&s, " {\n\"token\" : \"", s.token), 0);
	assert_int_equal(session_open(&s, (str){ 0 }), 400);
	assert_int_equal(opened(&s, "{\"x\":1,\"token\":\"", s.token), 400);
	assert_int_equal(session_open(&s, STR("{\"token\":\"")), 400);
	assert_int_equal(session_open(&s, STR("{\"token\":\"a\"} {")), 400);
	assert_int_equal(opened(&s, START, ""), 401);
	assert_int_equal(opened(&s, START, OTHER.token), 401);
	memcpy(near, s.token, sizeof near);
	near[SECRET_HEX - 1] = near[SECRET_HEX - 1] == '0' ? '1' : '0';
	assert_int_equal(opened(&s, START, near), 401);
	s.wrong = 0;
	for (unsigned i = 0; i < LIMIT_SERVE_WRONG; i++)
		assert_int_equal(opened(&s, START, near), 401);
	assert_int_equal(opened(&s, START, near), 429);
	assert_int_equal(opened(&s, START, s.token), 0); /* nobody is locked out by others */
	assert_int_equal(opened(&s, START, near), 401);
}

static void test_secrets(void **state)
{
	const char *all[] = { SESSION.token, SESSION.cookie, SESSION.csrf,
			      OTHER.token,   OTHER.cookie,   OTHER.csrf };

	for (size_t i = 0; i < COUNT(all); i++) {
		assert_int_equal(strspn(all[i], "0123456789abcdef"), SECRET_HEX);
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(all[i], all[k]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),    cmocka_unit_test(test_strangers),
		cmocka_unit_test(test_known),    cmocka_unit_test(test_sites),
		cmocka_unit_test(test_methods),  cmocka_unit_test(test_forms),
		cmocka_unit_test(test_exchange), cmocka_unit_test(test_secrets),
	};

	return cmocka_run_group_tests(tests, draw_both, NULL);
}
