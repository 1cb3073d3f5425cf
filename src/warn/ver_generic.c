/* Versions as people write them: numbers, and words whose place in the order is known or not.
 *
 * Why the order is consistent: a version without words, with words of GEN_PRE or GEN_PATCH is a point at its numbers; one with a
 * word of GEN_CONE or GEN_OPEN is an interval that reaches over all further numbers. Points and intervals are ordered where
 * they do not overlap, which is transitive; two intervals over the same numbers are ordered by their words. */
#include "warn/version_priv.h"

/* Words with a known meaning. Two-word names have the second word in `then`. */
static const struct word {
	const char *word, *then, *canonical;
	enum gen_class class;
	int rank;
} WORDS[] = {
	{ "dev", NULL, "dev", GEN_PRE, 0 },
	{ "alpha", NULL, "alpha", GEN_PRE, 1 },
	{ "beta", NULL, "beta", GEN_PRE, 2 },
	{ "rc", NULL, "rc", GEN_PRE, 4 },
	{ "release", "candidate", "rc", GEN_PRE, 4 },
	{ "milestone", NULL, "milestone", GEN_PRE, -1 },
	{ "pre", NULL, "pre", GEN_PRE, -1 },
	{ "preview", NULL, "preview", GEN_PRE, -1 },
	{ "snapshot", NULL, "snapshot", GEN_PRE, -1 },
	{ "nightly", NULL, "nightly", GEN_PRE, -1 },
	{ "final", NULL, NULL, GEN_END, 0 },
	{ "ga", NULL, NULL, GEN_END, 0 },
	{ "release", NULL, NULL, GEN_END, 0 },
	{ "hotfix", NULL, "hotfix", GEN_PATCH, 0 },
	{ "hot", "fix", "hotfix", GEN_PATCH, 0 },
	{ "hf", NULL, "hotfix", GEN_PATCH, 0 },
	{ "patch", NULL, "patch", GEN_PATCH, 0 },
	{ "patchlevel", NULL, "patch", GEN_PATCH, 0 },
	{ "pl", NULL, "patch", GEN_PATCH, 0 },
	{ "ifix", NULL, "ifix", GEN_PATCH, 0 },
	{ "interim", "fix", "ifix", GEN_PATCH, 0 },
	{ "if", NULL, "ifix", GEN_PATCH, 0 },
	{ "post", NULL, "post", GEN_PATCH, 0 },
	{ "sp", NULL, "sp", GEN_CONE, 0 },
	{ "servicepack", NULL, "sp", GEN_CONE, 0 },
	{ "service", "pack", "sp", GEN_CONE, 0 },
	{ "fp", NULL, "fp", GEN_CONE, 0 },
	{ "fixpack", NULL, "fp", GEN_CONE, 0 },
	{ "fix", "pack", "fp", GEN_CONE, 0 },
	{ "feature", "pack", "feature", GEN_CONE, 0 },
	{ "update", NULL, "update", GEN_CONE, 0 },
	{ "upd", NULL, "update", GEN_CONE, 0 },
	{ "cu", NULL, "cu", GEN_CONE, 0 },
	{ "cumulative", "update", "cu", GEN_CONE, 0 },
	{ "ru", NULL, "ru", GEN_CONE, 0 },
	{ "mr", NULL, "mr", GEN_CONE, 0 },
	{ "maintenance", "release", "mr", GEN_CONE, 0 },
	{ "rev", NULL, "rev", GEN_CONE, 0 },
	{ "revision", NULL, "rev", GEN_CONE, 0 },
};

/* Letters that mean something only where they stand right before a number. */
static const struct word LETTERS[] = {
	{ "p", NULL, "patch", GEN_PATCH, 0 },
	{ "s", NULL, "service", GEN_PATCH, 0 }, /* Junos: 18.4R1-S3 */
	{ "u", NULL, "update", GEN_CONE, 0 },
	{ "r", NULL, "r", GEN_CONE, 0 },
};

enum part_kind { PART_NUMBER, PART_WORD };

struct part {
	enum part_kind kind;
	str text;
	char before; /* what separates it from the part before; 0: nothing */
};

enum { PARTS = 40 };

static bool is_separator(char c)
{
	return c == '.' || c == '-' || c == '_' || c == '+' || c == '~' || c == ' ' || c == '/' || c == ',' ||
	       c == '(' || c == ')';
}

/* "." weighs less than any other separator; a blank is the most telling one: 4.0 (1234) is no 4.0(1234). */
static char heavier(char a, char b)
{
	static const char ORDER[] = ".),/~+_-( ";
	const char *x, *y;

	if (!a)
		return b;
	x = strchr(ORDER, a);
	y = strchr(ORDER, b);
	return x && y && x > y ? a : b;
}

/* Cut into parts. SIZE_MAX: too many. */
static size_t cut(str s, struct part out[PARTS])
{
	size_t n = 0, i = 0;
	char before = 0;

	while (i < s.len) {
		size_t from = i;

		if (is_separator(s.ptr[i])) {
			before = heavier(before, s.ptr[i++]);
			continue;
		}
		if (n == PARTS)
			return SIZE_MAX;
		if (ver_digit(s.ptr[i]))
			while (i < s.len && ver_digit(s.ptr[i]))
				i++;
		else
			while (i < s.len && !ver_digit(s.ptr[i]) && !is_separator(s.ptr[i]))
				i++;
		out[n++] = (struct part){ ver_digit(s.ptr[from]) ? PART_NUMBER : PART_WORD,
					  { s.ptr + from, i - from },
					  before };
		before = 0;
	}
	return n;
}

static bool is_word(const struct part *p, const char *word)
{
	size_t i = 0;

	if (p->kind != PART_WORD)
		return false;
	while (i < p->text.len && word[i] && ver_lower(p->text.ptr[i]) == word[i])
		i++;
	return i == p->text.len && !word[i];
}

/* What the first number is. A year, a date, a lone long number ("1809", build 12100) and ordinary numbers have no common order. */
enum { ERA_NUMBER, ERA_YEAR, ERA_DATE, ERA_BUILD };
enum { BUILD_DIGITS = 4 };

/* --- numbers first ---------------------------------------------------------------------------------------------- */

static unsigned small_number(str s)
{
	unsigned v = 0;

	for (size_t i = 0; i < s.len && i < 8; i++)
		v = v * 10 + (unsigned)(s.ptr[i] - '0');
	return v;
}

static bool is_date(unsigned year, unsigned month, unsigned day)
{
	return year >= 1990 && year <= 2099 && month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

/* What the first number is: 0 an ordinary one, 1 a year, 2 a date in one, 3 a date of three numbers. */
static int era_of(const struct part *p, size_t n)
{
	str s = p[0].text;

	if (s.len == 8 &&
	    is_date(small_number(s) / 10000, small_number(s) / 100 % 100, small_number(s) % 100))
		return 2;
	if (s.len != 4 || small_number(s) < 1990 || small_number(s) > 2099)
		return 0;
	if (n >= 3 && p[1].kind == PART_NUMBER && p[2].kind == PART_NUMBER && p[1].text.len == 2 &&
	    p[2].text.len == 2 && (p[1].before == '-' || p[1].before == '/') && p[2].before == p[1].before &&
	    is_date(small_number(s), small_number(p[1].text), small_number(p[2].text)))
		return 3;
	return 1;
}

static bool add_number(struct gen *g, str digits)
{
	if (g->n == GEN_NUMBERS)
		return false;
	g->number[g->n++] = digits;
	return true;
}

/* Words before the first number: "version", "v" say nothing, another one must be the same on both sides. */
static size_t take_lead(const struct part *p, size_t n, struct gen *g)
{
	static const char *const NOTHING[] = { "v", "ver", "version", "release", "rel" };
	size_t i = 0;

	while (i < n && p[i].kind == PART_WORD) {
		bool says = true;

		for (size_t k = 0; k < COUNT(NOTHING); k++)
			says &= !is_word(&p[i], NOTHING[k]);
		if (says && g->lead.len == 0)
			g->lead = p[i].text;
		else if (says) /* all from the first to the last word */
			g->lead.len = (size_t)(p[i].text.ptr + p[i].text.len - g->lead.ptr);
		i++;
	}
	return i;
}

/* The numbers with dots between, and where they end. 0: too many. A number behind "(" belongs to them: 15.2(4). */
static size_t take_numbers(const struct part *p, size_t n, size_t i, struct gen *g, bool *ret_paren)
{
	int era = era_of(&p[i], n - i);
	size_t from = i;

	g->era = era == 3 ? ERA_DATE : era;
	for (; i < n && p[i].kind == PART_NUMBER; i++) {
		char c = i == from ? '.' : p[i].before;
		bool date = era == 3 && i < from + 3, paren = c == '(' || c == ')';

		if (!date && c != '.' && !paren)
			break;
		*ret_paren |= paren;
		if (era == 2 && i == from) { /* 20240501 as 2024, 05, 01 */
			str s = p[i].text;

			if (!add_number(g, (str){ s.ptr, 4 }) || !add_number(g, (str){ s.ptr + 4, 2 }) ||
			    !add_number(g, (str){ s.ptr + 6, 2 }))
				return 0;
		} else if (!add_number(g, p[i].text)) {
			return 0;
		}
	}
	return i;
}

/* --- words ----------------------------------------------------------------------------------------------------------- */

static const struct word *known_word(const struct part *p, size_t left)
{
	for (size_t i = 0; i < COUNT(WORDS); i++)
		if (is_word(&p[0], WORDS[i].word) &&
		    (!WORDS[i].then || (left > 1 && is_word(&p[1], WORDS[i].then))))
			return &WORDS[i];
	if (left > 1 && p[1].kind == PART_NUMBER && !p[1].before)
		for (size_t i = 0; i < COUNT(LETTERS); i++)
			if (is_word(&p[0], LETTERS[i].word))
				return &LETTERS[i];
	return NULL;
}

/* 1.0.2k, 1.0.2zd: one or two letters right behind a number, and no number behind them. */
static bool is_letter(const struct part *p, size_t left)
{
	return !p[0].before && p[0].text.len <= 2 && ver_alpha(p[0].text.ptr[0]) &&
	       ver_alpha(p[0].text.ptr[p[0].text.len - 1]) &&
	       (left == 1 || p[1].kind == PART_WORD || p[1].before);
}

static size_t take_suffix_numbers(const struct part *p, size_t n, size_t i, struct gen_suffix *x)
{
	for (; i < n && p[i].kind == PART_NUMBER && x->n < GEN_SUFFIX_NUMBERS; i++) {
		char c = p[i].before;

		if (x->n && c != '.' && c != '(' && c != ')')
			break;
		x->number[x->n++] = p[i].text;
	}
	while (x->n && ver_number_cmp(x->number[x->n - 1], (str){ 0 }) == 0)
		x->n--;
	return i;
}

/* The D150 of 15.1X49-D150: a build of the line X49. */
static bool is_junos_build(const struct part *p, size_t n, size_t i, const struct gen *g)
{
	return is_word(&p[i], "d") && i + 1 < n && p[i + 1].kind == PART_NUMBER && !p[i + 1].before &&
	       g->nsuffix == 1 && str_eq_ascii_nocase(g->suffix[0].word, STR("x"));
}

/* One word with its numbers; answers where the next begins. */
static size_t take_suffix(const struct part *p, size_t n, size_t i, struct gen *g)
{
	struct gen_suffix x = { .class = GEN_OPEN, .rank = -1 };
	const struct word *w;

	if (p[i].kind == PART_NUMBER) { /* "-3", "_292" */
		x.class = p[i].before == '_' ? GEN_PATCH : GEN_OPEN;
		x.word = p[i].before == '_' ? STR("_") : p[i].before == '-' ? STR("-") : STR("#");
	} else if ((w = known_word(&p[i], n - i)) != NULL) {
		i += w->then ? 2 : 1;
		if (!w->canonical) /* "final" says nothing */
			return i;
		x.class = w->class;
		x.rank = w->rank;
		x.word = str_of(w->canonical);
	} else {
		x.word = p[i].text;
		if (is_letter(&p[i], n - i)) {
			x.class = GEN_CONE;
			g->family |= g->nsuffix == 0;
			g->suffix[g->nsuffix++] = x;
			return i + 1;
		}
		if (is_junos_build(p, n, i, g))
			x.class = GEN_PATCH;
		i++;
	}
	i = take_suffix_numbers(p, n, i, &x);
	g->suffix[g->nsuffix++] = x;
	return i;
}

/* The letters of 15.2(4)M3 are a train: versions of another one are not comparable. */
static size_t take_train(const struct part *p, size_t n, size_t i, struct gen *g)
{
	struct gen_suffix *x = &g->suffix[0];

	g->train = p[i].text;
	*x = (struct gen_suffix){ .class = GEN_PATCH, .word = STR("train") };
	i = take_suffix_numbers(p, n, i + 1, x);
	g->nsuffix = 1;
	return i;
}

/* How many numbers stand fast where a word makes an interval: a letter belongs to what is written, a pack to x.y at least. */
static void set_wide(struct gen *g)
{
	g->wide = g->n;
	if (g->nsuffix && g->suffix[0].class == GEN_CONE && !g->family && g->wide < 2)
		g->wide = 2;
}

bool gen_parse(str s, struct gen *ret)
{
	struct part p[PARTS];
	size_t n = cut(s, p), i;
	bool paren = false;

	memset(ret, 0, sizeof *ret);
	if (n == SIZE_MAX || n == 0)
		return false;
	i = take_lead(p, n, ret);
	if (i == n)
		return false;
	i = take_numbers(p, n, i, ret, &paren);
	if (i == 0)
		return false;
	if (ret->era == ERA_NUMBER && ret->n == 1 && ret->number[0].len >= BUILD_DIGITS)
		ret->era = ERA_BUILD;
	if (paren && i < n && p[i].kind == PART_WORD)
		i = take_train(p, n, i, ret);
	while (i < n) {
		if (ret->nsuffix == GEN_SUFFIXES)
			return false;
		i = take_suffix(p, n, i, ret);
	}
	set_wide(ret);
	return true;
}

/* --- comparing --------------------------------------------------------------------------------------------------------- */

bool gen_alike(const struct gen *a, const struct gen *b)
{
	return ver_word_cmp(a->lead, b->lead) == 0 && a->era == b->era && !a->train.ptr == !b->train.ptr &&
	       ver_word_cmp(a->train, b->train) == 0;
}

/* -1, 0, 1, and the first number that differs. */
static int numbers_cmp(const struct gen *a, const struct gen *b, size_t *ret_at)
{
	for (size_t i = 0; i < a->n || i < b->n; i++) {
		int d = ver_number_cmp(i < a->n ? a->number[i] : (str){ 0 },
				       i < b->n ? b->number[i] : (str){ 0 });

		if (d != 0) {
			*ret_at = i;
			return d;
		}
	}
	return 0;
}

int gen_numbers_cmp(const struct gen *a, const struct gen *b)
{
	size_t at;

	return numbers_cmp(a, b, &at);
}

static bool is_interval(const struct gen *g)
{
	return g->nsuffix && g->suffix[0].class >= GEN_CONE;
}

/* "1.0-3": may be before or behind 1.0, but not behind 1.0.1. */
static bool reaches_over(const struct gen *g, size_t at)
{
	return is_interval(g) && at >= g->wide && !str_is(g->suffix[0].word, "-");
}

static int suffix_numbers_cmp(const struct gen_suffix *a, const struct gen_suffix *b)
{
	for (size_t i = 0; i < a->n || i < b->n; i++) {
		int d = ver_number_cmp(i < a->n ? a->number[i] : (str){ 0 },
				       i < b->n ? b->number[i] : (str){ 0 });

		if (d != 0)
			return d;
	}
	return 0;
}

/* Letters: k < z < za. */
static int letters_cmp(str a, str b)
{
	return a.len != b.len ? (a.len < b.len ? -1 : 1) : ver_word_cmp(a, b);
}

static enum ver_order suffix_cmp(const struct gen_suffix *a, const struct gen_suffix *b)
{
	if (a->class == GEN_END && b->class == GEN_END)
		return VER_EQUAL;
	if (a->class == b->class && ver_word_cmp(a->word, b->word) == 0)
		return ver_sign(suffix_numbers_cmp(a, b));
	if (a->class == GEN_OPEN || b->class == GEN_OPEN)
		return VER_UNDECIDED;
	if (a->class == GEN_PRE && b->class == GEN_PRE)
		return a->rank < 0 || b->rank < 0 ? VER_UNDECIDED : ver_sign(a->rank - b->rank);
	if (a->class == b->class) /* other words for what came behind: only letters have an order */
		return a->class == GEN_CONE && a->rank < 0 && b->rank < 0
			       ? ver_sign(letters_cmp(a->word, b->word))
			       : VER_UNDECIDED;
	if (a->class == GEN_PRE || b->class == GEN_PRE)
		return a->class == GEN_PRE ? VER_LESS : VER_GREATER;
	return ver_sign((int)a->class - (int)b->class);
}

enum ver_order gen_compare(const struct gen *a, const struct gen *b)
{
	static const struct gen_suffix END = { .class = GEN_END };
	size_t at = 0, deepest = a->nsuffix > b->nsuffix ? a->nsuffix : b->nsuffix;
	int d;

	if (!gen_alike(a, b))
		return VER_UNDECIDED;
	d = numbers_cmp(a, b, &at);
	if (d != 0)
		return reaches_over(a, at) || reaches_over(b, at) ? VER_UNDECIDED : ver_sign(d);
	if (is_interval(a) && is_interval(b) && a->wide != b->wide)
		return VER_UNDECIDED;
	for (size_t i = 0; i < deepest; i++) {
		enum ver_order o = suffix_cmp(i < a->nsuffix ? &a->suffix[i] : &END,
					      i < b->nsuffix ? &b->suffix[i] : &END);

		if (o != VER_EQUAL)
			return o;
	}
	return VER_EQUAL;
}

enum ver_order ver_generic(str a, str b)
{
	struct gen x, y;

	return gen_parse(a, &x) && gen_parse(b, &y) ? gen_compare(&x, &y) : VER_UNDECIDED;
}

enum ver_order ver_by_numbers(str a, str b)
{
	struct gen x, y;

	if (!gen_parse(a, &x) || !gen_parse(b, &y) || gen_numbers_cmp(&x, &y) == 0)
		return VER_UNDECIDED;
	return gen_compare(&x, &y);
}
