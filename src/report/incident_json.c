/* The member `incident` of case.json: docs/range.md and docs/case.schema.json describe it. */
#include "report/incident_json.h"

#include "story/decided.h"
#include "util/json.h"
#include "util/times.h"

struct list {
	struct out *o;
	const struct story *st;
	enum json_form form;
	bool first;
};

static void begin(struct list *l, const char *key)
{
	json_key(&l->o->b, key);
	buf_byte(&l->o->b, '[');
	l->first = true;
}

static void item(struct list *l)
{
	buf_z(&l->o->b, l->first ? "\n{" : ",\n{");
	l->first = false;
}

static void item_end(struct list *l)
{
	buf_byte(&l->o->b, '}');
	out_some(l->o);
}

static void end(struct list *l)
{
	buf_byte(&l->o->b, ']');
}

static void put_refs(struct list *l, const struct story_refs *r)
{
	buf *b = &l->o->b;
	char text[REF_TEXT_MAX];

	json_key(b, "refs");
	buf_byte(b, '[');
	for (uint32_t i = 0; i < r->n; i++) {
		json_sep(b);
		json_str(b, (str){ text, story_ref_text(l->st, &r->at[i], text) });
	}
	buf_byte(b, ']');
}

static void put_host(struct list *l, const char *key, uint32_t host)
{
	if (host == STORY_NOBODY)
		return;
	json_member_str(&l->o->b, key, story_host_name(l->st, host));
}

static void put_time(struct list *l, const char *key, int64_t ns)
{
	if (ns != TIME_NONE)
		json_member_time(&l->o->b, key, ns);
}

static void put_number(buf *b, uint32_t incident)
{
	if (incident != STORY_NOBODY)
		json_member_u64(b, "incident", incident);
}

static void put_probability(buf *b, const char *key, double p)
{
	json_key(b, key);
	buf_printf(b, "%.4f", p);
}

static void put_entries(struct list *l, const struct incident *in)
{
	buf *b = &l->o->b;

	begin(l, "entry");
	for (uint32_t i = 0; i < in->nentries; i++) {
		const struct incident_entry *e = &in->entries[i];

		item(l);
		put_host(l, "host", e->host);
		put_time(l, "time", e->ns);
		json_member_str(b, "vector", str_of(e->vector));
		put_number(b, e->incident);
		put_refs(l, &e->refs);
		item_end(l);
	}
	end(l);
	begin(l, "patient_zero");
	for (uint32_t i = 0; i < in->nfirst_clients; i++)
		for (uint32_t k = 0; k < in->nhosts; k++) {
			if (in->hosts[k].host != in->first_clients[i])
				continue;
			item(l);
			put_host(l, "host", in->hosts[k].host);
			put_time(l, "time", in->hosts[k].first_ns);
			item_end(l);
			break;
		}
	end(l);
}

static void put_hosts(struct list *l, const struct incident *in)
{
	buf *b = &l->o->b;

	begin(l, "hosts");
	for (uint32_t i = 0; i < in->nhosts; i++) {
		const struct incident_host *h = &in->hosts[i];

		item(l);
		put_host(l, "host", h->host);
		json_member_str(b, "class", str_of(host_class_name(h->class)));
		put_probability(b, "probability", h->probability);
		put_time(l, "first", h->first_ns);
		put_host(l, "parent", h->parent);
		if (h->via[0])
			json_member_str(b, "via", str_of(h->via));
		put_number(b, h->incident);
		if (h->decided) {
			json_key(b, "decided");
			buf_byte(b, '{');
			json_member_str(b, "value", h->decided->value);
			json_member_str(b, "by", h->decided->who);
			json_member_time(b, "at", h->decided->at_ns);
			json_member_str(b, "reason", h->decided->reason);
			buf_byte(b, '}');
		}
		put_refs(l, &h->refs);
		item_end(l);
	}
	end(l);
	begin(l, "edges");
	for (uint32_t i = 0; i < in->nedges; i++) {
		const struct incident_edge *e = &in->edges[i];
		char id[DECIDED_ID_LEN + 1];

		item(l);
		decided_edge_id(l->st, e->from, e->to, e->kind, id);
		json_member_str(b, "id", str_of(id));
		put_host(l, "from", e->from);
		put_host(l, "to", e->to);
		json_member_str(b, "kind", str_of(e->kind));
		put_time(l, "time", e->ns);
		if (e->account.len)
			json_member_str(b, "account", e->account);
		json_member_bool(b, "first", e->first);
		put_number(b, e->incident);
		put_refs(l, &e->refs);
		item_end(l);
	}
	end(l);
}

static void put_timeline(struct list *l, const struct incident *in)
{
	buf *b = &l->o->b;

	begin(l, "timeline");
	for (uint32_t i = 0; i < in->ntimeline; i++) {
		const struct story_clue *c = &in->clues[in->timeline[i]];
		char id[DECIDED_ID_LEN + 1];
		item(l);
		decided_sign_id(l->st, c, id);
		json_member_str(b, "id", str_of(id));
		put_time(l, "time", c->ns);
		put_host(l, "host", c->host);
		sentence_json(b, &c->sentence, l->form);
		json_member_str(b, "phase", str_of(c->phase));
		json_member_str(b, "family", str_of(clue_family_name(c->family)));
		json_member_str(b, "grade", str_of(clue_grade_name(c->grade)));
		put_host(l, "from", c->from);
		put_number(b, c->incident);
		put_refs(l, &c->refs);
		item_end(l);
	}
	end(l);
}

/* What analysts rejected, so that nothing is gone. */
static void put_rejected(struct list *l, const struct incident *in)
{
	buf *b = &l->o->b;

	begin(l, "rejected");
	for (uint32_t i = 0; i < in->nrejected; i++) {
		const struct incident_rejected *x = &in->rejected[i];

		item(l);
		json_member_str(b, "kind", str_of(decision_kind_name(x->kind)));
		json_member_str(b, "id", str_of(x->id));
		put_time(l, "time", x->ns);
		put_host(l, "host", x->host);
		put_host(l, "from", x->from);
		if (x->way)
			json_member_str(b, "way", str_of(x->way));
		if (x->sentence.key)
			sentence_json(b, &x->sentence, l->form);
		put_refs(l, &x->refs);
		item_end(l);
	}
	end(l);
}

static void put_external(struct list *l, const struct incident *in)
{
	buf *b = &l->o->b;

	begin(l, "external");
	for (uint32_t i = 0; i < in->nexternal; i++) {
		const struct incident_external *x = &in->external[i];

		item(l);
		json_member_str(b, "ip", x->ip);
		if (x->name.len)
			json_member_str(b, "name", x->name);
		json_member_str(b, "role", str_of(external_role_name(x->role)));
		json_key(b, "cluster");
		buf_printf(b, "\"%u\"", x->cluster);
		put_probability(b, "confidence", x->confidence);
		if (x->country.len)
			json_member_str(b, "country", x->country);
		if (x->asn)
			json_member_u64(b, "asn", x->asn);
		if (x->network.len)
			json_member_str(b, "network", x->network);
		if (x->net_kind.len)
			json_member_str(b, "network_kind", x->net_kind);
		put_time(l, "first", x->first_ns);
		put_time(l, "last", x->last_ns);
		json_member_u64(b, "hosts", x->hosts);
		put_refs(l, &x->refs);
		item_end(l);
	}
	end(l);
	begin(l, "artefacts");
	for (uint32_t i = 0; i < in->nartefacts; i++) {
		const struct incident_artefact *a = &in->artefacts[i];

		item(l);
		put_host(l, "host", a->host);
		json_member_str(b, "kind", str_of(a->kind));
		if (a->path.len)
			json_member_str(b, "path", a->path);
		if (a->sha256.len)
			json_member_str(b, "sha256", a->sha256);
		if (a->size)
			json_member_u64(b, "size", a->size);
		if (a->other_size)
			json_member_u64(b, "genuine_size", a->other_size);
		put_time(l, "served_from", a->from_ns);
		put_time(l, "served_to", a->to_ns);
		put_refs(l, &a->refs);
		item_end(l);
	}
	end(l);
}

static void put_loss(struct list *l, const struct incident *in)
{
	uint64_t estimate = 0, low = 0, high = 0;
	buf *b = &l->o->b;

	for (uint32_t i = 0; i < in->nlosses; i++) {
		estimate += in->losses[i].estimate;
		low += in->losses[i].low;
		high += in->losses[i].high;
	}
	json_key(b, "exfil");
	buf_z(b, "{\"total\":{");
	json_member_u64(b, "estimate", estimate);
	json_member_u64(b, "low", low);
	json_member_u64(b, "high", high);
	buf_byte(b, '}');
	begin(l, "hosts");
	for (uint32_t i = 0; i < in->nlosses; i++) {
		const struct incident_loss *x = &in->losses[i];

		item(l);
		put_host(l, "host", x->host);
		json_member_str(b, "to", x->what);
		json_member_u64(b, "estimate", x->estimate);
		json_member_u64(b, "low", x->low);
		json_member_u64(b, "high", x->high);
		json_member_bool(b, "measurable", x->measurable);
		if (x->shared_by)
			json_member_u64(b, "shared_by", x->shared_by);
		put_time(l, "first", x->first_ns);
		put_time(l, "last", x->last_ns);
		put_refs(l, &x->refs);
		item_end(l);
	}
	end(l);
	buf_byte(b, '}');
}

/* --- what could not be seen ------------------------------------------------------------------------------ */

enum { GAPS_TOLD = 5000, DESK_DAYS = 3 }; /* a desk is silent over the weekend */

static void put_gap(struct list *l, uint32_t host, const char *log, int64_t from_ns, int64_t to_ns,
		    const char *why)
{
	item(l);
	put_host(l, "host", host);
	json_member_str(&l->o->b, "log", str_of(log));
	put_time(l, "from", from_ns);
	put_time(l, "to", to_ns);
	json_member_str(&l->o->b, "why", str_of(why));
	item_end(l);
}

/* Days between two days on which a log has events, if they are more than habit. */
static void put_silence(struct list *l, const struct matrix_cell *c, int32_t from, int32_t to)
{
	int32_t habit = l->st->hosts[c->host].role == HOST_WORKSTATION ? DESK_DAYS : 1;

	if (to - from + 1 >= habit && c->days >= 5)
		put_gap(l, c->host, source_name(c->source), from * NS_PER_DAY, (to + 1) * NS_PER_DAY,
			"silent");
}

static void put_gaps(struct list *l)
{
	const struct story_matrix *m = &l->st->matrix;

	begin(l, "gaps");
	for (uint32_t h = 0; h < l->st->nhosts; h++)
		if (!l->st->hosts[h].has_logs)
			put_gap(l, h, "all", TIME_NONE, TIME_NONE, "missing");
	for (uint32_t i = 0, told = 0; i < m->ncells && told < GAPS_TOLD; i++) {
		const struct matrix_cell *c = &m->cells[i];

		if (c->host == STORY_NOBODY)
			continue;
		told += 1 + c->nruns;
		if (c->missing)
			put_gap(l, c->host, source_name(c->source), TIME_NONE, TIME_NONE, "missing");
		if (c->cleared_ns != TIME_NONE && !c->missing)
			put_gap(l, c->host, source_name(c->source), TIME_NONE, c->cleared_ns, "cleared");
		if (c->nruns && c->runs[0].from > m->first_day + 1)
			put_silence(l, c, m->first_day, c->runs[0].from - 1);
		for (uint32_t k = 0; k + 1 < c->nruns; k++)
			put_silence(l, c, c->runs[k].to + 1, c->runs[k + 1].from - 1);
		if (c->nruns && c->runs[c->nruns - 1].to < m->last_day - 1)
			put_silence(l, c, c->runs[c->nruns - 1].to + 1, m->last_day);
	}
	end(l);
}

void sentence_json(buf *b, const struct story_sentence *s, enum json_form form)
{
	buf text = { 0 }, zh = { 0 };

	story_sentence_text(s, LANGUAGE_EN, &text);
	json_member_str(b, "text", buf_view(&text));
	if (form == JSON_PAGE) {
		story_sentence_text(s, LANGUAGE_ZH, &zh);
		if (!str_eq(buf_view(&zh), buf_view(&text)))
			json_member_str(b, "zh", buf_view(&zh));
		buf_done(&zh);
	}
	buf_done(&text);
}

void incident_json(struct out *o, const struct story *st, enum json_form form)
{
	struct list l = { .o = o, .st = st, .form = form };
	const struct incident *in = st->incident;

	buf_z(&o->b, ",\n\"incident\":{");
	json_member_u64(&o->b, "incidents", in ? in->nincidents : 0);
	if (in) {
		put_entries(&l, in);
		put_hosts(&l, in);
		put_timeline(&l, in);
		put_rejected(&l, in);
		put_external(&l, in);
		put_loss(&l, in);
		if (form == JSON_CASE) /* a page has the coverage */
			put_gaps(&l);
	}
	buf_byte(&o->b, '}');
}
