#include "readers/winjson/repair.h"
#include "readers/winjson/winjson_priv.h"

/* Between objects: white space, the brackets and commas of an array, RFC 7464's record separator and
 * other control characters, the zeros of a preallocated file, a byte order mark at the start. */
static bool separates(struct winjson *w, uint8_t c)
{
	if (c == '\n')
		w->line++;
	if (c == '[') {
		w->array |= !w->started;
		w->started = true;
	}
	return c <= ' ' || c == ',' || c == '[' || c == ']';
}

static size_t separators(struct winjson *w)
{
	static const uint8_t MARK[] = { 0xEF, 0xBB, 0xBF };
	bytes t = w->feed.text;
	size_t i = 0;

	while (i < t.len) {
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

void window_ask(struct winjson *w, size_t have)
{
	w->want = have < WINDOW_STEP / 2 ? WINDOW_STEP : 2 * have;
	if (w->want > LIMIT_LINE_BYTES + WINDOW_STEP)
		w->want = LIMIT_LINE_BYTES + WINDOW_STEP;
	if (w->want <= have)
		w->want = have + 1;
}

/* An object whose line does not end in sight, or does too late: by its brackets. */
enum chunk_kind chunk_by_brackets(struct winjson *w, size_t *ret_len, bool lines)
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

/* Find the next chunk at the start of the text, behind separators. */
enum chunk_kind chunk_find(struct winjson *w, size_t *ret_len)
{
	bytes t;
	const uint8_t *nl;
	size_t n;

	feed_skip(&w->feed, separators(w));
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

void text_consume(struct winjson *w, size_t n)
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

enum jsonshim_result chunk_index(struct winjson *w)
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

void chunk_open(struct winjson *w, size_t len)
{
	w->chunk.open = true;
	w->chunk.text = (bytes){ w->feed.text.ptr, len };
}
