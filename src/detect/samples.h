/* samples.h - events that a rule must find and events that it must leave alone, as its author wrote them.
 *
 * RULE.tests.yml stands beside RULE.yml:
 *
 *	match:
 *	  - {Image: 'C:\Windows\System32\whoami.exe', ParentImage: 'C:\x\w3wp.exe'}
 *	no_match:
 *	  - {Image: 'C:\Windows\System32\whoami.exe', ParentImage: 'C:\Windows\explorer.exe'}
 *
 * An event is a flat map of field names to values; a list is a field that occurs several times, null an
 * element without a value. Channel and EventID that are not given are those of the rule's log source;
 * event.dataset makes it an event of another log than Windows'. Thread rule: as the detector. */
#ifndef SPOOR_DETECT_SAMPLES_H
#define SPOOR_DETECT_SAMPLES_H

#include "detect/detect.h"

struct sample_result {
	bool want, matched; /* by any rule of the file */
	uint32_t number;    /* of its list, from 1 */
	uint32_t line;
};

typedef int (*sample_sink)(void *ctx, const struct sample_result *r, err *e);

/* Name of the file of samples beside a file of rules, appended to *to; false if that is none. */
bool samples_name(str rule_path, buf *to);
bool samples_is_name(str path);

/* Evaluate the samples of a text for the rules of the file rule_path. Errors name the line. */
int samples_run(struct detector *d, str rule_path, str text, sample_sink sink, void *ctx, err *e);

#endif
