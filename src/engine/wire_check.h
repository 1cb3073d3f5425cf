/* wire_check.h - what the coordinator accepts from a worker, and when.
 *
 * A worker has read hostile bytes and may be somebody else's program by now. Each message is checked
 * against the state that the earlier ones and our own left: type, task, member order, counts, lengths,
 * offsets, ids. Whatever fails here costs the worker its life. Pure: no I/O, so that it can be fuzzed.
 * Thread rule: one owner. */
#ifndef SPOOR_ENGINE_WIRE_CHECK_H
#define SPOOR_ENGINE_WIRE_CHECK_H

#include "engine/wire.h"

struct wire_peer {
	/* Set by the coordinator. */
	bool output;   /* bulk output is on */
	uint32_t task; /* running task, 0: none. Task ids start at 1 */
	Wire__TaskKind kind;
	uint64_t offset_max; /* of a plain file: no content lies behind */
	uint32_t turn;       /* the task that this worker was given the turn for, 0: none */

	/* Kept by wire_check(). */
	bool greeted;
	bool identified, container, split;
	bool item_done;   /* of the current member, piece or file */
	bool parent_done; /* archives: the archive's own ItemDone */
	uint32_t member;  /* current, 0: the file itself */
	bool turn_taken;  /* of `turn` */
};

/* A task was sent. */
void wire_peer_task(struct wire_peer *p, const Wire__Task *t);
/* The turn was sent for `task`. */
void wire_peer_turn(struct wire_peer *p, uint32_t task, bool taken);

/* 0: accepted and the state has moved on. -1: ERR_CORRUPT, the text says what was wrong. */
int wire_check(struct wire_peer *p, const Wire__FromWorker *m, err *e);

#endif
