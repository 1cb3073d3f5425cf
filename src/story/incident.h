/* incident.h - what the evidence amounts to as an incident: how it began, by which way it went, which hosts
 * it reached and how sure that is, what came from outside, what left.
 *
 * It is made of clues: one sight of one host each, with a grade and the family of evidence it belongs to.
 * Classes follow from clues by rule, probabilities from the families by a capped sum, so both can be
 * explained. Wording is what was recorded and what that is consistent with. Thread rule: as the story. */
#ifndef SPOOR_STORY_INCIDENT_H
#define SPOOR_STORY_INCIDENT_H

#include "store/decisions.h"
#include "story/story.h"

enum host_class { CLASS_CONFIRMED, CLASS_LIKELY, CLASS_EXPOSED, CLASS_CLEARED, CLASS_UNKNOWN, CLASSES };

/* Witnesses that do not depend on each other: many clues of one family are one witness. */
enum clue_family {
	FAMILY_ENDPOINT,
	FAMILY_DELIVERY,
	FAMILY_NETWORK,
	FAMILY_LOGON,
	FAMILY_ALERT,
	FAMILY_SERVICE,
	FAMILIES
};

enum clue_grade {
	GRADE_NOTE,    /* belongs to the story, says nothing about the host's state */
	GRADE_BLOCKED, /* something was stopped */
	GRADE_WEAK,
	GRADE_STRONG,
	GRADE_CONTROL, /* execution or control on the host */
	GRADES
};

struct story_clue {
	uint32_t host; /* STORY_NOBODY: of the outside world */
	uint32_t from; /* who did it to the host, STORY_NOBODY if that is not said */
	uint32_t incident;
	enum clue_family family;
	enum clue_grade grade;
	const char *phase; /* tactic of ATT&CK, lower case with hyphens */
	uint8_t weight;    /* 0..100: how much an analyst should want to see it */
	int64_t ns;
	struct story_sentence sentence;
	struct story_refs refs;
};

struct incident_host {
	uint32_t host;
	uint32_t incident; /* number from 0; STORY_NOBODY for hosts of none */
	enum host_class class;
	double probability; /* 0..1 that the host was under control */
	int64_t first_ns;   /* first control or, without, first clue; TIME_NONE without clues */
	uint32_t parent;    /* host from which it was reached */
	const char *via;
	bool entry;
	const struct decision *decided; /* by an analyst; NULL: nothing. As long as the story */
	struct story_refs refs;
};

/* What would be told and an analyst rejected. */
struct incident_rejected {
	enum decision_kind kind; /* a sign or a way */
	char id[17];
	uint32_t host, from;
	const char *way; /* of a way */
	int64_t ns;
	struct story_sentence sentence; /* of a sign */
	struct story_refs refs;
};

struct incident_edge {
	uint32_t from, to, incident;
	const char *kind; /* "ssh", "remote-service", "update-delivery", ... */
	str account;
	int64_t ns;
	bool first; /* the one by which the host was first reached */
	struct story_refs refs;
};

enum external_role { EXTERNAL_RELAY, EXTERNAL_C2, EXTERNAL_EXFILTRATION, EXTERNAL_ROLES };

struct incident_external {
	str ip, name;
	enum external_role role;
	uint32_t incident, cluster; /* cluster: addresses that behave as one operator */
	double confidence;
	int64_t first_ns, last_ns;
	uint32_t hosts;
	uint64_t bytes;
	str country, network, net_kind; /* as the case knows: store_place; empty: not known */
	uint32_t asn;
	struct story_refs refs;
};

struct incident_artefact {
	uint32_t host; /* STORY_NOBODY: on several */
	uint32_t incident;
	const char *
		kind; /* "tampered-package", "implant", "module" (of a server; others install such, too), "web-page", "staged-archive" */
	str path, sha256;
	uint64_t size, other_size; /* of the variant and of the genuine one */
	int64_t from_ns, to_ns;    /* when it was served; TIME_NONE if it was not */
	struct story_refs refs;
};

struct incident_loss {
	uint32_t host, incident;
	str what; /* mailbox, or the address it went to */
	uint64_t estimate, low, high;
	int64_t first_ns, last_ns;
	bool measurable;
	uint32_t shared_by; /* what a proxy sent for so many hosts, divided evenly; 0: measured of this one */
	struct story_refs refs;
};

struct incident_entry {
	uint32_t host, incident;
	int64_t ns;
	const char *vector;
	double score;
	struct story_refs refs;
};

struct incident {
	uint32_t nincidents;
	const struct incident_entry *entries; /* best first */
	uint32_t nentries;
	const struct incident_host *hosts; /* most suspicious first; every host of the story */
	uint32_t nhosts;
	const struct incident_edge *edges; /* by time */
	uint32_t nedges;
	const struct incident_external *external;
	uint32_t nexternal;
	const struct incident_artefact *artefacts;
	uint32_t nartefacts;
	const struct incident_loss *losses;
	uint32_t nlosses;
	const struct story_clue *clues; /* by time */
	uint32_t nclues;
	const uint32_t *timeline; /* numbers of clues in reading order: the most telling, by time */
	uint32_t ntimeline;
	const uint32_t *first_clients; /* workstations by first control, patient zero first */
	uint32_t nfirst_clients;
	const struct incident_rejected *rejected;
	uint32_t nrejected;
	uint32_t by_class[CLASSES];
};

const char *host_class_name(enum host_class c);
const char *clue_family_name(enum clue_family f);
const char *clue_grade_name(enum clue_grade g);
const char *external_role_name(enum external_role r);

#endif
