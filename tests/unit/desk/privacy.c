/* Whose a name, an account, an address is; and that one foreign word keeps a text back. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "desk/privacy.h"
#include "util/times.h"

static const char CASE[] = "parties:\n"
			   "  - {name: Alpha Works, domains: [alpha-works.example], prefixes: [10.1.0.0/16, \"2001:db8:a::/48\"]}\n"
			   "  - {name: Beta, domains: [beta.example, alpha-works.beta.example], prefixes: [10.2.0.0/16, 203.0.113.0/28]}\n";

static str ALIASES[] = { { "alpha-old", 9 } };
static struct story_host HOSTS[] = {
	{ .name = STR("APP01.alpha-works.example"), .aliases = ALIASES, .naliases = 1 }, /* 0: Alpha */
	{ .name = STR("DB01.beta.example") },						  /* 1: Beta */
	{ .name = STR("LONE01") },							  /* 2: nobody's */
	{ .name = STR("NUM01") },							  /* 3: Beta by its address */
	{ .name = STR("X01.beta.example"), .owner = STR("alpha works") },		  /* 4: contradicts itself */
	{ .name = STR("INV01"), .owner = STR("ALPHA WORKS") },			  /* 5: Alpha by the inventory */
};
static struct story_address ADDRESSES[] = {
	{ .ip = STR("10.1.0.5"), .host = 0 },	 { .ip = STR("10.2.0.9"), .host = 3 },	{ .ip = STR("172.16.0.7"), .host = 1 },
	{ .ip = STR("192.168.1.1"), .host = 0 }, { .ip = STR("192.168.1.1"), .host = 1 }, { .ip = STR("172.16.0.8"), .host = 2 },
};
static const struct {
	const char *host, *account, *sid;
} ACCOUNTS[] = {
	{ "DB01.beta.example", "BETANET\\DB01$", "" },
	{ "APP01.alpha-works.example", "BETANET\\bob", "" },
	{ "APP01.alpha-works.example", "alice", "" },
	{ "DB01.beta.example", "carol@alpha-works.example", "" },
	{ "APP01.alpha-works.example", "both", "" },
	{ "DB01.beta.example", "both", "" },
	{ "APP01.alpha-works.example", "NT AUTHORITY\\SYSTEM", "S-1-5-18" },
	{ "DB01.beta.example", "Verwalter", "S-1-5-21-1-2-3-500" },
	{ "DB01.beta.example", "BETANET\\dora smith", "" },
	{ "DB01.beta.example", "friend@outside.example", "" },
	{ "LONE01", "stray", "" },
};

static struct store *store_made(char *dir)
{
	struct store *s = NULL;
	err e = { 0 };

	assert_non_null(mkdtemp(dir));
	assert_int_equal(store_create(&s, dir, false, &e), 0);
	for (size_t i = 0; i < COUNT(ACCOUNTS); i++) {
		struct fact f = { .kind = FACT_LOGON, .count = 1, .first_ns = TIME_NONE, .last_ns = TIME_NONE };

		f.attr[FA_HOST] = str_of(ACCOUNTS[i].host);
		f.attr[FA_ACCOUNT] = str_of(ACCOUNTS[i].account);
		f.attr[FA_ACCOUNT_SID] = str_of(ACCOUNTS[i].sid);
		assert_int_equal(store_put_fact(s, &f, &e), 0);
	}
	return s;
}

static void words(void **state)
{
	static const struct {
		const char *text;
		bool alpha, beta;
	} T[] = {
		{ "", true, true },
		{ "nothing special", true, true },
		{ "cmd.exe /c whoami", true, true },
		/* hosts, short and long, in any case, with a port, in a path */
		{ "APP01", true, false },
		{ "app01.ALPHA-works.example:8443", true, false },
		{ "alpha-old", true, false },
		{ "DB01.beta.example", false, true },
		{ "\\\\db01\\c$\\x.exe", false, true },
		{ "copied from DB01, then APP01", false, false },
		{ "LONE01", false, false },
		{ "X01", false, false },
		{ "INV01", true, false },
		{ "NUM01", false, true },
		{ "DB01X", true, true },
		{ "(db01)", false, true },
		{ "'db01$'", false, true },
		/* a host that nobody knows, where only a host can stand */
		{ "\\\\fileserver9\\share", false, false },
		{ "\\\\127.0.0.1\\c$", true, true },
		{ "\\\\fs.beta.example\\x", false, true },
		/* names of domains and parties */
		{ "https://mail.beta.example/owa", false, true },
		{ "https://www.alpha-works.beta.example/", false, true },
		{ "https://mail.other.example/owa", true, true },
		{ "Alpha Works", true, false },
		{ "of Alpha works, they say", true, false },
		{ "Beta", false, true },
		{ "betanet", false, true },
		/* accounts */
		{ "alice", true, false },
		{ "BETANET\\bob", false, true },
		{ "bob", false, true },
		{ "carol", true, false },
		{ "carol@alpha-works.example", true, false },
		{ "eve@beta.example", false, true },
		{ "both", false, false },
		{ "stray", false, false },
		{ "SYSTEM", true, true },
		{ "NT AUTHORITY\\SYSTEM", true, true },
		{ "Verwalter", true, true },
		{ "runas /user:Dora Smith", false, true },
		{ "friend@outside.example", false, true },
		{ "friend", true, true },
		/* addresses */
		{ "10.1.0.5", true, false },
		{ "10.1.200.200", true, false },
		{ "10.2.0.9:445", false, true },
		{ "172.16.0.7", false, true },
		{ "172.16.0.8", false, false },
		{ "172.16.9.9", false, false },
		{ "192.168.1.1", false, false },
		{ "203.0.113.5", false, true },
		{ "203.0.113.77", true, true },
		{ "2001:db8:a::1", true, false },
		{ "2001:db8:ffff::1", true, true },
		{ "from 198.51.100.7 to 10.2.0.9", false, true },
		{ "127.0.0.1", true, true },
		{ "\xff\xfe db01 \xe4\xb8\xad", false, true },
	};
	char dir[] = "/tmp/spoor-privacy-XXXXXX", path[64];
	struct store *s = store_made(dir);
	struct story st = { .hosts = HOSTS, .nhosts = COUNT(HOSTS), .addresses = ADDRESSES, .naddresses = COUNT(ADDRESSES) };
	static const bool OWN[COUNT(HOSTS)] = { true };
	struct privacy *p = NULL;
	err e = { 0 };

	(void)state;
	assert_int_equal(case_file_parse(&st.declared, str_of(CASE), &e), 0);
	assert_int_equal(identity_new(&st.identity, st.declared, &e), 0);
	assert_int_equal(identity_settle(st.identity, OWN, COUNT(HOSTS), &e), 0);
	assert_int_equal(privacy_new(&p, &st, s, &e), 0);
	for (size_t i = 0; i < COUNT(T); i++) {
		CHECK(T[i].text, privacy_may_read(p, 0, str_of(T[i].text)) == T[i].alpha);
		CHECK(T[i].text, privacy_may_read(p, 1, str_of(T[i].text)) == T[i].beta);
	}
	assert_int_equal(privacy_host_party(p, 0), 0);
	assert_int_equal(privacy_host_party(p, 3), 1);
	assert_true(privacy_host_party(p, 4) == PRIVACY_NOBODY && privacy_host_party(p, 2) == PRIVACY_NOBODY);
	assert_true(privacy_mine(p, 0)[0] && privacy_mine(p, 0)[5] && !privacy_mine(p, 0)[1] && privacy_mine(p, 1)[3]);
	privacy_free(p);
	identity_free(st.identity);
	case_file_free(st.declared);
	store_close(s);
	snprintf(path, sizeof path, "%s/case.db", dir);
	unlink(path);
	rmdir(dir);
}

int main(void)
{
	static const struct CMUnitTest TESTS[] = { cmocka_unit_test(words) };

	return cmocka_run_group_tests_name("desk-privacy", TESTS, NULL, NULL);
}
