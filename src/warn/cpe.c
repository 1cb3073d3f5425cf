#include "warn/cpe.h"

#include "util/limits.h"

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static bool is_wild(char c)
{
	return c == '*' || c == '?';
}

/* Wildcards at one end: -1 for "*", the number of "?", or SIZE_MAX behind a mix, which is no name. *n: characters. */
static bool wildcards(str s, bool front, int16_t *ret, size_t *n)
{
	size_t k = 0;

	*ret = 0;
	while (k < s.len && is_wild(s.ptr[front ? k : s.len - 1 - k])) {
		/* a quoted one belongs to the value */
		if (!front && s.len - 1 - k > 0 && s.ptr[s.len - 2 - k] == '\\')
			break;
		if (s.ptr[front ? k : s.len - 1 - k] == '*') {
			if (k > 0)
				return false;
			*ret = -1;
			*n = 1;
			return true;
		}
		k++;
	}
	*ret = (int16_t)k;
	*n = k;
	return true;
}

/* One attribute as it stands between colons. */
static bool value_parse(str s, arena *mem, struct cpe_value *ret)
{
	struct cpe_value v = { .kind = CPE_VALUE };
	size_t n = 0, k;
	char *to;

	if (s.len == 0)
		return false;
	if (s.len == 1 && (s.ptr[0] == '*' || s.ptr[0] == '-')) {
		ret->kind = s.ptr[0] == '*' ? CPE_ANY : CPE_NA;
		return true;
	}
	if (!wildcards(s, true, &v.before, &k))
		return false;
	s = (str){ s.ptr + k, s.len - k };
	if (!wildcards(s, false, &v.behind, &k))
		return false;
	s.len -= k;
	to = arena_alloc(mem, s.len ? s.len : 1);
	if (!to)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		if (is_wild(s.ptr[i]))
			return false;
		if (s.ptr[i] == '\\' && ++i == s.len)
			return false;
		to[n++] = lower(s.ptr[i]);
	}
	v.text = (str){ to, n };
	*ret = v;
	return true;
}

/* Up to the next colon that is not quoted. */
static str component(str *rest)
{
	str s = *rest;

	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] == '\\') {
			i++;
		} else if (s.ptr[i] == ':') {
			*rest = (str){ s.ptr + i + 1, s.len - i - 1 };
			return (str){ s.ptr, i };
		}
	}
	*rest = (str){ 0 };
	return s;
}

static bool formatted(str s, arena *mem, struct cpe *ret)
{
	for (int i = 0; i < CPE_ATTRIBUTES; i++) {
		if (!s.ptr || !value_parse(component(&s), mem, &ret->at[i]))
			return false;
	}
	return s.ptr == NULL;
}

/* --- URIs of CPE 2.2 ------------------------------------------------------------------------------------------------------ */

static int hex(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : lower(c) >= 'a' && lower(c) <= 'f' ? lower(c) - 'a' + 10 : -1;
}

/* A component of a URI as one of a formatted string. */
static bool uri_value(str s, arena *mem, struct cpe_value *ret)
{
	char *to = arena_alloc(mem, 2 * s.len + 1);
	size_t n = 0;

	if (s.len == 0) {
		ret->kind = CPE_ANY;
		return true;
	}
	if (!to)
		return false;
	if (s.len == 1 && s.ptr[0] == '-') {
		ret->kind = CPE_NA;
		return true;
	}
	for (size_t i = 0; i < s.len; i++) {
		int c = (unsigned char)s.ptr[i];

		if (c == '%') {
			if (i + 2 >= s.len || hex(s.ptr[i + 1]) < 0 || hex(s.ptr[i + 2]) < 0)
				return false;
			c = hex(s.ptr[i + 1]) << 4 | hex(s.ptr[i + 2]);
			i += 2;
			if (c == 1 || c == 2) {
				to[n++] = c == 1 ? '?' : '*';
				continue;
			}
		}
		if (is_wild((char)c) || c == '\\' || (c == '-' && s.len == 3))
			to[n++] = '\\';
		to[n++] = (char)c;
	}
	return value_parse((str){ to, n }, mem, ret);
}

/* "~edition~sw_edition~target_sw~target_hw~other" packed into one component. */
static bool unpack_edition(str s, arena *mem, struct cpe *ret)
{
	static const enum cpe_attribute PACKED[] = { CPE_EDITION, CPE_SW_EDITION, CPE_TARGET_SW,
						     CPE_TARGET_HW, CPE_OTHER };

	if (s.len == 0 || s.ptr[0] != '~')
		return uri_value(s, mem, &ret->at[CPE_EDITION]);
	s = (str){ s.ptr + 1, s.len - 1 };
	for (size_t i = 0; i < COUNT(PACKED); i++)
		if (!uri_value(str_cut(s, '~', &s), mem, &ret->at[PACKED[i]]))
			return false;
	return s.ptr == NULL;
}

static bool uri(str s, arena *mem, struct cpe *ret)
{
	for (int i = 0; i <= CPE_LANGUAGE && s.ptr; i++) {
		str one = str_cut(s, ':', &s);

		if (i == CPE_EDITION ? !unpack_edition(one, mem, ret) : !uri_value(one, mem, &ret->at[i]))
			return false;
	}
	return s.ptr == NULL;
}

bool cpe_is_like(str s)
{
	return s.len > 5 && (str_eq_ascii_nocase((str){ s.ptr, 5 }, STR("cpe:/")) ||
			     (s.len > 8 && str_eq_ascii_nocase((str){ s.ptr, 8 }, STR("cpe:2.3:"))));
}

bool cpe_parse(str s, arena *mem, struct cpe *ret)
{
	struct cpe c = { 0 };
	bool ok;

	s = str_trim(s);
	if (!cpe_is_like(s) || s.len > LIMIT_CPE_TEXT)
		return false;
	ok = s.ptr[4] == '/' ? uri((str){ s.ptr + 5, s.len - 5 }, mem, &c)
			     : formatted((str){ s.ptr + 8, s.len - 8 }, mem, &c);
	if (!ok || (c.at[CPE_PART].kind == CPE_VALUE &&
		    (c.at[CPE_PART].text.len != 1 || !strchr("aoh", c.at[CPE_PART].text.ptr[0]))))
		return false;
	*ret = c;
	return true;
}

/* --- matching --------------------------------------------------------------------------------------------------------------- */

/* NISTIR 7696, 6.1.3.2: a source with wildcards against a plain target. */
static bool wild_matches(const struct cpe_value *s, str target)
{
	for (size_t at = 0; at + s->text.len <= target.len; at++) {
		size_t left = target.len - at - s->text.len;

		if (s->before >= 0 && at > (size_t)s->before)
			return false;
		if ((s->text.len == 0 || memcmp(target.ptr + at, s->text.ptr, s->text.len) == 0) &&
		    (s->behind < 0 || left <= (size_t)s->behind))
			return true;
	}
	return false;
}

enum cpe_relation cpe_compare(const struct cpe_value *s, const struct cpe_value *t)
{
	if (cpe_is_wild(t))
		return s->kind == CPE_VALUE && cpe_is_wild(s) && s->before == t->before &&
				       s->behind == t->behind && str_eq(s->text, t->text)
			       ? CPE_EQUAL
			       : CPE_UNDEFINED;
	if (s->kind == CPE_ANY)
		return t->kind == CPE_ANY ? CPE_EQUAL : CPE_SUPERSET;
	if (t->kind == CPE_ANY)
		return CPE_SUBSET;
	if (s->kind != t->kind)
		return CPE_DISJOINT;
	if (s->kind == CPE_NA)
		return CPE_EQUAL;
	if (cpe_is_wild(s))
		return wild_matches(s, t->text) ? CPE_SUPERSET : CPE_DISJOINT;
	return str_eq(s->text, t->text) ? CPE_EQUAL : CPE_DISJOINT;
}

const char *cpe_attribute_name(enum cpe_attribute a)
{
	static const char *const NAMES[CPE_ATTRIBUTES] = { "part",      "vendor",    "product",  "version",
							   "update",    "edition",   "language", "sw_edition",
							   "target_sw", "target_hw", "other" };

	return NAMES[a];
}

str cpe_value_text(const struct cpe_value *v)
{
	return v->kind == CPE_ANY ? STR("*") : v->kind == CPE_NA ? STR("-") : v->text;
}
