/* scan.h - many patterns at once over one text: a thin layer over Vectorscan.
 *
 * A database answers which of its patterns may occur; the caller verifies. Databases are kept by
 * their content, so that kinds of events that ask the same share one. Thread rule: one cache per
 * thread. */
#ifndef SPOOR_DETECT_SCAN_H
#define SPOOR_DETECT_SCAN_H

#include "util/err.h"
#include "util/str.h"

struct scan_cache;
struct scan_db;

struct scan_pattern {
	str text;       /* literal bytes, or an expression */
	unsigned flags; /* REGEX_* of an expression */
};

struct scan_cache *scan_cache_new(err *e);
void scan_cache_free(struct scan_cache *c);

/* The database of n literals (regex false) or expressions, whose numbers are 0..n-1. Expressions are
 * those of regex_is_ascii() and for such texts; a hit is a match. NULL if it cannot be made; *ret_bad is then the number of the pattern at fault, or -1. Lives as long as the cache. */
const struct scan_db *scan_db_get(struct scan_cache *c, const struct scan_pattern *p, size_t n, bool regex,
				  int *ret_bad);

/* Numbers of the patterns that may occur in text, each once, in *ret_hits (valid until the next
 * call). Answers how many; -1 if the scan failed. */
int scan_run(struct scan_cache *c, const struct scan_db *db, str text, const uint32_t **ret_hits);

/* Bytes of all databases. */
size_t scan_cache_bytes(const struct scan_cache *c);

#endif
