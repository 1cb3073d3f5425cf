/* vec.h - a typed growable array with a ceiling.
 *
 *	VEC(struct host) hosts = { 0 };
 *	struct host *h = VEC_PUSH(&hosts, LIMIT_HOSTS);   (NULL past the ceiling or without memory)
 *	VEC_DONE(&hosts);
 *
 * Elements move when the array grows: hold indices, not pointers. Thread rule: one owner. */
#ifndef SPOOR_UTIL_VEC_H
#define SPOOR_UTIL_VEC_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define VEC(type)                                                                                            \
	struct {                                                                                             \
		type *at;                                                                                    \
		size_t len, cap;                                                                             \
	}

/* Room for one more element; used by the macro below. */
bool vec_grow(void **at, size_t len, size_t *cap, size_t elem_size, size_t max);

/* A new zeroed last element, or NULL. */
#define VEC_PUSH(v, max)                                                                                     \
	((v)->len < (v)->cap || vec_grow((void **)&(v)->at, (v)->len, &(v)->cap, sizeof *(v)->at, (max))     \
		 ? memset(&(v)->at[(v)->len++], 0, sizeof *(v)->at)                                          \
		 : NULL)

#define VEC_DONE(v) vec_free((void **)&(v)->at, &(v)->len, &(v)->cap)
void vec_free(void **at, size_t *len, size_t *cap);

#endif
