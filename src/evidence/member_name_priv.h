/* member_name_priv.h - how names inside containers are shown. Nothing here opens anything.
 * Thread rule: pure functions. */
#ifndef SPOOR_EVIDENCE_MEMBER_NAME_PRIV_H
#define SPOOR_EVIDENCE_MEMBER_NAME_PRIV_H

#include "util/buf.h"

/* Append a member's name for people: percent-decoded below uploads/ of a collector, control bytes,
 * direction marks and what is not UTF-8 as \xNN, cut at LIMIT_ARCHIVE_NAME. */
void member_name_show(buf *b, str raw);

/* Append the name of what a compressed file holds: "dir/x.log.gz" -> "x.log", "x.tgz" -> "x.tar". */
void member_name_inner(buf *b, str outer);

#endif
