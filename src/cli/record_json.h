/* record_json.h - one record as JSON. Thread rule: pure functions. */
#ifndef SPOOR_CLI_RECORD_JSON_H
#define SPOOR_CLI_RECORD_JSON_H

#include "cli/onerecord.h"

/* The record alone, in the shape of its format. */
void record_as_json(buf *out, const struct reader_ops *ops, const event *ev);

/* What a page shows of it: where it lies, its fields, its JSON and bytes as text. The object is left open: record_json_end()
 * adds the neighbours, which are known later, and closes it. */
void record_json_begin(buf *out, const struct record_seen *seen, const event *ev);
void record_json_end(buf *out, const struct record_target *t);

#endif
