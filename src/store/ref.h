/* ref.h - the written form of an event reference, the same everywhere: "sha256:offset:record".
 *
 * The hash is that of the evidence item's content in lower-case hex, offset and record are decimal. An
 * item that was not hashed is written "item<number>". What people type may shorten the hash to 8 digits
 * or more. Thread rule: pure functions. */
#ifndef SPOOR_STORE_REF_H
#define SPOOR_STORE_REF_H

#include "event/event.h"
#include "util/sha256.h"

#define REF_TEXT_MAX (SHA256_HEX_LEN + 2 * 21 + 1)
#define REF_HASH_MIN 8

struct ref_text {
	char hash[SHA256_HEX_LEN + 1]; /* lower-case, perhaps shortened; empty with `item` */
	uint32_t item;                 /* if hash is empty */
	uint64_t offset, record;
};

/* sha256: NULL for an item without. Answers the length; out is NUL-terminated. */
size_t event_ref_text(const uint8_t *sha256, const struct event_ref *ref, char out[REF_TEXT_MAX]);

/* False, and *ret untouched, for anything else. */
bool event_ref_parse(str s, struct ref_text *ret);

/* Does the item with this hash (NULL: none) and number carry the parsed name? */
bool event_ref_names(const struct ref_text *ref, const uint8_t *sha256, uint32_t item);

#endif
