/* ranks.h - a bag of numbers that answers which one is the k-th smallest, for medians of sliding
 * windows: a treap whose priorities evidence cannot foresee. Thread rule: one owner. */
#ifndef SPOOR_DETECT_RANKS_H
#define SPOOR_DETECT_RANKS_H

#include "util/number.h"
#include "util/vec.h"

struct rank_node {
	int128 key;
	uint64_t priority;
	uint32_t left, right; /* 0: none */
	uint32_t count;       /* of this number */
	uint32_t size;        /* of the subtree */
};

struct ranks {
	VEC(struct rank_node) nodes; /* [0] is nobody */
	uint32_t root, free;         /* free: a list by way of `left` */
	uint64_t made;
};

void ranks_clear(struct ranks *r);
void ranks_done(struct ranks *r);

/* False without memory. */
bool ranks_add(struct ranks *r, int128 key);
/* Take one away that was added. */
void ranks_remove(struct ranks *r, int128 key);

uint32_t ranks_len(const struct ranks *r);
/* k < ranks_len(), from 0. */
int128 ranks_at(const struct ranks *r, uint32_t k);

#endif
