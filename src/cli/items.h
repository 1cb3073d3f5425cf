/* items.h - paths and hashes of the evidence items that results refer to, by number.
 * Thread rule: one owner. */
#ifndef SPOOR_CLI_ITEMS_H
#define SPOOR_CLI_ITEMS_H

#include "store/store.h"
#include "util/arena.h"
#include "util/vec.h"

struct item_name {
	uint32_t id;
	str path;
	bool has_sha256;
	uint8_t sha256[SHA256_LEN];
};

struct items {
	VEC(struct item_name) at; /* by rising id */
	arena mem;
};

void items_init(struct items *items);
void items_done(struct items *items);
/* Ids must rise from call to call. */
int items_add(struct items *items, const struct store_item *it, err *e);
/* NULL if it is not there. */
const struct item_name *items_find(const struct items *items, uint32_t id);

/* The written form of a reference, as in store/ref.h. */
void items_ref(buf *b, const struct items *items, const struct event_ref *ref);

#endif
