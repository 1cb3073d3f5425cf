#include "story/incident_priv.h"

#include <stdlib.h>

#include "util/limits.h"
#include "util/times.h"

/* --- what the steps share ----------------------------------------------------------------------- */

str host_text(const struct finder *f, uint32_t host)
{
	return host == STORY_NOBODY ? STR("") : f->b->host.at[host].name;
}

struct story_clue *clue_add(struct finder *f, uint32_t host, enum clue_family family, enum clue_grade grade,
			    const char *phase, uint8_t weight, int64_t ns, const struct story_refs *refs,
			    struct story_sentence sentence)
{
	struct story_clue *c;
	struct map_entry *m;
	buf key = { 0 };
	bool fresh;

	if (host == STORY_NOBODY || ns == TIME_NONE)
		return NULL;
	buf_add(&key, &host, sizeof host);
	buf_z(&key, sentence.key);
	for (uint32_t i = 0; i < sentence.nargs; i++) {
		buf_byte(&key, 0);
		buf_str(&key, sentence.values[i]);
	}
	buf_byte(&key, (char)family);
	m = map_put(&f->clue_keys, buf_view(&key), f->clue.len, &fresh);
	buf_done(&key);
	if (!m || (fresh && !VEC_PUSH(&f->clue, LIMIT_STORY_CLUES))) {
		f->b->st->dropped++;
		return NULL;
	}
	c = &f->clue.at[m->value];
	if (fresh)
		*c = (struct story_clue){ .host = host,
					  .from = STORY_NOBODY,
					  .incident = f->suspect[host].incident,
					  .family = family,
					  .phase = phase,
					  .ns = ns,
					  .sentence = sentence };
	for (uint32_t i = 0; fresh && i < sentence.nargs; i++)
		if (!wording_has(sentence.values[i]))
			c->sentence.values[i] = keep(f->b, sentence.values[i]);
	if (ns < c->ns)
		c->ns = ns;
	if (grade > c->grade)
		c->grade = grade;
	if (weight > c->weight)
		c->weight = weight;
	if (refs)
		refs_add_all(&c->refs, refs->at, refs->n);
	return c;
}

void clue_from(struct story_clue *c, uint32_t from)
{
	if (c && c->from == STORY_NOBODY)
		c->from = from;
}

uint32_t incident_new(struct finder *f, int64_t begin)
{
	uint32_t n = f->nincidents;

	if (n == INCIDENTS_MAX)
		return n - 1;
	f->begin[n] = begin;
	return f->nincidents++;
}

void suspect_in(struct finder *f, uint32_t host, int64_t ns, uint32_t parent, const char *via,
		uint32_t incident)
{
	struct suspect *s;

	if (host == STORY_NOBODY || f->barred[host])
		return;
	s = &f->suspect[host];
	if (s->in && ns >= s->t0)
		return;
	if (!s->in)
		s->incident = incident;
	s->in = true;
	s->t0 = ns;
	s->parent = parent == host ? STORY_NOBODY : parent;
	s->via = via;
	s->queued = true;
	f->changed = true;
}

static void mark_key(char key[8], enum mark_kind kind, text_id id)
{
	uint32_t parts[2] = { (uint32_t)kind, id };

	memcpy(key, parts, sizeof parts);
}

void mark_add(struct finder *f, enum mark_kind kind, text_id id, int64_t since, uint32_t incident, bool sure)
{
	struct map_entry *m;
	struct mark *n;
	char key[8];
	bool fresh;

	if (id == 0)
		return;
	mark_key(key, kind, id);
	m = map_put(&f->mark_keys, (str){ key, sizeof key }, f->mark.len, &fresh);
	if (!m || (fresh && !VEC_PUSH(&f->mark, LIMIT_STORY_CLUES)))
		return;
	n = &f->mark.at[m->value];
	if (fresh)
		*n = (struct mark){ kind, id, incident, since, sure };
	f->changed |= fresh || (sure && !n->sure);
	n->sure |= sure;
	if (since < n->since)
		n->since = since;
}

const struct mark *mark_of(const struct finder *f, enum mark_kind kind, text_id id)
{
	struct map_entry *m;
	char key[8];

	if (id == 0)
		return NULL;
	mark_key(key, kind, id);
	m = map_get(&f->mark_keys, (str){ key, sizeof key });
	return m ? &f->mark.at[m->value] : NULL;
}

void edge_told(struct finder *f, uint32_t from, uint32_t to, const char *kind, str account, int64_t ns,
	       const struct story_refs *refs, uint32_t incident)
{
	struct incident_edge *e;
	struct map_entry *m;
	buf key = { 0 };
	bool fresh;

	if (from == STORY_NOBODY || to == STORY_NOBODY || from == to)
		return;
	buf_add(&key, &from, sizeof from);
	buf_add(&key, &to, sizeof to);
	m = map_put(&f->edge_keys, buf_view(&key), f->edge.len, &fresh);
	buf_done(&key);
	if (!m || (fresh && !VEC_PUSH(&f->edge, LIMIT_STORY_EDGES))) {
		f->b->st->dropped++;
		return;
	}
	e = &f->edge.at[m->value];
	if (fresh || ns < e->ns) {
		struct story_refs had = e->refs;

		*e = (struct incident_edge){ .from = from,
					     .to = to,
					     .incident = incident,
					     .kind = kind,
					     .account = keep(f->b, account),
					     .ns = ns,
					     .refs = had };
	}
	if (refs)
		refs_add_all(&e->refs, refs->at, refs->n);
}

struct incident_external *external_add(struct finder *f, str ip, str name, enum external_role role,
				       uint32_t incident, const struct span *s)
{
	struct incident_external *x;
	struct map_entry *m;
	bool fresh;

	if (ip.len == 0)
		return NULL;
	m = map_put(&f->external_keys, ip, f->external.len, &fresh);
	if (!m || (fresh && !VEC_PUSH(&f->external, LIMIT_STORY_ADDRESSES))) {
		f->b->st->dropped++;
		return NULL;
	}
	x = &f->external.at[m->value];
	if (fresh)
		*x = (struct incident_external){ .ip = keep(f->b, ip),
						 .role = role,
						 .incident = incident,
						 .cluster = incident,
						 .first_ns = TIME_NONE,
						 .last_ns = TIME_NONE };
	if (x->name.len == 0)
		x->name = keep(f->b, name);
	if (s) {
		span_add(&x->first_ns, &x->last_ns, s->first_ns, s->last_ns);
		refs_add_all(&x->refs, s->refs.at, s->refs.n);
	}
	return x;
}

bool is_outside(const struct finder *f, text_id ip)
{
	str s = trace_text(&f->t, ip);

	return s.len && !is_inside(f->b, s);
}

/* A host that serves others, by what it logs or is; else a desk. */
bool is_server(const struct finder *f, uint32_t host)
{
	return host != STORY_NOBODY && f->server[host];
}

/* --- what the whole organisation has seen ------------------------------------------------------- */

static void seen_on(struct seen *at, text_id id, uint32_t host, int64_t ns)
{
	struct seen *s = &at[id];

	if (id == 0)
		return;
	if (s->hosts == 0 || ns < s->first_ns)
		s->first_ns = ns;
	if (s->hosts == 0 || s->last_host != host)
		s->hosts++; /* close enough: rows of one host lie together only partly */
	s->last_host = host;
}

bool speaks_for_others(const struct finder *f, uint32_t host)
{
	return host != STORY_NOBODY &&
	       (f->b->host.at[host].role == HOST_PROXY || f->b->host.at[host].role == HOST_FIREWALL);
}

static bool seen_all(struct finder *f)
{
	const struct trace *t = &f->t;
	size_t n = t->texts.len + 1;
	arena *mem = &f->b->st->arrays;

	f->dest_seen = arena_array(mem, n, sizeof *f->dest_seen);
	f->image_seen = arena_array(mem, n, sizeof *f->image_seen);
	f->object_seen = arena_array(mem, n, sizeof *f->object_seen);
	f->path_seen = arena_array(mem, n, sizeof *f->path_seen);
	f->hash_seen = arena_array(mem, n, sizeof *f->hash_seen);
	if (!f->path_seen || !f->dest_seen || !f->image_seen || !f->object_seen || !f->hash_seen)
		return false;
	for (size_t i = 0; i < t->contact.len; i++)
		if (!speaks_for_others(f, t->contact.at[i].host))
			seen_on(f->dest_seen, t->contact.at[i].dest, t->contact.at[i].host,
				t->contact.at[i].s.first_ns);
	for (size_t i = 0; i < t->contact.len; i++) {
		const struct contact *c = &t->contact.at[i];
		struct seen *s = &f->dest_seen[c->dest];

		if (!speaks_for_others(f, c->host))
			continue;
		if (s->hosts == 0)
			seen_on(f->dest_seen, c->dest, c->host, c->s.first_ns);
		else if (c->s.first_ns < s->first_ns)
			s->first_ns = c->s.first_ns;
	}
	for (size_t i = 0; i < t->request.len; i++)
		seen_on(f->path_seen, t->request.at[i].path, t->request.at[i].client,
			t->request.at[i].s.first_ns);
	for (size_t i = 0; i < t->program.len; i++) {
		const struct program *p = &t->program.at[i];

		seen_on(f->image_seen, p->image, p->host, p->s.first_ns);
		seen_on(f->hash_seen, p->hash, p->host, p->s.first_ns);
	}
	for (size_t i = 0; i < t->install.len; i++) {
		seen_on(f->object_seen, t->install.at[i].object, t->install.at[i].host,
			t->install.at[i].s.first_ns);
		seen_on(f->image_seen, t->install.at[i].image, t->install.at[i].host,
			t->install.at[i].s.first_ns);
	}
	return true;
}

/* Who serves: logs of a server's kind, or many who came to it. */
static void servers_find(struct finder *f)
{
	const struct trace *t = &f->t;

	for (size_t i = 0; i < t->request.len; i++)
		f->server[t->request.at[i].server] = true;
	for (size_t i = 0; i < t->served.len; i++)
		f->server[t->served.at[i].server] = true;
	for (size_t i = 0; i < t->mail.len; i++)
		if (t->mail.at[i].server != STORY_NOBODY)
			f->server[t->mail.at[i].server] = true;
	for (uint32_t h = 0; h < f->b->host.len; h++)
		f->server[h] |= host_is_server(f->b, h);
}

/* --- all of it ------------------------------------------------------------------------------------ */

static int clue_order(const void *pa, const void *pb)
{
	const struct story_clue *a = pa, *b = pb;
	int c;

	if (a->ns != b->ns)
		return a->ns < b->ns ? -1 : 1;
	if (a->host != b->host)
		return a->host < b->host ? -1 : 1;
	if (a->weight != b->weight)
		return a->weight > b->weight ? -1 : 1;
	c = strcmp(a->sentence.key, b->sentence.key);
	for (uint32_t i = 0; c == 0 && i < a->sentence.nargs && i < b->sentence.nargs; i++)
		c = str_cmp(a->sentence.values[i], b->sentence.values[i]);
	return c;
}

static int told_edge_order(const void *pa, const void *pb)
{
	const struct incident_edge *a = pa, *b = pb;

	if (a->ns != b->ns)
		return a->ns < b->ns ? -1 : 1;
	if (a->from != b->from)
		return a->from < b->from ? -1 : 1;
	return (a->to > b->to) - (a->to < b->to);
}

/* Pages, packages, archives, programs; each by host. */
static int artefact_order(const void *pa, const void *pb)
{
	const struct incident_artefact *a = pa, *b = pb;
	int kind = strcmp(b->kind, a->kind);

	if (a->incident != b->incident)
		return a->incident < b->incident ? -1 : 1;
	if (kind)
		return kind;
	if (a->host != b->host)
		return a->host < b->host ? -1 : 1;
	return str_cmp(a->path, b->path);
}

static int entry_order(const void *pa, const void *pb)
{
	const struct incident_entry *a = pa, *b = pb;

	if (a->incident != b->incident)
		return a->incident < b->incident ? -1 : 1;
	if (a->score != b->score)
		return a->score > b->score ? -1 : 1;
	return (a->ns > b->ns) - (a->ns < b->ns);
}

#define SORTED(vec, order)                                                                                   \
	do {                                                                                                 \
		if ((vec)->len)                                                                              \
			qsort((vec)->at, (vec)->len, sizeof *(vec)->at, (order));                            \
	} while (0)

/* A clue belongs to the incident of its host, else of who came to it, else to none. */
static void clues_number(struct finder *f)
{
	for (size_t i = 0; i < f->clue.len; i++) {
		struct story_clue *c = &f->clue.at[i];
		uint32_t of = f->suspect[c->host].in ? c->host : c->from;

		c->incident = of != STORY_NOBODY && f->suspect[of].in ? f->suspect[of].incident
			      : f->nincidents == 1                    ? 0
								      : STORY_NOBODY;
	}
}

/* What speaks for an entry: the first clues of its host from then on. */
static void entries_refs(struct finder *f)
{
	for (size_t i = 0; i < f->entry.len; i++) {
		struct incident_entry *e = &f->entry.at[i];

		for (size_t k = 0; k < f->clue.len && e->refs.n < STORY_REFS; k++) {
			const struct story_clue *c = &f->clue.at[k];

			if (c->host == e->host && c->grade >= GRADE_STRONG && c->ns >= e->ns - 60 * NS_PER_S)
				refs_add_all(&e->refs, c->refs.at, c->refs.n);
		}
	}
}

static void finish(struct finder *f, struct incident *out)
{
	clues_number(f);
	SORTED(&f->clue, clue_order);
	SORTED(&f->edge, told_edge_order);
	SORTED(&f->entry, entry_order);
	SORTED(&f->artefact, artefact_order);
	entries_refs(f);
	chronicle_write(f, out);
	out->nincidents = f->nincidents;
	out->entries = SETTLE(f->b, &f->entry);
	out->nentries = (uint32_t)f->entry.len;
	out->hosts = SETTLE(f->b, &f->host);
	out->nhosts = (uint32_t)f->host.len;
	out->edges = SETTLE(f->b, &f->edge);
	out->nedges = (uint32_t)f->edge.len;
	out->external = SETTLE(f->b, &f->external);
	out->nexternal = (uint32_t)f->external.len;
	out->artefacts = SETTLE(f->b, &f->artefact);
	out->nartefacts = (uint32_t)f->artefact.len;
	out->losses = SETTLE(f->b, &f->loss);
	out->nlosses = (uint32_t)f->loss.len;
	out->clues = SETTLE(f->b, &f->clue);
	out->nclues = (uint32_t)f->clue.len;
}

static void finder_done(struct finder *f)
{
	trace_done(&f->t);
	map_done(&f->clue_keys);
	map_done(&f->mark_keys);
	map_done(&f->edge_keys);
	map_done(&f->external_keys);
	VEC_DONE(&f->clue);
	VEC_DONE(&f->mark);
	VEC_DONE(&f->entry);
	VEC_DONE(&f->edge);
	VEC_DONE(&f->external);
	VEC_DONE(&f->artefact);
	VEC_DONE(&f->loss);
	VEC_DONE(&f->host);
	VEC_DONE(&f->rejected);
}

/* The steps, in their order. */
static void steps(struct finder *f)
{
	servers_find(f);
	entry_find(f);
	spread_follow(f);
	tamper_find(f);
	spread_follow(f);
	if (uses(f, SIGNAL_FOOTHOLDS))
		footholds_find(f);
	spread_follow(f);
	if (uses(f, SIGNAL_INNER_CALLS))
		hops_find(f);
	relay_find(f);
	if (uses(f, SIGNAL_TUNNELS))
		tunnels_find(f);
	loss_find(f);
	places_fill(f);
	aftermath_tell(f);
	reading_tell(f);
	decided_reject(f);
	verdict_reach(f);
}

static bool finder_begin(struct finder *f)
{
	struct builder *b = f->b;
	size_t n = b->host.len + 1;
	arena *a = &b->st->arrays;

	map_init(&f->clue_keys, LIMIT_STORY_CLUES, 256u << 20);
	map_init(&f->mark_keys, LIMIT_STORY_CLUES, 16u << 20);
	map_init(&f->edge_keys, LIMIT_STORY_EDGES, 16u << 20);
	map_init(&f->external_keys, LIMIT_STORY_ADDRESSES, 16u << 20);
	f->suspect = arena_array(a, n, sizeof *f->suspect);
	f->server = arena_array(a, n, sizeof *f->server);
	f->decided = arena_array(a, n, sizeof *f->decided);
	f->touched = arena_array(a, n, sizeof *f->touched);
	trace_collect(b, &f->t);
	if (!f->suspect || !f->server || !f->decided || !f->touched || !f->barred || !seen_all(f))
		b->failed = true;
	if (b->rc < 0 || b->failed)
		return false;
	for (uint32_t h = 0; h < b->host.len; h++)
		f->suspect[h] = (struct suspect){ .t0 = TIME_NONE, .parent = STORY_NOBODY };
	decided_begin(f);
	return true;
}

typedef VEC(struct incident_rejected) rejected_list;

static void rejected_join(rejected_list *all, const struct finder *f)
{
	size_t before = all->len;

	for (size_t i = 0; i < f->rejected.len; i++) {
		bool there = false;

		for (size_t k = 0; k < before && !there; k++)
			there = strcmp(all->at[k].id, f->rejected.at[i].id) == 0;
		if (!there && VEC_PUSH(all, LIMIT_DECISIONS))
			all->at[all->len - 1] = f->rejected.at[i];
	}
}

enum {
	ROUNDS = 8
}; /* each takes out hosts that had no ground but what was rejected, and then who depended on them */

void incident_build(struct builder *b, struct incident *out)
{
	bool *barred = arena_array(&b->st->arrays, b->host.len + 1, sizeof *barred), again = true;
	rejected_list rejected = {
		0
	}; /* of all rounds: what is not looked for any more was rejected all the same */

	for (int round = 0; again && round < ROUNDS; round++) {
		struct finder f = { .b = b, .barred = barred };

		again = false;
		if (finder_begin(&f)) {
			steps(&f);
			rejected_join(&rejected, &f);
			again = decided_bar(&f) && round + 1 < ROUNDS;
			if (!again) {
				left_list(&f);
				finish(&f, out);
				out->rejected = SETTLE(b, &rejected);
				out->nrejected = (uint32_t)rejected.len;
			}
		}
		finder_done(&f);
	}
	VEC_DONE(&rejected);
}

/* --- names ------------------------------------------------------------------------------------------ */

const char *host_class_name(enum host_class c)
{
	static const char *const NAMES[CLASSES] = { "confirmed", "likely", "exposed", "cleared", "unknown" };

	return (unsigned)c < CLASSES ? NAMES[c] : NULL;
}

const char *clue_family_name(enum clue_family x)
{
	static const char *const NAMES[FAMILIES] = { "endpoint", "delivery", "network",
						     "logon",    "alert",    "service" };

	return (unsigned)x < FAMILIES ? NAMES[x] : NULL;
}

const char *clue_grade_name(enum clue_grade g)
{
	static const char *const NAMES[GRADES] = { "note", "blocked", "weak", "strong", "control" };

	return (unsigned)g < GRADES ? NAMES[g] : NULL;
}

const char *external_role_name(enum external_role r)
{
	static const char *const NAMES[EXTERNAL_ROLES] = { "relay", "c2", "exfiltration" };

	return (unsigned)r < EXTERNAL_ROLES ? NAMES[r] : NULL;
}
