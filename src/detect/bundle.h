/* bundle.h - the byte string that carries rule texts from coordinator to worker.
 *
 * Everything that decides what is found lies in it: rules, values for their placeholders, the profile.
 * "SPRULES1", then per part: status byte, u32 length of the path, u32 length of its root part, u32
 * length of the text, path, text; all little-endian. Thread rule: pure functions. */
#ifndef SPOOR_DETECT_BUNDLE_H
#define SPOOR_DETECT_BUNDLE_H

#include "util/buf.h"
#include "util/err.h"

enum bundle_status {
	BUNDLE_OK,
	BUNDLE_UNREADABLE, /* text: the reason */
	BUNDLE_VALUES,     /* a file of values for placeholders */
	BUNDLE_PROFILE,    /* text: "extended" */
};

struct bundle_file {
	enum bundle_status status;
	str path; /* as reported */
	str name; /* the same below the path that the user named */
	str text;
};

void bundle_begin(buf *b);
void bundle_add(buf *b, const struct bundle_file *f);

/* Is it a bundle? Sets *ret_pos for bundle_next(). An empty string is an empty bundle. */
bool bundle_open(bytes b, size_t *ret_pos);
/* 1: *ret is set (views on b); 0: end; -1: damaged. */
int bundle_next(bytes b, size_t *pos, struct bundle_file *ret);

#endif
