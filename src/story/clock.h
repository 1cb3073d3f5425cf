/* clock.h - how far the clock behind a log was off, from events that two logs tell of.
 *
 * An offset is "as logged minus true". It is estimated, never applied to what was logged: whoever compares times of
 * two hosts asks for it. Truth is the clock of the domain controllers, whose members follow them; without one it is
 * the middle of the largest group of hosts that have events in common. Whole hours (half hours where a log writes
 * no zone) are told apart from skew: they are a wrong zone. Thread rule: immutable once the story is built. */
#ifndef SPOOR_STORY_CLOCK_H
#define SPOOR_STORY_CLOCK_H

#include "util/arena.h"
#include "util/err.h"

/* Which clock: that of the host's system, or what one kind of log makes of it. */
enum clock_log { CLOCK_SYSTEM, CLOCK_WEB, CLOCK_LEASES, CLOCK_AGENT, CLOCK_LOGS };

struct clock_piece {
	int64_t from_ns, to_ns; /* of the samples, as logged */
	int64_t skew_ns;        /* without whole hours */
	int64_t zone_ns;        /* whole (or half) hours; 0: none */
	int64_t spread_ns;      /* half of the samples lie so near */
	uint32_t samples;
	bool dst; /* one hour, and it begins or ends where clocks are changed */
};

struct clock_node {
	uint32_t host;
	enum clock_log log;
	bool anchor;      /* taken for true */
	bool implausible; /* more than five minutes off, though Kerberos accepted the host: look at it */
	const struct clock_piece *pieces;
	uint32_t npieces;
	uint32_t samples;
};

struct clock_model;

/* Of the host's system clock at a time as logged: skew and whole hours. 0 if nothing is known; *ret_spread_ns
 * (NULL allowed) is then -1. */
int64_t clock_offset(const struct clock_model *m, uint32_t host, int64_t ns, int64_t *ret_spread_ns);
int64_t clock_log_offset(const struct clock_model *m, uint32_t host, enum clock_log log, int64_t ns,
			 int64_t *ret_spread_ns);

/* All that samples speak of, by host and log. */
const struct clock_node *clock_nodes(const struct clock_model *m, size_t *ret_n);
const char *clock_log_name(enum clock_log log);

/* --- building -------------------------------------------------------------------------------- */

int clock_new(struct clock_model **ret, err *e);
void clock_free(struct clock_model *m);
/* Two logs saw one event: host a at a_ns, host b at b_ns. False: behind a ceiling. */
bool clock_sample(struct clock_model *m, uint32_t a, enum clock_log a_log, int64_t a_ns, uint32_t b,
		  enum clock_log b_log, int64_t b_ns);
/* anchor[host]: a domain controller. kerberos[host]: its machine account was authenticated. */
int clock_settle(struct clock_model *m, const bool *anchor, const bool *kerberos, uint32_t nhosts, err *e);

#endif
