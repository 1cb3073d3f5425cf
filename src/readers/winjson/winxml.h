/* winxml.h - a Windows event written as XML inside a JSON text, to the structure that evtx_dump's JSON
 * would have. No document type, so no entity can be declared or expanded; elements, depth and text are
 * bounded. Thread rule: pure but for the memory of its caller. */
#ifndef SPOOR_READERS_WINJSON_WINXML_H
#define SPOOR_READERS_WINJSON_WINXML_H

#include "readers/json/flat.h"

/* Append the leaves of <Event> or <EventData> to f. False if the text is no such XML; f may then hold
 * leaves that its caller takes back. */
bool winxml_flat(struct flat *f, str text);

#endif
