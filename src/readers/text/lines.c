#include "readers/text/lines.h"

#include "util/limits.h"

enum { STEP = 64 * 1024 };

static uint16_t unit_at(const struct coding *c, const uint8_t *p)
{
	if (c->kind == CODING_UTF16LE)
		return load_le16(p);
	return (uint16_t)(p[0] << 8 | p[1]);
}

/* Offset of the first `what` in b, or SIZE_MAX. */
static size_t find(const struct coding *c, bytes b, uint8_t what)
{
	const uint8_t *p;

	if (!b.len)
		return SIZE_MAX;
	if (!coding_is_wide(c)) {
		p = memchr(b.ptr, what, b.len);
		return p ? (size_t)(p - b.ptr) : SIZE_MAX;
	}
	for (size_t i = 0; i + 1 < b.len; i += 2)
		if (unit_at(c, b.ptr + i) == what)
			return i;
	return SIZE_MAX;
}

bool lines_lone_cr(const struct coding *c, bytes head)
{
	return find(c, head, '\n') == SIZE_MAX && find(c, head, '\r') != SIZE_MAX;
}

void lines_init(struct lines *l, const struct reader_env *env)
{
	*l = (struct lines){
		.sync = env->begin > 0,
		.pos = env->begin,
		.end = env->end,
		.number = env->begin ? 0 : 1,
	};
}

static enum lines_step more(struct reader_input *in, uint64_t from, size_t len)
{
	in->need_from = from;
	in->need_len = len;
	return LINES_MORE;
}

bool lines_begin(struct lines *l, const struct reader_env *env, struct reader_input *in)
{
	bytes head = env->head;

	if (!head.len) {
		if (in->data.len < READER_PROBE_LEN && !in->last) {
			more(in, in->offset, READER_PROBE_LEN);
			return false;
		}
		head = in->data;
		if (head.len > READER_PROBE_LEN)
			head.len = READER_PROBE_LEN;
	}
	l->coding = coding_of(head, env->coding);
	l->lone_cr = lines_lone_cr(&l->coding, head);
	l->known = true;
	return true;
}

/* NULs and marks that stand before a line. */
static size_t leading(const struct coding *c, bytes b)
{
	size_t i = 0;

	if (coding_is_wide(c)) {
		while (i + 1 < b.len && (unit_at(c, b.ptr + i) == 0 || unit_at(c, b.ptr + i) == 0xFEFF))
			i += 2;
		return i;
	}
	if (!b.len || (b.ptr[0] != 0 && b.ptr[0] != 0xEF))
		return 0;
	for (;;) {
		while (i + 8 <= b.len && load_le64(b.ptr + i) == 0)
			i += 8;
		while (i < b.len && b.ptr[i] == 0)
			i++;
		if (c->kind != CODING_UTF8 || b.len - i < 3 || memcmp(b.ptr + i, "\xEF\xBB\xBF", 3) != 0)
			return i;
		i += 3;
	}
}

/* Without what stands between a line and its end: the CR of CR LF, NULs. */
static size_t trimmed(const struct coding *c, const uint8_t *p, size_t n)
{
	if (coding_is_wide(c)) {
		n &= ~(size_t)1;
		while (n >= 2 && (unit_at(c, p + n - 2) == '\r' || unit_at(c, p + n - 2) == 0))
			n -= 2;
		return n;
	}
	while (n && (p[n - 1] == '\r' || p[n - 1] == 0))
		n--;
	return n;
}

bytes lines_cut(const struct coding *c, bool lone_cr, bytes *b, bool *ret_ended)
{
	size_t i, at = find(c, *b, lone_cr ? '\r' : '\n'), width = coding_is_wide(c) ? 2 : 1;
	bytes line = *b;

	*ret_ended = at != SIZE_MAX;
	if (!*ret_ended) {
		*b = (bytes){ b->ptr + b->len, 0 };
	} else {
		line.len = at;
		*b = (bytes){ b->ptr + at + width, b->len - at - width };
	}
	i = leading(c, line);
	line = (bytes){ line.ptr + i, line.len - i };
	line.len = trimmed(c, line.ptr, line.len);
	return line;
}

static bytes view(const struct lines *l, const struct reader_input *in)
{
	uint64_t end = in->offset + in->data.len;

	if (l->pos < in->offset || l->pos > end)
		return (bytes){ 0 };
	return (bytes){ in->data.ptr + (l->pos - in->offset), (size_t)(end - l->pos) };
}

/* Behind the end of the line that pos stands in. False: more is needed, or (in->last) there is none. */
static bool pass_line_end(struct lines *l, bytes b)
{
	size_t at = find(&l->coding, b, l->lone_cr ? '\r' : '\n'), width = coding_is_wide(&l->coding) ? 2 : 1;

	if (at == SIZE_MAX) {
		l->pos += b.len & ~(width - 1);
		return false;
	}
	l->pos += at + width;
	if (l->number)
		l->number++;
	return true;
}

static enum lines_step skip_rest(struct lines *l, struct reader_input *in, struct line *ret)
{
	if (!pass_line_end(l, view(l, in)) && !in->last)
		return more(in, l->pos, STEP);
	l->skipping = false;
	*ret = (struct line){ .raw = { NULL, (size_t)(l->pos - l->skip_from) }, .offset = l->skip_from };
	return LINES_LIMIT;
}

static enum lines_step cut_long(struct lines *l, bytes b, struct line *ret)
{
	*ret = (struct line){
		.raw = { b.ptr, LIMIT_LINE_BYTES }, .offset = l->pos, .number = l->number, .cut = true
	};
	l->pos += LIMIT_LINE_BYTES;
	l->skip_from = l->pos;
	l->skipping = true;
	l->inside = false;
	return LINES_ONE;
}

enum lines_step lines_next(struct lines *l, struct reader_input *in, struct line *ret)
{
	size_t at, width = coding_is_wide(&l->coding) ? 2 : 1;
	bytes b, part;

	if (l->skipping)
		return skip_rest(l, in, ret);
	if (l->sync) {
		if (!pass_line_end(l, view(l, in)))
			return in->last ? LINES_END : more(in, l->pos, STEP);
		l->sync = false;
	}
	if (!l->inside && l->pos > l->end)
		return LINES_END;
	l->inside = true;
	b = view(l, in);
	at = leading(&l->coding, b);
	l->pos += at;
	b = (bytes){ b.ptr + at, b.len - at };
	part = b;
	if (part.len > LIMIT_LINE_BYTES + width)
		part.len = LIMIT_LINE_BYTES + width;
	at = find(&l->coding, part, l->lone_cr ? '\r' : '\n');
	if (at == SIZE_MAX && b.len > LIMIT_LINE_BYTES)
		return cut_long(l, b, ret);
	if (at == SIZE_MAX && !in->last)
		return more(in, l->pos, b.len + STEP);
	if (at == SIZE_MAX && b.len < width)
		return LINES_END;
	*ret = (struct line){ .offset = l->pos, .number = l->number, .open = at == SIZE_MAX };
	if (ret->open)
		at = b.len;
	ret->raw = (bytes){ b.ptr, trimmed(&l->coding, b.ptr, at) };
	l->pos += ret->open ? at : at + width;
	if (l->number)
		l->number++;
	l->inside = false;
	return LINES_ONE;
}
