/* javalog.c - logs of Java servers and applications: Tomcat's catalina (JULI), Log4j, Logback, Spring Boot. Lines
 * of a stack trace belong to the record before them. */
#include "readers/readers.h"
#include "readers/text/linepat.h"

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

/* The message may have several lines: the pattern sees the first one, and its last field gets them all. */
static enum text_line java_line(struct text *t)
{
	str whole = t->line, rest, first = str_cut(whole, '\n', &rest);
	enum text_line said;

	t->line = str_trim(first);
	said = linepat_line(t);
	t->line = whole;
	if (said == TEXT_EVENT && rest.len) {
		value *message = &t->values[t->ncolumns - 1];

		if (message->type != VALUE_ABSENT)
			message->len = (uint32_t)(whole.ptr + whole.len - (const char *)message->ptr);
	}
	return said;
}

static bool fits(str line)
{
	struct linepat_hit hit;

	for (size_t i = 0; starts(line) && PATTERNS[i].pattern; i++)
		if (linepat_match(PATTERNS[i].pattern, line, &hit))
			return true;
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
	.line = java_line,
	.patterns = PATTERNS,
};

const struct reader_ops reader_javalog =
	TEXT_READER_PIECES("javalog", "Java logs: Tomcat's catalina, Log4j, Logback, Spring Boot", &JAVA);
