#include "engine/wire_check.h"

#include "detect/finding.h"
#include "event/gap.h"
#include "facts/fact.h"
#include "util/limits.h"
#include "util/sha256.h"

enum { FORMAT_MAX = 32 };

#define BAD(...) err_set(e, ERR_CORRUPT, ERR_NO_OFFSET, __VA_ARGS__)

void wire_peer_task(struct wire_peer *p, const Wire__Task *t)
{
	p->task = t->id;
	p->kind = t->kind;
	p->identified = t->kind != WIRE__TASK_KIND__ITEM;
	p->container = p->split = p->item_done = p->parent_done = false;
	p->member = t->skip_members;
	p->offset_max = t->size < INT64_MAX - LIMIT_ITEM_GROWTH ? t->size + LIMIT_ITEM_GROWTH : INT64_MAX;
	if (t->turn)
		wire_peer_turn(p, t->id, true);
}

void wire_peer_turn(struct wire_peer *p, uint32_t task, bool taken)
{
	p->turn = task;
	p->turn_taken = taken;
}

static bool text_ok(ProtobufCBinaryData b)
{
	return b.len <= LIMIT_WIRE_TEXT;
}

static bool format_ok(ProtobufCBinaryData b)
{
	if (b.len > FORMAT_MAX)
		return false;
	for (size_t i = 0; i < b.len; i++) {
		uint8_t c = b.data[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-' && c != '_')
			return false;
	}
	return true;
}

/* Offsets inside a plain file are bounded by its size; inside a member only by sense. */
static bool offset_ok(const struct wire_peer *p, uint64_t off)
{
	return off <= (p->container && p->member ? INT64_MAX : p->offset_max);
}

static int refs_check(const struct wire_peer *p, Wire__Ref *const *refs, size_t n, size_t max, err *e)
{
	if (n > max)
		return BAD("%zu event references", n);
	for (size_t i = 0; i < n; i++)
		if (!offset_ok(p, refs[i]->offset))
			return BAD("event reference behind the content");
	return 0;
}

static int finding_check(const struct wire_peer *p, const Wire__Finding *f, err *e)
{
	if (f->level > LEVEL_CRITICAL || f->flags > UINT8_MAX)
		return BAD("finding of level %u", f->level);
	if (!text_ok(f->rule_id) || !text_ok(f->rule_title) || !text_ok(f->tags) || !text_ok(f->profile) ||
	    !text_ok(f->host) || !text_ok(f->channel) || !text_ok(f->provider))
		return BAD("finding with a text that is too long");
	if (f->n_details > FINDING_DETAILS_MAX)
		return BAD("finding with %zu details", f->n_details);
	for (size_t i = 0; i < f->n_details; i++)
		if (!text_ok(f->details[i]->name) || !text_ok(f->details[i]->value))
			return BAD("finding with a detail that is too long");
	if (f->n_keys > LIMIT_FINDING_KEYS)
		return BAD("finding with %zu keys", f->n_keys);
	for (size_t i = 0; i < f->n_keys; i++)
		if (!text_ok(f->keys[i]->name) || f->keys[i]->value.len > LIMIT_FINDING_KEY + 1)
			return BAD("finding with a key that is too long");
	if (!f->n_refs)
		return BAD("finding without event");
	return refs_check(p, f->refs, f->n_refs, LIMIT_WIRE_REFS, e);
}

static int gap_check(const struct wire_peer *p, const Wire__Gap *g, err *e)
{
	if (g->kind >= GAP_KINDS || g->kind == GAP_WORKER || g->kind == GAP_MISSING)
		return BAD("gap of kind %u", g->kind);
	if (g->text.len >= GAP_TEXT_MAX)
		return BAD("gap with a text of %zu bytes", g->text.len);
	if (g->from > g->to || !offset_ok(p, g->from))
		return BAD("gap with an impossible range");
	return 0;
}

static int fact_check(const struct wire_peer *p, const Wire__Fact *f, err *e)
{
	uint32_t seen = 0;

	_Static_assert(FA_COUNT <= 32, "seen has a bit per attribute");
	if (f->kind >= FACT_KINDS || !f->count)
		return BAD("fact of kind %u", f->kind);
	for (size_t i = 0; i < f->n_attrs; i++) {
		const Wire__Attr *a = f->attrs[i];

		if (a->attr >= FA_COUNT || seen & UINT32_C(1) << a->attr || !text_ok(a->value))
			return BAD("fact with attribute %u", a->attr);
		seen |= UINT32_C(1) << a->attr;
	}
	if (f->hours >> 24)
		return BAD("fact in hours %#x of a day", f->hours);
	return refs_check(p, f->refs, f->n_refs, FACT_REFS, e);
}

static int run_check(const Wire__Run *r, err *e)
{
	if (r->first > r->last)
		return BAD("run of record ids that ends before it begins");
	if (!text_ok(r->computer) || !text_ok(r->channel))
		return BAD("run of record ids with a text that is too long");
	return 0;
}

static int kind_check(const Wire__Kind *k, err *e)
{
	if (!k->events || k->n_fields > LIMIT_CENSUS_KIND_FIELDS || (k->rest && k->n_fields))
		return BAD("kind of %llu events with %zu fields", (unsigned long long)k->events, k->n_fields);
	if (k->source.len > LIMIT_CENSUS_NAME || k->provider.len > LIMIT_CENSUS_NAME ||
	    k->event_id.len > LIMIT_CENSUS_NAME)
		return BAD("kind of events with a name that is too long");
	for (size_t i = 0; i < k->n_fields; i++)
		if (k->fields[i].len > LIMIT_CENSUS_NAME)
			return BAD("field with a name that is too long");
	return 0;
}

static int batch_check(const struct wire_peer *p, const Wire__Batch *b, err *e)
{
	if (!offset_ok(p, b->offset) || b->recovered > b->events)
		return BAD("batch with impossible counters");
	for (size_t i = 0; i < b->n_findings; i++)
		if (finding_check(p, b->findings[i], e) < 0)
			return -1;
	for (size_t i = 0; i < b->n_gaps; i++)
		if (gap_check(p, b->gaps[i], e) < 0)
			return -1;
	for (size_t i = 0; i < b->n_facts; i++)
		if (fact_check(p, b->facts[i], e) < 0)
			return -1;
	for (size_t i = 0; i < b->n_runs; i++)
		if (run_check(b->runs[i], e) < 0)
			return -1;
	for (size_t i = 0; i < b->n_kinds; i++)
		if (kind_check(b->kinds[i], e) < 0)
			return -1;
	return 0;
}

/* Messages about content: of the running task, after it was identified, before it was done. */
static int place_check(const struct wire_peer *p, uint32_t task, uint32_t member, err *e)
{
	if (!p->task || task != p->task)
		return BAD("results for task %u while task %u runs", task, p->task);
	if (!p->identified || p->split)
		return BAD("results before the content was identified");
	if (p->container ? member != 0 && member != p->member : member != 0)
		return BAD("results for member %u inside member %u", member, p->member);
	return 0;
}

static int member_check(struct wire_peer *p, const Wire__Member *m, err *e)
{
	if (m->task != p->task || !p->container || p->parent_done)
		return BAD("member outside an archive");
	if (p->member && !p->item_done)
		return BAD("member %u begins inside member %u", m->member, p->member);
	if (m->member != p->member + 1 || m->member > LIMIT_MEMBERS || !text_ok(m->path))
		return BAD("member %u after member %u", m->member, p->member);
	p->member = m->member;
	p->item_done = false;
	return 0;
}

static int item_check(struct wire_peer *p, const Wire__ItemDone *m, err *e)
{
	if (place_check(p, m->task, m->member, e) < 0)
		return -1;
	if (m->member ? p->item_done : p->parent_done)
		return BAD("item done twice");
	if (!m->member && p->member && !p->item_done)
		return BAD("archive done inside member %u", p->member);
	if ((m->sha256.len && m->sha256.len != SHA256_LEN) || !format_ok(m->format) ||
	    m->recovered > m->events || !offset_ok(p, m->size))
		return BAD("item with impossible figures");
	if (m->member)
		p->item_done = true;
	else
		p->parent_done = true;
	return 0;
}

static int done_check(struct wire_peer *p, const Wire__Done *m, err *e)
{
	if (!p->task || m->task != p->task)
		return BAD("task %u done while task %u runs", m->task, p->task);
	if (!p->split && !p->parent_done)
		return BAD("task done before its item");
	if (m->pending && (!p->output || (p->turn == p->task && p->turn_taken)))
		return BAD("output pending although it could be written");
	if (!m->pending && p->turn == p->task)
		p->turn = 0;
	p->task = 0;
	return 0;
}

static int identified_check(struct wire_peer *p, const Wire__Identified *m, err *e)
{
	if (!p->task || m->task != p->task || p->identified)
		return BAD("content identified at the wrong time");
	if (!format_ok(m->format) || (m->container && m->split) || (m->split && !m->format.len))
		return BAD("content identified as nothing possible");
	if (p->member && !m->container)
		return BAD("archive is none the second time");
	p->identified = true;
	p->container = m->container;
	p->split = m->split;
	p->item_done = true; /* of the member before the first */
	return 0;
}

int wire_check(struct wire_peer *p, const Wire__FromWorker *m, err *e)
{
	if (!p->greeted && m->body_case != WIRE__FROM_WORKER__BODY_HELLO &&
	    m->body_case != WIRE__FROM_WORKER__BODY_REFUSED)
		return BAD("first message is of type %d", (int)m->body_case);
	switch (m->body_case) {
	case WIRE__FROM_WORKER__BODY_HELLO:
	case WIRE__FROM_WORKER__BODY_REFUSED:
		if (p->greeted)
			return BAD("second greeting");
		p->greeted = true;
		return m->body_case == WIRE__FROM_WORKER__BODY_HELLO || text_ok(m->refused->text)
			       ? 0
			       : BAD("refusal that is too long");
	case WIRE__FROM_WORKER__BODY_IDENTIFIED:
		return identified_check(p, m->identified, e);
	case WIRE__FROM_WORKER__BODY_MEMBER:
		return member_check(p, m->member, e);
	case WIRE__FROM_WORKER__BODY_BATCH:
		return place_check(p, m->batch->task, m->batch->member, e) < 0 ? -1
									       : batch_check(p, m->batch, e);
	case WIRE__FROM_WORKER__BODY_ITEM_DONE:
		return item_check(p, m->item_done, e);
	case WIRE__FROM_WORKER__BODY_LOOKED:
		return p->task && m->looked->task == p->task && !p->identified &&
				       offset_ok(p, m->looked->offset)
			       ? 0
			       : BAD("look at content at the wrong time or place");
	case WIRE__FROM_WORKER__BODY_DONE:
		return done_check(p, m->done, e);
	case WIRE__FROM_WORKER__BODY_WAITING:
		return p->output && p->task ? 0 : BAD("waiting for nothing");
	case WIRE__FROM_WORKER__BODY_TURN_TAKEN:
		if (!p->turn || m->turn_taken->task != p->turn || p->turn_taken)
			return BAD("turn taken that was not given");
		p->turn_taken = true;
		return 0;
	case WIRE__FROM_WORKER__BODY_WRITTEN:
		if (!p->turn || m->written->task != p->turn || !p->turn_taken || p->turn == p->task)
			return BAD("output written out of turn");
		p->turn = 0;
		return 0;
	case WIRE__FROM_WORKER__BODY_OUTPUT_FAILED:
		return p->turn && p->turn_taken ? 0 : BAD("output failed out of turn");
	case WIRE__FROM_WORKER__BODY__NOT_SET:
	case _WIRE__FROM_WORKER__BODY__CASE_IS_INT_SIZE:
		break;
	}
	return BAD("message of unknown type");
}
