/* Maven, RPM and Debian: orders over all texts, so that nothing is undecided but a part that one side does not name. */
#include "warn/version_priv.h"

/* --- Maven ------------------------------------------------------------------------------------------------------------ */

enum { MAVEN_TOKENS = LIMIT_VERSION_TEXT };

/* Qualifiers before and at the release, in their order; others come behind "sp", by the alphabet. */
enum { MAVEN_RELEASE = 5, MAVEN_SP = 6, MAVEN_OTHER = 7, MAVEN_DASH = 8, MAVEN_DOT = 9 };

struct maven_token {
	int rank; /* where it stands; MAVEN_RELEASE: as if it were not there */
	str text;
	bool hyphen; /* begins a part before which empty tokens are cut off */
	bool zero;
};

static int qualifier_rank(str s, bool number_follows)
{
	static const struct {
		const char *word;
		int rank;
	} QUALIFIERS[] = { { "alpha", 0 },
			   { "beta", 1 },
			   { "milestone", 2 },
			   { "rc", 3 },
			   { "cr", 3 },
			   { "snapshot", 4 },
			   { "", MAVEN_RELEASE },
			   { "ga", MAVEN_RELEASE },
			   { "final", MAVEN_RELEASE },
			   { "release", MAVEN_RELEASE },
			   { "sp", MAVEN_SP } };
	static const char SHORT[] = "abm";

	if (s.len == 1 && number_follows)
		for (int i = 0; i < 3; i++)
			if (ver_lower(s.ptr[0]) == SHORT[i])
				return i;
	for (size_t i = 0; i < COUNT(QUALIFIERS); i++)
		if (str_eq_ascii_nocase(s, str_of(QUALIFIERS[i].word)))
			return QUALIFIERS[i].rank;
	return MAVEN_OTHER;
}

/* Take off what is as if it were not there, from [.., n) back to the last token that says something. */
static size_t maven_trim(const struct maven_token *t, size_t n)
{
	while (n && (t[n - 1].zero || t[n - 1].rank == MAVEN_RELEASE))
		n--;
	return n;
}

static bool is_maven_separator(char c)
{
	return c == '.' || c == '-' || c == '_';
}

static size_t maven_tokens(str s, struct maven_token *t)
{
	size_t n = 0, i = 0;
	char before = '.';

	while (i < s.len) {
		bool digit = ver_digit(s.ptr[i]);
		size_t from = i;
		struct maven_token x = { 0 };

		if (is_maven_separator(s.ptr[i])) { /* an empty token is 0 */
			x.text = STR("0");
			digit = true;
		} else {
			while (i < s.len && !is_maven_separator(s.ptr[i]) && ver_digit(s.ptr[i]) == digit)
				i++;
			x.text = (str){ s.ptr + from, i - from };
		}
		x.hyphen = before == '-' || !digit; /* ".rc" is "-rc" */
		x.zero = digit && ver_number_cmp(x.text, (str){ 0 }) == 0;
		x.rank = digit ? (x.hyphen ? MAVEN_DASH : MAVEN_DOT)
			       : qualifier_rank(x.text, i < s.len && ver_digit(s.ptr[i]));
		if (x.hyphen)
			n = maven_trim(t, n);
		t[n++] = x;
		before = '-'; /* between digits and letters */
		if (i < s.len && is_maven_separator(s.ptr[i]))
			before = s.ptr[i++] == '.' ? '.' : '-';
	}
	return maven_trim(t, n);
}

static int maven_cmp(const struct maven_token *a, const struct maven_token *b)
{
	if (a->rank != b->rank)
		return a->rank - b->rank;
	if (a->rank == MAVEN_DOT || a->rank == MAVEN_DASH)
		return ver_number_cmp(a->text, b->text);
	return a->rank == MAVEN_OTHER ? ver_word_cmp(a->text, b->text) : 0;
}

enum ver_order ver_maven(str a, str b)
{
	static const struct maven_token END = { .rank = MAVEN_RELEASE };
	struct maven_token x[MAVEN_TOKENS], y[MAVEN_TOKENS];
	size_t n = maven_tokens(a, x), m = maven_tokens(b, y);

	for (size_t i = 0; i < n || i < m; i++) {
		int d = maven_cmp(i < n ? &x[i] : &END, i < m ? &y[i] : &END);

		if (d != 0)
			return ver_sign(d);
	}
	return VER_EQUAL;
}

/* --- what RPM and Debian have in common ------------------------------------------------------------------------------------- */

struct evr {
	str epoch, version, release;
};

static struct evr evr_of(str s, bool last_dash)
{
	struct evr v = { .version = s };
	size_t i = 0, dash = SIZE_MAX;

	while (i < s.len && ver_digit(s.ptr[i]))
		i++;
	if (i && i < s.len && s.ptr[i] == ':') {
		v.epoch = (str){ s.ptr, i };
		v.version = ver_from(s, i + 1);
	}
	for (i = 0; i < v.version.len; i++)
		if (v.version.ptr[i] == '-' && (last_dash || dash == SIZE_MAX))
			dash = i;
	if (dash != SIZE_MAX) {
		v.release = ver_from(v.version, dash + 1);
		v.version.len = dash;
	}
	return v;
}

/* --- RPM -------------------------------------------------------------------------------------------------------------------- */

static bool rpm_part(char c)
{
	return ver_digit(c) || ver_alpha(c) || c == '~' || c == '^';
}

static str rpm_skip(str s)
{
	while (s.len && !rpm_part(s.ptr[0]))
		s = ver_from(s, 1);
	return s;
}

/* Where the next segment stands: ~ before the end, ^ right behind it, then words, then numbers. */
static int rpm_place(str s)
{
	return s.len == 0 ? 1 : s.ptr[0] == '~' ? 0 : s.ptr[0] == '^' ? 2 : ver_digit(s.ptr[0]) ? 4 : 3;
}

static str rpm_segment(str *s, bool digit)
{
	size_t n = 0;
	str got;

	while (n < s->len && (digit ? ver_digit(s->ptr[n]) : ver_alpha(s->ptr[n])))
		n++;
	got = (str){ s->ptr, n };
	*s = ver_from(*s, n);
	return got;
}

static int rpm_cmp(str a, str b)
{
	for (;;) {
		int x, y, d;

		a = rpm_skip(a);
		b = rpm_skip(b);
		x = rpm_place(a);
		y = rpm_place(b);
		if (x != y)
			return x - y;
		if (x == 1)
			return 0;
		if (x == 0 || x == 2) {
			a = ver_from(a, 1);
			b = ver_from(b, 1);
			continue;
		}
		if (x == 4)
			d = ver_number_cmp(rpm_segment(&a, true), rpm_segment(&b, true));
		else
			d = ver_word_cmp(rpm_segment(&a, false), rpm_segment(&b, false));
		if (d != 0)
			return d;
	}
}

enum ver_order ver_rpm(str a, str b)
{
	struct evr x = evr_of(a, true), y = evr_of(b, true);
	int d = ver_number_cmp(x.epoch, y.epoch);

	if (d == 0)
		d = rpm_cmp(x.version, y.version);
	if (d == 0 && !x.release.ptr != !y.release.ptr)
		return VER_UNDECIDED; /* 1.0 is any 1.0-N */
	return ver_sign(d != 0 ? d : rpm_cmp(x.release, y.release));
}

/* --- Debian ------------------------------------------------------------------------------------------------------------------- */

static int deb_place(str s)
{
	if (s.len == 0 || ver_digit(s.ptr[0]))
		return 0;
	if (s.ptr[0] == '~')
		return -1;
	return ver_alpha(s.ptr[0]) ? ver_lower(s.ptr[0]) : 256 + (unsigned char)s.ptr[0];
}

static int deb_cmp(str a, str b)
{
	while (a.len || b.len) {
		int d;

		while ((a.len && !ver_digit(a.ptr[0])) || (b.len && !ver_digit(b.ptr[0]))) {
			d = deb_place(a) - deb_place(b);
			if (d != 0)
				return d;
			a = ver_from(a, 1);
			b = ver_from(b, 1);
		}
		d = ver_number_cmp(rpm_segment(&a, true), rpm_segment(&b, true));
		if (d != 0)
			return d;
	}
	return 0;
}

enum ver_order ver_deb(str a, str b)
{
	struct evr x = evr_of(a, true), y = evr_of(b, true);
	int d = ver_number_cmp(x.epoch, y.epoch);

	if (d == 0)
		d = deb_cmp(x.version, y.version);
	return ver_sign(d != 0 ? d : deb_cmp(x.release, y.release));
}
