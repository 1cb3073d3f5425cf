/* maker_rules.h - rules from one line of text each: one selection, or a whole detection that has a condition, as YAML.
 * Thread rule: tests run in one thread. */
#ifndef SPOOR_TESTS_DETECT_MAKER_RULES_H
#define SPOOR_TESTS_DETECT_MAKER_RULES_H

#include "unit/unit.h"

#include <stdlib.h>

#include "detect/bundle.h"
#include "detect/detect.h"
#include "detect/image.h"

static void add_rule(buf *bundle, const char *id, const char *product, const char *detection)
{
	struct bundle_file f = { .path = str_of(id), .name = str_of(id) };
	buf text = { 0 };

	buf_printf(&text, "title: case\nid: %s\nlogsource: {product: %s}\ndetection:", id,
		   product);
	if (strstr(detection, "condition:"))
		buf_printf(&text, " %s\n", detection);
	else
		buf_printf(&text, "\n  s:\n    %s\n  condition: s\n", detection);
	f.text = buf_view(&text);
	bundle_add(bundle, &f);
	buf_done(&text);
}

static struct ruleset *make_rules(buf *bundle)
{
	struct ruleset *rs = NULL;
	err e = { 0 };

	if (ruleset_new(&rs, str_bytes(buf_view(bundle)), &e) < 0)
		fail_msg("%s", e.text);
	buf_done(bundle);
	return rs;
}

/* The same rules as a worker gets them; *ret_image is to be freed after them. */
static struct ruleset *thawed_copy(const struct ruleset *rs, void **ret_image)
{
	struct ruleset *copy = NULL;
	buf image = { 0 };
	err e = { 0 };

	if (ruleset_freeze(rs, &image, &e) < 0)
		fail_msg("%s", e.text);
	*ret_image = aligned_alloc(16, (image.len + 15) / 16 * 16);
	assert_non_null(*ret_image);
	memcpy(*ret_image, image.ptr, image.len);
	if (ruleset_thaw(&copy, *ret_image, image.len, &e) < 0)
		fail_msg("%s", e.text);
	buf_done(&image);
	return copy;
}

#endif
