/* base64.h - RFC 4648 section 4, with padding. Thread rule: pure functions. */
#ifndef SPOOR_UTIL_BASE64_H
#define SPOOR_UTIL_BASE64_H

#include "util/buf.h"

/* Append the text of data. A text in pieces is the whole one if each piece but the last is a multiple of three bytes. */
void base64_add(buf *out, bytes data);

#endif
