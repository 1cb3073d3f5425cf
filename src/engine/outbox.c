#include "engine/outbox.h"

#include <errno.h>
#include <unistd.h>

#include "util/limits.h"

enum { BLOCK = 1 << 20, SPARE_MAX = 8 };

void outbox_init(struct outbox *o, int out, int sock)
{
	*o = (struct outbox){ .out = out, .sock = sock };
}

void outbox_done(struct outbox *o)
{
	for (size_t i = 0; i < o->queue.len; i++)
		buf_done(&o->queue.at[i].text);
	for (size_t i = 0; i < o->spare.len; i++)
		buf_done(&o->spare.at[i]);
	VEC_DONE(&o->queue);
	VEC_DONE(&o->spare);
	buf_done(&o->cur);
}

void outbox_begin(struct outbox *o, uint32_t task, bool turn)
{
	o->task = task;
	o->turn = turn;
	buf_clear(&o->cur);
}

/* Tell the coordinator what stopped us; it knows whether the reader of the output merely left. */
static int write_failed(struct outbox *o, uint32_t task, int error, err *e)
{
	Wire__FromWorker m = WIRE__FROM_WORKER__INIT;
	Wire__OutputFailed failed = WIRE__OUTPUT_FAILED__INIT;

	failed.task = task;
	failed.error = (uint32_t)error;
	m.body_case = WIRE__FROM_WORKER__BODY_OUTPUT_FAILED;
	m.output_failed = &failed;
	(void)wire_send_from(o->sock, &m, NULL);
	return err_errno(e, error, "writing output");
}

static int write_all(struct outbox *o, uint32_t task, const buf *b, err *e)
{
	const char *p = b->ptr;
	size_t left = b->len;

	while (left) {
		ssize_t n = write(o->out, p, left);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return write_failed(o, task, n ? errno : ENOSPC, e);
		p += n;
		left -= (size_t)n;
	}
	return 0;
}

static int queue_cur(struct outbox *o, err *e)
{
	struct outbox_block *b;

	if (!o->cur.len)
		return 0;
	b = VEC_PUSH(&o->queue, SIZE_MAX / sizeof *b);
	if (!b)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for output");
	*b = (struct outbox_block){ o->task, o->cur };
	o->queued_bytes += o->cur.len;
	o->cur = o->spare.len ? o->spare.at[--o->spare.len] : (buf){ 0 };
	buf_clear(&o->cur);
	return 0;
}

int outbox_block_end(struct outbox *o, err *e)
{
	int rc = 0;

	if (o->cur.failed)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for output");
	if (o->turn) {
		rc = write_all(o, o->task, &o->cur, e);
		buf_clear(&o->cur);
	} else if (o->cur.len >= BLOCK) {
		rc = queue_cur(o, e);
	}
	return rc;
}

bool outbox_full(const struct outbox *o)
{
	return !o->turn && o->queued_bytes + o->cur.len >= LIMIT_OUTPUT_BUFFER;
}

bool outbox_waits(const struct outbox *o)
{
	return o->queue.len > 0;
}

int outbox_end(struct outbox *o, bool *ret_pending, err *e)
{
	if (outbox_block_end(o, e) < 0 || (!o->turn && queue_cur(o, e) < 0))
		return -1;
	*ret_pending = o->queue.len && o->queue.at[o->queue.len - 1].task == o->task;
	o->task = 0;
	o->turn = false;
	return 0;
}

static int tell(struct outbox *o, uint32_t task, bool written, err *e)
{
	Wire__FromWorker m = WIRE__FROM_WORKER__INIT;
	Wire__TurnTaken taken = WIRE__TURN_TAKEN__INIT;
	Wire__Written done = WIRE__WRITTEN__INIT;

	taken.task = done.task = task;
	if (written) {
		m.body_case = WIRE__FROM_WORKER__BODY_WRITTEN;
		m.written = &done;
	} else {
		m.body_case = WIRE__FROM_WORKER__BODY_TURN_TAKEN;
		m.turn_taken = &taken;
	}
	return wire_send_from(o->sock, &m, e);
}

/* Write the blocks of `task`, which are the oldest, and keep some of the memory. */
static int queue_write(struct outbox *o, uint32_t task, err *e)
{
	size_t n = 0;
	int rc = 0;

	for (; n < o->queue.len && o->queue.at[n].task == task && rc == 0; n++) {
		buf *b = &o->queue.at[n].text;
		buf *spare;

		rc = write_all(o, task, b, e);
		o->queued_bytes -= b->len;
		spare = o->spare.len < SPARE_MAX ? VEC_PUSH(&o->spare, SPARE_MAX) : NULL;
		if (spare)
			*spare = *b;
		else
			buf_done(b);
	}
	memmove(o->queue.at, o->queue.at + n, (o->queue.len - n) * sizeof o->queue.at[0]);
	o->queue.len -= n;
	return rc;
}

int outbox_turn(struct outbox *o, uint32_t task, err *e)
{
	bool current = o->task && task == o->task;

	if (!current && !(o->queue.len && o->queue.at[0].task == task))
		return 0; /* it ended without output meanwhile */
	if (tell(o, task, false, e) < 0 || (o->queue.len && queue_write(o, task, e) < 0))
		return -1;
	if (!current)
		return tell(o, task, true, e);
	o->turn = true;
	return outbox_block_end(o, e);
}
