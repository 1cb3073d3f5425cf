/* drive.h - run one reader over one content.
 *
 * Moves the window, hands on events and gaps, keeps going where content can be read on, stops where a
 * reader makes no headway. Thread rule: one owner. */
#ifndef SPOOR_ENGINE_DRIVE_H
#define SPOOR_ENGINE_DRIVE_H

#include "engine/window.h"
#include "readers/reader.h"

/* Where results go; each answers 0, or -1 to stop (*e). */
struct drive_sink {
	void *ctx;
	int (*event)(void *ctx, const event *ev, err *e);
	int (*gap)(void *ctx, const struct gap *g, err *e);
	int (*run)(void *ctx, const struct record_run *r, err *e);
	/* The window is about to move; content before `offset` has been dealt with. */
	int (*block_end)(void *ctx, uint64_t offset, err *e);
};

/* Read win, which stands at env->begin, to its end or env->end. *ret_fatal: the content could not be
 * read to its end, a gap says why. -1: the sink said so. */
int drive_reader(const struct reader_ops *ops, const struct reader_env *env, struct window *win,
		 const struct drive_sink *sink, bool *ret_fatal, err *e);

/* A gap for an error of a lower layer. */
void drive_gap_of_err(struct gap *ret, const err *why, uint64_t from, uint64_t to);

#endif
