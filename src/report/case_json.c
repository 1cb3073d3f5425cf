/* case.json: everything that the case holds, one element per line. docs/case.schema.json describes it. */
#include "facts/facts.h"
#include "util/limits.h"
#include "report/case_json.h"
#include "report/choice.h"
#include "report/incident_json.h"
#include "report/out.h"
#include "report/report_priv.h"
#include "store/decisions.h"
#include "story/incident.h"
#include "util/json.h"
#include "util/times.h"

struct writer {
	struct out o;
	const struct story *st;
	bool first; /* in the current array */
	enum json_form form;
	struct choice choice; /* of the current array: what a page has room for */
};

static void element(struct writer *w)
{
	buf_z(&w->o.b, w->first ? "\n" : ",\n");
	w->first = false;
	out_some(&w->o);
}

static void array_begin(struct writer *w, const char *key)
{
	buf_z(&w->o.b, ",\n\"");
	buf_z(&w->o.b, key);
	buf_z(&w->o.b, "\":[");
	w->first = true;
}

static void array_end(struct writer *w)
{
	buf_z(&w->o.b, w->first ? "]" : "\n]");
}

static void put_ref(struct writer *w, const struct event_ref *r)
{
	char text[REF_TEXT_MAX];

	json_sep(&w->o.b);
	json_str(&w->o.b, (str){ text, story_ref_text(w->st, r, text) });
}

static void put_refs(struct writer *w, const struct event_ref *refs, uint32_t n)
{
	json_key(&w->o.b, "refs");
	buf_byte(&w->o.b, '[');
	for (uint32_t i = 0; i < n; i++)
		put_ref(w, &refs[i]);
	buf_byte(&w->o.b, ']');
}

static void put_host(buf *b, const struct writer *w, const char *key, uint32_t host)
{
	json_key(b, key);
	if (host == STORY_NOBODY)
		buf_z(b, "null");
	else
		json_str(b, story_host_name(w->st, host));
}

static void put_some(buf *b, const char *key, str s)
{
	if (s.len)
		json_member_str(b, key, s);
}

static void put_sentence(struct writer *w, const struct story_sentence *s)
{
	buf *b = &w->o.b;

	json_member_str(b, "key", str_of(s->key));
	sentence_json(b, s, w->form);
	if (w->form == JSON_PAGE)
		return;
	json_key(b, "values");
	buf_byte(b, '{');
	for (uint32_t i = 0; i < s->nargs; i++)
		json_member_str(b, s->names[i], s->values[i]);
	buf_byte(b, '}');
}

static void put_levels(buf *b, const char *key, const uint64_t n[LEVEL_CRITICAL + 1])
{
	json_key(b, key);
	buf_byte(b, '{');
	for (int l = 0; l <= LEVEL_CRITICAL; l++)
		json_member_u64(b, report_level_name((enum finding_level)l), n[l]);
	buf_byte(b, '}');
}

static void put_head(struct writer *w)
{
	const struct story *st = w->st;
	buf *b = &w->o.b;

	buf_z(b, "{\"schema\":\"spoor-case/1\",\n\"run\":{");
	json_member_str(b, "version", st->run.version);
	json_member_str(b, "command", st->run.command);
	json_member_str(b, "rules_sha256", st->run.rules_sha256);
	put_some(b, "rules_name", st->run.rules_name);
	put_some(b, "values_sha256", st->run.values_sha256);
	put_some(b, "profile", st->run.profile);
	json_member_u64(b, "rules_ok", st->run.rules_ok);
	json_member_u64(b, "rules_rejected", st->run.rules_rejected);
	json_member_u64(b, "events", st->run.events);
	json_member_u64(b, "bytes", st->run.bytes);
	json_member_bool(b, "finished", st->run.finished);
	buf_z(b, "},\n\"totals\":{");
	json_member_u64(b, "items", st->nitems);
	json_member_u64(b, "events", st->events);
	json_member_u64(b, "facts", st->facts);
	json_member_u64(b, "hosts", st->nhosts);
	json_member_u64(b, "hosts_with_logs", st->nhosts_with_logs);
	json_member_time(b, "first", st->first_ns);
	json_member_time(b, "last", st->last_ns);
	put_levels(b, "findings", st->findings);
	json_member_u64(b, "dropped", st->dropped);
	buf_byte(b, '}');
}

static void put_summary(struct writer *w)
{
	buf *b = &w->o.b;

	array_begin(w, "summary");
	for (uint32_t i = 0; i < w->st->nparagraphs; i++) {
		const struct story_paragraph *p = &w->st->paragraphs[i];

		element(w);
		buf_byte(b, '{');
		put_sentence(w, &p->sentence);
		json_member_u64(b, "weight", p->weight);
		json_member_str(b, "part", str_of(story_part_name(p->part)));
		if (p->incident != STORY_NOBODY)
			json_member_u64(b, "incident", p->incident);
		if (p->recovered)
			json_member_bool(b, "recovered", true);
		json_member_time(b, "time", p->time_ns);
		put_refs(w, p->refs.at, p->refs.n);
		buf_byte(b, '}');
	}
	array_end(w);
}

/* --- what a page has room for ------------------------------------------------------------------ */

enum chosen {
	CHOOSE_ADDRESSES,
	CHOOSE_EDGES,
	CHOOSE_OBSERVATIONS,
	CHOOSE_BLIND,
	CHOOSE_FINDINGS,
	CHOOSE_GAPS,
	CHOOSE_ITEMS,
	CHOSEN
};

static const uint32_t ROOM[CHOSEN] = {
	[CHOOSE_ADDRESSES] = 4000, [CHOOSE_EDGES] = 3000, [CHOOSE_OBSERVATIONS] = 2500, [CHOOSE_BLIND] = 3000,
	[CHOOSE_FINDINGS] = 4000,  [CHOOSE_GAPS] = 3000,  [CHOOSE_ITEMS] = 4000,
};

/* The more a host is concerned, the more is told of it. */
static uint8_t host_rank(const struct writer *w, uint32_t host)
{
	const struct incident *in = w->st->incident;

	if (host == STORY_NOBODY || !in || host >= w->st->nhosts)
		return 0;
	for (uint32_t i = 0; i < in->nhosts && in->hosts[i].class <= CLASS_EXPOSED;
	     i++) /* most suspicious first */
		if (in->hosts[i].host == host)
			return (uint8_t)(CLASSES - in->hosts[i].class);
	return 0;
}

static uint8_t address_rank(const struct writer *w, uint32_t i)
{
	return host_rank(w, w->st->addresses[i].host);
}

static uint8_t edge_rank(const struct writer *w, uint32_t i)
{
	const struct story_edge *x = &w->st->edges[i];

	return (uint8_t)(host_rank(w, x->to) + host_rank(w, x->from));
}

static uint8_t observation_rank(const struct writer *w, uint32_t i)
{
	return w->st->observations[i].weight;
}

static uint8_t blind_rank(const struct writer *w, uint32_t i)
{
	return w->st->blind[i].host == STORY_NOBODY ? CLASSES + 1 : host_rank(w, w->st->blind[i].host);
}

static uint8_t gap_rank(const struct writer *w, uint32_t i)
{
	return w->st->gaps[i].kind != GAP_ASSUMED;
}

static uint8_t item_rank(const struct store_item *it)
{
	return (uint8_t)(!str_eq(it->verdict, STR("ok")) * 2 + (it->events > 0));
}

static uint8_t story_item_rank(const struct writer *w, uint32_t i)
{
	return item_rank(&w->st->items[i]);
}

static void choose(struct writer *w, enum chosen what, uint32_t n,
		   uint8_t (*rank)(const struct writer *, uint32_t))
{
	uint64_t of[CHOICE_RANKS] = { 0 };

	if (w->form == JSON_CASE)
		return;
	for (uint32_t i = 0; i < n; i++)
		of[rank(w, i)]++;
	w->choice = choice_make(of, ROOM[what]);
}

static void choose_findings(struct writer *w)
{
	uint64_t of[CHOICE_RANKS] = { 0 };

	if (w->form == JSON_CASE)
		return;
	for (int l = 0; l <= LEVEL_CRITICAL; l++)
		of[l] = w->st->findings[l];
	w->choice = choice_make(of, ROOM[CHOOSE_FINDINGS]);
}

/* --- arrays ------------------------------------------------------------------------------------ */

static void put_channels(struct writer *w, const struct story_host *h)
{
	buf *b = &w->o.b;

	json_key(b, "channels");
	buf_byte(b, '[');
	for (uint32_t i = 0; i < h->nchannels; i++) {
		const struct story_channel *c = &h->channels[i];

		json_sep(b);
		buf_byte(b, '{');
		json_member_str(b, "name", c->name);
		if (c->recovered)
			json_member_bool(b, "recovered", true);
		json_member_u64(b, "events", c->events);
		json_member_time(b, "first", c->first_ns);
		json_member_time(b, "last", c->last_ns);
		json_member_u64(b, "days", c->days);
		json_member_u64(b, "silent_days", c->silent_days);
		put_refs(w, c->refs.at, c->refs.n);
		buf_byte(b, '}');
	}
	buf_byte(b, ']');
}

static void put_hosts(struct writer *w)
{
	buf *b = &w->o.b;

	array_begin(w, "hosts");
	for (uint32_t i = 0; i < w->st->nhosts; i++) {
		const struct story_host *h = &w->st->hosts[i];

		element(w);
		buf_byte(b, '{');
		json_member_str(b, "name", h->name);
		json_key(b, "aliases");
		buf_byte(b, '[');
		for (uint32_t k = 0; k < h->naliases; k++) {
			json_sep(b);
			json_str(b, h->aliases[k]);
		}
		buf_byte(b, ']');
		json_member_bool(b, "has_logs", h->has_logs);
		json_member_bool(b, "ambiguous", h->ambiguous);
		json_member_str(b, "role", str_of(host_role_name(h->role)));
		json_member_str(b, "role_basis", str_of(role_basis_name(h->role_basis)));
		put_some(b, "owner", h->owner);
		put_some(b, "note", h->note);
		if (h->renamed_ns != TIME_NONE)
			json_member_time(b, "renamed", h->renamed_ns);
		if (h->reimaged_ns != TIME_NONE)
			json_member_time(b, "reimaged", h->reimaged_ns);
		json_member_u64(b, "events", h->events);
		json_member_time(b, "first", h->first_ns);
		json_member_time(b, "last", h->last_ns);
		put_levels(b, "findings", h->findings);
		json_member_u64(b, "observations", h->observations);
		if (w->form == JSON_CASE)
			put_channels(w, h);
		put_refs(w, h->refs.at, h->refs.n);
		buf_byte(b, '}');
	}
	array_end(w);
	choose(w, CHOOSE_ADDRESSES, w->st->naddresses, address_rank);
	array_begin(w, "addresses");
	for (uint32_t i = 0; i < w->st->naddresses; i++) {
		const struct story_address *a = &w->st->addresses[i];

		if (!choice_take(&w->choice, host_rank(w, a->host)))
			continue;
		element(w);
		buf_byte(b, '{');
		json_member_str(b, "ip", a->ip);
		put_host(b, w, "host", a->host);
		json_member_str(b, "basis", str_of(story_basis_name(a->basis)));
		json_member_u64(b, "weight_percent", (uint64_t)(a->weight * 100 + 0.5));
		if (a->flags & ADDRESS_SHARED)
			json_member_bool(b, "shared", true);
		if (a->flags & ADDRESS_POOL)
			json_member_bool(b, "pooled", true);
		json_member_time(b, "first", a->first_ns);
		json_member_time(b, "last", a->last_ns);
		if (a->until_ns > a->last_ns)
			json_member_time(b, "until", a->until_ns);
		json_member_u64(b, "count", a->count);
		put_refs(w, a->refs.at, a->refs.n);
		buf_byte(b, '}');
	}
	array_end(w);
}

static void put_samples(buf *b, const char *key, const str *samples, uint32_t n)
{
	json_key(b, key);
	buf_byte(b, '[');
	for (uint32_t i = 0; i < n; i++) {
		json_sep(b);
		json_str(b, samples[i]);
	}
	buf_byte(b, ']');
}

static void put_edges(struct writer *w)
{
	buf *b = &w->o.b;

	choose(w, CHOOSE_EDGES, w->st->nedges, edge_rank);
	array_begin(w, "edges");
	for (uint32_t i = 0; i < w->st->nedges; i++) {
		const struct story_edge *x = &w->st->edges[i];

		if (!choice_take(&w->choice, edge_rank(w, i)))
			continue;
		element(w);
		buf_byte(b, '{');
		json_member_str(b, "kind", str_of(story_edge_name(x->kind)));
		put_host(b, w, "from", x->from);
		put_some(b, "from_ip", x->from_ip);
		if (x->basis < BASES)
			json_member_str(b, "basis", str_of(story_basis_name(x->basis)));
		put_host(b, w, "to", x->to);
		if (x->recovered)
			json_member_bool(b, "recovered", true);
		json_member_time(b, "first", x->first_ns);
		json_member_time(b, "last", x->last_ns);
		json_member_u64(b, "count", x->count);
		put_samples(b, "accounts", x->accounts, x->naccounts);
		put_samples(b, "what", x->what, x->nwhat);
		put_refs(w, x->refs.at, x->refs.n);
		buf_byte(b, '}');
	}
	array_end(w);
}

static void put_observations(struct writer *w)
{
	buf *b = &w->o.b;

	choose(w, CHOOSE_OBSERVATIONS, w->st->nobservations, observation_rank);
	array_begin(w, "observations");
	for (uint32_t i = 0; i < w->st->nobservations; i++) {
		const struct story_observation *o = &w->st->observations[i];

		if (!choice_take(&w->choice, o->weight))
			continue;
		element(w);
		buf_byte(b, '{');
		json_member_str(b, "kind", str_of(story_observation_name(o->kind)));
		put_host(b, w, "host", o->host);
		json_member_u64(b, "weight", o->weight);
		if (o->recovered)
			json_member_bool(b, "recovered", true);
		json_member_time(b, "first", o->first_ns);
		json_member_time(b, "last", o->last_ns);
		json_member_u64(b, "count", o->count);
		put_sentence(w, &o->sentence);
		put_some(b, "account", o->account);
		put_some(b, "process", o->process);
		put_some(b, "process_id", o->process_id);
		put_some(b, "parent", o->parent);
		put_refs(w, o->refs.at, o->refs.n);
		buf_byte(b, '}');
	}
	array_end(w);
}

static void put_day(buf *b, const char *key, int32_t day)
{
	int64_t year;
	unsigned month, d;

	time_civil_from_days(day, &year, &month, &d);
	json_key(b, key);
	buf_printf(b, "\"%04d-%02u-%02u\"", (int)year, month, d);
}

static void put_coverage(struct writer *w)
{
	buf *b = &w->o.b;

	array_begin(w, "coverage");
	for (uint32_t i = 0; i < w->st->matrix.ncells; i++) {
		const struct matrix_cell *c = &w->st->matrix.cells[i];

		element(w);
		buf_byte(b, '{');
		put_host(b, w, "host", c->host);
		json_member_str(b, "source", str_of(source_name(c->source)));
		if (c->missing)
			json_member_bool(b, "missing", true);
		json_member_u64(b, "events", c->events);
		json_member_time(b, "first", c->first_ns);
		json_member_time(b, "last", c->last_ns);
		json_member_u64(b, "days", c->days);
		if (c->lost)
			json_member_u64(b, "lost_records", c->lost);
		if (c->cleared_ns != TIME_NONE)
			json_member_time(b, "cleared", c->cleared_ns);
		json_key(b, "intervals");
		buf_byte(b, '[');
		for (uint32_t k = 0; k < c->nruns; k++) {
			json_sep(b);
			buf_byte(b, '{');
			put_day(b, "from", c->runs[k].from);
			put_day(b, "to", c->runs[k].to);
			buf_byte(b, '}');
		}
		buf_z(b, "]}");
	}
	array_end(w);
}

static void put_clocks(struct writer *w)
{
	buf *b = &w->o.b;
	size_t n;
	const struct clock_node *node = clock_nodes(w->st->clock, &n);

	array_begin(w, "clocks");
	for (size_t i = 0; i < n; i++) {
		element(w);
		buf_byte(b, '{');
		put_host(b, w, "host", node[i].host);
		json_member_str(b, "log", str_of(clock_log_name(node[i].log)));
		json_member_bool(b, "taken_for_true", node[i].anchor);
		json_member_u64(b, "samples", node[i].samples);
		if (node[i].implausible)
			json_member_bool(b, "implausible", true);
		json_key(b, "pieces");
		buf_byte(b, '[');
		for (uint32_t k = 0; k < node[i].npieces; k++) {
			const struct clock_piece *p = &node[i].pieces[k];

			json_sep(b);
			buf_byte(b, '{');
			json_member_time(b, "from", p->from_ns);
			json_member_time(b, "to", p->to_ns);
			json_member_i64(b, "offset_ms", (p->skew_ns + p->zone_ns) / 1000000);
			json_member_i64(b, "skew_ms", p->skew_ns / 1000000);
			json_member_i64(b, "zone_minutes", p->zone_ns / (60 * NS_PER_S));
			json_member_u64(b, "spread_ms", (uint64_t)(p->spread_ns / 1000000));
			json_member_u64(b, "samples", p->samples);
			if (p->dst)
				json_member_bool(b, "daylight_saving", true);
			buf_byte(b, '}');
		}
		buf_z(b, "]}");
	}
	array_end(w);
}

static void put_blind(struct writer *w)
{
	buf *b = &w->o.b;

	choose(w, CHOOSE_BLIND, w->st->nblind, blind_rank);
	array_begin(w, "not_seen");
	for (uint32_t i = 0; i < w->st->nblind; i++) {
		const struct story_blind *x = &w->st->blind[i];

		if (!choice_take(&w->choice, blind_rank(w, i)))
			continue;
		element(w);
		buf_byte(b, '{');
		json_member_str(b, "kind", str_of(story_blind_name(x->kind)));
		put_host(b, w, "host", x->host);
		put_sentence(w, &x->sentence);
		put_refs(w, x->refs.at, x->refs.n);
		buf_byte(b, '}');
	}
	array_end(w);
}

/* --- straight from the store ----------------------------------------------------------------- */

static void put_decisions(struct writer *w)
{
	const struct decisions *d = w->st->decisions;

	array_begin(w, "decisions");
	for (size_t i = 0; i < decisions_count(d); i++) {
		element(w);
		decision_json(&w->o.b, decision_at(d, i));
	}
	array_end(w);
}

static int on_rule(void *ctx, const struct store_rule *r, err *e)
{
	struct writer *w = ctx;
	buf *b = &w->o.b;

	(void)e;
	element(w);
	buf_byte(b, '{');
	json_member_str(b, "id", r->id);
	json_member_str(b, "title", r->title);
	json_member_str(b, "level", r->level);
	json_member_str(b, "status", r->status);
	put_some(b, "reason", r->reason);
	json_member_str(b, "path", r->path);
	put_some(b, "tags", r->tags);
	put_some(b, "sha256", r->sha256);
	buf_byte(b, '}');
	return 0;
}

static int on_finding(void *ctx, const struct finding *f, err *e)
{
	struct writer *w = ctx;
	buf *b = &w->o.b;

	(void)e;
	if (!choice_take(&w->choice, (uint8_t)f->level))
		return 0;
	element(w);
	buf_byte(b, '{');
	json_member_time(b, "time", f->time_ns);
	json_member_str(b, "level", str_of(report_level_name(f->level)));
	json_member_str(b, "rule_id", f->rule_id);
	put_some(b, "rule_sha256", f->rule_sha256);
	json_member_str(b, "title", f->rule_title);
	put_some(b, "tags", f->tags);
	put_some(b, "profile", f->profile);
	json_member_str(b, "host", f->host);
	put_some(b, "channel", f->channel);
	put_some(b, "provider", f->provider);
	json_member_u64(b, "event_id", f->event_id);
	if (f->record_id)
		json_member_u64(b, "record_id", f->record_id);
	if (f->flags & EVENT_RECOVERED)
		json_member_bool(b, "recovered", true);
	json_key(b, "details");
	buf_byte(b, '[');
	for (uint32_t i = 0; i < f->ndetails; i++) {
		json_sep(b);
		buf_byte(b, '{');
		json_member_str(b, "name", f->details[i].name);
		json_member_str(b, "value", f->details[i].value);
		buf_byte(b, '}');
	}
	buf_byte(b, ']');
	put_refs(w, f->refs, f->nrefs);
	buf_byte(b, '}');
	return 0;
}

static int on_fact(void *ctx, const struct fact *f, err *e)
{
	struct writer *w = ctx;
	buf *b = &w->o.b;

	(void)e;
	element(w);
	buf_byte(b, '{');
	json_member_str(b, "kind", str_of(fact_kind_name(f->kind)));
	json_member_time(b, "first", f->first_ns);
	json_member_time(b, "last", f->last_ns);
	json_member_u64(b, "count", f->count);
	if (f->bytes)
		json_member_u64(b, "bytes", f->bytes);
	if (f->hours)
		json_member_u64(b, "hours", f->hours);
	for (int i = 0; i < FA_COUNT; i++)
		put_some(b, fact_attr_name((enum fact_attr)i), f->attr[i]);
	put_refs(w, f->refs, f->nrefs);
	buf_byte(b, '}');
	return 0;
}

static int on_gap(void *ctx, const struct gap *g, err *e)
{
	struct writer *w = ctx;
	buf *b = &w->o.b;

	(void)e;
	if (!choice_take(&w->choice, g->kind != GAP_ASSUMED))
		return 0;
	element(w);
	buf_byte(b, '{');
	json_member_str(b, "kind", str_of(gap_kind_name(g->kind)));
	json_member_u64(b, "item", g->item);
	json_member_u64(b, "from", g->from);
	json_member_u64(b, "to", g->to);
	json_member_u64(b, "lost", g->lost);
	json_member_time(b, "first", g->first_ns);
	json_member_time(b, "last", g->last_ns);
	json_member_str(b, "text", str_of(g->text));
	buf_byte(b, '}');
	return 0;
}

static int on_item(void *ctx, const struct store_item *it, err *e)
{
	struct writer *w = ctx;
	buf *b = &w->o.b;
	char hex[SHA256_HEX_LEN + 1];

	(void)e;
	if (!choice_take(&w->choice, item_rank(it)))
		return 0;
	element(w);
	buf_byte(b, '{');
	json_member_u64(b, "id", it->id);
	if (it->parent != UINT32_MAX)
		json_member_u64(b, "parent", it->parent);
	json_member_str(b, "path", it->path);
	json_member_u64(b, "size", it->size);
	json_member_time(b, "modified", it->mtime_ns);
	json_key(b, "sha256");
	if (it->has_sha256) {
		sha256_hex(it->sha256, hex);
		json_str(b, str_of(hex));
	} else {
		buf_z(b, "null");
	}
	json_member_str(b, "format", it->format);
	json_member_str(b, "verdict", it->verdict);
	put_some(b, "reason", it->reason);
	json_member_u64(b, "events", it->events);
	json_member_u64(b, "recovered", it->recovered);
	json_member_time(b, "first", it->first_ns);
	json_member_time(b, "last", it->last_ns);
	buf_byte(b, '}');
	return 0;
}

/* Everything behind the head, each array with the comma before it. */
static int put_body(struct writer *w, struct store *s, err *e)
{
	int rc;

	put_hosts(w);
	put_edges(w);
	put_observations(w);
	put_clocks(w);
	put_coverage(w);
	put_blind(w);
	choose_findings(w);
	array_begin(w, "findings");
	rc = store_each_finding(s, on_finding, w, e);
	array_end(w);
	choose(w, CHOOSE_GAPS, w->st->ngaps, gap_rank);
	array_begin(w, "gaps");
	rc = rc < 0 ? rc : store_each_gap(s, on_gap, w, e);
	array_end(w);
	choose(w, CHOOSE_ITEMS, w->st->nitems, story_item_rank);
	array_begin(w, "items");
	rc = rc < 0 ? rc : store_each_item(s, on_item, w, e);
	array_end(w);
	array_begin(w, "rules");
	rc = rc < 0 ? rc : store_each_rule(s, on_rule, w, e);
	array_end(w);
	return rc;
}

int report_json(struct store *s, const struct story *st, int fd, err *e)
{
	struct out o = { .fd = fd };

	return report_json_out(s, st, &o, e);
}

int report_json_out(struct store *s, const struct story *st, struct out *o, err *e)
{
	struct writer w = { .o = *o, .st = st, .form = JSON_CASE, .choice = CHOICE_ALL };
	int rc;

	put_head(&w);
	put_summary(&w);
	put_decisions(&w);
	incident_json(&w.o, st, JSON_CASE);
	rc = put_body(&w, s, e);
	array_begin(&w, "facts");
	if (st->facts <= LIMIT_JSON_FACTS)
		rc = rc < 0 ? rc : store_each_fact(s, -1, on_fact, &w, e);
	array_end(&w);
	buf_z(&w.o.b, "}\n");
	if (rc < 0) {
		out_end(&w.o, NULL);
		return -1;
	}
	return out_end(&w.o, e);
}

/* --- for the page ------------------------------------------------------------------------------ */

static void put_rule_hits(struct writer *w)
{
	buf *b = &w->o.b;

	array_begin(w, "rule_hits");
	for (uint32_t i = 0; i < w->st->nrules; i++) {
		const struct story_rule *r = &w->st->rules[i];

		element(w);
		buf_byte(b, '{');
		json_member_str(b, "id", r->id);
		json_member_str(b, "title", r->title);
		json_member_str(b, "level", str_of(report_level_name(r->level)));
		json_member_u64(b, "count", r->count);
		json_member_u64(b, "hosts", r->hosts);
		json_member_time(b, "first", r->first_ns);
		json_member_time(b, "last", r->last_ns);
		json_key(b, "ref");
		put_ref(w, &r->ref);
		buf_byte(b, '}');
	}
	array_end(w);
}

/* How many there are of what a page may not have all of. */
static void put_full(struct writer *w)
{
	const struct story *st = w->st;
	uint64_t findings = 0;
	buf *b = &w->o.b;

	for (int l = 0; l <= LEVEL_CRITICAL; l++)
		findings += st->findings[l];
	buf_z(b, ",\n\"full\":{");
	json_member_u64(b, "edges", st->nedges);
	json_member_u64(b, "observations", st->nobservations);
	json_member_u64(b, "findings", findings);
	json_member_u64(b, "gaps", st->ngaps);
	json_member_u64(b, "items", st->nitems);
	json_member_u64(b, "addresses", st->naddresses);
	json_member_u64(b, "not_seen", st->nblind);
	buf_byte(b, '}');
}

void case_json_page_head(struct out *o, const struct story *st)
{
	struct writer w = { .o = *o, .st = st, .form = JSON_PAGE, .choice = CHOICE_ALL };

	put_head(&w);
	put_full(&w);
	put_summary(&w);
	put_decisions(&w);
	incident_json(&w.o, st, JSON_PAGE);
	put_rule_hits(&w);
	*o = w.o;
}

int case_json_page_body(struct out *o, struct store *s, const struct story *st, err *e)
{
	struct writer w = { .o = *o, .st = st, .form = JSON_PAGE, .choice = CHOICE_ALL };
	int rc = put_body(&w, s, e);

	*o = w.o;
	return rc;
}
