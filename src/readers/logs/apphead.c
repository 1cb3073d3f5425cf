#include "readers/logs/apphead.h"

enum { PARTS_MAX = 6, NAME_MAX = 96 };

static str from(str s, size_t i)
{
	return i < s.len ? (str){ s.ptr + i, s.len - i } : (str){ 0 };
}

bool apphead_is_level(str s)
{
	static const char *const LEVELS[] = {
		"INFO",
		"WARN",
		"ERROR",
		"DEBUG",
		"TRACE",
		"FATAL",
		"WARNING",
		"SEVERE",
		"CONFIG",
		"FINE",
		"FINER",
		"FINEST",
		"ERR",
		"NOTICE",
		"CRITICAL",
		"CRIT",
		"VERBOSE",
		"INFORMATION",
		"ALERT",
		"EMERG",
		"AUDIT",
		"\xE4\xBF\xA1\xE6\x81\xAF", /* information, warning, error, debugging, grave, fatal, hint */
		"\xE8\xAD\xA6\xE5\x91\x8A",
		"\xE9\x94\x99\xE8\xAF\xAF",
		"\xE8\xB0\x83\xE8\xAF\x95",
		"\xE4\xB8\xA5\xE9\x87\x8D",
		"\xE8\x87\xB4\xE5\x91\xBD",
		"\xE6\x8F\x90\xE7\xA4\xBA"
	};

	for (size_t i = 0; i < COUNT(LEVELS); i++)
		if (str_eq_ascii_nocase(s, str_of(LEVELS[i])))
			return true;
	return false;
}

/* --- time ----------------------------------------------------------------------------------- */

/* Two groups of digits with dots: "18.04.2024" is day first everywhere. */
static bool is_dotted_date(str s)
{
	return s.len > 10 && s.ptr[2] == '.' && s.ptr[5] == '.';
}

/* Digits alone are a time only where they can be one of a log. */
static bool is_compact(str s)
{
	return str_starts(s, STR("20")) || str_starts(s, STR("199"));
}

size_t apphead_time(str s, struct logtime *ret)
{
	size_t n = logtime_read(s, LOGTIME_ISO, ret);

	if (!n)
		n = logtime_read(s, LOGTIME_DAYMON, ret);
	if (!n && is_dotted_date(s))
		n = logtime_read(s, LOGTIME_EU, ret);
	if (!n)
		n = logtime_read(s, LOGTIME_CTIME, ret);
	if (!n && is_compact(s))
		n = logtime_read(s, LOGTIME_COMPACT, ret);
	return n;
}

/* --- parts ---------------------------------------------------------------------------------- */

/* What stands between parts. */
static str skip_marks(str s)
{
	size_t n = 0;

	while (n < s.len && (s.ptr[n] == ' ' || s.ptr[n] == '\t' || s.ptr[n] == '|' || s.ptr[n] == ',' ||
			     ((s.ptr[n] == '-' || s.ptr[n] == ':') &&
			      (n + 1 == s.len || memchr(" \t-", s.ptr[n + 1], 3)))))
		n++;
	return from(s, n);
}

/* "[text]", "<text>", "(text)" at the start, of one line; empty if there is none. */
static str bracketed(str s, str *rest)
{
	static const char OPEN[] = "[<(", CLOSE[] = "]>)";
	const char *which = s.len ? memchr(OPEN, s.ptr[0], 3) : NULL, *end;
	str in;

	if (!which)
		return (str){ 0 };
	in = (str){ s.ptr + 1, s.len - 1 < NAME_MAX ? s.len - 1 : NAME_MAX };
	end = in.len ? memchr(in.ptr, CLOSE[which - OPEN], in.len) : NULL;
	if (!end || memchr(in.ptr, '\n', (size_t)(end - in.ptr)))
		return (str){ 0 };
	in.len = (size_t)(end - in.ptr);
	*rest = from(s, in.len + 2);
	return str_trim(in);
}

static str word(str s, str *rest)
{
	size_t n = 0;

	while (n < s.len && !memchr(" \t|\n", s.ptr[n], 4))
		n++;
	*rest = from(s, n);
	return (str){ s.ptr, n };
}

/* A name that a class or a module may have, with what shows that it is one behind it: " - ", ": ", " | ", " : ". */
static bool is_logger(str w, str rest)
{
	bool colon = w.len > 1 && w.ptr[w.len - 1] == ':';
	str after = rest;

	w.len -= colon;
	if (str_ends(w, STR("Exception")) || str_ends(w, STR("Error"))) /* what happened, not who says it */
		return false;
	for (size_t i = 0; i < w.len; i++)
		if (!((unsigned char)((w.ptr[i] | 0x20) - 'a') <= 25 ||
		      (unsigned char)(w.ptr[i] - '0') <= 9 || memchr("._$-/#", w.ptr[i], 6)))
			return false;
	while (after.len && (after.ptr[0] == ' ' || after.ptr[0] == '\t'))
		after = from(after, 1);
	return w.len && w.len <= NAME_MAX && (unsigned char)((w.ptr[0] | 0x20) - 'a') <= 25 &&
	       (colon || (after.len > 1 && memchr("-|:", after.ptr[0], 3) && after.ptr[1] == ' '));
}

static bool take_bracket(struct apphead *h, str in)
{
	if (!h->level.len && apphead_is_level(in))
		h->level = in;
	else if (!h->thread.len)
		h->thread = in;
	else if (!h->logger.len)
		h->logger = in;
	else
		return false;
	return true;
}

static bool take_word(struct apphead *h, str w, str rest)
{
	str bare = { w.ptr, w.len && w.ptr[w.len - 1] == ':' ? w.len - 1 : w.len };

	if (!h->level.len && apphead_is_level(bare))
		h->level = bare;
	else if (!h->logger.len && is_logger(w, rest))
		h->logger = bare;
	else
		return false;
	return true;
}

static void read_parts(struct apphead *h, str s)
{
	for (unsigned i = 0; i < PARTS_MAX; i++) {
		str rest, in;

		s = skip_marks(s);
		in = bracketed(s, &rest);
		if (in.len ? !take_bracket(h, in) : !take_word(h, word(s, &rest), rest))
			break;
		s = rest;
		if (h->logger.len)
			break;
	}
	h->message = str_trim(skip_marks(s));
}

/* --- lines ---------------------------------------------------------------------------------- */

/* A level alone or in brackets before the time. */
static str level_first(str line, str *rest)
{
	str w = bracketed(line, rest);

	if (!w.len)
		w = word(line, rest);
	*rest = skip_marks(*rest);
	return apphead_is_level(w) ? w : (str){ 0 };
}

bool apphead_read(str line, struct apphead *ret)
{
	struct apphead h = { 0 };
	str s = line, rest;
	bool bracket;
	size_t n;

	h.level = level_first(line, &rest);
	if (h.level.len)
		s = rest;
	bracket = s.len && memchr("[(<\"'", s.ptr[0], 5);
	n = apphead_time(from(s, bracket), &h.time);
	h.stamp = (str){ s.ptr + bracket, n };
	s = from(s, bracket + n);
	if (!n || (bracket && !s.len))
		return false;
	if (bracket)
		s = from(s, 1);
	else if (s.len && s.ptr[0] == ',' && s.len > 1 && s.ptr[1] != ' ') /* a table, not a line of text */
		return false;
	else if (s.len && !memchr(" \t|,:-[\r\n", s.ptr[0], 9))
		return false;
	read_parts(&h, s);
	*ret = h;
	return true;
}
