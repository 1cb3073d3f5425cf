/* contact.h - whom to write to about an address, a name, a network or a country: what files say of it.
 *
 * Readers take a text and tell one contact at a time; they keep nothing and look nothing up. What is no address or no mail
 * address is passed over and counted. Thread rule: pure functions. */
#ifndef SPOOR_DESK_CONTACT_H
#define SPOOR_DESK_CONTACT_H

#include "util/buf.h"
#include "util/cidr.h"
#include "util/err.h"

enum contact_scope { CONTACT_PREFIX, CONTACT_DOMAIN, CONTACT_ASN, CONTACT_COUNTRY, CONTACT_SCOPES };
const char *contact_scope_name(enum contact_scope s); /* "prefix" "domain" "asn" "country" */

#define CONTACT_BOUND 17 /* 4 or 6, then the address; shorter ones have zeros behind */

struct contact {
	enum contact_scope scope;
	str key;                                      /* "192.0.2.0/24", "example.org", "AS64500", "NL" */
	uint8_t lo[CONTACT_BOUND], hi[CONTACT_BOUND]; /* of a prefix */
	str kind;                                     /* "owner" "hoster" "registrar" "national-cert" */
	str contact, name, country;
	str source;
	str seen; /* time as the registry has it; empty: not said */
};

struct contact_counts {
	uint64_t objects;   /* networks, names, ... with or without a contact */
	uint64_t told;      /* contacts */
	uint64_t bare;      /* objects without one */
	uint64_t malformed; /* addresses, names and mail addresses that are none */
};

/* The strings are valid during the call. -1 ends the reading. */
typedef int contact_fn(void *ctx, const struct contact *c, err *e);

/* RFC 9083: an object or an array of objects about networks, autonomous systems, domains. */
int rdap_read(str text, contact_fn *fn, void *ctx, struct contact_counts *n, err *e);
/* Answers of whois servers, one after another: RIPE, APNIC, AFRINIC, LACNIC, ARIN, registrars. */
int whois_read(str text, contact_fn *fn, void *ctx, struct contact_counts *n, err *e);
/* CSV: prefix, domain, asn or country (one of them), contact; name, kind, seen. Strict: ERR_CORRUPT with the line. */
int contact_csv_read(str text, contact_fn *fn, void *ctx, struct contact_counts *n, err *e);

/* Fill scope, key and bounds from text, the key into mem_key; false: it is none. A prefix is an address, a network or a range
 * ("192.0.2.0 - 192.0.2.255"). */
bool contact_key(struct contact *c, enum contact_scope scope, str text, buf *mem_key);
/* What text is by its look: address or network, "AS64500", else a domain. */
enum contact_scope contact_scope_of(str text);
/* Lower-case mail address; false: none. */
bool contact_mail(str text, buf *to);

#endif
