/* regex.h - regular expressions of rules, with the meaning of PCRE.
 *
 * Search is unanchored and case-sensitive unless asked; classes such as \w follow Unicode. PCRE2
 * answers if it can in a few steps; else Vectorscan, whose time is linear in the text whatever the
 * expression; else (look-around, back-references) PCRE2 again with patience. A limit that was reached
 * at last is answered as REGEX_LIMIT, never as "no". Thread rule: a scratch belongs to one thread and one set. */
#ifndef SPOOR_SIGMA_REGEX_H
#define SPOOR_SIGMA_REGEX_H

#include "util/err.h"
#include "util/str.h"

#define REGEX_CASELESS 1u  /* i */
#define REGEX_MULTILINE 2u /* m: ^ and $ at lines */
#define REGEX_DOTALL 4u    /* s: . matches newline */

struct regex { /* plain data: it is compiled by each scratch that needs it */
	str pattern;
	unsigned flags;
	uint32_t number; /* within its set, dense */
};

struct regex_scratch;

enum regex_result { REGEX_NO, REGEX_YES, REGEX_LIMIT };

/* Can it be carried out? ERR_CORRUPT with the place of the fault. */
int regex_check(str pattern, unsigned flags, err *e);

struct regex_scratch *regex_scratch_new(void);
void regex_scratch_free(struct regex_scratch *s);

/* text is well-formed UTF-8. */
enum regex_result regex_search(const struct regex *re, struct regex_scratch *s, str text);

/* Vectorscan's flags for REGEX_*, for an answer of yes or no. unicode false: for ASCII text only, where
 * bytes are characters. Unicode classes cost a hundred times as much to compile. */
unsigned regex_hs_flags(unsigned flags, bool unicode);

/* May the expression be asked by bytes of an ASCII text? Not if it names other characters. */
bool regex_is_ascii(str text);

#endif
