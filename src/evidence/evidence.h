/* evidence.h - finding evidence and reading its bytes.
 *
 * Two halves. walk_*() runs in the coordinator: it visits the paths that the user named, opens what is
 * a regular file and touches no content. content_*() runs in a worker: it turns an open descriptor into
 * the content of a file or of the members of an archive, nested ones too, without unpacking to disk.
 * Evidence is opened read-only, never through a link that leads out of the named tree, never mapped.
 * Thread rule: one thread per object. */
#ifndef SPOOR_EVIDENCE_EVIDENCE_H
#define SPOOR_EVIDENCE_EVIDENCE_H

#include "event/gap.h"
#include "util/arena.h"
#include "util/err.h"
#include "util/sha256.h"
#include "util/str.h"

/* --- walking (coordinator) ------------------------------------------------------------------ */

struct walk_item {
	str path;      /* as reported: the named path joined with the relative one, raw bytes */
	uint64_t size; /* bytes; 0 where it is no regular file */
	int64_t mtime_ns;
	uint64_t dev, ino;
	bool readable; /* false: `gap` says why (link, FIFO, socket, device, no permission, limit) */
	struct gap gap;
};

struct walk;

/* Visit paths[0..n) and all below; the result is sorted by path bytes and holds each file once (by
 * device and inode) however often it was named. Fails only when nothing at all could be visited;
 * a directory that cannot be read becomes an unreadable item. Links found on the way are items, never
 * followed; a link that is itself named in `paths` is followed once, to a file or a directory. */
int walk_new(struct walk **ret, const char *const *paths, size_t n, err *e);
size_t walk_len(const struct walk *w);
const struct walk_item *walk_at(const struct walk *w, size_t i);
/* Open item i: O_RDONLY|O_NOFOLLOW|O_NONBLOCK|O_CLOEXEC|O_NOATIME where allowed, and verify that it is
 * still the regular file that was found (device, inode). The caller closes the descriptor. -1: ERR_IO,
 * the system said no; ERR_CORRUPT, something else lies there now: a GAP_CHANGED; ERR_ARG, not readable. */
int walk_open(const struct walk *w, size_t i, err *e);
void walk_free(struct walk *w);

/* --- reading (worker) ----------------------------------------------------------------------- */

/* Once per process, before threads and before a sandbox: member names need a UTF-8 character set
 * (LC_CTYPE C.UTF-8), zip times a fixed zone (TZ=UTC0), and the C library reads files to learn either.
 * Afterwards reading needs only pread64, lseek and memory from the system. */
int evidence_process_init(err *e);

/* What an error of content_*() or archive_*() means for the case; range [from, to) of the content. */
void evidence_gap(struct gap *ret, const err *e, uint64_t from, uint64_t to);

/* Sequential reader of one content. */
struct content;

/* Plain content of fd from byte `begin` to `end` (UINT64_MAX: to its end). Borrows fd; uses pread. */
int content_file(struct content **ret, int fd, uint64_t begin, uint64_t end, err *e);

/* Read up to cap bytes. 0 at the end. Short counts happen. */
int64_t content_read(struct content *c, uint8_t *to, size_t cap, err *e);
void content_free(struct content *c);

/* What kind of container `head` (the first READER_PROBE_LEN bytes) is, by content; NULL if none:
 * "gzip" "xz" "zstd" "bzip2" "zip" "tar" "7z". */
const char *container_kind(bytes head);

struct archive_walk;

struct archive_member {
	str path;     /* "outer.zip!/dir/inner.gz!/name": decoded where a collector percent-encoded it;
			* unsafe names are shown, never used to open anything */
	str raw_path; /* the member's own name as stored */
	int64_t mtime_ns; /* TIME_NONE: not said */
	uint64_t size; /* as declared; UINT64_MAX if unknown until read */
	bool readable; /* false: gap says why (encrypted, link, device, limit) */
	struct gap gap;
};

/* Ceilings; archive_open() takes those of limits.h. */
struct archive_limits {
	unsigned depth;
	uint64_t members, member_bytes, bytes;
	uint64_t ratio, ratio_from, bulk_ratio, bulk_from; /* unpacked : packed, once that much came out */
	size_t buffer_bytes;
};
extern const struct archive_limits ARCHIVE_LIMITS;

/* Open the container in fd (borrowed). display: the item's path, put before member names. limits NULL:
 * ARCHIVE_LIMITS. ERR_UNSUPPORTED if it is no container. */
int archive_open(struct archive_walk **ret, int fd, str display, err *e);
int archive_open_limited(struct archive_walk **ret, int fd, str display, const struct archive_limits *limits,
			 err *e);
/* Next member in stored order, however deep it is nested; inner containers are opened, not answered.
 * What is no file (link, device), is encrypted, or is an inner container that cannot be read (on) is
 * answered with readable = false and its gap. 1: *ret is set, valid until the next call; 0: no more;
 * -1: the outer container cannot be read (on), members answered before stay good (*e). */
int archive_next(struct archive_walk *a, struct archive_member *ret, err *e);
/* Content of the current member, sequentially. 0 at its end. -1: what came before stays good, the rest
 * is lost or (checksum) doubtful: ERR_CORRUPT, ERR_TRUNCATED, ERR_UNSUPPORTED, ERR_LIMIT (bytes, ratio).
 * evidence_gap() makes a gap of it. archive_next() goes on behind it where that is possible. */
int64_t archive_read(struct archive_walk *a, uint8_t *to, size_t cap, err *e);
/* NULL is fine. (libarchive owns the name archive_free.) */
void archive_close(struct archive_walk *a);

/* "C%3A/Windows/x%2Dy" -> "C:/Windows/x-y"; invalid escapes stay as they are. ptr NULL: no memory. */
str percent_decode(str s, arena *mem);

#endif
