/* Indicators in JSON: objects with a `pattern` (STIX indicators), with `type` and `value` (attributes of MISP,
 * observables of STIX), hashes by their names, files with a `name`; texts in plain arrays. One walk over the
 * tokens; brackets that are not closed end it with an error. */
#include <stdlib.h>

#include "cli/indicators_priv.h"
#include "readers/json/flat.h"
#include "readers/json/jsonshim.h"
#include "util/limits.h"

/* What matters of an object that is open: views on the text, still escaped. */
struct frame {
	bool object;
	str key, type, value, pattern, name;
};

struct walk {
	struct indicators *in;
	str text;
	const uint32_t *at;
	size_t n, i;
	struct frame frame[LIMIT_INDICATOR_DEPTH];
	size_t depth;
};

static str unescaped(struct walk *w, str s)
{
	char *to;
	bool bad = false;
	size_t n;

	if (s.len == 0 || s.len > LIMIT_INDICATOR_TEXT * 8)
		return STR("");
	to = arena_alloc(&w->in->mem, s.len);
	if (!to) {
		w->in->failed = true;
		return STR("");
	}
	n = flat_unescape(s, to, &bad);
	return n == SIZE_MAX ? STR("") : (str){ to, n };
}

/* --- attributes --------------------------------------------------------------------------------------------- */

static bool typed(struct indicators *in, str type, str text)
{
	static const struct {
		const char *name;
		enum scope_type type;
	} TYPES[] = {
		{ "ip-src", SCOPE_IP },       { "ip-dst", SCOPE_IP },          { "ip", SCOPE_IP },
		{ "ipv4-addr", SCOPE_IP },    { "ipv6-addr", SCOPE_IP },       { "domain", SCOPE_DOMAIN },
		{ "hostname", SCOPE_DOMAIN }, { "domain-name", SCOPE_DOMAIN }, { "md5", SCOPE_HASH },
		{ "sha1", SCOPE_HASH },       { "sha256", SCOPE_HASH },        { "hash", SCOPE_HASH },
		{ "filename", SCOPE_FILE },   { "file", SCOPE_FILE },          { "path", SCOPE_PATH },
		{ "directory", SCOPE_PATH },
	};

	if (str_is(type, "url") || str_is(type, "uri") || str_is(type, "link"))
		return indicator_add_url(in, text);
	for (size_t i = 0; i < COUNT(TYPES); i++) {
		if (!str_is(type, TYPES[i].name))
			continue;
		/* a file name of MISP may be a whole path */
		if (TYPES[i].type == SCOPE_FILE && str_basename(text).len < text.len &&
		    indicator_add(in, SCOPE_PATH, text))
			return true;
		return indicator_add(in, TYPES[i].type, text);
	}
	return false;
}

/* "filename|sha256" with "a.exe|00ff...": each half by itself. */
static bool attribute(struct indicators *in, str type, str text)
{
	bool any = false;

	while (type.len) {
		str t = str_cut(type, '|', &type), v = str_cut(text, '|', &text);

		any |= typed(in, t, v);
	}
	return any;
}

static bool is_hash_name(str key)
{
	static const char *const NAMES[] = { "MD5",    "SHA-1", "SHA-256", "SHA1",
					     "SHA256", "md5",   "sha1",    "sha256" };

	for (size_t i = 0; i < COUNT(NAMES); i++)
		if (str_is(key, NAMES[i]))
			return true;
	return false;
}

static void frame_end(struct walk *w, const struct frame *f)
{
	str type = unescaped(w, f->type);

	if (f->pattern.len)
		indicators_pattern(w->in, unescaped(w, f->pattern));
	else if (f->type.len && f->value.len)
		w->in->passed += !attribute(w->in, type, unescaped(w, f->value));
	else if (str_is(type, "file") && f->name.len)
		w->in->passed += !indicator_add(w->in, SCOPE_FILE, unescaped(w, f->name));
}

/* --- the walk --------------------------------------------------------------------------------------------------- */

/* The inside of the string whose quote is at pos. The index proved that it is closed. */
static str string_at(const struct walk *w, size_t pos)
{
	size_t i = pos + 1;

	while (i < w->text.len && w->text.ptr[i] != '"')
		i += w->text.ptr[i] == '\\' ? 2 : 1;
	if (i > w->text.len)
		i = w->text.len;
	return (str){ w->text.ptr + pos + 1, i - pos - 1 };
}

static void on_string(struct walk *w, str s)
{
	struct frame *f = &w->frame[w->depth - 1];
	bool is_key = f->object && w->i + 1 < w->n && w->text.ptr[w->at[w->i + 1]] == ':';

	if (is_key) {
		f->key = s;
	} else if (!f->object) {
		indicator_guess(w->in, unescaped(w, s));
	} else if (is_hash_name(f->key)) {
		indicator_add(w->in, SCOPE_HASH, unescaped(w, s));
	} else if (str_is(f->key, "type")) {
		f->type = s;
	} else if (str_is(f->key, "value")) {
		f->value = s;
	} else if (str_is(f->key, "pattern")) {
		f->pattern = s;
	} else if (str_is(f->key, "name")) {
		f->name = s;
	}
}

/* 0: done with the token; -1: no JSON. */
static int on_token(struct walk *w, err *e)
{
	size_t pos = w->at[w->i];
	char c = w->text.ptr[pos];
	struct arena_mark mark;
	size_t had;

	if (c == '{' || c == '[') {
		if (w->depth == LIMIT_INDICATOR_DEPTH)
			return err_set(e, ERR_LIMIT, pos, "brackets in brackets deeper than %u",
				       LIMIT_INDICATOR_DEPTH);
		w->frame[w->depth++] = (struct frame){ .object = c == '{' };
		return 0;
	}
	if (w->depth == 0)
		return err_set(e, ERR_CORRUPT, pos, "no JSON: text outside of brackets");
	mark = arena_mark(&w->in->mem);
	had = w->in->at.len;
	if (c == '}' || c == ']') {
		if (w->frame[w->depth - 1].object != (c == '}'))
			return err_set(e, ERR_CORRUPT, pos, "no JSON: brackets do not fit");
		w->depth--;
		frame_end(w, &w->frame[w->depth]);
	} else if (c == '"') {
		on_string(w, string_at(w, pos));
	}
	if (w->in->at.len == had)
		arena_rewind(&w->in->mem, mark);
	return 0;
}

int indicators_json(struct indicators *in, str text, err *e)
{
	struct jsonshim *shim = jsonshim_new();
	struct walk *w = calloc(1, sizeof *w);
	int rc = 0;

	if (!shim || !w) {
		rc = err_set(e, ERR_OOM, ERR_NO_OFFSET, "no memory for JSON");
	} else {
		w->in = in;
		w->text = text;
		if (jsonshim_index(shim, str_bytes(text).ptr, text.len, &w->at, &w->n) != JSONSHIM_OK)
			rc = err_set(e, ERR_CORRUPT, ERR_NO_OFFSET, "no JSON");
		for (w->i = 0; rc == 0 && w->i < w->n; w->i++)
			rc = on_token(w, e);
		if (rc == 0 && w->depth)
			rc = err_set(e, ERR_CORRUPT, ERR_NO_OFFSET, "no JSON: it ends inside brackets");
	}
	free(w);
	jsonshim_free(shim);
	return rc;
}
