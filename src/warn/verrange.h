/* verrange.h - sets of versions: spans with ends that belong to them or not, as feeds write them.
 *
 * Asking whether a version is in a set has three answers. What a text does not say (does "up to 2.0" mean 2.0, too?) is kept as
 * not known and matters only to the version that it is about. Views on the texts given. Thread rule: pure functions. */
#ifndef SPOOR_WARN_VERRANGE_H
#define SPOOR_WARN_VERRANGE_H

#include "util/arena.h"
#include "warn/version.h"

enum ver_end {
	END_NONE,  /* no end on this side */
	END_IN,    /* the end belongs to the span */
	END_OUT,   /* it does not */
	END_MAYBE, /* the text leaves it open */
};

struct ver_span {
	str lo, hi;
	enum ver_end lo_end, hi_end;
	bool single; /* lo alone, a version or a branch ("5.x") */
};

enum { VER_SPANS = 48, VER_EXCEPT = 16 };

struct ver_set {
	struct ver_span span[VER_SPANS];
	size_t n;
	str except[VER_EXCEPT];
	size_t nexcept;
};

enum tri tri_and(enum tri a, enum tri b);
enum tri tri_or(enum tri a, enum tri b);
enum tri tri_not(enum tri a);

/* A version that is open (ver_is_open) is in a span without ends; of any other it is not known. */
enum tri ver_span_has(enum ver_scheme scheme, const struct ver_span *s, str version);
enum tri ver_set_has(enum ver_scheme scheme, const struct ver_set *s, str version);

/* All of it, from the first version on? */
bool ver_span_is_all(const struct ver_span *s);

/* "vers:npm/>=1.0|<2.0|!=1.5", as CSAF has it. Percent-escapes are decoded into mem. False: it is none, or too long.
 * *ret_known: the scheme is one that we know, else it is read as generic. */
bool vers_parse(str s, arena *mem, enum ver_scheme *ret_scheme, bool *ret_known, struct ver_set *ret);

/* What people write where a version should stand: ">= 1.0, < 1.2", "1.2 and earlier", "before 2.0", "1.0 - 1.4", "[1.0,2.0)",
 * "3.x", "2.1及以前版本". A plain version gives a single. False: it cannot be read. */
bool ver_text_parse(str s, struct ver_set *ret);

#endif
