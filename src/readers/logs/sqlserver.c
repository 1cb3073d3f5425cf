/* sqlserver.c - SQL Server's ERRORLOG and SQL Agent's log: "2024-04-18 03:23:01.11 spid52      text" in local time,
 * UTF-16 as a rule; an error is a line with its number and one with its text. Source: Microsoft, "Viewing the SQL
 * Server error log"; the message of sp_configure. */
#include "readers/readers.h"
#include "readers/text/linepat.h"
#include "readers/text/textfinds.h"

static const struct text_pattern TEXTS[] = {
	{ "Error: {error_number:digits}, Severity: {severity:digits}, State: {state:digits}.", NULL },
	{ "Login {result:word} for user '{user:last}'. Reason: {reason:last} [CLIENT: {client}]", NULL },
	{ "Login {result:word} for user '{user:last}'. Connection made using {authentication}. [CLIENT: {client}]",
	  NULL },
	{ "Login {result:word} for user '{user:last}'. [CLIENT: {client}]", NULL },
	{ "Login {result:word} for user '{user:last}'.||| {reason:rest}", NULL },
	{ "Configuration option '{option}' changed from {old:digits} to {new:digits}.||| {hint:rest}", NULL },
	{ "Starting up database '{database:last}'.", NULL },
	{ "Database backed up. Database: {database}, creation date{detail:rest}", NULL },
	{ "BACKUP DATABASE successfully processed {pages:digits} pages in {detail:rest}", NULL },
	{ "Using '{file:word}' version '{file_version}' to execute extended stored procedure '{procedure}'.||| {hint:rest}",
	  NULL },
	{ "Attempting to load library '{file:word}' into memory.||| {hint:rest}", NULL },
	{ 0 },
};

enum { TIME = 22 }; /* characters of a time */

struct head {
	struct logtime time;
	str source, message;
};

/* Who wrote: "spid52", "spid7s", "Server", "Logon", "Backup". */
static bool is_source(str s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)((s.ptr[i] | 0x20) - 'a') > 25 && (unsigned char)(s.ptr[i] - '0') > 9)
			return false;
	return s.len > 2 && s.len <= 16;
}

/* Two digits behind the point, and the source in a column of its own width: nobody else writes so. */
static bool head_read(str line, struct head *ret)
{
	enum { COLUMN = 12 };
	struct head h;
	size_t n = logtime_read(line, LOGTIME_ISO, &h.time);
	str rest;

	if (n != TIME || line.len < TIME + 2 || line.ptr[10] != ' ' || line.ptr[19] != '.' ||
	    line.ptr[TIME] != ' ')
		return false;
	line = (str){ line.ptr + TIME + 1, line.len - TIME - 1 };
	h.source = str_cut(line, ' ', &rest);
	if (h.source.len && h.source.ptr[h.source.len - 1] == '\n')
		return false;
	h.message = str_trim(rest);
	if (!is_source(h.source) || (h.source.len < COLUMN - 1 && rest.len && rest.ptr[0] != ' '))
		return false;
	*ret = h;
	return true;
}

static bool starts(str line)
{
	struct head h;

	return head_read(line, &h);
}

static void put_text(struct text *t, struct text_keys *k, str message)
{
	struct linepat_hit hit;
	const str *names;
	str rest, first = str_trim(str_cut(message, '\n', &rest));
	size_t n;

	if (linepat_set_match(t->patterns, first, &hit, &names, &n) == SIZE_MAX)
		return;
	for (size_t i = 0; i < n; i++)
		if (hit.values[i].len)
			text_keys_put(k, names[i], value_utf8(hit.values[i]));
}

static enum text_line line(struct text *t)
{
	struct text_keyed *a = t->state;
	struct text_keys *k = &a->keys;
	struct head h;

	t->why = "no line of SQL Server's log";
	if (!head_read(t->line, &h))
		return TEXT_BAD;
	t->why = NULL;
	text_keys_begin(k);
	text_keys_put_str(k, "time", (str){ t->line.ptr, TIME });
	text_keys_put_str(k, "source", h.source);
	text_keys_put_str(k, "message", h.message);
	put_text(t, k, h.message);
	text_finds(t, k, h.message);
	text_time(t, &h.time);
	return text_keys_say(t, k, "mssql.errorlog", &a->said) ? TEXT_EVENT : TEXT_BAD;
}

static int claim(const struct text_head *h)
{
	enum { SURE = 84, SHARE_MIN = 30 };

	return h->nlines && starts(h->lines[0]) && text_fits(h, starts, SHARE_MIN) ? SURE : 0;
}

static const struct text_format SQLSERVER = {
	.framing = FRAME_STARTS,
	.starts = starts,
	.line_keywords = true,
	.claim = claim,
	.claim_most = 84,
	.line = line,
	.state_bytes = sizeof(struct text_keyed),
	.open = text_keyed_open,
	.close = text_keyed_close,
	.patterns = TEXTS,
};

const struct reader_ops reader_sqlserver =
	TEXT_READER_PIECES("sqlserver", "SQL Server's ERRORLOG", &SQLSERVER);
