/* make.h - containers made at run time for the tests of evidence: libarchive's writer, in memory.
 * Thread rule: tests run in one thread. */
#ifndef SPOOR_TESTS_EVIDENCE_MAKE_H
#define SPOOR_TESTS_EVIDENCE_MAKE_H

#include "unit.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "evidence/evidence.h"
#include "util/buf.h"

/* A member to be written. A NULL name ends a list. */
struct put {
	const char *name;
	str data;
	const char *link; /* symbolic link, or hard link if `hard` */
	bool hard;
	mode_t type;      /* 0: file */
};

struct sink {
	buf *to;
};

/* libarchive's write callback; ctx is a struct sink. */
la_ssize_t sink_write(struct archive *a, void *ctx, const void *p, size_t n);

/* format: "zip" "zip-store" "zip-aes" "ustar" "pax" "7z" "gzip" "xz" "zstd" "bzip2"; the last four
 * compress the data of the first member. Bytes are appended to *ret. */
void make_archive(buf *ret, const char *format, const struct put *puts);

/* One member called `name` with what `in` holds; `in` becomes the container. */
void make_wrap(buf *in, const char *format, const char *name);

/* A descriptor that holds s, without a file system. */
int make_fd(str s);

/* Everything that a walk over the container answers, as text, one line each:
 *	path=content           the first 40 bytes, and "+N" for the length if there are more
 *	path=content!gap-kind  reading it failed behind that
 *	path~gap-kind
 *	!code                  the container cannot be read on
 * `texts` (NULL allowed) gets the reasons. limits may be NULL. */
void read_all(buf *ret, buf *texts, str container, const char *display, const struct archive_limits *limits);

#endif
