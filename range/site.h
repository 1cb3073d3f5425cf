/* site.h - what differs from site to site: services other than Windows', software distribution, names that change,
 * what the directory knows of computers. Thread rule: the world's owner. */
#ifndef SPOOR_RANGE_SITE_H
#define SPOOR_RANGE_SITE_H

#include "world.h"

/* Before anything happens, when the bundle is known: products, and what will change on the way. */
void site_draw(struct world *w);
/* What the management client of a desk, if it has one, writes of a patch round's installation. */
void site_patch_log(struct world *w, uint32_t host, int64_t t, uint32_t round);
/* At the end: exports of the directory below DIR/evidence/directory. */
int site_write(const struct world *w, const char *dir, err *e);

#endif
