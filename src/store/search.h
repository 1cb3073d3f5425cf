/* search.h - a text anywhere in the findings and facts of a case, in pieces that end in time.
 *
 * Findings first, then facts, each in the order they were stored; a piece ends with its rows or its time, and says where the
 * next one goes on. Facts that only count events per day (coverage) are not looked at. Letters of ASCII are equal in either case.
 * Thread rule: as the store. */
#ifndef SPOOR_STORE_SEARCH_H
#define SPOOR_STORE_SEARCH_H

#include "store/store.h"

struct store_query {
	str q;         /* not empty */
	str after;     /* store_found.next of the piece before; empty: from the start */
	uint64_t rows; /* at most so many */
	uint64_t ms;   /* at most so long */
};

struct store_hit {
	str kind; /* of the fact, or "finding" */
	int64_t time_ns;
	str host;
	str text; /* the value that holds it first, then others: "name: value; ..." */
	str ref;  /* of its first event; empty: none */
};

struct store_found {
	char next[32];      /* empty: that was all */
	bool out_of_time;   /* the piece ended early */
	uint64_t looked_at; /* rows */
};

/* Calls fn for each row that holds q; its strings are valid during the call. ERR_ARG: `after` is none of ours. */
int store_search(struct store *s, const struct store_query *q,
		 int (*fn)(void *, const struct store_hit *, err *), void *ctx, struct store_found *ret,
		 err *e);

#endif
