/* image.h - a compiled rule set as one string of bytes, to keep it and to hand it to workers.
 *
 * Made by the program that reads it: it holds structures as this build lays them out. Strings and arrays
 * are places in the image and become pointers when it is thawed, each checked to lie inside; beyond that
 * an image is trusted, so it must come from ruleset_freeze() of the same build and the same user.
 * Thread rule: pure functions. */
#ifndef SPOOR_DETECT_IMAGE_H
#define SPOOR_DETECT_IMAGE_H

#include "detect/detect.h"

int ruleset_freeze(const struct ruleset *rs, buf *to, err *e);

/* The set in image, whose memory is changed, aligned to 16 bytes and must outlive it. ERR_CORRUPT if it
 * is none of this build. */
int ruleset_thaw(struct ruleset **ret, void *image, size_t len, err *e);

/* Is there a correlation in it, carried out or not? Needs no thawing. */
bool image_has_correlations(bytes image);

/* Tells builds and machines apart whose images are not the same: the program's own build id and what
 * Vectorscan compiles for. False if this program has no build id. */
bool image_origin(buf *to);

#endif
