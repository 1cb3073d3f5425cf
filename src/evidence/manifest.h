/* manifest.h - the chain of custody: one JSON line per item of evidence, in order, with its hash.
 *
 * The file is written beside its final name and renamed when it is complete, so that a manifest that is
 * there is whole; an unfinished one of an earlier run gives way. It never goes through a link. Thread rule: one thread per object. */
#ifndef SPOOR_EVIDENCE_MANIFEST_H
#define SPOOR_EVIDENCE_MANIFEST_H

#include "util/buf.h"
#include "util/err.h"
#include "util/sha256.h"
#include "util/str.h"

#define MANIFEST_NO_PARENT UINT32_MAX

struct manifest_entry {
	uint32_t id;           /* order of the manifest, from 0 */
	uint32_t parent;       /* containing archive's id, or MANIFEST_NO_PARENT */
	str path;              /* as reported, raw bytes */
	uint64_t size;         /* bytes of content read */
	int64_t mtime_ns;      /* TIME_NONE: null */
	const uint8_t *sha256; /* SHA256_LEN bytes, or NULL: null */
	str format, verdict, reason;
};

/* Append the line, newline included:
 * {"id":0,"parent":null,"path":"...","size":1,"mtime":"...","sha256":"...","format":"...",
 *  "verdict":"ok","reason":""}
 * A path that is not UTF-8 shows its bad bytes as \xNN and has all its bytes in "path_hex" too. */
void manifest_line(buf *b, const struct manifest_entry *m);

struct manifest;

/* Start DIR/manifest.jsonl (mode 0600). */
int manifest_create(struct manifest **ret, const char *dir, err *e);
int manifest_add(struct manifest *m, const struct manifest_entry *entry, err *e);
/* Flush to the disk and give the file its name. Frees m in any case. */
int manifest_finish(struct manifest *m, err *e);
/* Give up: the unfinished file stays as manifest.jsonl.part. NULL is fine. */
void manifest_free(struct manifest *m);

#endif
