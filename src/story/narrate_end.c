/* Which hosts, what was called, what left, until when, what was erased, what does not fit. */
#include <stdlib.h>

#include "story/narrate_priv.h"
#include "util/times.h"

enum { CONTROLS_TOLD = 10, LOSSES_TOLD = 6, CLEARED_TOLD = 12, DOUBTS_TOLD = 8, UNSEEN_TOLD = 12 };
/* Signs of hands on the keyboard from which hours are told, and how many hours are still a habit. */
enum { HANDS_ENOUGH = 12, HANDS_HOURS = 12 };

/* --- hosts by class --------------------------------------------------------------------------------- */

/* Of the hosts that fetched a replaced package, how many are what. */
static void narrate_fetched(struct narrator *n, const struct incident_artefact *a)
{
	uint64_t by_class[CLASSES] = { 0 }, all = 0, stopped = 0, size;
	enum { FETCHED = 1, STOPPED };
	uint8_t *seen = calloc(n->st->nhosts + 1, sizeof *seen);
	struct story_refs refs = { 0 };

	n->failed |= !seen;
	for (uint32_t i = 0; seen && i < n->in->nclues; i++) {
		const struct story_clue *c = &n->in->clues[i];

		if (c->family != FAMILY_DELIVERY || c->host >= n->st->nhosts || seen[c->host] ||
		    !str_eq(sentence_value(&c->sentence, "path"), a->path) ||
		    !str_to_u64(sentence_value(&c->sentence, "size"), &size) || size != a->size)
			continue;
		seen[c->host] = FETCHED;
		all++;
		refs_add_all(&refs, c->refs.at, c->refs.n);
	}
	for (uint32_t i = 0; seen && i < n->in->nclues; i++) {
		const struct story_clue *c = &n->in->clues[i];

		if (c->grade == GRADE_BLOCKED && c->host < n->st->nhosts && seen[c->host])
			seen[c->host] = STOPPED;
	}
	for (uint32_t i = 0; seen && i < n->in->nhosts; i++) {
		const struct incident_host *h = &n->in->hosts[i];

		if (h->host >= n->st->nhosts || !seen[h->host])
			continue;
		if (seen[h->host] == STOPPED && h->class > CLASS_LIKELY)
			stopped++;
		else
			by_class[h->class]++;
	}
	free(seen);
	if (all)
		narrate_say(n, a->incident, PART_HOSTS, 80, a->from_ns, &refs,
			    stopped ? "nar.fetched_stopped" : "nar.fetched", "count", narrate_number(n, all),
			    "object", a->path, "confirmed", narrate_number(n, by_class[CLASS_CONFIRMED]),
			    "likely", narrate_number(n, by_class[CLASS_LIKELY]), "exposed",
			    narrate_number(n, by_class[CLASS_EXPOSED]), "stopped", narrate_number(n, stopped),
			    "unknown", narrate_number(n, by_class[CLASS_UNKNOWN] + by_class[CLASS_CLEARED]),
			    NULL);
}

void narrate_hosts(struct narrator *n, uint32_t incident)
{
	const uint32_t *c = n->in->by_class;
	uint64_t confirmed = 0, likely = 0;
	struct story_refs refs = { 0 };

	for (uint32_t i = 0; i < n->in->nhosts; i++) {
		const struct incident_host *h = &n->in->hosts[i];

		if (h->incident != incident)
			continue;
		confirmed += h->class == CLASS_CONFIRMED;
		likely += h->class == CLASS_LIKELY;
		if (h->class <= CLASS_LIKELY)
			refs_add_all(&refs, h->refs.at, h->refs.n);
	}
	narrate_say(n, incident, PART_HOSTS, 88, TIME_NONE, &refs, "nar.hosts", "confirmed",
		    narrate_number(n, confirmed), "likely", narrate_number(n, likely), "number",
		    narrate_number(n, confirmed + likely), NULL);
	for (uint32_t i = 0; i < n->in->nartefacts; i++)
		if (n->in->artefacts[i].incident == incident && n->in->artefacts[i].other_size)
			narrate_fetched(n, &n->in->artefacts[i]);
	if (incident + 1 == n->in->nincidents)
		narrate_say(n, STORY_NOBODY, PART_HOSTS, 70, TIME_NONE, NULL, "nar.classes", "hosts",
			    narrate_number(n, n->in->nhosts), "exposed", narrate_number(n, c[CLASS_EXPOSED]),
			    "cleared", narrate_number(n, c[CLASS_CLEARED]), "unknown",
			    narrate_number(n, c[CLASS_UNKNOWN]), "number",
			    narrate_number(n, (uint64_t)c[CLASS_CONFIRMED] + c[CLASS_LIKELY] +
						      c[CLASS_EXPOSED] + c[CLASS_UNKNOWN]),
			    NULL);
}

/* --- the outside ------------------------------------------------------------------------------------ */

static const struct external_words CONTROLS = { EXTERNAL_C2,         PART_CONTROL,
						CONTROLS_TOLD,       80,
						"nar.control",       "nar.control_named",
						"nar.controls_more", "nar.control_none" };

/* By which an address outside was called; empty if that is not known. */
static str name_outside(const struct narrator *n, str ip)
{
	for (uint32_t i = 0; i < n->in->nexternal; i++)
		if (str_eq(n->in->external[i].ip, ip))
			return n->in->external[i].name;
	return STR("");
}

static void narrate_one_loss(struct narrator *n, const struct incident_loss *x)
{
	str name = name_outside(n, x->what);
	const char *key = !x->measurable ? "nar.loss_unmeasured"
			  : name.len     ? "nar.loss_to_named"
					 : "nar.loss_to";

	narrate_say(n, x->incident, PART_LOSS, 78, x->first_ns, &x->refs, key, "host",
		    narrate_name(n, x->host), "object", x->what, "name", name, "count",
		    narrate_number(n, x->estimate), "low", narrate_number(n, x->low), "high",
		    narrate_number(n, x->high), "first", narrate_time(n, x->first_ns), "last",
		    narrate_time(n, x->last_ns), NULL);
}

static void narrate_loss(struct narrator *n, uint32_t incident)
{
	uint64_t estimate = 0, low = 0, high = 0, places = 0, unmeasured = 0;
	int64_t first = TIME_NONE, last = TIME_NONE;
	struct story_refs refs = { 0 };

	for (uint32_t i = 0; i < n->in->nlosses; i++) {
		const struct incident_loss *x = &n->in->losses[i];

		if (x->incident != incident)
			continue;
		places++;
		unmeasured += !x->measurable;
		estimate += x->estimate;
		low += x->low;
		high += x->high;
		span_add(&first, &last, x->first_ns, x->last_ns);
		refs_add_all(&refs, x->refs.at, x->refs.n);
	}
	if (places == 0) {
		narrate_say(n, incident, PART_LOSS, 40, TIME_NONE, NULL, "nar.loss_none", NULL);
		return;
	}
	if (places > unmeasured)
		narrate_say(n, incident, PART_LOSS, 86, first, &refs,
			    unmeasured ? "nar.loss_part" : "nar.loss", "count", narrate_number(n, estimate),
			    "low", narrate_number(n, low), "high", narrate_number(n, high), "first",
			    narrate_time(n, first), "last", narrate_time(n, last), NULL);
	for (uint32_t i = 0, told = 0; i < n->in->nlosses; i++)
		if (n->in->losses[i].incident == incident && told++ < LOSSES_TOLD)
			narrate_one_loss(n, &n->in->losses[i]);
	if (places > LOSSES_TOLD)
		narrate_say(n, incident, PART_LOSS, 60, TIME_NONE, NULL, "nar.losses_more", "count",
			    narrate_number(n, places - LOSSES_TOLD), NULL);
}

/* The last sign: of a host, or a call of a control server. */
static void narrate_until(struct narrator *n, uint32_t incident)
{
	const struct story_clue *last = NULL;
	const struct incident_external *call = NULL;

	for (uint32_t i = 0; i < n->in->nclues; i++) {
		const struct story_clue *c = &n->in->clues[i];

		if (c->incident == incident && c->grade >= GRADE_STRONG && (!last || c->ns >= last->ns))
			last = c;
	}
	for (uint32_t i = 0; i < n->in->nexternal; i++) {
		const struct incident_external *x = &n->in->external[i];

		if (x->incident == incident && x->role == EXTERNAL_C2 && x->last_ns != TIME_NONE &&
		    (!call || x->last_ns > call->last_ns))
			call = x;
	}
	if (call && (!last || call->last_ns > last->ns))
		narrate_say(n, incident, PART_END, 70, call->last_ns, &call->refs, "nar.until_call", "ip",
			    call->ip, "time", narrate_time(n, call->last_ns), NULL);
	else if (last)
		narrate_say(n, incident, PART_END, 70, last->ns, &last->refs, "nar.until", "host",
			    narrate_name(n, last->host), "time", narrate_time(n, last->ns), NULL);
}

/* What hands on the keyboard did: commands below the intruders' programs and servers, ways from host to host. */
static bool is_by_hand(const struct story_clue *c)
{
	static const char *const KEYS[] = { "inc.child", "inc.server_command", "inc.access",
					    "inc.remote_program" };

	for (size_t i = 0; i < COUNT(KEYS); i++)
		if (strcmp(c->sentence.key, KEYS[i]) == 0)
			return true;
	return false;
}

/* The shortest stretch of the clock that holds nine tenths of it: when, not where. */
static void narrate_hours(struct narrator *n, uint32_t incident)
{
	uint32_t by_hour[24] = { 0 }, by_day[7] = { 0 }, all = 0, from = 0, length = 24;
	struct story_refs refs = { 0 };

	for (uint32_t i = 0; i < n->in->nclues; i++) {
		const struct story_clue *c = &n->in->clues[i];

		if (c->incident != incident || !is_by_hand(c) || c->ns < 0)
			continue;
		by_hour[c->ns / HOUR % 24]++;
		by_day[(c->ns / DAY + 3) % 7]++; /* 1970 began on a Thursday: Monday is 0 */
		all++;
		refs_add_all(&refs, c->refs.at, c->refs.n);
	}
	for (uint32_t at = 0; at < 24; at++)
		for (uint32_t sum = 0, k = 0; k < length; k++) {
			sum += by_hour[(at + k) % 24];
			if (sum * 10 >= all * 9 && k + 1 < length) {
				from = at;
				length = k + 1;
			}
		}
	if (all < HANDS_ENOUGH || length > HANDS_HOURS)
		return;
	narrate_say(n, incident, PART_END, 55, TIME_NONE, &refs, "nar.hours", "count", narrate_number(n, all),
		    "from", narrate_number(n, from), "to", narrate_number(n, (from + length) % 24), "days",
		    narrate_number(n, by_day[5] + by_day[6]), NULL);
}

void narrate_outside(struct narrator *n, uint32_t incident)
{
	narrate_externals(n, incident, &CONTROLS);
	narrate_loss(n, incident);
	narrate_until(n, incident);
	narrate_hours(n, incident);
}

/* --- erased ------------------------------------------------------------------------------------------- */

void narrate_erased(struct narrator *n, uint32_t incident)
{
	uint32_t told = 0;

	for (uint32_t i = 0; i < n->st->nobservations && told < CLEARED_TOLD; i++) {
		const struct story_observation *o = &n->st->observations[i];
		const struct incident_host *h;

		if (o->kind != OBS_LOG_CLEARED || o->host == STORY_NOBODY || o->first_ns == TIME_NONE ||
		    !(h = narrate_host(n, o->host)) || h->incident != incident || h->first_ns == TIME_NONE ||
		    o->last_ns < h->first_ns - HOUR)
			continue;
		told++;
		narrate_say(n, incident, PART_ERASED, 76, o->last_ns, &o->refs, "nar.cleared", "object",
			    o->object, "host", narrate_name(n, o->host), "time", narrate_time(n, o->last_ns),
			    "account", o->account, NULL);
	}
	for (uint32_t i = 0, more = 0; i < n->in->nclues && more < CLEARED_TOLD; i++) {
		const struct story_clue *c = &n->in->clues[i];

		if (c->incident != incident || c->grade < GRADE_STRONG ||
		    strcmp(c->phase, "defense-evasion") != 0)
			continue;
		more++;
		told++;
		narrate_sentence(n, incident, PART_ERASED, 74, c->ns, &c->refs, &c->sentence);
	}
	if (told == 0)
		narrate_say(n, incident, PART_ERASED, 40, TIME_NONE, NULL, "nar.erased_none", NULL);
}

/* --- what does not fit ---------------------------------------------------------------------------------- */

static uint32_t doubt_order(struct narrator *n, uint32_t incident, uint32_t told)
{
	for (uint32_t i = 0; i < n->in->nhosts && told < DOUBTS_TOLD; i++) {
		const struct incident_host *h = &n->in->hosts[i], *p;
		struct story_refs refs = h->refs;

		if (h->incident != incident || h->parent == STORY_NOBODY || h->first_ns == TIME_NONE ||
		    !(p = narrate_host(n, h->parent)) || p->first_ns == TIME_NONE ||
		    p->first_ns <= h->first_ns)
			continue;
		told++;
		refs_add_all(&refs, p->refs.at, p->refs.n);
		narrate_say(n, incident, PART_DOUBT, 66, h->first_ns, &refs, "nar.doubt_order", "host",
			    narrate_name(n, h->host), "first", narrate_time(n, h->first_ns), "from",
			    narrate_name(n, h->parent), "last", narrate_time(n, p->first_ns), NULL);
	}
	return told;
}

/* A way from one incident into another: they may be one. */
static uint32_t doubt_joined(struct narrator *n, uint32_t incident, uint32_t told)
{
	for (uint32_t i = 0; i < n->in->nedges && told < DOUBTS_TOLD; i++) {
		const struct incident_edge *e = &n->in->edges[i];
		const struct incident_host *from = narrate_host(n, e->from), *to = narrate_host(n, e->to);

		if (!from || !to || to->incident != incident || from->incident == incident ||
		    from->incident == STORY_NOBODY)
			continue;
		told++;
		narrate_say(n, incident, PART_DOUBT, 72, e->ns, &e->refs, "nar.doubt_joined", "from",
			    narrate_name(n, e->from), "number", narrate_number(n, from->incident + 1), "to",
			    narrate_name(n, e->to), "time", narrate_time(n, e->ns), "way",
			    narrate_way(n, e->kind), NULL);
	}
	return told;
}

static uint32_t doubt_blocked(struct narrator *n, uint32_t incident, uint32_t told)
{
	for (uint32_t i = 0; i < n->in->nclues && told < DOUBTS_TOLD; i++) {
		const struct story_clue *c = &n->in->clues[i];
		const struct incident_host *h;

		if (c->grade != GRADE_BLOCKED || !(h = narrate_host(n, c->host)) || h->incident != incident ||
		    h->class != CLASS_CONFIRMED)
			continue;
		told++;
		narrate_say(n, incident, PART_DOUBT, 66, c->ns, &c->refs, "nar.doubt_blocked", "host",
			    narrate_name(n, c->host), "time", narrate_time(n, c->ns), NULL);
	}
	return told;
}

void narrate_doubt(struct narrator *n, uint32_t incident)
{
	uint32_t told = doubt_joined(n, incident, 0);

	told = doubt_order(n, incident, told);
	doubt_blocked(n, incident, told);
}

/* --- what could not be seen ------------------------------------------------------------------------------ */

/* What analysts decided counts in all of this, and is said. */
void narrate_decided(struct narrator *n)
{
	const struct decisions *d = n->st->decisions;
	uint64_t confirmed = 0, cleared = 0;

	for (uint32_t i = 0; i < n->in->nhosts; i++) {
		const struct decision *x = n->in->hosts[i].decided;

		confirmed += x && str_eq(x->value, STR("confirmed"));
		cleared += x && str_eq(x->value, STR("cleared"));
	}
	if (confirmed + cleared + n->in->nrejected + n->st->rejected_findings)
		narrate_say(n, STORY_NOBODY, PART_DOUBT, 74, TIME_NONE, NULL, "nar.decided", "confirmed",
			    narrate_number(n, confirmed), "cleared", narrate_number(n, cleared), "signs",
			    narrate_number(n, n->in->nrejected), "matches",
			    narrate_number(n, n->st->rejected_findings), NULL);
	if (decisions_damage(d).len)
		narrate_say(n, STORY_NOBODY, PART_UNSEEN, 72, TIME_NONE, NULL, "nar.decisions_damaged",
			    "what", decisions_damage(d), NULL);
}

void narrate_unseen(struct narrator *n)
{
	uint32_t told = 0;

	if (n->in->by_class[CLASS_UNKNOWN])
		narrate_say(n, STORY_NOBODY, PART_UNSEEN, 68, TIME_NONE, NULL, "nar.unseen_hosts", "unknown",
			    narrate_number(n, n->in->by_class[CLASS_UNKNOWN]), NULL);
	for (uint32_t i = 0; i < n->st->nblind && told < UNSEEN_TOLD; i++) {
		const struct story_blind *x = &n->st->blind[i];
		const struct incident_host *h = x->host == STORY_NOBODY ? NULL : narrate_host(n, x->host);
		bool about = h && h->class <= CLASS_EXPOSED &&
			     (x->kind == BLIND_CHANNEL || x->kind == BLIND_NO_LOGS);

		if (!about && x->kind != BLIND_MISSING_RECORDS && x->kind != BLIND_UNREAD &&
		    x->kind != BLIND_RUN)
			continue;
		told++;
		narrate_sentence(n, STORY_NOBODY, PART_UNSEEN, 50, TIME_NONE, &x->refs, &x->sentence);
	}
	if (n->st->nblind > told)
		narrate_say(n, STORY_NOBODY, PART_UNSEEN, 45, TIME_NONE, NULL, "nar.unseen_more", "count",
			    narrate_number(n, n->st->nblind - told), NULL);
}
