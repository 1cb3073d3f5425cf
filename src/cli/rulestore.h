/* rulestore.h - the user's store of rule releases: one of them is pinned, and is what it was.
 *
 *	STORE/current -> releases/HASH        the release in use
 *	STORE/releases/HASH/...               its files, and
 *	STORE/releases/HASH/PIN               what they are: lines of sha256sum below a head of comments,
 *	                                      so that `sha256sum -c PIN` checks them too
 *
 * A release is complete before it becomes current, whatever happens in between.
 * Thread rule: one process writes (a lock), many read. */
#ifndef SPOOR_CLI_RULESTORE_H
#define SPOOR_CLI_RULESTORE_H

#include "cli/command.h"
#include "detect/rules_hash.h"

#define STORE_OPTION                                                                                         \
	{                                                                                                    \
		0, "store", "DIR", "Where pinned rules are kept. Default: $XDG_DATA_HOME/spoor/rules"        \
	}

/* A file of a release and its hash, by name in rising order. */
struct pin_file {
	str name;
	struct file_hash hash;
};

struct pin {
	str name, source, sha256; /* sha256: of all rules, see rules_hash.h */
	VEC(struct pin_file) files;
};

/* Folder of the store: --store, else by the environment. False if there is none to be had. */
bool rulestore_place(const struct cli_args *args, buf *to);

/* The pin of the release in use. 1: *ret is set, its strings in mem, and *ret_dir (NUL-terminated) is the
 * release's folder; 0: nothing is pinned; -1. */
int rulestore_pin(const char *store, struct pin *ret, buf *ret_dir, arena *mem, err *e);
void pin_done(struct pin *p);

/* Read the rules of the release in use into a bundle. As rulestore_pin(); -1 also if they are not what
 * was pinned. *ret_name: what the release is called. */
int rulestore_read(const char *store, buf *ret, buf *ret_name, err *e);

/* Write files (a bundle of release.h) as a new release and make it the one in use. pin->files are those
 * files. EXIT_BUSY's error: ERR_LIMIT if another process updates. */
int rulestore_write(const char *store, const struct pin *pin, bytes files, err *e);

#endif
