/* version.c - the order of versions: known pairs of each scheme, and what must hold of any three texts. */
#include "unit.h"

#include "util/buf.h"
#include "warn/version.h"

#define G VER_GENERIC
#define S VER_SEMVER
#define M VER_MAVEN
#define R VER_RPM
#define D VER_DEB
#define P VER_PYTHON

static const struct {
	enum ver_scheme scheme;
	const char *a;
	char order; /* < = > or ? */
	const char *b;
} PAIRS[] = {
	{ G, "1.0", '=', "1" },
	{ G, "1.10", '>', "1.9" },
	{ G, "v1.2", '=', "1.2" },
	{ G, "Version 9.2", '<', "9.10" },
	{ G, "1.02", '=', "1.2" },
	{ G, "12.2.0.1", '<', "12.2.0.1.1" },
	{ G, "10.0.17763.1", '<', "10.0.17763.5576" },
	{ G, "99999999999999999999.1", '>', "99999999999999999998.9" },
	{ G, "1.0rc1", '<', "1.0" },
	{ G, "1.0-beta.2", '<', "1.0-rc.1" },
	{ G, "1.0 alpha", '<', "1.0 beta" },
	{ G, "1.0-snapshot", '?', "1.0-rc1" }, /* nobody says which came first */
	{ G, "1.0 final", '=', "1.0" },
	{ G, "9.0 SP2", '>', "9.0" },
	{ G, "9.0 SP2 HF1", '>', "9.0 SP2" },
	{ G, "9.0 SP2 HF1", '<', "9.0 SP3" },
	{ G, "9.0 Service Pack 2", '=', "9.0sp2" },
	{ G, "9 SP2", '=', "9.0 SP2" },
	{ G, "9 SP2", '<', "9.1" },
	{ G, "9.0 SP2", '?', "9.0.2" }, /* some makers mean the same by both */
	{ G, "9.0 HF5", '<', "9.0 SP1" },
	{ G, "9.0 HF5", '<', "9.0.1" },
	{ G, "11.2.4 FP3", '<', "11.2.4 FP4" },
	{ G, "11.2.4 FP3", '<', "11.2.5" },
	{ G, "11.2.4 FP3", '?', "11.2.4 SP1" },
	{ G, "11.2.0 Fix Pack 3", '=', "11.2.0 FP3" },
	{ G, "6.7 Update 3", '>', "6.7" },
	{ G, "8u292", '<', "8u301" },
	{ G, "1.8.0_292", '<', "1.8.0_301" },
	{ G, "1.8.0_292", '>', "1.8.0" },
	{ G, "1.0.2k", '<', "1.0.2zd" },
	{ G, "1.0.2", '<', "1.0.2a" },
	{ G, "1.0.2zd", '<', "1.1.0" },
	{ G, "1.0.2k", '?', "1.0.2.1" },
	{ G, "1.0.2k-fips", '?', "1.0.2k" },
	{ G, "7.4p1", '>', "7.4" },
	{ G, "7.4p1", '<', "7.4p2" },
	{ G, "7.4p1", '<', "7.5" },
	{ G, "12", '<', "12L" },
	{ G, "12L", '<', "13" },
	{ G, "19c", '?', "19.3" }, /* the family, not a version of it */
	{ G, "19c", '<', "21.3" },
	{ G, "15.2(4)M3", '<', "15.2(4)M4" },
	{ G, "15.2(4)M3", '<', "15.2(4)M3a" },
	{ G, "15.2(4)M11", '>', "15.2(4)M9" },
	{ G, "12.2(33)SXI4a", '?', "12.2(33)SXJ1" }, /* another train */
	{ G, "15.2(4)M3", '?', "15.2(4)T3" },
	{ G, "12.2(55)SE", '<', "12.2(55)SE12" },
	{ G, "15.2(4)M3", '?', "15.2" },
	{ G, "9.8(4)29", '=', "9.8.4.29" },
	{ G, "9.8(4)29", '<', "9.8(4)32" },
	{ G, "7.0(3)I7(4)", '<', "7.0(3)I7(9)" },
	{ G, "15.1X49-D150", '<', "15.1X49-D160" },
	{ G, "18.4R1", '<', "18.4R1-S3" }, /* a service release */
	{ G, "18.4R1", '<', "18.4R2" },
	{ G, "R80.40", '<', "R81.20" },
	{ G, "R80.40", '?', "80.40" },
	{ G, "2024-01-05", '<', "2024-01-15" },
	{ G, "20240105", '<', "2024-01-15" },
	{ G, "2024-05-05", '?', "13" },    /* a patch level and a release */
	{ G, "2019", '?', "15.0.2000.5" }, /* a name by year and a version */
	{ G, "2024.1", '<', "2024.2" },
	{ G, "20240115.3", '>', "20240115.2" },
	{ G, "1.0-3", '<', "1.0-10" },
	{ G, "1.0-3", '<', "1.0.1" },
	{ G, "1.0-3", '?', "1.0" },
	{ G, "4.5 build 100", '<', "4.5 build 200" },
	{ G, "4.5 build 100", '?', "4.5" },
	{ G, "4.5 build 100", '<', "4.6" },
	{ G, "4.0 (1234)", '?', "4.0.1" }, /* a build number in brackets */
	{ G, "1.0b2", '?', "1.0" },
	{ G, "1.0b2", '<', "1.0b3" },
	{ G, "1.0-foo", '?', "1.0-bar" },
	{ G, "1.0-foo", '<', "1.1" },
	{ G, "1.0.1-foo", '>', "1.0" },
	{ G, "latest", '?', "1.0" },
	{ G, "latest", '=', "LATEST" },
	{ G, "1:1.0", '?', "1.0" },
	{ S, "1.2.3-rc.1", '<', "1.2.3" },
	{ S, "1.2.3-alpha.1", '<', "1.2.3-alpha.beta" },
	{ S, "1.2.3-alpha", '<', "1.2.3-alpha.1" },
	{ S, "1.2.3-2", '<', "1.2.3-10" },
	{ S, "1.2.3+a", '=', "1.2.3+b" },
	{ S, "v1.2", '=', "1.2.0" },
	{ S, "1.2.3.4", '>', "1.2.3" },
	{ S, "1.2.3-1", '<', "1.2.3" },
	{ S, "1.2.3 SP1", '?', "1.2.3" }, /* no semver: numbers only */
	{ S, "1.2.3 SP1", '<', "1.2.4" },
	{ M, "1-alpha1", '<', "1-beta1" },
	{ M, "1.0-rc1", '=', "1.0.RC1" },
	{ M, "1.0-rc1", '=', "1-cr-1" },
	{ M, "1.0-SNAPSHOT", '<', "1.0" },
	{ M, "1.0.Final", '=', "1" },
	{ M, "1.0-sp", '>', "1.0" },
	{ M, "1.0-foo", '>', "1.0-sp" },
	{ M, "1.0-1", '>', "1.0-foo" },
	{ M, "1.0.1", '>', "1.0-1" },
	{ M, "1.a1", '=', "1-alpha-1" },
	{ M, "2.9.10.8", '>', "2.9.10" },
	{ R, "1.0-1", '<', "1.0-2" },
	{ R, "1.0~rc1-1", '<', "1.0-1" },
	{ R, "1.0^git1-1", '>', "1.0-1" },
	{ R, "1.0^git1-1", '<', "1.0.1-1" },
	{ R, "1:1.0-1", '>', "2.0-1" },
	{ R, "0:1.0-1", '=', "1.0-1" },
	{ R, "1.0", '?', "1.0-5.el7" },
	{ R, "1.0", '<', "1.1-5.el7" },
	{ R, "1.0.2k-25.el7_9", '>', "1.0.2k-19.el7" },
	{ R, "2.4.37-43.module+el8", '<', "2.4.37-65.module+el8" },
	{ R, "1.0a", '<', "1.0.1" }, /* numbers behind words */
	{ D, "1.2.3-4+deb12u1", '>', "1.2.3-4" },
	{ D, "1.2.3~rc1-1", '<', "1.2.3-1" },
	{ D, "1:1.0", '>', "9.0" },
	{ D, "1.0", '=', "1.0-0" },
	{ D, "2.36-9+deb12u3", '<', "2.36-9+deb12u10" },
	{ D, "7.0.4-1+b1", '>', "7.0.4-1" },
	{ D, "1.0a", '<', "1.0+" },
	{ P, "1.0.dev1", '<', "1.0a1" },
	{ P, "1.0a1", '<', "1.0b1" },
	{ P, "1.0b1", '<', "1.0rc1" },
	{ P, "1.0rc1", '<', "1.0" },
	{ P, "1.0", '<', "1.0.post1" },
	{ P, "1.0-1", '=', "1.0.post1" },
	{ P, "1.0.post1", '<', "1.0.1" },
	{ P, "1.0c1", '=', "1.0-RC.1" },
	{ P, "1!0.1", '>', "2024.1" },
	{ P, "1.0+ubuntu1", '>', "1.0" },
	{ P, "1.0+5", '>', "1.0+abc" },
	{ P, "1.0a1.dev1", '<', "1.0a1" },
	{ P, "1.0.post1.dev2", '<', "1.0.post1" },
	{ P, "1.0 SP1", '?', "1.0" },
	{ P, "1!1.0a1", '?',
	  "11.pe-1" }, /* found by fuzzing: an epoch and a text that is no version of PEP 440 */
	{ VER_GIT, "0123456789abcdef", '=', "0123456789ABCDEF" },
	{ VER_GIT, "0123456", '=', "0123456789abcdef" },
	{ VER_GIT, "0123456", '?', "1123456" },
	{ VER_GIT, "0123456", '?', "0123456-rc1" }, /* found by fuzzing: one of them is no commit */
	{ VER_GIT, "1.0", '?', "2.0" },
};

static char sign_of(enum ver_order o)
{
	return o == VER_UNDECIDED ? '?' : "<=>"[(int)o + 1];
}

static void known_pairs(void **state)
{
	static const char BACK[] = ">=<";

	for (size_t i = 0; i < COUNT(PAIRS); i++) {
		str a = str_of(PAIRS[i].a), b = str_of(PAIRS[i].b);
		char got = sign_of(ver_compare(PAIRS[i].scheme, a, b)),
		     back = sign_of(ver_compare(PAIRS[i].scheme, b, a));

		if (got != PAIRS[i].order)
			fail_msg("%s: %s %c %s, want %c", ver_scheme_name(PAIRS[i].scheme), a.ptr, got, b.ptr,
				 PAIRS[i].order);
		CHECK(a.ptr, back == (got == '?' ? '?' : BACK[strchr("<=>", got) - "<=>"]));
	}
}

static uint64_t next_random(uint64_t *state) /* splitmix64 */
{
	uint64_t z = *state += 0x9E3779B97F4A7C15u;

	z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
	z = (z ^ z >> 27) * 0x94D049BB133111EBu;
	return z ^ z >> 31;
}

/* Few pieces, so that texts are often alike in their beginning. */
static void random_version(uint64_t *rnd, buf *b)
{
	static const char *const PIECES[] = { "0",    "1",  "2",    "10",      ".",   ".",  ".",     "-",
					      "_",    "~",  "^",    "+",       "a",   "b",  "rc",    "sp",
					      "SP 1", "hf", "k",    " ",       "(1)", "M",  "x",     "beta",
					      "dev",  "p",  "u",    "-1",      ":",   "!",  "alpha", ".1",
					      "post", "v",  "2024", "19",      "0.",  "el", "\xff",  "ga",
					      "00",   ".0", "fp",   "snapshot" };
	size_t n = 1 + next_random(rnd) % 7;

	buf_clear(b);
	if (next_random(rnd) % 4)
		buf_z(b, next_random(rnd) % 2 ? "1.0" : "1");
	for (size_t i = 0; i < n; i++)
		buf_z(b, PIECES[next_random(rnd) % COUNT(PIECES)]);
}

/* a <= b <= c: may c come before a? */
static bool contradicts(enum ver_order ab, enum ver_order bc, enum ver_order ac)
{
	if (ab == VER_UNDECIDED || bc == VER_UNDECIDED || ab == VER_GREATER || bc == VER_GREATER ||
	    ac == VER_UNDECIDED)
		return false;
	return ac == VER_GREATER || (ac == VER_EQUAL) != (ab == VER_EQUAL && bc == VER_EQUAL);
}

static void order_is_consistent(void **state)
{
	enum { ROUNDS = 300000 };
	buf t[3] = { { 0 } };
	uint64_t rnd = 7, decided = 0;

	for (int s = 0; s < VER_SCHEMES; s++)
		for (size_t i = 0; i < ROUNDS; i++) {
			bool total = s == VER_MAVEN || s == VER_DEB;
			str a, b, c;
			enum ver_order ab, bc, ac;

			for (size_t k = 0; k < 3; k++)
				random_version(&rnd, &t[k]);
			a = str_trim(buf_view(&t[0]));
			b = str_trim(buf_view(&t[1]));
			c = str_trim(buf_view(&t[2]));
			ab = ver_compare((enum ver_scheme)s, a, b);
			bc = ver_compare((enum ver_scheme)s, b, c);
			ac = ver_compare((enum ver_scheme)s, a, c);
			decided += ab != VER_UNDECIDED;
			if (total && a.len && b.len && ab == VER_UNDECIDED)
				fail_msg("%s: %.*s and %.*s are not decided",
					 ver_scheme_name((enum ver_scheme)s), STR_ARG(a), STR_ARG(b));
			if (ver_compare((enum ver_scheme)s, b, a) !=
				    (ab == VER_UNDECIDED ? ab : (enum ver_order) - (int)ab) ||
			    contradicts(ab, bc, ac))
				fail_msg("%s: %.*s %c %.*s %c %.*s but the first %c the last",
					 ver_scheme_name((enum ver_scheme)s), STR_ARG(a), sign_of(ab),
					 STR_ARG(b), sign_of(bc), STR_ARG(c), sign_of(ac));
		}
	for (size_t k = 0; k < 3; k++)
		buf_done(&t[k]);
	assert_true(decided > ROUNDS);
}

static void branches(void **state)
{
	static const struct {
		const char *v, *branch;
		enum tri in;
	} T[] = {
		{ "5.10.3", "5.10.*", TRI_YES },     { "5.10", "5.10.x", TRI_YES },
		{ "5.1", "5.10.*", TRI_NO },         { "5.101", "5.10.*", TRI_NO },
		{ "5", "5.0.*", TRI_YES },           { "foo", "5.*", TRI_UNKNOWN },
		{ "5.10-rc1", "5.10.*", TRI_YES },   { "15.2(4)M3", "15.2.*", TRI_UNKNOWN },
		{ "1.7", "1.x.x", TRI_YES },         { "2024.1", "2024.x", TRI_YES },
		{ "3 SP1", "3.0.0.*", TRI_UNKNOWN },
	};
	str branch;

	for (size_t i = 0; i < COUNT(T); i++) {
		CHECK(T[i].branch, ver_is_branch(str_of(T[i].branch), &branch));
		CHECK(T[i].v, ver_in_branch(VER_GENERIC, str_of(T[i].v), branch) == T[i].in);
	}
	assert_false(ver_is_branch(STR("5.1*"), &branch));
	assert_false(ver_is_branch(STR("linux"), &branch));
	assert_false(ver_is_branch(STR("*"), &branch));
	assert_false(ver_is_branch(STR(".x"), &branch));
	assert_int_equal(ver_compare_branch_end(VER_GENERIC, STR("5.10.99"), STR("5.10")), VER_LESS);
	assert_int_equal(ver_compare_branch_end(VER_GENERIC, STR("5.11"), STR("5.10")), VER_GREATER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_pairs),
		cmocka_unit_test(order_is_consistent),
		cmocka_unit_test(branches),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
