/* noticetext.h - the words of one notice: as plain text for a mail, as Markdown for a letter.
 *
 * Text of the evidence is made harmless: one line, no control characters; in Markdown no markup. Thread rule: pure functions. */
#ifndef SPOOR_DESK_NOTICETEXT_H
#define SPOOR_DESK_NOTICETEXT_H

#include "desk/deskwords.h"
#include "desk/privacy.h"
#include "desk/tlpgate.h"
#include "share/told.h"

struct notice_text {
	enum notice_role role;
	enum story_language lang;
	bool markdown;
	str tlp, pap;         /* as the registry has them */
	str notice, incident; /* ids */
	str org, contact;     /* who writes */
	str name;             /* to whom */
	str deadline;         /* time as the registry has it */
	struct told
		*told; /* what is told: for a victim of its hosts, else the addresses and names in its care */
	const struct privacy *privacy; /* of a victim's notice */
	uint32_t party;
};

void notice_subject(buf *b, const struct notice_text *n);
void notice_body(buf *b, const struct notice_text *n);
/* Text of the evidence inside of a line. */
void notice_evidence(buf *b, str s, bool markdown);

/* Leaves of t->indicator only what the party may read. */
void notice_indicators_keep(struct told *t, const struct privacy *p, uint32_t party);

#endif
