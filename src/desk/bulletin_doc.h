/* bulletin_doc.h - a bulletin as a document. Thread rule: one owner. */
#ifndef SPOOR_DESK_BULLETIN_DOC_H
#define SPOOR_DESK_BULLETIN_DOC_H

#include "desk/bulletin.h"
#include "desk/deskdoc.h"

/* deskdoc_done() in any case. */
int bulletin_doc(struct deskdoc *d, const struct bulletin *b, err *e);

#endif
