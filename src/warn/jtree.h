/* jtree.h - JSON as a tree that can be asked by name, one record of a feed at a time.
 *
 * Over the structural index of readers/json. The grammar is checked whole: commas, colons, literals, numbers, escapes when they
 * are asked for. Depth and number of values have ceilings. Strings are views on the text or, with escapes, on the tree's
 * memory, valid until the tree's next building. Thread rule: one owner. */
#ifndef SPOOR_WARN_JTREE_H
#define SPOOR_WARN_JTREE_H

#include "readers/json/jsonshim.h"
#include "util/arena.h"
#include "util/err.h"
#include "util/vec.h"

enum jkind { J_OBJECT, J_ARRAY, J_STRING, J_NUMBER, J_TRUE, J_FALSE, J_NULL };

struct jnode {
	uint32_t at;  /* offset in the text */
	uint32_t end; /* index of the node behind this value */
	enum jkind kind;
};

/* The nodes of a value in the order of the text; those of an object are names and values in turn. */
struct jtree {
	str text;
	VEC(struct jnode) node;
	arena mem;
};

/* A text and where in it the next value begins. */
struct jdoc {
	str text;
	const uint32_t *at; /* of the shim */
	size_t n, i;
};

#define J_NONE UINT32_MAX

void jtree_init(struct jtree *t);
void jtree_done(struct jtree *t);

/* Index a text; an empty one has no tokens. ERR_CORRUPT: no JSON, ERR_TRUNCATED: it ends inside a string. */
int jdoc_open(struct jdoc *ret, struct jsonshim *shim, str text, err *e);
/* The first byte of the next token, 0 at the end. */
char jdoc_peek(const struct jdoc *d);
/* Step over one token that must be `c`. */
int jdoc_expect(struct jdoc *d, char c, err *e);
/* The raw inside of the string that is the next token, which it is; steps over it. */
str jdoc_take_string(struct jdoc *d);
/* Build the tree of the next value and step over it. What the tree held before is forgotten. */
int jdoc_tree(struct jdoc *d, struct jtree *t, err *e);
/* Has the object that begins here, seen from outside, a member of that name at its top? Moves nothing. */
bool jdoc_has(const struct jdoc *d, const char *name);

/* Value of a member, J_NONE without it, also where `object` is J_NONE or no object. */
uint32_t jt_get(const struct jtree *t, uint32_t object, const char *name);
/* The first value of an array (J_NONE: empty, or no array), and the one behind i of the same array. */
uint32_t jt_first(const struct jtree *t, uint32_t array);
uint32_t jt_next(const struct jtree *t, uint32_t array, uint32_t i);
/* The text of a string; empty for anything else. Escapes are resolved; malformed ones make it empty. */
str jt_text(struct jtree *t, uint32_t i);
/* jt_text() of a member. */
str jt_str(struct jtree *t, uint32_t object, const char *name);
bool jt_is_true(const struct jtree *t, uint32_t i);
/* A number as thousandths, rounded down: CVSS and EPSS need no more. False: it is none, or not in [0, 1000]. */
bool jt_milli(const struct jtree *t, uint32_t i, uint32_t *ret);
bool jt_is(const struct jtree *t, uint32_t i, enum jkind kind);

#endif
