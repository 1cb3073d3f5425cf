/* incident_priv.h - the incident while it is being put together. One file per step:
 *
 *   entry.c    servers that were made to run commands
 *   foothold.c hosts that were made to run something without that
 *   tamper.c   one path and version, different content: upgrade services that gave away something else, and what
 *              the hosts that got it have in common
 *   spread.c   from a host under control: what it left behind, whom it called, whom it came to
 *   hop.c      calls inside, to ports that servers under control have since then
 *   tunnel.c   tunnels that do not fit anybody's habit
 *   reading.c  what was read from hosts under control
 *   left.c     what the intruders left behind, thing by thing
 *   verdict.c  clues into classes and probabilities
 *   relay.c    the outside: relays, control servers
 *   loss.c     what left
 *   aftermath.c  what was done on hosts once they were under control
 *   chronicle.c  what to read first
 */
#ifndef SPOOR_STORY_INCIDENT_PRIV_H
#define SPOOR_STORY_INCIDENT_PRIV_H

#include "story/incident.h"
#include "story/signals.h"
#include "story/trace.h"

enum mark_kind { MARK_DEST, MARK_IMAGE, MARK_OBJECT, MARK_HASH, MARK_ACCOUNT, MARK_KINDS };

struct mark {
	enum mark_kind kind;
	text_id id;
	uint32_t incident;
	int64_t since;
	bool sure; /* seen nowhere before and nearly only where other clues are */
};

/* What is known of a host so far. */
struct suspect {
	bool in;     /* under control */
	bool queued; /* to be followed */
	bool entry;
	uint32_t incident;
	int64_t t0;
	uint32_t parent;
	const char *via;
};

enum { INCIDENTS_MAX = 16 };

/* When and on how many hosts the whole organisation saw something. */
struct seen {
	int64_t first_ns;
	uint32_t hosts, last_host;
};

struct finder {
	struct builder *b;
	struct trace t;
	struct suspect *suspect; /* per host */
	bool *server;            /* per host: it serves others */
	bool changed;            /* a step has found something since this was cleared */
	uint32_t nincidents;
	int64_t begin[INCIDENTS_MAX];

	VEC(struct story_clue) clue;
	map clue_keys;
	VEC(struct mark) mark;
	map mark_keys;
	VEC(struct incident_entry) entry;
	VEC(struct incident_edge) edge;
	map edge_keys;
	VEC(struct incident_external) external;
	map external_keys;
	VEC(struct incident_artefact) artefact;
	VEC(struct incident_loss) loss;
	VEC(struct incident_host) host;
	VEC(struct incident_rejected) rejected;

	/* per host */
	const struct decision **decided;
	bool *barred;  /* cannot be under control: an analyst says so, or rejected what spoke for it */
	bool *touched; /* something about it was rejected */

	/* by text id */
	struct seen *path_seen; /* of servers; hosts are clients here */
	struct seen *dest_seen, *image_seen, *object_seen, *hash_seen;
};

/* Is a signal to be used? */
static inline bool uses(const struct finder *f, enum signal s)
{
	return !(f->b->st->declared && f->b->st->declared->signals_off >> s & 1);
}

/* A clue; the same key (host, phase, text) is one. NULL past the ceiling. */
struct story_clue *clue_add(struct finder *f, uint32_t host, enum clue_family family, enum clue_grade grade,
			    const char *phase, uint8_t weight, int64_t ns, const struct story_refs *refs,
			    struct story_sentence sentence);
void clue_from(struct story_clue *c, uint32_t from);

/* The host is under control from ns on. Earlier times win. */
void suspect_in(struct finder *f, uint32_t host, int64_t ns, uint32_t parent, const char *via,
		uint32_t incident);

void mark_add(struct finder *f, enum mark_kind kind, text_id id, int64_t since, uint32_t incident, bool sure);
const struct mark *mark_of(const struct finder *f, enum mark_kind kind, text_id id);

void edge_told(struct finder *f, uint32_t from, uint32_t to, const char *kind, str account, int64_t ns,
	       const struct story_refs *refs, uint32_t incident);

/* An address outside; the strongest role wins. */
struct incident_external *external_add(struct finder *f, str ip, str name, enum external_role role,
				       uint32_t incident, const struct span *s);

/* The incident of the mail servers, if one of them is under control. */
bool mail_incident(const struct finder *f, uint32_t *ret);
/* NULL if the address is none of them. */
struct incident_external *external_of(const struct finder *f, text_id ip);
bool is_relay(const struct finder *f, text_id ip);
/* The name by which an address outside was called; empty if no log tells. */
str outside_name(const struct finder *f, text_id dest);
uint32_t incident_new(struct finder *f, int64_t begin);
bool is_outside(const struct finder *f, text_id ip); /* an address, and not one of ours */
/* A proxy or firewall: what it calls others have asked for. */
bool speaks_for_others(const struct finder *f, uint32_t host);
bool is_server(const struct finder *f, uint32_t host);
str host_text(const struct finder *f, uint32_t host);

/* The first arrival on a host in trace.arrival. */
size_t arrivals_from(const struct finder *f, uint32_t to);

void entry_find(struct finder *f);
void footholds_find(struct finder *f);
void tamper_find(struct finder *f);
void spread_follow(struct finder *f);
void verdict_reach(struct finder *f);
void hops_find(struct finder *f);
void relay_find(struct finder *f);
void places_fill(struct finder *f); /* country and network of what was found outside */
void tunnels_find(struct finder *f);
void reading_tell(struct finder *f);
void left_list(struct finder *f);
void loss_find(struct finder *f);
void aftermath_tell(struct finder *f);
void chronicle_write(struct finder *f, struct incident *out);

/* Is the path one from which programs of the system or installed ones do not usually run? */
bool is_odd_place(str image);
/* A host of a server's role, by inventory or its logs. */
bool host_is_server(struct builder *b, uint32_t host);

/* decided.c: the decisions on hosts, before the steps; take out what was rejected, before the verdict; hosts that have no ground
 * left: true if the steps must be taken again without them. */
void decided_begin(struct finder *f);
void decided_reject(struct finder *f);
bool decided_bar(struct finder *f);
bool decided_any(const struct finder *f, enum decision_kind kind);
void decided_verdict(const struct finder *f, struct incident_host *h);

void incident_build(struct builder *b, struct incident *out);

#endif
