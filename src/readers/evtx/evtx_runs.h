/* evtx_runs.h - which record ids of which channel were there. Private to the EVTX reader. */
#ifndef SPOOR_READERS_EVTX_EVTX_RUNS_H
#define SPOOR_READERS_EVTX_EVTX_RUNS_H

#include "event/event.h"
#include "readers/reader.h"
#include "util/map.h"
#include "util/vec.h"

struct evtx_run {
	uint32_t track;
	uint64_t first, last; /* record ids */
	int64_t first_ns, last_ns;
};

struct evtx_runs {
	map tracks; /* computer NUL channel -> its newest run */
	VEC(struct evtx_run) list;
	value last_computer, last_channel; /* raw form of the last record's, to skip conversion */
	uint8_t seen[512];                 /* ... their bytes */
	uint32_t last_track;
	uint32_t taken; /* runs handed out */
	bool full;
};

void evtx_runs_init(struct evtx_runs *r);
void evtx_runs_done(struct evtx_runs *r);

/* Note a live record; `full` is set when the ceiling is reached. */
void evtx_runs_add(struct evtx_runs *r, const event *ev);

/* True if a live record with this id was written at about this time. */
bool evtx_runs_has(const struct evtx_runs *r, uint64_t record, int64_t written_ns);

bool evtx_runs_take(struct evtx_runs *r, struct record_run *ret);

#endif
