/* rng.h - random numbers that are the same everywhere: xoshiro256** seeded by SplitMix64.
 *
 * Each part of the world draws from its own stream, named by a label, so that adding a behaviour does
 * not change what the others draw. Thread rule: one owner per stream. */
#ifndef SPOOR_RANGE_RNG_H
#define SPOOR_RANGE_RNG_H

#include <stdint.h>

struct rng {
	uint64_t s[4];
};

/* The stream `label`, `index` of a seed. */
struct rng rng_stream(uint64_t seed, const char *label, uint64_t index);
uint64_t rng_next(struct rng *r);
/* 0..n-1; n > 0. */
uint32_t rng_below(struct rng *r, uint32_t n);
/* from..to, both included. */
int64_t rng_between(struct rng *r, int64_t from, int64_t to);
/* True in `percent` of 100 cases. */
int rng_chance(struct rng *r, uint32_t percent);

#endif
