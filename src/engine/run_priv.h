/* run_priv.h - the coordinator's own state: items become jobs, jobs become tasks, tasks go to workers.
 * Private to run.c, schedule.c and deliver.c. Thread rule: one owner. */
#ifndef SPOOR_ENGINE_RUN_PRIV_H
#define SPOOR_ENGINE_RUN_PRIV_H

#include "engine/engine.h"
#include "engine/merge.h"
#include "engine/proc.h"
#include "engine/progress.h"
#include "engine/spool.h"
#include "evidence/evidence.h"

enum task_state {
	TASK_PENDING,
	TASK_RUNNING,
	TASK_WRITING, /* done, but its output waits for the turn or is being written */
	TASK_COMPLETE,
};

struct task {
	uint32_t id; /* a new one each time it is sent */
	Wire__TaskKind kind;
	struct job *job;
	uint32_t order; /* within the job */
	uint64_t begin, end;
	enum task_state state;
	struct proc *proc; /* that runs it or holds its output */
	struct spool spool;
	bool live;      /* its results go straight to the sink */
	bool must_turn; /* sent only together with the turn */
	bool turn_sent, turn_taken;
	uint32_t skip_members;
	unsigned deaths;

	/* Last heard, for what must be said when the worker dies. */
	uint32_t member;
	bool member_open, item_done;
	uint64_t looked; /* before it was identified */
	uint64_t offset, events, recovered;
	int64_t first_ns, last_ns;
};

struct job { /* one item of the walk */
	size_t walk;
	bool identified, container, split;
	char format[ITEM_FORMAT_MAX + 1];
	VEC(struct task *) tasks;
	size_t delivered; /* tasks whose results are all out */
	bool begun;       /* item has its number */
	struct item_state item;
	struct item_state member; /* of a container, while it is delivered */
};

struct run {
	const struct engine_options *o;
	struct walk *walk;
	struct engine_totals *totals;
	struct merge merge;
	struct spool_file spool;
	arena mem; /* one message */

	struct job **jobs; /* by walk index; NULL: not begun, unreadable or delivered */
	size_t njobs;
	size_t head;                /* first not delivered */
	size_t frontier;            /* first not yet sent */
	VEC(struct task *) pending; /* to be sent before the frontier, in order */
	struct job *barrier;        /* large item: nothing behind it before it is known whether it is cut */
	size_t turn_job, turn_task; /* first whose output is not complete */
	struct task *turn;          /* holds the turn */
	uint32_t last_id;

	struct proc *procs;
	size_t nprocs; /* most that may run */
	Wire__Setup setup;
	arena setup_mem; /* what it points to */
	int rules_fd;
	unsigned start_failures;
	bool stop; /* output is closed: end quietly */
	struct progress progress;
	uint64_t bytes_done; /* of evidence */
};

static inline bool has_output(const struct run *r)
{
	return r->setup.output != OUTPUT_NONE;
}

/* schedule.c */

/* Make the job of walk item i with its first task. */
struct job *job_new(struct run *r, size_t i, err *e);
void job_free(struct run *r, struct job *job);
struct task *job_add_task(struct job *job, Wire__TaskKind kind, uint64_t begin, uint64_t end, err *e);
/* Put a task among those to be sent. */
int pending_add(struct run *r, struct task *t, err *e);
/* Keep every worker busy, starting more where there is work for them. */
int dispatch(struct run *r, err *e);
/* Pass the turn on if nobody holds it. */
int turn_pass(struct run *r, err *e);
/* What the identification of a job's content asks for: pieces, a hash of its own. */
int job_identified(struct run *r, struct job *job, const Wire__Identified *id, err *e);
/* A worker is gone: its tasks end or go to another. why: in words. */
int proc_lost(struct run *r, struct proc *p, const char *why, err *e);

/* deliver.c */

/* Results of a task, checked: to the sink or aside. frame may be empty: m is packed where needed. */
int task_result(struct run *r, struct task *t, const Wire__FromWorker *m, bytes frame, err *e);
/* Hand on everything that is complete in order. */
int deliver(struct run *r, err *e);

#endif
