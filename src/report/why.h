/* why.h - why the story says what it says of a host, of a way between two hosts, of a sentence: the
 * rule, the sum and the clues with the references of their events. Text for a terminal; whatever came
 * from the evidence is made visible. Thread rule: as the story. */
#ifndef SPOOR_REPORT_WHY_H
#define SPOOR_REPORT_WHY_H

#include "story/story.h"

enum why_found { WHY_TOLD, WHY_NO_HOST, WHY_NO_EDGE, WHY_NO_SENTENCE, WHY_NO_INCIDENT };

/* what: a number of a sentence, FROM..TO, or a host by any of its names in any case, also without its domain.
 * Appends to out. */
enum why_found report_why(const struct story *st, str what, buf *out);

/* The host of that name, STORY_NOBODY if there is none or several are meant. */
uint32_t report_host_named(const struct story *st, str name);

#endif
