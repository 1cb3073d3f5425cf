/* Calls inside: where a server under control is called on a port that nobody called before, by hosts that are
 * under control, too. Programs of intruders that may not go out themselves report through such a server. */
#include "story/incident_priv.h"
#include "util/limits.h"

enum { REGULAR = 5 }; /* calls that are more than a look */

/* A port of a host: who calls it. */
struct door {
	uint32_t callers, known; /* known: under control when they first called */
	int64_t first_ns;
};

struct hops {
	struct finder *f;
	map keys;
	VEC(struct door) door;
	int64_t since; /* the first call inside that any log tells */
};

static bool is_known(const struct finder *f, const struct inner *x)
{
	const struct suspect *s = &f->suspect[x->from];

	return s->in && x->s.first_ns >= s->t0 - MINUTE;
}

static struct door *door_of(struct hops *w, const struct inner *x)
{
	uint32_t key[2] = { x->to, x->port };
	bool fresh;
	struct map_entry *m = map_put(&w->keys, (str){ (const char *)key, sizeof key }, w->door.len, &fresh);

	if (!m || (fresh && !VEC_PUSH(&w->door, LIMIT_TRACE_ROWS))) {
		w->f->b->st->dropped++;
		return NULL;
	}
	if (fresh)
		w->door.at[m->value] = (struct door){ .first_ns = x->s.first_ns };
	return &w->door.at[m->value];
}

static void doors_find(struct hops *w)
{
	const struct finder *f = w->f;

	for (size_t i = 0; i < f->t.inner.len; i++) {
		const struct inner *x = &f->t.inner.at[i];
		struct door *d;

		if (w->since == TIME_NONE || x->s.first_ns < w->since)
			w->since = x->s.first_ns;
		if (!f->suspect[x->to].in)
			continue;
		d = door_of(w, x);
		if (!d)
			return;
		d->callers++;
		d->known += is_known(f, x);
		if (x->s.first_ns < d->first_ns)
			d->first_ns = x->s.first_ns;
	}
}

static void tell_hop(struct hops *w, const struct inner *x, const struct door *d)
{
	struct finder *f = w->f;
	/* nearly only hosts of the incident call it: then it speaks against the others, too */
	bool ours = d->known >= 2 && d->known * 4 >= d->callers * 3;
	struct story_clue *c;

	if (!ours && !is_known(f, x))
		return;
	c = clue_add(f, x->from, FAMILY_NETWORK, ours ? GRADE_STRONG : GRADE_NOTE, "command-and-control", 71,
		     x->s.first_ns, &x->s.refs,
		     sentence_of(f->b, "inc.hop", "host", host_text(f, x->to), "port",
				 trace_text(&f->t, x->port), "count", keep_u64(f->b, x->s.count), NULL));
	clue_from(c, x->to);
}

void hops_find(struct finder *f)
{
	struct hops w = { .f = f, .since = TIME_NONE };

	map_init(&w.keys, LIMIT_TRACE_ROWS, LIMIT_TRACE_TEXT_BYTES);
	doors_find(&w);
	for (size_t i = 0; i < f->t.inner.len; i++) {
		const struct inner *x = &f->t.inner.at[i];
		const struct suspect *s = &f->suspect[x->to];
		const struct door *d = s->in ? door_of(&w, x) : NULL;

		/* without a time before it nobody can say that the port is new */
		if (d && d->first_ns >= s->t0 - MINUTE && s->t0 - w.since >= 2 * DAY &&
		    x->s.count >= REGULAR && x->s.last_ns - x->s.first_ns >= HOUR)
			tell_hop(&w, x, d);
	}
	map_done(&w.keys);
	VEC_DONE(&w.door);
}
