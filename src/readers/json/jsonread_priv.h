/* jsonread_priv.h - the state of the JSON reader, and how it cuts its text into chunks.
 *
 * A chunk is a line, or one object over several lines; it holds objects one after another.
 * Thread rule: one owner. */
#ifndef SPOOR_READERS_JSONREAD_PRIV_H
#define SPOOR_READERS_JSONREAD_PRIV_H

#include "readers/json/feed.h"
#include "readers/json/jsonread.h"
#include "readers/json/toevent.h"

enum { WINDOW_STEP = 64 * 1024 };

enum chunk_kind {
	CHUNK_NONE, /* nothing left */
	CHUNK_MORE, /* the window ends before it does; want holds how much */
	CHUNK_TEXT, /* objects in text.ptr[0..len) */
	CHUNK_JUNK, /* text.ptr[0..len) is no object */
	CHUNK_CUT,  /* an object that the content ends in */
	CHUNK_LONG, /* an object above LIMIT_LINE_BYTES starts here */
};

/* The part of the text that is being read: a line, or one object over several lines. */
struct chunk {
	bool open;              /* cur stands before what is not yet read */
	bytes text;             /* as it lies in the feed */
	bool whole;             /* delimited by its brackets already: no use in looking for more lines */
	struct flat_cursor cur; /* over text, or over its repaired copy */
	bool repaired;
};

struct json_reader {
	struct reader_env env;
	struct feed feed;
	struct jsonshim *shim;
	struct flat flat;
	struct json_choice choice; /* only its dialects when judging */
	bool told_more;            /* fields that have no columns */
	struct chunk chunk;
	buf fixed;           /* repaired copy of the chunk */
	uint32_t wrap_depth; /* objects around the list that is being read */
	uint32_t closing;    /* ... and to be passed over behind it */
	bool wraps;          /* the content has such objects */
	uint64_t line;       /* number of the line at feed.pos, from 1 */
	uint64_t element;    /* objects so far */
	bool started, array; /* array: the content is one JSON array */
	size_t want;         /* bytes asked for with CHUNK_MORE */

	bool skipping;   /* inside an object that is too long */
	bool skip_lines; /* ... which ends with its line */
	uint64_t skip_from;
	struct balance skip;

	struct gap later; /* told by the next call */
	bool has_later;
	struct json_fill fill;
};

/* Ask for more than the `have` bytes of text that are there: sets w->want. */
void window_ask(struct json_reader *w, size_t have);

/* Find the next chunk behind separators, which are consumed; *ret_len for TEXT, JUNK and CUT. */
enum chunk_kind chunk_find(struct json_reader *w, size_t *ret_len);

/* The object at the start of the text by its brackets; `lines`: a line end ends it, too. */
enum chunk_kind chunk_by_brackets(struct json_reader *w, size_t *ret_len, bool lines);

/* Make the first len bytes of text the open chunk. */
void chunk_open(struct json_reader *w, size_t len);

/* Index the open chunk, or its repaired copy. */
enum jsonshim_result chunk_index(struct json_reader *w);

/* Does the chunk look like the first line of a pretty-printed object? */
bool chunk_goes_on(const struct chunk *k);

/* Consume n bytes of text and count their lines. */
void text_consume(struct json_reader *w, size_t n);

#endif
