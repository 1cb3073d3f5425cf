/* tempfile.h - scratch space on disk that has no name and vanishes with its descriptor.
 * Thread rule: positional reads and writes; one owner. */
#ifndef SPOOR_UTIL_TEMPFILE_H
#define SPOOR_UTIL_TEMPFILE_H

#include "util/err.h"
#include "util/str.h"

/* An unlinked file in $TMPDIR or /tmp, readable by its owner only, close-on-exec. Answers the
 * descriptor, or -1. */
int tempfile_open(err *e);

/* All bytes or an error; short counts and EINTR are handled. */
int tempfile_write(int fd, uint64_t off, bytes data, err *e);
int tempfile_read(int fd, uint64_t off, uint8_t *to, size_t len, err *e);

/* Give a part back to the file system; where that is not possible it stays until the end. */
void tempfile_release(int fd, uint64_t off, uint64_t len);

#endif
