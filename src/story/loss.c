/* What left. Bytes that several logs saw are counted once: of a host, a place and a day the log that saw
 * most. Where a log only counts what came back, the volume cannot be measured and that is said. */
#include <stdlib.h>

#include "story/incident_priv.h"
#include "util/limits.h"
#include "util/times.h"

#define HOUR (3600 * NS_PER_S)
#define DAY (24 * HOUR)

enum { MUCH = 8 << 20 }; /* bytes in a day that are worth a sentence */

struct flow { /* one log's view of a host, a place and a day */
	uint32_t host, group;
	text_id dest, day, observer;
	uint64_t bytes, received;
	int64_t first_ns, last_ns;
	struct story_refs refs;
};

struct losses {
	struct finder *f;
	map keys;
	VEC(struct flow) flow;
};

/* Does the place matter: a control server, or one that the host had never called before? */
static bool matters(const struct finder *f, uint32_t host, text_id dest, int64_t ns)
{
	return host != STORY_NOBODY && f->suspect[host].in && dest && ns >= f->suspect[host].t0 - HOUR;
}

static void flow_add(struct losses *w, uint32_t host, text_id dest, const struct fact *x)
{
	struct trace *t = &w->f->t;
	str who = x->attr[FA_OBSERVER].len ? x->attr[FA_OBSERVER] : x->attr[FA_HOST];
	uint32_t key[] = { host, dest, trace_id(t, x->attr[FA_DAY]), trace_id(t, who) };
	struct map_entry *m;
	struct flow *l;
	bool fresh;

	m = map_put(&w->keys, (str){ (const char *)key, sizeof key }, w->flow.len, &fresh);
	if (!m || (fresh && !VEC_PUSH(&w->flow, LIMIT_TRACE_ROWS))) {
		w->f->b->st->dropped++;
		return;
	}
	l = &w->flow.at[m->value];
	if (fresh)
		*l = (struct flow){ .host = host,
				    .dest = dest,
				    .day = key[2],
				    .observer = key[3],
				    .first_ns = TIME_NONE,
				    .last_ns = TIME_NONE };
	if (str_eq(x->attr[FA_MEASURE], STR("sent")))
		l->bytes += x->bytes;
	else
		l->received += x->bytes;
	span_add(&l->first_ns, &l->last_ns, x->first_ns, x->last_ns);
	refs_add_all(&l->refs, x->refs, x->nrefs);
}

static int on_flow(void *ctx, const struct fact *x, err *e)
{
	struct losses *w = ctx;
	struct finder *f = w->f;
	str target = x->attr[FA_TARGET_IP].len ? x->attr[FA_TARGET_IP] : x->attr[FA_TARGET_HOST];
	uint32_t host = x->attr[FA_HOST].len ? host_named(f->b, x->attr[FA_HOST]) :
					       who_at(f->b, x->attr[FA_SOURCE_IP], x->first_ns);
	text_id dest = x->attr[FA_TARGET_IP].len ? trace_find(&f->t, target) : trace_dest(&f->t, target);

	(void)e;
	if (x->first_ns != TIME_NONE && !fact_is_recovered(x) && matters(f, host, dest, x->first_ns) &&
	    !is_inside(f->b, target))
		flow_add(w, host, dest, x);
	return 0;
}

static int flow_order(const void *pa, const void *pb)
{
	const struct flow *a = pa, *b = pb;

	if (a->host != b->host)
		return a->host < b->host ? -1 : 1;
	if (a->dest != b->dest)
		return a->dest < b->dest ? -1 : 1;
	if (a->first_ns / DAY != b->first_ns / DAY)
		return a->first_ns < b->first_ns ? -1 : 1;
	return a->bytes > b->bytes ? -1 : a->bytes < b->bytes;
}

/* A host and a place over all days. */
static void loss_of(struct losses *w, size_t from, size_t to)
{
	struct finder *f = w->f;
	const struct flow *first = &w->flow.at[from];
	uint64_t total = 0, most = 0, received = 0;
	struct story_refs refs = { 0 };
	int64_t start = TIME_NONE, end = TIME_NONE, day = INT64_MIN;
	bool control = mark_of(f, MARK_DEST, first->dest) != NULL, known;
	struct incident_loss *l;
	struct incident_external *x;

	for (size_t i = from; i < to; i++) {
		const struct flow *l2 = &w->flow.at[i];

		received += l2->received;
		if (l2->first_ns / DAY == day)
			continue; /* another log's view of the same day, with less */
		day = l2->first_ns / DAY;
		total += l2->bytes;
		if (l2->bytes > most)
			refs = l2->refs;
		most = l2->bytes > most ? l2->bytes : most;
		span_add(&start, &end, l2->first_ns, l2->last_ns);
	}
	known = f->dest_seen[first->dest].first_ns < f->suspect[first->host].t0 - HOUR;
	if (most < MUCH || (!control && (known || f->dest_seen[first->dest].hosts > 3)))
		return;
	l = VEC_PUSH(&f->loss, LIMIT_STORY_CLUES);
	if (!l)
		return;
	*l = (struct incident_loss){ .host = first->host,
				     .incident = f->suspect[first->host].incident,
				     .what = keep(f->b, trace_text(&f->t, first->dest)),
				     .estimate = total,
				     .low = total - total / 10,
				     .high = total + total / 10,
				     .first_ns = start,
				     .last_ns = end,
				     .measurable = true,
				     .refs = refs };
	(void)received;
	clue_add(f, first->host, FAMILY_NETWORK, control ? GRADE_STRONG : GRADE_WEAK, "exfiltration", 84, start, &refs,
		 sentence_of(f->b, "inc.sent", "bytes", keep_u64(f->b, total), "dest",
			     trace_text(&f->t, first->dest), NULL));
	x = external_add(f, trace_text(&f->t, first->dest), STR(""), EXTERNAL_EXFILTRATION, l->incident, NULL);
	if (x) {
		x->bytes += total;
		span_add(&x->first_ns, &x->last_ns, start, end);
		refs_add_all(&x->refs, refs.at, refs.n);
		if (x->confidence < 0.7)
			x->confidence = 0.7;
	}
}

void loss_find(struct finder *f)
{
	static const enum fact_kind KINDS[] = { FACT_CONNECTION, FACT_PROXY_REQUEST };
	struct losses w = { .f = f };

	map_init(&w.keys, LIMIT_TRACE_ROWS, LIMIT_TRACE_TEXT_BYTES);
	for (size_t i = 0; i < COUNT(KINDS) && f->b->rc == 0; i++)
		f->b->rc = store_each_fact(f->b->s, (int)KINDS[i], on_flow, &w, f->b->e);
	if (w.flow.len)
		qsort(w.flow.at, w.flow.len, sizeof *w.flow.at, flow_order);
	for (size_t i = 0, k; i < w.flow.len; i = k) {
		for (k = i + 1; k < w.flow.len && w.flow.at[k].host == w.flow.at[i].host &&
				w.flow.at[k].dest == w.flow.at[i].dest;
		     k++)
			;
		loss_of(&w, i, k);
	}
	map_done(&w.keys);
	VEC_DONE(&w.flow);
}
