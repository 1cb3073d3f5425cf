#include "util/arena.h"

#include <stdarg.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>

enum { ALIGN = 16, BLOCK_MIN = 16 * 1024, BLOCK_MAX = 1024 * 1024 };

struct arena_block {
	struct arena_block *prev;
	size_t cap, used;
	alignas(ALIGN) unsigned char data[];
};

void arena_init(arena *a, size_t max_bytes)
{
	*a = (arena){ .max_bytes = max_bytes };
}

static void blocks_free(struct arena_block *b)
{
	while (b) {
		struct arena_block *prev = b->prev;

		free(b);
		b = prev;
	}
}

void arena_clear(arena *a)
{
	if (a->head) {
#ifdef SPOOR_ARENA_DEBUG
		blocks_free(a->head);
		a->head = NULL;
#else
		blocks_free(a->head->prev);
		a->head->prev = NULL;
		a->head->used = 0;
#endif
	}
	a->used_bytes = 0;
}

void arena_done(arena *a)
{
	if (!a)
		return;
	blocks_free(a->head);
	a->head = NULL;
	a->used_bytes = 0;
}

struct arena_mark arena_mark(const arena *a)
{
	return (struct arena_mark){ a->head, a->head ? a->head->used : 0, a->used_bytes };
}

void arena_rewind(arena *a, struct arena_mark mark)
{
	while (a->head != mark.head) {
		struct arena_block *prev = a->head->prev;

		free(a->head);
		a->head = prev;
	}
	if (a->head)
		a->head->used = mark.block_used;
	a->used_bytes = mark.used_bytes;
}

static struct arena_block *block_new(arena *a, size_t need)
{
	struct arena_block *b;
	size_t cap = a->head ? a->head->cap * 2 : BLOCK_MIN;

	if (cap > BLOCK_MAX)
		cap = BLOCK_MAX;
#ifdef SPOOR_ARENA_DEBUG
	cap = need;
#endif
	if (cap < need)
		cap = need;
	b = malloc(sizeof *b + cap);
	if (!b)
		return NULL;
	*b = (struct arena_block){ .prev = a->head, .cap = cap };
	a->head = b;
	return b;
}

void *arena_alloc(arena *a, size_t len)
{
	struct arena_block *b = a->head;
	size_t need = (len + ALIGN - 1) & ~(size_t)(ALIGN - 1);
	void *p;

	if (need < len || need > a->max_bytes || a->used_bytes > a->max_bytes - need)
		return NULL;
#ifdef SPOOR_ARENA_DEBUG
	need = len;
	b = NULL;
#endif
	if (!b || b->cap - b->used < need) {
		b = block_new(a, need ? need : 1);
		if (!b)
			return NULL;
	}
	p = b->data + b->used;
	b->used += need;
	a->used_bytes += need;
	return memset(p, 0, len);
}

void *arena_array(arena *a, size_t n, size_t size)
{
	size_t len;

	return __builtin_mul_overflow(n, size, &len) ? NULL : arena_alloc(a, len);
}

str arena_str(arena *a, str s)
{
	char *p = s.len < SIZE_MAX ? arena_alloc(a, s.len + 1) : NULL;

	if (!p)
		return (str){ 0 };
	if (s.len)
		memcpy(p, s.ptr, s.len);
	return (str){ p, s.len };
}

str arena_printf(arena *a, const char *fmt, ...)
{
	va_list ap;
	char *p;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	p = n < 0 ? NULL : arena_alloc(a, (size_t)n + 1);
	if (!p)
		return (str){ 0 };
	va_start(ap, fmt);
	vsnprintf(p, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return (str){ p, (size_t)n };
}
