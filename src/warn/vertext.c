/* Ranges in words and signs, as people write them into a field that was meant for one version. Only what has one reading is read. */
#include "warn/verrange.h"
#include "warn/version_priv.h"

enum op {
	OP_NONE,
	OP_HI_IN,    /* what follows is the last one */
	OP_HI_OUT,   /* what follows is the first that is not meant */
	OP_HI_MAYBE, /* "up to": who knows */
	OP_LO_IN,
	OP_LO_OUT,
	OP_EQ,
	OP_NE,
	OP_BACK_HI_IN, /* what stands before: "1.2 and earlier" */
	OP_BACK_HI_OUT,
	OP_BACK_LO_IN,
	OP_BETWEEN, /* "1.0 - 1.4" */
};

/* Of those that begin alike the longer one first. */
static const struct {
	const char *text;
	enum op op;
} OPS[] = {
	{ "<=", OP_HI_IN },
	{ "=<", OP_HI_IN },
	{ "≤", OP_HI_IN }, /* less-than or equal */
	{ "<", OP_HI_OUT },
	{ ">=", OP_LO_IN },
	{ "=>", OP_LO_IN },
	{ "≥", OP_LO_IN },
	{ ">", OP_LO_OUT },
	{ "!=", OP_NE },
	{ "==", OP_EQ },
	{ "=", OP_EQ },
	{ "up to and including", OP_HI_IN },
	{ "up to (including)", OP_HI_IN },
	{ "up to, and including", OP_HI_IN },
	{ "up to but not including", OP_HI_OUT },
	{ "up to (excluding)", OP_HI_OUT },
	{ "up to", OP_HI_MAYBE },
	{ "until", OP_HI_MAYBE },
	{ "through", OP_HI_IN },
	{ "thru", OP_HI_IN },
	{ "to", OP_HI_MAYBE },
	{ "before", OP_HI_OUT },
	{ "prior to", OP_HI_OUT },
	{ "earlier than", OP_HI_OUT },
	{ "older than", OP_HI_OUT },
	{ "lower than", OP_HI_OUT },
	{ "less than", OP_HI_OUT },
	{ "below", OP_HI_OUT },
	{ "starting from", OP_LO_IN },
	{ "starting with", OP_LO_IN },
	{ "from", OP_LO_IN },
	{ "since", OP_LO_IN },
	{ "later than", OP_LO_OUT },
	{ "newer than", OP_LO_OUT },
	{ "after", OP_LO_OUT },
	{ "and all earlier", OP_BACK_HI_IN },
	{ "and all prior", OP_BACK_HI_IN },
	{ "and earlier", OP_BACK_HI_IN },
	{ "and prior", OP_BACK_HI_IN },
	{ "and previous", OP_BACK_HI_IN },
	{ "and below", OP_BACK_HI_IN },
	{ "and older", OP_BACK_HI_IN },
	{ "and lower", OP_BACK_HI_IN },
	{ "or earlier", OP_BACK_HI_IN },
	{ "or prior", OP_BACK_HI_IN },
	{ "or below", OP_BACK_HI_IN },
	{ "or older", OP_BACK_HI_IN },
	{ "or lower", OP_BACK_HI_IN },
	{ "and later", OP_BACK_LO_IN },
	{ "and above", OP_BACK_LO_IN },
	{ "and newer", OP_BACK_LO_IN },
	{ "and higher", OP_BACK_LO_IN },
	{ "and up", OP_BACK_LO_IN },
	{ "or later", OP_BACK_LO_IN },
	{ "or above", OP_BACK_LO_IN },
	{ "or newer", OP_BACK_LO_IN },
	{ "or higher", OP_BACK_LO_IN },
	{ "及以前", OP_BACK_HI_IN }, /* and before, Chinese */
	{ "及之前", OP_BACK_HI_IN },
	{ "及以下", OP_BACK_HI_IN }, /* and below */
	{ "及更早", OP_BACK_HI_IN }, /* and earlier */
	{ "及以上", OP_BACK_LO_IN }, /* and above */
	{ "及之后", OP_BACK_LO_IN }, /* and after */
	{ "以前", OP_BACK_HI_OUT },  /* before */
	{ "之前", OP_BACK_HI_OUT },
	{ " - ", OP_BETWEEN },
	{ " – ", OP_BETWEEN }, /* en dash */
	{ "..", OP_BETWEEN },
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* The operator at s[at], as a word of its own where it is one. */
static enum op op_at(str s, size_t at, size_t *ret_len)
{
	for (size_t i = 0; i < COUNT(OPS); i++) {
		const char *z = OPS[i].text;
		size_t n = 0;

		while (z[n] && at + n < s.len && ver_lower(s.ptr[at + n]) == z[n])
			n++;
		if (z[n])
			continue;
		if (ver_alpha(z[0]) &&
		    ((at && !is_blank(s.ptr[at - 1])) || (at + n < s.len && !is_blank(s.ptr[at + n]))))
			continue;
		*ret_len = n;
		return OPS[i].op;
	}
	return OP_NONE;
}

static bool strip_front(str *s, const char *word)
{
	size_t n = strlen(word);

	if (s->len < n || ver_word_cmp((str){ s->ptr, n }, str_of(word)) != 0)
		return false;
	*s = str_trim(ver_from(*s, n));
	return true;
}

static bool strip_back(str *s, const char *word)
{
	size_t n = strlen(word);

	if (s->len < n || ver_word_cmp((str){ s->ptr + s->len - n, n }, str_of(word)) != 0)
		return false;
	s->len -= n;
	*s = str_trim(*s);
	return true;
}

/* "versions 1.2 and" is "1.2". */
static str operand(str s)
{
	static const char *const FRONT[] = { "all versions", "all version", "versions ",
					     "version ",     "and ",        "any version" };
	static const char *const BACK[] = { " versions", " version", " and", "&&", "(inclusive)", "版本" };
	bool again = true;

	s = str_trim(s);
	while (again) {
		again = false;
		for (size_t i = 0; i < COUNT(FRONT); i++)
			again |= strip_front(&s, FRONT[i]);
		for (size_t i = 0; i < COUNT(BACK); i++)
			again |= strip_back(&s, BACK[i]);
	}
	if (str_eq_ascii_nocase(s, STR("versions")) || str_eq_ascii_nocase(s, STR("version")))
		s.len = 0;
	return s;
}

/* Something to compare with: it has a number. */
static bool is_version(str s)
{
	for (size_t i = 0; i < s.len && s.len <= LIMIT_VERSION_TEXT; i++)
		if (ver_digit(s.ptr[i]))
			return true;
	return false;
}

static bool set_hi(struct ver_span *x, str v, enum ver_end end)
{
	if (!is_version(v) || x->hi_end != END_NONE)
		return false;
	x->hi = v;
	x->hi_end = end;
	return true;
}

static bool set_lo(struct ver_span *x, str v, enum ver_end end)
{
	if (!is_version(v) || x->lo_end != END_NONE)
		return false;
	x->lo = v;
	x->lo_end = end;
	return true;
}

/* "10.1 prior to 10.1.5" begins with 10.1. */
static bool set_hi_from(struct ver_span *x, str before, str v, enum ver_end end)
{
	if (before.len && x->lo_end == END_NONE && !set_lo(x, before, END_IN))
		return false;
	return set_hi(x, v, end);
}

/* One operator with what stands before it and behind it. */
static bool apply(struct ver_span *x, struct ver_set *set, enum op op, str before, str behind)
{
	switch (op) {
	case OP_HI_IN:
		return set_hi_from(x, before, behind, END_IN);
	case OP_HI_OUT:
		return set_hi_from(x, before, behind, END_OUT);
	case OP_HI_MAYBE:
		return set_hi_from(x, before, behind, END_MAYBE);
	case OP_BETWEEN:
		return before.len && set_hi_from(x, before, behind, END_IN);
	case OP_LO_IN:
	case OP_LO_OUT:
		return before.len == 0 && set_lo(x, behind, op == OP_LO_IN ? END_IN : END_OUT);
	case OP_BACK_HI_IN:
	case OP_BACK_HI_OUT:
		return behind.len == 0 && x->lo_end == END_NONE &&
		       set_hi(x, before, op == OP_BACK_HI_IN ? END_IN : END_OUT);
	case OP_BACK_LO_IN:
		return behind.len == 0 && (x->lo_end != END_NONE || set_lo(x, before, END_IN));
	case OP_EQ:
		x->single = before.len == 0 && set_lo(x, behind, END_IN);
		return x->single;
	case OP_NE:
		if (before.len || !is_version(behind) || set->nexcept == VER_EXCEPT)
			return false;
		set->except[set->nexcept++] = behind;
		return true;
	default:
		return false;
	}
}

static size_t next_op(str s, size_t from, enum op *ret, size_t *ret_len)
{
	for (size_t at = from; at < s.len; at++) {
		*ret = op_at(s, at, ret_len);
		if (*ret != OP_NONE)
			return at;
	}
	*ret = OP_NONE;
	return s.len;
}

/* A piece without commas. */
static bool piece(str s, struct ver_set *set, bool joined)
{
	struct ver_span x = { 0 };
	size_t len = 0, at, nexcept = set->nexcept;
	enum op op;
	str before;

	at = next_op(s, 0, &op, &len);
	before = operand((str){ s.ptr, at });
	if (op == OP_NONE) {
		x = (struct ver_span){ .lo = before, .lo_end = END_IN, .single = true };
		if (!is_version(before) || str_find(before, STR(" and ")) != SIZE_MAX)
			return false;
	}
	if (ver_is_open(before) && before.len) /* "all before 2.0" */
		before = (str){ 0 };
	while (op != OP_NONE) {
		size_t from = at + len;
		enum op then;
		str behind;

		at = next_op(s, from, &then, &len);
		behind = operand((str){ s.ptr + from, at - from });
		if (!apply(&x, set, op, before, behind))
			return false;
		before = (str){ 0 };
		op = then;
	}
	if (set->nexcept > nexcept && x.lo_end == END_NONE && x.hi_end == END_NONE)
		return true; /* only "!= 1.5" */
	/* ">= 1.0, < 1.2" is one span */
	if (joined && set->n && x.lo_end == END_NONE && x.hi_end != END_NONE) {
		struct ver_span *last = &set->span[set->n - 1];

		if (last->lo_end != END_NONE && last->hi_end == END_NONE && !last->single) {
			last->hi = x.hi;
			last->hi_end = x.hi_end;
			return true;
		}
	}
	if (set->n == VER_SPANS)
		return false;
	set->span[set->n++] = x;
	return true;
}

/* "[1.0,2.0)", "(,1.5]", "[1.0]". */
static bool interval(str s, struct ver_set *set)
{
	struct ver_span x = { 0 };
	char open = s.ptr[0], close = s.ptr[s.len - 1];
	str lo, hi, inner = { s.ptr + 1, s.len - 2 };
	bool two = memchr(inner.ptr, ',', inner.len) != NULL;

	lo = str_trim(str_cut(inner, ',', &hi));
	hi = str_trim(hi);
	if (!two) {
		set->span[set->n++] = (struct ver_span){ .lo = lo, .lo_end = END_IN, .single = true };
		return open == '[' && close == ']' && is_version(lo);
	}
	if (hi.len && memchr(hi.ptr, ',', hi.len))
		return false;
	if (lo.len && !set_lo(&x, lo, open == '[' ? END_IN : END_OUT))
		return false;
	if (hi.len && !set_hi(&x, hi, close == ']' ? END_IN : END_OUT))
		return false;
	set->span[set->n++] = x;
	return lo.len || hi.len;
}

static bool is_interval(str s)
{
	return s.len >= 3 && (s.ptr[0] == '[' || s.ptr[0] == '(') &&
	       (s.ptr[s.len - 1] == ']' || s.ptr[s.len - 1] == ')');
}

/* Where the next piece ends: a comma (also the Chinese ones), ";", "||", or " or " that says no "or earlier". */
static size_t piece_end(str s, size_t *ret_skip, bool *ret_joined)
{
	static const char *const CUTS[] = { ",", ";", "||", "，", "、", "；", " or " };
	enum { JOINING = 1, WORD = 6 };
	size_t len;

	for (size_t at = 0; at < s.len; at++)
		for (size_t i = 0; i < COUNT(CUTS); i++) {
			size_t n = strlen(CUTS[i]);

			if (n > s.len - at || ver_word_cmp((str){ s.ptr + at, n }, str_of(CUTS[i])) != 0 ||
			    (i == WORD && op_at(s, at + 1, &len) != OP_NONE))
				continue;
			*ret_skip = n;
			*ret_joined = i < JOINING || i == 3;
			return at;
		}
	*ret_skip = 0;
	return s.len;
}

bool ver_text_parse(str s, struct ver_set *ret)
{
	bool joined = false;

	memset(ret, 0, sizeof *ret);
	s = str_trim(s);
	if (s.len > LIMIT_RANGE_TEXT)
		return false;
	if (ver_is_all(s)) {
		ret->span[ret->n++] = (struct ver_span){ 0 };
		return true;
	}
	if (is_interval(s))
		return interval(s, ret);
	while (s.len) {
		size_t skip = 0;
		bool next = false;
		size_t end = piece_end(s, &skip, &next);
		str one = str_trim((str){ s.ptr, end });

		if (one.len && !piece(one, ret, joined))
			return false;
		joined = next;
		s = ver_from(s, end + skip);
	}
	if (ret->n == 0 && ret->nexcept)
		ret->span[ret->n++] = (struct ver_span){ 0 };
	return ret->n > 0;
}
