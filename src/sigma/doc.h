/* doc.h - what the parsers of correlations and filters share: lists of names, refusals with a line.
 * Thread rule: pure functions. */
#ifndef SPOOR_SIGMA_DOC_H
#define SPOOR_SIGMA_DOC_H

#include "util/yaml_tree.h"

struct doc_names {
	const str *at;
	uint32_t len;
};

/* A name inside a message. */
#define DOC_NAME(s) (int)((s).len < 60 ? (s).len : 60), (s).ptr

/* *e becomes "line N: ..." of this node. Answers -1. */
#define doc_refuse(node, e, ...) err_failed(doc_refuse_line((node)->line, (e), __VA_ARGS__))
int doc_refuse_line(uint32_t line, err *e, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* A text, or a list of at most `max` different texts, trimmed. `what` names the key in messages. */
int doc_names_take(const struct ynode *n, const char *what, uint32_t max, arena *mem, struct doc_names *ret,
		   err *e);

#endif
