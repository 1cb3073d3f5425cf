/* Hosts that were made to run something without a server's entry: an opened document that started a program, a
 * command that hides what it does, a program put in place from another host. As with entries no single sight is
 * enough, for each of them happens to administrators and users; and what is new can only be told where there was a
 * time before. A collection of minutes has none: there fewer sights do, since somebody cut it out for a reason. */
#include <stdlib.h>

#include "story/incident_priv.h"
#include "util/limits.h"

enum {
	ENOUGH = 4,       /* points */
	ENOUGH_SHORT = 3, /* without a time before */
	ROUNDS_TARGETS = 6
};

#define HISTORY (2 * DAY)
#define ROUNDS_TIME (7 * DAY)

enum foot {
	FOOT_OFFICE,   /* a document's program started a program of an odd place, or an interpreter */
	FOOT_COVERT,   /* a command that hides itself */
	FOOT_REMOTE,   /* started or put in place right after another host came, for the first time */
	FOOT_COPIED,   /* a program was copied to it from another host, for the first time */
	FOOT_PROGRAM,  /* a program of an odd place that nobody had before */
	FOOT_PERSISTS, /* a service or task that nobody had before */
	FOOT_CALLED,   /* a place outside that nobody had called before */
	FOOT_RULE,     /* a rule of level high, or one of medium in a short collection */
	FOOT_ALERT,    /* protection spoke within two days */
	FOOTS
};

static const uint8_t POINTS[FOOTS] = {
	[FOOT_OFFICE] = 2,   [FOOT_COVERT] = 2, [FOOT_REMOTE] = 2, [FOOT_COPIED] = 2, [FOOT_PROGRAM] = 1,
	[FOOT_PERSISTS] = 1, [FOOT_CALLED] = 1, [FOOT_RULE] = 1,   [FOOT_ALERT] = 1,
};

struct foothold {
	uint32_t host, from, points;
	uint32_t access; /* by which `from` came; UINT32_MAX: none */
	int64_t at;
	bool foot[FOOTS];
	bool brief;               /* the whole collection is of a day or two */
	bool young;               /* no time before it */
	const struct inner *call; /* instead of `access` */
	const struct program *program;
	const struct install *install;
	const struct rule_info_hit *hit;
};

struct footholds {
	struct finder *f;
	int64_t since, until; /* of all logs */
	VEC(struct foothold) at;
};

static void see(struct foothold *c, enum foot k)
{
	if (!c->foot[k])
		c->points += POINTS[k];
	c->foot[k] = true;
}

static bool near(int64_t ns, int64_t at, int64_t before, int64_t behind)
{
	return ns != TIME_NONE && ns >= at - before && ns <= at + behind;
}

static bool is_first_of(const struct foothold *c, const struct seen *s)
{
	return !c->young && s->hosts > 0 && s->hosts <= 3 && s->first_ns >= c->at - 3 * DAY;
}

static bool is_covert(const struct finder *f, text_id command)
{
	return command && role_is(ROLE_COVERT, trace_text(&f->t, command));
}

/* --- sights ---------------------------------------------------------------------------------- */

static void see_programs(const struct footholds *w, struct foothold *c)
{
	const struct finder *f = w->f;

	EACH_OF(&f->t, program, c->host, i)
	{
		const struct program *p = &f->t.program.at[i];
		bool odd = is_odd_place(trace_text(&f->t, p->image));

		if (!near(p->s.first_ns, c->at, 2 * MINUTE, HOUR))
			continue;
		if (is_covert(f, p->command))
			see(c, FOOT_COVERT);
		if (role_is(ROLE_OFFICE, trace_text(&f->t, p->parent)) &&
		    (odd || role_is(ROLE_TOOL, trace_text(&f->t, p->image))))
			see(c, FOOT_OFFICE);
		if (odd && is_first_of(c, &f->image_seen[p->image]))
			see(c, FOOT_PROGRAM);
	}
}

static void see_installs(const struct footholds *w, struct foothold *c)
{
	const struct finder *f = w->f;

	EACH_OF(&f->t, install, c->host, i)
	{
		const struct install *n = &f->t.install.at[i];

		if (!near(n->s.first_ns, c->at, 2 * MINUTE, HOUR))
			continue;
		if (is_covert(f, n->command))
			see(c, FOOT_COVERT);
		if (is_first_of(c, &f->object_seen[n->object]))
			see(c, FOOT_PERSISTS);
		if (!c->install && near(n->s.first_ns, c->at, 2 * MINUTE, 2 * MINUTE))
			c->install = n;
	}
}

static void see_contacts(const struct footholds *w, struct foothold *c)
{
	const struct finder *f = w->f;

	EACH_OF(&f->t, contact, c->host, i)
	{
		const struct contact *k = &f->t.contact.at[i];

		if (near(k->s.first_ns, c->at, MINUTE, HOUR) && !k->refused &&
		    is_first_of(c, &f->dest_seen[k->dest]))
			see(c, FOOT_CALLED);
	}
}

static void see_rules(const struct footholds *w, struct foothold *c)
{
	struct builder *b = w->f->b;

	for (size_t i = 0; i < b->hit.len; i++) {
		const struct rule_info_hit *h = &b->hit.at[i];

		uint32_t host = b->name.at[h->name].host;

		if ((host != c->host && (host != c->from || host == STORY_NOBODY)) || h->count > 20 ||
		    b->rule.at[h->rule].level < (c->brief ? LEVEL_MEDIUM : LEVEL_HIGH) ||
		    !(near(h->first_ns, c->at, HOUR, HOUR) || near(h->last_ns, c->at, HOUR, HOUR)))
			continue;
		see(c, FOOT_RULE);
		c->hit = h;
	}
	for (size_t i = 0; i < b->obs.len; i++)
		if (b->obs.at[i].kind == OBS_ALERT && b->obs.at[i].host == c->host &&
		    !b->obs.at[i].recovered && near(b->obs.at[i].first_ns, c->at, 0, 2 * DAY))
			see(c, FOOT_ALERT);
}

/* Had the pair met before this hour? */
static bool is_old_pair(const struct finder *f, const struct access *a, int64_t at)
{
	for (size_t i = 0; i < f->t.access.len; i++) {
		const struct access *o = &f->t.access.at[i];

		if (o->from == a->from && o->to == a->to && o->s.first_ns < at - HOUR)
			return true;
	}
	return false;
}

/* Does it go to many, week after week? Then going to one more says nothing. */
static bool is_rounds(const struct finder *f, uint32_t from)
{
	uint32_t targets = 0, last = STORY_NOBODY;
	int64_t first = TIME_NONE, until = TIME_NONE;

	for (size_t i = 0; i < f->t.access.len; i++) {
		const struct access *o = &f->t.access.at[i];

		if (o->from != from || o->kind == ACCESS_LOGON)
			continue;
		targets += o->to != last;
		last = o->to;
		span_add(&first, &until, o->s.first_ns, o->s.last_ns);
	}
	return targets >= ROUNDS_TARGETS && until - first > ROUNDS_TIME;
}

/* Without a logon that says who it was: the only host that called a port of administration just then. */
static void see_caller(const struct footholds *w, struct foothold *c)
{
	static const char *const PORTS[] = { "22", "135", "445", "3389", "5985", "5986" };
	const struct finder *f = w->f;
	uint32_t from = STORY_NOBODY;

	for (size_t i = 0; i < f->t.inner.len; i++) {
		const struct inner *x = &f->t.inner.at[i];
		bool admin = false;

		for (size_t k = 0; k < COUNT(PORTS); k++)
			admin |= str_eq(trace_text(&f->t, x->port), str_of(PORTS[k]));
		if (x->to != c->host || !admin || !near(x->s.first_ns, c->at, 2 * MINUTE, 5 * NS_PER_S) ||
		    is_rounds(f, x->from))
			continue;
		if (from != STORY_NOBODY && from != x->from)
			return;
		from = x->from;
		c->call = x;
	}
	c->from = from;
}

/* The last that came shortly before. */
static void see_arrival(const struct footholds *w, struct foothold *c)
{
	const struct finder *f = w->f;

	for (size_t i = arrivals_from(f, c->host); i < f->t.arrival.len && f->t.arrival.at[i].to == c->host;
	     i++) {
		const struct arrival_at *v = &f->t.arrival.at[i];
		const struct access *a = &f->t.access.at[v->access];

		if (!near(v->ns, c->at, 2 * MINUTE, 5 * NS_PER_S) || a->from == STORY_NOBODY ||
		    is_old_pair(f, a, c->at) || is_rounds(f, a->from))
			continue;
		c->from = a->from;
		c->access = v->access;
	}
	if (c->from == STORY_NOBODY &&
	    c->brief) /* of long ones the logons tell, and the calls are too many */
		see_caller(w, c);
}

/* --- candidates ------------------------------------------------------------------------------ */

static struct foothold candidate_of(const struct footholds *w, uint32_t host, int64_t at)
{
	return (struct foothold){ .host = host,
				  .from = STORY_NOBODY,
				  .access = UINT32_MAX,
				  .at = at,
				  .brief = w->until - w->since < HISTORY,
				  .young = at - w->since < HISTORY };
}

static void judge(struct footholds *w, struct foothold *c, bool started)
{
	struct foothold *kept;
	bool telling;

	if (w->f->suspect[c->host].in)
		return;
	if (c->brief || !c->young)
		see_arrival(w, c);
	if (c->from != STORY_NOBODY && started)
		see(c, FOOT_REMOTE);
	see_programs(w, c);
	see_installs(w, c);
	/* what follows looks through much: only where something speaks already */
	if (!c->foot[FOOT_OFFICE] && !c->foot[FOOT_COVERT] && !c->foot[FOOT_REMOTE] && !c->foot[FOOT_COPIED])
		return;
	see_contacts(w, c);
	see_rules(w, c);
	telling = c->foot[FOOT_OFFICE] || c->foot[FOOT_COVERT] ||
		  ((c->foot[FOOT_REMOTE] || c->foot[FOOT_COPIED]) && c->foot[FOOT_RULE]);
	if (!telling || c->points < (c->brief ? ENOUGH_SHORT : ENOUGH))
		return;
	kept = VEC_PUSH(&w->at, LIMIT_STORY_PAGES);
	if (kept)
		*kept = *c;
}

static bool is_remote_parent(str parent)
{
	str base = str_basename(parent);

	return str_eq_ascii_nocase(base, STR("wmiprvse.exe")) ||
	       str_eq_ascii_nocase(base, STR("wsmprovhost.exe"));
}

static void candidates_find(struct footholds *w)
{
	struct finder *f = w->f;

	for (size_t i = 0; i < f->t.program.len; i++) {
		const struct program *p = &f->t.program.at[i];
		str parent = trace_text(&f->t, p->parent);
		struct foothold c = candidate_of(w, p->host, p->s.first_ns);

		c.program = p;
		if (is_covert(f, p->command) || is_remote_parent(parent) ||
		    (role_is(ROLE_OFFICE, parent) && (is_odd_place(trace_text(&f->t, p->image)) ||
						      role_is(ROLE_TOOL, trace_text(&f->t, p->image)))))
			judge(w, &c, true);
	}
	for (size_t i = 0; i < f->t.install.len; i++) {
		const struct install *n = &f->t.install.at[i];
		struct foothold c = candidate_of(w, n->host, n->s.first_ns);

		/* what half of the hosts have is the system's own, or a roll-out */
		if (!c.brief && f->object_seen[n->object].hosts > 8 &&
		    f->object_seen[n->object].hosts * 2 > f->b->host.len)
			continue;
		c.install = n;
		judge(w, &c, true);
	}
	for (size_t i = 0; i < f->t.access.len; i++) {
		const struct access *a = &f->t.access.at[i];
		struct foothold c = candidate_of(w, a->to, a->s.first_ns);

		if (!a->wrote || (c.young && !c.brief) || a->from == STORY_NOBODY ||
		    is_old_pair(f, a, c.at) || is_rounds(f, a->from))
			continue;
		see(&c, FOOT_COPIED);
		judge(w, &c, false);
	}
}

static int foothold_order(const void *pa, const void *pb)
{
	const struct foothold *a = pa, *b = pb;

	if (a->at != b->at)
		return a->at < b->at ? -1 : 1;
	if (a->points != b->points)
		return a->points > b->points ? -1 : 1;
	return (a->host > b->host) - (a->host < b->host);
}

/* --- telling ---------------------------------------------------------------------------------- */

static void tell_what(struct footholds *w, const struct foothold *c)
{
	struct finder *f = w->f;
	struct trace *t = &f->t;

	if (c->program)
		clue_add(f, c->host, FAMILY_ENDPOINT, GRADE_CONTROL,
			 c->foot[FOOT_OFFICE] ? "initial-access" : "execution", 90, c->program->s.first_ns,
			 &c->program->s.refs,
			 sentence_of(
				 f->b, c->foot[FOOT_OFFICE] ? "inc.office" : "inc.child", "parent",
				 str_basename(trace_text(t, c->program->parent)), "command",
				 trace_text(t, c->program->command ? c->program->command : c->program->image),
				 NULL));
	if (c->install)
		clue_add(f, c->host, FAMILY_ENDPOINT, GRADE_CONTROL, "persistence", 89,
			 c->install->s.first_ns, &c->install->s.refs,
			 sentence_of(f->b,
				     c->install->kind == INSTALL_MODULE ? "inc.module_left" : "inc.installed",
				     "object", trace_text(t, c->install->object), "command",
				     trace_text(t, c->install->command), NULL));
	if (c->hit)
		clue_add(f, c->host, FAMILY_ALERT, GRADE_STRONG, "execution", 74,
			 c->hit->first_ns != TIME_NONE ? c->hit->first_ns : c->at, &c->hit->refs,
			 sentence_of(f->b, "inc.rule", "title", f->b->rule.at[c->hit->rule].title, NULL));
}

static void tell_from(struct footholds *w, const struct foothold *c, uint32_t incident)
{
	struct finder *f = w->f;
	const struct access *a = c->access == UINT32_MAX ? NULL : &f->t.access.at[c->access];
	const struct story_refs *refs = a ? &a->s.refs : &c->call->s.refs;
	const char *kind = c->install ? c->install->kind == INSTALL_TASK ? "remote-task" : "remote-service"
			   : c->program && is_remote_parent(trace_text(&f->t, c->program->parent))
				   ? str_eq_ascii_nocase(str_basename(trace_text(&f->t, c->program->parent)),
							 STR("wsmprovhost.exe"))
					     ? "winrm"
					     : "wmi"
			   : c->foot[FOOT_COPIED] ? "remote-copy"
						  : "remote-logon";
	str account = a ? trace_text(&f->t, a->account) : STR("");
	struct story_clue *k;

	k = clue_add(f, c->host, FAMILY_LOGON, c->foot[FOOT_REMOTE] ? GRADE_CONTROL : GRADE_STRONG,
		     "lateral-movement", 86, c->at, refs,
		     sentence_of(f->b, "inc.access", "from", host_text(f, c->from), "how",
				 wording_word("how.", str_of(kind)), "account", account, NULL));
	clue_from(k, c->from);
	clue_add(f, c->from, FAMILY_LOGON, GRADE_STRONG, "lateral-movement", 80, c->at, refs,
		 sentence_of(f->b, "inc.went_to", "to", host_text(f, c->host), "how",
			     wording_word("how.", str_of(kind)), "account", account, NULL));
	suspect_in(f, c->from, c->at - NS_PER_S, STORY_NOBODY, "unknown", incident);
	edge_told(f, c->from, c->host, kind, account, c->at, refs, incident);
	suspect_in(f, c->host, c->at, c->from, kind, incident);
}

static void tell_foothold(struct footholds *w, const struct foothold *c)
{
	struct finder *f = w->f;
	uint32_t first = c->from == STORY_NOBODY ? c->host : c->from;
	bool known = f->suspect[first].in;
	uint32_t incident = known ? f->suspect[first].incident : incident_new(f, c->at);
	struct incident_entry *e;

	tell_what(w, c);
	if (c->from != STORY_NOBODY)
		tell_from(w, c, incident);
	else
		suspect_in(f, c->host, c->at, STORY_NOBODY,
			   c->foot[FOOT_OFFICE] ? "opened document" : "unknown", incident);
	if (known)
		return;
	f->suspect[first].entry = true;
	e = VEC_PUSH(&f->entry, 1024);
	if (e)
		*e = (struct incident_entry){ .host = first,
					      .incident = incident,
					      .ns = c->at,
					      .vector = c->foot[FOOT_OFFICE] ? "opened document" : "unknown",
					      .score = c->points };
}

/* Who came from a host that an analyst cleared came from nowhere known. */
static const struct foothold *grounded(const struct finder *f, struct foothold *c)
{
	if (c->from != STORY_NOBODY && f->barred[c->from])
		c->from = STORY_NOBODY;
	return c;
}

void footholds_find(struct finder *f)
{
	struct footholds w = { .f = f, .since = TIME_NONE, .until = TIME_NONE };

	for (uint32_t h = 0; h < f->b->host.len; h++)
		if (f->b->host.at[h].has_logs)
			span_add(&w.since, &w.until, f->b->host.at[h].first_ns, f->b->host.at[h].last_ns);
	candidates_find(&w);
	if (w.at.len)
		qsort(w.at.at, w.at.len, sizeof *w.at.at, foothold_order);
	for (size_t i = 0; i < w.at.len; i++)
		if (!f->suspect[w.at.at[i].host].in && !f->barred[w.at.at[i].host])
			tell_foothold(&w, grounded(f, &w.at.at[i]));
	VEC_DONE(&w.at);
}
