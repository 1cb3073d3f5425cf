/* ecs.h - ECS names of raw fields, by the tables data/ecs_*.tsv. Thread rule: constant tables. */
#ifndef SPOOR_EVENT_ECS_H
#define SPOOR_EVENT_ECS_H

#include "event/schema.h"

/* ECS name of a Windows event's column, or an empty str. provider: name of the logging provider,
 * empty if it is not known when the schema is made. Rows of the table that hold for some event ids only
 * are not considered. The result lives as long as the program. */
str ecs_name_windows(str provider, const struct column *col);

/* How a value becomes an ECS field. */
enum ecs_how {
	ECS_TEXT,
	ECS_NUMBER,
	ECS_IP, /* an address; anything else ("-", "LOCAL") is left out */
	ECS_BOOL,
	ECS_TIME,
	ECS_LOWER,
	ECS_BASENAME,     /* last part of a path */
	ECS_ACCOUNT,      /* name of DOMAIN\name */
	ECS_DOMAIN,       /* domain of DOMAIN\name */
	ECS_HASHES,       /* "SHA1=...,MD5=..." to one field per algorithm below `ecs` */
	ECS_IMPHASH,      /* its IMPHASH alone, which is a field elsewhere */
	ECS_MS,           /* milliseconds, to nanoseconds */
	ECS_S,            /* seconds, whole or decimal, to nanoseconds */
	ECS_PLUS,         /* text in which + stands for a space */
	ECS_HOST_OF,      /* address or name of host:port, [v6]:port */
	ECS_IP_OF,        /* the same where it is an address */
	ECS_PORT_OF,      /* its port */
	ECS_OUTCOME,      /* words for success and failure; 0 is success */
	ECS_OUTCOME_WORD, /* the same, words alone: of a number nobody knows what it means */
	ECS_FAILURE,      /* there is a value: it failed */
	ECS_URL_PATH,
	ECS_URL_QUERY,
	ECS_MAC, /* upper case with hyphens, RFC 7042 */
	ECS_TLS_VERSION,
	ECS_TRANSPORT, /* a protocol's name, of its number too; lower case */
	ECS_AS_IS,     /* the field is an ECS field already; by its own type, in no table */
};

struct ecs_row {
	str provider, field, ecs; /* ecs empty: known to have no ECS field */
	uint8_t how;
	uint16_t ids, nids; /* of EVENT_IDS; none: every event */
};

/* The rows for a column in an event of a known id: *ret points to n adjacent rows, n is answered. */
size_t ecs_rows_windows(str provider, uint64_t event_id, const struct column *col,
			const struct ecs_row **ret);

/* The provider as far as the table knows it, else an empty str. Same lifetime as the table. */
str ecs_provider_known(str provider);

/* A row for flat events. */
struct ecs_flat_row {
	str dataset, field, ecs;
	str name; /* what rules call the field; empty: as logged */
	uint8_t how;
};

/* The rows for a field, as logged, of a dataset: *ret points to n adjacent rows, n is answered. Rows of the
 * very dataset go before those of "family.*", those before "*". */
size_t ecs_rows_flat(str dataset, str field, const struct ecs_flat_row **ret);

/* What every event of a dataset has: `field` is the text. NULL behind the last; zero *pos first. */
const struct ecs_flat_row *ecs_const_flat(str dataset, size_t *pos);

/* Has any row this event id? */
bool ecs_event_id_known(uint64_t event_id);

#endif
