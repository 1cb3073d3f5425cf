/* contacts.h - the contacts that a registry knows: imported from files, found by longest prefix and longest suffix.
 *
 * Nothing is asked of the network. What was seen last counts more; older ones stay and are told with their age.
 * Thread rule: as the registry. */
#ifndef SPOOR_DESK_CONTACTS_H
#define SPOOR_DESK_CONTACTS_H

#include "desk/contact.h"
#include "desk/deskdb.h"
#include "util/arena.h"

enum contacts_format { CONTACTS_CSV, CONTACTS_RDAP, CONTACTS_WHOIS };

/* What the text looks like. */
enum contacts_format contacts_format_of(str text);
/* Keep the contacts of a text; source: its name. Inside of a transaction: all or nothing. *ret_new: rows that were not there or
 * have become younger. */
int contacts_import(struct desk *d, enum contacts_format format, str text, str source,
		    struct contact_counts *n, uint64_t *ret_new, err *e);

/* Contacts of a key, best first: the longest prefix or suffix, of those the last seen. kind: NULL: any. Strings are valid
 * during the call; fn answers 1 to end, 0 for more. */
int contacts_each(struct desk *d, enum contact_scope scope, str key, const char *kind,
		  int (*fn)(void *ctx, const struct contact *c, err *e), void *ctx, err *e);

/* Whom to write to about an address or a name, in order: who runs it, who registered it, the national team of its country
 * (of the contact that was found, else `country`). */
enum contact_step { STEP_HOSTER, STEP_REGISTRAR, STEP_NATIONAL, CONTACT_STEPS };
const char *contact_step_name(enum contact_step s); /* the kind: "hoster" "registrar" "national-cert" */

struct contact_way {
	str target;  /* address or name */
	str asn;     /* of the address: "AS64500"; empty: not known */
	str country; /* as the case knows; empty: not known */
};
/* The first contact that is known from step `from` on. 1: *ret (strings in mem) and *ret_step; 0: none. */
int contacts_for(struct desk *d, const struct contact_way *w, enum contact_step from, struct contact *ret,
		 enum contact_step *ret_step, arena *mem, err *e);

#endif
