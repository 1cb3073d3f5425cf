/* made_case.h - a case in a temporary folder, filled fact by fact. Thread rule: one thread. */
#ifndef SPOOR_TESTS_MADE_CASE_H
#define SPOOR_TESTS_MADE_CASE_H

#include "store/store.h"

#define MADE_T0 (INT64_C(1684294860) * NS_PER_S) /* 2023-05-17T03:41:00Z */

struct made_case {
	char dir[64];
	struct store *s;
	uint64_t offset; /* of the next made-up event */
};

void made_open(struct made_case *c);
void made_close(struct made_case *c); /* takes the files away too */

/* A fact at MADE_T0 + seconds: pairs of attribute and text, ended by -1. */
void made_fact(struct made_case *c, enum fact_kind kind, double seconds, uint64_t count, ...);

/* One with bytes, counted once. */
void made_bytes(struct made_case *c, enum fact_kind kind, double seconds, uint64_t octets, ...);

/* Coverage of a host's channel on the day of T0 + days. */
void made_coverage(struct made_case *c, const char *host, const char *channel, int days, uint64_t count);

void made_finding(struct made_case *c, const char *host, const char *title, enum finding_level level,
		  double seconds);

#endif
