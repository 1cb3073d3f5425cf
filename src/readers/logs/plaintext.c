/* plaintext.c - the last resort: text that no format knows, a line an event, with the first time that stands in it. What
 * it means is not understood, and the item says so (gap kind "assumed"). Never binary content, and never content that
 * another format claims. */
#include "readers/logs/apphead.h"
#include "readers/readers.h"
#include "readers/text/textlog.h"
#include "util/utf.h"

enum { LOOK_MAX = 256 }; /* a time stands near the beginning of a line, or it is not the line's */

/* 04/05/2024 is read only where the head shows which number is the day. */
enum order { ORDER_UNKNOWN, ORDER_US, ORDER_EU };

struct plain {
	enum order order;
};

/* --- times ---------------------------------------------------------------------------------- */

static bool is_digit(char c)
{
	return (unsigned char)(c - '0') <= 9;
}

static bool is_letter(char c)
{
	return (unsigned char)((c | 0x20) - 'a') <= 25;
}

/* Seconds or milliseconds since 1970, of this century's first half: alone such a number is a time. */
static size_t epoch(str s, struct logtime *ret)
{
	size_t n = 0;

	while (n < s.len && is_digit(s.ptr[n]))
		n++;
	if ((n != 10 && n != 13) || s.ptr[0] != '1' || s.ptr[1] < '0' ||
	    (n < s.len && (is_letter(s.ptr[n]) || s.ptr[n] == '-')))
		return 0;
	return logtime_read(s, LOGTIME_EPOCH, ret);
}

/* A time at the start of s. `first`: it is the start of the line, too. */
static size_t time_at(str s, bool first, enum order order, struct logtime *ret)
{
	size_t n = apphead_time(s, ret);

	if (!n)
		n = logtime_read(s, LOGTIME_CLF, ret);
	if (!n && is_letter(s.ptr[0]))
		n = logtime_read(s, LOGTIME_SYSLOG, ret);
	if (!n && order != ORDER_UNKNOWN)
		n = logtime_read(s, order == ORDER_US ? LOGTIME_US : LOGTIME_EU, ret);
	if (!n && first && is_digit(s.ptr[0]))
		n = epoch(s, ret);
	return n;
}

static bool find_time(str line, enum order order, struct logtime *ret)
{
	size_t max = line.len < LOOK_MAX ? line.len : LOOK_MAX;
	char before = ' ';

	for (size_t i = 0; i < max; before = line.ptr[i++]) {
		char c = line.ptr[i];

		if ((is_digit(c) && !is_digit(before) && before != '.' && before != '-' && before != '/') ||
		    (is_letter(c) && !is_letter(before) && !is_digit(before)))
			if (time_at((str){ line.ptr + i, line.len - i }, i == 0, order, ret))
				return true;
	}
	return false;
}

/* "13/04/2024 10:00": the day is the number above 12. */
static enum order order_of(str line)
{
	struct logtime lt;

	for (size_t i = 0; i < line.len && i < LOOK_MAX; i++) {
		str s = { line.ptr + i, line.len - i };

		if (!is_digit(line.ptr[i]) || (i && is_digit(line.ptr[i - 1])))
			continue;
		if (logtime_read(s, LOGTIME_US, &lt) != logtime_read(s, LOGTIME_EU, &lt))
			return logtime_read(s, LOGTIME_US, &lt) ? ORDER_US : ORDER_EU;
	}
	return ORDER_UNKNOWN;
}

/* --- lines ---------------------------------------------------------------------------------- */

static int plain_open(struct text *t, err *e)
{
	struct plain *p = t->state;
	struct text_head_store *store;
	struct text_head h;

	if (!text_head_init(&h, &store, t->env.head, t->env.path))
		return err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a line reader");
	for (size_t i = 0; i < h.nlines && p->order == ORDER_UNKNOWN; i++)
		p->order = order_of(h.lines[i]);
	text_head_done(store);
	t->assumed =
		"text of no known format, not understood: lines are kept as events, with the time that is found in them; "
		"look at it by hand (spoor doctor lists the formats)";
	return 0;
}

static enum text_line line(struct text *t)
{
	static const str NAMES[] = { { "message", 7 } };
	const struct plain *p = t->state;
	struct logtime lt;

	if (!t->schema && !text_columns(t, STR("text.log"), NAMES, 1))
		return TEXT_BAD;
	t->values[0] = value_utf8(t->line);
	if (find_time(t->line, p->order, &lt))
		text_time(t, &lt);
	return TEXT_EVENT;
}

/* --- is it text? ---------------------------------------------------------------------------- */

struct census {
	size_t all, controls, damaged;
};

static void count_line(struct census *c, str s)
{
	for (size_t i = 0, n; i < s.len; i += n) {
		uint32_t ch = utf8_next((str){ s.ptr + i, s.len - i }, &n);

		c->all++;
		c->controls += (ch < 0x20 && ch != '\t' && ch != 0x1B && ch != '\f' && ch != '\r') ||
			       ch == 0x7F || (ch >= 0x80 && ch < 0xA0 && n > 1);
		c->damaged += ch == 0xFFFD;
		n += n == 0;
	}
}

/* One control character in 200 and one broken byte in 20 are damage; more are no text. */
static int claim(const struct text_head *h)
{
	enum { LAST = 30 };
	struct census c = { 0 };

	for (size_t i = 0; i < h->nlines; i++)
		count_line(&c, h->lines[i]);
	return c.all && c.controls * 200 <= c.all && c.damaged * 20 <= c.all ? LAST : 0;
}

static const struct text_format PLAINTEXT = {
	.line_keywords = true,
	.claim = claim,
	.claim_most = 30,
	.line = line,
	.state_bytes = sizeof(struct plain),
	.open = plain_open,
};

const struct reader_ops reader_plaintext = TEXT_READER_PIECES(
	"plaintext", "Any other text, line by line: not understood, and told as such", &PLAINTEXT);
