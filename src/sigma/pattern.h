/* pattern.h - Sigma strings: literals, * and ?, and the dash class of windash.
 *
 * A pattern is a row of elements: code points and PAT_*. Matching is against the full value, in
 * UTF-8, folded by the caller where the pattern is not case-sensitive. Two matchers give the same
 * answers: pattern_match() works on segments of bytes, pattern_match_naive() on elements.
 * Thread rule: patterns are immutable. */
#ifndef SPOOR_SIGMA_PATTERN_H
#define SPOOR_SIGMA_PATTERN_H

#include "util/arena.h"
#include "util/buf.h"
#include "util/vec.h"

enum {
	PAT_STAR = 0x110000, /* any run of code points, also none */
	PAT_ANY,             /* exactly one code point */
	PAT_DASH,            /* - / en dash, em dash, horizontal bar */
};

/* A pattern under construction. */
typedef VEC(uint32_t) pat_elems;

struct pat_segment { /* what stands between two stars */
	const uint32_t *elems;
	uint32_t nelems;
	bool plain; /* literals only: bytes says it all */
	str bytes;
};

struct pattern {
	const uint32_t *elems;
	uint32_t nelems;
	const struct pat_segment *segments;
	uint32_t nsegments;
	bool open_start, open_end; /* begins, ends with a star */
	bool contains;             /* nothing but *literal*: where the literal lies, it matches */
	str literal;               /* longest run of literals, UTF-8: in every value that matches */
};

/* Append the elements of a Sigma string: \* \? \\ are literals, a backslash before anything else is
 * itself. False without memory or past the ceiling. s is well-formed UTF-8. */
bool pat_parse(pat_elems *to, str s);

/* Append literal text. */
bool pat_add_text(pat_elems *to, str s);
bool pat_add(pat_elems *to, uint32_t elem);
bool pat_prepend(pat_elems *to, uint32_t elem);

/* Make every flag dash (a dash between a non-word character or a border and a word character, not
 * across a wildcard) a PAT_DASH. */
void pat_windash(pat_elems *p);

bool pat_has_wildcards(const pat_elems *p);

/* The literal text of a pattern without wildcards and dash classes. */
void pat_text(const uint32_t *elems, size_t n, buf *out);

/* Freeze elems[0..n) into mem, folded unless cased. False without memory. */
bool pattern_init(struct pattern *ret, const uint32_t *elems, size_t n, bool cased, arena *mem);

bool pattern_match(const struct pattern *p, str text);
bool pattern_match_naive(const struct pattern *p, str text);

#endif
