/* jsonshim.h - simdjson's structural index behind a C face.
 *
 * The index lists where each token of a JSON text starts: { } [ ] : , the opening quote of a string, the
 * first byte of a number or literal. Making it also proves that the text is UTF-8, that no string holds a
 * raw control character and that every string is closed. Nothing is converted: numbers of any size stay
 * text, and a damaged text can be walked as far as it is sound.
 *
 * The library picks its kernel at run time (AVX-512, AVX2, SSE4.2, portable), which its on-demand
 * interface, being compiled into the caller, cannot do on a generic x86-64 build; its DOM interface
 * refuses numbers outside 64 bits. Thread rule: one owner. */
#ifndef SPOOR_READERS_JSON_JSONSHIM_H
#define SPOOR_READERS_JSON_JSONSHIM_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct jsonshim;

enum jsonshim_result {
	JSONSHIM_OK,
	JSONSHIM_EMPTY,   /* nothing but white space */
	JSONSHIM_CONTROL, /* a raw control character inside a string */
	JSONSHIM_UTF8,    /* not UTF-8 */
	JSONSHIM_OPEN,    /* the last string is not closed */
	JSONSHIM_OOM,
};

/* NULL without memory. */
struct jsonshim *jsonshim_new(void);
void jsonshim_free(struct jsonshim *s);

/* Index p[0..len), len below 4 GiB. *ret_at holds *ret_n ascending offsets, valid until the next call.
 * Reads no byte outside the text. */
enum jsonshim_result jsonshim_index(struct jsonshim *s, const uint8_t *p, size_t len, const uint32_t **ret_at,
				    size_t *ret_n);

#ifdef __cplusplus
}
#endif

#endif
