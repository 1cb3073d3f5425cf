/* match.h - one record against all rows of the stock: which rows it is about, how sure that is, and why.
 *
 * An answer is yes, no or not known. "No" is only said where the record tells it; what cannot be compared is not known. Each
 * row that the record speaks of is answered once. Thread rule: one owner; the stock does not change meanwhile. */
#ifndef SPOOR_WARN_MATCH_H
#define SPOOR_WARN_MATCH_H

#include "warn/record.h"
#include "warn/stock.h"

/* How the product was recognised. */
enum match_grade {
	GRADE_PRODUCT, /* by its name alone: needs a look */
	GRADE_NAME,    /* by vendor and name */
	GRADE_EXACT,   /* by CPE or package URL */
};

/* The reason of an answer; what `text` is stands behind. */
enum match_why {
	WHY_LISTED,       /* the version is named; the version of the record */
	WHY_RANGE,        /* it is in the range; the range */
	WHY_ALL,          /* all versions are meant */
	WHY_DEFAULT,      /* of all versions that are not listed */
	WHY_NO_VERSION,   /* the inventory does not say the version; the range */
	WHY_UNCOMPARABLE, /* it cannot be compared; the range */
	WHY_UNREADABLE,   /* the record's text of the versions cannot be read; the text */
	WHY_UNSAID,       /* the record does not say which versions */
	WHY_UNKNOWN,      /* the record says that it does not know */
	WHY_CONTRADICTS,  /* the record contradicts itself; the range */
	WHY_PLATFORM,     /* only where something else is there, of which the inventory says nothing; what */
	WHY_ATTRIBUTE,    /* only for some edition or platform, of which the inventory says nothing; which */
	WHY_SPELLING,     /* the same version written in another way; the version of the record */
	WHY_BACKPORTED,   /* a package of a distribution against versions of the maker; the range */
	WHY_KEV,          /* exploited, but no record says which versions */
	/* of TRI_NO */
	WHY_FIXED,       /* the record says that it is not affected; the range */
	WHY_OUTSIDE,     /* in none of the ranges; the last of them */
	WHY_NOT_DEFAULT, /* not listed, and those are not affected */
	WHY_OTHER,       /* another edition or platform; which */
	WHYS
};

struct match_answer {
	uint32_t row;
	enum tri affected;
	enum match_grade grade;
	enum match_why why;
	str text;            /* valid until the next record, as are: */
	str vendor, product; /* as the record names them */
	bool disputed;       /* parts of the record disagree; the answer is the worse one */
};

struct match_options {
	bool any_vendor; /* product names alone also where the vendors differ */
};

struct matcher;

int matcher_new(struct matcher **ret, const struct stock *stock, const struct match_options *o, err *e);
void matcher_free(struct matcher *m);

/* Answers for the record, sorted by row; *ret_at is valid until the next call. -1: ERR_LIMIT, ERR_OOM. `mem` is the tree's:
 * texts are made there. */
int matcher_run(struct matcher *m, const struct record *r, arena *mem, const struct match_answer **ret_at,
		size_t *ret_n, err *e);

/* Criteria with wildcards in their vendor or product that were not tried, past LIMIT_WARN_WILD. */
uint64_t matcher_untried(const struct matcher *m);

#endif
