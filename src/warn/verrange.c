#include "warn/verrange.h"

#include "util/limits.h"

enum tri tri_and(enum tri a, enum tri b)
{
	return a == TRI_NO || b == TRI_NO ? TRI_NO : a == TRI_YES && b == TRI_YES ? TRI_YES : TRI_UNKNOWN;
}

enum tri tri_or(enum tri a, enum tri b)
{
	return a == TRI_YES || b == TRI_YES ? TRI_YES : a == TRI_NO && b == TRI_NO ? TRI_NO : TRI_UNKNOWN;
}

enum tri tri_not(enum tri a)
{
	return a == TRI_YES ? TRI_NO : a == TRI_NO ? TRI_YES : TRI_UNKNOWN;
}

static bool is_low_open(const struct ver_span *s)
{
	return s->lo_end == END_NONE || ver_is_open(s->lo) || (s->lo_end == END_IN && ver_is_zero(s->lo));
}

static bool is_high_open(const struct ver_span *s)
{
	return s->hi_end == END_NONE || ver_is_all(s->hi);
}

bool ver_span_is_all(const struct ver_span *s)
{
	return s->single ? ver_is_all(s->lo) : is_low_open(s) && is_high_open(s);
}

/* Where the version stands to an end: the answer if it is inside of it, equal, or outside. */
static enum tri at_end(enum ver_order o, enum ver_order inside, enum ver_end end)
{
	if (o == VER_UNDECIDED)
		return TRI_UNKNOWN;
	if (o == VER_EQUAL)
		return end == END_IN ? TRI_YES : end == END_OUT ? TRI_NO : TRI_UNKNOWN;
	return o == inside ? TRI_YES : TRI_NO;
}

static enum tri above(enum ver_scheme scheme, const struct ver_span *s, str version)
{
	str lo = s->lo;

	if (is_low_open(s))
		return TRI_YES;
	ver_is_branch(lo, &lo); /* from the first of the branch on */
	return at_end(ver_compare(scheme, version, lo), VER_GREATER, s->lo_end);
}

static enum tri below(enum ver_scheme scheme, const struct ver_span *s, str version)
{
	str branch;

	if (is_high_open(s))
		return TRI_YES;
	if (ver_is_branch(s->hi, &branch))
		return at_end(ver_compare_branch_end(scheme, version, branch), VER_LESS, s->hi_end);
	return at_end(ver_compare(scheme, version, s->hi), VER_LESS, s->hi_end);
}

static enum tri single_is(enum ver_scheme scheme, str one, str version)
{
	enum ver_order o;
	str branch;

	if (ver_is_branch(one, &branch))
		return ver_in_branch(scheme, version, branch);
	o = ver_compare(scheme, version, one);
	return o == VER_UNDECIDED ? TRI_UNKNOWN : o == VER_EQUAL ? TRI_YES : TRI_NO;
}

enum tri ver_span_has(enum ver_scheme scheme, const struct ver_span *s, str version)
{
	if (ver_span_is_all(s))
		return TRI_YES;
	if (ver_is_open(version))
		return TRI_UNKNOWN;
	if (s->single)
		return single_is(scheme, s->lo, version);
	return tri_and(above(scheme, s, version), below(scheme, s, version));
}

enum tri ver_set_has(enum ver_scheme scheme, const struct ver_set *s, str version)
{
	enum tri in = TRI_NO;

	for (size_t i = 0; i < s->n; i++)
		in = tri_or(in, ver_span_has(scheme, &s->span[i], version));
	for (size_t i = 0; i < s->nexcept; i++)
		in = tri_and(in, ver_is_open(version) ? TRI_UNKNOWN
						      : tri_not(single_is(scheme, s->except[i], version)));
	return in;
}

/* --- vers ----------------------------------------------------------------------------------------------------------------- */

static int hex_digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
}

static bool percent_decoded(str s, arena *mem, str *ret)
{
	char *to;
	size_t n = 0;

	*ret = s;
	if (!s.len || !memchr(s.ptr, '%', s.len))
		return true;
	to = arena_alloc(mem, s.len);
	if (!to)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		int hi = s.ptr[i] == '%' && i + 2 < s.len ? hex_digit(s.ptr[i + 1]) : -1;
		int lo = hi >= 0 ? hex_digit(s.ptr[i + 2]) : -1;

		to[n++] = lo >= 0 ? (char)(hi << 4 | lo) : s.ptr[i];
		i += lo >= 0 ? 2 : 0;
	}
	*ret = (str){ to, n };
	return true;
}

static bool take(str *s, const char *word)
{
	size_t n = strlen(word);

	if (!str_starts(*s, str_of(word)))
		return false;
	*s = (str){ s->ptr + n, s->len - n };
	return true;
}

/* One constraint behind another. A lower end opens a span, an upper one closes the open one, or begins at no lower end. */
static bool add_constraint(struct ver_set *set, bool *open, str s)
{
	enum ver_end lo = END_NONE, hi = END_NONE;
	bool differs = false;
	struct ver_span *last = set->n ? &set->span[set->n - 1] : NULL;

	if (take(&s, ">="))
		lo = END_IN;
	else if (take(&s, ">"))
		lo = END_OUT;
	else if (take(&s, "<="))
		hi = END_IN;
	else if (take(&s, "<"))
		hi = END_OUT;
	else if (take(&s, "!="))
		differs = true;
	else
		take(&s, "=");
	s = str_trim(s);
	if (s.len == 0)
		return false;
	if (differs) {
		if (set->nexcept == VER_EXCEPT)
			return false;
		set->except[set->nexcept++] = s;
		return true;
	}
	if (hi != END_NONE && *open && last) {
		last->hi = s;
		last->hi_end = hi;
		*open = false;
		return true;
	}
	if (set->n == VER_SPANS)
		return false;
	set->span[set->n++] = (struct ver_span){ .lo = hi == END_NONE ? s : (str){ 0 },
						 .lo_end = lo,
						 .hi = hi == END_NONE ? (str){ 0 } : s,
						 .hi_end = hi,
						 .single = lo == END_NONE && hi == END_NONE };
	*open = lo != END_NONE;
	return true;
}

bool vers_parse(str s, arena *mem, enum ver_scheme *ret_scheme, bool *ret_known, struct ver_set *ret)
{
	bool open = false;
	str rest;

	memset(ret, 0, sizeof *ret);
	if (!take(&s, "vers:"))
		return false;
	*ret_known = ver_scheme_named(str_cut(s, '/', &rest), ret_scheme);
	if (str_is(str_cut(s, '/', &rest), "all"))
		*ret_known = true;
	rest = str_trim(rest);
	if (rest.len == 0)
		return false;
	while (rest.len) {
		str one = str_trim(str_cut(rest, '|', &rest)), plain;
		struct ver_span *single;

		if (one.len == 0 || !percent_decoded(one, mem, &plain))
			return false;
		/* "=1.5" between ">=1.0" and "<2.0" is a version of its own: the span stays open */
		single = open && plain.ptr[0] != '<' && plain.ptr[0] != '>' ? &ret->span[ret->n - 1] : NULL;
		if (single) {
			struct ver_span kept = *single;

			ret->n--;
			open = false;
			if (!add_constraint(ret, &open, plain) || ret->n == VER_SPANS)
				return false;
			ret->span[ret->n++] = kept;
			open = true;
		} else if (!add_constraint(ret, &open, plain)) {
			return false;
		}
	}
	if (ret->n == 0 && ret->nexcept) /* all but these */
		ret->span[ret->n++] = (struct ver_span){ 0 };
	return true;
}
