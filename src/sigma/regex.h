/* regex.h - regular expressions of rules: PCRE2 with limits.
 *
 * Search is unanchored and case-sensitive unless asked; classes such as \w follow Unicode. A step
 * limit stops patterns that backtrack without end: that is answered as REGEX_LIMIT, never as "no".
 * Thread rule: a compiled expression is immutable; a scratch belongs to one thread. */
#ifndef SPOOR_SIGMA_REGEX_H
#define SPOOR_SIGMA_REGEX_H

#include "util/err.h"
#include "util/str.h"

#define REGEX_CASELESS 1u  /* i */
#define REGEX_MULTILINE 2u /* m: ^ and $ at lines */
#define REGEX_DOTALL 4u    /* s: . matches newline */

struct regex;
struct regex_scratch;

enum regex_result { REGEX_NO, REGEX_YES, REGEX_LIMIT };

struct regex *regex_new(str pattern, unsigned flags, err *e);
void regex_free(struct regex *re);

struct regex_scratch *regex_scratch_new(void);
void regex_scratch_free(struct regex_scratch *s);

/* text is well-formed UTF-8. */
enum regex_result regex_search(const struct regex *re, struct regex_scratch *s, str text);

#endif
