/* winev.h - one Windows event, built field by field in the order of its definition.
 *
 *	if (ev_begin(w, host, D_SERVICE_NEW, t)) {
 *		ev_z(w, "ServiceName", name);
 *		ev_end(w);
 *	}
 *
 * Fields not given have the type's zero ("-" for texts). A field that the definition does not have, or not behind the
 * last one, is our mistake and fails the run. Thread rule: the world's owner. */
#ifndef SPOOR_RANGE_WINEV_H
#define SPOOR_RANGE_WINEV_H

#include "world.h"

/* False: this host does not log that. */
bool ev_begin(struct world *w, uint32_t host, enum def_id def, int64_t t);
void ev_end(struct world *w);

void ev_z(struct world *w, const char *field, const char *text);
void ev_f(struct world *w, const char *field, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void ev_n(struct world *w, const char *field, uint64_t number);
void ev_ip(struct world *w, const char *field, uint32_t ip);
void ev_sid(struct world *w, const char *field, const struct sid *sid);
void ev_guid(struct world *w, const char *field, const uint8_t guid[16]);
void ev_time(struct world *w, const char *field, int64_t t);
/* Elements of a classic event's Data, separated by U+001F. */
void ev_data(struct world *w, const char *elements);
/* Security@UserID of the event being built. */
void ev_user(struct world *w, const struct sid *sid);

/* Kinds of logs of Windows events: EVTX per channel, Winlogbeat per host. Other exports: winev_shapes.c. */
extern const struct log_kind KIND_EVTX, KIND_BEAT;

#endif
