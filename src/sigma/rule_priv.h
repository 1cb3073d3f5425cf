/* rule_priv.h - the parts of the rule compiler. Thread rule: as rule.h. */
#ifndef SPOOR_SIGMA_RULE_PRIV_H
#define SPOOR_SIGMA_RULE_PRIV_H

#include "sigma/rule.h"

struct search_id { /* a named selection of a rule */
	str name;
	uint32_t node;
};

typedef VEC(uint32_t) id_list;
typedef VEC(struct search_id) search_ids;

/* The selections of a map, but for the keys of `skip` (ended by NULL). */
int selections_compile(struct sigma_pool *p, const struct ynode *of, const char *const *skip, search_ids *ids,
		       err *e);

/* One selection: map, list or scalar. depth: lists inside lists. UINT32_MAX on failure. */
uint32_t detection_compile(struct sigma_pool *p, const struct ynode *n, unsigned depth, err *e);

/* One item: key with modifiers (empty: keywords) and its value or list of values. */
uint32_t item_compile(struct sigma_pool *p, str key, const struct ynode *value, err *e);

/* A condition over the selections. UINT32_MAX on failure. */
uint32_t condition_compile(struct sigma_pool *p, str text, const struct search_id *ids, size_t n, err *e);

#endif
