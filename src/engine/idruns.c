#include "engine/idruns.h"

#include <stdlib.h>

#include "util/limits.h"
#include "util/times.h"

enum { KEY_BYTES_MAX = 16 << 20, LOGS_MAX = 1 << 18, NAME_SHOWN = 60 };

void idruns_init(struct idruns *r)
{
	*r = (struct idruns){ 0 };
	map_init(&r->index, LOGS_MAX, KEY_BYTES_MAX);
}

void idruns_done(struct idruns *r)
{
	for (size_t i = 0; i < r->logs.len; i++)
		VEC_DONE(&r->logs.at[i].runs);
	VEC_DONE(&r->logs);
	map_done(&r->index);
}

/* The log of that channel and computer; NULL past a ceiling. */
static struct idruns_log *log_of(struct idruns *r, str computer, str channel)
{
	buf key = { 0 };
	struct map_entry *en;
	struct idruns_log *l = NULL;
	bool fresh;

	buf_str(&key, computer);
	buf_byte(&key, '\0');
	buf_str(&key, channel);
	en = key.failed ? NULL : map_put(&r->index, buf_view(&key), r->logs.len, &fresh);
	buf_done(&key);
	if (!en)
		return NULL;
	if (!fresh)
		return en->value < r->logs.len ? &r->logs.at[en->value] : NULL;
	l = VEC_PUSH(&r->logs, LOGS_MAX);
	if (!l)
		return NULL;
	l->computer = (str){ en->key.ptr, computer.len };
	l->channel = (str){ en->key.ptr + computer.len + 1, channel.len };
	return l;
}

int idruns_add(struct idruns *r, str computer, str channel, const struct idrun *run, err *e)
{
	struct idruns_log *l = r->total < LIMIT_RUNS ? log_of(r, computer, channel) : NULL;
	struct idrun *last, *to;

	if (!l) {
		r->dropped++;
		return 0;
	}
	last = l->runs.len ? &l->runs.at[l->runs.len - 1] : NULL;
	if (last && last->item == run->item && last->last != UINT64_MAX && last->last + 1 == run->first &&
	    last->last_ns <= run->first_ns) { /* a run that went on in the next piece */
		last->last = run->last;
		if (run->last_ns > last->last_ns)
			last->last_ns = run->last_ns;
		return 0;
	}
	to = VEC_PUSH(&l->runs, LIMIT_RUNS);
	if (!to)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for record ids");
	*to = *run;
	r->total++;
	return 0;
}

static int by_time(const void *pa, const void *pb)
{
	const struct idrun *a = pa, *b = pb;

	if (a->first_ns != b->first_ns)
		return a->first_ns < b->first_ns ? -1 : 1;
	if (a->first != b->first)
		return a->first < b->first ? -1 : 1;
	return (a->item > b->item) - (a->item < b->item);
}

static int by_id(const void *pa, const void *pb)
{
	const struct idrun *a = pa, *b = pb;

	if (a->first != b->first)
		return a->first < b->first ? -1 : 1;
	if (a->last != b->last)
		return a->last < b->last ? -1 : 1;
	return (a->item > b->item) - (a->item < b->item);
}

static int gap_tell(const struct idruns_log *l, const struct idrun *before, const struct idrun *after,
		    int (*fn)(void *ctx, const struct gap *g, err *e), void *ctx, err *e)
{
	uint64_t from = before->last + 1, to = after->first - 1;
	struct gap g;

	gap_set(&g, GAP_MISSING, from, to, "record ids %llu to %llu of %.*s on %.*s were read nowhere",
		(unsigned long long)from, (unsigned long long)to,
		(int)(l->channel.len < NAME_SHOWN ? l->channel.len : NAME_SHOWN), l->channel.ptr,
		(int)(l->computer.len < NAME_SHOWN ? l->computer.len : NAME_SHOWN), l->computer.ptr);
	g.item = before->item;
	g.lost = to - from + 1;
	g.first_ns = before->last_ns;
	g.last_ns = after->first_ns;
	return fn(ctx, &g, e);
}

/* One epoch: sort by id, tell the holes between what is covered. */
static int epoch_gaps(const struct idruns_log *l, struct idrun *runs, size_t n,
		      int (*fn)(void *ctx, const struct gap *g, err *e), void *ctx, err *e)
{
	struct idrun reach;

	qsort(runs, n, sizeof *runs, by_id);
	reach = runs[0];
	for (size_t i = 1; i < n; i++) {
		if (reach.last != UINT64_MAX && runs[i].first > reach.last + 1 &&
		    gap_tell(l, &reach, &runs[i], fn, ctx, e) < 0)
			return -1;
		if (runs[i].last > reach.last)
			reach = runs[i];
	}
	return 0;
}

/* Runs by time. Ids that fall back behind everything seen, after all of its time, start an epoch. */
static int log_gaps(struct idruns_log *l, int (*fn)(void *ctx, const struct gap *g, err *e), void *ctx,
		    err *e)
{
	struct idrun *runs = l->runs.at;
	size_t begin = 0;
	uint64_t last_id;
	int64_t last_ns;

	qsort(runs, l->runs.len, sizeof *runs, by_time);
	last_id = runs[0].last;
	last_ns = runs[0].last_ns;
	for (size_t i = 1; i < l->runs.len; i++) {
		if (runs[i].first <= last_id && last_ns != TIME_NONE && runs[i].first_ns > last_ns) {
			if (epoch_gaps(l, runs + begin, i - begin, fn, ctx, e) < 0)
				return -1;
			begin = i;
			last_id = runs[i].last;
			last_ns = runs[i].last_ns;
			continue;
		}
		if (runs[i].last > last_id)
			last_id = runs[i].last;
		if (runs[i].last_ns > last_ns)
			last_ns = runs[i].last_ns;
	}
	return epoch_gaps(l, runs + begin, l->runs.len - begin, fn, ctx, e);
}

static int by_name(const void *pa, const void *pb)
{
	const struct idruns_log *a = pa, *b = pb;
	int c = str_cmp(a->computer, b->computer);

	return c ? c : str_cmp(a->channel, b->channel);
}

int idruns_gaps(struct idruns *r, int (*fn)(void *ctx, const struct gap *g, err *e), void *ctx, err *e)
{
	struct gap g;

	if (r->logs.len)
		qsort(r->logs.at, r->logs.len, sizeof r->logs.at[0], by_name);
	for (size_t i = 0; i < r->logs.len; i++)
		if (log_gaps(&r->logs.at[i], fn, ctx, e) < 0)
			return -1;
	if (!r->dropped)
		return 0;
	gap_set(&g, GAP_LIMIT, 0, 0, "%llu runs of record ids were not searched for missing ones",
		(unsigned long long)r->dropped);
	return fn(ctx, &g, e);
}
