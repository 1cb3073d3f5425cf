/* encode.h - the encodings of Sigma's modifiers, on bytes. Thread rule: pure functions. */
#ifndef SPOOR_SIGMA_ENCODE_H
#define SPOOR_SIGMA_ENCODE_H

#include "util/buf.h"

/* The characters of base64 text that depend on data alone when `before` (0, 1, 2) unknown bytes
 * modulo 3 stand before it, whatever follows. */
void encode_base64_offset(str data, unsigned before, buf *out);

/* UTF-16 of well-formed UTF-8. */
void encode_utf16(str text, bool big_endian, buf *out);

#endif
