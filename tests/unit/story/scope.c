/* Indicators to hosts: which facts match, whose they are. */
#include "unit.h"

#include <stdio.h>

#include "made_case.h"
#include "story/scope.h"

static void facts(struct made_case *c)
{
	made_coverage(c, "A", "Security", 0, 10);
	made_fact(c, FACT_CONNECTION, 1, 3, FA_HOST, "A", FA_SOURCE_IP, "10.0.0.1", FA_TARGET_IP,
		  "203.0.113.9", -1);
	made_fact(c, FACT_CONNECTION, 9, 2, FA_HOST, "a", FA_SOURCE_IP, "10.0.0.1", FA_TARGET_IP,
		  "203.0.113.9", FA_PORT, "443", -1);
	made_fact(c, FACT_LOOKUP, 2, 1, FA_HOST, "A", FA_OBJECT, "Cdn.Evil.Example", FA_DETAIL,
		  "::1; 198.51.100.1", -1);
	made_fact(c, FACT_PROXY_REQUEST, 3, 1, FA_HOST, "PROXY", FA_SOURCE_IP, "10.9.9.9", FA_TARGET_HOST,
		  "evil.example", -1);
	made_fact(c, FACT_PROCESS_START, 4, 1, FA_HOST, "B", FA_PROCESS, "C:\\X\\Bad.exe", FA_COMMAND,
		  "\"C:\\X\\Bad.exe\" -k", FA_HASHES,
		  "SHA1=00,SHA256=AABB0000000000000000000000000000000000000000000000000000000000ff", -1);
	made_fact(c, FACT_WEB_REQUEST, 5, 7, FA_HOST, "SRV", FA_SOURCE_IP, "203.0.113.9", FA_OBJECT, "/x.jsp",
		  -1);
	made_fact(c, FACT_CONNECTION, 6, 1, FA_OBSERVER, "FW", FA_SOURCE_IP, "203.0.113.9", FA_TARGET_IP,
		  "10.7.7.7", -1);
	made_fact(c, FACT_LOOKUP, 7, 1, FA_HOST, "C", FA_OBJECT, "notevil.example", -1);
}

static void look(struct made_case *c, struct scope *found, struct story **st,
		 const struct scope_indicator *in, size_t n)
{
	err e = { 0 };

	if (story_build(st, c->s, &e) < 0 || scope_find(found, c->s, *st, in, n, &e) < 0)
		fail_msg("%s", e.text);
}

static const struct scope_match *on(const struct scope *s, const char *where, uint32_t indicator)
{
	for (size_t i = 0; i < s->match.len; i++)
		if (s->match.at[i].indicator == indicator && str_eq(s->match.at[i].where, str_of(where)))
			return &s->match.at[i];
	return NULL;
}

static void test_hosts(void **state)
{
	static const struct scope_indicator IN[] = {
		{ SCOPE_IP, STR("203.0.113.9") },
		{ SCOPE_DOMAIN, STR("evil.example") },
		{ SCOPE_HASH, STR("aabb0000000000000000000000000000000000000000000000000000000000ff") },
		{ SCOPE_PATH, STR("c:\\x\\bad.exe") },
		{ SCOPE_FILE, STR("BAD.EXE") },
		{ SCOPE_IP, STR("198.51.100.1") },
		{ SCOPE_FILE, STR("never.exe") },
	};
	struct made_case c;
	struct scope s;
	struct story *st;
	const struct scope_match *m;

	(void)state;
	made_open(&c);
	facts(&c);
	look(&c, &s, &st, IN, COUNT(IN));
	m = on(&s, "A", 0);
	assert_non_null(m);
	assert_int_equal(m->facts, 2);
	assert_int_equal(m->count, 5);
	assert_int_equal(m->refs.n, 2);
	assert_int_equal((m->last_ns - m->first_ns) / NS_PER_S, 8);
	assert_true(m->kinds == UINT64_C(1) << FACT_CONNECTION);
	/* the server that was called, not the caller; an address that nobody owns stands for itself */
	assert_non_null(on(&s, "SRV", 0));
	m = on(&s, "10.7.7.7", 0);
	assert_non_null(m);
	assert_int_equal(m->host, STORY_NOBODY);
	/* what lies below a domain belongs to it, what only ends alike does not */
	assert_non_null(on(&s, "A", 1));
	assert_null(on(&s, "C", 1));
	/* who asked the proxy, not the proxy */
	assert_non_null(on(&s, "10.9.9.9", 1));
	assert_null(on(&s, "PROXY", 1));
	for (uint32_t i = 2; i <= 4; i++) {
		m = on(&s, "B", i);
		assert_non_null(m);
		assert_int_equal(m->facts, 1); /* process and command are one fact */
	}
	assert_non_null(on(&s, "A", 5)); /* the answer of a name server */
	assert_int_equal(s.match.len, 9);
	assert_int_equal(s.hosts, 5);
	scope_done(&s);
	story_free(st);
	made_close(&c);
}

static void test_order(void **state)
{
	static const struct scope_indicator IN[] = { { SCOPE_IP, STR("203.0.113.9") },
						     { SCOPE_DOMAIN, STR("example") } };
	struct made_case c;
	struct scope s;
	struct story *st;
	double p;
	int last = 0;

	(void)state;
	made_open(&c);
	facts(&c);
	look(&c, &s, &st, IN, COUNT(IN));
	for (size_t i = 0; i < s.match.len; i++) {
		int class = scope_class(st, s.match.at[i].host, &p);

		assert_true(class >= last);
		assert_true((s.match.at[i].host == STORY_NOBODY) == (p < 0));
		last = class;
	}
	assert_int_equal(scope_class(st, STORY_NOBODY, &p), CLASS_UNKNOWN);
	scope_done(&s);
	story_free(st);
	made_close(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hosts),
		cmocka_unit_test(test_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
