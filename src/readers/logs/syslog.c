/* syslog.c - syslog as Unix machines write it: RFC 3164 and 5424, on disk with or without <PRI>, with ISO times.
 * What the message says is taken apart by the program (syslog_kind.c), each of which is a dataset. */
#include "readers/logs/syslog.h"

#include <stdlib.h>

#include "readers/logs/syslog_kind.h"
#include "readers/readers.h"
#include "readers/text/sysloghead.h"
#include "readers/text/textlog.h"
#include "util/limits.h"

enum { C_HOST, C_PROGRAM, C_PID, C_FACILITY, C_SEVERITY, C_MSGID, C_DATA, C_REPEATED, C_MESSAGE, C_KIND };

static const char *const NAMES[C_KIND] = { "hostname", "program",         "pid",      "facility", "severity",
					   "msgid",    "structured-data", "repeated", "message" };

struct syslog {
	struct syslog_sets *sets;
	size_t kind; /* whose columns were said last; SYSLOG_KINDS: none */
	size_t nfields;
	const struct schema *schemas[SYSLOG_KINDS]; /* of those that were said; the programs take turns */
};

static bool begin(struct syslog *s)
{
	s->kind = SYSLOG_KINDS;
	s->sets = syslog_sets_new();
	return s->sets != NULL;
}

struct syslog *syslog_new(void)
{
	struct syslog *s = calloc(1, sizeof *s);

	if (s && begin(s))
		return s;
	free(s);
	return NULL;
}

void syslog_free(struct syslog *s)
{
	if (s)
		syslog_sets_free(s->sets);
	free(s);
}

static int syslog_open(struct text *t, err *e)
{
	return begin(t->state) ? 0 : err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for a line reader");
}

static void syslog_close(void *state)
{
	struct syslog *s = state;

	syslog_sets_free(s->sets);
}

static bool columns(struct text *t, struct syslog *s, size_t kind)
{
	const struct syslog_kind *k = &SYSLOG_KIND[kind];
	str names[C_KIND + SYSLOG_FIELDS_MAX];
	size_t n = 0;

	if (s->kind == kind)
		return true;
	s->kind = SYSLOG_KINDS;
	if (s->schemas[kind]) {
		text_columns_again(t, s->schemas[kind]);
		s->nfields = t->ncolumns - C_KIND;
		s->kind = kind;
		return true;
	}
	for (; n < C_KIND; n++)
		names[n] = str_of(NAMES[n]);
	for (s->nfields = 0; k->fields[s->nfields]; s->nfields++)
		names[n++] = str_of(k->fields[s->nfields]);
	if (!text_columns(t, str_of(k->dataset), names, n))
		return false;
	s->schemas[kind] = t->schema;
	s->kind = kind;
	return true;
}

static value text_or_none(str s)
{
	return s.len ? value_utf8(s) : (value){ 0 };
}

/* Numbers of <PRI>, as text in the record's memory. */
static value number(struct text *t, bool there, unsigned n)
{
	str s = there ? arena_printf(&t->mem, "%u", n) : (str){ 0 };

	return s.len ? (value){ (const uint8_t *)s.ptr, (uint32_t)s.len, VALUE_NUMBER, 0, 0 } : (value){ 0 };
}

/* "message repeated 5 times: [ text]": the text, and how often. */
static str repeated(str message, str *ret_times)
{
	static const char *const MARK = "message repeated ", *const OPEN = " times: [";
	size_t from = strlen(MARK), at;

	*ret_times = (str){ 0 };
	if (!str_starts(message, str_of(MARK)) || message.ptr[message.len - 1] != ']')
		return message;
	at = str_find(message, str_of(OPEN));
	if (at == SIZE_MAX || at <= from)
		return message;
	*ret_times = (str){ message.ptr + from, at - from };
	at += strlen(OPEN);
	return str_trim((str){ message.ptr + at, message.len - 1 - at });
}

static void put(struct text *t, const struct syslog *s, const struct syslog_head *h, str message)
{
	str values[SYSLOG_FIELDS_MAX], times, plain = repeated(message, &times);

	t->values[C_HOST] = text_or_none(h->host);
	t->values[C_PROGRAM] = text_or_none(h->app);
	t->values[C_PID] = text_or_none(h->pid);
	t->values[C_FACILITY] = number(t, h->has_pri, h->pri / 8u);
	t->values[C_SEVERITY] = number(t, h->has_pri, h->pri % 8u);
	t->values[C_MSGID] = text_or_none(h->msgid);
	t->values[C_DATA] = text_or_none(h->data);
	t->values[C_REPEATED] = text_or_none(times);
	t->values[C_MESSAGE] = text_or_none(message);
	syslog_kind_read(s->sets, s->kind, plain, values);
	for (size_t i = 0; i < s->nfields; i++)
		t->values[C_KIND + i] = text_or_none(values[i]);
}

/* The header, and of old messages the program before the colon. */
static bool head_of(str line, struct syslog_head *h)
{
	if (!syslog_head_read(line, h))
		return false;
	if (!h->app.len)
		(void)syslog_tag(&h->message, &h->app, &h->pid);
	return true;
}

enum text_line syslog_record(struct text *t, struct syslog *s, bool again)
{
	struct syslog_head h;

	if (again)
		s->kind = SYSLOG_KINDS;
	if (!head_of(t->line, &h) || (!h.has_pri && !h.has_time)) {
		t->why = "no header of syslog";
		return TEXT_BAD;
	}
	if (!columns(t, s, syslog_kind_of(h.app, h.message)))
		return TEXT_BAD;
	put(t, s, &h, h.message);
	if (h.has_time)
		text_time(t, &h.time);
	return TEXT_EVENT;
}

static enum text_line syslog_line(struct text *t)
{
	return syslog_record(t, t->state, false);
}

/* Lines that go on are indented; what is not belongs to no record, or others could hide theirs. */
static bool syslog_starts(str line)
{
	return !line.len || (line.ptr[0] != ' ' && line.ptr[0] != '\t');
}

bool syslog_fits(str line)
{
	struct syslog_head h;

	if (!head_of(line, &h))
		return false;
	if (h.has_pri)
		return h.has_time || h.app.len > 0;
	if (h.time.has_year && (line.len < 11 || line.ptr[10] != 'T'))
		return false;
	return h.host.len > 0 && h.app.len > 0;
}

static int syslog_claim(const struct text_head *h)
{
	enum { LIKELY = 58, SHARE_MIN = 60 };

	return text_fits(h, syslog_fits, SHARE_MIN) ? LIKELY : 0;
}

static const struct text_format SYSLOG = {
	.framing = FRAME_STARTS,
	.starts = syslog_starts,
	.line_keywords = true,
	.claim = syslog_claim,
	.claim_most = 58,
	.line = syslog_line,
	.state_bytes = sizeof(struct syslog),
	.open = syslog_open,
	.close = syslog_close,
};

const struct reader_ops reader_syslog = TEXT_READER_PIECES(
	"syslog", "Syslog of Unix machines: sshd, sudo, su, cron, PAM and all others", &SYSLOG);
