/* inventory.h - what an analyst is given beside the logs: assets, and the geography of invented networks.
 *
 * The documentation blocks are split into eighths, each with a fictional country (XA to XH) and network number.
 * Thread rule: reads the world. */
#ifndef SPOOR_RANGE_INVENTORY_H
#define SPOOR_RANGE_INVENTORY_H

#include "world.h"

/* DIR/evidence/inventory.csv and DIR/geo_asn.csv. */
int inventory_write(const struct world *w, const char *dir, err *e);

unsigned geo_asn(uint32_t ip);
char geo_country(uint32_t ip);

#endif
