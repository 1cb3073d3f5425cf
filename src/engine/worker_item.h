/* worker_item.h - what a worker does with one content: identify, read, detect, extract, render.
 * Private to the worker's side of the engine. Thread rule: one owner. */
#ifndef SPOOR_ENGINE_WORKER_ITEM_H
#define SPOOR_ENGINE_WORKER_ITEM_H

#include "detect/detect.h"
#include "engine/collection.h"
#include "engine/drive.h"
#include "engine/engine.h"
#include "engine/wire_emit.h"
#include "engine/outbox.h"
#include "event/render.h"
#include "facts/facts.h"

struct worker {
	int sock;
	struct wire_in in;
	arena mem; /* messages from the coordinator */
	bool facts_on, hash_on, census_on, naive;
	uint32_t output; /* enum engine_output */
	struct collection collection;
	struct engine_declared *declared;
	size_t ndeclared;
	arena declared_mem;
	struct ruleset *rules;
	struct detector *detector; /* made at the first item */

	struct emit emit;
	struct outbox out;
	struct window win;
	struct sha256 *sha;
	bool sink_failed; /* results or output could not be sent: the process ends */

	/* One schema set serves item after item, with all that is bound to it, until it is worn out. */
	struct schema_set *schemas;
	bool detecting;
	uint64_t damaged;                  /* live events of the item that could be read in part only ... */
	uint64_t damaged_from, damaged_to; /* ... and where they lie */
	struct fact_table *facts;          /* empty between items */
	bool observing;
	struct census *census; /* empty between items */
	bool counting;
	bool (*render)(struct worker *w, const event *ev); /* into out.cur, NULL: no output */
	struct render_source ecs;
	uint64_t flushed_at, facts_at;
};

struct item_what {
	uint32_t task, member;
	str path;
	const struct reader_ops *ops; /* NULL: nothing reads it, a gap was told */
	str format;                   /* reader name, container kind, or empty */
	uint64_t begin, end;          /* UINT64_MAX: to its end */
	uint64_t size_hint;           /* of content that is not read through */
	int64_t mtime_ns;
	bytes head; /* of the content, where the window does not begin with it */
	bool fatal; /* so far */
};

/* Which reader fits the first bytes of w->win; tells a gap if none does. */
int item_identify(struct worker *w, struct item_what *what, err *e);

/* Read w->win, which holds the first bytes, and tell everything but ItemDone. */
int item_read(struct worker *w, struct item_what *what, err *e);

/* Tell ItemDone. */
int item_end(struct worker *w, const struct item_what *what, err *e);

/* Let go of what is kept between items. */
void item_forget(struct worker *w);

int item_gap(struct worker *w, const err *why, uint64_t from, uint64_t to, err *e);

/* Hear what the coordinator says while a task runs. wait: until output may go on. */
int worker_control(struct worker *w, bool wait, err *e);

#endif
