/* merge.h - checked messages of workers become results for the caller, in evidence order.
 *
 * Gives items their numbers, keeps the worst thing that happened to each as its verdict, gathers facts in
 * bounded memory and record ids for the end. Thread rule: one owner. */
#ifndef SPOOR_ENGINE_MERGE_H
#define SPOOR_ENGINE_MERGE_H

#include "engine/engine.h"
#include "engine/idruns.h"
#include "engine/wire.h"
#include "facts/facts.h"
#include "util/sorter.h"

enum verdict { V_OK, V_PARTIAL, V_UNREADABLE, V_LIMIT, V_UNKNOWN, V_SKIPPED, V_COUNT };

#define ITEM_FORMAT_MAX 32

struct item_state {
	uint32_t id, parent;
	str path; /* borrowed from the walk, or owned_path */
	char *owned_path;
	int64_t mtime_ns;
	char format[ITEM_FORMAT_MAX + 1];
	uint64_t size, events, recovered;
	int64_t first_ns, last_ns;
	uint8_t sha256[SHA256_LEN];
	bool has_sha256, fatal, container, changed_told, shrunk_told, cited;
	uint64_t shrunk_to;
	uint32_t members;
	uint64_t limit_to; /* gaps end here at the latest: size of a plain file; 0: not known */
	int worst;         /* class of the worst gap */
	enum gap_kind worst_kind;
	char reason[GAP_TEXT_MAX];
};

struct merge {
	const struct engine_sink *sink;
	struct engine_totals *totals;
	struct correlator *correlator; /* set after merge_init(); NULL: none */
	struct fact_table *facts;
	struct sorter *spilled; /* facts that did not fit the table, by their order; NULL: none */
	struct idruns runs;
	uint64_t next_id; /* of the item that comes next */
};

int merge_init(struct merge *m, const struct engine_sink *sink, struct engine_totals *totals, err *e);
void merge_done(struct merge *m);

void item_state_init(struct item_state *it, uint32_t id, uint32_t parent, str path, int64_t mtime_ns);
void item_state_done(struct item_state *it);

/* A gap of this item. */
int merge_gap(struct merge *m, struct item_state *it, struct gap *g, err *e);
/* A worker's batch for this item. */
int merge_batch(struct merge *m, struct item_state *it, const Wire__Batch *b, err *e);
/* A worker's ItemDone: of the whole item, or of one of its pieces. */
void merge_item_done(struct item_state *it, const Wire__ItemDone *d);
/* The item is complete. */
int merge_item_put(struct merge *m, const struct item_state *it, err *e);
/* After all items: missing record ids, correlations, then facts. */
int merge_finish(struct merge *m, err *e);

const char *verdict_name(enum verdict v);

#endif
