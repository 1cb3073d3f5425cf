/* convert_priv.h - the parts of convert.c. Thread rule: as rule.h. */
#ifndef SPOOR_SIGMA_CONVERT_PRIV_H
#define SPOOR_SIGMA_CONVERT_PRIV_H

#include "sigma/logsource.h"
#include "sigma/rule.h"

/* What is known of a test: a node that holds where it is known to be true, one where it is known to be
 * false. Neither holds where it is unknown. */
struct known {
	uint32_t yes, no;
};

struct converter {
	struct sigma_pool *pool;
	const struct logsource_gate *gate;
	err *e;
};

/* Nodes; UINT32_MAX if an operand is or without memory. */
uint32_t conv_true(struct converter *c);
uint32_t conv_false(struct converter *c);
uint32_t conv_and(struct converter *c, uint32_t a, uint32_t b);
uint32_t conv_or(struct converter *c, uint32_t a, uint32_t b);
uint32_t conv_not(struct converter *c, uint32_t a);
uint32_t conv_exists(struct converter *c, const char *field);
uint32_t conv_glob(struct converter *c, const char *field, const uint32_t *elems, size_t n, bool cased);
uint32_t conv_equals(struct converter *c, const char *field, const char *value);

/* Where a pattern stands when a text has been read: a flag for each of its elements and its end. */
struct reach {
	uint8_t *at; /* n + 1 of them */
	size_t n;
};
bool reach_init(struct reach *r, const struct pattern *p);
void reach_done(struct reach *r);
/* Read text, a code point at a time; folded unless cased. */
void reach_text(struct reach *r, const struct pattern *p, const char *text, bool cased);
/* Read any hexadecimal digit. */
void reach_hex(struct reach *r, const struct pattern *p);
bool reach_nowhere(const struct reach *r);
/* Is i the place to go on from, and not a mere consequence of a star before it? */
bool reach_is_place(const struct reach *r, const struct pattern *p, size_t i);

/* The pattern asked of a value whose beginning the event writes in another way, in one field. */
uint32_t conv_prefix(struct converter *c, const char *field, const struct logsource_pair *table,
		     const struct pattern *p, bool cased);

/* The pattern asked of registry data. */
struct known conv_data(struct converter *c, const char *field, const struct pred *pred, uint32_t pred_id);

#endif
