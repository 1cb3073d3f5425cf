#include "engine/worker_item.h"

#include "engine/declared.h"
#include "engine/unread.h"
#include "event/render_csv.h"
#include "readers/evtx/evtx.h"
#include "util/limits.h"

enum {
	FLUSH_BYTES = 1 << 20,  /* content between two signs of life */
	FACTS_BYTES = 16 << 20, /* content whose facts are merged before they are handed on */
};

/* --- one item's own state ------------------------------------------------------------------- */

void item_forget(struct worker *w)
{
	if (w->detector)
		detector_forget_schemas(w->detector);
	fact_table_free(w->facts);
	census_free(w->census);
	render_cache_free(w->ecs.cache);
	schema_set_free(w->schemas);
	w->facts = NULL;
	w->census = NULL;
	w->ecs.cache = NULL;
	w->schemas = NULL;
}

static int session_new(struct worker *w, err *e)
{
	item_forget(w);
	w->schemas = schema_set_new(e);
	if (!w->schemas)
		return -1;
	if (w->rules && !w->detector && detector_new(&w->detector, w->rules, e) < 0)
		return -1;
	if (w->detector)
		detector_set_naive(w->detector, w->naive);
	if (w->census_on && census_new(&w->census, LIMIT_CENSUS_ITEM_KINDS, e) < 0)
		return -1;
	if (w->output == OUTPUT_ECS_JSONL) {
		w->ecs.cache = render_cache_new(e);
		if (!w->ecs.cache)
			return -1;
	}
	return w->facts_on ? fact_table_new(&w->facts, e) : 0;
}

static int session_begin(struct worker *w, err *e)
{
	bool ready = w->schemas && (!w->rules || w->detector) && (!w->facts_on || w->facts) &&
		     (!w->census_on || w->census);

	w->detecting = w->rules != NULL;
	w->observing = w->facts_on;
	w->counting = w->census_on;
	return ready && schema_set_next_item(w->schemas) ? 0 : session_new(w, e);
}

static int sent(struct worker *w, int rc)
{
	if (rc < 0)
		w->sink_failed = true;
	return rc;
}

static int facts_send(struct worker *w, err *e)
{
	size_t n;

	if (!w->facts || !fact_table_len(w->facts))
		return 0;
	if (fact_table_sort(w->facts, e) < 0)
		return -1;
	n = fact_table_len(w->facts);
	for (size_t i = 0; i < n; i++)
		if (sent(w, emit_fact(&w->emit, fact_table_at(w->facts, i), e)) < 0)
			return -1;
	fact_table_clear(w->facts);
	return 0;
}

static int census_send(struct worker *w, err *e)
{
	if (!w->census || !census_len(w->census))
		return 0;
	if (census_sort(w->census, e) < 0)
		return -1;
	for (size_t i = 0; i < census_len(w->census); i++)
		if (sent(w, emit_kind(&w->emit, census_at(w->census, i), e)) < 0)
			return -1;
	census_clear(w->census);
	return 0;
}

int item_gap(struct worker *w, const err *why, uint64_t from, uint64_t to, err *e)
{
	struct gap g;

	drive_gap_of_err(&g, why, from, to);
	return sent(w, emit_gap(&w->emit, &g, e));
}

/* --- what the reader gives ------------------------------------------------------------------ */

static int on_finding(void *ctx, const struct finding *f, err *e)
{
	struct worker *w = ctx;

	return sent(w, emit_finding(&w->emit, f, e));
}

/* Detection or extraction that fails is a gap of this item; its reading goes on without. */
static int stage_failed(struct worker *w, const char *stage, const event *ev, err *why, err *e)
{
	if (w->sink_failed) {
		*e = *why;
		return -1;
	}
	why->code = ERR_LIMIT;
	err_prefix(why, "%s stopped here", stage);
	return item_gap(w, why, ev->ref.offset, ev->ref.offset + ev->length, e);
}

static int detect(struct worker *w, const event *ev, err *e)
{
	err why = { 0 };

	if (detector_event(w->detector, ev, on_finding, w, &why) == 0) {
		struct gap g;

		while (detector_take_gap(w->detector, &g))
			if (sent(w, emit_gap(&w->emit, &g, e)) < 0)
				return -1;
		return 0;
	}
	w->detecting = false;
	return stage_failed(w, "detection", ev, &why, e);
}

static int observe(struct worker *w, const event *ev, err *e)
{
	err why = { 0 };

	if (fact_table_observe(w->facts, ev, &why) == 0 &&
	    (!fact_table_full(w->facts) || facts_send(w, &why) == 0))
		return 0;
	w->observing = false;
	fact_table_clear(w->facts);
	return stage_failed(w, "extraction of facts", ev, &why, e);
}

static int count(struct worker *w, const event *ev, err *e)
{
	err why = { 0 };

	if (census_event(w->census, ev, &why) == 0)
		return 0;
	w->counting = false;
	return stage_failed(w, "counting of kinds of events", ev, &why, e);
}

static int on_event(void *ctx, const event *ev, err *e)
{
	struct worker *w = ctx;

	emit_count(&w->emit, ev);
	if ((ev->flags & (EVENT_PARTIAL | EVENT_RECOVERED)) == EVENT_PARTIAL) {
		if (w->damaged++ == 0)
			w->damaged_from = ev->ref.offset;
		w->damaged_to = ev->ref.offset + ev->length;
	}
	if (w->render) {
		if (!w->render(w, ev))
			return err_set(e, ERR_OOM, ev->ref.offset, "no memory for output");
		buf_byte(&w->out.cur, '\n');
	}
	if (w->counting && count(w, ev, e) < 0)
		return -1;
	if (w->detecting && detect(w, ev, e) < 0)
		return -1;
	return w->observing ? observe(w, ev, e) : 0;
}

static int on_gap(void *ctx, const struct gap *g, err *e)
{
	struct worker *w = ctx;

	return sent(w, emit_gap(&w->emit, g, e));
}

static int on_run(void *ctx, const struct record_run *r, err *e)
{
	struct worker *w = ctx;

	return sent(w, emit_run(&w->emit, r, e));
}

static int output_block(struct worker *w, err *e)
{
	if (sent(w, outbox_block_end(&w->out, e)) < 0)
		return -1;
	if (w->out.turn && !outbox_waits(&w->out))
		return 0;
	if (sent(w, worker_control(w, false, e)) < 0)
		return -1;
	while (outbox_full(&w->out))
		if (sent(w, worker_control(w, true, e)) < 0)
			return -1;
	return 0;
}

static int on_block_end(void *ctx, uint64_t offset, err *e)
{
	struct worker *w = ctx;

	w->emit.offset = offset;
	if (w->facts && offset - w->facts_at >= FACTS_BYTES) {
		w->facts_at = offset;
		if (facts_send(w, e) < 0)
			return -1;
	}
	if (offset - w->flushed_at >= FLUSH_BYTES) {
		w->flushed_at = offset;
		if (sent(w, emit_flush(&w->emit, e)) < 0)
			return -1;
	}
	return w->output ? output_block(w, e) : 0;
}

/* --- one item ------------------------------------------------------------------------------- */

static bool render_native(struct worker *w, const event *ev)
{
	return evtx_render_json(&w->out.cur, ev);
}

static bool render_columns(struct worker *w, const event *ev)
{
	render_evtx_json(&w->out.cur, ev);
	return !w->out.cur.failed;
}

static bool render_as_ecs(struct worker *w, const event *ev)
{
	render_ecs(&w->out.cur, ev, &w->ecs);
	return !w->out.cur.failed;
}

static bool render_as_csv(struct worker *w, const event *ev)
{
	render_csv(&w->out.cur, ev, w->ecs.path);
	buf_byte(&w->out.cur, '\r'); /* CSV_LINE_END with the line feed of every format */
	return !w->out.cur.failed;
}

static void render_choose(struct worker *w, const struct item_what *what)
{
	w->render = NULL;
	if (w->output == OUTPUT_EVTX_JSONL)
		w->render = strcmp(what->ops->name, "evtx") == 0 ? render_native : render_columns;
	if (w->output == OUTPUT_ECS_JSONL)
		w->render = render_as_ecs;
	if (w->output == OUTPUT_CSV)
		w->render = render_as_csv;
	w->ecs.path = what->path;
}

int item_identify(struct worker *w, struct item_what *what, err *e)
{
	bytes head = window_bytes(&w->win);
	const char *name;
	err why = { 0 };

	if (!head.len) {
		err_set(&why, ERR_ARG, 0, "empty: nothing to read"); /* told as GAP_UNKNOWN */
		return item_gap(w, &why, 0, 0, e);
	}
	if (head.len > READER_PROBE_LEN)
		head.len = READER_PROBE_LEN;
	what->ops = reader_pick(head, what->path, &why);
	if (what->ops) {
		what->format = str_of(what->ops->name);
		return 0;
	}
	name = unread_name(head);
	if (name)
		err_set(&why, ERR_ARG, 0, "not read: %s", name);
	why.code = ERR_ARG; /* told as GAP_UNKNOWN */
	return item_gap(w, &why, 0, window_end(&w->win), e);
}

static int read_with(struct worker *w, struct item_what *what, err *e)
{
	const struct drive_sink sink = { w, on_event, on_gap, on_run, on_block_end };
	struct reader_env env = {
		.schemas = w->schemas,
		.begin = what->begin,
		.end = what->end,
		.path = what->path,
		.ops = what->ops,
		.head = what->head.len ? what->head : window_bytes(&w->win),
		.mtime_ns = collection_written(&w->collection, what->mtime_ns),
		.host = collection_host(&w->collection, what->path),
	};
	bool fatal = false;
	int rc;

	if (env.head.len > READER_PROBE_LEN)
		env.head.len = READER_PROBE_LEN;
	declared_apply(w->declared, w->ndeclared, &env);
	if (w->detector &&
	    detector_declare(w->detector, declared_source(w->declared, w->ndeclared, what->path), e) < 0)
		return -1;

	w->win.align = what->ops->piece_align;
	w->win.align_first = what->ops->piece_first;
	w->win.stop = what->end;
	render_choose(w, what);
	rc = drive_reader(what->ops, &env, &w->win, &sink, &fatal, e);
	what->fatal |= fatal;
	return rc < 0 || census_send(w, e) < 0 ? -1 : facts_send(w, e);
}

/* Bytes that the reader did not need still belong to the hash. */
static int hash_rest(struct worker *w, struct item_what *what, err *e)
{
	err why = { 0 };

	if (!w->win.hash || what->end != UINT64_MAX)
		return 0;
	if (window_drain(&w->win, &why) == 0)
		return 0;
	w->win.hash = NULL;
	return what->fatal ? 0 : item_gap(w, &why, window_end(&w->win), UINT64_MAX, e);
}

/* Events that were given although a part of them could not be read make their item partial. */
static int damaged_gap(struct worker *w, err *e)
{
	struct gap g;

	if (!w->damaged)
		return 0;
	gap_set(&g, GAP_DAMAGED, w->damaged_from, w->damaged_to,
		"%llu events could be read in part only, the first here", (unsigned long long)w->damaged);
	return sent(w, emit_gap(&w->emit, &g, e));
}

int item_read(struct worker *w, struct item_what *what, err *e)
{
	err why = { 0 };
	int rc = 0;

	w->flushed_at = w->facts_at = what->begin;
	w->damaged = 0;
	if (what->ops) {
		if (session_begin(w, &why) < 0) {
			what->fatal = true;
			rc = item_gap(w, &why, what->begin, what->end, e);
		} else {
			rc = read_with(w, what, e);
		}
	}
	if (rc == 0)
		rc = damaged_gap(w, e);
	if (rc == 0)
		rc = hash_rest(w, what, e);
	w->emit.offset = window_end(&w->win);
	return rc;
}

int item_end(struct worker *w, const struct item_what *what, err *e)
{
	Wire__FromWorker m = WIRE__FROM_WORKER__INIT;
	Wire__ItemDone d = WIRE__ITEM_DONE__INIT;
	uint8_t digest[SHA256_LEN];

	if (w->hash_on && w->win.hash) {
		if (sha256_end(w->win.hash, digest, e) < 0)
			return -1;
		d.sha256 = (ProtobufCBinaryData){ SHA256_LEN, digest };
		w->win.hash = NULL;
	}
	if (emit_finish(&w->emit, e) < 0)
		return -1;
	d.task = what->task;
	d.member = what->member;
	d.size = window_end(&w->win);
	if (d.size < what->size_hint && !w->win.end)
		d.size = what->size_hint;
	if (what->end != UINT64_MAX && d.size > what->end)
		d.size = what->end;
	d.size -= what->begin < d.size ? what->begin : d.size;
	d.events = w->emit.events;
	d.recovered = w->emit.recovered;
	d.format = wire_bytes(what->format);
	d.first_ns = w->emit.first_ns;
	d.last_ns = w->emit.last_ns;
	d.fatal = what->fatal;
	m.body_case = WIRE__FROM_WORKER__BODY_ITEM_DONE;
	m.item_done = &d;
	return wire_send_from(w->sock, &m, e);
}
