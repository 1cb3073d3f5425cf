/* narrate.h - the incident in words: sentences in reading order, each with its events.
 *
 * For each incident: how it began, through which addresses outside, what was planted, by which way it
 * spread, which hosts it reached, what was called and what left, until when, what was erased, what does
 * not fit together; then what could not be seen and what to ask for next. Without an incident it says
 * that nothing amounts to one and what could not be seen; no host is ever called clean.
 * Thread rule: pure but for the arena. */
#ifndef SPOOR_STORY_NARRATE_H
#define SPOOR_STORY_NARRATE_H

#include "story/incident.h"

struct narrator {
	const struct story *st; /* hosts, edges, observations, blind and matrix are read */
	const struct incident *in;
	arena *mem; /* texts of sentences; must live as long as they */
	void (*tell)(void *ctx, const struct story_paragraph *p);
	void *ctx;
	bool failed; /* no memory: something is missing */
};

void narrate(struct narrator *n);

/* The value of a placeholder of a sentence, or empty. */
str sentence_value(const struct story_sentence *s, const char *name);

#endif
