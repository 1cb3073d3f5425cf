/* reader.h - the contract of an evidence format.
 *
 * A reader turns bytes into events: no I/O, no logging, no global state. It sees a window on the
 * content that its driver moves forward, so the same code serves a file, a piece of a file, an archive
 * member and a stream. Damage is data: a part that cannot be read is answered as SKIPPED with a gap,
 * and reading goes on behind it. Thread rule: one reader per thread. */
#ifndef SPOOR_READERS_READER_H
#define SPOOR_READERS_READER_H

#include "event/event.h"
#include "event/gap.h"
#include "event/schema.h"
#include "util/err.h"
#include "util/times.h"
#include "util/zone.h"

enum reader_step {
	READER_EVENT,   /* *ret_ev is set; valid until the next call */
	READER_SKIPPED, /* *ret_gap is set; the reader stands behind the damage */
	READER_MORE,    /* in->need_from and in->need_len are set; call again with a window that holds
			 * them, or with `last` set if the content ends before */
	READER_END,     /* nothing follows */
	READER_FATAL,   /* *e is set; this content cannot be read on */
};

/* The window: content bytes [offset, offset + data.len). The driver may move or free data only after
 * READER_MORE; bytes before need_from are not asked for again. */
struct reader_input {
	bytes data;
	uint64_t offset;
	bool last; /* the content ends at offset + data.len */

	uint64_t need_from; /* out, with READER_MORE: first byte still needed ... */
	size_t need_len;    /* ... and how many from there, at least 1 */
};

/* What a reader gets when it is opened. */
struct reader_env {
	struct schema_set *schemas; /* where its schemas go */
	uint32_t item;              /* goes into event refs and gaps */
	uint64_t begin;             /* content offset of the first byte it will see: 0, or the start of
				     * a piece, which is piece_first + k * piece_align */
	uint64_t end;               /* a piece ends here; UINT64_MAX: read to the end of the content.
				     * A line reader finishes the line that starts before `end`. */
	str path;                   /* hint for formats that keep facts in the file name */

	/* The rest may be missing; line formats use it. */
	const struct reader_ops *ops; /* the entry of READERS that is opened: set by whoever calls open() */
	bytes head;       /* first READER_PROBE_LEN bytes of the content (or all), wherever `begin`
				       * is; valid until open() has returned */
	int64_t mtime_ns; /* of the item, TIME_NONE or 0 if unknown: for times without a year */
	str host;         /* where the item was recorded, if its place tells; content goes first */
	const struct time_zone *zone; /* that was declared for local times; NULL: nobody did */
	str coding;                   /* that was declared for legacy text: "cp1251"; empty: nobody did */
};

#define READER_PROBE_LEN 65536u

/* Record ids that a reader saw, for finding missing ones across pieces: ids [first, last] of one
 * channel of one computer are all there, live, written between the two times. */
struct record_run {
	str computer, channel; /* valid until the next call */
	uint64_t first, last;
	int64_t first_ns, last_ns;
};

struct reader_ops {
	const char *name;     /* stable id, e.g. "evtx" */
	const char *summary;  /* one line for --list and the manual */
	uint32_t piece_align; /* pieces of one item may be read apart, cut at this; 0: never */
	uint32_t piece_first; /* content offset of the first cut */
	/* Confidence 0..100 that `head`, the first READER_PROBE_LEN bytes (or all), is this format.
	 * The path only breaks ties. Pure. NULL: `text` tells. */
	int (*probe)(bytes head, str path);
	/* A line format's description (text/textlog.h), else NULL; then open, next and close are text_*(). */
	const struct text_format *text;
	int (*open)(void **ret, const struct reader_env *env, err *e);
	enum reader_step (*next)(void *self, struct reader_input *in, event *ret_ev, struct gap *ret_gap,
				 err *e);
	/* Optional (NULL): take the next run of record ids gathered so far; false if none is left.
	 * Runs are complete once next() answered END. */
	bool (*run)(void *self, struct record_run *ret);
	void (*close)(void *self); /* NULL is a no-op */
};

/* Every reader, strongest content claim first. NULL-terminated. */
extern const struct reader_ops *const READERS[];

/* Best reader for the first READER_PROBE_LEN bytes of some content. NULL if none is sure
 * (ERR_UNSUPPORTED) or two tie (ERR_ARG, the text names both). */
const struct reader_ops *reader_pick(bytes head, str path, err *e);

/* The reader called `name`, or NULL. */
const struct reader_ops *reader_named(str name);

#endif
