/* narrate_priv.h - what the parts of the narrative share. */
#ifndef SPOOR_STORY_NARRATE_PRIV_H
#define SPOOR_STORY_NARRATE_PRIV_H

#include "story/narrate.h"
#include "story/story_priv.h"

/* One more sentence: narrate_say(n, incident, part, weight, ns, refs or NULL, "key", "name", STR("value"), ..., NULL).
 * Values must live as long as the story. */
void narrate_say(struct narrator *n, uint32_t incident, enum story_part part, uint8_t weight, int64_t ns,
		 const struct story_refs *refs, const char *key, ...);
/* One that is made already. */
void narrate_sentence(struct narrator *n, uint32_t incident, enum story_part part, uint8_t weight, int64_t ns,
		      const struct story_refs *refs, const struct story_sentence *s);

str narrate_number(struct narrator *n, uint64_t v); /* "19 793 984": for people */
str narrate_time(struct narrator *n, int64_t ns);   /* empty for TIME_NONE */
str narrate_name(const struct narrator *n, uint32_t host);
/* Names joined by commas, at most 8, and how many more. */
str narrate_list(struct narrator *n, const uint32_t *hosts, uint32_t len);

/* The verdict on a host; NULL if there is none. */
const struct incident_host *narrate_host(const struct narrator *n, uint32_t host);

/* The key of data/wording.tsv for a way or a vector: "way.ssh"; the word itself if it has none. */
str narrate_way(struct narrator *n, const char *via);

/* From the first host under control to the last sign that says something about a host's state. */
void narrate_span(const struct narrator *n, uint32_t incident, int64_t *first, int64_t *last);

/* Addresses outside of one role: the first of them, how many more, or that there are none. */
struct external_words {
	enum external_role role;
	enum story_part part;
	uint32_t most;
	uint8_t weight;
	const char *nameless, *named, *more, *none; /* keys */
};

void narrate_externals(struct narrator *n, uint32_t incident, const struct external_words *w);

void narrate_beginning(struct narrator *n, uint32_t incident); /* and relays */
void narrate_planted(struct narrator *n, uint32_t incident);
void narrate_spread(struct narrator *n, uint32_t incident);
void narrate_hosts(struct narrator *n, uint32_t incident);
void narrate_outside(struct narrator *n, uint32_t incident); /* control servers, loss, end */
void narrate_erased(struct narrator *n, uint32_t incident);
void narrate_doubt(struct narrator *n, uint32_t incident);
void narrate_decided(struct narrator *n);
void narrate_unseen(struct narrator *n);
void narrate_next(struct narrator *n); /* asknext.c */

#endif
