#include "serve/job.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

#include "util/limits.h"
#include "util/times.h"

/* What a child sends first: the outcome, and the lengths of both forms. */
enum { FRAME_HEAD = 1 + 8 + 8, CHILD_FD = 3 };

static const struct {
	unsigned most, seconds;
} KINDS[ANSWERS] = {
	[ANSWER_DOCUMENT] = { 1, LIMIT_SERVE_STORY_S },
	[ANSWER_EVENT] = { LIMIT_SERVE_EVENTS, LIMIT_SERVE_EVENT_S },
	[ANSWER_SEARCH] = { 2, LIMIT_SERVE_SEARCH_MS / 1000 * 3 },
	[ANSWER_DECISIONS] = { 2, LIMIT_SERVE_EVENT_S },
	[ANSWER_DECIDE] = { 1, LIMIT_SERVE_STORY_S },
	[ANSWER_DESK] = { 2, LIMIT_SERVE_DESK_S },
	[ANSWER_DESK_ACT] = { 1, LIMIT_SERVE_DESK_S },
};

unsigned job_most(enum serve_answer what)
{
	return KINDS[what].most;
}

/* --- in the child -------------------------------------------------------------------------- */

static enum serve_outcome ask_case(const struct serve_case_ops *ops, const struct job_ask *ask, buf *out)
{
	switch (ask->what) {
	case ANSWER_DOCUMENT:
		return ops->document(ops->ctx, out);
	case ANSWER_EVENT:
		return ops->event(ops->ctx, ask->text, out);
	case ANSWER_SEARCH:
		return ops->search(ops->ctx, &ask->query, out);
	case ANSWER_DECISIONS:
		return ops->decisions(ops->ctx, out);
	case ANSWER_DECIDE:
		return ops->decide(ops->ctx, ask->text, out);
	case ANSWER_DESK:
		return ops->desk(ops->ctx, ask->text, out);
	case ANSWER_DESK_ACT:
		return ops->desk_act(ops->ctx, ask->text, out);
	default:
		return SERVE_BROKEN;
	}
}

/* This machine talks to itself: little packing serves. */
static bool pack(str plain, buf *out)
{
	enum { GZIP = 15 + 16 };
	z_stream z = { 0 };
	int rc;

	if (plain.len > UINT32_MAX ||
	    deflateInit2(&z, Z_BEST_SPEED, Z_DEFLATED, GZIP, 9, Z_DEFAULT_STRATEGY) != Z_OK)
		return false;
	if (buf_reserve(out, deflateBound(&z, plain.len))) {
		union {
			const char *from;
			Bytef *to;
		} p = { plain.ptr };

		z.next_in = p.to;
		z.avail_in = (uInt)plain.len;
		z.next_out = (Bytef *)out->ptr;
		z.avail_out = (uInt)out->cap;
		rc = deflate(&z, Z_FINISH);
		out->len = z.total_out;
		out->failed |= rc != Z_STREAM_END;
	}
	deflateEnd(&z);
	return !out->failed;
}

static bool send_all(int fd, const void *p, size_t n)
{
	const char *at = p;

	while (n) {
		ssize_t k = write(fd, at, n);

		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			return false;
		at += k;
		n -= (size_t)k;
	}
	return true;
}

static void put_u64(uint8_t *to, uint64_t v)
{
	for (int i = 0; i < 8; i++)
		to[i] = (uint8_t)(v >> 8 * i);
}

/* The answers of other requests must not depend on us: every descriptor but the pipe is closed, so that their
 * connections end when the server ends them. */
static void leave_server(int fd)
{
	sigset_t none;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	sigemptyset(&none);
	signal(SIGINT, SIG_IGN); /* of the terminal: the server ends us when it wants */
	signal(SIGTERM, SIG_DFL);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (dup2(STDERR_FILENO, STDOUT_FILENO) < 0 || (fd != CHILD_FD && dup2(fd, CHILD_FD) < 0))
		_exit(1);
	if (close_range(CHILD_FD + 1, ~0u, 0) < 0)
		for (int i = CHILD_FD + 1; i < 1024; i++)
			close(i);
}

static _Noreturn void child(const struct serve_case_ops *ops, const struct job_ask *ask, int fd)
{
	struct job_result r = { .plain.max = LIMIT_SERVE_ANSWER, .packed.max = LIMIT_SERVE_ANSWER };
	uint8_t head[FRAME_HEAD];

	leave_server(fd);
	r.outcome = ask_case(ops, ask, &r.plain);
	if (r.plain.failed)
		r = (struct job_result){ .outcome = SERVE_TOO_MUCH };
	if (r.outcome != SERVE_OK && r.outcome != SERVE_CONFLICT && r.outcome != SERVE_BAD)
		r.plain.len = 0; /* half an answer */
	if (ask->pack && r.outcome == SERVE_OK && !pack(buf_view(&r.plain), &r.packed))
		r.packed.len = 0;
	head[0] = (uint8_t)r.outcome;
	put_u64(head + 1, r.plain.len);
	put_u64(head + 9, r.packed.len);
	_exit(send_all(CHILD_FD, head, sizeof head) && send_all(CHILD_FD, r.plain.ptr, r.plain.len) &&
			      send_all(CHILD_FD, r.packed.ptr, r.packed.len)
		      ? 0
		      : 1);
}

/* --- in the server ------------------------------------------------------------------------- */

int job_start(struct job *j, const struct serve_case_ops *ops, const struct job_ask *ask, int64_t now_ns,
	      err *e)
{
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_errno(e, errno, "cannot make a pipe");
	pid = fork();
	if (pid == 0)
		child(ops, ask, ends[1]);
	close(ends[1]);
	if (pid < 0 || fcntl(ends[0], F_SETFL, O_NONBLOCK) < 0) {
		close(ends[0]);
		return err_errno(e, errno, "cannot start a process");
	}
	*j = (struct job){ .what = ask->what, .pid = pid, .fd = ends[0] };
	j->deadline_ns = now_ns + KINDS[ask->what].seconds * NS_PER_S;
	j->in.max = FRAME_HEAD + 2 * (size_t)LIMIT_SERVE_ANSWER;
	return 0;
}

bool job_read(struct job *j)
{
	enum { STEP = 256 * 1024 };

	for (;;) {
		ssize_t n;

		if (!buf_reserve(&j->in, STEP))
			return true;
		n = read(j->fd, j->in.ptr + j->in.len, STEP);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n == 0 || errno != EAGAIN;
		j->in.len += (size_t)n;
	}
}

static void reap(struct job *j)
{
	int status;

	close(j->fd);
	kill(j->pid, SIGKILL); /* its answer is here, or it has none */
	while (waitpid(j->pid, &status, 0) < 0 && errno == EINTR)
		;
	j->pid = 0;
}

bool job_end(struct job *j, struct job_result *ret)
{
	bytes all = str_bytes(buf_view(&j->in));
	uint64_t plain = 0, packed = 0;
	bool whole = !j->in.failed && bytes_le64(all, 1, &plain) && bytes_le64(all, 9, &packed);

	reap(j);
	*ret = (struct job_result){ 0 };
	whole = whole && all.ptr[0] < SERVE_OUTCOMES && plain <= LIMIT_SERVE_ANSWER &&
		packed <= LIMIT_SERVE_ANSWER && all.len == FRAME_HEAD + plain + packed;
	if (whole) {
		ret->outcome = (enum serve_outcome)all.ptr[0];
		buf_add(&ret->packed, all.ptr + FRAME_HEAD + plain, packed);
		memmove(j->in.ptr, j->in.ptr + FRAME_HEAD, plain);
		ret->plain = j->in; /* the larger part stays where it is */
		ret->plain.len = plain;
		j->in = (buf){ 0 };
	}
	buf_done(&j->in);
	return whole;
}

void job_wait(struct job *j, int ms)
{
	struct pollfd p = { .fd = j->fd, .events = POLLIN };

	while (poll(&p, 1, ms) > 0 && !job_read(j))
		;
}

void job_drop(struct job *j)
{
	if (j->pid)
		reap(j);
	buf_done(&j->in);
}
