/* yaml_tree.h - one YAML document as a tree, bounded in size, depth and expansion.
 *
 * Refuses: merge keys, language tags, keys that are no scalars, duplicate keys, aliases that would
 * multiply the document beyond LIMIT_YAML_NODES. Thread rule: pure functions. */
#ifndef SPOOR_UTIL_YAML_TREE_H
#define SPOOR_UTIL_YAML_TREE_H

#include "util/number.h"
#include "util/arena.h"
#include "util/err.h"

enum ynode_kind { YAML_SCALAR, YAML_LIST, YAML_MAP };

struct ynode;

struct ylink {                   /* one entry of a list or a map */
	const struct ynode *key; /* NULL in a list */
	const struct ynode *value;
	struct ylink *next;
};

struct ynode {
	enum ynode_kind kind;
	bool plain;      /* scalar without quotes and tag: its type follows from its text */
	uint32_t line;   /* from 1, in the file */
	uint32_t column; /* from 1 */
	uint32_t weight; /* nodes of the subtree, aliases expanded */
	str text;        /* of a scalar; NUL-terminated */
	struct ylink *first, *last;
	uint32_t len; /* entries */
};

enum scalar_type { SCALAR_STRING, SCALAR_NUMBER, SCALAR_BOOL, SCALAR_NULL };

/* Cut the next document off *rest; *line is the line that *rest begins on. Documents are cut at their
 * markers, so that a broken one does not cost the next. False if nothing is left. */
bool yaml_split(str *rest, uint32_t *line, str *ret_doc, uint32_t *ret_line);

/* Parse one document. *ret is NULL for an empty one. e->offset is the line. */
int yaml_tree_parse(const struct ynode **ret, str doc, uint32_t first_line, arena *mem, err *e);

/* Value of a key of a map, or NULL. */
const struct ynode *yaml_get(const struct ynode *of, const char *key);

/* Text of a scalar under key; empty if it is absent or no scalar. */
str yaml_get_text(const struct ynode *of, const char *key);

/* What a scalar is, by YAML 1.1 as Sigma's tools read it, but without dates and base-60 numbers,
 * which stay strings. *ret_num and *ret_bool are set for their types. */
enum scalar_type yaml_scalar_type(const struct ynode *n, struct number *ret_num, bool *ret_bool);

#endif
