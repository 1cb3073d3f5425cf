/* textlog.h - line logs: one engine for all of them, a small description for each.
 *
 * The engine cuts the content into records, converts them to UTF-8, keeps places and line numbers, marks
 * what is cut, turns what does not fit into gaps, and gives events. A format says how to know it (claim)
 * and what one record holds (line, or a list of patterns, see linepat.h). docs/text-logs.md shows one from
 * beginning to end. Thread rule: one owner per reader; formats are constants. */
#ifndef SPOOR_READERS_TEXTLOG_H
#define SPOOR_READERS_TEXTLOG_H

#include "readers/reader.h"
#include "readers/text/lines.h"
#include "readers/text/split.h"
#include "util/logtime.h"

/* What a record is. */
enum text_framing {
	FRAME_LINE,
	FRAME_CSV,    /* lines joined while a quoted field is open */
	FRAME_STARTS, /* a line that starts() and those behind it that do not */
	FRAME_SAME,   /* a line and those behind it that are of the same record; never in pieces */
};

/* What a line turned out to be. */
enum text_line {
	TEXT_EVENT,   /* t->columns, t->values and time are set */
	TEXT_NOTHING, /* it belongs to the format and is no event: header, legend, blank */
	TEXT_BAD,     /* not parseable: t->why says why; it becomes a gap */
};

enum { TEXT_SAMPLE = 200 };

/* The head of a content as a probe sees it: made once for all line formats. */
struct text_head {
	str path;
	struct coding coding;
	str lines[TEXT_SAMPLE]; /* the first ones, in UTF-8, without blank ones and without one that is cut */
	size_t nlines;
};

struct text;
struct text_pattern;

/* Behind the values of a format's columns: those that the engine adds. */
enum { SLOT_HOST, SLOT_LINE, TEXT_SLOTS };

struct text_format {
	const char *dataset; /* ECS event.dataset, where the format has but one */
	enum text_framing framing;
	bool line_keywords; /* keywords of rules look into the whole record, too: they were written for its text */

	/* With pieces: lines that begin with this character say how those behind them are to be read. Content is
	 * cut only where all of them, but for those that begin with mark_free, stand in its head already and
	 * can_cut() agrees. 0: there are none. */
	char mark;
	const char *mark_free;
	bool (*can_cut)(const struct text_head *h);

	/* Confidence 0..100. NULL: the share of lines that fit a pattern. */
	int (*claim)(const struct text_head *h);
	int claim_most; /* it never claims more, so that it need not be asked where another is surer; 0: not said */
	/* t->line to an event. NULL: patterns. */
	enum text_line (*line)(struct text *t);
	/* FRAME_STARTS: does a record begin with this line? */
	bool (*starts)(str line);
	/* FRAME_SAME: does `next` belong to the record that begins with `first`? */
	bool (*same)(str first, str next);
	uint32_t join_max; /* lines of one record; 0: LIMIT_TEXT_JOIN */
	/* Optional: zeroed memory in t->state, set up and given back. */
	size_t state_bytes;
	int (*open)(struct text *t, err *e);
	void (*close)(void *state);

	const struct text_pattern *patterns; /* the first that fits; ends with a zeroed one */
};

struct text {
	/* For the format to read. */
	const struct text_format *format;
	struct reader_env env;
	str line;     /* the record in UTF-8, without its line end; valid until the next */
	bool partial; /* it is cut: the content ends in it, or it was too long */
	void *state;
	arena mem; /* of the record: cleared before the next, for texts that must be put together */

	/* For the format to set before TEXT_EVENT: text_columns() and then values[0..n), those that are not
	 * there VALUE_ABSENT, and the time (text_time() and its like, or by hand). */
	value *values;
	int64_t time_ns; /* TIME_NONE before each line */
	enum time_basis basis;
	bool repaired;       /* the event is there in part only: it will be marked */
	const event *given;  /* its schema and values come from elsewhere, not from columns and values */
	const char *why;     /* before TEXT_BAD */
	const char *assumed; /* what was assumed to read this content at all: told once */

	/* For formats with several framings. */
	enum text_framing framing;
	char separator; /* of FRAME_CSV; ',' at first */

	/* The engine's own. */
	struct linepat_set *patterns;
	const struct schema *schema;
	uint32_t ncolumns; /* of the format; values[] has TEXT_SLOTS more */
	bool refused;      /* text_columns() met a limit */
	bool headless;     /* a piece, before its first record */
	uint32_t values_cap;
	struct lines lines;
	struct line record;
	uint64_t no_join_before; /* a quote that stays open was followed up to here */
	buf text, ahead;         /* converted record; converted line behind it */
	uint32_t notes;          /* assumptions made, 1 << enum text_note ... */
	uint32_t told;           /* ... and told */
};

/* The functions of a line format's entry in READERS: const struct reader_ops reader_w3c =
 * TEXT_READER("w3c", "W3C extended logs", &W3C). With pieces: lines can be read from the middle of the content, or
 * need only what stands before the first event of its head. */
int text_open(void **ret, const struct reader_env *env, err *e);
enum reader_step text_next(void *self, struct reader_input *in, event *ret_ev, struct gap *ret_gap, err *e);
void text_close(void *self);
#define TEXT_READER(name_, summary_, format_)                                                                \
	{                                                                                                    \
		.name = (name_), .summary = (summary_), .text = (format_), .open = text_open,                \
		.next = text_next, .close = text_close                                                       \
	}
#define TEXT_READER_PIECES(name_, summary_, format_)                                                         \
	{                                                                                                    \
		.name = (name_), .summary = (summary_), .text = (format_), .open = text_open,                \
		.next = text_next, .close = text_close, .piece_align = TEXT_PIECE_ALIGN                      \
	}
enum { TEXT_PIECE_ALIGN = 2 }; /* a cut lies between two units of UTF-16 */

/* --- probing -------------------------------------------------------------------------------- */

/* Prepare the head for claims; text_head_done() gives back what it points to. False without memory. */
struct text_head_store;
bool text_head_init(struct text_head *h, struct text_head_store **ret_store, bytes head, str path);
/* The same where a coding was declared. */
bool text_head_init_as(struct text_head *h, struct text_head_store **ret_store, bytes head, str path,
		       str coding);
void text_head_done(struct text_head_store *store);

/* Confidence of one format, and what it can be at most. */
int text_claim(const struct text_format *f, const struct text_head *h);
int text_claim_most(const struct text_format *f);

/* Are there sampled lines, and is it this percentage of them that `fits`? No more of them are looked at than decide it. */
bool text_fits(const struct text_head *h, bool (*fits)(str line), unsigned percent);
/* Are so many of them bad that the percentage cannot be reached? */
static inline bool text_misfits(const struct text_head *h, size_t bad, unsigned percent)
{
	return (h->nlines - bad) * 100 < h->nlines * percent;
}

/* --- columns -------------------------------------------------------------------------------- */

/* Say which columns the next events have: their names as logged, in order; values[i] is the i-th. The
 * same columns in the same dataset are the same schema in all items. Where no column is host.name by
 * data/ecs_*.tsv one is added behind them that holds the item's host. Cheap enough for each change of
 * columns, not for each line: keep what was said last. False: t->why is set. */
bool text_columns(struct text *t, str dataset, const str *names, size_t n);

/* The same columns again, by what t->schema was when they were said: cheap enough for each line, for readers whose
 * lines take turns. Until the reader is closed. */
void text_columns_again(struct text *t, const struct schema *s);

/* --- times ---------------------------------------------------------------------------------- */

/* Set the event's time from what was written: zone and year are completed by what was declared or assumed,
 * and assumptions are told once. */
void text_time(struct text *t, const struct logtime *lt);

/* A local time whose zone is not written, as if it were UTC. */
void text_time_local(struct text *t, int64_t local_ns);

#endif
