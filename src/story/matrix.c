#include "story/matrix.h"

#include <stdlib.h>

#include "story/story_priv.h"
#include "util/limits.h"
#include "util/times.h"

/* A day of a source of a host, for sorting. */
struct seen {
	uint32_t host, source;
	int32_t day;
};

static int seen_order(const void *pa, const void *pb)
{
	const struct seen *a = pa, *b = pb;

	if (a->host != b->host)
		return a->host < b->host ? -1 : 1;
	if (a->source != b->source)
		return a->source < b->source ? -1 : 1;
	return (a->day > b->day) - (a->day < b->day);
}

static int cell_order(const void *pa, const void *pb)
{
	const struct matrix_cell *a = pa, *b = pb;

	if (a->host != b->host)
		return a->host < b->host ? -1 : 1;
	return (a->source > b->source) - (a->source < b->source);
}

static struct seen *days_seen(struct builder *b, size_t *ret_n)
{
	struct seen *all = calloc(b->day.len + 1, sizeof *all);
	size_t n = 0;

	for (size_t i = 0; all && i < b->day.len; i++) {
		const struct channel_info *c = &b->channel.at[b->day.at[i].channel];
		uint32_t source = c->recovered ? SOURCE_NONE : source_of(c->channel);

		if (source != SOURCE_NONE)
			all[n++] =
				(struct seen){ c->name == NAME_NONE ? STORY_NOBODY : b->name.at[c->name].host,
					       source, b->day.at[i].day };
	}
	if (all && n)
		qsort(all, n, sizeof *all, seen_order);
	*ret_n = n;
	return all;
}

/* Runs of n sorted days into memory of the story. */
static bool runs_fill(struct builder *b, const struct seen *d, uint32_t n, struct matrix_cell *c)
{
	struct matrix_run *r;
	uint32_t count = 1;

	for (uint32_t i = 1; i < n; i++)
		count += d[i].day > d[i - 1].day + 1;
	r = arena_array(&b->st->arrays, count, sizeof *r);
	if (!r)
		return false;
	c->runs = r;
	*r = (struct matrix_run){ d[0].day, d[0].day };
	c->days = 1;
	for (uint32_t i = 1; i < n; i++) {
		if (d[i].day == r->to)
			continue;
		c->days++;
		if (d[i].day == r->to + 1)
			r->to++;
		else
			*++r = (struct matrix_run){ d[i].day, d[i].day };
	}
	c->nruns = (uint32_t)(r - c->runs) + 1;
	return true;
}

static struct matrix_cell *cell_new(struct builder *b, uint32_t host, uint32_t source)
{
	struct matrix_cell *c = VEC_PUSH(&b->cell, LIMIT_STORY_CHANNELS);

	if (!c) {
		b->st->dropped++;
		return NULL;
	}
	*c = (struct matrix_cell){ .host = host,
				   .source = source,
				   .first_ns = TIME_NONE,
				   .last_ns = TIME_NONE,
				   .cleared_ns = TIME_NONE };
	b->st->matrix.used |= UINT64_C(1) << source;
	return c;
}

static int day_order(const void *pa, const void *pb)
{
	return (*(const int32_t *)pa > *(const int32_t *)pb) - (*(const int32_t *)pa < *(const int32_t *)pb);
}

/* The days worth drawing: the largest heap of them without a long silence, so that a few lines of a wrong year do not
 * squeeze all others. Nothing is left out of the cells. */
static bool window_find(struct story_matrix *m, const struct seen *all, size_t n)
{
	enum { SILENCE = 45 };
	int32_t *day = calloc(n + 1, sizeof *day);
	size_t most = 0;

	if (!day)
		return false;
	for (size_t i = 0; i < n; i++)
		day[i] = all[i].day;
	if (n)
		qsort(day, n, sizeof *day, day_order);
	for (size_t i = 0, end; i < n; i = end) {
		for (end = i + 1; end < n && day[end] - day[end - 1] <= SILENCE; end++)
			;
		if (end - i > most) {
			most = end - i;
			m->first_day = day[i];
			m->last_day = day[end - 1];
		}
	}
	free(day);
	return true;
}

static bool cells_of_days(struct builder *b)
{
	struct story_matrix *m = &b->st->matrix;
	size_t n;
	struct seen *all = days_seen(b, &n);
	bool ok = all && window_find(m, all, n);

	for (size_t i = 0, end; ok && i < n; i = end) {
		struct matrix_cell *c = cell_new(b, all[i].host, all[i].source);

		for (end = i; end < n && all[end].host == all[i].host && all[end].source == all[i].source;
		     end++)
			;
		if (c && !runs_fill(b, all + i, (uint32_t)(end - i), c))
			ok = false;
	}
	free(all);
	return ok;
}

static struct matrix_cell *cell_find(struct builder *b, size_t n, uint32_t host, uint32_t source)
{
	const struct matrix_cell key = { .host = host, .source = source };

	return n ? bsearch(&key, b->cell.at, n, sizeof key, cell_order) : NULL;
}

/* A gap of record ids says "... of CHANNEL on HOST were read nowhere" (engine/idruns.c): it has no other place for it. */
static void lost_add(struct builder *b, size_t n, const struct gap *g)
{
	str text = str_of(g->text), end = STR(" were read nowhere");
	size_t of = str_find(text, STR(" of ")), on;
	struct matrix_cell *x;
	uint32_t source, host;

	if (g->kind != GAP_MISSING || of == SIZE_MAX || !str_ends(text, end))
		return;
	text = (str){ text.ptr + of + 4, text.len - of - 4 - end.len };
	for (on = text.len; on > 4 && memcmp(text.ptr + on - 4, " on ", 4) != 0; on--)
		;
	if (on <= 4)
		return;
	source = source_of((str){ text.ptr, on - 4 });
	host = host_named(b, (str){ text.ptr + on, text.len - on });
	x = source == SOURCE_NONE || host == STORY_NOBODY ? NULL : cell_find(b, n, host, source);
	if (x)
		x->lost += g->lost ? g->lost : g->to - g->from + 1;
}

/* The first n cells are sorted: those that have days. */
static void cells_fill(struct builder *b, size_t n)
{
	for (uint32_t h = 0; h < b->host.len; h++) {
		const struct story_host *host = &b->host.at[h];

		for (uint32_t k = 0; k < host->nchannels; k++) {
			const struct story_channel *c = &host->channels[k];
			uint32_t source = c->recovered ? SOURCE_NONE : source_of(c->name);
			struct matrix_cell *x = source == SOURCE_NONE ? NULL : cell_find(b, n, h, source);

			if (!x)
				continue;
			x->events += c->events;
			span_add(&x->first_ns, &x->last_ns, c->first_ns, c->last_ns);
		}
	}
	for (size_t i = 0; i < b->channel.len; i++) {
		const struct channel_info *c = &b->channel.at[i];
		uint32_t source = c->name != NAME_NONE || c->recovered ? SOURCE_NONE : source_of(c->channel);
		struct matrix_cell *x = source == SOURCE_NONE ? NULL : cell_find(b, n, STORY_NOBODY, source);

		if (!x)
			continue;
		x->events += c->events;
		span_add(&x->first_ns, &x->last_ns, c->first_ns, c->last_ns);
	}
	for (size_t i = 0; i < b->gap.len; i++)
		lost_add(b, n, &b->gap.at[i]);
	for (size_t i = 0; i < b->obs.len; i++) {
		const struct story_observation *o = &b->obs.at[i];
		uint32_t source = o->kind == OBS_LOG_CLEARED ? source_of(o->object) : SOURCE_NONE;
		struct matrix_cell *x = source == SOURCE_NONE ? NULL : cell_find(b, n, o->host, source);

		if (x && (x->cleared_ns == TIME_NONE || o->last_ns > x->cleared_ns))
			x->cleared_ns = o->last_ns;
	}
}

void matrix_collect(struct builder *b)
{
	size_t n;

	if (!cells_of_days(b)) {
		b->failed = true;
		return;
	}
	n = b->cell.len; /* in order already */
	cells_fill(b, n);
	for (uint32_t h = 0; h < b->host.len; h++) {
		const struct story_host *host = &b->host.at[h];
		uint32_t source;

		/* of a host without any log one line says all */
		for (uint32_t i = 0;
		     host->has_logs && (source = source_missing(host->role, host->sources, i)) != SOURCE_NONE;
		     i++) {
			struct matrix_cell *c = cell_new(b, h, source);

			if (c)
				c->missing = true;
		}
	}
	if (b->cell.len)
		qsort(b->cell.at, b->cell.len, sizeof *b->cell.at, cell_order);
}
