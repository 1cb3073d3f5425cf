/* The outside: addresses from which the intruders came, and those that their programs called. An address is a
 * relay by what it did: it asked for a page that the intruders had written, read other people's mail with
 * an account that did not do so before, fetched much from a server under control, or shares with such an
 * address a client that nobody else has. Noise that was only refused is not. */
#include <stdlib.h>

#include "story/incident_priv.h"
#include "util/limits.h"
#include "util/times.h"

enum {
	MUCH = 32 << 20,    /* bytes that a server sent to one address outside */
	RARE_CLIENTS = 12,  /* addresses with one agent: more is a browser's version */
	NEAR_ENTRY_MAX = 4, /* addresses that came at the time of an entry nobody logged */
};

/* What one agent's users are. */
struct agent {
	uint32_t clients, inside, relays;
	text_id last;
	int64_t first_ns;
};

/* Foreign mailboxes that an account read from outside. */
struct reader {
	uint32_t mailboxes, clients;
	text_id last_mailbox, last_client;
};

static struct incident_external *relay_add(struct finder *f, text_id ip, uint32_t incident, double confidence,
					   const struct span *s)
{
	struct incident_external *x =
		external_add(f, trace_text(&f->t, ip), STR(""), EXTERNAL_RELAY, incident, s);

	if (x && x->confidence < confidence)
		x->confidence = confidence;
	return x;
}

struct incident_external *external_of(const struct finder *f, text_id ip)
{
	struct map_entry *m = map_get(&f->external_keys, trace_text(&f->t, ip));

	return m ? &f->external.at[m->value] : NULL;
}

bool is_relay(const struct finder *f, text_id ip)
{
	const struct incident_external *x = external_of(f, ip);

	return x && x->role == EXTERNAL_RELAY;
}

/* --- pages ------------------------------------------------------------------------------------- */

/* A page that was written there about the time of the entry. */
static bool is_own_page(const struct finder *f, const struct request *r)
{
	const struct suspect *s = &f->suspect[r->server];
	str base = str_basename(trace_text(&f->t, r->path));

	for (size_t i = 0; base.len && i < f->b->obs.len; i++) {
		const struct story_observation *o = &f->b->obs.at[i];

		if (o->kind == OBS_PAGE_WRITTEN && o->host == r->server && o->first_ns != TIME_NONE &&
		    o->first_ns >= s->t0 - DAY && o->first_ns <= s->t0 + 3 * DAY &&
		    f->path_seen[r->path].first_ns >= o->first_ns - MINUTE &&
		    str_eq_ascii_nocase(str_basename(o->object), base))
			return true;
	}
	return false;
}

static void tell_use(struct finder *f, const struct request *r, uint8_t weight)
{
	clue_add(f, r->server, FAMILY_SERVICE, GRADE_NOTE, "command-and-control", weight, r->s.first_ns,
		 &r->s.refs,
		 sentence_of(f->b, "inc.page_used", "ip", trace_text(&f->t, r->client), "path",
			     trace_text(&f->t, r->path), "count", keep_u64(f->b, r->s.count), NULL));
}

static void pages_find(struct finder *f)
{
	for (size_t i = 0; i < f->t.request.len; i++) {
		const struct request *r = &f->t.request.at[i];

		if (r->first_ok_ns == TIME_NONE || !is_outside(f, r->client) || !f->suspect[r->server].in ||
		    r->s.last_ns < f->suspect[r->server].t0 - HOUR || !is_own_page(f, r))
			continue;
		relay_add(f, r->client, f->suspect[r->server].incident, 0.9, &r->s);
		tell_use(f, r, 78);
	}
}

/* Clients that the clues of an entry name. */
static void entries_find(struct finder *f)
{
	for (size_t i = 0; i < f->clue.len; i++) {
		const struct story_clue c = f->clue.at[i];
		struct span s = { .first_ns = c.ns, .last_ns = c.ns, .refs = c.refs };

		if (strcmp(c.sentence.key, "inc.new_page") == 0)
			relay_add(f, trace_find(&f->t, c.sentence.values[0]), c.incident, 0.7, &s);
	}
}

/* --- mail ---------------------------------------------------------------------------------------- */

bool mail_incident(const struct finder *f, uint32_t *ret)
{
	for (size_t i = 0; i < f->t.mail.len; i++) {
		uint32_t h = f->t.mail.at[i].server;

		if (h != STORY_NOBODY && f->suspect[h].in) {
			*ret = f->suspect[h].incident;
			return true;
		}
	}
	return false;
}

/* "CORP\a.b" and "a.b@corp.example" are the same person's. */
static bool is_own_mailbox(str account, str mailbox)
{
	str rest, user = str_basename(account);

	user = str_cut(user, '@', &rest);
	mailbox = str_cut(mailbox, '@', &rest);
	return mailbox.len == 0 || str_eq_ascii_nocase(user, mailbox);
}

static bool is_foreign(const struct finder *f, const struct mail *m, int64_t begin)
{
	return m->s.first_ns >= begin && is_outside(f, m->client) && m->account &&
	       !is_own_mailbox(trace_text(&f->t, m->account), trace_text(&f->t, m->mailbox));
}

static void mails_find(struct finder *f)
{
	struct reader *by = calloc(f->t.texts.len + 1, sizeof *by);
	uint32_t incident = 0;
	int64_t begin;

	if (!by || !mail_incident(f, &incident)) {
		free(by);
		return;
	}
	begin = f->begin[incident] - HOUR;
	for (size_t i = 0; i < f->t.mail.len; i++) {
		const struct mail *m = &f->t.mail.at[i];
		struct reader *r = &by[m->account];

		if (!is_foreign(f, m, begin))
			continue;
		r->mailboxes += r->last_mailbox != m->mailbox;
		r->clients += r->last_client != m->client;
		r->last_mailbox = m->mailbox;
		r->last_client = m->client;
	}
	for (size_t i = 0; i < f->t.mail.len; i++) {
		const struct mail *m = &f->t.mail.at[i];
		const struct reader *r = &by[m->account];

		if (!is_foreign(f, m, begin) ||
		    (r->mailboxes < 2 && r->clients < 2 && !is_relay(f, m->client)))
			continue;
		relay_add(f, m->client, incident, 0.85, &m->s);
		clue_add(f, m->server, FAMILY_SERVICE, GRADE_NOTE, "collection", 80, m->s.first_ns,
			 &m->s.refs,
			 sentence_of(f->b, "inc.mail_read", "ip", trace_text(&f->t, m->client), "account",
				     trace_text(&f->t, m->account), "mailbox", trace_text(&f->t, m->mailbox),
				     "how", trace_text(&f->t, m->method), NULL));
	}
	free(by);
}

/* --- much that was fetched, and clients that nobody else has ---------------------------------------- */

static void fetchers_find(struct finder *f)
{
	for (size_t i = 0; i < f->t.request.len; i++) {
		const struct request *r = &f->t.request.at[i];
		uint64_t sent = 0;

		if (!f->suspect[r->server].in && !f->server[r->server])
			continue;
		if (r->first_ok_ns == TIME_NONE || !is_outside(f, r->client) || f->nincidents == 0 ||
		    r->s.first_ns < f->begin[0] || is_relay(f, r->client) ||
		    f->path_seen[r->path].first_ns < f->begin[0] || f->path_seen[r->path].hosts > 8)
			continue;
		for (size_t k = 0; k < f->t.inbound.len; k++)
			if (f->t.inbound.at[k].ip == r->client && f->t.inbound.at[k].host == r->server)
				sent += f->t.inbound.at[k].sent;
		if (sent < MUCH)
			continue;
		relay_add(f, r->client, 0, 0.7, &r->s);
		tell_use(f, r, 76);
	}
}

static void agents_find(struct finder *f)
{
	struct agent *at = calloc(f->t.texts.len + 1, sizeof *at);

	for (size_t i = 0; at && i < f->t.request.len; i++) {
		const struct request *r = &f->t.request.at[i];
		struct agent *a = &at[r->agent];

		if (!r->agent)
			continue;
		if (a->clients == 0 || r->s.first_ns < a->first_ns)
			a->first_ns = r->s.first_ns;
		if (a->last != r->client) {
			a->clients++;
			a->inside += !is_outside(f, r->client);
			a->relays += is_relay(f, r->client);
		}
		a->last = r->client;
	}
	for (size_t i = 0; at && f->nincidents && i < f->t.request.len; i++) {
		const struct request *r = &f->t.request.at[i];
		const struct agent *a = &at[r->agent];

		if (!r->agent || !a->relays || a->inside || a->clients > RARE_CLIENTS * 8 ||
		    a->first_ns < f->begin[0] - 7 * DAY || r->first_ok_ns == TIME_NONE ||
		    r->s.first_ns < f->begin[0] - HOUR || a->relays * 4 < a->clients ||
		    !(f->suspect[r->server].in || f->server[r->server]))
			continue;
		relay_add(f, r->client, 0, 0.6, &r->s);
		if (r->post)
			tell_use(f, r, 60);
	}
	free(at);
}

/* --- who came when nobody logged it ------------------------------------------------------------------ */

struct around {
	struct finder *f;
	const struct incident_entry *e;
	struct span at[NEAR_ENTRY_MAX + 1];
	text_id ip[NEAR_ENTRY_MAX + 1];
	uint32_t n;
};

static bool near(int64_t a, int64_t b)
{
	return a != TIME_NONE && a > b - 45 * MINUTE && a < b + 45 * MINUTE;
}

static int on_visitor(void *ctx, const struct fact *x, err *e)
{
	struct around *w = ctx;
	struct finder *f = w->f;
	text_id ip;

	(void)e;
	if (!fact_is_usable(x) || str_eq(x->attr[FA_STATUS], STR("denied")) ||
	    is_inside(f->b, x->attr[FA_SOURCE_IP]) ||
	    !(near(x->first_ns, w->e->ns) || near(x->last_ns, w->e->ns)) ||
	    who_at(f->b, x->attr[FA_TARGET_IP], x->first_ns) != w->e->host)
		return 0;
	ip = trace_find(&f->t, x->attr[FA_SOURCE_IP]);
	for (size_t i = 0; i < f->t.inbound.len; i++)
		if (f->t.inbound.at[i].ip == ip && f->t.inbound.at[i].host == w->e->host &&
		    f->t.inbound.at[i].s.days > 8)
			return 0; /* a regular visitor */
	for (uint32_t i = 0; i < w->n && i <= NEAR_ENTRY_MAX; i++)
		if (w->ip[i] == ip)
			return 0;
	if (w->n <= NEAR_ENTRY_MAX) {
		w->ip[w->n] = ip;
		w->at[w->n] = (struct span){ .first_ns = x->first_ns, .last_ns = x->last_ns };
		refs_add_all(&w->at[w->n].refs, x->refs, x->nrefs);
		w->n++;
	}
	return 0;
}

static void visitors_find(struct finder *f)
{
	for (size_t i = 0; i < f->entry.len; i++) {
		struct around w = { .f = f, .e = &f->entry.at[i] };
		bool known = false;

		for (size_t k = 0; k < f->external.len; k++)
			known |= f->external.at[k].role == EXTERNAL_RELAY &&
				 f->external.at[k].incident == w.e->incident;
		if (known || f->b->rc)
			continue;
		f->b->rc = trace_each_fact(&f->t, FACT_CONNECTION, on_visitor, &w);
		for (uint32_t k = 0; w.n <= NEAR_ENTRY_MAX && k < w.n; k++) {
			relay_add(f, w.ip[k], w.e->incident, 0.5, &w.at[k]);
			clue_add(f, w.e->host, FAMILY_NETWORK, GRADE_NOTE, "initial-access", 74,
				 w.at[k].first_ns, &w.at[k].refs,
				 sentence_of(f->b, "inc.visitor", "ip", trace_text(&f->t, w.ip[k]), NULL));
		}
	}
}

/* --- control servers -------------------------------------------------------------------------- */

str outside_name(const struct finder *f, text_id dest)
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
				 c->name ? trace_text(&f->t, c->name) : outside_name(f, c->dest), EXTERNAL_C2,
				 x->incident, &c->s);
		if (!e)
			continue;
		e->hosts++;
		e->confidence = x->sure || e->hosts >= 3 ? 0.95 : 0.7;
	}
}

/* --- where they are ------------------------------------------------------------------------------ */

struct placing {
	struct builder *b;
	struct incident_external *x;
};

static int on_place(void *ctx, const struct store_place *p, err *e)
{
	struct placing *w = ctx;

	(void)e;
	w->x->country = keep(w->b, p->country);
	w->x->network = keep(w->b, p->network);
	w->x->net_kind = keep(w->b, p->kind);
	w->x->asn = p->asn;
	return 0;
}

void places_fill(struct finder *f)
{
	for (size_t i = 0; i < f->external.len && f->b->rc == 0; i++) {
		struct placing w = { f->b, &f->external.at[i] };

		f->b->rc = store_place_of(f->b->s, w.x->ip, on_place, &w, f->b->e);
	}
}

void relay_find(struct finder *f)
{
	entries_find(f);
	if (uses(f, SIGNAL_RELAY_PAGES))
		pages_find(f);
	if (uses(f, SIGNAL_RELAY_MAIL))
		mails_find(f);
	if (uses(f, SIGNAL_RELAY_VOLUME))
		fetchers_find(f);
	if (uses(f, SIGNAL_RELAY_CLIENTS))
		agents_find(f);
	visitors_find(f);
	controls_find(f);
}
