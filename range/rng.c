#include "rng.h"

static uint64_t splitmix(uint64_t *x)
{
	uint64_t z = *x += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

struct rng rng_stream(uint64_t seed, const char *label, uint64_t index)
{
	uint64_t x = seed;
	struct rng r;

	for (; *label; label++)
		x = (splitmix(&x) ^ (uint8_t)*label) * UINT64_C(0x100000001b3);
	x ^= index * UINT64_C(0xd6e8feb86659fd93);
	for (int i = 0; i < 4; i++)
		r.s[i] = splitmix(&x);
	return r;
}

static uint64_t rotl(uint64_t x, int k)
{
	return x << k | x >> (64 - k);
}

uint64_t rng_next(struct rng *r)
{
	uint64_t *s = r->s, result = rotl(s[1] * 5, 7) * 9, t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotl(s[3], 45);
	return result;
}

uint32_t rng_below(struct rng *r, uint32_t n)
{
	return (uint32_t)((rng_next(r) >> 32) * n >> 32);
}

int64_t rng_between(struct rng *r, int64_t from, int64_t to)
{
	uint64_t span = (uint64_t)(to - from) + 1;

	return from + (int64_t)(rng_next(r) % span);
}

int rng_chance(struct rng *r, uint32_t percent)
{
	return rng_below(r, 100) < percent;
}
