/* progress.h - one line on stderr that says how far a run is. Thread rule: one owner. */
#ifndef SPOOR_ENGINE_PROGRESS_H
#define SPOOR_ENGINE_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
	bool on, drawn;
	uint64_t total_bytes;
	int64_t started_ns, drawn_ns; /* monotonic */
};

void progress_start(struct progress *p, bool on, uint64_t total_bytes, int64_t now_ns);
/* At most ten times a second. */
void progress_draw(struct progress *p, uint64_t bytes, uint64_t events, uint64_t findings, int64_t now_ns);
void progress_clear(struct progress *p);

#endif
