/* geo.h - country and network of addresses outside, from files in MaxMind's format that the analyst has: --geo FILE.
 *
 * What is found goes into the case, so that its story needs the files no more. Members that are read: country.iso_code,
 * else registered_country.iso_code; autonomous_system_number and _organization; is_anonymous_vpn, is_hosting_provider,
 * is_public_proxy, is_residential_proxy, is_tor_exit_node, at the top or below traits. Thread rule: the main thread. */
#ifndef SPOOR_CLI_GEO_H
#define SPOOR_CLI_GEO_H

#include "cli/command.h"
#include "store/store.h"

/* Look all addresses of the case up in the files of --geo. *ret: how many were found. Without the option nothing happens. */
int geo_fill(struct store *s, const struct cli_args *args, uint64_t *ret, err *e);

#endif
