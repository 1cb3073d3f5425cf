/* run.c - engine_run(): the coordinator's loop. */
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include <fcntl.h>

#include "engine/collection.h"
#include "engine/declared.h"
#include "engine/run_priv.h"
#include "util/limits.h"

enum { POLL_MS = 100, FRAMES_AT_ONCE = 64 };

/* --- what workers say ----------------------------------------------------------------------- */

static void heard_batch(struct proc *p, struct task *t, const Wire__Batch *b)
{
	if (b->offset > t->offset || b->events > t->events) /* anything else is no headway */
		p->heard_ns = clock_ns();
	t->offset = b->offset;
	t->events = b->events;
	t->recovered = b->recovered;
	t->first_ns = b->first_ns;
	t->last_ns = b->last_ns;
}

static void heard_looked(struct proc *p, struct task *t, const Wire__Looked *m)
{
	if (m->offset > t->looked) /* anything else is no headway */
		p->heard_ns = clock_ns();
	t->looked = m->offset;
}

static void heard_member(struct proc *p, struct task *t, const Wire__Member *m)
{
	p->heard_ns = clock_ns();
	t->member = m->member;
	t->member_open = true;
	t->offset = t->events = t->recovered = 0;
	t->first_ns = t->last_ns = TIME_NONE;
}

static void heard_item(struct proc *p, struct task *t, const Wire__ItemDone *d)
{
	p->heard_ns = clock_ns();
	if (d->member)
		t->member_open = false;
	else
		t->item_done = true;
}

static int heard_done(struct run *r, struct proc *p, const Wire__Done *d)
{
	struct task *t = p->task;

	t->state = d->pending ? TASK_WRITING : TASK_COMPLETE;
	if (r->turn == t && !d->pending)
		r->turn = NULL;
	p->task = NULL;
	p->job = NULL;
	p->waiting = false;
	p->state = PROC_IDLE;
	return 0;
}

static int heard_turn(struct run *r, struct proc *p, uint32_t task, bool written, err *e)
{
	struct task *t = r->turn;

	if (!t || t->id != task || t->proc != p)
		return err_set(e, ERR_CORRUPT, ERR_NO_OFFSET, "message about a turn of another task");
	p->heard_ns = clock_ns();
	t->turn_taken = true;
	if (written) {
		t->state = TASK_COMPLETE;
		r->turn = NULL;
	}
	return 0;
}

static int output_failed(struct run *r, const Wire__OutputFailed *m, err *e)
{
	if (m->error != EPIPE)
		return err_errno(e, (int)m->error, "writing output");
	r->stop = true; /* whoever read it has seen enough */
	r->totals->output_closed = true;
	return 0;
}

/* The message has passed wire_check(). *ret_bad: the worker's fault, in *e. Else -1 is ours. */
static int handle(struct run *r, struct proc *p, const Wire__FromWorker *m, bytes frame, bool *ret_bad,
		  err *e)
{
	struct task *t = p->task;

	switch (m->body_case) {
	case WIRE__FROM_WORKER__BODY_HELLO:
		p->state = PROC_IDLE;
		r->start_failures = 0;
		r->totals->sandboxed &= m->hello->sandboxed;
		return 0;
	case WIRE__FROM_WORKER__BODY_REFUSED:
		return err_set(e, ERR_UNSUPPORTED, ERR_NO_OFFSET, "worker: %.*s",
			       (int)(m->refused->text.len < 200 ? m->refused->text.len : 200),
			       m->refused->text.data ? (char *)m->refused->text.data : "");
	case WIRE__FROM_WORKER__BODY_IDENTIFIED:
		p->heard_ns = clock_ns();
		if (job_identified(r, t->job, m->identified, e) == 0)
			return 0;
		*ret_bad = e->code == ERR_CORRUPT;
		return -1;
	case WIRE__FROM_WORKER__BODY_LOOKED:
		heard_looked(p, t, m->looked);
		return 0;
	case WIRE__FROM_WORKER__BODY_MEMBER:
		heard_member(p, t, m->member);
		return task_result(r, t, m, frame, e);
	case WIRE__FROM_WORKER__BODY_BATCH:
		heard_batch(p, t, m->batch);
		return task_result(r, t, m, frame, e);
	case WIRE__FROM_WORKER__BODY_ITEM_DONE:
		heard_item(p, t, m->item_done);
		return task_result(r, t, m, frame, e);
	case WIRE__FROM_WORKER__BODY_WAITING:
		p->waiting = !t->turn_sent;
		return 0;
	case WIRE__FROM_WORKER__BODY_DONE:
		return heard_done(r, p, m->done);
	case WIRE__FROM_WORKER__BODY_TURN_TAKEN:
	case WIRE__FROM_WORKER__BODY_WRITTEN: {
		bool written = m->body_case == WIRE__FROM_WORKER__BODY_WRITTEN;

		if (heard_turn(r, p, written ? m->written->task : m->turn_taken->task, written, e) == 0)
			return 0;
		*ret_bad = true;
		return -1;
	}
	case WIRE__FROM_WORKER__BODY_OUTPUT_FAILED:
		return output_failed(r, m->output_failed, e);
	default:
		return 0; /* wire_check() lets nothing else pass */
	}
}

static int frame_take(struct run *r, struct proc *p, bytes frame, bool *ret_bad, err *e)
{
	const Wire__FromWorker *m;

	arena_clear(&r->mem);
	m = wire_unpack_from(frame, &r->mem);
	if (!m || wire_check(&p->peer, m, e) < 0) {
		if (!m)
			err_set(e, ERR_CORRUPT, ERR_NO_OFFSET, "malformed or too large");
		*ret_bad = true;
		return -1;
	}
	return handle(r, p, m, frame, ret_bad, e);
}

/* Everything that has arrived from one worker, up to a limit so that the others get their turn. */
static int listen_to(struct run *r, struct proc *p, err *e)
{
	p->more = false;
	for (int i = 0; i < FRAMES_AT_ONCE && p->state != PROC_DEAD && !r->stop; i++) {
		err why = { 0 };
		bytes frame;
		bool bad = false;
		char text[ERR_TEXT_MAX];

		switch (wire_recv(&p->in, false, &frame, &why)) {
		case WIRE_AGAIN:
			return 0;
		case WIRE_EOF:
			return proc_lost(r, p, "", e);
		case WIRE_BAD:
			bad = true;
			break;
		case WIRE_FRAME:
			if (frame_take(r, p, frame, &bad, &why) == 0)
				continue;
			break;
		}
		if (!bad) {
			*e = why;
			return -1;
		}
		snprintf(text, sizeof text, "the worker sent an invalid message: %.180s", why.text);
		return proc_lost(r, p, text, e);
	}
	p->more = p->state != PROC_DEAD; /* nothing on the socket tells of what was taken off it already */
	return 0;
}

/* --- time ----------------------------------------------------------------------------------- */

static bool output_blocked(const struct run *r)
{
	struct pollfd pfd = { .fd = r->o->output_fd, .events = POLLOUT };

	return has_output(r) && poll(&pfd, 1, 0) == 0;
}

/* A worker that makes no headway is ended; one that waits for its turn or for whoever reads the output
 * has a good reason. */
static int watch(struct run *r, err *e)
{
	unsigned stall = r->o->stall_s ? r->o->stall_s : LIMIT_WORKER_STALL_S;
	int64_t now = clock_ns();

	for (size_t i = 0; i < r->nprocs; i++) {
		struct proc *p = &r->procs[i];
		unsigned limit = p->state == PROC_STARTING ? LIMIT_WORKER_START_S : stall;
		bool holds = r->turn && r->turn->proc == p;
		char text[ERR_TEXT_MAX];

		if (p->state == PROC_DEAD || (p->state == PROC_IDLE && !holds) || p->waiting ||
		    now - p->heard_ns < (int64_t)limit * NS_PER_S)
			continue;
		if (holds && output_blocked(r)) {
			p->heard_ns = now;
			continue;
		}
		snprintf(text, sizeof text, "the worker made no progress for %u seconds", limit);
		if (proc_lost(r, p, text, e) < 0)
			return -1;
	}
	return 0;
}

static void draw(struct run *r)
{
	uint64_t bytes_done = r->bytes_done, events = r->totals->events;

	if (!r->progress.on)
		return;
	for (size_t i = r->head; i < r->frontier; i++) {
		const struct job *job = r->jobs[i];

		for (size_t k = 0; job && k < job->tasks.len; k++) {
			const struct task *t = job->tasks.at[k];

			if (t->kind == WIRE__TASK_KIND__HASH || job->container)
				continue;
			bytes_done += t->offset > t->begin ? t->offset - t->begin : 0;
			events += t->events;
		}
	}
	progress_draw(&r->progress, bytes_done, events, r->totals->findings, clock_ns());
}

/* --- loop ----------------------------------------------------------------------------------- */

static int step(struct run *r, struct pollfd *fds, int signals, err *e)
{
	bool idle = true, more = false;

	for (size_t i = 0; i < r->nprocs; i++) {
		fds[i] = (struct pollfd){ .fd = r->procs[i].state == PROC_DEAD ? -1 : r->procs[i].fd,
					  .events = POLLIN };
		more |= fds[i].fd >= 0 && r->procs[i].more;
	}
	fds[r->nprocs] = (struct pollfd){ .fd = signals, .events = POLLIN };
	if (poll(fds, r->nprocs + 1, more ? 0 : POLL_MS) < 0 && errno != EINTR)
		return err_errno(e, errno, "waiting for workers");
	if (fds[r->nprocs].revents) {
		r->totals->interrupted = true;
		return err_set(e, ERR_IO, ERR_NO_OFFSET, "interrupted");
	}
	for (size_t i = 0; i < r->nprocs; i++) {
		if (fds[i].fd < 0 || (!fds[i].revents && !r->procs[i].more) || r->procs[i].state == PROC_DEAD)
			continue;
		idle = false;
		if (listen_to(r, &r->procs[i], e) < 0)
			return -1;
	}
	return idle ? watch(r, e) : 0;
}

static int loop(struct run *r, int signals, err *e)
{
	struct pollfd *fds = calloc(r->nprocs + 1, sizeof *fds);
	int rc = fds ? 0 : err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for the coordinator");

	while (rc == 0 && r->head < r->njobs && !r->stop) {
		rc = dispatch(r, e);
		if (rc == 0)
			rc = turn_pass(r, e);
		if (rc == 0)
			rc = deliver(r, e);
		if (rc == 0 && r->head < r->njobs)
			rc = step(r, fds, signals, e);
		draw(r);
	}
	free(fds);
	return rc;
}

/* --- start and end -------------------------------------------------------------------------- */

/* The rules in a file without a name that nobody can change any more. */
static int rules_seal(bytes rules, err *e)
{
	int fd = memfd_create("spoor-rules", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd < 0)
		return err_errno(e, errno, "sharing the rules");
	while (rules.len) {
		ssize_t n = write(fd, rules.ptr, rules.len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			close(fd);
			return err_errno(e, errno, "sharing the rules");
		}
		rules.ptr += n;
		rules.len -= (size_t)n;
	}
	(void)fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL);
	return fd;
}

static size_t workers_wanted(const struct run *r, uint64_t total_bytes)
{
	size_t n = r->o->workers, work = r->njobs + (size_t)(total_bytes / LIMIT_PIECE_BYTES);
	cpu_set_t cpus;

	if (!n)
		n = sched_getaffinity(0, sizeof cpus, &cpus) == 0 ? (size_t)CPU_COUNT(&cpus) : 1;
	if (n > LIMIT_WORKERS)
		n = LIMIT_WORKERS;
	if (n > work)
		n = work;
	return n ? n : 1;
}

static int prepare(struct run *r, const struct engine_sink *sink, err *e)
{
	uint64_t total_bytes = 0;

	if (walk_new(&r->walk, r->o->paths, r->o->npaths, e) < 0 ||
	    merge_init(&r->merge, sink, r->totals, e) < 0)
		return -1;
	r->merge.correlator = r->o->correlator;
	r->njobs = walk_len(r->walk);
	for (size_t i = 0; i < r->njobs; i++)
		total_bytes += walk_at(r->walk, i)->size;
	r->nprocs = workers_wanted(r, total_bytes);
	r->jobs = calloc(r->njobs ? r->njobs : 1, sizeof *r->jobs);
	r->procs = calloc(r->nprocs, sizeof *r->procs);
	if (!r->jobs || !r->procs)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for the coordinator");
	if (r->o->rules.len) {
		r->rules_fd = rules_seal(r->o->rules, e);
		if (r->rules_fd < 0)
			return -1;
	}
	wire__setup__init(&r->setup);
	r->setup.has_rules = r->rules_fd >= 0;
	r->setup.census = r->o->census;
	r->setup.naive = r->o->naive;
	r->setup.facts = r->o->facts;
	r->setup.hash = r->o->hash;
	r->setup.require_sandbox = r->o->require_sandbox;
	r->setup.output = r->o->output;
	if (collection_learn(&r->setup, r->walk, &r->setup_mem, e) < 0 ||
	    declared_pack(&r->setup, r->o->declared, r->o->ndeclared, &r->setup_mem, e) < 0)
		return -1;
	progress_start(&r->progress, r->o->progress, total_bytes, clock_ns());
	return 0;
}

static void run_done(struct run *r)
{
	progress_clear(&r->progress);
	for (size_t i = 0; r->procs && i < r->nprocs; i++)
		if (r->procs[i].state != PROC_BUSY && r->procs[i].state != PROC_STARTING)
			proc_ask_to_stop(&r->procs[i]);
	for (size_t i = 0; r->procs && i < r->nprocs; i++) {
		if (r->procs[i].state == PROC_BUSY || r->procs[i].state == PROC_STARTING)
			proc_reap(&r->procs[i], NULL, 0);
		else
			proc_stop(&r->procs[i]);
	}
	for (size_t i = 0; r->jobs && i < r->njobs; i++)
		job_free(r, r->jobs[i]);
	free(r->jobs);
	free(r->procs);
	VEC_DONE(&r->pending);
	merge_done(&r->merge);
	spool_file_done(&r->spool);
	walk_free(r->walk);
	arena_done(&r->mem);
	arena_done(&r->setup_mem);
	if (r->rules_fd >= 0)
		close(r->rules_fd);
}

/* SIGINT and SIGTERM become readable instead of deadly for the time of the run. */
static int signals_open(sigset_t *ret_old, err *e)
{
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, ret_old);
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0) {
		sigprocmask(SIG_SETMASK, ret_old, NULL);
		return err_errno(e, errno, "watching for signals");
	}
	return fd;
}

static void signals_close(int fd, const sigset_t *old)
{
	struct signalfd_siginfo info;

	while (read(fd, &info, sizeof info) == (ssize_t)sizeof info)
		; /* answered: the run has ended because of it */
	close(fd);
	sigprocmask(SIG_SETMASK, old, NULL);
}

int engine_run(const struct engine_options *o, const struct engine_sink *sink, struct engine_totals *ret,
	       err *e)
{
	struct run r = { .o = o, .totals = ret, .rules_fd = -1 };
	int64_t started = clock_ns();
	sigset_t old;
	int signals, rc;

	*ret = (struct engine_totals){ .sandboxed = true };
	spool_file_init(&r.spool);
	arena_init(&r.mem, LIMIT_WIRE_UNPACKED);
	arena_init(&r.setup_mem, LIMIT_DECLARED_BYTES);
	signals = signals_open(&old, e);
	if (signals < 0)
		return -1;
	rc = prepare(&r, sink, e);
	if (rc == 0)
		rc = loop(&r, signals, e);
	if (rc == 0 && !r.stop)
		rc = merge_finish(&r.merge, e);
	run_done(&r);
	signals_close(signals, &old);
	ret->wall_ns = clock_ns() - started;
	return rc;
}
