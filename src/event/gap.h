/* gap.h - what could not be read, is missing, or was limited: a fact of the case, never silence.
 * Thread rule: plain data. */
#ifndef SPOOR_EVENT_GAP_H
#define SPOOR_EVENT_GAP_H

#include <stdint.h>

enum gap_kind {
	GAP_UNREADABLE,  /* the item could not be opened or read at all */
	GAP_UNKNOWN,     /* the content matches no format we read */
	GAP_UNSUPPORTED, /* known format, variant that we do not read */
	GAP_DAMAGED,     /* bytes that contradict the format: `lost` records or parts of them */
	GAP_TRUNCATED,   /* the item ends in the middle of something */
	GAP_CHECKSUM,    /* a checksum is wrong, the content was read all the same */
	GAP_LIMIT,       /* a ceiling of limits.h stopped us */
	GAP_MISSING,     /* record ids jump: records were lost, cleared or overwritten */
	GAP_CHANGED,     /* the evidence changed while it was read */
	GAP_WORKER,      /* the worker process died on it */
	GAP_SKIPPED,     /* not read on purpose: link, device, socket, encrypted member */
	GAP_ASSUMED, /* nothing is lost: what the evidence does not say (zone, year, code page) was assumed */
	GAP_KINDS
};

#define GAP_TEXT_MAX 200

struct gap {
	enum gap_kind kind;
	uint32_t item;    /* evidence item */
	uint64_t from;    /* byte range in the item's content, [from, to) ... */
	uint64_t to;      /* ... or record ids for GAP_MISSING, first and last missing */
	uint64_t lost;    /* records known to be lost; 0 if nobody can tell */
	int64_t first_ns; /* time range that it concerns, TIME_NONE if unknown */
	int64_t last_ns;
	char text[GAP_TEXT_MAX]; /* reason, for people; from our own wording plus numbers */
};

/* Stable lower-case word: "damaged". Used in JSON, the case and reports. */
const char *gap_kind_name(enum gap_kind kind);

/* Fill *g with kind, range and text; times become TIME_NONE, item and lost 0. */
void gap_set(struct gap *g, enum gap_kind kind, uint64_t from, uint64_t to, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));

#endif
