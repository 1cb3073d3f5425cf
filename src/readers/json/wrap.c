#include "readers/json/wrap.h"

#include "readers/json/feed.h"
#include "util/limits.h"

struct wrap {
	str outer, inner, before; /* outer empty: the list lies at the root */
};

#define WANT_WRAPS
#include "json_kinds.inc"

enum { HEAD_MAX = 64 * 1024 };

struct scan {
	bytes t;
	size_t i;
	uint32_t fit; /* rows of WRAPS that what came before allows */
};

static bool row_fits(const struct scan *s, size_t k)
{
	return s->fit >> k & 1;
}

static int peek(struct scan *s)
{
	while (s->i < s->t.len && memchr(" \t\r\n", s->t.ptr[s->i], 4))
		s->i++;
	return s->i < s->t.len ? s->t.ptr[s->i] : -1;
}

/* A name and its colon. Not one with escapes: it is none that we know. */
static enum wrap_result take_name(struct scan *s, str *ret)
{
	int c = peek(s);
	const uint8_t *from = s->t.ptr + s->i + 1, *end;

	if (c != '"')
		return c < 0 ? WRAP_MORE : WRAP_NONE;
	end = memchr(from, '"', s->t.len - s->i - 1);
	if (!end)
		return WRAP_MORE;
	if (memchr(from, '\\', (size_t)(end - from)))
		return WRAP_NONE;
	*ret = (str){ (const char *)from, (size_t)(end - from) };
	s->i += ret->len + 2;
	c = peek(s);
	s->i++;
	return c == ':' ? WRAP_FOUND : c < 0 ? WRAP_MORE : WRAP_NONE;
}

/* False: the text ends in the value. */
static bool skip_value(struct scan *s)
{
	struct balance b = { 0 };
	int c = peek(s);

	if (c == '{' || c == '[') {
		s->i += balance_scan(&b, s->t.ptr + s->i, s->t.len - s->i, false);
		return b.depth == 0;
	}
	if (c == '"') {
		for (s->i++; s->i < s->t.len && s->t.ptr[s->i] != '"'; s->i++)
			s->i += s->t.ptr[s->i] == '\\';
		return s->i++ < s->t.len;
	}
	while (s->i < s->t.len && !memchr(",}] \t\r\n", s->t.ptr[s->i], 7))
		s->i++;
	return s->i < s->t.len;
}

static bool names_it(str list, str outer, str name, bool container)
{
	str one;

	while (list.len) {
		one = str_cut(list, ',', &list);
		if (container && str_ends(one, STR(".*")))
			one.len -= 2;
		else if (container)
			continue;
		if (outer.len && str_starts(one, outer) && one.len > outer.len && one.ptr[outer.len] == '.')
			one = (str){ one.ptr + outer.len + 1, one.len - outer.len - 1 };
		else if (outer.len)
			continue;
		if (str_eq(one, name))
			return true;
	}
	return false;
}

/* Leave the rows that allow this member before the list. */
static void allow(struct scan *s, str outer, str name, bool container)
{
	for (size_t k = 0; k < COUNT(WRAPS); k++)
		if (!names_it(WRAPS[k].before, outer, name, container))
			s->fit &= ~(UINT32_C(1) << k);
}

static bool is_list(const struct scan *s, str outer, str name)
{
	for (size_t k = 0; k < COUNT(WRAPS); k++)
		if (row_fits(s, k) && str_eq(WRAPS[k].outer, outer) && str_eq(WRAPS[k].inner, name))
			return true;
	return false;
}

static bool is_outer(const struct scan *s, str name)
{
	for (size_t k = 0; k < COUNT(WRAPS); k++)
		if (row_fits(s, k) && WRAPS[k].outer.len && str_eq(WRAPS[k].outer, name))
			return true;
	return false;
}

/* One member at the cursor. WRAP_NONE: it may stand before the list, s->fit tells for whom. */
static enum wrap_result member(struct scan *s, str *outer, bool *ret_inside)
{
	enum wrap_result r;
	size_t at;
	str name;
	int c;

	r = take_name(s, &name);
	if (r != WRAP_FOUND) {
		s->fit = 0;
		return r;
	}
	c = peek(s);
	if (c < 0)
		return WRAP_MORE;
	if (c == '[' && is_list(s, *outer, name)) {
		at = s->i++;
		c = peek(s);
		if (c == '{' || c == ']')
			return WRAP_FOUND;
		if (c < 0)
			return WRAP_MORE;
		s->i = at;
	} else if (c == '{' && !outer->len && is_outer(s, name)) {
		for (size_t k = 0; k < COUNT(WRAPS); k++)
			if (!str_eq(WRAPS[k].outer, name))
				s->fit &= ~(UINT32_C(1) << k);
		*outer = name;
		*ret_inside = true;
		s->i++;
		return WRAP_NONE;
	}
	allow(s, *outer, name, c == '{' || c == '[');
	return s->fit && !skip_value(s) ? WRAP_MORE : WRAP_NONE;
}

enum wrap_result wrap_open(bytes text, size_t *ret_len, uint32_t *ret_depth)
{
	struct scan s = { .t = text, .fit = (uint32_t)(UINT64_C(1) << COUNT(WRAPS)) - 1 };
	enum wrap_result r;
	str outer = { "", 0 };
	bool inside = true;

	if (text.len > HEAD_MAX)
		s.t.len = HEAD_MAX;
	if (peek(&s) != '{')
		return WRAP_NONE;
	s.i++;
	do {
		int c = peek(&s);

		if (!inside && c != ',' && c >= 0)
			return WRAP_NONE;
		s.i += !inside;
		inside = false;
		r = c < 0 ? WRAP_MORE : member(&s, &outer, &inside);
	} while (r == WRAP_NONE && s.fit);
	if (r == WRAP_FOUND) {
		*ret_len = s.i;
		*ret_depth = outer.len ? 2 : 1;
	}
	return r == WRAP_MORE && text.len > HEAD_MAX ? WRAP_NONE : r;
}

bool wrap_possible(const struct leaf_names *names)
{
	for (uint32_t i = 0; i < names->n; i++) {
		const struct leaf_name *l = &names->at[i];

		for (size_t k = 0; k < COUNT(WRAPS); k++) {
			unsigned depth = WRAPS[k].outer.len ? 1 : 0;

			if (l->nparts > depth && str_eq(l->parts[depth], WRAPS[k].inner) &&
			    (!depth || str_eq(l->parts[0], WRAPS[k].outer)))
				return true;
		}
	}
	return false;
}
