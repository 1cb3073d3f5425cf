/* identity.h - which host an address was at a moment, and how sure that is.
 *
 * An address belongs to a host from one time to another. What says so (a lease, a logon of the machine account, the
 * host's own log...) is its basis; where several hosts are claimed for the same moment the answer is a set with
 * weights. Two hosts are never taken for one because they had the same address. Nothing is looked up outside the
 * evidence. Thread rule: immutable once the story is built. */
#ifndef SPOOR_STORY_IDENTITY_H
#define SPOOR_STORY_IDENTITY_H

#include "facts/fact.h"
#include "util/arena.h"

struct case_file;

/* Why an address is taken for a host. */
enum story_basis {
	BASIS_DECLARED,        /* case.yaml says so */
	BASIS_OWN_CONNECTION,  /* the host's own log names it as its side of a connection */
	BASIS_OWN_SERVER,      /* the log of a server on the host names it as the server's address */
	BASIS_MACHINE_ACCOUNT, /* the host's machine account was authenticated from it */
	BASIS_LEASE,           /* a DHCP server gave it to the host */
	BASIS_INVENTORY,       /* an inventory lists it for the host */
	BASIS_WORKSTATION,     /* a logon came from it with that workstation name, as the client gave it */
	BASIS_VPN,             /* given to an account over VPN, and this is the host that the account uses */
	BASIS_RESOLVED_NAME,   /* another host resolved it to that name */
	BASES
};

/* What an address may be beside the address of one host. */
enum {
	ADDRESS_SHARED = 1, /* of several hosts at the same time: NAT, balancer, proxy */
	ADDRESS_POOL = 2,   /* of a VPN pool: one after another, seconds apart */
	ADDRESS_LEASED = 4, /* a DHCP server gives it away */
	ADDRESS_MOVES = 8,  /* in the same /24 as one that is: nobody's for long */
};

struct identity_interval {
	str ip;
	uint32_t host;
	enum story_basis basis; /* the strongest */
	uint32_t bases;         /* all of them, a bit each */
	int64_t from_ns, to_ns; /* seen so */
	int64_t until_ns;       /* to_ns and what the lease adds */
	uint64_t count;
	struct event_ref refs[FACT_REFS];
	uint32_t nrefs;
};

struct identity_share {
	uint32_t host;
	double weight; /* 0..1: what speaks for it; all shares and the unknown rest make 1 */
	enum story_basis basis;
	bool shared; /* the address is of several hosts at the same time: no host may be blamed alone */
	bool pooled; /* of a VPN pool */
	bool near;   /* nothing speaks of this very moment: taken from before or after */
};

struct identity;

/* Who had the address at ns (TIME_NONE: ever), the likeliest first, at most max. 0: nobody known. */
size_t identity_at(const struct identity *id, str ip, int64_t ns, struct identity_share *out, size_t max);

/* ADDRESS_ bits. */
unsigned identity_flags(const struct identity *id, str ip);

/* Inside the organisation: private, link-local or unique local, of a declared prefix, or own address of a host with
 * logs. */
bool identity_is_internal(const struct identity *id, str ip);

/* Loopback, unspecified, link-local, multicast: never the address of another host. */
bool address_is_local(str ip);

/* All intervals, by address and time; those of one host, by time. */
const struct identity_interval *identity_intervals(const struct identity *id, size_t *ret_n);
size_t identity_host_addresses(const struct identity *id, uint32_t host,
			       const struct identity_interval *const **ret);

/* Inside addresses that stood behind an outside one in the hour of ns, at most max. */
size_t identity_behind(const struct identity *id, str nat_ip, int64_t ns, str *out, size_t max);

/* --- building -------------------------------------------------------------------------------- */

struct identity_claim {
	str ip; /* copied */
	uint32_t host;
	enum story_basis basis;
	int64_t from_ns, to_ns;
	int64_t until_ns; /* TIME_NONE: to_ns */
	uint64_t count;
	const struct event_ref *refs;
	uint32_t nrefs;
};

/* c may be NULL; it must outlive the identity. */
int identity_new(struct identity **ret, const struct case_file *c, err *e);
void identity_free(struct identity *id);
/* False: behind a ceiling of limits.h, not kept. */
bool identity_claim(struct identity *id, const struct identity_claim *c);
bool identity_mark(struct identity *id, str ip, unsigned flags);
bool identity_bind(struct identity *id, str inside, str nat_ip, int64_t from_ns, int64_t to_ns);
/* Claims into intervals; afterwards only questions. own[h]: the host has logs. */
int identity_settle(struct identity *id, const bool *own, uint32_t nhosts, err *e);

#endif
