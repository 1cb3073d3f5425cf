/* acts_priv.h - what the files of acts share. */
#ifndef SPOOR_RANGE_ACTS_PRIV_H
#define SPOOR_RANGE_ACTS_PRIV_H

#include "acts.h"

/* Words that Windows writes in the language of the system. */
struct locale_words {
	const char *local_system, *running, *stopped, *user_service, *auto_start;
};
extern const struct locale_words LOCALE_WORDS[LOCALE_COUNT];

uint16_t some_port(struct host *h);
void fresh_guid(struct host *h, uint8_t guid[16]);

/* The Subject fields; DOMAIN\user or the system in its language; a port as text; a time by the host's own clock. */
void ev_subject(struct world *w, const struct session *s);
void ev_account(struct world *w, const char *field, const struct host *h, const struct session *s);
void ev_port(struct world *w, const char *field, uint32_t port);
/* ::ffff:10.1.2.3, as a domain controller writes a client. */
void ev_mapped(struct world *w, const char *field, uint32_t ip);
void ev_utc(struct world *w, const char *field, const struct host *h, int64_t t);

#endif
