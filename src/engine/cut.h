/* cut.h - may content be read in pieces? Thread rule: pure but for reading the descriptor. */
#ifndef SPOOR_ENGINE_CUT_H
#define SPOOR_ENGINE_CUT_H

#include "readers/reader.h"

/* Content that is looked at. */
struct cut_look {
	int fd;
	uint64_t size;
	bytes head; /* its first READER_PROBE_LEN bytes */
	str path;
	/* Called now and then: bytes [0, offset) were looked at. -1 stops (*e). */
	int (*looked)(void *ctx, uint64_t offset, err *e);
	void *ctx;
};

/* A format whose every line stands for itself can be cut anywhere. One with header lines is read through once:
 * it can be cut if they say in the whole content what they say in its head. -1: looked() said so. */
int cut_possible(const struct reader_ops *ops, const struct cut_look *look, bool *ret, err *e);

#endif
