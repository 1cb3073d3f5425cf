#include "desk/deskwords.h"

#include "desk_wording.inc"

const char *desk_word(const char *key, enum story_language lang)
{
	for (size_t i = 0; i < COUNT(DESK_WORDS); i++)
		if (strcmp(DESK_WORDS[i].key, key) == 0)
			return lang == LANGUAGE_ZH ? DESK_WORDS[i].zh : DESK_WORDS[i].en;
	return key;
}

static const struct desk_arg *arg_named(const struct desk_arg *args, str name)
{
	for (; args && args->name; args++)
		if (str_is(name, args->name))
			return args;
	return NULL;
}

void desk_say(buf *b, enum story_language lang, const char *key, const struct desk_arg *args)
{
	str rest = str_of(desk_word(key, lang));

	while (rest.len) {
		str text = str_cut(rest, '{', &rest), name;
		const struct desk_arg *arg;

		buf_str(b, text);
		if (rest.len == 0)
			break;
		name = str_cut(rest, '}', &rest);
		arg = arg_named(args, name);
		if (arg)
			buf_str(b, arg->v);
	}
}

enum story_language desk_language(str lang)
{
	return str_is(lang, "zh") ? LANGUAGE_ZH : LANGUAGE_EN;
}
