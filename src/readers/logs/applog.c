/* applog.c - logs of business applications, of update servers and of their agents, whose makers agree on little: a
 * time, then perhaps a level, a thread and a logger, then text in any language. Everything that the text says by its
 * shape becomes a column (textfinds.h). A record's further lines belong to it. */
#include "readers/logs/apphead.h"
#include "readers/readers.h"
#include "readers/text/textfinds.h"

static bool starts(str line)
{
	struct apphead h;

	return apphead_read(line, &h);
}

static enum text_line line(struct text *t)
{
	struct text_keyed *a = t->state;
	struct text_keys *k = &a->keys;
	struct apphead h;

	t->why = "no time at its beginning";
	if (!apphead_read(t->line, &h))
		return TEXT_BAD;
	t->why = "nothing behind its time";
	if (!h.message.len)
		return TEXT_BAD;
	t->why = NULL;
	text_keys_begin(k);
	text_keys_put_str(k, "time", h.stamp);
	text_keys_put_str(k, "level", h.level);
	text_keys_put_str(k, "thread", h.thread);
	text_keys_put_str(k, "logger", h.logger);
	text_keys_put_str(k, "message", h.message);
	text_finds(t, k, h.message);
	text_time(t, &h.time);
	return text_keys_say(t, k, "app.log", &a->said) ? TEXT_EVENT : TEXT_BAD;
}

/* Below every format that knows its lines: theirs begin with a time, too. Above JSON among lines that are none. A few
 * lines of a banner may stand at the top. */
static int claim(const struct text_head *h)
{
	enum { LIKELY = 37, SHARE_MIN = 20, BANNER_MAX = 5 };
	size_t first = 0;

	while (first < h->nlines && first < BANNER_MAX && !starts(h->lines[first]))
		first++;
	if (first == h->nlines || !starts(h->lines[first]))
		return 0;
	return text_fits(h, starts, SHARE_MIN) ? LIKELY : 0;
}

static const struct text_format APPLOG = {
	.framing = FRAME_STARTS,
	.starts = starts,
	.line_keywords = true,
	.claim = claim,
	.claim_most = 37,
	.line = line,
	.state_bytes = sizeof(struct text_keyed),
	.open = text_keyed_open,
	.close = text_keyed_close,
};

const struct reader_ops reader_applog = TEXT_READER_PIECES(
	"applog", "Applications, update servers, agents: a time, a level, text in any language", &APPLOG);
