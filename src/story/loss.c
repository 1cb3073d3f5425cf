/* What left. Bytes that several logs saw are counted once: of a host, a place and a day the log that saw most.
 * Behind a proxy the firewall sees only the proxy: its bytes belong to the hosts that asked the proxy for that
 * place. What a server sent to a relay is the larger of what the network and what the server's own logs
 * count. Where no log measures, the volume is not made up. */
#include <stdlib.h>

#include "story/incident_priv.h"
#include "util/limits.h"
#include "util/times.h"

enum {
	MUCH = 8 << 20,          /* bytes in a day that are worth a sentence */
	UNKNOWN_MUCH = 64 << 20, /* from nobody known: what is worth one */
	DROP_CALLS = 6, /* rows of one host's calls of a place that only takes; a call may be several rows */
};

struct flow { /* one log's view of a host, a place and a day */
	uint32_t host;
	text_id dest, observer;
	bool proxy, reply;
	bool rough; /* the log counts both directions together */
	uint64_t bytes;
	int64_t first_ns, last_ns;
	struct story_refs refs;
};

struct given { /* what a server's own log says it sent to a relay */
	uint32_t host;
	text_id ip;
	uint64_t bytes;
	int64_t first_ns, last_ns;
	struct story_refs refs;
};

struct losses {
	struct finder *f;
	bool reply;
	map keys, given_keys;
	VEC(struct flow) flow;
	VEC(struct given) given;
};

static bool is_proxy(const struct finder *f, uint32_t host)
{
	return host != STORY_NOBODY && f->b->host.at[host].role == HOST_PROXY;
}

static void flow_add(struct losses *w, uint32_t host, text_id dest, const struct fact *x)
{
	struct trace *t = &w->f->t;
	str who = x->attr[FA_OBSERVER].len ? x->attr[FA_OBSERVER] : x->attr[FA_HOST];
	uint32_t key[] = { host, dest, trace_id(t, x->attr[FA_DAY]), trace_id(t, who), w->reply };
	struct map_entry *m;
	struct flow *l;
	bool fresh;

	m = map_put(&w->keys, (str){ (const char *)key, sizeof key }, w->flow.len, &fresh);
	if (!m || (fresh && !VEC_PUSH(&w->flow, LIMIT_TRACE_ROWS))) {
		w->f->b->st->dropped++;
		return;
	}
	l = &w->flow.at[m->value];
	if (fresh)
		*l = (struct flow){ .host = host,
				    .dest = dest,
				    .observer = key[3],
				    .proxy = is_proxy(w->f, host),
				    .reply = w->reply,
				    .first_ns = TIME_NONE,
				    .last_ns = TIME_NONE };
	if (str_eq(x->attr[FA_MEASURE], STR("sent"))) {
		if (l->rough && x->bytes)
			l->bytes = 0;
		l->rough = l->rough && !x->bytes;
		l->bytes += x->bytes;
	} else if (x->attr[FA_MEASURE].len == 0 && x->bytes && (l->rough || l->bytes == 0)) {
		l->rough = true;
		l->bytes += x->bytes;
	}
	span_add(&l->first_ns, &l->last_ns, x->first_ns, x->last_ns);
	refs_add_all(&l->refs, x->refs, x->nrefs);
}

static int on_flow(void *ctx, const struct fact *x, err *e)
{
	struct losses *w = ctx;
	struct finder *f = w->f;
	bool proxied = x->attr[FA_TARGET_IP].len && asks_proxy(&f->t, x);
	str target = x->attr[FA_TARGET_IP].len && !proxied ? x->attr[FA_TARGET_IP] : x->attr[FA_TARGET_HOST];
	uint32_t host = x->attr[FA_HOST].len ? host_named(f->b, x->attr[FA_HOST])
					     : who_at(f->b, x->attr[FA_SOURCE_IP], x->first_ns);
	text_id dest =
		x->attr[FA_TARGET_IP].len && !proxied ? trace_find(&f->t, target) : trace_dest(&f->t, target);

	(void)e;
	if (!fact_is_usable(x) || !dest || is_inside(f->b, target))
		return 0;
	w->reply = str_eq(x->attr[FA_DETAIL], STR("reply"));
	if (host == STORY_NOBODY && !(w->reply && is_relay(f, dest)))
		return 0; /* replies of nobody known are those of a public address of ours */
	if (w->reply ? is_relay(f, dest)
		     : ((f->suspect[host].in && x->first_ns >= f->suspect[host].t0 - HOUR) ||
			is_proxy(f, host)))
		flow_add(w, host, dest, x);
	return 0;
}

static int flow_order(const void *pa, const void *pb)
{
	const struct flow *a = pa, *b = pb;

	if (a->reply != b->reply)
		return a->reply - b->reply;
	if (a->dest != b->dest)
		return a->dest < b->dest ? -1 : 1;
	if (a->host != b->host)
		return a->host < b->host ? -1 : 1;
	if (a->first_ns / DAY != b->first_ns / DAY)
		return a->first_ns < b->first_ns ? -1 : 1;
	if ((a->rough || !a->bytes) != (b->rough || !b->bytes))
		return (a->rough || !a->bytes) -
		       (b->rough || !b->bytes); /* what counts one direction first */
	return a->bytes > b->bytes ? -1 : a->bytes < b->bytes;
}

/* A host and a place over all days. */
struct total {
	uint64_t bytes, most;
	bool rough;
	uint32_t shared; /* hosts among which it was divided; 0: measured of this one */
	int64_t first_ns, last_ns;
	struct story_refs refs;
};

enum { LOGS_MAX = 16 };

/* The log that tells most of these flows, one that counts a direction by itself before others. */
static text_id best_log(const struct losses *w, size_t from, size_t to)
{
	struct {
		text_id log;
		uint64_t bytes;
		bool rough;
	} at[LOGS_MAX];
	uint32_t n = 0, best = 0;

	for (size_t i = from; i < to; i++) {
		const struct flow *l = &w->flow.at[i];
		uint32_t k = 0;

		while (k < n && at[k].log != l->observer)
			k++;
		if (k == LOGS_MAX)
			continue;
		if (k == n) {
			at[n].log = l->observer;
			at[n].bytes = 0;
			at[n++].rough = false;
		}
		at[k].bytes += l->bytes;
		at[k].rough |= l->rough;
	}
	for (uint32_t k = 1; k < n; k++) {
		bool finer = at[best].rough && !at[k].rough && at[k].bytes >= at[best].bytes / 2;
		bool rougher = !at[best].rough && at[k].rough && at[best].bytes >= at[k].bytes / 2;

		if (finer || (at[k].bytes > at[best].bytes && !rougher))
			best = k;
	}
	return n ? at[best].log : 0;
}

static void total_add(struct total *t, const struct flow *l)
{
	t->bytes += l->bytes;
	t->rough |= l->rough;
	if (l->bytes > t->most || t->refs.n == 0)
		t->refs = l->refs;
	t->most = l->bytes > t->most ? l->bytes : t->most;
	span_add(&t->first_ns, &t->last_ns, l->first_ns, l->last_ns);
}

/* One log's bytes, and those of others for the days about which it says nothing: several logs see the same bytes, each with
 * days of its own zone. */
static struct total total_of(const struct losses *w, size_t from, size_t to)
{
	struct total t = { .first_ns = TIME_NONE, .last_ns = TIME_NONE };
	text_id log = best_log(w, from, to);
	int64_t until = INT64_MIN / 2; /* what is counted of others ends there */

	for (size_t i = from; i < to; i++)
		if (w->flow.at[i].observer == log)
			total_add(&t, &w->flow.at[i]);
	for (size_t i = from; i < to; i++) {
		const struct flow *l = &w->flow.at[i];
		bool told = l->observer == log || l->first_ns < until;

		for (size_t k = from; k < to && !told; k++)
			told = w->flow.at[k].observer == log && l->first_ns <= w->flow.at[k].last_ns + DAY &&
			       l->last_ns >= w->flow.at[k].first_ns - DAY;
		if (told)
			continue;
		total_add(&t, l);
		until = l->last_ns + DAY;
	}
	return t;
}

/* What went to one place: by hosts that some log measures, and by proxies for everybody. */
struct place_sum {
	uint64_t known;   /* bytes of hosts that are measured themselves */
	uint32_t askers;  /* hosts that asked, and no log tells how much */
	struct total all; /* of the proxies */
};

static size_t rows_of_host(const struct losses *w, size_t i, size_t end)
{
	size_t k = i + 1;

	while (k < end && w->flow.at[k].host == w->flow.at[i].host)
		k++;
	return k;
}

static struct place_sum place_sum(const struct losses *w, size_t group, size_t group_end)
{
	struct place_sum s = { .all = { .first_ns = TIME_NONE, .last_ns = TIME_NONE } };

	for (size_t i = group, k; i < group_end; i = k) {
		struct total t;

		k = rows_of_host(w, i, group_end);
		t = total_of(w, i, k);
		if (!w->flow.at[i].proxy) {
			s.known += t.most >= MUCH ? t.bytes : 0;
			s.askers += t.most < MUCH;
			continue;
		}
		s.all.rough |= t.rough;
		s.all.bytes += t.bytes;
		s.all.most = t.most > s.all.most ? t.most : s.all.most;
		span_add(&s.all.first_ns, &s.all.last_ns, t.first_ns, t.last_ns);
		refs_add_all(&s.all.refs, t.refs.at, t.refs.n);
	}
	return s;
}

/* What the proxies sent there for nobody that is measured: its share of it. */
static void add_share(const struct place_sum *s, struct total *t)
{
	uint64_t rest = s->all.bytes > s->known + s->known / 20 ? s->all.bytes - s->known : 0;

	if (s->askers == 0 || rest < MUCH || s->all.most < MUCH)
		return;
	t->rough |= s->all.rough;
	t->bytes += rest / s->askers;
	t->most = s->all.most;
	t->shared = s->askers;
	refs_add_all(&t->refs, s->all.refs.at, s->all.refs.n);
	span_add(&t->first_ns, &t->last_ns, s->all.first_ns, s->all.last_ns);
}

static struct incident_loss *loss_add(struct finder *f, uint32_t host, text_id what, const struct total *t,
				      unsigned percent)
{
	struct incident_loss *l = VEC_PUSH(&f->loss, LIMIT_STORY_CLUES);

	if (l)
		*l = (struct incident_loss){ .host = host,
					     .incident = f->suspect[host].in ? f->suspect[host].incident : 0,
					     .what = keep(f->b, trace_text(&f->t, what)),
					     .estimate = t->bytes,
					     .low = t->bytes - t->bytes / 100 * percent,
					     .high = t->bytes + t->bytes / 100 * percent,
					     .first_ns = t->first_ns,
					     .last_ns = t->last_ns,
					     .measurable = true,
					     .shared_by = t->shared,
					     .refs = t->refs };
	return l;
}

static void tell_sent(struct finder *f, uint32_t host, text_id dest, const struct total *t, bool control)
{
	struct incident_external *x;

	clue_add(f, host, FAMILY_NETWORK, control ? GRADE_STRONG : GRADE_WEAK, "exfiltration", 84,
		 t->first_ns, &t->refs,
		 sentence_of(f->b, "inc.sent", "bytes", keep_u64(f->b, t->bytes), "dest",
			     trace_text(&f->t, dest), NULL));
	x = external_add(f, trace_text(&f->t, dest), outside_name(f, dest), EXTERNAL_EXFILTRATION,
			 f->suspect[host].incident, NULL);
	if (!x)
		return;
	x->bytes += t->bytes;
	span_add(&x->first_ns, &x->last_ns, t->first_ns, t->last_ns);
	refs_add_all(&x->refs, t->refs.at, t->refs.n);
	if (x->confidence < 0.7)
		x->confidence = 0.7;
}

/* Much that a proxy sent to a place that nobody knew before the incident, and no log tells for whom. */
static void tell_unknown(struct losses *w, const struct flow *proxy, const struct place_sum *sum)
{
	struct finder *f = w->f;
	uint32_t incident = STORY_NOBODY;
	struct incident_loss *l;

	for (uint32_t i = 0; i < f->nincidents; i++)
		if (f->begin[i] <= sum->all.first_ns && f->dest_seen[proxy->dest].first_ns >= f->begin[i])
			incident = i;
	if (incident == STORY_NOBODY || sum->all.bytes < UNKNOWN_MUCH)
		return;
	l = loss_add(f, proxy->host, proxy->dest, &sum->all, 10);
	if (l) {
		l->incident = incident;
		l->low = 0;
	}
}

/* Did others call the place, too? Where nearly all that ever did are under control, many of them make it no usual one. */
static bool is_usual(const struct losses *w, size_t group, size_t group_end)
{
	uint32_t hosts = w->f->dest_seen[w->flow.at[group].dest].hosts, mine = 0;

	for (size_t i = group; i < group_end; i = rows_of_host(w, i, group_end))
		mine += w->flow.at[i].host != STORY_NOBODY && w->f->suspect[w->flow.at[i].host].in;
	return hosts > 3 && (hosts - mine) * 4 > hosts;
}

/* Does it only take? A control server is called again and again. */
static bool is_drop(const struct finder *f, text_id dest)
{
	for (size_t i = 0; i < f->t.contact.len; i++) {
		const struct contact *c = &f->t.contact.at[i];

		if (c->dest == dest && (c->s.count > DROP_CALLS || c->s.days > 2))
			return false;
	}
	return true;
}

static void tell_drop(struct finder *f, text_id dest)
{
	struct incident_external *x = external_of(f, dest);

	if (x && x->role == EXTERNAL_C2 && is_drop(f, dest))
		x->role = EXTERNAL_EXFILTRATION;
}

/* Everything that went to one place. */
static void losses_to(struct losses *w, size_t group, size_t group_end)
{
	struct finder *f = w->f;
	const struct place_sum sum = place_sum(w, group, group_end);
	bool usual = is_usual(w, group, group_end), lost = false;

	if (sum.known == 0 && sum.askers == 0)
		tell_unknown(w, &w->flow.at[group], &sum);
	for (size_t i = group, k; i < group_end; i = k) {
		const struct flow *first = &w->flow.at[i];
		bool control = mark_of(f, MARK_DEST, first->dest) != NULL, known;
		struct total t;

		k = rows_of_host(w, i, group_end);
		if (first->proxy)
			continue;
		t = total_of(w, i, k);
		if (t.most < MUCH)
			add_share(&sum, &t);
		known = f->dest_seen[first->dest].first_ns < f->suspect[first->host].t0 - HOUR;
		if (t.most < MUCH || (!control && (known || usual)))
			continue;
		if (!loss_add(f, first->host, first->dest, &t, t.rough ? 40 : 10))
			continue;
		tell_sent(f, first->host, first->dest, &t, control);
		lost = true;
	}
	if (lost)
		tell_drop(f, w->flow.at[group].dest);
}

/* --- relays --------------------------------------------------------------------------------------- */

/* Bytes of mail that one address read: what actions say, or what the proxy in front of them says. */
static void mail_total(const struct finder *f, text_id client, uint32_t server, struct total *t)
{
	uint64_t actions = 0, front = 0;

	for (size_t i = 0; i < f->t.mail.len; i++) {
		const struct mail *m = &f->t.mail.at[i];
		str method = trace_text(&f->t, m->method);
		bool protocol = method.len == 0 || (method.ptr[0] >= 'a' && method.ptr[0] <= 'z');

		if (m->client != client || m->server != server)
			continue;
		*(protocol ? &front : &actions) += m->bytes;
		span_add(&t->first_ns, &t->last_ns, m->s.first_ns, m->s.last_ns);
		refs_add_all(&t->refs, m->s.refs.at, m->s.refs.n);
	}
	t->bytes += actions > front ? actions : front;
}

/* Large replies of web servers, as they log them themselves. */
static int on_served(void *ctx, const struct fact *x, err *e)
{
	struct losses *w = ctx;
	struct finder *f = w->f;
	uint32_t host = host_named(f->b, x->attr[FA_HOST]);
	text_id ip = trace_find(&f->t, x->attr[FA_SOURCE_IP]);
	uint32_t key[] = { host, ip };
	struct map_entry *m;
	struct given *s;
	bool fresh;

	(void)e;
	if (!fact_is_usable(x) || host == STORY_NOBODY || !is_relay(f, ip) ||
	    !str_eq(x->attr[FA_MEASURE], STR("sent")))
		return 0;
	m = map_put(&w->given_keys, (str){ (const char *)key, sizeof key }, w->given.len, &fresh);
	if (!m || (fresh && !VEC_PUSH(&w->given, LIMIT_TRACE_ROWS))) {
		f->b->st->dropped++;
		return 0;
	}
	s = &w->given.at[m->value];
	if (fresh)
		*s = (struct given){ .host = host, .ip = ip, .first_ns = TIME_NONE, .last_ns = TIME_NONE };
	s->bytes += x->bytes;
	span_add(&s->first_ns, &s->last_ns, x->first_ns, x->last_ns);
	refs_add_all(&s->refs, x->refs, x->nrefs);
	return 0;
}

/* The most that a server's own logs say it sent to a relay: as mail, or as large replies of whatever kind. */
static struct total own_total(const struct losses *w, text_id ip, uint32_t host)
{
	struct total t = { .first_ns = TIME_NONE, .last_ns = TIME_NONE };
	uint32_t key[] = { host, ip };
	struct map_entry *m = map_get(&w->given_keys, (str){ (const char *)key, sizeof key });
	const struct given *s = m && m->value < w->given.len ? &w->given.at[m->value] : NULL;

	mail_total(w->f, ip, host, &t);
	if (s && s->bytes > t.bytes + t.bytes / 20)
		t = (struct total){
			.bytes = s->bytes, .first_ns = s->first_ns, .last_ns = s->last_ns, .refs = s->refs
		};
	return t;
}

/* Rows of one host among the replies to a relay. */
static struct total replies_of(const struct losses *w, size_t from, text_id ip, uint32_t host)
{
	size_t a = from, b;

	while (a < w->flow.len && !(w->flow.at[a].dest == ip && w->flow.at[a].host == host))
		a++;
	for (b = a; b < w->flow.len && w->flow.at[b].dest == ip && w->flow.at[b].host == host; b++)
		;
	return total_of(w, a, b);
}

static void tell_fetched_out(struct finder *f, struct incident_external *x, uint32_t host, text_id ip,
			     const struct total *t)
{
	loss_add(f, host, ip, t, 15);
	x->bytes += t->bytes;
	clue_add(f, host, FAMILY_NETWORK, GRADE_NOTE, "exfiltration", 83, t->first_ns, &t->refs,
		 sentence_of(f->b, "inc.fetched_out", "bytes", keep_u64(f->b, t->bytes), "ip", x->ip, NULL));
}

/* The server that a relay asked most. */
static uint32_t server_asked(const struct finder *f, text_id ip)
{
	uint32_t best = STORY_NOBODY;
	uint64_t most = 0;

	for (size_t i = 0; i < f->t.request.len; i++) {
		const struct request *r = &f->t.request.at[i];

		if (r->client == ip && f->suspect[r->server].in && r->s.count > most) {
			most = r->s.count;
			best = r->server;
		}
	}
	return best;
}

static void relay_losses(struct losses *w, size_t from)
{
	struct finder *f = w->f;

	for (size_t x = 0; x < f->external.len; x++) {
		text_id ip = trace_find(&f->t, f->external.at[x].ip);
		uint32_t server;
		uint64_t told = 0;
		struct total rest;

		if (f->external.at[x].role != EXTERNAL_RELAY)
			continue;
		for (uint32_t h = 0; h < f->b->host.len; h++) {
			struct total own, net;

			if (!f->server[h] && !f->suspect[h].in)
				continue;
			net = replies_of(w, from, ip, h);
			own = own_total(w, ip, h);
			if (net.bytes > own.bytes + own.bytes / 20)
				own = net;
			if (own.bytes < MUCH)
				continue;
			tell_fetched_out(f, &f->external.at[x], h, ip, &own);
			told += own.bytes;
		}
		/* what a public address sent that stands for several servers, less what these told themselves */
		rest = replies_of(w, from, ip, STORY_NOBODY);
		server = server_asked(f, ip);
		if (server == STORY_NOBODY || rest.bytes < told + told / 20 + MUCH)
			continue;
		rest.bytes -= told;
		tell_fetched_out(f, &f->external.at[x], server, ip, &rest);
	}
}

void loss_find(struct finder *f)
{
	static const enum fact_kind KINDS[] = { FACT_CONNECTION, FACT_PROXY_REQUEST, FACT_TRANSFER };
	struct losses w = { .f = f };
	size_t replies = 0;

	map_init(&w.keys, LIMIT_TRACE_ROWS, LIMIT_TRACE_TEXT_BYTES);
	map_init(&w.given_keys, LIMIT_TRACE_ROWS, LIMIT_TRACE_TEXT_BYTES);
	if (f->nincidents)
		f->b->rc = trace_each_fact(&f->t, FACT_ARTEFACT_SERVED, on_served, &w);
	for (size_t i = 0; i < COUNT(KINDS) && f->b->rc == 0 && f->nincidents; i++)
		f->b->rc = trace_each_fact(&f->t, KINDS[i], on_flow, &w);
	if (w.flow.len)
		qsort(w.flow.at, w.flow.len, sizeof *w.flow.at, flow_order);
	while (replies < w.flow.len && !w.flow.at[replies].reply)
		replies++;
	for (size_t i = 0, k; i < replies; i = k) {
		for (k = i + 1; k < replies && w.flow.at[k].dest == w.flow.at[i].dest; k++)
			;
		losses_to(&w, i, k);
	}
	relay_losses(&w, replies);
	map_done(&w.keys);
	map_done(&w.given_keys);
	VEC_DONE(&w.flow);
	VEC_DONE(&w.given);
}
