/* logsource.h - where rules apply: log source to Windows channel and event id.
 *
 * The table is data/sigma_logsource.tsv. Only Windows events are gated here; rules for other products
 * wait for readers that declare their log source. Thread rule: constant tables. */
#ifndef SPOOR_SIGMA_LOGSOURCE_H
#define SPOOR_SIGMA_LOGSOURCE_H

#include "util/str.h"

struct logsource_pair {
	const char *name, *value;
};

struct logsource_channel {
	const char *service, *channel;
	unsigned service_number;
};

struct logsource_gate { /* one way in which a category shows in Windows events */
	const char *category;
	const char *product; /* "": any */
	const char *service;
	const char *event_ids[32];           /* NULL-terminated */
	struct logsource_pair conditions[4]; /* ended by a NULL name */
	struct logsource_pair renames[12];   /* rule's field, event's field */
	bool extended;                       /* only under the profile "extended" */
};

/* One way in which a rule applies. */
struct logsource_variant {
	const char *service;               /* NULL: every channel */
	const struct logsource_gate *gate; /* NULL: every event of the channel */
};

#define LOGSOURCE_VARIANTS_MAX 16

/* The ways in which a log source shows in Windows events; 0: in none. */
size_t logsource_variants(str product, str category, str service, bool extended,
			  struct logsource_variant ret[LOGSOURCE_VARIANTS_MAX]);

#define LOGSOURCE_SERVICES_MAX 128

struct logsource_services {
	bool writes[LOGSOURCE_SERVICES_MAX]; /* by number of the service */
};

/* Which services write to this channel? */
void logsource_of_channel(str channel, struct logsource_services *ret);

/* Number of a service that logsource_variants() named. */
unsigned logsource_service_number(const char *service);

/* Does the gate let this event id (decimal text) through? */
bool logsource_gate_has_event(const struct logsource_gate *gate, str event_id);

#endif
