/* decisions.h - what analysts decided about a case: CASE/decisions.jsonl, an audit trail that only grows.
 *
 * One JSON object a line: n (from 1), at, who, kind, target, value, reason, prev (SHA-256 of the line before without its line
 * end; empty for the first). The latest on a kind and target counts; the value "none" withdraws. Nothing is ever changed or taken
 * away. A line that was torn (the machine stopped while it was written) or does not fit into the chain is kept and told, and
 * what is behind it still counts. Two programs may add at the same time: each waits for the other's lock.
 * Thread rule: a trail that was read does not change; one thread per trail. */
#ifndef SPOOR_STORE_DECISIONS_H
#define SPOOR_STORE_DECISIONS_H

#include "util/buf.h"
#include "util/err.h"

#define DECISIONS_FILE "decisions.jsonl"
#define DECISIONS_ANY UINT64_MAX /* as `expect`: whatever was decided before */

enum decision_kind {
	DECISION_HOST,    /* target: its name. confirmed, cleared, "reimaged TIME", "notified TIME" */
	DECISION_SIGN,    /* target: id of a sign of the incident. confirmed, rejected */
	DECISION_EDGE,    /* target: id of a way of the incident. confirmed, rejected */
	DECISION_FINDING, /* target: RULE@REFERENCE. confirmed, rejected */
	DECISION_ROLE,    /* target: a host; value: its role */
	DECISION_NOTE,    /* target: anything; the text is the reason */
	DECISION_PIN,     /* target: reference of an event; "pinned" */
	DECISION_ZONE, /* target: pattern of paths; value: zone of their local times. Counts when evidence is read again */
	DECISION_KINDS
};

struct decision {
	uint64_t n;
	int64_t at_ns;
	enum decision_kind kind;
	str who, target, value, reason;
	bool superseded; /* a later one is about the same */
};

struct decisions;

/* Those of a case's folder; none if there is no file. ERR_CORRUPT: a file that is none of ours at all. */
int decisions_read(struct decisions **ret, const char *dir, err *e);
void decisions_free(struct decisions *d);
/* The same from text, for the reader's tests. */
int decisions_parse(struct decisions **ret, str text, err *e);

size_t decisions_count(const struct decisions *d);
const struct decision *decision_at(const struct decisions *d, size_t i); /* by n */
/* The one that counts: the latest that was not withdrawn; NULL: none. */
const struct decision *decision_of(const struct decisions *d, enum decision_kind kind, str target);
uint64_t decisions_revision(const struct decisions *d); /* n of the last; 0: none */
/* "line 7 is torn", ...; empty: the chain is whole. Valid as long as d. */
str decisions_damage(const struct decisions *d);

/* Append d (n and at_ns are given to it) and wait until it is on disk. expect: n of the latest on the same kind and target that the
 * caller has seen, 0 if none. 1: there is a later one, nothing was written. ERR_ARG: not a decision (the message says why). */
int decisions_add(const char *dir, struct decision *d, uint64_t expect, err *e);

/* As an object of JSON: what a case and its page tell of it. */
void decision_json(buf *out, const struct decision *d);

const char *decision_kind_name(enum decision_kind kind);
bool decision_kind_named(str name, enum decision_kind *ret);

#endif
