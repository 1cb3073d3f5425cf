/* How it began, through which addresses, what was planted, by which way it spread. */
#include <stdlib.h>

#include "story/narrate_priv.h"
#include "util/limits.h"
#include "util/map.h"
#include "util/times.h"

enum { SPEAKS = 5, RELAYS_TOLD = 10, PLANTS_TOLD = 8, STEPS_TOLD = 15, GROUPS_MAX = 256, CLIENTS_LISTED = 8 };

/* --- the beginning ------------------------------------------------------------------------------- */

/* How many kinds of evidence speak for it: the word that says so. */
static str how_sure(const struct narrator *n, uint32_t host, int64_t ns)
{
	bool family[FAMILIES] = { false };
	unsigned kinds = 0;
	bool control = false;

	for (uint32_t i = 0; i < n->in->nclues; i++) {
		const struct story_clue *c = &n->in->clues[i];

		if (c->host != host || c->grade < GRADE_STRONG || c->ns > ns + DAY)
			continue;
		kinds += !family[c->family];
		family[c->family] = true;
		control |= c->grade == GRADE_CONTROL;
	}
	return kinds >= 2 && control ? STR("sure.several") : control ? STR("sure.one") : STR("sure.weak");
}

/* The clues that speak for a beginning: the weightiest of each sentence's kind, in time. */
static void narrate_speaks(struct narrator *n, uint32_t incident, uint32_t host, int64_t ns)
{
	const struct story_clue *best[SPEAKS];
	uint32_t len = 0;

	for (uint32_t i = 0; i < n->in->nclues; i++) {
		const struct story_clue *c = &n->in->clues[i];
		uint32_t at = len, kind = 0;

		if (c->host != host || c->incident != incident || c->grade < GRADE_STRONG ||
		    c->ns < ns - HOUR || c->ns > ns + DAY)
			continue;
		for (uint32_t k = 0; k < len; k++)
			kind += best[k]->sentence.key == c->sentence.key;
		if (kind >= 2)
			continue;
		if (len == SPEAKS) {
			for (at = 0; at < len && best[at]->weight >= c->weight; at++)
				;
			if (at == len)
				continue;
		} else {
			len++;
		}
		best[at] = c;
	}
	for (uint32_t round = 0; round < len; round++) {
		uint32_t first = SPEAKS;

		for (uint32_t k = 0; k < len; k++)
			if (best[k] && (first == SPEAKS || best[k]->ns < best[first]->ns))
				first = k;
		narrate_sentence(n, incident, PART_BEGINNING, 70, best[first]->ns, &best[first]->refs,
				 &best[first]->sentence);
		best[first] = NULL;
	}
}

static const struct incident_host *earliest(const struct narrator *n, uint32_t incident)
{
	const struct incident_host *h = NULL;

	for (uint32_t i = 0; i < n->in->nhosts; i++) {
		const struct incident_host *x = &n->in->hosts[i];

		if (x->incident == incident && x->first_ns != TIME_NONE && (!h || x->first_ns < h->first_ns))
			h = x;
	}
	return h;
}

static void narrate_entry(struct narrator *n, uint32_t incident)
{
	const struct incident_entry *best = NULL;
	const struct incident_host *h;

	for (uint32_t i = 0; i < n->in->nentries; i++) {
		const struct incident_entry *e = &n->in->entries[i];
		const struct incident_host *x;
		struct story_refs refs = e->refs;

		if (e->incident != incident)
			continue;
		x = narrate_host(n, e->host);
		if (refs.n == 0 && x)
			refs = x->refs;
		narrate_say(n, incident, PART_BEGINNING, best ? 60 : 90, e->ns, &refs,
			    best ? "nar.entry_other" : "nar.entry", "host", narrate_name(n, e->host), "time",
			    narrate_time(n, e->ns), "way", narrate_way(n, e->vector), "sure",
			    how_sure(n, e->host, e->ns), NULL);
		if (!best)
			narrate_speaks(n, incident, e->host, e->ns);
		best = best ? best : e;
	}
	if (best || !(h = earliest(n, incident)))
		return;
	narrate_say(n, incident, PART_BEGINNING, 85, h->first_ns, &h->refs, "nar.entry_none", "host",
		    narrate_name(n, h->host), "time", narrate_time(n, h->first_ns), NULL);
	narrate_speaks(n, incident, h->host, h->first_ns);
}

static str percent(struct narrator *n, double p)
{
	return narrate_number(n, p <= 0 ? 0 : p >= 1 ? 100 : (uint64_t)(p * 100 + 0.5));
}

void narrate_externals(struct narrator *n, uint32_t incident, const struct external_words *w)
{
	uint32_t told = 0, more = 0;

	for (uint32_t i = 0; i < n->in->nexternal; i++) {
		const struct incident_external *x = &n->in->external[i];

		if (x->incident != incident || x->role != w->role)
			continue;
		if (told == w->most) {
			more++;
			continue;
		}
		told++;
		narrate_say(n, incident, w->part, w->weight, x->first_ns, &x->refs,
			    x->name.len ? w->named : w->nameless, "ip", x->ip, "name", x->name, "first",
			    narrate_time(n, x->first_ns), "last", narrate_time(n, x->last_ns), "hosts",
			    narrate_number(n, x->hosts), "percent", percent(n, x->confidence), NULL);
	}
	if (more)
		narrate_say(n, incident, w->part, 60, TIME_NONE, NULL, w->more, "count",
			    narrate_number(n, more), NULL);
	if (told == 0)
		narrate_say(n, incident, w->part, 40, TIME_NONE, NULL, w->none, NULL);
}

/* Where the relays are registered: country and network, each with how many. */
static void narrate_networks(struct narrator *n, uint32_t incident)
{
	const struct incident *in = n->in;
	buf list = { 0 };
	uint32_t countries = 0, placed = 0;

	for (uint32_t i = 0; i < in->nexternal; i++) {
		const struct incident_external *x = &in->external[i];
		bool known_net = false, known_country = false;
		uint32_t same = 0;

		if (x->incident != incident || x->role != EXTERNAL_RELAY ||
		    (x->country.len == 0 && x->asn == 0))
			continue;
		placed++;
		for (uint32_t k = 0; k < in->nexternal; k++) {
			const struct incident_external *o = &in->external[k];
			bool like = o->incident == incident && o->role == EXTERNAL_RELAY;

			same += like && o->asn == x->asn && str_eq(o->country, x->country);
			known_net |= like && k < i && o->asn == x->asn && str_eq(o->country, x->country);
			known_country |= like && k < i && str_eq(o->country, x->country);
		}
		countries += !known_country && x->country.len;
		if (known_net || list.len > 400)
			continue;
		buf_printf(&list, "%s%.*s", list.len ? ", " : "", (int)x->country.len, x->country.ptr);
		if (x->asn)
			buf_printf(&list, " AS%u", x->asn);
		buf_printf(&list, "%s%.*s (%u)", x->network.len ? " " : "", (int)x->network.len,
			   x->network.ptr, same);
	}
	if (placed)
		narrate_say(n, incident, PART_RELAYS, 65, TIME_NONE, NULL, "nar.relay_networks", "list",
			    arena_str(n->mem, buf_view(&list)), "count", narrate_number(n, countries), NULL);
	n->failed |= list.failed;
	buf_done(&list);
}

void narrate_beginning(struct narrator *n, uint32_t incident)
{
	static const struct external_words RELAYS = { EXTERNAL_RELAY,    PART_RELAYS,
						      RELAYS_TOLD,       75,
						      "nar.relay",       "nar.relay_named",
						      "nar.relays_more", "nar.relay_none" };

	narrate_entry(n, incident);
	narrate_externals(n, incident, &RELAYS);
	narrate_networks(n, incident);
}

/* --- what was planted ------------------------------------------------------------------------------ */

static void narrate_artefact(struct narrator *n, const struct incident_artefact *a)
{
	if (a->other_size)
		narrate_say(n, a->incident, PART_PLANTED, 90, a->from_ns, &a->refs, "nar.package", "host",
			    narrate_name(n, a->host), "object", a->path, "size", narrate_number(n, a->size),
			    "other", narrate_number(n, a->other_size), "first", narrate_time(n, a->from_ns),
			    "last", narrate_time(n, a->to_ns), NULL);
}

/* Archives and exports, all in one sentence. */
static void narrate_staged(struct narrator *n, uint32_t incident)
{
	const struct incident_artefact *first = NULL;
	uint32_t count = 0, hosts = 0, last = STORY_NOBODY;
	struct story_refs refs = { 0 };

	for (uint32_t i = 0; i < n->in->nartefacts; i++) {
		const struct incident_artefact *a = &n->in->artefacts[i];

		if (a->incident != incident || strcmp(a->kind, "staged-archive") != 0)
			continue;
		first = first ? first : a;
		count++;
		hosts += a->host != last;
		last = a->host;
		refs_add_all(&refs, a->refs.at, a->refs.n);
	}
	if (first)
		narrate_say(n, incident, PART_PLANTED, 70, TIME_NONE, &refs, "nar.staged", "count",
			    narrate_number(n, count), "hosts", narrate_number(n, hosts), "object",
			    first->path, "host", narrate_name(n, first->host), NULL);
}

/* One thing put in place on some hosts. */
struct plant {
	const struct story_clue *first;
	str object;
	uint32_t hosts;
	struct story_refs refs;
};

static str planted_object(const struct story_clue *c)
{
	str s = sentence_value(&c->sentence, "object");

	if (s.len == 0)
		s = sentence_value(&c->sentence, "image");
	return s;
}

static bool is_told_artefact(const struct narrator *n, str object)
{
	for (uint32_t i = 0; i < n->in->nartefacts; i++)
		if (n->in->artefacts[i].other_size && str_eq_ascii_nocase(n->in->artefacts[i].path, object))
			return true;
	return false;
}

/* Is it the first sight of this thing on this host? */
static bool is_fresh(map *seen, uint32_t host, str object)
{
	buf key = { 0 };
	bool fresh = false;

	buf_add(&key, &host, sizeof host);
	for (size_t i = 0; i < object.len; i++)
		buf_byte(&key, object.ptr[i] >= 'A' && object.ptr[i] <= 'Z' ? (char)(object.ptr[i] + 32)
									    : object.ptr[i]);
	if (!map_put(seen, buf_view(&key), 0, &fresh))
		fresh = false;
	buf_done(&key);
	return fresh;
}

static bool plants_something(const struct story_clue *c)
{
	return c->grade == GRADE_CONTROL &&
	       (strcmp(c->phase, "persistence") == 0 || strcmp(c->phase, "execution") == 0);
}

static uint32_t plants_find(const struct narrator *n, uint32_t incident, struct plant *p, uint32_t max)
{
	uint32_t len = 0;
	map seen;

	map_init(&seen, LIMIT_STORY_CLUES, 64u << 20);
	for (uint32_t i = 0; i < n->in->nclues; i++) {
		const struct story_clue *c = &n->in->clues[i];
		str object = planted_object(c);
		uint32_t k;

		if (c->incident != incident || object.len == 0 || !plants_something(c) ||
		    is_told_artefact(n, object))
			continue;
		for (k = 0; k < len && !str_eq_ascii_nocase(p[k].object, object); k++)
			;
		if (k == max)
			continue;
		if (k == len)
			p[len++] = (struct plant){ .first = c, .object = object };
		p[k].hosts += is_fresh(&seen, c->host, object);
		refs_add_all(&p[k].refs, c->refs.at, c->refs.n);
	}
	map_done(&seen);
	return len;
}

static int by_hosts(const void *pa, const void *pb)
{
	const struct plant *a = pa, *b = pb;

	if (a->hosts != b->hosts)
		return a->hosts > b->hosts ? -1 : 1;
	return a->first < b->first ? -1 : a->first > b->first;
}

static void narrate_plant(struct narrator *n, uint32_t incident, const struct plant *p)
{
	const struct story_clue *c = p->first;
	str hash = sentence_value(&c->sentence, "hash"), command = sentence_value(&c->sentence, "command");
	static const char *const KEYS[3][2] = { { "nar.program", "nar.program_one" },
						{ "nar.plant", "nar.plant_one" },
						{ "nar.plant_bare", "nar.plant_bare_one" } };
	const char *key = KEYS[hash.len ? 0 : command.len ? 1 : 2][p->hosts == 1];

	narrate_say(n, incident, PART_PLANTED, 80, c->ns, &p->refs, key, "object", p->object, "hosts",
		    narrate_number(n, p->hosts), "host", narrate_name(n, c->host), "time",
		    narrate_time(n, c->ns), "command", command, "hash", hash, NULL);
}

void narrate_planted(struct narrator *n, uint32_t incident)
{
	struct plant *p = calloc(GROUPS_MAX, sizeof *p);
	uint32_t len;

	for (uint32_t i = 0; i < n->in->nartefacts; i++)
		if (n->in->artefacts[i].incident == incident)
			narrate_artefact(n, &n->in->artefacts[i]);
	narrate_staged(n, incident);
	n->failed |= !p;
	if (!p)
		return;
	len = plants_find(n, incident, p, GROUPS_MAX);
	if (len)
		qsort(p, len, sizeof *p, by_hosts);
	for (uint32_t i = 0; i < len && i < PLANTS_TOLD; i++)
		narrate_plant(n, incident, &p[i]);
	if (len > PLANTS_TOLD)
		narrate_say(n, incident, PART_PLANTED, 60, TIME_NONE, NULL, "nar.plants_more", "count",
			    narrate_number(n, len - PLANTS_TOLD), NULL);
	free(p);
}

/* --- the way ---------------------------------------------------------------------------------------- */

static void narrate_step(struct narrator *n, const struct incident_edge *e, uint32_t incident)
{
	narrate_say(n, incident, PART_SPREAD, 78, e->ns, &e->refs,
		    e->account.len ? "nar.step_account" : "nar.step", "from", narrate_name(n, e->from), "to",
		    narrate_name(n, e->to), "time", narrate_time(n, e->ns), "way", narrate_way(n, e->kind),
		    "account", e->account, NULL);
}

/* Did it go on from this host? Then the chain has told of it. */
static bool is_in_chain(const struct narrator *n, uint32_t host)
{
	for (uint32_t i = 0; i < n->in->nedges; i++)
		if (n->in->edges[i].first && n->in->edges[i].from == host)
			return true;
	return false;
}

/* Hosts of a way: of one `via` word. */
static void narrate_one_way(struct narrator *n, uint32_t incident, const char *via)
{
	int64_t first = TIME_NONE, last = TIME_NONE;
	struct story_refs refs = { 0 };
	uint32_t host = STORY_NOBODY;
	uint64_t hosts = 0;
	bool unknown = !*via || strcmp(via, "unknown") == 0;

	for (uint32_t i = 0; i < n->in->nhosts; i++) {
		const struct incident_host *h = &n->in->hosts[i];

		if (h->incident != incident || strcmp(h->via, via) != 0 || h->entry)
			continue;
		hosts++;
		host = h->host;
		span_add(&first, &last, h->first_ns, h->first_ns);
		refs_add_all(&refs, h->refs.at, h->refs.n);
	}
	if (hosts > 1 || (hosts == 1 && (unknown || !is_in_chain(n, host))))
		narrate_say(n, incident, PART_SPREAD, unknown ? 60 : 72, first, &refs,
			    unknown      ? "nar.way_unknown"
			    : hosts == 1 ? "nar.way_one"
					 : "nar.way",
			    "hosts", narrate_number(n, hosts), "way", narrate_way(n, via), "first",
			    narrate_time(n, first), "last", narrate_time(n, last), "host",
			    narrate_name(n, host), NULL);
}

static void narrate_ways(struct narrator *n, uint32_t incident)
{
	const char *told[16];
	size_t len = 0;

	for (uint32_t i = 0; i < n->in->nhosts; i++) {
		const struct incident_host *h = &n->in->hosts[i];
		size_t k;

		if (h->incident != incident || h->entry)
			continue;
		for (k = 0; k < len && strcmp(told[k], h->via) != 0; k++)
			;
		if (k < len || len == COUNT(told))
			continue;
		told[len++] = h->via;
		narrate_one_way(n, incident, h->via);
	}
}

static void narrate_clients(struct narrator *n, uint32_t incident)
{
	const struct incident_host *first = NULL;
	uint32_t then[CLIENTS_LISTED + 1], len = 0;

	for (uint32_t i = 0; i < n->in->nfirst_clients; i++) {
		const struct incident_host *h = narrate_host(n, n->in->first_clients[i]);

		if (!h || h->incident != incident)
			continue;
		if (!first)
			first = h;
		else if (len < COUNT(then))
			then[len++] = h->host;
	}
	if (!first)
		return;
	narrate_say(n, incident, PART_SPREAD, 82, first->first_ns, &first->refs,
		    first->parent == STORY_NOBODY ? "nar.first_client_alone" : "nar.first_client", "host",
		    narrate_name(n, first->host), "time", narrate_time(n, first->first_ns), "way",
		    narrate_way(n, first->via), "from", narrate_name(n, first->parent), NULL);
	if (len)
		narrate_say(n, incident, PART_SPREAD, 60, TIME_NONE, NULL, "nar.next_clients", "list",
			    narrate_list(n, then, len < CLIENTS_LISTED ? len : CLIENTS_LISTED), NULL);
}

/* The chain: hosts from which it went on. */
static void narrate_chain(struct narrator *n, uint32_t incident)
{
	bool *parent = calloc(n->st->nhosts + 1, sizeof *parent);
	uint32_t told = 0;

	n->failed |= !parent;
	for (uint32_t i = 0; parent && i < n->in->nedges; i++)
		if (n->in->edges[i].first && n->in->edges[i].from < n->st->nhosts)
			parent[n->in->edges[i].from] = true;
	for (uint32_t i = 0; parent && i < n->in->nedges && told < STEPS_TOLD; i++) {
		const struct incident_edge *e = &n->in->edges[i];
		const struct incident_host *to;

		if (e->to >= n->st->nhosts || !parent[e->to] || !(to = narrate_host(n, e->to)) ||
		    to->incident != incident || to->entry || !e->first)
			continue;
		told++;
		narrate_step(n, e, incident);
	}
	free(parent);
}

void narrate_spread(struct narrator *n, uint32_t incident)
{
	narrate_chain(n, incident);
	narrate_ways(n, incident);
	narrate_clients(n, incident);
}
