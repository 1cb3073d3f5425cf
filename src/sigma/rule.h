/* rule.h - Sigma rules: YAML to a boolean tree over interned predicates.
 *
 * A pool holds everything that rules share: field names, predicates, nodes. A rule that cannot be
 * carried out exactly is refused with its reason; it never matches a little.
 * Thread rule: a pool is filled by one thread, then immutable. */
#ifndef SPOOR_SIGMA_RULE_H
#define SPOOR_SIGMA_RULE_H

#include "sigma/placeholder.h"
#include "sigma/predicate.h"
#include "util/yaml_tree.h"
#include "util/map.h"
#include "util/vec.h"

enum node_op { NODE_AND, NODE_OR, NODE_NOT, NODE_LEAF };

struct sigma_node {
	uint8_t op;
	uint32_t first; /* AND, OR: kids[first, first + n); NOT: its node; LEAF: field id */
	uint32_t n;     /* LEAF: predicate id */
};

struct sigma_label { /* what a node is called: a selection's name */
	uint32_t node;
	bool converted; /* it stands for one test of the rule, which text tells */
	str text;
};

#define FIELD_ANY 0u /* field id of keywords: every value of the event */

struct sigma_pool {
	arena mem;
	map field_ids; /* name to id */
	map pred_ids;
	VEC(struct pred) preds;
	VEC(struct sigma_node) nodes;
	VEC(uint32_t) kids;
	VEC(struct sigma_label) labels; /* in the order of their nodes */
	uint32_t nregexes;
	const struct placeholders *placeholders; /* NULL: none */
};

int sigma_pool_init(struct sigma_pool *p, err *e);
void sigma_pool_done(struct sigma_pool *p);

/* Id of a field name, made if it is new; UINT32_MAX without memory. */
uint32_t sigma_field(struct sigma_pool *p, str name);
str sigma_field_name(const struct sigma_pool *p, uint32_t field);

/* Intern a predicate. For PRED_GLOB elems[0..n) is its pattern, unfolded. UINT32_MAX without memory. */
uint32_t sigma_pred(struct sigma_pool *p, const struct pred *proto, const uint32_t *elems, size_t n, err *e);

/* New nodes; UINT32_MAX without memory. A list of one is that one. */
uint32_t sigma_leaf(struct sigma_pool *p, uint32_t field, uint32_t pred);
uint32_t sigma_not(struct sigma_pool *p, uint32_t node);
uint32_t sigma_list(struct sigma_pool *p, enum node_op op, const uint32_t *ids, size_t n);

/* Give a node a name, nodes in ascending order; false without memory. Of several the first counts. */
bool sigma_label(struct sigma_pool *p, uint32_t node, str text, bool converted);
/* Its name; the text is empty if it has none. */
struct sigma_label sigma_label_of(const struct sigma_pool *p, uint32_t node);

enum sigma_level { /* as detect/finding.h orders them */
		   SIGMA_INFORMATIONAL,
		   SIGMA_LOW,
		   SIGMA_MEDIUM, /* where a rule gives none */
		   SIGMA_HIGH,
		   SIGMA_CRITICAL,
};

struct sigma_rule { /* strings live in the pool */
	str id, name, title, status, tags, product, category, service;
	enum sigma_level level;
	bool has_level;
	uint32_t line;
	uint32_t root; /* node */
};

/* What a document is. */
enum sigma_kind { SIGMA_RULE, SIGMA_CORRELATION, SIGMA_FILTER, SIGMA_NO_RULE };
enum sigma_kind sigma_doc_kind(const struct ynode *doc);

/* What can be said of a document even if it is refused: id, title and so on; root is not set. */
int sigma_rule_head(struct sigma_pool *p, const struct ynode *doc, struct sigma_rule *ret, err *e);

/* Compile the detection of a document of kind SIGMA_RULE into ret->root. On failure the pool is as
 * before, but for interned names and predicates. */
int sigma_rule_compile(struct sigma_pool *p, const struct ynode *doc, struct sigma_rule *ret, err *e);

#endif
