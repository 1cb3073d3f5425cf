/* evtx_priv.h - inside of the EVTX reader: canonical fragments, plans, layouts. */
#ifndef SPOOR_READERS_EVTX_EVTX_PRIV_H
#define SPOOR_READERS_EVTX_EVTX_PRIV_H

#include "event/schema.h"
#include "event/value.h"
#include "readers/evtx/evtx.h"
#include "util/map.h"
#include "util/vec.h"

#define EVTX_CHUNK_LEN 65536u
#define EVTX_CHUNK_HEADER_LEN 512u
#define EVTX_FILE_HEADER_LEN 4096u
#define EVTX_RECORD_HEADER_LEN 24u
#define EVTX_RECORD_MIN 28u
#define EVTX_TEMPLATE_HEADER_LEN 24u
/* One reason for every ceiling of plans and layouts, so that it does not depend on which came first. */
#define EVTX_TOO_MANY_KINDS "too many different kinds of records in one file"

#define EVTX_NESTED_MAX 16u /* fragments inside one record */

/* --- canonical form -------------------------------------------------------------------------
 *
 * A fragment or template body, checked against its bounds, with names resolved and sizes, offsets and
 * dependency ids gone. Two definitions that mean the same have the same canonical bytes wherever their
 * names lie in the chunk. Tokens: one byte, then as listed; text is u16 units + UTF-16LE. */
enum canon_token {
	CANON_END,       /* end of fragment */
	CANON_OPEN,      /* name */
	CANON_ATTRIBUTE, /* name; parts follow */
	CANON_CONTENT,   /* attributes are complete */
	CANON_CLOSE,     /* element ends */
	CANON_TEXT,      /* text */
	CANON_SLOT,      /* u16 slot */
	CANON_ENTITY,    /* name */
};

struct evtx_canon {
	buf out;       /* canonical bytes */
	bytes chunk;   /* what name offsets refer to */
	value *values; /* raw fragments: their literals become slots here */
	uint32_t nvalues, max_values;
	const char *why; /* reason of a failure */
};

/* Reduce the fragment that starts at `at` (with or without its 0F header) and ends before `end`,
 * both offsets into c->chunk. raw: literal text becomes slots (c->values), so that fragments without a
 * template share plans too. Answers the offset behind its end token, or 0 with c->why set. */
uint32_t evtx_canon_fragment(struct evtx_canon *c, uint32_t at, uint32_t end, bool raw);

/* --- plans ---------------------------------------------------------------------------------- */

enum evtx_node_kind { NODE_ELEMENT, NODE_ATTRIBUTE, NODE_TEXT, NODE_SLOT };

struct evtx_node {
	uint8_t kind;
	uint16_t slot;  /* NODE_SLOT */
	str text;       /* UTF-8: name of an element or attribute, or literal text */
	uint32_t attr;  /* first attribute, 0 none */
	uint32_t child; /* first child, or first part of an attribute's value, 0 none */
	uint32_t next;  /* next sibling, 0 none */
};

#define EVTX_SEEN 8u

struct evtx_layout;

/* One distinct template (or shape of a template-less fragment), compiled. Never changes but for the
 * small layout cache of a root plan. */
struct evtx_plan {
	uint32_t id;
	uint32_t bytes;                /* memory it takes */
	uint32_t used_in;              /* last item that used it */
	uint32_t nslots;               /* highest slot named + 1 */
	const struct evtx_node *nodes; /* nodes[0] stands for none; nodes[1] is the first on top */
	uint32_t nnodes;
	struct evtx_seen {
		const struct evtx_plan *nested; /* NULL: none */
		uint32_t slot;
		const struct evtx_layout *layout;
	} seen[EVTX_SEEN]; /* recent combinations with one or no nested fragment */
};

struct evtx_plans {
	struct schema_set *schemas;
	arena *mem;          /* the set's */
	map by_canon;        /* canonical bytes -> index into list */
	map by_layout;       /* plan ids and slots of a record -> index into layouts */
	uint32_t item;       /* the item that item_bytes speaks of */
	uint64_t item_bytes; /* memory of the plans it has used */
	VEC(struct evtx_plan *) list;
	VEC(const struct evtx_layout *) layouts;
};

void evtx_plans_init(struct evtx_plans *p, struct schema_set *schemas);
void evtx_plans_done(void *plans); /* struct evtx_plans *, as schema_set_state() wants it */

/* The plan of some canonical bytes; NULL (with *why) past a ceiling or without memory. */
struct evtx_plan *evtx_plan_get(struct evtx_plans *p, str canon, const char **why);

/* --- layouts -------------------------------------------------------------------------------- */

/* One fragment of a record: which plan, where its slots start, which slot of which instance holds it. */
struct evtx_instance {
	struct evtx_plan *plan;
	uint32_t parent;      /* index of the containing instance; 0 for the root itself */
	uint32_t parent_slot; /* slot of the container that holds this fragment, absolute */
	uint32_t base;        /* first slot */
};

/* What the JSON writer does after an op's literal. Attributes that may be absent are a run of
 * ACT_ATTRIBUTE and one closing op that knows whether any was there. */
enum evtx_action {
	ACT_NONE,
	ACT_VALUE,       /* the text of a Data element: one value, "" if absent */
	ACT_TEXT,        /* the text of any other element: null if absent or empty; an array repeats the
			   * element (arg: evtx_repeat) */
	ACT_TEXT_MEMBER, /* "#text":value, before other members; nothing if absent or empty */
	ACT_ATTRIBUTE,   /* one attribute of an element without elements inside (arg: evtx_attr) */
	ACT_END_EMPTY,   /* that element ends without a text: }} or null */
	ACT_END_TEXT,    /* it ends with a text in a slot: },"#text":value} or value or null */
	ACT_END_LITERAL, /* ... with a constant text (arg: str) */
	ACT_MEMBERS,     /* attributes were those of an element with elements inside, which follow */
	ACT_LIST,        /* values of all unnamed Data elements of one parent (arg: evtx_list) */
};

struct evtx_part { /* a constant (lit set) or a slot */
	str lit;   /* JSON text */
	uint32_t slot;
	bool is_slot;
};

/* Literals are readable for EVTX_LIT_PAD bytes past their end. */
struct evtx_attr {
	str first; /* {"#attributes":{"Name": where it is the first that is present */
	str later; /* ,"Name": else */
	struct evtx_part value;
};

struct evtx_repeat {
	str key;       /* escaped, without quotes */
	uint32_t next; /* number of the first repetition: key_1 */
};

struct evtx_list {
	const struct evtx_part *parts;
	uint32_t nparts;
};

struct evtx_op {
	const char *lit; /* readable for EVTX_LIT_PAD bytes past its end */
	uint32_t lit_len;
	uint32_t slot;
	uint8_t action;
	const void *arg; /* by action */
};

#define EVTX_LIT_PAD 32u

/* Text made of several parts: built per record into an extra slot. */
struct evtx_composite {
	const struct evtx_part *parts; /* lit is plain UTF-8 here */
	uint32_t nparts;
	uint32_t slot;
};

struct evtx_layout {
	const struct schema *schema;
	const struct evtx_op *ops;
	uint32_t nops;
	uint32_t nslots; /* with composites */
	const struct evtx_composite *composites;
	uint32_t ncomposites;
	size_t lit_bytes;                    /* all literals, keys, brackets and 64 for each value written */
	uint32_t repeats;                    /* how often the most used slot is written */
	int32_t time_slot;                   /* slot of System/TimeCreated/@SystemTime, -1 unknown */
	int32_t computer_slot, channel_slot; /* -1: constant or absent */
};

/* The layout of a record's instances; NULL (with *why) past a ceiling or without memory. */
const struct evtx_layout *evtx_layout_get(struct evtx_plans *p, const struct evtx_instance *inst,
					  uint32_t ninst, const char **why);

/* Write one record; `to` has room for the bound that evtx_render_json() computes, answers the length.
 * One source compiled twice: for any machine, and for x86-64 with AVX2 and BMI2; same bytes. UTF-16
 * values lie in a chunk behind its header, so 32 bytes before each are readable. */
size_t evtx_json_base(char *to, const struct evtx_layout *lay, const value *values);
#if defined(__x86_64__)
size_t evtx_json_v3(char *to, const struct evtx_layout *lay, const value *values);
#endif

#endif
