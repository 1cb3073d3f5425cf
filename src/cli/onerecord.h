/* onerecord.h - one record of the evidence: where it is, proof that it is the one, its event.
 *
 * Named as people and reports name it: PATH:OFFSET[:RECORD], or a case and SHA256:OFFSET:RECORD. Hostile
 * bytes are parsed after the process has entered the workers' sandbox, which it does not leave: whatever
 * needs the file system comes before. Thread rule: the main thread. */
#ifndef SPOOR_CLI_ONERECORD_H
#define SPOOR_CLI_ONERECORD_H

#include "cli/command.h"
#include "event/event.h"
#include "readers/reader.h"
#include "util/limits.h"
#include "util/sha256.h"

/* The records around one, as its reader meets them; nearest ones, in order. */
struct record_near {
	struct event_ref before[LIMIT_SERVE_NEIGHBOURS], behind[LIMIT_SERVE_NEIGHBOURS];
	uint32_t nbefore, nbehind;
};

struct record_target {
	str file;   /* path of the file on disk */
	str member; /* whole path of the archive member ("a.zip!/x"), empty for the file itself */
	uint64_t offset, record;
	bool check_record;
	bool has_sha256;
	uint8_t sha256[SHA256_LEN];
	const char *case_dir;     /* whose declared time zones hold; NULL: no case */
	struct record_near *near; /* to be filled when record_read() returns; NULL: not wanted */
};

/* Where the words (one: a place in a file; two: a case and a reference) point to. Strings go to mem. */
int record_target(struct record_target *ret, const char *const *words, size_t n, arena *mem, err *e);

struct record_seen {
	const struct record_target *target;
	const struct reader_ops *ops;
	bool verified;                           /* the content's hash is that of the case */
	const struct logsource_triple *declared; /* by --logsource, or NULL */
};

typedef int (*record_look)(void *ctx, const struct record_seen *seen, const event *ev, err *e);

/* Find it and show it to `look`, once, read as --tz, --encoding and --logsource of args and the zones of case.yaml say. The
 * evidence of a case is hashed first, unless --no-verify is given. Enters the sandbox. */
int record_read(struct cli *cli, const struct cli_args *args, const struct record_target *t, record_look look,
		void *ctx, err *e);

#endif
