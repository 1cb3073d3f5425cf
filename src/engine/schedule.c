/* schedule.c - who does what next, and who may write. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "engine/run_priv.h"
#include "readers/reader.h"
#include "util/limits.h"

enum {
	AHEAD_MAX = 65536,      /* items sent and not delivered: bounds memory where one item takes long */
	START_FAILURES_MAX = 3, /* workers that died before their greeting, in a row */
};

static int no_memory(err *e)
{
	return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for tasks");
}

/* --- jobs and tasks ------------------------------------------------------------------------- */

struct task *job_add_task(struct job *job, Wire__TaskKind kind, uint64_t begin, uint64_t end, err *e)
{
	struct task *t = calloc(1, sizeof *t), **at;

	at = t ? VEC_PUSH(&job->tasks, UINT32_MAX) : NULL;
	if (!at) {
		free(t);
		no_memory(e);
		return NULL;
	}
	*t = (struct task){ .kind = kind,
			    .job = job,
			    .order = (uint32_t)job->tasks.len - 1,
			    .begin = begin,
			    .end = end,
			    .first_ns = TIME_NONE,
			    .last_ns = TIME_NONE };
	*at = t;
	return t;
}

struct job *job_new(struct run *r, size_t i, err *e)
{
	struct job *job = calloc(1, sizeof *job);

	if (!job) {
		no_memory(e);
		return NULL;
	}
	job->walk = i;
	if (!job_add_task(job, WIRE__TASK_KIND__ITEM, 0, UINT64_MAX, e)) {
		free(job);
		return NULL;
	}
	r->jobs[i] = job;
	return job;
}

void job_free(struct run *r, struct job *job)
{
	if (!job)
		return;
	for (size_t i = 0; i < job->tasks.len; i++) {
		spool_clear(&r->spool, &job->tasks.at[i]->spool);
		free(job->tasks.at[i]);
	}
	VEC_DONE(&job->tasks);
	item_state_done(&job->item);
	item_state_done(&job->member);
	r->jobs[job->walk] = NULL;
	free(job);
}

static bool before(const struct task *a, const struct task *b)
{
	return a->job->walk != b->job->walk ? a->job->walk < b->job->walk : a->order < b->order;
}

int pending_add(struct run *r, struct task *t, err *e)
{
	size_t i;

	if (!VEC_PUSH(&r->pending, UINT32_MAX))
		return no_memory(e);
	for (i = r->pending.len - 1; i > 0 && before(t, r->pending.at[i - 1]); i--)
		r->pending.at[i] = r->pending.at[i - 1];
	r->pending.at[i] = t;
	t->state = TASK_PENDING;
	t->proc = NULL;
	return 0;
}

/* Pieces of fixed size, whatever the number of workers. */
static int cut(struct run *r, struct job *job, const struct reader_ops *ops, err *e)
{
	uint64_t size = walk_at(r->walk, job->walk)->size;
	uint64_t len = LIMIT_PIECE_BYTES / ops->piece_align * ops->piece_align;
	uint64_t begin = 0;

	if (!len)
		len = ops->piece_align;
	do {
		uint64_t end = (begin ? begin : ops->piece_first) + len;
		struct task *t;

		if (end >= size)
			end = UINT64_MAX;
		t = job_add_task(job, WIRE__TASK_KIND__PIECE, begin, end, e);
		if (!t || pending_add(r, t, e) < 0)
			return -1;
		begin = end;
	} while (begin != UINT64_MAX);
	return 0;
}

static int add_hash(struct run *r, struct job *job, err *e)
{
	struct task *t;

	if (!r->setup.hash)
		return 0;
	t = job_add_task(job, WIRE__TASK_KIND__HASH, 0, UINT64_MAX, e);
	return t ? pending_add(r, t, e) : -1;
}

int job_identified(struct run *r, struct job *job, const Wire__Identified *id, err *e)
{
	const struct reader_ops *ops = reader_named(wire_str(id->format));

	if (id->split &&
	    (!ops || !ops->piece_align || walk_at(r->walk, job->walk)->size <= LIMIT_PIECE_BYTES))
		return err_set(e, ERR_CORRUPT, ERR_NO_OFFSET, "content split that cannot be");
	if (id->format.len && !ops && !id->container)
		return err_set(e, ERR_CORRUPT, ERR_NO_OFFSET, "content of no known format");
	if (job->identified) /* a second worker on the same item */
		return job->container == id->container && job->split == id->split
			       ? 0
			       : err_set(e, ERR_CORRUPT, ERR_NO_OFFSET, "content identified differently");
	job->identified = true;
	job->container = id->container;
	job->split = id->split;
	memcpy(job->format, id->format.data ? (char *)id->format.data : "", id->format.len);
	if (r->barrier == job)
		r->barrier = NULL;
	if ((id->container || id->split) && add_hash(r, job, e) < 0)
		return -1;
	return id->split ? cut(r, job, ops, e) : 0;
}

/* --- turns ---------------------------------------------------------------------------------- */

/* The first task in order whose output is not complete, if it was begun. */
static struct task *turn_next(struct run *r)
{
	if (r->turn_job < r->head) {
		r->turn_job = r->head;
		r->turn_task = 0;
	}
	for (; r->turn_job < r->frontier; r->turn_job++, r->turn_task = 0) {
		struct job *job = r->jobs[r->turn_job];

		for (; job && r->turn_task < job->tasks.len; r->turn_task++) {
			struct task *t = job->tasks.at[r->turn_task];

			if (t->kind != WIRE__TASK_KIND__HASH && t->state != TASK_COMPLETE)
				return t;
		}
	}
	return NULL;
}

int turn_pass(struct run *r, err *e)
{
	struct task *t = has_output(r) ? turn_next(r) : NULL;
	Wire__ToWorker m = WIRE__TO_WORKER__INIT;
	Wire__Turn turn = WIRE__TURN__INIT;
	struct proc *p = t ? t->proc : NULL;
	err why = { 0 };

	if (!p || t->turn_sent)
		return 0;
	turn.task = t->id;
	m.body_case = WIRE__TO_WORKER__BODY_TURN;
	m.turn = &turn;
	if (wire_send_to(p->fd, &m, NULL, 0, &why) < 0)
		return proc_lost(r, p, "", e);
	wire_peer_turn(&p->peer, t->id, false);
	t->turn_sent = true;
	r->turn = t;
	p->waiting = false;
	p->heard_ns = clock_ns();
	return 0;
}

/* --- sending -------------------------------------------------------------------------------- */

static bool large(const struct run *r, size_t i)
{
	return walk_at(r->walk, i)->size > LIMIT_PIECE_BYTES;
}

/* Take the next task in order; NULL if there is none, or none now. */
static int next_task(struct run *r, struct task **ret, err *e)
{
	struct task *t = r->pending.len ? r->pending.at[0] : NULL;
	struct job *job;

	*ret = NULL;
	if (t) {
		if (t->must_turn && turn_next(r) != t)
			return 0; /* whoever is idle stays so: the turn will need a worker */
		memmove(r->pending.at, r->pending.at + 1, --r->pending.len * sizeof r->pending.at[0]);
		*ret = t;
		return 0;
	}
	while (r->frontier < r->njobs && !walk_at(r->walk, r->frontier)->readable)
		r->frontier++;
	if (r->barrier || r->frontier == r->njobs || r->frontier - r->head >= AHEAD_MAX)
		return 0;
	job = job_new(r, r->frontier, e);
	if (!job)
		return -1;
	if (has_output(r) && large(r, r->frontier))
		r->barrier = job;
	r->frontier++;
	*ret = job->tasks.at[0];
	return 0;
}

/* --- what the coordinator says in place of a worker ------------------------------------------ */

static int tell_gap(struct run *r, struct task *t, uint32_t member, enum gap_kind kind, const char *why,
		    err *e)
{
	Wire__FromWorker m = WIRE__FROM_WORKER__INIT;
	Wire__Batch b = WIRE__BATCH__INIT;
	Wire__Gap g = WIRE__GAP__INIT, *at = &g;

	g.kind = kind;
	g.from = t->offset;
	g.to = t->end;
	g.first_ns = g.last_ns = TIME_NONE;
	g.text = wire_bytes((str){ why, strnlen(why, GAP_TEXT_MAX - 1) });
	b.member = member;
	b.n_gaps = 1;
	b.gaps = &at;
	m.body_case = WIRE__FROM_WORKER__BODY_BATCH;
	m.batch = &b;
	return task_result(r, t, &m, (bytes){ 0 }, e);
}

static int tell_item(struct run *r, struct task *t, uint32_t member, err *e)
{
	Wire__FromWorker m = WIRE__FROM_WORKER__INIT;
	Wire__ItemDone d = WIRE__ITEM_DONE__INIT;
	bool own = member || !t->job->container; /* counters are of what was being read */

	d.member = member;
	d.first_ns = d.last_ns = TIME_NONE;
	d.format = wire_bytes(str_of(member ? "" : t->job->format));
	d.fatal = true;
	if (own) {
		d.size = t->offset > t->begin ? t->offset - t->begin : 0;
		d.events = t->events;
		d.recovered = t->recovered;
		d.first_ns = t->first_ns;
		d.last_ns = t->last_ns;
	}
	m.body_case = WIRE__FROM_WORKER__BODY_ITEM_DONE;
	m.item_done = &d;
	return task_result(r, t, &m, (bytes){ 0 }, e);
}

/* The evidence cannot be opened (any more). */
static int task_unopened(struct run *r, struct task *t, const err *why, err *e)
{
	enum gap_kind kind = why->code == ERR_CORRUPT ? GAP_CHANGED : GAP_UNREADABLE; /* walk_open() */

	t->state = TASK_COMPLETE;
	t->job->identified = true;
	if (r->barrier == t->job)
		r->barrier = NULL;
	if (t->kind == WIRE__TASK_KIND__HASH)
		return 0;
	return tell_gap(r, t, 0, kind, why->text, e) < 0 ? -1 : tell_item(r, t, 0, e);
}

static void task_message(const struct run *r, const struct task *t, Wire__Task *m)
{
	const struct walk_item *w = walk_at(r->walk, t->job->walk);

	m->id = t->id;
	m->kind = t->kind;
	m->path = wire_bytes(w->path);
	m->begin = t->begin;
	m->end = t->end;
	m->format = wire_bytes(str_of(t->job->format));
	m->size = w->size;
	m->mtime_ns = w->mtime_ns;
	m->skip_members = t->skip_members;
	m->turn = t->turn_sent;
}

static int task_send(struct run *r, struct proc *p, struct task *t, int fd, err *e)
{
	Wire__ToWorker m = WIRE__TO_WORKER__INIT;
	Wire__Task msg = WIRE__TASK__INIT;
	err why = { 0 };

	t->id = ++r->last_id;
	t->turn_sent = t->turn_taken = has_output(r) && turn_next(r) == t;
	t->state = TASK_RUNNING;
	t->proc = p;
	t->item_done = false;
	t->looked = 0;
	if (t->turn_sent)
		r->turn = t;
	task_message(r, t, &msg);
	m.body_case = WIRE__TO_WORKER__BODY_TASK;
	m.task = &msg;
	p->task = t;
	p->job = t->job;
	p->state = PROC_BUSY;
	p->waiting = false;
	p->heard_ns = clock_ns();
	wire_peer_task(&p->peer, &msg);
	return wire_send_to(p->fd, &m, &fd, 1, &why) < 0 ? proc_lost(r, p, "", e) : 0;
}

static int task_start(struct run *r, struct proc *p, struct task *t, err *e)
{
	err why = { 0 };
	int fd = walk_open(r->walk, t->job->walk, &why), rc;

	if (fd < 0)
		return task_unopened(r, t, &why, e);
	rc = task_send(r, p, t, fd, e);
	close(fd);
	return rc;
}

static bool work_left(const struct run *r)
{
	return r->pending.len || (!r->barrier && r->frontier < r->njobs);
}

int dispatch(struct run *r, err *e)
{
	for (size_t i = 0; i < r->nprocs && !r->stop; i++) {
		struct proc *p = &r->procs[i];

		while (p->state == PROC_IDLE) {
			struct task *t;

			if (next_task(r, &t, e) < 0)
				return -1;
			if (!t)
				break;
			if (task_start(r, p, t, e) < 0)
				return -1;
		}
		if (p->state == PROC_DEAD && work_left(r) &&
		    proc_start(p, &r->setup, r->rules_fd, has_output(r) ? r->o->output_fd : -1, e) < 0)
			return -1;
	}
	return 0;
}

/* --- workers that are gone ------------------------------------------------------------------ */

/* A member cost a worker its life: say so and let another one go on behind it. */
static int container_lost(struct run *r, struct task *t, const char *why, err *e)
{
	if (t->member_open) {
		if (tell_gap(r, t, t->member, GAP_WORKER, why, e) < 0 || tell_item(r, t, t->member, e) < 0)
			return -1;
		t->member_open = false;
		if (++t->deaths <= LIMIT_TASK_RETRIES) {
			t->skip_members = t->member;
			t->offset = t->events = t->recovered = 0;
			return pending_add(r, t, e);
		}
		why = "too many members ended their worker; the rest of the archive was not read";
	}
	t->offset = 0;
	t->state = TASK_COMPLETE;
	return tell_gap(r, t, 0, GAP_WORKER, why, e) < 0 || (!t->item_done && tell_item(r, t, 0, e) < 0) ? -1
													 : 0;
}

static int task_lost(struct run *r, struct task *t, const char *why, err *e)
{
	struct job *job = t->job;

	if (r->turn == t)
		r->turn = NULL;
	if (r->barrier == job)
		r->barrier = NULL;
	if (job->container && t->kind == WIRE__TASK_KIND__ITEM)
		return container_lost(r, t, why, e);
	t->state = TASK_COMPLETE;
	if (job->split && t->kind == WIRE__TASK_KIND__ITEM)
		return 0; /* its pieces are known; nothing else was asked of it */
	job->identified = true;
	if (tell_gap(r, t, 0, GAP_WORKER, why, e) < 0)
		return -1;
	if (t->kind == WIRE__TASK_KIND__HASH || t->item_done)
		return 0;
	if (tell_item(r, t, 0, e) < 0)
		return -1;
	return t->kind == WIRE__TASK_KIND__ITEM ? add_hash(r, job, e) : 0;
}

/* As if it had never run. Possible while none of its output and none of its results are out. */
static int task_again(struct run *r, struct task *t, bool must_turn, err *e)
{
	spool_clear(&r->spool, &t->spool);
	t->offset = t->events = t->recovered = 0;
	t->first_ns = t->last_ns = TIME_NONE;
	t->member = t->skip_members = 0;
	t->member_open = t->item_done = false;
	t->must_turn = must_turn;
	t->turn_sent = false;
	if (r->turn == t)
		r->turn = NULL;
	return pending_add(r, t, e);
}

/* Output that a lost worker held back is made again. */
static int held_back(struct run *r, const struct proc *p, err *e)
{
	for (size_t i = r->head; i < r->frontier; i++) {
		struct job *job = r->jobs[i];

		for (size_t k = 0; job && k < job->tasks.len; k++) {
			struct task *t = job->tasks.at[k];

			if (t->state != TASK_WRITING || t->proc != p)
				continue;
			if (!t->turn_taken) {
				if (task_again(r, t, false, e) < 0)
					return -1;
				continue;
			}
			t->state = TASK_COMPLETE;
			if (r->turn == t)
				r->turn = NULL;
			if (tell_gap(r, t, 0, GAP_WORKER, "the worker died while it wrote its output", e) < 0)
				return -1;
		}
	}
	return 0;
}

/* Where output is written in order, what is there of a task whose worker died must not depend on who had
 * the turn: a task that never had it runs once more, with it. */
static bool runs_again(const struct run *r, const struct task *t)
{
	bool has_pieces = t->kind == WIRE__TASK_KIND__ITEM && t->job->split;

	return has_output(r) && !t->turn_taken && t->kind != WIRE__TASK_KIND__HASH && !has_pieces;
}

int proc_lost(struct run *r, struct proc *p, const char *why, err *e)
{
	char text[ERR_TEXT_MAX];
	struct task *t = p->task;
	bool starting = p->state == PROC_STARTING;

	snprintf(text, sizeof text, "%s", why);
	proc_reap(p, text, sizeof text);
	r->totals->workers_died++;
	if (starting && ++r->start_failures >= START_FAILURES_MAX)
		return err_set(e, ERR_IO, ERR_NO_OFFSET, "workers cannot start: %s", text);
	if (has_output(r) && held_back(r, p, e) < 0)
		return -1;
	if (!t)
		return 0;
	if (runs_again(r, t))
		return task_again(r, t, true, e);
	return task_lost(r, t, text, e);
}
