/* Tunnels from outside: an account that never used one before opens it while an incident runs, from an address
 * that nobody else has, at an hour at which hardly anybody works. Each alone happens to honest people; together
 * they are consistent with a stolen account. */
#include <stdlib.h>

#include "story/incident_priv.h"
#include "util/limits.h"

enum {
	HISTORY = 5,       /* tunnels before the incident: less is no habit to compare with */
	RARE_PERCENT = 10, /* of all tunnels are opened near that hour */
};

struct tunnel {
	text_id account, ip;
	uint32_t gate; /* the host that tells it */
	int64_t ns;
	struct story_refs refs;
};

struct tunnels {
	struct finder *f;
	VEC(struct tunnel) at;
};

static int on_tunnel(void *ctx, const struct fact *x, err *e)
{
	struct tunnels *w = ctx;
	struct trace *t = &w->f->t;
	struct tunnel *n;

	(void)e;
	if (!fact_is_usable(x) || str_eq(x->attr[FA_DETAIL], STR("close")) || x->attr[FA_ACCOUNT].len == 0 ||
	    x->attr[FA_SOURCE_IP].len == 0 || is_inside(w->f->b, x->attr[FA_SOURCE_IP]))
		return 0;
	n = VEC_PUSH(&w->at, LIMIT_TRACE_ROWS);
	if (!n) {
		w->f->b->st->dropped++;
		return 0;
	}
	*n = (struct tunnel){ .account = trace_id_lower(t, x->attr[FA_ACCOUNT]),
			      .ip = trace_id(t, x->attr[FA_SOURCE_IP]),
			      .gate = host_telling(w->f->b, x),
			      .ns = x->first_ns };
	refs_add_all(&n->refs, x->refs, x->nrefs);
	return 0;
}

static unsigned hour_of(int64_t ns)
{
	return (unsigned)(((ns % DAY) + DAY) % DAY / HOUR);
}

static unsigned hours_apart(unsigned a, unsigned b)
{
	unsigned d = a > b ? a - b : b - a;

	return d > 12 ? 24 - d : d;
}

/* The incident that ran then: the one whose accounts it is, else the latest. */
static bool incident_of(const struct finder *f, const struct tunnel *x, uint32_t *ret)
{
	const struct mark *m = mark_of(f, MARK_ACCOUNT, x->account);
	bool found = false;

	for (uint32_t i = 0; i < f->nincidents; i++) {
		if (f->begin[i] > x->ns || (found && f->begin[i] < f->begin[*ret]))
			continue;
		*ret = i;
		found = true;
	}
	if (m)
		*ret = m->incident;
	return found;
}

static bool is_odd(const struct tunnels *w, const struct tunnel *x, int64_t begin)
{
	size_t before = 0, all = 0, near = 0;

	for (size_t i = 0; i < w->at.len; i++) {
		const struct tunnel *o = &w->at.at[i];

		if (o->account == x->account ? o->ns < begin : o->ip == x->ip)
			return false; /* its habit, or an address of many */
		if (o->account == x->account)
			continue;
		before += o->ns < begin;
		all++;
		near += hours_apart(hour_of(o->ns), hour_of(x->ns)) <= 1;
	}
	return before >= HISTORY && near * 100 <= all * RARE_PERCENT;
}

void tunnels_find(struct finder *f)
{
	struct tunnels w = { .f = f };
	uint32_t incident = 0;

	if (f->b->rc == 0 && f->nincidents)
		f->b->rc = trace_each_fact(&f->t, FACT_VPN_SESSION, on_tunnel, &w);
	for (size_t i = 0; i < w.at.len; i++) {
		const struct tunnel *x = &w.at.at[i];
		struct span s = { .first_ns = x->ns, .last_ns = x->ns, .refs = x->refs };
		struct incident_external *e;

		if (!incident_of(f, x, &incident) || !is_odd(&w, x, f->begin[incident]))
			continue;
		e = external_add(f, trace_text(&f->t, x->ip), STR(""), EXTERNAL_RELAY, incident, &s);
		if (e && e->confidence < 0.5)
			e->confidence = 0.5;
		clue_add(f, x->gate, FAMILY_SERVICE, GRADE_NOTE, "persistence", 70, x->ns, &x->refs,
			 sentence_of(f->b, "inc.tunnel", "account", trace_text(&f->t, x->account), "ip",
				     trace_text(&f->t, x->ip), "time", keep_time(f->b, x->ns), NULL));
	}
	VEC_DONE(&w.at);
}
