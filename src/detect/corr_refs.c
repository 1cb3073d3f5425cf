#include "detect/corr_refs.h"

#include <stdlib.h>
#include <unistd.h>

#include "util/tempfile.h"

enum { LOG_BUFFER = 1 << 20, READ_AT_ONCE = 512, RANGES_KEPT = 4096 };

/* --- the log -------------------------------------------------------------------------------- */

struct log_entry {
	int64_t time_ns;
	uint64_t a, b;
	uint32_t item, host, src, unused;
};

void corr_log_init(struct corr_log *log)
{
	*log = (struct corr_log){ .fd = -1 };
}

void corr_log_done(struct corr_log *log)
{
	if (log->fd >= 0)
		close(log->fd);
	buf_done(&log->pending);
	corr_log_init(log);
}

static int log_flush(struct corr_log *log, err *e)
{
	if (log->pending.failed)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a correlation");
	if (log->fd < 0)
		log->fd = tempfile_open(e);
	if (log->fd < 0 || tempfile_write(log->fd, log->written * sizeof(struct log_entry),
					  str_bytes(buf_view(&log->pending)), e) < 0)
		return -1;
	log->written = log->len;
	buf_clear(&log->pending);
	return 0;
}

int corr_log_add(struct corr_log *log, const struct corr_hit *hit, err *e)
{
	struct log_entry entry = { hit->time_ns, hit->a, hit->b, hit->item, hit->host, hit->src, 0 };

	buf_add(&log->pending, &entry, sizeof entry);
	log->len++;
	return log->pending.len >= LOG_BUFFER || log->pending.failed ? log_flush(log, e) : 0;
}

/* Entries [first, first + n), n at most READ_AT_ONCE. */
static int log_read(struct corr_log *log, uint64_t first, size_t n, struct log_entry *to, err *e)
{
	if (first + n > log->written && log_flush(log, e) < 0)
		return -1;
	return tempfile_read(log->fd, first * sizeof *to, (uint8_t *)to, n * sizeof *to, e);
}

/* --- events --------------------------------------------------------------------------------- */

void corr_refs_init(struct corr_refs *r)
{
	*r = (struct corr_refs){ .max = LIMIT_CORRELATION_REFS };
}

void corr_refs_done(struct corr_refs *r)
{
	VEC_DONE(&r->events);
	VEC_DONE(&r->ranges);
}

void corr_refs_clear(struct corr_refs *r)
{
	r->events.len = r->ranges.len = 0;
	r->left_out = 0;
}

static int cmp_u64(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int cmp_event(const void *pa, const void *pb)
{
	const struct corr_event *a = pa, *b = pb;

	if (a->time_ns != b->time_ns)
		return a->time_ns < b->time_ns ? -1 : 1;
	if (a->item != b->item)
		return a->item < b->item ? -1 : 1;
	return a->offset != b->offset ? cmp_u64(a->offset, b->offset) : cmp_u64(a->record, b->record);
}

/* Sorted, each once, the earliest `max`. */
static void events_reduce(struct corr_refs *r)
{
	size_t n = 0;

	if (!r->events.at)
		return;
	qsort(r->events.at, r->events.len, sizeof r->events.at[0], cmp_event);
	for (size_t i = 0; i < r->events.len; i++)
		if (!n || cmp_event(&r->events.at[n - 1], &r->events.at[i]) != 0)
			r->events.at[n++] = r->events.at[i];
	if (n > r->max) {
		r->left_out += n - r->max;
		n = r->max;
	}
	r->events.len = n;
}

static int add_event(struct corr_refs *r, const struct corr_event *ev, err *e)
{
	struct corr_event *to;

	if (r->events.len == 2 * (size_t)r->max)
		events_reduce(r);
	to = VEC_PUSH(&r->events, 2 * (size_t)r->max);
	if (!to)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a correlation");
	*to = *ev;
	return 0;
}

/* --- ranges --------------------------------------------------------------------------------- */

static int cmp_range(const void *pa, const void *pb)
{
	const struct corr_range *a = pa, *b = pb;

	return a->first != b->first ? cmp_u64(a->first, b->first) : cmp_u64(a->n, b->n);
}

/* Sorted, without overlap. */
static void ranges_reduce(struct corr_refs *r)
{
	size_t n = 0;

	if (!r->ranges.at)
		return;
	qsort(r->ranges.at, r->ranges.len, sizeof r->ranges.at[0], cmp_range);
	for (size_t i = 0; i < r->ranges.len; i++) {
		struct corr_range one = r->ranges.at[i], *last = n ? &r->ranges.at[n - 1] : NULL;

		if (last && one.first <= last->first + last->n)
			last->n = u64_max(last->n, one.first + one.n - last->first);
		else
			r->ranges.at[n++] = one;
	}
	r->ranges.len = n;
}

/* Alerts of one burst lie in each other's ranges: most extend the last one. */
static int add_range(struct corr_refs *r, uint64_t first, uint64_t n, err *e)
{
	struct corr_range *last;

	if (r->ranges.len) {
		last = &r->ranges.at[r->ranges.len - 1];
		if (first >= last->first && first <= last->first + last->n) {
			last->n = u64_max(last->n, first + n - last->first);
			return 0;
		}
	}
	if (r->ranges.len >= RANGES_KEPT && (r->ranges.len & (r->ranges.len - 1)) == 0)
		ranges_reduce(r);
	if (r->ranges.len >= LIMIT_CORRELATION_WINDOW) {
		r->left_out += n;
		return 0;
	}
	last = VEC_PUSH(&r->ranges, LIMIT_CORRELATION_WINDOW);
	if (!last)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a correlation");
	*last = (struct corr_range){ first, n };
	return 0;
}

int corr_refs_add(struct corr_refs *r, const struct corr_hit *hit, err *e)
{
	struct corr_event ev = { hit->time_ns, hit->a, hit->b, hit->item, hit->host };

	return hit->src ? add_range(r, hit->a, hit->b, e) : add_event(r, &ev, e);
}

static int expand(struct corr_refs *r, struct corr_log *log, struct corr_range range, err *e)
{
	struct log_entry entries[READ_AT_ONCE];

	while (range.n) {
		size_t n = (size_t)u64_min(range.n, READ_AT_ONCE);

		if (log_read(log, range.first, n, entries, e) < 0)
			return -1;
		for (size_t i = 0; i < n; i++) {
			struct corr_hit hit = { .time_ns = entries[i].time_ns,
						.a = entries[i].a,
						.b = entries[i].b,
						.item = entries[i].item,
						.host = entries[i].host,
						.src = entries[i].src };

			if (corr_refs_add(r, &hit, e) < 0)
				return -1;
		}
		range.first += n;
		range.n -= n;
	}
	return 0;
}

/* All ranges at once; what they lead to may be ranges again. */
static int expand_all(struct corr_refs *r, struct corr_log *log, err *e)
{
	size_t n;
	struct corr_range *todo;
	int rc = 0;

	ranges_reduce(r);
	n = r->ranges.len;
	todo = calloc(n, sizeof *todo);
	if (!todo)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a correlation");
	memcpy(todo, r->ranges.at, n * sizeof *todo);
	r->ranges.len = 0;
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = expand(r, log, todo[i], e);
	free(todo);
	return rc;
}

int corr_refs_finish(struct corr_refs *r, struct corr_log *log, err *e)
{
	/* what stands in the log refers to what stood there before: this ends */
	while (r->ranges.len)
		if (expand_all(r, log, e) < 0)
			return -1;
	events_reduce(r);
	return 0;
}
