/* Offsets of clocks from made-up samples, and from facts of two logs. */
#include "unit.h"

#include <stdio.h>

#include "made_case.h"
#include "story/clock.h"
#include "story/story.h"

#define S NS_PER_S
#define H (3600 * S)
#define DAY (24 * H)

enum { DC, PC1, PC2, PC3, PC4, HOSTS };

static const bool ANCHOR[HOSTS] = { [DC] = true };
static const bool NO_ANCHOR[HOSTS] = { false };
static const bool KERBEROS[HOSTS] = { false, true, true, true, true };

/* n samples of host against DC on the days from..to, `off` ahead and a little noise. */
static void samples(struct clock_model *m, uint32_t a, uint32_t b, int from, int to, int n, int64_t off)
{
	for (int d = from; d <= to; d++)
		for (int i = 0; i < n; i++) {
			int64_t t = MADE_T0 + d * DAY + i * 600 * S;

			assert_true(clock_sample(m, a, CLOCK_SYSTEM, t + off + (i % 3 - 1) * S / 10, b,
						 CLOCK_SYSTEM, t));
		}
}

static struct clock_model *new_model(void)
{
	struct clock_model *m = NULL;

	assert_int_equal(clock_new(&m, NULL), 0);
	return m;
}

static int64_t ms(const struct clock_model *m, uint32_t host, int day)
{
	return clock_offset(m, host, MADE_T0 + day * DAY, NULL) / 1000000;
}

static void test_constant_and_chain(void **state)
{
	struct clock_model *m = new_model();
	int64_t spread;

	(void)state;
	samples(m, PC1, DC, 0, 9, 3, 90 * S);
	samples(m, PC2, PC1, 0, 9, 3, -30 * S); /* only by way of PC1: 60 s */
	samples(m, PC3, DC, 0, 9, 3, 0);
	/* one of ten is nonsense */
	assert_true(clock_sample(m, PC3, CLOCK_SYSTEM, MADE_T0 + 5 * DAY + H, DC, CLOCK_SYSTEM,
				 MADE_T0 + 5 * DAY));
	assert_int_equal(clock_settle(m, ANCHOR, KERBEROS, HOSTS, NULL), 0);
	assert_int_equal(ms(m, DC, 5), 0);
	assert_int_equal(ms(m, PC1, 5), 90000);
	assert_int_equal(ms(m, PC2, 5), 60000);
	assert_int_equal(ms(m, PC3, 5), 0);
	assert_true(clock_offset(m, PC1, MADE_T0, &spread) == 90 * S && spread == S / 10);
	assert_true(clock_offset(m, DC, MADE_T0, &spread) == 0 && spread == 0);
	assert_true(clock_offset(m, PC4, MADE_T0, &spread) == 0 && spread == -1);
	clock_free(m);
}

static void test_pieces(void **state)
{
	struct clock_model *m = new_model();
	const struct clock_node *n;
	size_t count;

	(void)state;
	samples(m, PC1, DC, 0, 9, 3, S / 2);
	samples(m, PC1, DC, 10, 19, 3, 8 * H + S / 2); /* a wrong zone from one day on */
	samples(m, PC2, DC, 0, 9, 3, 400 * S);         /* more than Kerberos stands */
	for (int d = 0; d < 30; d++)                   /* a second more each day */
		samples(m, PC3, DC, d, d, 3, d * S);
	samples(m, PC4, DC, 0, 9, 3, 1800 * S); /* half an hour is skew on a clock that counts in UTC */
	assert_int_equal(clock_settle(m, ANCHOR, KERBEROS, HOSTS, NULL), 0);
	n = clock_nodes(m, &count);
	assert_int_equal(count, HOSTS);
	assert_true(n[DC].anchor && n[DC].npieces == 0);
	assert_int_equal(n[PC1].npieces, 2);
	assert_true(n[PC1].pieces[0].zone_ns == 0 && n[PC1].pieces[1].zone_ns == 8 * H);
	assert_true(n[PC1].pieces[1].skew_ns == S / 2 && !n[PC1].pieces[1].dst);
	assert_false(n[PC1].implausible);
	assert_int_equal(ms(m, PC1, 5), 500);
	assert_int_equal(ms(m, PC1, 15), 8 * 3600 * 1000 + 500);
	assert_true(n[PC2].implausible && n[PC2].pieces[0].skew_ns == 400 * S);
	for (int d = 0; d < 30; d++)
		CHECK("drift is followed",
		      ms(m, PC3, d) >= (d - 3) * 1000 && ms(m, PC3, d) <= (d + 3) * 1000);
	assert_true(n[PC4].pieces[0].zone_ns == 0);
	clock_free(m);
	/* in the silence between two pieces the clock went evenly; one stray sample begins none */
	m = new_model();
	assert_true(clock_sample(m, PC1, CLOCK_SYSTEM, MADE_T0 - DAY + H, DC, CLOCK_SYSTEM, MADE_T0 - DAY));
	samples(m, PC1, DC, 0, 0, 3, 0);
	samples(m, PC1, DC, 20, 20, 3, 20 * S);
	assert_int_equal(clock_settle(m, ANCHOR, KERBEROS, HOSTS, NULL), 0);
	n = clock_nodes(m, &count);
	assert_int_equal(n[1].npieces, 2);
	CHECK("half way", ms(m, PC1, 10) > 9800 && ms(m, PC1, 10) < 10200);
	assert_int_equal(ms(m, PC1, 30), 20000);
	clock_free(m);
}

/* The last Sunday of March 2023 was the 26th: T0 is 2023-05-17. */
static void test_daylight_saving(void **state)
{
	struct clock_model *m = new_model();
	const struct clock_node *n;
	size_t count;
	int sunday = -52;

	(void)state;
	samples(m, PC1, DC, sunday - 10, sunday - 1, 3, 0);
	samples(m, PC1, DC, sunday, sunday + 20, 3, -H);
	samples(m, PC2, DC, -10, 10, 3, -H);
	assert_int_equal(clock_settle(m, ANCHOR, KERBEROS, HOSTS, NULL), 0);
	n = clock_nodes(m, &count);
	assert_true(n[1].npieces == 2 && n[1].pieces[1].dst && n[1].pieces[1].zone_ns == -H);
	assert_true(n[2].npieces == 1 && !n[2].pieces[0].dst);
	clock_free(m);
}

/* Nobody is true by office: the middle of the group is. A group apart has its own. */
static void test_without_anchor(void **state)
{
	struct clock_model *m = new_model();

	(void)state;
	samples(m, DC, PC1, 0, 9, 3, 0);
	samples(m, PC2, PC1, 0, 9, 3, 50 * S);
	assert_int_equal(clock_settle(m, NO_ANCHOR, KERBEROS, HOSTS, NULL), 0);
	assert_int_equal(ms(m, DC, 5), 0);
	assert_int_equal(ms(m, PC1, 5), 0);
	assert_int_equal(ms(m, PC2, 5), 50000);
	clock_free(m);
	m = new_model();
	assert_int_equal(clock_settle(m, NO_ANCHOR, KERBEROS, HOSTS, NULL), 0);
	assert_int_equal(ms(m, PC1, 5), 0);
	clock_free(m);
}

/* Facts of two hosts about one event. */
static void test_from_facts(void **state)
{
	struct made_case c;
	struct story *st = NULL;
	int64_t spread, off;
	uint32_t pc = STORY_NOBODY, far = STORY_NOBODY;
	char key[32];
	err e = { 0 };

	(void)state;
	made_open(&c);
	made_coverage(&c, "dc1.corp.example", "Security", 0, 1);
	made_coverage(&c, "pc.corp.example", "Security", 0, 1);
	made_coverage(&c, "far.corp.example", "Security", 0, 1);
	made_fact(&c, FACT_AUTHENTICATION, 0, 1, FA_HOST, "dc1.corp.example", FA_ACCOUNT, "CORP\\PC$",
		  FA_SOURCE_IP, "10.0.0.1", FA_DETAIL, "kerberos service 0x0", -1);
	for (int i = 0; i < 5; i++) {
		snprintf(key, sizeof key, "guid-%d", i);
		made_fact(&c, FACT_CLOCK_SAMPLE, i * 60, 1, FA_HOST, "dc1.corp.example", FA_OBJECT, key,
			  FA_DETAIL, "kerberos logon", -1);
		made_fact(&c, FACT_CLOCK_SAMPLE, i * 60 + 7, 1, FA_HOST, "pc.corp.example", FA_OBJECT, key,
			  FA_DETAIL, "kerberos logon", -1);
		/* the same key of another join is another event */
		made_fact(&c, FACT_CLOCK_SAMPLE, i * 60 + 1000, 1, FA_HOST, "far.corp.example", FA_OBJECT,
			  key, FA_DETAIL, "other", -1);
		/* credentials given on PC, the logon on FAR 20 s later by its clock */
		snprintf(key, sizeof key, "CORP\\user%d", i);
		made_fact(&c, FACT_EXPLICIT_CREDENTIALS, i * 60 + 8, 1, FA_HOST, "pc.corp.example",
			  FA_TARGET_ACCOUNT, key, FA_TARGET_HOST, "far", -1);
		made_fact(&c, FACT_LOGON, i * 60 + 28, 1, FA_HOST, "far.corp.example", FA_ACCOUNT, key,
			  FA_LOGON_TYPE, "3", FA_SOURCE_IP, "10.0.0.1", -1);
	}
	if (story_build(&st, c.s, &e) < 0)
		fail_msg("story: %s", e.text);
	for (uint32_t i = 0; i < st->nhosts; i++) {
		if (str_eq(st->hosts[i].name, STR("pc.corp.example")))
			pc = i;
		if (str_eq(st->hosts[i].name, STR("far.corp.example")))
			far = i;
	}
	off = clock_offset(st->clock, pc, MADE_T0, &spread);
	assert_true(off == 7 * S && spread == 0);
	off = clock_offset(st->clock, far, MADE_T0, &spread);
	assert_true(off == 27 * S && spread == 0);
	story_free(st);
	made_close(&c);
}

/* A DHCP log in local time: machines start eight hours before they get an address. */
static void test_zone_of_leases(void **state)
{
	struct made_case c;
	struct story *st = NULL;
	const struct clock_node *n, *leases = NULL;
	struct identity_share share[1];
	size_t count;
	char name[32], ip[32];
	err e = { 0 };

	(void)state;
	made_open(&c);
	made_coverage(&c, "dhcp1.corp.example", "windows.dhcp", 0, 1);
	for (int i = 0; i < 12; i++) {
		snprintf(name, sizeof name, "pc%d.corp.example", i);
		snprintf(ip, sizeof ip, "10.0.0.%d", i + 1);
		made_coverage(&c, name, "System", 0, 1);
		made_fact(&c, FACT_SYSTEM_STATE, i * 777, 1, FA_HOST, name, FA_DETAIL, "started", -1);
		made_fact(&c, FACT_LEASE, i * 777 + 8 * 3600 + 12, 1, FA_TARGET_HOST, name, FA_SOURCE_IP, ip,
			  FA_DETAIL, "assign", FA_OBSERVER, "dhcp1.corp.example", -1);
	}
	if (story_build(&st, c.s, &e) < 0)
		fail_msg("story: %s", e.text);
	n = clock_nodes(st->clock, &count);
	for (size_t i = 0; i < count; i++)
		if (n[i].log == CLOCK_LEASES)
			leases = &n[i];
	assert_non_null(leases);
	CHECK_STR("server", story_host_name(st, leases->host), STR("dhcp1.corp.example"));
	assert_int_equal(leases->npieces, 1);
	assert_true(leases->pieces[0].zone_ns == 8 * H);
	/* and leases are placed without it */
	assert_int_equal(identity_at(st->identity, STR("10.0.0.1"), MADE_T0 + 60 * S, share, 1), 1);
	assert_false(share[0].near);
	CHECK_STR("placed", story_host_name(st, share[0].host), STR("pc0.corp.example"));
	story_free(st);
	made_close(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_constant_and_chain), cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_daylight_saving),    cmocka_unit_test(test_without_anchor),
		cmocka_unit_test(test_from_facts),         cmocka_unit_test(test_zone_of_leases),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
