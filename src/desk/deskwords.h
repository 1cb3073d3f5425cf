/* deskwords.h - the words of notices and bulletins: data/desk_wording.tsv, English and Chinese. Thread rule: constant table. */
#ifndef SPOOR_DESK_DESKWORDS_H
#define SPOOR_DESK_DESKWORDS_H

#include "story/story.h"

/* The template under a key; the key itself if nobody knows it. */
const char *desk_word(const char *key, enum story_language lang);

struct desk_arg {
	const char *name; /* of the placeholder, without braces; NULL ends the list */
	str v;
};
/* The template with its placeholders replaced by the values as they are. */
void desk_say(buf *b, enum story_language lang, const char *key, const struct desk_arg *args);

enum story_language desk_language(str lang); /* "zh"; else English */

#endif
