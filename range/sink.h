/* sink.h - logs: rows in any order go in, files in order come out.
 *
 * A sink is one log of one machine. Rows are told with their true time; at the end of a slice of time
 * everything that is due is sorted and written, the rest waits. That is the merge of all who told rows, and
 * memory holds one slice only; what begun files hold besides is bounded (LIMIT_SINK_HELD). On the way a row may be dropped (the log was cleared, rotated away, never
 * collected), and where a row of a truth step lands is reported. Files roll by period. Nobody here knows
 * what a row means. Thread rule: one owner. */
#ifndef SPOOR_RANGE_SINK_H
#define SPOOR_RANGE_SINK_H

#include "evtx_writer.h"
#include "util/buf.h"
#include "util/times.h"
#include "util/vec.h"

#define MS INT64_C(1000000)
#define SECOND NS_PER_S
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define WEEK (7 * DAY)

#define NO_STEP 0u
#define LIMIT_SINKS (1u << 20)
#define LIMIT_SINK_ROWS (1u << 28) /* of one slice */
#define LIMIT_SINK_FILES (1u << 22)
#define LIMIT_SINK_HELD ((size_t)112 << 20) /* begun chunks and text of all files, between slices */
#define SINK_PATH_MAX 512

enum finish { FINISH_PLAIN, FINISH_GZ, FINISH_ZIP }; /* what becomes of a file when it is complete */

struct sink;
struct sinks;

/* What all logs of one kind share. */
struct log_kind {
	const char *source;  /* name of the source in the truth: "iis-front" */
	int64_t period;      /* a new file so often; 0: one file */
	bool local;          /* the period is of local time */
	const char *pattern; /* of the path, for kinds whose path() reads one */
	/* Path below the evidence folder of the file that begins at `t`. */
	void (*path)(const struct sink *s, int64_t t, char out[SINK_PATH_MAX]);
	void (*header)(const struct sink *s, int64_t t, buf *out);  /* may be NULL */
	void (*trailer)(const struct sink *s, int64_t t, buf *out); /* may be NULL */
	/* Render a row that was kept packed; NULL: rows are bytes of the file. */
	void (*render)(const struct sink *s, bytes row, buf *out);
	bool evtx; /* rows are packed events, the file is EVTX */
};

struct row {
	int64_t time;
	uint64_t order;
	uint32_t at, len, step;
};

/* Rows of [from, to) are not in the evidence. */
struct drop {
	int64_t from, to;
	const char *cause;
	uint64_t lost;
};

struct sink_file {
	char *path;  /* below the evidence folder, while it is written */
	char *shown; /* as it is found there at the end: "x.log.gz!/x.log" */
	uint32_t sink;
	enum finish finish;
	uint64_t size, rows, marked_end; /* marked_end: behind the last row of a truth step */
	uint64_t huge;                   /* rows of more than a mebibyte */
	int64_t first, last;
};

struct sink {
	const struct log_kind *kind;
	struct sinks *all;
	uint32_t id, host;
	const void *about; /* for the kind's functions */
	uint32_t variant;
	uint64_t *ids; /* EVTX: the channel's counter of record ids */
	VEC(struct row) rows;
	buf text; /* the bytes of rows */
	buf out;  /* of the current file, not yet written */
	struct evtx_writer *evtx;
	VEC(struct drop) drops;
	int64_t rolled;      /* period of the current file */
	uint32_t file;       /* current, UINT32_MAX: none */
	uint64_t lines;      /* of the current file */
	int64_t first, last; /* rows that are there, true time */
	uint64_t told, kept;
	uint64_t used; /* the last flush that wrote rows */
};

/* A row of a step has landed, or was lost (file NULL). record: its id or line number. */
typedef void sink_landed(void *ctx, const struct sink *s, const struct row *r, const char *file,
			 uint64_t offset, uint64_t record);
/* How the file `path` that begins at `t` ends up, and how it is found then. */
typedef enum finish sink_plan(void *ctx, const struct sink *s, int64_t t, const char *path,
			      char shown[SINK_PATH_MAX]);

/* What the clock shows that a log rolls its files by. */
typedef int64_t sink_clock(void *ctx, const struct sink *s, int64_t t);

struct sinks {
	char *dir; /* evidence folder */
	VEC(struct sink *) at;
	VEC(struct sink_file) files;
	uint64_t order, rows;
	uint64_t flushes; /* so far */
	uint32_t listed;  /* steps from here on are of the truth */
	sink_landed *landed;
	sink_plan *plan;
	sink_clock *clock;
	void *ctx;
	bool failed;
	err error;
};

int sinks_init(struct sinks *s, const char *dir, err *e);
void sinks_done(struct sinks *s);

/* A new log; NULL after a failure. */
struct sink *sink_new(struct sinks *all, const struct log_kind *kind, uint32_t host);
void sink_drop(struct sink *s, int64_t from, int64_t to, const char *cause);

/* Nobody would see a row of that time, and no truth asks for it: it is counted as lost, and need not be made. */
bool sink_skips(struct sink *s, int64_t time, uint32_t step);
/* Begin a row: append its bytes to what comes back, then end it. Nothing else may be told to this sink between. */
buf *sink_row(struct sink *s);
void sink_end(struct sink *s, int64_t time, uint32_t step);

/* Write everything before `upto`. */
void sinks_flush(struct sinks *all, int64_t upto);
/* Write the rest, close all files. */
int sinks_finish(struct sinks *all, err *e);

/* Folders of a path. */
int make_folders(const char *path, err *e);

/* How an event is kept: this, nvalues descriptors as in a template instance, the values. */
struct packed_event {
	const struct evtx_def *def;
	const char *computer;
	int64_t logged;
	uint32_t pid, tid, nvalues, sid_len;
	uint8_t sid[28];
};

#endif
