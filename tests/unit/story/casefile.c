/* case.yaml: what is read, and how each mistake is told, with its place. */
#include "unit.h"

#include "story/casefile.h"
#include "story/identity.h"
#include "util/times.h"

static const char GOOD[] =
	"# what we know\n"
	"title: Mail server of the group\n"
	"own_prefixes: [203.0.113.0/24, 2001:db8::/32]\n"
	"nat_pools:\n  - 203.0.113.8/30\n"
	"vpn_pools: 10.9.0.0/16\n"
	"balancers: []\n"
	"proxies:\n"
	"time_zones:\n"
	"  - {paths: \"*/dhcp/*\", zone: Asia/Shanghai}\n"
	"  - {host: fw01, zone: \"+08:00\"}\n"
	"hosts:\n"
	"  - name: ws-0147\n    aliases: [old-name]\n    role: Laptop\n    owner: Subsidiary 1\n"
	"    addresses: [10.7.12.41]\n    reimaged: 2024-05-02\n    notified: 2024-05-03T08:00:00+08:00\n"
	"parties:\n"
	"  - {name: S1, kind: subsidiary, domains: [s1.example, example], prefixes: [192.0.2.0/24]}\n"
	"  - {name: S2, domains: s2.example}\n"
	"indicators:\n"
	"  - {ip: 198.51.100.23, kind: relay, note: from the sector's CERT}\n"
	"  - {hash: d41d8cd98f00b204e9800998ecf8427e}\n";

static void test_good(void **state)
{
	struct case_file *c = NULL;
	err e = { 0 };

	(void)state;
	if (case_file_parse(&c, str_of(GOOD), &e) < 0)
		fail_msg("%s", e.text);
	CHECK_STR("title", c->title, STR("Mail server of the group"));
	assert_int_equal(c->prefixes.n, 2);
	assert_int_equal(c->proxies.n, 0);
	assert_int_equal(c->nzones, 2);
	CHECK_STR("paths", c->zones[0].paths, STR("*/dhcp/*"));
	CHECK_STR("host", c->zones[1].paths, STR("fw01"));
	CHECK_STR("zone", c->zones[1].zone, STR("+08:00"));
	assert_int_equal(c->zones[1].line, 11);
	assert_int_equal(c->nhosts, 1);
	assert_int_equal(c->hosts[0].role, HOST_WORKSTATION);
	assert_int_equal(c->hosts[0].aliases.n, 1);
	assert_true(c->hosts[0].reimaged_ns == INT64_C(1714608000) * NS_PER_S);
	assert_true(c->hosts[0].notified_ns == INT64_C(1714694400) * NS_PER_S);
	assert_int_equal(c->nindicators, 2);
	assert_int_equal(c->indicators[1].type, INDICATOR_HASH);
	assert_int_equal(case_file_address_flags(c, STR("203.0.113.9")), ADDRESS_SHARED);
	assert_int_equal(case_file_address_flags(c, STR("203.0.113.12")), 0);
	assert_int_equal(case_file_address_flags(c, STR("10.9.3.4")), ADDRESS_POOL);
	assert_true(case_file_is_own(c, STR("2001:db8::7")));
	assert_true(case_file_is_own(c, STR("192.0.2.1")));
	assert_false(case_file_is_own(c, STR("198.51.100.23")));
	CHECK_STR("party", case_file_party(c, STR("pc.s1.example"), STR(""))->name, STR("S1"));
	CHECK_STR("longest", case_file_party(c, STR("PC.S2.EXAMPLE"), STR(""))->name, STR("S2"));
	CHECK_STR("address", case_file_party(c, STR("pc"), STR("192.0.2.9"))->name, STR("S1"));
	assert_null(case_file_party(c, STR("notexample"), STR("")));
	case_file_free(c);
}

static void test_bad(void **state)
{
	static const struct {
		const char *what, *text, *want;
	} T[] = {
		{ "unknown key, one letter off", "nat_pool: []\n",
		  "1:1: no key \"nat_pool\" here; is \"nat_pools\" meant?" },
		{ "unknown key, far off", "a: 1\nsomething_else: 1\n", "1:1: no key \"a\" here" },
		{ "unknown key below", "hosts:\n  - name: x\n    rolle: dc\n",
		  "3:5: no key \"rolle\" here; is \"role\" meant?" },
		{ "role", "hosts:\n- {name: x, role: king}\n",
		  "2:19: no role \"king\"; docs/case-yaml.md lists them" },
		{ "no name", "hosts:\n- role: dc\n", "2:3: the key \"name\" is missing" },
		{ "network with host bits", "vpn_pools: [10.9.0.1/16]\n",
		  "1:13: network with host bits set: \"10.9.0.1/16\"" },
		{ "no network", "vpn_pools: pool\n", "1:12: no network: \"pool\"" },
		{ "text for a list", "hosts: x\n", "1:8: a list belongs here" },
		{ "text for a map", "hosts: [x]\n", "1:9: a map with keys belongs here" },
		{ "list for a text", "title: [x]\n", "1:8: a text belongs here" },
		{ "list for the whole", "- title\n", "1:1: a map with keys belongs here" },
		{ "time without a zone", "hosts:\n- {name: x, notified: '2024-05-03T08:00:00'}\n",
		  "2:23: the time has no zone: end it with Z or +08:00" },
		{ "no time", "hosts:\n- {name: x, notified: soon}\n",
		  "2:23: a day (2024-04-18) or a time (2024-04-18T08:00:00Z) belongs here" },
		{ "zone without zone", "time_zones:\n- paths: x\n", "2:3: the key \"zone\" is missing" },
		{ "indicator of nothing", "indicators:\n- kind: c2\n",
		  "2:3: an indicator needs ip, domain, hash, path or account" },
		{ "indicator of two things", "indicators:\n- {ip: 10.0.0.1, domain: x}\n",
		  "2:26: one indicator has one value: write another entry" },
		{ "indicator with a bad address", "indicators:\n- ip: x\n", "2:7: no network: \"x\"" },
		{ "two documents", "title: x\n---\ntitle: y\n",
		  "2:1: only one document belongs in case.yaml" },
		{ "key twice", "title: x\ntitle: y\n", "line 2: duplicate key \"title\"" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(T); i++) {
		struct case_file *c = NULL;
		err e = { 0 };

		CHECK(T[i].what, case_file_parse(&c, str_of(T[i].text), &e) < 0);
		CHECK_STR(T[i].what, str_of(e.text), str_of(T[i].want));
	}
}

static void test_empty(void **state)
{
	static const char *const T[] = { "", "# nothing\n", "---\n", "title:\nhosts: ~\n" };

	(void)state;
	for (size_t i = 0; i < COUNT(T); i++) {
		struct case_file *c = NULL;
		err e = { 0 };

		CHECK(T[i], case_file_parse(&c, str_of(T[i]), &e) == 0 && c->nhosts == 0);
		case_file_free(c);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
