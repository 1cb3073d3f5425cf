/* From a host under control onwards: what was left on it that nobody had before, which places it called
 * first, whom it came to as an administrator without ever having done so. What is found becomes an
 * indicator, indicators find further hosts, until nothing new comes. */
#include <stdlib.h>

#include "story/incident_priv.h"
#include "util/limits.h"
#include "util/times.h"

enum {
	ROUNDS_MAX = 40,
	CALLS_OFTEN = 12,  /* a server that calls a new place so often */
	ADMIN_TARGETS = 6, /* a host that came to as many before is an administrator's */
};

/* --- places ---------------------------------------------------------------------------------- */

bool is_odd_place(str image)
{
	static const char *const USUAL[] = { "c:\\windows\\system32\\",
					     "c:\\windows\\syswow64\\",
					     "%systemroot%\\system32\\",
					     "\\systemroot\\system32\\",
					     "system32\\",
					     "c:\\program files\\",
					     "c:\\program files (x86)\\",
					     "c:\\windows\\winsxs\\",
					     "c:\\windows\\servicing\\",
					     "c:\\windows\\microsoft.net\\",
					     "c:\\windows\\softwaredistribution\\",
					     "/usr/",
					     "/bin/",
					     "/sbin/",
					     "/lib",
					     "/opt/",
					     "/etc/" };

	/* a bare name is looked up in the system's folders */
	if (str_find(image, STR("\\")) == SIZE_MAX && str_find(image, STR("/")) == SIZE_MAX)
		return false;
	for (size_t i = 0; i < COUNT(USUAL); i++)
		if (starts_nocase(image, USUAL[i]))
			return false;
	return true;
}

static int64_t begin_of(const struct finder *f, uint32_t incident)
{
	return f->begin[incident < INCIDENTS_MAX ? incident : 0];
}

/* --- what was left on a host --------------------------------------------------------------------- */

static bool is_new(const struct finder *f, const struct seen *s, uint32_t incident)
{
	return s->hosts > 0 && s->first_ns >= begin_of(f, incident) - HOUR;
}

static void learn_installs(struct finder *f, uint32_t host, int64_t from, int64_t to)
{
	const struct suspect *s = &f->suspect[host];

	EACH_OF(&f->t, install, host, i)
	{
		const struct install *n = &f->t.install.at[i];
		str image = trace_text(&f->t, n->image);

		if (n->s.first_ns < from || n->s.first_ns > to ||
		    !is_new(f, &f->object_seen[n->object], s->incident) || !n->image ||
		    !is_odd_place(image) || !is_new(f, &f->image_seen[n->image], s->incident))
			continue;
		mark_add(f, MARK_OBJECT, n->object, n->s.first_ns, s->incident, true);
		mark_add(f, MARK_IMAGE, n->image, n->s.first_ns, s->incident, true);
	}
}

static void learn_programs(struct finder *f, uint32_t host, int64_t from, int64_t to)
{
	const struct suspect *s = &f->suspect[host];

	EACH_OF(&f->t, program, host, i)
	{
		const struct program *p = &f->t.program.at[i];

		if (p->s.first_ns < from || p->s.first_ns > to ||
		    !is_odd_place(trace_text(&f->t, p->image)) ||
		    !is_new(f, &f->image_seen[p->image], s->incident))
			continue;
		if (mark_of(f, MARK_IMAGE, p->image)) { /* one that was installed: its content, too */
			mark_add(f, MARK_HASH, p->hash, p->s.first_ns, s->incident, true);
			continue;
		}
		if (is_server(f, host) && f->image_seen[p->image].hosts <= 3) {
			mark_add(f, MARK_IMAGE, p->image, p->s.first_ns, s->incident, true);
			mark_add(f, MARK_HASH, p->hash, p->s.first_ns, s->incident, true);
		}
	}
}

static void learn_contacts(struct finder *f, uint32_t host, int64_t from, int64_t to)
{
	const struct suspect *s = &f->suspect[host];

	EACH_OF(&f->t, contact, host, i)
	{
		const struct contact *c = &f->t.contact.at[i];
		bool ours = c->process && mark_of(f, MARK_IMAGE, c->process);

		if (c->refused || c->s.first_ns < from || (c->s.first_ns > to && !ours) ||
		    !is_new(f, &f->dest_seen[c->dest], s->incident))
			continue;
		/* a server that calls somewhere for the first time; or any host, by a program we know */
		if (ours || (is_server(f, host) && c->s.count >= CALLS_OFTEN))
			mark_add(f, MARK_DEST, c->dest, c->s.first_ns, s->incident, ours);
	}
}

static void learn(struct finder *f, uint32_t host)
{
	const struct suspect *s = &f->suspect[host];
	int64_t from = s->t0 - 2 * MINUTE, to = s->t0 + (s->entry ? DAY : 4 * HOUR);

	if (uses(f, SIGNAL_NEW_INSTALLS))
		learn_installs(f, host, from, to);
	if (uses(f, SIGNAL_NEW_PROGRAMS))
		learn_programs(f, host, from, to);
	if (uses(f, SIGNAL_FIRST_CALLS))
		learn_contacts(f, host, from, s->t0 + 3 * DAY);
}

/* --- whom it came to -------------------------------------------------------------------------- */

/* Did the host come to this one before, with the same means? To how many did it come at all? */
static uint32_t history_of(const struct finder *f, const struct access *a, int64_t before, bool *ret_pair)
{
	uint32_t targets = 0, last = STORY_NOBODY;

	*ret_pair = false;
	for (size_t i = 0; i < f->t.access.len; i++) {
		const struct access *o = &f->t.access.at[i];

		if (o->from != a->from || o->s.first_ns >= before)
			continue;
		if (o->to == a->to && (o->kind == a->kind || o->account == a->account))
			*ret_pair = true;
		if (o->kind != ACCESS_LOGON && o->to != last)
			targets++;
		last = o->to;
	}
	return targets;
}

/* What the arrivals of one access brought about on the host that was come to. */
struct effect {
	const char *kind;
	int64_t ns;
	struct story_refs refs;
	const struct install *install;
	const struct program *program;
};

size_t arrivals_from(const struct finder *f, uint32_t to)
{
	size_t lo = 0, hi = f->t.arrival.len;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (f->t.arrival.at[mid].to < to)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static void effect_installs(const struct finder *f, uint32_t host, int64_t ns, struct effect *e)
{
	EACH_OF(&f->t, install, host, i)
	{
		const struct install *n = &f->t.install.at[i];

		if (n->s.first_ns < ns - 5 * NS_PER_S || n->s.first_ns > ns + 2 * MINUTE ||
		    n->kind == INSTALL_MODULE || e->install)
			continue;
		e->install = n;
		e->kind = n->kind == INSTALL_TASK ? "remote-task" : "remote-service";
		e->ns = ns;
		refs_add_all(&e->refs, n->s.refs.at, n->s.refs.n);
	}
}

static void effect_programs(const struct finder *f, uint32_t host, int64_t ns, struct effect *e)
{
	static const struct {
		const char *parent, *kind;
	} HOSTS[] = { { "wmiprvse.exe", "wmi" }, { "wsmprovhost.exe", "winrm" } };

	EACH_OF(&f->t, program, host, i)
	{
		const struct program *p = &f->t.program.at[i];
		str parent = str_basename(trace_text(&f->t, p->parent));

		if (e->kind || p->s.first_ns < ns - 5 * NS_PER_S || p->s.first_ns > ns + 2 * MINUTE)
			continue;
		for (size_t k = 0; k < COUNT(HOSTS); k++)
			if (str_eq_ascii_nocase(parent, str_of(HOSTS[k].parent))) {
				e->kind = HOSTS[k].kind;
				e->program = p;
				e->ns = ns;
				refs_add_all(&e->refs, p->s.refs.at, p->s.refs.n);
			}
	}
}

static struct effect effect_of(const struct finder *f, uint32_t access, int64_t since)
{
	static const char *const BY_KIND[ACCESS_KINDS] = { [ACCESS_DESKTOP] = "rdp",
							   [ACCESS_WINRM] = "winrm",
							   [ACCESS_SSH] = "ssh",
							   [ACCESS_CONSOLE] = "device-admin" };
	const struct access *a = &f->t.access.at[access];
	struct effect e = { .ns = TIME_NONE };

	for (size_t i = arrivals_from(f, a->to); i < f->t.arrival.len && f->t.arrival.at[i].to == a->to;
	     i++) {
		const struct arrival_at *v = &f->t.arrival.at[i];

		if (v->access != access || v->ns < since - MINUTE)
			continue;
		effect_installs(f, a->to, v->ns, &e);
		effect_programs(f, a->to, v->ns, &e);
		if (e.kind)
			break;
	}
	if (!e.kind && a->kind == ACCESS_SHARE && a->wrote) {
		e.kind = "remote-copy";
		e.ns = a->s.first_ns;
	}
	if (!e.kind && BY_KIND[a->kind]) {
		e.kind = BY_KIND[a->kind];
		e.ns = a->s.first_ns;
	}
	return e;
}

/* Does the host carry, within a day, anything that is known of the incident? */
static bool carries(const struct finder *f, uint32_t host, int64_t ns)
{
	EACH_OF(&f->t, install, host, i)
	{
		const struct install *n = &f->t.install.at[i];

		if (n->s.first_ns >= ns - HOUR && n->s.first_ns <= ns + DAY &&
		    (mark_of(f, MARK_OBJECT, n->object) || mark_of(f, MARK_IMAGE, n->image)))
			return true;
	}
	EACH_OF(&f->t, program, host, i)
	{
		const struct program *p = &f->t.program.at[i];

		if (p->s.first_ns >= ns - HOUR && p->s.first_ns <= ns + DAY &&
		    (mark_of(f, MARK_IMAGE, p->image) || mark_of(f, MARK_HASH, p->hash)))
			return true;
	}
	EACH_OF(&f->t, contact, host, i)
	{
		const struct contact *c = &f->t.contact.at[i];

		if (c->s.first_ns >= ns - HOUR && c->s.first_ns <= ns + 2 * DAY &&
		    mark_of(f, MARK_DEST, c->dest))
			return true;
	}
	return false;
}

static const char *access_phrase(enum access_kind k)
{
	static const char *const PHRASES[ACCESS_KINDS] = {
		[ACCESS_LOGON] = "network logon",     [ACCESS_EXPLICIT] = "other credentials",
		[ACCESS_SHARE] = "admin share",       [ACCESS_DESKTOP] = "remote desktop",
		[ACCESS_WINRM] = "remote management", [ACCESS_SSH] = "SSH",
		[ACCESS_CONSOLE] = "console logon",
	};

	return PHRASES[k];
}

static void tell_access(struct finder *f, const struct access *a, const struct effect *e,
			enum clue_grade grade)
{
	const struct suspect *s = &f->suspect[a->from];
	str account = trace_text(&f->t, a->account);
	int64_t ns = e->ns != TIME_NONE ? e->ns : a->s.first_ns;
	struct story_clue *c;

	c = clue_add(f, a->to, FAMILY_LOGON, grade, "lateral-movement", grade == GRADE_CONTROL ? 88 : 60, ns,
		     &a->s.refs,
		     sentence_of(f->b, "inc.access", "from", host_text(f, a->from), "how",
				 wording_word("how.", str_of(access_phrase(a->kind))), "account", account,
				 NULL));
	clue_from(c, a->from);
	if (grade < GRADE_CONTROL)
		return;
	if (e->install)
		clue_add(f, a->to, FAMILY_ENDPOINT, GRADE_CONTROL, "lateral-movement", 90,
			 e->install->s.first_ns, &e->install->s.refs,
			 sentence_of(f->b, "inc.remote_install", "object",
				     trace_text(&f->t, e->install->object), "command",
				     trace_text(&f->t, e->install->command), NULL));
	if (e->program)
		clue_add(f, a->to, FAMILY_ENDPOINT, GRADE_CONTROL, "lateral-movement", 88,
			 e->program->s.first_ns, &e->program->s.refs,
			 sentence_of(f->b, "inc.remote_program", "command",
				     trace_text(&f->t, e->program->command ? e->program->command
									   : e->program->image),
				     NULL));
	suspect_in(f, a->to, ns, a->from, e->kind, s->incident);
	edge_told(f, a->from, a->to, e->kind, account, ns, &a->s.refs, s->incident);
	if (a->account)
		mark_add(f, MARK_ACCOUNT, a->account, ns, s->incident, true);
}

static void go_out(struct finder *f, uint32_t host)
{
	const struct suspect *s = &f->suspect[host];

	for (uint32_t i = 0; i < f->t.access.len; i++) {
		const struct access *a = &f->t.access.at[i];
		uint32_t targets;
		struct effect e;
		bool pair, known;

		if (a->from != host || a->s.last_ns < s->t0 - MINUTE)
			continue;
		targets = history_of(f, a, s->t0 - MINUTE, &pair);
		e = effect_of(f, i, s->t0);
		known = carries(f, a->to, e.ns != TIME_NONE ? e.ns : a->s.first_ns);
		if ((pair && !known) || a->s.first_ns < s->t0 - MINUTE)
			continue; /* it did so before */
		if (targets >= ADMIN_TARGETS && !known && !mark_of(f, MARK_ACCOUNT, a->account))
			continue; /* an administrator's host, and nothing else speaks for it */
		if (e.kind)
			tell_access(f, a, &e, GRADE_CONTROL);
		else if (known || a->kind == ACCESS_SHARE)
			tell_access(f, a, &e, GRADE_STRONG);
		else
			tell_access(f, a, &e, GRADE_WEAK);
	}
}

/* --- indicators everywhere ---------------------------------------------------------------------- */

/* By which way did it come there: the last arrival from a host under control shortly before. */
static uint32_t came_from(const struct finder *f, uint32_t host, int64_t ns, uint32_t *ret_access)
{
	uint32_t best = STORY_NOBODY;

	for (size_t i = arrivals_from(f, host); i < f->t.arrival.len && f->t.arrival.at[i].to == host; i++) {
		const struct arrival_at *v = &f->t.arrival.at[i];
		const struct access *a = &f->t.access.at[v->access];

		if (v->ns > ns + 5 * MINUTE || v->ns < ns - 2 * HOUR || a->from == STORY_NOBODY ||
		    !f->suspect[a->from].in || f->suspect[a->from].t0 > v->ns)
			continue;
		best = a->from;
		*ret_access = v->access;
	}
	return best;
}

/* The server from which it fetched something shortly before. */
static const struct story_clue *delivery_before(const struct finder *f, uint32_t host, int64_t ns)
{
	const struct story_clue *best = NULL;

	for (size_t i = 0; i < f->clue.len; i++) {
		const struct story_clue *c = &f->clue.at[i];

		if (c->host == host && c->family == FAMILY_DELIVERY && c->grade >= GRADE_STRONG &&
		    c->ns <= ns + 5 * MINUTE && (!best || c->ns < best->ns))
			best = c;
	}
	return best;
}

/* The server that gave the same to most hosts: how it came to one whose fetch no log shows. */
static uint32_t usual_server(const struct finder *f, uint32_t incident)
{
	uint32_t from = STORY_NOBODY, by_update = 0, others = 0;

	for (uint32_t h = 0; h < f->b->host.len; h++) {
		const struct suspect *s = &f->suspect[h];

		if (!s->in || s->incident != incident || s->entry || is_server(f, h))
			continue;
		if (s->via && strcmp(s->via, "update-delivery") == 0 && s->parent != STORY_NOBODY) {
			from = s->parent;
			by_update++;
		} else if (s->parent != STORY_NOBODY) {
			others++;
		}
	}
	return by_update >= 3 && by_update > 3 * others ? from : STORY_NOBODY;
}

/* A host carries something of the incident: it is under control, and by which way it got there. */
static void taken(struct finder *f, uint32_t host, int64_t ns, uint32_t incident)
{
	const struct story_clue *d;
	uint32_t access = 0, from;

	if (f->suspect[host].in && f->suspect[host].t0 <= ns)
		return;
	d = delivery_before(f, host, ns);
	from = came_from(f, host, ns, &access);
	if (d && d->from != STORY_NOBODY) {
		suspect_in(f, host, ns, d->from, "update-delivery", incident);
		edge_told(f, d->from, host, "update-delivery", STR(""), d->ns, &d->refs, incident);
	} else if (from != STORY_NOBODY) {
		const struct access *a = &f->t.access.at[access];

		suspect_in(f, host, ns, from, "remote-service", incident);
		edge_told(f, from, host, "remote-service", trace_text(&f->t, a->account), ns, &a->s.refs,
			  incident);
	} else {
		suspect_in(f, host, ns, STORY_NOBODY, "unknown", incident);
	}
}

static void find_installs(struct finder *f)
{
	for (size_t i = 0; i < f->t.install.len; i++) {
		const struct install *n = &f->t.install.at[i];
		const struct mark *x = mark_of(f, MARK_IMAGE, n->image);

		if (!x)
			x = mark_of(f, MARK_OBJECT, n->object);
		if (!x || n->s.first_ns < x->since - HOUR)
			continue;
		taken(f, n->host, n->s.first_ns, x->incident);
		clue_add(f, n->host, FAMILY_ENDPOINT, GRADE_CONTROL, "persistence", 85, n->s.first_ns,
			 &n->s.refs,
			 sentence_of(f->b, n->kind == INSTALL_TASK ? "inc.task" : "inc.service", "object",
				     trace_text(&f->t, n->object), "command", trace_text(&f->t, n->command),
				     NULL));
	}
}

static void find_programs(struct finder *f)
{
	for (size_t i = 0; i < f->t.program.len; i++) {
		const struct program *p = &f->t.program.at[i];
		const struct mark *x = mark_of(f, MARK_HASH, p->hash);

		if (!x)
			x = mark_of(f, MARK_IMAGE, p->image);
		if (!x || p->s.first_ns < x->since - HOUR)
			continue;
		taken(f, p->host, p->s.first_ns, x->incident);
		clue_add(f, p->host, FAMILY_ENDPOINT, GRADE_CONTROL, "execution", 82, p->s.first_ns,
			 &p->s.refs,
			 sentence_of(f->b, "inc.program", "image", trace_text(&f->t, p->image), "hash",
				     trace_text(&f->t, p->hash), "parent", trace_text(&f->t, p->parent),
				     NULL));
	}
}

/* Of each host the first strong sight of something harmful that a server gave it; NULL: none, or no memory. */
static const struct story_clue **deliveries(struct finder *f)
{
	const struct story_clue **at = calloc(f->b->host.len + 1, sizeof *at);

	for (size_t i = 0; at && i < f->clue.len; i++) {
		const struct story_clue *c = &f->clue.at[i];

		if (c->family == FAMILY_DELIVERY && c->grade >= GRADE_STRONG && c->host < f->b->host.len &&
		    (!at[c->host] || c->ns < at[c->host]->ns))
			at[c->host] = c;
	}
	return at;
}

/* Where no log tells programs: who fetched it and called a place of the incident afterwards. */
static void follow_deliveries(struct finder *f)
{
	const struct story_clue **given = deliveries(f);

	for (size_t i = 0; given && i < f->t.contact.len; i++) {
		const struct contact *c = &f->t.contact.at[i];
		const struct mark *x = mark_of(f, MARK_DEST, c->dest);
		const struct story_clue *d = c->host == STORY_NOBODY ? NULL : given[c->host];

		if (x && d && !c->refused && !f->suspect[c->host].in && c->s.first_ns >= d->ns - HOUR &&
		    !speaks_for_others(f, c->host))
			suspect_in(f, c->host, d->ns, d->from, "update-delivery", x->incident);
	}
	free(given);
}

static void find_contacts(struct finder *f)
{
	for (size_t i = 0; i < f->t.contact.len; i++) {
		const struct contact *c = &f->t.contact.at[i];
		const struct mark *x = mark_of(f, MARK_DEST, c->dest);

		if (!x || c->host == STORY_NOBODY || c->refused || c->s.last_ns < x->since - HOUR ||
		    speaks_for_others(f, c->host))
			continue;
		clue_add(f, c->host, FAMILY_NETWORK, GRADE_STRONG, "command-and-control", 72, c->s.first_ns,
			 &c->s.refs,
			 sentence_of(f->b, "inc.contact", "dest", trace_text(&f->t, c->dest), "name",
				     trace_text(&f->t, c->name), "count", keep_u64(f->b, c->s.count), NULL));
	}
}

/* --- places that several hosts under control call, and hardly anybody else -------------------------- */

static void common_contacts(struct finder *f)
{
	uint32_t *in = calloc(f->t.texts.len + 1, sizeof *in);
	uint32_t total = 0;

	for (uint32_t h = 0; h < f->b->host.len; h++)
		total += f->suspect[h].in;
	for (size_t i = 0; in && i < f->t.contact.len; i++) {
		const struct contact *c = &f->t.contact.at[i];

		if (c->host != STORY_NOBODY && f->suspect[c->host].in && !c->refused &&
		    c->s.first_ns >= f->suspect[c->host].t0 - MINUTE &&
		    c->s.first_ns <= f->suspect[c->host].t0 + 5 * DAY)
			in[c->dest]++;
	}
	for (size_t i = 0; in && i < f->t.contact.len; i++) {
		const struct contact *c = &f->t.contact.at[i];
		uint32_t all = f->dest_seen[c->dest].hosts, n = in[c->dest];

		if (c->host == STORY_NOBODY || !f->suspect[c->host].in || n < 2 || n * 5 < total ||
		    n * 4 < all * 3 || !is_new(f, &f->dest_seen[c->dest], f->suspect[c->host].incident))
			continue;
		mark_add(f, MARK_DEST, c->dest, f->dest_seen[c->dest].first_ns, f->suspect[c->host].incident,
			 false);
	}
	free(in);
}

/* Hosts that carry the same as those that a server gave it to, and nothing says how it came there. */
static void adopt(struct finder *f)
{
	for (uint32_t h = 0; h < f->b->host.len; h++) {
		struct suspect *s = &f->suspect[h];
		uint32_t server = s->in && !s->entry && !is_server(f, h) && s->parent == STORY_NOBODY
					  ? usual_server(f, s->incident)
					  : STORY_NOBODY;
		struct story_refs refs = { 0 };

		if (server == STORY_NOBODY || f->suspect[server].t0 > s->t0)
			continue;
		s->parent = server;
		s->via = "update-delivery";
		edge_told(f, server, h, s->via, STR(""), s->t0, &refs, s->incident);
	}
}

void spread_follow(struct finder *f)
{
	for (int round = 0; round < ROUNDS_MAX; round++) {
		f->changed = false;
		for (uint32_t h = 0; h < f->b->host.len; h++) {
			if (!f->suspect[h].queued)
				continue;
			f->suspect[h].queued = false;
			learn(f, h);
			if (uses(f, SIGNAL_FIRST_ACCESS))
				go_out(f, h);
		}
		if (uses(f, SIGNAL_INDICATORS)) {
			find_installs(f);
			find_programs(f);
		}
		if (uses(f, SIGNAL_COMMON_CALLS))
			common_contacts(f);
		if (!f->changed)
			break;
	}
	adopt(f);
	if (uses(f, SIGNAL_INDICATORS)) {
		follow_deliveries(f);
		find_contacts(f);
	}
}
