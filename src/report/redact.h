/* redact.h - names of the victim replaced by stable pseudonyms, for a copy that may be given away.
 *
 * Hosts, accounts, mailboxes, own addresses and domains, parties: wherever they stand in a text, also inside of commands, paths,
 * addresses of the web and base64. A name gives way to "host-3f9a1c04d2": the kind and 40 bits of HMAC-SHA-256 of kind and name in
 * lower case under the key, so the same key gives the same pseudonyms in every report, and without it nobody finds a name by
 * trying. What was found outside stays. docs/report.md says what is found and what is not: who shares reads the copy first.
 * Thread rule: one owner; a redactor remembers what it met. */
#ifndef SPOOR_REPORT_REDACT_H
#define SPOOR_REPORT_REDACT_H

#include "store/store.h"
#include "story/story.h"

struct redactor;

/* Learn the victim's names from a story and the facts behind it. key is borrowed and must live as long. */
int redactor_new(struct redactor **ret, struct store *s, const struct story *st, bytes key, err *e);
void redactor_free(struct redactor *r);

/* Append s with every name of the victim replaced. Without memory out->failed is set: nothing of s may then be shown. */
void redact_text(struct redactor *r, str s, buf *out);
/* The same for whole lines of a JSON text: strings are replaced; names of members, and words that spoor chooses itself, are not. */
void redact_json(struct redactor *r, str s, buf *out);
/* All names that are known, and what was met besides: CSV with pseudonym, kind, name. For who may see it. */
void redactor_map(const struct redactor *r, buf *out);

#endif
