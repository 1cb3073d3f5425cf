/* feed.h - the reader's window as UTF-8 text, and where the next object ends in it.
 *
 * UTF-8 is used where it lies. UTF-16, which PowerShell writes, is converted as the window moves; every
 * position still has its place in the evidence. Thread rule: one owner. */
#ifndef SPOOR_READERS_JSON_FEED_H
#define SPOOR_READERS_JSON_FEED_H

#include "readers/reader.h"

enum feed_coding { FEED_UNKNOWN, FEED_UTF8, FEED_UTF16LE, FEED_UTF16BE };

struct feed {
	enum feed_coding coding;
	uint64_t pos; /* content offset of text.ptr[0]: the next byte not yet consumed */
	bytes text;   /* not yet consumed, in UTF-8 */
	bool last;    /* nothing follows text */
	buf utf8;     /* converted text; [used, len) is `text` */
	size_t used;
	uint64_t converted; /* content offset up to which utf8 reaches */
};

void feed_done(struct feed *f);

/* Take the window in. False if it does not reach f->pos yet: ask for more. */
bool feed_load(struct feed *f, const struct reader_input *in);

/* Consume n bytes of text. */
void feed_skip(struct feed *f, size_t n);

/* Bytes of content that the first n bytes of text stand for. */
uint64_t feed_span(const struct feed *f, size_t n);

/* How the object that starts at text.ptr[0] goes on. */
struct balance {
	uint32_t depth;
	bool in_string, escaped;
};

/* Follow brackets and strings through p[0..n). Answers how many bytes were used: behind the bracket
 * that closes the object (depth 0), or up to a line end that no JSON text can hold - one inside a
 * string, or, where `lines` is set, any (then depth > 0) -, or n. */
size_t balance_scan(struct balance *b, const uint8_t *p, size_t n, bool lines);

#endif
