/* factstore.h - the insides of a table of facts, for the files of this folder. Thread rule: as facts.h. */
#ifndef SPOOR_FACTS_FACTSTORE_H
#define SPOOR_FACTS_FACTSTORE_H

#include "facts/facts_priv.h"
#include "facts/facttexts.h"
#include "util/limits.h"
#include "util/map.h"
#include "util/vec.h"

/* --- facts at rest ------------------------------------------------------------------------------ */

#define FACT_NO_ENTRY UINT32_MAX

/* What a repeat touches: one line of the processor's cache. A reference above `limit` is none of the smallest. */
struct fact_hot {
	struct fact_span span;
	struct event_ref limit;
};
struct fact_cold {
	struct event_ref refs[FACT_REFS];
	uint32_t nrefs;
	uint32_t key; /* where its key begins in fact_table.keys */
};

/* The identity of a fact in words: its entry (no part of it), its kind, which attributes it has (bit by bit, two
 * words), then the number of each one's text in fact_table.texts, in the order of the attributes. */
enum { KEY_ENTRY, KEY_KIND, KEY_ATTRS, KEY_IDS = KEY_ATTRS + 2, KEY_MAX = KEY_IDS + FA_COUNT };
_Static_assert(FA_COUNT <= 63 && FACT_KINDS <= 64, "a bit per attribute; both fit what facts are sorted by");

struct fact_key {
	uint32_t n;
	uint32_t words[KEY_MAX];
};
struct fact_slot {
	uint32_t hash;
	uint32_t key; /* where it begins, + 1; 0 free */
};

static inline void fact_key_start(struct fact_key *k, enum fact_kind kind)
{
	k->words[KEY_KIND] = (uint32_t)kind;
	k->words[KEY_ATTRS] = k->words[KEY_ATTRS + 1] = 0;
	k->n = KEY_IDS;
}

/* The next attribute, if it has a text: in their order, each once. */
static inline void fact_key_put(struct fact_key *k, unsigned attr, uint32_t text)
{
	if (text == FACT_TEXT_NONE)
		return;
	k->words[KEY_ATTRS + attr / 32] |= UINT32_C(1) << attr % 32;
	k->words[k->n++] = text;
}

/* An event that waits to be counted: what it is counted for comes from memory meanwhile. */
struct fact_waiting {
	uint32_t entry, hours;
	int64_t time_ns;
	uint64_t bytes;
	struct event_ref ref;
};
enum { FACT_WAITING = 16 };

/* --- sites and schemas -------------------------------------------------------------------------- */

#define VARIES 4u /* provider, channel, computer, event id */
#define SITE_KEY_MAX 512u

/* Everything about one (schema, provider, channel, id, host) that need not be worked out again. */
struct site {
	const struct fact_plan *plans;
	uint32_t nplans;
	uint32_t coverage; /* entry of the day [day_from, day_to), if of this generation */
	uint32_t number;   /* never given twice by one table */
	uint32_t when;     /* the day, and whether recovered */
	uint32_t day_text; /* of `day` */
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
	struct fact_lines *lines; /* the same rules bound as one */
	struct site *last;
	value last_value[VARIES]; /* copies: pointers into last_bytes */
	uint8_t last_bytes[SITE_KEY_MAX];
};

struct term_known;
struct line_memo;

struct fact_table {
	struct fact_hot *hot; /* both of fact_table.cap, at the border of a cache line */
	struct fact_cold *cold;
	uint32_t nentries, cap;
	struct fact_texts texts;
	VEC(uint32_t) keys;
	struct fact_slot *slots;
	uint32_t slot_mask;
	uint64_t generation; /* changes when entries and texts go away */
	uint32_t *order;
	uint32_t norder;
	struct fact_waiting waiting[FACT_WAITING];
	uint32_t nwaiting; /* so many were put there, ever: the place of the next */
	uint32_t counted;  /* and of them counted */

	VEC(struct binding) bindings; /* by schema id */
	map sites;
	arena plans;
	uint32_t bound, sites_seen; /* numbers given so far */
	struct site nowhere;        /* for an event whose site cannot be kept */
	arena nowhere_mem;
	bool seen_line;           /* of a flat log */
	struct term_known *terms; /* made for the second */
	struct line_memo *lines;

	struct fact_draft draft;
	buf site_key;
	struct fact view;
};

/* Number of an attribute's text; one that is too long ends, at a character's border, with an ellipsis. */
uint32_t fact_value_id(struct fact_table *t, str s);
/* The entry with a key, made if it was not there. FACT_NO_ENTRY past the hard ceiling. The hash of the key is asked for
 * before, so that the place where it is looked up comes from memory meanwhile. */
uint32_t fact_key_hash(const struct fact_table *t, const struct fact_key *k);
uint32_t fact_intern(struct fact_table *t, struct fact_key *k, uint32_t hash);
int fact_no_room(const struct fact_table *t, err *e);

/* Count what waits. */
void fact_count_waiting(struct fact_table *t);
/* Count an event for an entry, once its memory is there. */
void fact_count_soon(struct fact_table *t, uint32_t entry, const event *ev, uint64_t nbytes, uint32_t hours);
/* Widen an entry by a span with one reference. */
void fact_entry_add(struct fact_table *t, uint32_t entry, const struct fact_span *span,
		    const struct event_ref *ref);

/* --- what fact_event.c and fact_lines.c do for each other --------------------------------------- */

/* Is what the site remembers of the coverage true for this event? */
bool fact_same_day(const struct fact_table *t, const struct site *s, const event *ev);
/* Bit of the event's hour, if it is of the site's day. */
uint32_t fact_hour_of(const struct site *s, const event *ev);
/* Make the fact from its texts, if the event gives one. The conditions hold. */
int fact_plan_make(struct fact_table *t, const struct site *s, const struct fact_plan *p, const event *ev,
		   err *e);

/* Bind the plans of a flat log's schema as one, in memory of t->plans. NULL without memory. */
struct fact_lines *fact_lines_bind(struct fact_table *t, const struct schema *schema,
				   const struct fact_plan *plans, uint32_t nplans);
/* Facts of an event of a flat log whose coverage is counted. */
int fact_lines_observe(struct fact_table *t, struct binding *b, const struct site *s, const event *ev,
		       err *e);

#endif
