/* report_ref.h - the written form of references of a story. Thread rule: pure functions. */
#ifndef SPOOR_REPORT_REPORT_REF_H
#define SPOOR_REPORT_REPORT_REF_H

#include "store/ref.h"
#include "story/story.h"

/* The full reference, by the hash of the story's item; its length. */
size_t story_ref_text(const struct story *st, const struct event_ref *r, char out[REF_TEXT_MAX]);

#endif
