/* shape.h - which tool wrote an object, and which column each of its leaves is.
 *
 * Works on signatures (flat.h) only, once per structure: shape_of() for judging content, plan_build()
 * for reading it. Whatever the shape, a Windows event gets the columns that the EVTX reader would give
 * it; docs/windows-json.md has the table. Thread rule: pure but for the memory of the caller. */
#ifndef SPOOR_READERS_WINJSON_SHAPE_H
#define SPOOR_READERS_WINJSON_SHAPE_H

#include "event/schema.h"
#include "util/map.h"

enum shape {
	SHAPE_OTHER,        /* JSON, but no Windows event */
	SHAPE_ACTION,       /* a line that tells Elasticsearch what to do with the next one */
	SHAPE_EVTX_DUMP,    /* Event.System ..., also XML inside Splunk's _raw */
	SHAPE_ECS,          /* winlog.* of Winlogbeat and Elastic Agent; old Winlogbeat; GELF of them */
	SHAPE_WAZUH,        /* data.win.* */
	SHAPE_VELOCIRAPTOR, /* System.*, attributes as plain members */
	SHAPE_FLAT,         /* fields side by side: NXLog, OTRF, Sentinel, Splunk, GELF */
};

/* Places in Event/System that the shapes know by other names, in the record's own order. */
enum sys {
	SYS_PROVIDER,
	SYS_PROVIDER_GUID,
	SYS_EVENT_SOURCE,
	SYS_QUALIFIERS,
	SYS_EVENT_ID,
	SYS_VERSION,
	SYS_LEVEL,
	SYS_TASK,
	SYS_OPCODE,
	SYS_KEYWORDS,
	SYS_TIME,
	SYS_RECORD_ID,
	SYS_ACTIVITY,
	SYS_RELATED,
	SYS_PROCESS,
	SYS_THREAD,
	SYS_CHANNEL,
	SYS_COMPUTER,
	SYS_USER,
	SYS_COUNT
};

struct plan {
	enum shape shape;
	const struct schema *schema; /* NULL for SHAPE_ACTION */
	const uint32_t *slot_of;     /* leaf -> slot; NULL: the same number */
	uint32_t nleaves;
	int32_t time_slot;     /* slot of a time made from time_ns; -1: none */
	int32_t keywords_slot; /* of a shape that writes the bits in decimal; -1: none */
	int32_t time_leaf;     /* where the event time is, -1: nowhere */
	int32_t received_leaf; /* NXLog: local time of receipt ... */
	int32_t utc_leaf;      /* ... and the UTC time that shows its offset */
	const uint32_t *twice; /* leaves whose escapes may be doubled (Wazuh) */
	uint32_t ntwice;
};

/* Shape by the first `len` bytes of a signature, which may be cut anywhere. */
enum shape shape_of(str sig);

/* Signature -> plan, and columns -> schema. Lives as long as the schema set, so that one file's kinds
 * of objects serve the next; it forgets plans when there are many, never schemas. */
struct plans;

struct plans *plans_of(struct schema_set *set, err *e);

/* The plan of a signature, made on first sight; NULL (*e) where a ceiling, or may_add, forbids another
 * schema. Valid until the next call. */
const struct plan *plans_get(struct plans *p, str sig, bool may_add, err *e);

#endif
