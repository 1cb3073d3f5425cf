/* redact.h - names of the victim replaced by stable pseudonyms, for a copy that may be given away.
 *
 * Hosts, accounts, own addresses, own domains and owners of the case are words that are looked for in every text: also inside of
 * commands, paths and addresses of mail. A word gives way to "host-3f9a1c": the kind and a piece of HMAC-SHA-256 of the word
 * under the key, so the same key gives the same pseudonyms in every report. What belongs to the intruders stays. Names that the
 * case does not know as such (of people in the text of a document, say) are not found: who shares reads the copy first.
 * Thread rule: a redactor does not change once made. */
#ifndef SPOOR_REPORT_REDACT_H
#define SPOOR_REPORT_REDACT_H

#include "store/store.h"
#include "story/story.h"

struct redactor;

int redactor_new(struct redactor **ret, struct store *s, const struct story *st, bytes key, err *e);
void redactor_free(struct redactor *r);

/* Append s with its words replaced. */
void redact_text(const struct redactor *r, str s, buf *out);
/* The same for a JSON text: strings are replaced, names of members are not. */
void redact_json(const struct redactor *r, str s, buf *out);
/* "pseudonym,word" lines, CSV: for who may see it. */
void redactor_map(const struct redactor *r, buf *out);

#endif
