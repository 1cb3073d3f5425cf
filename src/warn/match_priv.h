/* match_priv.h - what the two halves of matching share: finding rows (match.c, matchrow.c) and judging versions. */
#ifndef SPOOR_WARN_MATCH_PRIV_H
#define SPOOR_WARN_MATCH_PRIV_H

#include "warn/match.h"

/* What one statement says of one row. */
struct judged {
	enum tri affected;
	enum match_why why;
	str text;
	enum ver_scheme scheme; /* of the versions that say yes */
	bool silent;            /* nothing at all is said of this version */
	bool only_git;          /* not known, because commits cannot be compared */
	bool single;            /* told of this one version, not of a range */
};

/* A row found for the statement at hand. */
struct found {
	uint32_t row;
	enum match_grade grade;
};

/* What is gathered of one row over the statements of a record. */
struct gathered {
	struct match_answer a;
	bool any, only_git, single;
	uint8_t container;
};

/* A criterion of CPE, read once. */
struct leaf {
	const struct rec_match *m;
	struct cpe cpe;
	bool readable, wild;
	struct prodname name;
	uint32_t id_cpe, id_full, id_product;
	str range; /* for people, made when it is needed */
	str attribute[CPE_ATTRIBUTES];
};

/* What the statement at hand says of a version. */
struct known {
	uint32_t now;
	str version;
	struct judged j;
};

/* An entry of the statement at hand that is in words. */
struct words {
	uint32_t now;
	const struct rec_version *v;
	bool readable;
	enum ver_scheme scheme;
	struct ver_set set;
};

struct matcher {
	const struct stock *stock;
	struct match_options o;
	uint32_t *stamp;  /* per row: of the statement that found it last */
	uint32_t *slot;   /* per row: its place in found */
	uint32_t *answer; /* per row: its place in gathered + 1, 0 none; cleared after each record */
	uint32_t now;
	VEC(struct found) found;
	VEC(struct gathered) gathered;
	VEC(struct match_answer) out;
	VEC(struct leaf) leaf;
	buf names, key;
	str vendor, product; /* that the statement at hand is about */
	arena *mem;
	uint64_t wild, untried;
	uint64_t steps, steps_max; /* versions judged for the record at hand, and how many may be */
	struct known known[256];
	struct words words[64];
	bool failed;
};

/* The rows of a name; grade is at least what is given. */
void match_begin(struct matcher *m);
void match_by_name(struct matcher *m, str vendor, str product);
void match_by_cpe(struct matcher *m, const struct cpe *c);
void match_by_purl(struct matcher *m, str purl);
void match_gather(struct matcher *m, const struct found *f, const struct judged *j, uint8_t container,
		  bool csaf);

/* What a product's statement says of a version. */
struct judged judge_product(struct matcher *m, const struct record *r, const struct rec_product *p,
			    str version);
/* What a criterion says of a row that has its product. */
struct judged judge_leaf(struct matcher *m, struct leaf *l, const struct stock_row *row);
/* All configurations of the record. */
void match_configs(struct matcher *m, const struct record *r);

#endif
