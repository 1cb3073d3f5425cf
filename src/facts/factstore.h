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
	uint32_t key; /* where its key begins in fact_table.keys */
	uint32_t nrefs;
	struct event_ref refs[FACT_REFS];
};

/* The identity of a fact in words: its entry (no part of it), its kind, which attributes it has (bit by bit, two
 * words), then the number of each one's text in fact_table.texts, in the order of the attributes. */
enum { KEY_ENTRY, KEY_KIND, KEY_ATTRS, KEY_IDS = KEY_ATTRS + 2, KEY_MAX = KEY_IDS + FA_COUNT };
_Static_assert(FA_COUNT <= 63 && FACT_KINDS <= 64, "a bit per attribute; both fit what facts are sorted by");
_Static_assert(FACT_TEXT_NONE == 0, "it adds nothing to a hash");

struct fact_key {
	uint32_t n, hash;
	uint32_t words[KEY_MAX];
};
/* What grows while a key is put together. Its hash: a secret odd number per attribute (the last is the kind's) times
 * the number of its text, all added up. */
struct fact_making {
	uint64_t attrs, sum;
	uint32_t n;
};
struct fact_secrets {
	uint64_t of[FA_COUNT + 1];
};
struct fact_slot {
	uint32_t hash;
	uint32_t key; /* where it begins, + 1; 0 free */
};

static inline struct fact_making fact_key_start(const struct fact_secrets *x, enum fact_kind kind)
{
	return (struct fact_making){ 0, x->of[FA_COUNT] * ((uint64_t)kind + 1), KEY_IDS };
}

/* The next attribute, which counts if it has a text: in their order, each once. */
static inline void fact_key_put(struct fact_making *m, struct fact_key *k, const struct fact_secrets *x,
				unsigned attr, uint32_t text)
{
	m->attrs |= (uint64_t)(text != FACT_TEXT_NONE) << attr;
	m->sum += x->of[attr] * text;
	k->words[m->n] = text;
	m->n += text != FACT_TEXT_NONE;
}

static inline void fact_key_end(struct fact_key *k, const struct fact_making *m, enum fact_kind kind)
{
	k->n = m->n;
	k->hash = (uint32_t)(m->sum >> 32);
	k->words[KEY_KIND] = (uint32_t)kind;
	k->words[KEY_ATTRS] = (uint32_t)m->attrs;
	k->words[KEY_ATTRS + 1] = (uint32_t)(m->attrs >> 32);
}

/* An event for an entry. */
struct fact_tick {
	uint32_t entry, hours;
	int64_t time_ns;
	uint64_t bytes;
	struct event_ref ref;
};
/* What waits until the memory that it needs has come: events whose keys were not looked up yet (for the slot, then for
 * the key that lies there), and events for entries. */
struct fact_asked {
	struct fact_key key;
	struct fact_tick tick;
	uint32_t *learn; /* NULL, or where to tell the entry */
};
enum { FACT_ASKED = 8, FACT_TICKS = 16 };
struct fact_waiting {
	struct fact_asked asked[FACT_ASKED];
	struct fact_tick ticks[FACT_TICKS];
	uint32_t nasked, answered, nticks, counted; /* ever: the places of the next */
};

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
struct text_near;
struct line_memo;

struct fact_table {
	struct fact_hot *hot; /* both of fact_table.cap, at the border of a cache line */
	struct fact_cold *cold;
	uint32_t nentries, cap;
	struct fact_texts texts;
	VEC(uint32_t) keys;
	struct fact_slot *slots;
	uint32_t slot_mask;
	uint64_t generation;       /* changes when entries go away */
	uint64_t texts_generation; /* and when texts do: those of the next logs are likely the same */
	uint32_t *order;
	uint32_t norder;
	struct fact_secrets secrets;
	struct fact_waiting waiting;

	VEC(struct binding) bindings; /* by schema id */
	map sites;
	arena plans;
	uint32_t bound, sites_seen; /* numbers given so far */
	struct site nowhere;        /* for an event whose site cannot be kept */
	arena nowhere_mem;
	bool seen_line;           /* of a flat log */
	struct term_known *terms; /* made for the second */
	struct text_near *near;
	uint64_t near_generation; /* of the texts */
	struct line_memo *memo;

	struct fact_draft draft;
	buf site_key;
	struct fact view;
};

/* Number of an attribute's text; one that is too long ends, at a character's border, with an ellipsis. */
uint32_t fact_value_id(struct fact_table *t, str s);
/* The entry with a key, made if it was not there. FACT_NO_ENTRY past the hard ceiling. */
uint32_t fact_intern(struct fact_table *t, struct fact_key *k);
int fact_no_room(const struct fact_table *t, err *e);

/* Count an event for an entry, once its memory is there. */
void fact_count_soon(struct fact_table *t, const struct fact_tick *tick);
/* Where the next event whose fact is not known yet is put together: its key and all of its tick but the entry; and let
 * it wait. -1: no room for another fact; what could not be counted still waits. */
static inline struct fact_asked *fact_next_asked(struct fact_table *t)
{
	return &t->waiting.asked[t->waiting.nasked % FACT_ASKED];
}
int fact_ask_soon(struct fact_table *t, err *e);
/* Do not tell the entry there any more; NULL: none anywhere. */
void fact_unlearn(struct fact_table *t, const uint32_t *learn);
/* Count all that wait. */
int fact_waiting_end(struct fact_table *t, err *e);
/* Count an event for an entry now. */
void fact_entry_tick(struct fact_table *t, uint32_t entry, const struct fact_tick *tick);
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
