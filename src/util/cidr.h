/* cidr.h - address networks. Thread rule: pure functions. */
#ifndef SPOOR_UTIL_CIDR_H
#define SPOOR_UTIL_CIDR_H

#include "util/err.h"
#include "util/str.h"

struct cidr {
	uint8_t addr[16];
	uint8_t len;  /* bytes: 4 or 16 */
	uint8_t bits; /* of the prefix */
};

/* "10.0.0.0/8", "fe80::/10", an address alone is one host. Bits behind the prefix must be zero: a
 * network written with host bits is more likely a slip than meant. ERR_CORRUPT else. */
int cidr_parse(str s, struct cidr *ret, err *e);

/* Is s a literal address in the network? An IPv4-mapped IPv6 address counts as IPv4 too. */
bool cidr_match(const struct cidr *net, str s);

#define CIDR_TEXT_MAX 48
/* The address, without the prefix's length; answers out. */
const char *cidr_address_text(const struct cidr *net, char out[CIDR_TEXT_MAX]);

#endif
