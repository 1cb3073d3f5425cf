/* collection.h - what the paths of all evidence together tell of its files: which folders are machines, and until when logs
 * go where copying has lost the times of files. Thread rule: plain data. */
#ifndef SPOOR_ENGINE_COLLECTION_H
#define SPOOR_ENGINE_COLLECTION_H

#include "engine/wire.h"
#include "evidence/evidence.h"
#include "util/arena.h"

/* Learn it from all files, into the message for the workers. Strings lie in mem or in the walk. */
int collection_learn(Wire__Setup *m, const struct walk *files, arena *mem, err *e);

struct collection {
	str *folders; /* each ends with a machine's name; sorted */
	size_t nfolders;
	int64_t copied_ns,
		until_ns; /* files written since then were copied: what they hold was written before; 0: not known */
};

/* From the message; everything is copied to mem. */
int collection_unpack(const Wire__Setup *m, struct collection *ret, arena *mem, err *e);
/* The machine on which a file lay: what its own path tells, else in whose folder it is. Empty: not known. */
str collection_host(const struct collection *c, str path);
/* When a file was written, as far as that tells how late its lines can be. */
int64_t collection_written(const struct collection *c, int64_t mtime_ns);

#endif
