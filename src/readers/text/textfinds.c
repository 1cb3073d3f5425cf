#include "readers/text/textfinds.h"

#include "event/ecs.h"
#include "util/utf.h"

enum { PAIRS_MAX = 48, ADDRESSES_MAX = 8, KEY_MAX = 48, LOOK_MAX = 4096 };

enum found {
	FOUND_PATH,
	FOUND_FILE,
	FOUND_URL,
	FOUND_VERSION,
	FOUND_SIZE,
	FOUND_SHA1,
	FOUND_SHA256,
	FOUND_MAC,
	FOUNDS
};

static const struct {
	const char *column, *ecs; /* what pairs with a name for the same become */
} FOUND[FOUNDS] = {
	[FOUND_PATH] = { "found_path", "file.path" },
	[FOUND_FILE] = { "found_file", "file.name" },
	[FOUND_URL] = { "found_url", "url.original" },
	[FOUND_VERSION] = { "found_version", "package.version" },
	[FOUND_SIZE] = { "found_size", "file.size" },
	[FOUND_SHA1] = { "found_sha1", "file.hash.sha1" },
	[FOUND_SHA256] = { "found_sha256", "file.hash.sha256" },
	[FOUND_MAC] = { "found_mac", "source.mac" },
};

struct finds {
	struct text *t;
	struct text_keys *k;
	str s;    /* the line at hand */
	size_t i; /* where we stand in it */
	unsigned pairs;
	str addresses[ADDRESSES_MAX];
	unsigned naddresses;
	str found[FOUNDS];
	bool named[FOUNDS]; /* a pair said it: what has no name comes second */
};

/* --- characters ----------------------------------------------------------------------------- */

static bool is_digit(char c)
{
	return (unsigned char)(c - '0') <= 9;
}

static bool is_letter(char c)
{
	return (unsigned char)((c | 0x20) - 'a') <= 25;
}

static bool is_alnum(char c)
{
	return is_digit(c) || is_letter(c);
}

static bool is_hex(char c)
{
	return is_digit(c) || (unsigned char)((c | 0x20) - 'a') <= 5;
}

static bool is_wide(char c)
{
	return (unsigned char)c >= 0x80;
}

static char at(str s, size_t i)
{
	return i < s.len ? s.ptr[i] : '\0';
}

static str from(str s, size_t i)
{
	return i < s.len ? (str){ s.ptr + i, s.len - i } : (str){ 0 };
}

/* Bytes of a mark of East Asian writing (U+3000-303F, U+FF01-FF0F, U+FF1A-FF20, U+FF3B-FF40, U+FF5B-FF65) that ends words. */
static size_t wide_mark(str s, size_t i)
{
	size_t n = 1;
	uint32_t c = is_wide(at(s, i)) ? utf8_next(from(s, i), &n) : 0;
	bool mark = (c >= 0x3000 && c <= 0x303F) || (c >= 0xFF01 && c <= 0xFF0F) ||
		    (c >= 0xFF1A && c <= 0xFF20) || (c >= 0xFF3B && c <= 0xFF40) ||
		    (c >= 0xFF5B && c <= 0xFF65);

	return mark && n == 3 ? n : 0;
}

static size_t wide_colon(str s, size_t i)
{
	return str_starts(from(s, i), STR("\xEF\xBC\x9A")) ? 3 : 0;
}

/* --- pairs ---------------------------------------------------------------------------------- */

/* The first of its kind counts. */
static void find(struct finds *f, enum found what, str s)
{
	if (!f->found[what].len)
		f->found[what] = s;
}

/* A name that the table of application logs has. */
static bool is_known(str name)
{
	const struct ecs_flat_row *row;

	return name.len && ecs_rows_flat(STR("app.log"), name, &row) > 0;
}

/* Text without spaces between words ends in the name: the longest known end of it. */
static str known_end(str run)
{
	for (size_t i = 0; i < run.len; i++)
		if (((unsigned char)run.ptr[i] & 0xC0) != 0x80 && is_known(from(run, i)))
			return from(run, i);
	return (str){ 0 };
}

static str key_run(str s, size_t i)
{
	size_t n = i;

	while (n < s.len && n - i <= KEY_MAX &&
	       (is_alnum(s.ptr[n]) || memchr("_-.", s.ptr[n], 3) || (is_wide(s.ptr[n]) && !wide_mark(s, n))))
		n++;
	return (str){ s.ptr + i, n - i };
}

/* What closes a value that begins with this; 0: it is bare. */
static str closing(str s, size_t *ret_skip)
{
	static const struct {
		str open, close;
	} MARKS[] = { { { "\"", 1 }, { "\"", 1 } },
		      { { "'", 1 }, { "'", 1 } },
		      { { "[", 1 }, { "]", 1 } },
		      { { "\xE3\x80\x90", 3 }, { "\xE3\x80\x91", 3 } },
		      { { "\xE3\x80\x8C", 3 }, { "\xE3\x80\x8D", 3 } },
		      { { "\xE2\x80\x9C", 3 }, { "\xE2\x80\x9D", 3 } } };

	for (size_t i = 0; i < COUNT(MARKS); i++) {
		if (str_starts(s, MARKS[i].open)) {
			*ret_skip = MARKS[i].open.len;
			return MARKS[i].close;
		}
	}
	return (str){ 0 };
}

/* Where a quoted value ends: at the first mark with something behind it that parts values. One behind a backslash is a
 * part of the value, but for paths, which may end in one. */
static size_t quoted_end(str v, str close)
{
	bool path = v.len > 2 &&
		    ((v.ptr[1] == ':' && v.ptr[2] == '\\') || (v.ptr[0] == '\\' && v.ptr[1] == '\\'));

	for (size_t i = 0; close.len == 1 && i < v.len; i++)
		if (v.ptr[i] == close.ptr[0] && (path || !i || v.ptr[i - 1] != '\\') &&
		    (i + 1 == v.len || memchr(" \t,;.)]}|>", v.ptr[i + 1], 10) || is_wide(v.ptr[i + 1])))
			return i;
	return str_find(v, close);
}

/* The value at i; *ret_end is behind it. */
static str value_at(str s, size_t i, size_t *ret_end)
{
	size_t skip = 0, n, end;
	str close = closing(from(s, i), &skip), v;

	if (close.len) {
		v = from(s, i + skip);
		end = quoted_end(v, close);
		if (end != SIZE_MAX) {
			*ret_end = i + skip + end + close.len;
			return (str){ v.ptr, end };
		}
	}
	for (n = i; n < s.len && !memchr(" \t,;)]}|\"<>", s.ptr[n], 11) && !wide_mark(s, n); n++)
		;
	*ret_end = n;
	while (n > i + 1 && (s.ptr[n - 1] == '.' || s.ptr[n - 1] == ':'))
		n--;
	return (str){ s.ptr + i, n - i };
}

/* How many bytes stand between the name that ends at i and its value; 0: it is no pair. */
static size_t between(str s, str key, size_t i)
{
	bool known = is_known(key);
	size_t n = i, colon, skip;

	while (known && at(s, n) == ' ')
		n++;
	colon = wide_colon(s, n);
	if (at(s, n) == '=' && at(s, n + 1) != '=') {
		n++;
	} else if (known && (colon || at(s, n) == ':')) {
		n += colon ? colon : 1;
		if (at(s, n) == ':')
			return 0;
	} else if (known && closing(from(s, n), &skip).len) {
		return n == i ? SIZE_MAX : n - i; /* user [admin]: nothing between */
	} else if (at(s, i) == ':' && key.len > 2 && is_letter(key.ptr[0]) &&
		   !memchr(key.ptr, '.', key.len) && !memchr(" \t:/\\", at(s, i + 1), 5) && i + 1 < s.len) {
		return 1;
	} else {
		return 0;
	}
	while (known && at(s, n) == ' ')
		n++;
	return n - i;
}

/* Digits of a size whose unit stands behind them; the whole if there is none. */
static str bytes_of(str v)
{
	size_t n = 0;
	str unit;

	while (n < v.len && is_digit(v.ptr[n]))
		n++;
	unit = from(v, n);
	if (!unit.len || str_eq(unit, STR("B")) || str_eq(unit, STR("bytes")) ||
	    str_eq(unit, STR("\xE5\xAD\x97\xE8\x8A\x82")))
		v.len = n;
	return v;
}

/* What the pair said needs not be found. A size with its unit is still found as one. */
static void note_named(struct finds *f, str key, str v)
{
	const struct ecs_flat_row *row;
	size_t n = ecs_rows_flat(STR("app.log"), key, &row);
	str size = bytes_of(v);

	for (size_t r = 0; r < n; r++)
		for (size_t i = 0; i < FOUNDS; i++)
			if (str_eq(row[r].ecs, str_of(FOUND[i].ecs)) &&
			    (i != FOUND_SIZE || size.len == v.len))
				f->named[i] = true;
			else if (str_eq(row[r].ecs, str_of(FOUND[i].ecs)))
				find(f, FOUND_SIZE, size);
}

static bool pair(struct finds *f)
{
	str run = key_run(f->s, f->i), key = run, v;
	size_t end = f->i + run.len, gap;

	if (!run.len || run.len > KEY_MAX ||
	    !(is_letter(run.ptr[0]) || is_wide(run.ptr[0]) || run.ptr[0] == '_'))
		return false;
	if (is_wide(run.ptr[run.len - 1])) {
		str known = known_end(run);

		key = known.len ? known : run;
	}
	gap = between(f->s, key, end);
	if (!gap)
		return false;
	v = value_at(f->s, gap == SIZE_MAX ? end : end + gap, &end);
	if (!v.len)
		return false;
	if (f->pairs++ < PAIRS_MAX) {
		text_keys_put(f->k, key, value_utf8(v));
		note_named(f, key, v);
	}
	f->i = end;
	return true;
}

/* --- addresses ------------------------------------------------------------------------------ */

static bool ends_word(str s, size_t i)
{
	return i >= s.len || !(is_alnum(s.ptr[i]) || s.ptr[i] == '_');
}

/* Groups of decimal digits with dots between them. */
struct dotted {
	size_t len;
	unsigned groups;
	bool octets; /* each below 256 */
};

static struct dotted dotted_read(str s, size_t i)
{
	struct dotted d = { .octets = true };
	size_t n = i;

	for (;;) {
		unsigned v = 0;
		size_t first = n;

		for (; is_digit(at(s, n)) && n - first < 6; n++)
			v = v * 10 + (unsigned)(s.ptr[n] - '0');
		if (n == first)
			break;
		d.groups++;
		d.len = n - i;
		d.octets &= v < 256 && n - first <= 3;
		if (at(s, n) != '.' || !is_digit(at(s, n + 1)))
			break;
		n++;
	}
	return d;
}

static void add_address(struct finds *f, str a)
{
	for (unsigned i = 0; i < f->naddresses; i++)
		if (str_eq(f->addresses[i], a))
			return;
	if (f->naddresses < ADDRESSES_MAX)
		f->addresses[f->naddresses++] = a;
}

/* Does a word for "version" stand before i? */
static bool behind_version(str s, size_t i)
{
	static const char *const WORDS[] = { "version",
					     "Version",
					     "ver",
					     "Ver",
					     "v",
					     "V",
					     "\xE7\x89\x88\xE6\x9C\xAC",
					     "\xE7\x89\x88\xE6\x9C\xAC\xE5\x8F\xB7" };
	str before = { s.ptr, i };

	while (before.len && before.ptr[before.len - 1] == ' ')
		before.len--;
	for (size_t w = 0; w < COUNT(WORDS); w++) {
		str word = str_of(WORDS[w]);

		if (str_ends(before, word) && (is_wide(word.ptr[0]) || before.len == word.len ||
					       ends_word(before, before.len - word.len - 1)))
			return true;
	}
	return false;
}

static bool numbers(struct finds *f)
{
	bool v = (at(f->s, f->i) | 0x20) == 'v' && is_digit(at(f->s, f->i + 1));
	size_t i = f->i + v, end;
	struct dotted d = dotted_read(f->s, i);
	bool version = v || behind_version(f->s, f->i);

	if (d.groups < 2)
		return false;
	end = i + d.len;
	if (d.groups == 4 && d.octets && !version) {
		if (!ends_word(f->s, end) || (at(f->s, end) == '.' && is_digit(at(f->s, end + 1))))
			return false;
		add_address(f, (str){ f->s.ptr + i, d.len });
	} else if (d.groups > 2 || version) {
		while (is_alnum(at(f->s, end)) || (at(f->s, end) && memchr("-+_", at(f->s, end), 3)))
			end++;
		find(f, FOUND_VERSION, (str){ f->s.ptr + i, end - i });
	} else {
		return false;
	}
	f->i = end;
	return true;
}

/* IPv6 and MAC addresses: groups of hexadecimal digits. */
static bool colons(struct finds *f)
{
	size_t n = f->i, marks = 0;
	bool twice = false;
	str a;

	while (n < f->s.len && n - f->i < 46 &&
	       (is_hex(f->s.ptr[n]) || f->s.ptr[n] == ':' || f->s.ptr[n] == '-')) {
		twice |= f->s.ptr[n] == ':' && at(f->s, n + 1) == ':';
		marks += f->s.ptr[n] == ':' || f->s.ptr[n] == '-';
		n++;
	}
	a = (str){ f->s.ptr + f->i, n - f->i };
	if (!ends_word(f->s, n) || a.len < 4)
		return false;
	if (a.len == 17 && marks == 5 && memchr(":-", a.ptr[2], 2) && a.ptr[2] == a.ptr[5] &&
	    a.ptr[2] == a.ptr[14]) {
		find(f, FOUND_MAC, a);
	} else if (!memchr(a.ptr, '-', a.len) && (twice || marks == 7) && marks < 8 &&
		   a.ptr[a.len - 1] != ':') {
		add_address(f, a);
	} else {
		return false;
	}
	f->i = n;
	return true;
}

/* --- paths, hashes, sizes ------------------------------------------------------------------- */

static size_t run_to(str s, size_t i, const char *ends)
{
	size_t n = i;

	while (n < s.len && !memchr(ends, s.ptr[n], strlen(ends)) && !wide_mark(s, n))
		n++;
	while (n > i && memchr(".:", s.ptr[n - 1], 2))
		n--;
	return n;
}

static bool url(struct finds *f)
{
	size_t n = f->i, end;

	while (is_letter(at(f->s, n)) && n - f->i < 8)
		n++;
	if (n - f->i < 2 || !str_starts(from(f->s, n), STR("://")))
		return false;
	end = run_to(f->s, n + 3, " \t,;)]}|\"'<>");
	if (end == n + 3)
		return false;
	find(f, FOUND_URL, (str){ f->s.ptr + f->i, end - f->i });
	f->i = end;
	return true;
}

static bool is_file(str s)
{
	static const char *const TYPES[] = { "7z",  "asp",  "aspx", "ashx", "bat",  "bin", "cab",  "cfg",
					     "cmd", "conf", "dat",  "deb",  "dll",  "doc", "docx", "exe",
					     "gz",  "ini",  "jar",  "jsp",  "jspx", "js",  "json", "log",
					     "msi", "msp",  "msu",  "pdf",  "php",  "ppt", "pptx", "ps1",
					     "rar", "rpm",  "sh",   "sys",  "tar",  "tmp", "txt",  "vbs",
					     "war", "xls",  "xlsx", "xml",  "zip" };
	size_t n = s.len;

	while (n && s.ptr[n - 1] != '.')
		n--;
	for (size_t i = 0; n > 1 && i < COUNT(TYPES); i++)
		if (str_eq_ascii_nocase(from(s, n), str_of(TYPES[i])))
			return true;
	return false;
}

/* A word with slashes, or with the type of a file at its end. */
static bool path(struct finds *f)
{
	str s = f->s;
	bool drive = is_letter(at(s, f->i)) && at(s, f->i + 1) == ':' && at(s, f->i + 2) == '\\';
	bool share = at(s, f->i) == '\\' && at(s, f->i + 1) == '\\';
	size_t end = run_to(s, f->i + (drive ? 2 : 0), " \t,;)]}|\"'<>="), slashes = 0;
	str word = { s.ptr + f->i, end - f->i };

	for (size_t i = 0; i < word.len; i++)
		slashes += word.ptr[i] == '/' || word.ptr[i] == '\\';
	if (drive || (share && slashes > 2) ||
	    (at(s, f->i) == '/' && at(s, f->i + 1) != '/' && slashes > 1) || (slashes && is_file(word))) {
		find(f, FOUND_PATH, word);
	} else if (is_file(word)) {
		find(f, FOUND_FILE, word);
	} else {
		return false;
	}
	f->i = end;
	return true;
}

static bool hash(struct finds *f)
{
	size_t n = f->i;

	while (is_hex(at(f->s, n)) && n - f->i <= 64)
		n++;
	if ((n - f->i != 64 && n - f->i != 40) || !ends_word(f->s, n))
		return false;
	find(f, n - f->i == 64 ? FOUND_SHA256 : FOUND_SHA1, (str){ f->s.ptr + f->i, n - f->i });
	f->i = n;
	return true;
}

static bool size(struct finds *f)
{
	static const char *const UNITS[] = { "bytes", "byte", "Bytes", "B", "\xE5\xAD\x97\xE8\x8A\x82" };
	size_t n = f->i, unit;

	while (is_digit(at(f->s, n)) && n - f->i < 16)
		n++;
	unit = n + (at(f->s, n) == ' ');
	for (size_t i = 0; n > f->i && i < COUNT(UNITS); i++) {
		str u = str_of(UNITS[i]);

		if (!str_starts(from(f->s, unit), u) ||
		    (!is_wide(u.ptr[0]) && !ends_word(f->s, unit + u.len)))
			continue;
		find(f, FOUND_SIZE, (str){ f->s.ptr + f->i, n - f->i });
		f->i = unit + u.len;
		return true;
	}
	return false;
}

/* --- lines ---------------------------------------------------------------------------------- */

/* A word may begin behind anything that is no part of one, and where the writing changes. */
static bool begins_word(str s, size_t i)
{
	char before = i ? s.ptr[i - 1] : ' ';

	if (is_wide(s.ptr[i]))
		return ((unsigned char)s.ptr[i] & 0xC0) != 0x80 &&
		       (!is_wide(before) || (i >= 3 && wide_mark(s, i - 3)));
	return is_wide(before) || !(is_alnum(before) || before == '_' || before == '.' || before == '-' ||
				    (before == '/' || before == '\\'));
}

static void line(struct finds *f)
{
	for (f->i = 0; f->i < f->s.len;) {
		char c = f->s.ptr[f->i];

		if (!begins_word(f->s, f->i) || c == ' ') {
			f->i++;
			continue;
		}
		if (url(f) || colons(f) || hash(f) || pair(f) || size(f) || numbers(f) || path(f))
			continue;
		f->i++;
	}
}

static bool is_frame(str s)
{
	str t = str_trim(s);

	return t.ptr != s.ptr && (str_starts(t, STR("at ")) || str_starts(t, STR("... ")));
}

static void put_addresses(struct finds *f)
{
	size_t len = 0, n = 0;
	value v;
	char *p;

	for (unsigned i = 0; i < f->naddresses; i++)
		len += f->addresses[i].len + 1;
	p = len ? arena_alloc(&f->t->mem, len) : NULL;
	if (!p)
		return;
	for (unsigned i = 0; i < f->naddresses; i++) {
		memcpy(p + n, f->addresses[i].ptr, f->addresses[i].len);
		n += f->addresses[i].len + 1; /* the arena's memory is zeroed */
	}
	v = value_utf8((str){ p, len - 1 });
	if (f->naddresses > 1)
		v.flags = VALUE_F_ARRAY;
	text_keys_put(f->k, STR("found_ip"), v);
}

void text_finds(struct text *t, struct text_keys *k, str message)
{
	struct finds f = { .t = t, .k = k };
	str rest = { message.ptr, message.len < LOOK_MAX ? message.len : LOOK_MAX };

	while (rest.len) {
		f.s = str_cut(rest, '\n', &rest);
		if (!is_frame(f.s))
			line(&f);
	}
	put_addresses(&f);
	for (size_t i = 0; i < FOUNDS; i++)
		if (!f.named[i])
			text_keys_put_str(k, FOUND[i].column, f.found[i]);
}
