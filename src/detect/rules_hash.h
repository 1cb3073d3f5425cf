/* rules_hash.h - which rules were they? SHA-256 of every file of a bundle, and of the whole.
 *
 * A file's hash is what sha256sum says of it. The hash of a set is that of its files' hashes, sorted, a
 * line each: it does not depend on where the files lie or what they are called, and
 *
 *	find DIR -name '*.yml' -exec sha256sum {} + | cut -c1-64 | LC_ALL=C sort | sha256sum
 *
 * gives the same. Thread rule: one owner, then immutable. */
#ifndef SPOOR_DETECT_RULES_HASH_H
#define SPOOR_DETECT_RULES_HASH_H

#include "util/arena.h"
#include "util/err.h"
#include "util/map.h"
#include "util/sha256.h"
#include "util/vec.h"

struct file_hash {
	char hex[SHA256_HEX_LEN + 1];
};

struct rule_hashes {
	map paths; /* path of a rule file, as reported, to index of `files` */
	VEC(struct file_hash) files;
	struct file_hash rules;  /* of all rule files */
	struct file_hash values; /* of all files of values; empty: there are none */
};

int rule_hashes_of(struct rule_hashes *ret, bytes bundle, err *e);
void rule_hashes_done(struct rule_hashes *h);

/* Lower-case hex; empty for a path that is none of them, such as a file that could not be read. */
str rule_hash_of(const struct rule_hashes *h, str path);

#endif
