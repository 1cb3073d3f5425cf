#include "engine/merge.h"

#include <stdlib.h>

#include "util/limits.h"

enum { FACTS_SORT_BYTES = 48 << 20 };

const char *verdict_name(enum verdict v)
{
	static const char *const NAMES[V_COUNT] = {
		[V_OK] = "ok",       [V_PARTIAL] = "partial", [V_UNREADABLE] = "unreadable",
		[V_LIMIT] = "limit", [V_UNKNOWN] = "unknown", [V_SKIPPED] = "skipped",
	};

	return NAMES[v];
}

int merge_init(struct merge *m, const struct engine_sink *sink, struct engine_totals *totals, err *e)
{
	*m = (struct merge){ .sink = sink, .totals = totals };
	idruns_init(&m->runs);
	return fact_table_new(&m->facts, e);
}

void merge_done(struct merge *m)
{
	idruns_done(&m->runs);
	fact_table_free(m->facts);
	sorter_free(m->spilled);
	*m = (struct merge){ 0 };
}

void item_state_init(struct item_state *it, uint32_t id, uint32_t parent, str path, int64_t mtime_ns)
{
	*it = (struct item_state){
		.id = id,
		.parent = parent,
		.path = path,
		.mtime_ns = mtime_ns,
		.first_ns = TIME_NONE,
		.last_ns = TIME_NONE,
	};
}

void item_state_done(struct item_state *it)
{
	free(it->owned_path);
	it->owned_path = NULL;
}

/* --- gaps and verdicts ---------------------------------------------------------------------- */

/* How bad a gap is for its item; the worst one gives verdict and reason. */
enum { CLASS_NONE, CLASS_SOFT, CLASS_LIMIT, CLASS_HARD, CLASS_WHOLE };

static const uint8_t CLASSES[GAP_KINDS] = {
	[GAP_UNREADABLE] = CLASS_HARD, [GAP_UNKNOWN] = CLASS_WHOLE,  [GAP_UNSUPPORTED] = CLASS_HARD,
	[GAP_DAMAGED] = CLASS_SOFT,    [GAP_TRUNCATED] = CLASS_SOFT, [GAP_CHECKSUM] = CLASS_SOFT,
	[GAP_LIMIT] = CLASS_LIMIT,     [GAP_MISSING] = CLASS_NONE,   [GAP_CHANGED] = CLASS_SOFT,
	[GAP_WORKER] = CLASS_HARD,     [GAP_SKIPPED] = CLASS_WHOLE,  [GAP_ASSUMED] = CLASS_NONE,
};

static enum verdict verdict_of(const struct item_state *it)
{
	bool got = it->events || it->members;

	switch (it->worst) {
	case CLASS_WHOLE:
		return it->worst_kind == GAP_UNKNOWN ? V_UNKNOWN : V_SKIPPED;
	case CLASS_HARD:
		return got ? V_PARTIAL : V_UNREADABLE;
	case CLASS_LIMIT:
		return V_LIMIT;
	case CLASS_SOFT:
		return it->fatal && !got ? V_UNREADABLE : V_PARTIAL;
	default:
		return V_OK;
	}
}

/* Our own wording, but it came through a worker: nothing that a terminal would act on. */
static void text_tame(char *z)
{
	for (; *z; z++)
		if ((unsigned char)*z < 0x20 || *z == 0x7f)
			*z = '?';
}

/* Every piece of a file that changed sees the same; once is enough. */
static bool change_again(struct item_state *it, const struct gap *g)
{
	bool shrank = g->kind == GAP_TRUNCATED && it->limit_to && g->to == it->limit_to && !g->lost;
	bool again;

	if (g->kind == GAP_CHANGED) {
		again = it->changed_told;
		it->changed_told = true;
		return again;
	}
	again = shrank && it->shrunk_told && it->shrunk_to == g->from;
	if (shrank) {
		it->shrunk_told = true;
		it->shrunk_to = g->from;
	}
	return again;
}

int merge_gap(struct merge *m, struct item_state *it, struct gap *g, err *e)
{
	if (change_again(it, g))
		return 0;
	g->item = it->id;
	if (g->to == UINT64_MAX)
		g->to = it->limit_to > g->from ? it->limit_to : g->from;
	text_tame(g->text);
	if (CLASSES[g->kind] > it->worst) {
		it->worst = CLASSES[g->kind];
		it->worst_kind = g->kind;
		memcpy(it->reason, g->text, sizeof it->reason);
	}
	if (g->kind == GAP_ASSUMED)
		m->totals->assumed++;
	else
		m->totals->gaps++;
	return m->sink->gap ? m->sink->gap(m->sink->ctx, g, e) : 0;
}

static int gap_put(struct merge *m, struct item_state *it, const Wire__Gap *w, err *e)
{
	struct gap g = {
		.kind = (enum gap_kind)w->kind,
		.from = w->from,
		.to = w->to,
		.lost = w->lost,
		.first_ns = w->first_ns,
		.last_ns = w->last_ns,
	};

	memcpy(g.text, w->text.data ? (char *)w->text.data : "", w->text.len);
	return merge_gap(m, it, &g, e);
}

/* --- findings and facts --------------------------------------------------------------------- */

static size_t refs_take(struct event_ref *to, Wire__Ref *const *from, size_t n, uint32_t item)
{
	for (size_t i = 0; i < n; i++)
		to[i] = (struct event_ref){ item, from[i]->offset, from[i]->record };
	return n;
}

static int finding_tell(void *ctx, const struct finding *f, err *e)
{
	struct merge *m = ctx;

	m->totals->findings++;
	return m->sink->finding ? m->sink->finding(m->sink->ctx, f, e) : 0;
}

static int finding_put(struct merge *m, struct item_state *it, const Wire__Finding *w, err *e)
{
	struct finding_detail keys[LIMIT_FINDING_KEYS];
	struct event_ref refs[LIMIT_WIRE_REFS];
	struct finding f = {
		.rule_id = wire_str(w->rule_id),
		.rule_title = wire_str(w->rule_title),
		.level = (enum finding_level)w->level,
		.tags = wire_str(w->tags),
		.profile = wire_str(w->profile),
		.time_ns = w->time_ns,
		.host = wire_str(w->host),
		.channel = wire_str(w->channel),
		.provider = wire_str(w->provider),
		.event_id = w->event_id,
		.record_id = w->record_id,
		.flags = (uint8_t)w->flags,
		.refs = refs,
		.nrefs = (uint32_t)w->n_refs,
		.ndetails = (uint32_t)w->n_details,
		.keys = keys,
		.nkeys = (uint32_t)w->n_keys,
	};
	bool shown = true;

	refs_take(refs, w->refs, w->n_refs, it->id);
	for (size_t i = 0; i < w->n_details; i++)
		f.details[i] = (struct finding_detail){ wire_str(w->details[i]->name),
							wire_str(w->details[i]->value) };
	for (size_t i = 0; i < w->n_keys; i++)
		keys[i] = (struct finding_detail){ wire_str(w->keys[i]->name), wire_str(w->keys[i]->value) };
	it->cited = true;
	if (m->correlator && correlator_add(m->correlator, &f, &shown, e) < 0)
		return -1;
	return shown ? finding_tell(m, &f, e) : 0;
}

/* Facts outgrow the table: put them aside in their order, equal ones are joined on the way out. The
 * payload never leaves this process, so it is plain memory. */
static int fact_aside(struct sorter *s, const struct fact *f, buf *key, buf *payload, err *e)
{
	buf_clear(key);
	buf_clear(payload);
	buf_byte(key, (char)f->kind);
	for (int i = 0; i < FA_COUNT; i++)
		sorter_key_str(key, f->attr[i]);
	buf_add(payload, &f->first_ns, sizeof f->first_ns);
	buf_add(payload, &f->last_ns, sizeof f->last_ns);
	buf_add(payload, &f->count, sizeof f->count);
	buf_add(payload, &f->bytes, sizeof f->bytes);
	buf_add(payload, &f->hours, sizeof f->hours);
	buf_add(payload, &f->nrefs, sizeof f->nrefs);
	buf_add(payload, f->refs, sizeof f->refs);
	for (int i = 0; i < FA_COUNT; i++) {
		buf_add(payload, &f->attr[i].len, sizeof f->attr[i].len);
		buf_str(payload, f->attr[i]);
	}
	if (key->failed || payload->failed)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for facts");
	return sorter_add(s, str_bytes(buf_view(key)), str_bytes(buf_view(payload)), e);
}

static int facts_aside(struct merge *m, err *e)
{
	buf key = { 0 }, payload = { 0 };
	size_t n;
	int rc;

	if (!m->spilled && sorter_new(&m->spilled, FACTS_SORT_BYTES, e) < 0)
		return -1;
	rc = fact_table_sort(m->facts, e);
	n = fact_table_len(m->facts);
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = fact_aside(m->spilled, fact_table_at(m->facts, i), &key, &payload, e);
	buf_done(&key);
	buf_done(&payload);
	fact_table_clear(m->facts);
	return rc;
}

static int fact_put(struct merge *m, const struct item_state *it, const Wire__Fact *w, err *e)
{
	struct fact f = {
		.kind = (enum fact_kind)w->kind,
		.first_ns = w->first_ns,
		.last_ns = w->last_ns,
		.count = w->count,
		.bytes = w->bytes,
		.hours = w->hours,
	};

	for (size_t i = 0; i < w->n_attrs; i++)
		f.attr[w->attrs[i]->attr] = wire_str(w->attrs[i]->value);
	f.nrefs = (uint32_t)refs_take(f.refs, w->refs, w->n_refs, it->id);
	if (fact_table_merge(m->facts, &f, e) < 0)
		return -1;
	return fact_table_full(m->facts) ? facts_aside(m, e) : 0;
}

static bool take(bytes *from, void *to, size_t n)
{
	bytes part;

	if (!bytes_sub(*from, 0, n, &part))
		return false;
	if (n)
		memcpy(to, part.ptr, n);
	from->ptr += n;
	from->len -= n;
	return true;
}

/* The reverse of fact_aside(). */
static bool fact_back(bytes key, bytes payload, struct fact *f)
{
	bytes text;

	*f = (struct fact){ 0 };
	if (!key.len || !take(&payload, &f->first_ns, sizeof f->first_ns) ||
	    !take(&payload, &f->last_ns, sizeof f->last_ns) || !take(&payload, &f->count, sizeof f->count) ||
	    !take(&payload, &f->bytes, sizeof f->bytes) || !take(&payload, &f->hours, sizeof f->hours) ||
	    !take(&payload, &f->nrefs, sizeof f->nrefs) || !take(&payload, f->refs, sizeof f->refs))
		return false;
	f->kind = (enum fact_kind)key.ptr[0];
	for (int i = 0; i < FA_COUNT; i++) {
		size_t len;

		if (!take(&payload, &len, sizeof len) || !bytes_sub(payload, 0, len, &text))
			return false;
		f->attr[i] = bytes_str(text);
		payload.ptr += len;
		payload.len -= len;
	}
	return true;
}

static int fact_tell(struct merge *m, const struct fact *f, err *e)
{
	return m->sink->fact ? m->sink->fact(m->sink->ctx, f, e) : 0;
}

static int facts_from_table(struct merge *m, err *e)
{
	if (fact_table_sort(m->facts, e) < 0)
		return -1;
	for (size_t i = 0; i < fact_table_len(m->facts); i++)
		if (fact_tell(m, fact_table_at(m->facts, i), e) < 0)
			return -1;
	return 0;
}

/* A fact that waits for equal ones, with the bytes that its views lie in. */
struct kept {
	buf key, payload;
	struct fact fact;
	bool any;
};

static int keep(struct kept *k, bytes key, bytes payload, err *e)
{
	buf_clear(&k->key);
	buf_clear(&k->payload);
	buf_add(&k->key, key.ptr, key.len);
	buf_add(&k->payload, payload.ptr, payload.len);
	if (k->key.failed || k->payload.failed)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for facts");
	k->any = fact_back(str_bytes(buf_view(&k->key)), str_bytes(buf_view(&k->payload)), &k->fact);
	return k->any ? 0 : err_set(e, ERR_CORRUPT, ERR_NO_OFFSET, "temporary file was changed");
}

static int fact_join(struct merge *m, struct kept *k, bytes key, bytes payload, err *e)
{
	struct fact f;

	if (k->any && str_eq(buf_view(&k->key), bytes_str(key))) {
		if (!fact_back(key, payload, &f))
			return err_set(e, ERR_CORRUPT, ERR_NO_OFFSET, "temporary file was changed");
		fact_combine(&k->fact, &f);
		return 0;
	}
	if (k->any && fact_tell(m, &k->fact, e) < 0)
		return -1;
	return keep(k, key, payload, e);
}

static int facts_from_disk(struct merge *m, err *e)
{
	struct kept k = { 0 };
	bytes key, payload;
	int rc = facts_aside(m, e), more = 0;

	while (rc == 0 && (more = sorter_next(m->spilled, &key, &payload, e)) > 0)
		rc = fact_join(m, &k, key, payload, e);
	if (rc == 0 && more == 0 && k.any)
		rc = fact_tell(m, &k.fact, e);
	buf_done(&k.key);
	buf_done(&k.payload);
	return rc < 0 || more < 0 ? -1 : 0;
}

/* --- batches and items ---------------------------------------------------------------------- */

static int runs_put(struct merge *m, const struct item_state *it, const Wire__Batch *b, err *e)
{
	for (size_t i = 0; i < b->n_runs; i++) {
		const Wire__Run *w = b->runs[i];
		struct idrun r = { w->first, w->last, w->first_ns, w->last_ns, it->id };

		if (idruns_add(&m->runs, wire_str(w->computer), wire_str(w->channel), &r, e) < 0)
			return -1;
	}
	return 0;
}

static int kind_put(struct merge *m, const Wire__Kind *w, err *e)
{
	str fields[LIMIT_CENSUS_KIND_FIELDS];
	struct census_kind k = {
		.windows = w->windows,
		.rest = w->rest,
		.more_fields = w->more_fields,
		.source = wire_str(w->source),
		.provider = wire_str(w->provider),
		.event_id = wire_str(w->event_id),
		.events = w->events,
		.fields = fields,
		.nfields = (uint32_t)w->n_fields,
	};

	for (size_t i = 0; i < w->n_fields; i++)
		fields[i] = wire_str(w->fields[i]);
	return m->sink->kind ? m->sink->kind(m->sink->ctx, &k, e) : 0;
}

int merge_batch(struct merge *m, struct item_state *it, const Wire__Batch *b, err *e)
{
	for (size_t i = 0; i < b->n_findings; i++)
		if (finding_put(m, it, b->findings[i], e) < 0)
			return -1;
	for (size_t i = 0; i < b->n_gaps; i++)
		if (gap_put(m, it, b->gaps[i], e) < 0)
			return -1;
	for (size_t i = 0; i < b->n_facts; i++)
		if (fact_put(m, it, b->facts[i], e) < 0)
			return -1;
	for (size_t i = 0; i < b->n_kinds; i++)
		if (kind_put(m, b->kinds[i], e) < 0)
			return -1;
	return runs_put(m, it, b, e);
}

void merge_item_done(struct item_state *it, const Wire__ItemDone *d)
{
	it->events += d->events;
	it->recovered += d->recovered;
	it->fatal |= d->fatal;
	if (d->first_ns != TIME_NONE && (it->first_ns == TIME_NONE || d->first_ns < it->first_ns))
		it->first_ns = d->first_ns;
	if (d->last_ns > it->last_ns) /* TIME_NONE is the smallest */
		it->last_ns = d->last_ns;
	it->size += d->size;
	if (d->format.len && d->format.len <= ITEM_FORMAT_MAX) {
		memcpy(it->format, d->format.data, d->format.len);
		it->format[d->format.len] = '\0';
	}
	if (d->sha256.len == SHA256_LEN) {
		memcpy(it->sha256, d->sha256.data, SHA256_LEN);
		it->has_sha256 = true;
	}
}

int merge_item_put(struct merge *m, const struct item_state *it, err *e)
{
	enum verdict v = verdict_of(it);
	struct store_item s = {
		.id = it->id,
		.parent = it->parent,
		.path = it->path,
		.size = it->size,
		.mtime_ns = it->mtime_ns,
		.has_sha256 = it->has_sha256,
		.cited = it->cited,
		.format = str_of(it->format),
		.verdict = str_of(verdict_name(v)),
		.reason = str_of(it->reason),
		.events = it->events,
		.recovered = it->recovered,
		.first_ns = it->first_ns,
		.last_ns = it->last_ns,
	};

	memcpy(s.sha256, it->sha256, sizeof s.sha256);
	if (m->correlator &&
	    correlator_item(m->correlator, it->id, it->has_sha256 ? it->sha256 : NULL, e) < 0)
		return -1;
	m->totals->items++;
	m->totals->items_by_verdict[v]++;
	m->totals->events += it->events;
	m->totals->recovered += it->recovered;
	if (!it->container)
		m->totals->bytes += it->size;
	return m->sink->item ? m->sink->item(m->sink->ctx, &s, e) : 0;
}

/* A gap that belongs to no item. */
static int gap_tell(void *ctx, const struct gap *g, err *e)
{
	struct merge *m = ctx;
	struct gap tame = *g;

	text_tame(tame.text); /* it quotes names from the evidence */
	m->totals->gaps++;
	return m->sink->gap ? m->sink->gap(m->sink->ctx, &tame, e) : 0;
}

int merge_finish(struct merge *m, err *e)
{
	const struct correlate_sink sink = { m, finding_tell, gap_tell, NULL };

	if (idruns_gaps(&m->runs, gap_tell, m, e) < 0 ||
	    (m->correlator && correlator_finish(m->correlator, &sink, e) < 0))
		return -1;
	return m->spilled ? facts_from_disk(m, e) : facts_from_table(m, e);
}
