/* case_json.h - the pieces of case.json that the page gets too. Thread rule: as the story. */
#ifndef SPOOR_REPORT_CASE_JSON_H
#define SPOOR_REPORT_CASE_JSON_H

#include "report/out.h"
#include "report/report_priv.h"

enum json_form {
	JSON_CASE, /* everything */
	JSON_PAGE /* what a page has room for: without values and channels, sentences in Chinese too, the most telling of long arrays */
};

/* "text" and, for a page, "zh" where it is another text. */
void sentence_json(buf *b, const struct story_sentence *s, enum json_form form);

/* "{" and the members that are drawn first; no "}". */
void case_json_page_head(struct out *o, const struct story *st);

/* The other members, each with the comma before it. */
int case_json_page_body(struct out *o, struct store *s, const struct story *st, err *e);

#endif
