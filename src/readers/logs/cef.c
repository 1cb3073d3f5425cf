/* cef.c - the envelopes CEF (ArcSight Common Event Format) and LEEF (QRadar Log Event Extended Format), which many
 * products write. Source: OpenText, CEF Implementation Standard 26; IBM, LEEF event components. */
#include "readers/logs/device.h"

/* The text before the next `by` that no backslash precedes, with its escapes. */
static str header_cut(str *rest, char by)
{
	size_t n = 0;
	str s = *rest, one;

	while (n < s.len && s.ptr[n] != by)
		n += s.ptr[n] == '\\' && n + 1 < s.len ? 2 : 1;
	one = (str){ s.ptr, n };
	*rest = n < s.len ? (str){ s.ptr + n + 1, s.len - n - 1 } : (str){ s.ptr + n, 0 };
	return one;
}

/* \= \| \\ \n \r; any other backslash is one. Without memory it stays as it is. */
static str plain(str s, arena *mem)
{
	char *to;
	size_t n = 0;

	if (!s.len || !memchr(s.ptr, '\\', s.len))
		return s;
	to = arena_alloc(mem, s.len + 1);
	if (!to)
		return s;
	for (size_t i = 0; i < s.len; i++) {
		char next = i + 1 < s.len ? s.ptr[i + 1] : '\0';

		if (s.ptr[i] == '\\' && next && memchr("=|\\nr", next, 5)) {
			to[n++] = next == 'n' ? '\n' : next == 'r' ? '\r' : next;
			i++;
		} else {
			to[n++] = s.ptr[i];
		}
	}
	return (str){ to, n };
}

static void put(struct text *t, struct text_keys *k, str name, str s)
{
	text_keys_put_text(k, name, plain(s, &t->mem));
}

/* Fields up to `end` of a header, by names. */
static void put_header(struct text *t, struct text_keys *k, const char *const *names, str *rest)
{
	for (; *names; names++)
		put(t, k, str_of(*names), header_cut(rest, '|'));
}

/* Whole numbers are since 1970, in s or ms; else written out. Zones of CEF stand behind it as words: not read. */
static bool set_time(struct device *d, str s)
{
	static const enum logtime_form FORMS[] = { LOGTIME_EPOCH, LOGTIME_ISO, LOGTIME_SYSLOG, LOGTIME_CTIME,
						   LOGTIME_DAYMON };

	for (size_t i = 0; s.len && !d->has_time && i < COUNT(FORMS); i++)
		d->has_time = logtime_whole(s, FORMS[i], &d->time) ||
			      (FORMS[i] == LOGTIME_SYSLOG && logtime_read(s, FORMS[i], &d->time));
	return d->has_time;
}

static void set_time_of(struct device *d, const struct text_keys *k, const char *const *names)
{
	for (; *names; names++)
		if (set_time(d, text_keys_get(k, *names)))
			return;
}

/* --- CEF ------------------------------------------------------------------------------------ */

static bool key_char(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
	       c == '.' || c == '-' || c == '[' || c == ']';
}

/* The next "key=" at or behind `from` that stands at the beginning or behind a space; where its key begins and
 * where its "=" is. A value may hold spaces, and "=" where what stands before it is no key. */
static bool next_key(str s, size_t from, size_t *ret_key, size_t *ret_eq)
{
	for (size_t i = from; i < s.len; i++) {
		size_t key = i;

		if (s.ptr[i] == '\\') {
			i++;
			continue;
		}
		if (s.ptr[i] != '=')
			continue;
		while (key > from && key_char(s.ptr[key - 1]))
			key--;
		if (key < i && (key == 0 || s.ptr[key - 1] == ' ')) {
			*ret_key = key;
			*ret_eq = i;
			return true;
		}
	}
	return false;
}

static void put_extension(struct text *t, struct text_keys *k, str s)
{
	size_t key, eq, next_at = 0, next_eq = 0;
	bool more = next_key(s, 0, &key, &eq);

	while (more) {
		more = next_key(s, eq + 1, &next_at, &next_eq);
		put(t, k, (str){ s.ptr + key, eq - key },
		    str_trim((str){ s.ptr + eq + 1, (more ? next_at : s.len) - eq - 1 }));
		key = next_at;
		eq = next_eq;
	}
}

static bool cef_is(str message, const struct syslog_head *head)
{
	unsigned bars = 0;

	(void)head;
	if (!str_starts(message, STR("CEF:")) || message.len < 6 || (unsigned char)(message.ptr[4] - '0') > 9)
		return false;
	for (size_t i = 4; i < message.len; i++) {
		if (message.ptr[i] == '\\')
			i++;
		else
			bars += message.ptr[i] == '|';
	}
	return bars >= 6;
}

static struct text_keys *cef_line(struct text *t, struct device *d, str message)
{
	static const char *const NAMES[] = { "cef_version",    "device_vendor",
					     "device_product", "device_version",
					     "signature_id",   "name",
					     "severity",       NULL };
	static const char *const TIMES[] = { "rt", "deviceReceiptTime", "start", "end", NULL };
	struct text_keys *k = device_begin(d, DEVICE_CEF);
	str rest = { message.ptr + 4, message.len - 4 };

	put_header(t, k, NAMES, &rest);
	put_extension(t, k, rest);
	set_time_of(d, k, TIMES);
	device_blocked(k, text_keys_get(k, "act"));
	d->host = text_keys_get(k, "dvchost");
	return k;
}

/* --- LEEF ----------------------------------------------------------------------------------- */

static bool leef_is(str message, const struct syslog_head *head)
{
	unsigned bars = 0;

	(void)head;
	if (!str_starts(message, STR("LEEF:")))
		return false;
	for (size_t i = 0; i < message.len && bars < 5; i++)
		bars += message.ptr[i] == '|';
	return bars >= 5;
}

/* "^", "0x09", "x5E" */
static char delimiter_of(str s)
{
	unsigned v = 0;

	if (s.len == 1)
		return s.ptr[0];
	s = str_starts(s, STR("0")) ? (str){ s.ptr + 1, s.len - 1 } : s;
	if (s.len < 2 || s.len > 3 || (s.ptr[0] | 0x20) != 'x')
		return '\t';
	for (size_t i = 1; i < s.len; i++) {
		char c = s.ptr[i];
		unsigned digit = (unsigned char)(c - '0') <= 9            ? (unsigned)(c - '0')
				 : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (unsigned)((c | 0x20) - 'a' + 10)
									  : 256;

		v = v * 16 + digit;
	}
	return v && v < 128 ? (char)v : '\t';
}

static struct text_keys *leef_line(struct text *t, struct device *d, str message)
{
	static const char *const NAMES[] = { "leef_version",   "device_vendor", "device_product",
					     "device_version", "event_id",      NULL };
	static const char *const TIMES[] = { "devTime", NULL };
	struct text_keys *k = device_begin(d, DEVICE_LEEF);
	str rest = { message.ptr + 5, message.len - 5 }, mark;
	char by = '\t';

	put_header(t, k, NAMES, &rest);
	if (str_starts(text_keys_get(k, "leef_version"), STR("2"))) {
		mark = str_cut(rest, '|', &rest);
		by = delimiter_of(mark);
	}
	while (rest.len) {
		str text, name = str_cut(str_cut(rest, by, &rest), '=', &text);

		put(t, k, str_trim(name), text);
	}
	set_time_of(d, k, TIMES);
	device_blocked(k, text_keys_get(k, "action"));
	d->host = text_keys_get(k, "identHostName");
	return k;
}

const struct device_kind cef_kind = { .dataset = "cef.log", .is = cef_is, .line = cef_line };
const struct device_kind leef_kind = { .dataset = "leef.log", .is = leef_is, .line = leef_line };
