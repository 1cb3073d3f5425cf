/* decided.h - what analysts decided (store/decisions.h), where it changes the story.
 *
 * A rejected sign counts for nothing, a rejected way leads nowhere, a host that was declared cleared is none of the intruders';
 * what then has no other ground goes, and what depended on it. Everything rejected stays listed. Ids are hashes of what is
 * said of whom, the same in every run over the same evidence. Thread rule: as the story. */
#ifndef SPOOR_STORY_DECIDED_H
#define SPOOR_STORY_DECIDED_H

#include "store/decisions.h"
#include "story/incident.h"

#define DECIDED_ID_LEN 16

/* NUL-terminated; of a sign and of a way. */
void decided_sign_id(const struct story *st, const struct story_clue *c, char ret[DECIDED_ID_LEN + 1]);
void decided_edge_id(const struct story *st, uint32_t from, uint32_t to, const char *kind,
		     char ret[DECIDED_ID_LEN + 1]);

/* One thing that differs between two stories of a case, for people. */
enum { DECIDED_CHANGES = 500 };
/* Append a line for each: hosts whose class changed, the number of incidents, the beginning. Answers how many there are. */
uint32_t decided_changes(const struct story *before, const struct story *after, buf *lines);

#endif
