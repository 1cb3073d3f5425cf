/* noticemake.h - the notices of an incident: one per party, each with nothing but what concerns that party.
 *
 * Who was hurt is told of its own hosts; who runs an address or registered a name is told of these and of nobody who was hurt.
 * Made again, what is the same stays as it is, a draft is renewed, and what was sent gets a further part.
 * Thread rule: as the registry. */
#ifndef SPOOR_DESK_NOTICEMAKE_H
#define SPOOR_DESK_NOTICEMAKE_H

#include "desk/notices.h"
#include "desk/privacy.h"

/* What became of one party: id (empty: held back), role, name, contact (empty: none is known), and why, as a sentence's end. */
typedef int notice_fn(void *ctx, str id, const char *role, str name, str contact, const char *what, err *e);

struct notice_order {
	struct desk *d;
	str lang; /* of all notices; empty: of the party, else of the desk */
	notice_fn *tell;
	void *ctx;
};

/* Inside of a transaction. p: of the same story; NULL where the case names no parties. ERR_ARG if the case is not the incident's. */
int notices_make(const struct notice_order *o, str incident, const struct story *st, const struct privacy *p,
		 err *e);
/* Turn to the next contact: of a victim its second one, by a further mail; of an address or name the registrar or the national
 * team, by notices of their own. Only if it was sent and nobody answered. */
int notice_escalate(const struct notice_order *o, str id, err *e);

#endif
