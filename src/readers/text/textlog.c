#include "readers/text/textlog.h"

#include <stdlib.h>

#include "readers/text/linepat.h"
#include "util/limits.h"

enum { STEP = 64 * 1024 };

/* Assumptions, told once per item and no damage. */
enum text_note { NOTE_CODING, NOTE_ZONE, NOTE_YEAR, NOTE_FORMAT, NOTES };

/* --- open and close ------------------------------------------------------------------------- */

void text_close(void *self)
{
	struct text *t = self;

	if (!t)
		return;
	if (t->format && t->format->close && t->state)
		t->format->close(t->state);
	free(t->state);
	free(t->patterns);
	free(t->values);
	arena_done(&t->mem);
	buf_done(&t->text);
	buf_done(&t->ahead);
	free(t);
}

/* What a later piece must know of the head: everything before the first event. */
static void learn_head(struct text *t)
{
	struct coding *c = &t->lines.coding;
	bytes head = t->env.head;
	bool ended;

	head = (bytes){ head.ptr + c->bom_bytes, head.len - c->bom_bytes };
	while (head.len) {
		bytes raw = lines_cut(c, t->lines.lone_cr, &head, &ended);

		if (!ended)
			return;
		arena_clear(&t->mem);
		t->line = coding_text(c, raw, &t->text);
		if (t->line.len && t->format->line(t) == TEXT_EVENT)
			return;
	}
}

static int begin(struct text *t, err *e)
{
	const struct text_format *f = t->format;

	lines_init(&t->lines, &t->env);
	if (t->env.head.len && !lines_begin(&t->lines, &t->env, NULL))
		return -1;
	if (f->state_bytes) {
		t->state = calloc(1, f->state_bytes);
		if (!t->state)
			return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a line reader");
	}
	if (f->patterns) {
		t->patterns = linepat_set_new(f->patterns);
		if (!t->patterns)
			return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a line reader");
	}
	if (f->open && f->open(t, e) < 0)
		return -1;
	if (t->env.begin && t->env.head.len && f->line)
		learn_head(t);
	t->env.head = (bytes){ 0 };
	return 0;
}

int text_open(void **ret, const struct reader_env *env, err *e)
{
	struct text *t;

	if (!env->ops || !env->ops->text)
		return err_set(e, ERR_ARG, ERR_NO_OFFSET, "a line reader was opened without its format");
	t = calloc(1, sizeof *t);
	if (!t)
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a line reader");
	t->env = *env;
	t->format = env->ops->text;
	t->framing = t->format->framing;
	t->separator = ',';
	t->headless = env->begin > 0;
	arena_init(&t->mem, LIMIT_TEXT_RECORD_BYTES);
	if (begin(t, e) < 0) {
		text_close(t);
		return -1;
	}
	*ret = t;
	return 0;
}

/* --- records -------------------------------------------------------------------------------- */

static enum reader_step more(struct reader_input *in, uint64_t from)
{
	uint64_t end = in->offset + in->data.len;

	in->need_from = from;
	in->need_len = (size_t)(end - from) + STEP;
	return READER_MORE;
}

/* Follow quotes: a field is quoted when a quote begins it. True if `raw` ends inside one. */
static bool quote_open(const struct text *t, bytes raw, bool open)
{
	const struct coding *c = &t->lines.coding;
	size_t width = coding_is_wide(c) ? 2 : 1, low = c->kind == CODING_UTF16BE ? 1 : 0;
	bool at_start = !open;

	if (!memchr(raw.ptr, '"', raw.len))
		return open;
	for (size_t i = 0; i + width <= raw.len; i += width) {
		uint8_t ch = raw.ptr[i + low];

		if (width == 2 && raw.ptr[i + 1 - low])
			ch = 0x80; /* no ASCII character */
		if (ch == '"') {
			bool was = open;

			open = !open && at_start;
			at_start = was; /* "" closes and opens again */
		} else {
			at_start = !open && ch == (uint8_t)t->separator;
		}
	}
	return open;
}

/* Does the record that ends in `last` go on with `next`? */
static bool goes_on(struct text *t, bytes first, const struct line *last, const struct line *next,
		    bool *open_quote)
{
	str s;

	if (t->framing == FRAME_CSV) {
		*open_quote = quote_open(t, last->raw, *open_quote);
		return *open_quote;
	}
	if (!next)
		return true;
	s = coding_text(&t->lines.coding, next->raw, &t->ahead);
	if (t->framing == FRAME_SAME)
		return s.ptr && t->format->same(coding_text(&t->lines.coding, first, &t->text), s);
	return s.ptr && !t->format->starts(s);
}

/* Add the lines behind the first that belong to its record. *ret_step READER_MORE: ask again with more. */
static bool join_lines(struct text *t, struct reader_input *in, uint64_t from)
{
	struct lines at = t->lines;
	struct line last = t->record, next;
	bytes first = last.raw;
	uint64_t begin = last.offset, end = at.end;
	bool open_quote = false;
	unsigned max = t->format->join_max ? t->format->join_max : LIMIT_TEXT_JOIN;

	at.end = UINT64_MAX; /* a record is read to its end, whatever its piece */
	for (unsigned n = 0;; n++) {

		if (last.open || last.cut ||
		    (t->framing == FRAME_CSV && !goes_on(t, first, &last, NULL, &open_quote)))
			return true;
		if (n >= max || at.pos - begin >= LIMIT_LINE_BYTES)
			break;
		switch (lines_next(&at, in, &next)) {
		case LINES_MORE:
			more(in, from);
			return false;
		case LINES_ONE:
			break;
		default:
			goto ends;
		}
		if (next.cut)
			break;
		if (t->framing != FRAME_CSV && !goes_on(t, first, &last, &next, &open_quote))
			return true;
		t->lines = at;
		t->lines.end = end;
		t->record.raw.len = (size_t)(next.offset - begin) + next.raw.len;
		t->record.open = next.open;
		last = next;
	}
ends:
	if (t->framing == FRAME_CSV) /* the quote is no quote */
		t->no_join_before = at.pos;
	return true;
}

static void tell_rest(const struct text *t, struct gap *g)
{
	gap_set(g, GAP_LIMIT, t->record.offset, t->record.offset + t->record.raw.len,
		"line longer than %u bytes: its rest was not read", LIMIT_LINE_BYTES);
	g->item = t->env.item;
}

/* The next record to t->record and t->line. READER_EVENT: it is there. */
static enum reader_step next_record(struct text *t, struct reader_input *in, struct gap *g, err *e)
{
	struct lines before = t->lines;

	switch (lines_next(&t->lines, in, &t->record)) {
	case LINES_MORE:
		return READER_MORE;
	case LINES_END:
		return READER_END;
	case LINES_LIMIT:
		tell_rest(t, g);
		return READER_SKIPPED;
	case LINES_ONE:
		break;
	}
	if (t->headless && t->framing == FRAME_STARTS) { /* the end of a record of the piece before */
		t->line = coding_text(&t->lines.coding, t->record.raw, &t->text);
		if (t->line.len && !t->format->starts(t->line)) {
			t->line.len = 0;
			return READER_EVENT;
		}
		t->headless = false;
	}
	if (t->framing != FRAME_LINE && t->record.raw.len && t->record.offset >= t->no_join_before) {
		struct lines one = t->lines;
		struct line first = t->record;
		uint64_t from = first.offset;

		if (!join_lines(t, in, from)) {
			t->lines = before;
			return READER_MORE;
		}
		if (t->no_join_before > from) { /* joined in vain */
			t->lines = one;
			t->record = first;
		}
	}
	t->line = coding_text(&t->lines.coding, t->record.raw, &t->text);
	if (!t->line.ptr) {
		err_set(e, ERR_OOM, t->record.offset, "no memory for a line");
		return READER_FATAL;
	}
	return READER_EVENT;
}

/* --- events --------------------------------------------------------------------------------- */

static void tell_bad(const struct text *t, struct gap *g)
{
	const struct line *r = &t->record;
	enum gap_kind kind = t->refused ? GAP_LIMIT : t->partial ? GAP_TRUNCATED : GAP_DAMAGED;
	const char *why = t->why ? t->why : "not of this format";

	if (r->number)
		gap_set(g, kind, r->offset, r->offset + r->raw.len, "line %llu: %s",
			(unsigned long long)r->number, why);
	else
		gap_set(g, kind, r->offset, r->offset + r->raw.len, "%s", why);
	g->item = t->env.item;
	g->lost = 1;
}

static void give(struct text *t, event *ev)
{
	const struct line *r = &t->record;

	if (!t->given)
		t->values[t->ncolumns + SLOT_LINE] = value_utf8(t->line);
	*ev = (event){
		.schema = t->given ? t->given->schema : t->schema,
		.values = t->given ? t->given->values : t->values,
		.time_ns = t->time_ns,
		.written_ns = TIME_NONE,
		.time_basis = (uint8_t)t->basis,
		.flags = t->partial || t->repaired ? EVENT_PARTIAL
			 : t->given                ? t->given->flags
						   : 0,
		.length = (uint32_t)r->raw.len,
		.ref = { .item = t->env.item, .offset = r->offset, .record = r->number },
		.raw = r->raw,
	};
}

/* The next assumption that was made and not yet told. */
static bool tell_note(struct text *t, struct gap *g)
{
	uint32_t untold = t->notes & ~t->told;
	const struct line *r = &t->record;
	uint64_t to = r->offset + r->raw.len;
	enum text_note note = untold ? (enum text_note)__builtin_ctz(untold) : NOTES;

	if (t->env.begin) /* the first piece tells it for all */
		return false;
	switch (note) {
	case NOTE_CODING:
		gap_set(g, GAP_ASSUMED, 0, 0, "text is no UTF-8 and nobody declared its coding: read as %s",
			coding_name(&t->lines.coding));
		break;
	case NOTE_ZONE:
		gap_set(g, GAP_ASSUMED, r->offset, to,
			"local times, and nobody declared their zone: read as if they were UTC");
		break;
	case NOTE_YEAR:
		gap_set(g, GAP_ASSUMED, r->offset, to,
			"times without a year: read as the last year before the file was written, or where all "
			"files were copied on one day, before the newest date in their names");
		break;
	case NOTE_FORMAT:
		gap_set(g, GAP_ASSUMED, r->offset, to, "%s", t->assumed);
		break;
	case NOTES:
		return false;
	}
	t->told |= 1u << note;
	g->item = t->env.item;
	return true;
}

enum reader_step text_next(void *self, struct reader_input *in, event *ret_ev, struct gap *ret_gap, err *e)
{
	struct text *t = self;
	enum reader_step step;

	if (!t->lines.known && !lines_begin(&t->lines, &t->env, in))
		return READER_MORE;
	if (t->lines.coding.guessed)
		t->notes |= 1u << NOTE_CODING;
	if (t->assumed)
		t->notes |= 1u << NOTE_FORMAT;
	if (t->notes != t->told && tell_note(t, ret_gap))
		return READER_SKIPPED;
	for (;;) {
		step = next_record(t, in, ret_gap, e);
		if (step != READER_EVENT)
			return step;
		if (!t->line.len || (t->line.ptr[0] == ' ' && !str_trim(t->line).len))
			continue;
		if (t->mem.used_bytes)
			arena_clear(&t->mem);
		t->partial = t->record.open || t->record.cut;
		t->repaired = t->refused = false;
		t->given = NULL;
		t->time_ns = TIME_NONE;
		t->basis = TIME_UTC_BY_SPEC;
		t->why = NULL;
		switch (t->format->line ? t->format->line(t) : linepat_line(t)) {
		case TEXT_EVENT:
			give(t, ret_ev);
			return READER_EVENT;
		case TEXT_BAD:
			tell_bad(t, ret_gap);
			return READER_SKIPPED;
		case TEXT_NOTHING:
			break;
		}
	}
}

/* --- times ---------------------------------------------------------------------------------- */

void text_time_local(struct text *t, int64_t local_ns)
{
	t->time_ns = local_ns;
	t->basis = TIME_LOCAL_ASSUMED;
	if (t->env.zone && zone_to_utc(t->env.zone, local_ns, &t->time_ns))
		t->basis = TIME_LOCAL_DECLARED;
	else
		t->notes |= 1u << NOTE_ZONE;
}

void text_time(struct text *t, const struct logtime *lt)
{
	int64_t ns = lt->ns;

	if (!lt->has_year) {
		t->notes |= 1u << NOTE_YEAR;
		if (!logtime_before(lt, t->env.mtime_ns ? t->env.mtime_ns : TIME_NONE, &ns))
			return;
	}
	if (lt->basis == TIME_LOCAL_ASSUMED) {
		text_time_local(t, ns);
		return;
	}
	t->time_ns = ns;
	t->basis = lt->basis;
}
