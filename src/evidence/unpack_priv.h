/* unpack_priv.h - one compressed stream (gzip, xz, zstd, bzip2), decoded step by step.
 *
 * Straight over the four libraries and not through libarchive's filters: what was decoded before a
 * damage or a cut is handed out to its last byte, memory has a ceiling, data behind the end of the
 * stream is noticed, and one step never makes more than the caller's buffer. Thread rule: one owner. */
#ifndef SPOOR_EVIDENCE_UNPACK_PRIV_H
#define SPOOR_EVIDENCE_UNPACK_PRIV_H

#include "util/err.h"
#include "util/str.h"

struct unpack;

/* kind: a word of container_kind(). NULL without *e set: no compressed stream, a real archive. */
struct unpack *unpack_new(const char *kind, err *e);

/* Decode from *in (moved forward) into out. *ret_len bytes came out, in case of an error too. Calls go
 * on until *ret_len < cap and *in is used up; then more input is needed. */
int unpack_run(struct unpack *u, bytes *in, uint8_t *out, size_t cap, size_t *ret_len, err *e);

/* When the content was changed last, seconds since 1970 UTC, as gzip notes it; false: not said, or not read yet. */
bool unpack_mtime(const struct unpack *u, int64_t *ret_s);

/* Input may end here: nothing is half done. */
bool unpack_complete(const struct unpack *u);

void unpack_free(struct unpack *u);

#endif
