/* textlog_run.h - drive a line format over bytes in memory and keep what it says.
 * Thread rule: one owner. */
#ifndef SPOOR_TESTS_TEXTLOG_RUN_H
#define SPOOR_TESTS_TEXTLOG_RUN_H

#include "event/render.h"
#include "readers/readers.h"
#include "readers/text/textlog.h"

enum { TEXTLOG_EVENTS_MAX = 4000, TEXTLOG_GAPS_MAX = 64 };

struct textlog_event {
	char *fields; /* "name=text" of each value that is there, each with a line feed behind it */
	char *ecs;    /* render_ecs() */
	char *raw;
	char dataset[64], host[64];
	int64_t time_ns;
	uint8_t basis, flags;
	uint32_t length;
	uint64_t offset, record;
};

struct textlog_run {
	struct textlog_event *events;
	size_t nevents;
	struct gap gaps[TEXTLOG_GAPS_MAX], last; /* the first ones, and the last */
	size_t ngaps, nassumed;                  /* apart: GAP_ASSUMED is no gap */
	enum reader_step end;
	uint32_t nschemas;
};

/* What is set besides the content; zeroed for none. */
struct textlog_with {
	size_t window;       /* first window, 0: all; later ones hold just what was asked for */
	uint64_t begin, end; /* a piece; end 0: to the end */
	str path, host, coding;
	int64_t mtime_ns;
	const struct time_zone *zone;
};

/* Read content. Windows lie in memory of exactly their size, so that the sanitizers see a byte too many. */
void textlog_run(struct textlog_run *ret, const struct reader_ops *ops, bytes content,
		 struct textlog_with with);
void textlog_run_str(struct textlog_run *ret, const struct reader_ops *ops, const char *content);
void textlog_run_done(struct textlog_run *r);

/* A field's text, "" if it is not there. */
str textlog_field(const struct textlog_event *ev, const char *name);

/* Is `part` in the event's ECS document? */
bool textlog_ecs_has(const struct textlog_event *ev, const char *part);

/* "name=text name=text": the event has these, an empty text stands for absence. */
void textlog_check_fields(const char *what, const struct textlog_event *ev, const char *fields);

/* A table of lines, each read alone behind `head`. */
struct textlog_case {
	const char *what; /* NULL ends the table */
	const char *line;
	const char *time;   /* as time_text() says it; NULL: not looked at; "" for none */
	const char *fields; /* "name=text name=text": some of the fields; NULL: none looked at */
};
/* Every line is one event without a gap ... */
void textlog_good(const struct reader_ops *ops, const char *head, const struct textlog_case *cases,
		  struct textlog_with with);
/* ... or none and one gap. A good line behind it is read all the same. */
void textlog_bad(const struct reader_ops *ops, const char *head, const struct textlog_case *cases,
		 const char *good_line);

/* A format with its tables, and what its good line must give. */
struct textlog_format {
	const char *what;
	const struct reader_ops *ops;
	const struct textlog_case *good, *bad;
	const char *line, *dataset, *ecs; /* ecs: part of the ECS document */
};

/* Its good and bad lines. */
void textlog_format_lines(const struct textlog_format *f, size_t n, struct textlog_with with);
/* Its good line: dataset, document, and that it is taken for no other format. */
void textlog_format_documents(const struct textlog_format *f, size_t n);

#endif
