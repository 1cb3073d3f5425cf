/* outbox.h - bulk output of a worker, in evidence order without crossing another process.
 *
 * Whoever holds the turn writes straight to the output at each block end. Others keep what they rendered,
 * also of tasks they have finished, up to LIMIT_OUTPUT_BUFFER, until the coordinator passes them the turn.
 * Block ends depend on content only and writes end with a whole line, so a worker that dies leaves the
 * same output each time. Thread rule: one owner. */
#ifndef SPOOR_ENGINE_OUTBOX_H
#define SPOOR_ENGINE_OUTBOX_H

#include "engine/wire.h"
#include "util/vec.h"

struct outbox_block {
	uint32_t task;
	buf text;
};

struct outbox {
	int out;                        /* where output goes, -1: nowhere */
	int sock;                       /* to the coordinator */
	buf cur;                        /* rendered since the last block end, or since the last full block */
	VEC(struct outbox_block) queue; /* older first */
	VEC(buf) spare;
	size_t queued_bytes;
	uint32_t task; /* current, 0: none */
	bool turn;     /* held for the current task */
};

void outbox_init(struct outbox *o, int out, int sock);
void outbox_done(struct outbox *o);

void outbox_begin(struct outbox *o, uint32_t task, bool turn);

/* A good moment to write or to put aside. */
int outbox_block_end(struct outbox *o, err *e);

/* True when nothing more may be rendered before the turn comes. */
bool outbox_full(const struct outbox *o);

/* Finished tasks wait for the turn here. */
bool outbox_waits(const struct outbox *o);

/* The current task ends. *ret_pending: its output still waits. */
int outbox_end(struct outbox *o, bool *ret_pending, err *e);

/* The coordinator passed the turn for `task`. One that has nothing here is ignored. */
int outbox_turn(struct outbox *o, uint32_t task, err *e);

#endif
