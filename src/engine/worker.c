/* worker.c - a worker process: greets, takes one task after the other, answers. */
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "detect/image.h"
#include "engine/cut.h"
#include "engine/declared.h"
#include "engine/sandbox.h"
#include "engine/worker_item.h"
#include "evidence/evidence.h"
#include "util/limits.h"

enum { EXIT_DONE = 0, EXIT_FAILED = 70, EXIT_GONE = 71 /* the coordinator went away */ };
enum { HEAP_KEPT = 64 << 20 };

struct task { /* a copy: the message goes with the next one */
	uint32_t id, skip_members;
	Wire__TaskKind kind;
	uint64_t begin, end, size;
	int64_t mtime_ns;
	str path, format;
	int fd;
};

/* --- messages ------------------------------------------------------------------------------- */

/* The next message, or NULL: none there (wait false), or *e is set, or the coordinator went away. */
static const Wire__ToWorker *hear(struct worker *w, bool wait, err *e)
{
	bytes frame;
	const Wire__ToWorker *m;

	switch (wire_recv(&w->in, wait, &frame, e)) {
	case WIRE_FRAME:
		break;
	case WIRE_EOF:
		_exit(EXIT_GONE);
	default:
		return NULL;
	}
	arena_clear(&w->mem);
	m = wire_unpack_to(frame, &w->mem);
	if (!m)
		err_set(e, ERR_CORRUPT, ERR_NO_OFFSET, "malformed message");
	return m;
}

int worker_control(struct worker *w, bool wait, err *e)
{
	err why = { 0 };
	const Wire__ToWorker *m;

	if (wait) {
		Wire__FromWorker out = WIRE__FROM_WORKER__INIT;
		Wire__Waiting waiting = WIRE__WAITING__INIT;

		waiting.task = w->out.task;
		out.body_case = WIRE__FROM_WORKER__BODY_WAITING;
		out.waiting = &waiting;
		if (wire_send_from(w->sock, &out, e) < 0)
			return -1;
	}
	m = hear(w, wait, &why);
	if (!m) {
		if (why.code == ERR_NONE)
			return 0;
		*e = why;
		return -1;
	}
	if (m->body_case == WIRE__TO_WORKER__BODY_STOP)
		_exit(EXIT_DONE);
	if (m->body_case != WIRE__TO_WORKER__BODY_TURN)
		return err_set(e, ERR_CORRUPT, ERR_NO_OFFSET, "unexpected message inside a task");
	return outbox_turn(&w->out, m->turn->task, e);
}

static int tell_identified(struct worker *w, const struct task *t, str format, bool container, bool split,
			   err *e)
{
	Wire__FromWorker m = WIRE__FROM_WORKER__INIT;
	Wire__Identified id = WIRE__IDENTIFIED__INIT;

	id.task = t->id;
	id.format = wire_bytes(format);
	id.container = container;
	id.split = split;
	m.body_case = WIRE__FROM_WORKER__BODY_IDENTIFIED;
	m.identified = &id;
	return wire_send_from(w->sock, &m, e);
}

static int tell_member(struct worker *w, const struct task *t, uint32_t number,
		       const struct archive_member *am, err *e)
{
	Wire__FromWorker m = WIRE__FROM_WORKER__INIT;
	Wire__Member member = WIRE__MEMBER__INIT;

	member.task = t->id;
	member.member = number;
	member.path = wire_bytes(am->path);
	member.mtime_ns = am->mtime_ns;
	m.body_case = WIRE__FROM_WORKER__BODY_MEMBER;
	m.member = &member;
	return wire_send_from(w->sock, &m, e);
}

static int tell_done(struct worker *w, const struct task *t, err *e)
{
	Wire__FromWorker m = WIRE__FROM_WORKER__INIT;
	Wire__Done d = WIRE__DONE__INIT;
	bool pending = false;

	if (w->output && outbox_end(&w->out, &pending, e) < 0)
		return -1;
	d.task = t->id;
	d.pending = pending;
	m.body_case = WIRE__FROM_WORKER__BODY_DONE;
	m.done = &d;
	return wire_send_from(w->sock, &m, e);
}

/* --- plain files ---------------------------------------------------------------------------- */

struct file_source {
	int fd;
	uint64_t end; /* a file that grows is not followed for ever */
	struct content *c;
};

static int64_t file_read(void *ctx, uint8_t *to, size_t cap, err *e)
{
	struct file_source *f = ctx;

	return content_read(f->c, to, cap, e);
}

static bool file_resume(void *ctx, uint64_t offset)
{
	struct file_source *f = ctx;
	struct content *c;

	if (offset >= f->end || content_file(&c, f->fd, offset, f->end, NULL) < 0)
		return false;
	content_free(f->c);
	f->c = c;
	return true;
}

static void window_open(struct worker *w, const struct window_source *src, uint64_t begin, bool hash)
{
	uint8_t unused[SHA256_LEN];

	window_begin(&w->win, src, begin);
	if (hash && sha256_end(w->sha, unused, NULL) == 0) /* forgets what an item left unfinished */
		w->win.hash = w->sha;
}

/* Evidence that is not what the walk found is told; `seen` is the size when reading began. */
static int changed_check(struct worker *w, const struct task *t, uint64_t seen, err *e)
{
	struct stat st;
	struct gap g;

	if (fstat(t->fd, &st) < 0)
		return 0;
	if ((uint64_t)st.st_size < seen)
		gap_set(&g, GAP_TRUNCATED, (uint64_t)st.st_size, seen,
			"the file shrank from %llu to %llu bytes while it was read", (unsigned long long)seen,
			(unsigned long long)st.st_size);
	else if ((uint64_t)st.st_size > seen)
		gap_set(&g, GAP_CHANGED, seen, (uint64_t)st.st_size,
			"the file grew from %llu to %llu bytes while it was read", (unsigned long long)seen,
			(unsigned long long)st.st_size);
	else if (st.st_mtim.tv_sec * NS_PER_S + st.st_mtim.tv_nsec != t->mtime_ns)
		gap_set(&g, GAP_CHANGED, 0, seen, "the file was written while it was read");
	else
		return 0;
	return emit_gap(&w->emit, &g, e);
}

static uint64_t file_end(const struct task *t)
{
	return t->size < INT64_MAX - LIMIT_ITEM_GROWTH ? t->size + LIMIT_ITEM_GROWTH : INT64_MAX;
}

/* The first block. What came before a failed read is good; nothing behind it will come. */
static int head_fill(struct worker *w, struct item_what *what, err *e)
{
	struct gap g;
	err why = { 0 };

	if (window_fill(&w->win, what->begin, 1, &why) == 0)
		return 0;
	w->win.hash = NULL;
	w->win.end = true;
	what->fatal = true;
	evidence_gap(&g, &why, window_end(&w->win), UINT64_MAX);
	return emit_gap(&w->emit, &g, e);
}

/* Whoever reads the content tells what cannot be read; here it only costs the hash. */
static void hash_all(struct worker *w, struct item_what *what)
{
	if (window_drain(&w->win, NULL) == 0)
		return;
	w->win.hash = NULL;
	what->fatal = true;
}

struct looker {
	struct worker *w;
	const struct task *t;
	uint64_t told;
};

static int tell_looked(void *ctx, uint64_t offset, err *e)
{
	enum { STEP = 64 << 20 };
	struct looker *l = ctx;
	Wire__FromWorker m = WIRE__FROM_WORKER__INIT;
	Wire__Looked looked = WIRE__LOOKED__INIT;

	if (offset - l->told < STEP)
		return 0;
	l->told = offset;
	looked.task = l->t->id;
	looked.offset = offset;
	m.body_case = WIRE__FROM_WORKER__BODY_LOOKED;
	m.looked = &looked;
	return wire_send_from(l->w->sock, &m, e);
}

static int can_split(struct worker *w, const struct task *t, const struct item_what *what, bool *ret, err *e)
{
	struct looker l = { w, t, 0 };
	const struct cut_look look = { t->fd, t->size, what->head, what->path, tell_looked, &l };

	return cut_possible(what->ops, &look, ret, e);
}

static int file_item(struct worker *w, const struct task *t, struct item_what *what, err *e)
{
	struct file_source f = { .fd = t->fd, .end = file_end(t) };
	struct window_source src = { file_read, file_resume, &f };
	int rc = -1;

	if (content_file(&f.c, t->fd, t->begin, f.end, e) < 0)
		return -1;
	window_open(w, &src, t->begin, w->hash_on && t->kind != WIRE__TASK_KIND__PIECE);
	w->win.stop = t->end;
	if (head_fill(w, what, e) < 0)
		goto out;
	if (t->kind == WIRE__TASK_KIND__HASH)
		hash_all(w, what);
	if (t->kind == WIRE__TASK_KIND__ITEM && item_identify(w, what, e) < 0)
		goto out;
	if (t->kind == WIRE__TASK_KIND__ITEM) {
		bool split = false;

		if (what->ops && can_split(w, t, what, &split, e) < 0)
			goto out;
		if (tell_identified(w, t, what->format, false, split, e) < 0)
			goto out;
		if (split) {
			rc = 0;
			goto out;
		}
	}
	if (t->kind != WIRE__TASK_KIND__HASH && item_read(w, what, e) < 0)
		goto out;
	if (t->kind != WIRE__TASK_KIND__HASH && changed_check(w, t, t->size, e) < 0)
		goto out;
	rc = item_end(w, what, e);
out:
	content_free(f.c);
	w->win.hash = NULL;
	return rc;
}

/* --- archives ------------------------------------------------------------------------------- */

static int64_t member_read(void *ctx, uint8_t *to, size_t cap, err *e)
{
	return archive_read(ctx, to, cap, e);
}

static int member_content(struct worker *w, struct archive_walk *a, const struct archive_member *am,
			  struct item_what *what, err *e)
{
	struct window_source src = { member_read, NULL, a };

	window_open(w, &src, 0, w->hash_on);
	if (!am->readable) {
		w->win.hash = NULL;
		return emit_gap(&w->emit, &am->gap, e);
	}
	if (head_fill(w, what, e) < 0)
		return -1;
	return item_identify(w, what, e) < 0 ? -1 : item_read(w, what, e);
}

static int member_item(struct worker *w, const struct task *t, struct archive_walk *a,
		       const struct archive_member *am, uint32_t number, err *e)
{
	struct item_what what = {
		.task = t->id,
		.member = number,
		.path = am->path,
		.end = UINT64_MAX,
		.size_hint = am->size == UINT64_MAX ? 0 : am->size,
		/* years of logs without one are judged by it: what says no time is no younger than what it is in */
		.mtime_ns = am->mtime_ns == TIME_NONE ? t->mtime_ns : am->mtime_ns,
	};

	if (what.size_hint > INT64_MAX)
		what.size_hint = 0; /* a declared size is the archive's word only */
	if (tell_member(w, t, number, am, e) < 0)
		return -1;
	emit_begin(&w->emit, t->id, number);
	if (member_content(w, a, am, &what, e) < 0)
		return -1;
	return item_end(w, &what, e);
}

static int members_walk(struct worker *w, const struct task *t, struct archive_walk *a, err *why, err *e)
{
	struct archive_member am;
	uint32_t number = 0;

	while (archive_next(a, &am, why) > 0) { /* why it stopped early is in *why */
		if (++number > LIMIT_MEMBERS) {
			err_set(why, ERR_LIMIT, ERR_NO_OFFSET, "more than %u members", LIMIT_MEMBERS);
			return 0;
		}
		if (number > t->skip_members && member_item(w, t, a, &am, number, e) < 0)
			return -1;
	}
	return 0;
}

static int archive_item(struct worker *w, const struct task *t, const char *kind, err *e)
{
	struct item_what what = { .task = t->id,
				  .path = t->path,
				  .format = str_of(kind),
				  .end = UINT64_MAX,
				  .size_hint = t->size };
	struct window_source none = { 0 };
	struct archive_walk *a = NULL;
	err why = { 0 };
	int rc = 0;

	if (tell_identified(w, t, what.format, true, false, e) < 0)
		return -1;
	if (archive_open(&a, t->fd, t->path, &why) == 0)
		rc = members_walk(w, t, a, &why, e);
	archive_close(a);
	if (rc < 0)
		return -1;
	emit_begin(&w->emit, t->id, 0);
	window_begin(&w->win, &none, 0);
	if (why.code != ERR_NONE) {
		struct gap g;

		what.fatal = true;
		evidence_gap(&g, &why, why.offset <= t->size ? why.offset : 0, t->size);
		if (emit_gap(&w->emit, &g, e) < 0)
			return -1;
	}
	if (changed_check(w, t, t->size, e) < 0)
		return -1;
	return item_end(w, &what, e);
}

/* --- tasks ---------------------------------------------------------------------------------- */

/* The first bytes of the file; fewer where they cannot be read: file_item() meets the same error and tells it. */
static bytes head_of(const struct task *t, uint8_t head[READER_PROBE_LEN])
{
	size_t len = 0;

	while (len < READER_PROBE_LEN) {
		ssize_t n = pread(t->fd, head + len, READER_PROBE_LEN - len, (off_t)len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		len += (size_t)n;
	}
	return (bytes){ head, len };
}

static int task_run(struct worker *w, const struct task *t, err *e)
{
	uint8_t head[READER_PROBE_LEN];
	const char *kind;
	struct item_what what = {
		.task = t->id,
		.path = t->path,
		.format = t->format,
		.begin = t->begin,
		.end = t->end,
		.size_hint = t->size,
		.mtime_ns = t->mtime_ns,
		.head = head_of(t, head),
	};

	kind = t->kind == WIRE__TASK_KIND__ITEM ? container_kind(what.head) : NULL;
	if (w->output)
		outbox_begin(&w->out, t->id, w->out.turn);
	emit_begin(&w->emit, t->id, 0);
	if (kind)
		return archive_item(w, t, kind, e);
	if (t->kind == WIRE__TASK_KIND__PIECE) {
		what.ops = reader_named(t->format);
		if (!what.ops)
			return err_set(e, ERR_ARG, ERR_NO_OFFSET, "no reader %.*s", STR_ARG(t->format));
	}
	return file_item(w, t, &what, e);
}

static int task_take(struct worker *w, const Wire__Task *m, err *e)
{
	arena mem;
	struct task t = {
		.id = m->id,
		.skip_members = m->skip_members,
		.kind = m->kind,
		.begin = m->begin,
		.end = m->end,
		.size = m->size,
		.mtime_ns = m->mtime_ns,
		.fd = wire_take_fd(&w->in),
	};
	int rc = -1;

	if (t.fd < 0)
		return err_set(e, ERR_CORRUPT, ERR_NO_OFFSET, "task without a descriptor");
	arena_init(&mem, 2 * LIMIT_WIRE_TEXT + 64);
	t.path = arena_str(&mem, wire_str(m->path));
	t.format = arena_str(&mem, wire_str(m->format));
	w->out.turn = m->turn;
	if (!t.path.ptr || !t.format.ptr)
		err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a task");
	else
		rc = task_run(w, &t, e);
	if (rc == 0)
		rc = tell_done(w, &t, e);
	arena_done(&mem);
	close(t.fd);
	return rc;
}

/* --- start ---------------------------------------------------------------------------------- */

static int rules_load(struct worker *w, err *e)
{
	int fd = wire_take_fd(&w->in);
	struct stat st;
	void *p;
	int rc;

	if (fd < 0 || fstat(fd, &st) < 0 || st.st_size <= 0)
		return err_set(e, ERR_CORRUPT, ERR_NO_OFFSET, "no rules came");
	/* sealed: cannot shrink */
	p = mmap(NULL, (size_t)st.st_size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	close(fd);
	if (p == MAP_FAILED)
		return err_errno(e, errno, "mapping the rules");
	rc = ruleset_thaw(&w->rules, p, (size_t)st.st_size, e);
	if (rc < 0)
		munmap(p, (size_t)st.st_size); /* else it stays for the life of the process */
	return rc;
}

static int setup(struct worker *w, bool sandboxed, err *e)
{
	const Wire__ToWorker *m = hear(w, true, e);
	const Wire__Setup *s;

	if (!m)
		return -1;
	if (m->body_case != WIRE__TO_WORKER__BODY_SETUP)
		return err_set(e, ERR_CORRUPT, ERR_NO_OFFSET, "first message is no setup");
	s = m->setup;
	if (s->require_sandbox && !sandboxed)
		return err_set(e, ERR_UNSUPPORTED, ERR_NO_OFFSET,
			       sandbox_is_full() ? "this system does not let the worker sandbox itself"
						 : "this build (sanitizer) has no full sandbox");
	w->facts_on = s->facts;
	w->hash_on = s->hash;
	w->census_on = s->census;
	w->naive = s->naive;
	w->output = s->output;
	if (collection_unpack(s, &w->collection, &w->declared_mem, e) < 0 ||
	    declared_unpack(s, &w->declared, &w->ndeclared, &w->declared_mem, e) < 0)
		return -1;
	if (s->has_rules && rules_load(w, e) < 0)
		return -1;
	outbox_init(&w->out, s->output ? wire_take_fd(&w->in) : -1, w->sock);
	if (s->output && w->out.out < 0)
		return err_set(e, ERR_CORRUPT, ERR_NO_OFFSET, "no output came");
	return 0;
}

static int greet(struct worker *w, bool sandboxed, const err *why)
{
	Wire__FromWorker m = WIRE__FROM_WORKER__INIT;
	Wire__Hello hello = WIRE__HELLO__INIT;
	Wire__Refused refused = WIRE__REFUSED__INIT;

	hello.sandboxed = sandboxed;
	refused.text = wire_bytes(str_of(why->text));
	if (why->code == ERR_NONE) {
		m.body_case = WIRE__FROM_WORKER__BODY_HELLO;
		m.hello = &hello;
	} else {
		m.body_case = WIRE__FROM_WORKER__BODY_REFUSED;
		m.refused = &refused;
	}
	return wire_send_from(w->sock, &m, NULL);
}

static int serve(struct worker *w, err *e)
{
	for (;;) {
		const Wire__ToWorker *m = hear(w, true, e);
		int rc;

		if (!m)
			return -1;
		switch (m->body_case) {
		case WIRE__TO_WORKER__BODY_TASK:
			rc = task_take(w, m->task, e);
			break;
		case WIRE__TO_WORKER__BODY_TURN:
			rc = outbox_turn(&w->out, m->turn->task, e);
			break;
		case WIRE__TO_WORKER__BODY_STOP:
			return 0;
		default:
			return err_set(e, ERR_CORRUPT, ERR_NO_OFFSET, "unexpected message");
		}
		if (rc < 0)
			return -1;
	}
}

static void worker_done(struct worker *w)
{
	wire_in_done(&w->in);
	arena_done(&w->mem);
	arena_done(&w->declared_mem);
	emit_done(&w->emit);
	outbox_done(&w->out);
	window_done(&w->win);
	sha256_free(w->sha);
	item_forget(w);
	detector_free(w->detector);
	ruleset_free(w->rules);
}

int engine_worker_main(int fd)
{
	struct worker w = { .sock = fd };
	err e = { 0 };
	bool sandboxed;
	int rc;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)mallopt(M_TRIM_THRESHOLD, HEAP_KEPT); /* the next task needs what this one gives back */
	(void)mallopt(M_MMAP_THRESHOLD, HEAP_KEPT);
	signal(SIGINT, SIG_IGN); /* the coordinator decides when a run ends */
	signal(SIGPIPE, SIG_IGN);
	/* Libraries that read their configuration on first use do so before the door closes. */
	w.sha = sha256_new(&e);
	if (!w.sha || evidence_process_init(&e) < 0)
		return EXIT_FAILED;
	sandboxed = sandbox_enter();
	wire_in_init(&w.in, fd, true);
	arena_init(&w.mem, LIMIT_WIRE_UNPACKED);
	arena_init(&w.declared_mem, LIMIT_DECLARED_BYTES);
	emit_init(&w.emit, fd);
	rc = setup(&w, sandboxed, &e);
	if (greet(&w, sandboxed, &e) == 0 && rc == 0)
		rc = serve(&w, &e);
	worker_done(&w);
	return rc == 0 ? EXIT_DONE : EXIT_FAILED;
}
