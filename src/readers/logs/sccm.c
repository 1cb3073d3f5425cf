/* sccm.c - logs of Configuration Manager (SCCM, MECM) in the form of CMTrace, of clients and servers:
 *	<![LOG[text]LOG]!><time="10:14:02.117-480" date="04-18-2024" component="X" context="" type="1" thread="8744" file="x.cpp:123">
 *	text  $$<component><04-18-2024 10:14:02.117-480><thread=8744 (0x2228)>
 * The text may have several lines. What stands behind the time is the bias in minutes: UTC is local time plus bias.
 * Source: Microsoft, "Log file reference"; CMTrace's two forms. */
#include "readers/readers.h"
#include "readers/text/textfinds.h"

struct stamp {
	str date, time; /* "04-18-2024", "10:14:02.117-480" */
};

static bool begins(str line)
{
	return str_starts(line, STR("<![LOG["));
}

static size_t last_of(str s, str mark)
{
	for (size_t i = s.len; i-- > 0;)
		if (str_starts((str){ s.ptr + i, s.len - i }, mark))
			return i;
	return SIZE_MAX;
}

static bool starts(str line)
{
	return begins(line) || str_find(line, STR("$$<")) != SIZE_MAX;
}

/* "10:14:02.117", with its bias behind it or without. */
static bool stamp_time(struct text *t, const struct stamp *s)
{
	enum { BIAS_MAX = 14 * 60 };
	size_t n = 0;
	str clock, bias;
	uint64_t minutes;
	struct logtime lt;

	while (n < s->time.len && s->time.ptr[n] != '+' && s->time.ptr[n] != '-')
		n++;
	clock = (str){ s->time.ptr, n };
	bias = n < s->time.len ? (str){ s->time.ptr + n + 1, s->time.len - n - 1 } : (str){ 0 };
	if (!logtime_whole(arena_printf(&t->mem, "%.*s %.*s", STR_ARG(s->date), STR_ARG(clock)), LOGTIME_US,
			   &lt))
		return false;
	if (!bias.len) {
		text_time(t, &lt);
		return true;
	}
	if (!str_to_u64(bias, &minutes) || minutes > BIAS_MAX)
		return false;
	lt.ns += (s->time.ptr[n] == '-' ? -1 : 1) * (int64_t)minutes * 60 * NS_PER_S;
	lt.basis = TIME_OFFSET_EXPLICIT;
	text_time(t, &lt);
	return true;
}

/* The next name="value"; values hold no quotes. */
static bool attribute(str *s, str *name, str *text)
{
	str rest;

	*s = str_trim(*s);
	*name = str_cut(*s, '=', &rest);
	if (!rest.len || rest.ptr[0] != '"' || !name->len || name->len > 32)
		return false;
	*text = str_cut((str){ rest.ptr + 1, rest.len - 1 }, '"', s);
	return true;
}

static str level_of(str type)
{
	static const char *const LEVELS[] = { "verbose", "information", "warning", "error" };

	return type.len == 1 && type.ptr[0] >= '0' && type.ptr[0] <= '3' ? str_of(LEVELS[type.ptr[0] - '0'])
									 : (str){ 0 };
}

/* What stands behind the text of the newer form. */
static bool read_tail(struct text_keys *k, str s, struct stamp *ret)
{
	str name, text;

	while (attribute(&s, &name, &text)) {
		if (str_eq(name, STR("time")))
			ret->time = text;
		else if (str_eq(name, STR("date")))
			ret->date = text;
		text_keys_put_text(k, name, text);
	}
	return ret->time.len && ret->date.len;
}

static bool read_new(struct text_keys *k, str s, str *ret_message, struct stamp *ret)
{
	static const str END = { "]LOG]!><", 8 };
	size_t end = last_of(s, END); /* the text may hold the mark, too */

	if (!begins(s) || end == SIZE_MAX || end < 7 ||
	    !read_tail(k, (str){ s.ptr + end + END.len, s.len - end - END.len }, ret))
		return false;
	*ret_message = (str){ s.ptr + 7, end - 7 };
	return true;
}

static bool read_old(struct text_keys *k, str s, str *ret_message, struct stamp *ret)
{
	size_t at = last_of(s, STR("$$<"));
	str rest, component, when, thread;

	if (at == SIZE_MAX)
		return false;
	*ret_message = (str){ s.ptr, at };
	component = str_cut((str){ s.ptr + at + 3, s.len - at - 3 }, '>', &rest);
	if (!rest.len || rest.ptr[0] != '<')
		return false;
	when = str_cut((str){ rest.ptr + 1, rest.len - 1 }, '>', &rest);
	ret->date = str_cut(when, ' ', &ret->time);
	if (str_starts(rest, STR("<thread="))) {
		thread = str_cut((str){ rest.ptr + 8, rest.len - 8 }, '>', &rest);
		text_keys_put_str(k, "thread", str_cut(thread, ' ', &rest));
	}
	text_keys_put_str(k, "component", component);
	text_keys_put_str(k, "date", ret->date);
	text_keys_put_str(k, "time", ret->time);
	return component.len && ret->time.len;
}

static enum text_line line(struct text *t)
{
	struct text_keyed *a = t->state;
	struct text_keys *k = &a->keys;
	struct stamp when = { 0 };
	str message;

	text_keys_begin(k);
	t->why = "no record of Configuration Manager";
	if (!read_new(k, t->line, &message, &when) &&
	    !(!begins(t->line) && read_old(k, t->line, &message, &when)))
		return TEXT_BAD;
	t->why = "no time in the record";
	if (!stamp_time(t, &when))
		return TEXT_BAD;
	t->why = NULL;
	message = str_trim(message);
	text_keys_put_str(k, "level", level_of(text_keys_get(k, "type")));
	text_keys_put_str(k, "message", message);
	text_finds(t, k, message);
	return text_keys_say(t, k, "sccm.cmtrace", &a->said) ? TEXT_EVENT : TEXT_BAD;
}

static bool is_old(str line)
{
	size_t at = str_find(line, STR("$$<")), end = str_find(line, STR("><"));

	return at != SIZE_MAX && end != SIZE_MAX && end > at;
}

/* A log that was rolled over may begin inside a record. */
static int claim(const struct text_head *h)
{
	enum { SURE = 93, SHARE_MIN = 80 };
	bool begun = false;

	for (size_t i = 0; i < h->nlines; i++) {
		begun |= begins(h->lines[i]);
		if (begun && str_find(h->lines[i], STR("]LOG]!><time=\"")) != SIZE_MAX)
			return SURE;
	}
	return text_fits(h, is_old, SHARE_MIN) ? SURE : 0;
}

static const struct text_format SCCM = {
	.framing = FRAME_STARTS,
	.starts = starts,
	.line_keywords = true,
	.claim = claim,
	.line = line,
	.state_bytes = sizeof(struct text_keyed),
	.open = text_keyed_open,
	.close = text_keyed_close,
};

const struct reader_ops reader_sccm =
	TEXT_READER_PIECES("sccm", "Configuration Manager's logs (CMTrace)", &SCCM);
