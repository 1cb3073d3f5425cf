/* lines.h - the lines of a content that is seen through a moving window.
 *
 * Lines end with LF or CR LF, or with CR where the head of the content has no LF at all: a CR inside a
 * line of an LF log is part of a value, or one could write lines into other people's logs. NULs around a
 * line (preallocated or lost blocks) and byte order marks before it are left out.
 *
 * A piece [begin, end) owns the lines that start behind its first line end and up to `end` inclusive: the
 * line that starts exactly at a cut is read by the piece before it, whose reader alone knows that a line
 * starts there. Thread rule: one owner. */
#ifndef SPOOR_READERS_LINES_H
#define SPOOR_READERS_LINES_H

#include "readers/reader.h"
#include "readers/text/coding.h"

struct lines {
	struct coding coding;
	bool known;         /* coding is */
	bool lone_cr;       /* CR ends lines */
	bool sync;          /* in a piece, before its first line */
	bool inside;        /* pos stands behind NULs that begin a line */
	bool skipping;      /* in the rest of a line that was too long ... */
	uint64_t skip_from; /* ... from here */
	uint64_t pos;       /* content offset of what comes next */
	uint64_t end;       /* env.end */
	uint64_t number;    /* of the line at pos, from 1; 0: not known, in later pieces */
};

struct line {
	bytes raw;       /* without its end */
	uint64_t offset; /* of raw in the content */
	uint64_t number;
	bool open; /* the content ends before the line does */
	bool cut;  /* longer than LIMIT_LINE_BYTES, this is its beginning */
};

enum lines_step {
	LINES_ONE,
	LINES_MORE,  /* in->need_from and need_len are set */
	LINES_LIMIT, /* *ret is the rest of a line that was cut, offset and raw.len of it */
	LINES_END,
};

void lines_init(struct lines *l, const struct reader_env *env);

/* Decide coding and line ends by the head: env->head, else the window. False: more is needed first. */
bool lines_begin(struct lines *l, const struct reader_env *env, struct reader_input *in);

enum lines_step lines_next(struct lines *l, struct reader_input *in, struct line *ret);

/* How lines end in `head`: true for lone CR. */
bool lines_lone_cr(const struct coding *c, bytes head);

/* The part of b before its first line end, and the rest behind it; *ret_ended false if there is no end. */
bytes lines_cut(const struct coding *c, bool lone_cr, bytes *b, bool *ret_ended);

#endif
