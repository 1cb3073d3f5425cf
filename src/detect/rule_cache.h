/* rule_cache.h - compiled rules kept between runs, per user.
 *
 * A kept image is found by the SHA-256 of the rule texts, the options and the build, and is authenticated
 * with a key that only the user can read: what anybody else put there is not loaded. A cache that cannot be
 * used costs time, never a result: it is no error. Thread rule: pure but for the file system; processes
 * may share a cache. */
#ifndef SPOOR_DETECT_RULE_CACHE_H
#define SPOOR_DETECT_RULE_CACHE_H

#include "detect/detect.h"

struct rule_cache_place {
	const char *cache_dir; /* where images lie; NULL: nothing is kept */
	const char *state_dir; /* where the key lies */
};

/* The image (image.h) of a bundle: kept from an earlier run, or compiled now and kept. *ret_hit (NULL
 * allowed): it was kept. */
int rule_cache_image(const struct rule_cache_place *place, bytes bundle, buf *ret_image, bool *ret_hit, err *e);

/* The same without reading the rules: by the stamp (rules_stamp()) of files whose image was kept with
 * rule_cache_stamp(). False: not known, or the image is gone. */
bool rule_cache_stamped(const struct rule_cache_place *place, bytes stamp, buf *ret_image);

/* Remember the stamp of the files that a bundle was read from. Not if any of them changed so lately that
 * another change might bear the same time. */
void rule_cache_stamp(const struct rule_cache_place *place, bytes stamp, int64_t newest_ns, bytes bundle);

#endif
