#include "warn/version_priv.h"

static const struct {
	const char *name;
	enum ver_scheme scheme;
} NAMES[] = {
	{ "custom", VER_GENERIC },  { "generic", VER_GENERIC }, { "other", VER_GENERIC },
	{ "date", VER_GENERIC },    { "intdot", VER_GENERIC },  { "", VER_GENERIC },
	{ "semver", VER_SEMVER },   { "npm", VER_SEMVER },      { "cargo", VER_SEMVER },
	{ "go", VER_SEMVER },       { "golang", VER_SEMVER },   { "nuget", VER_SEMVER },
	{ "composer", VER_SEMVER }, { "hex", VER_SEMVER },      { "maven", VER_MAVEN },
	{ "rpm", VER_RPM },         { "deb", VER_DEB },         { "dpkg", VER_DEB },
	{ "debian", VER_DEB },      { "ubuntu", VER_DEB },      { "python", VER_PYTHON },
	{ "pypi", VER_PYTHON },     { "pep440", VER_PYTHON },   { "git", VER_GIT },
	{ "commit", VER_GIT },
};

bool ver_scheme_named(str type, enum ver_scheme *ret)
{
	for (size_t i = 0; i < COUNT(NAMES); i++)
		if (str_eq_ascii_nocase(type, str_of(NAMES[i].name))) {
			*ret = NAMES[i].scheme;
			return true;
		}
	*ret = VER_GENERIC;
	return false;
}

const char *ver_scheme_name(enum ver_scheme s)
{
	static const char *const WORDS[VER_SCHEMES] = { "generic", "semver", "maven", "rpm",
							"deb",     "python", "git" };

	return WORDS[s];
}

int ver_number_cmp(str a, str b)
{
	while (a.len && a.ptr[0] == '0')
		a = ver_from(a, 1);
	while (b.len && b.ptr[0] == '0')
		b = ver_from(b, 1);
	if (a.len != b.len)
		return a.len < b.len ? -1 : 1;
	return str_cmp(a, b);
}

int ver_word_cmp(str a, str b)
{
	size_t n = a.len < b.len ? a.len : b.len;

	for (size_t i = 0; i < n; i++) {
		unsigned char x = (unsigned char)ver_lower(a.ptr[i]), y = (unsigned char)ver_lower(b.ptr[i]);

		if (x != y)
			return x < y ? -1 : 1;
	}
	return a.len < b.len ? -1 : a.len > b.len;
}

static bool is_hex(str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!ver_digit(s.ptr[i]) && !(ver_lower(s.ptr[i]) >= 'a' && ver_lower(s.ptr[i]) <= 'f'))
			return false;
	return true;
}

/* Commits have no order; a short name of one is the beginning of the long one. */
static enum ver_order same_commit(str a, str b)
{
	enum { SHORT_MIN = 7 };
	size_t n = a.len < b.len ? a.len : b.len;

	if (n < SHORT_MIN || !is_hex(a) || !is_hex(b))
		return VER_UNDECIDED;
	return ver_word_cmp((str){ a.ptr, n }, (str){ b.ptr, n }) == 0 ? VER_EQUAL : VER_UNDECIDED;
}

enum ver_order ver_compare(enum ver_scheme scheme, str a, str b)
{
	a = str_trim(a);
	b = str_trim(b);
	if (str_eq_ascii_nocase(a, b))
		return VER_EQUAL;
	if (a.len == 0 || b.len == 0 || a.len > LIMIT_VERSION_TEXT || b.len > LIMIT_VERSION_TEXT)
		return VER_UNDECIDED;
	switch (scheme) {
	case VER_SEMVER:
		return ver_semver(a, b);
	case VER_MAVEN:
		return ver_maven(a, b);
	case VER_RPM:
		return ver_rpm(a, b);
	case VER_DEB:
		return ver_deb(a, b);
	case VER_PYTHON:
		return ver_python(a, b);
	case VER_GIT:
		return same_commit(a, b);
	default:
		return ver_generic(a, b);
	}
}

/* As str_eq_ascii_nocase(s, str_of(z)), but ends at the first letter that differs: this is asked for each row. */
static bool same_word(str s, const char *z)
{
	size_t i = 0;

	while (i < s.len && z[i] && ver_lower(s.ptr[i]) == z[i])
		i++;
	return i == s.len && !z[i];
}

static bool is_one_of(str s, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (same_word(s, words[i]))
			return true;
	return false;
}

bool ver_is_all(str s)
{
	static const char *const WORDS[] = {
		"*", "all", "any", "all versions", "all version", "any version"
	};

	return is_one_of(str_trim(s), WORDS, COUNT(WORDS));
}

bool ver_is_open(str s)
{
	static const char *const WORDS[] = {
		"-",    "n/a", "na", "unknown", "none", "unspecified", "not specified", "not available",
		"null", "?",   "x",  "tbd"
	};

	s = str_trim(s);
	return s.len == 0 || ver_is_all(s) || is_one_of(s, WORDS, COUNT(WORDS));
}

bool ver_is_zero(str s)
{
	bool any = false;

	s = str_trim(s);
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] != '0' && s.ptr[i] != '.')
			return false;
		any |= s.ptr[i] == '0';
	}
	return any;
}

/* --- branches ------------------------------------------------------------------------------------------------------ */

bool ver_is_branch(str s, str *ret_branch)
{
	bool any = false;

	/* "5.10.*", "1.x.x"; not "5.1*", which may mean 5.10, too */
	while (s.len > 2 && (s.ptr[s.len - 1] == '*' || ver_lower(s.ptr[s.len - 1]) == 'x') &&
	       (s.ptr[s.len - 2] == '.' || s.ptr[s.len - 2] == '-')) {
		s.len -= 2;
		any = true;
	}
	if (!any || !ver_digit(s.ptr[s.len - 1]))
		return false;
	*ret_branch = s;
	return true;
}

/* The numbers that both have: -1, 0, 1 of v against the branch; 2: cannot be told. */
static int against_branch(enum ver_scheme scheme, str v, str branch)
{
	struct gen a, b;
	int d = 0;

	if (scheme == VER_GIT || v.len > LIMIT_VERSION_TEXT || branch.len > LIMIT_VERSION_TEXT ||
	    !gen_parse(v, &a) || !gen_parse(branch, &b) || !gen_alike(&a, &b) || b.nsuffix)
		return 2;
	for (size_t i = 0; d == 0 && i < b.n; i++)
		d = ver_number_cmp(i < a.n ? a.number[i] : (str){ 0 }, b.number[i]);
	if (d != 0)
		return d;
	/* "9 SP1" may be anything of 9 */
	if (a.n < b.n && a.nsuffix && a.suffix[0].class >= GEN_CONE)
		return 2;
	return 0;
}

enum tri ver_in_branch(enum ver_scheme scheme, str v, str branch)
{
	int d = against_branch(scheme, str_trim(v), str_trim(branch));

	return d == 2 ? TRI_UNKNOWN : d == 0 ? TRI_YES : TRI_NO;
}

enum ver_order ver_compare_branch_end(enum ver_scheme scheme, str v, str branch)
{
	int d = against_branch(scheme, str_trim(v), str_trim(branch));

	return d == 2 ? VER_UNDECIDED : d <= 0 ? VER_LESS : VER_GREATER;
}
