/* record.h - what one record of a feed says about a vulnerability, before anything is asked of it.
 *
 * Filled by one of the feed parsers from a tree of JSON and forgotten with the next one: strings are views on the tree. What is
 * malformed is left out and counted in `odd`; a record without an identifier is none. Thread rule: one owner. */
#ifndef SPOOR_WARN_RECORD_H
#define SPOOR_WARN_RECORD_H

#include "util/times.h"
#include "warn/jtree.h"
#include "warn/verrange.h"

enum rec_source { SOURCE_CVE, SOURCE_NVD, SOURCE_CSAF, SOURCE_KEV, SOURCES };

enum rec_status {
	REC_UNSAID, /* the record has no such statement */
	REC_AFFECTED,
	REC_UNAFFECTED,
	REC_UNKNOWN,  /* it says that it does not know */
	REC_UNLISTED, /* as default: of versions that are not listed nothing is said at all */
};

struct rec_change {
	str at;
	enum rec_status status;
};

/* Versions and what holds of them. */
struct rec_version {
	str text; /* as the record has it, for people */
	struct ver_span span;
	str words; /* not empty: a range in words or vers:, instead of span */
	enum ver_scheme scheme;
	bool foreign; /* the record names a scheme that we do not know */
	enum rec_status status;
	uint32_t change, nchanges; /* of record.change */
};

/* A product, and what the record says of its versions. */
struct rec_product {
	str vendor, product, purl;
	uint32_t cpe, ncpes; /* of record.cpe */
	uint32_t version, nversions;
	enum rec_status otherwise; /* of versions that are not listed */
	bool on_other;             /* only as part of, or on, `other` */
	uint32_t other;            /* index of a product */
	uint8_t container; /* statements of one container are about the same thing in several notations */
	bool context;      /* stands only for what others run on */
};

/* A criterion of NVD: a name and, where that has any version, a span. */
struct rec_match {
	str criteria;
	struct ver_span span;
	bool spanned, vulnerable;
};

struct rec_node {
	uint32_t match, nmatches;
	bool all, negate; /* AND, else OR */
};

struct rec_config {
	uint32_t node, nnodes;
	bool all, negate;
};

struct rec_score {
	uint32_t milli;  /* base score, 9800 for 9.8 */
	uint8_t version; /* 20, 30, 31, 40 */
	str vector;
	bool primary; /* of the one who assigned the identifier */
};

enum { REC_SCORES = 8, REC_REFS = 6, REC_ALIASES = 8 };

struct record {
	enum rec_source source;
	str id;    /* "CVE-2024-1234" */
	str issue; /* who says so and under which number, unique within a source: of CSAF the document */
	str title, summary, action;
	int64_t updated_ns, published_ns; /* TIME_NONE: not said */
	bool rejected, ransomware;
	struct rec_score score[REC_SCORES];
	size_t nscores;
	str ref[REC_REFS];
	size_t nrefs;
	str alias[REC_ALIASES];
	size_t naliases;
	VEC(struct rec_product) product;
	VEC(struct rec_version) version;
	VEC(struct rec_change) change;
	VEC(str) cpe;
	VEC(struct rec_match) match;
	VEC(struct rec_node) node;
	VEC(struct rec_config) config;
	uint64_t odd; /* parts of a wrong type or beyond a ceiling */
	bool failed;  /* no memory, or past LIMIT_WARN_PARTS: the record is not whole */
};

/* Forget what it holds, keep the memory. */
void record_clear(struct record *r);
void record_done(struct record *r);

/* What the object at `root` is; SOURCES: none that we know. */
enum rec_source record_kind(const struct jtree *t, uint32_t root);

/* Fill r from the tree. False: it has no identifier. */
bool record_cve(struct record *r, struct jtree *t, uint32_t root);
bool record_nvd(struct record *r, struct jtree *t, uint32_t root);
bool record_kev(struct record *r, struct jtree *t, uint32_t root);

/* A document of CSAF holds many vulnerabilities. */
struct csaf_doc;
/* NULL without memory. Valid as long as the tree holds the document. */
struct csaf_doc *csaf_open(struct jtree *t, uint32_t root);
void csaf_close(struct csaf_doc *d);
/* The next one. 1: *r is filled; 0: no more; -1: it has no identifier, go on. */
int csaf_next(struct csaf_doc *d, struct record *r);

/* --- shared by the parsers ---------------------------------------------------------------------------------------------- */

/* CVE-YYYY-N..., in upper case as it should be. */
bool record_is_cve(str s);
int64_t record_time(str s);
void record_ref(struct record *r, str url);
void record_score(struct record *r, uint8_t version, uint32_t milli, str vector, bool primary);
/* Configurations as NVD has them, and CVE in cpeApplicability. */
void record_configs(struct record *r, struct jtree *t, uint32_t configurations);
/* A version field that may hold a range in words. */
void record_words(struct rec_version *v, str text);

#endif
