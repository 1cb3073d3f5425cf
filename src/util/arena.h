/* arena.h - memory that is given back all at once.
 *
 * Three lifetimes cover most code: per record (arena_clear by whoever drives the reader), per file,
 * per case. An arena has a ceiling; past it every allocation answers NULL, as does the system when it
 * has no memory: callers report ERR_LIMIT or ERR_OOM. A -Darena_debug build gives each allocation its
 * own malloc so that the sanitizers see overruns. Thread rule: one thread per arena. */
#ifndef SPOOR_UTIL_ARENA_H
#define SPOOR_UTIL_ARENA_H

#include <stddef.h>

#include "util/str.h"

struct arena_block;

typedef struct arena {
	struct arena_block *head; /* newest block */
	size_t used_bytes;        /* handed out since the last clear */
	size_t max_bytes;         /* ceiling of used_bytes */
} arena;

/* max_bytes: ceiling, with its reason in limits.h. Allocates nothing yet. */
void arena_init(arena *a, size_t max_bytes);

/* Forget everything handed out, keep one block for reuse. */
void arena_clear(arena *a);

/* Give everything back. NULL and a zeroed arena are fine. */
void arena_done(arena *a);

/* A point to return to: arena_rewind() gives back everything handed out since. */
struct arena_mark {
	struct arena_block *head;
	size_t block_used, used_bytes;
};

struct arena_mark arena_mark(const arena *a);
void arena_rewind(arena *a, struct arena_mark mark);

/* Zeroed memory aligned to 16 bytes, valid until clear or done; NULL past the ceiling. */
void *arena_alloc(arena *a, size_t len) __attribute__((malloc, alloc_size(2)));

/* As arena_alloc() for n objects of `size` bytes; NULL if the product overflows. */
void *arena_array(arena *a, size_t n, size_t size) __attribute__((malloc, alloc_size(2, 3)));

/* A NUL-terminated copy. ptr NULL if there is no memory; an empty string has ptr set. */
str arena_str(arena *a, str s);

/* printf into the arena; ptr NULL if there is no memory. */
str arena_printf(arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
