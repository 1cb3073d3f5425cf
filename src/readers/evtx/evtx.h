/* evtx.h - Windows XML event log: reader and its native JSON form.
 *
 * The reader (reader_evtx, see readers/readers.h) walks chunks, not the file header's counts, verifies
 * checksums and reads on where they are wrong, and carves records out of slack and damaged blocks
 * (EVENT_RECOVERED). Template definitions are reduced to a canonical token stream, compiled once per
 * distinct content and shared by all chunks, so a record costs a walk over its value descriptors.
 * Source: formats.md section 1; [MS-EVEN6]. Thread rule: one reader per thread. */
#ifndef SPOOR_READERS_EVTX_EVTX_H
#define SPOOR_READERS_EVTX_EVTX_H

#include "event/event.h"
#include "util/buf.h"

/* Append one event of reader_evtx as a JSON object in the shape of `evtx_dump -o jsonl`, no newline.
 * Values: numbers and booleans are JSON's own, times have microseconds, hex and binary are text.
 * False (nothing appended) without memory. */
bool evtx_render_json(buf *out, const event *ev);

#endif
