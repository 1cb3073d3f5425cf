/* predicate.h - what a rule asks of one value: the leaves of every condition.
 *
 * Predicates are interned: the same question is asked once however many rules ask it. A predicate
 * looks at the text of a value, folded (pred_wants_folded) or as it is. What depends on presence
 * (null, exists) or on other fields (fieldref) is answered by the caller.
 * Thread rule: immutable. */
#ifndef SPOOR_SIGMA_PREDICATE_H
#define SPOOR_SIGMA_PREDICATE_H

#include "util/cidr.h"
#include "util/number.h"
#include "sigma/pattern.h"
#include "sigma/regex.h"

enum pred_kind {
	PRED_GLOB,    /* full value against a pattern */
	PRED_REGEX,   /* search */
	PRED_NUMBER,  /* equal as decimal number */
	PRED_COMPARE, /* lt lte gt gte */
	PRED_CIDR,
	PRED_TIMEPART, /* minute hour day week month year of an ISO time */
	PRED_NULL,     /* absent, or present without any value */
	PRED_EXISTS,   /* the name is there */
	PRED_FIELDREF, /* compare with another field's values */
};

enum pred_op { OP_LT, OP_LTE, OP_GT, OP_GTE };
enum pred_part { PART_MINUTE, PART_HOUR, PART_DAY, PART_WEEK, PART_MONTH, PART_YEAR };

#define REF_STARTS 1u /* fieldref: the value starts with the other one ... */
#define REF_ENDS 2u   /* ... ends with it; both: contains it; none: equals it */

struct pred {
	enum pred_kind kind;
	bool cased;             /* PRED_GLOB */
	bool want;              /* PRED_EXISTS */
	unsigned op;            /* enum pred_op, pred_part or REF_* by kind */
	struct pattern pattern; /* PRED_GLOB */
	struct number number;   /* PRED_NUMBER, PRED_COMPARE, PRED_TIMEPART */
	struct cidr net;        /* PRED_CIDR */
	uint32_t ref;           /* PRED_FIELDREF: field id */
	struct regex regex;     /* PRED_REGEX; its number is given when it is interned */
};

static inline bool pred_wants_folded(const struct pred *p)
{
	return p->kind == PRED_GLOB && !p->cased;
}

/* Does one value's text satisfy it? GLOB, NUMBER, COMPARE, CIDR, TIMEPART, REGEX. A regular expression
 * that hits its limit counts into *limited and is false. naive: by the reference matcher. */
bool pred_text(const struct pred *p, struct regex_scratch *re, str text, bool naive, uint64_t *limited);

/* One pair of folded texts under PRED_FIELDREF. */
bool pred_ref_texts(const struct pred *p, str a, str b);

#endif
