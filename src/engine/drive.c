#include "engine/drive.h"

#include "util/limits.h"

enum { READ_ERROR_STEP = 4096 }; /* disks fail by sector; a larger step would lose more */

struct drive {
	const struct reader_ops *ops;
	const struct reader_env *env;
	struct window *win;
	const struct drive_sink *sink;
	struct reader_input in;
	unsigned read_errors;
	bool fatal;
};

void drive_gap_of_err(struct gap *ret, const err *why, uint64_t from, uint64_t to)
{
	static const enum gap_kind KINDS[] = {
		[ERR_NONE] = GAP_UNREADABLE,
		[ERR_ARG] = GAP_UNKNOWN,
		[ERR_OOM] = GAP_LIMIT,
		[ERR_IO] = GAP_UNREADABLE,
		[ERR_TRUNCATED] = GAP_TRUNCATED,
		[ERR_CORRUPT] = GAP_DAMAGED,
		[ERR_UNSUPPORTED] = GAP_UNSUPPORTED,
		[ERR_LIMIT] = GAP_LIMIT,
	};

	gap_set(ret, (unsigned)why->code < COUNT(KINDS) ? KINDS[why->code] : GAP_UNREADABLE, from,
		to < from ? from : to, "%.190s", why->text);
}

static int tell_err(struct drive *d, const err *why, uint64_t from, uint64_t to, err *e)
{
	struct gap g;

	d->fatal = true;
	drive_gap_of_err(&g, why, from, to);
	return d->sink->gap(d->sink->ctx, &g, e);
}

static void view(struct drive *d)
{
	d->in.data = window_bytes(d->win);
	d->in.offset = d->win->offset;
	d->in.last = d->win->end;
}

/* After a failed read: stand in for the unreadable sector with zeros, so that the reader sees damage of
 * known length and goes on behind it; give up after a few, or where the source cannot be moved. */
static int step_over(struct drive *d, const err *why, err *e)
{
	struct window *w = d->win;
	uint64_t at = window_end(w);
	uint64_t next = (at / READ_ERROR_STEP + 1) * READ_ERROR_STEP;
	size_t n = (size_t)(next - at);
	bool go_on = why->code == ERR_IO && w->src.resume && ++d->read_errors <= LIMIT_READ_ERRORS &&
		     w->cap - w->start - w->len >= n && w->src.resume(w->src.ctx, next);

	if (tell_err(d, why, at, go_on ? next : d->env->end, e) < 0)
		return -1;
	if (!go_on) {
		w->end = true;
		return 0;
	}
	memset(w->mem + w->start + w->len, 0, n);
	w->len += n;
	w->hash = NULL; /* no identity for content that nobody could read whole */
	return 0;
}

/* Give the reader what it asked for. False in *ret_on if it asked for nothing new. */
static int more(struct drive *d, bool *ret_on, err *e)
{
	uint64_t from = d->in.need_from, end = window_end(d->win), start = d->win->offset;
	size_t len = d->in.need_len;
	err why = { 0 };

	*ret_on = true;
	if (from < start || d->win->end || (from + len <= end && from <= start)) {
		*ret_on = false;
		return 0;
	}
	if (d->sink->block_end(d->sink->ctx, from, e) < 0)
		return -1;
	while (window_fill(d->win, from, len, &why) < 0) {
		if (step_over(d, &why, e) < 0)
			return -1;
		if (d->win->end)
			break;
		why = (err){ 0 };
	}
	view(d);
	return 0;
}

static int take_runs(struct drive *d, void *self, err *e)
{
	struct record_run r;

	while (d->ops->run && d->ops->run(self, &r))
		if (d->sink->run(d->sink->ctx, &r, e) < 0)
			return -1;
	return 0;
}

static int no_headway(struct drive *d, err *e)
{
	err why = { 0 };

	err_set(&why, ERR_UNSUPPORTED, d->in.need_from, "reader %s asks for what it has", d->ops->name);
	return tell_err(d, &why, d->in.need_from, d->env->end, e);
}

static int loop(struct drive *d, void *self, err *e)
{
	for (;;) {
		event ev;
		struct gap g;
		err why = { 0 };
		bool on;

		switch (d->ops->next(self, &d->in, &ev, &g, &why)) {
		case READER_EVENT:
			if (d->sink->event(d->sink->ctx, &ev, e) < 0)
				return -1;
			break;
		case READER_SKIPPED:
			if (d->sink->gap(d->sink->ctx, &g, e) < 0)
				return -1;
			break;
		case READER_MORE:
			if (more(d, &on, e) < 0)
				return -1;
			if (!on)
				return no_headway(d, e);
			break;
		case READER_END:
			return 0;
		case READER_FATAL:
		default:
			return tell_err(d, &why, why.offset == ERR_NO_OFFSET ? d->in.offset : why.offset,
					window_end(d->win), e);
		}
	}
}

int drive_reader(const struct reader_ops *ops, const struct reader_env *env, struct window *win,
		 const struct drive_sink *sink, bool *ret_fatal, err *e)
{
	struct drive d = { .ops = ops, .env = env, .win = win, .sink = sink };
	void *self = NULL;
	err why = { 0 };
	int rc;

	view(&d);
	if (ops->open(&self, env, &why) < 0) {
		rc = tell_err(&d, &why, env->begin, env->end, e);
	} else {
		rc = loop(&d, self, e);
		if (rc == 0)
			rc = take_runs(&d, self, e);
		ops->close(self);
	}
	*ret_fatal = d.fatal;
	return rc;
}
