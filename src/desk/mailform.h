/* mailform.h - a mail as it goes over the wire (RFC 5322, MIME), and the same notice for portals.
 *
 * Nothing of the evidence reaches a header but in an encoded word; addresses are plain; bodies and attachments are base64. So a
 * notice cannot add a header, a recipient or a part. Thread rule: pure functions. */
#ifndef SPOOR_DESK_MAILFORM_H
#define SPOOR_DESK_MAILFORM_H

#include "desk/notices.h"

struct mail_form {
	str org, from; /* who writes */
	str to;
	str message_id;  /* with its brackets */
	str in_reply_to; /* the same of the first mail of the notice; empty: it is the first */
	int64_t date_ns;
	str kind; /* of the mail; empty: "first" */
	const struct notice *notice;
	str first_sent; /* when the first mail was sent, as the registry has it; for reminders */
};

/* ERR_ARG for an address that is none. */
int mail_write(buf *out, const struct mail_form *f, err *e);
/* One JSON object: who, about what, until when, text, reports, indicators. */
void portal_write(buf *out, const struct mail_form *f);
/* A header's text: as it is where that is plain ASCII, else encoded words (RFC 2047), folded. column: bytes before it. */
void mail_header_text(buf *out, str text, size_t column);

#endif
