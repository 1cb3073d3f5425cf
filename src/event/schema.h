/* schema.h - the list of columns that many events share, bound to once instead of per event.
 *
 * A schema is an EVTX template pair, a #Fields line, a JSON key set. Readers make schemas; rules,
 * ECS names and fact extractors bind to them by column number on first sight. A schema never changes
 * (but for used_in) and lives as long as its set. Thread rule: a set belongs to one thread. */
#ifndef SPOOR_EVENT_SCHEMA_H
#define SPOOR_EVENT_SCHEMA_H

#include "event/value.h"
#include "util/arena.h"
#include "util/err.h"

/* Which part of the source's record a column lies in. */
enum column_section {
	SECTION_SYSTEM,    /* Event/System of a Windows event */
	SECTION_EVENTDATA, /* Event/EventData */
	SECTION_USERDATA,  /* Event/UserData */
	SECTION_OTHER,     /* any other child of Event */
	SECTION_FLAT,      /* a column of a text log or of a flat JSON object */
};

#define COLUMN_F_ATTRIBUTE 1u /* an XML attribute; element text else */
#define COLUMN_F_UNNAMED 2u   /* a <Data> without a Name: the field is called "Data" */
#define COLUMN_F_HIDDEN 4u    /* structure such as xmlns: dumped, but no field for rules or facts */
#define COLUMN_F_DERIVED                                                                                     \
	8u /* not in the record: the reader worked it out (the host, from the item's place) */
#define COLUMN_F_LINE 16u /* the record's whole text, for keywords alone; hidden, and in no output */

struct column {
	str name;     /* field name for rules, as Sigma writes it: System attributes joined by "_"
		      * (Provider_Name); Data by its Name; spaces removed */
	str raw;      /* the name as logged (with its spaces; attribute or element name) */
	str path;     /* full place in the record, "/"-separated: "System/Provider/@Name" */
	str ecs;      /* ECS name by data/ecs_*.tsv, empty if none */
	int32_t slot; /* >= 0: event.values[slot]; < 0: constant, consts[-1 - slot] */
	uint8_t section;
	uint8_t flags;
};

/* Columns that code asks for by meaning, found once per schema; -1 if the schema has none. */
enum well_known {
	WK_PROVIDER,
	WK_EVENT_ID,
	WK_VERSION,
	WK_LEVEL,
	WK_TIME_CREATED,
	WK_RECORD_ID,
	WK_CHANNEL,
	WK_COMPUTER,   /* where it was recorded; of flat events the column whose ECS name is host.name */
	WK_PROCESS_ID, /* System/Execution/@ProcessID: the logging process */
	WK_USER_ID,    /* System/Security/@UserID */
	WK_COUNT
};

enum schema_family {
	FAMILY_WINDOWS, /* a Windows event whatever file it came in: channel, provider, event id */
	FAMILY_FLAT,    /* anything else */
};

struct schema {
	uint32_t id; /* dense within its set, from 0 */
	enum schema_family family;
	const char *reader; /* name of the reader that made it */
	str dataset;        /* FAMILY_FLAT: ECS event.dataset, which kind of log this is: "iis.access",
				       * "zeek.conn"; rules, facts and ECS names are gated by it. Else empty */
	const struct column *columns; /* in the record's own order */
	uint32_t ncolumns;
	const value *consts;
	uint32_t nconsts;
	uint32_t nslots; /* size of event.values */
	int32_t wk[WK_COUNT];
	uint32_t used_in;   /* last item that used it: bookkeeping of the set */
	uint32_t bytes;     /* memory it takes */
	const void *render; /* the reader's own way to write the record in its native JSON shape */
};

struct schema_set;

struct schema_set *schema_set_new(err *e);
void schema_set_free(struct schema_set *set);

/* A set outlives the items that are read with it, so that what one item taught serves the next. An item
 * may use LIMIT_ITEM_SCHEMAS different schemas and LIMIT_ITEM_SCHEMA_BYTES of them whether they were
 * there before or not: limits do not depend on what else was read. False: the set has grown so far that
 * it must be replaced by a new one before the next item (everything bound to its schemas too). */
bool schema_set_next_item(struct schema_set *set);

/* Number of the current item, from 1, for marks of what it has used. */
uint32_t schema_set_item(const struct schema_set *set);

/* Take back the schema that was added last: its memory must be the newest of the arena, and nobody else
 * may know it. `mark` was made before it was added. */
void schema_set_take_back(struct schema_set *set, struct arena_mark mark);

/* Count a schema as used by the current item; false for a schema that is one too many (those used before
 * stay usable). Readers call it before they give an event with a schema that the last event did not have,
 * whether the schema is new or was there before. Only its whole cost counts: charge a new one first. */
bool schema_set_use(struct schema_set *set, const struct schema *s);

/* Add memory of the set's arena that belongs to a schema but was not taken by schema_set_add(); before
 * its first schema_set_use(). */
void schema_set_charge(struct schema_set *set, const struct schema *s, size_t more);

/* Let schema_set_next_item() answer false: some state of the set has grown far enough. */
void schema_set_wear_out(struct schema_set *set);

/* State of one reader that lives as long as the set, such as its compiled templates: zeroed memory of
 * `size` bytes, made on the first call; `done` is called on it when the set is freed. `owner` is any
 * address that is the reader's own. NULL without memory. */
void *schema_set_state(struct schema_set *set, const void *owner, size_t size, void (*done)(void *),
		       bool *ret_new);

/* Number of schemas made so far; ids are 0..n-1. */
uint32_t schema_set_len(const struct schema_set *set);
const struct schema *schema_set_at(const struct schema_set *set, uint32_t id);

/* Memory with the set's lifetime, for names, constants and render plans. */
arena *schema_set_arena(struct schema_set *set);

/* Add a schema. `proto` is copied (its arrays too: columns, names, constants' bytes); id, wk and
 * missing ecs names are filled in here. NULL past LIMIT_SCHEMAS or LIMIT_COLUMNS or without memory. */
const struct schema *schema_set_add(struct schema_set *set, const struct schema *proto, err *e);

/* First column at or behind `from` whose field name is `name` (exact), or -1. */
int32_t schema_find(const struct schema *s, str name, uint32_t from);

#endif
