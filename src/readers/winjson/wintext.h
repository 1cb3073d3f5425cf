/* wintext.h - a Windows event inside a text of a JSON object: XML, or Splunk's classic key=value lines.
 * Thread rule: pure but for the memory of its caller. */
#ifndef SPOOR_READERS_WINJSON_WINTEXT_H
#define SPOOR_READERS_WINJSON_WINTEXT_H

#include "readers/json/flat.h"

/* flat_text: add the leaves of f->inner_text. */
bool wintext_flat(struct flat *f);

#endif
