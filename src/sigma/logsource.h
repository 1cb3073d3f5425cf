/* logsource.h - where rules apply: log source to Windows channel and event id, or to kinds of logs.
 *
 * The table is data/sigma_logsource.tsv. A rule for Windows applies to channels and event ids; any other
 * to flat events whose log is of the product, category and service that it names.
 * Thread rule: constant tables. */
#ifndef SPOOR_SIGMA_LOGSOURCE_H
#define SPOOR_SIGMA_LOGSOURCE_H

#include "util/str.h"

struct logsource_pair {
	const char *name, *value;
};

/* How an event's field writes what rules write in another way. */
enum conversion {
	CONVERT_NONE,
	CONVERT_VALUES, /* whole values, by table */
	CONVERT_PREFIX, /* how values begin, by table */
	CONVERT_HEX,    /* decimal in rules, 0x... in the event */
	CONVERT_DATA,   /* registry data with its type */
};

struct logsource_source { /* where a rule's field is read from */
	const char *field;
	const char *second; /* joined behind a backslash; NULL: none */
	enum conversion conversion;
	const struct logsource_pair *table; /* as rules write it, as the event has it; ended by a NULL name */
};

#define LOGSOURCE_SOURCES 4
struct logsource_rename {
	const char *name; /* rule's field */
	struct logsource_source
		sources[LOGSOURCE_SOURCES]; /* the first that holds something; a NULL field ends */
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
	struct logsource_rename renames[12]; /* ended by a NULL name; strict: one source, as it is */
	bool extended;                       /* only under the profile "extended" */
};

#define LOGSOURCE_NO_GATE UINT32_MAX

/* The events that one reading of a rule applies to. */
struct logsource_where {
	bool windows;       /* else flat events */
	bool every_channel; /* windows: no service is asked for */
	uint32_t service;   /* windows: number of the service whose channels are read */
	uint32_t gate;      /* windows: number of the gate, or LOGSOURCE_NO_GATE: every event id */
	str product, category, service_name; /* flat: what the rule names; empty: not named */
};

bool logsource_where_eq(const struct logsource_where *a, const struct logsource_where *b);

#define LOGSOURCE_VARIANTS_MAX 16

/* The ways in which a rule of this log source applies; strings are borrowed. 0: in none. */
size_t logsource_variants(str product, str category, str service, bool extended,
			  struct logsource_where ret[LOGSOURCE_VARIANTS_MAX]);

const struct logsource_gate *logsource_gate_at(uint32_t number);

/* What a log is, as far as known; empty: not. */
struct logsource_triple {
	str product, category, service;
};

#define LOGSOURCE_TRIPLES_MAX 8

static inline bool logsource_triple_eq(const struct logsource_triple *a, const struct logsource_triple *b)
{
	return str_eq(a->product, b->product) && str_eq(a->category, b->category) &&
	       str_eq(a->service, b->service);
}

/* What a kind of log is, by the name of its dataset ("zeek.conn"): 0 if rules have no name for it. */
size_t logsource_of_dataset(str dataset, struct logsource_triple ret[LOGSOURCE_TRIPLES_MAX]);

/* Does any reader's log have this log source? False: only a user can say that a log is it. Windows': always true. */
bool logsource_is_known(const struct logsource_where *where);

/* Does a rule for these events apply to a log that is this? It names nothing that differs. */
bool logsource_names(const struct logsource_where *where, const struct logsource_triple *log);

/* Do rules read their field from this one of the event, which is called otherwise, in this dataset? They may read one
 * from several, which then are its values. */
bool logsource_reads(str dataset, str rule_field, str event_field);

/* The next rule's name, from *pos (0 at first) on, that is read from this field of the event. False: no more. */
bool logsource_aliased(str dataset, str event_field, size_t *pos, str *ret_rule_field);

#define LOGSOURCE_SERVICES_MAX 128

struct logsource_services {
	bool writes[LOGSOURCE_SERVICES_MAX]; /* by number of the service */
};

/* Which services write to this channel? */
void logsource_of_channel(str channel, struct logsource_services *ret);

/* The first channel of that service. */
const char *logsource_channel_of(unsigned service_number);

/* Does the gate let this event id (decimal text) through? */
bool logsource_gate_has_event(const struct logsource_gate *gate, str event_id);

#endif
