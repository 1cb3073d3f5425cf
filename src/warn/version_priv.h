/* version_priv.h - what the schemes share. Each comparison is of texts that are not the same. */
#ifndef SPOOR_WARN_VERSION_PRIV_H
#define SPOOR_WARN_VERSION_PRIV_H

#include "util/limits.h"
#include "warn/version.h"

static inline bool ver_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline char ver_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static inline bool ver_alpha(char c)
{
	return ver_lower(c) >= 'a' && ver_lower(c) <= 'z';
}

static inline str ver_from(str s, size_t at)
{
	return at < s.len ? (str){ s.ptr + at, s.len - at } : (str){ s.len ? s.ptr + s.len : s.ptr, 0 };
}

static inline enum ver_order ver_sign(int d)
{
	return d < 0 ? VER_LESS : d > 0 ? VER_GREATER : VER_EQUAL;
}

/* Digits of any length as numbers; an empty text is 0. */
int ver_number_cmp(str a, str b);
/* As bytes, ASCII letters in lower case. */
int ver_word_cmp(str a, str b);

/* --- generic ------------------------------------------------------------------------------------------------- */

enum { GEN_NUMBERS = 16, GEN_SUFFIXES = 8, GEN_SUFFIX_NUMBERS = 6 };

/* Where a word stands relative to the version without it. */
enum gen_class {
	GEN_END,   /* nothing more */
	GEN_PRE,   /* before it: alpha, rc */
	GEN_PATCH, /* behind it, before any further number: hotfix, p1 */
	GEN_CONE,  /* behind it, but who knows whether before or behind a further number: SP2 and 9.0.1 */
	GEN_OPEN,  /* who knows: a word that we do not know, "-3" */
};

struct gen_suffix {
	enum gen_class class;
	int rank; /* of GEN_PRE; -1: compares with its own word only */
	str word; /* a canonical one, or as written */
	str number[GEN_SUFFIX_NUMBERS];
	size_t n;
};

/* A version taken apart; views on its text. */
struct gen {
	str lead;    /* a word before the numbers: the R of R81.20 */
	int era;     /* versions of different ones have no order: years, dates, lone build numbers, others */
	bool family; /* "19c": letters right behind the only number */
	str train;   /* of 15.2(4)M3: M; ptr NULL: none */
	str number[GEN_NUMBERS];
	size_t n, wide; /* numbers; and how many count as written where more may follow */
	struct gen_suffix suffix[GEN_SUFFIXES];
	size_t nsuffix;
};

/* False: no version that this can read. */
bool gen_parse(str s, struct gen *ret);
enum ver_order gen_compare(const struct gen *a, const struct gen *b);
/* The numbers only: -1, 0, 1. */
int gen_numbers_cmp(const struct gen *a, const struct gen *b);
/* Can these two be compared at all? */
bool gen_alike(const struct gen *a, const struct gen *b);

enum ver_order ver_generic(str a, str b);
/* As generic, but only where the numbers differ: for texts of which one is not of the scheme. */
enum ver_order ver_by_numbers(str a, str b);

/* --- the others ------------------------------------------------------------------------------------------------ */

enum ver_order ver_semver(str a, str b);
enum ver_order ver_python(str a, str b);
enum ver_order ver_maven(str a, str b);
enum ver_order ver_rpm(str a, str b);
enum ver_order ver_deb(str a, str b);

#endif
