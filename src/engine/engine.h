/* engine.h - evidence in, merged results out: a coordinator and its worker processes.
 *
 * The coordinator walks evidence, hands open descriptors to workers, validates every message that comes
 * back (a worker is hostile after its first byte) and merges: findings, facts, gaps, counters are
 * commutative, so 1 and N workers give the same bytes. A worker that dies costs the rest of its item:
 * a GAP_WORKER, a fresh worker, and the run goes on. Thread rule: one thread. */
#ifndef SPOOR_ENGINE_ENGINE_H
#define SPOOR_ENGINE_ENGINE_H

#include "detect/census.h"
#include "detect/correlate.h"
#include "event/gap.h"
#include "facts/fact.h"
#include "store/store.h"
#include "sigma/logsource.h"
#include "util/err.h"
#include "util/zone.h"

enum engine_output {
	OUTPUT_NONE,
	OUTPUT_EVTX_JSONL, /* every event, shaped like evtx_dump's JSONL */
	OUTPUT_ECS_JSONL,  /* every event in ECS */
	OUTPUT_CSV,        /* every event as a line of CSV, without the head (render_csv.h) */
};

/* What the analyst says of some items, because they do not say it themselves. The first that fits and says
 * something about a matter decides it. */
struct engine_declared {
	str paths;                    /* path with * and ?; without them, a part of the path; empty: all */
	const struct time_zone *zone; /* of local times; NULL: not said */
	str coding;                   /* of legacy text; empty: not said */
	struct logsource_triple source; /* what rules call flat logs; all empty: not said */
};

struct engine_options {
	const char *const *paths;
	size_t npaths;
	unsigned workers;              /* 0: one per processor available */
	struct correlator *correlator; /* gets the matches and is asked at the end; NULL: none */
	bytes rules;                   /* image of ruleset_freeze(); empty: no detection */
	bool facts;                    /* extract facts */
	bool hash;                     /* SHA-256 of every item */
	const struct engine_declared *declared;
	size_t ndeclared;
	bool census; /* count kinds of events and their fields */
	bool naive;  /* detect by the reference evaluator: slow, the same findings */
	enum engine_output output;
	int output_fd;        /* where OUTPUT_* goes, in evidence order */
	bool progress;        /* draw on stderr (the caller has checked that it is a terminal) */
	bool require_sandbox; /* refuse to run unsandboxed */
	unsigned stall_s;     /* seconds without headway that end a worker; 0: LIMIT_WORKER_STALL_S */
};

/* Where results go, called in the coordinator; each may be NULL. Order of calls: item results in item
 * order (an archive before its members); findings and gaps of an item in content order before the item
 * itself; at the end missing record ids (GAP_MISSING, found over all items), then findings and gaps of
 * correlations, then facts. */
struct engine_sink {
	void *ctx;
	int (*finding)(void *ctx, const struct finding *f, err *e);
	int (*fact)(void *ctx, const struct fact *f, err *e);
	int (*gap)(void *ctx, const struct gap *g, err *e);
	int (*item)(void *ctx, const struct store_item *item, err *e);
	/* Events of one kind in one item or a piece of it, before the item; to be added up. */
	int (*kind)(void *ctx, const struct census_kind *k, err *e);
};

struct engine_totals {
	uint64_t items, bytes, events, recovered, findings, gaps;
	uint64_t assumed;             /* what was told with GAP_ASSUMED: no gaps */
	uint64_t items_by_verdict[6]; /* ok partial unreadable limit unknown skipped */
	uint64_t workers_died;
	bool sandboxed;     /* the system-call filter held in every worker */
	bool output_closed; /* whoever read the output left: the run ended early and without error */
	bool interrupted;   /* SIGINT or SIGTERM: -1, the totals say how far it came */
	int64_t wall_ns;
};

/* Run to the end. -1 only where nothing useful can be said any more (no memory for the coordinator,
 * a sink that failed, output that cannot be written); damage in evidence is a gap, not an error. */
int engine_run(const struct engine_options *o, const struct engine_sink *sink, struct engine_totals *ret,
	       err *e);

/* Entry of a worker process: main() calls it when argv[1] is ENGINE_WORKER_ARG. Never returns to the
 * command line: answers the exit code. */
#define ENGINE_WORKER_ARG "--worker-process"
int engine_worker_main(int fd);

#endif
