/* trace_priv.h - tables of facts while they are filled: trace_net.c has who came and called, trace_host.c what
 * happened on hosts and what servers gave. */
#ifndef SPOOR_STORY_TRACE_PRIV_H
#define SPOOR_STORY_TRACE_PRIV_H

#include "story/trace.h"
#include "util/limits.h"
#include "util/times.h"

/* Keys of one table are apart from those of others. */
enum {
	KEY_CONTACT,
	KEY_ACCESS,
	KEY_INSTALL,
	KEY_PROGRAM,
	KEY_WRITTEN,
	KEY_SERVED,
	KEY_REQUEST,
	KEY_MAIL,
	KEY_NAME,
	KEY_INBOUND,
	KEY_INNER,
	TRACE_TABLES
};

_Static_assert((int)TRACE_TABLES == (int)TRACE_MAPS, "a map of keys per table");

/* The number of the row with this key in a table of `len` rows: len itself if it is new. False past a
 * ceiling, which is counted. */
bool row_of(struct trace *t, int table, const void *key, size_t n, size_t len, uint32_t *ret);
void span_widen(struct span *s, const struct fact *f);

/* A row of table `vec`, made if it is new: evaluates to a pointer or NULL. */
#define ROW(t, table, vec, key)                                                                              \
	(row_of((t), (table), (key), sizeof(key), (t)->vec.len, &row_)                                       \
		 ? (row_ < (t)->vec.len ? &(t)->vec.at[row_] : VEC_PUSH(&(t)->vec, LIMIT_TRACE_ROWS))        \
		 : NULL)

int trace_lookup(void *ctx, const struct fact *f, err *e);
int trace_connection(void *ctx, const struct fact *f, err *e);
int trace_proxy(void *ctx, const struct fact *f, err *e);
int trace_reply(void *ctx, const struct fact *f, err *e);
int trace_logon(void *ctx, const struct fact *f, err *e);
int trace_explicit(void *ctx, const struct fact *f, err *e);
int trace_session(void *ctx, const struct fact *f, err *e);
int trace_share(void *ctx, const struct fact *f, err *e);
int trace_service(void *ctx, const struct fact *f, err *e);
int trace_task(void *ctx, const struct fact *f, err *e);
int trace_module(void *ctx, const struct fact *f, err *e);
int trace_start(void *ctx, const struct fact *f, err *e);
int trace_write(void *ctx, const struct fact *f, err *e);
int trace_served(void *ctx, const struct fact *f, err *e);
int trace_request(void *ctx, const struct fact *f, err *e);
int trace_mail(void *ctx, const struct fact *f, err *e);

/* Requests of servers behind others, once all are there: balancer.c. */
void trace_fronts(struct trace *t);

#endif
