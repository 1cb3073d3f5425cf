#include <stdlib.h>

#include "story/story.h"

struct wording_row {
	const char *key;
	const char *text[LANGUAGES];
};

#include "wording.inc"

static int row_cmp(const void *key, const void *row)
{
	return strcmp(key, ((const struct wording_row *)row)->key);
}

const char *wording(const char *key, enum story_language lang)
{
	const struct wording_row *r = bsearch(key, WORDING, COUNT(WORDING), sizeof *WORDING, row_cmp);

	if (!r)
		return key;
	return r->text[lang] ? r->text[lang] : r->text[LANGUAGE_EN];
}

/* Values that we worked out: counts, times, our own words. All others are text of the evidence. */
static bool is_ours(str name)
{
	static const char *const NAMES[] = {
		"count",    "time",   "after",   "first", "last",      "hosts",         "events",  "items",
		"critical", "high",   "medium",  "low",   "level",     "informational", "admin",   "what",
		"kind",     "span",   "way",     "sure",  "confirmed", "likely",        "exposed", "cleared",
		"unknown",  "number", "percent", "size",  "other",
	};

	for (size_t i = 0; i < COUNT(NAMES); i++)
		if (str_eq(name, str_of(NAMES[i])))
			return true;
	return false;
}

str wording_word(const char *prefix, str text)
{
	char key[64];
	size_t n = strlen(prefix);
	const struct wording_row *r;

	if (n + text.len >= sizeof key)
		return text;
	memcpy(key, prefix, n);
	for (size_t i = 0; i < text.len; i++)
		key[n + i] = text.ptr[i] == ' ' || text.ptr[i] == '-' ? '_' : text.ptr[i];
	key[n + text.len] = '\0';
	r = bsearch(key, WORDING, COUNT(WORDING), sizeof *WORDING, row_cmp);
	return r && str_eq(str_of(r->text[LANGUAGE_EN]), text) ? str_of(r->text[LANGUAGE_EN]) : text;
}

/* Text of the evidence may read like a word of the table, but only a word of the table has its address. */
static const struct wording_row *row_at(str text)
{
	for (size_t i = 0; i < COUNT(WORDING); i++)
		if (WORDING[i].text[LANGUAGE_EN] == text.ptr && strlen(text.ptr) == text.len)
			return &WORDING[i];
	return NULL;
}

bool wording_has(str text)
{
	return row_at(text) != NULL;
}

static str word_at(str text, enum story_language lang)
{
	const struct wording_row *r = lang == LANGUAGE_EN ? NULL : row_at(text);

	return r && r->text[lang] ? str_of(r->text[lang]) : text;
}

/* What is ours may be a word that has a key of its own: then it is said in the language of the sentence. */
static str own_word(str text, enum story_language lang)
{
	char key[48];

	if (text.len >= sizeof key)
		return word_at(text, lang);
	memcpy(key, text.ptr, text.len);
	key[text.len] = '\0';
	return bsearch(key, WORDING, COUNT(WORDING), sizeof *WORDING, row_cmp) ? str_of(wording(key, lang))
									       : word_at(text, lang);
}

static void put_value(const struct story_sentence *s, str name, enum story_language lang,
		      void (*part)(void *ctx, bool evidence, str text), void *ctx)
{
	for (uint32_t i = 0; i < s->nargs; i++) {
		str said = s->values[i];

		if (!str_eq(name, str_of(s->names[i])))
			continue;
		if (lang == LANGUAGE_ZH && s->chinese && s->chinese[i].len)
			said = s->chinese[i];
		if (said.len && is_ours(name))
			part(ctx, false, own_word(said, lang));
		else if (said.len)
			part(ctx, true, word_at(said, lang));
		else
			part(ctx, false, str_of(wording("word.none", lang)));
		return;
	}
	part(ctx, false, str_of(wording("word.none", lang)));
}

void story_sentence_each(const struct story_sentence *s, enum story_language lang,
			 void (*part)(void *ctx, bool evidence, str text), void *ctx)
{
	str rest = str_of(wording(s->key, lang));

	while (rest.len) {
		size_t open = str_find(rest, STR("{")), close;
		str behind;

		if (open == SIZE_MAX) {
			part(ctx, false, rest);
			return;
		}
		if (open)
			part(ctx, false, (str){ rest.ptr, open });
		behind = (str){ rest.ptr + open + 1, rest.len - open - 1 };
		close = str_find(behind, STR("}"));
		if (close == SIZE_MAX)
			return;
		put_value(s, (str){ behind.ptr, close }, lang, part, ctx);
		rest = (str){ behind.ptr + close + 1, behind.len - close - 1 };
	}
}

static void append_part(void *ctx, bool evidence, str text)
{
	(void)evidence;
	buf_str(ctx, text);
}

void story_sentence_text(const struct story_sentence *s, enum story_language lang, buf *out)
{
	story_sentence_each(s, lang, append_part, out);
}
