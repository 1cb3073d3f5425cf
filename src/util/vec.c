#include "util/vec.h"

#include <stdlib.h>

bool vec_grow(void **at, size_t len, size_t *cap, size_t elem_size, size_t max)
{
	size_t want = *cap ? *cap * 2 : 8, n;
	void *p;

	if (len >= max)
		return false;
	if (want > max)
		want = max;
	if (__builtin_mul_overflow(want, elem_size, &n))
		return false;
	p = realloc(*at, n);
	if (!p)
		return false;
	*at = p;
	*cap = want;
	return true;
}

void vec_free(void **at, size_t *len, size_t *cap)
{
	free(*at);
	*at = NULL;
	*len = *cap = 0;
}
