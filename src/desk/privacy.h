/* privacy.h - whose the names, accounts and addresses of a case are, so that a party is told nothing of another.
 *
 * A word belongs to a party by its domain, by the prefix it lies in, or by the hosts it was seen on. A word of several parties,
 * and one of a host that belongs to none, is told to nobody. What a text holds is looked at word by word; one foreign word, and
 * the text is not told. Thread rule: immutable once built. */
#ifndef SPOOR_DESK_PRIVACY_H
#define SPOOR_DESK_PRIVACY_H

#include "story/story.h"

struct privacy;

/* st and s must outlive it. st->declared must have parties. */
int privacy_new(struct privacy **ret, const struct story *st, struct store *s, err *e);
void privacy_free(struct privacy *p);

#define PRIVACY_NOBODY UINT32_MAX
/* The party (number in st->declared->parties) of a host; PRIVACY_NOBODY: none, or several claim it. */
uint32_t privacy_host_party(const struct privacy *p, uint32_t host);
/* mine[number of host] for told_build_party(): borrowed. */
const bool *privacy_mine(const struct privacy *p, uint32_t party);
/* May the party read this text? */
bool privacy_may_read(const struct privacy *p, uint32_t party, str text);

#endif
