/* Clues into classes and probabilities. The class follows from the clues by rule and can be said in a
 * sentence; the probability is a sum of log-odds in which each family of evidence speaks once, however
 * many events it has. No clue and no log is "unknown", never "clean". */
#include <stdlib.h>

#include "story/incident_priv.h"
#include "story/odds.h"
#include "util/limits.h"
#include "util/times.h"

enum { WATCHED = 3 }; /* programs seen before and after: the log did not pause */

struct tally {
	enum clue_grade grade[FAMILIES];
	bool blocked, installed;
	int64_t first_ns, control_ns;
	struct story_refs refs;
};

static void tally_clue(struct tally *t, const struct story_clue *c)
{
	if (c->grade == GRADE_NOTE)
		return;
	t->blocked |= c->grade == GRADE_BLOCKED;
	if (c->grade > t->grade[c->family])
		t->grade[c->family] = c->grade;
	if (t->first_ns == TIME_NONE || c->ns < t->first_ns)
		t->first_ns = c->ns;
	if (c->grade == GRADE_CONTROL && (t->control_ns == TIME_NONE || c->ns < t->control_ns))
		t->control_ns = c->ns;
	t->installed |= c->grade == GRADE_CONTROL && strcmp(c->phase, "persistence") == 0;
	refs_add_all(&t->refs, c->refs.at, c->refs.n);
}

static uint32_t strong_families(const struct tally *t)
{
	uint32_t n = 0;

	for (int k = 0; k < FAMILIES; k++)
		n += t->grade[k] >= GRADE_STRONG;
	return n;
}

/* Did the host's own logs see the time in which it would have happened? */
static bool is_covered(const struct finder *f, uint32_t host, int64_t from, int64_t to)
{
	const struct story_host *h = &f->b->host.at[host];

	for (uint32_t i = 0; i < h->nchannels; i++) {
		const struct story_channel *c = &h->channels[i];

		if (!c->recovered && c->first_ns != TIME_NONE && c->first_ns <= from + 2 * DAY &&
		    c->last_ns >= to - 2 * DAY)
			return true;
	}
	return false;
}

/* The window in which a host would have been reached: of its incident, or of all. */
static void window_of(const struct finder *f, int64_t *from, int64_t *to)
{
	*from = *to = TIME_NONE;
	for (size_t i = 0; i < f->clue.len; i++) {
		const struct story_clue *c = &f->clue.at[i];

		if (c->grade == GRADE_CONTROL)
			span_add(from, to, c->ns, c->ns);
	}
}

/* Its own logs tell programs with their content all that time, and none of the intruders' is among them. */
static bool is_watched(const struct finder *f, uint32_t host, const struct tally *t)
{
	uint32_t spanning = 0;

	if (t->grade[FAMILY_ENDPOINT] >= GRADE_WEAK || t->first_ns == TIME_NONE)
		return false;
	EACH_OF(&f->t, program, host, i)
	{
		const struct program *p = &f->t.program.at[i];

		spanning += p->hash && p->s.first_ns < t->first_ns && p->s.last_ns > t->first_ns + 2 * DAY;
	}
	return spanning >= WATCHED;
}

/* On how many hosts did a log tell the intruders' programs? */
static uint32_t shown_on(const struct tally *t, uint32_t nhosts)
{
	uint32_t n = 0;

	for (uint32_t h = 0; h < nhosts; h++)
		n += t[h].grade[FAMILY_ENDPOINT] == GRADE_CONTROL;
	return n;
}

static enum host_class class_of(const struct finder *f, uint32_t host, const struct tally *t, bool covered,
				uint32_t shown)
{
	bool control = false, any = false;

	for (int k = 0; k < FAMILIES; k++) {
		control |= t->grade[k] == GRADE_CONTROL;
		any |= t->grade[k] >= GRADE_WEAK;
	}
	if (t->blocked && !t->installed && t->grade[FAMILY_NETWORK] < GRADE_STRONG && !f->suspect[host].entry)
		return covered ? CLASS_CLEARED : CLASS_EXPOSED;
	if (control)
		return CLASS_CONFIRMED;
	if (strong_families(t) >= 2 && !(shown >= 2 && is_watched(f, host, t)))
		return CLASS_LIKELY;
	if (any)
		return CLASS_EXPOSED;
	return covered ? CLASS_CLEARED : CLASS_UNKNOWN;
}

static double probability_of(const struct tally *t, enum host_class class)
{
	double odds = ODDS_PRIOR;

	for (int k = 0; k < FAMILIES; k++)
		odds += clue_odds((enum clue_family)k, t->grade[k]);
	if (class == CLASS_CLEARED)
		odds = t->blocked ? ODDS_STOPPED : ODDS_CLEARED;
	else if (class == CLASS_UNKNOWN)
		odds = ODDS_PRIOR;
	return odds_probability(odds);
}

static int host_rank(const void *pa, const void *pb)
{
	const struct incident_host *a = pa, *b = pb;

	if (a->class != b->class)
		return a->class < b->class ? -1 : 1;
	if (a->probability != b->probability)
		return a->probability > b->probability ? -1 : 1;
	if (a->first_ns != b->first_ns)
		return a->first_ns < b->first_ns ? -1 : 1;
	return (a->host > b->host) - (a->host < b->host);
}

/* A host that is likely under control because of what it fetched was reached by that. */
static void delivered(struct finder *f, struct incident_host *h)
{
	for (size_t i = 0; h->class == CLASS_LIKELY && !f->suspect[h->host].in && i < f->clue.len; i++) {
		const struct story_clue *c = &f->clue.at[i];

		if (c->host != h->host || c->from == STORY_NOBODY || c->grade < GRADE_STRONG)
			continue;
		h->parent = c->from;
		h->incident = f->suspect[c->from].incident;
		h->via = c->family == FAMILY_DELIVERY ? "update-delivery" : "remote-logon";
		f->suspect[h->host].parent = c->from;
		edge_told(f, c->from, h->host, h->via, STR(""), c->ns, &c->refs, h->incident);
		return;
	}
}

/* The edges by which hosts were first reached. */
static void edges_first(struct finder *f, const uint8_t *class)
{
	size_t kept = 0;

	/* to a host that was not reached after all there is no edge */
	for (size_t i = 0; i < f->edge.len; i++)
		if (class[f->edge.at[i].to] <= CLASS_LIKELY)
			f->edge.at[kept++] = f->edge.at[i];
	f->edge.len = kept;
	for (size_t i = 0; i < f->edge.len; i++) {
		struct incident_edge *e = &f->edge.at[i];

		e->first = f->suspect[e->to].parent == e->from;
	}
}

void verdict_reach(struct finder *f)
{
	struct tally *t = calloc(f->b->host.len + 1, sizeof *t);
	uint8_t *class = calloc(f->b->host.len + 1, 1);
	uint32_t shown;
	int64_t from, to;

	window_of(f, &from, &to);
	for (uint32_t h = 0; t && h < f->b->host.len; h++)
		t[h].first_ns = t[h].control_ns = TIME_NONE;
	for (size_t i = 0; t && i < f->clue.len; i++)
		tally_clue(&t[f->clue.at[i].host], &f->clue.at[i]);
	shown = t ? shown_on(t, (uint32_t)f->b->host.len) : 0;
	for (uint32_t h = 0; t && class && h < f->b->host.len; h++) {
		const struct suspect *s = &f->suspect[h];
		bool covered = from == TIME_NONE ? f->b->host.at[h].has_logs : is_covered(f, h, from, to);
		struct incident_host *out = VEC_PUSH(&f->host, LIMIT_STORY_HOSTS);

		if (!out)
			break;
		out->host = h;
		out->class = class_of(f, h, &t[h], covered, shown);
		out->incident = s->in ? s->incident : STORY_NOBODY;
		out->probability = probability_of(&t[h], out->class);
		decided_verdict(f, out);
		out->first_ns = s->in                          ? s->t0
				: t[h].control_ns != TIME_NONE ? t[h].control_ns
							       : t[h].first_ns;
		out->parent = s->in ? s->parent : STORY_NOBODY;
		out->via = s->via ? s->via : "";
		out->entry = s->entry;
		out->refs = t[h].refs;
		class[h] = (uint8_t)out->class;
		delivered(f, out);
	}
	free(t);
	if (f->host.len)
		qsort(f->host.at, f->host.len, sizeof *f->host.at, host_rank);
	if (class)
		edges_first(f, class);
	free(class);
}
