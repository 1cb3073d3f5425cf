/* json_run.h - drive a reader, the JSON reader if none is named, over bytes in memory and keep what it says.
 * Thread rule: one owner. */
#ifndef SPOOR_TESTS_JSON_RUN_H
#define SPOOR_TESTS_JSON_RUN_H

#include "event/render.h"
#include "readers/readers.h"

enum { RUN_EVENTS_MAX = 20000, RUN_GAPS_MAX = 64 };

struct run_event {
	char *json; /* render_evtx_json() */
	int64_t time_ns;
	uint8_t basis, flags;
	enum schema_family family;
	uint32_t schema_id, length;
	uint64_t offset, record;
	size_t raw_len;
};

struct run {
	struct run_event *events;
	size_t nevents;
	struct gap gaps[RUN_GAPS_MAX];
	size_t ngaps; /* may exceed RUN_GAPS_MAX */
	size_t need_max;
	enum reader_step end;
	struct schema_set *schemas;
};

/* Called for each event while it is valid; may be NULL. */
typedef void (*run_look)(void *ctx, const event *ev);

/* Read content through windows that hold just what was asked for, `window` bytes at first (0: all). The
 * window lies in memory of exactly its size, so that the sanitizers see a byte too many. */
void run_reader(struct run *ret, const struct reader_ops *ops, bytes content, size_t window, run_look look, void *ctx);
void run_bytes(struct run *ret, bytes content, size_t window, run_look look, void *ctx);
void run_str(struct run *ret, str content);
void run_done(struct run *r);

#endif
