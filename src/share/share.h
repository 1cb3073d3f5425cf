/* share.h - a case in the formats in which others exchange such things.
 *
 * Everything comes from the case: the same case and options give the same bytes; ids depend on the evidence, so that sharing
 * twice updates instead of doubling. Text of the evidence is escaped as each format asks, formulas of spreadsheets are
 * neutralised. Thread rule: as the story. */
#ifndef SPOOR_SHARE_SHARE_H
#define SPOOR_SHARE_SHARE_H

#include "share/told.h"
#include "util/buf.h"

enum tlp { TLP_CLEAR, TLP_GREEN, TLP_AMBER, TLP_AMBER_STRICT, TLP_RED, TLPS };

const char *tlp_name(enum tlp t);        /* "TLP:AMBER+STRICT" */
bool tlp_named(str name, enum tlp *ret); /* with or without "TLP:", any case */

struct share_options {
	enum tlp tlp;
	str producer; /* who shares; empty: "CSIRT" */
	str contact;  /* mail address of who shares, as share_contact_ok() likes it; empty: not given */
	enum story_language language; /* of sentences */
	bool hosts;                   /* name the hosts of the victim, too */
	bool defang;                  /* in what people read: 192.0.2[.]1 */
};

struct share_format {
	const char *name, *file, *what; /* "stix", "stix.json", "STIX 2.1 bundle" */
	void (*write)(buf *out, struct told *t, const struct share_options *o);
	/* What the format must have and is not there, as the end of a sentence; NULL: nothing, as without the function. */
	const char *(*lacks)(const struct told *t, const struct share_options *o);
};

/* All formats; ends with a zeroed one. */
extern const struct share_format SHARE_FORMATS[];

/* What the formats share: "2024-04-18T02:13:58.112Z", milliseconds as STIX asks; 1970 for TIME_NONE. */
void share_time(buf *b, int64_t ns);
/* "2024-04-18T02:13:58Z" as a member of a JSON object; nothing for TIME_NONE. */
void share_time_member(buf *b, const char *key, int64_t ns);
/* NAME@DOMAIN of plain characters? */
bool share_contact_ok(str mail);
str share_contact_domain(str mail);
/* The value as people should read it: not to be clicked if that was asked for. */
void share_readable(buf *b, const struct told_indicator *x, const struct share_options *o);
/* A path; the name of a user's folder in it only where the victim's hosts may be named, too. */
void share_path(buf *b, str path, const struct share_options *o);
/* Text of the evidence as other formats than JSON can hold it: well-formed UTF-8 (other bytes as \xNN), without control
 * characters and marks that turn the direction of writing. Quotes and the like are the format's to escape. */
void share_text(buf *b, str s);
/* Addresses and names: nothing in them but what those are made of. */
bool share_is_plain(str s);
/* Who shares, never empty. */
str share_producer(const struct share_options *o);
/* "tlp:amber+strict" */
void share_tlp_tag(buf *b, enum tlp t);

struct share_tactic {
	const char *phase;                 /* as the story says */
	const char *id, *name, *shortname; /* in ATT&CK v19 */
};
/* NULL: none of ATT&CK. */
const struct share_tactic *share_tactic_of(const char *phase);

/* How an incident is called: "Suspected intrusion, first sign 2024-04-18 on APP01". */
void share_title(buf *b, const struct told *t);
/* A random-looking but constant id of something of this case, as in RFC 9562, version 5. */
#define UUID_TEXT 36
void share_uuid(const struct told *t, const char *kind, str what, char out[UUID_TEXT + 1]);
/* Version 5 in a name space of 16 bytes. */
void uuid5(const uint8_t space[16], str name, char out[UUID_TEXT + 1]);

void share_stix(buf *out, struct told *t, const struct share_options *o);
void share_misp(buf *out, struct told *t, const struct share_options *o);
void share_navigator(buf *out, struct told *t, const struct share_options *o);
void share_iodef(buf *out, struct told *t, const struct share_options *o);
void share_iodef_json(buf *out, struct told *t, const struct share_options *o);
void share_xarf(buf *out, struct told *t, const struct share_options *o);
void share_xarf3(buf *out, struct told *t, const struct share_options *o);
const char *share_xarf_lacks(const struct told *t, const struct share_options *o);
void share_csaf(buf *out, struct told *t, const struct share_options *o);
void share_csaf_advisory(buf *out, struct told *t, const struct share_options *o);
const char *share_csaf_lacks(const struct told *t, const struct share_options *o);
const char *share_csaf_advisory_lacks(const struct told *t, const struct share_options *o);
void share_ecs(buf *out, struct told *t, const struct share_options *o);
void share_ocsf(buf *out, struct told *t, const struct share_options *o);
void share_sarif(buf *out, struct told *t, const struct share_options *o);
void share_csv(buf *out, struct told *t, const struct share_options *o);
void share_timesketch(buf *out, struct told *t, const struct share_options *o);
void share_blocklist(buf *out, struct told *t, const struct share_options *o);
void share_hosts(buf *out, struct told *t, const struct share_options *o);
void share_ipset(buf *out, struct told *t, const struct share_options *o);
void share_rpz(buf *out, struct told *t, const struct share_options *o);
void share_nft(buf *out, struct told *t, const struct share_options *o);
void share_sigma(buf *out, struct told *t, const struct share_options *o);
void share_yara(buf *out, struct told *t, const struct share_options *o);

#endif
