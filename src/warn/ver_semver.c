/* semver.org 2.0 and PEP 440. Both have a grammar: a text outside of it is compared by its numbers only, so that the two
 * readings cannot contradict each other. */
#include "warn/version_priv.h"

enum { PARTS_MAX = 24 };

struct semver {
	str number[PARTS_MAX];
	size_t n;
	str pre; /* behind the "-"; ptr NULL: a release */
};

static bool is_identifier(char c)
{
	return ver_digit(c) || ver_alpha(c) || c == '-';
}

/* Identifiers with dots between, none empty. */
static bool good_identifiers(str s)
{
	bool empty = true;

	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] == '.' ? empty : !is_identifier(s.ptr[i]))
			return false;
		empty = s.ptr[i] == '.';
	}
	return !empty;
}

/* "v1.2.3-rc.1+build"; one number or more, not exactly three. */
static bool semver_parse(str s, struct semver *ret)
{
	str rest, build, core;
	const char *dash;

	memset(ret, 0, sizeof *ret);
	if (s.len && ver_lower(s.ptr[0]) == 'v')
		s = ver_from(s, 1);
	s = str_cut(s, '+', &build);
	if (build.ptr && !good_identifiers(build))
		return false;
	dash = s.len ? memchr(s.ptr, '-', s.len) : NULL;
	core = str_cut(s, '-', &ret->pre);
	if (dash && !good_identifiers(ret->pre))
		return false;
	for (rest = core; rest.len;) {
		str part = str_cut(rest, '.', &rest);

		if (part.len == 0 || ret->n == PARTS_MAX || (rest.ptr && rest.len == 0))
			return false;
		for (size_t i = 0; i < part.len; i++)
			if (!ver_digit(part.ptr[i]))
				return false;
		ret->number[ret->n++] = part;
	}
	return ret->n > 0;
}

static int identifier_cmp(str a, str b)
{
	bool x = str_is_digits(a), y = str_is_digits(b);

	if (x != y)
		return x ? -1 : 1;
	return x ? ver_number_cmp(a, b) : ver_word_cmp(a, b);
}

static int pre_cmp(str a, str b)
{
	if (!a.ptr != !b.ptr)
		return a.ptr ? -1 : 1;
	while (a.len && b.len) {
		int d = identifier_cmp(str_cut(a, '.', &a), str_cut(b, '.', &b));

		if (d != 0)
			return d;
	}
	return (a.len > 0) - (b.len > 0);
}

enum ver_order ver_semver(str a, str b)
{
	struct semver x, y;
	bool is_x = semver_parse(a, &x), is_y = semver_parse(b, &y);

	if (!is_x || !is_y)
		return is_x == is_y ? ver_generic(a, b) : ver_by_numbers(a, b);
	for (size_t i = 0; i < x.n || i < y.n; i++) {
		int d = ver_number_cmp(i < x.n ? x.number[i] : (str){ 0 },
				       i < y.n ? y.number[i] : (str){ 0 });

		if (d != 0)
			return ver_sign(d);
	}
	return ver_sign(pre_cmp(x.pre, y.pre));
}

/* --- PEP 440 -------------------------------------------------------------------------------------------------------- */

struct pep {
	str epoch;
	str number[PARTS_MAX];
	size_t n;
	int pre; /* 1 a, 2 b, 3 rc, 0: none */
	str pre_number;
	bool post, dev;
	str post_number, dev_number;
	str local;
};

/* The longest of the words (NULL-terminated) that the text begins with, case apart; 0: none. */
static size_t word_at(str s, const char *const *words)
{
	size_t best = 0;

	for (; *words; words++) {
		size_t n = strlen(*words);

		if (n > best && n <= s.len && str_eq_ascii_nocase((str){ s.ptr, n }, str_of(*words)))
			best = n;
	}
	return best;
}

static str take_digits(str *s)
{
	size_t n = 0;
	str got;

	while (n < s->len && ver_digit(s->ptr[n]))
		n++;
	got = (str){ s->ptr, n };
	*s = ver_from(*s, n);
	return got;
}

static void skip_separator(str *s)
{
	if (s->len && (s->ptr[0] == '.' || s->ptr[0] == '-' || s->ptr[0] == '_'))
		*s = ver_from(*s, 1);
}

/* [-_.]WORD[-_.]N. *s moves behind it, or stays. */
static bool take_segment(str *s, const char *const *words, str *ret_number)
{
	str t = *s;
	size_t n;

	skip_separator(&t);
	n = word_at(t, words);
	if (n == 0)
		return false;
	t = ver_from(t, n);
	*s = t;
	skip_separator(&t);
	*ret_number = take_digits(&t);
	if (ret_number->len)
		*s = t;
	return true;
}

static bool pep_release(str *s, struct pep *p)
{
	str t;

	p->number[p->n++] = take_digits(s);
	if (p->number[0].len == 0)
		return false;
	if (s->len && s->ptr[0] == '!') {
		*s = ver_from(*s, 1);
		p->epoch = p->number[0];
		p->number[0] = take_digits(s);
		if (p->number[0].len == 0)
			return false;
	}
	for (;;) {
		t = *s;
		if (t.len < 2 || t.ptr[0] != '.' || !ver_digit(t.ptr[1]))
			return true;
		if (p->n == PARTS_MAX)
			return false;
		t = ver_from(t, 1);
		p->number[p->n++] = take_digits(&t);
		*s = t;
	}
}

static bool good_local(str s)
{
	bool empty = true;

	for (size_t i = 0; i < s.len; i++) {
		bool part = ver_digit(s.ptr[i]) || ver_alpha(s.ptr[i]);

		if (!part && (empty || (s.ptr[i] != '.' && s.ptr[i] != '-' && s.ptr[i] != '_')))
			return false;
		empty = !part;
	}
	return !empty;
}

static bool pep_parse(str s, struct pep *p)
{
	static const char *const A[] = { "a", "alpha", NULL }, *const B[] = { "b", "beta", NULL },
				 *const C[] = { "c", "rc", "pre", "preview", NULL },
				 *const POST[] = { "post", "rev", "r", NULL }, *const DEV[] = { "dev", NULL };

	memset(p, 0, sizeof *p);
	if (s.len && ver_lower(s.ptr[0]) == 'v')
		s = ver_from(s, 1);
	if (!pep_release(&s, p))
		return false;
	p->pre = take_segment(&s, A, &p->pre_number)   ? 1
		 : take_segment(&s, B, &p->pre_number) ? 2
		 : take_segment(&s, C, &p->pre_number) ? 3
						       : 0;
	if (s.len > 1 && s.ptr[0] == '-' && ver_digit(s.ptr[1])) { /* "1.0-1" is 1.0.post1 */
		s = ver_from(s, 1);
		p->post_number = take_digits(&s);
		p->post = true;
	} else {
		p->post = take_segment(&s, POST, &p->post_number);
	}
	p->dev = take_segment(&s, DEV, &p->dev_number);
	if (s.len && s.ptr[0] == '+') {
		p->local = ver_from(s, 1);
		return good_local(p->local);
	}
	return s.len == 0;
}

/* The place of 1.0.dev1 is before the pre-releases of 1.0, that of 1.0 behind them. */
static int pre_place(const struct pep *p)
{
	return p->pre ? p->pre : p->dev && !p->post ? 0 : 4;
}

static int flag_number_cmp(bool a, str x, bool b, str y, int absent)
{
	if (a != b)
		return a ? -absent : absent;
	return a ? ver_number_cmp(x, y) : 0;
}

static str local_part(str *s)
{
	size_t n = 0;
	str got;

	while (n < s->len && (ver_digit(s->ptr[n]) || ver_alpha(s->ptr[n])))
		n++;
	got = (str){ s->ptr, n };
	*s = ver_from(*s, n + 1);
	return got;
}

/* Numbers behind words; the longer one behind its beginning. */
static int local_cmp(str a, str b)
{
	while (a.len && b.len) {
		str x = local_part(&a), y = local_part(&b);
		int d = str_is_digits(x) - str_is_digits(y);

		if (d == 0)
			d = identifier_cmp(x, y);
		if (d != 0)
			return d;
	}
	return (a.len > 0) - (b.len > 0);
}

enum ver_order ver_python(str a, str b)
{
	struct pep x, y;
	bool is_x = pep_parse(a, &x), is_y = pep_parse(b, &y);
	int d;

	/* an epoch puts its version behind all others, which a text that is none knows nothing of */
	if (is_x != is_y && ver_number_cmp(is_x ? x.epoch : y.epoch, (str){ 0 }) != 0)
		return VER_UNDECIDED;
	if (!is_x || !is_y)
		return is_x == is_y ? ver_generic(a, b) : ver_by_numbers(a, b);
	d = ver_number_cmp(x.epoch, y.epoch);
	for (size_t i = 0; d == 0 && (i < x.n || i < y.n); i++)
		d = ver_number_cmp(i < x.n ? x.number[i] : (str){ 0 }, i < y.n ? y.number[i] : (str){ 0 });
	if (d == 0)
		d = pre_place(&x) - pre_place(&y);
	if (d == 0)
		d = ver_number_cmp(x.pre_number, y.pre_number);
	if (d == 0) /* no post is before post0 */
		d = flag_number_cmp(x.post, x.post_number, y.post, y.post_number, -1);
	if (d == 0) /* dev is before no dev */
		d = flag_number_cmp(x.dev, x.dev_number, y.dev, y.dev_number, 1);
	if (d == 0)
		d = local_cmp(x.local, y.local);
	return ver_sign(d);
}
