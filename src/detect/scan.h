/* scan.h - many patterns at once over one text: a thin layer over Vectorscan.
 *
 * A database answers which of its patterns may occur; the caller verifies. Databases are made with the
 * plan of a rule set, as bytes, and opened when they are first used. Thread rule: one set per thread. */
#ifndef SPOOR_DETECT_SCAN_H
#define SPOOR_DETECT_SCAN_H

#include "util/buf.h"
#include "util/err.h"

struct plan;
struct scan_set;

struct scan_pattern {
	str text;       /* literal bytes, or an expression */
	unsigned flags; /* REGEX_* of an expression */
};

/* Append what tells these patterns from others. */
void scan_key(const struct scan_pattern *p, size_t n, bool regex, buf *key);

/* Append the database of n literals (regex false) or expressions, whose numbers are 0..n-1. Expressions
 * are those of regex_is_ascii() and for such texts; a hit is a match. False if it cannot be made; *ret_bad
 * is then the number of the pattern at fault, or -1. */
bool scan_compile(const struct scan_pattern *p, size_t n, bool regex, buf *to, int *ret_bad);

/* The databases of a plan, which outlives the set. */
struct scan_set *scan_set_new(const struct plan *plan, err *e);
void scan_set_free(struct scan_set *s);

/* Numbers of the patterns of database `db` (its number + 1) that may occur in text, each once, in *ret_hits (valid until the next
 * call). Answers how many; -1 if the scan failed. */
int scan_run(struct scan_set *s, uint32_t db, str text, const uint32_t **ret_hits);

#endif
