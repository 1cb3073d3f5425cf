/* rulepack.h - which rules a command works with and how they are read.
 * Thread rule: pure but for the file system. */
#ifndef SPOOR_CLI_RULEPACK_H
#define SPOOR_CLI_RULEPACK_H

#include "cli/command.h"
#include "cli/rulestore.h"
#include "detect/correlate.h"
#include "util/buf.h"

/* Folder of the shipped rules: beside the program (a build in its source tree) or installed. The result
 * is in *to; false if there is none. */
bool rulepack_find(buf *to);

struct rulepack_from {
	buf paths; /* where the rules lie, for people */
	buf pin;   /* name of the pinned release; empty: they are none */
};

/* Read what decides what is found: the rules of every -r, or the pinned release where none is given, or
 * the shipped pack where none is pinned; the values of every --values; the profile. from may be NULL. -1
 * with a remedy in *e if there are no rules, or the pinned ones are not what they were. */
int rulepack_read(const struct cli_args *args, buf *ret, struct rulepack_from *from, err *e);
void rulepack_from_done(struct rulepack_from *from);

/* The same for one file of rules instead of those of -r. */
int rulepack_read_file(const struct cli_args *args, const char *path, buf *ret, err *e);

/* Compiled rules: what workers get, and the same to look at here. */
struct rulepack {
	buf image;
	buf thawed; /* a copy of it that rs lies in */
	struct ruleset *rs;
};

/* Compile a bundle, or take it from the user's cache of compiled rules. Done with rulepack_done(), also
 * after failure. */
int rulepack_compile(bytes bundle, struct rulepack *ret, err *e);

/* rulepack_read() and rulepack_compile() in one, without reading rules that have not changed since they were
 * compiled. */
int rulepack_open(const struct cli_args *args, struct rulepack *ret, err *e);

/* The compiled rules; valid as long as the pack. NULL and *e if they cannot be opened. */
const struct ruleset *rulepack_rules(struct rulepack *p, err *e);

/* What carries out the correlations of the pack; *ret is NULL where it has none. Freed before the pack. */
int rulepack_correlator(struct rulepack *p, struct correlator **ret, err *e);

void rulepack_done(struct rulepack *p);

/* For the tables of the commands that take rules. */
#define RULE_OPTIONS                                                                                         \
	{ 'r', "rules", "PATH",                                                                              \
	  "Sigma rules: file or folder; may be repeated. Default: pinned, else shipped ones" },              \
		STORE_OPTION,                                                                                \
		{ 0, "values", "PATH", "Values for placeholders: YAML file or folder; may be repeated" },    \
	{                                                                                                    \
		0, "profile", "NAME", "strict (default), or extended: Sysmon's rules read 4688 and 4657 too" \
	}

#endif
