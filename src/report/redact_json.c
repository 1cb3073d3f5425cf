/* JSON of ours on its way out. */
#include "readers/json/flat.h"
#include "report/redact_priv.h"
#include "util/json.h"

/* Members whose text spoor chooses itself: a victim's name that is also such a word must not break what programs read. */
static bool is_own_member(str key)
{
	static const char *const KEYS[] = {
		"schema",  "sha256",     "rules_sha256", "rule_sha256", "values_sha256", "refs",
		"ref",     "key",        "part",         "class",       "via",           "kind",
		"phase",   "family",     "grade",        "vector",      "role",          "role_basis",
		"basis",   "level",      "status",       "verdict",     "format",        "log",
		"source",  "why",        "id",           "rule_id",     "tags",          "profile",
		"version", "rules_name", "measure",      "origin",      "day",           "time",
		"first",   "last",       "at",           "modified",    "served_from",   "served_to",
		"cleared", "until",      "renamed",      "reimaged",    "way",
	};

	for (size_t i = 0; i < COUNT(KEYS); i++)
		if (str_is(key, KEYS[i]))
			return true;
	return false;
}

/* Where the string that begins behind the quote at i ends: the place of its last quote; SIZE_MAX: not in this line. */
static size_t string_end(str s, size_t i)
{
	for (i++; i < s.len && s.ptr[i] != '"'; i++)
		i += s.ptr[i] == '\\';
	return i < s.len ? i : SIZE_MAX;
}

static void put_string(struct redactor *r, str inside, buf *out)
{
	buf clear = { 0 }, *text = &r->decoded;
	bool bad = false;
	size_t n;

	buf_clear(text);
	if (!buf_reserve(text, inside.len + 1)) {
		out->failed = true;
		return;
	}
	n = flat_unescape(inside, text->ptr, &bad);
	if (n == SIZE_MAX) {
		buf_z(out, "[redacted]"); /* no text of ours: nobody can say what it holds */
		return;
	}
	redact_text(r, (str){ text->ptr, n }, &clear);
	out->failed |= clear.failed;
	if (str_eq(buf_view(&clear), (str){ text->ptr, n }))
		buf_str(out, inside);
	else
		json_escape(out, buf_view(&clear));
	buf_done(&clear);
}

void redact_json(struct redactor *r, str s, buf *out)
{
	str key = STR("");

	for (size_t i = 0, end; i < s.len; i = end + 1) {
		str inside;

		if (s.ptr[i] != '"') {
			buf_byte(out, s.ptr[i]);
			end = i;
			continue;
		}
		end = string_end(s, i);
		if (end == SIZE_MAX) {
			out->failed = true; /* our own writer never breaks a string */
			return;
		}
		inside = (str){ s.ptr + i + 1, end - i - 1 };
		buf_byte(out, '"');
		if (end + 1 < s.len && s.ptr[end + 1] == ':') {
			key = inside;
			buf_str(out, inside);
		} else if (is_own_member(key)) {
			buf_str(out, inside);
		} else {
			put_string(r, inside, out);
		}
		buf_byte(out, '"');
	}
}
