#include "readers/text/sysloghead.h"

static void skip(str *s, size_t n)
{
	*s = (str){ s->ptr + n, s->len - n };
}

static void skip_spaces(str *s)
{
	while (s->len && s->ptr[0] == ' ')
		skip(s, 1);
}

static size_t digits(str s)
{
	size_t n = 0;

	while (n < s.len && (unsigned char)(s.ptr[n] - '0') <= 9)
		n++;
	return n;
}

/* The next word, empty for "-". */
static str word(str *s)
{
	size_t n = 0;
	str w;

	skip_spaces(s);
	while (n < s->len && s->ptr[n] != ' ')
		n++;
	w = (str){ s->ptr, n };
	skip(s, n);
	return str_eq(w, STR("-")) ? (str){ w.ptr, 0 } : w;
}

/* --- parts ---------------------------------------------------------------------------------- */

/* "123 <34>1 ": RFC 6587 */
static void skip_count(str *s)
{
	size_t n = digits(*s);

	if (n && n <= 7 && s->len > n + 1 && s->ptr[n] == ' ' && s->ptr[n + 1] == '<')
		skip(s, n + 1);
}

static bool read_pri(str *s, uint8_t *ret)
{
	uint64_t pri;
	size_t n;

	if (!s->len || s->ptr[0] != '<')
		return false;
	n = digits((str){ s->ptr + 1, s->len - 1 });
	if (n < 1 || n > 3 || s->len < n + 2 || s->ptr[n + 1] != '>' ||
	    !str_to_u64((str){ s->ptr + 1, n }, &pri) || pri > 191)
		return false;
	*ret = (uint8_t)pri;
	skip(s, n + 2);
	return true;
}

/* "UTC" behind a time without a year, which logtime does not look for. */
static void read_utc(str *s, struct logtime *t)
{
	if (t->basis == TIME_LOCAL_ASSUMED && s->len >= 5 &&
	    (str_starts(*s, STR(" UTC")) || str_starts(*s, STR(" GMT"))) &&
	    (s->ptr[4] == ' ' || s->ptr[4] == ':')) {
		t->basis = TIME_UTC_EXPLICIT;
		skip(s, 4);
	}
}

/* "May  2 08:11:21 2024 host": some devices write the year last. */
static void read_late_year(str *s, struct logtime *t)
{
	uint64_t year;

	if (t->has_year || s->len < 6 || s->ptr[0] != ' ' || s->ptr[5] != ' ' ||
	    !str_to_u64((str){ s->ptr + 1, 4 }, &year) || year < 1970 || year > 2099 ||
	    !logtime_in_year(t, (int64_t)year, &t->ns))
		return;
	t->has_year = true;
	skip(s, 5);
}

/* Cisco: "*" and "." say that the clock is not set or not in step. */
static bool read_time(str *s, struct logtime *ret)
{
	str at = *s;
	size_t n;

	if (at.len && (at.ptr[0] == '*' || at.ptr[0] == '.' || at.ptr[0] == ':'))
		skip(&at, 1);
	n = logtime_read(at, LOGTIME_SYSLOG, ret);
	if (!n)
		n = logtime_read(at, LOGTIME_ISO, ret);
	if (!n || (n < at.len && !memchr(" \t:,", at.ptr[n], 4)))
		return false;
	skip(&at, n);
	read_late_year(&at, ret);
	read_utc(&at, ret);
	*s = at;
	return true;
}

static bool can_be_host(str s)
{
	if (!s.len || s.len > 255 || s.ptr[s.len - 1] == ':')
		return false;
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.ptr[i] < 0x21 || memchr("=,|%[](){}<>\"';", s.ptr[i], 15))
			return false;
	return true;
}

static void read_host(str *s, struct syslog_head *h)
{
	str after = *s, w = word(&after);

	if (!can_be_host(w))
		return;
	h->host = w;
	*s = after;
}

/* Kiwi: "\tLocal4.Info\thost\tmessage" behind the time. */
static bool read_tabbed(str *s, struct syslog_head *h)
{
	str rest, level, host;

	if (!s->len || s->ptr[0] != '\t')
		return false;
	skip(s, 1);
	level = str_cut(*s, '\t', &rest);
	if (!memchr(level.ptr, '.', level.len) || memchr(level.ptr, ' ', level.len) || !rest.len)
		return true;
	host = str_cut(rest, '\t', &rest);
	if (can_be_host(host)) {
		h->host = host;
		*s = rest;
	}
	return true;
}

/* --- RFC 5424 ------------------------------------------------------------------------------- */

/* Where the structured data ends. */
static size_t data_end(str s)
{
	bool inside = false, quoted = false;

	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];

		if (quoted) {
			i += c == '\\';
			quoted = c != '"';
		} else if (inside) {
			quoted = c == '"';
			inside = c != ']';
		} else if (c != '[') {
			return i;
		} else {
			inside = true;
		}
	}
	return inside ? 0 : s.len;
}

static bool read_5424(str s, struct syslog_head *h)
{
	str time;
	size_t n;

	if (s.len < 3 || s.ptr[0] != '1' || s.ptr[1] != ' ')
		return false;
	skip(&s, 2);
	time = word(&s);
	if (time.len && !logtime_whole(time, LOGTIME_ISO, &h->time))
		return false;
	h->has_time = time.len > 0;
	h->host = word(&s);
	h->app = word(&s);
	h->pid = word(&s);
	h->msgid = word(&s);
	skip_spaces(&s);
	if (s.len && s.ptr[0] == '-') {
		skip(&s, 1);
	} else {
		n = data_end(s);
		h->data = (str){ s.ptr, n };
		skip(&s, n);
	}
	skip_spaces(&s);
	if (str_starts(s, STR("\xEF\xBB\xBF")))
		skip(&s, 3);
	h->message = s;
	return true;
}

/* --- the header ----------------------------------------------------------------------------- */

bool syslog_head_read(str line, struct syslog_head *ret)
{
	struct syslog_head h = { 0 };
	str s = line;

	skip_count(&s);
	h.has_pri = read_pri(&s, &h.pri);
	if (h.has_pri && read_5424(s, &h)) {
		*ret = h;
		return true;
	}
	skip_spaces(&s);
	h.has_time = read_time(&s, &h.time);
	if (!h.has_pri && !h.has_time)
		return false;
	if (h.has_time && !read_tabbed(&s, &h) && s.len && s.ptr[0] == ' ')
		read_host(&s, &h);
	skip_spaces(&s);
	h.message = s;
	*ret = h;
	return true;
}

bool syslog_head_inner(struct syslog_head *h)
{
	struct syslog_head in;

	if (!syslog_head_read(h->message, &in))
		return false;
	if (!in.host.len)
		in.host = h->host;
	if (!in.has_pri) {
		in.has_pri = h->has_pri;
		in.pri = h->pri;
	}
	if (h->has_time &&
	    (!in.has_time || (in.time.basis == TIME_LOCAL_ASSUMED && h->time.basis != TIME_LOCAL_ASSUMED))) {
		in.has_time = true;
		in.time = h->time;
	}
	*h = in;
	return true;
}

/* --- behind it ------------------------------------------------------------------------------ */

bool syslog_tag(str *message, str *ret_name, str *ret_pid)
{
	enum { TAG_MAX = 64 };
	str s = *message, pid = { s.ptr, 0 }, name;
	size_t n = 0, end;

	while (n < s.len && n < TAG_MAX && (unsigned char)s.ptr[n] > 0x20 && s.ptr[n] != ':' &&
	       s.ptr[n] != '[' && s.ptr[n] != '=' && s.ptr[n] != ',')
		n++;
	if (!n || n >= s.len)
		return false;
	name = (str){ s.ptr, n };
	skip(&s, n);
	if (s.ptr[0] == '[') {
		end = str_find(s, STR("]"));
		if (end == SIZE_MAX || end > TAG_MAX)
			return false;
		pid = (str){ s.ptr + 1, end - 1 };
		skip(&s, end + 1);
	}
	if (!s.len || s.ptr[0] != ':')
		return false;
	skip(&s, 1);
	skip_spaces(&s);
	*ret_name = name;
	*ret_pid = pid;
	*message = s;
	return true;
}

bool syslog_param(str *rest, str *id, str *ret_name, str *ret_value)
{
	size_t n = 0;

	skip_spaces(rest);
	while (rest->len && (rest->ptr[0] == '[' || rest->ptr[0] == ']')) {
		bool begins = rest->ptr[0] == '[';

		skip(rest, 1);
		if (begins) {
			while (n < rest->len && rest->ptr[n] != ' ' && rest->ptr[n] != ']')
				n++;
			*id = (str){ rest->ptr, n };
			skip(rest, n);
		}
		skip_spaces(rest);
		n = 0;
	}
	while (n < rest->len && rest->ptr[n] != '=')
		n++;
	if (n + 2 > rest->len || rest->ptr[n + 1] != '"')
		return false;
	*ret_name = (str){ rest->ptr, n };
	skip(rest, n + 2);
	for (n = 0; n < rest->len && rest->ptr[n] != '"'; n++)
		n += rest->ptr[n] == '\\';
	if (n >= rest->len)
		return false;
	*ret_value = (str){ rest->ptr, n };
	skip(rest, n + 1);
	return true;
}
