/* cpe.h - names of products by CPE 2.3 (NISTIR 7695: formatted strings and URIs) and how two of them match (NISTIR 7696).
 *
 * Values are in lower case and without escapes. Thread rule: pure functions; texts lie in the arena given. */
#ifndef SPOOR_WARN_CPE_H
#define SPOOR_WARN_CPE_H

#include "util/arena.h"

enum cpe_attribute {
	CPE_PART,
	CPE_VENDOR,
	CPE_PRODUCT,
	CPE_VERSION,
	CPE_UPDATE,
	CPE_EDITION,
	CPE_LANGUAGE,
	CPE_SW_EDITION,
	CPE_TARGET_SW,
	CPE_TARGET_HW,
	CPE_OTHER,
	CPE_ATTRIBUTES
};

enum cpe_kind { CPE_ANY, CPE_NA, CPE_VALUE };

struct cpe_value {
	enum cpe_kind kind;
	str text;
	/* Wildcards before and behind the text: -1 is "*", n is that many "?", each of which stands for one character or none. */
	int16_t before, behind;
};

struct cpe {
	struct cpe_value at[CPE_ATTRIBUTES];
};

/* "cpe:2.3:a:vendor:product:..." with its eleven attributes, or "cpe:/a:vendor:product:..." False: it is none; *ret untouched. */
bool cpe_parse(str s, arena *mem, struct cpe *ret);
/* Does it begin like one? */
bool cpe_is_like(str s);

/* What the values that the source stands for are to those of the target (table 6-2 of NISTIR 7696). */
enum cpe_relation { CPE_DISJOINT, CPE_EQUAL, CPE_SUBSET, CPE_SUPERSET, CPE_UNDEFINED };

enum cpe_relation cpe_compare(const struct cpe_value *source, const struct cpe_value *target);
/* "target_sw" */
const char *cpe_attribute_name(enum cpe_attribute a);
/* "*", "-" or the text. */
str cpe_value_text(const struct cpe_value *v);
/* Does a wildcard stand in it? */
static inline bool cpe_is_wild(const struct cpe_value *v)
{
	return v->kind == CPE_VALUE && (v->before || v->behind);
}

#endif
