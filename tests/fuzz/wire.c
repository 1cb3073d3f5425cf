/* Any bytes as what a worker sends: unpacked, checked, and what is accepted merged.
 * Input: one byte of options, then frames: two bytes of length, the frame. */
#include <stdlib.h>

#include "engine/merge.h"
#include "engine/wire_check.h"
#include "util/limits.h"

static int kind(void *ctx, const struct census_kind *k, err *e)
{
	(void)ctx, (void)e;
	if (!k->events || k->nfields > LIMIT_CENSUS_KIND_FIELDS)
		abort();
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What the merge lets through must keep the promises of finding.h, fact.h and gap.h. */
static int finding(void *ctx, const struct finding *f, err *e)
{
	if (f->level > LEVEL_CRITICAL || !f->nrefs || f->ndetails > FINDING_DETAILS_MAX)
		abort();
	return 0;
}

static int fact(void *ctx, const struct fact *f, err *e)
{
	if (f->kind >= FACT_KINDS || !f->count || f->nrefs > FACT_REFS)
		abort();
	return 0;
}

static int gap(void *ctx, const struct gap *g, err *e)
{
	if (g->kind >= GAP_KINDS || g->to < g->from || !memchr(g->text, 0, GAP_TEXT_MAX))
		abort();
	for (const char *z = g->text; *z; z++)
		if ((unsigned char)*z < 0x20)
			abort();
	return 0;
}

static void begin(struct wire_peer *p, uint8_t options)
{
	Wire__Task t = WIRE__TASK__INIT;

	*p = (struct wire_peer){ .output = options & 1, .greeted = options & 2 };
	t.id = 7;
	t.kind = options & 4 ? WIRE__TASK_KIND__PIECE : WIRE__TASK_KIND__ITEM;
	t.size = 1u << 20;
	t.turn = options & 8;
	wire_peer_task(p, &t);
}

static void accepted(struct merge *m, struct item_state *it, const Wire__FromWorker *msg)
{
	if (msg->body_case == WIRE__FROM_WORKER__BODY_BATCH)
		(void)merge_batch(m, it, msg->batch, NULL);
	if (msg->body_case == WIRE__FROM_WORKER__BODY_ITEM_DONE) {
		merge_item_done(it, msg->item_done);
		(void)merge_item_put(m, it, NULL);
	}
}

static void frames(struct merge *m, bytes rest)
{
	struct wire_peer peer;
	struct item_state it;
	arena mem;
	uint16_t len;
	bytes frame;

	begin(&peer, rest.ptr[0]);
	item_state_init(&it, 0, UINT32_MAX, STR("item"), 0);
	arena_init(&mem, LIMIT_WIRE_UNPACKED);
	for (uint64_t at = 1; bytes_le16(rest, at, &len) && bytes_sub(rest, at + 2, len, &frame);
	     at += 2u + len) {
		const Wire__FromWorker *msg;
		err e = { 0 };

		arena_clear(&mem);
		msg = wire_unpack_from(frame, &mem);
		if (!msg || wire_check(&peer, msg, &e) < 0)
			break; /* the worker would be dead now */
		accepted(m, &it, msg);
	}
	arena_done(&mem);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct engine_sink sink = { .finding = finding, .fact = fact, .gap = gap, .kind = kind };
	struct engine_totals totals = { 0 };
	struct merge m;

	if (!size)
		return 0;
	if (merge_init(&m, &sink, &totals, NULL) == 0) {
		frames(&m, (bytes){ data, size });
		(void)merge_finish(&m, NULL);
	}
	merge_done(&m);
	return 0;
}
