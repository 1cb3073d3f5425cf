/* javalog.c - logs of Java servers and applications: Tomcat's catalina (JULI), Log4j, Logback, Spring Boot. Lines
 * of a stack trace belong to the record before them. What the message says by its shape becomes columns
 * (textfinds.h). */
#include "readers/readers.h"
#include "readers/text/linepat.h"
#include "readers/text/textfinds.h"

static const struct text_pattern PATTERNS[] = {
	{ "{time:daymon} {level:word} [{thread}] {logger:word} {message:rest}", "tomcat.catalina" },
	{ "{time:iso} {level:word} {pid:digits} --- [{thread}] {logger:word} : {message:rest}",
	  "spring.log" },
	{ "{time:iso} {level:word} [{thread}] {logger:word} - {message:rest}", "java.log" },
	{ "{time:iso} [{thread}] {level:word} {logger:word} - {message:rest}", "java.log" },
	{ "{time:iso} {level:word} [{thread}] {logger:word} {message:rest}", "java.log" },
	{ 0 },
};

/* A level in the line, or any text with a time and three words would be one of these logs. */
static bool has_level(str line)
{
	static const char *const LEVELS[] = { "INFO",    "WARN",   "ERROR",  "DEBUG",  "TRACE", "FATAL",
					      "WARNING", "SEVERE", "CONFIG", "FINEST", "FINER", "FINE" };
	str s = { line.ptr, line.len < 96 ? line.len : 96 };

	for (size_t i = 0; i < COUNT(LEVELS); i++) {
		str level = str_of(LEVELS[i]);
		size_t at = str_find(s, level);

		if (at != SIZE_MAX && at > 0 && s.ptr[at - 1] == ' ' && at + level.len < s.len &&
		    s.ptr[at + level.len] == ' ')
			return true;
	}
	return false;
}

static bool starts(str line)
{
	struct logtime lt;

	if (!line.len || (unsigned char)(line.ptr[0] - '0') > 9)
		return false;
	return (logtime_read(line, LOGTIME_DAYMON, &lt) || logtime_read(line, LOGTIME_ISO, &lt)) &&
	       has_level(line);
}

/* Without a dash only a class tells itself from the message's first word. */
static bool is_class(str s)
{
	return s.len && (memchr(s.ptr, '.', s.len - 1) || memchr(s.ptr, '$', s.len));
}

enum { PATTERN_NO_DASH = 4 };

/* The pattern that the first line fits, and its fields; the message gets the record's further lines, too. */
static size_t java_match(const struct text *t, struct linepat_hit *hit, const str **names, size_t *n)
{
	str whole = t->line, rest, first = str_trim(str_cut(whole, '\n', &rest));
	size_t which = linepat_set_match(t->patterns, first, hit, names, n);
	str *logger, *message;

	if (which == SIZE_MAX)
		return which;
	message = &hit->values[*n - 1];
	logger = &hit->values[*n - 2];
	if (which == PATTERN_NO_DASH && !is_class(*logger)) {
		*message = (str){ logger->ptr, (size_t)(message->ptr + message->len - logger->ptr) };
		*logger = (str){ 0 };
	}
	if (rest.len)
		message->len = (size_t)(whole.ptr + whole.len - message->ptr);
	return which;
}

static enum text_line java_line(struct text *t)
{
	struct text_keyed *a = t->state;
	struct linepat_hit hit;
	const str *names;
	size_t n, which = java_match(t, &hit, &names, &n);

	if (which == SIZE_MAX)
		return TEXT_BAD;
	text_keys_begin(&a->keys);
	for (size_t i = 0; i < n; i++)
		if (hit.values[i].len)
			text_keys_put(&a->keys, names[i], value_utf8(hit.values[i]));
	text_finds(t, &a->keys, hit.values[n - 1]);
	text_time(t, &hit.time);
	return text_keys_say(t, &a->keys, PATTERNS[which].dataset, &a->said) ? TEXT_EVENT : TEXT_BAD;
}

static bool fits(str line)
{
	struct linepat_hit hit;

	for (size_t i = 0; starts(line) && PATTERNS[i].pattern; i++)
		if (linepat_match(PATTERNS[i].pattern, line, &hit))
			return i != PATTERN_NO_DASH || is_class(hit.values[3]);
	return false;
}

/* Records may be long: what counts is that those lines that begin one fit, and that the first does. */
static int java_claim(const struct text_head *h)
{
	enum { LIKELY = 75, SHARE_MIN = 80 };
	size_t begin = 0, good = 0;

	for (size_t i = 0; i < h->nlines; i++) {
		begin += starts(h->lines[i]);
		good += fits(h->lines[i]);
	}
	return good && fits(h->lines[0]) && good * 100 >= begin * SHARE_MIN ? LIKELY : 0;
}

static const struct text_format JAVA = {
	.framing = FRAME_STARTS,
	.starts = starts,
	.line_keywords = true,
	.claim = java_claim,
	.claim_most = 75,
	.line = java_line,
	.state_bytes = sizeof(struct text_keyed),
	.open = text_keyed_open,
	.close = text_keyed_close,
	.patterns = PATTERNS,
};

const struct reader_ops reader_javalog =
	TEXT_READER_PIECES("javalog", "Java logs: Tomcat's catalina, Log4j, Logback, Spring Boot", &JAVA);
