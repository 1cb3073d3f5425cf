/* What files say of contacts: ranges, handles, roles; what is damaged; and which contact is found. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "desk/contacts.h"
#include "desk/deskdb.h"
#include "util/limits.h"

static int note(void *ctx, const struct contact *c, err *e)
{
	buf *b = ctx;

	(void)e;
	buf_printf(b, "%s %.*s %.*s %.*s [%.*s] %.*s %.*s\n", contact_scope_name(c->scope), STR_ARG(c->key), STR_ARG(c->kind),
		   STR_ARG(c->contact), STR_ARG(c->name), STR_ARG(c->country), STR_ARG(c->seen));
	return 0;
}

#define CARD(mail) "\"vcardArray\":[\"vcard\",[[\"fn\",{},\"text\",\"N\"],[\"email\",{},\"text\",\"" mail "\"]]]"
#define NET "\"objectClassName\":\"ip network\",\"startAddress\":\"192.0.2.0\",\"endAddress\":\"192.0.2.255\""

static void rdap(void **state)
{
	static const struct {
		const char *what, *in, *want;
	} T[] = {
		{ "abuse of a network", "{" NET ",\"entities\":[{\"roles\":[\"abuse\"]," CARD("A@B.example") "}]}",
		  "prefix 192.0.2.0/24 hoster a@b.example [N]  \n" },
		{ "abuse inside of another entity", "[{" NET ",\"country\":\"NL\",\"entities\":[{\"roles\":[\"registrant\"],\"entities\":[{\"roles\":[\"abuse\"]," CARD("a@b.example") "}]}]}]",
		  "prefix 192.0.2.0/24 hoster a@b.example [N] NL \n" },
		{ "other roles are none", "{" NET ",\"entities\":[{\"roles\":[\"technical\"]," CARD("a@b.example") "}]}", "" },
		{ "no mail address", "{" NET ",\"entities\":[{\"roles\":[\"abuse\"]," CARD("a@b.example\\r\\nBcc: c@d.example") "}]}", "" },
		{ "a range backwards", "{\"objectClassName\":\"ip network\",\"startAddress\":\"192.0.2.9\",\"endAddress\":\"192.0.2.1\",\"entities\":[{\"roles\":[\"abuse\"]," CARD("a@b.example") "}]}", "" },
		{ "a range that is no network", "{\"objectClassName\":\"ip network\",\"startAddress\":\"192.0.2.1\",\"endAddress\":\"192.0.2.9\",\"entities\":[{\"roles\":[\"abuse\"]," CARD("a@b.example") "}]}",
		  "prefix 192.0.2.1-192.0.2.9 hoster a@b.example [N]  \n" },
		{ "both families in one range", "{\"objectClassName\":\"ip network\",\"startAddress\":\"192.0.2.1\",\"endAddress\":\"2001:db8::\",\"entities\":[{\"roles\":[\"abuse\"]," CARD("a@b.example") "}]}", "" },
		{ "a whole autonomous system", "{\"objectClassName\":\"autnum\",\"startAutnum\":64500,\"endAutnum\":64500,\"entities\":[{\"roles\":[\"abuse\"]," CARD("a@b.example") "}]}",
		  "asn AS64500 hoster a@b.example [N]  \n" },
		{ "a block of systems is nobody's", "{\"objectClassName\":\"autnum\",\"startAutnum\":1,\"endAutnum\":64500,\"entities\":[{\"roles\":[\"abuse\"]," CARD("a@b.example") "}]}", "" },
	};
	static const char *const BAD[] = { "", "{", "[1,2", "{}", "null", "\"x\"", "{\"a\":1,\"a\":2}", "{\"objectClassName\":\"entity\"}" };

	(void)state;
	for (size_t i = 0; i < COUNT(T); i++) {
		struct contact_counts n = { 0 };
		buf got = { 0 };
		err e = { 0 };

		CHECK(T[i].what, rdap_read(str_of(T[i].in), note, &got, &n, &e) == 0);
		CHECK_STR(T[i].what, buf_view(&got), str_of(T[i].want));
		CHECK(T[i].what, n.objects == 1 && (n.told == 1) == (T[i].want[0] != 0));
		buf_done(&got);
	}
	for (size_t i = 0; i < COUNT(BAD); i++) {
		struct contact_counts n = { 0 };
		buf got = { 0 };
		err e = { 0 };

		CHECK(BAD[i], rdap_read(str_of(BAD[i]), note, &got, &n, &e) == -1 && e.code == ERR_CORRUPT && got.len == 0);
		buf_done(&got);
	}
}

static void whois(void **state)
{
	static const struct {
		const char *what, *in, *want;
	} T[] = {
		{ "the comment counts most",
		  "% Abuse contact for '192.0.2.0 - 192.0.2.255' is 'a@b.example'\n\ninetnum: 192.0.2.0 - 192.0.2.255\nabuse-c: H\n\nrole: X\nabuse-mailbox: c@d.example\nnic-hdl: H\n",
		  "prefix 192.0.2.0/24 hoster a@b.example []  \n" },
		{ "the handle counts more than what stands next",
		  "inetnum: 192.0.2.0 - 192.0.2.255\nmnt-irt: IRT-A\n\nirt: IRT-B\nabuse-mailbox: b@b.example\n\nirt: IRT-A\nabuse-mailbox: a@b.example\n",
		  "prefix 192.0.2.0/24 hoster a@b.example []  \n" },
		{ "a network without a contact does not get the next one's",
		  "NetRange: 192.0.2.0 - 192.0.2.127\nNetName: A\n\nNetRange: 192.0.2.128 - 192.0.2.255\nNetName: B\n\nOrgAbuseEmail: a@b.example\n",
		  "prefix 192.0.2.128/25 hoster a@b.example [B]  \n" },
		{ "a registrar", "Domain Name: X.EXAMPLE\r\nRegistrar: R\r\nRegistrar Abuse Contact Email: a@b.example\r\n",
		  "domain x.example registrar a@b.example [R]  \n" },
		{ "no mail address", "inetnum: 192.0.2.0 - 192.0.2.255\nabuse-mailbox: nobody\n", "" },
		{ "a mail address before any network", "role: X\nabuse-mailbox: a@b.example\n\ninetnum: 192.0.2.0/24\n", "" },
	};
	struct contact_counts n = { 0 };
	buf got = { 0 };
	err e = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(T); i++) {
		buf_clear(&got);
		CHECK(T[i].what, whois_read(str_of(T[i].in), note, &got, &n, &e) == 0);
		CHECK_STR(T[i].what, buf_view(&got), str_of(T[i].want));
	}
	assert_int_equal(whois_read(STR("nothing here\n"), note, &got, &n, &e), -1);
	assert_int_equal(e.code, ERR_CORRUPT);
	buf_done(&got);
}

/* --- found ------------------------------------------------------------------------------------------- */

static const char TABLE[] = "prefix,domain,asn,country,contact,kind,seen\n"
			    "192.0.0.0/16,,,NL,wide@x.example,,2024-01-01\n"
			    "192.0.2.0/24,,,NL,old@x.example,,2023-01-01\n"
			    "192.0.2.0/24,,,NL,new@x.example,,2024-01-01\n"
			    "192.0.2.0/24,,,,owner@x.example,owner,2024-06-01\n"
			    "192.0.2.8-192.0.2.11,,,,four@x.example,,2020-01-01\n"
			    "0.0.0.0/0,,,,all@x.example,,2020-01-01\n"
			    "2001:db8::/32,,,,six@x.example,,2024-01-01\n"
			    ",example,,,top@x.example,registrar,2024-01-01\n"
			    ",a.example,,,a@x.example,registrar,2024-01-01\n"
			    ",,AS64500,,as@x.example,,2024-01-01\n"
			    ",,,NL,cert@nl.example,,2024-01-01\n"
			    ",,,FR,cert@fr.example,,2024-01-01\n";

static struct desk *opened(char *path, const char *table)
{
	struct contact_counts n;
	struct desk *d = NULL;
	uint64_t fresh;
	err e = { 0 };

	assert_true(mkstemp(path) >= 0);
	assert_int_equal(desk_create(path, &e), 0);
	assert_int_equal(desk_open(&d, path, &e), 0);
	assert_int_equal(desk_begin(d, &e), 0);
	assert_int_equal(contacts_import(d, CONTACTS_CSV, str_of(table), STR("t.csv"), &n, &fresh, &e), 0);
	assert_int_equal(desk_commit(d, &e), 0);
	assert_true(fresh == n.told);
	return d;
}

static void found(void **state)
{
	static const struct {
		const char *target, *asn, *country;
		enum contact_step from;
		const char *want;
		enum contact_step step;
	} T[] = {
		{ "192.0.2.9", "", "", STEP_HOSTER, "four@x.example", STEP_HOSTER },
		{ "192.0.2.12", "", "", STEP_HOSTER, "new@x.example", STEP_HOSTER },
		{ "192.0.9.1", "", "", STEP_HOSTER, "wide@x.example", STEP_HOSTER },
		{ "8.8.8.8", "", "", STEP_HOSTER, "all@x.example", STEP_HOSTER },
		{ "2001:db8::1", "", "", STEP_HOSTER, "six@x.example", STEP_HOSTER },
		{ "2001:db9::1", "AS64500", "", STEP_HOSTER, "as@x.example", STEP_HOSTER },
		{ "2001:db9::1", "", "FR", STEP_HOSTER, "cert@fr.example", STEP_NATIONAL },
		{ "192.0.2.12", "", "FR", STEP_REGISTRAR, "cert@nl.example", STEP_NATIONAL },
		{ "x.a.example", "", "", STEP_REGISTRAR, "a@x.example", STEP_REGISTRAR },
		{ "b.example", "", "FR", STEP_HOSTER, "top@x.example", STEP_REGISTRAR },
		{ "b.example", "", "FR", STEP_NATIONAL, "cert@fr.example", STEP_NATIONAL },
		{ "nowhere.test", "", "", STEP_HOSTER, NULL, STEP_HOSTER },
		{ "192.0.2.12", "", "", CONTACT_STEPS, NULL, STEP_HOSTER },
	};
	char path[] = "/tmp/spoor-contacts-XXXXXX";
	struct desk *d = opened(path, TABLE);
	arena mem;

	(void)state;
	arena_init(&mem, LIMIT_DESK_BYTES);
	for (size_t i = 0; i < COUNT(T); i++) {
		struct contact_way w = { str_of(T[i].target), str_of(T[i].asn), str_of(T[i].country) };
		enum contact_step step = STEP_HOSTER;
		struct contact c = { 0 };
		err e = { 0 };

		CHECK(T[i].target, contacts_for(d, &w, T[i].from, &c, &step, &mem, &e) == (T[i].want != NULL));
		if (T[i].want) {
			CHECK_STR(T[i].target, c.contact, str_of(T[i].want));
			CHECK(T[i].target, step == T[i].step);
		}
	}
	arena_done(&mem);
	desk_close(d);
	unlink(path);
}

static void again(void **state)
{
	char path[] = "/tmp/spoor-contacts-XXXXXX";
	struct desk *d = opened(path, TABLE);
	struct contact_counts n;
	uint64_t fresh = 99;
	err e = { 0 };

	(void)state;
	assert_int_equal(desk_begin(d, &e), 0);
	assert_int_equal(contacts_import(d, CONTACTS_CSV, str_of(TABLE), STR("u.csv"), &n, &fresh, &e), 0);
	assert_true(fresh == 0);
	assert_int_equal(contacts_import(d, CONTACTS_CSV, STR("asn,contact,seen\nAS64500,as@x.example,2025-01-01\n"), STR("u.csv"), &n, &fresh, &e), 0);
	assert_true(fresh == 1);
	assert_int_equal(contacts_import(d, CONTACTS_CSV, STR("asn,contact,seen\nAS64500,as@x.example,2022-01-01\n"), STR("u.csv"), &n, &fresh, &e), 0);
	assert_true(fresh == 0); /* older than what is known */
	desk_rollback(d);
	desk_close(d);
	unlink(path);
}

int main(void)
{
	static const struct CMUnitTest TESTS[] = {
		cmocka_unit_test(rdap), cmocka_unit_test(whois), cmocka_unit_test(found), cmocka_unit_test(again),
	};

	return cmocka_run_group_tests_name("desk-contacts", TESTS, NULL, NULL);
}
