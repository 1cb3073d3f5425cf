/* eventxml.c - Windows events as XML: what wevtutil, Get-WinEvent's ToXml() and the Event Viewer write, one <Event>
 * after another, with or without <Events> around them, in UTF-8 or UTF-16.
 *
 * The content is cut into events by hand: a parser of whole documents would stop at the first fault, and does not fit
 * a window that moves. Each event is then parsed for itself by the parser of the JSON reader's XML (winxml.h), so that
 * it has the same columns and no event's fault reaches another. Document types are refused: no entity is declared. */
#include <stdlib.h>

#include "readers/json/feed.h"
#include "readers/json/flatkind.h"
#include "readers/json/toevent.h"
#include "readers/readers.h"
#include "readers/winjson/windialect.h"
#include "readers/winjson/winxml.h"
#include "util/limits.h"
#include "util/utf.h"

enum {
	STEP = 64 * 1024,
	TAG_BYTES = 32,
	NEST_MAX = 8
}; /* TAG_BYTES: enough to know a tag, or a line "Record N" */

static const struct json_dialect *const DIALECTS[] = { &windows_dialect, &flat_dialect, NULL };

struct eventxml {
	struct reader_env env;
	struct feed feed;
	struct json_choice choice;
	struct json_fill fill;
	struct flat flat;
	buf clean;       /* an event without what XML forbids */
	uint64_t number; /* of the event, from 1 */
	uint64_t junk;   /* where what is no event began, while in_junk */
	bool in_junk;
	enum gap_kind junk_kind;
	const char *junk_why;
};

/* --- where an event ends -------------------------------------------------------------------- */

enum span { SPAN_WHOLE, SPAN_MORE, SPAN_LONG, SPAN_BROKEN };

static str text_from(bytes t, size_t at)
{
	return (str){ (const char *)t.ptr + at, t.len - at };
}

/* Is this the tag `name`, and not one that only begins so? */
static bool is_tag(str s, str name)
{
	return str_starts(s, name) && s.len > name.len && memchr(" \t\r\n/>", s.ptr[name.len], 6);
}

/* Behind `end` in t from `at` on, or SIZE_MAX. */
static size_t behind(bytes t, size_t at, str end)
{
	size_t n = str_find(text_from(t, at), end);

	return n == SIZE_MAX ? SIZE_MAX : at + n + end.len;
}

/* The tag at `at` opens an event of Windows: not one inside of another, which then was cut. */
static bool opens_record(bytes t, size_t at)
{
	str s = text_from(t, at);
	size_t end;

	if (!is_tag(s, STR("<Event")))
		return false;
	end = str_find(s, STR(">"));
	s.len = end == SIZE_MAX ? s.len : end;
	return str_find(s, STR("schemas.microsoft.com/win/2004/08/events/event")) != SIZE_MAX;
}

/* The event at the start of t: *ret_len bytes. SPAN_BROKEN: the next begins before it ends, there. */
static enum span span_of(bytes t, size_t *ret_len)
{
	size_t at = 0, next;
	unsigned depth = 0;

	while (at < t.len && at < LIMIT_LINE_BYTES) {
		str s = text_from(t, at);

		if (s.len < TAG_BYTES && !memchr(s.ptr, '>', s.len))
			break;
		if (str_starts(s, STR("<!--"))) {
			next = behind(t, at, STR("-->"));
		} else if (str_starts(s, STR("<![CDATA["))) {
			next = behind(t, at, STR("]]>"));
		} else {
			next = behind(t, at, STR(">"));
			if (depth && opens_record(t, at)) {
				*ret_len = at;
				return SPAN_BROKEN;
			}
			if (next != SIZE_MAX && is_tag(s, STR("<Event")))
				depth += t.ptr[next - 2] != '/';
			else if (is_tag(s, STR("</Event")))
				depth--;
		}
		if (next == SIZE_MAX)
			break;
		if (depth > NEST_MAX)
			return SPAN_LONG;
		if (!depth) {
			*ret_len = next;
			return next > LIMIT_LINE_BYTES ? SPAN_LONG : SPAN_WHOLE;
		}
		s = text_from(t, next);
		at = str_find(s, STR("<"));
		if (at == SIZE_MAX)
			break;
		at += next;
	}
	return t.len >= LIMIT_LINE_BYTES ? SPAN_LONG : SPAN_MORE;
}

/* --- what lies between events --------------------------------------------------------------- */

/* The tag, declaration or comment around events at the start of t: *ret_len, 0 if it is none; false if t ends in it. */
static bool around(bytes t, bool last, size_t *ret_len)
{
	static const struct {
		str name, end;
	} AROUND[] = {
		{ { "<?", 2 }, { "?>", 2 } },
		{ { "<!--", 4 }, { "-->", 3 } },
	};
	str s = text_from(t, 0);
	size_t n = SIZE_MAX;

	*ret_len = 0;
	if (s.len < TAG_BYTES && !last && !memchr(s.ptr, '>', s.len))
		return false;
	for (size_t i = 0; i < COUNT(AROUND); i++) {
		if (!str_starts(s, AROUND[i].name))
			continue;
		n = behind(t, 0, AROUND[i].end);
		if (n == SIZE_MAX && t.len < STEP && !last)
			return false;
		*ret_len = n == SIZE_MAX ? 0 : n;
		return true;
	}
	if (!is_tag(s, STR("<Events")) && !is_tag(s, STR("</Events")))
		return true;
	n = behind(t, 0, STR(">"));
	if (n == SIZE_MAX && t.len < STEP && !last)
		return false;
	*ret_len = n == SIZE_MAX ? 0 : n;
	return true;
}

/* "Record 12", which evtx_dump writes before each event; 0 if it is none. */
static size_t record_line(bytes t)
{
	str rest, s = text_from(t, 0), line = str_cut(s, '\n', &rest);
	uint64_t number;

	line = str_trim(line);
	if (!str_starts(line, STR("Record ")) || line.len == s.len ||
	    !str_to_u64((str){ line.ptr + 7, line.len - 7 }, &number))
		return 0;
	return line.len;
}

static size_t blanks(bytes t)
{
	size_t n = 0;

	for (;;) {
		while (n < t.len && memchr(" \t\r\n\0", t.ptr[n], 5))
			n++;
		if (t.len - n < 3 || memcmp(t.ptr + n, "\xEF\xBB\xBF", 3) != 0) /* joined files */
			return n;
		n += 3;
	}
}

static enum reader_step ask(struct eventxml *x, struct reader_input *in)
{
	in->need_from = x->feed.pos;
	in->need_len = x->feed.text.len + STEP;
	if (x->feed.coding == FEED_UTF16LE || x->feed.coding == FEED_UTF16BE)
		in->need_len = (size_t)(x->feed.converted - x->feed.pos) + 2 * STEP;
	return READER_MORE;
}

static void junk_begin(struct eventxml *x, size_t skip, enum gap_kind kind, const char *why)
{
	x->in_junk = true;
	x->junk = x->feed.pos;
	x->junk_kind = kind;
	x->junk_why = why;
	feed_skip(&x->feed, skip);
}

/* Up to the next event, or the end. */
static enum reader_step junk_pass(struct eventxml *x, struct reader_input *in, struct gap *g)
{
	bytes t = x->feed.text;
	size_t at = 0;

	for (;; at++) {
		size_t n = str_find(text_from(t, at), STR("<"));

		if (n == SIZE_MAX) {
			at = t.len;
			break;
		}
		at += n;
		if (t.len - at < TAG_BYTES || is_tag(text_from(t, at), STR("<Event")) ||
		    is_tag(text_from(t, at), STR("</Events")))
			break;
	}
	if (x->feed.last && t.len - at < TAG_BYTES && !is_tag(text_from(t, at), STR("</Events")) &&
	    !is_tag(text_from(t, at), STR("<Event")))
		at = t.len;
	feed_skip(&x->feed, at);
	if (!x->feed.last && x->feed.text.len < TAG_BYTES)
		return ask(x, in);
	x->in_junk = false;
	gap_set(g, x->junk_kind, x->junk, x->feed.pos, "behind event %llu: %s", (unsigned long long)x->number,
		x->junk_why);
	g->item = x->env.item;
	g->lost = 1;
	return READER_SKIPPED;
}

/* --- one event ------------------------------------------------------------------------------ */

/* Is "&#x1;" a character that XML forbids? */
static bool bad_reference(str s)
{
	str rest, body = str_cut(s, ';', &rest);
	bool hex;
	unsigned v = 0;

	if (!str_starts(s, STR("&#")) || body.len == s.len || body.len > 12)
		return false;
	hex = body.len > 2 && (body.ptr[2] | 0x20) == 'x';
	for (size_t i = hex ? 3 : 2; i < body.len; i++) {
		char c = (char)(body.ptr[i] | 0x20);
		unsigned d = c >= '0' && c <= '9' ? (unsigned)(c - '0') : (unsigned)(c - 'a') + 10u;

		if (d >= (hex ? 16u : 10u))
			return false;
		v = v * (hex ? 16 : 10) + d;
	}
	return (v < 0x20 && v != '\t' && v != '\n' && v != '\r') || (v >= 0xD800 && v < 0xE000) ||
	       v >= 0xFFFE;
}

/* Windows writes control characters that XML forbids, and copies hold bytes that are no UTF-8: shown as U+FFFD. */
static str cleaned(buf *out, str s)
{
	buf_clear(out);
	while (s.len) {
		size_t good = utf8_valid_prefix(s), n = 0;

		while (n < good && !((uint8_t)s.ptr[n] < 0x20 && !memchr("\t\r\n", s.ptr[n], 3)) &&
		       !(s.ptr[n] == '&' && bad_reference((str){ s.ptr + n, s.len - n })))
			n++;
		buf_add(out, s.ptr, n);
		s = (str){ s.ptr + n, s.len - n };
		if (!s.len)
			break;
		buf_z(out, "\xEF\xBF\xBD");
		n = s.ptr[0] == '&' ? str_find(s, STR(";")) + 1 : 1;
		s = (str){ s.ptr + n, s.len - n };
	}
	return out->failed ? (str){ "", 0 } : buf_view(out);
}

static bool parse(struct eventxml *x, str s, bool *ret_cleaned)
{
	*ret_cleaned = false;
	if (!flat_begin(&x->flat, s.len))
		return false;
	if (winxml_flat(&x->flat, s))
		return true;
	*ret_cleaned = true;
	s = cleaned(&x->clean, s);
	return flat_begin(&x->flat, s.len) && winxml_flat(&x->flat, s);
}

static enum reader_step bad_event(struct eventxml *x, size_t len, enum gap_kind kind, const char *why,
				  struct gap *g)
{
	gap_set(g, kind, x->feed.pos, x->feed.pos + feed_span(&x->feed, len), "event %llu: %s",
		(unsigned long long)x->number, why);
	g->item = x->env.item;
	g->lost = 1;
	feed_skip(&x->feed, len);
	return READER_SKIPPED;
}

static enum reader_step give(struct eventxml *x, const struct reader_input *in, size_t len, event *ev,
			     struct gap *g, err *e)
{
	uint64_t from = x->feed.pos, length = feed_span(&x->feed, len);
	const struct json_plan *p;
	bool was_cleaned;
	err why = { 0 };

	x->number++;
	if (!parse(x, text_from((bytes){ x->feed.text.ptr, len }, 0), &was_cleaned))
		return bad_event(x, len, GAP_DAMAGED, "malformed XML", g);
	p = json_choose(&x->choice, buf_view(&x->flat.sig), &why);
	if (!p)
		return bad_event(x, len, GAP_LIMIT,
				 why.code ? why.text : "more kinds of events than one file may have", g);
	if (p->dialect != &windows_dialect || !p->schema || p->nleaves != x->flat.n)
		return bad_event(x, len, GAP_UNSUPPORTED, "no event of Windows", g);
	if (!json_fill_event(&x->fill, p, &x->flat, x->env.host, ev)) {
		err_set(e, ERR_OOM, from, "no memory for an event");
		return READER_FATAL;
	}
	if (was_cleaned)
		ev->flags |= EVENT_PARTIAL;
	ev->length = (uint32_t)length;
	ev->ref = (struct event_ref){ .item = x->env.item, .offset = from, .record = x->number };
	if (from >= in->offset)
		bytes_sub(in->data, from - in->offset, length, &ev->raw);
	feed_skip(&x->feed, len);
	return READER_EVENT;
}

/* --- reading -------------------------------------------------------------------------------- */

static enum reader_step one(struct eventxml *x, struct reader_input *in, event *ev, struct gap *g, err *e)
{
	size_t len = 0;

	switch (span_of(x->feed.text, &len)) {
	case SPAN_WHOLE:
		return give(x, in, len, ev, g, e);
	case SPAN_BROKEN:
		x->number++;
		return bad_event(x, len, GAP_DAMAGED, "it is cut: another begins inside of it", g);
	case SPAN_LONG:
		x->number++;
		junk_begin(x, 1, GAP_LIMIT, "an event is longer or deeper than we read");
		return junk_pass(x, in, g);
	case SPAN_MORE:
		break;
	}
	if (!x->feed.last)
		return ask(x, in);
	x->number++;
	return bad_event(x, x->feed.text.len, GAP_TRUNCATED, "the content ends inside of it", g);
}

static enum reader_step next(void *self, struct reader_input *in, event *ret_ev, struct gap *ret_gap, err *e)
{
	struct eventxml *x = self;
	size_t len = 0;

	if (!feed_load(&x->feed, in)) {
		if (x->feed.utf8.failed) {
			err_set(e, ERR_OOM, x->feed.pos, "no memory for UTF-16 text");
			return READER_FATAL;
		}
		in->need_from = x->feed.pos;
		in->need_len = STEP;
		return READER_MORE;
	}
	if (x->in_junk)
		return junk_pass(x, in, ret_gap);
	for (;;) {
		feed_skip(&x->feed, blanks(x->feed.text));
		if (x->feed.text.len < TAG_BYTES && !x->feed.last)
			return ask(x, in);
		if (!x->feed.text.len)
			return READER_END;
		if (is_tag(text_from(x->feed.text, 0), STR("<Event")))
			return one(x, in, ret_ev, ret_gap, e);
		if (!around(x->feed.text, x->feed.last, &len))
			return ask(x, in);
		if (!len)
			len = record_line(x->feed.text);
		if (!len)
			break;
		feed_skip(&x->feed, len);
	}
	if (str_starts(text_from(x->feed.text, 0), STR("<!DOCTYPE")))
		junk_begin(x, 1, GAP_UNSUPPORTED, "a document type, which is refused: events have none");
	else
		junk_begin(x, 1, GAP_DAMAGED, "no event");
	return junk_pass(x, in, ret_gap);
}

static void xml_close(void *self)
{
	struct eventxml *x = self;

	if (!x)
		return;
	feed_done(&x->feed);
	json_choice_done(&x->choice);
	json_fill_done(&x->fill);
	flat_done(&x->flat);
	buf_done(&x->clean);
	free(x);
}

static int xml_open(void **ret, const struct reader_env *env, err *e)
{
	struct eventxml *x = calloc(1, sizeof *x);

	if (!x)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for an XML reader");
	x->env = *env;
	x->env.head = (bytes){ 0 };
	x->feed.pos = env->begin;
	x->clean.max = 4 * LIMIT_LINE_BYTES;
	if (json_choice_init(&x->choice, env->schemas, DIALECTS, e) < 0) {
		xml_close(x);
		return -1;
	}
	*ret = x;
	return 0;
}

/* An <Event> first, or behind what may stand around events. */
static int xml_probe(bytes head, str path)
{
	struct feed f = { 0 };
	struct reader_input in = { .data = head, .last = true };
	int score = 0;
	size_t len = 1;

	(void)path;
	if (!feed_load(&f, &in)) {
		feed_done(&f);
		return 0;
	}
	while (len && f.text.len) {
		feed_skip(&f, blanks(f.text));
		if (opens_record(f.text, 0))
			score = 95;
		else if (is_tag(text_from(f.text, 0), STR("<Event")) &&
			 str_find(text_from(f.text, 0), STR("<System>")) != SIZE_MAX)
			score = 80;
		else if (str_starts(text_from(f.text, 0), STR("<!DOCTYPE")) &&
			 str_find(text_from(f.text, 0), STR("<Event xmlns=")) != SIZE_MAX)
			score = 60;
		if (score || !around(f.text, true, &len))
			break;
		if (!len)
			len = record_line(f.text);
		feed_skip(&f, len);
	}
	for (size_t at = 0; !score && at < f.text.len; at++) { /* behind something else: carved, or damaged */
		size_t n = str_find(text_from(f.text, at), STR("<Event "));

		if (n == SIZE_MAX)
			break;
		at += n;
		score = opens_record(f.text, at) ? 45 : 0;
	}
	feed_done(&f);
	return score;
}

const struct reader_ops reader_eventxml = {
	.name = "eventxml",
	.summary = "Windows events as XML: wevtutil, Get-WinEvent, Event Viewer",
	.piece_align = 0, /* a cut may lie inside of an event */
	.probe = xml_probe,
	.open = xml_open,
	.next = next,
	.close = xml_close,
};
