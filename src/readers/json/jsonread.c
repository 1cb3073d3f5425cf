#include "readers/json/jsonread.h"

#include <stdlib.h>

#include "readers/json/flatkind.h"
#include "readers/json/jsonread_priv.h"
#include "readers/json/kinds.h"
#include "readers/json/wrap.h"

enum { PROBE_OBJECTS = 32 };

/* "Record 12", which evtx_dump -o json writes before each object. */
static bool is_record_line(bytes t, size_t n)
{
	str s = { (const char *)t.ptr, n };
	uint64_t number;

	return str_starts(s, STR("Record ")) && str_to_u64((str){ s.ptr + 7, s.len - 7 }, &number);
}

/* --- gaps ----------------------------------------------------------------------------------- */

static void gap_here(struct json_reader *w, struct gap *g, enum gap_kind kind, size_t len, const char *why)
{
	gap_set(g, kind, w->feed.pos, w->feed.pos + feed_span(&w->feed, len), "line %llu: %s",
		(unsigned long long)w->line, why);
	g->item = w->env.item;
	g->lost = 1;
}

static enum reader_step drop_chunk(struct json_reader *w, struct gap *g, enum gap_kind kind, const char *why)
{
	size_t len = w->chunk.text.len;

	gap_here(w, g, kind, len, why);
	w->chunk.open = false;
	text_consume(w, len);
	return READER_SKIPPED;
}

static enum reader_step more(struct json_reader *w, struct reader_input *in)
{
	in->need_from = w->feed.pos;
	in->need_len = w->want;
	if (w->feed.coding == FEED_UTF16LE || w->feed.coding == FEED_UTF16BE) {
		/* what is already converted is counted in content bytes, too */
		in->need_len = (size_t)(w->feed.converted - w->feed.pos) + 2 * WINDOW_STEP;
	}
	return READER_MORE;
}

static void skip_begin(struct json_reader *w, bool lines)
{
	w->chunk.open = false;
	w->skipping = true;
	w->skip_lines = lines;
	w->skip = (struct balance){ 0 };
	w->skip_from = w->feed.pos;
}

/* Go on inside an object that is too long, keeping nothing. */
static enum reader_step skip_long(struct json_reader *w, struct reader_input *in, struct gap *g)
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

static enum reader_step event_step(struct json_reader *w, const struct json_plan *p,
				   const struct reader_input *in, size_t from, size_t to, event *ev)
{
	uint64_t offset = w->feed.pos + feed_span(&w->feed, from), length;
	bytes raw = { NULL, 0 };

	if (!json_fill_event(&w->fill, p, &w->flat, w->env.host, ev))
		return READER_FATAL;
	length = feed_span(&w->feed, to) - feed_span(&w->feed, from);
	if (offset >= in->offset)
		bytes_sub(in->data, offset - in->offset, length, &raw);
	ev->length = (uint32_t)length;
	ev->ref = (struct event_ref){ .item = w->env.item,
				      .offset = offset,
				      .record = w->array || w->wraps ? w->element : w->line };
	ev->raw = raw;
	return READER_EVENT;
}

/* --- next ----------------------------------------------------------------------------------- */

enum object { OBJECT_NONE, OBJECT_READ, OBJECT_BAD, OBJECT_CUT, OBJECT_OOM };

/* Behind the list that an object carries: pass over the rest of it, which may go on in the next line. */
static void leave_wrap(struct json_reader *w)
{
	struct flat_cursor *c = &w->chunk.cur;

	w->closing = w->wrap_depth;
	w->wrap_depth = 0;
	for (; c->i < c->n && w->closing; c->i++) {
		uint8_t t = c->text.ptr[c->at[c->i]];

		if (t == '{' || t == '[')
			w->closing++;
		else if (t == '}' || t == ']')
			w->closing--;
	}
}

/* The next object of the open chunk, in text.ptr[*ret_from..*ret_to) unless the chunk was repaired. */
static enum object next_object(struct json_reader *w, size_t *ret_from, size_t *ret_to)
{
	struct flat_cursor *c = &w->chunk.cur;
	enum flat_result r;

	while (c->i < c->n && strchr(",[]", c->text.ptr[c->at[c->i]])) {
		if (c->text.ptr[c->at[c->i++]] == ']' && w->wrap_depth)
			leave_wrap(w);
	}
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

static int open_index(struct json_reader *w, struct gap *g, enum reader_step *ret)
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
static enum reader_step take_lines(struct json_reader *w, struct reader_input *in, struct gap *g,
				   bool *ret_again)
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

static enum reader_step open_chunk(struct json_reader *w, struct reader_input *in, struct gap *g,
				   bool *ret_again)
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
static bool start_chunk_at(struct json_reader *w, size_t from)
{
	if (from == 0 || w->chunk.repaired)
		return false;
	w->chunk.open = false;
	text_consume(w, from);
	return true;
}

/* The object at the start of the chunk is malformed: lose it, not what follows on its line. */
static enum reader_step drop_object(struct json_reader *w, struct gap *g)
{
	struct balance b = { 0 };
	bytes t = w->chunk.text;
	size_t n = t.ptr[0] == '{' ? balance_scan(&b, t.ptr, t.len, true) : t.len;

	if (b.depth == 0)
		w->chunk.text.len = n;
	return drop_chunk(w, g, GAP_DAMAGED, "malformed JSON");
}

static void tell_later(struct json_reader *w, size_t from, size_t to, const char *what)
{
	gap_here(w, &w->later, GAP_LIMIT, to, what);
	w->later.from = w->feed.pos + feed_span(&w->feed, from);
	w->later.lost = 0;
	w->has_later = true;
}

/* Is the object at `from` but the carrier of a list? Then the list is read instead, from the next chunk on. */
static bool enter_wrap(struct json_reader *w, size_t from)
{
	bytes t = w->chunk.text;
	uint32_t depth;
	size_t len;

	if (w->chunk.repaired || wrap_open((bytes){ t.ptr + from, t.len - from }, &len, &depth) != WRAP_FOUND)
		return false;
	w->element--;
	w->wraps = true;
	w->chunk.open = false;
	text_consume(w, from);
	return true;
}

/* The object is flattened: give its event. False: it gives none, go on. */
static bool give_object(struct json_reader *w, const struct reader_input *in, size_t from, size_t to,
			event *ev, struct gap *g, enum reader_step *ret)
{
	const struct json_plan *p;
	err why = { 0 };

	flat_inner(&w->flat, w->choice.dialects[0]->text);
	p = json_choose(&w->choice, buf_view(&w->flat.sig), &why);
	if (p && ((p->wrap && enter_wrap(w, from)) || !p->schema))
		return false;
	if (!p ||
	    p->nleaves != w->flat.n) { /* the latter: a signature that does not tell its leaves, never */
		gap_here(w, g, p ? GAP_UNSUPPORTED : GAP_LIMIT, to,
			 p          ? "structure not understood"
			 : why.code ? why.text
				    : "more kinds of objects than one file may have");
		g->from = w->feed.pos + feed_span(&w->feed, from);
		*ret = READER_SKIPPED;
		return true;
	}
	*ret = event_step(w, p, in, from, to, ev);
	if (w->flat.limited) {
		tell_later(w, from, to, "more or deeper members than we follow");
	} else if (p->more && !w->told_more) {
		tell_later(w, from, to, "more fields than columns: the rest is in " JSON_MORE);
		w->told_more = true;
	}
	return true;
}

/* The object at the cursor is not closed: lose its line, or take in those that follow. False: go on. */
static bool go_on_in_lines(struct json_reader *w, struct reader_input *in, struct gap *g,
			   enum reader_step *ret)
{
	bool again;

	if (!chunk_goes_on(&w->chunk)) {
		bool end = w->feed.last && w->chunk.text.len == w->feed.text.len;

		*ret = drop_chunk(w, g, end ? GAP_TRUNCATED : GAP_DAMAGED, "an object is not closed");
		return true;
	}
	*ret = take_lines(w, in, g, &again);
	return !again || open_index(w, g, ret) < 0;
}

static enum reader_step next_event(struct json_reader *w, struct reader_input *in, event *ev, struct gap *g)
{
	size_t from = 0, to = 0;
	bool again = true;
	enum reader_step step;

	for (;;) {
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
			break;
		case OBJECT_BAD:
			if (!start_chunk_at(w, from))
				return drop_object(w, g);
			break;
		case OBJECT_OOM:
			return READER_FATAL;
		case OBJECT_CUT:
			if (!start_chunk_at(w, from) && go_on_in_lines(w, in, g, &step))
				return step;
			break;
		case OBJECT_READ:
			if (give_object(w, in, from, to, ev, g, &step))
				return step;
			break;
		}
	}
}

enum reader_step json_next(void *self, struct reader_input *in, event *ret_ev, struct gap *ret_gap, err *e)
{
	struct json_reader *w = self;
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
	step = next_event(w, in, ret_ev, ret_gap);
	if (step == READER_FATAL && e && e->code == ERR_NONE)
		err_set(e, ERR_OOM, w->feed.pos, "no memory for a JSON object");
	return step;
}

/* --- open, close, probe --------------------------------------------------------------------- */

void json_close(void *self)
{
	struct json_reader *w = self;

	if (!w)
		return;
	feed_done(&w->feed);
	jsonshim_free(w->shim);
	flat_done(&w->flat);
	buf_done(&w->fixed);
	json_choice_done(&w->choice);
	json_fill_done(&w->fill);
	free(w);
}

int json_open(void **ret, const struct reader_env *env, const struct json_dialect *const *dialects, err *e)
{
	struct json_reader *w = calloc(1, sizeof *w);

	if (w) {
		w->env = *env;
		w->feed.pos = env->begin;
		w->line = 1;
		w->shim = jsonshim_new();
	}
	if (!w || !w->shim) {
		json_close(w);
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a JSON reader");
	}
	if (json_choice_init(&w->choice, env->schemas, dialects, e) < 0) {
		json_close(w);
		return -1;
	}
	*ret = w;
	return 0;
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

/* Count what an object is; one that the head cuts counts by what is there of it. */
static void count_object(struct json_reader *w, bool cut, struct json_verdict *v)
{
	struct leaf_names names;
	arena mem;

	arena_init(&mem, LIMIT_JSON_PLAN_BYTES);
	if (leaf_names_parse(&names, buf_view(&w->flat.sig), &mem)) {
		if (w->choice.dialects[1] && w->choice.dialects[0]->claims(&names))
			v->first += !w->choice.dialects[0]->passes || !w->choice.dialects[0]->passes(&names);
		else if (kind_of(&names))
			v->known++;
		else
			v->other += !cut || w->flat.n > 0;
	}
	arena_done(&mem);
}

/* The next object of the head, or false behind the last. */
static bool judge_one(struct json_reader *w, struct reader_input *in, struct json_verdict *v)
{
	enum reader_step step;
	enum object o;
	struct gap g;
	size_t from = 0, to;
	bool again = true;

	if (!w->chunk.open) {
		step = open_chunk(w, in, &g, &again);
		v->junk += step == READER_SKIPPED;
		if (step == READER_END && !again)
			return false;
		if (!again || !w->chunk.open)
			return true;
	}
	o = next_object(w, &from, &to);
	if ((o == OBJECT_CUT || o == OBJECT_BAD) && start_chunk_at(w, from))
		return true;
	if (o == OBJECT_CUT && chunk_goes_on(&w->chunk)) {
		take_lines(w, in, &g, &again);
		if (again && open_index(w, &g, &step) == 0)
			return true;
	}
	if (o == OBJECT_NONE || o == OBJECT_OOM) {
		w->chunk.open = false;
		text_consume(w, w->chunk.text.len);
	} else if (o == OBJECT_BAD) {
		drop_object(w, &g);
		v->junk++;
	} else {
		if (o == OBJECT_READ)
			flat_inner(&w->flat, w->choice.dialects[0]->text);
		count_object(w, o == OBJECT_CUT, v);
	}
	return o != OBJECT_CUT;
}

static struct json_verdict judge(struct json_reader *w, bytes head)
{
	struct reader_input in = { .data = whole_strings(head), .last = true };
	struct json_verdict v = { 0 };

	if (!feed_load(&w->feed, &in))
		return v;
	for (unsigned n = 0; n < 2 * PROBE_OBJECTS && v.first + v.known + v.other < PROBE_OBJECTS; n++)
		if (!judge_one(w, &in, &v))
			break;
	return v;
}

struct json_verdict json_judge(bytes head, const struct json_dialect *const *dialects)
{
	struct json_verdict v = { 0 };
	struct json_reader *w;
	size_t i = 0;

	/* cheap refusal: an object, an array or "Record N" comes first, in any coding */
	while (i < head.len && (head.ptr[i] <= ' ' || head.ptr[i] >= 0x80))
		i++;
	if (i >= head.len || (head.ptr[i] != '{' && head.ptr[i] != '[' && head.ptr[i] != 'R'))
		return v;
	w = calloc(1, sizeof *w);
	if (w) {
		w->env.end = UINT64_MAX;
		w->choice.dialects = dialects;
		w->line = 1;
		w->shim = jsonshim_new();
		if (w->shim)
			v = judge(w, head);
	}
	json_close(w);
	return v;
}
