/* factstore.h - the insides of a table of facts, for the files of this folder. Thread rule: as facts.h. */
#ifndef SPOOR_FACTS_FACTSTORE_H
#define SPOOR_FACTS_FACTSTORE_H

#include "facts/facts_priv.h"
#include "util/limits.h"
#include "util/map.h"
#include "util/vec.h"

/* A fact at rest. The key is its identity and its text: kind, then for each attribute that is set, in
 * order, its number, its length and its bytes. */
struct entry {
	struct event_ref refs[FACT_REFS]; /* the last of them and what follows is all that a repeat touches */
	struct fact_span span;
	uint32_t nrefs;
	uint32_t key_len;
	const uint8_t *key;
	uint64_t hash;
};

#define VARIES 4u /* provider, channel, computer, event id */
#define SITE_KEY_MAX 512u

/* Everything about one (schema, provider, channel, id, host) that need not be worked out again. */
struct site {
	const struct fact_plan *plans;
	uint32_t nplans;
	uint32_t id;       /* never given twice by one table */
	uint32_t coverage; /* entry of the day [day_from, day_to), if of this generation */
	uint64_t generation;
	int64_t day_from, day_to;
	char day[24];   /* its text */
	bool recovered; /* the coverage entry is one of recovered records */
	str host, channel;
};

/* What a schema needs per event: which of the four values change, and the last site seen. */
struct binding {
	const struct schema *schema;
	int32_t varies[VARIES]; /* columns that are not constant */
	uint32_t nvaries;
	const struct fact_plan *plans; /* of a flat log, whatever host; NULL: not bound yet */
	uint32_t nplans;
	struct fact_lines lines;
	uint32_t seen, hits,
		skip; /* lines since the last look at it; of them known ones; lines not to look up */
	struct site *last;
	value last_value[VARIES]; /* copies: pointers into last_bytes */
	uint8_t last_bytes[SITE_KEY_MAX];
};

/* Lines of logs repeat: what the bytes that decide it have given before, of one rule or of all rules of a
 * line. Emptied when it is full. */
enum { CACHE_MAX = 65536, CACHE_SLOTS = 2 * CACHE_MAX, CACHE_KEY_MAX = 1024, CACHE_BYTES = 12 << 20 };
enum { CACHE_FACTS_MAX = 64 }; /* that one line gives */
struct cached {                /* in fact_cache.bytes, before its key */
	uint32_t len;          /* of the key */
	uint32_t entry;        /* of a line: how many facts, a struct line_fact each behind the key */
};
struct cache_slot {
	uint32_t hash; /* half of it; the other half chose the slot */
	uint32_t at;   /* of the struct cached, + 1; 0 free */
};
enum { LINE_REST_MAX = 15 };
struct line_fact {
	uint32_t plan, entry;
	uint8_t nrest; /* of a rule that needs more than the line's key: the rest of it and its entry, as seen last */
	uint8_t rest[LINE_REST_MAX];
};
struct fact_cache {
	uint64_t generation; /* of the table whose entries it knows */
	uint64_t emptied;    /* so often */
	uint32_t n, used_bytes;
	struct cache_slot slots[CACHE_SLOTS];
	uint8_t bytes[CACHE_BYTES];
};

struct fact_table {
	VEC(struct entry) entries;
	uint32_t *slots; /* entry + 1, 0 free */
	uint32_t slot_mask;
	arena keys;
	uint64_t generation; /* changes when entries move away */
	uint32_t *order;
	uint32_t norder;

	VEC(struct binding) bindings; /* by schema id */
	map sites;
	arena plans;
	uint32_t plan_ids, site_ids; /* given so far */
	struct site nowhere;         /* for an event whose site cannot be kept */
	arena nowhere_mem;
	struct fact_cache *cache; /* made for the first event of a flat log */

	struct fact_draft draft;
	buf key, cache_key, line_key;
	struct fact view;
};

/* Append an attribute to a key; too long ends, at a character's border, with an ellipsis. */
void fact_key_attr(buf *key, unsigned attr, str s);
/* The slot of a key: that of its entry, else the free one where it belongs. */
uint32_t *fact_slot(const struct fact_table *t, uint64_t hash, bytes key);
/* The entry with the key in t->key, made if it was not there. NULL past the hard ceiling. */
struct entry *fact_intern(struct fact_table *t);
int fact_no_room(const struct fact_table *t, err *e);

/* --- what fact_event.c and fact_lines.c do for each other --------------------------------------- */

#define FACT_NO_ENTRY UINT32_MAX

/* Count the event for an entry. */
void fact_entry_count(struct entry *en, const event *ev, const struct fact_span *one);
/* Is what the site remembers of the coverage true for this event? */
bool fact_same_day(const struct fact_table *t, const struct site *s, const event *ev);
/* Bit of the event's hour, if it is of the site's day. */
uint32_t fact_hour_of(const struct site *s, const event *ev);
/* Make the fact from its texts; FACT_NO_ENTRY if the event gives none. The conditions hold. */
int fact_plan_make(struct fact_table *t, const struct site *s, const struct fact_plan *p, const event *ev,
		   uint32_t *ret_entry, err *e);
/* Facts of an event of a flat log whose coverage is counted. */
int fact_lines_observe(struct fact_table *t, struct binding *b, const struct site *s, const event *ev,
		       err *e);

#endif
