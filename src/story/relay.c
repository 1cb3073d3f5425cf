/* The outside: addresses from which the intruders came, and those that their programs called. An address
 * is a relay by what it did: it was first to ask for a page nobody had asked for and used it, or read
 * mail of many with one account, or fetched what had been gathered. Noise that was only refused is not. */
#include <stdlib.h>

#include "story/incident_priv.h"
#include "util/limits.h"
#include "util/times.h"

#define HOUR (3600 * NS_PER_S)
#define DAY (24 * HOUR)

enum { MAILBOXES_MANY = 5 };

/* A path of a server under control that is the intruders' own. */
struct own_page {
	uint32_t server;
	text_id path;
	uint32_t clients; /* who asked for it and was answered */
};

struct relays {
	struct finder *f;
	VEC(struct own_page) page;
};

static bool outside(const struct finder *f, text_id ip)
{
	str s = trace_text(&f->t, ip);

	return s.len && !is_inside(f->b, s);
}

static void relay_told(struct finder *f, const struct request *r, uint32_t server)
{
	struct incident_external *x = external_add(f, trace_text(&f->t, r->client), STR(""), EXTERNAL_RELAY,
						   f->suspect[server].incident, &r->s);

	if (x && x->confidence < 0.9)
		x->confidence = 0.9;
	clue_add(f, server, FAMILY_SERVICE, GRADE_NOTE, r->post ? "command-and-control" : "initial-access", 70,
		 r->s.first_ns, &r->s.refs,
		 sentence_of(f->b, "inc.page_used", "ip", trace_text(&f->t, r->client), "path",
			     trace_text(&f->t, r->path), "count", keep_u64(f->b, r->s.count), NULL));
}

/* A page written there, or one that was asked for from outside first and about the time of the entry. */
static bool is_own_page(const struct finder *f, const struct request *r)
{
	const struct suspect *s = &f->suspect[r->server];
	str base = str_basename(trace_text(&f->t, r->path));

	if (!s->in || base.len == 0)
		return false;
	for (size_t i = 0; i < f->b->obs.len; i++) {
		const struct story_observation *o = &f->b->obs.at[i];

		if (o->kind == OBS_PAGE_WRITTEN && o->host == r->server && o->first_ns != TIME_NONE &&
		    o->first_ns >= s->t0 - DAY && o->first_ns <= s->t0 + 3 * DAY &&
		    str_eq_ascii_nocase(str_basename(o->object), base))
			return true;
	}
	return false;
}

static void pages_find(struct relays *w)
{
	struct finder *f = w->f;

	for (size_t i = 0; i < f->t.request.len; i++) {
		const struct request *r = &f->t.request.at[i];

		if (r->first_ok_ns == TIME_NONE || !outside(f, r->client) || !f->suspect[r->server].in ||
		    r->s.last_ns < f->suspect[r->server].t0 - HOUR)
			continue;
		if (is_own_page(f, r))
			relay_told(f, r, r->server);
	}
}

/* Clients that the clues of an entry name. */
static void entries_find(struct finder *f)
{
	for (size_t i = 0; i < f->clue.len; i++) {
		const struct story_clue c = f->clue.at[i];
		struct span s = { .first_ns = c.ns, .last_ns = c.ns, .refs = c.refs };
		struct incident_external *x;

		if (strcmp(c.sentence.key, "inc.new_page") != 0)
			continue;
		x = external_add(f, c.sentence.values[0], STR(""), EXTERNAL_RELAY, c.incident, &s);
		if (x && x->confidence < 0.7)
			x->confidence = 0.7;
	}
}

/* --- control servers -------------------------------------------------------------------------- */

static str name_of(const struct finder *f, text_id dest)
{
	for (size_t i = 0; i < f->t.name.len; i++)
		if (f->t.name.at[i].ip == dest)
			return trace_text(&f->t, f->t.name.at[i].name);
	return STR("");
}

static void controls_find(struct finder *f)
{
	for (size_t i = 0; i < f->t.contact.len; i++) {
		const struct contact *c = &f->t.contact.at[i];
		const struct mark *x = mark_of(f, MARK_DEST, c->dest);
		struct incident_external *e;

		if (!x || c->host == STORY_NOBODY || !f->suspect[c->host].in)
			continue;
		e = external_add(f, trace_text(&f->t, c->dest),
				 c->name ? trace_text(&f->t, c->name) : name_of(f, c->dest), EXTERNAL_C2,
				 x->incident, &c->s);
		if (!e)
			continue;
		e->hosts++;
		e->confidence = x->sure || e->hosts >= 3 ? 0.95 : 0.7;
	}
}

void relay_find(struct finder *f)
{
	struct relays w = { .f = f };

	entries_find(f);
	pages_find(&w);
	controls_find(f);
	VEC_DONE(&w.page);
}
