/* columns.h - leaves to columns, per shape. Thread rule: pure but for the memory of the caller. */
#ifndef SPOOR_READERS_WINJSON_COLUMNS_H
#define SPOOR_READERS_WINJSON_COLUMNS_H

#include "event/schema.h"
#include "readers/winjson/shape.h"

struct colspec {
	struct column col; /* slot not set */
	uint32_t leaf;     /* UINT32_MAX: a column without a leaf */
	uint8_t sys;       /* place in Event/System, SYS_COUNT if none of those */
	bool twice;        /* its escapes may be doubled */
};

/* Fill spec[0..names->n), one per leaf and in their order. False without memory. */
bool columns_of(struct colspec *spec, const struct leaf_names *names, enum shape shape, arena *mem);

/* The column of a place in Event/System. */
struct column column_of_sys(enum sys sys);

#endif
