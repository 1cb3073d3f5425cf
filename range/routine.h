/* routine.h - ordinary life: what hosts and people do on any day, by role.
 *
 * Habits are a table: who, how often a day, at which hours, and what. Periodic ones (polls, scans, leases) have timers.
 * All of it is drawn from each host's own stream. Thread rule: the world's owner. */
#ifndef SPOOR_RANGE_ROUTINE_H
#define SPOOR_RANGE_ROUTINE_H

#include "world.h"

/* Live through [from, to), which lies within one hour. */
void routine_slice(struct world *w, int64_t from, int64_t to);

/* Is this desk in use at t? Its day of work as UTC where asked. */
bool desk_on(const struct world *w, uint32_t host, int64_t t);
bool desk_day(const struct world *w, uint32_t host, int64_t t, int64_t *ret_start, int64_t *ret_end);

/* Habits of administration and others that look like an intrusion, one round each at a host: routine_admin.c. */
void admin_round(struct world *w, uint32_t host, int64_t t);
void scan_host(struct world *w, uint32_t host, int64_t t);
void backup_run(struct world *w, uint32_t host, int64_t t);
void monitor_round(struct world *w, uint32_t host, int64_t t);
void build_job(struct world *w, uint32_t host, int64_t t);
void internet_noise(struct world *w, uint32_t host, int64_t t);

/* Habits of mail servers and their users: routine_mail.c. */
void mail_slice(struct world *w, int64_t from, int64_t to);

#endif
