/* shape.h - which tool wrote an object.
 *
 * Works on names only, once per structure. docs/windows-json.md has the table. Thread rule: pure but for
 * the memory of the caller. */
#ifndef SPOOR_READERS_WINJSON_SHAPE_H
#define SPOOR_READERS_WINJSON_SHAPE_H

#include "readers/json/names.h"

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

enum shape leaf_names_shape(const struct leaf_names *names);

/* The name as Windows writes it: found without regard to case among the known field names, else with
 * an upper-case first letter. */
str field_name_restore(str name, arena *mem);

#endif
