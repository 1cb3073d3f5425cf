#include "sigma/pattern.h"

#include "sigma/fold.h"
#include "util/limits.h"
#include "util/utf.h"

bool pat_add(pat_elems *to, uint32_t elem)
{
	uint32_t *p = VEC_PUSH(to, LIMIT_SIGMA_ELEMENTS);

	if (p)
		*p = elem;
	return p != NULL;
}

bool pat_prepend(pat_elems *to, uint32_t elem)
{
	if (!pat_add(to, elem))
		return false;
	memmove(to->at + 1, to->at, (to->len - 1) * sizeof *to->at);
	to->at[0] = elem;
	return true;
}

bool pat_add_text(pat_elems *to, str s)
{
	for (size_t i = 0, len; i < s.len; i += len)
		if (!pat_add(to, utf8_next((str){ s.ptr + i, s.len - i }, &len)))
			return false;
	return true;
}

bool pat_parse(pat_elems *to, str s)
{
	bool escaped = false;

	for (size_t i = 0, len; i < s.len; i += len) {
		uint32_t c = utf8_next((str){ s.ptr + i, s.len - i }, &len);
		bool special = c == '*' || c == '?' || c == '\\';

		if (!escaped && c == '\\') {
			escaped = true;
			continue;
		}
		if (escaped && !special && !pat_add(to, '\\'))
			return false;
		if (!escaped && special)
			c = c == '*' ? (uint32_t)PAT_STAR : (uint32_t)PAT_ANY;
		escaped = false;
		if (!pat_add(to, c))
			return false;
	}
	return !escaped || pat_add(to, '\\');
}

static bool is_dash(uint32_t c)
{
	return c == '-' || c == '/' || (c >= 0x2013 && c <= 0x2015);
}

void pat_windash(pat_elems *p)
{
	bool word_before = false;

	for (size_t i = 0; i < p->len; i++) {
		uint32_t c = p->at[i], next = i + 1 < p->len ? p->at[i + 1] : (uint32_t)PAT_STAR;

		if (is_dash(c) && !word_before && next < PAT_STAR && fold_is_word(next))
			p->at[i] = PAT_DASH;
		word_before = c < PAT_STAR && fold_is_word(c);
	}
}

bool pat_has_wildcards(const pat_elems *p)
{
	for (size_t i = 0; i < p->len; i++)
		if (p->at[i] == PAT_STAR || p->at[i] == PAT_ANY)
			return true;
	return false;
}

void pat_text(const uint32_t *elems, size_t n, buf *out)
{
	for (size_t i = 0; i < n; i++)
		if (elems[i] < PAT_STAR)
			buf_utf8_cp(out, elems[i]);
}

/* --- freezing ------------------------------------------------------------------------------- */

static bool segment_init(struct pat_segment *seg, arena *mem)
{
	buf text = { 0 };

	seg->plain = true;
	for (uint32_t i = 0; i < seg->nelems; i++)
		if (seg->elems[i] >= PAT_STAR)
			seg->plain = false;
	if (!seg->plain)
		return true;
	pat_text(seg->elems, seg->nelems, &text);
	seg->bytes = text.failed ? (str){ 0 } : arena_str(mem, buf_view(&text));
	buf_done(&text);
	return seg->bytes.ptr != NULL;
}

static bool longest_literal(struct pattern *p, arena *mem)
{
	uint32_t best = 0, best_len = 0, from = 0;
	buf text = { 0 };

	for (uint32_t i = 0; i <= p->nelems; i++) {
		if (i < p->nelems && p->elems[i] < PAT_STAR)
			continue;
		if (i - from > best_len) {
			best = from;
			best_len = i - from;
		}
		from = i + 1;
	}
	pat_text(p->elems + best, best_len, &text);
	p->literal = text.failed ? (str){ 0 } : arena_str(mem, buf_view(&text));
	buf_done(&text);
	return p->literal.ptr != NULL;
}

static bool split_segments(struct pattern *p, arena *mem)
{
	struct pat_segment *segs;
	uint32_t n = 0, from = 0;

	segs = arena_array(mem, (size_t)p->nelems + 1, sizeof *segs);
	if (!segs)
		return false;
	for (uint32_t i = 0; i <= p->nelems; i++) {
		if (i < p->nelems && p->elems[i] != PAT_STAR)
			continue;
		if (i > from) {
			segs[n] = (struct pat_segment){ .elems = p->elems + from, .nelems = i - from };
			if (!segment_init(&segs[n++], mem))
				return false;
		}
		from = i + 1;
	}
	p->segments = segs;
	p->nsegments = n;
	return true;
}

/* Stars in a row are one star: fewer segments arrays to size, same meaning. */
bool pattern_init(struct pattern *ret, const uint32_t *elems, size_t n, bool cased, arena *mem)
{
	struct pattern p = { 0 };
	uint32_t *copy = arena_array(mem, n + 1, sizeof *copy);

	if (!copy)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (elems[i] == PAT_STAR && p.nelems && copy[p.nelems - 1] == PAT_STAR)
			continue;
		copy[p.nelems++] = cased ? elems[i] : fold_cp(elems[i]);
	}
	p.elems = copy;
	p.open_start = p.nelems && copy[0] == PAT_STAR;
	p.open_end = p.nelems && copy[p.nelems - 1] == PAT_STAR;
	if (!split_segments(&p, mem) || !longest_literal(&p, mem))
		return false;
	p.contains = p.open_start && p.open_end && p.nsegments == 1 && p.segments[0].plain;
	*ret = p;
	return true;
}

/* --- matching by segments ------------------------------------------------------------------- */

static bool elem_matches(uint32_t elem, uint32_t c)
{
	return elem == c || elem == PAT_ANY || (elem == PAT_DASH && is_dash(c));
}

/* The end of the segment when it lies at `at`, or SIZE_MAX. */
static size_t segment_at(const struct pat_segment *seg, str text, size_t at)
{
	size_t len;

	if (seg->plain) {
		if (text.len - at < seg->bytes.len ||
		    memcmp(text.ptr + at, seg->bytes.ptr, seg->bytes.len) != 0)
			return SIZE_MAX;
		return at + seg->bytes.len;
	}
	for (uint32_t i = 0; i < seg->nelems; i++, at += len) {
		uint32_t c;

		if (at >= text.len)
			return SIZE_MAX;
		c = utf8_next((str){ text.ptr + at, text.len - at }, &len);
		if (!elem_matches(seg->elems[i], c))
			return SIZE_MAX;
	}
	return at;
}

/* First place at or behind `at` where the segment lies; *ret_end behind it. */
static bool segment_find(const struct pat_segment *seg, str text, size_t at, size_t *ret_end)
{
	if (seg->plain) {
		const char *hit = memmem(text.ptr + at, text.len - at, seg->bytes.ptr, seg->bytes.len);

		if (!hit)
			return false;
		*ret_end = (size_t)(hit - text.ptr) + seg->bytes.len;
		return true;
	}
	for (; at < text.len; at++) {
		if (((unsigned char)text.ptr[at] & 0xC0) == 0x80)
			continue; /* inside a code point */
		*ret_end = segment_at(seg, text, at);
		if (*ret_end != SIZE_MAX)
			return true;
	}
	return false;
}

/* Does the segment end the text, at or behind `at`? */
static bool segment_ends(const struct pat_segment *seg, str text, size_t at)
{
	size_t from = text.len;

	if (seg->plain)
		return text.len - at >= seg->bytes.len &&
		       memcmp(text.ptr + text.len - seg->bytes.len, seg->bytes.ptr, seg->bytes.len) == 0;
	for (uint32_t i = 0; i < seg->nelems; i++) {
		do {
			if (from <= at)
				return false;
			from--;
		} while (((unsigned char)text.ptr[from] & 0xC0) == 0x80);
	}
	return segment_at(seg, text, from) == text.len;
}

bool pattern_match(const struct pattern *p, str text)
{
	uint32_t i = 0, n = p->nsegments;
	size_t at = 0;

	if (n == 0)
		return p->nelems != 0 || text.len == 0;
	if (!p->open_start) {
		at = segment_at(&p->segments[i++], text, 0);
		if (at == SIZE_MAX)
			return false;
		if (i == n)
			return p->open_end || at == text.len;
	}
	for (; i + !p->open_end < n; i++)
		if (!segment_find(&p->segments[i], text, at, &at))
			return false;
	return p->open_end || segment_ends(&p->segments[n - 1], text, at);
}

/* --- matching by elements ------------------------------------------------------------------- */

bool pattern_match_naive(const struct pattern *p, str text)
{
	size_t i = 0, j = 0, star = SIZE_MAX, mark = 0, len;

	while (j < text.len) {
		uint32_t c = utf8_next((str){ text.ptr + j, text.len - j }, &len);

		if (i < p->nelems && p->elems[i] == PAT_STAR) {
			star = i++;
			mark = j;
		} else if (i < p->nelems && elem_matches(p->elems[i], c)) {
			i++;
			j += len;
		} else if (star != SIZE_MAX) {
			utf8_next((str){ text.ptr + mark, text.len - mark }, &len);
			mark += len;
			j = mark;
			i = star + 1;
		} else {
			return false;
		}
	}
	while (i < p->nelems && p->elems[i] == PAT_STAR)
		i++;
	return i == p->nelems;
}
