/* What to ask for next: evidence that is not there, ranked by how many open questions it would settle. An
 * open question is a host that is exposed or cannot be judged, an address that belongs to nobody, a log
 * that was cleared or is missing on a host of the incident, a beginning that was not seen. */
#include <stdlib.h>

#include "story/narrate_priv.h"
#include "util/limits.h"
#include "util/map.h"
#include "util/times.h"
#include "util/vec.h"

enum { ASKS_TOLD = 10, ASKS_MAX = 4096, LISTED = 9 };

struct ask {
	const char *key;
	uint64_t settles;
	str host, what, list, ip;
	struct story_refs refs;
};

struct asks {
	struct narrator *n;
	VEC(struct ask) ask;
	int64_t first, last; /* of all incidents; of all logs without one */
};

static struct ask *ask_for(struct asks *a, const char *key, uint64_t settles)
{
	struct ask *x = settles ? VEC_PUSH(&a->ask, ASKS_MAX) : NULL;

	if (x) {
		x->key = key;
		x->settles = settles;
	}
	return x;
}

static bool is_open(const struct incident_host *h)
{
	return h->class == CLASS_EXPOSED || h->class == CLASS_UNKNOWN;
}

static uint64_t open_hosts(const struct narrator *n)
{
	return (uint64_t)n->in->by_class[CLASS_EXPOSED] + n->in->by_class[CLASS_UNKNOWN];
}

/* --- hosts ------------------------------------------------------------------------------------------- */

static void ask_hosts(struct asks *a)
{
	struct narrator *n = a->n;
	uint32_t list[LISTED];
	uint64_t len = 0;
	struct ask *x;

	/* exposed ones are first in the order of suspicion */
	for (uint32_t i = 0; i < n->in->nhosts; i++)
		if (is_open(&n->in->hosts[i])) {
			if (len < LISTED)
				list[len] = n->in->hosts[i].host;
			len++;
		}
	x = ask_for(a, "nar.ask_hosts", len);
	if (x)
		x->list = narrate_list(n, list, len < LISTED ? (uint32_t)len : LISTED);
}

/* Does any log of the outside connections cover the time? */
static bool sees_outside(const struct asks *a)
{
	static const char *const NAMES[] = { "proxy", "firewall", "sensor", "flows" };
	const struct story_matrix *m = &a->n->st->matrix;

	for (uint32_t i = 0; i < m->ncells; i++) {
		const struct matrix_cell *c = &m->cells[i];
		const char *name = source_name(c->source);

		if (c->missing || !name || c->first_ns == TIME_NONE)
			continue;
		if (a->n->in->nincidents &&
		    (c->first_ns > a->first + 2 * DAY || c->last_ns < a->last - 2 * DAY))
			continue;
		for (size_t k = 0; k < COUNT(NAMES); k++)
			if (strcmp(name, NAMES[k]) == 0)
				return true;
	}
	return false;
}

static void ask_network(struct asks *a)
{
	struct narrator *n = a->n;
	const struct incident_external *c2 = NULL;
	struct ask *x;

	for (uint32_t i = 0; i < n->in->nexternal && !c2; i++)
		if (n->in->external[i].role == EXTERNAL_C2)
			c2 = &n->in->external[i];
	if (a->first == TIME_NONE || sees_outside(a))
		return;
	x = ask_for(a, c2 ? "nar.ask_network_to" : "nar.ask_network", open_hosts(n));
	if (x && c2) {
		x->ip = c2->ip;
		x->refs = c2->refs;
	}
}

/* Inside addresses from which hosts were reached, and nobody knows whose they were. */
static void ask_addresses(struct asks *a)
{
	struct narrator *n = a->n;
	struct story_refs refs = { 0 };
	struct ask *x;
	map seen;

	if (!n->st->identity)
		return;
	map_init(&seen, LIMIT_STORY_ADDRESSES, 16u << 20);
	for (uint32_t i = 0; i < n->st->nedges; i++) {
		const struct story_edge *e = &n->st->edges[i];
		bool fresh = false;

		if (e->from != STORY_NOBODY || e->from_ip.len == 0 || address_is_local(e->from_ip) ||
		    !identity_is_internal(n->st->identity, e->from_ip) ||
		    (a->first != TIME_NONE && (e->last_ns < a->first - DAY || e->first_ns > a->last + DAY)))
			continue;
		if (map_put(&seen, e->from_ip, 0, &fresh) && fresh)
			refs_add_all(&refs, e->refs.at, e->refs.n);
	}
	x = ask_for(a, "nar.ask_addresses", seen.len);
	if (x)
		x->refs = refs;
	map_done(&seen);
}

/* --- logs of hosts of the incident ------------------------------------------------------------------------ */

/* Hosts that were reached from this one, and it itself: what its log may tell of. */
static uint64_t hangs_on(const struct narrator *n, uint32_t host)
{
	uint64_t hosts = 1;

	for (uint32_t i = 0; i < n->in->nhosts; i++)
		hosts += n->in->hosts[i].parent == host;
	return hosts;
}

static str joined(struct narrator *n, str list, str more)
{
	enum { LIST_MAX = 300 };
	str s;

	if (list.len == 0 || list.len + more.len > LIST_MAX)
		return list.len ? list : more;
	s = arena_printf(n->mem, "%.*s, %.*s", STR_ARG(list), STR_ARG(more));
	n->failed |= s.ptr == NULL;
	return s.ptr ? s : list;
}

/* One source of several hosts is one request; several logs of one host that were cleared, too. */
static void ask_log(struct asks *a, const struct story_blind *x)
{
	struct narrator *n = a->n;
	bool copy = x->kind == BLIND_CLEARED;
	const char *key = copy ? "nar.ask_copy" : "nar.ask_log";
	str host = narrate_name(n, x->host), what = sentence_value(&x->sentence, copy ? "object" : "kind");
	struct ask *k = NULL;

	for (size_t i = 0; i < a->ask.len && !k; i++)
		if (strcmp(a->ask.at[i].key, key) == 0 &&
		    (copy ? str_eq(a->ask.at[i].host, host) : str_eq(a->ask.at[i].what, what)))
			k = &a->ask.at[i];
	if (k && copy) {
		k->what = joined(n, k->what, what);
	} else if (k) {
		k->host = joined(n, k->host, host);
		k->settles += hangs_on(n, x->host);
	} else if ((k = ask_for(a, key, hangs_on(n, x->host))) != NULL) {
		k->host = host;
		k->what = what;
	}
	if (k)
		refs_add_all(&k->refs, x->refs.at, x->refs.n);
}

static void ask_logs(struct asks *a)
{
	for (uint32_t i = 0; i < a->n->st->nblind; i++) {
		const struct story_blind *x = &a->n->st->blind[i];
		const struct incident_host *h = x->host == STORY_NOBODY ? NULL : narrate_host(a->n, x->host);

		if (h && h->class <= CLASS_LIKELY && (x->kind == BLIND_CHANNEL || x->kind == BLIND_CLEARED))
			ask_log(a, x);
	}
}

/* Incidents whose beginning no log tells. */
static void ask_beginnings(struct asks *a)
{
	struct narrator *n = a->n;

	for (uint32_t i = 0; i < n->in->nincidents; i++) {
		int64_t first, last;
		bool known = false;
		struct ask *x;

		for (uint32_t k = 0; k < n->in->nentries; k++)
			known |= n->in->entries[k].incident == i;
		if (known)
			continue;
		narrate_span(n, i, &first, &last);
		x = ask_for(a, "nar.ask_beginning", 1);
		if (x)
			x->what = narrate_time(n, first);
	}
}

/* --- all ------------------------------------------------------------------------------------------------ */

static int ask_order(const void *pa, const void *pb)
{
	const struct ask *a = pa, *b = pb;
	int c;

	if (a->settles != b->settles)
		return a->settles > b->settles ? -1 : 1;
	c = strcmp(a->key, b->key);
	if (c == 0)
		c = str_cmp(a->host, b->host);
	return c ? c : str_cmp(a->what, b->what);
}

static void window_of(struct asks *a)
{
	int64_t first, last;

	a->first = a->last = TIME_NONE;
	for (uint32_t i = 0; i < a->n->in->nincidents; i++) {
		narrate_span(a->n, i, &first, &last);
		span_add(&a->first, &a->last, first, last);
	}
	if (a->first == TIME_NONE)
		a->first = a->n->st->first_ns;
	if (a->last == TIME_NONE)
		a->last = a->n->st->last_ns;
}

void narrate_next(struct narrator *n)
{
	struct asks a = { .n = n };

	window_of(&a);
	ask_hosts(&a);
	ask_network(&a);
	ask_addresses(&a);
	ask_logs(&a);
	ask_beginnings(&a);
	if (a.ask.len)
		qsort(a.ask.at, a.ask.len, sizeof *a.ask.at, ask_order);
	for (size_t i = 0; i < a.ask.len && i < ASKS_TOLD; i++) {
		const struct ask *x = &a.ask.at[i];

		narrate_say(n, STORY_NOBODY, PART_NEXT, 64, TIME_NONE, &x->refs, x->key, "count",
			    narrate_number(n, x->settles), "first", narrate_time(n, a.first), "last",
			    narrate_time(n, a.last), "host", x->host, "object", x->what, "list", x->list,
			    "ip", x->ip, NULL);
	}
	VEC_DONE(&a.ask);
}
