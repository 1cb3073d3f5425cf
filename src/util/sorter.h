/* sorter.h - sort any number of records in bounded memory.
 *
 * A record is a key and a payload, both byte strings. Keys compare as memcmp does, a prefix first;
 * records with equal keys come out in the order they went in. Up to mem_bytes are held in memory;
 * beyond that sorted runs go to an unlinked temporary file and are merged on the way out.
 * Thread rule: one owner. */
#ifndef SPOOR_UTIL_SORTER_H
#define SPOOR_UTIL_SORTER_H

#include "util/buf.h"
#include "util/err.h"

struct sorter;

int sorter_new(struct sorter **ret, size_t mem_bytes, err *e);
void sorter_free(struct sorter *s);

/* Copies both. After sorter_next() nothing may be added. Key and payload: below 1 GiB each. */
int sorter_add(struct sorter *s, bytes key, bytes payload, err *e);

/* 1: the next record in order, views valid until the next call; 0: no more; -1: error. */
int sorter_next(struct sorter *s, bytes *ret_key, bytes *ret_payload, err *e);

/* Records added so far. */
uint64_t sorter_len(const struct sorter *s);
/* True once something went to disk. */
bool sorter_spilled(const struct sorter *s);

/* Key building: parts whose concatenation compares as the tuple of the parts does. */
void sorter_key_u64(buf *key, uint64_t v); /* 8 bytes, big-endian */
void sorter_key_i64(buf *key, int64_t v);  /* negative before positive */
void sorter_key_str(buf *key, str s);      /* any bytes; a prefix comes first */

#endif
