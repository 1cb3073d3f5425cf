/* warn.h - warnings: which constituents have a product that a vulnerability is about.
 *
 * Feeds are read one after another and matched at once with the stock; only what met a row is kept. Two records of one
 * vulnerability from one source: the one that was changed last counts, and that is said. A file that cannot be read on is an
 * error of that file: what came before it stays. Nothing is written but by warn_write_*(). Thread rule: one owner. */
#ifndef SPOOR_WARN_WARN_H
#define SPOOR_WARN_WARN_H

#include "share/share.h"
#include "util/times.h"
#include "warn/stock.h"

struct warn;

struct warn_options {
	bool any_vendor;    /* a product's name alone also counts where the vendors differ */
	bool all;           /* also what is not affected */
	int64_t since_ns;   /* only what was published or changed since then; TIME_NONE: everything */
	unsigned min_score; /* 0 to 100: of the ranking */
};

/* The stock is read and outlives it. */
int warn_new(struct warn **ret, const struct stock *stock, const struct warn_options *o, err *e);
void warn_free(struct warn *w);

/* A feed: JSON of CVE, NVD, CSAF, KEV (one document, a list, or one behind the other), or the table of EPSS; recognised by what it
 * holds. `name` stands in errors and in what is said. -1: the file is damaged (ERR_CORRUPT, ERR_TRUNCATED, ERR_UNSUPPORTED,
 * ERR_LIMIT; go on with the next one), or there is no memory (ERR_OOM). */
int warn_feed(struct warn *w, str text, str name, err *e);
/* A table of identifiers, cve,id: other numbers of the same vulnerability. */
int warn_ids(struct warn *w, str text, str name, err *e);

/* After all feeds: what counts, ranked. */
int warn_finish(struct warn *w, err *e);

struct warn_counts {
	uint64_t records;                /* of vulnerabilities read */
	uint64_t scores, exploited, ids; /* lines of EPSS, entries of KEV, identifiers */
	uint64_t passed;                 /* JSON objects that are no such record */
	uint64_t left_out;               /* records beyond a ceiling: said one by one */
	uint64_t odd;                    /* parts of records that are malformed */
	uint64_t superseded;             /* records that a newer one replaced */
	uint64_t rejected;               /* withdrawn */
	uint64_t warnings, affected, undecided, parties;
};

/* Feeds as files, folders and archives, in the order of their paths. Files of folders and archives that are no feed at all are
 * passed by. What cannot be read (on) is said by warn_said() and counted. -1: nothing at all could be read, or no memory. */
int warn_load(struct warn *w, const char *const *paths, size_t n, uint64_t *ret_unread, err *e);
/* One file whole, unpacked if it is compressed; max: bytes. *to is cleared before. */
int warn_slurp(const char *path, uint64_t max, buf *to, err *e);

struct warn_counts warn_counts(const struct warn *w);
/* What else has to be said, a sentence each; NULL behind the last. */
const char *warn_said(const struct warn *w, size_t i);

enum warn_language { WARN_EN, WARN_ZH };

/* All warnings, most urgent first. */
void warn_write_table(const struct warn *w, enum warn_language l, buf *out);
void warn_write_csv(const struct warn *w, enum warn_language l, buf *out);
void warn_write_json(const struct warn *w, enum warn_language l, buf *out);

/* Who writes advisories. */
struct warn_publisher {
	str name, contact; /* contact: a mail address */
	enum tlp tlp;
	const char *version; /* of the program */
};
size_t warn_len(const struct warn *w);
/* A draft of CSAF 2.0 about warning i, without anything of the constituents. name: of its file, as CSAF wants it. The same feeds
 * give the same bytes. */
void warn_write_csaf(const struct warn *w, size_t i, const struct warn_publisher *p, buf *name, buf *out);

/* What one party has to be told: its own rows only. name: of its file, without ending. */
size_t warn_parties(const struct warn *w);
void warn_write_notice(const struct warn *w, size_t party, enum warn_language l, bool as_csv, buf *name,
		       buf *out);

#endif
