#include "engine/wire_emit.h"

#include "util/limits.h"

enum { /* field numbers of wire.proto */
       FROM_WORKER_BATCH = 5,
       BATCH_FINDINGS = 8,
       BATCH_GAPS = 9,
       BATCH_FACTS = 10,
       BATCH_RUNS = 11,
       BATCH_KINDS = 12,
};

_Static_assert(EVENT_RECOVERED == 1, "emit_count() adds the flag");

void emit_init(struct emit *em, int fd)
{
	*em = (struct emit){ .fd = fd };
}

void emit_done(struct emit *em)
{
	buf_done(&em->body);
	buf_done(&em->frame);
}

void emit_begin(struct emit *em, uint32_t task, uint32_t member)
{
	em->task = task;
	em->member = member;
	em->offset = em->events = em->recovered = 0;
	em->first_ns = em->last_ns = TIME_NONE;
	em->gaps = 0;
	em->rest_gaps = em->rest_lost = 0;
	buf_clear(&em->body);
}

int emit_flush(struct emit *em, err *e)
{
	Wire__Batch head = WIRE__BATCH__INIT;
	size_t len;

	head.task = em->task;
	head.member = em->member;
	head.offset = em->offset;
	head.events = em->events;
	head.recovered = em->recovered;
	head.first_ns = em->first_ns;
	head.last_ns = em->last_ns;
	len = wire__batch__get_packed_size(&head);
	buf_clear(&em->frame);
	wire_add_varint(&em->frame, FROM_WORKER_BATCH << 3 | 2);
	wire_add_varint(&em->frame, len + em->body.len);
	if (buf_reserve(&em->frame, len + em->body.len)) {
		wire__batch__pack(&head, (uint8_t *)em->frame.ptr + em->frame.len);
		em->frame.len += len;
	}
	buf_add(&em->frame, em->body.ptr, em->body.len);
	if (em->frame.failed || em->body.failed)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for results");
	buf_clear(&em->body);
	return wire_send(em->fd, str_bytes(buf_view(&em->frame)), NULL, 0, true, e);
}

static int add(struct emit *em, unsigned field, const ProtobufCMessage *m, err *e)
{
	wire_add_element(&em->body, field, m);
	return em->body.len >= LIMIT_WIRE_BATCH || em->body.failed ? emit_flush(em, e) : 0;
}

static size_t refs_fill(Wire__Ref *refs, Wire__Ref **at, const struct event_ref *from, size_t n, size_t max)
{
	if (n > max)
		n = max;
	for (size_t i = 0; i < n; i++) {
		wire__ref__init(&refs[i]);
		refs[i].offset = from[i].offset;
		refs[i].record = from[i].record;
		at[i] = &refs[i];
	}
	return n;
}

static size_t details_fill(Wire__Detail *details, Wire__Detail **at, const struct finding_detail *from,
			   size_t n, size_t max)
{
	if (n > max)
		n = max;
	for (size_t i = 0; i < n; i++) {
		wire__detail__init(&details[i]);
		details[i].name = wire_bytes(from[i].name);
		details[i].value = wire_bytes(from[i].value);
		at[i] = &details[i];
	}
	return n;
}

int emit_finding(struct emit *em, const struct finding *f, err *e)
{
	Wire__Finding m = WIRE__FINDING__INIT;
	Wire__Detail details[FINDING_DETAILS_MAX], *detail_at[FINDING_DETAILS_MAX];
	Wire__Detail keys[LIMIT_FINDING_KEYS], *key_at[LIMIT_FINDING_KEYS];
	Wire__Ref refs[LIMIT_WIRE_REFS], *ref_at[LIMIT_WIRE_REFS];

	m.rule_id = wire_bytes(f->rule_id);
	m.rule_title = wire_bytes(f->rule_title);
	m.level = (uint32_t)f->level;
	m.tags = wire_bytes(f->tags);
	m.profile = wire_bytes(f->profile);
	m.time_ns = f->time_ns;
	m.host = wire_bytes(f->host);
	m.channel = wire_bytes(f->channel);
	m.provider = wire_bytes(f->provider);
	m.event_id = f->event_id;
	m.record_id = f->record_id;
	m.flags = f->flags;
	m.n_refs = refs_fill(refs, ref_at, f->refs, f->nrefs, COUNT(refs));
	m.refs = ref_at;
	m.n_details = details_fill(details, detail_at, f->details, f->ndetails, COUNT(details));
	m.details = detail_at;
	m.n_keys = details_fill(keys, key_at, f->keys, f->nkeys, COUNT(keys));
	m.keys = key_at;
	return add(em, BATCH_FINDINGS, &m.base, e);
}

static int gap_send(struct emit *em, const struct gap *g, err *e)
{
	Wire__Gap m = WIRE__GAP__INIT;

	m.kind = (uint32_t)g->kind;
	m.from = g->from;
	m.to = g->to < g->from ? g->from : g->to;
	m.lost = g->lost;
	m.first_ns = g->first_ns;
	m.last_ns = g->last_ns;
	m.text = wire_bytes((str){ g->text, strnlen(g->text, GAP_TEXT_MAX - 1) });
	return add(em, BATCH_GAPS, &m.base, e);
}

int emit_gap(struct emit *em, const struct gap *g, err *e)
{
	if (em->gaps < LIMIT_GAPS_ITEM) {
		em->gaps++;
		return gap_send(em, g, e);
	}
	em->rest_gaps++;
	em->rest_lost += g->lost;
	return 0;
}

int emit_fact(struct emit *em, const struct fact *f, err *e)
{
	Wire__Fact m = WIRE__FACT__INIT;
	Wire__Attr attrs[FA_COUNT], *attr_at[FA_COUNT];
	Wire__Ref refs[FACT_REFS], *ref_at[FACT_REFS];

	m.kind = (uint32_t)f->kind;
	m.attrs = attr_at;
	for (uint32_t i = 0; i < FA_COUNT; i++) {
		if (!f->attr[i].len)
			continue;
		wire__attr__init(&attrs[i]);
		attrs[i].attr = i;
		attrs[i].value = wire_bytes(f->attr[i]);
		attr_at[m.n_attrs++] = &attrs[i];
	}
	m.first_ns = f->first_ns;
	m.last_ns = f->last_ns;
	m.count = f->count;
	m.bytes = f->bytes;
	m.hours = f->hours;
	m.n_refs = refs_fill(refs, ref_at, f->refs, f->nrefs, COUNT(refs));
	m.refs = ref_at;
	return add(em, BATCH_FACTS, &m.base, e);
}

int emit_run(struct emit *em, const struct record_run *r, err *e)
{
	Wire__Run m = WIRE__RUN__INIT;

	m.computer = wire_bytes(r->computer);
	m.channel = wire_bytes(r->channel);
	m.first = r->first;
	m.last = r->last;
	m.first_ns = r->first_ns;
	m.last_ns = r->last_ns;
	return add(em, BATCH_RUNS, &m.base, e);
}

int emit_kind(struct emit *em, const struct census_kind *k, err *e)
{
	Wire__Kind m = WIRE__KIND__INIT;
	ProtobufCBinaryData fields[LIMIT_CENSUS_KIND_FIELDS];

	m.windows = k->windows;
	m.rest = k->rest;
	m.more_fields = k->more_fields;
	m.source = wire_bytes(k->source);
	m.provider = wire_bytes(k->provider);
	m.event_id = wire_bytes(k->event_id);
	m.events = k->events;
	m.fields = fields;
	for (uint32_t i = 0; i < k->nfields && m.n_fields < COUNT(fields); i++)
		fields[m.n_fields++] = wire_bytes(k->fields[i]);
	return add(em, BATCH_KINDS, &m.base, e);
}

int emit_finish(struct emit *em, err *e)
{
	struct gap g;

	if (em->rest_gaps) {
		gap_set(&g, GAP_DAMAGED, 0, em->offset, "%llu more gaps, not told one by one",
			(unsigned long long)em->rest_gaps);
		g.lost = em->rest_lost;
		em->rest_gaps = 0;
		if (gap_send(em, &g, e) < 0)
			return -1;
	}
	return emit_flush(em, e);
}
