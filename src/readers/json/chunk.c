#include "readers/json/repair.h"
#include "readers/json/jsonread_priv.h"
#include "readers/json/wrap.h"

/* Between objects: white space, the brackets and commas of an array, RFC 7464's record separator and
 * other control characters, the zeros of a preallocated file, a byte order mark at the start. */
static bool separates(struct json_reader *w, uint8_t c)
{
	if (c == '\n')
		w->line++;
	if (c == '[') {
		w->array |= !w->started;
		w->started = true;
	}
	if (c == ']' && w->wrap_depth) {
		w->closing = w->wrap_depth;
		w->wrap_depth = 0;
	}
	return c <= ' ' || c == ',' || c == '[' || c == ']';
}

static size_t separators(struct json_reader *w)
{
	static const uint8_t MARK[] = { 0xEF, 0xBB, 0xBF };
	bytes t = w->feed.text;
	size_t i = 0;

	while (i < t.len && !w->closing) {
		if (separates(w, t.ptr[i])) {
			i++;
		} else if (!w->started && t.len - i >= 3 && memcmp(t.ptr + i, MARK, 3) == 0) {
			i += 3;
		} else {
			w->started = true;
			break;
		}
	}
	return i;
}

void window_ask(struct json_reader *w, size_t have)
{
	w->want = have < WINDOW_STEP / 2 ? WINDOW_STEP : 2 * have;
	if (w->want > LIMIT_LINE_BYTES + WINDOW_STEP)
		w->want = LIMIT_LINE_BYTES + WINDOW_STEP;
	if (w->want <= have)
		w->want = have + 1;
}

/* An object whose line does not end in sight, or does too late: by its brackets. */
enum chunk_kind chunk_by_brackets(struct json_reader *w, size_t *ret_len, bool lines)
{
	bytes t = w->feed.text;
	struct balance b = { 0 };
	size_t n;

	if (t.ptr[0] != '{') {
		*ret_len = t.len < LIMIT_LINE_BYTES ? t.len : LIMIT_LINE_BYTES;
		return w->feed.last || t.len >= LIMIT_LINE_BYTES ? CHUNK_JUNK
								 : (window_ask(w, t.len), CHUNK_MORE);
	}
	n = balance_scan(&b, t.ptr, t.len, lines);
	*ret_len = n;
	if (n > LIMIT_LINE_BYTES)
		return CHUNK_LONG;
	if (b.depth == 0) {
		w->chunk.whole = true;
		return CHUNK_TEXT;
	}
	if (n < t.len)
		return lines ? CHUNK_TEXT : CHUNK_JUNK; /* a line end where none may be */
	if (w->feed.last)
		return CHUNK_CUT;
	if (t.len > LIMIT_LINE_BYTES)
		return CHUNK_LONG;
	window_ask(w, t.len);
	return CHUNK_MORE;
}

/* Pass over what follows the list in its object. False: more text is needed. */
static bool skip_closing(struct json_reader *w)
{
	struct balance b = { .depth = w->closing };
	size_t n = balance_scan(&b, w->feed.text.ptr, w->feed.text.len, false);
	bool all = n == w->feed.text.len && b.depth > 0 && !w->feed.last;

	if (all && n <= LIMIT_LINE_BYTES) {
		window_ask(w, n);
		return false;
	}
	w->closing = 0;
	text_consume(w, n);
	return true;
}

/* Stands the text at the list of an object that only carries it? Its other members are passed over. False:
 * more text is needed. */
static bool enter_list(struct json_reader *w)
{
	size_t len = 0;

	switch (wrap_open(w->feed.text, &len, &w->wrap_depth)) {
	case WRAP_MORE:
		if (w->feed.last)
			return true;
		window_ask(w, w->feed.text.len);
		return false;
	case WRAP_FOUND:
		w->wraps = true;
		text_consume(w, len);
		return true;
	default:
		return true;
	}
}

/* Separators, and what is around lists. False: more text is needed. */
static bool pass_between(struct json_reader *w)
{
	uint64_t pos;

	do {
		feed_skip(&w->feed, separators(w));
		pos = w->feed.pos;
		if (w->closing && !skip_closing(w))
			return false;
		if (w->feed.text.len && (w->wraps || w->element == 0) && !w->wrap_depth && !enter_list(w))
			return false;
	} while (w->feed.pos != pos);
	return true;
}

/* Find the next chunk at the start of the text, behind separators. */
enum chunk_kind chunk_find(struct json_reader *w, size_t *ret_len)
{
	bytes t;
	const uint8_t *nl;
	size_t n;

	if (!pass_between(w))
		return CHUNK_MORE;
	t = w->feed.text;
	if (t.len == 0 || w->feed.pos >= w->env.end)
		return t.len == 0 && !w->feed.last ? (window_ask(w, 0), CHUNK_MORE) : CHUNK_NONE;
	w->chunk.whole = false;
	nl = memchr(t.ptr, '\n', t.len);
	if (!nl && !w->feed.last)
		return chunk_by_brackets(w, ret_len, true);
	n = nl ? (size_t)(nl - t.ptr) : t.len;
	if (n > LIMIT_LINE_BYTES)
		return chunk_by_brackets(w, ret_len, true);
	while (n > 0 && (t.ptr[n - 1] <= ' '))
		n--; /* CR, blanks, the zeros of a file cut short */
	*ret_len = n;
	return t.ptr[0] == '{' ? CHUNK_TEXT : CHUNK_JUNK;
}

void text_consume(struct json_reader *w, size_t n)
{
	const uint8_t *p = w->feed.text.ptr;
	size_t left = n;

	while (left && (p = memchr(p, '\n', left)) != NULL) {
		w->line++;
		p++;
		left = n - (size_t)(p - w->feed.text.ptr);
	}
	feed_skip(&w->feed, n);
}

enum jsonshim_result chunk_index(struct json_reader *w)
{
	struct chunk *k = &w->chunk;
	enum jsonshim_result r;

	k->cur = (struct flat_cursor){ .text = k->text };
	k->repaired = false;
	r = jsonshim_index(w->shim, k->text.ptr, k->text.len, &k->cur.at, &k->cur.n);
	if (r != JSONSHIM_UTF8 && r != JSONSHIM_CONTROL)
		return r;
	buf_clear(&w->fixed);
	json_repair(&w->fixed, k->text);
	if (w->fixed.failed)
		return JSONSHIM_OOM;
	k->cur = (struct flat_cursor){ .text = str_bytes(buf_view(&w->fixed)) };
	k->repaired = true;
	return jsonshim_index(w->shim, k->cur.text.ptr, k->cur.text.len, &k->cur.at, &k->cur.n);
}

/* Does the first line of an object look like the start of a pretty-printed one? */
bool chunk_goes_on(const struct chunk *k)
{
	uint8_t c = k->text.len ? k->text.ptr[k->text.len - 1] : 0;

	return !k->whole && (c == '{' || c == '[' || c == ',' || c == ':');
}

void chunk_open(struct json_reader *w, size_t len)
{
	w->chunk.open = true;
	w->chunk.text = (bytes){ w->feed.text.ptr, len };
}
