#include <stdlib.h>

#include "readers/readers.h"
#include "readers/winjson/when.h"
#include "readers/winjson/winjson_priv.h"

enum { PROBE_OBJECTS = 32 };

/* "Record 12", which evtx_dump -o json writes before each object. */
static bool is_record_line(bytes t, size_t n)
{
	str s = { (const char *)t.ptr, n };
	uint64_t number;

	return str_starts(s, STR("Record ")) && str_to_u64((str){ s.ptr + 7, s.len - 7 }, &number);
}

/* --- gaps ----------------------------------------------------------------------------------- */

static void gap_here(struct winjson *w, struct gap *g, enum gap_kind kind, size_t len, const char *why)
{
	gap_set(g, kind, w->feed.pos, w->feed.pos + feed_span(&w->feed, len), "line %llu: %s",
		(unsigned long long)w->line, why);
	g->item = w->env.item;
	g->lost = 1;
}

static enum reader_step drop_chunk(struct winjson *w, struct gap *g, enum gap_kind kind, const char *why)
{
	size_t len = w->chunk.text.len;

	gap_here(w, g, kind, len, why);
	w->chunk.open = false;
	text_consume(w, len);
	return READER_SKIPPED;
}

static enum reader_step more(struct winjson *w, struct reader_input *in)
{
	in->need_from = w->feed.pos;
	in->need_len = w->want;
	if (w->feed.coding == FEED_UTF16LE || w->feed.coding == FEED_UTF16BE) {
		/* what is already converted is counted in content bytes, too */
		in->need_len = (size_t)(w->feed.converted - w->feed.pos) + 2 * WINDOW_STEP;
	}
	return READER_MORE;
}

static void skip_begin(struct winjson *w, bool lines)
{
	w->chunk.open = false;
	w->skipping = true;
	w->skip_lines = lines;
	w->skip = (struct balance){ 0 };
	w->skip_from = w->feed.pos;
}

/* Go on inside an object that is too long, keeping nothing. */
static enum reader_step skip_long(struct winjson *w, struct reader_input *in, struct gap *g)
{
	size_t n = balance_scan(&w->skip, w->feed.text.ptr, w->feed.text.len, w->skip_lines);
	bool ended = w->skip.depth == 0 || n < w->feed.text.len;

	text_consume(w, n);
	if (!ended && !w->feed.last) {
		window_ask(w, 0);
		return more(w, in);
	}
	w->skipping = false;
	gap_set(g, GAP_LIMIT, w->skip_from, w->feed.pos, "line %llu: object longer than %u bytes",
		(unsigned long long)w->line, LIMIT_LINE_BYTES);
	g->item = w->env.item;
	g->lost = 1;
	return READER_SKIPPED;
}

/* --- events --------------------------------------------------------------------------------- */

static bool slots_reserve(struct winjson *w, uint32_t n)
{
	value *p;

	if (n <= w->slots_cap)
		return true;
	p = realloc(w->slots, n * sizeof *p);
	if (!p)
		return false;
	w->slots = p;
	w->slots_cap = n;
	return true;
}

static void set_time(struct winjson *w, const struct plan *p, event *ev)
{
	const value *leaves = w->flat.values;
	enum time_basis basis = TIME_UTC_BY_SPEC, other;
	int64_t ns = TIME_NONE, received, utc;

	ev->time_ns = ev->written_ns = TIME_NONE;
	if (p->time_leaf >= 0 && when_parse(leaves[p->time_leaf], &ns, &basis)) {
		bool local = basis == TIME_LOCAL_ASSUMED;

		if (local && p->utc_leaf >= 0 && when_parse(leaves[p->utc_leaf], &utc, &other) &&
		    other != TIME_LOCAL_ASSUMED) {
			if (p->received_leaf >= 0 &&
			    when_parse(leaves[p->received_leaf], &received, &other) &&
			    when_local(ns, received, utc, &ns)) {
				basis = TIME_OFFSET_EXPLICIT;
			} else { /* late by the way to the collector, but in a known zone */
				ns = utc;
				basis = TIME_UTC_EXPLICIT;
			}
		}
		ev->time_ns = ns;
	}
	ev->time_basis = (uint8_t)basis;
	if (p->time_slot >= 0) {
		size_t n = time_text(ev->time_ns, w->time_text);

		if (basis == TIME_LOCAL_ASSUMED && n)
			n--; /* no zone is known: do not claim one */
		w->slots[p->time_slot] = n ? value_utf8((str){ w->time_text, n }) : (value){ 0 };
	}
}

/* NXLog and others write the bit mask as a signed decimal number, Windows in hex. */
static void hex_keywords(struct winjson *w, value *v)
{
	uint64_t u;
	int64_t i;
	int n;

	if (v->len == 0 || v->len > 20 || memchr(v->ptr, 'x', v->len))
		return;
	if (!value_u64(*v, &u)) {
		if (!value_i64(*v, &i))
			return;
		u = (uint64_t)i;
	}
	n = snprintf(w->keywords_text, sizeof w->keywords_text, "0x%llx", (unsigned long long)u);
	*v = value_utf8((str){ w->keywords_text, (size_t)n });
}

/* Wazuh escapes some texts once more. True if `v` could be such a text; *proves if it must be. */
static bool may_be_doubled(value v, bool *proves)
{
	for (uint32_t i = 0, n; i < v.len; i += n ? n : 1) {
		for (n = 0; i + n < v.len && v.ptr[i + n] == '\\'; n++)
			;
		if (n % 2 && !(i + n < v.len && v.ptr[i + n] == '"'))
			return false;
		*proves |= n > 1;
	}
	return true;
}

/* Only where every backslash of the event agrees. */
static void undouble(struct winjson *w, const struct plan *p)
{
	bool doubled = false;

	for (uint32_t k = 0; k < p->ntwice; k++) {
		value v = w->slots[p->twice[k]];

		if (v.type == VALUE_UTF8 && !may_be_doubled(v, &doubled))
			return;
	}
	for (uint32_t k = 0; doubled && k < p->ntwice; k++) {
		value *v = &w->slots[p->twice[k]];
		char *to = v->len && v->type == VALUE_UTF8 ? flat_scratch(&w->flat, v->len) : NULL;
		uint32_t n = 0;

		if (!to)
			continue;
		for (uint32_t i = 0; i < v->len; i++) {
			if (v->ptr[i] == '\\' && i + 1 < v->len)
				i++;
			to[n++] = (char)v->ptr[i];
		}
		v->ptr = (const uint8_t *)to;
		v->len = n;
	}
}

static enum reader_step event_step(struct winjson *w, const struct plan *p, const struct reader_input *in,
				   size_t from, size_t to, event *ev)
{
	uint64_t offset = w->feed.pos + feed_span(&w->feed, from), length;
	bytes raw = { NULL, 0 };

	if (!slots_reserve(w, p->schema->nslots + 1))
		return READER_FATAL;
	if (p->slot_of)
		for (uint32_t i = 0; i < p->nleaves; i++)
			w->slots[p->slot_of[i]] = w->flat.values[i];
	else if (p->nleaves)
		memcpy(w->slots, w->flat.values, p->nleaves * sizeof *w->slots);
	if (p->ntwice)
		undouble(w, p);
	if (p->keywords_slot >= 0)
		hex_keywords(w, &w->slots[p->keywords_slot]);
	*ev = (event){ .schema = p->schema, .values = w->slots };
	set_time(w, p, ev);
	length = feed_span(&w->feed, to) - feed_span(&w->feed, from);
	if (offset >= in->offset)
		bytes_sub(in->data, offset - in->offset, length, &raw);
	ev->flags = w->flat.limited ? EVENT_PARTIAL : 0;
	ev->length = (uint32_t)length;
	ev->ref = (struct event_ref){ .item = w->env.item,
				      .offset = offset,
				      .record = w->array ? w->element : w->line };
	ev->raw = raw;
	return READER_EVENT;
}

/* --- next ----------------------------------------------------------------------------------- */

enum object { OBJECT_NONE, OBJECT_READ, OBJECT_BAD, OBJECT_CUT, OBJECT_OOM };

/* The next object of the open chunk, in text.ptr[*ret_from..*ret_to) unless the chunk was repaired. */
static enum object next_object(struct winjson *w, size_t *ret_from, size_t *ret_to)
{
	struct flat_cursor *c = &w->chunk.cur;
	enum flat_result r;

	while (c->i < c->n && strchr(",[]", c->text.ptr[c->at[c->i]]))
		c->i++;
	if (c->i >= c->n)
		return OBJECT_NONE;
	*ret_from = c->at[c->i];
	if (c->text.ptr[c->at[c->i]] != '{')
		return OBJECT_BAD;
	w->flat.repaired = w->chunk.repaired;
	r = flat_object(&w->flat, c);
	if (r != FLAT_OK)
		return r == FLAT_CUT ? OBJECT_CUT : r == FLAT_BAD ? OBJECT_BAD : OBJECT_OOM;
	*ret_to = c->at[c->i - 1] + 1;
	if (w->chunk.repaired) {
		*ret_from = 0;
		*ret_to = w->chunk.text.len;
	}
	w->element++;
	return OBJECT_READ;
}

static int open_index(struct winjson *w, struct gap *g, enum reader_step *ret)
{
	switch (chunk_index(w)) {
	case JSONSHIM_OK:
		return 0;
	case JSONSHIM_OPEN:
		*ret = w->feed.last && w->chunk.text.len == w->feed.text.len
			       ? drop_chunk(w, g, GAP_TRUNCATED, "the content ends inside a string")
			       : drop_chunk(w, g, GAP_DAMAGED, "a string is not closed");
		return -1;
	case JSONSHIM_OOM:
		*ret = READER_FATAL;
		return -1;
	default:
		*ret = drop_chunk(w, g, GAP_DAMAGED, "no JSON");
		return -1;
	}
}

/* The chunk is the first line of something longer: take in the lines up to its last bracket. */
static enum reader_step take_lines(struct winjson *w, struct reader_input *in, struct gap *g, bool *ret_again)
{
	size_t len = 0;
	enum chunk_kind kind = chunk_by_brackets(w, &len, false);

	*ret_again = false;
	switch (kind) {
	case CHUNK_TEXT:
		chunk_open(w, len);
		*ret_again = true;
		return READER_MORE;
	case CHUNK_MORE:
		w->chunk.open = false;
		return more(w, in);
	case CHUNK_LONG:
		skip_begin(w, false);
		return skip_long(w, in, g);
	case CHUNK_CUT:
		w->chunk.text.len = len;
		return drop_chunk(w, g, GAP_TRUNCATED, "the content ends inside an object");
	default:
		w->chunk.text.len = len;
		return drop_chunk(w, g, GAP_DAMAGED, "an object is not closed");
	}
}

static enum reader_step open_chunk(struct winjson *w, struct reader_input *in, struct gap *g, bool *ret_again)
{
	enum reader_step step = READER_END;
	size_t len = 0;

	*ret_again = false;
	switch (chunk_find(w, &len)) {
	case CHUNK_NONE:
		return READER_END;
	case CHUNK_MORE:
		return more(w, in);
	case CHUNK_LONG:
		skip_begin(w, true);
		return skip_long(w, in, g);
	case CHUNK_JUNK:
		if (is_record_line(w->feed.text, len)) {
			text_consume(w, len);
			*ret_again = true;
			return READER_MORE;
		}
		chunk_open(w, len);
		return drop_chunk(w, g, GAP_DAMAGED, "no JSON object");
	case CHUNK_CUT:
		chunk_open(w, len);
		return drop_chunk(w, g, GAP_TRUNCATED, "the content ends inside an object");
	case CHUNK_TEXT:
		chunk_open(w, len);
		*ret_again = open_index(w, g, &step) == 0;
		return step;
	}
	return READER_END;
}

/* Close the chunk before the object at `from`, so that only this one is judged by what follows. */
static bool start_chunk_at(struct winjson *w, size_t from)
{
	if (from == 0 || w->chunk.repaired)
		return false;
	w->chunk.open = false;
	text_consume(w, from);
	return true;
}

/* The object at the start of the chunk is malformed: lose it, not what follows on its line. */
static enum reader_step drop_object(struct winjson *w, struct gap *g)
{
	struct balance b = { 0 };
	bytes t = w->chunk.text;
	size_t n = t.ptr[0] == '{' ? balance_scan(&b, t.ptr, t.len, true) : t.len;

	if (b.depth == 0)
		w->chunk.text.len = n;
	return drop_chunk(w, g, GAP_DAMAGED, "malformed JSON");
}

static void tell_limit_later(struct winjson *w, size_t from, size_t to)
{
	gap_here(w, &w->later, GAP_LIMIT, to, "more or deeper members than we follow");
	w->later.from = w->feed.pos + feed_span(&w->feed, from);
	w->later.lost = 0;
	w->has_later = true;
}

/* Once one kind of object was refused all new ones are, whether the set knew them before or not: what a
 * file gives must not depend on the files before it. */
static bool schema_allowed(struct winjson *w, const struct schema *s)
{
	if (s->id >= w->nused) {
		uint32_t n = s->id < LIMIT_SCHEMAS / 2 ? 2 * s->id + 64 : LIMIT_SCHEMAS;
		bool *p = realloc(w->used, n * sizeof *p);

		if (!p)
			return false;
		memset(p + w->nused, 0, (n - w->nused) * sizeof *p);
		w->used = p;
		w->nused = n;
	}
	if (!w->used[s->id] && !w->full) {
		w->used[s->id] = schema_set_use(w->env.schemas, s);
		w->full = !w->used[s->id];
	}
	return w->used[s->id];
}

static enum reader_step next_event(struct winjson *w, struct reader_input *in, event *ev, struct gap *g,
				   err *e)
{
	size_t from = 0, to = 0;
	bool again = true;
	enum reader_step step;

	for (;;) {
		const struct plan *p;
		err why = { 0 };

		if (!w->chunk.open) {
			step = open_chunk(w, in, g, &again);
			if (!again)
				return step;
			if (!w->chunk.open)
				continue;
		}
		switch (next_object(w, &from, &to)) {
		case OBJECT_NONE:
			w->chunk.open = false;
			text_consume(w, w->chunk.text.len);
			continue;
		case OBJECT_BAD:
			if (start_chunk_at(w, from))
				continue;
			return drop_object(w, g);
		case OBJECT_OOM:
			return READER_FATAL;
		case OBJECT_CUT:
			if (start_chunk_at(w, from))
				continue;
			if (!chunk_goes_on(&w->chunk)) {
				bool end = w->feed.last && w->chunk.text.len == w->feed.text.len;

				return drop_chunk(w, g, end ? GAP_TRUNCATED : GAP_DAMAGED,
						  "an object is not closed");
			}
			step = take_lines(w, in, g, &again);
			if (!again)
				return step;
			if (open_index(w, g, &step) < 0)
				return step;
			continue;
		case OBJECT_READ:
			break;
		}
		flat_inner(&w->flat);
		p = plans_get(w->plans, buf_view(&w->flat.sig), !w->full, &why);
		if (!p) {
			gap_here(w, g, GAP_LIMIT, to, why.text);
			g->from = w->feed.pos + feed_span(&w->feed, from);
			return READER_SKIPPED;
		}
		if (p->shape == SHAPE_ACTION)
			continue;
		if (p->nleaves != w->flat.n) { /* a signature that does not tell its leaves: never */
			gap_here(w, g, GAP_UNSUPPORTED, to, "structure not understood");
			return READER_SKIPPED;
		}
		if (p->schema != w->schema) {
			w->schema = p->schema;
			w->schema_allowed = schema_allowed(w, p->schema);
		}
		if (!w->schema_allowed) {
			gap_here(w, g, GAP_LIMIT, to, "more kinds of objects than one file may have");
			g->from = w->feed.pos + feed_span(&w->feed, from);
			return READER_SKIPPED;
		}
		if (w->flat.limited)
			tell_limit_later(w, from, to);
		(void)e;
		return event_step(w, p, in, from, to, ev);
	}
}

static enum reader_step winjson_next(void *self, struct reader_input *in, event *ret_ev, struct gap *ret_gap,
				     err *e)
{
	struct winjson *w = self;
	enum reader_step step;

	if (w->has_later) {
		w->has_later = false;
		*ret_gap = w->later;
		return READER_SKIPPED;
	}
	if (!w->chunk.open && !feed_load(&w->feed, in)) {
		if (w->feed.utf8.failed) {
			err_set(e, ERR_OOM, w->feed.pos, "no memory for UTF-16 text");
			return READER_FATAL;
		}
		in->need_from = w->feed.pos;
		in->need_len = WINDOW_STEP;
		return READER_MORE;
	}
	if (w->skipping)
		return skip_long(w, in, ret_gap);
	step = next_event(w, in, ret_ev, ret_gap, e);
	if (step == READER_FATAL && e && e->code == ERR_NONE)
		err_set(e, ERR_OOM, w->feed.pos, "no memory for a JSON object");
	return step;
}

/* --- open, close, probe --------------------------------------------------------------------- */

static void winjson_close(void *self)
{
	struct winjson *w = self;

	if (!w)
		return;
	feed_done(&w->feed);
	jsonshim_free(w->shim);
	flat_done(&w->flat);
	buf_done(&w->fixed);
	free(w->slots);
	free(w->used);
	free(w);
}

static int winjson_open(void **ret, const struct reader_env *env, err *e)
{
	struct winjson *w = calloc(1, sizeof *w);

	if (w) {
		w->env = *env;
		w->feed.pos = env->begin;
		w->line = 1;
		w->shim = jsonshim_new();
	}
	if (!w || !w->shim) {
		winjson_close(w);
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a JSON reader");
	}
	w->plans = plans_of(env->schemas, e);
	if (!w->plans) {
		winjson_close(w);
		return -1;
	}
	*ret = w;
	return 0;
}

static int score(unsigned windows, unsigned other)
{
	if (windows)
		return windows >= other ? 95 : 85;
	return other ? 20 : 0;
}

/* A head that is cut inside a string cannot be indexed: end it before its last string. */
static bytes whole_strings(bytes head)
{
	bool in_string = false;
	size_t from = 0;

	if (head.len < READER_PROBE_LEN || memchr(head.ptr, '\n', head.len))
		return head;
	for (size_t i = 0; i < head.len; i++) {
		if (in_string && head.ptr[i] == '\\') {
			i++;
		} else if (head.ptr[i] == '"') {
			in_string = !in_string;
			from = i;
		}
	}
	return in_string ? (bytes){ head.ptr, from } : head;
}

/* What the first objects are; an object that the head cuts counts by what is there of it. */
static int judge(struct winjson *w, bytes head)
{
	struct reader_input in = { .data = whole_strings(head), .last = true };
	unsigned windows = 0, other = 0;
	struct gap g;
	size_t from, to;

	if (!feed_load(&w->feed, &in))
		return 0;
	for (unsigned n = 0; n < 2 * PROBE_OBJECTS && windows + other < PROBE_OBJECTS; n++) {
		enum object o;
		enum reader_step step;
		enum shape shape;
		bool again = true;

		if (!w->chunk.open) {
			step = open_chunk(w, &in, &g, &again);
			if (step == READER_END && !again)
				break;
			if (!again || !w->chunk.open)
				continue;
		}
		from = 0;
		o = next_object(w, &from, &to);
		if ((o == OBJECT_CUT || o == OBJECT_BAD) && start_chunk_at(w, from))
			continue;
		if (o == OBJECT_CUT && chunk_goes_on(&w->chunk)) {
			take_lines(w, &in, &g, &again);
			if (again && open_index(w, &g, &step) == 0)
				continue;
		}
		if (o == OBJECT_NONE || o == OBJECT_OOM) {
			w->chunk.open = false;
			text_consume(w, w->chunk.text.len);
			continue;
		}
		if (o == OBJECT_BAD) {
			drop_object(w, &g);
			continue;
		}
		if (o == OBJECT_READ)
			flat_inner(&w->flat);
		shape = shape_of(buf_view(&w->flat.sig));
		windows += shape != SHAPE_OTHER && shape != SHAPE_ACTION;
		other += shape == SHAPE_OTHER && (o == OBJECT_READ || w->flat.n > 0);
		if (o == OBJECT_CUT)
			break;
	}
	return score(windows, other);
}

static int winjson_probe(bytes head, str path)
{
	struct winjson *w;
	int confidence = 0;
	size_t i = 0;

	(void)path;
	/* cheap refusal: an object, an array or "Record N" comes first, in any coding */
	while (i < head.len && (head.ptr[i] <= ' ' || head.ptr[i] >= 0x80))
		i++;
	if (i >= head.len || (head.ptr[i] != '{' && head.ptr[i] != '[' && head.ptr[i] != 'R'))
		return 0;
	w = calloc(1, sizeof *w);
	if (w) {
		w->env.end = UINT64_MAX;
		w->line = 1;
		w->shim = jsonshim_new();
		if (w->shim)
			confidence = judge(w, head);
	}
	winjson_close(w);
	return confidence;
}

const struct reader_ops reader_winjson = {
	.name = "winjson",
	.summary =
		"Windows events as JSON: evtx_dump, Winlogbeat, Elasticsearch, NXLog, Wazuh, Velociraptor, "
		"Splunk, GELF",
	.piece_align = 0, /* line numbers and an enclosing array are known from the start only */
	.probe = winjson_probe,
	.open = winjson_open,
	.next = winjson_next,
	.close = winjson_close,
};
