/* transcript.c - transcripts of PowerShell: who typed what at which machine, in any language of Windows. Lines of stars
 * part blocks: the session's head, "command start time" where that was asked for, the end. What a block is shows
 * where its time of 14 digits stands, not its words. Commands have the session's time where they have none of their own:
 * time_of says so. Source: Microsoft, Start-Transcript. */
#include "readers/readers.h"
#include "readers/text/textkeys.h"

enum { STARS_MIN = 20, HEAD_LINES = 64 };
enum said { SAID_USER, SAID_RUNAS, SAID_MACHINE, SAID_OS, SAID_APP, SAID_PID, SAIDS };

struct transcript {
	struct text_keyed keyed;
	buf said[SAIDS]; /* of the session at hand */
	bool begun;
	struct logtime start, command;
	bool has_command; /* the next command's own time */
};

static bool is_stars(str line)
{
	size_t n = 0;

	line = str_trim(line);
	while (n < line.len && line.ptr[n] == '*')
		n++;
	return n == line.len && n >= STARS_MIN;
}

/* Where the command begins: behind "PS C:\> ", "PS>", "[server]: PS C:\> "; 0: no prompt. */
static size_t prompt_end(str line)
{
	str rest = line, host;
	size_t at = 0, end;

	if (str_starts(line, STR("["))) {
		host = str_cut(line, ']', &rest);
		if (!str_starts(rest, STR(": ")))
			return 0;
		at = host.len + 3;
		rest = (str){ rest.ptr + 2, rest.len - 2 };
	}
	if (!str_starts(rest, STR("PS ")) && !str_starts(rest, STR("PS>")))
		return 0;
	end = str_find(rest, STR(">"));
	return end == SIZE_MAX ? 0 : at + end + 1;
}

static bool starts(str line)
{
	return is_stars(line) || prompt_end(line);
}

/* "Start time: 20240418101402": the text behind the first colon. */
static str behind_colon(str line)
{
	str rest;

	str_cut(line, ':', &rest);
	return str_trim(rest);
}

static bool is_stamp(str line, struct logtime *ret)
{
	str s = behind_colon(line);

	return s.len == 14 && logtime_whole(s, LOGTIME_COMPACT, ret);
}

static void say(struct transcript *p, enum said what, str s)
{
	buf_clear(&p->said[what]);
	buf_str(&p->said[what], s);
}

/* The lines behind the time, in the order in which every language has them. */
static void read_head(struct transcript *p, str rest)
{
	enum said next = SAID_USER;
	bool machine = false;

	for (size_t i = 0; i < SAIDS; i++)
		buf_clear(&p->said[i]);
	for (unsigned i = 0; rest.len && i < HEAD_LINES && next < SAIDS; i++) {
		str s = behind_colon(str_cut(rest, '\n', &rest)), os;

		if (next <= SAID_RUNAS) {
			say(p, next++, s);
		} else if (!machine && str_find(s, STR(" (Microsoft Windows")) != SIZE_MAX) {
			say(p, SAID_MACHINE, str_trim(str_cut(s, '(', &os)));
			say(p, SAID_OS, str_cut(os, ')', &os));
			machine = true;
			next = SAID_APP;
		} else if (machine) {
			say(p, next++, s);
		}
	}
}

static enum text_line give(struct text *t, struct transcript *p, const char *action,
			   const struct logtime *when, const char *time_of)
{
	static const char *const NAMES[SAIDS] = { "user", "runas_user",       "machine",
						  "os",   "host_application", "process_id" };
	struct text_keys *k = &p->keyed.keys;

	text_keys_put_str(k, "action", str_of(action));
	text_keys_put_str(k, "time_of", str_of(time_of));
	for (size_t i = 0; i < SAIDS; i++)
		text_keys_put_str(k, NAMES[i], buf_view(&p->said[i]));
	text_time(t, when);
	return text_keys_say(t, k, "powershell.transcript", &p->keyed.said) ? TEXT_EVENT : TEXT_BAD;
}

/* What stands behind a line of stars. */
static enum text_line block(struct text *t, struct transcript *p)
{
	str rest, first, second, tail;
	struct logtime lt;

	str_cut(t->line, '\n', &rest);
	first = str_cut(rest, '\n', &tail);
	second = str_cut(tail, '\n', &tail);
	if (is_stamp(first, &lt)) {
		p->command = lt;
		p->has_command = true;
		return TEXT_NOTHING;
	}
	if (is_stamp(second, &lt)) {
		bool end = p->begun && !str_trim(tail).len;

		text_keys_put_str(&p->keyed.keys, "message", str_trim(first));
		if (end)
			return give(t, p, "session-end", &lt, "block");
		p->begun = true;
		p->start = lt;
		p->has_command = false;
		read_head(p, tail);
		return give(t, p, "session-start", &lt, "block");
	}
	rest = str_trim(rest);
	if (!rest.len)
		return TEXT_NOTHING;
	t->why = "before any head of a transcript";
	if (!p->begun)
		return TEXT_BAD;
	text_keys_put_str(&p->keyed.keys, "output", rest);
	return give(t, p, "output", &p->start, "session");
}

/* A command goes on in lines that begin with ">>". */
static str command_of(str s, str *ret_output)
{
	str rest, one = str_cut(s, '\n', &rest);
	const char *end = one.ptr + one.len;

	while (str_starts(rest, STR(">>"))) {
		one = str_cut(rest, '\n', &rest);
		end = one.ptr + one.len;
	}
	*ret_output = str_trim(rest);
	return str_trim((str){ s.ptr, (size_t)(end - s.ptr) });
}

static enum text_line command(struct text *t, struct transcript *p, size_t prompt)
{
	struct text_keys *k = &p->keyed.keys;
	str output, s = command_of((str){ t->line.ptr + prompt, t->line.len - prompt }, &output);
	bool own = p->has_command;

	p->has_command = false;
	if (!s.len && !output.len)
		return TEXT_NOTHING;
	text_keys_put_str(k, "prompt", (str){ t->line.ptr, prompt });
	text_keys_put_str(k, "command", s);
	text_keys_put_str(k, "output", output);
	return give(t, p, "command", own ? &p->command : &p->start, own ? "command" : "session");
}

static enum text_line line(struct text *t)
{
	struct transcript *p = t->state;
	str rest, first = str_cut(t->line, '\n', &rest);
	size_t prompt = prompt_end(first);

	text_keys_begin(&p->keyed.keys);
	if (is_stars(first))
		return block(t, p);
	t->why = "before any head of a transcript";
	if (!p->begun)
		return TEXT_BAD;
	t->why = NULL;
	if (prompt)
		return command(t, p, prompt);
	text_keys_put_str(&p->keyed.keys, "output", str_trim(t->line));
	return give(t, p, "output", &p->start, "session");
}

static void transcript_close(void *state)
{
	struct transcript *p = state;

	text_keyed_close(state);
	for (size_t i = 0; i < SAIDS; i++)
		buf_done(&p->said[i]);
}

static int claim(const struct text_head *h)
{
	enum { SURE = 93 };
	struct logtime lt;

	return h->nlines > 3 && is_stars(h->lines[0]) && is_stamp(h->lines[2], &lt) ? SURE : 0;
}

static const struct text_format TRANSCRIPT = {
	.framing = FRAME_STARTS,
	.starts = starts,
	.line_keywords = true,
	.claim = claim,
	.line = line,
	.state_bytes = sizeof(struct transcript),
	.open = text_keyed_open,
	.close = transcript_close,
};

const struct reader_ops reader_transcript =
	TEXT_READER("transcript", "Transcripts of PowerShell", &TRANSCRIPT);
