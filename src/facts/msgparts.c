/* msgparts.c - what messages of applications hold, by shape: pairs of name and value, files, versions, hashes, how it
 * ended. Messages are in any language; names of pairs come from the row that asks. */
#include "facts/facts_priv.h"

enum { VALUE_LEN = 256, PATH_LEN = 512 };

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_hex(char c)
{
	return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

/* Part of a word of any script. */
static bool in_word(char c)
{
	return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_' ||
	       (unsigned char)c >= 0x80;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static str behind(str s, size_t n)
{
	return (str){ s.ptr + n, s.len - n };
}

/* --- pairs ------------------------------------------------------------------------------------- */

/* A value that begins here: quoted, or up to what ends a value. */
static str value_at(str s)
{
	size_t n = 0;

	while (s.len && s.ptr[0] == ' ')
		s = behind(s, 1);
	if (s.len && (s.ptr[0] == '"' || s.ptr[0] == '\'')) {
		str rest;

		return str_cut(behind(s, 1), s.ptr[0], &rest);
	}
	while (n < s.len && !is_blank(s.ptr[n]) && !memchr(",;|)]}<>\"", s.ptr[n], 9))
		n++;
	while (n && s.ptr[n - 1] == '.')
		n--; /* the end of a sentence */
	return (str){ s.ptr, n };
}

/* Length of "=" or ":" (the wide one of East Asian text too) at i; 0: no pair. */
static size_t joint(str s, size_t i)
{
	static const char WIDE[] = "\xEF\xBC\x9A";

	if (i < s.len && (s.ptr[i] == '=' || s.ptr[i] == ':'))
		return 1;
	return i + 3 <= s.len && memcmp(s.ptr + i, WIDE, 3) == 0 ? 3 : 0;
}

/* The value of the first of the comma-separated names that the text has as "name=value" or "name: value". */
static str pair_value(str text, str names)
{
	while (names.len) {
		str name = str_cut(names, ',', &names);
		bool ascii = name.len && (unsigned char)name.ptr[0] < 0x80;

		for (size_t i = 0; name.len && i + name.len < text.len; i++) {
			size_t n;

			if (!str_eq_ascii_nocase((str){ text.ptr + i, name.len }, name) ||
			    (ascii && i && in_word(text.ptr[i - 1])))
				continue;
			n = joint(text, i + name.len);
			if (n) {
				str v = value_at(behind(text, i + name.len + n));

				if (!fact_absent(v))
					return v;
			}
		}
	}
	return (str){ "", 0 };
}

void fact_text_pair(str text, str names, buf *out)
{
	str v = pair_value(text, names);

	buf_add(out, v.ptr, v.len < VALUE_LEN ? v.len : VALUE_LEN);
}

void fact_text_pairip(str text, str names, buf *out)
{
	fact_text_address(pair_value(text, names), out);
}

static str word_behind(str text, str mark)
{
	size_t at = str_find(text, mark);

	return at == SIZE_MAX ? (str){ "", 0 } : value_at(behind(text, at + mark.len));
}

void fact_text_word(str text, str mark, buf *out)
{
	str v = word_behind(text, mark);

	if (!fact_absent(v))
		buf_add(out, v.ptr, v.len < VALUE_LEN ? v.len : VALUE_LEN);
}

void fact_text_wordip(str text, str mark, buf *out)
{
	fact_text_address(word_behind(text, mark), out);
}

void fact_text_before(str text, str mark, buf *out)
{
	size_t at = str_find(text, mark);

	if (at != SIZE_MAX)
		buf_add(out, text.ptr, at < VALUE_LEN ? at : VALUE_LEN);
}

/* --- things ------------------------------------------------------------------------------------ */

/* The next blank-separated word without brackets, quotes and what ends sentences; of "name=value" the value. */
static str next_word(str *rest)
{
	size_t n = 0;
	str s = *rest, w, v;

	while (s.len && (is_blank(s.ptr[0]) || memchr(",;|()[]{}<>\"'", s.ptr[0], 13)))
		s = behind(s, 1);
	while (n < s.len && !is_blank(s.ptr[n]) && !memchr(",;|()[]{}<>\"'", s.ptr[n], 13))
		n++;
	*rest = behind(s, n);
	while (n && (s.ptr[n - 1] == '.' || s.ptr[n - 1] == ':'))
		n--;
	w = (str){ s.ptr, n };
	str_cut(w, '=', &v);
	return v.len ? v : w;
}

static bool is_path(str w)
{
	bool drive = w.len > 3 && w.ptr[1] == ':' && (w.ptr[2] == '\\' || w.ptr[2] == '/');

	if (drive || str_starts(w, STR("\\\\")) || str_find(w, STR("://")) != SIZE_MAX)
		return true;
	if (w.len > 2 && w.ptr[0] == '/' && in_word(w.ptr[1]))
		return true;
	return w.len > 4 && fact_path_is_file(w) && w.ptr[0] != '/' && str_find(w, STR("@")) == SIZE_MAX;
}

void fact_text_pathin(str text, buf *out)
{
	while (text.len) {
		str rest, w = next_word(&text);

		if (is_path(w)) {
			w = str_cut(w, '?', &rest);
			buf_add(out, w.ptr, w.len < PATH_LEN ? w.len : PATH_LEN);
			return;
		}
	}
}

void fact_text_hashin(str text, buf *out)
{
	while (text.len) {
		str w = next_word(&text);
		size_t colon = str_find(w, STR(":")), n = 0;

		if (colon != SIZE_MAX && colon < 10)
			w = behind(w, colon + 1); /* sha256:... */
		while (n < w.len && is_hex(w.ptr[n]))
			n++;
		if (n != w.len || (n != 32 && n != 40 && n != 64))
			continue;
		for (size_t i = 0; i < n; i++)
			buf_byte(out,
				 (char)(w.ptr[i] >= 'A' && w.ptr[i] <= 'F' ? w.ptr[i] | 0x20 : w.ptr[i]));
		return;
	}
}

/* Numbers joined by dots that are no address and no part of a file's name. */
void fact_text_versionin(str text, buf *out)
{
	while (text.len) {
		str w = next_word(&text);
		size_t dots = 0, n;

		if (w.len && (w.ptr[0] | 0x20) == 'v')
			w = behind(w, 1);
		for (n = 0; n < w.len && (is_digit(w.ptr[n]) || w.ptr[n] == '.'); n++)
			dots += w.ptr[n] == '.';
		if (n == w.len && dots >= 1 && dots <= 4 && is_digit(w.ptr[0]) && w.len <= 32) {
			buf address = { 0 };

			fact_text_address(w, &address);
			n = address.len;
			buf_done(&address);
			if (n == 0 && dots >= 2) {
				buf_str(out, w);
				return;
			}
		}
	}
}

/* --- how it ended ------------------------------------------------------------------------------ */

/* Words of several languages; those for failure go first: "not successful", "failed ok". */
static const struct {
	const char *word;
	const char *means;
} OUTCOMES[] = {
	{ "fail", "failed" },
	{ "error", "failed" },
	{ "denied", "failed" },
	{ "refused", "failed" },
	{ "reject", "failed" },
	{ "invalid", "failed" },
	{ "unsuccessful", "failed" },
	{ "bad password", "failed" },
	{ "\xE5\xA4\xB1\xE8\xB4\xA5", "failed" }, /* shibai */
	{ "\xE9\x94\x99\xE8\xAF\xAF", "failed" }, /* cuowu */
	{ "\xE6\x8B\x92\xE7\xBB\x9D", "failed" }, /* jujue */
	{ "success", "ok" },
	{ " ok", "ok" },
	{ "=ok", "ok" },
	{ "completed", "ok" },
	{ "accepted", "ok" },
	{ "logged in", "ok" },
	{ "\xE6\x88\x90\xE5\x8A\x9F", "ok" }, /* chenggong */
};

static bool contains_nocase(str text, str word)
{
	for (size_t i = 0; i + word.len <= text.len; i++)
		if (str_eq_ascii_nocase((str){ text.ptr + i, word.len }, word))
			return true;
	return false;
}

void fact_text_outcome(str text, buf *out)
{
	for (size_t i = 0; i < COUNT(OUTCOMES); i++)
		if (contains_nocase(text, str_of(OUTCOMES[i].word))) {
			buf_z(out, OUTCOMES[i].means);
			return;
		}
	if (str_eq_ascii_nocase(text, STR("ok")) || str_eq(text, STR("0")))
		buf_z(out, "ok");
}

/* --- lists and names --------------------------------------------------------------------------- */

void fact_text_item(str list, str number, buf *out)
{
	uint64_t n = 0;
	size_t from = 0;

	if (!str_to_u64(number, &n))
		return;
	for (size_t i = 0; i <= list.len && n; i++) {
		if (i < list.len && !memchr(",; |\t\n", list.ptr[i], 6))
			continue;
		if (i > from && --n == 0)
			fact_text_address((str){ list.ptr + from, i - from }, out);
		from = i + 1;
	}
}

/* Numbers that stand for "nobody logged in" are none. */
void fact_text_uid(str s, buf *out)
{
	bool digits = s.len > 0;

	for (size_t i = 0; i < s.len; i++)
		digits &= is_digit(s.ptr[i]);
	if (str_eq(s, STR("4294967295")) || str_eq(s, STR("-1")) || str_eq(s, STR("unset")))
		return;
	if (digits)
		buf_z(out, "uid ");
	buf_str(out, s);
}

/* One of eight keys, the same ones wherever they are logged: FNV-1a of the lower-case text. */
void fact_text_sample(str s, buf *out)
{
	uint32_t h = 2166136261u;
	size_t start = out->len;
	bool zero = true;

	for (size_t i = 0; i < s.len; i++) {
		char c = (char)(s.ptr[i] >= 'A' && s.ptr[i] <= 'Z' ? s.ptr[i] | 0x20 : s.ptr[i]);

		if (memchr("{}; ", c, 4))
			continue;
		zero &= c == '0' || c == '-';
		h = (h ^ (unsigned char)c) * 16777619u;
		buf_byte(out, c);
	}
	if (zero || (h >> 16 ^ h) % 8 != 0)
		out->len = start;
}
