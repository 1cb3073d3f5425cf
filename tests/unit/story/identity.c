/* Who was at an address: made-up facts, asked at moments. Times are hours behind MADE_T0. */
#include "unit.h"

#include <stdio.h>

#include "made_case.h"
#include "story/story.h"

#define H 3600.0
#define AT(hours) (MADE_T0 + (int64_t)((hours)*3600e9))

static struct story *built(struct made_case *c)
{
	struct story *st = NULL;
	err e = { 0 };

	if (story_build(&st, c->s, &e) < 0)
		fail_msg("story: %s", e.text);
	return st;
}

/* "NAME 90 NAME2 5 shared": the answer in per cent. */
static const char *who(const struct story *st, const char *ip, double hours)
{
	static char text[256];
	struct identity_share s[8];
	size_t n = identity_at(st->identity, str_of(ip), AT(hours), s, COUNT(s)), at = 0;

	text[0] = 0;
	for (size_t i = 0; i < n; i++)
		at += (size_t)snprintf(text + at, sizeof text - at, "%s%.*s %.0f", i ? " " : "",
				       STR_ARG(story_host_name(st, s[i].host)), s[i].weight * 100);
	if (n && s[0].shared)
		at += (size_t)snprintf(text + at, sizeof text - at, " shared");
	if (n && s[0].pooled)
		at += (size_t)snprintf(text + at, sizeof text - at, " pooled");
	if (n && s[0].near)
		snprintf(text + at, sizeof text - at, " near");
	return text;
}

static void lease(struct made_case *c, double hours, const char *ip, const char *mac, const char *name,
		  const char *what)
{
	made_fact(c, FACT_LEASE, hours * H, 1, FA_TARGET_HOST, name, FA_SOURCE_IP, ip, FA_MAC, mac, FA_DETAIL,
		  what, FA_OBSERVER, "DHCP1", FA_DAY, hours < 24 ? "a" : "b", -1);
}

/* A row of an inventory that has no end. */
static void asset(struct made_case *c, const char *full, const char *ip, const char *role, const char *mac,
		  const char *rest)
{
	struct fact f = { .kind = FACT_ASSET, .count = 1, .first_ns = TIME_NONE, .last_ns = TIME_NONE };
	str tail;

	f.attr[FA_OBJECT] = str_of(full);
	f.attr[FA_TARGET_HOST] = str_cut(str_of(full), '.', &tail);
	f.attr[FA_SOURCE_IP] = str_of(ip);
	f.attr[FA_DETAIL] = str_of(role);
	f.attr[FA_MAC] = str_of(mac);
	f.attr[FA_ACCOUNT] = STR("Subsidiary 2");
	f.attr[FA_COMMAND] = str_of(rest);
	assert_int_equal(store_put_fact(c->s, &f, NULL), 0);
}

static const struct story_host *host(const struct story *st, const char *name)
{
	for (uint32_t i = 0; i < st->nhosts; i++)
		if (str_eq(st->hosts[i].name, str_of(name)))
			return &st->hosts[i];
	return NULL;
}

/* Two laptops change places at one hour; a release ends what was. */
static void test_leases(void **state)
{
	static const struct {
		const char *what, *ip;
		double hours;
		const char *want;
	} T[] = {
		{ "before the first lease", "10.0.0.7", -1, "LAP-A 45 near" },
		{ "first laptop", "10.0.0.7", 1, "LAP-A 90" },
		{ "still the first a second before", "10.0.0.7", 9.999, "LAP-A 90" },
		{ "swapped", "10.0.0.7", 10.001, "LAP-B 90" },
		{ "swapped, the other one", "10.0.0.8", 10.001, "LAP-A 90" },
		{ "released: nobody's, but the last is likely", "10.0.0.8", 13, "LAP-A 31 LAP-C 31 near" },
		{ "given away again", "10.0.0.8", 15, "LAP-C 90" },
		{ "lease of eight days runs on", "10.0.0.8", 100, "LAP-C 90" },
		{ "long after", "10.0.0.8", 1000, "LAP-C 8 near" },
		{ "never seen", "10.0.0.99", 1, "" },
		{ "nobody", "", 1, "" },
	};
	struct made_case c;
	struct story *st;

	(void)state;
	made_open(&c);
	made_coverage(&c, "DHCP1", "windows.dhcp", 0, 9);
	lease(&c, 0, "10.0.0.7", "00-11-22-00-00-0A", "LAP-A.corp.example", "assign");
	lease(&c, 0, "10.0.0.8", "00-11-22-00-00-0B", "LAP-B.corp.example", "assign");
	lease(&c, 10, "10.0.0.7", "00:11:22:00:00:0b", "LAP-B.corp.example", "assign");
	lease(&c, 10, "10.0.0.8", "00:11:22:00:00:0a", "LAP-A.corp.example", "assign");
	lease(&c, 12, "10.0.0.8", "0011.2200.000a", "LAP-A.corp.example", "release");
	lease(&c, 14, "10.0.0.8", "0011.2200.000c", "LAP-C.corp.example", "assign");
	st = built(&c);
	for (size_t i = 0; i < COUNT(T); i++) {
		char want[128];
		const char *got = who(st, T[i].ip, T[i].hours);
		size_t at = 0;

		/* names are written short in the table */
		for (const char *p = T[i].want; *p && at < 100; p++) {
			want[at++] = *p;
			if (p[0] == '-' && p[1]) {
				want[at++] = *++p;
				at += (size_t)snprintf(want + at, sizeof want - at, ".corp.example");
			}
		}
		want[at] = 0;
		CHECK_STR(T[i].what, str_of(got), str_of(want));
	}
	assert_int_equal(identity_flags(st->identity, STR("10.0.0.7")), ADDRESS_LEASED | ADDRESS_MOVES);
	story_free(st);
	made_close(&c);
}

static void test_names_of_one_machine(void **state)
{
	struct made_case c;
	struct story *st;

	(void)state;
	made_open(&c);
	made_coverage(&c, "dc1.corp.example", "Security", 0, 9);
	/* renamed: one MAC, the old name ends before the new one begins */
	lease(&c, 0, "10.0.0.1", "00-11-22-00-00-01", "old-pc", "assign");
	lease(&c, 30, "10.0.0.1", "00-11-22-00-00-01", "new-pc", "assign");
	/* a dock: one MAC, two names in turn again and again */
	lease(&c, 0, "10.0.0.2", "00-11-22-00-00-02", "dock-x", "assign");
	lease(&c, 5, "10.0.0.2", "00-11-22-00-00-02", "dock-y", "assign");
	lease(&c, 9, "10.0.0.2", "00-11-22-00-00-02", "dock-x", "renew");
	/* the name was inherited by another machine */
	lease(&c, 0, "10.0.0.3", "00-11-22-00-00-03", "heir", "assign");
	lease(&c, 40, "10.0.0.3", "00-11-22-00-00-33", "heir", "assign");
	/* software-made MACs join nothing */
	lease(&c, 0, "10.0.0.4", "02-11-22-00-00-04", "phone-x", "assign");
	lease(&c, 30, "10.0.0.4", "02-11-22-00-00-04", "phone-y", "assign");
	/* two domains, one short name */
	asset(&c, "ws-1.s1.example", "10.1.0.1", "workstation", "00-11-22-00-01-01", "");
	asset(&c, "ws-1.s2.example", "10.2.0.1", "mail", "00-11-22-00-01-02",
	      "timezone=+01:00;aliases=exch.s2.example; autodiscover.s2.example;agent_id=7");
	lease(&c, 1, "10.1.0.9", "00-11-22-00-01-01", "ws-1", "assign");
	st = built(&c);
	assert_non_null(host(st, "old-pc"));
	assert_null(host(st, "new-pc"));
	assert_int_equal(host(st, "old-pc")->naliases, 1);
	assert_true(host(st, "old-pc")->renamed_ns == AT(30));
	assert_true(host(st, "old-pc")->reimaged_ns == TIME_NONE);
	CHECK_STR("renamed, then", str_of(who(st, "10.0.0.1", 40)), STR("old-pc 90"));
	assert_non_null(host(st, "dock-x"));
	assert_non_null(host(st, "dock-y"));
	assert_non_null(host(st, "phone-x"));
	assert_non_null(host(st, "phone-y"));
	assert_true(host(st, "heir")->reimaged_ns == AT(40));
	assert_true(host(st, "heir")->renamed_ns == TIME_NONE);
	assert_non_null(host(st, "ws-1.s1.example"));
	assert_non_null(host(st, "ws-1.s2.example"));
	assert_true(host(st, "ws-1")->ambiguous);
	assert_int_equal(host(st, "ws-1.s2.example")->naliases, 2);
	assert_int_equal(host(st, "ws-1.s2.example")->role, HOST_MAIL);
	assert_int_equal(host(st, "ws-1.s2.example")->role_basis, ROLE_INVENTORY);
	CHECK_STR("owner", host(st, "ws-1.s2.example")->owner, STR("Subsidiary 2"));
	CHECK_STR("by its MAC, not by its name", str_of(who(st, "10.1.0.9", 2)), STR("ws-1.s1.example 90"));
	CHECK_STR("inventory", str_of(who(st, "10.2.0.1", 0)), STR("ws-1.s2.example 80"));
	story_free(st);
	made_close(&c);
}

static void authenticated(struct made_case *c, double hours, const char *account, const char *ip)
{
	made_fact(c, FACT_AUTHENTICATION, hours * H, 1, FA_HOST, "dc1.corp.example", FA_ACCOUNT, account,
		  FA_SOURCE_IP, ip, FA_DETAIL, "kerberos service 0x0", FA_DAY, hours < 24 ? "a" : "b", -1);
}

static void test_shared(void **state)
{
	static const char *const PCS[] = { "CORP\\PC1$", "CORP\\PC2$", "CORP\\PC3$", "CORP\\PC4$" };
	struct made_case c;
	struct story *st;
	str behind[4];
	char name[16];

	(void)state;
	made_open(&c);
	made_coverage(&c, "dc1.corp.example", "Security", 0, 9);
	for (int i = 0; i < 4; i++) {
		snprintf(name, sizeof name, "PC%d", i + 1);
		made_coverage(&c, name, "System", 0, 1);
		/* a NAT: all four, for hours */
		for (int h = 0; h < 8; h++)
			authenticated(&c, h + i * 0.1, PCS[i], "10.0.0.50");
		/* one after another, each for a day: an address that moves, not a shared one */
		authenticated(&c, i * 30, PCS[i], "10.0.0.60");
		authenticated(&c, i * 30 + 8, PCS[i], "10.0.0.60");
	}
	made_fact(&c, FACT_NAT_BINDING, 0, 5, FA_SOURCE_IP, "10.0.0.61", FA_NAT_IP, "203.0.113.9", -1);
	made_fact(&c, FACT_NAT_BINDING, 9 * H, 5, FA_SOURCE_IP, "10.0.0.62", FA_NAT_IP, "203.0.113.9", -1);
	/* the pool of a VPN: minutes apart */
	made_fact(&c, FACT_LOGON, 0, 9, FA_HOST, "PC1", FA_ACCOUNT, "CORP\\ann", FA_LOGON_TYPE, "2", -1);
	made_fact(&c, FACT_LOGON, 0, 9, FA_HOST, "PC2", FA_ACCOUNT, "CORP\\bob", FA_LOGON_TYPE, "2", -1);
	made_fact(&c, FACT_LOGON, 0, 1, FA_HOST, "PC4", FA_ACCOUNT, "CORP\\bob", FA_LOGON_TYPE, "2", -1);
	made_fact(&c, FACT_VPN_SESSION, 0, 1, FA_ACCOUNT, "ann", FA_TARGET_IP, "10.9.0.1", FA_DETAIL, "open",
		  -1);
	made_fact(&c, FACT_VPN_SESSION, 2 * H, 1, FA_ACCOUNT, "ann", FA_TARGET_IP, "10.9.0.1", FA_DETAIL,
		  "close", -1);
	made_fact(&c, FACT_VPN_SESSION, 2.5 * H, 1, FA_ACCOUNT, "bob", FA_TARGET_IP, "10.9.0.1", FA_DETAIL,
		  "open", -1);
	authenticated(&c, 3, "CORP\\PC2$", "10.9.0.1");
	st = built(&c);
	assert_int_equal(identity_flags(st->identity, STR("10.0.0.50")), ADDRESS_SHARED);
	assert_non_null(strstr(who(st, "10.0.0.50", 3), "shared"));
	CHECK_STR("PC2 by turns", str_of(who(st, "10.0.0.60", 32)), STR("PC2 95"));
	CHECK_STR("PC3 by turns", str_of(who(st, "10.0.0.60", 64)), STR("PC3 95"));
	CHECK_STR("between two", str_of(who(st, "10.0.0.60", 19)), STR("PC1 48 PC2 48 near"));
	assert_int_equal(identity_flags(st->identity, STR("203.0.113.9")), ADDRESS_SHARED);
	assert_int_equal(identity_behind(st->identity, STR("203.0.113.9"), AT(0), behind, 4), 1);
	CHECK_STR("behind", behind[0], STR("10.0.0.61"));
	assert_int_equal(identity_behind(st->identity, STR("203.0.113.10"), AT(0), behind, 4), 0);
	CHECK_STR("session of ann", str_of(who(st, "10.9.0.1", 1)), STR("PC1 60 pooled"));
	CHECK_STR("closed", str_of(who(st, "10.9.0.1", 2.3)), STR(""));
	CHECK_STR("session of bob", str_of(who(st, "10.9.0.1", 3)), STR("PC2 95 pooled"));
	story_free(st);
	made_close(&c);
}

/* Leases are hours wide: what a day's fact says of the morning says nothing of noon. */
static void test_hours_of_a_day(void **state)
{
	struct made_case c;
	struct story *st;
	struct fact f = { .kind = FACT_AUTHENTICATION, .count = 9, .hours = 1u << 6 | 1u << 15 };
	int64_t day = MADE_T0 - MADE_T0 % (86400 * NS_PER_S);

	(void)state;
	made_open(&c);
	made_coverage(&c, "PC1", "System", 0, 1);
	made_coverage(&c, "PC2", "System", 0, 1);
	f.attr[FA_HOST] = STR("dc1");
	f.attr[FA_ACCOUNT] = STR("PC1$");
	f.attr[FA_SOURCE_IP] = STR("10.0.0.1");
	f.first_ns = day + 6 * INT64_C(3600) * NS_PER_S;
	f.last_ns = day + 15 * INT64_C(3600) * NS_PER_S + NS_PER_S;
	assert_int_equal(store_put_fact(c.s, &f, NULL), 0);
	f.attr[FA_ACCOUNT] = STR("PC2$");
	f.hours = 1u << 9 | 1u << 10;
	f.first_ns = day + 9 * INT64_C(3600) * NS_PER_S;
	f.last_ns = day + 11 * INT64_C(3600) * NS_PER_S - 1;
	assert_int_equal(store_put_fact(c.s, &f, NULL), 0);
	st = built(&c);
	{
		double from = (double)(day - MADE_T0) / 3600e9;

		CHECK_STR("morning", str_of(who(st, "10.0.0.1", from + 6.5)), STR("PC1 95"));
		CHECK_STR("noon", str_of(who(st, "10.0.0.1", from + 9.5)), STR("PC2 95"));
		CHECK_STR("afternoon", str_of(who(st, "10.0.0.1", from + 15)), STR("PC1 95"));
	}
	story_free(st);
	made_close(&c);
}

static void test_internal(void **state)
{
	static const struct {
		const char *ip;
		bool want;
	} T[] = {
		{ "10.1.2.3", true },        { "172.16.0.1", true },
		{ "172.32.0.1", false },     { "192.168.255.1", true },
		{ "fd00::1", true },         { "fe80::1", true },
		{ "2001:db8::1", false },    { "198.51.100.7", true }, /* own address of a host with logs */
		{ "198.51.100.8", false },   { "203.0.113.77", true }, /* declared */
		{ "203.0.112.77", false },   { "", false },
		{ "not an address", false },
	};
	static const char YAML[] =
		"own_prefixes: [203.0.113.0/24]\n"
		"balancers: 10.0.0.80\n"
		"parties:\n- {name: Group, domains: group.example}\n"
		"hosts:\n- name: PC9\n  addresses: 10.0.0.90\n  role: jump\n  note: notified by phone\n";
	struct made_case c;
	struct story *st;
	char path[128];
	FILE *y;

	(void)state;
	made_open(&c);
	snprintf(path, sizeof path, "%s/case.yaml", c.dir);
	y = fopen(path, "w");
	assert_non_null(y);
	fputs(YAML, y);
	fclose(y);
	made_coverage(&c, "x.group.example", "System", 0, 1);
	made_coverage(&c, "web1", "iis.access", 0, 1);
	made_coverage(&c, "PC9", "System", 0, 1);
	made_fact(&c, FACT_CONNECTION, 0, 1, FA_HOST, "web1", FA_SOURCE_IP, "198.51.100.7", FA_TARGET_IP,
		  "198.51.100.8", FA_DETAIL, "outbound", -1);
	/* a device's row is nobody's own connection */
	made_fact(&c, FACT_CONNECTION, 0, 1, FA_OBSERVER, "fw1", FA_SOURCE_IP, "198.51.100.9", FA_TARGET_IP,
		  "198.51.100.8", -1);
	made_fact(&c, FACT_CONNECTION, 0, 1, FA_HOST, "web1", FA_SOURCE_IP, "198.51.100.10", FA_TARGET_IP,
		  "198.51.100.8", FA_DETAIL, "tcp denied", -1); /* it may be a router */
	made_fact(&c, FACT_CONNECTION, 0, 1, FA_HOST, "PC9", FA_SOURCE_IP, "198.51.100.8", FA_TARGET_IP,
		  "10.0.0.91", FA_DETAIL, "tcp RECEIVE", -1);
	st = built(&c);
	for (size_t i = 0; i < COUNT(T); i++) {
		CHECK(T[i].ip, identity_is_internal(st->identity, str_of(T[i].ip)) == T[i].want);
	}
	CHECK_STR("router", str_of(who(st, "198.51.100.10", 0)), STR(""));
	CHECK_STR("own firewall", str_of(who(st, "10.0.0.91", 0)), STR("PC9 98"));
	CHECK_STR("device", str_of(who(st, "198.51.100.9", 0)), STR(""));
	assert_int_equal(identity_flags(st->identity, STR("10.0.0.80")), ADDRESS_SHARED);
	CHECK_STR("declared", str_of(who(st, "10.0.0.90", 0)), STR("PC9 100"));
	assert_int_equal(host(st, "PC9")->role, HOST_JUMP);
	assert_int_equal(host(st, "PC9")->role_basis, ROLE_DECLARED);
	CHECK_STR("party", host(st, "x.group.example")->owner, STR("Group"));
	CHECK_STR("note", host(st, "PC9")->note, STR("notified by phone"));
	assert_int_equal(host(st, "web1")->role, HOST_WEB);
	story_free(st);
	made_close(&c);
}

/* Evidence may say any time, name and number. */
static void test_hostile(void **state)
{
	static const int64_t TIMES[] = { INT64_MIN + 1, INT64_MIN / 2, -1, 0, INT64_MAX / 2, INT64_MAX };
	static const enum fact_kind KINDS[] = { FACT_LEASE,       FACT_VPN_SESSION,    FACT_ASSET,
						FACT_NAT_BINDING, FACT_CLOCK_SAMPLE,   FACT_AUTHENTICATION,
						FACT_CONNECTION,  FACT_SYSTEM_STATE,   FACT_LOGON,
						FACT_COVERAGE,    FACT_ARTEFACT_SERVED };
	struct made_case c;
	struct story *st;
	struct identity_share s[1];

	(void)state;
	made_open(&c);
	for (size_t i = 0; i < COUNT(TIMES) * COUNT(TIMES) * COUNT(KINDS); i++) {
		struct fact f = { .kind = KINDS[i % COUNT(KINDS)], .count = UINT64_MAX, .hours = 0xFFFFFF };

		f.first_ns = TIMES[i / COUNT(KINDS) % COUNT(TIMES)];
		f.last_ns = TIMES[i / COUNT(KINDS) / COUNT(TIMES)];
		f.attr[FA_HOST] = i & 1 ? STR("a") : STR("b.example");
		f.attr[FA_ACCOUNT] = i & 2 ? STR("$") : STR("A$");
		f.attr[FA_SOURCE_IP] =
			i & 4 ? STR("10.0.0.1") : STR("999.999.999.999.999.999.999.999.999.999.999.999");
		f.attr[FA_TARGET_IP] = STR("10.0.0.2");
		f.attr[FA_NAT_IP] = STR("10.0.0.3");
		f.attr[FA_TARGET_HOST] = i & 8 ? STR("..") : STR("b");
		f.attr[FA_MAC] = i & 16 ? STR("00:11:22:33:44:55:66:77") : STR("001122334455");
		f.attr[FA_SIZE] = STR("18446744073709551615");
		f.attr[FA_COMMAND] = STR(";;=;aliases=;;;a;agent_id=;=x");
		f.attr[FA_OBJECT] = STR("k");
		f.attr[FA_DETAIL] = i % 3 ? STR("assign") : STR("outbound");
		assert_int_equal(store_put_fact(c.s, &f, NULL), 0);
	}
	st = built(&c);
	for (size_t i = 0; i < COUNT(TIMES); i++)
		assert_true(identity_at(st->identity, STR("10.0.0.1"), TIMES[i], s, 1) <= 1);
	assert_int_equal(identity_at(st->identity, STR("10.0.0.1"), 0, s, 0), 0);
	assert_int_equal(identity_behind(st->identity, STR("10.0.0.3"), INT64_MAX, NULL, 0), 0);
	story_free(st);
	made_close(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_leases),   cmocka_unit_test(test_names_of_one_machine),
		cmocka_unit_test(test_shared),   cmocka_unit_test(test_hours_of_a_day),
		cmocka_unit_test(test_internal), cmocka_unit_test(test_hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
